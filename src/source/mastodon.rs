//! Mastodon: hashtag and public timelines of one instance, asked by `min_id`, or streamed with a user token.
//!
//! In: a cursor with the last post's number. Out: pages of raw mentions; with a stream also edits and deletes.
//! Never: uses the status search (it needs Elasticsearch and is for people), trusts HTML.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use url::Url;

use super::html::plain_text;
use super::{About, Kind, Listen, Page, Place, Poll, Source, Wanted, Way};
use crate::domain::{
    Author, AuthorId, Change, Clock, Cursor, Engagement, Interval, NativeId, Platform, RawMention, SourceName,
    Timestamp, TopicName,
};
use crate::net;
use crate::settings::{Pace, Secret, Table};

/// The most that an instance gives at once.
const PAGE: usize = 40;
/// A stream sends a heartbeat every 15 seconds; silence for so long means a dead connection.
const QUIET: Duration = Duration::from_secs(60);
/// A page without posts tells so often that the stream is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How many pages a new connection catches up before it reads the stream; more is left to the next connection.
const CATCH_UP: usize = 50;

/// `[[source.mastodon]]`: a name, the instance's address, a pace, and a token where there is one.
pub(super) struct Mastodon;

impl Kind for Mastodon {
    fn word(&self) -> &'static str {
        "mastodon"
    }

    fn platform(&self) -> Platform {
        Platform::Mastodon
    }

    fn about(&self) -> About {
        About {
            hears: "hashtags and public timelines of an instance; with a token as a stream, with edits and deletes",
            needs: "the instance's address; a user token (read:statuses) for streams and closed instances",
            listen: "source = \"g0v\"\ntags = [\"咖啡\"]",
            pace: "every 2 minutes, or a stream; the first reading looks back 40 posts",
            limits: "what the instance does not know of the fediverse; without a token no edits and no deletes",
        }
    }

    fn read_place(&self, name: &str, table: &Table<'_>) -> Option<Box<dyn Place>> {
        let text = table.need_text("instance", "the address of an instance, such as \"https://g0v.social\"")?;
        let token = table.secret("token");
        let pace = table.pace(chrono_tz::UTC).unwrap_or(Pace::Every(chrono::Duration::minutes(2)));
        match Url::parse(&text) {
            Ok(base) if matches!(base.scheme(), "http" | "https") && base.host().is_some() => {
                Some(Box::new(Instance { name: name.to_owned(), base, token, pace }))
            }
            _ => {
                let message = format!("`{text}` is not an address");
                table.mistake("instance", message, "write it with https://, such as \"https://g0v.social\"");
                None
            }
        }
    }

    fn built_in_place(&self) -> Option<Box<dyn Place>> {
        None
    }
}

struct Instance {
    name: String,
    base: Url,
    token: Option<Secret>,
    pace: Pace,
}

/// Which timeline of an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Timeline {
    Tag(String),
    Public,
    Local,
}

impl Timeline {
    fn path(&self) -> String {
        match self {
            Self::Tag(tag) => format!("/api/v1/timelines/tag/{}", path_segment(tag)),
            Self::Public | Self::Local => "/api/v1/timelines/public".to_owned(),
        }
    }

    fn stream(&self) -> &'static str {
        match self {
            Self::Tag(_) => "/api/v1/streaming/hashtag",
            Self::Public => "/api/v1/streaming/public",
            Self::Local => "/api/v1/streaming/public/local",
        }
    }

    fn query(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Tag(tag) => vec![("tag", tag.as_str())],
            Self::Public | Self::Local => Vec::new(),
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Tag(tag) => format!("tag/{tag}"),
            Self::Public => "public".to_owned(),
            Self::Local => "local".to_owned(),
        }
    }
}

fn path_segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

impl Place for Instance {
    fn read_listen(&self, table: &Table<'_>) -> Vec<Wanted> {
        let mut timelines: Vec<Timeline> = Vec::new();
        for tag in table.texts("tags") {
            let bare = tag.trim_start_matches(['#', '＃']);
            if bare.is_empty() || bare.chars().any(char::is_whitespace) {
                table.mistake("tags", format!("`{tag}` is not a hashtag"), "one word without spaces");
            } else {
                timelines.push(Timeline::Tag(bare.to_owned()));
            }
        }
        match table.word("timeline", &["public", "local"]) {
            Some("public") => timelines.push(Timeline::Public),
            Some(_) => timelines.push(Timeline::Local),
            None => {}
        }
        if timelines.is_empty() && !table.has("tags") && !table.has("timeline") {
            table.mistake("", "asks for nothing", "add `tags = [\"…\"]` or `timeline = \"public\"`");
        }
        let wanted = |timeline: Timeline| {
            let name = SourceName::new(format!("{}/{}", self.name, timeline.words()))?;
            Some(Wanted { name, what: json!(timeline) })
        };
        timelines.into_iter().filter_map(wanted).collect()
    }

