//! A webhook: JSON to an address of yours, signed, with a key that makes a repeat recognisable.
//!
//! In: a message. Out: taken (any 2xx), or why not.
//! Never: follows a redirect, reads the answer's body, goes into a private network unless it is told to.
//!
//! Headers: `Idempotency-Key` (the same for every try of one delivery), `X-Hearken-Timestamp` (seconds since 1970) and
//! `X-Hearken-Signature`: `sha256=` and the HMAC-SHA256 of `<timestamp>.<body>`, in hex. `docs/alerts.md` has a receiver.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use hmac::{Hmac, Mac};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde::Serialize;
use sha2::Sha256;
use url::Url;

use super::{Message, Notify, guard};
use crate::alert;
use crate::domain::{Alert, DeliveryId, Locale, Timestamp};
use crate::net;
use crate::settings::{Secret, Table};

/// `channel = "webhook"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where to.
    pub url: Url,
    /// What the signature is made with.
    pub secret: Secret,
    /// Whether it may lead into a private network.
    pub allow_private: bool,
}

impl Config {
    /// Reads `url`, `secret` and `allow_private`.
    pub(super) fn read(table: &Table<'_>) -> Option<Self> {
        let allow_private = table.boolean("allow_private").unwrap_or(false);
        let url = read_url(table, allow_private);
        if !table.has("secret") {
            let hint =
                "what the signature is made with, as `env:NAME` or `file:PATH`; the receiving end needs the same";
            table.need_text("secret", hint);
        }
        Some(Self { secret: table.secret("secret")?, url: url?, allow_private })
    }
}

fn read_url(table: &Table<'_>, allow_private: bool) -> Option<Url> {
    let text = table.need_text("url", "where to post, such as \"https://care.example/hearken\"")?;
    let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url else {
        table.mistake("url", format!("`{text}` is not a web address"), "write https://host/path");
        return None;
    };
    match guard::private_host(&url) {
        Some(host) if !allow_private => {
            let hint = "write `allow_private = true` beside it when that is meant";
            table.mistake("url", format!("`{host}` is an address inside a private network"), hint);
            None
        }
        _ => Some(url),
    }
}

/// A webhook that is ready to be called.
pub struct Webhook {
    url: Url,
    secret: String,
    http: reqwest::Client,
}

/// What is posted.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Body<'a> {
    Alert {
        key: &'a str,
        /// The words that other channels show, in the receiver's language.
        text: String,
        #[serde(flatten)]
        alert: &'a Alert,
    },
    Letter {
        key: &'a str,
        subject: &'a str,
        body: &'a str,
    },
}

impl Webhook {
    /// Reads the secret; the error says what is missing.
    pub fn new(config: &Config, client: &net::Client) -> Result<Self, String> {
        if !config.allow_private && guard::private_host(&config.url).is_some() {
            return Err("the address is inside a private network".to_owned());
        }
        let http = if config.allow_private { client.http().clone() } else { public_client(client)? };
        Ok(Self { url: config.url.clone(), secret: config.secret.reveal()?, http })
    }

    async fn post(&self, key: &DeliveryId, body: String, now: Timestamp) -> Result<String, net::Error> {
        let timestamp = now.timestamp().to_string();
        let call = self
            .http
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("Idempotency-Key", key.as_str())
            .header("X-Hearken-Timestamp", &timestamp)
            .header("X-Hearken-Signature", signature(&self.secret, &timestamp, body.as_bytes()))
            .body(body);
        let answer = call.send().await.map_err(unreachable)?;
        judge(answer.status(), answer.headers(), now)
    }
}

impl Notify for Webhook {
    fn notify<'a>(
        &'a self,
        key: &'a DeliveryId,
        message: &'a Message,
        locale: Locale,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<String, net::Error>> {
        Box::pin(async move {
            let body = match message {
                Message::Alert(alert) => {
                    let text = alert::compose(alert, locale).plain();
                    serde_json::to_string(&Body::Alert { key: key.as_str(), text, alert })
                }
                Message::Letter { subject, body } => {
                    serde_json::to_string(&Body::Letter { key: key.as_str(), subject, body })
                }
            };
            let body = body.map_err(|error| net::Error::Unreadable(error.to_string()))?;
            self.post(key, body, now).await
        })
    }
}

/// `sha256=` and the HMAC-SHA256 of `<timestamp>.<body>` in hex, as a receiver computes it.
pub fn signature(secret: &str, timestamp: &str, body: &[u8]) -> String {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

/// A client that reaches public addresses only, whatever a name says at the moment of the call.
fn public_client(client: &net::Client) -> Result<reqwest::Client, String> {
    let limits = client.limits();
    reqwest::Client::builder()
        .user_agent(net::USER_AGENT)
        .connect_timeout(limits.connect)
        .timeout(limits.total)
        .redirect(reqwest::redirect::Policy::none())
        .dns_resolver(Arc::new(guard::PublicOnly))
        // A proxy would look up the name itself, behind the guard's back.
        .no_proxy()
        .build()
        .map_err(|error| format!("no HTTP client: {error}"))
}

fn unreachable(error: reqwest::Error) -> net::Error {
    let error = error.without_url();
    if error.is_timeout() { net::Error::TimedOut } else { net::Error::Unreachable(Box::new(error)) }
}

/// What the status says: taken, later, or never.
fn judge(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Result<String, net::Error> {
    let retry_after = wait_asked(headers, now);
    match status.as_u16() {
        200..300 => Ok(String::new()),
        429 => Err(net::Error::RateLimited { retry_after }),
        503 if retry_after.is_some() => Err(net::Error::RateLimited { retry_after }),
        408 | 425 => Err(net::Error::TimedOut),
        status @ (401 | 403) => Err(net::Error::Unauthorized { status }),
        status @ (404 | 410) => Err(net::Error::Missing { status }),
        status @ 300..400 => {
            Err(net::Error::Refused { status, detail: "it redirects; write the address it leads to".to_owned() })
        }
        status @ 400..500 => Err(net::Error::Refused { status, detail: String::new() }),
        status => Err(net::Error::Failed { status }),
    }
}

/// `Retry-After` in seconds, or as a date held against `now`.
fn wait_asked(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let asked = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = chrono::DateTime::parse_from_rfc2822(asked).ok()?;
    Some((until.to_utc() - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::timestamp;
    use crate::net::Retry;

    #[test]
    fn the_signature_is_the_one_that_other_tools_compute() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
        assert_eq!(
            signature("secret", "1700000000", b"{\"a\":1}"),
            "sha256=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686"
        );
    }

    #[test]
    fn each_status_says_whether_trying_again_helps() {
        let retry = |status: u16, after: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(after) = after {
                headers.insert(RETRY_AFTER, reqwest::header::HeaderValue::from_static(after));
            }
            let status = StatusCode::from_u16(status).expect("a status");
            judge(status, &headers, timestamp(0)).expect_err("refused").retry()
        };
        assert_eq!(retry(429, Some("120")), Retry::After(Duration::from_secs(120)));
        assert_eq!(retry(503, Some("Thu, 01 Jan 1970 00:01:00 GMT")), Retry::After(Duration::from_secs(60)));
        assert_eq!(retry(500, None), Retry::Soon);
        for never in [301, 400, 401, 404, 410, 422] {
            assert_eq!(retry(never, None), Retry::Never, "{never}");
        }
    }
}
