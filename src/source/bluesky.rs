//! Bluesky: hears every public post through Jetstream and leaves the choosing to our own matcher.
//!
//! In: a cursor in microseconds. Out: pages of raw mentions; deletes as [`Change::Removed`], edits as [`Change::Edited`].
//! Never: asks the search interface, which is meant for people; trusts an author's clock that is far off.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::connect_async_with_config;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use url::Url;

use super::{About, Kind, Listen, Page, Place, Source, Wanted, Way};
use crate::domain::time::timestamp;
use crate::domain::{
    Author, AuthorId, Change, Clock, Cursor, Interval, NativeId, Platform, RawMention, SourceName, Timestamp, TopicName,
};
use crate::net;
use crate::settings::Table;

/// The public instance that is asked when none is configured.
const INSTANCE: &str = "wss://jetstream2.us-east.bsky.network/subscribe";
/// How far a new connection goes back behind its cursor: instances do not share one order.
const REWIND_MICROS: i64 = 10_000_000;
/// How much one page holds at most, and how long it waits for more.
const PAGE_EVENTS: usize = 500;
const PAGE_WAIT: Duration = Duration::from_secs(2);
/// The stream is never quiet for so long; silence means a dead connection.
const QUIET: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(20);
/// No event is larger; a larger one ends the connection.
const MESSAGE_BYTES: usize = 1 << 20;

/// `[[source.bluesky]]`: a name, and an instance of one's own.
pub(super) struct Bluesky;

impl Kind for Bluesky {
    fn word(&self) -> &'static str {
        "bluesky"
    }

    fn platform(&self) -> Platform {
        Platform::Bluesky
    }

    fn about(&self) -> About {
        About {
            hears: "every public post, as it is written; edits, deletes and ended accounts",
            needs: "nothing",
            listen: "source = \"bluesky\"",
            pace: "a stream; after a cut it reads on from its cursor, up to 36 hours back",
            limits: "what is older than 36 hours at the first connection, and names and follower counts, are not told",
        }
    }

    fn read_place(&self, name: &str, table: &Table<'_>) -> Option<Box<dyn Place>> {
        let Some(text) = table.text("instance") else {
            return Some(Box::new(Instance { name: name.to_owned(), address: Url::parse(INSTANCE).ok()? }));
        };
        match Url::parse(&text) {
            Ok(address) if matches!(address.scheme(), "ws" | "wss") => {
                Some(Box::new(Instance { name: name.to_owned(), address }))
            }
            _ => {
                let message = format!("`{text}` is not a WebSocket address");
                table.mistake(
                    "instance",
                    message,
                    format!("write `wss://…/subscribe`, or leave it out for {INSTANCE}"),
                );
                None
            }
        }
    }

    fn built_in_place(&self) -> Option<Box<dyn Place>> {
        Some(Box::new(Instance { name: self.word().to_owned(), address: Url::parse(INSTANCE).ok()? }))
    }
}

/// One Jetstream instance.
struct Instance {
    name: String,
    address: Url,
}

impl Place for Instance {
    /// A topic asks for nothing: the whole stream is heard once, whoever listens.
    fn read_listen(&self, _table: &Table<'_>) -> Vec<Wanted> {
        SourceName::new(&self.name).map(|name| Wanted { name, what: json!({}) }).into_iter().collect()
    }

    fn source(&self, wanted: &Wanted, topics: Vec<TopicName>, _client: &net::Client) -> Source {
        let stream = Stream { address: self.address.clone() };
        Source {
            name: wanted.name.clone(),
            platform: Platform::Bluesky,
            topics,
            way: Way::Listen(Box::new(stream)),
            firehose: true,
        }
    }
}

/// Where the stream was left.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Position {
    /// The last event's own time in microseconds.
    time_us: i64,
}

struct Stream {
    address: Url,
}

impl Listen for Stream {
    fn listen<'a>(
        &'a self,
        cursor: Option<Cursor>,
        clock: &'a Clock,
        pages: mpsc::Sender<Page>,
    ) -> BoxFuture<'a, Result<(), net::Error>> {
        Box::pin(self.run(cursor, clock, pages))
    }
}

