//! `GET /mention/{id}/ticket`: one mention, and the form that opens a ticket from it, for who has not told a name yet.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use maud::html;
use serde::Deserialize;

use super::super::act::Act;
use super::super::error::Failure;
use super::super::layout::{self, Place};
use super::super::mention::ticket_address;
use super::super::words as w;
use super::super::{Shared, Visitor};
use super::{Page, html, mentions};
use crate::domain::{MentionId, TopicName};

/// For which topic.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Asked {
    topic: String,
}

pub(in crate::web) async fn get(
    State(web): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Page {
    let id = MentionId::new(id).ok_or(Failure::NotFound)?;
    let mention = web.store.mention(&id).await?.ok_or(Failure::NotFound)?;
    let there = !web.store.tickets_of_mentions(std::slice::from_ref(&id)).await?.is_empty();
    let can_open = !there && mention.removed_at.is_none();
    let topic = TopicName::new(asked.topic);
    let shown = mentions::cards(&web, &visitor, &[mention], topic.as_ref(), false).await?;
    let inside = html! {
        div.head { div {
            div.crumb { a href="/mentions" { (visitor.say(w::MENTIONS)) } }
            h1 { (visitor.say(w::OPEN_TICKET)) }
        } }
        section.sheet {
            (shown)
            @if can_open {
                form.actions method="post" action=(ticket_address(&id)) {
                    (layout::form_fields(&web, &visitor.here))
                    @if let Some(topic) = &topic { input type="hidden" name="topic" value=(topic); }
                    (layout::name_field(&visitor, "by"))
                    button.first type="submit" { (visitor.say(w::OPEN_TICKET)) }
                }
            }
        }
    };
    Ok(html(layout::page(&web, &visitor, Place::Mentions, visitor.say(w::OPEN_TICKET), inside).await?))
}

/// `POST /mention/{id}/ticket`.
pub(in crate::web) async fn open_ticket(
    State(web): State<Shared>,
    Path(id): Path<String>,
    act: Act,
) -> Result<Response, Failure> {
    let id = MentionId::new(id).ok_or(Failure::NotFound)?;
    let topic = TopicName::new(act.text("topic"));
    let opened = web.desk.open_ticket_from_mention(&id, topic.as_ref(), &act.by).await?;
    let ticket = format!("/ticket/{}", opened.ticket.number.value());
    Ok(act.done(if opened.new { "opened" } else { "there" }, Some(&ticket)))
}
