//! Mastodon: hashtag and public timelines of one instance, asked by `min_id`, or streamed with a user token.
//!
//! In: a cursor with the last post's number. Out: pages of raw mentions; with a stream also edits and deletes.
//! Never: uses the status search (it needs Elasticsearch and is for people), trusts HTML.

mod events;
mod status;

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use url::Url;

use self::events::Events;
use self::status::{Status, read, removed};
use super::{About, Kind, Listen, Page, Place, Poll, Source, Wanted, Way, read_pace};
use crate::domain::{Change, Clock, Cursor, Interval, Platform, SourceName, Timestamp, TopicName};
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
            limits: "what the instance does not know of the fediverse, or learns of late; without a token no edits and no deletes",
        }
    }

    fn read_place(&self, name: &str, table: &Table<'_>) -> Option<Box<dyn Place>> {
        // All keys are asked for before any may fail, so that all mistakes are told at once.
        let token = table.secret("token");
        let pace = read_pace(table, Pace::Every(chrono::Duration::minutes(2)));
        let text = table.need_text("instance", "the address of an instance, such as \"https://g0v.social\"")?;
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
        for turn in 1..=CATCH_UP {
            let (page, next) = self.page(position, clock.now()).await?;
            let more = page.more;
            position = next;
            if pages.send(page).await.is_err() {
                return Ok(());
            }
            if !more {
                break;
            }
            // The stream's first post would move the cursor past what was not caught up.
            if turn == CATCH_UP {
                return Ok(());
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

#[cfg(test)]
mod tests {
    use super::status::tests::status;
    use super::*;
    use crate::domain::NativeId;
    use crate::domain::time::timestamp;

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
    fn a_token_is_not_taken_to_another_site() {
        let url = |text| Url::parse(text).expect("valid");
        assert!(same_site(&url("https://streaming.g0v.social"), &url("https://g0v.social")));
        assert!(!same_site(&url("https://evil-g0v.social"), &url("https://g0v.social")));
    }
}
