//! `GET /incident/{id}`: what happened, how it was judged, who was told, what can be done.

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::Duration;
use maud::{Markup, PreEscaped, html};

use super::super::act::Act;
use super::super::error::Failure;
use super::super::layout::{self, Place};
use super::super::show::{self, Known};
use super::super::words as w;
use super::super::{Shared, Visitor, Web};
use super::incidents::{peak, usual};
use super::overview::heard_of;
use super::topic::point;
use super::{Page, html, mentions};
use crate::alert::words::number;
use crate::chart::{Mark, Style, Usual, Volume, svg};
use crate::domain::{
    Bucket, Delivery, Incident, IncidentId, IncidentState, Interval, Locale, Moment, Observation, Ticket, Timestamp,
};

/// What is shown of the time before and after.
const BEFORE: Duration = Duration::hours(6);
const AFTER: Duration = Duration::hours(1);
/// The most points of the curve.
const POINTS: i64 = 96;

pub(in crate::web) async fn get(State(web): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Page {
    let incident = find(&web, &id).await?;
    let known = show::known_or_named(&web, &incident.topic);
    let ticket = web.store.ticket_of_incident(&incident.id).await?;
    let moments = web.store.moments(&incident.id).await?;
    let deliveries = web.store.deliveries_of(&incident.id).await?;
    let leans = web.store.leanings(&incident.topic, &incident.worst).await?;
    let mut worst = web.store.mentions_by_id(&incident.worst).await?;
    worst.retain(|mention| leans.get(&mention.id).is_none_or(|leaning| !leaning.apart));
    let worst = mentions::list(&web, &visitor, &worst, Some(&incident.topic)).await?;
    let curve = curve(&web, &visitor, &incident, &known).await?;
    let title = format!("{}{}{}", known.title, visitor.colon(), visitor.say(w::NEGATIVE_SURGE));
    let inside = html! {
        div.head {
            div {
                div.crumb {
                    a href="/incidents" { (visitor.say(w::INCIDENTS)) } " › "
                    a href={ "/topic/" (known.name) } { (known.title) }
                }
                h1 { (visitor.say(w::NEGATIVE_SURGE)) }
                div.signs #state data-live {
                    (show::severity(&visitor, incident.severity))
                    (show::incident_state(&visitor, &incident))
                    span.small.muted { (since(&visitor, &incident, &known)) }
                }
            }
        }
        section.sheet #acts data-live aria-label=(visitor.say(w::WHAT_HAPPENED)) {
            p { strong { (peak(&visitor, &incident)) } }
            (acts(&web, &visitor, &incident, ticket.as_ref()))
        }
        section.sheet #curve data-live {
            h2 { (visitor.say(w::CURVE)) span.aside { (w::zone(known.zone.name(), visitor.locale)) } }
            (PreEscaped(svg::responsive(&curve)))
        }
        div.columns {
            div {
                section.sheet #judged data-live {
                    h2 { (visitor.say(w::HOW_JUDGED)) }
                    (judged(&visitor, &incident.peak, &known))
                }
                section.sheet {
                    h2 {
                        (visitor.say(w::WORST_ORIGINALS))
                        a.aside href=(show::address("/mentions", &[("topic", known.name.as_str()), ("sentiment", "negative"), ("order", "worst"), ("period", "24h")])) { (visitor.say(w::ALL)) }
                    }
                    @if incident.worst.is_empty() { p.muted { (visitor.say(w::NO_WORST)) } }
                    (worst)
                }
            }
            div {
                section.sheet #deliveries data-live {
                    h2 { (visitor.say(w::DELIVERIES)) a.aside href="/outbox" { (visitor.say(w::PREVIEW)) } }
                    (sent(&visitor, &deliveries, &known))
                }
                section.sheet #timeline data-live {
                    h2 { (visitor.say(w::TIMELINE)) }
                    (timeline(&visitor, &moments, &known))
                }
            }
        }
    };
    Ok(html(layout::page(&web, &visitor, Place::Incidents, &title, inside).await?))
}

