//! What a report covers, and in what form it comes.

use serde::{Deserialize, Serialize};

/// The stretch of time a report covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// From midnight to midnight.
    Day,
    /// From Monday to Monday.
    Week,
    /// From the first to the first.
    Month,
}

impl Period {
    /// All of them, shortest first.
    pub const ALL: &'static [Self] = &[Self::Day, Self::Week, Self::Month];

    /// The word used in configuration and commands.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The period of this word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|period| period.as_str() == word)
    }
}

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReportFormat {
    /// A page.
    Html,
    /// Markdown, as chats take it.
    #[serde(rename = "md")]
    Markdown,
    /// Figures as rows.
    Csv,
}

impl ReportFormat {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Html, Self::Markdown, Self::Csv];

    /// The word used in configuration and commands.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Csv => "csv",
        }
    }

    /// The format of this word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == word)
    }
}
