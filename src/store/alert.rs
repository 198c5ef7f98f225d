//! The outbox: alerts and their deliveries, written first and sent after, with every attempt.
//!
//! In: an alert with its deliveries; what became of one try. Out: what is due, what was sent to whom.
//! Never: sends; makes a second row of what was written before (ids follow from what they name).

use super::backend::{in_transaction, on_backend};
use super::incident::put_moment;
use super::{Error, Store};
use crate::alert::Before;
use crate::domain::time::timestamp;
use crate::domain::{
    Alert, AlertId, Attempt, Delivery, DeliveryId, DeliveryState, IncidentId, Moment, ReceiverName, Severity, Timestamp,
};

/// An incident of which something is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untold {
    /// Which incident.
    pub incident: IncidentId,
    /// What has been told of it.
    pub told: Before,
}

type Row = (String, String, String, String, i64, i64, String, String, i64, Option<i64>);

const COLUMNS: &str =
    "d.id, d.alert, d.receiver, d.state, d.attempts, d.due_at, d.reference, d.error, d.created_at, d.sent_at";

fn read(row: Row) -> Result<Delivery, Error> {
    let (id, alert, receiver, state, attempts, due, reference, error, created, sent) = row;
    let corrupt = |what: &str| Error::Corrupt(format!("delivery `{id}`: {what}"));
    Ok(Delivery {
        id: DeliveryId::new(id.as_str()).ok_or_else(|| corrupt("its id"))?,
        alert: AlertId::new(alert).ok_or_else(|| corrupt("its alert"))?,
        receiver: ReceiverName::new(receiver).ok_or_else(|| corrupt("its receiver"))?,
        state: DeliveryState::find(&state).ok_or_else(|| corrupt("its state"))?,
        attempts,
        due_at: timestamp(due),
        reference,
        error,
        created_at: timestamp(created),
        sent_at: sent.map(timestamp),
    })
}

/// Writes one delivery inside a transaction of either database.
macro_rules! put_delivery {
    ($tx:ident, $delivery:expr) => {{
        const SQL: &str = "insert into delivery (id, alert, receiver, state, due_at, created_at) \
             values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing";
        sqlx::query(SQL)
            .bind($delivery.id.as_str())
            .bind($delivery.alert.as_str())
            .bind($delivery.receiver.as_str())
            .bind($delivery.state.as_str())
            .bind($delivery.due_at.timestamp_millis())
            .bind($delivery.created_at.timestamp_millis())
            .execute(&mut *$tx)
            .await
    }};
}

