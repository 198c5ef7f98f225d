//! `GET /mention/{id}`: one mention, what people said of its labels, and the form to say it.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::html;

use super::super::act::Act;
use super::super::correction::{self as c, address};
use super::super::error::Failure;
use super::super::layout::{self, Place};
use super::super::show;
use super::super::words as w;
use super::super::{Shared, Visitor};
use super::{Page, html, mentions};
use crate::domain::{Aspect, Label, MentionId, Theme};

pub(in crate::web) async fn get(State(web): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Page {
    let id = MentionId::new(id).ok_or(Failure::NotFound)?;
    let mention = web.store.mention(&id).await?.ok_or(Failure::NotFound)?;
    let said = web.store.corrections_of(std::slice::from_ref(&id)).await?.remove(&id).unwrap_or_default();
    let topic = web.store.topics_of(&id).await?.into_iter().next().map(|(name, _)| name);
    let zone = topic.as_ref().map_or(web.live.config().zone, |name| show::known_or_named(&web, name).zone);
    let card = mentions::list(&web, &visitor, std::slice::from_ref(&mention), topic.as_ref()).await?;
    let themes = web.desk.known_themes(&mention, &said).await?;
    let inside = html! {
        div.head { div {
            div.crumb { a href="/mentions" { (visitor.say(w::MENTIONS)) } " › " a href="/corrections" { (visitor.say(c::CORRECTIONS)) } }
            h1 { (visitor.say(c::THE_MENTION)) }
        } }
        div.columns {
            div {
                section.sheet { (card) }
                section.sheet {
                    h2 { (visitor.say(c::SAID_SO_FAR)) span.aside { (w::zone(zone.name(), visitor.locale)) } }
                    @if said.is_empty() { p.muted { (visitor.say(c::NOTHING_SAID)) } }
                    (c::history(&visitor, &said, zone))
                }
            }
            @if mention.removed_at.is_none() {
                section.sheet { h2 { (visitor.say(c::WHAT_IS_RIGHT)) } (c::form(&web, &visitor, &mention, &said, &themes)) }
            }
        }
    };
    Ok(html(layout::page(&web, &visitor, Place::Mentions, visitor.say(c::THE_MENTION), inside).await?))
}

/// `POST /mention/{id}/correct`: `what` is `confirm`, `take-back`, `themes` (those that are ticked), `sentiment:…` or
/// `spam:…`.
pub(in crate::web) async fn post(
    State(web): State<Shared>,
    Path(id): Path<String>,
    act: Act,
) -> Result<Response, Failure> {
    let id = MentionId::new(id).ok_or(Failure::NotFound)?;
    let (what, seen) = (act.text("what"), act.text("seen"));
    let page = address(&id);
    let back = if act.text("back").is_empty() { Some(page.as_str()) } else { None };
    let label = match what {
        "confirm" => {
            web.desk.confirm(&id, Aspect::ALL, seen, &act.by).await?;
            return Ok(act.done("confirmed", back));
        }
        "take-back" => {
            web.desk.take_back(&id, &act.by).await?;
            return Ok(act.done("taken-back", back));
        }
        "themes" => {
            let themes: Option<Vec<Theme>> = act.keys_after("theme:").map(Theme::new).collect();
            themes.map(Label::themes)
        }
        other => other.split_once(':').and_then(|(aspect, word)| Label::find(Aspect::find(aspect)?, word)),
    };
    let label = label.ok_or_else(|| Failure::Bad(format!("`what` = `{what}`")))?;
    let before = web.store.mention(&id).await?.map(|mention| Label::of(label.aspect(), &mention.judgement));
    let same = before.as_ref() == Some(&label);
    web.desk.correct(&id, &[label], seen, &act.by).await?;
    Ok(act.done(if same { "confirmed" } else { "corrected" }, back))
}
