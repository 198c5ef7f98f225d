//! Incidents, their timelines, and what a person may do to them.
//!
//! In: an incident's id, a filter, a person's word. Out: incidents, moments, what became of the person's word.
//! Never: decides that something is an incident (`detect` does); a person's word is never undone by a later judgement.

use super::backend::{in_transaction, on_backend};
use super::{Error, Store};
use crate::domain::time::timestamp;
use crate::domain::{
    Bucket, Incident, IncidentId, IncidentKind, IncidentState, MentionId, Moment, Severity, Timestamp, TopicName,
};

/// Which incidents are asked for; the default is all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IncidentFilter {
    /// Of this topic only.
    pub topic: Option<TopicName>,
    /// Only those that are not resolved.
    pub unresolved_only: bool,
    /// Only those that were noticed at or after this instant.
    pub opened_from: Option<Timestamp>,
    /// Only those that were noticed before this instant.
    pub opened_before: Option<Timestamp>,
}

/// What became of a person's word on an incident.
#[derive(Clone, Debug, PartialEq)]
pub enum Acted {
    /// It was done; the incident as it stands now.
    Done(Incident),
    /// Somebody (or the numbers) did it before; nothing was changed.
    Already(Incident),
    /// There is no such incident.
    Unknown,
}

/// A row of [`COLUMNS`].
type Row = (String, String, String, String, String, i64, i64, i64, Option<i64>, String, String, String, String);

const COLUMNS: &str = "id, topic, kind, state, severity, first_bucket, last_bucket, opened_at, resolved_at, \
     acknowledged_by, opening, peak, worst";

fn read_incident(row: Row) -> Result<Incident, Error> {
    let (id, topic, kind, state, severity, first, last, opened, resolved, acknowledged_by, opening, peak, worst) = row;
    let corrupt = |what: &str| Error::Corrupt(format!("incident `{id}`: {what}"));
    Ok(Incident {
        id: IncidentId::new(id.as_str()).ok_or_else(|| corrupt("its id"))?,
        topic: TopicName::new(topic).ok_or_else(|| corrupt("its topic"))?,
        kind: IncidentKind::find(&kind).ok_or_else(|| corrupt("its kind"))?,
        state: IncidentState::find(&state).ok_or_else(|| corrupt("its state"))?,
        severity: Severity::find(&severity).ok_or_else(|| corrupt("its severity"))?,
        first: Bucket::of_millis(first),
        last: Bucket::of_millis(last),
        opened_at: timestamp(opened),
        resolved_at: resolved.map(timestamp),
        acknowledged_by,
        opening: serde_json::from_str(&opening)?,
        peak: serde_json::from_str(&peak)?,
        worst: serde_json::from_str::<Vec<MentionId>>(&worst)?,
    })
}

/// The id of a moment: the same moment written twice is one row.
pub(super) fn moment_id(incident: &IncidentId, moment: &Moment) -> String {
    let at = moment.at.timestamp_millis().to_string();
    crate::domain::id::digest(&["moment", incident.as_str(), &at, &moment.what, &moment.by, &moment.detail])
}

pub(super) const PUT_MOMENT: &str = "insert into incident_moment (id, incident, at, place, what, by_whom, detail) \
     values ($1, $2, $3, (select coalesce(max(place), 0) + 1 from incident_moment where incident = $2), $4, $5, $6) \
     on conflict (id) do nothing";

/// Writes one moment inside a transaction of either database.
macro_rules! put_moment {
    ($tx:ident, $incident:expr, $moment:expr) => {
        sqlx::query($crate::store::incident::PUT_MOMENT)
            .bind($crate::store::incident::moment_id($incident, $moment))
            .bind($incident.as_str())
            .bind($moment.at.timestamp_millis())
            .bind(&$moment.what)
            .bind(&$moment.by)
            .bind(&$moment.detail)
            .execute(&mut *$tx)
            .await
    };
}
pub(super) use put_moment;

impl Store {
    /// The incident of this id.
    pub async fn incident(&self, id: &IncidentId) -> Result<Option<Incident>, Error> {
        let sql = format!("select {COLUMNS} from incident where id = $1");
        let row: Option<Row> = on_backend!(self, pool =>
            sqlx::query_as(sqlx::AssertSqlSafe(sql.as_str())).bind(id.as_str()).fetch_optional(pool).await)?;
        row.map(read_incident).transpose()
    }