impl Store {
    /// Incidents of which something is to be told: that they began (again), rose, or are over.
    pub async fn untold(&self) -> Result<Vec<Untold>, Error> {
        const SQL: &str = "with told as ( \
               select i.id, i.state, i.opened_at, \
                 case i.severity when 'critical' then 3 when 'warning' then 2 else 1 end as severity, \
                 (select count(*) from alert a where a.incident = i.id and a.news = 'opened') as opened, \
                 (select count(*) from alert a where a.incident = i.id and a.news = 'risen') as risen, \
                 (select count(*) from alert a where a.incident = i.id and a.news = 'resolved') as resolved, \
                 (select coalesce(max(case a.severity when 'critical' then 3 when 'warning' then 2 else 1 end), 0) \
                    from alert a where a.incident = i.id and a.news <> 'resolved') as told \
               from incident i) \
             select id, cast(opened as bigint), cast(risen as bigint), cast(resolved as bigint), cast(told as bigint) \
               from told where (state <> 'resolved' and (opened <= resolved or severity > told)) \
                 or (state = 'resolved' and (resolved < opened or resolved = 0)) order by opened_at, id";
        let rows: Vec<(String, i64, i64, i64, i64)> =
            on_backend!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await)?;
        let untold = |(id, opened, risen, resolved, told): (String, i64, i64, i64, i64)| {
            let severity = match told {
                0 => None,
                1 => Some(Severity::Notice),
                2 => Some(Severity::Warning),
                _ => Some(Severity::Critical),
            };
            let incident =
                IncidentId::new(id.as_str()).ok_or_else(|| Error::Corrupt(format!("incident `{id}`: its id")))?;
            Ok(Untold { incident, told: Before { opened, risen, resolved, severity } })
        };
        rows.into_iter().map(untold).collect()
    }

    /// Writes an alert with its deliveries, in one transaction; what is there already stays as it is.
    /// Says whether the alert is new.
    pub async fn put_alert(&self, alert: &Alert, deliveries: &[Delivery]) -> Result<bool, Error> {
        const SQL: &str = "insert into alert (id, incident, topic, news, number, severity, at, body) \
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing";
        let body = serde_json::to_string(alert)?;
        in_transaction!(self, tx => async {
            let new = sqlx::query(SQL)
                .bind(alert.id.as_str())
                .bind(alert.incident.id.as_str())
                .bind(alert.topic.as_str())
                .bind(alert.news.as_str())
                .bind(alert.number)
                .bind(alert.incident.severity.as_str())
                .bind(alert.at.timestamp_millis())
                .bind(&body)
                .execute(&mut *tx).await?.rows_affected() > 0;
            if new {
                for delivery in deliveries {
                    put_delivery!(tx, delivery)?;
                }
            }
            Ok::<_, Error>(new)
        }.await)
    }

    /// The alert of this id.
    pub async fn alert(&self, id: &AlertId) -> Result<Option<Alert>, Error> {
        const SQL: &str = "select body from alert where id = $1";
        let body: Option<String> = on_backend!(self, pool =>
            sqlx::query_scalar(SQL).bind(id.as_str()).fetch_optional(pool).await)?;
        body.map(|body| serde_json::from_str(&body).map_err(Error::from)).transpose()
    }

    /// An incident's alerts, in the order they were written.
    pub async fn alerts_of(&self, incident: &IncidentId) -> Result<Vec<Alert>, Error> {
        const SQL: &str = "select body from alert where incident = $1 order by at, id";
        let bodies: Vec<String> =
            on_backend!(self, pool => sqlx::query_scalar(SQL).bind(incident.as_str()).fetch_all(pool).await)?;
        bodies.iter().map(|body| serde_json::from_str(body).map_err(Error::from)).collect()
    }

    /// Deliveries that wait and are due: of each receiver the oldest first, and of every receiver some, so that one for
    /// whom much waits does not keep the others out. A receiver that is to be left alone still (a try failed, or it asked
    /// for time) has none that are due.
    pub async fn due_deliveries(&self, now: Timestamp, limit: i64) -> Result<Vec<Delivery>, Error> {
        let sql = format!(
            "select {COLUMNS} from (select w.*, \
                 row_number() over (partition by w.receiver order by w.created_at, w.id) as place \
               from delivery w where w.state = 'waiting' and w.due_at <= $1 and not exists ( \
                 select 1 from delivery p where p.state = 'waiting' and p.due_at > $1 and p.attempts > 0 \
                   and p.receiver = w.receiver)) d \
             order by d.place, d.due_at, d.id limit $2"
        );
        let rows: Vec<Row> = on_backend!(self, pool => sqlx::query_as(sqlx::AssertSqlSafe(sql.as_str()))
            .bind(now.timestamp_millis()).bind(limit).fetch_all(pool).await)?;
        rows.into_iter().map(read).collect()
    }

    /// Deliveries of an incident's alerts, in the order they were written.
    pub async fn deliveries_of(&self, incident: &IncidentId) -> Result<Vec<Delivery>, Error> {
        let sql = format!(
            "select {COLUMNS} from delivery d join alert a on a.id = d.alert where a.incident = $1 \
             order by d.created_at, d.id"
        );
        let rows: Vec<Row> = on_backend!(self, pool => sqlx::query_as(sqlx::AssertSqlSafe(sql.as_str()))
            .bind(incident.as_str()).fetch_all(pool).await)?;
        rows.into_iter().map(read).collect()
    }

    /// The latest deliveries of all alerts, the newest first: what the outbox page shows.
    pub async fn latest_deliveries(&self, limit: i64) -> Result<Vec<Delivery>, Error> {
        let sql = format!("select {COLUMNS} from delivery d order by d.created_at desc, d.id limit $1");
        let rows: Vec<Row> = on_backend!(self, pool => sqlx::query_as(sqlx::AssertSqlSafe(sql.as_str()))
            .bind(limit).fetch_all(pool).await)?;
        rows.into_iter().map(read).collect()
    }

    /// The tries of one delivery, in order.
    pub async fn attempts_of(&self, delivery: &DeliveryId) -> Result<Vec<Attempt>, Error> {
        const SQL: &str = "select at, outcome from delivery_attempt where delivery = $1 order by number";
        let rows: Vec<(i64, String)> =
            on_backend!(self, pool => sqlx::query_as(SQL).bind(delivery.as_str()).fetch_all(pool).await)?;
        let attempt = |(at, outcome)| Attempt { delivery: delivery.clone(), at: timestamp(at), outcome };
        Ok(rows.into_iter().map(attempt).collect())
    }

    /// Keeps what became of one try, in one transaction: the delivery as it stands after it, the attempt, a line in the
    /// incident's timeline, and the delivery to the next receiver when this one is given up.
    pub async fn record_attempt(
        &self,
        incident: &IncidentId,
        delivery: &Delivery,
        attempt: &Attempt,
        moment: Option<&Moment>,
        next: Option<&Delivery>,
    ) -> Result<(), Error> {
        const UPDATE: &str = "update delivery set state = $2, attempts = $3, due_at = $4, reference = $5, error = $6, \
             sent_at = $7 where id = $1";
        const ATTEMPT: &str = "insert into delivery_attempt (delivery, number, at, outcome) values ($1, $2, $3, $4) \
             on conflict (delivery, number) do nothing";
        in_transaction!(self, tx => async {
            sqlx::query(UPDATE)
                .bind(delivery.id.as_str())
                .bind(delivery.state.as_str())
                .bind(delivery.attempts)
                .bind(delivery.due_at.timestamp_millis())
                .bind(&delivery.reference)
                .bind(&delivery.error)
                .bind(delivery.sent_at.map(|at| at.timestamp_millis()))
                .execute(&mut *tx).await?;
            sqlx::query(ATTEMPT)
                .bind(delivery.id.as_str())
                .bind(delivery.attempts)
                .bind(attempt.at.timestamp_millis())
                .bind(&attempt.outcome)
                .execute(&mut *tx).await?;
            if let Some(moment) = moment {
                put_moment!(tx, incident, moment)?;
            }
            if let Some(next) = next {
                put_delivery!(tx, next)?;
            }
            Ok::<_, Error>(())
        }.await)
    }

    /// The newest alert of each incident that is still open, that nobody has acknowledged, and whose newest alert was held
    /// back by a silence: what is to be told once the silence has ended.
    pub async fn held_back(&self) -> Result<Vec<Alert>, Error> {
        const SQL: &str = "select a.body from alert a join incident i on i.id = a.incident \
             where i.state = 'open' and a.news <> 'resolved' \
               and exists (select 1 from delivery d where d.alert = a.id and d.state = 'silenced') \
               and not exists (select 1 from alert b where b.incident = a.incident and (b.at > a.at \
                 or (b.at = a.at and b.id > a.id))) order by a.at, a.id";
        let bodies: Vec<String> = on_backend!(self, pool => sqlx::query_scalar(SQL).fetch_all(pool).await)?;
        bodies.iter().map(|body| serde_json::from_str(body).map_err(Error::from)).collect()
    }

    /// Lets an alert that was held back go out, with fresh numbers: its deliveries wait from now on.
    pub async fn release(&self, alert: &Alert, now: Timestamp) -> Result<(), Error> {
        const BODY: &str = "update alert set body = $2, severity = $3 where id = $1";
        const FREE: &str = "update delivery set state = 'waiting', due_at = $2 where alert = $1 and state = 'silenced'";
        let body = serde_json::to_string(alert)?;
        in_transaction!(self, tx => async {
            sqlx::query(BODY).bind(alert.id.as_str()).bind(&body).bind(alert.incident.severity.as_str())
                .execute(&mut *tx).await?;
            sqlx::query(FREE).bind(alert.id.as_str()).bind(now.timestamp_millis()).execute(&mut *tx).await?;
            Ok::<_, Error>(())
        }.await)
    }

    /// How many deliveries and letters stand where, for the health of the outbox.
    pub async fn count_deliveries(&self) -> Result<Vec<(DeliveryState, i64)>, Error> {
        const SQL: &str = "select state, cast(sum(n) as bigint) from ( \
               select state, count(*) as n from delivery group by state \
               union all select state, count(*) as n from letter group by state) held group by state order by state";
        let rows: Vec<(String, i64)> = on_backend!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await)?;
        Ok(rows.into_iter().filter_map(|(state, n)| DeliveryState::find(&state).map(|state| (state, n))).collect())
    }
}
