//! `GET /sources`: what is heard, what is not, and why.

use axum::extract::{Query, State};
use chrono::Duration;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::layout::{self, Place};
use super::super::listening::{Listening, Standing};
use super::super::show;
use super::super::words as w;
use super::super::{Shared, Visitor, Web};
use super::{Page, html, scoring};
use crate::alert::words::number;
use crate::domain::{Coverage, Interval, SourceName};
use crate::settings::Mistake;
use crate::store::{AsideRow, SourceState, SourceStatus};

const ASIDE: i64 = 20;

/// What was asked.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    period: String,
}

pub(in crate::web) async fn get(State(web): State<Shared>, visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    let week = asked.period == "7d";
    let length = if week { Duration::days(7) } else { Duration::hours(24) };
    let window = Interval { from: visitor.now - length, to: visitor.now };
    let mut sources = web.store.sources().await?;
    let listening = Listening::of(&web.live.config());
    sources.sort_by_key(|source| {
        (listening.standing(source), !listening.is_deaf(source, visitor.now), source.name.clone())
    });
    let names: Vec<SourceName> = sources.iter().map(|source| source.name.clone()).collect();
    let coverage = web.store.coverage_by_source(&names, window).await?;
    let row = |source| Row {
        standing: listening.standing(source),
        coverage: coverage.get(&source.name).cloned().unwrap_or_default(),
        source,
    };
    let rows: Vec<Row<'_>> = sources.iter().map(row).collect();
    let scorer = scoring::section(&web, &visitor).await?;
    let (waiting, aside) = (web.store.count_inbox().await?, web.store.aside(ASIDE).await?);
    let inside = html! {
        div.head {
            h1 { (visitor.say(w::SOURCES)) }
            nav.tabs aria-label=(visitor.say(w::COVERAGE)) {
                a href="/sources" aria-current=[(!week).then_some("true")] { (visitor.say(w::LAST_24H)) }
                a href="/sources?period=7d" aria-current=[week.then_some("true")] { (visitor.say(w::LAST_7D)) }
            }
        }
        (mistakes(&visitor, &web.live.broken()))
        section.sheet #sources data-live { (table(&web, &visitor, &rows, window)) }
        (scorer)
        section.sheet #backlog data-live {
            dl.facts { dt { (visitor.say(w::BACKLOG)) } dd.number { (w::so_many(waiting, visitor.locale)) } }
            (put_aside(&web, &visitor, &aside))
        }
    };
    Ok(html(layout::page(&web, &visitor, Place::Sources, visitor.say(w::SOURCES), inside).await?))
}

/// One source of the page.
struct Row<'a> {
    source: &'a SourceStatus,
    standing: Standing,
    coverage: Coverage,
}

/// Files that were not taken up.
fn mistakes(visitor: &Visitor, broken: &[Mistake]) -> Markup {
    html! {
        @if !broken.is_empty() {
            section.told.warn #broken {
                strong { (visitor.say(w::BROKEN_FILES)) } " " (visitor.say(w::BROKEN_ABOUT))
                @for mistake in broken { pre { (mistake) } }
            }
        }
    }
}

