//! What Hacker News says of a post: a hit of its search, and an item as it stands.

use serde::Deserialize;

use crate::domain::id::digest;
use crate::domain::time::timestamp;
use crate::domain::{Author, AuthorId, Change, NativeId, Platform, RawMention};
use crate::source::{LONGEST_TEXT, cut, plain_text};

/// An answer of the search.
#[derive(Debug, Deserialize)]
pub(super) struct Hits {
    pub(super) hits: Vec<Hit>,
    #[serde(rename = "nbHits")]
    pub(super) count: i64,
}

/// One story or comment that the search found.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Hit {
    #[serde(rename = "objectID")]
    pub(super) object_id: String,
    pub(super) created_at_i: i64,
    author: Option<String>,
    title: Option<String>,
    story_text: Option<String>,
    comment_text: Option<String>,
    points: Option<i64>,
    num_comments: Option<i64>,
    parent_id: Option<i64>,
}

impl Hit {
    /// The mention it is; `None` when it says nothing.
    pub(super) fn mention(&self) -> Option<RawMention> {
        let text = self.comment_text.as_deref().or(self.story_text.as_deref()).unwrap_or_default();
        let mut mention = made(&self.object_id, self.created_at_i, self.title.as_deref(), text)?;
        mention.author = author(self.author.as_deref());
        mention.reply_to = self.parent_id.and_then(|id| NativeId::new(id.to_string()));
        mention.engagement.likes = self.points.unwrap_or(0);
        mention.engagement.replies = self.num_comments.unwrap_or(0);
        Some(mention)
    }
}

/// An item as it stands now.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Item {
    time: i64,
    by: Option<String>,
    title: Option<String>,
    text: Option<String>,
    score: Option<i64>,
    descendants: Option<i64>,
    parent: Option<i64>,
    deleted: bool,
    dead: bool,
}

impl Item {
    /// What changed since it had this mark, and its mark now; no mark when there is nothing left to look at.
    pub(super) fn compare(&self, id: &str, before: &str) -> (Option<RawMention>, Option<String>) {
        if self.deleted || self.dead {
            let removed = NativeId::new(id).map(|native| {
                let mut removed = RawMention::new(Platform::HackerNews, native, timestamp(self.time * 1000));
                removed.change = Change::Removed;
                removed
            });
            return (removed, None);
        }
        let text = self.text.as_deref().unwrap_or_default();
        let Some(mut mention) = made(id, self.time, self.title.as_deref(), text) else {
            // An item the site cannot show just now: nothing is known, so nothing is said.
            return (None, Some(before.to_owned()));
        };
        let now = mark(&mention);
        if now == before {
            return (None, Some(now));
        }
        mention.change = Change::Edited;
        mention.author = author(self.by.as_deref());
        mention.reply_to = self.parent.and_then(|id| NativeId::new(id.to_string()));
        mention.engagement.likes = self.score.unwrap_or(0);
        mention.engagement.replies = self.descendants.unwrap_or(0);
        (Some(mention), Some(now))
    }
}

fn made(id: &str, seconds: i64, title: Option<&str>, text: &str) -> Option<RawMention> {
    let title = cut(&plain_text(title.unwrap_or_default()), 500);
    let text = cut(&plain_text(text), LONGEST_TEXT);
    if seconds <= 0 || (title.is_empty() && text.is_empty()) {
        return None;
    }
    let mut mention = RawMention::new(Platform::HackerNews, NativeId::new(id)?, timestamp(seconds * 1000));
    mention.url = format!("https://news.ycombinator.com/item?id={id}");
    mention.title = title;
    mention.text = text;
    Some(mention)
}

fn author(name: Option<&str>) -> Author {
    let name = name.unwrap_or_default().to_owned();
    Author { id: AuthorId::new(name.as_str()), handle: name.clone(), name, followers: None }
}

/// A digest of what a post says.
pub(super) fn mark(mention: &RawMention) -> String {
    cut(&digest(&[&mention.title, &mention.text]), 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HITS: &str = include_str!("../../../tests/fixtures/hacker_news/search_by_date.json");

    #[test]
    fn a_story_and_a_comment_are_read_from_an_answer() {
        let answer: Hits = serde_json::from_str(HITS).expect("the documented shape");
        let mentions: Vec<RawMention> = answer.hits.iter().filter_map(Hit::mention).collect();
        assert_eq!(mentions.len(), 2);
        assert_eq!(mentions[0].title, "Show HN: Sprout Coffee's roasting log, opened");
        assert_eq!((mentions[0].engagement.likes, mentions[0].engagement.replies), (12, 3));
        assert_eq!(mentions[1].text, "Their app charged me twice & nobody answers.\n\nI won't go back.");
        assert_eq!(mentions[1].reply_to.as_ref().map(NativeId::as_str), Some("41000001"));
        assert_eq!(mentions[1].author.handle, "kettle_dev");
    }

    #[test]
    fn an_item_that_is_gone_is_a_removal_and_one_that_changed_an_edit() {
        let item = |json: &str| serde_json::from_str::<Item>(json).expect("an item");
        let (gone, mark) = item(r#"{"id":1,"time":1791273600,"deleted":true}"#).compare("1", "x");
        assert_eq!((gone.map(|m| m.change), mark), (Some(Change::Removed), None));
        let json = r#"{"id":1,"time":1791273600,"by":"a","text":"fine","type":"comment","parent":9}"#;
        let (edit, mark) = item(json).compare("1", "x");
        assert_eq!(edit.map(|m| m.change), Some(Change::Edited));
        let (same, _) = item(json).compare("1", mark.as_deref().unwrap_or_default());
        assert_eq!(same, None);
        assert_eq!(Item::default().compare("1", "x"), (None, Some("x".to_owned())));
    }
}
