//! Spam is set apart: kept and marked, and no talk, unless a topic's file says that it counts.
//!
//! In: which topics count spam. Out: their mentions and counts, which follow; what is set apart in a stretch of time.
//! Never: moves a row without its counts. What spam is, `domain::judgement` says; what is set apart, `topic.rs`.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AssertSqlSafe;

use super::backend::{Writing, on_backend, on_writing};
use super::judged::alone;
use super::topic::{COLUMNS, Row, put_counts, put_rows, read_row};
use super::{Error, Store};
use crate::domain::judgement::SPAM_FROM;
use crate::domain::{Count, CountKey, MentionId, Timestamp, TopicName};

/// The topics whose spam counts as talk.
pub(super) type SpamCounted = BTreeSet<TopicName>;

const COUNTED: &str = "select topic from spam_counted";

/// Rows that are moved at once.
const PAGE: i64 = 2000;

impl Store {
    /// Says of topics whether their spam counts as talk. Where that is another thing than before, the topic's mentions and
    /// counts follow in one transaction; gives those topics. Topics that are not spoken of stay as they are.
    pub async fn count_spam(&self, topics: &[(TopicName, bool)]) -> Result<Vec<TopicName>, Error> {
        let names: Vec<String> = on_backend!(self, pool => sqlx::query_scalar(COUNTED).fetch_all(pool).await)?;
        if changed(topics, &read(names)).is_empty() {
            return Ok(Vec::new());
        }
        let mut writing = self.begin().await?;
        alone(&mut writing).await?;
        let before = spam_counted(&mut writing).await?;
        let changed = changed(topics, &before);
        for (topic, counts) in &changed {
            move_spam(&mut writing, topic, *counts).await?;
        }
        writing.commit().await?;
        Ok(changed.into_iter().map(|(topic, _)| topic.clone()).collect())
    }

    /// Whether a topic's spam counts as talk.
    pub(super) async fn counts_spam(&self, topic: &TopicName) -> Result<bool, Error> {
        const SQL: &str = "select topic from spam_counted where topic = $1";
        let found: Option<String> =
            on_backend!(self, pool => sqlx::query_scalar(SQL).bind(topic.as_str()).fetch_optional(pool).await)?;
        Ok(found.is_some())
    }

    /// How many of a topic's mentions posted in `[from, to)` are set apart as spam; tombstones too.
    pub async fn count_apart(&self, topic: &TopicName, from: Timestamp, to: Timestamp) -> Result<i64, Error> {
        const SQL: &str = "select count(*) from mention_topic
             where topic = $1 and posted_at >= $2 and posted_at < $3 and apart = 1";
        Ok(on_backend!(self, pool => sqlx::query_scalar(SQL).bind(topic.as_str()).bind(from.timestamp_millis())
            .bind(to.timestamp_millis()).fetch_one(pool).await)?)
    }

    /// Which of a topic's mentions posted in `[from, to)` are set apart as spam, in order of time; tombstones too.
    pub async fn apart(&self, topic: &TopicName, from: Timestamp, to: Timestamp) -> Result<Vec<MentionId>, Error> {
        const SQL: &str = "select mention from mention_topic
             where topic = $1 and posted_at >= $2 and posted_at < $3 and apart = 1 order by posted_at, mention";
        let ids: Vec<String> = on_backend!(self, pool => sqlx::query_scalar(SQL).bind(topic.as_str())
            .bind(from.timestamp_millis()).bind(to.timestamp_millis()).fetch_all(pool).await)?;
        ids.into_iter().map(|id| MentionId::new(id).ok_or_else(|| Error::Corrupt("a mention's id".into()))).collect()
    }
}

fn read(names: Vec<String>) -> SpamCounted {
    names.into_iter().filter_map(TopicName::new).collect()
}

/// What is said of topics that is not so yet.
fn changed<'a>(topics: &'a [(TopicName, bool)], before: &SpamCounted) -> Vec<(&'a TopicName, bool)> {
    let is_new = |(topic, counts): &&(TopicName, bool)| before.contains(topic) != *counts;
    topics.iter().filter(is_new).map(|(topic, counts)| (topic, *counts)).collect()
}

/// The topics whose spam counts as talk, in a transaction.
pub(super) async fn spam_counted(writing: &mut Writing) -> Result<SpamCounted, Error> {
    let names: Vec<String> = on_writing!(writing, db => sqlx::query_scalar(COUNTED).fetch_all(db).await)?;
    Ok(read(names))
}

/// Moves a topic's spam into the counts or out of them.
async fn move_spam(writing: &mut Writing, topic: &TopicName, counts_spam: bool) -> Result<(), Error> {
    const COUNT: &str = "insert into spam_counted (topic) values ($1) on conflict (topic) do nothing";
    const SET_APART: &str = "delete from spam_counted where topic = $1";
    let sql = if counts_spam { COUNT } else { SET_APART };
    on_writing!(writing, db => sqlx::query(sql).bind(topic.as_str()).execute(db).await.map(drop))?;
    let columns = COLUMNS.split(", ").map(|column| format!("t.{column}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "select {columns} from mention_topic t join mention m on m.id = t.mention
          where t.topic = $1 and t.mention > $2 and m.spam >= $3 and t.apart <> $4 order by t.mention limit $5"
    );
    let mut counts: BTreeMap<CountKey, Count> = BTreeMap::new();
    let mut last = String::new();
    loop {
        let rows: Vec<Row> = on_writing!(writing, db => sqlx::query_as(AssertSqlSafe(sql.as_str()))
            .bind(topic.as_str()).bind(&last).bind(f64::from(SPAM_FROM)).bind(i64::from(!counts_spam)).bind(PAGE)
            .fetch_all(db).await)?;
        let mut moved = rows.into_iter().map(read_row).collect::<Result<Vec<_>, Error>>()?;
        let Some((_, id, _)) = moved.last() else { break };
        last = id.as_str().to_owned();
        for (topic, _, row) in &mut moved {
            row.count(topic, -1, &mut counts);
            row.apart = !counts_spam;
            row.count(topic, 1, &mut counts);
        }
        let put: Vec<(&TopicName, &MentionId, _)> = moved.iter().map(|(topic, id, row)| (topic, id, row)).collect();
        put_rows(writing, &put).await?;
    }
    put_counts(writing, counts).await
}
