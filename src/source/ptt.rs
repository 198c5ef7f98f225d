//! PTT: reads boards through their Atom feed, their lists and their article pages.
//!
//! In: a board and the articles seen of it. Out: articles, oldest first, with 推, 噓 and → counted; later edits and removals.
//! Never: sleeps, stores, or guesses a year (the board list shows month and day only; the article's name holds its second).

mod article;
mod board;

use std::collections::VecDeque;

use chrono::Duration;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use url::Url;

use super::again::Again;
use super::{About, Kind, Page, Place, Poll, Source, Wanted, Way, cut, read_address, read_pace};
use crate::domain::time::timestamp;
use crate::domain::{Change, Cursor, Interval, NativeId, Platform, RawMention, SourceName, Timestamp, TopicName};
use crate::net::{self, Client, Request};
use crate::settings::{Pace, Table};
use article::{ArticleId, read_article};
use board::{Listed, read_feed, read_list};

const SITE: &str = "https://www.ptt.cc/";
const LOOK_BACK: Duration = Duration::days(1);
/// Article pages of one reading; what is left is read in the next, at once.
const ARTICLES: usize = 10;
/// Articles looked at again in one reading.
const LOOKS: usize = 5;
/// List pages (20 articles each) walked back when the feed turned over since the last reading.
const LISTS: usize = 10;
/// Articles remembered as seen.
const SEEN: usize = 400;
/// Readings after which an article that cannot be read is given up.
const TRIES: u8 = 5;

/// The kind `ptt`.
pub(super) struct Ptt;

impl Kind for Ptt {
    fn word(&self) -> &'static str {
        "ptt"
    }

    fn platform(&self) -> Platform {
        Platform::Ptt
    }

    fn about(&self) -> About {
        About {
            hears: "every article of a board, with its 推, 噓 and → counted; edits, counts and removals for a day",
            needs: "nothing",
            listen: "boards = [\"Coffee\", \"Lifeismoney\"]",
            pace: "every 5 minutes; a first reading takes what the board's feed shows of the last day",
            limits: "the text of single 推文 is counted, not heard; an article taken down before it was read is lost; after a long pause at most 200 articles are caught up, the rest is marked as a gap",
        }
    }

    fn read_place(&self, name: &str, table: &Table<'_>) -> Option<Box<dyn Place>> {
        let pace = read_pace(table, usual_pace());
        let site = read_address(table, "site", SITE)?;
        Some(Box::new(PttPlace { name: name.to_owned(), pace, site }))
    }

    fn built_in_place(&self) -> Option<Box<dyn Place>> {
        let site = Url::parse(SITE).ok()?;
        Some(Box::new(PttPlace { name: self.word().to_owned(), pace: usual_pace(), site }))
    }
}

fn usual_pace() -> Pace {
    Pace::Every(Duration::minutes(5))
}

struct PttPlace {
    name: String,
    pace: Pace,
    site: Url,
}

impl Place for PttPlace {
    fn read_listen(&self, table: &Table<'_>) -> Vec<Wanted> {
        let boards = table.texts("boards");
        if boards.is_empty() {
            table.mistake("boards", "names no board", "write boards = [\"Coffee\"]");
        }
        let mut wanted = Vec::new();
        for board in boards {
            let is_board = (1..=20).contains(&board.len())
                && board.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
            match SourceName::new(format!("{}/{board}", self.name)).filter(|_| is_board) {
                Some(name) => wanted.push(Wanted { name, what: serde_json::Value::String(board) }),
                None => table.mistake(
                    "boards",
                    format!("`{}` is not the name of a board", cut(&board, 40)),
                    "write it as in the board's address, with its capitals: https://www.ptt.cc/bbs/Coffee",
                ),
            }
        }
        wanted
    }

    fn source(&self, wanted: &Wanted, topics: Vec<TopicName>, client: &Client) -> Source {
        let board = Board {
            name: wanted.what.as_str().unwrap_or_default().to_owned(),
            site: self.site.clone(),
            client: client.clone(),
        };
        let way = Way::Poll(Box::new(board), self.pace.clone());
        Source { name: wanted.name.clone(), platform: Platform::Ptt, topics, way, firehose: false }
    }
}

