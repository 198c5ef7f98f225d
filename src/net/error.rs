//! Why a call to the outside failed, and whether it may be tried again.

use std::time::Duration;

/// One variant for each thing a caller does differently.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 429, or 503 with Retry-After.
    #[error("the platform asks us to wait")]
    RateLimited {
        /// How long, when it says so.
        retry_after: Option<Duration>,
    },
    /// 401 or 403.
    #[error("the platform refused our credential (status {status})")]
    Unauthorized {
        /// The status.
        status: u16,
    },
    /// 404 or 410.
    #[error("the place does not exist (status {status})")]
    Missing {
        /// The status.
        status: u16,
    },
    /// Another 4xx: asking the same again gives the same answer.
    #[error("the request was refused (status {status}): {detail}")]
    Refused {
        /// The status.
        status: u16,
        /// What the platform said, at most 200 characters.
        detail: String,
    },
    /// 5xx.
    #[error("the platform failed (status {status})")]
    Failed {
        /// The status.
        status: u16,
    },
    /// No answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// No connection, or it was cut.
    #[error("no answer from the platform")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The body passed its cap.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The cap.
        limit: usize,
    },
    /// Sent on from page to page without end.
    #[error("the platform sends us on more than {limit} times")]
    Redirected {
        /// How many times we follow.
        limit: usize,
    },
    /// Something that is not an address we can call.
    #[error("this is no http or https address")]
    Address,
    /// An answer that is not what the platform documents.
    #[error("the answer cannot be read: {0}")]
    Unreadable(String),
}

/// Whether a call may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// After a back-off of ours.
    Soon,
    /// Not before so long.
    After(Duration),
    /// Not before a person has changed something; try rarely.
    Never,
}

impl Error {
    /// May we try again?
    pub fn retry(&self) -> Retry {
        match self {
            Self::RateLimited { retry_after } => retry_after.map_or(Retry::Soon, Retry::After),
            Self::Failed { .. } | Self::TimedOut | Self::Unreachable(_) => Retry::Soon,
            Self::Unreadable(_) => Retry::Soon,
            Self::Unauthorized { .. } | Self::Missing { .. } | Self::Refused { .. } => Retry::Never,
            Self::TooLarge { .. } | Self::Redirected { .. } | Self::Address => Retry::Never,
        }
    }
}
