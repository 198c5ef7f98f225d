//! `GET /`: what goes on, how each topic fares today, what is owed, what is not heard.

use axum::extract::State;
use chrono::Duration;
use maud::{Markup, PreEscaped, html};

use super::super::error::Failure;
use super::super::layout::{self, Place};
use super::super::listening::Listening;
use super::super::period::midnight;
use super::super::show::{self, Known};
use super::super::words as w;
use super::super::{Shared, Visitor, Web};
use super::incidents::{card, usual};
use super::{Page, html};
use crate::alert::words::number;
use crate::chart::{Size, Sparkline, svg};
use crate::domain::{Coverage, Interval, SourceName, Ticket, TicketState, Timestamp};
use crate::pipeline::files_of;
use crate::store::{IncidentFilter, SourceStatus, Tally, TicketFilter};

const HOUR_MS: i64 = 3_600_000;
/// Days that "usual" is taken from, and how many of them must have been heard.
const DAYS: i64 = 7;
const DAYS_NEEDED: usize = 3;

pub(in crate::web) async fn get(State(web): State<Shared>, visitor: Visitor) -> Page {
    let open = IncidentFilter { unresolved_only: true, ..IncidentFilter::default() };
    let incidents = web.store.incidents(&open, 20, 0).await?;
    let mut topics = Vec::new();
    for known in show::topics(&web) {
        topics.push(Today::read(&web, &visitor, known).await?);
    }
    let waiting = TicketFilter { unsolved_only: true, ..TicketFilter::default() };
    let waiting = web.store.tickets(&waiting, 6, 0).await?;
    let listening = Listening::of(&web.live.config());
    let mut deaf = web.store.sources().await?;
    deaf.retain(|source| listening.is_deaf(source, visitor.now));
    let inside = html! {
        div.head { h1 { (visitor.say(w::OVERVIEW)) } }
        (broken(&web, &visitor))
        section #incidents data-live aria-label=(visitor.say(w::OPEN_INCIDENTS)) {
            @if topics.is_empty() && incidents.is_empty() {
                div.sheet { (show::empty(visitor.say(w::NO_TOPICS), visitor.say(w::NO_TOPICS_ABOUT))) }
            } @else if incidents.is_empty() {
                div.told.good { strong { (visitor.say(w::NO_OPEN_INCIDENTS)) } " " (visitor.say(w::CALM)) }
            }
            @for incident in &incidents { (card(&web, &visitor, incident)) }
        }
        section.cards #topics data-live aria-label=(visitor.say(w::TOPICS)) {
            @for today in &topics { (today.card(&visitor)) }
        }
        (groups(&web, &visitor))
        div.halves {
            section.sheet #tickets data-live { (tickets(&web, &visitor, &waiting)) }
            section.sheet #deaf data-live { (deaf_sources(&web, &visitor, &deaf)) }
        }
    };
    Ok(html(layout::page(&web, &visitor, Place::Overview, visitor.say(w::OVERVIEW), inside).await?))
}

/// The groups of topics that can be compared.
fn groups(web: &Web, visitor: &Visitor) -> Markup {
    let config = web.live.config();
    html! {
        @if !config.groups.is_empty() {
            section.sheet {
                h2 { (visitor.say(w::GROUPS)) span.aside { (visitor.say(w::SHARE_OF_VOICE)) } }
                div.actions { @for group in &config.groups {
                    a.button href=(show::address(&format!("/share/group/{}", group.name), &[("period", "7d")])) { (group.title) }
                } }
            }
        }
    }
}

/// Files that were not taken up, where everybody sees it.
fn broken(web: &Web, visitor: &Visitor) -> Markup {
    let broken = web.live.broken();
    html! {
        @if !broken.is_empty() {
            div.told.warn role="status" {
                a href="/sources#broken" { strong { (visitor.say(w::BROKEN_FILES)) } " (" (broken.len()) ")" }
                " " (visitor.say(w::BROKEN_ABOUT))
            }
        }
    }
}

/// The names of a topic's sources.
fn sources_of(web: &Web, known: &Known) -> Vec<SourceName> {
    let wanted = web.live.config().wanted_sources();
    wanted.into_iter().filter(|source| source.topics.contains(&known.name)).map(|source| source.wanted.name).collect()
}

/// The sources of a topic, and the files that were imported for it.
pub(in crate::web) async fn heard_of(web: &Web, known: &Known) -> Result<Vec<SourceName>, Failure> {
    let mut names = sources_of(web, known);
    names.extend(files_of(&web.store, &known.name).await?);
    Ok(names)
}

/// How a topic fares today.
struct Today {
    known: Known,
    tally: Tally,
    /// Mentions that are usual by this time of day; `None` when too few days were heard.
    usual: Option<f64>,
    curve: Vec<(i64, i64, bool)>,
    incidents: usize,
}

impl Today {
    async fn read(web: &Web, visitor: &Visitor, known: Known) -> Result<Self, Failure> {
        let now = visitor.now;
        let begins = midnight(now, known.zone);
        let sources = heard_of(web, &known).await?;
        let all = Interval { from: begins - Duration::days(DAYS), to: now };
        let coverage = web.store.coverage(&sources, all).await?;
        let from = now - Duration::hours(24);
        let points = web.store.series(&known.name, from, now, HOUR_MS).await?;
        let heard = |at: Timestamp| {
            let hour = Interval { from: at, to: (at + Duration::milliseconds(HOUR_MS)).min(now) };
            coverage.share(hour) > 0.2
        };
        let curve = points.iter().map(|point| (point.mentions, point.negative, point.mentions > 0 || heard(point.at)));
        let filter = IncidentFilter { topic: Some(known.name.clone()), unresolved_only: true, ..Default::default() };
        Ok(Self {
            tally: web.store.tally(&known.name, begins, now).await?,
            usual: usual_by_now(web, &known, begins, now, &coverage).await?,
            curve: curve.collect(),
            incidents: web.store.incidents(&filter, 10, 0).await?.len(),
            known,
        })
    }

