//! The one HTTP client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};
use url::Url;

use super::budget::{Budgets, wait_asked};
use super::{Error, Request, Response, decode};

/// What we call ourselves.
pub const USER_AGENT: &str = concat!("hearken/", env!("CARGO_PKG_VERSION"), " (social listening; self-hosted)");

/// An answer that goes on is opened anew after so long.
const LONGEST_STREAM: Duration = Duration::from_secs(24 * 3600);

/// How long we wait, how much we read, how often we follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until a connection stands.
    pub connect: Duration,
    /// From the first byte sent to the last byte read.
    pub total: Duration,
    /// Bytes of an unpacked body.
    pub body: usize,
    /// Redirects that are followed.
    pub redirects: usize,
    /// Calls under way to one host and credential.
    pub at_once: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(30),
            body: 8 * 1024 * 1024,
            redirects: 5,
            at_once: 4,
        }
    }
}

/// Calls the outside. Clones share one pool of connections and one set of budgets.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    /// Follows redirects: for questions.
    asking: reqwest::Client,
    /// Follows none: a body must not be dropped on the way.
    telling: reqwest::Client,
    limits: Limits,
    budgets: Mutex<Budgets>,
    lanes: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Client {
    /// A client with the usual limits; proxies are taken from the environment.
    pub fn new() -> Result<Self, Error> {
        Self::with_limits(Limits::default())
    }

    /// A client with limits of one's own.
    pub fn with_limits(limits: Limits) -> Result<Self, Error> {
        let build = |policy: Policy| {
            reqwest::Client::builder()
                .user_agent(USER_AGENT)
                .connect_timeout(limits.connect)
                .timeout(limits.total)
                .redirect(policy)
                .build()
                .map_err(|error| Error::Unreachable(Box::new(error)))
        };
        Ok(Self {
            inner: Arc::new(Inner {
                asking: build(Policy::limited(limits.redirects))?,
                telling: build(Policy::none())?,
                limits,
                budgets: Mutex::default(),
                lanes: Mutex::default(),
            }),
        })
    }

    /// The client beneath, for libraries that bring their own protocol. It follows no redirects and keeps no budget.
    pub fn http(&self) -> &reqwest::Client {
        &self.inner.telling
    }

    /// The limits it keeps.
    pub fn limits(&self) -> Limits {
        self.inner.limits
    }

    /// Asks for a page.
    pub async fn get(&self, url: &str) -> Result<Response, Error> {
        self.send(Request::get(url)).await
    }

    /// Sends a value as JSON.
    pub async fn post_json(&self, url: &str, value: &impl serde::Serialize) -> Result<Response, Error> {
        self.send(Request::post_json(url, value)?).await
    }

    /// Makes one call: the answer when it is 2xx (or 304 to a conditional request), otherwise why not.
    /// A host that asked us to wait is not called before the time it named.
    pub async fn send(&self, request: Request) -> Result<Response, Error> {
        let limit = request.limit.unwrap_or(self.inner.limits.body);
        let (answer, _turn) = self.ask(request, None).await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = self.read(answer, limit).await?;
        Ok(Response { status, headers, body })
    }

    /// Opens an answer that goes on for as long as the host speaks (at most a day): its pieces as they come.
    /// The caller decides how long a silence may be, and how much it keeps.
    pub async fn open(&self, request: Request) -> Result<BoxStream<'static, Result<Vec<u8>, Error>>, Error> {
        let asking = self.ask(request, Some(LONGEST_STREAM));
        let (answer, _) = timeout(self.inner.limits.total, asking).await.map_err(|_| Error::TimedOut)??;
        let client = self.clone();
        let piece = move |piece: reqwest::Result<_>| match piece {
            Ok(bytes) => Ok(Vec::from(bytes)),
            Err(error) => Err(client.failure(error)),
        };
        Ok(answer.bytes_stream().map(piece).boxed())
    }

    /// Makes one call up to its headers: the answer when it is 2xx or 304, otherwise why not; with the turn it holds.
    async fn ask(
        &self,
        request: Request,
        time: Option<Duration>,
    ) -> Result<(reqwest::Response, OwnedSemaphorePermit), Error> {
        let url = Url::parse(&request.url).map_err(|_| Error::Address)?;
        if request.broken || !matches!(url.scheme(), "http" | "https") {
            return Err(Error::Address);
        }
        let lane = format!("{}|{}", url.host_str().unwrap_or_default(), request.credential);
        let turn = self.lane(&lane);
        let turn = turn.acquire_owned().await.map_err(|_| Error::TimedOut)?;
        if let Some(wait) = lock(&self.inner.budgets).closed_for(&lane, Instant::now()) {
            return Err(Error::RateLimited { retry_after: Some(wait) });
        }
        let http = if request.body.is_some() { &self.inner.telling } else { &self.inner.asking };
        let mut call = http.request(request.method, url).headers(request.headers);
        if let Some(body) = request.body {
            call = call.body(body);
        }
        if let Some(time) = time {
            call = call.timeout(time);
        }
        let answer = call.send().await.map_err(|error| self.failure(error))?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        if let Some(wait) = wait_asked(&headers) {
            lock(&self.inner.budgets).close(&lane, Instant::now(), wait);
        }
        if (200..300).contains(&status) || status == 304 {
            return Ok((answer, turn));
        }
        let detail = self.read(answer, 64 * 1024).await.unwrap_or_default();
        Err(refusal(status, &headers, &detail))
    }

    fn lane(&self, lane: &str) -> Arc<Semaphore> {
        let mut lanes = lock(&self.inner.lanes);
        if lanes.len() > 1000 {
            lanes.retain(|_, turns| Arc::strong_count(turns) > 1);
        }
        let at_once = self.inner.limits.at_once.max(1);
        lanes.entry(lane.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(at_once))).clone()
    }

    /// Reads a body piece by piece and hangs up at the cap.
    async fn read(&self, answer: reqwest::Response, limit: usize) -> Result<Vec<u8>, Error> {
        let stated = answer.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        if stated > limit {
            return Err(Error::TooLarge { limit });
        }
        let mut body = Vec::with_capacity(stated);
        let mut pieces = answer.bytes_stream();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| self.failure(error))?;
            if body.len() + piece.len() > limit {
                return Err(Error::TooLarge { limit });
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    fn failure(&self, error: reqwest::Error) -> Error {
        let error = error.without_url();
        if error.is_timeout() {
            Error::TimedOut
        } else if error.is_redirect() {
            Error::Redirected { limit: self.inner.limits.redirects }
        } else {
            Error::Unreachable(Box::new(error))
        }
    }
}

