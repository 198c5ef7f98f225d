//! `GET /sources`: what is heard, what is not, and why.

use axum::extract::{Query, State};
use chrono::Duration;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::layout::{self, Place};
use super::super::show;
use super::super::words as w;
use super::super::{Shared, Visitor, Web};
use super::{Page, html};
use crate::alert::words::number;
use crate::domain::{Coverage, Interval, SourceName, Timestamp};
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
    sources.sort_by_key(|source| (!show::is_deaf(source, visitor.now), source.name.clone()));
    let names: Vec<SourceName> = sources.iter().map(|source| source.name.clone()).collect();
    let coverage = web.store.coverage_by_source(&names, window).await?;
    let rows: Vec<(&SourceStatus, Coverage)> =
        sources.iter().map(|source| (source, coverage.get(&source.name).cloned().unwrap_or_default())).collect();
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
        section.sheet #backlog data-live {
            dl.facts { dt { (visitor.say(w::BACKLOG)) } dd.number { (w::so_many(waiting, visitor.locale)) } }
            (put_aside(&web, &visitor, &aside))
        }
    };
    Ok(html(layout::page(&web, &visitor, Place::Sources, visitor.say(w::SOURCES), inside).await?))
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

fn table(web: &Web, visitor: &Visitor, rows: &[(&SourceStatus, Coverage)], window: Interval) -> Markup {
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
                    @for (source, coverage) in rows {
                        tr {
                            td.row {
                                strong { (source.name) }
                                div.small.muted {
                                    (w::platform(source.platform, visitor.locale)) @for title in topics(web, &source.name) { " · " (title) }
                                }
                            }
                            td {
                                (show::source_state(visitor, source))
                                @if source.failures > 0 { div.small.muted { (visitor.say(w::FAILURES)) " " (number(source.failures)) } }
                                @if !source.detail.is_empty() { div.small { (source.detail) } }
                            }
                            td.wide.row { (show::coverage_bar(visitor, coverage, window, begin(source, coverage, window))) }
                            td.small {
                                (key(w::LAST_HEARD))
                                @match source.heard_at { Some(at) => (show::ago(visitor, at, zone)), None => (visitor.say(w::NEVER)) }
                            }
                            td.small { (key(w::NEXT_DUE)) (next(web, visitor, source)) }
                        }
                    }
                }
            }
        }
    }
}

/// From when on a source should have been heard: a source is not to blame for the time before its first page.
fn begin(source: &SourceStatus, coverage: &Coverage, window: Interval) -> Timestamp {
    let heard = coverage.intervals().first().map(|interval| interval.from);
    source.first_at.into_iter().chain(heard).min().unwrap_or(window.from)
}

fn next(web: &Web, visitor: &Visitor, source: &SourceStatus) -> Markup {
    html! {
        @if source.due_at.timestamp_millis() == 0 {
            @if source.state == SourceState::New { "–" } @else { (visitor.say(w::BY_ITSELF)) }
        } @else { (show::ago(visitor, source.due_at, web.live.config().zone)) }
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