async fn find(web: &Web, id: &str) -> Result<Incident, Failure> {
    let id = IncidentId::new(id).ok_or(Failure::NotFound)?;
    web.store.incident(&id).await?.ok_or(Failure::NotFound)
}

fn since(visitor: &Visitor, incident: &Incident, known: &Known) -> Markup {
    html! {
        (visitor.say(w::SINCE)) " " (show::time(visitor, incident.first.start(), known.zone))
        @match incident.resolved_at {
            Some(at) => { " " (visitor.say(w::UNTIL)) " " (show::time(visitor, at, known.zone)) },
            None => { " · " (show::ago(visitor, incident.first.start(), known.zone)) },
        }
    }
}

/// One form whose buttons say what is done; a name that is not known is asked once.
fn acts(web: &Web, visitor: &Visitor, incident: &Incident, ticket: Option<&Ticket>) -> Markup {
    let here = format!("/incident/{}", incident.id);
    let over = incident.state == IncidentState::Resolved;
    let button = |act: String, class: &str, label: w::Texts| {
        let ask = (label == w::RESOLVE).then(|| visitor.say(w::ASK_RESOLVE));
        html! { button class=(class) type="submit" formaction=(act) data-ask=[ask] { (visitor.say(label)) } }
    };
    let shown = ticket.map(|ticket| {
        html! {
            a.button href={ "/ticket/" (ticket.number.value()) } { (visitor.say(w::SHOW_TICKET)) " " (ticket.number) }
        }
    });
    html! {
        @if let (true, Some(shown)) = (over, &shown) { div.actions { (shown) } }
        @else {
            form.actions method="post" action={ (here) "/ticket" } {
                (layout::form_fields(web, &here))
                input type="hidden" name="topic" value=(incident.topic);
                input type="hidden" name="minutes" value="60";
                (layout::name_field(visitor, "by"))
                @if incident.state == IncidentState::Open { (button(format!("{here}/acknowledge"), "first", w::ACKNOWLEDGE)) }
                @match shown {
                    Some(shown) => (shown),
                    None => (button(format!("{here}/ticket"), "", w::OPEN_TICKET)),
                }
                @if !over {
                    (button("/silence".to_owned(), "", w::SILENCE_HOUR))
                    (button(format!("{here}/resolve"), "", w::RESOLVE))
                }
            }
        }
    }
}

async fn curve(web: &Web, visitor: &Visitor, incident: &Incident, known: &Known) -> Result<Volume, Failure> {
    let end = incident.last.end().max(incident.peak.to.end()) + AFTER;
    let to = Bucket::of(end.min(visitor.now)).end();
    let from = Bucket::of(incident.first.start() - BEFORE).start();
    let buckets = (to - from).num_milliseconds() / Bucket::MILLIS;
    let width_ms = (buckets / POINTS + 1) * Bucket::MILLIS;
    let points = web.store.series(&known.name, from, to, width_ms).await?;
    let window = Interval { from, to };
    let coverage = web.store.coverage(&heard_of(web, known).await?, window).await?;
    let zone = known.zone;
    let mark = |at: Timestamp| Mark { at, label: at.with_timezone(&zone).format("%H:%M").to_string() };
    let ended = incident.resolved_at.filter(|at| *at < to).map(mark);
    Ok(Volume {
        title: format!("{} · {}", known.title, visitor.say(w::CURVE)),
        headline: None,
        zone,
        locale: visitor.locale,
        style: Style::Bars,
        window,
        width_ms,
        points: points.iter().map(point).collect(),
        usual: usual_line(&incident.opening, window, width_ms),
        gaps: show::gaps(&coverage, window, visitor.now),
        marks: std::iter::once(mark(incident.first.start())).chain(ended).collect(),
    })
}

/// What is usual at the hour of the incident, for one point of the curve.
fn usual_line(seen: &Observation, window: Interval, width_ms: i64) -> Vec<Usual> {
    let buckets = (seen.to.next().millis() - seen.from.millis()) / Bucket::MILLIS;
    let middle = seen.usual_negative / buckets.max(1) as f64 * (width_ms / Bucket::MILLIS) as f64;
    vec![Usual::line(window.from, middle), Usual::line(window.to, middle)]
}

