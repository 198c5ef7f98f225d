//! How far each topic's buckets were judged, what its detectors remember, and what they read.
//!
//! In: a topic and a stretch of time; a judged stretch. Out: counts by bucket and source, authors of negative mentions,
//! what is remembered. Never: moves `judged_until` without storing, in the same transaction, all that the stretch brought.

use sqlx::AssertSqlSafe;

use super::backend::{in_transaction, on_backend};
use super::bulk::json_list;
use super::incident::put_moment;
use super::mention::among;
use super::{Error, Store};
use crate::domain::time::timestamp;
use crate::domain::{Bucket, Incident, Interval, MentionId, Moment, SourceName, Timestamp, TopicName};

/// What is remembered of a topic between two rounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// First bucket that may raise an alarm: the topic was heard live from here on.
    pub began: Bucket,
    /// The next bucket to judge.
    pub judged_until: Bucket,
    /// The detectors' memory, as JSON that only they read.
    pub memory: String,
}

/// What a judged stretch did to an incident.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentChange {
    /// The incident as the detector sees it now.
    pub incident: Incident,
    /// Whether it is open again after having been resolved.
    pub reopened: bool,
    /// New lines of its timeline.
    pub moments: Vec<Moment>,
}

/// Mentions of one bucket that came from one source.
#[derive(Clone, Debug, PartialEq)]
pub struct HeardCount {
    /// Posted when.
    pub bucket: Bucket,
    /// Heard where.
    pub source: SourceName,
    /// Mentions, originals and spread together.
    pub mentions: i64,
    /// Negative ones among them.
    pub negative: i64,
}

/// Negative mentions of one author in one bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct Voice {
    /// Posted when.
    pub bucket: Bucket,
    /// By whom: the platform and its id of the author; empty where the platform hides it.
    pub author: String,
    /// How many.
    pub negative: i64,
}

const PUT_INCIDENT: &str = "insert into incident (id, topic, kind, state, severity, first_bucket, last_bucket, \
     opened_at, resolved_at, acknowledged_by, opening, peak, worst) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, $11, $12) \
     on conflict (id) do update set severity = excluded.severity, last_bucket = excluded.last_bucket, \
     peak = excluded.peak, worst = excluded.worst, \
     state = case when $13 = 1 then 'open' when excluded.state = 'resolved' then 'resolved' else incident.state end, \
     acknowledged_by = case when $13 = 1 then '' else incident.acknowledged_by end, \
     resolved_at = case when $13 = 1 then null else coalesce(incident.resolved_at, excluded.resolved_at) end";

const MOVE_ON: &str = "update watch set judged_until = $3, memory = $4 where topic = $1 and judged_until = $2";

impl Store {
    /// What is remembered of a topic; `None` before it was first watched.
    pub async fn watched(&self, topic: &TopicName) -> Result<Option<Watched>, Error> {
        const SQL: &str = "select began_at, judged_until, memory from watch where topic = $1";
        let row: Option<(i64, i64, String)> = on_backend!(self, pool =>
            sqlx::query_as(SQL).bind(topic.as_str()).fetch_optional(pool).await)?;
        Ok(row.map(|(began, judged_until, memory)| Watched {
            began: Bucket::of_millis(began),
            judged_until: Bucket::of_millis(judged_until),
            memory,
        }))
    }

    /// Begins to watch a topic; does nothing when it is watched already.
    pub async fn begin_watch(&self, topic: &TopicName, watched: &Watched) -> Result<(), Error> {
        const SQL: &str = "insert into watch (topic, began_at, judged_until, memory) values ($1, $2, $3, $4) \
             on conflict (topic) do nothing";
        in_transaction!(self, tx => sqlx::query(SQL)
            .bind(topic.as_str())
            .bind(watched.began.millis())
            .bind(watched.judged_until.millis())
            .bind(&watched.memory)
            .execute(&mut *tx).await.map(|_| ()).map_err(Error::from))
    }

    /// Stores a judged stretch: memory, incidents and their moments together. Returns false, and stores nothing, when
    /// another watcher has judged from `from` on already.
    pub async fn put_stretch(
        &self,
        topic: &TopicName,
        from: Bucket,
        watched: &Watched,
        changes: &[IncidentChange],
    ) -> Result<bool, Error> {
        in_transaction!(self, tx => async {
            let moved = sqlx::query(MOVE_ON)
                .bind(topic.as_str())
                .bind(from.millis())
                .bind(watched.judged_until.millis())
                .bind(&watched.memory)
                .execute(&mut *tx).await?;
            if moved.rows_affected() == 0 {
                return Ok(false);
            }
            for change in changes {
                let incident = &change.incident;
                sqlx::query(PUT_INCIDENT)
                    .bind(incident.id.as_str())
                    .bind(incident.topic.as_str())
                    .bind(incident.kind.as_str())
                    .bind(incident.state.as_str())
                    .bind(incident.severity.as_str())
                    .bind(incident.first.millis())
                    .bind(incident.last.millis())
                    .bind(incident.opened_at.timestamp_millis())
                    .bind(incident.resolved_at.map(|at| at.timestamp_millis()))
                    .bind(serde_json::to_string(&incident.opening)?)
                    .bind(serde_json::to_string(&incident.peak)?)
                    .bind(serde_json::to_string(&incident.worst)?)
                    .bind(i64::from(change.reopened))
                    .execute(&mut *tx).await?;
                for moment in &change.moments {
                    put_moment!(tx, &incident.id, moment)?;
                }
            }
            Ok::<_, Error>(true)
        }.await)
    }

