//! `GET /share/{kind}/{name}`: topics beside each other: how much of all talk is about each, and how it leans.

use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::error::Failure;
use super::super::layout::{self, Place};
use super::super::period::{Period, picker};
use super::super::show::{self, Known};
use super::super::words as w;
use super::super::{Shared, Visitor, Web};
use super::html;
use crate::alert::words::number;
use crate::domain::{GroupName, Interval, TopicName};
use crate::store::Tally;

/// What was asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Asked {
    period: String,
    format: String,
}

/// What is compared.
struct Compared {
    title: String,
    topics: Vec<Known>,
    path: String,
}

/// One topic's part.
struct Row {
    known: Known,
    now: Tally,
    before: Tally,
}

pub(in crate::web) async fn get(
    State(web): State<Shared>,
    visitor: Visitor,
    Path((kind, name)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let compared = compared(&web, &kind, &name).ok_or(Failure::NotFound)?;
    let period = Period::of(&asked.period);
    let zone = compared.topics.first().map_or(web.live.config().zone, |known| known.zone);
    let window = period.window(visitor.now, zone);
    let mut rows = Vec::new();
    for known in &compared.topics {
        rows.push(Row::read(&web, known, window, period.before(window)).await?);
    }
    if asked.format == "csv" {
        let name = format!("attachment; filename=\"share-{}.csv\"", period.as_str());
        let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
        return Ok((headers, csv(&rows)?).into_response());
    }
    let title = format!("{} · {}", visitor.say(w::SHARE_OF_VOICE), compared.title);
    let inside = page(&visitor, &compared, period, &rows);
    Ok(html(layout::page(&web, &visitor, Place::Overview, &title, inside).await?).into_response())
}

/// A group of the configuration, or a topic with its competitors.
fn compared(web: &Web, kind: &str, name: &str) -> Option<Compared> {
    let config = web.live.config();
    let known =
        |names: &[TopicName]| -> Vec<Known> { names.iter().filter_map(|name| show::known(web, name)).collect() };
    if kind == "group" {
        let name = GroupName::new(name)?;
        let group = config.groups.iter().find(|group| group.name == name)?;
        let path = format!("/share/group/{name}");
        return Some(Compared { title: group.title.clone(), topics: known(&group.topics), path });
    }
    if kind != "topic" {
        return None;
    }
    let topic = config.topic(&TopicName::new(name)?)?.clone();
    let names: Vec<TopicName> = std::iter::once(&topic.name).chain(&topic.competitors).cloned().collect();
    Some(Compared { title: topic.title.clone(), topics: known(&names), path: format!("/share/topic/{}", topic.name) })
}

impl Row {
    async fn read(web: &Web, known: &Known, window: Interval, before: Interval) -> Result<Self, Failure> {
        Ok(Self {
            now: web.store.tally(&known.name, window.from, window.to).await?,
            before: web.store.tally(&known.name, before.from, before.to).await?,
            known: known.clone(),
        })
    }
}

fn page(visitor: &Visitor, compared: &Compared, period: Period, rows: &[Row]) -> Markup {
    let all: i64 = rows.iter().map(|row| row.now.mentions).sum();
    let before: i64 = rows.iter().map(|row| row.before.mentions).sum();
    html! {
        div.head {
            div {
                div.crumb { a href="/" { (visitor.say(w::OVERVIEW)) } " › " (visitor.say(w::SHARE_OF_VOICE)) }
                h1 { (compared.title) }
                p.about.small { (visitor.say(w::SHARE_ABOUT)) }
            }
            (picker(visitor, &compared.path, period))
        }
        section.sheet #share data-live {
            table.cards-table {
                thead { tr {
                    th { (visitor.say(w::TOPIC)) }
                    th { (visitor.say(w::SHARE_OF_VOICE)) }
                    th { (visitor.say(w::MENTIONS)) }
                    th { (visitor.say(w::SENTIMENT)) }
                } }
                tbody { @for row in rows { tr {
                    td.row { a href={ "/topic/" (row.known.name) "?period=" (period.as_str()) } { (row.known.title) } }
                    td {
                        strong { (show::percent(row.now.mentions, all)) }
                        " " span.small.muted { (visitor.say(w::FORMER)) " " (show::percent(row.before.mentions, before)) }
                    }
                    td { (number(row.now.mentions)) " " span.small.muted { (visitor.say(w::FORMER)) " " (number(row.before.mentions)) } }
                    td.wide { (show::leanings(visitor, row.now)) }
                } } }
            }
        }
        p { a.button href=(show::address(&compared.path, &[("period", period.as_str()), ("format", "csv")])) { "CSV" } }
    }
}

fn csv(rows: &[Row]) -> Result<Vec<u8>, Failure> {
    let inside = |error: csv::Error| Failure::Inside(error.into());
    let all: i64 = rows.iter().map(|row| row.now.mentions).sum();
    let mut out = csv::Writer::from_writer(vec![0xEF, 0xBB, 0xBF]);
    out.write_record(["topic", "mentions", "share", "negative", "neutral", "positive", "unsure", "mentions_before"])
        .map_err(inside)?;
    for row in rows {
        let share = if all == 0 { String::new() } else { format!("{:.4}", row.now.mentions as f64 / all as f64) };
        let now = row.now;
        let counts = [now.negative, now.neutral, now.positive, now.unsure, row.before.mentions].map(|n| n.to_string());
        let first = [row.known.name.to_string(), now.mentions.to_string(), share];
        out.write_record(first.iter().chain(&counts)).map_err(inside)?;
    }
    out.into_inner().map_err(|error| Failure::Inside(anyhow::anyhow!("{error}")))
}
