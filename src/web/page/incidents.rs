//! `GET /incidents`: what goes on, and what went on.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::layout::{self, Place};
use super::super::show::{self, Known};
use super::super::words as w;
use super::super::{Shared, Visitor, Web};
use super::{Page, html};
use crate::alert::words::number;
use crate::domain::{Incident, IncidentState, TopicName};
use crate::store::IncidentFilter;

const LIMIT: i64 = 100;

/// What was asked.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    all: String,
    #[serde(default)]
    topic: String,
}

pub(in crate::web) async fn get(State(web): State<Shared>, visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    let all = !asked.all.is_empty();
    let topic = TopicName::new(asked.topic);
    let filter = IncidentFilter { topic: topic.clone(), unresolved_only: !all, ..IncidentFilter::default() };
    let incidents = web.store.incidents(&filter, LIMIT, 0).await?;
    let of = topic.as_ref().map_or("", TopicName::as_str);
    let inside = html! {
        div.head {
            h1 { (visitor.say(w::INCIDENTS)) @if let Some(topic) = &topic { " · " (show::known_or_named(&web, topic).title) } }
            nav.tabs {
                a href=(show::address("/incidents", &[("topic", of)])) aria-current=[(!all).then_some("true")] { (visitor.say(w::GOING_ON)) }
                a href=(show::address("/incidents", &[("all", "1"), ("topic", of)])) aria-current=[all.then_some("true")] { (visitor.say(w::ALL)) }
            }
        }
        div #incidents data-live {
            @for incident in &incidents { (card(&web, &visitor, incident)) }
            @if incidents.is_empty() {
                div.sheet {
                    @if all { (show::empty(visitor.say(w::NO_INCIDENTS), visitor.say(w::CALM))) }
                    @else { (show::empty(visitor.say(w::NO_OPEN_INCIDENTS), visitor.say(w::CALM))) }
                }
            }
        }
    };
    Ok(html(layout::page(&web, &visitor, Place::Incidents, visitor.say(w::INCIDENTS), inside).await?))
}

/// An incident in a list: what, whose, since when, how much against what is usual, and the two first acts.
pub(in crate::web) fn card(web: &Web, visitor: &Visitor, incident: &Incident) -> Markup {
    let Known { title, zone, name } = show::known_or_named(web, &incident.topic);
    let over = incident.state == IncidentState::Resolved;
    let class = if over { "resolved" } else { incident.severity.as_str() };
    let here = format!("/incident/{}", incident.id);
    html! {
        article class={ "sheet incident " (class) } {
            div.top {
                (show::severity(visitor, incident.severity))
                (show::incident_state(visitor, incident))
                span.small.muted { (show::time(visitor, incident.first.start(), zone)) " · " (show::ago(visitor, incident.first.start(), zone)) }
            }
            h3 { a href=(here) { (title) (visitor.colon()) (visitor.say(w::NEGATIVE_SURGE)) } }
            p { (peak(visitor, incident)) }
            div.actions {
                a.button href=(here) { (visitor.say(w::WHAT_HAPPENED)) }
                a.button href=(show::address("/mentions", &[("topic", name.as_str()), ("sentiment", "negative")])) { (visitor.say(w::SEE_MENTIONS)) }
                @if incident.state == IncidentState::Open && visitor.name.is_some() {
                    form method="post" action={ (here) "/acknowledge" } {
                        (layout::form_fields(web, &visitor.here))
                        button.first type="submit" { (visitor.say(w::ACKNOWLEDGE)) }
                    }
                }
            }
        }
    }
}

/// `31 negative in 30 min, usually about 1.4`.
pub(in crate::web) fn peak(visitor: &Visitor, incident: &Incident) -> Markup {
    use crate::domain::Locale;
    let seen = &incident.peak;
    let span = w::length(seen.to.end() - seen.from.start(), visitor.locale);
    let (negative, authors, usual) = (number(seen.negative), number(seen.authors), usual(seen.usual_negative));
    let text = match visitor.locale {
        Locale::ZhTw => format!("最高峰 {span}內有 {negative} 則負面（{authors} 位作者），平常約 {usual} 則。"),
        Locale::ZhCn => format!("最高峰 {span}内有 {negative} 条负面（{authors} 位作者），平时约 {usual} 条。"),
        Locale::En => format!("At its peak {negative} negative in {span} by {authors} authors; usually about {usual}."),
        Locale::Ja => format!("ピークは {span}で {negative} 件のネガティブ（{authors} 人）、通常は約 {usual} 件。"),
    };
    html! { (text) }
}

/// A usual number: with a digit behind the point where that tells something.
pub(in crate::web) fn usual(value: f64) -> String {
    let tenths = (value * 10.0).round();
    if value >= 10.0 || tenths % 10.0 == 0.0 { number(value.round() as i64) } else { format!("{:.1}", tenths / 10.0) }
}

#[cfg(test)]
mod tests {
    use super::usual;

    #[test]
    fn a_usual_number_has_a_digit_behind_the_point_only_where_that_tells_something() {
        assert_eq!(
            [usual(9.0), usual(1.44), usual(0.04), usual(17.6), usual(1234.0)],
            ["9", "1.4", "0", "18", "1,234"]
        );
    }
}
