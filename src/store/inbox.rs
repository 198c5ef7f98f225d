//! The inbox: what collect has read and ingest has not judged yet.
//!
//! In: pages, each stored with its cursor, its coverage and its source's state in one transaction.
//! Out: rows in the order of their arrival. Never: stores the same row twice, loses one, lets one block the others.

use super::backend::{Writing, in_transaction, on_backend, on_writing};
use super::bulk::{Conflict, Kind, Target, Value};
use super::{Error, SourceState, Store, coverage};
use crate::domain::id::digest;
use crate::domain::time::timestamp;
use crate::domain::{Cursor, Interval, Platform, RawMention, SourceName, Timestamp};

/// What one reading of a source gave, ready to be stored.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The source's kind.
    pub platform: Platform,
    /// In the order of the platform, oldest first.
    pub mentions: &'a [RawMention],
    /// Where to read on after this page; `None` leaves the cursor as it is.
    pub cursor: Option<&'a Cursor>,
    /// The stretch of time of which everything was brought.
    pub heard: Option<Interval>,
    /// When the source is due again.
    pub due_at: Timestamp,
    /// What is to be told of a source that is well (lines that could not be read); mostly empty.
    pub detail: &'a str,
}

/// One row that waits to be judged.
#[derive(Clone, Debug, PartialEq)]
pub struct InboxRow {
    /// Its id, made from source, post, change and content.
    pub id: String,
    /// Which source brought it.
    pub source: SourceName,
    /// When.
    pub received_at: Timestamp,
    /// The post, or why the row cannot be read (it is to be put aside).
    pub raw: Result<RawMention, String>,
}

/// One row that was put aside.
#[derive(Clone, Debug, PartialEq)]
pub struct AsideRow {
    /// Its id.
    pub id: String,
    /// Which source brought it.
    pub source: String,
    /// When.
    pub received_at: Timestamp,
    /// Why it could not be worked on.
    pub reason: String,
    /// When it was put aside.
    pub put_at: Timestamp,
}

const INBOX: Target = Target {
    table: "inbox",
    columns: &[
        ("id", Kind::Text),
        ("source", Kind::Text),
        ("received_at", Kind::Int),
        ("posted_at", Kind::Int),
        ("place", Kind::Int),
        ("body", Kind::Text),
    ],
    conflict: Conflict::Keep("id"),
};

impl Store {
    /// Stores a page, moves the cursor, extends the coverage and notes that the source is well: all or nothing.
    /// Gives how many rows were new to the inbox.
    pub async fn put_page(&self, source: &SourceName, page: Page<'_>, now: Timestamp) -> Result<u64, Error> {
        let mut writing = self.begin().await?;
        let stored = put_rows(&mut writing, source, page.mentions, now).await?;
        if let Some(heard) = page.heard {
            coverage::put_heard(&mut writing, source, heard).await?;
        }
        put_well(&mut writing, source, &page, now).await?;
        writing.commit().await?;
        Ok(stored)
    }

    /// The oldest rows, in the order of their arrival. They stay until [`Store::put_judged`] takes them out.
    pub async fn take_inbox(&self, limit: i64) -> Result<Vec<InboxRow>, Error> {
        const SQL: &str = "select id, source, received_at, body from inbox order by place, id limit $1";
        let rows: Vec<(String, String, i64, String)> =
            on_backend!(self, pool => sqlx::query_as(SQL).bind(limit).fetch_all(pool).await)?;
        rows.into_iter()
            .map(|(id, source, received_at, body)| {
                let source = SourceName::new(source)
                    .ok_or_else(|| Error::Corrupt(format!("inbox row {id}: not a source's name")))?;
                let raw = serde_json::from_str(&body).map_err(|error| error.to_string());
                Ok(InboxRow { id, source, received_at: timestamp(received_at), raw })
            })
            .collect()
    }

    /// How many rows wait.
    pub async fn count_inbox(&self) -> Result<i64, Error> {
        on_backend!(self, pool => sqlx::query_scalar("select count(*) from inbox").fetch_one(pool).await)
            .map_err(Error::from)
    }

