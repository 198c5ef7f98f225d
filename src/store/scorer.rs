//! Other scorers: what they answered, what they cost, how they fare.
//!
//! In: answers by a digest, and what was spent. Out: the same. Never: keeps a text; lets two processes spend the same twice.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::backend::{in_transaction, on_backend};
use super::bulk::json_list;
use super::mention::among;
use super::{Error, Store};
use crate::domain::time::timestamp;
use crate::domain::{Probabilities, Timestamp};

/// How a scorer fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScorerState {
    /// It answers.
    Well,
    /// It does not; our own models judge, and it is asked again by itself.
    Failing,
    /// The day's budget is spent; our own models judge until the next day.
    Spent,
}

impl ScorerState {
    /// The word of this state in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Failing => "failing",
            Self::Spent => "spent",
        }
    }

    /// The state of this word.
    pub fn find(word: &str) -> Option<Self> {
        [Self::Well, Self::Failing, Self::Spent].into_iter().find(|state| state.as_str() == word)
    }
}

/// A scorer as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScorerStatus {
    /// How it fares.
    pub state: ScorerState,
    /// Since when.
    pub since: Timestamp,
    /// Why, in a line; empty when well.
    pub detail: String,
}

/// What a scorer did in one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScorerDay {
    /// Requests that were made.
    pub requests: i64,
    /// Texts in them.
    pub texts: i64,
    /// Tokens that they cost, as far as the answers tell.
    pub tokens: i64,
    /// Texts that were answered before, and not asked about again.
    pub remembered: i64,
    /// Texts that our own models judged, since there was no answer.
    pub fell_back: i64,
}

impl Store {
    /// The answers that are remembered under these digests.
    pub async fn scorer_answers(&self, ids: &[String]) -> Result<HashMap<String, Probabilities>, Error> {
        let sql = format!(
            "select id, p_negative, p_neutral, p_positive from scorer_answer where id {}",
            among(self.is_postgres())
        );
        let list = json_list(ids)?;
        let rows: Vec<(String, f64, f64, f64)> =
            on_backend!(self, pool => sqlx::query_as(AssertSqlSafe(sql)).bind(list).fetch_all(pool).await)?;
        let read = |(id, negative, neutral, positive): (String, f64, f64, f64)| {
            let p = Probabilities::from_weights(negative as f32, neutral as f32, positive as f32);
            p.map(|p| (id.clone(), p)).ok_or_else(|| Error::Corrupt(format!("the scorer's answer `{id}`")))
        };
        rows.into_iter().map(read).collect()
    }

    /// Remembers answers and what they cost; the first answer to a question stays.
    pub async fn keep_scorer_answers(
        &self,
        scorer: &str,
        day: &str,
        answers: &[(String, Probabilities)],
        tokens: i64,
        now: Timestamp,
    ) -> Result<(), Error> {
        const PUT: &str = "insert into scorer_answer (id, at, p_negative, p_neutral, p_positive) \
             values ($1, $2, $3, $4, $5) on conflict (id) do nothing";
        const COST: &str = "update scorer_day set tokens = tokens + $3 where scorer = $1 and day = $2";
        in_transaction!(self, tx => async {
            for (id, p) in answers {
                sqlx::query(PUT)
                    .bind(id)
                    .bind(now.timestamp_millis())
                    .bind(f64::from(p.negative))
                    .bind(f64::from(p.neutral))
                    .bind(f64::from(p.positive))
                    .execute(&mut *tx).await?;
            }
            sqlx::query(COST).bind(scorer).bind(day).bind(tokens).execute(&mut *tx).await?;
            Ok::<_, Error>(())
        }.await)
    }

