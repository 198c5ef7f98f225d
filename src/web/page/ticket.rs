//! `GET /ticket/{number}`: one ticket, its history, and what can be done with it.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};

use super::super::act::Act;
use super::super::error::Failure;
use super::super::layout::{self, Place};
use super::super::mention::plain;
use super::super::show::{self, Known};
use super::super::words as w;
use super::super::{Shared, Visitor, Web};
use super::incidents::card;
use super::{Page, html, mentions};
use crate::domain::{Priority, Ticket, TicketEvent, TicketNumber, TicketState};

pub(in crate::web) async fn get(State(web): State<Shared>, visitor: Visitor, Path(number): Path<String>) -> Page {
    let number = read_number(&number)?;
    let ticket = web.store.ticket(number).await?.ok_or(Failure::NotFound)?;
    let events = web.store.ticket_events(number).await?;
    let known = show::known_or_named(&web, &ticket.topic);
    let cause = cause(&web, &visitor, &ticket).await?;
    let inside = html! {
        div.head {
            div {
                div.crumb { a href="/tickets" { (visitor.say(w::TICKETS)) } " › " (ticket.number) }
                h1 { bdi { (plain(&ticket.title)) } }
                div.signs #state data-live {
                    (show::ticket_state(&visitor, ticket.state))
                    (show::priority(&visitor, ticket.priority))
                    span.small.muted {
                        (visitor.say(w::ASSIGNEE)) " "
                        @if ticket.assignee.is_empty() { (visitor.say(w::NOBODY)) } @else { bdi { (ticket.assignee) } }
                    }
                }
            }
        }
        div.columns {
            div {
                (cause)
                section.sheet #history data-live {
                    h2 { (visitor.say(w::HISTORY)) span.aside { (w::zone(known.zone.name(), visitor.locale)) } }
                    (history(&visitor, &events, &known))
                }
            }
            div {
                section.sheet { (facts(&visitor, &ticket, &known)) }
                section.sheet { (forms(&web, &visitor, &ticket)) }
            }
        }
    };
    let title = format!("{} {}", ticket.number, plain(&ticket.title));
    Ok(html(layout::page(&web, &visitor, Place::Tickets, &title, inside).await?))
}

fn read_number(text: &str) -> Result<TicketNumber, Failure> {
    text.parse().ok().and_then(TicketNumber::new).ok_or(Failure::NotFound)
}

/// What the ticket comes from.
async fn cause(web: &Web, visitor: &Visitor, ticket: &Ticket) -> Result<Markup, Failure> {
    if let Some(id) = &ticket.incident
        && let Some(incident) = web.store.incident(id).await?
    {
        return Ok(card(web, visitor, &incident));
    }
    if let Some(id) = &ticket.mention
        && let Some(mention) = web.store.mention(id).await?
    {
        let shown = mentions::list(web, visitor, &[mention], Some(&ticket.topic)).await?;
        return Ok(html! { section.sheet { h2 { (visitor.say(w::COMES_FROM)) } (shown) } });
    }
    Ok(html! {})
}

fn facts(visitor: &Visitor, ticket: &Ticket, known: &Known) -> Markup {
    html! {
        dl.facts {
            dt { (visitor.say(w::TOPIC)) } dd { a href={ "/topic/" (known.name) } { (known.title) } }
            dt { (visitor.say(w::OPENED)) } dd { (show::time(visitor, ticket.opened_at, known.zone)) " · " bdi { (ticket.opened_by) } }
            dt { (visitor.say(w::CHANGED)) } dd { (show::time(visitor, ticket.changed_at, known.zone)) }
            @if let Some(at) = ticket.solved_at {
                dt { (w::ticket_state(TicketState::Solved, visitor.locale)) } dd { (show::time(visitor, at, known.zone)) }
            }
        }
    }
}

fn history(visitor: &Visitor, events: &[TicketEvent], known: &Known) -> Markup {
    html! {
        ol.line {
            @for event in events {
                li {
                    div { strong { (event_word(visitor, &event.what)) } " · " bdi { (event.by) } }
                    div.small.muted { (show::time(visitor, event.at, known.zone)) }
                    @match event.what.as_str() {
                        "note" => div.note dir="auto" { (plain(&event.detail)) },
                        "opened" => {},
                        _ => div.small { (from_to(visitor, event)) },
                    }
                }
            }
        }
    }
}

fn event_word<'a>(visitor: &Visitor, what: &'a str) -> &'a str {
    if what == "opened" { visitor.say(w::OPENED) } else { w::happening(what, visitor.locale) }
}

