//! `GET /topic/{name}/query`: a topic's query, changed and tried on the newest posts before it is trusted.

use std::ops::Range;
use std::sync::Arc;

use axum::extract::{Path, Query as Asking, State};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::error::Failure;
use super::super::layout::{self, Place};
use super::super::mention::plain;
use super::super::show;
use super::super::words as w;
use super::super::{Shared, Visitor};
use super::{Page, html};
use crate::config::Topic;
use crate::domain::TopicName;
use crate::pipeline::{EACH, Tried, tried};
use crate::query::{QueryMistake, Tally};

/// Posts that are looked at, and matches that are shown.
const NEWEST: i64 = 2_000;
const SHOWN: usize = 20;
/// Clauses that are shown of each kind.
const CLAUSES: usize = 10;
/// Characters of a query that a page can ask for; a longer one is tried with `hearken preview`.
const LONGEST: usize = 5_000;
/// Characters around the words of a post.
const AROUND: usize = 40;

/// What was asked.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    query: String,
}

pub(in crate::web) async fn get(
    State(web): State<Shared>,
    visitor: Visitor,
    Path(name): Path<String>,
    Asking(asked): Asking<Asked>,
) -> Page {
    let name = TopicName::new(name).ok_or(Failure::NotFound)?;
    let topic = web.live.config().topic(&name).cloned().ok_or(Failure::NotFound)?;
    let asked = asked.query.replace("\r\n", "\n");
    let text = if asked.trim().is_empty() { topic.query.source().trim().to_owned() } else { asked };
    let found = match topic.read_query(&text) {
        Err(mistakes) => Err(mistakes),
        Ok(query) => {
            let judge = match query.asks_for_judgement() {
                true => Some(web.live.judge().map_err(|mistake| Failure::Inside(anyhow::anyhow!("{mistake}")))?),
                false => None,
            };
            let found = tried(&web.store, &topic, &query, judge.as_deref(), NEWEST, SHOWN).await;
            Ok((found.map_err(Failure::Inside)?, query.lints().to_vec()))
        }
    };
    let inside = page(&visitor, &topic, &text, &found);
    let title = format!("{} · {}", visitor.say(w::TRY_QUERY), topic.title);
    Ok(html(layout::page(&web, &visitor, Place::Overview, &title, inside).await?))
}

type Found = Result<(Tried, Vec<QueryMistake>), Vec<QueryMistake>>;

fn page(visitor: &Visitor, topic: &Arc<Topic>, text: &str, found: &Found) -> Markup {
    let path = format!("/topic/{}", topic.name);
    let rows = (text.lines().count() + 1).clamp(4, 16);
    html! {
        div.head { div {
            div.crumb { a href="/" { (visitor.say(w::OVERVIEW)) } " › " a href=(path) { (topic.title) } }
            h1 { (visitor.say(w::TRY_QUERY)) }
        } }
        section.sheet {
            form method="get" action={ (path) "/query" } {
                label for="query" { (visitor.say(w::QUERY)) }
                textarea #query name="query" rows=(rows) maxlength=(LONGEST) spellcheck="false" autocapitalize="off" { (text) }
                div.actions { button.first type="submit" { (visitor.say(w::TRY)) } }
            }
            p.small.muted { (visitor.say(w::TRY_ABOUT)) " " code { "hearken preview " (topic.name) " --query '…' --write" } }
        }
        @match found {
            Err(mistakes) => section.sheet { h2 { (visitor.say(w::QUERY_MISTAKES)) } (told(mistakes)) },
            Ok((tried, warnings)) => {
                @if !warnings.is_empty() { section.sheet { h2 { (visitor.say(w::QUERY_WARNINGS)) } (told(warnings)) } }
                (outcome(visitor, tried))
            }
        }
    }
}

/// Mistakes with the place underlined.
fn told(mistakes: &[QueryMistake]) -> Markup {
    html! { @for mistake in mistakes {
        p { b { (mistake.line) ":" (mistake.column) } " " (mistake.message) }
        pre.query { (mistake.excerpt) }
        @if !mistake.hint.is_empty() { p.small.muted { (mistake.hint) } }
    } }
}

fn outcome(visitor: &Visitor, tried: &Tried) -> Markup {
    let trial = &tried.trial;
    html! {
        p.told { (w::tried(trial.matched, trial.looked_at, tried.new, tried.lost, visitor.locale)) }
        div.halves {
            (clauses(visitor, tried, w::TRIED_BROUGHT, &trial.brought))
            (clauses(visitor, tried, w::TRIED_REMOVED, &trial.removed))
        }
        (clauses(visitor, tried, w::TRIED_NEAR, &trial.near))
        section.sheet {
            h2 { (visitor.say(w::TRIED_MATCHES)) }
            @if tried.matched.is_empty() { p.muted { (visitor.say(w::TRIED_NOTHING)) } }
            @for (number, places) in &tried.matched { (excerpt(tried, *number, places)) }
        }
    }
}

fn clauses(visitor: &Visitor, tried: &Tried, title: w::Texts, tallies: &[Tally]) -> Markup {
    html! { @if !tallies.is_empty() { section.sheet {
        h2 { (visitor.say(title)) }
        @for tally in tallies.iter().take(CLAUSES) {
            p { b { (tally.count) } " " code { (tally.clause) } }
            @for number in tally.first.iter().take(EACH) {
                @if let Some(places) = tried.near.get(number) { (excerpt(tried, *number, places)) }
            }
        }
    } } }
}

/// A text around its first word, with the words marked; it leads to the post where it is a stored one.
fn excerpt(tried: &Tried, number: usize, places: &[Range<usize>]) -> Markup {
    let text = tried.texts.get(&number).map(String::as_str).unwrap_or_default();
    let first = places.iter().map(|place| place.start).min().unwrap_or(0);
    let before = text.get(..first).unwrap_or_default();
    let from = before.char_indices().rev().nth(AROUND).map_or(0, |(at, _)| at);
    let to =
        text.get(first..).unwrap_or_default().char_indices().nth(AROUND * 4).map_or(text.len(), |(at, _)| first + at);
    let mut order: Vec<&Range<usize>> = places.iter().filter(|place| place.start >= from && place.end <= to).collect();
    order.sort_by_key(|place| (place.start, place.end));
    let mut parts = Vec::new();
    let mut at = from;
    for place in order.into_iter().filter(|place| !place.is_empty()) {
        if place.start >= at {
            parts.push((at..place.start, false));
            parts.push((place.clone(), true));
            at = place.end;
        }
    }
    parts.push((at..to, false));
    html! {
        p.small {
            @if from > 0 { "…" }
            @for (range, is_word) in parts {
                @let part = plain(text.get(range).unwrap_or_default());
                @if is_word { mark.query { (part) } } @else { (part) }
            }
            @if to < text.len() { "…" }
            @if let Some(mention) = tried.mentions.get(&number) {
                " " a href=(show::address("/mentions", &[("story", mention.story.as_str())])) { "→" }
            }
        }
    }
}