    /// Takes one request about so many texts off the day's budget, before it is made; false when that much is not left.
    pub async fn spend_on_scorer(&self, scorer: &str, day: &str, texts: i64, most: (i64, i64)) -> Result<bool, Error> {
        const SPEND: &str = "update scorer_day set requests = requests + 1, texts = texts + $3 \
             where scorer = $1 and day = $2 and requests < $4 and texts + $3 <= $5";
        in_transaction!(self, tx => async {
            sqlx::query(DAY).bind(scorer).bind(day).execute(&mut *tx).await?;
            let spent = sqlx::query(SPEND).bind(scorer).bind(day).bind(texts).bind(most.0).bind(most.1)
                .execute(&mut *tx).await?;
            Ok::<_, Error>(spent.rows_affected() > 0)
        }.await)
    }

    /// Counts texts that were not asked about: those answered before, and those that our own models judged instead.
    pub async fn count_scorer(&self, scorer: &str, day: &str, remembered: i64, fell_back: i64) -> Result<(), Error> {
        const COUNT: &str = "update scorer_day set remembered = remembered + $3, fell_back = fell_back + $4 \
             where scorer = $1 and day = $2";
        in_transaction!(self, tx => async {
            sqlx::query(DAY).bind(scorer).bind(day).execute(&mut *tx).await?;
            sqlx::query(COUNT).bind(scorer).bind(day).bind(remembered).bind(fell_back).execute(&mut *tx).await?;
            Ok::<_, Error>(())
        }.await)
    }

    /// What a scorer did in a day.
    pub async fn scorer_day(&self, scorer: &str, day: &str) -> Result<ScorerDay, Error> {
        const SQL: &str =
            "select requests, texts, tokens, remembered, fell_back from scorer_day where scorer = $1 and day = $2";
        let row: Option<(i64, i64, i64, i64, i64)> =
            on_backend!(self, pool => sqlx::query_as(SQL).bind(scorer).bind(day).fetch_optional(pool).await)?;
        let (requests, texts, tokens, remembered, fell_back) = row.unwrap_or_default();
        Ok(ScorerDay { requests, texts, tokens, remembered, fell_back })
    }

    /// How many answers are remembered, of all scorers.
    pub async fn count_scorer_answers(&self) -> Result<i64, Error> {
        const SQL: &str = "select count(*) from scorer_answer";
        Ok(on_backend!(self, pool => sqlx::query_scalar(SQL).fetch_one(pool).await)?)
    }

    /// Forgets answers from before `at`; how many.
    pub async fn forget_scorer_answers(&self, at: Timestamp) -> Result<u64, Error> {
        const SQL: &str = "delete from scorer_answer where at < $1";
        in_transaction!(self, tx => sqlx::query(SQL).bind(at.timestamp_millis())
            .execute(&mut *tx).await.map(|done| done.rows_affected()).map_err(Error::from))
    }

    /// Notes how a scorer fares; `since` stays while the state is the same.
    pub async fn put_scorer_state(
        &self,
        scorer: &str,
        state: ScorerState,
        detail: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str = "insert into scorer_state (scorer, state, since, detail) values ($1, $2, $3, $4) \
             on conflict (scorer) do update set detail = excluded.detail, \
             since = case when scorer_state.state = excluded.state then scorer_state.since else excluded.since end, \
             state = excluded.state";
        in_transaction!(self, tx => sqlx::query(SQL).bind(scorer).bind(state.as_str())
            .bind(now.timestamp_millis()).bind(detail).execute(&mut *tx).await.map(drop).map_err(Error::from))
    }

    /// How a scorer fares; `None` before it was asked first.
    pub async fn scorer_state(&self, scorer: &str) -> Result<Option<ScorerStatus>, Error> {
        const SQL: &str = "select state, since, detail from scorer_state where scorer = $1";
        let row: Option<(String, i64, String)> =
            on_backend!(self, pool => sqlx::query_as(SQL).bind(scorer).fetch_optional(pool).await)?;
        let Some((state, since, detail)) = row else { return Ok(None) };
        let state =
            ScorerState::find(&state).ok_or_else(|| Error::Corrupt(format!("the state of scorer `{scorer}`")))?;
        Ok(Some(ScorerStatus { state, since: timestamp(since), detail }))
    }
}

/// The day's row, before it is counted in.
const DAY: &str = "insert into scorer_day (scorer, day) values ($1, $2) on conflict (scorer, day) do nothing";
