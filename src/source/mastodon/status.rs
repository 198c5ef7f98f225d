//! Mastodon's status as a raw mention.

use serde::Deserialize;

use crate::domain::{Author, AuthorId, Change, Engagement, NativeId, Platform, RawMention, Timestamp};
use crate::source::html::plain_text;

#[derive(Deserialize)]
pub(super) struct Status {
    pub(super) id: String,
    uri: String,
    #[serde(default)]
    url: Option<String>,
    created_at: Timestamp,
    #[serde(default)]
    content: String,
    #[serde(default)]
    spoiler_text: String,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    visibility: String,
    #[serde(default)]
    in_reply_to_id: Option<String>,
    account: Account,
    #[serde(default)]
    reblog: Option<Box<Status>>,
    #[serde(default)]
    media_attachments: Vec<serde_json::Value>,
    #[serde(default)]
    replies_count: i64,
    #[serde(default)]
    reblogs_count: i64,
    #[serde(default)]
    favourites_count: i64,
}

#[derive(Deserialize)]
pub(super) struct Account {
    acct: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    followers_count: Option<i64>,
}

/// An instance's own number for a post, as the alias that its delete events name.
fn alias(host: &str, number: &str) -> Option<NativeId> {
    NativeId::new(format!("{host}#{number}"))
}

pub(super) fn removed(number: &str, host: &str, now: Timestamp) -> Option<RawMention> {
    let mut raw = RawMention::new(Platform::Mastodon, alias(host, number)?, now);
    raw.alias = Some(raw.native_id.clone());
    raw.change = Change::Removed;
    Some(raw)
}

/// A status as a raw mention; `None` for what is not public or has no id.
pub(super) fn read(status: Status, host: &str, change: Change) -> Option<RawMention> {
    if !matches!(status.visibility.as_str(), "" | "public" | "unlisted") {
        return None;
    }
    let mut raw = RawMention::new(Platform::Mastodon, NativeId::new(&status.uri)?, status.created_at);
    raw.alias = alias(host, &status.id);
    raw.change = change;
    let shown = match &status.reblog {
        Some(original) => {
            raw.repost_of = NativeId::new(&original.uri);
            original
        }
        None => &status,
    };
    raw.title = shown.spoiler_text.clone();
    raw.text = plain_text(&shown.content);
    raw.has_media = !shown.media_attachments.is_empty();
    raw.url = status.url.clone().unwrap_or_else(|| status.uri.clone());
    raw.language_hint = status.language.clone().unwrap_or_default();
    raw.reply_to = status.in_reply_to_id.as_deref().and_then(|number| alias(host, number));
    raw.engagement =
        Engagement { likes: status.favourites_count, reposts: status.reblogs_count, replies: status.replies_count };
    let handle = if status.account.acct.contains('@') {
        status.account.acct.clone()
    } else {
        format!("{}@{host}", status.account.acct)
    };
    // An account's own page is its name everywhere; its number differs from instance to instance.
    let id = if status.account.url.is_empty() { handle.clone() } else { status.account.url.clone() };
    raw.author = Author {
        id: AuthorId::new(id),
        name: status.account.display_name.clone(),
        handle,
        followers: status.account.followers_count,
    };
    Some(raw)
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    pub(in crate::source::mastodon) fn status(id: &str, at: &str) -> serde_json::Value {
        json!({"id": id, "created_at": at, "in_reply_to_id": null, "spoiler_text": "", "visibility": "public",
            "language": "zh", "uri": format!("https://g0v.social/users/a/statuses/{id}"),
            "url": format!("https://g0v.social/@a/{id}"), "replies_count": 5, "reblogs_count": 6, "favourites_count": 11,
            "content": "<p>嫩芽咖啡 <a href=\"https://g0v.social/tags/x\" class=\"mention hashtag\">#<span>咖啡</span></a></p>",
            "account": {"id": "1", "acct": "a", "display_name": "小安", "url": "https://g0v.social/@a", "followers_count": 9},
            "media_attachments": []})
    }

    #[test]
    fn a_private_post_is_not_read_and_a_boost_names_its_original() {
        let mut private = status("7", "2026-11-01T00:00:00Z");
        private["visibility"] = json!("private");
        assert!(read(serde_json::from_value(private).expect("a status"), "g0v.social", Change::Posted).is_none());
        let mut boost = status("8", "2026-11-01T00:00:00Z");
        boost["reblog"] = status("7", "2026-11-01T00:00:00Z");
        let raw = read(serde_json::from_value(boost).expect("a status"), "g0v.social", Change::Posted).expect("public");
        assert_eq!(raw.repost_of.as_ref().map(NativeId::as_str), Some("https://g0v.social/users/a/statuses/7"));
    }
}