/// `new → open` in the visitor's words.
fn from_to(visitor: &Visitor, event: &TicketEvent) -> String {
    let word = |text: &str| match event.what.as_str() {
        "state" => TicketState::find(text).map(|state| w::ticket_state(state, visitor.locale).to_owned()),
        "priority" => Priority::find(text).map(|priority| w::priority(priority, visitor.locale).to_owned()),
        _ if text == "-" => Some(visitor.say(w::NOBODY).to_owned()),
        _ => None,
    };
    let said = |text: &str| word(text).unwrap_or_else(|| plain(text));
    match event.detail.split_once(" → ") {
        Some((from, to)) => format!("{} → {}", said(from), said(to)),
        None => plain(&event.detail),
    }
}

/// One form whose buttons say what is done; a name that is not known is asked once.
///
/// The assignee comes first: pressing Enter in a field means the first button, which then changes nothing else.
fn forms(web: &Web, visitor: &Visitor, ticket: &Ticket) -> Markup {
    let act = format!("/ticket/{}/change", ticket.number.value());
    let solved = ticket.state == TicketState::Solved;
    let states = TicketState::ALL.iter().filter(|state| **state != TicketState::New && **state != ticket.state);
    let button =
        |what: &str, label: w::Texts| html! { button type="submit" name="what" value=(what) { (visitor.say(label)) } };
    html! {
        form.stack method="post" action=(act) {
            (layout::form_fields(web, &visitor.here))
            (layout::name_field(visitor, "by"))
            @if !solved { (assignee(visitor, ticket)) }
            div.form-line {
                div.field {
                    label for="state-to" { (visitor.say(w::STATE)) }
                    select #state-to name="state" {
                        @for state in states { option value=(state.as_str()) { (w::ticket_state(*state, visitor.locale)) } }
                    }
                }
                (button("state", w::SET))
            }
            @if !solved {
                div.form-line {
                    div.field {
                        label for="priority" { (visitor.say(w::PRIORITY)) }
                        select #priority name="priority" {
                            @for priority in Priority::ALL.iter().rev() {
                                option value=(priority.as_str()) selected[*priority == ticket.priority] { (w::priority(*priority, visitor.locale)) }
                            }
                        }
                    }
                    (button("priority", w::SET))
                }
            }
            div.field {
                label for="note" { (visitor.say(w::NOTE)) }
                textarea #note name="text" maxlength="5000" {}
            }
            div.actions {
                button.first type="submit" formaction={ "/ticket/" (ticket.number.value()) "/note" } { (visitor.say(w::ADD_NOTE)) }
            }
        }
    }
}

/// Who owes it: somebody by name, or with one press the visitor.
fn assignee(visitor: &Visitor, ticket: &Ticket) -> Markup {
    html! {
        div.form-line {
            div.field {
                label for="assignee" { (visitor.say(w::ASSIGNEE)) }
                input #assignee name="assignee" value=(ticket.assignee) maxlength="80" autocomplete="off";
            }
            button type="submit" name="what" value="assignee" { (visitor.say(w::ASSIGN)) }
        }
        @if visitor.name.as_deref() != Some(ticket.assignee.as_str()) {
            div.actions { button.first type="submit" name="what" value="take" { (visitor.say(w::TAKE)) } }
        }
    }
}

/// `POST /ticket/{number}/change`: assignee (or the visitor takes it), state or priority.
pub(in crate::web) async fn change(
    State(web): State<Shared>,
    Path(number): Path<String>,
    act: Act,
) -> Result<Response, Failure> {
    let number = read_number(&number)?;
    match act.text("what") {
        "assignee" => web.desk.assign(number, act.text("assignee"), &act.by).await?,
        "take" => web.desk.assign(number, &act.by, &act.by).await?,
        "state" => web.desk.set_state(number, act.need("state", TicketState::find)?, &act.by).await?,
        "priority" => web.desk.set_priority(number, act.need("priority", Priority::find)?, &act.by).await?,
        other => return Err(Failure::Bad(format!("`what` = `{other}`"))),
    };
    Ok(act.done("changed", None))
}

/// `POST /ticket/{number}/note`.
pub(in crate::web) async fn note(
    State(web): State<Shared>,
    Path(number): Path<String>,
    act: Act,
) -> Result<Response, Failure> {
    web.desk.note(read_number(&number)?, act.text("text"), &act.by).await?;
    Ok(act.done("changed", None))
}
