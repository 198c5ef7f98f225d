//! Letters: messages that are not an incident's news, written first and sent after.

use super::backend::{in_transaction, on_backend};
use super::{Error, Store};
use crate::domain::time::timestamp;
use crate::domain::{DeliveryId, DeliveryState, Letter, ReceiverName, Timestamp};

type Row = (String, String, String, String, String, i64, i64, String, i64, Option<i64>);

fn read(row: Row) -> Result<Letter, Error> {
    let (id, receiver, subject, body, state, attempts, due, error, created, sent) = row;
    let corrupt = |what: &str| Error::Corrupt(format!("letter `{id}`: {what}"));
    Ok(Letter {
        id: DeliveryId::new(id.as_str()).ok_or_else(|| corrupt("its id"))?,
        receiver: ReceiverName::new(receiver).ok_or_else(|| corrupt("its receiver"))?,
        subject,
        body,
        state: DeliveryState::find(&state).ok_or_else(|| corrupt("its state"))?,
        attempts,
        due_at: timestamp(due),
        error,
        created_at: timestamp(created),
        sent_at: sent.map(timestamp),
    })
}

impl Store {
    /// Writes a letter; the same one twice is one. Says whether it is new.
    pub async fn put_letter(&self, letter: &Letter) -> Result<bool, Error> {
        const SQL: &str = "insert into letter (id, receiver, subject, body, state, due_at, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing";
        in_transaction!(self, tx => sqlx::query(SQL)
            .bind(letter.id.as_str())
            .bind(letter.receiver.as_str())
            .bind(&letter.subject)
            .bind(&letter.body)
            .bind(letter.state.as_str())
            .bind(letter.due_at.timestamp_millis())
            .bind(letter.created_at.timestamp_millis())
            .execute(&mut *tx).await.map(|done| done.rows_affected() > 0).map_err(Error::from))
    }

    /// Letters that wait and are due: of each receiver the oldest first, and of every receiver some.
    pub async fn due_letters(&self, now: Timestamp, limit: i64) -> Result<Vec<Letter>, Error> {
        const SQL: &str = "select id, receiver, subject, body, state, attempts, due_at, error, created_at, sent_at \
             from (select w.*, row_number() over (partition by w.receiver order by w.created_at, w.id) as place \
               from letter w where w.state = 'waiting' and w.due_at <= $1) l order by l.place, l.due_at, l.id limit $2";
        let rows: Vec<Row> = on_backend!(self, pool =>
            sqlx::query_as(SQL).bind(now.timestamp_millis()).bind(limit).fetch_all(pool).await)?;
        rows.into_iter().map(read).collect()
    }

    /// Keeps what became of one try: `letter` as it stands after it. One that is over keeps its subject and loses its
    /// text, since that may quote what is taken down later.
    pub async fn record_letter(&self, letter: &Letter) -> Result<(), Error> {
        const SQL: &str = "update letter set state = $2, attempts = $3, due_at = $4, error = $5, sent_at = $6, \
             body = case when $2 = 'waiting' then body else '' end where id = $1";
        in_transaction!(self, tx => sqlx::query(SQL)
            .bind(letter.id.as_str())
            .bind(letter.state.as_str())
            .bind(letter.attempts)
            .bind(letter.due_at.timestamp_millis())
            .bind(&letter.error)
            .bind(letter.sent_at.map(|at| at.timestamp_millis()))
            .execute(&mut *tx).await.map(|_| ()).map_err(Error::from))
    }
}
