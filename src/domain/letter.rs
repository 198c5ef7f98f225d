//! A message that is not an incident's news: a report, a test.

use serde::{Deserialize, Serialize};

use super::id::digest;
use super::{DeliveryId, DeliveryState, ReceiverName, Timestamp};

/// A text for one receiver, on the same way as a delivery: written first, sent after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// Our id; the idempotency key that a channel passes on.
    pub id: DeliveryId,
    /// To whom.
    pub receiver: ReceiverName,
    /// One line.
    pub subject: String,
    /// The text, in Markdown.
    pub body: String,
    /// Where it stands; a letter is never silenced.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// Not to be tried before.
    pub due_at: Timestamp,
    /// Why the last attempt failed; empty when it did not.
    pub error: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When the channel took it.
    pub sent_at: Option<Timestamp>,
}

impl Letter {
    /// A letter that waits to be sent. `name` tells it from the receiver's other letters (`weekly 2026-11-23`): the same
    /// name twice is one letter. `None` never happens for a name of any text, but an id is checked like any other.
    pub fn new(name: &str, receiver: ReceiverName, subject: String, body: String, now: Timestamp) -> Option<Self> {
        let id = DeliveryId::new(digest(&["letter", name, receiver.as_str()]))?;
        Some(Self {
            id,
            receiver,
            subject,
            body,
            state: DeliveryState::Waiting,
            attempts: 0,
            due_at: now,
            error: String::new(),
            created_at: now,
            sent_at: None,
        })
    }
}
