//! Sources: where each reads on, how it fares, when it is due again.
//!
//! In: what collect met. Out: what the sources page and the next poll need.
//! Never: moves a cursor (that happens only together with its page, in `inbox.rs`).

use super::backend::{in_transaction, on_backend};
use super::{Error, Store};
use crate::domain::time::timestamp;
use crate::domain::{Cursor, Platform, SourceName, Timestamp};

/// How a source fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceState {
    /// Never read yet.
    New,
    /// The last reading brought a page.
    Well,
    /// The platform asked us to wait.
    Waiting,
    /// The last reading failed; it is tried again by itself.
    Failing,
    /// The platform refuses until a person changes something.
    Refused,
}

impl SourceState {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::New, Self::Well, Self::Waiting, Self::Failing, Self::Refused];

    /// The word used in tables and on pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Well => "well",
            Self::Waiting => "waiting",
            Self::Failing => "failing",
            Self::Refused => "refused",
        }
    }

    /// The state of this word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == word)
    }
}

/// One source as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceStatus {
    /// Its name.
    pub name: SourceName,
    /// Its kind.
    pub platform: Platform,
    /// Where it reads on; `None` before the first page.
    pub cursor: Option<Cursor>,
    /// How it fares.
    pub state: SourceState,
    /// Why, in a line; empty when well.
    pub detail: String,
    /// Failures in a row.
    pub failures: i64,
    /// Not to be read before.
    pub due_at: Timestamp,
    /// When its first page came.
    pub first_at: Option<Timestamp>,
    /// When its last page came.
    pub heard_at: Option<Timestamp>,
    /// When its state last changed.
    pub changed_at: Timestamp,
}

type Row = (String, String, Option<String>, String, String, i64, i64, Option<i64>, Option<i64>, i64);

impl SourceStatus {
    fn read(row: Row) -> Result<Self, Error> {
        let (name, platform, cursor, state, detail, failures, due_at, first_at, heard_at, changed_at) = row;
        let corrupt = |what: &str| Error::Corrupt(format!("source `{name}`: {what}"));
        Ok(Self {
            platform: Platform::find(&platform).ok_or_else(|| corrupt("unknown platform"))?,
            cursor: cursor.map(|text| serde_json::from_str(&text)).transpose()?,
            state: SourceState::find(&state).ok_or_else(|| corrupt("unknown state"))?,
            detail,
            failures,
            due_at: timestamp(due_at),
            first_at: first_at.map(timestamp),
            heard_at: heard_at.map(timestamp),
            changed_at: timestamp(changed_at),
            name: SourceName::new(name.as_str()).ok_or_else(|| corrupt("bad name"))?,
        })
    }
}

impl Store {
    /// Makes a source known, so that it is shown before its first page; one that is known stays as it is.
    pub async fn put_source(&self, name: &SourceName, platform: Platform, now: Timestamp) -> Result<(), Error> {
        const SQL: &str = "insert into source (name, platform, changed_at) values ($1, $2, $3) on conflict do nothing";
        in_transaction!(self, tx => sqlx::query(SQL).bind(name.as_str()).bind(platform.as_str())
            .bind(now.timestamp_millis()).execute(&mut *tx).await.map(drop).map_err(Error::from))
    }

    /// Keeps how a reading without a page ended. `failures` is the number in a row; 0 when it is none.
    pub async fn put_source_state(
        &self,
        name: &SourceName,
        state: SourceState,
        detail: &str,
        failures: i64,
        due_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str = "update source set changed_at = case when state = $2 then changed_at else $6 end,
                                  state = $2, detail = $3, failures = $4, due_at = $5 where name = $1";
        in_transaction!(self, tx => sqlx::query(SQL).bind(name.as_str()).bind(state.as_str()).bind(detail)
            .bind(failures).bind(due_at.timestamp_millis()).bind(now.timestamp_millis())
            .execute(&mut *tx).await.map(drop).map_err(Error::from))
    }

    /// One source; `None` when it was never made known.
    pub async fn source(&self, name: &SourceName) -> Result<Option<SourceStatus>, Error> {
        const SQL: &str =
            "select name, platform, cursor, state, detail, failures, due_at, first_at, heard_at, changed_at
                             from source where name = $1";
        let row: Option<Row> =
            on_backend!(self, pool => sqlx::query_as(SQL).bind(name.as_str()).fetch_optional(pool).await)?;
        row.map(SourceStatus::read).transpose()
    }

    /// All sources, by name.
    pub async fn sources(&self) -> Result<Vec<SourceStatus>, Error> {
        const SQL: &str =
            "select name, platform, cursor, state, detail, failures, due_at, first_at, heard_at, changed_at
                             from source order by name";
        let rows: Vec<Row> = on_backend!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await)?;
        rows.into_iter().map(SourceStatus::read).collect()
    }
}
