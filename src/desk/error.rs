//! Why the desk refused.

use crate::domain::{Locale, Theme, TicketNumber, TicketState, TopicName};
use crate::store;

/// One variant for each thing a person is told differently; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Who acts is not told.
    #[error("say who you are: a name of one line, at most 80 characters")]
    Name,
    /// The incident is not known.
    #[error("there is no such incident")]
    NoIncident,
    /// The mention is not known.
    #[error("there is no such mention")]
    NoMention,
    /// The text was taken down.
    #[error("this mention was removed at its author's or platform's wish; there is nothing left to work on")]
    Removed,
    /// The ticket is not known.
    #[error("there is no ticket {0}")]
    NoTicket(TicketNumber),
    /// The topic is not known.
    #[error("there is no topic `{0}`")]
    NoTopic(TopicName),
    /// The silence is not known, or over.
    #[error("there is no such silence, or it is over")]
    NoSilence,
    /// Somebody saw the incident before.
    #[error("{0} has acknowledged it already")]
    Acknowledged(String),
    /// The incident is over.
    #[error("the incident is over already")]
    Resolved,
    /// The ticket is solved, and what was asked for needs one that is not.
    #[error("ticket {0} is solved; open it again first")]
    Solved(TicketNumber),
    /// A ticket that was begun cannot be new again.
    #[error("ticket {0} was begun; it can be open, pending or solved")]
    Begun(TicketNumber),
    /// The ticket is in this state already.
    #[error("ticket {0} is {state} already", state = .1.as_str())]
    Already(TicketNumber, TicketState),
    /// A note without text, or too long.
    #[error("a note has 1 to 5,000 characters")]
    Note,
    /// A silence that is too short, too long, or over before it begins.
    #[error("a silence lasts from 1 minute to 30 days")]
    Length,
    /// The reason or the assignee's name is too long.
    #[error("this is too long: one line of at most 500 characters")]
    TooLong,
    /// No label was said, or one that a person cannot mean.
    #[error("say which label is right: negative, neutral or positive, the themes, spam or not")]
    Label,
    /// The theme is not known.
    #[error("there is no theme `{0}`")]
    NoTheme(Theme),
    /// The author changed the text after it was read.
    #[error("its author has changed the text since you read it; read it again")]
    TextChanged,
    /// Nobody said anything of the mention that could be taken back.
    #[error("nobody has corrected or confirmed this mention")]
    NoCorrection,
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Error {
    /// Whether the person asked for something that cannot be; otherwise we failed.
    pub fn is_refusal(&self) -> bool {
        !matches!(self, Self::Store(_))
    }

    /// Whether the thing asked about is not there.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::NoIncident | Self::NoMention | Self::NoTicket(_) | Self::NoTopic(_) | Self::NoSilence)
    }

    /// The same for people, in their language.
    pub fn say(&self, locale: Locale) -> String {
        super::words::refusal(self, locale)
    }
}
