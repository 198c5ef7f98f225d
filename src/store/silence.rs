//! Silences: hush by hand, always with an end.

use super::backend::{in_transaction, on_backend};
use super::{Error, Store};
use crate::domain::time::timestamp;
use crate::domain::{Silence, SilenceId, Timestamp, TopicName};

type Row = (String, String, i64, i64, String, String);

fn read(row: Row) -> Result<Silence, Error> {
    let (id, topic, from, until, by, reason) = row;
    let corrupt = |what: &str| Error::Corrupt(format!("silence `{id}`: {what}"));
    Ok(Silence {
        id: SilenceId::new(id.as_str()).ok_or_else(|| corrupt("its id"))?,
        topic: match topic.as_str() {
            "" => None,
            name => Some(TopicName::new(name).ok_or_else(|| corrupt("its topic"))?),
        },
        from: timestamp(from),
        until: timestamp(until),
        by,
        reason,
    })
}

impl Store {
    /// Keeps a silence; the same one twice is one.
    pub async fn put_silence(&self, silence: &Silence) -> Result<(), Error> {
        const SQL: &str = "insert into silence (id, topic, from_at, until_at, by_whom, reason) \
             values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing";
        in_transaction!(self, tx => sqlx::query(SQL)
            .bind(silence.id.as_str())
            .bind(silence.topic.as_ref().map_or("", TopicName::as_str))
            .bind(silence.from.timestamp_millis())
            .bind(silence.until.timestamp_millis())
            .bind(&silence.by)
            .bind(&silence.reason)
            .execute(&mut *tx).await.map(|_| ()).map_err(Error::from))
    }

    /// Silences that have not ended at `now`, those that end first in front.
    pub async fn silences(&self, now: Timestamp) -> Result<Vec<Silence>, Error> {
        const SQL: &str = "select id, topic, from_at, until_at, by_whom, reason from silence \
             where until_at > $1 order by until_at, id";
        let rows: Vec<Row> = on_backend!(self, pool =>
            sqlx::query_as(SQL).bind(now.timestamp_millis()).fetch_all(pool).await)?;
        rows.into_iter().map(read).collect()
    }

    /// Ends a silence at `now`; false when there is none, or it had ended.
    pub async fn end_silence(&self, id: &SilenceId, now: Timestamp) -> Result<bool, Error> {
        const SQL: &str = "update silence set until_at = $2 where id = $1 and until_at > $2";
        in_transaction!(self, tx => sqlx::query(SQL)
            .bind(id.as_str())
            .bind(now.timestamp_millis())
            .execute(&mut *tx).await.map(|done| done.rows_affected() > 0).map_err(Error::from))
    }
}
