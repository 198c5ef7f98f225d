//! `hearken tickets`: the ticket inbox from a terminal.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use serde_json::json;

use super::check::Format;
use crate::config::Live;
use crate::desk::{Desk, state_word};
use crate::domain::{
    Clock, IncidentId, Locale, MentionId, Priority, Ticket, TicketEvent, TicketNumber, TicketState, Timestamp,
    TopicName,
};
use crate::store::{Store, TicketFilter};

/// List, show and work on tickets.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  hearken tickets list --state new\n  hearken tickets assign 17 阿宏 --by 小美\n  \
    hearken tickets note 17 \"已回電，等發票\" --by 阿宏\n  hearken tickets state 17 solved --by 阿宏")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,

    /// The folder with hearken.toml and topics/.
    #[arg(long, default_value = ".", global = true)]
    folder: PathBuf,

    /// Text for people or JSON for programs.
    #[arg(long, value_enum, default_value_t, global = true)]
    format: Format,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Tickets that are not solved, the most urgent first.
    List {
        /// Only in this state: new, open, pending or solved.
        #[arg(long, value_parser = read_state)]
        state: Option<TicketState>,
        /// Solved ones too.
        #[arg(long, conflicts_with = "state")]
        all: bool,
        /// Only of this topic.
        #[arg(long)]
        topic: Option<String>,
        /// Only this person's; an empty name lists those that nobody has.
        #[arg(long)]
        assignee: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// One ticket with its history.
    Show {
        /// Its number.
        #[arg(value_parser = read_number)]
        number: TicketNumber,
    },
    /// Open a ticket from an incident or a mention; the one that is there when it was opened before.
    Open {
        /// The incident's id, as on its page.
        #[arg(long, required_unless_present = "mention", conflicts_with = "mention")]
        incident: Option<String>,
        /// The mention's id.
        #[arg(long)]
        mention: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// Give a ticket to somebody; to nobody with an empty name.
    Assign {
        /// Its number.
        #[arg(value_parser = read_number)]
        number: TicketNumber,
        /// To whom.
        to: String,
        #[command(flatten)]
        by: By,
    },
    /// Move a ticket to another state.
    State {
        /// Its number.
        #[arg(value_parser = read_number)]
        number: TicketNumber,
        /// open, pending or solved.
        #[arg(value_parser = read_state)]
        state: TicketState,
        #[command(flatten)]
        by: By,
    },
    /// Say how soon a ticket should be answered.
    Priority {
        /// Its number.
        #[arg(value_parser = read_number)]
        number: TicketNumber,
        /// low, normal, high or urgent.
        #[arg(value_parser = read_priority)]
        priority: Priority,
        #[command(flatten)]
        by: By,
    },
    /// Add a note to a ticket.
    Note {
        /// Its number.
        #[arg(value_parser = read_number)]
        number: TicketNumber,
        /// The note.
        text: String,
        #[command(flatten)]
        by: By,
    },
}

/// Who acts.
#[derive(Debug, clap::Args)]
pub(super) struct By {
    /// Under which name it is recorded.
    #[arg(long = "by", env = "HEARKEN_BY", value_name = "NAME")]
    pub(super) name: String,
}

fn read_state(word: &str) -> Result<TicketState, String> {
    TicketState::find(word).ok_or_else(|| "it is one of new, open, pending, solved".to_owned())
}

fn read_priority(word: &str) -> Result<Priority, String> {
    Priority::find(word).ok_or_else(|| "it is one of low, normal, high, urgent".to_owned())
}

fn read_number(text: &str) -> Result<TicketNumber, String> {
    let number = text.trim_start_matches('#').parse().ok().and_then(TicketNumber::new);
    number.ok_or_else(|| "a ticket's number is 1 or more, such as 17".to_owned())
}

/// Runs the command.
pub(super) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = match super::load_whole(&args.folder, None) {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    let locale = config.locale;
    let zone = config.zone;
    let store = Store::open(&config.database).await.context("the database did not open")?;
    let desk = Desk::new(store.clone(), Arc::new(Live::new(config)), Clock::System);
    let done = act(&store, &desk, args.command).await;
    store.close().await;
    let shown = Shown { locale, zone };
    match (done?, args.format) {
        (Answer::Many(tickets), Format::Json) => super::out::json(&tickets)?,
        (Answer::Many(tickets), Format::Text) => print!("{}", shown.list(&tickets)),
        (Answer::One(ticket, history), Format::Json) => {
            super::out::json(&json!({ "ticket": ticket, "history": history }))?;
        }
        (Answer::One(ticket, history), Format::Text) => print!("{}", shown.one(&ticket, &history)),
        (Answer::Refused(why), _) => bail!(why),
    }
    Ok(ExitCode::SUCCESS)
}

enum Answer {
    Many(Vec<Ticket>),
    One(Ticket, Vec<TicketEvent>),
    Refused(String),
}

async fn act(store: &Store, desk: &Desk, command: Command) -> anyhow::Result<Answer> {
    let acted = match command {
        Command::List { state, all, topic, assignee, limit } => {
            let topic = topic
                .map(|name| TopicName::new(name.as_str()).with_context(|| format!("`{name}` is not a topic's name")))
                .transpose()?;
            let filter = TicketFilter { topic, state, unsolved_only: state.is_none() && !all, assignee };
            return Ok(Answer::Many(store.tickets(&filter, i64::from(limit), 0).await?));
        }
        Command::Show { number } => match store.ticket(number).await? {
            Some(ticket) => Ok(ticket),
            None => return Ok(Answer::Refused(format!("there is no ticket {number}"))),
        },
        Command::Open { incident: Some(id), by, .. } => {
            let id = IncidentId::new(id).context("an incident's id has 26 characters")?;
            desk.open_ticket_from_incident(&id, &by.name).await.map(|opened| opened.ticket)
        }
        Command::Open { mention, by, .. } => {
            let id = MentionId::new(mention.unwrap_or_default()).context("a mention's id has 26 characters")?;
            desk.open_ticket_from_mention(&id, None, &by.name).await.map(|opened| opened.ticket)
        }
        Command::Assign { number, to, by } => desk.assign(number, &to, &by.name).await,
        Command::State { number, state, by } => desk.set_state(number, state, &by.name).await,
        Command::Priority { number, priority, by } => desk.set_priority(number, priority, &by.name).await,
        Command::Note { number, text, by } => desk.note(number, &text, &by.name).await,
    };
    Ok(match acted {
        Ok(ticket) => {
            let history = store.ticket_events(ticket.number).await?;
            Answer::One(ticket, history)
        }
        Err(error) if error.is_refusal() => Answer::Refused(error.to_string()),
        Err(error) => return Err(error.into()),
    })
}

/// How tickets are written for people.
struct Shown {
    locale: Locale,
    zone: chrono_tz::Tz,
}

impl Shown {
    fn time(&self, at: Timestamp) -> String {
        at.with_timezone(&self.zone).format("%Y-%m-%d %H:%M").to_string()
    }

    fn list(&self, tickets: &[Ticket]) -> String {
        if tickets.is_empty() {
            return "no tickets\n".to_owned();
        }
        let line = |ticket: &Ticket| {
            let who = if ticket.assignee.is_empty() { "-" } else { &ticket.assignee };
            let state = state_word(ticket.state, self.locale);
            let at = self.time(ticket.opened_at);
            format!("{:>5}  {state}  {:7}  {at}  {who}  {}\n", ticket.number, ticket.priority.as_str(), ticket.title)
        };
        tickets.iter().map(line).collect()
    }

    fn one(&self, ticket: &Ticket, history: &[TicketEvent]) -> String {
        let mut text = self.list(std::slice::from_ref(ticket));
        for event in history {
            let detail = event.detail.replace('\n', "\n                    ");
            text += &format!("  {}  {}  {}: {detail}\n", self.time(event.at), event.by, event.what);
        }
        text
    }
}
