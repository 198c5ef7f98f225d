//! Hush by hand, always with an end.

use serde::{Deserialize, Serialize};

use super::id::{digest, text_newtype};
use super::{Timestamp, TopicName};

text_newtype!(
    /// Our id of a silence.
    SilenceId,
    |text| text.len() == 26
);

/// No alerts of a topic are sent until it ends; incidents go on being kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Silence {
    /// Our id.
    pub id: SilenceId,
    /// Which topic; `None` is every topic.
    pub topic: Option<TopicName>,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Who asked for it.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl Silence {
    /// Returns `None` when it would end before it begins.
    pub fn new(topic: Option<TopicName>, from: Timestamp, until: Timestamp, by: &str, reason: &str) -> Option<Self> {
        let scope = topic.as_ref().map_or("", TopicName::as_str);
        let id = SilenceId::new(digest(&["silence", scope, &from.to_rfc3339(), &until.to_rfc3339(), by]))?;
        (from < until).then(|| Self { id, topic, from, until, by: by.to_owned(), reason: reason.to_owned() })
    }

    /// Whether it hushes `topic` at `now`.
    pub fn hushes(&self, topic: &TopicName, now: Timestamp) -> bool {
        self.from <= now && now < self.until && self.topic.as_ref().is_none_or(|mine| mine == topic)
    }
}
