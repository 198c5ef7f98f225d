//! A spike and what follows, open until resolved.

use serde::{Deserialize, Serialize};

use super::id::text_newtype;
use super::{Bucket, MentionId, Timestamp, TopicName};

text_newtype!(
    /// Our id of an incident, made from its topic, kind and first bucket.
    IncidentId,
    |text| text.len() == 26
);

impl IncidentId {
    /// The id of the incident of `kind` in `topic` that began in `first`.
    pub fn of(topic: &TopicName, kind: IncidentKind, first: Bucket) -> Self {
        Self(super::id::digest(&["incident", topic.as_str(), kind.as_str(), &first.millis().to_string()]))
    }
}

/// What the baseline could not explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IncidentKind {
    /// More negative mentions, and a greater share of them.
    Negative,
}

impl IncidentKind {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Negative];

    /// The word used in tables and routes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Negative => "negative",
        }
    }

    /// The kind of this word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

/// Where an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IncidentState {
    /// Nobody has said "I see it".
    Open,
    /// A person has.
    Acknowledged,
    /// Over: the numbers are usual again, or a person closed it.
    Resolved,
}

impl IncidentState {
    /// The word used in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
        }
    }

    /// The state of this word.
    pub fn find(word: &str) -> Option<Self> {
        [Self::Open, Self::Acknowledged, Self::Resolved].into_iter().find(|state| state.as_str() == word)
    }
}

/// How great it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Unusual; look when you can.
    Notice,
    /// Clearly more than usual.
    Warning,
    /// Many times more than usual.
    Critical,
}

impl Severity {
    /// The word used in tables and routes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// The severity of this word.
    pub fn find(word: &str) -> Option<Self> {
        [Self::Notice, Self::Warning, Self::Critical].into_iter().find(|severity| severity.as_str() == word)
    }
}

/// The arithmetic of one judged window: what was seen against what is usual.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// First bucket of the window.
    pub from: Bucket,
    /// Last bucket of the window, inclusive.
    pub to: Bucket,
    /// Mentions in the window.
    pub mentions: i64,
    /// Negative mentions in the window.
    pub negative: i64,
    /// Distinct authors of the negative mentions.
    pub authors: i64,
    /// Negative mentions that the baseline expects in such a window.
    pub usual_negative: f64,
    /// Mentions that the baseline expects in such a window.
    pub usual_mentions: f64,
    /// Negative share that the baseline expects, 0.0 to 1.0.
    pub usual_share: f64,
    /// Chance of at least so many negatives when nothing is wrong.
    pub count_tail: f64,
    /// Chance of at least so great a share when nothing is wrong.
    pub share_tail: f64,
    /// What share of the window was heard, 0.0 to 1.0.
    pub heard: f64,
}

/// A spike and what follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Our id.
    pub id: IncidentId,
    /// Whose.
    pub topic: TopicName,
    /// Of what kind.
    pub kind: IncidentKind,
    /// Open, acknowledged or resolved.
    pub state: IncidentState,
    /// How great, at its greatest so far.
    pub severity: Severity,
    /// First bucket that the baseline did not explain.
    pub first: Bucket,
    /// Last bucket judged as part of it.
    pub last: Bucket,
    /// When we noticed (our clock).
    pub opened_at: Timestamp,
    /// When it ended.
    pub resolved_at: Option<Timestamp>,
    /// Who said "I see it"; empty when nobody.
    pub acknowledged_by: String,
    /// The window that opened it.
    pub opening: Observation,
    /// The window with the most negative mentions.
    pub peak: Observation,
    /// The worst originals, worst first.
    pub worst: Vec<MentionId>,
}

/// One line of an incident's timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What: `opened`, `risen`, `acknowledged`, `silenced`, `ticket`, `resolved`, `delivered`, `note` …
    pub what: String,
    /// Who did it; empty for the program itself.
    pub by: String,
    /// In words or figures.
    pub detail: String,
}
