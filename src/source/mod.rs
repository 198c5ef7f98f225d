//! Edges that are listened to: one file per platform, each turning a cursor into pages of raw mentions.
//!
//! In: a cursor. Out: pages, oldest mention first, each with the cursor that follows it.
//! Never: stores, sleeps to retry, decides what matters (matching is ours, afterwards).

use futures_util::future::BoxFuture;
use tokio::sync::mpsc;

use crate::domain::{Cursor, Interval, Platform, RawMention, SourceName, Timestamp, TopicName};
use crate::net;
use crate::settings::Pace;

/// What one reading of a source gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Oldest first.
    pub mentions: Vec<RawMention>,
    /// Where to read on after this page; `None` leaves the cursor as it is.
    pub cursor: Option<Cursor>,
    /// The stretch of time of which this reading brought everything; `None` when it cannot be told.
    pub heard: Option<Interval>,
    /// Whether the next page should be read at once.
    pub more: bool,
    /// What could not be read, one line each, without text or names.
    pub refused: Vec<String>,
}

/// A source that is asked.
pub trait Poll: Send + Sync {
    /// Reads one page after the cursor; with no cursor, a bounded look back.
    fn poll<'a>(&'a self, cursor: Option<&'a Cursor>, now: Timestamp) -> BoxFuture<'a, Result<Page, net::Error>>;
}

/// A source that speaks by itself.
pub trait Listen: Send + Sync {
    /// Connects, reads from the cursor on and sends pages until the connection ends; says why it ended.
    /// Ends too when nobody takes pages any more.
    fn listen<'a>(&'a self, cursor: Option<Cursor>, pages: mpsc::Sender<Page>)
    -> BoxFuture<'a, Result<(), net::Error>>;
}

/// How a source is heard.
pub enum Way {
    /// It is asked at a pace.
    Poll(Box<dyn Poll>, Pace),
    /// It speaks by itself.
    Listen(Box<dyn Listen>),
}

/// One configured place, ready to be heard, with the topics that want it.
pub struct Source {
    /// Its name, the same after every start, since its cursor is kept under it.
    pub name: SourceName,
    /// Its kind.
    pub platform: Platform,
    /// Which topics its mentions are matched with.
    pub topics: Vec<TopicName>,
    /// How it is heard.
    pub way: Way,
}