    /// Takes rows out of the queue and keeps them with the reason, so that they block nothing and are not forgotten.
    pub async fn put_aside(&self, rows: &[(String, String)], now: Timestamp) -> Result<(), Error> {
        in_transaction!(self, tx => async {
            for (id, reason) in rows {
                sqlx::query(
                    "insert into inbox_aside (id, source, received_at, body, reason, put_at)
                     select id, source, received_at, body, $2, $3 from inbox where id = $1 on conflict do nothing",
                )
                .bind(id.as_str()).bind(reason.as_str()).bind(now.timestamp_millis()).execute(&mut *tx).await?;
                sqlx::query("delete from inbox where id = $1").bind(id.as_str()).execute(&mut *tx).await?;
            }
            Ok::<(), Error>(())
        }.await)
    }

    /// The rows that were put aside, latest first.
    pub async fn aside(&self, limit: i64) -> Result<Vec<AsideRow>, Error> {
        const SQL: &str =
            "select id, source, received_at, reason, put_at from inbox_aside order by put_at desc, id limit $1";
        let rows: Vec<(String, String, i64, String, i64)> =
            on_backend!(self, pool => sqlx::query_as(SQL).bind(limit).fetch_all(pool).await)?;
        let row = |(id, source, received_at, reason, put_at)| AsideRow {
            id,
            source,
            received_at: timestamp(received_at),
            reason,
            put_at: timestamp(put_at),
        };
        Ok(rows.into_iter().map(row).collect())
    }
}

/// The same post with the same content from the same source is the same row.
fn row_id(source: &SourceName, raw: &RawMention, body: &str) -> String {
    let change = format!("{:?}", raw.change);
    digest(&["inbox", source.as_str(), raw.platform.as_str(), raw.native_id.as_str(), &change, body])
}

async fn put_rows(
    writing: &mut Writing,
    source: &SourceName,
    mentions: &[RawMention],
    now: Timestamp,
) -> Result<u64, Error> {
    if mentions.is_empty() {
        return Ok(0);
    }
    let last: Option<i64> =
        on_writing!(writing, db => sqlx::query_scalar("select max(place) from inbox").fetch_one(db).await)?;
    let first = last.unwrap_or(0) + 1;
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(mentions.len());
    for (place, raw) in (first..).zip(mentions) {
        let body = serde_json::to_string(raw)?;
        let id = row_id(source, raw, &body);
        let (received_at, posted_at) = (now.timestamp_millis(), raw.posted_at.timestamp_millis());
        rows.push(vec![
            id.into(),
            source.as_str().into(),
            received_at.into(),
            posted_at.into(),
            place.into(),
            body.into(),
        ]);
    }
    writing.insert(&INBOX, rows).await
}

async fn put_well(writing: &mut Writing, source: &SourceName, page: &Page<'_>, now: Timestamp) -> Result<(), Error> {
    const SQL: &str =
        "insert into source (name, platform, cursor, state, detail, failures, due_at, first_at, heard_at, changed_at)
        values ($1, $2, $3, $4, $5, 0, $6, $7, $7, $7)
        on conflict (name) do update set
            platform = excluded.platform, cursor = coalesce(excluded.cursor, source.cursor),
            changed_at = case when source.state = excluded.state then source.changed_at else excluded.changed_at end,
            state = excluded.state, detail = excluded.detail, failures = 0, due_at = excluded.due_at,
            first_at = coalesce(source.first_at, excluded.first_at), heard_at = excluded.heard_at";
    let cursor = page.cursor.map(serde_json::to_string).transpose()?;
    on_writing!(writing, db => sqlx::query(SQL).bind(source.as_str()).bind(page.platform.as_str()).bind(cursor)
        .bind(SourceState::Well.as_str()).bind(page.detail).bind(page.due_at.timestamp_millis())
        .bind(now.timestamp_millis()).execute(db).await.map(drop))?;
    Ok(())
}
