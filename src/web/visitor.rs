//! Who looks at a page: in which language, under which name, from which address.
//!
//! In: a request's address, cookies and headers. Out: a visitor. Never: believes that a name is proof of a person
//! (people and sign-in are not here yet; the pages say so).

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use std::convert::Infallible;

use super::Shared;
use super::words::Texts;
use crate::alert::words::pick;
use crate::domain::{Locale, Theme, Timestamp};

/// The cookie that keeps the language.
pub(super) const LANG: &str = "hearken_lang";
/// The cookie that keeps the name.
pub(super) const NAME: &str = "hearken_name";

/// Who looks.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The language of the page.
    pub locale: Locale,
    /// The name that acts are recorded under: the one that was told, or the usual one; `None` when there is neither.
    pub name: Option<String>,
    /// Where the visitor is: path and query, without `lang` and `done`.
    pub here: String,
    /// What was just done, as a word in the address.
    pub done: Option<String>,
    /// When the page was asked for.
    pub now: Timestamp,
    /// The titles of themes that topics add.
    pub own_themes: Vec<(Theme, String)>,
}

impl Visitor {
    /// The text in the visitor's language.
    pub fn say(&self, texts: Texts) -> &'static str {
        pick(self.locale, texts)
    }

    /// What stands between a name and what is said of it.
    pub(super) fn colon(&self) -> &'static str {
        if self.locale == Locale::En { ": " } else { "：" }
    }

    /// This page in another language.
    pub(super) fn here_in(&self, locale: Locale) -> String {
        let joint = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{joint}lang={}", self.here, locale.as_str())
    }
}

impl FromRequestParts<Shared> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let find = |key: &str| pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
        let rest = pairs.iter().filter(|(name, value)| name != "lang" && name != "done" && !value.is_empty());
        let rest = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish();
        let path = parts.uri.path();
        let asked = find("lang").and_then(|tag| Locale::find(&tag));
        let kept = || cookie(&parts.headers, LANG).and_then(|tag| Locale::find(&tag));
        let locale =
            asked.or_else(kept).or_else(|| accepted(&parts.headers)).unwrap_or_else(|| web.live.config().locale);
        Ok(Self {
            locale,
            name: told_name(&parts.headers).or_else(|| web.usual_name.clone()),
            here: if rest.is_empty() { path.to_owned() } else { format!("{path}?{rest}") },
            done: find("done"),
            now: web.clock.now(),
            own_themes: web.live.config().topics.iter().flat_map(|topic| topic.themes.titles()).collect(),
        })
    }
}

/// The name that a visitor told us earlier.
pub(super) fn told_name(headers: &HeaderMap) -> Option<String> {
    cookie(headers, NAME).filter(|name| !name.trim().is_empty())
}

/// The value of a cookie, its percent signs read.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let value = cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())?;
    // `k=v` is read as a form, which knows percent signs.
    url::form_urlencoded::parse(format!("v={value}").as_bytes()).next().map(|(_, value)| value.into_owned())
}

/// A cookie that this server alone reads, kept for a year.
pub(super) fn set_cookie(name: &str, value: &str) -> Option<HeaderValue> {
    let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict")).ok()
}

/// The first language of `Accept-Language`, by its weights, that we speak.
fn accepted(headers: &HeaderMap) -> Option<Locale> {
    let line = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut wanted: Vec<(f32, &str)> = line
        .split(',')
        .filter_map(|item| {
            let (tag, rest) = item.trim().split_once(';').unwrap_or((item.trim(), ""));
            let weight = rest.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.parse::<f32>().ok())?;
            (weight > 0.0).then_some((weight, tag))
        })
        .collect();
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
    wanted.into_iter().find_map(|(_, tag)| spoken(tag))
}

/// Which of our languages serves a reader of `tag` best.
fn spoken(tag: &str) -> Option<Locale> {
    let tag = tag.to_ascii_lowercase();
    let mut parts = tag.split('-');
    match parts.next()? {
        "zh" if parts.any(|part| matches!(part, "cn" | "sg" | "hans")) => Some(Locale::ZhCn),
        "zh" => Some(Locale::ZhTw),
        "en" => Some(Locale::En),
        "ja" => Some(Locale::Ja),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: axum::http::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_browser_is_answered_in_a_language_it_asks_for() {
        let of = |line| accepted(&headers(ACCEPT_LANGUAGE, line));
        assert_eq!(of("zh-TW,zh;q=0.9,en;q=0.5"), Some(Locale::ZhTw));
        assert_eq!(of("zh-Hans-CN,en"), Some(Locale::ZhCn));
        assert_eq!(of("fr, ja;q=0.4, en;q=0.8"), Some(Locale::En));
        assert_eq!(of("fr"), None);
        assert_eq!(of("en;q=0, ja;q=zzz"), None);
    }

    #[test]
    fn a_name_comes_back_as_it_was_kept() {
        let kept = set_cookie(NAME, "王 小美; <b>").expect("a header");
        let kept = kept.to_str().expect("ascii").split(';').next().expect("a pair").to_owned();
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&format!("a=b; {kept}")).expect("ascii"))]);
        assert_eq!(cookie(&headers, NAME).as_deref(), Some("王 小美; <b>"));
        assert_eq!(cookie(&headers, "hearken"), None);
    }
}
