//! `GET /tickets`: the inbox.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::layout::{self, Place};
use super::super::mention::plain;
use super::super::show;
use super::super::words as w;
use super::super::{Shared, Visitor, Web};
use super::mentions::select;
use super::{Page, html};
use crate::alert::words::number;
use crate::domain::{Ticket, TicketState, TopicName};
use crate::store::TicketFilter;

const PAGE: i64 = 50;

/// What was asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Asked {
    /// A state's word, `all`, or empty for those that are not solved.
    state: String,
    topic: String,
    /// `me`, `nobody`, a name in `name:…`, or empty for everybody's.
    who: String,
    page: String,
}

impl Asked {
    fn filter(&self, visitor: &Visitor) -> TicketFilter {
        let assignee = match self.who.as_str() {
            "me" => visitor.name.clone(),
            "nobody" => Some(String::new()),
            other => other.strip_prefix("name:").map(str::to_owned),
        };
        let state = TicketState::find(&self.state);
        TicketFilter {
            topic: TopicName::new(self.topic.as_str()),
            state,
            unsolved_only: state.is_none() && self.state != "all",
            assignee,
        }
    }

    fn at(&self, state: &str, page: i64) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        show::address("/tickets", &[("state", state), ("topic", &self.topic), ("who", &self.who), ("page", &page)])
    }

    fn page(&self) -> i64 {
        self.page.parse::<i64>().unwrap_or(1).clamp(1, 10_000)
    }
}

pub(in crate::web) async fn get(State(web): State<Shared>, visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    let filter = asked.filter(&visitor);
    let counts = web.store.count_tickets(filter.topic.as_ref()).await?;
    let mut tickets = web.store.tickets(&filter, PAGE + 1, (asked.page() - 1) * PAGE).await?;
    let more = tickets.len() as i64 > PAGE;
    tickets.truncate(PAGE as usize);
    let people = web.store.assignees().await?;
    let inside = html! {
        div.head { h1 { (visitor.say(w::TICKETS)) } }
        nav.tabs #states data-live aria-label=(visitor.say(w::STATE)) { (tabs(&visitor, &asked, &counts)) }
        br;
        form.sheet method="get" action="/tickets" {
            @if !asked.state.is_empty() { input type="hidden" name="state" value=(asked.state); }
            div.filters {
                (select(&visitor, "topic", w::TOPIC, w::ANY, &asked.topic,
                    show::topics(&web).into_iter().map(|topic| (topic.name.as_str().to_owned(), topic.title))))
                (select(&visitor, "who", w::ASSIGNEE, w::EVERYONE, &asked.who, whose(&visitor, people)))
                div.actions { button type="submit" { (visitor.say(w::APPLY)) } }
            }
        }
        section.sheet #tickets data-live { (table(&web, &visitor, &tickets)) }
        nav.pages {
            @if asked.page() > 1 { a.button rel="prev" href=(asked.at(&asked.state, asked.page() - 1)) { "‹ " (visitor.say(w::FORMER_PAGE)) } } @else { span {} }
            @if more { a.button rel="next" href=(asked.at(&asked.state, asked.page() + 1)) { (visitor.say(w::NEXT_PAGE)) " ›" } }
        }
    };
    Ok(html(layout::page(&web, &visitor, Place::Tickets, visitor.say(w::TICKETS), inside).await?))
}

fn whose(visitor: &Visitor, people: Vec<String>) -> Vec<(String, String)> {
    let mut choices = Vec::new();
    if visitor.name.is_some() {
        choices.push(("me".to_owned(), visitor.say(w::MINE).to_owned()));
    }
    choices.push(("nobody".to_owned(), visitor.say(w::UNASSIGNED).to_owned()));
    choices.extend(people.into_iter().map(|name| (format!("name:{name}"), plain(&name))));
    choices
}

fn tabs(visitor: &Visitor, asked: &Asked, counts: &[(TicketState, i64)]) -> Markup {
    let all: i64 = counts.iter().map(|(_, count)| count).sum();
    let solved: i64 = counts.iter().filter(|(state, _)| *state == TicketState::Solved).map(|(_, count)| count).sum();
    let tab = |word: &str, title: &str, count: i64| {
        html! {
            a href=(asked.at(word, 1)) aria-current=[(asked.state == word).then_some("true")] {
                (title) span.n { (number(count)) }
            }
        }
    };
    html! {
        (tab("", visitor.say(w::WAITING), all - solved))
        @for (state, count) in counts { (tab(state.as_str(), w::ticket_state(*state, visitor.locale), *count)) }
        (tab("all", visitor.say(w::ALL), all))
    }
}

fn table(web: &Web, visitor: &Visitor, tickets: &[Ticket]) -> Markup {
    let key = |texts: w::Texts| html! { span.key { (visitor.say(texts)) } };
    html! {
        @if tickets.is_empty() { (show::empty(visitor.say(w::NO_TICKETS), visitor.say(w::NO_TICKETS_ABOUT))) }
        @else {
            table.cards-table {
                thead { tr {
                    th scope="col" { "#" } th scope="col" { (visitor.say(w::TITLE)) } th scope="col" { (visitor.say(w::STATE)) }
                    th scope="col" { (visitor.say(w::PRIORITY)) } th scope="col" { (visitor.say(w::ASSIGNEE)) }
                    th scope="col" { (visitor.say(w::OPENED)) } th scope="col" { (visitor.say(w::CHANGED)) }
                } }
                tbody {
                    @for ticket in tickets {
                        @let known = show::known_or_named(web, &ticket.topic);
                        tr {
                            td.number { (ticket.number) }
                            td.row {
                                a href={ "/ticket/" (ticket.number.value()) } { bdi { (plain(&ticket.title)) } }
                                div.small.muted { (known.title) }
                            }
                            td { (show::ticket_state(visitor, ticket.state)) }
                            td { (key(w::PRIORITY)) (show::priority(visitor, ticket.priority)) }
                            td { (key(w::ASSIGNEE)) @if ticket.assignee.is_empty() { span.muted { (visitor.say(w::NOBODY)) } } @else { bdi { (ticket.assignee) } } }
                            td.small { (key(w::OPENED)) (show::time(visitor, ticket.opened_at, known.zone)) }
                            td.small { (key(w::CHANGED)) (show::ago(visitor, ticket.changed_at, known.zone)) }
                        }
                    }
                }
            }
        }
    }
}