fn table(web: &Web, visitor: &Visitor, rows: &[Row<'_>], window: Interval) -> Markup {
    let key = |texts: w::Texts| html! { span.key { (visitor.say(texts)) } };
    let zone = web.live.config().zone;
    html! {
        @if rows.is_empty() { (show::empty(visitor.say(w::NO_SOURCES), visitor.say(w::NO_SOURCES_ABOUT))) }
        @else {
            table.cards-table {
                thead { tr {
                    th scope="col" { (visitor.say(w::SOURCE)) } th scope="col" { (visitor.say(w::STATE)) }
                    th scope="col" { (visitor.say(w::COVERAGE)) }
                    th scope="col" { (visitor.say(w::LAST_HEARD)) } th scope="col" { (visitor.say(w::NEXT_DUE)) }
                } }
                tbody {
                    @for row @ Row { source, coverage, .. } in rows {
                        tr {
                            td.row {
                                strong { (source.name) }
                                div.small.muted {
                                    (w::platform(source.platform, visitor.locale)) @for title in topics(web, &source.name) { " · " (title) }
                                }
                            }
                            td {
                                (state(visitor, row))
                            }
                            td.wide.row {
                                @match owed(row, window) {
                                    Some(owed) => (show::coverage_bar(visitor, coverage, window, owed)),
                                    None => "–",
                                }
                            }
                            td.small {
                                (key(w::LAST_HEARD))
                                @match source.heard_at { Some(at) => (show::ago(visitor, at, zone)), None => (visitor.say(w::NEVER)) }
                            }
                            td.small { (key(w::NEXT_DUE)) (next(web, visitor, row)) }
                        }
                    }
                }
            }
        }
    }
}

/// How a source fares; of one that nobody wants any more only that, since its last failure is nobody's concern.
fn state(visitor: &Visitor, Row { source, standing, .. }: &Row<'_>) -> Markup {
    html! {
        @if *standing == Standing::Left { span.sign.plain { (visitor.say(w::LEFT)) } }
        @else {
            (show::source_state(visitor, source))
            @if source.failures > 0 { div.small.muted { (visitor.say(w::FAILURES)) " " (number(source.failures)) } }
            @if !source.detail.is_empty() { div.small { (source.detail) } }
        }
    }
}

/// When a source should have been heard. It is not to blame for the time before its first page, nor, once it is left, for
/// the time after its last; a file owes only what a person said that it covers. `None`: it owes nothing within the window.
fn owed(Row { source, standing, coverage }: &Row<'_>, window: Interval) -> Option<Interval> {
    let heard = coverage.intervals();
    let (first, last) = (heard.first().map(|interval| interval.from), heard.last().map(|interval| interval.to));
    let (from, to) = match standing {
        Standing::Living => (source.first_at.into_iter().chain(first).min().unwrap_or(window.from), window.to),
        Standing::Imported | Standing::Left => (first?, last?),
    };
    let owed = Interval { from: from.clamp(window.from, window.to), to: to.clamp(window.from, window.to) };
    (*standing == Standing::Living || owed.from < owed.to).then_some(owed)
}

/// When a source is read again; what is due waits for its turn, and is not a moment ago.
fn next(web: &Web, visitor: &Visitor, Row { source, standing, .. }: &Row<'_>) -> Markup {
    html! {
        @if *standing != Standing::Living { "–" }
        @else if source.due_at.timestamp_millis() == 0 {
            @if source.state == SourceState::New { "–" } @else { (visitor.say(w::BY_ITSELF)) }
        } @else if source.due_at < visitor.now + Duration::minutes(1) { (visitor.say(w::DUE_NOW)) }
        @else { (show::ago(visitor, source.due_at, web.live.config().zone)) }
    }
}

/// The titles of the topics that want a source.
fn topics(web: &Web, name: &SourceName) -> Vec<String> {
    let config = web.live.config();
    let wanted = config.wanted_sources().into_iter().find(|source| source.wanted.name == *name);
    let topics = wanted.map(|source| source.topics).unwrap_or_default();
    topics.iter().filter_map(|topic| config.topic(topic)).map(|topic| topic.title.clone()).collect()
}

fn put_aside(web: &Web, visitor: &Visitor, aside: &[AsideRow]) -> Markup {
    html! {
        @if !aside.is_empty() {
            br;
            h2 { (visitor.say(w::ASIDE)) }
            ul.plain.stack.small {
                @for row in aside {
                    li { (show::time(visitor, row.put_at, web.live.config().zone)) " · " (row.source) " · " (row.reason) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::timestamp;
    use crate::domain::{Platform, Timestamp};

    #[test]
    fn only_a_living_source_owes_the_time_until_now() {
        let hour = |n: i64| timestamp(n * 3_600_000);
        let stretch = |from, to| Interval { from: hour(from), to: hour(to) };
        let source = SourceStatus {
            name: SourceName::new("ptt/Coffee").expect("a name"),
            platform: Platform::Ptt,
            cursor: None,
            state: SourceState::Failing,
            detail: String::new(),
            failures: 1,
            due_at: hour(1),
            first_at: Some(hour(12)),
            heard_at: None,
            changed_at: hour(0),
        };
        let owes = |standing, heard: &[Interval]| {
            owed(&Row { source: &source, standing, coverage: Coverage::of(heard.to_vec()) }, stretch(10, 20))
        };
        let to_now = |from: Timestamp| Some(Interval { from, to: hour(20) });
        assert_eq!(owes(Standing::Living, &[]), to_now(hour(12)));
        assert_eq!(owes(Standing::Living, &[stretch(5, 15)]), to_now(hour(10)));
        assert_eq!(owes(Standing::Left, &[stretch(5, 15)]), Some(stretch(10, 15)));
        assert_eq!(owes(Standing::Left, &[stretch(5, 10)]), None, "all of it was before");
        assert_eq!(owes(Standing::Imported, &[]), None, "nobody said what it covers");
    }
}
