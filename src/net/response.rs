//! What the outside answered, in memory and bounded.

use reqwest::header::{CONTENT_TYPE, ETAG, HeaderMap, LAST_MODIFIED};
use serde::de::DeserializeOwned;

use super::{Error, decode};

/// A whole answer: 2xx, or 304 to a conditional request. Everything else is an [`Error`].
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, unpacked.
    pub body: Vec<u8>,
}

impl Response {
    /// A header's value; empty when it is absent or not plain text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Whether nothing changed since the validators that were sent.
    pub fn is_not_modified(&self) -> bool {
        self.status == 304
    }

    /// The `ETag`, or empty.
    pub fn etag(&self) -> &str {
        self.header(ETAG.as_str())
    }

    /// The `Last-Modified`, or empty.
    pub fn last_modified(&self) -> &str {
        self.header(LAST_MODIFIED.as_str())
    }

    /// The body as text: by its BOM, `Content-Type`, XML or HTML declaration, or by what its bytes look like.
    pub fn text(&self) -> String {
        decode(&self.body, self.header(CONTENT_TYPE.as_str())).0
    }

    /// The body as JSON of this shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Error::Unreadable(format!("not the JSON it should be (line {})", error.line())))
    }
}
