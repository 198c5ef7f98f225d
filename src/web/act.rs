//! Acts: what a person sends from a page.
//!
//! In: a form of one of our pages. Out: its fields, with who acts. Never: takes a form without this process's token.

use std::collections::HashMap;

use axum::extract::{Form, FromRequest, Request};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::error::Failure;
use super::visitor::{NAME, set_cookie, told_name};
use super::{Shared, same};

/// A form that came from one of our pages.
#[derive(Debug)]
pub(super) struct Act {
    fields: HashMap<String, String>,
    /// Who acts; empty when nobody knows (the desk refuses that).
    pub(super) by: String,
    /// Whether the name was told by the visitor, and is kept for the next time.
    told: bool,
}

impl FromRequest<Shared> for Act {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Shared) -> Result<Self, Failure> {
        let kept = told_name(request.headers());
        let Form(fields) = Form::<HashMap<String, String>>::from_request(request, web)
            .await
            .map_err(|refused| Failure::Bad(refused.body_text()))?;
        let token = fields.get("token").map(String::as_str).unwrap_or_default();
        if !same(token.as_bytes(), web.token.as_bytes()) {
            return Err(Failure::Stale);
        }
        let typed = fields.get("by").map(|by| by.trim().to_owned()).filter(|by| !by.is_empty());
        let told = typed.or(kept);
        let is_told = told.is_some();
        let by = told.or_else(|| web.usual_name.clone()).unwrap_or_default();
        Ok(Self { fields, by, told: is_told })
    }
}

impl Act {
    /// A field's text, trimmed; empty when it is not there.
    pub(super) fn text(&self, key: &str) -> &str {
        self.fields.get(key).map(|value| value.trim()).unwrap_or_default()
    }

    /// What stands behind `prefix` in the names of fields, in order.
    pub(super) fn keys_after<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        let mut keys: Vec<&str> = self.fields.keys().filter_map(|key| key.strip_prefix(prefix)).collect();
        keys.sort_unstable();
        keys.into_iter()
    }

    /// A field that must be there and make sense.
    pub(super) fn need<T>(&self, key: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, Failure> {
        read(self.text(key)).ok_or_else(|| Failure::Bad(format!("`{key}` = `{}`", self.text(key))))
    }

    /// Goes back to the page that the form was on (or to `elsewhere`), which tells what was done; keeps the name.
    pub(super) fn done(&self, what: &str, elsewhere: Option<&str>) -> Response {
        let back = elsewhere.unwrap_or_else(|| self.text("back"));
        let back = if is_ours(back) { back } else { "/" };
        let (back, fragment) = back.split_once('#').unwrap_or((back, ""));
        let joint = if back.contains('?') { '&' } else { '?' };
        let fragment = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
        let to = if what.is_empty() { back.to_owned() } else { format!("{back}{joint}done={what}{fragment}") };
        let to = HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static("/"));
        let mut answer = (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response();
        if let Some(value) = set_cookie(NAME, &self.by).filter(|_| self.told) {
            answer.headers_mut().append(SET_COOKIE, value);
        }
        answer
    }
}

/// Whether an address is a path of ours, which leads nowhere else.
fn is_ours(path: &str) -> bool {
    let mut characters = path.chars();
    characters.next() == Some('/')
        && !matches!(characters.next(), Some('/' | '\\'))
        && !path.chars().any(|c| c.is_control() || c == '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_back_never_leads_elsewhere() {
        assert!(is_ours("/incident/x?a=b") && is_ours("/"));
        for wrong in ["//evil.example", "/\\evil.example", "https://evil.example", "", "javascript:alert(1)", "/a\r\nb"]
        {
            assert!(!is_ours(wrong), "{wrong}");
        }
    }
}
