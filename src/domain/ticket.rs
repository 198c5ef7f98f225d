//! Work owed to an author or about an incident.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{IncidentId, MentionId, Timestamp, TopicName};

/// A ticket's number, from 1, as people say it: `#17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketNumber(i64);

impl TicketNumber {
    /// Returns `None` below 1.
    pub fn new(number: i64) -> Option<Self> {
        (number >= 1).then_some(Self(number))
    }

    /// The number itself.
    pub fn value(self) -> i64 {
        self.0
    }
}

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Where a ticket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TicketState {
    /// Nobody has it.
    New,
    /// Somebody works on it.
    Open,
    /// The author owes an answer.
    Pending,
    /// Done.
    Solved,
}

impl TicketState {
    /// All of them, in order of a ticket's life.
    pub const ALL: &'static [Self] = &[Self::New, Self::Open, Self::Pending, Self::Solved];

    /// The word used in tables and commands.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Pending => "pending",
            Self::Solved => "solved",
        }
    }

    /// The state of this word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == word)
    }
}

/// How soon it should be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// When there is time.
    Low,
    /// In turn.
    Normal,
    /// Before others.
    High,
    /// Now.
    Urgent,
}

impl Priority {
    /// All of them, least first.
    pub const ALL: &'static [Self] = &[Self::Low, Self::Normal, Self::High, Self::Urgent];

    /// The word used in tables and commands.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    /// The priority of this word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|priority| priority.as_str() == word)
    }
}

/// Work owed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// As people say it.
    pub number: TicketNumber,
    /// Whose topic.
    pub topic: TopicName,
    /// What it is about, in a line.
    pub title: String,
    /// Where it stands.
    pub state: TicketState,
    /// How soon.
    pub priority: Priority,
    /// Who has it; empty when nobody.
    pub assignee: String,
    /// The incident it came from.
    pub incident: Option<IncidentId>,
    /// The mention it came from.
    pub mention: Option<MentionId>,
    /// Who opened it.
    pub opened_by: String,
    /// When.
    pub opened_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// When it was solved.
    pub solved_at: Option<Timestamp>,
}

/// One line of a ticket's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TicketEvent {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What: `opened`, `note`, `assigned`, `state`, `priority`.
    pub what: String,
    /// The note's text, or from and to.
    pub detail: String,
}
