//! Feeds: RSS, Atom and JSON Feed, by their address.
//!
//! In: an address and what was seen of it. Out: new entries, and entries whose text changed.
//! Never: takes an entry for new because its guid was re-issued, or asks for what has not changed.

mod read;
mod seen;

use chrono::Duration;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{About, Kind, Page, Place, Poll, Source, Wanted, Way, cut, read_pace};
use crate::domain::id::digest;
use crate::domain::time::timestamp;
use crate::domain::{Change, Cursor, Interval, Platform, RawMention, SourceName, Timestamp, TopicName};
use crate::net::{self, Client, Request};
use crate::settings::{Pace, Table};
use read::{Entry, read};
use seen::{Meeting, Seen};

/// How far back a first reading looks.
const LOOK_BACK: Duration = Duration::days(7);
const KINDS_OF_FEED: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
     application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1";

/// The kind `feed`.
pub(super) struct Feeds;

impl Kind for Feeds {
    fn word(&self) -> &'static str {
        "feed"
    }

    fn platform(&self) -> Platform {
        Platform::Feed
    }

    fn about(&self) -> About {
        About {
            hears: "every entry of an RSS, Atom or JSON Feed, and later changes of its text",
            needs: "nothing",
            listen: "urls = [\"https://example.org/news.xml\"]",
            pace: "every 10 minutes; a first reading takes entries of the last 7 days",
            limits: "only what the feed still shows: when it turned over between two readings, the gap is marked; entries without a date count from when they were first seen",
        }
    }

    fn read_place(&self, name: &str, table: &Table<'_>) -> Option<Box<dyn Place>> {
        let pace = read_pace(table, usual_pace());
        let look_back = table.duration("look_back").unwrap_or(LOOK_BACK);
        Some(Box::new(FeedPlace { name: name.to_owned(), pace, look_back }))
    }

    fn built_in_place(&self) -> Option<Box<dyn Place>> {
        Some(Box::new(FeedPlace { name: self.word().to_owned(), pace: usual_pace(), look_back: LOOK_BACK }))
    }
}

fn usual_pace() -> Pace {
    Pace::Every(Duration::minutes(10))
}

struct FeedPlace {
    name: String,
    pace: Pace,
    look_back: Duration,
}

impl Place for FeedPlace {
    fn read_listen(&self, table: &Table<'_>) -> Vec<Wanted> {
        let urls = table.texts("urls");
        if urls.is_empty() {
            table.mistake("urls", "names no feed", "write urls = [\"https://example.org/news.xml\"]");
        }
        let mut wanted = Vec::new();
        for url in urls {
            match source_name(&self.name, &url) {
                Some(name) => wanted.push(Wanted { name, what: serde_json::Value::String(url) }),
                None => table.mistake(
                    "urls",
                    format!("`{}` is not the address of a feed", cut(&url, 80)),
                    "write a whole address that begins with https:// or http://",
                ),
            }
        }
        wanted
    }

    fn source(&self, wanted: &Wanted, topics: Vec<TopicName>, client: &Client) -> Source {
        let feed = Feed {
            url: wanted.what.as_str().unwrap_or_default().to_owned(),
            look_back: self.look_back,
            client: client.clone(),
        };
        let way = Way::Poll(Box::new(feed), self.pace.clone());
        Source { name: wanted.name.clone(), platform: Platform::Feed, topics, way, firehose: false }
    }
}

/// `feed/example.org/news.xml`: what a person recognises, without what may be secret in an address. An address that differs in
/// scheme, port or query gets a mark of its own.
fn source_name(place: &str, address: &str) -> Option<SourceName> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let plain = url.scheme() == "https" && url.query().is_none() && url.port().is_none() && url.username().is_empty();
    let mark = if plain { String::new() } else { format!("#{}", cut(&digest(&["feed", url.as_str()]), 8)) };
    let shown = format!("{}{}", url.host_str()?, url.path());
    if shown.chars().count() <= 300 {
        return SourceName::new(format!("{place}/{shown}{mark}"));
    }
    let mark = cut(&digest(&["feed", url.as_str()]), 8);
    SourceName::new(format!("{place}/{}#{mark}", cut(&shown, 300)))
}

/// One feed.
struct Feed {
    url: String,
    look_back: Duration,
    client: Client,
}

/// Where a feed reads on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct ReadOn {
    #[serde(default)]
    etag: String,
    #[serde(default)]
    modified: String,
    /// When it was last read, in milliseconds UTC.
    polled_at: i64,
    #[serde(default)]
    seen: Seen,
}

