//! Hacker News: stories and comments that hold given words, through its search; removals through its items.
//!
//! In: words and the instant up to which all was read. Out: stories and comments, oldest first; later edits and removals.
//! Never: passes over what the search index learnt late (the last ten minutes are read again).

mod item;

use chrono::Duration;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use url::Url;

use super::again::Again;
use super::{About, Kind, Page, Place, Poll, Source, Wanted, Way, cut, read_pace};
use crate::domain::time::timestamp;
use crate::domain::{Cursor, Interval, Platform, SourceName, Timestamp, TopicName};
use crate::net::{self, Client, Request};
use crate::settings::{Pace, Table};
use item::{Hit, Hits, Item};

const SEARCH: &str = "https://hn.algolia.com/api/v1/";
const ITEMS: &str = "https://hacker-news.firebaseio.com/v0/";
const LOOK_BACK: Duration = Duration::days(7);
/// The search index may learn of a post so late.
const INDEX_DELAY: Duration = Duration::minutes(10);
/// Hits of one answer.
const HITS: i64 = 200;
/// A stretch of time that is not cut further; if it has more hits than one answer holds, answers are paged.
const SHORTEST: Duration = Duration::minutes(1);
/// Answers read of one stretch (the search gives no more than 1,000 hits).
const ANSWERS: i64 = 5;
/// Items looked at again in one reading.
const LOOKS: usize = 10;

/// The kind `hacker-news`.
pub(super) struct HackerNews;

impl Kind for HackerNews {
    fn word(&self) -> &'static str {
        "hacker-news"
    }

    fn platform(&self) -> Platform {
        Platform::HackerNews
    }

    fn about(&self) -> About {
        About {
            hears: "stories and comments that hold given words; removals and edits for a day",
            needs: "nothing",
            listen: "queries = [\"sprout coffee\"]",
            pace: "every 5 minutes; a first reading takes the last 7 days",
            limits: "only what its search finds for the words; it forgives slips of the pen, so our own query decides afterwards",
        }
    }

    fn read_place(&self, name: &str, table: &Table<'_>) -> Option<Box<dyn Place>> {
        let pace = read_pace(table, usual_pace());
        let look_back = table.duration("look_back").unwrap_or(LOOK_BACK);
        // Both are asked for before either may fail, so that all mistakes are told at once.
        let (search, items) =
            (super::read_address(table, "search", SEARCH), super::read_address(table, "items", ITEMS));
        Some(Box::new(NewsPlace { name: name.to_owned(), pace, look_back, search: search?, items: items? }))
    }

    fn built_in_place(&self) -> Option<Box<dyn Place>> {
        let (search, items) = (Url::parse(SEARCH).ok()?, Url::parse(ITEMS).ok()?);
        let name = self.word().to_owned();
        Some(Box::new(NewsPlace { name, pace: usual_pace(), look_back: LOOK_BACK, search, items }))
    }
}

fn usual_pace() -> Pace {
    Pace::Every(Duration::minutes(5))
}

struct NewsPlace {
    name: String,
    pace: Pace,
    look_back: Duration,
    search: Url,
    items: Url,
}

impl Place for NewsPlace {
    fn read_listen(&self, table: &Table<'_>) -> Vec<Wanted> {
        let queries = table.texts("queries");
        if queries.is_empty() {
            table.mistake("queries", "names no words", "write queries = [\"your brand\"]");
        }
        let mut wanted = Vec::new();
        for query in queries {
            let words = query.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
            let fits = !words.is_empty() && words.chars().count() <= 200;
            match SourceName::new(format!("{}/{words}", self.name)).filter(|_| fits) {
                Some(name) => wanted.push(Wanted { name, what: serde_json::Value::String(words) }),
                None => table.mistake(
                    "queries",
                    format!("`{}` cannot be searched for", cut(&query, 60)),
                    "write words, at most 200 characters",
                ),
            }
        }
        wanted
    }

    fn source(&self, wanted: &Wanted, topics: Vec<TopicName>, client: &Client) -> Source {
        let search = Search {
            words: wanted.what.as_str().unwrap_or_default().to_owned(),
            look_back: self.look_back,
            search: self.search.clone(),
            items: self.items.clone(),
            client: client.clone(),
        };
        let way = Way::Poll(Box::new(search), self.pace.clone());
        Source { name: wanted.name.clone(), platform: Platform::HackerNews, topics, way, firehose: false }
    }
}

/// One search.
struct Search {
    words: String,
    look_back: Duration,
    search: Url,
    items: Url,
    client: Client,
}

