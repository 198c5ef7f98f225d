//! A recount: what the counts must be, read from the mentions, beside what they are.
//!
//! In: a topic. Out: every count that differs. Never: repairs.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use sqlx::AssertSqlSafe;

use super::backend::on_backend;
use super::topic::{COLUMNS, read_row};
use super::{Error, Store};
use crate::domain::{Bucket, Count, CountKey, Language, Sentiment, SourceName, Theme, TopicName};

/// One count that is not what the mentions add up to.
#[derive(Clone, Debug, PartialEq)]
pub struct Miscount {
    /// Which.
    pub key: CountKey,
    /// What is kept.
    pub kept: Count,
    /// What the mentions add up to.
    pub true_count: Count,
}

impl Store {
    /// Every kept count of a topic that differs from what its mentions add up to; none when all is well.
    pub async fn recount(&self, topic: &TopicName) -> Result<Vec<Miscount>, Error> {
        let mut kept = self.kept_counts(topic).await?;
        let mut found = Vec::new();
        for (key, true_count) in self.true_counts(topic).await? {
            let kept = kept.remove(&key).unwrap_or_default();
            if kept != true_count {
                found.push(Miscount { key, kept, true_count });
            }
        }
        let left = kept.into_iter().filter(|(_, count)| *count != Count::default());
        found.extend(left.map(|(key, kept)| Miscount { key, kept, true_count: Count::default() }));
        Ok(found)
    }

    async fn true_counts(&self, topic: &TopicName) -> Result<BTreeMap<CountKey, Count>, Error> {
        let sql = format!("select {COLUMNS} from mention_topic where topic = $1");
        let mut counts = BTreeMap::new();
        on_backend!(self, pool => {
            let mut rows = sqlx::query_as(AssertSqlSafe(sql)).bind(topic.as_str()).fetch(pool);
            while let Some(row) = rows.try_next().await? {
                let (topic, _, row) = read_row(row)?;
                row.count(&topic, 1, &mut counts);
            }
        });
        Ok(counts)
    }

    async fn kept_counts(&self, topic: &TopicName) -> Result<BTreeMap<CountKey, Count>, Error> {
        const SQL: &str = "select bucket_at, source, language, sentiment, theme, originals, spread
                             from mention_count where topic = $1";
        type Row = (i64, String, String, String, String, i64, i64);
        let rows: Vec<Row> = on_backend!(self, pool => sqlx::query_as(SQL).bind(topic.as_str()).fetch_all(pool).await)?;
        let corrupt = || Error::Corrupt(format!("a count of topic `{topic}`"));
        rows.into_iter()
            .map(|(bucket_at, source, language, sentiment, theme, originals, spread)| {
                let key = CountKey {
                    topic: topic.clone(),
                    source: SourceName::new(source).ok_or_else(corrupt)?,
                    bucket: Bucket::of_millis(bucket_at),
                    language: Language::find(&language).ok_or_else(corrupt)?,
                    sentiment: Sentiment::find(&sentiment).ok_or_else(corrupt)?,
                    theme: Theme::new(theme),
                };
                Ok((key, Count { originals, spread }))
            })
            .collect()
    }
}
