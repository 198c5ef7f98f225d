//! Mentions in one bucket, by what charts and detectors ask for.

use serde::{Deserialize, Serialize};

use super::{Bucket, Language, Sentiment, SourceName, Theme, TopicName};

/// What a count is kept by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CountKey {
    /// Whose mentions.
    pub topic: TopicName,
    /// Heard where.
    pub source: SourceName,
    /// Posted when.
    pub bucket: Bucket,
    /// In which language.
    pub language: Language,
    /// Leaning how.
    pub sentiment: Sentiment,
    /// `None` is the count of all mentions; `Some` of those that have the theme (a mention may have several).
    pub theme: Option<Theme>,
}

/// Two counts always: first texts, and the same again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// First texts.
    pub originals: i64,
    /// Reposts and near copies.
    pub spread: i64,
}

impl Count {
    /// Both together.
    pub fn total(self) -> i64 {
        self.originals + self.spread
    }
}