    /// Incidents, the latest first.
    pub async fn incidents(&self, filter: &IncidentFilter, limit: i64, offset: i64) -> Result<Vec<Incident>, Error> {
        let sql = format!(
            "select {COLUMNS} from incident where ($1 = '' or topic = $1) and ($2 = 0 or state <> 'resolved') \
             and opened_at >= $3 and opened_at < $4 order by opened_at desc, id limit $5 offset $6"
        );
        let rows: Vec<Row> = on_backend!(self, pool =>
            sqlx::query_as(sqlx::AssertSqlSafe(sql.as_str()))
                .bind(filter.topic.as_ref().map_or("", TopicName::as_str))
                .bind(i64::from(filter.unresolved_only))
                .bind(filter.opened_from.map_or(i64::MIN, |at| at.timestamp_millis()))
                .bind(filter.opened_before.map_or(i64::MAX, |at| at.timestamp_millis()))
                .bind(limit)
                .bind(offset)
                .fetch_all(pool).await)?;
        rows.into_iter().map(read_incident).collect()
    }

    /// An incident's timeline, in order.
    pub async fn moments(&self, incident: &IncidentId) -> Result<Vec<Moment>, Error> {
        const SQL: &str =
            "select at, what, by_whom, detail from incident_moment where incident = $1 order by at, place";
        let rows: Vec<(i64, String, String, String)> = on_backend!(self, pool =>
            sqlx::query_as(SQL).bind(incident.as_str()).fetch_all(pool).await)?;
        let moment = |(at, what, by, detail)| Moment { at: timestamp(at), what, by, detail };
        Ok(rows.into_iter().map(moment).collect())
    }

    /// Adds a line to an incident's timeline; the same line twice is one line.
    pub async fn add_moment(&self, incident: &IncidentId, moment: &Moment) -> Result<(), Error> {
        in_transaction!(self, tx => put_moment!(tx, incident, moment).map(|_| ()).map_err(Error::from))
    }

    /// Notes that a person says "I see it". Only an open incident can be acknowledged, and only once.
    pub async fn acknowledge(&self, id: &IncidentId, by: &str, at: Timestamp) -> Result<Acted, Error> {
        const SQL: &str =
            "update incident set state = 'acknowledged', acknowledged_by = $2 where id = $1 and state = 'open'";
        let moment = Moment { at, what: "acknowledged".into(), by: by.to_owned(), detail: String::new() };
        let done = in_transaction!(self, tx => async {
            let done = sqlx::query(SQL).bind(id.as_str()).bind(by).execute(&mut *tx).await?.rows_affected() > 0;
            if done {
                put_moment!(tx, id, &moment)?;
            }
            Ok::<_, Error>(done)
        }.await)?;
        self.acted(id, done).await
    }

    /// Notes that a person says it is over. The detector goes on watching: should the numbers calm down and rise
    /// again, it is reopened or a new one begins.
    pub async fn resolve(&self, id: &IncidentId, by: &str, at: Timestamp) -> Result<Acted, Error> {
        const SQL: &str =
            "update incident set state = 'resolved', resolved_at = $2 where id = $1 and state <> 'resolved'";
        let moment = Moment { at, what: "resolved".into(), by: by.to_owned(), detail: String::new() };
        let done = in_transaction!(self, tx => async {
            let changed = sqlx::query(SQL).bind(id.as_str()).bind(at.timestamp_millis()).execute(&mut *tx).await?;
            let done = changed.rows_affected() > 0;
            if done {
                put_moment!(tx, id, &moment)?;
            }
            Ok::<_, Error>(done)
        }.await)?;
        self.acted(id, done).await
    }

    async fn acted(&self, id: &IncidentId, done: bool) -> Result<Acted, Error> {
        Ok(match self.incident(id).await? {
            Some(incident) if done => Acted::Done(incident),
            Some(incident) => Acted::Already(incident),
            None => Acted::Unknown,
        })
    }
}
