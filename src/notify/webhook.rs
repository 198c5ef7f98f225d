//! A webhook: JSON to an address of yours, signed, with a key that makes a repeat recognisable.

use url::Url;

use super::guard;
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