    fn source(&self, wanted: &Wanted, topics: Vec<TopicName>, client: &net::Client) -> Source {
        let timeline = serde_json::from_value(wanted.what.clone()).unwrap_or(Timeline::Public);
        let place = Reading { base: self.base.clone(), token: self.token.clone(), timeline, client: client.clone() };
        let firehose = !matches!(place.timeline, Timeline::Tag(_));
        let way = match self.token {
            Some(_) => Way::Listen(Box::new(place)),
            None => Way::Poll(Box::new(place), self.pace.clone()),
        };
        Source { name: wanted.name.clone(), platform: Platform::Mastodon, topics, way, firehose }
    }
}

/// One timeline of one instance.
struct Reading {
    base: Url,
    token: Option<Secret>,
    timeline: Timeline,
    client: net::Client,
}

/// Where a timeline was left.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Position {
    /// The newest post's number on this instance; `None` while none was seen.
    min_id: Option<String>,
    /// Everything up to this instant was read, in milliseconds UTC.
    heard: Option<i64>,
}

impl Position {
    fn read(cursor: Option<&Cursor>) -> Self {
        cursor.and_then(|cursor| serde_json::from_value(cursor.0.clone()).ok()).unwrap_or_default()
    }

    fn cursor(&self) -> Cursor {
        Cursor(json!(self))
    }
}

impl Poll for Reading {
    fn poll<'a>(&'a self, cursor: Option<&'a Cursor>, now: Timestamp) -> BoxFuture<'a, Result<Page, net::Error>> {
        Box::pin(async move { Ok(self.page(Position::read(cursor), now).await?.0) })
    }
}

impl Reading {
    fn address(&self, base: &Url, path: &str, query: &[(&str, &str)]) -> Result<Url, net::Error> {
        let mut address =
            base.join(path).map_err(|_| net::Error::Unreadable("an address that cannot be made".into()))?;
        if !query.is_empty() {
            address.query_pairs_mut().extend_pairs(query);
        }
        Ok(address)
    }

    /// The request with the token, where there is one. A token that cannot be read is a refused credential.
    fn signed(&self, request: net::Request) -> Result<net::Request, net::Error> {
        let Some(secret) = &self.token else { return Ok(request) };
        let token = secret.reveal().map_err(|_| net::Error::Unauthorized { status: 401 })?;
        Ok(request.bearer(&token))
    }

    async fn get(&self, address: &Url) -> Result<net::Response, net::Error> {
        self.client.send(self.signed(net::Request::get(address.as_str()))?).await
    }

    /// One page after a position, with the position that follows it.
    async fn page(&self, position: Position, now: Timestamp) -> Result<(Page, Position), net::Error> {
        let limit = PAGE.to_string();
        let mut query = vec![("limit", limit.as_str())];
        if self.timeline == Timeline::Local {
            query.push(("local", "true"));
        }
        if let Some(min_id) = position.min_id.as_deref() {
            query.push(("min_id", min_id));
        }
        let response = self.get(&self.address(&self.base, &self.timeline.path(), &query)?).await?;
        let statuses: Vec<serde_json::Value> = serde_json::from_slice(&response.body)
            .map_err(|_| net::Error::Unreadable("a timeline that is not a list of posts".to_owned()))?;
        Ok(turn(statuses, position, now, &self.host()))
    }

    fn host(&self) -> String {
        self.base.host_str().unwrap_or_default().to_owned()
    }
}

/// A timeline's answer as a page, oldest first, with the position that follows it.
fn turn(statuses: Vec<serde_json::Value>, position: Position, now: Timestamp, host: &str) -> (Page, Position) {
    let full = statuses.len() >= PAGE && position.min_id.is_some();
    let mut page = Page { more: full, ..Page::default() };
    let mut newest = position.min_id.clone();
    for value in statuses {
        let number = value.get("id").and_then(serde_json::Value::as_str).map(str::to_owned);
        match serde_json::from_value::<Status>(value) {
            Ok(status) => page.mentions.extend(read(status, host, Change::Posted)),
            Err(_) => page.refused.push("a post without the fields that Mastodon documents".to_owned()),
        }
        if number.as_deref().is_some_and(|number| newest.as_deref().is_none_or(|newest| is_after(number, newest))) {
            newest = number;
        }
    }
    page.mentions.sort_by_key(|raw| raw.posted_at);
    let heard = if full {
        position.heard
    } else {
        let oldest = page.mentions.first().map_or(now, |raw| raw.posted_at).min(now);
        let from = position.heard.map_or(oldest, crate::domain::time::timestamp);
        page.heard = Interval::new(from, now);
        Some(now.timestamp_millis())
    };
    let next = Position { min_id: newest, heard };
    page.cursor = Some(next.cursor());
    (page, next)
}

