//! One reading of a source that is asked: page after page, each stored with its cursor.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tracing::{debug, error, info, warn};

use super::{Collect, Fare, backoff};
use crate::domain::{Cursor, SourceName, Timestamp};
use crate::net;
use crate::source::{Page, Poll, Source, Way};
use crate::store::{self, SourceState};

/// Pages read one after the other before the other sources get a turn.
const PAGES: usize = 20;
/// The longest that one page may take; a source's own calls have time-outs, this is for what they do not cover.
const LONGEST_PAGE: Duration = Duration::from_secs(600);
/// When nothing says when a source is due again: a cron schedule without a next moment.
const NEVER: chrono::Duration = chrono::Duration::days(3650);
/// How long a source waits after the store did not take its page.
const STORE_PAUSE: chrono::Duration = chrono::Duration::seconds(5);

/// What one reading of one source did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// Whether it ended with a failure of the source.
    pub(super) failed: bool,
    /// Rows that were new to the inbox.
    pub(super) stored: u64,
}

impl Collect {
    /// Reads a source; a store that fails is told and tried again.
    pub(super) async fn read_and_tell(&self, source: Arc<Source>) -> SourceName {
        if let Err(error) = self.read(&source).await {
            error!(source.name = %source.name, "the store did not take a page of `{}`: {:#}", source.name, anyhow::Error::new(error));
            if let Some(fare) = self.fare(&source.name) {
                self.set_fare(&source.name, Fare { due_at: self.clock.now() + STORE_PAUSE, ..fare });
            }
        }
        source.name.clone()
    }

    /// Reads a source until it has no more, or has had its turn. The error is the store's; the source's own is kept as its state.
    pub(super) async fn read(&self, source: &Source) -> Result<Reading, store::Error> {
        let Way::Poll(poll, pace) = &source.way else { return Ok(Reading::default()) };
        let began = self.clock.now();
        let next = pace.next_after(began).unwrap_or(began + NEVER);
        let mut cursor = self.store.source(&source.name).await?.and_then(|status| status.cursor);
        let mut reading = Reading::default();
        for place in 1..=PAGES {
            let now = self.clock.now();
            let page = match page_of(poll.as_ref(), cursor.as_ref(), now).await {
                Ok(page) => page,
                Err(error) => {
                    self.put_failure(source, &error).await?;
                    reading.failed = true;
                    return Ok(reading);
                }
            };
            let due_at = if page.more && place == PAGES { now } else { next };
            reading.stored += self.put(source, &page, due_at).await?;
            if !page.more {
                break;
            }
            cursor = page.cursor.or(cursor);
        }
        Ok(reading)
    }

    /// Stores a page, its cursor, its coverage and the source's state, all or nothing.
    pub(super) async fn put(&self, source: &Source, page: &Page, due_at: Timestamp) -> Result<u64, store::Error> {
        let now = self.clock.now();
        let kept;
        let mentions = if source.firehose {
            kept = self.sieve.kept(source, &page.mentions, &self.live.config(), &self.store, now).await?;
            &kept
        } else {
            &page.mentions
        };
        let detail = line(&page.refused.join("; "));
        let row = store::Page {
            platform: source.platform,
            mentions,
            cursor: page.cursor.as_ref(),
            heard: page.heard,
            due_at,
            detail: &detail,
        };
        let stored = self.store.put_page(&source.name, row, now).await?;
        let before = self.fare(&source.name).map(|fare| fare.state);
        self.set_fare(&source.name, Fare { state: SourceState::Well, failures: 0, due_at });
        if before.is_some_and(|state| !matches!(state, SourceState::Well | SourceState::New)) {
            info!(source.name = %source.name, "`{}` is heard again", source.name);
        }
        if stored > 0 {
            info!(source.name = %source.name, mention.count = stored, "collected {stored} mentions from `{}`", source.name);
        }
        if !detail.is_empty() {
            debug!(source.name = %source.name, "`{}`: {detail}", source.name);
        }
        Ok(stored)
    }

    /// Keeps why a source could not be heard, and when it is tried again. Told once, when its state changes.
    pub(super) async fn put_failure(&self, source: &Source, error: &net::Error) -> Result<Duration, store::Error> {
        let now = self.clock.now();
        let before = self.fare(&source.name);
        let failures = before.map_or(0, |fare| fare.failures) + 1;
        let (state, wait) = {
            let mut jitter = self.jitter.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            backoff::after(error, failures, &mut jitter)
        };
        let due_at = now + chrono::Duration::from_std(wait).unwrap_or(NEVER);
        self.set_fare(&source.name, Fare { state, failures, due_at });
        let detail = line(&told(error));
        self.store.put_source_state(&source.name, state, &detail, failures, due_at, now).await?;
        if before.is_none_or(|fare| fare.state != state) {
            warn!(source.name = %source.name, source.state = state.as_str(), "`{}` is not heard: {detail}", source.name);
        } else {
            debug!(source.name = %source.name, source.failures = failures, "`{}` is still not heard: {detail}", source.name);
        }
        Ok(wait)
    }
}

/// One page, or why not: a source that hangs or breaks is a source that failed.
async fn page_of(poll: &dyn Poll, cursor: Option<&Cursor>, now: Timestamp) -> Result<Page, net::Error> {
    let asked = AssertUnwindSafe(poll.poll(cursor, now)).catch_unwind();
    match tokio::time::timeout(LONGEST_PAGE, asked).await {
        Ok(Ok(page)) => page,
        Ok(Err(_)) => Err(net::Error::Unreadable("reading it broke this program; please report it".to_owned())),
        Err(_) => Err(net::Error::TimedOut),
    }
}

/// An error with its causes, for people.
fn told(error: &net::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let said = inner.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = inner.source();
    }
    text
}

/// One line of at most 500 characters.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect()
}
