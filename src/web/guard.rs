//! What every answer carries and every request must pass.
//!
//! In: a request. Out: the answer with strict headers, or a refusal before any page has seen the request.
//! Never: lets another site act in a visitor's name, or read a page by pointing its own name at this machine.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, ORIGIN, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::error::Failure;
use super::visitor::{LANG, set_cookie};
use crate::domain::Locale;

/// Nothing from elsewhere, nothing inline, no frames.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Headers of every answer. The referrer stays on this site, since without one browsers hide the origin of forms.
const HEADERS: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
];

/// Sets the headers; pages are not kept by caches; a language that was asked for is remembered.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let asked = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "lang");
    let lang = asked.and_then(|(_, tag)| Locale::find(&tag));
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Some(value) = lang.and_then(|locale| set_cookie(LANG, locale.as_str())) {
        headers.append(SET_COOKIE, value);
    }
    answer
}

/// Refuses acts from other sites, and names that another site has pointed at this machine.
pub(super) async fn same_site(State(web): State<Shared>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let headers = request.headers();
    let named = !web.local_only() || is_local_name(host(headers)) || web.is_public_name(host(headers));
    if !named || (!reads && !is_from_here(headers)) {
        return Failure::Stale.into_response();
    }
    next.run(request).await
}

fn host(headers: &HeaderMap) -> &str {
    headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whether a browser says that one of our own pages sent this (a browser that says nothing is left to the token).
fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none");
    let origin = text(ORIGIN.as_str()).is_none_or(|origin| {
        let named = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        named.is_some_and(|named| named.eq_ignore_ascii_case(host(headers)))
    });
    site && origin
}

/// Whether a `Host` is this machine by name or any machine by number: not a name that somebody else owns.
fn is_local_name(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost") || name.parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_here(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers =
            pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        is_from_here(&headers.collect())
    }

    #[test]
    fn an_act_from_another_site_is_refused() {
        assert!(from_here(&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")]));
        assert!(from_here(&[
            ("host", "care.example"),
            ("origin", "https://care.example"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(from_here(&[("host", "127.0.0.1:8080")]), "the token decides");
        assert!(!from_here(&[("host", "127.0.0.1:8080"), ("origin", "http://evil.example")]));
        assert!(!from_here(&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:9090")]));
        assert!(!from_here(&[("host", "127.0.0.1:8080"), ("origin", "null")]));
        assert!(!from_here(&[("host", "127.0.0.1:8080"), ("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn a_name_that_somebody_points_at_this_machine_is_not_local() {
        for local in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "demo.localhost", "192.168.1.7", "LOCALHOST"] {
            assert!(is_local_name(local), "{local}");
        }
        for other in ["evil.example:8080", "127.0.0.1.evil.example", "", "localhost.evil.example"] {
            assert!(!is_local_name(other), "{other}");
        }
    }
}