    /// A topic's mentions by bucket and source, in order of time.
    pub async fn heard_counts(&self, topic: &TopicName, window: Interval) -> Result<Vec<HeardCount>, Error> {
        const SQL: &str = "select bucket_at, source, cast(sum(originals + spread) as bigint) as mentions, \
             cast(sum(case when sentiment = 'negative' then originals + spread else 0 end) as bigint) as negative \
             from mention_count where topic = $1 and bucket_at >= $2 and bucket_at < $3 and theme = '' \
             group by bucket_at, source having sum(originals + spread) > 0 order by bucket_at, source";
        let rows: Vec<(i64, String, i64, i64)> = on_backend!(self, pool => sqlx::query_as(SQL)
            .bind(topic.as_str())
            .bind(window.from.timestamp_millis())
            .bind(window.to.timestamp_millis())
            .fetch_all(pool).await)?;
        rows.into_iter()
            .map(|(bucket_at, source, mentions, negative)| {
                let source = SourceName::new(source).ok_or_else(|| Error::Corrupt("a count's source".into()))?;
                Ok(HeardCount { bucket: Bucket::of_millis(bucket_at), source, mentions, negative })
            })
            .collect()
    }

    /// Who wrote a topic's negative mentions, by bucket, in order of time.
    pub async fn negative_voices(&self, topic: &TopicName, window: Interval) -> Result<Vec<Voice>, Error> {
        const SQL: &str = "select posted_at - posted_at % 300000 as bucket_at, author, count(*) as negative \
             from mention_topic where topic = $1 and posted_at >= $2 and posted_at < $3 and sentiment = 'negative' \
             and apart = 0 group by 1, 2 order by 1, 2";
        let rows: Vec<(i64, String, i64)> = on_backend!(self, pool => sqlx::query_as(SQL)
            .bind(topic.as_str())
            .bind(window.from.timestamp_millis())
            .bind(window.to.timestamp_millis())
            .fetch_all(pool).await)?;
        let voice = |(at, author, negative)| Voice { bucket: Bucket::of_millis(at), author, negative };
        Ok(rows.into_iter().map(voice).collect())
    }

    /// How many distinct authors wrote a topic's negative mentions; mentions whose author is hidden count as one each.
    pub async fn negative_authors(&self, topic: &TopicName, window: Interval) -> Result<i64, Error> {
        const SQL: &str = "select count(distinct case when author = '' then mention else author end) \
             from mention_topic where topic = $1 and posted_at >= $2 and posted_at < $3 and sentiment = 'negative' \
             and apart = 0";
        let (authors,): (i64,) = on_backend!(self, pool => sqlx::query_as(SQL)
            .bind(topic.as_str())
            .bind(window.from.timestamp_millis())
            .bind(window.to.timestamp_millis())
            .fetch_one(pool).await)?;
        Ok(authors)
    }

    /// The worst originals: negative stories by how often they were repeated in the window, then by what readers did,
    /// then by how sure the classifier is. What was taken down is left out, and what is set apart as spam.
    pub async fn worst_originals(
        &self,
        topic: &TopicName,
        window: Interval,
        limit: i64,
    ) -> Result<Vec<MentionId>, Error> {
        const SQL: &str = "select m.id from mention m join \
             (select r.story, count(*) as times from mention_topic t join mention r on r.id = t.mention \
              where t.topic = $1 and t.posted_at >= $2 and t.posted_at < $3 and t.sentiment = 'negative' \
              and t.apart = 0 group by r.story) s on m.id = s.story \
             where m.removed_at is null \
               and not exists (select 1 from mention_topic o where o.topic = $1 and o.mention = m.id and o.apart = 1) \
             order by s.times desc, m.likes + m.reposts + m.replies desc, m.p_negative desc, m.id limit $4";
        let rows: Vec<(String,)> = on_backend!(self, pool => sqlx::query_as(SQL)
            .bind(topic.as_str())
            .bind(window.from.timestamp_millis())
            .bind(window.to.timestamp_millis())
            .bind(limit)
            .fetch_all(pool).await)?;
        rows.into_iter()
            .map(|(id,)| MentionId::new(id).ok_or_else(|| Error::Corrupt("a mention's id".into())))
            .collect()
    }

    /// When the oldest post of these sources was posted that is not older than `since` and still waits to be ingested;
    /// `None` when none waits.
    pub async fn oldest_in_inbox(&self, sources: &[SourceName], since: Timestamp) -> Result<Option<Timestamp>, Error> {
        let sql =
            format!("select min(posted_at) from inbox where source {} and posted_at >= $2", among(self.is_postgres()));
        let list = json_list(sources)?;
        let oldest: Option<i64> = on_backend!(self, pool => sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(list).bind(since.timestamp_millis()).fetch_one(pool).await)?;
        Ok(oldest.map(timestamp))
    }

    /// When a topic's mentions were posted that we already hold: its first bucket; `None` when there are none.
    pub async fn first_bucket(&self, topic: &TopicName) -> Result<Option<Bucket>, Error> {
        const SQL: &str = "select min(bucket_at) from mention_count where topic = $1 and originals + spread > 0";
        let (first,): (Option<i64>,) =
            on_backend!(self, pool => sqlx::query_as(SQL).bind(topic.as_str()).fetch_one(pool).await)?;
        Ok(first.map(Bucket::of_millis))
    }
}
