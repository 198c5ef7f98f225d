//! What is asked of the outside.

use reqwest::Method;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
};
use serde::Serialize;

use super::Error;
use crate::domain::id::digest;

/// One call: method, address, headers, body. A header that cannot be sent makes the call fail, not the building of it.
#[derive(Clone)]
pub struct Request {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Vec<u8>>,
    /// Which credential pays for the call: a digest, never the credential itself.
    pub(super) credential: String,
    /// Body cap in bytes, when it differs from the client's.
    pub(super) limit: Option<usize>,
    pub(super) broken: bool,
}

impl Request {
    fn new(method: Method, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: HeaderMap::new(),
            body: None,
            credential: String::new(),
            limit: None,
            broken: false,
        }
    }

    /// Asks for a page; redirects are followed.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::GET, url)
    }

    /// Sends a body of this content type; redirects are an error, since they would drop the body.
    pub fn post(url: impl Into<String>, content_type: &str, body: Vec<u8>) -> Self {
        let mut request = Self::new(Method::POST, url).header(CONTENT_TYPE.as_str(), content_type);
        request.body = Some(body);
        request
    }

    /// Sends a value as JSON.
    pub fn post_json(url: impl Into<String>, value: &impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_vec(value).map_err(|error| Error::Unreadable(error.to_string()))?;
        Ok(Self::post(url, "application/json", body))
    }

    /// Sets a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            _ => self.broken = true,
        }
        self
    }

    /// What kinds of answer are wanted.
    #[must_use]
    pub fn accept(self, kinds: &str) -> Self {
        self.header(ACCEPT.as_str(), kinds)
    }

    /// Signs the call with a bearer token; calls with different tokens have budgets of their own.
    #[must_use]
    pub fn bearer(mut self, token: &str) -> Self {
        self.credential = digest(&["credential", token]);
        match HeaderValue::from_str(&format!("Bearer {token}")) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.headers.insert(AUTHORIZATION, value);
            }
            Err(_) => self.broken = true,
        }
        self
    }

    /// Asks only for what changed: the validators of the last answer, empty when it had none.
    #[must_use]
    pub fn unless_known(mut self, etag: &str, last_modified: &str) -> Self {
        if !etag.is_empty() {
            self = self.header(IF_NONE_MATCH.as_str(), etag);
        }
        if !last_modified.is_empty() {
            self = self.header(IF_MODIFIED_SINCE.as_str(), last_modified);
        }
        self
    }

    /// Caps the answer's body at so many bytes.
    #[must_use]
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = Some(bytes);
        self
    }
}

impl std::fmt::Debug for Request {
    /// Shows the method and the host, nothing else: the rest may hold a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let host = url::Url::parse(&self.url).ok().and_then(|url| url.host_str().map(str::to_owned));
        write!(f, "{} {}", self.method, host.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_shows_its_host_and_no_secret() {
        let request = Request::get("https://u:pass@example.org/feed?key=abc").bearer("token");
        assert_eq!(format!("{request:?}"), "GET example.org");
        assert!(!request.credential.contains("token"));
    }

    #[test]
    fn a_header_that_cannot_be_sent_is_remembered() {
        assert!(Request::get("https://example.org").header("x", "a\nb").broken);
        assert!(Request::get("https://example.org").bearer("a\nb").broken);
    }
}
