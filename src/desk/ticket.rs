//! What a person may do to tickets: open, take, give, move on, note.

use super::{Desk, Error, NAME_CHARS, NOTE_CHARS, name, words};
use crate::domain::{IncidentId, Priority, Severity, Ticket, TicketNumber, TicketState};
use crate::store::{NewTicket, TicketChange};

/// A ticket that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// The ticket.
    pub ticket: Ticket,
    /// Whether it is new; false when the same incident or mention had one already.
    pub new: bool,
}

impl Desk {
    /// Opens a ticket from an incident; the one that is there when it was opened before.
    pub async fn open_ticket_from_incident(&self, id: &IncidentId, by: &str) -> Result<Opened, Error> {
        let by = name(by)?;
        let incident = self.store.incident(id).await?.ok_or(Error::NoIncident)?;
        let priority = match incident.severity {
            Severity::Critical => Priority::Urgent,
            Severity::Warning => Priority::High,
            Severity::Notice => Priority::Normal,
        };
        self.open(NewTicket {
            topic: incident.topic.clone(),
            title: words::incident_title(&incident, incident.topic.as_str(), self.locale),
            priority,
            incident: Some(id.clone()),
            mention: None,
            by: by.to_owned(),
        })
        .await
    }

    pub(super) async fn open(&self, new: NewTicket) -> Result<Opened, Error> {
        let (ticket, new) = self.store.open_ticket(&new, self.clock.now()).await?;
        Ok(Opened { ticket, new })
    }

    /// Gives a ticket to somebody, or to nobody when the name is empty. A new one that is given to somebody is open.
    pub async fn assign(&self, number: TicketNumber, to: &str, by: &str) -> Result<Ticket, Error> {
        let to = to.trim();
        if to.chars().count() > NAME_CHARS || to.chars().any(char::is_control) {
            return Err(Error::TooLong);
        }
        let ticket = self.find_ticket(number).await?;
        if ticket.state == TicketState::Solved {
            return Err(Error::Solved(number));
        }
        let mut changes = vec![TicketChange::Assignee(to.to_owned())];
        if ticket.state == TicketState::New && !to.is_empty() {
            changes.push(TicketChange::State(TicketState::Open));
        }
        self.change(number, &changes, by).await
    }

    /// Moves a ticket to another state. One that was begun is never new again.
    pub async fn set_state(&self, number: TicketNumber, state: TicketState, by: &str) -> Result<Ticket, Error> {
        let ticket = self.find_ticket(number).await?;
        if ticket.state == state {
            return Err(Error::Already(number, state));
        }
        if state == TicketState::New {
            return Err(Error::Begun(number));
        }
        self.change(number, &[TicketChange::State(state)], by).await
    }

    /// Says how soon a ticket should be answered; saying the same again changes nothing.
    pub async fn set_priority(&self, number: TicketNumber, priority: Priority, by: &str) -> Result<Ticket, Error> {
        let ticket = self.find_ticket(number).await?;
        if ticket.state == TicketState::Solved {
            return Err(Error::Solved(number));
        }
        self.change(number, &[TicketChange::Priority(priority)], by).await
    }

    /// Adds a note to a ticket, solved or not.
    pub async fn note(&self, number: TicketNumber, text: &str, by: &str) -> Result<Ticket, Error> {
        let text = text.trim().replace("\r\n", "\n");
        let written = |c: char| !c.is_control() || c == '\n' || c == '\t';
        if text.is_empty() || text.chars().count() > NOTE_CHARS || !text.chars().all(written) {
            return Err(Error::Note);
        }
        self.change(number, &[TicketChange::Note(text)], by).await
    }

    async fn find_ticket(&self, number: TicketNumber) -> Result<Ticket, Error> {
        self.store.ticket(number).await?.ok_or(Error::NoTicket(number))
    }

    async fn change(&self, number: TicketNumber, changes: &[TicketChange], by: &str) -> Result<Ticket, Error> {
        let changed = self.store.change_ticket(number, changes, name(by)?, self.clock.now()).await?;
        changed.ok_or(Error::NoTicket(number))
    }
}