/// The arithmetic of the peak, in words.
fn judged(visitor: &Visitor, seen: &Observation, known: &Known) -> Markup {
    let share = if seen.mentions > 0 { seen.negative as f64 / seen.mentions as f64 } else { 0.0 };
    let times = seen.negative as f64 / seen.usual_negative.max(0.1);
    let value = |label: String, value: String, aside: String, class: &str| {
        html! {
            div { dt.small.muted { (label) } dd class={ "value " (class) } { (value) } dd.small.muted { (aside) } }
        }
    };
    let usually = |value: String| format!("{} {value}", visitor.say(w::USUALLY));
    let negative = w::sentiment(crate::domain::Sentiment::Negative, visitor.locale).to_owned();
    html! {
        dl.versus {
            (value(negative, number(seen.negative), usually(usual(seen.usual_negative)), "negative"))
            (value(visitor.say(w::MENTIONS).to_owned(), number(seen.mentions), usually(usual(seen.usual_mentions)), ""))
            (value(visitor.say(w::NEGATIVE_SHARE).to_owned(), format!("{:.0}%", share * 100.0), usually(format!("{:.0}%", seen.usual_share * 100.0)), ""))
            (value(visitor.say(w::AUTHORS).to_owned(), number(seen.authors), String::new(), ""))
        }
        @for sentence in sentences(visitor.locale, seen, times, &stretch(visitor, seen, known)) { p { (sentence) } }
    }
}

fn stretch(visitor: &Visitor, seen: &Observation, known: &Known) -> String {
    let (from, to) = (seen.from.start().with_timezone(&known.zone), seen.to.end().with_timezone(&known.zone));
    format!("{}–{}", crate::alert::words::moment(from, visitor.locale), to.format("%H:%M"))
}

fn sentences(locale: Locale, seen: &Observation, times: f64, when: &str) -> [String; 3] {
    let (negative, expected, times) = (number(seen.negative), usual(seen.usual_negative), usual(times));
    let (count, share) = (one_in(seen.count_tail), one_in(seen.share_tail));
    let heard = format!("{:.0}%", seen.heard * 100.0);
    match locale {
        Locale::ZhTw => [
            format!(
                "{when} 這段時間觀察到 {negative} 則負面提及；以每週同一時段的歷史推估，平常約 {expected} 則，這次是平常的 {times} 倍。"
            ),
            format!(
                "若一切如常，碰巧出現這麼多則負面的機會約 {count}；碰巧有這麼高負面佔比的機會約 {share}。兩者都很不尋常，才會開成事件。"
            ),
            format!("這段時間的來源有 {heard} 確實聽到；沒聽到的時間不會當成零。"),
        ],
        Locale::ZhCn => [
            format!(
                "{when} 这段时间观察到 {negative} 条负面提及；以每周同一时段的历史推算，平时约 {expected} 条，这次是平时的 {times} 倍。"
            ),
            format!(
                "若一切如常，碰巧出现这么多条负面的机会约 {count}；碰巧有这么高负面占比的机会约 {share}。两者都很不寻常，才会开成事件。"
            ),
            format!("这段时间的来源有 {heard} 确实听到；没听到的时间不会当成零。"),
        ],
        Locale::En => [
            format!(
                "From {when} there were {negative} negative mentions. By the same hours of earlier weeks about {expected} are usual: this is {times} times as many."
            ),
            format!(
                "If nothing were wrong, so many would come about by chance {count}; so great a negative share, {share}. An incident opens only when both are unusual."
            ),
            format!("{heard} of this time was heard; what was not heard does not count as zero."),
        ],
        Locale::Ja => [
            format!(
                "{when} にネガティブな投稿が {negative} 件ありました。過去の同じ曜日・時間帯からみた通常は約 {expected} 件で、{times} 倍にあたります。"
            ),
            format!(
                "何も起きていないのに偶然これだけ集まる確率は約 {count}、偶然これだけネガティブの割合が高くなる確率は約 {share} です。両方が異常なときだけインシデントになります。"
            ),
            format!("この間の受信率は {heard} です。聞こえていない時間はゼロとして数えません。"),
        ],
    }
}

