//! Tickets and their history.
//!
//! In: work owed, a change with who and when. Out: tickets, counts by state, history.
//! Never: changes a ticket without a line in its history, in the same transaction; opens two for one incident or one mention.

use super::backend::{in_transaction, on_backend};
use super::{Error, Store};
use crate::domain::time::timestamp;
use crate::domain::{
    IncidentId, MentionId, Moment, Priority, Ticket, TicketEvent, TicketNumber, TicketState, Timestamp, TopicName,
};

/// A ticket that is not open yet.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTicket {
    /// Whose topic.
    pub topic: TopicName,
    /// What it is about, in a line.
    pub title: String,
    /// How soon.
    pub priority: Priority,
    /// Who has it first; empty when nobody.
    pub assignee: String,
    /// The incident it comes from.
    pub incident: Option<IncidentId>,
    /// The mention it comes from.
    pub mention: Option<MentionId>,
    /// Who opens it.
    pub by: String,
}

/// One thing that a person changes on a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TicketChange {
    /// Gives it to somebody, or to nobody when empty.
    Assignee(String),
    /// Moves it on.
    State(TicketState),
    /// Says how soon.
    Priority(Priority),
    /// Adds a note.
    Note(String),
}

/// Which tickets are asked for; the default is all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketFilter {
    /// Of this topic only.
    pub topic: Option<TopicName>,
    /// In this state only.
    pub state: Option<TicketState>,
    /// Only those that are not solved.
    pub unsolved_only: bool,
    /// Only this person's; `Some("")` asks for those that nobody has.
    pub assignee: Option<String>,
}

/// A row of [`COLUMNS`].
type Row = (i64, String, String, String, String, String, Option<String>, Option<String>, String, i64, i64, Option<i64>);

const COLUMNS: &str = "number, topic, title, state, priority, assignee, incident, mention, opened_by, opened_at, \
     changed_at, solved_at";

/// Two openings at once may ask for the same number; the one that comes second asks again.
const TRIES: usize = 8;

fn read_ticket(row: Row) -> Result<Ticket, Error> {
    let (number, topic, title, state, priority, assignee, incident, mention, opened_by, opened, changed, solved) = row;
    let corrupt = |what: &str| Error::Corrupt(format!("ticket {number}: {what}"));
    Ok(Ticket {
        number: TicketNumber::new(number).ok_or_else(|| corrupt("its number"))?,
        topic: TopicName::new(topic).ok_or_else(|| corrupt("its topic"))?,
        title,
        state: TicketState::find(&state).ok_or_else(|| corrupt("its state"))?,
        priority: Priority::find(&priority).ok_or_else(|| corrupt("its priority"))?,
        assignee,
        incident: incident.map(|id| IncidentId::new(id).ok_or_else(|| corrupt("its incident"))).transpose()?,
        mention: mention.map(|id| MentionId::new(id).ok_or_else(|| corrupt("its mention"))).transpose()?,
        opened_by,
        opened_at: timestamp(opened),
        changed_at: timestamp(changed),
        solved_at: solved.map(timestamp),
    })
}

const PUT_EVENT: &str = "insert into ticket_event (ticket, place, at, by_whom, what, detail) \
     values ($1, (select coalesce(max(place), 0) + 1 from ticket_event where ticket = $1), $2, $3, $4, $5)";

/// Writes one line of a ticket's history inside a transaction of either database.
macro_rules! put_event {
    ($tx:ident, $number:expr, $at:expr, $by:expr, $what:expr, $detail:expr) => {
        sqlx::query(PUT_EVENT)
            .bind($number)
            .bind($at.timestamp_millis())
            .bind($by)
            .bind($what)
            .bind($detail)
            .execute(&mut *$tx)
            .await
    };
}

