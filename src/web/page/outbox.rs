//! `GET /outbox`: what is told to whom, in the words it reads there; silences.

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chrono::Duration;
use maud::{Markup, html};

use super::super::act::Act;
use super::super::error::Failure;
use super::super::layout::{self, Place};
use super::super::mention::web_address;
use super::super::show::{self, Known};
use super::super::words as w;
use super::super::{Shared, Visitor, Web};
use super::{Page, html};
use crate::alert::words::number;
use crate::alert::{Line, Script, Span, compose};
use crate::chart::alert_png;
use crate::domain::{Alert, AlertId, Delivery, DeliveryState, Silence, SilenceId, TopicName};

const LIMIT: i64 = 60;

pub(in crate::web) async fn get(State(web): State<Shared>, visitor: Visitor) -> Page {
    let deliveries = web.store.latest_deliveries(LIMIT).await?;
    let mut told: Vec<(Alert, Vec<Delivery>)> = Vec::new();
    for delivery in deliveries {
        match told.iter_mut().find(|(alert, _)| alert.id == delivery.alert) {
            Some((_, of)) => of.push(delivery),
            None => {
                if let Some(alert) = web.store.alert(&delivery.alert).await? {
                    told.push((alert, vec![delivery]));
                }
            }
        }
    }
    let counts = web.store.count_deliveries().await?;
    let silences = web.store.silences(visitor.now).await?;
    let inside = html! {
        div.head { div { h1 { (visitor.say(w::OUTBOX)) } p.about { (visitor.say(w::OUTBOX_ABOUT)) } } }
        dl.tiles #counts data-live { (tiles(&visitor, &counts)) }
        div.columns {
            div #told data-live {
                @if told.is_empty() { div.sheet { (show::empty(visitor.say(w::NO_OUTBOX), visitor.say(w::NO_OUTBOX_ABOUT))) } }
                @for (alert, deliveries) in &told { (one(&web, &visitor, alert, deliveries)) }
            }
            section.sheet {
                h2 { (visitor.say(w::SILENCES)) }
                ul.plain.stack {
                    @for silence in &silences { li { (silence_line(&web, &visitor, silence)) } }
                }
                @if silences.is_empty() { p.muted { (visitor.say(w::NO_SILENCE)) } }
                br;
                p.small.muted { (visitor.say(w::SILENCES_ABOUT)) }
                (silence_form(&web, &visitor, None))
            }
        }
    };
    Ok(html(layout::page(&web, &visitor, Place::Outbox, visitor.say(w::OUTBOX), inside).await?))
}

fn tiles(visitor: &Visitor, counts: &[(DeliveryState, i64)]) -> Markup {
    let of = |state| counts.iter().find(|(one, _)| *one == state).map_or(0, |(_, count)| *count);
    let states = [DeliveryState::Sent, DeliveryState::Waiting, DeliveryState::Silenced, DeliveryState::Failed];
    html! {
        @for state in states {
            @let count = of(state);
            div class=(if state == DeliveryState::Failed && count > 0 { "tile bad" } else { "tile" }) {
                dt { (w::delivery_state(state, visitor.locale)) }
                dd.value { (number(count)) }
            }
        }
    }
}

/// One alert with its deliveries, and as each language of its receivers reads it.
fn one(web: &Web, visitor: &Visitor, alert: &Alert, deliveries: &[Delivery]) -> Markup {
    let config = web.live.config();
    let zone = alert.zone.parse().unwrap_or(config.zone);
    let mut locales = Vec::new();
    for delivery in deliveries {
        let locale = config.receiver(&delivery.receiver).map_or(config.locale, |receiver| receiver.locale);
        if !locales.contains(&locale) {
            locales.push(locale);
        }
    }
    html! {
        article.sheet {
            h2 {
                a href={ "/incident/" (alert.incident.id) } { (alert.title) (visitor.colon()) (w::happening(alert.news.as_str(), visitor.locale)) }
                span.aside { (show::time(visitor, alert.at, zone)) }
            }
            ul.plain.stack {
                @for delivery in deliveries { li { (line(web, visitor, delivery, zone)) } }
            }
            br;
            div.letters { @for locale in locales {
                details.more id={ "as-" (alert.id) "-" (locale.as_str()) } open {
                    summary { (visitor.say(w::PREVIEW)) " (" (locale.as_str()) ")" }
                    div.letter lang=(locale.as_str()) {
                        @if !alert.curve.points.is_empty() {
                            img src={ "/alert/" (alert.id) "/picture.png" } alt="" width="936" height="540";
                        }
                        (script(&compose(alert, locale)))
                    }
                }
            } }
        }
    }
}

fn line(web: &Web, visitor: &Visitor, delivery: &Delivery, zone: chrono_tz::Tz) -> Markup {
    let config = web.live.config();
    html! {
        div.signs {
            (show::delivery_state(visitor, delivery.state))
            strong { (delivery.receiver) }
            span.small.muted {
                @match config.receiver(&delivery.receiver) {
                    Some(receiver) => (receiver.channel.word()),
                    None => (visitor.say(w::GONE_RECEIVER)),
                }
                " · "
                @if delivery.state == DeliveryState::Waiting { (visitor.say(w::DUE)) " " }
                (show::time(visitor, delivery.sent_at.unwrap_or(delivery.due_at), zone))
                @if delivery.attempts > 1 { " · " (visitor.say(w::ATTEMPTS)) " " (delivery.attempts) }
            }
        }
        @if !delivery.error.is_empty() { div.small { (delivery.error) } }
    }
}

