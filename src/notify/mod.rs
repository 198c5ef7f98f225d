//! Edges that tell people: one file per channel.
//!
//! In: a message. Out: the channel's own id of what it took, or why it did not.
//! Never: retries, sleeps, decides who is told.

mod channel;
mod console;
pub mod guard;
pub mod telegram;
pub mod webhook;

pub use channel::{CHANNELS, ChannelConfig, build, read_channel};

use futures_util::future::BoxFuture;

use crate::domain::{Alert, DeliveryId, Locale, Timestamp};
use crate::net;

/// What is to be told.
#[derive(Clone, Debug)]
pub enum Message {
    /// An incident's news.
    Alert(Box<Alert>),
    /// A text with a subject: a report, a test.
    Letter {
        /// One line.
        subject: String,
        /// The text, in Markdown.
        body: String,
    },
}

/// A channel that takes messages for one receiver.
pub trait Notify: Send + Sync {
    /// Sends once. `key` is the same each time the same delivery is tried, so that a repeat can be recognised.
    /// Gives the channel's own id of the message (empty when it has none).
    fn notify<'a>(
        &'a self,
        key: &'a DeliveryId,
        message: &'a Message,
        locale: Locale,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<String, net::Error>>;
}