/// What a change writes into the history: its word, and the words before and after it (or the note).
fn told(change: &TicketChange, before: &Ticket) -> (&'static str, String) {
    let nobody = |name: &str| if name.is_empty() { "-".to_owned() } else { name.to_owned() };
    match change {
        TicketChange::Assignee(name) => ("assigned", format!("{} → {}", nobody(&before.assignee), nobody(name))),
        TicketChange::State(state) => ("state", format!("{} → {}", before.state.as_str(), state.as_str())),
        TicketChange::Priority(priority) => {
            ("priority", format!("{} → {}", before.priority.as_str(), priority.as_str()))
        }
        TicketChange::Note(text) => ("note", text.clone()),
    }
}

/// The ticket as the change leaves it, or `None` when the change changes nothing.
fn changed(before: &Ticket, change: &TicketChange, at: Timestamp) -> Option<Ticket> {
    let mut after = before.clone();
    match change {
        TicketChange::Assignee(name) if *name == before.assignee => return None,
        TicketChange::State(state) if *state == before.state => return None,
        TicketChange::Priority(priority) if *priority == before.priority => return None,
        TicketChange::Assignee(name) => after.assignee.clone_from(name),
        TicketChange::State(state) => {
            after.state = *state;
            after.solved_at = (*state == TicketState::Solved).then_some(at);
        }
        TicketChange::Priority(priority) => after.priority = *priority,
        TicketChange::Note(_) => {}
    }
    after.changed_at = at;
    Some(after)
}