impl Stream {
    async fn run(&self, cursor: Option<Cursor>, clock: &Clock, pages: mpsc::Sender<Page>) -> Result<(), net::Error> {
        let position: Option<Position> = cursor.and_then(|cursor| serde_json::from_value(cursor.0).ok());
        let address = self.address_from(position);
        let config =
            WebSocketConfig::default().max_message_size(Some(MESSAGE_BYTES)).max_frame_size(Some(MESSAGE_BYTES));
        let connecting = connect_async_with_config(address.as_str(), Some(config), true);
        let (mut socket, _) = timeout(CONNECT, connecting).await.map_err(|_| net::Error::TimedOut)?.map_err(refusal)?;
        let since = position.map_or_else(|| clock.now(), |position| of_micros(position.time_us - REWIND_MICROS));
        let mut page = Gathering::new(since);
        loop {
            let wait = if page.is_empty() { Instant::now() + QUIET } else { page.due };
            match timeout_at(wait, socket.next()).await {
                Ok(Some(Ok(Message::Text(text)))) => page.take(text.as_str()),
                Ok(Some(Ok(Message::Close(_))) | None) => {
                    page.send(&pages).await;
                    return Ok(());
                }
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(error))) => {
                    page.send(&pages).await;
                    return Err(refusal(error));
                }
                Err(_) if page.is_empty() => return Err(net::Error::TimedOut),
                Err(_) => {}
            }
            if (page.is_full() || Instant::now() >= page.due) && !page.is_empty() && !page.send(&pages).await {
                return Ok(());
            }
        }
    }

    fn address_from(&self, position: Option<Position>) -> Url {
        let mut address = self.address.clone();
        address.query_pairs_mut().append_pair("wantedCollections", "app.bsky.feed.post");
        if let Some(position) = position {
            let cursor = (position.time_us - REWIND_MICROS).max(0);
            address.query_pairs_mut().append_pair("cursor", &cursor.to_string());
        }
        address
    }
}

/// A page that fills while the stream speaks.
struct Gathering {
    mentions: Vec<RawMention>,
    refused: Vec<String>,
    events: usize,
    from: Timestamp,
    last: Option<i64>,
    due: Instant,
}

impl Gathering {
    fn new(from: Timestamp) -> Self {
        Self { mentions: Vec::new(), refused: Vec::new(), events: 0, from, last: None, due: Instant::now() + PAGE_WAIT }
    }

    fn is_empty(&self) -> bool {
        self.events == 0
    }

    fn is_full(&self) -> bool {
        self.events >= PAGE_EVENTS
    }

    fn take(&mut self, text: &str) {
        if self.is_empty() {
            self.due = Instant::now() + PAGE_WAIT;
        }
        self.events += 1;
        match serde_json::from_str::<Event>(text) {
            Ok(event) => {
                // The stream is never quiet for so long: what lies before is older than the instance keeps, and lost.
                let at = of_micros(event.time_us);
                if at > self.last.map_or(self.from, of_micros) + QUIET {
                    self.from = at;
                }
                self.last = Some(self.last.unwrap_or(event.time_us).max(event.time_us));
                self.mentions.extend(read(event));
            }
            Err(error) => self.refused.push(format!("an event that is not Jetstream's: {}", fault(&error))),
        }
    }

    /// Hands the page on; false when nobody takes pages any more.
    async fn send(&mut self, pages: &mpsc::Sender<Page>) -> bool {
        if self.is_empty() {
            return true;
        }
        let cursor = self.last.map(|time_us| Cursor(json!(Position { time_us })));
        let to = self.last.map_or(self.from, of_micros).max(self.from);
        let page = Page {
            mentions: std::mem::take(&mut self.mentions),
            cursor,
            heard: Interval::new(self.from, to),
            more: false,
            refused: std::mem::take(&mut self.refused),
        };
        self.events = 0;
        self.from = to;
        pages.send(page).await.is_ok()
    }
}