/// One board.
struct Board {
    name: String,
    site: Url,
    client: Client,
}

/// Where a board reads on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct ReadOn {
    /// When the board was last listed, in milliseconds UTC; 0 before the first time.
    #[serde(default)]
    listed_at: i64,
    /// Articles that were listed, the latest last.
    #[serde(default)]
    seen: Vec<ArticleId>,
    /// Articles that are listed and not read yet, oldest first, with the readings that failed.
    #[serde(default)]
    pending: Vec<(ArticleId, u8)>,
    /// What will have been heard once nothing is pending.
    #[serde(default)]
    hearing: Option<Interval>,
    #[serde(default)]
    again: Again,
}

impl Poll for Board {
    fn poll<'a>(&'a self, cursor: Option<&'a Cursor>, now: Timestamp) -> BoxFuture<'a, Result<Page, net::Error>> {
        self.read_on(cursor, now).boxed()
    }
}

impl Board {
    async fn read_on(&self, cursor: Option<&Cursor>, now: Timestamp) -> Result<Page, net::Error> {
        let mut on: ReadOn =
            cursor.and_then(|cursor| serde_json::from_value(cursor.0.clone()).ok()).unwrap_or_default();
        let mut page = Page::default();
        let untried = |on: &ReadOn| on.pending.iter().any(|(_, tries)| *tries == 0);
        if !untried(&on) {
            self.list(&mut on, now).await?;
        }
        self.read_pending(&mut on, &mut page, now).await?;
        page.more = untried(&on) && page.refused.is_empty();
        if !untried(&on) {
            page.heard = on.hearing.take();
            self.look_again(&mut on.again, &mut page, now).await;
        }
        page.mentions.sort_by_key(|mention| mention.posted_at);
        page.cursor = Some(Cursor(serde_json::to_value(&on).unwrap_or_default()));
        Ok(page)
    }

    /// Lists what is new; walks the board's lists back when the feed no longer reaches what was seen.
    async fn list(&self, on: &mut ReadOn, now: Timestamp) -> Result<(), net::Error> {
        let feed = self.ask(&format!("atom/{}.xml", self.name)).await?;
        let mut listed: Vec<Listed> = read_feed(&feed.text(), &self.name)?;
        let first = on.listed_at == 0;
        let before = timestamp(on.listed_at);
        let reaches = |listed: &[Listed], on: &ReadOn| {
            listed.is_empty() || listed.iter().any(|article| on.seen.contains(&article.id) || article.id.at() < before)
        };
        let mut reached = reaches(&listed, on);
        if !first && !reached {
            let mut path = format!("bbs/{}/index.html", self.name);
            for _ in 0..LISTS {
                let (more, older) = read_list(&self.ask(&path).await?.text(), &self.name);
                reached = reaches(&more, on) && !more.is_empty();
                listed.extend(more);
                match older {
                    Some(older) if !reached => path = older,
                    _ => break,
                }
            }
        }
        let horizon = if first { now - LOOK_BACK } else { before - Duration::days(1) };
        let oldest = listed.iter().map(|article| article.id.at()).min();
        let mut new: Vec<ArticleId> = listed.into_iter().map(|article| article.id).collect();
        new.sort_by_key(|id| (id.at(), id.clone()));
        new.dedup();
        new.retain(|id| !on.seen.contains(id) && id.at() >= horizon);
        let from = match oldest {
            _ if !first && reached => before,
            // Nothing that we knew: what came before the oldest that is shown may be lost.
            Some(oldest) => oldest.max(horizon).min(now),
            None => now,
        };
        on.hearing = Interval::new(on.hearing.map_or(from, |hearing| hearing.from.min(from)), now);
        on.listed_at = now.timestamp_millis();
        on.seen.extend(new.iter().cloned());
        on.seen.drain(..on.seen.len().saturating_sub(SEEN));
        on.pending.extend(new.into_iter().map(|id| (id, 0)));
        Ok(())
    }

