//! Counts: series of any width, and by what a mention is. A year is read from the counts, not from the mentions.
//!
//! In: a topic and a stretch of time. Out: how many, how they lean, originals apart from spread.
//! Never: takes a stretch that was not heard for a quiet one (ask the coverage beside it); counts what is set apart as spam.

use std::collections::BTreeMap;

use super::backend::on_backend;
use super::{Error, Store};
use crate::domain::time::timestamp;
use crate::domain::{Bucket, Language, Platform, Sentiment, SourceName, Theme, Timestamp, TopicName};

/// How many mentions, and how they lean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All: originals and spread.
    pub mentions: i64,
    /// Of these, negative.
    pub negative: i64,
    /// Of these, neutral.
    pub neutral: i64,
    /// Of these, positive.
    pub positive: i64,
    /// Of these, unsure.
    pub unsure: i64,
    /// Of all, first texts.
    pub originals: i64,
}

/// One point of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesPoint {
    /// Where the point's stretch of time begins.
    pub at: Timestamp,
    /// All mentions: originals and spread.
    pub mentions: i64,
    /// Of these, negative.
    pub negative: i64,
    /// Of these, neutral.
    pub neutral: i64,
    /// Of these, positive.
    pub positive: i64,
    /// Of these, unsure.
    pub unsure: i64,
    /// Of all, first texts.
    pub originals: i64,
}

impl Tally {
    fn add(&mut self, sentiment: &str, originals: i64, spread: i64) -> Result<(), Error> {
        let sentiment = Sentiment::find(sentiment).ok_or_else(|| Error::Corrupt(format!("sentiment `{sentiment}`")))?;
        let total = originals + spread;
        *match sentiment {
            Sentiment::Negative => &mut self.negative,
            Sentiment::Neutral => &mut self.neutral,
            Sentiment::Positive => &mut self.positive,
            Sentiment::Unsure => &mut self.unsure,
        } += total;
        self.mentions += total;
        self.originals += originals;
        Ok(())
    }
}

/// A key, how its mentions lean, originals and spread.
type KeyRow = (String, String, i64, i64);

fn corrupt(key: &str) -> Error {
    Error::Corrupt(format!("a count of `{key}`"))
}

/// Most frequent first, then by key.
fn tallies<K: Ord>(rows: Vec<KeyRow>, read: impl Fn(String) -> Option<K>) -> Result<Vec<(K, Tally)>, Error> {
    let mut found: BTreeMap<K, Tally> = BTreeMap::new();
    for (key, sentiment, originals, spread) in rows {
        let key = read(key.clone()).ok_or_else(|| corrupt(&key))?;
        found.entry(key).or_default().add(&sentiment, originals, spread)?;
    }
    let mut list: Vec<(K, Tally)> = found.into_iter().filter(|(_, tally)| tally.mentions > 0).collect();
    list.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.mentions));
    Ok(list)
}

impl Store {
    /// Mentions of a topic from `from` on, up to `to`, in points of `width_ms`; every point is there, also those
    /// without a mention. `from` goes down to its bucket's start and the width up to whole buckets (five minutes), so
    /// that days begin at midnight of a zone when `from` does.
    pub async fn series(
        &self,
        topic: &TopicName,
        from: Timestamp,
        to: Timestamp,
        width_ms: i64,
    ) -> Result<Vec<SeriesPoint>, Error> {
        const SQL: &str = "select (bucket_at - $2) / $4 as point, sentiment,
                   cast(sum(originals) as bigint) as originals, cast(sum(spread) as bigint) as spread
              from mention_count
             where topic = $1 and bucket_at >= $2 and bucket_at < $3 and theme = ''
             group by 1, 2";
        let (start, end) = (Bucket::of(from).millis(), to.timestamp_millis());
        let width = width_ms.max(1).div_euclid(Bucket::MILLIS).max(1) * Bucket::MILLIS;
        let width = if width < width_ms { width + Bucket::MILLIS } else { width };
        let rows: Vec<(i64, String, i64, i64)> = on_backend!(self, pool => sqlx::query_as(SQL).bind(topic.as_str())
            .bind(start).bind(end).bind(width).fetch_all(pool).await)?;
        let points = usize::try_from((end - start + width - 1).max(0) / width).unwrap_or(0);
        let mut tallies = vec![Tally::default(); points];
        for (point, sentiment, originals, spread) in rows {
            if let Some(tally) = usize::try_from(point).ok().and_then(|point| tallies.get_mut(point)) {
                tally.add(&sentiment, originals, spread)?;
            }
        }
        let starts = (0..).map(|n| timestamp(start + n * width));
        let point = |(at, tally): (Timestamp, Tally)| SeriesPoint {
            at,
            mentions: tally.mentions,
            negative: tally.negative,
            neutral: tally.neutral,
            positive: tally.positive,
            unsure: tally.unsure,
            originals: tally.originals,
        };
        Ok(starts.zip(tallies).map(point).collect())
    }

