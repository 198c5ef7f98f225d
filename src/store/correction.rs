//! Corrections as they are kept: lists for pages and files, and what is needed to see the model drift.
//!
//! In: a filter. Out: corrections. Never: writes (that is `correct.rs`, with the mention and its counts).

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::backend::on_backend;
use super::bulk::json_list;
use super::mention::among;
use super::{Error, Store};
use crate::domain::time::timestamp;
use crate::domain::{
    Aspect, Correction, CorrectionState, Label, Language, MentionId, Outcome, Said, Timestamp, TopicName,
};

/// Which corrections are listed; what is `None` or `false` does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorrectionFilter {
    /// Of mentions kept under this topic.
    pub topic: Option<TopicName>,
    /// Of this label.
    pub aspect: Option<Aspect>,
    /// Only people's last words: what holds, and what was said of texts that were changed since.
    pub last_words: bool,
    /// Only those that say another thing than the model.
    pub differing: bool,
}

pub(super) type Row =
    (String, i64, i64, String, String, String, String, String, String, String, String, String, Option<i64>, String);

pub(super) const COLUMNS: &str = "mention, place, at, by_whom, state, aspect, was, said, language, model, judged, body, \
     ended_at, ended_by";

pub(super) fn read(row: Row) -> Result<Correction, Error> {
    let (mention, place, at, by, state, aspect, was, said, language, model, judged, text, ended, ended_by) = row;
    let corrupt = |what: &str| Error::Corrupt(format!("correction {place} of mention `{mention}`: bad {what}"));
    let aspect = Aspect::find(&aspect).ok_or_else(|| corrupt("aspect"))?;
    Ok(Correction {
        mention: MentionId::new(mention.as_str()).ok_or_else(|| corrupt("mention"))?,
        place,
        at: timestamp(at),
        by,
        state: CorrectionState::find(&state).ok_or_else(|| corrupt("state"))?,
        was: Label::find(aspect, &was).ok_or_else(|| corrupt("model's label"))?,
        said: Label::find(aspect, &said).ok_or_else(|| corrupt("person's label"))?,
        language: Language::find(&language).ok_or_else(|| corrupt("language"))?,
        model,
        judged: serde_json::from_str(&judged)?,
        text,
        ended_at: ended.map(timestamp),
        ended_by,
    })
}

/// The `where` of a filter; its three parameters are topic, aspect and their like.
const WHERE: &str = "($1 = '' or mention in (select t.mention from mention_topic t where t.topic = $1)) \
     and ($2 = '' or aspect = $2) and ($3 = 0 or state in ('holds', 'edited')) and ($4 = 0 or was <> said)";

impl Store {
    /// Corrections, latest first.
    pub async fn corrections(
        &self,
        filter: &CorrectionFilter,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<Correction>, Error> {
        let sql = format!(
            "select {COLUMNS} from correction where {WHERE} order by at desc, mention, place desc limit $5 offset $6"
        );
        let rows: Vec<Row> = on_backend!(self, pool => sqlx::query_as(AssertSqlSafe(sql.as_str()))
            .bind(filter.topic.as_ref().map_or("", TopicName::as_str))
            .bind(filter.aspect.map_or("", Aspect::as_str))
            .bind(i64::from(filter.last_words))
            .bind(i64::from(filter.differing))
            .bind(limit)
            .bind(offset)
            .fetch_all(pool).await)?;
        rows.into_iter().map(read).collect()
    }

    /// Everything that was said of these mentions, in order.
    pub async fn corrections_of(&self, ids: &[MentionId]) -> Result<HashMap<MentionId, Vec<Correction>>, Error> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!(
            "select {COLUMNS} from correction where mention {} order by mention, place",
            among(self.is_postgres())
        );
        let list = json_list(ids)?;
        let rows: Vec<Row> =
            on_backend!(self, pool => sqlx::query_as(AssertSqlSafe(sql)).bind(list).fetch_all(pool).await)?;
        let mut found: HashMap<MentionId, Vec<Correction>> = HashMap::new();
        for row in rows {
            let correction = read(row)?;
            found.entry(correction.mention.clone()).or_default().push(correction);
        }
        Ok(found)
    }

    /// What people's last words say of the model's answers since `from`, in order of time.
    pub async fn said(&self, topic: Option<&TopicName>, from: Timestamp) -> Result<Vec<Said>, Error> {
        let sql = format!(
            "select at, language, model, aspect, was, said from correction where {WHERE} and at >= $5 \
             order by at, mention, place"
        );
        let rows: Vec<(i64, String, String, String, String, String)> = on_backend!(self, pool => sqlx::query_as(AssertSqlSafe(sql.as_str()))
                .bind(topic.map_or("", TopicName::as_str)).bind("").bind(1i64).bind(0i64)
                .bind(from.timestamp_millis()).fetch_all(pool).await)?;
        let corrupt = || Error::Corrupt("a correction's labels".to_owned());
        rows.into_iter()
            .map(|(at, language, model, aspect, was, said)| {
                let aspect = Aspect::find(&aspect).ok_or_else(corrupt)?;
                let label = |word: &str| Label::find(aspect, word).ok_or_else(corrupt);
                Ok(Said {
                    at: timestamp(at),
                    language: Language::find(&language).ok_or_else(corrupt)?,
                    model,
                    aspect,
                    outcome: Outcome::of(&label(&was)?, &label(&said)?),
                })
            })
            .collect()
    }
}
