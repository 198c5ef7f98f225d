//! Why a scorer gave no answer, and whether it may be asked again.

use crate::net::{self, Retry};

/// One variant for each thing a caller does differently.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No answer at all.
    #[error("no answer")]
    Unanswered(#[from] net::Error),
    /// An answer that is not what was asked for.
    #[error("the answer is not what was asked for: {0}")]
    Unreadable(String),
    /// The scorer itself failed.
    #[error("it failed: {0}")]
    Failed(String),
}

impl Error {
    /// May we ask again, about other texts?
    pub fn retry(&self) -> Retry {
        match self {
            Self::Unanswered(error) => error.retry(),
            Self::Unreadable(_) | Self::Failed(_) => Retry::Soon,
        }
    }

    /// Whether the texts of the call may be to blame, and others may well be answered.
    pub fn blames_the_texts(&self) -> bool {
        matches!(self, Self::Unreadable(_) | Self::Failed(_))
    }
}