/// What serde_json found wrong, without the text itself.
fn fault(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Data => "other fields",
        serde_json::error::Category::Eof => "cut short",
        _ => "not JSON",
    }
}

#[derive(Deserialize)]
struct Event {
    did: String,
    time_us: i64,
    #[serde(default)]
    commit: Option<Commit>,
    #[serde(default)]
    account: Option<Account>,
}

#[derive(Deserialize)]
struct Account {
    #[serde(default)]
    active: bool,
    #[serde(default)]
    status: String,
}

#[derive(Deserialize)]
struct Commit {
    operation: String,
    collection: String,
    rkey: String,
    #[serde(default)]
    record: Option<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    #[serde(default)]
    text: String,
    #[serde(default)]
    created_at: String,
    #[serde(default)]
    langs: Vec<String>,
    #[serde(default)]
    reply: Option<Reply>,
    #[serde(default)]
    embed: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Reply {
    parent: Reference,
}

#[derive(Deserialize)]
struct Reference {
    uri: String,
}

/// One event as a raw mention; `None` for what is neither a post nor the end of one.
fn read(event: Event) -> Option<RawMention> {
    let seen = of_micros(event.time_us);
    if let Some(account) = event.account {
        let gone = !account.active && matches!(account.status.as_str(), "deleted" | "takendown");
        return gone.then(|| author_gone(&event.did, seen)).flatten();
    }
    let commit = event.commit.filter(|commit| commit.collection == "app.bsky.feed.post")?;
    let native = NativeId::new(format!("at://{}/app.bsky.feed.post/{}", event.did, commit.rkey))?;
    let mut raw = RawMention::new(Platform::Bluesky, native, seen);
    raw.author.id = AuthorId::new(&event.did);
    raw.change = match commit.operation.as_str() {
        "create" => Change::Posted,
        "update" => Change::Edited,
        "delete" => Change::Removed,
        _ => return None,
    };
    if raw.change == Change::Removed {
        return Some(raw);
    }
    let record = commit.record?;
    raw.url = format!("https://bsky.app/profile/{}/post/{}", event.did, commit.rkey);
    raw.author = Author { handle: event.did.clone(), ..raw.author };
    raw.posted_at = claimed(&record.created_at, seen);
    raw.language_hint = record.langs.into_iter().next().unwrap_or_default();
    raw.reply_to = record.reply.and_then(|reply| NativeId::new(reply.parent.uri));
    raw.has_media = record.embed.as_ref().is_some_and(has_media);
    raw.text = record.text;
    Some(raw)
}

/// The end of an account: everything its author said goes.
fn author_gone(did: &str, seen: Timestamp) -> Option<RawMention> {
    let mut raw = RawMention::new(Platform::Bluesky, NativeId::new(did)?, seen);
    raw.author.id = AuthorId::new(did);
    raw.change = Change::AuthorRemoved;
    Some(raw)
}

fn has_media(embed: &serde_json::Value) -> bool {
    let kind = embed.get("$type").and_then(serde_json::Value::as_str).unwrap_or_default();
    kind.starts_with("app.bsky.embed.images")
        || kind.starts_with("app.bsky.embed.video")
        || kind.starts_with("app.bsky.embed.recordWithMedia")
}

/// The author's own time, when it is near what the stream saw (36 hours before, a minute after); else the stream's.
fn claimed(text: &str, seen: Timestamp) -> Timestamp {
    let Ok(claim) = chrono::DateTime::parse_from_rfc3339(text) else { return seen };
    let claim = claim.with_timezone(&chrono::Utc);
    let near = claim <= seen + chrono::Duration::minutes(1) && claim >= seen - chrono::Duration::hours(36);
    if near { claim } else { seen }
}

fn of_micros(micros: i64) -> Timestamp {
    timestamp(micros.div_euclid(1000))
}

fn refusal(error: SocketError) -> net::Error {
    match error {
        SocketError::Http(response) => match response.status().as_u16() {
            429 => net::Error::RateLimited { retry_after: None },
            status @ (401 | 403) => net::Error::Unauthorized { status },
            status @ (404 | 410) => net::Error::Missing { status },
            status @ 400..=499 => net::Error::Refused { status, detail: String::new() },
            status => net::Error::Failed { status },
        },
        SocketError::Capacity(_) => net::Error::TooLarge { limit: MESSAGE_BYTES },
        other => net::Error::Unreachable(Box::new(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(json: serde_json::Value) -> Option<RawMention> {
        read(serde_json::from_value(json).expect("an event"))
    }

    fn post(operation: &str, record: serde_json::Value) -> serde_json::Value {
        json!({"did": "did:plc:abc", "time_us": 1_725_911_162_329_308_i64, "kind": "commit", "commit": {
            "rev": "3l3qo2vutsw2b", "operation": operation, "collection": "app.bsky.feed.post",
            "rkey": "3l3qo2vuowo2b", "record": record, "cid": "bafyreid"}})
    }

    #[test]
    fn a_post_keeps_its_text_its_reply_and_its_author() {
        let raw = event(post(
            "create",
            json!({"$type": "app.bsky.feed.post", "createdAt": "2024-09-09T19:46:02.102Z", "langs": ["zh"],
                "text": "嫩芽咖啡今天又排隊排到馬路上",
                "reply": {"parent": {"cid": "x", "uri": "at://did:plc:b/app.bsky.feed.post/1"}, "root": {"cid": "x", "uri": "y"}},
                "embed": {"$type": "app.bsky.embed.images", "images": []}}),
        ))
        .expect("a mention");
        assert_eq!(raw.native_id.as_str(), "at://did:plc:abc/app.bsky.feed.post/3l3qo2vuowo2b");
        assert_eq!(raw.url, "https://bsky.app/profile/did:plc:abc/post/3l3qo2vuowo2b");
        assert_eq!(raw.posted_at.to_rfc3339(), "2024-09-09T19:46:02.102+00:00");
        assert_eq!(raw.reply_to.as_ref().map(NativeId::as_str), Some("at://did:plc:b/app.bsky.feed.post/1"));
        assert!(raw.has_media);
        assert_eq!(raw.change, Change::Posted);
    }

    #[test]
    fn an_author_s_clock_that_is_far_off_is_not_believed() {
        let raw = event(post("create", json!({"text": "x", "createdAt": "1970-01-01T00:00:00Z"}))).expect("a mention");
        assert_eq!(raw.posted_at.timestamp_micros() / 1000, 1_725_911_162_329);
    }

    #[test]
    fn deletes_edits_and_ended_accounts_are_told_apart() {
        let removed = event(json!({"did": "did:plc:abc", "time_us": 1, "kind": "commit", "commit":
            {"rev": "r", "operation": "delete", "collection": "app.bsky.feed.post", "rkey": "1"}}));
        assert_eq!(removed.map(|raw| raw.change), Some(Change::Removed));
        assert_eq!(event(post("update", json!({"text": "x"}))).map(|raw| raw.change), Some(Change::Edited));
        let ended = event(json!({"did": "did:plc:abc", "time_us": 1, "kind": "account",
            "account": {"active": false, "did": "did:plc:abc", "seq": 1, "status": "deleted", "time": "t"}}));
        assert_eq!(ended.map(|raw| raw.change), Some(Change::AuthorRemoved));
        let away = event(json!({"did": "did:plc:abc", "time_us": 1, "kind": "account",
            "account": {"active": false, "did": "did:plc:abc", "seq": 1, "status": "deactivated", "time": "t"}}));
        assert_eq!(away, None);
    }

    #[test]
    fn a_connection_goes_back_a_little_behind_its_cursor() {
        let stream = Stream { address: Url::parse(INSTANCE).expect("valid") };
        let address = stream.address_from(Some(Position { time_us: 1_725_911_162_329_308 }));
        assert!(
            address.as_str().ends_with("wantedCollections=app.bsky.feed.post&cursor=1725911152329308"),
            "{address}"
        );
        assert!(!stream.address_from(None).as_str().contains("cursor"));
    }
}
