//! Import: a file's rows to the inbox, page by page, resumable after any end.
//!
//! In: rows of a file. Out: rows in the inbox with the file's cursor, in one transaction each; what was refused.
//! Never: takes a row twice, loses one, marks time as heard that nobody said was.

use anyhow::Context;

use super::Ingest;
use crate::domain::{Clock, Interval, Platform, SourceName, TopicName};
use crate::source::file::{self, RefusedLine, Rows};
use crate::store::{self, Store};

/// The files that were imported for this topic: for every topic, or for this one alone.
pub async fn files_of(store: &Store, topic: &TopicName) -> Result<Vec<SourceName>, store::Error> {
    let names = store.sources().await?.into_iter().map(|source| source.name);
    Ok(names.filter(|name| file::is_for(name, topic)).collect())
}

/// Rows of one transaction.
const PAGE: usize = 500;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Rows that an earlier import of the same file had taken.
    pub before: u64,
    /// Rows that were taken now.
    pub taken: u64,
    /// Rows that were refused now.
    pub refused: u64,
}

/// The stage, for one file.
pub struct Import {
    store: Store,
    clock: Clock,
    platform: Platform,
    covers: Option<Interval>,
}

impl Import {
    /// An import of rows of this platform. `covers` is the time of which the file holds everything, if a person says so.
    pub fn new(store: Store, clock: Clock, platform: Platform, covers: Option<Interval>) -> Self {
        Self { store, clock, platform, covers }
    }

    /// Takes all rows that are not taken yet. `tell` is called after each page with the count so far and what the page refused.
    pub async fn run(
        &self,
        rows: &mut Rows,
        mut tell: impl FnMut(&Imported, &[RefusedLine], f64) -> anyhow::Result<()>,
    ) -> anyhow::Result<Imported> {
        let name = rows.name().clone();
        let before = self.store.source(&name).await.context("reading where the file was left")?;
        let mut done = Imported::default();
        if let Some(cursor) = before.and_then(|status| status.cursor) {
            done.before = rows.pass_to(&cursor)?;
        }
        while let Some(page) = rows.page(PAGE)? {
            done.taken += page.mentions.len() as u64;
            done.refused += page.refused.len() as u64;
            // What was refused is kept first: after a crash it may be told twice, never not at all.
            tell(&done, &page.refused, rows.progress())?;
            self.put(&name, &page.mentions, Some(&page.cursor), None, &done).await?;
        }
        if self.covers.is_some() {
            self.put(&name, &[], None, self.covers, &done).await?;
        }
        Ok(done)
    }

    async fn put(
        &self,
        name: &SourceName,
        mentions: &[crate::domain::RawMention],
        cursor: Option<&crate::domain::Cursor>,
        heard: Option<Interval>,
        done: &Imported,
    ) -> anyhow::Result<()> {
        let now = self.clock.now();
        let detail = if done.refused == 0 { String::new() } else { format!("{} rows were refused", done.refused) };
        let page = store::Page { platform: self.platform, mentions, cursor, heard, due_at: now, detail: &detail };
        self.store.put_page(name, page, now).await.context("storing a page of the file")?;
        Ok(())
    }

    /// Works the inbox off, as an ingest that runs elsewhere would. `tell` is called after each batch with the texts done so far.
    pub async fn ingest(&self, ingest: &Ingest, mut tell: impl FnMut(usize)) -> anyhow::Result<()> {
        let mut done = 0;
        loop {
            let round = ingest.tick().await?;
            if round.taken == 0 {
                return Ok(());
            }
            done += round.taken;
            tell(done);
        }
    }

    /// How many mentions of a source each of these topics has.
    pub async fn matched(&self, name: &SourceName, topics: &[TopicName]) -> anyhow::Result<Vec<(TopicName, i64)>> {
        let (from, to) = (chrono::DateTime::UNIX_EPOCH, self.clock.now() + chrono::Duration::days(1));
        let mut matched = Vec::new();
        for topic in topics {
            let counts = self.store.count_by_source(topic, from, to).await.context("counting what matched")?;
            let tally = counts.into_iter().find(|(source, _)| source == name).map(|(_, tally)| tally);
            matched.push((topic.clone(), tally.map_or(0, |tally| tally.mentions)));
        }
        Ok(matched)
    }
}
