//! Edges that are listened to: one file per platform, each turning a cursor into pages of raw mentions.
//!
//! In: a cursor. Out: pages, oldest mention first, each with the cursor that follows it.
//! Never: stores, sleeps to retry, decides what matters (matching is ours, afterwards).
//!
//! A platform is a [`Kind`] in [`KINDS`]. A kind reads `[[source.<word>]]` into a [`Place`]; a place reads `[[listen]]` into what is
//! [`Wanted`] of it, and makes a [`Source`] of each. Equal names are one source, asked once however many topics want it.

mod again;
mod bluesky;
mod feed;
pub mod file;
mod hacker_news;
mod html;
mod mastodon;
mod ptt;

use futures_util::future::BoxFuture;
use tokio::sync::mpsc;
use url::Url;

use crate::domain::{Clock, Cursor, Interval, Platform, RawMention, SourceName, Timestamp, TopicName};
use crate::net;
use crate::settings::{Pace, Table};

pub use html::plain_text;

/// Every kind of place that can be listened to, in the order of the documents.
pub const KINDS: &[&dyn Kind] =
    &[&feed::Feeds, &ptt::Ptt, &mastodon::Mastodon, &bluesky::Bluesky, &hacker_news::HackerNews];

/// The kind of this word.
pub fn find_kind(word: &str) -> Option<&'static dyn Kind> {
    KINDS.iter().copied().find(|kind| kind.word() == word)
}

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
    ///
    /// What was said while nobody listened is fetched first, where the platform allows it. A page without mentions but with
    /// [`Page::heard`] is a heartbeat: send one at least each minute. The channel is bounded: a full one means wait, a closed one means end.
    fn listen<'a>(
        &'a self,
        cursor: Option<Cursor>,
        clock: &'a Clock,
        pages: mpsc::Sender<Page>,
    ) -> BoxFuture<'a, Result<(), net::Error>>;
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
    /// Whether it brings everything that is said at the place, whoever it speaks of: of a firehose only what a wanting
    /// topic's query matches is kept, and changes to what is already known.
    pub firehose: bool,
}

/// One thing that a topic wants of a place. Equal names mean the same thing, and are one source.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The source's name.
    pub name: SourceName,
    /// What is asked, as only the platform's own file reads it.
    pub what: serde_json::Value,
}

/// A kind of place: what its tables in the configuration mean.
pub trait Kind: Sync {
    /// The word in `[[source.<word>]]` and in `[[listen]] source = "<word>"`.
    fn word(&self) -> &'static str;

    /// The platform of its mentions.
    fn platform(&self) -> Platform;

    /// What a person should know before listening to it.
    fn about(&self) -> About;

    /// Reads `[[source.<word>]]`, whose name is `name`; `None` when a mistake was found. The caller finishes the table.
    fn read_place(&self, name: &str, table: &Table<'_>) -> Option<Box<dyn Place>>;

    /// The place that is there without configuration, named by the kind's word; `None` for kinds that need settings.
    fn built_in_place(&self) -> Option<Box<dyn Place>>;
}

/// A configured place.
pub trait Place: Send + Sync {
    /// Reads what a topic's `[[listen]]` wants of it. Mistakes go to the table. The caller finishes the table.
    fn read_listen(&self, table: &Table<'_>) -> Vec<Wanted>;

    /// The source that brings what is wanted.
    fn source(&self, wanted: &Wanted, topics: Vec<TopicName>, client: &net::Client) -> Source;
}

/// What a person should know about a kind of place; the documents' table is printed from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// What is heard.
    pub hears: &'static str,
    /// What it needs: a key, a token, nothing.
    pub needs: &'static str,
    /// What a `[[listen]]` says, as an example of one line.
    pub listen: &'static str,
    /// How often it is asked, and how far back a first reading looks.
    pub pace: &'static str,
    /// What cannot be heard, or not surely.
    pub limits: &'static str,
}

/// `pace` or `cron` (in `zone`, UTC when absent) of a place's table; `usual` when it has neither.
fn read_pace(table: &Table<'_>, usual: Pace) -> Pace {
    let zone = table.text("zone").and_then(|zone| match zone.parse::<chrono_tz::Tz>() {
        Ok(zone) => Some(zone),
        Err(_) => {
            table.mistake("zone", format!("`{zone}` is not a time zone"), "write one such as \"Asia/Taipei\"");
            None
        }
    });
    table.pace(zone.unwrap_or(chrono_tz::UTC)).unwrap_or(usual)
}

/// The address of a platform's service, for those who run their own or stand between; `usual` when the key is absent.
fn read_address(table: &Table<'_>, key: &str, usual: &str) -> Option<Url> {
    let text = table.text(key).unwrap_or_else(|| usual.to_owned());
    // A path is a folder: what is asked is below it.
    let whole = if text.ends_with('/') { text.clone() } else { format!("{text}/") };
    let url = Url::parse(&whole).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if url.is_none() {
        table.mistake(key, format!("`{}` is not an address", cut(&text, 80)), format!("write one such as \"{usual}\""));
    }
    url
}

/// The text, cut after so many characters.
fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

/// Characters of a text that are kept.
const LONGEST_TEXT: usize = 20_000;