    /// All mentions of a topic whose buckets begin in `[from, to)`.
    pub async fn tally(&self, topic: &TopicName, from: Timestamp, to: Timestamp) -> Result<Tally, Error> {
        const SQL: &str = "select '' as key, sentiment, cast(sum(originals) as bigint), cast(sum(spread) as bigint)
              from mention_count where topic = $1 and bucket_at >= $2 and bucket_at < $3 and theme = ''
             group by sentiment";
        let rows = self.key_rows(SQL, topic, from, to).await?;
        Ok(tallies(rows, Some)?.pop().map(|(_, tally)| tally).unwrap_or_default())
    }

    /// By theme, most frequent first; a mention with several themes counts for each.
    pub async fn count_by_theme(
        &self,
        topic: &TopicName,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(Theme, Tally)>, Error> {
        const SQL: &str = "select theme, sentiment, cast(sum(originals) as bigint), cast(sum(spread) as bigint)
              from mention_count where topic = $1 and bucket_at >= $2 and bucket_at < $3 and theme <> ''
             group by theme, sentiment";
        tallies(self.key_rows(SQL, topic, from, to).await?, Theme::new)
    }

    /// By source, most frequent first.
    pub async fn count_by_source(
        &self,
        topic: &TopicName,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(SourceName, Tally)>, Error> {
        const SQL: &str = "select source, sentiment, cast(sum(originals) as bigint), cast(sum(spread) as bigint)
              from mention_count where topic = $1 and bucket_at >= $2 and bucket_at < $3 and theme = ''
             group by source, sentiment";
        tallies(self.key_rows(SQL, topic, from, to).await?, SourceName::new)
    }

    /// By language, most frequent first.
    pub async fn count_by_language(
        &self,
        topic: &TopicName,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(Language, Tally)>, Error> {
        const SQL: &str = "select language, sentiment, cast(sum(originals) as bigint), cast(sum(spread) as bigint)
              from mention_count where topic = $1 and bucket_at >= $2 and bucket_at < $3 and theme = ''
             group by language, sentiment";
        tallies(self.key_rows(SQL, topic, from, to).await?, |tag| Language::find(&tag))
    }

    /// By kind of place, most frequent first.
    pub async fn count_by_platform(
        &self,
        topic: &TopicName,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(Platform, Tally)>, Error> {
        const SQL: &str = "select s.platform, c.sentiment,
                   cast(sum(c.originals) as bigint), cast(sum(c.spread) as bigint)
              from mention_count c join source s on s.name = c.source
             where c.topic = $1 and c.bucket_at >= $2 and c.bucket_at < $3 and c.theme = ''
             group by s.platform, c.sentiment";
        tallies(self.key_rows(SQL, topic, from, to).await?, |word| Platform::find(&word))
    }

    /// How many authors spoke in `[from, to)`; of all mentions, or of those that lean so. An author whom the platform
    /// hides, or who is gone, counts once for each mention. Who wrote spam only is none of them.
    pub async fn count_authors(
        &self,
        topic: &TopicName,
        from: Timestamp,
        to: Timestamp,
        sentiment: Option<Sentiment>,
    ) -> Result<i64, Error> {
        const SQL: &str = "select count(distinct case when author = '' then mention else author end)
              from mention_topic
             where topic = $1 and posted_at >= $2 and posted_at < $3 and apart = 0
               and ($4 = '' or sentiment = $4)";
        Ok(on_backend!(self, pool => sqlx::query_scalar(SQL).bind(topic.as_str()).bind(from.timestamp_millis())
            .bind(to.timestamp_millis()).bind(sentiment.map_or("", Sentiment::as_str)).fetch_one(pool).await)?)
    }

    /// The authors with the most mentions in `[from, to)` as `platform/id`, most first; spam is not counted.
    pub async fn top_authors(
        &self,
        topic: &TopicName,
        from: Timestamp,
        to: Timestamp,
        limit: i64,
    ) -> Result<Vec<(String, i64)>, Error> {
        const SQL: &str = "select author, count(*) from mention_topic
             where topic = $1 and posted_at >= $2 and posted_at < $3 and author <> '' and apart = 0
             group by author order by 2 desc, 1 limit $4";
        Ok(on_backend!(self, pool => sqlx::query_as(SQL).bind(topic.as_str()).bind(from.timestamp_millis())
            .bind(to.timestamp_millis()).bind(limit).fetch_all(pool).await)?)
    }

    async fn key_rows(
        &self,
        sql: &'static str,
        topic: &TopicName,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<KeyRow>, Error> {
        Ok(on_backend!(self, pool => sqlx::query_as(sql).bind(topic.as_str()).bind(Bucket::of(from).millis())
            .bind(to.timestamp_millis()).fetch_all(pool).await)?)
    }
}