/// What a status that is no answer means to the caller.
fn refusal(status: u16, headers: &HeaderMap, body: &[u8]) -> Error {
    let wait = wait_asked(headers);
    match status {
        429 => Error::RateLimited { retry_after: wait },
        503 if wait.is_some() => Error::RateLimited { retry_after: wait },
        // Some hosts say "forbidden" when they mean "not so often".
        403 if wait.is_some() => Error::RateLimited { retry_after: wait },
        401 | 403 => Error::Unauthorized { status },
        404 | 410 => Error::Missing { status },
        500.. => Error::Failed { status },
        408 => Error::TimedOut,
        _ => Error::Refused { status, detail: short(body, headers) },
    }
}

/// The first 200 characters of what a host says, on one line.
fn short(body: &[u8], headers: &HeaderMap) -> String {
    let kind = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (text, _) = decode(body, kind);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(200).collect()
}

/// A lock that stays usable after a panic elsewhere: what it guards is valid after each statement.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Retry;

    fn refused(status: u16, headers: &[(&'static str, &'static str)]) -> Retry {
        let map = headers
            .iter()
            .map(|(name, value)| {
                let name = reqwest::header::HeaderName::from_static(name);
                (name, reqwest::header::HeaderValue::from_static(value))
            })
            .collect();
        refusal(status, &map, b"no").retry()
    }

    #[test]
    fn each_status_says_whether_trying_again_helps() {
        assert_eq!(refused(429, &[("retry-after", "9")]), Retry::After(Duration::from_secs(9)));
        assert_eq!(refused(429, &[]), Retry::Soon);
        assert_eq!(refused(503, &[("retry-after", "9")]), Retry::After(Duration::from_secs(9)));
        assert_eq!(refused(500, &[]), Retry::Soon);
        assert_eq!(refused(408, &[]), Retry::Soon);
        for status in [400, 401, 403, 404, 410, 422] {
            assert_eq!(refused(status, &[]), Retry::Never, "{status}");
        }
    }

    #[test]
    fn what_a_host_says_is_cut_by_characters_and_kept_on_one_line() {
        let said = short("壞\n了 ".repeat(300).as_bytes(), &HeaderMap::new());
        assert_eq!(said.chars().count(), 200);
        assert!(!said.contains('\n'));
    }

    #[tokio::test]
    async fn only_web_addresses_are_called() {
        let client = Client::new().expect("a client");
        for wrong in ["", "file:///etc/passwd", "ftp://example.org/", "example.org"] {
            assert!(matches!(client.get(wrong).await, Err(Error::Address)), "{wrong}");
        }
    }
}
