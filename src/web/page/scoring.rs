//! The other scorer on the sources page: how it fares, and what it did today.

use maud::{Markup, html};

use super::super::show;
use super::super::words as w;
use super::super::{Visitor, Web};
use crate::alert::words::number;
use crate::store::{self, ScorerState};

/// Nothing where our own models judge alone.
pub(super) async fn section(web: &Web, visitor: &Visitor) -> Result<Markup, store::Error> {
    let config = web.live.config();
    let Some(settings) = &config.scorer else { return Ok(html! {}) };
    let (name, day) = (settings.name(), visitor.now.with_timezone(&config.zone).date_naive().to_string());
    let (fares, today) = (web.store.scorer_state(&name).await?, web.store.scorer_day(&name, &day).await?);
    let of = |most: Option<i64>| most.map(|most| format!(" / {}", number(most))).unwrap_or_default();
    let budget = settings.budget();
    Ok(html! {
        section.sheet #scorer data-live {
            h2 { (visitor.say(w::SCORER)) " " span.small.muted { (name) } }
            dl.facts {
                dt { (visitor.say(w::STATE)) }
                dd {
                    @match &fares {
                        None => span.sign.plain { (visitor.say(w::SCORER_NEW)) },
                        Some(fares) => {
                            @let (class, word) = match fares.state {
                                ScorerState::Well => ("good", w::SCORER_WELL),
                                ScorerState::Failing => ("bad", w::SCORER_FAILING),
                                ScorerState::Spent => ("warn", w::SCORER_SPENT),
                            };
                            span class={ "sign " (class) } { (visitor.say(word)) } " "
                            (show::ago(visitor, fares.since, config.zone))
                            @if !fares.detail.is_empty() { div.small { (fares.detail) } }
                        }
                    }
                }
                @if let Some(budget) = budget {
                    dt { (visitor.say(w::SCORER_REQUESTS)) }
                    dd.number { (number(today.requests)) (of(Some(budget.requests))) }
                    dt { (visitor.say(w::SCORER_TEXTS)) }
                    dd.number { (number(today.texts)) (of(budget.texts)) }
                    dt { (visitor.say(w::SCORER_REMEMBERED)) }
                    dd.number { (number(today.remembered)) }
                }
                dt { (visitor.say(w::SCORER_FELL_BACK)) }
                dd.number { (number(today.fell_back)) }
            }
        }
    })
}