impl Store {
    /// Opens a ticket (a new one; open when somebody has it at once), or gives the one that is there already for the same incident or mention, with `false`.
    /// The incident's timeline gets its line in the same transaction.
    pub async fn open_ticket(&self, new: &NewTicket, at: Timestamp) -> Result<(Ticket, bool), Error> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_open_ticket(new, at).await {
                Err(Error::Database(sqlx::Error::Database(error))) if error.is_unique_violation() && tries < TRIES => {}
                other => return other,
            }
        }
    }

    async fn try_open_ticket(&self, new: &NewTicket, at: Timestamp) -> Result<(Ticket, bool), Error> {
        let insert = format!(
            "insert into ticket (number, topic, title, state, priority, assignee, incident, mention, opened_by, \
             opened_at, changed_at) \
             select coalesce(max(number), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $9 from ticket \
             returning {COLUMNS}"
        );
        let find = format!("select {COLUMNS} from ticket where incident = $1 or mention = $2 order by number limit 1");
        let state = if new.assignee.is_empty() { TicketState::New } else { TicketState::Open };
        let incident = new.incident.as_ref().map(IncidentId::as_str);
        let mention = new.mention.as_ref().map(MentionId::as_str);
        let row: (Row, bool) = in_transaction!(self, tx => async {
            let there: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(find.as_str()))
                .bind(incident)
                .bind(mention)
                .fetch_optional(&mut *tx).await?;
            if let Some(row) = there {
                return Ok((row, false));
            }
            let row: Row = sqlx::query_as(sqlx::AssertSqlSafe(insert.as_str()))
                .bind(new.topic.as_str())
                .bind(&new.title)
                .bind(state.as_str())
                .bind(new.priority.as_str())
                .bind(&new.assignee)
                .bind(incident)
                .bind(mention)
                .bind(&new.by)
                .bind(at.timestamp_millis())
                .fetch_one(&mut *tx).await?;
            put_event!(tx, row.0, at, &new.by, "opened", &new.title)?;
            if let Some(id) = &new.incident {
                let moment = Moment { at, what: "ticket".into(), by: new.by.clone(), detail: format!("#{}", row.0) };
                super::incident::put_moment!(tx, id, &moment)?;
            }
            Ok::<_, Error>((row, true))
        }.await)?;
        Ok((read_ticket(row.0)?, row.1))
    }

    /// Changes a ticket and writes who did it into its history, all or nothing; a change that changes nothing writes
    /// nothing. `None` when there is no such ticket.
    pub async fn change_ticket(
        &self,
        number: TicketNumber,
        changes: &[TicketChange],
        by: &str,
        at: Timestamp,
    ) -> Result<Option<Ticket>, Error> {
        // Touched first, so that two changes at once stand in line and each history line tells what was there before it.
        const TOUCH: &str = "update ticket set changed_at = changed_at where number = $1";
        const UPDATE: &str = "update ticket set state = $2, priority = $3, assignee = $4, changed_at = $5, \
             solved_at = $6 where number = $1";
        let find = format!("select {COLUMNS} from ticket where number = $1");
        in_transaction!(self, tx => async {
            let touched = sqlx::query(TOUCH).bind(number.value()).execute(&mut *tx).await?;
            if touched.rows_affected() == 0 {
                return Ok(None);
            }
            let row: Row = sqlx::query_as(sqlx::AssertSqlSafe(find.as_str()))
                .bind(number.value())
                .fetch_one(&mut *tx).await?;
            let mut ticket = read_ticket(row)?;
            for change in changes {
                let Some(after) = changed(&ticket, change, at) else { continue };
                let (what, detail) = told(change, &ticket);
                put_event!(tx, number.value(), at, by, what, detail)?;
                ticket = after;
            }
            sqlx::query(UPDATE)
                .bind(number.value())
                .bind(ticket.state.as_str())
                .bind(ticket.priority.as_str())
                .bind(&ticket.assignee)
                .bind(ticket.changed_at.timestamp_millis())
                .bind(ticket.solved_at.map(|at| at.timestamp_millis()))
                .execute(&mut *tx).await?;
            Ok::<_, Error>(Some(ticket))
        }.await)
    }

    /// The ticket of this number.
    pub async fn ticket(&self, number: TicketNumber) -> Result<Option<Ticket>, Error> {
        let sql = format!("select {COLUMNS} from ticket where number = $1");
        let row: Option<Row> = on_backend!(self, pool =>
            sqlx::query_as(sqlx::AssertSqlSafe(sql.as_str())).bind(number.value()).fetch_optional(pool).await)?;
        row.map(read_ticket).transpose()
    }

    /// The ticket that was opened from an incident.
    pub async fn ticket_of_incident(&self, incident: &IncidentId) -> Result<Option<Ticket>, Error> {
        let sql = format!("select {COLUMNS} from ticket where incident = $1");
        let row: Option<Row> = on_backend!(self, pool =>
            sqlx::query_as(sqlx::AssertSqlSafe(sql.as_str())).bind(incident.as_str()).fetch_optional(pool).await)?;
        row.map(read_ticket).transpose()
    }

    /// The tickets that were opened from these mentions.
    pub async fn tickets_of_mentions(&self, mentions: &[MentionId]) -> Result<Vec<Ticket>, Error> {
        // One list in one parameter, since the databases do not agree on arrays: ids are 26 characters each.
        let list: String = mentions.iter().map(|id| format!(",{id},")).collect();
        let sql = format!(
            "select {COLUMNS} from ticket where mention is not null \
             and $1 like '%,' || mention || ',%' order by number"
        );
        let rows: Vec<Row> = on_backend!(self, pool =>
            sqlx::query_as(sqlx::AssertSqlSafe(sql.as_str())).bind(&list).fetch_all(pool).await)?;
        rows.into_iter().map(read_ticket).collect()
    }

    /// Tickets: unsolved before solved, the most urgent first, then those that have waited longest.
    pub async fn tickets(&self, filter: &TicketFilter, limit: i64, offset: i64) -> Result<Vec<Ticket>, Error> {
        let sql = format!(
            "select {COLUMNS} from ticket where ($1 = '' or topic = $1) and ($2 = '' or state = $2) \
             and ($3 = 0 or state <> 'solved') and ($4 = 0 or assignee = $5) \
             order by case state when 'solved' then 1 else 0 end, coalesce(-solved_at, 0), \
             case priority when 'urgent' then 0 when 'high' then 1 when 'normal' then 2 else 3 end, \
             opened_at, number limit $6 offset $7"
        );
        let rows: Vec<Row> = on_backend!(self, pool =>
            sqlx::query_as(sqlx::AssertSqlSafe(sql.as_str()))
                .bind(filter.topic.as_ref().map_or("", TopicName::as_str))
                .bind(filter.state.map_or("", TicketState::as_str))
                .bind(i64::from(filter.unsolved_only))
                .bind(i64::from(filter.assignee.is_some()))
                .bind(filter.assignee.as_deref().unwrap_or_default())
                .bind(limit)
                .bind(offset)
                .fetch_all(pool).await)?;
        rows.into_iter().map(read_ticket).collect()
    }

    /// How many tickets stand in each state, in the order of a ticket's life; of one topic, or of all.
    pub async fn count_tickets(&self, topic: Option<&TopicName>) -> Result<Vec<(TicketState, i64)>, Error> {
        const SQL: &str = "select state, count(*) from ticket where ($1 = '' or topic = $1) group by state";
        let rows: Vec<(String, i64)> = on_backend!(self, pool =>
            sqlx::query_as(SQL).bind(topic.map_or("", TopicName::as_str)).fetch_all(pool).await)?;
        let of = |state: &TicketState| {
            rows.iter().find(|(word, _)| word == state.as_str()).map_or((*state, 0), |(_, count)| (*state, *count))
        };
        Ok(TicketState::ALL.iter().map(of).collect())
    }

    /// Everybody who has a ticket that is not solved, in order of name.
    pub async fn assignees(&self) -> Result<Vec<String>, Error> {
        const SQL: &str =
            "select distinct assignee from ticket where assignee <> '' and state <> 'solved' order by assignee";
        Ok(on_backend!(self, pool => sqlx::query_scalar(SQL).fetch_all(pool).await)?)
    }

    /// A ticket's history, in order.
    pub async fn ticket_events(&self, number: TicketNumber) -> Result<Vec<TicketEvent>, Error> {
        const SQL: &str = "select at, by_whom, what, detail from ticket_event where ticket = $1 order by place";
        let rows: Vec<(i64, String, String, String)> = on_backend!(self, pool =>
            sqlx::query_as(SQL).bind(number.value()).fetch_all(pool).await)?;
        let event = |(at, by, what, detail)| TicketEvent { at: timestamp(at), by, what, detail };
        Ok(rows.into_iter().map(event).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket() -> Ticket {
        Ticket {
            number: TicketNumber::new(1).expect("a number"),
            topic: TopicName::new("sprout").expect("a name"),
            title: "退費沒下文".to_owned(),
            state: TicketState::New,
            priority: Priority::Normal,
            assignee: String::new(),
            incident: None,
            mention: None,
            opened_by: "小美".to_owned(),
            opened_at: timestamp(0),
            changed_at: timestamp(0),
            solved_at: None,
        }
    }

    #[test]
    fn a_solved_ticket_knows_when_and_a_reopened_one_forgets_it() {
        let at = timestamp(5_000);
        let solved = changed(&ticket(), &TicketChange::State(TicketState::Solved), at).expect("changed");
        assert_eq!((solved.solved_at, solved.changed_at), (Some(at), at));
        let open = changed(&solved, &TicketChange::State(TicketState::Open), timestamp(9_000)).expect("changed");
        assert_eq!(open.solved_at, None);
    }

    #[test]
    fn what_is_so_already_is_no_change() {
        let at = timestamp(5_000);
        assert_eq!(changed(&ticket(), &TicketChange::State(TicketState::New), at), None);
        assert_eq!(changed(&ticket(), &TicketChange::Assignee(String::new()), at), None);
        assert_eq!(told(&TicketChange::Assignee("小美".to_owned()), &ticket()), ("assigned", "- → 小美".to_owned()));
    }
}
