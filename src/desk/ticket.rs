//! What a person may do to tickets: open, take, give, move on, note.

use super::{Desk, Error, NAME_CHARS, NOTE_CHARS, name, words};
use crate::domain::{IncidentId, MentionId, Priority, Severity, Ticket, TicketNumber, TicketState, TopicName};
use crate::store::{NewTicket, TicketChange};

/// How many characters of a mention's text its ticket's title has.
const TITLE_CHARS: usize = 60;

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
        let topic = self.topic(&incident.topic);
        let title = topic.as_ref().map_or(incident.topic.as_str(), |topic| &topic.title);
        let title = words::incident_title(&incident, title, self.live.config().locale);
        let grave = match incident.severity {
            Severity::Critical => Priority::Urgent,
            Severity::Warning => Priority::High,
            Severity::Notice => Priority::Normal,
        };
        let new = self.new_ticket(incident.topic.clone(), title, by);
        self.open(NewTicket { priority: new.priority.max(grave), incident: Some(id.clone()), ..new }).await
    }

    /// Opens a ticket from a mention, for one of the topics it is kept under (the first by name when none is told); the
    /// one that is there when it was opened before. Refused when the text was removed.
    pub async fn open_ticket_from_mention(
        &self,
        id: &MentionId,
        topic: Option<&TopicName>,
        by: &str,
    ) -> Result<Opened, Error> {
        let by = name(by)?;
        let mention = self.store.mention(id).await?.ok_or(Error::NoMention)?;
        let mut topics = self.store.topics_of(id).await?.into_iter().map(|(name, _)| name);
        let topic = match topic {
            Some(asked) => topics.find(|name| name == asked).ok_or_else(|| Error::NoTopic(asked.clone()))?,
            None => topics.next().ok_or(Error::NoMention)?,
        };
        if mention.removed_at.is_some() {
            return Err(Error::Removed);
        }
        let text = super::one_line(&mention.raw.whole_text(), TITLE_CHARS);
        let title = format!("{}：{text}", mention.raw.platform.title());
        let new = self.new_ticket(topic, title, by);
        self.open(NewTicket { mention: Some(id.clone()), ..new }).await
    }

    /// What a new ticket of a topic begins with.
    fn new_ticket(&self, name: TopicName, title: String, by: &str) -> NewTicket {
        let rules = self.topic(&name).map(|topic| topic.ticket.clone());
        NewTicket {
            topic: name,
            title,
            priority: rules.as_ref().map_or(Priority::Normal, |rules| rules.priority),
            assignee: rules.map(|rules| rules.assignee).unwrap_or_default(),
            incident: None,
            mention: None,
            by: by.to_owned(),
        }
    }

    async fn open(&self, new: NewTicket) -> Result<Opened, Error> {
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