impl Poll for Feed {
    fn poll<'a>(&'a self, cursor: Option<&'a Cursor>, now: Timestamp) -> BoxFuture<'a, Result<Page, net::Error>> {
        self.read_on(cursor, now).boxed()
    }
}

impl Feed {
    async fn read_on(&self, cursor: Option<&Cursor>, now: Timestamp) -> Result<Page, net::Error> {
        // A cursor that another version wrote is like none: the store knows what it has.
        let before: Option<ReadOn> = cursor.and_then(|cursor| serde_json::from_value(cursor.0.clone()).ok());
        let mut request = Request::get(&self.url).accept(KINDS_OF_FEED);
        if let Some(before) = &before {
            request = request.unless_known(&before.etag, &before.modified);
        }
        let answer = self.client.send(request).await?;
        if answer.is_not_modified() {
            let Some(mut on) = before else {
                return Err(net::Error::Unreadable("an answer without a body to a first question".to_owned()));
            };
            let heard = Interval::new(timestamp(on.polled_at), now);
            on.polled_at = now.timestamp_millis();
            return Ok(Page { cursor: Some(on.cursor()), heard, ..Page::default() });
        }
        let entries = read(&answer, &self.url)?;
        let mut on = before.clone().unwrap_or_default();
        let mut page = self.compare(entries, before.as_ref(), &mut on.seen, now);
        on.etag = answer.etag().to_owned();
        on.modified = answer.last_modified().to_owned();
        on.polled_at = now.timestamp_millis();
        page.cursor = Some(on.cursor());
        Ok(page)
    }

    /// What is new, what changed, and of which time this reading tells everything.
    fn compare(&self, entries: Vec<Entry>, before: Option<&ReadOn>, seen: &mut Seen, now: Timestamp) -> Page {
        let mut page = Page::default();
        let first = before.is_none();
        let horizon = before.map_or(now - self.look_back, |before| timestamp(before.polled_at));
        let oldest = entries.iter().map(|entry| entry.at).min().flatten();
        let (count, mut known, mut undated) = (entries.len(), 0, 0);
        let had_entries = !seen.is_empty();
        let shared = seen::shared_links(&entries);
        for entry in entries {
            let at = entry.at.unwrap_or(now).min(now);
            let (meeting, id, at) = seen.meet(&self.url, &entry, &shared, at);
            known += usize::from(meeting != Meeting::New);
            match meeting {
                Meeting::Same => {}
                Meeting::New if first && entry.at.is_none() => undated += 1,
                Meeting::New if first && at < horizon => {}
                Meeting::New => page.mentions.extend(entry.mention(&self.url, &id, at, Change::Posted)),
                Meeting::Changed => page.mentions.extend(entry.mention(&self.url, &id, at, Change::Edited)),
            }
        }
        seen.trim(count);
        page.mentions.sort_by_key(|mention: &RawMention| mention.posted_at);
        if undated > 0 {
            page.refused.push(format!("{undated} entries without a date were there before we began to listen"));
        }
        page.heard = match (known, count, oldest) {
            (1.., _, _) | (0, 0, _) if !first && (count > 0 || !had_entries) => Interval::new(horizon, now),
            (_, 0, _) if !first => {
                page.refused.push("the feed shows no entries, though it had some before".to_owned());
                None
            }
            // No entry that we knew: some may have come and gone between two readings.
            (_, _, Some(oldest)) => Interval::new(oldest.max(horizon).min(now), now),
            _ => None,
        };
        page
    }
}