/// Where a search reads on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct ReadOn {
    /// Everything up to here was read, in milliseconds UTC.
    until: i64,
    /// The hits of the last minutes, which are read again.
    #[serde(default)]
    seen: Vec<String>,
    #[serde(default)]
    again: Again,
}

impl Poll for Search {
    fn poll<'a>(&'a self, cursor: Option<&'a Cursor>, now: Timestamp) -> BoxFuture<'a, Result<Page, net::Error>> {
        self.read_on(cursor, now).boxed()
    }
}

impl Search {
    async fn read_on(&self, cursor: Option<&Cursor>, now: Timestamp) -> Result<Page, net::Error> {
        let before: Option<ReadOn> = cursor.and_then(|cursor| serde_json::from_value(cursor.0.clone()).ok());
        let first = now - self.look_back;
        let mut on = before.unwrap_or_else(|| ReadOn { until: first.timestamp_millis(), ..ReadOn::default() });
        let read = timestamp(on.until).min(now);
        let (hits, until) = self.hits(read, now).await?;
        let mut page = Page { heard: Interval::new(read, until), more: until < now, ..Page::default() };
        for hit in &hits {
            if on.seen.contains(&hit.object_id) {
                continue;
            }
            let Some(mention) = hit.mention() else {
                page.refused.push("a hit without text or time".to_owned());
                continue;
            };
            on.again.add(&hit.object_id, mention.posted_at, item::mark(&mention), now);
            page.mentions.push(mention);
        }
        let repeated = (until - INDEX_DELAY).timestamp();
        on.seen = hits.iter().filter(|hit| hit.created_at_i > repeated).map(|hit| hit.object_id.clone()).collect();
        on.until = until.timestamp_millis();
        self.look_again(&mut on.again, &mut page, now).await;
        page.mentions.sort_by_key(|mention| mention.posted_at);
        page.cursor = Some(Cursor(serde_json::to_value(&on).unwrap_or_default()));
        Ok(page)
    }

    /// All hits from a little before `read` up to an instant that leaves no more of them than an answer holds; that instant.
    async fn hits(&self, read: Timestamp, now: Timestamp) -> Result<(Vec<Hit>, Timestamp), net::Error> {
        let from = read - INDEX_DELAY;
        let mut until = now;
        loop {
            let mut answer = self.ask(from, until, 0).await?;
            if answer.count > HITS && until > read + SHORTEST {
                // As much of the stretch as should fit, a quarter less.
                let share = (until - from).num_seconds() * HITS * 3 / 4 / answer.count;
                until = (from + Duration::seconds(share)).max(read + SHORTEST).min(until - Duration::seconds(1));
                continue;
            }
            for place in 1..ANSWERS {
                if (answer.hits.len() as i64) < answer.count && !answer.hits.is_empty() {
                    answer.hits.extend(self.ask(from, until, place).await?.hits);
                }
            }
            answer.hits.sort_by_key(|hit| hit.created_at_i);
            return Ok((answer.hits, until));
        }
    }

    async fn ask(&self, from: Timestamp, until: Timestamp, place: i64) -> Result<Hits, net::Error> {
        let mut url = self.search.join("search_by_date").map_err(|_| net::Error::Address)?;
        let between = format!("created_at_i>{},created_at_i<={}", from.timestamp(), until.timestamp());
        url.query_pairs_mut()
            .append_pair("query", &self.words)
            .append_pair("tags", "(story,comment)")
            .append_pair("numericFilters", &between)
            .append_pair("hitsPerPage", &HITS.to_string())
            .append_pair("page", &place.to_string());
        self.client.send(Request::get(url.as_str()).accept("application/json")).await?.json()
    }

    /// Looks at the items whose turn it is. A look that fails costs the item nothing: it is looked at in the next reading.
    async fn look_again(&self, again: &mut Again, page: &mut Page, now: Timestamp) {
        let mut due = again.take_due(LOOKS, now).into_iter();
        while let Some(waiting) = due.next() {
            let asked = match self.items.join(&format!("item/{}.json", waiting.id)) {
                Ok(url) => self.client.get(url.as_str()).await,
                Err(_) => continue,
            };
            let Ok(item) = asked.and_then(|answer| answer.json::<Option<Item>>()) else {
                again.restore(waiting);
                due.for_each(|waiting| again.restore(waiting));
                return;
            };
            let (mention, mark) = item.unwrap_or_default().compare(&waiting.id, &waiting.mark);
            page.mentions.extend(mention);
            if let Some(mark) = mark {
                again.put_back(&waiting, mark, now);
            }
        }
    }
}