/// Whether one post's number is greater: they are decimal, of any length.
fn is_after(number: &str, other: &str) -> bool {
    (number.len(), number) > (other.len(), other)
}

impl Listen for Reading {
    fn listen<'a>(
        &'a self,
        cursor: Option<Cursor>,
        clock: &'a Clock,
        pages: mpsc::Sender<Page>,
    ) -> BoxFuture<'a, Result<(), net::Error>> {
        Box::pin(self.run(Position::read(cursor.as_ref()), clock, pages))
    }
}

impl Reading {
    /// The stream is opened first and the timeline read after, so that nothing falls between the two.
    async fn run(&self, mut position: Position, clock: &Clock, pages: mpsc::Sender<Page>) -> Result<(), net::Error> {
        let base = self.streaming_base().await;
        let address = self.address(&base, self.timeline.stream(), &self.timeline.query())?;
        let request = net::Request::get(address.as_str()).accept("text/event-stream");
        let mut stream = self.client.open(self.signed(request)?).await?;
        for _ in 0..CATCH_UP {
            let (page, next) = self.page(position, clock.now()).await?;
            let more = page.more;
            position = next;
            if pages.send(page).await.is_err() {
                return Ok(());
            }
            if !more {
                break;
            }
        }
        let mut lines = Events::default();
        let mut told = Instant::now();
        loop {
            let chunk = match timeout(QUIET, stream.next()).await {
                Err(_) => return Err(net::Error::TimedOut),
                Ok(None) => return Ok(()),
                Ok(Some(chunk)) => chunk?,
            };
            let events = lines.take(&chunk).ok_or(net::Error::TooLarge { limit: Events::LIMIT })?;
            let page = self.heard_page(events, &mut position, clock.now());
            let empty = page.mentions.is_empty() && page.refused.is_empty();
            if empty && told.elapsed() < HEARTBEAT {
                continue;
            }
            told = Instant::now();
            if pages.send(page).await.is_err() {
                return Ok(());
            }
        }
    }

    /// Where the instance streams from: another host at some; its own when it does not say.
    async fn streaming_base(&self) -> Url {
        let asked = async {
            let response = self.get(&self.address(&self.base, "/api/v2/instance", &[])?).await?;
            let told: serde_json::Value = serde_json::from_slice(&response.body).unwrap_or_default();
            let text =
                told.pointer("/configuration/urls/streaming").and_then(serde_json::Value::as_str).unwrap_or_default();
            let web = text.replacen("wss://", "https://", 1).replacen("ws://", "http://", 1);
            Ok::<_, net::Error>(Url::parse(&web).ok())
        };
        // A token goes to the instance itself or to a host below the same domain, nowhere else.
        match asked.await.ok().flatten() {
            Some(base) if same_site(&base, &self.base) => base,
            _ => self.base.clone(),
        }
    }

    fn heard_page(&self, events: VecDeque<(String, String)>, position: &mut Position, now: Timestamp) -> Page {
        let mut page = Page::default();
        for (name, data) in events {
            // Mastodon writes `status.update`; some servers of its shape write it with an underscore.
            match name.as_str() {
                "update" | "status.update" | "status_update" => {
                    let change = if name == "update" { Change::Posted } else { Change::Edited };
                    match serde_json::from_str::<Status>(&data) {
                        Ok(status) => {
                            if change == Change::Posted
                                && position.min_id.as_deref().is_none_or(|newest| is_after(&status.id, newest))
                            {
                                position.min_id = Some(status.id.clone());
                            }
                            page.mentions.extend(read(status, &self.host(), change));
                        }
                        Err(_) => page.refused.push("an event without the fields that Mastodon documents".to_owned()),
                    }
                }
                "delete" => page.mentions.extend(removed(data.trim(), &self.host(), now)),
                _ => {}
            }
        }
        let from = position.heard.map_or(now, crate::domain::time::timestamp);
        page.heard = Interval::new(from, now);
        position.heard = Some(now.timestamp_millis());
        page.cursor = Some(position.cursor());
        page
    }
}