impl ReadOn {
    fn cursor(&self) -> Cursor {
        Cursor(serde_json::to_value(self).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed() -> Feed {
        let client = Client::new().expect("a client");
        Feed { url: "https://example.org/news.xml".to_owned(), look_back: LOOK_BACK, client }
    }

    fn entry(guid: &str, link: &str, text: &str, at: Option<i64>) -> Entry {
        Entry {
            guid: guid.to_owned(),
            link: link.to_owned(),
            title: text.to_owned(),
            at: at.map(timestamp),
            ..Entry::default()
        }
    }

    const HOUR: i64 = 3_600_000;
    const NOW: i64 = 1_000 * HOUR;

    fn after(entries: Vec<Entry>, at: i64) -> ReadOn {
        let mut seen = Seen::default();
        feed().compare(entries, None, &mut seen, timestamp(at));
        ReadOn { polled_at: at, seen, ..ReadOn::default() }
    }

    fn again(on: &ReadOn, entries: Vec<Entry>, at: i64) -> Page {
        feed().compare(entries, Some(on), &mut on.seen.clone(), timestamp(at))
    }

    #[test]
    fn the_name_of_a_feed_can_be_read_and_holds_no_secret() {
        let name = |url: &str| source_name("feed", url).map(|name| name.as_str().to_owned());
        assert_eq!(name("https://example.org/news.xml").as_deref(), Some("feed/example.org/news.xml"));
        let keyed = name("https://example.org/news.xml?key=geheim").expect("a name");
        assert!(keyed.starts_with("feed/example.org/news.xml#") && !keyed.contains("geheim"));
        assert_ne!(name("http://example.org/news.xml"), name("https://example.org/news.xml"));
        assert_eq!(name("example.org/news.xml"), None);
        assert!(name(&format!("https://example.org/{}", "x".repeat(2000))).is_some());
    }

    #[test]
    fn a_first_reading_takes_the_last_week_and_no_entry_of_unknown_age() {
        let entries = vec![
            entry("1", "", "new", Some(NOW - HOUR)),
            entry("2", "", "old", Some(NOW - 200 * HOUR)),
            entry("3", "", "undated", None),
        ];
        let page = feed().compare(entries, None, &mut Seen::default(), timestamp(NOW));
        assert_eq!(page.mentions.iter().map(|m| m.title.as_str()).collect::<Vec<_>>(), ["new"]);
        assert_eq!(page.refused.len(), 1);
    }

    #[test]
    fn a_guid_given_anew_is_not_a_new_entry() {
        let on = after(vec![entry("1", "https://e.org/a", "text", Some(NOW - HOUR))], NOW);
        let page = again(&on, vec![entry("other", "https://e.org/a", "text", Some(NOW))], NOW + HOUR);
        assert!(page.mentions.is_empty());
    }

    #[test]
    fn a_guid_used_for_another_entry_is_a_new_entry() {
        let on = after(vec![entry("1", "https://e.org/a", "text", Some(NOW - HOUR))], NOW);
        let page = again(&on, vec![entry("1", "https://e.org/b", "else", Some(NOW))], NOW + HOUR);
        assert_eq!(page.mentions.len(), 1);
        let native =
            again(&on, vec![entry("2", "https://e.org/c", "x", None)], NOW + HOUR).mentions[0].native_id.clone();
        assert_ne!(page.mentions[0].native_id, native);
    }

    #[test]
    fn a_changed_text_is_an_edit_of_the_same_mention() {
        let first = feed().compare(
            vec![entry("1", "https://e.org/a", "text", Some(NOW - HOUR))],
            None,
            &mut Seen::default(),
            timestamp(NOW),
        );
        let on = after(vec![entry("1", "https://e.org/a", "text", Some(NOW - HOUR))], NOW);
        let page = again(&on, vec![entry("1", "https://e.org/a", "text, corrected", Some(NOW))], NOW + HOUR);
        assert_eq!(page.mentions[0].change, Change::Edited);
        assert_eq!(page.mentions[0].native_id, first.mentions[0].native_id);
        assert_eq!(page.mentions[0].posted_at, first.mentions[0].posted_at);
    }

    #[test]
    fn a_feed_that_turned_over_admits_a_gap() {
        let on = after(vec![entry("1", "", "a", Some(NOW - HOUR))], NOW);
        let overlapping = vec![entry("2", "", "b", Some(NOW + HOUR)), entry("1", "", "a", Some(NOW - HOUR))];
        let page = again(&on, overlapping, NOW + 2 * HOUR);
        assert_eq!(page.heard, Interval::new(timestamp(NOW), timestamp(NOW + 2 * HOUR)));
        let page = again(&on, vec![entry("9", "", "z", Some(NOW + HOUR))], NOW + 2 * HOUR);
        assert_eq!(page.heard, Interval::new(timestamp(NOW + HOUR), timestamp(NOW + 2 * HOUR)));
        let page = again(&on, Vec::new(), NOW + 2 * HOUR);
        assert_eq!((page.heard, page.refused.len()), (None, 1));
    }

    #[test]
    fn a_date_in_the_future_counts_as_now() {
        let on = after(Vec::new(), NOW);
        let page = again(&on, vec![entry("1", "", "a", Some(NOW + 90 * HOUR))], NOW + HOUR);
        assert_eq!(page.mentions[0].posted_at, timestamp(NOW + HOUR));
    }
}