/// A chance as people say it: one in so many.
fn one_in(chance: f64) -> String {
    if chance.is_nan() || chance >= 0.5 {
        return "1/2".to_owned();
    }
    let of = 1.0 / chance.max(1e-12);
    let digits = 10f64.powi((of.log10().floor() as i32 - 1).max(0));
    let rounded = ((of / digits).round() * digits) as i64;
    if chance < 1e-9 { "< 1/1,000,000,000".to_owned() } else { format!("1/{}", number(rounded)) }
}

fn sent(visitor: &Visitor, deliveries: &[Delivery], known: &Known) -> Markup {
    html! {
        @if deliveries.is_empty() { p.muted { (visitor.say(w::NO_DELIVERIES)) } }
        ul.plain.stack {
            @for delivery in deliveries {
                li {
                    div.signs { (show::delivery_state(visitor, delivery.state)) strong { (delivery.receiver) } }
                    div.small.muted {
                        (show::time(visitor, delivery.sent_at.unwrap_or(delivery.due_at), known.zone))
                        @if delivery.attempts > 1 { " · " (visitor.say(w::ATTEMPTS)) " " (delivery.attempts) }
                        @if !delivery.error.is_empty() { " · " (delivery.error) }
                    }
                }
            }
        }
    }
}

fn timeline(visitor: &Visitor, moments: &[Moment], known: &Known) -> Markup {
    html! {
        ol.line {
            @for moment in moments {
                li.machine[moment.by.is_empty()] {
                    div {
                        strong { (w::happening(&moment.what, visitor.locale)) }
                        @if !moment.by.is_empty() { " · " bdi { (moment.by) } }
                    }
                    div.small.muted { (show::time(visitor, moment.at, known.zone)) }
                    @if !moment.detail.is_empty() { div.small { (detail(visitor, moment, known)) } }
                }
            }
        }
    }
}

/// A silence's line begins with its end; the others are shown as they are.
fn detail(visitor: &Visitor, moment: &Moment, known: &Known) -> Markup {
    let (first, rest) = moment.detail.split_once(' ').unwrap_or((&moment.detail, ""));
    match first.parse::<Timestamp>() {
        Ok(until) => html! { (visitor.say(w::UNTIL)) " " (show::time(visitor, until, known.zone)) " " bdi { (rest) } },
        Err(_) => html! { bdi { (moment.detail) } },
    }
}

/// `POST /incident/{id}/acknowledge`.
pub(in crate::web) async fn acknowledge(
    State(web): State<Shared>,
    Path(id): Path<String>,
    act: Act,
) -> Result<Response, Failure> {
    web.desk.acknowledge(&IncidentId::new(id).ok_or(Failure::NotFound)?, &act.by).await?;
    Ok(act.done("acknowledged", None))
}

/// `POST /incident/{id}/resolve`.
pub(in crate::web) async fn resolve(
    State(web): State<Shared>,
    Path(id): Path<String>,
    act: Act,
) -> Result<Response, Failure> {
    web.desk.resolve(&IncidentId::new(id).ok_or(Failure::NotFound)?, &act.by).await?;
    Ok(act.done("resolved", None))
}

/// `POST /incident/{id}/ticket`.
pub(in crate::web) async fn open_ticket(
    State(web): State<Shared>,
    Path(id): Path<String>,
    act: Act,
) -> Result<Response, Failure> {
    let id = IncidentId::new(id).ok_or(Failure::NotFound)?;
    let opened = web.desk.open_ticket_from_incident(&id, &act.by).await?;
    let ticket = format!("/ticket/{}", opened.ticket.number.value());
    Ok(act.done(if opened.new { "opened" } else { "there" }, Some(&ticket)))
}

#[cfg(test)]
mod tests {
    use super::one_in;

    #[test]
    fn a_chance_is_said_as_one_in_so_many() {
        assert_eq!(one_in(0.01), "1/100");
        assert_eq!(one_in(1.0 / 34_567.0), "1/35,000");
        assert_eq!(one_in(1e-20), "< 1/1,000,000,000");
        assert_eq!(one_in(0.9), "1/2");
    }
}