    fn card(&self, visitor: &Visitor) -> Markup {
        let link = format!("/topic/{}", self.known.name);
        let negative = show::percent(self.tally.negative, self.tally.mentions);
        html! {
            article.sheet {
                div.signs {
                    h2 { a href=(link) { (self.known.title) } }
                    @if self.incidents > 0 { a.sign.bad href=(show::address("/incidents", &[("topic", self.known.name.as_str())])) { (visitor.say(w::GOING_ON)) } }
                }
                dl.versus {
                    div {
                        dt.small.muted { (visitor.say(w::MENTIONS_TODAY)) }
                        dd.value { (number(self.tally.mentions)) }
                        dd.small.muted { (self.against(visitor)) }
                    }
                    div {
                        dt.small.muted { (visitor.say(w::NEGATIVE_SHARE)) }
                        dd class=(if self.tally.negative * 3 > self.tally.mentions { "value negative" } else { "value" }) { (negative) }
                        dd.small.muted { (w::so_many(self.tally.negative, visitor.locale)) }
                    }
                }
                div {
                    div.small.muted { (visitor.say(w::LAST_24H_CURVE)) }
                    div.spark { (PreEscaped(self.spark(visitor))) }
                }
                (show::leanings(visitor, self.tally))
            }
        }
    }

    fn against(&self, visitor: &Visitor) -> String {
        match self.usual {
            Some(value) => format!("{} {}", visitor.say(w::USUAL_BY_NOW), usual(value)),
            None => visitor.say(w::NO_USUAL).to_owned(),
        }
    }

    fn spark(&self, visitor: &Visitor) -> String {
        let all: i64 = self.curve.iter().map(|(mentions, ..)| mentions).sum();
        let sparkline = Sparkline {
            title: format!("{}: {}", visitor.say(w::LAST_24H_CURVE), w::so_many(all, visitor.locale)),
            values: self.curve.iter().map(|(mentions, _, heard)| heard.then_some(*mentions)).collect(),
            negative: self.curve.iter().map(|(_, negative, heard)| heard.then_some(*negative)).collect(),
        };
        svg::sparkline(&sparkline, Size { width: 300.0, height: 52.0 })
    }
}

/// The middle of what the last days had by this time of day, of those days that were heard.
async fn usual_by_now(
    web: &Web,
    known: &Known,
    begins: Timestamp,
    now: Timestamp,
    coverage: &Coverage,
) -> Result<Option<f64>, Failure> {
    let mut seen = Vec::new();
    for day in 1..=DAYS {
        let from = midnight(begins - Duration::days(day) + Duration::hours(12), known.zone);
        let window = Interval { from, to: from + (now - begins) };
        if coverage.share(window) > 0.8 {
            seen.push(web.store.tally(&known.name, window.from, window.to).await?.mentions);
        }
    }
    seen.sort_unstable();
    Ok(if seen.len() < DAYS_NEEDED { None } else { median(&seen) })
}

fn median(sorted: &[i64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n.is_multiple_of(2) => Some((sorted.get(middle - 1)? + sorted.get(middle)?) as f64 / 2.0),
        _ => sorted.get(middle).map(|value| *value as f64),
    }
}

fn tickets(web: &Web, visitor: &Visitor, waiting: &[Ticket]) -> Markup {
    html! {
        h2 { (visitor.say(w::WAITING_TICKETS)) a.aside href="/tickets" { (visitor.say(w::ALL)) } }
        @if waiting.is_empty() { p.muted { (visitor.say(w::NO_WAITING_TICKETS)) } }
        ul.plain.stack {
            @for ticket in waiting {
                li {
                    div.signs {
                        (show::ticket_state(visitor, ticket.state))
                        @if ticket.priority > crate::domain::Priority::Normal { (show::priority(visitor, ticket.priority)) }
                        span.small.muted {
                            (show::ago(visitor, ticket.opened_at, web.live.config().zone))
                            @if ticket.state != TicketState::New && !ticket.assignee.is_empty() { " · " bdi { (ticket.assignee) } }
                        }
                    }
                    a href={ "/ticket/" (ticket.number.value()) } { (ticket.number) " " bdi { (super::super::mention::plain(&ticket.title)) } }
                }
            }
        }
    }
}

fn deaf_sources(web: &Web, visitor: &Visitor, deaf: &[SourceStatus]) -> Markup {
    html! {
        h2 { (visitor.say(w::DEAF_SOURCES)) a.aside href="/sources" { (visitor.say(w::ALL)) } }
        @if deaf.is_empty() { p.muted { (visitor.say(w::ALL_HEARD)) } }
        ul.plain.stack {
            @for source in deaf {
                li {
                    div.signs { (show::source_state(visitor, source)) span { (source.name) } }
                    div.small.muted {
                        (visitor.say(w::LAST_HEARD)) " "
                        @match source.heard_at { Some(at) => (show::ago(visitor, at, web.live.config().zone)), None => (visitor.say(w::NEVER)) }
                        @if !source.detail.is_empty() { " · " (source.detail) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_middle_day_is_what_is_usual() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[1, 2, 90]), Some(2.0));
        assert_eq!(median(&[1, 2, 4, 90]), Some(3.0));
    }
}