fn same_site(other: &Url, own: &Url) -> bool {
    match (other.host_str(), own.host_str()) {
        (Some(other), Some(own)) => other == own || other.ends_with(&format!(".{own}")),
        _ => false,
    }
}

/// Server-sent events from chunks of bytes.
#[derive(Default)]
struct Events {
    held: Vec<u8>,
    name: String,
    data: String,
}

impl Events {
    /// No event is larger, in bytes.
    const LIMIT: usize = 1 << 20;

    /// The events that this chunk completes (a heartbeat completes none); `None` when one grows past the limit.
    fn take(&mut self, chunk: &[u8]) -> Option<VecDeque<(String, String)>> {
        self.held.extend_from_slice(chunk);
        let mut events = VecDeque::new();
        while let Some(end) = self.held.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.held.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            self.line(line.trim_end_matches(['\r', '\n']), &mut events);
        }
        (self.held.len() + self.data.len() <= Self::LIMIT).then_some(events)
    }

    fn line(&mut self, line: &str, events: &mut VecDeque<(String, String)>) {
        if line.is_empty() {
            let (name, data) = (std::mem::take(&mut self.name), std::mem::take(&mut self.data));
            if !name.is_empty() {
                events.push_back((name, data));
            }
        } else if let Some(name) = line.strip_prefix("event:") {
            self.name = name.trim_start().to_owned();
        } else if let Some(data) = line.strip_prefix("data:") {
            if !self.data.is_empty() {
                self.data.push('\n');
            }
            self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
        }
    }
}

#[derive(Deserialize)]
struct Status {
    id: String,
    uri: String,
    #[serde(default)]
    url: Option<String>,
    created_at: Timestamp,
    #[serde(default)]
    content: String,
    #[serde(default)]
    spoiler_text: String,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    visibility: String,
    #[serde(default)]
    in_reply_to_id: Option<String>,
    account: Account,
    #[serde(default)]
    reblog: Option<Box<Status>>,
    #[serde(default)]
    media_attachments: Vec<serde_json::Value>,
    #[serde(default)]
    replies_count: i64,
    #[serde(default)]
    reblogs_count: i64,
    #[serde(default)]
    favourites_count: i64,
}

#[derive(Deserialize)]
struct Account {
    acct: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    followers_count: Option<i64>,
}

/// An instance's own number for a post, as the alias that its delete events name.
fn alias(host: &str, number: &str) -> Option<NativeId> {
    NativeId::new(format!("{host}#{number}"))
}

fn removed(number: &str, host: &str, now: Timestamp) -> Option<RawMention> {
    let mut raw = RawMention::new(Platform::Mastodon, alias(host, number)?, now);
    raw.alias = Some(raw.native_id.clone());
    raw.change = Change::Removed;
    Some(raw)
}

