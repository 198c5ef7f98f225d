//! `GET /corrections`: what people said of the labels, and how far they agree with the models, by week.

use axum::extract::{Query, State};
use chrono::Duration;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::correction::{self as c, address};
use super::super::layout::{self, Place};
use super::super::mention::plain;
use super::super::show;
use super::super::words as w;
use super::super::{Shared, Visitor, Web};
use super::mentions::select;
use super::{Page, html};
use crate::domain::{Aspect, Correction, TopicName};
use crate::report::{Drift, drift};
use crate::store::CorrectionFilter;

const PAGE: i64 = 50;
/// How many weeks are told.
const WEEKS: i64 = 12;
/// How much of a text a line shows, in characters.
const SHOWN: usize = 120;

/// What was asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Asked {
    topic: String,
    aspect: String,
    differing: String,
    page: String,
}

impl Asked {
    fn filter(&self) -> CorrectionFilter {
        CorrectionFilter {
            topic: TopicName::new(self.topic.as_str()),
            aspect: Aspect::find(&self.aspect),
            last_words: true,
            differing: !self.differing.is_empty(),
        }
    }

    fn page(&self) -> i64 {
        self.page.parse::<i64>().unwrap_or(1).clamp(1, 10_000)
    }

    fn at(&self, page: i64) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        let pairs = [("topic", &self.topic), ("aspect", &self.aspect), ("differing", &self.differing), ("page", &page)];
        show::address("/corrections", &pairs.map(|(key, value)| (key, value.as_str())))
    }
}

pub(in crate::web) async fn get(State(web): State<Shared>, visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    let filter = asked.filter();
    let mut found = web.store.corrections(&filter, PAGE + 1, (asked.page() - 1) * PAGE).await?;
    let more = found.len() as i64 > PAGE;
    found.truncate(PAGE as usize);
    let said = web.store.said(filter.topic.as_ref(), visitor.now - Duration::weeks(WEEKS)).await?;
    let weeks = drift(&said, web.live.config().zone);
    let inside = html! {
        div.head { div {
            div.crumb { a href="/mentions" { (visitor.say(w::MENTIONS)) } }
            h1 { (visitor.say(c::CORRECTIONS)) }
            p.about { (visitor.say(c::CORRECTIONS_ABOUT)) }
        } }
        form.sheet method="get" action="/corrections" { (filters(&web, &visitor, &asked)) }
        @if !weeks.is_empty() {
            section.sheet #drift data-live {
                h2 { (visitor.say(c::DRIFT)) }
                p.small.muted { (visitor.say(c::DRIFT_ABOUT)) }
                (drift_table(&visitor, &weeks))
            }
        }
        section.sheet #corrections data-live { (table(&web, &visitor, &found)) }
        nav.pages {
            @if asked.page() > 1 { a.button rel="prev" href=(asked.at(asked.page() - 1)) { "‹ " (visitor.say(w::FORMER_PAGE)) } } @else { span {} }
            @if more { a.button rel="next" href=(asked.at(asked.page() + 1)) { (visitor.say(w::NEXT_PAGE)) " ›" } }
        }
    };
    Ok(html(layout::page(&web, &visitor, Place::Mentions, visitor.say(c::CORRECTIONS), inside).await?))
}

fn filters(web: &Web, visitor: &Visitor, asked: &Asked) -> Markup {
    let topics = show::topics(web).into_iter().map(|topic| (topic.name.as_str().to_owned(), topic.title));
    let aspects = Aspect::ALL.iter().map(|one| (one.as_str().to_owned(), c::aspect(visitor, *one).to_owned()));
    html! {
        div.filters {
            (select(visitor, "topic", w::TOPIC, w::ANY, &asked.topic, topics))
            (select(visitor, "aspect", c::WHICH, w::ANY, &asked.aspect, aspects))
            label.check {
                input type="checkbox" name="differing" value="1" checked[!asked.differing.is_empty()];
                (visitor.say(c::DIFFERING))
            }
            div.actions { button.first type="submit" { (visitor.say(w::APPLY)) } }
        }
    }
}

fn drift_table(visitor: &Visitor, weeks: &[Drift]) -> Markup {
    let key = |texts: w::Texts| html! { span.key { (visitor.say(texts)) } };
    let heads = [c::WEEK, c::WHICH, w::LANGUAGE, c::BY_MODEL, c::AGREED, c::CONFIRMED, c::CORRECTED, c::ANSWERED];
    html! {
        table.cards-table {
            thead { tr { @for head in heads { th scope="col" { (visitor.say(head)) } } } }
            tbody {
                @for line in weeks {
                    tr {
                        td.nowrap { (c::week(line.week, visitor.locale)) }
                        td { (c::aspect(visitor, line.aspect)) }
                        td { (w::language(line.language, visitor.locale)) }
                        td.small { (key(c::BY_MODEL)) code { (line.model) } }
                        td.number { (key(c::AGREED)) @match line.share() { Some(share) => (format!("{:.0}%", share * 100.0)), None => "–" } }
                        td.number { (key(c::CONFIRMED)) (line.confirmed) }
                        td.number { (key(c::CORRECTED)) (line.corrected) }
                        td.number { (key(c::ANSWERED)) (line.answered) }
                    }
                }
            }
        }
    }
}

fn table(web: &Web, visitor: &Visitor, found: &[Correction]) -> Markup {
    let zone = web.live.config().zone;
    html! {
        @if found.is_empty() { (show::empty(visitor.say(c::NOTHING_SAID), visitor.say(c::NOTHING_SAID_ABOUT))) }
        @else {
            table.cards-table {
                thead { tr {
                    th scope="col" { (visitor.say(w::TITLE)) } th scope="col" { (visitor.say(c::WHICH)) }
                    th scope="col" { (visitor.say(c::BY_MODEL)) " → " (visitor.say(c::BY_PERSON)) }
                    th scope="col" { (visitor.say(c::CORRECTED)) } th scope="col" { (visitor.say(w::STATE)) }
                } }
                tbody { @for one in found { tr {
                    td.row {
                        a href=(address(&one.mention)) dir="auto" {
                            @if one.text.is_empty() { (visitor.say(w::REMOVED_TEXT)) } @else { (short(&one.text)) }
                        }
                    }
                    td { (c::aspect(visitor, one.said.aspect())) }
                    td { (c::was_and_said(visitor, one)) }
                    td.small { bdi { (plain(&one.by)) } " · " (show::time(visitor, one.at, zone)) }
                    td.small { (c::state(visitor, one.state)) }
                } } }
            }
        }
    }
}

/// The first characters of a text, in one line.
fn short(text: &str) -> String {
    let line = plain(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