    /// Reads articles until so many are read or two could not be. An article that fails while others can be read is put off, and
    /// given up in the end, so that it blocks no other; a site that answers for none is the error.
    async fn read_pending(&self, on: &mut ReadOn, page: &mut Page, now: Timestamp) -> Result<(), net::Error> {
        on.pending.sort_by_key(|(_, tries)| *tries);
        let mut queue: VecDeque<(ArticleId, u8)> = std::mem::take(&mut on.pending).into();
        let mut failed: Vec<(ArticleId, u8, net::Error)> = Vec::new();
        let mut read = 0;
        while read < ARTICLES && failed.len() < 2 {
            let Some((id, tries)) = queue.pop_front() else { break };
            match self.article(&id).await {
                Ok(mention) => {
                    on.again.add(id.name(), mention.posted_at, article::mark(&mention), now);
                    page.mentions.push(mention);
                    read += 1;
                }
                // Taken down between the listing and the reading.
                Err(net::Error::Missing { .. }) => read += 1,
                Err(error) => {
                    let is_for_all = matches!(error, net::Error::RateLimited { .. } | net::Error::Unauthorized { .. });
                    failed.push((id, tries, error));
                    if is_for_all {
                        break;
                    }
                }
            }
        }
        if read == 0 && (failed.len() == 2 || !queue.is_empty()) {
            return failed.pop().map_or(Ok(()), |(_, _, error)| Err(error));
        }
        on.pending = queue.into();
        for (id, tries, error) in failed {
            if matches!(error, net::Error::RateLimited { .. } | net::Error::Unauthorized { .. }) {
                on.pending.insert(0, (id, tries));
            } else if tries + 1 < TRIES {
                // Alone it may be the site's fault; then it does not come nearer to being given up.
                on.pending.push((id, if read > 0 { tries + 1 } else { tries.max(1) }));
            } else {
                page.refused.push(format!("an article was given up after {TRIES} readings: {error}"));
                continue;
            }
            page.refused.push(format!("an article could not be read yet: {error}"));
        }
        Ok(())
    }

    async fn article(&self, id: &ArticleId) -> Result<RawMention, net::Error> {
        let path = format!("bbs/{}/{}.html", self.name, id.name());
        let url = self.site.join(&path).map_err(|_| net::Error::Address)?;
        read_article(&self.ask(&path).await?.text(), &self.name, id, url.as_str())
    }

    /// Boards for adults show their pages only to those who say that they are.
    async fn ask(&self, path: &str) -> Result<net::Response, net::Error> {
        let url = self.site.join(path).map_err(|_| net::Error::Address)?;
        self.client.send(Request::get(url.as_str()).header("cookie", "over18=1")).await
    }

    /// Looks at the articles whose turn it is. A look that fails costs the article nothing.
    async fn look_again(&self, again: &mut Again, page: &mut Page, now: Timestamp) {
        let mut due = again.take_due(LOOKS, now).into_iter();
        while let Some(waiting) = due.next() {
            let Some(id) = ArticleId::new(&waiting.id) else { continue };
            match self.article(&id).await {
                Ok(mut mention) => {
                    let mark = article::mark(&mention);
                    if mark != waiting.mark {
                        mention.change = Change::Edited;
                        page.mentions.push(mention);
                    }
                    again.put_back(&waiting, mark, now);
                }
                Err(net::Error::Missing { .. }) => {
                    let native = NativeId::new(format!("{}/{}", self.name, id.name()));
                    page.mentions.extend(native.map(|native| {
                        let mut removed = RawMention::new(Platform::Ptt, native, id.at());
                        removed.change = Change::Removed;
                        removed
                    }));
                }
                Err(_) => {
                    again.restore(waiting);
                    due.for_each(|waiting| again.restore(waiting));
                    return;
                }
            }
        }
    }
}