/// A message as a chat would show it.
fn script(script: &Script) -> Markup {
    html! {
        @for (place, line) in script.0.iter().enumerate() {
            @match line {
                Line::Words(spans) => {
                    // A quote stands in a block of its own, which ends its line.
                    @if place > 0 && !matches!(script.0.get(place - 1), Some(Line::Quote(_))) { "\n" }
                    @for span in spans { (piece(span)) }
                },
                Line::Quote(text) => blockquote dir="auto" { (super::super::mention::plain(text)) },
            }
        }
    }
}

fn piece(span: &Span) -> Markup {
    html! {
        @match span {
            Span::Text(text) => (text),
            Span::Strong(text) => strong { (text) },
            Span::Link { text, url } => {
                @match web_address(url) {
                    Some(url) => a href=(url) rel="noopener noreferrer nofollow external" target="_blank" { bdi { (super::super::mention::plain(text)) } },
                    None => bdi { (super::super::mention::plain(text)) },
                }
            },
        }
    }
}

/// `GET /alert/{id}/picture.png`: the picture that an alert carries.
pub(in crate::web) async fn picture(State(web): State<Shared>, Path(id): Path<String>) -> Result<Response, Failure> {
    let id = AlertId::new(id).ok_or(Failure::NotFound)?;
    let alert = web.store.alert(&id).await?.ok_or(Failure::NotFound)?;
    let painted = tokio::task::spawn_blocking(move || alert_png(&alert, 2.0)).await;
    let png = painted.map_err(|error| Failure::Inside(error.into()))?.ok_or(Failure::NotFound)?;
    Ok(([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "private, max-age=300")], png).into_response())
}

/// A silence with its end.
pub(in crate::web) fn silence_line(web: &Web, visitor: &Visitor, silence: &Silence) -> Markup {
    let known = silence.topic.as_ref().map(|topic| show::known_or_named(web, topic));
    let zone = known.as_ref().map_or(web.live.config().zone, |known| known.zone);
    html! {
        div {
            strong { @match &known { Some(known) => (known.title), None => (visitor.say(w::ALL_TOPICS)) } }
            " · " (visitor.say(w::SILENCE)) " " (visitor.say(w::UNTIL)) " " (show::time(visitor, silence.until, zone))
        }
        div.small.muted { bdi { (silence.by) } @if !silence.reason.is_empty() { " · " bdi { (silence.reason) } } }
        div.actions {
            form method="post" action={ "/silence/" (silence.id) "/end" } {
                (layout::form_fields(web, &visitor.here))
                (layout::name_field(visitor, &format!("by-end-{}", silence.id)))
                button type="submit" { (visitor.say(w::END_NOW)) }
            }
        }
    }
}

/// The form for a silence; of one topic, or of a topic that is chosen.
pub(in crate::web) fn silence_form(web: &Web, visitor: &Visitor, topic: Option<&Known>) -> Markup {
    let lengths = [30, 60, 240, 720, 1440, 4320];
    html! {
        form.stack method="post" action="/silence" {
            (layout::form_fields(web, &visitor.here))
            div.form-line {
                @match topic {
                    Some(known) => input type="hidden" name="topic" value=(known.name);,
                    None => div.field {
                        label for="silence-topic" { (visitor.say(w::TOPIC)) }
                        select #silence-topic name="topic" {
                            @for known in show::topics(web) { option value=(known.name) { (known.title) } }
                            option value="" { (visitor.say(w::ALL_TOPICS)) }
                        }
                    },
                }
                div.field {
                    label for="silence-length" { (visitor.say(w::LENGTH)) }
                    select #silence-length name="minutes" {
                        @for minutes in lengths {
                            option value=(minutes) selected[minutes == 60] { (w::length(Duration::minutes(minutes), visitor.locale)) }
                        }
                    }
                }
                div.field {
                    label for="silence-reason" { (visitor.say(w::REASON)) " (" (visitor.say(w::OPTIONAL)) ")" }
                    input #silence-reason name="reason" maxlength="500";
                }
                (layout::name_field(visitor, "by-silence"))
                button type="submit" { (visitor.say(w::SILENCE)) }
            }
        }
    }
}

/// `POST /silence`.
pub(in crate::web) async fn silence(State(web): State<Shared>, act: Act) -> Result<Response, Failure> {
    let topic = match act.text("topic") {
        "" => None,
        name => Some(TopicName::new(name).ok_or(Failure::NotFound)?),
    };
    let minutes = act.need("minutes", |text| text.parse::<u16>().ok())?;
    let length = Duration::minutes(i64::from(minutes));
    web.desk.silence(topic.as_ref(), length, &act.by, act.text("reason")).await?;
    Ok(act.done("silenced", None))
}

/// `POST /silence/{id}/end`.
pub(in crate::web) async fn end_silence(
    State(web): State<Shared>,
    Path(id): Path<String>,
    act: Act,
) -> Result<Response, Failure> {
    web.desk.end_silence(&SilenceId::new(id).ok_or(Failure::NotFound)?, &act.by).await?;
    Ok(act.done("unsilenced", None))
}