/// A status as a raw mention; `None` for what is not public or has no id.
fn read(status: Status, host: &str, change: Change) -> Option<RawMention> {
    if !matches!(status.visibility.as_str(), "" | "public" | "unlisted") {
        return None;
    }
    let mut raw = RawMention::new(Platform::Mastodon, NativeId::new(&status.uri)?, status.created_at);
    raw.alias = alias(host, &status.id);
    raw.change = change;
    let shown = match &status.reblog {
        Some(original) => {
            raw.repost_of = NativeId::new(&original.uri);
            original
        }
        None => &status,
    };
    raw.title = shown.spoiler_text.clone();
    raw.text = plain_text(&shown.content);
    raw.has_media = !shown.media_attachments.is_empty();
    raw.url = status.url.clone().unwrap_or_else(|| status.uri.clone());
    raw.language_hint = status.language.clone().unwrap_or_default();
    raw.reply_to = status.in_reply_to_id.as_deref().and_then(|number| alias(host, number));
    raw.engagement =
        Engagement { likes: status.favourites_count, reposts: status.reblogs_count, replies: status.replies_count };
    let handle = if status.account.acct.contains('@') {
        status.account.acct.clone()
    } else {
        format!("{}@{host}", status.account.acct)
    };
    // An account's own page is its name everywhere; its number differs from instance to instance.
    let id = if status.account.url.is_empty() { handle.clone() } else { status.account.url.clone() };
    raw.author = Author {
        id: AuthorId::new(id),
        name: status.account.display_name.clone(),
        handle,
        followers: status.account.followers_count,
    };
    Some(raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::timestamp;

    fn status(id: &str, at: &str) -> serde_json::Value {
        json!({"id": id, "created_at": at, "in_reply_to_id": null, "spoiler_text": "", "visibility": "public",
            "language": "zh", "uri": format!("https://g0v.social/users/a/statuses/{id}"),
            "url": format!("https://g0v.social/@a/{id}"), "replies_count": 5, "reblogs_count": 6, "favourites_count": 11,
            "content": "<p>嫩芽咖啡 <a href=\"https://g0v.social/tags/x\" class=\"mention hashtag\">#<span>咖啡</span></a></p>",
            "account": {"id": "1", "acct": "a", "display_name": "小安", "url": "https://g0v.social/@a", "followers_count": 9},
            "media_attachments": []})
    }

    #[test]
    fn a_page_is_turned_oldest_first_and_the_cursor_is_the_greatest_number() {
        let now = timestamp(1_800_000_000_000);
        let statuses = vec![status("1000", "2026-11-01T00:00:02Z"), status("999", "2026-11-01T00:00:01Z")];
        let (page, next) = turn(statuses, Position { min_id: Some("998".into()), heard: Some(0) }, now, "g0v.social");
        let numbers: Vec<_> = page.mentions.iter().filter_map(|raw| raw.alias.clone()).collect();
        assert_eq!(numbers.iter().map(NativeId::as_str).collect::<Vec<_>>(), ["g0v.social#999", "g0v.social#1000"]);
        assert_eq!(next.min_id.as_deref(), Some("1000"));
        assert_eq!(page.heard, Interval::new(timestamp(0), now));
        assert_eq!(page.mentions[0].text, "嫩芽咖啡 #咖啡");
        assert_eq!(page.mentions[0].author.handle, "a@g0v.social");
    }

    #[test]
    fn a_full_page_is_not_yet_everything() {
        let statuses = (0..PAGE).map(|n| status(&format!("{}", 100 + n), "2026-11-01T00:00:00Z")).collect();
        let before = Position { min_id: Some("99".into()), heard: Some(7) };
        let (page, next) = turn(statuses, before, timestamp(1_800_000_000_000), "g0v.social");
        assert!(page.more);
        assert_eq!((page.heard, next.heard), (None, Some(7)));
    }

    #[test]
    fn a_broken_post_is_refused_and_the_others_are_kept() {
        let statuses = vec![json!({"id": "5"}), status("6", "2026-11-01T00:00:00Z")];
        let (page, next) = turn(statuses, Position::default(), timestamp(1_800_000_000_000), "g0v.social");
        assert_eq!((page.mentions.len(), page.refused.len()), (1, 1));
        assert_eq!(next.min_id.as_deref(), Some("6"));
    }

    #[test]
    fn events_are_put_together_from_any_cut_of_the_bytes() {
        let text = ":thump\n\nevent: update\ndata: {\"a\":\"嫩芽\"}\n\nevent: delete\ndata: 108914430312582020\n\n";
        for size in 1..20 {
            let mut events = Events::default();
            let mut all = Vec::new();
            for chunk in text.as_bytes().chunks(size) {
                all.extend(events.take(chunk).expect("small"));
            }
            assert_eq!(
                all,
                [
                    ("update".to_owned(), "{\"a\":\"嫩芽\"}".to_owned()),
                    ("delete".to_owned(), "108914430312582020".to_owned())
                ]
            );
        }
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut events = Events::default();
        assert!(events.take(b"data: ").is_some());
        assert!(events.take(&vec![b'x'; Events::LIMIT + 1]).is_none());
    }

    #[test]
    fn a_private_post_is_not_read_and_a_boost_names_its_original() {
        let mut private = status("7", "2026-11-01T00:00:00Z");
        private["visibility"] = json!("private");
        assert!(read(serde_json::from_value(private).expect("a status"), "g0v.social", Change::Posted).is_none());
        let mut boost = status("8", "2026-11-01T00:00:00Z");
        boost["reblog"] = status("7", "2026-11-01T00:00:00Z");
        let raw = read(serde_json::from_value(boost).expect("a status"), "g0v.social", Change::Posted).expect("public");
        assert_eq!(raw.repost_of.as_ref().map(NativeId::as_str), Some("https://g0v.social/users/a/statuses/7"));
    }

    #[test]
    fn a_token_is_not_taken_to_another_site() {
        let url = |text| Url::parse(text).expect("valid");
        assert!(same_site(&url("https://streaming.g0v.social"), &url("https://g0v.social")));
        assert!(!same_site(&url("https://evil-g0v.social"), &url("https://g0v.social")));
    }
}
