//! What several pages draw: signs, times, shares, lengths.
//!
//! In: values. Out: markup. Never: asks the store, tells something by colour alone.

use chrono::Duration;
use chrono_tz::Tz;
use maud::{Markup, html};

use super::Web;
use super::visitor::Visitor;
use super::words as w;
use crate::alert::words::{moment, number};
use crate::classify::{BuiltInTheme, built_in_themes};
use crate::config::Topic;
use crate::domain::{
    Coverage, DeliveryState, Incident, IncidentState, Interval, Platform, Priority, Sentiment, Severity, Theme,
    TicketState, Timestamp, TopicName,
};
use crate::store::{SourceState, SourceStatus, Tally};

/// A source is deaf when nothing came for so long although something was due.
const LATE: Duration = Duration::minutes(20);
/// What was not heard at the very end is not a gap yet: the next reading may bring it.
const FRESH: Duration = Duration::minutes(30);

/// A topic's title, zone and sources, also when its file is gone.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) name: TopicName,
    pub(super) title: String,
    pub(super) zone: Tz,
}

/// What is known of a topic; `None` when no file of this name is configured.
pub(super) fn known(web: &Web, name: &TopicName) -> Option<Known> {
    web.live.config().topic(name).map(|topic| of(topic))
}

fn of(topic: &Topic) -> Known {
    Known { name: topic.name.clone(), title: topic.title.clone(), zone: topic.zone }
}

/// The same, with the name for a title when the topic's file is gone.
pub(super) fn known_or_named(web: &Web, name: &TopicName) -> Known {
    known(web, name).unwrap_or_else(|| Known {
        name: name.clone(),
        title: name.as_str().to_owned(),
        zone: web.live.config().zone,
    })
}

/// All topics that are configured.
pub(super) fn topics(web: &Web) -> Vec<Known> {
    web.live.config().topics.iter().map(|topic| of(topic)).collect()
}

/// Whether a source should be heard and is not.
pub(super) fn is_deaf(source: &SourceStatus, now: Timestamp) -> bool {
    let late = source.state != SourceState::New && source.due_at + LATE < now;
    match source.state {
        SourceState::Refused | SourceState::Failing => true,
        _ if source.platform == Platform::File => false,
        _ => late && source.heard_at.is_none_or(|heard| heard + LATE < now),
    }
}

/// What was not heard, but for the last moments of a window that ends now.
pub(super) fn gaps(coverage: &Coverage, window: Interval, now: Timestamp) -> Vec<Interval> {
    let mut gaps = coverage.gaps(window);
    gaps.retain(|gap| gap.to < now || gap.to - gap.from > FRESH);
    gaps
}

/// An instant, in a zone; the whole of it when pointed at.
pub(super) fn time(visitor: &Visitor, at: Timestamp, zone: Tz) -> Markup {
    let local = at.with_timezone(&zone);
    let whole = format!("{} {}", local.format("%Y-%m-%d %H:%M:%S"), zone.name());
    html! { time.nowrap.number datetime=(at.to_rfc3339()) title=(whole) { (moment(local, visitor.locale)) } }
}

/// How long ago an instant is.
pub(super) fn ago(visitor: &Visitor, at: Timestamp, zone: Tz) -> Markup {
    let local = at.with_timezone(&zone);
    let whole = format!("{} {}", local.format("%Y-%m-%d %H:%M:%S"), zone.name());
    let minutes = (visitor.now - at).num_minutes();
    html! { time.nowrap datetime=(at.to_rfc3339()) title=(whole) { (w::ago(minutes, visitor.locale)) } }
}

/// A leaning: a shape, a colour and a word.
pub(super) fn sentiment(visitor: &Visitor, sentiment: Sentiment) -> Markup {
    let shape = match sentiment {
        Sentiment::Negative => "▼",
        Sentiment::Neutral => "●",
        Sentiment::Positive => "▲",
        Sentiment::Unsure => "?",
    };
    html! { span class={ "sign " (sentiment.as_str()) } { span aria-hidden="true" { (shape) } (w::sentiment(sentiment, visitor.locale)) } }
}

/// How great an incident is.
pub(super) fn severity(visitor: &Visitor, severity: Severity) -> Markup {
    let class = match severity {
        Severity::Critical => "bad",
        Severity::Warning => "negative",
        Severity::Notice => "warn",
    };
    html! { span class={ "sign " (class) } { (w::severity(severity, visitor.locale)) } }
}

/// Where an incident stands, and who is on it.
pub(super) fn incident_state(visitor: &Visitor, incident: &Incident) -> Markup {
    let class = match incident.state {
        IncidentState::Open => "bad",
        IncidentState::Acknowledged => "accent",
        IncidentState::Resolved => "good",
    };
    html! {
        span class={ "sign " (class) } { (w::incident_state(incident.state, visitor.locale)) }
        @if !incident.acknowledged_by.is_empty() {
            span.small.muted { (visitor.say(w::OWNER)) " " bdi { (incident.acknowledged_by) } }
        }
    }
}

/// Where a ticket stands.
pub(super) fn ticket_state(visitor: &Visitor, state: TicketState) -> Markup {
    let class = match state {
        TicketState::New => "warn",
        TicketState::Open => "accent",
        TicketState::Pending => "plain",
        TicketState::Solved => "good",
    };
    html! { span class={ "sign " (class) } { (w::ticket_state(state, visitor.locale)) } }
}

/// How soon; what is in turn needs no sign.
pub(super) fn priority(visitor: &Visitor, priority: Priority) -> Markup {
    let class = match priority {
        Priority::Urgent => "sign bad",
        Priority::High => "sign negative",
        Priority::Normal | Priority::Low => "muted",
    };
    html! { span class=(class) { (w::priority(priority, visitor.locale)) } }
}

/// How a source fares.
pub(super) fn source_state(visitor: &Visitor, source: &SourceStatus) -> Markup {
    let class = match source.state {
        SourceState::Well if is_deaf(source, visitor.now) => "warn",
        SourceState::Well => "good",
        SourceState::New => "plain",
        SourceState::Waiting => "warn",
        SourceState::Failing | SourceState::Refused => "bad",
    };
    html! { span class={ "sign " (class) } { (w::source_state(source.state, visitor.locale)) } }
}

/// Where a delivery stands.
pub(super) fn delivery_state(visitor: &Visitor, state: DeliveryState) -> Markup {
    let class = match state {
        DeliveryState::Waiting => "plain",
        DeliveryState::Sent => "good",
        DeliveryState::Silenced => "warn",
        DeliveryState::Failed => "bad",
    };
    html! { span class={ "sign " (class) } { (w::delivery_state(state, visitor.locale)) } }
}

/// A theme's name in the visitor's language; a topic's own by the title its file gives it.
pub(super) fn theme(visitor: &Visitor, theme: &Theme) -> String {
    let built_in = built_in_themes().iter().find(|built_in| built_in.name == *theme);
    let own = || visitor.own_themes.iter().find(|(own, _)| own == theme).map(|(_, title)| title.as_str());
    built_in.map(|built_in| built_in.title(visitor.locale)).or_else(own).unwrap_or(theme.as_str()).to_owned()
}

/// The themes that can be asked for, with their names.
pub(super) fn themes(visitor: &Visitor) -> Vec<(String, String)> {
    let named = |theme: &BuiltInTheme| (theme.name.as_str().to_owned(), theme.title(visitor.locale).to_owned());
    let mut themes: Vec<(String, String)> = built_in_themes().iter().map(named).collect();
    for (name, title) in &visitor.own_themes {
        if !themes.iter().any(|(known, _)| known == name.as_str()) {
            themes.push((name.to_string(), title.clone()));
        }
    }
    themes
}

/// A share in whole percents.
pub(super) fn percent(part: i64, whole: i64) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{:.0}%", part as f64 * 100.0 / whole as f64) }
}

/// How mentions lean, as one line of parts and in words.
pub(super) fn leanings(visitor: &Visitor, tally: Tally) -> Markup {
    let parts = [
        (Sentiment::Negative, tally.negative),
        (Sentiment::Neutral, tally.neutral),
        (Sentiment::Positive, tally.positive),
        (Sentiment::Unsure, tally.unsure),
    ];
    let word = |(leaning, count): &(Sentiment, i64)| {
        format!("{} {}", w::sentiment(*leaning, visitor.locale), percent(*count, tally.mentions))
    };
    let whole = tally.mentions.max(1) as f64;
    let starts: Vec<f64> = parts
        .iter()
        .scan(0.0, |at, (_, count)| {
            let start = *at;
            *at += *count as f64 * 1000.0 / whole;
            Some(start)
        })
        .collect();
    html! {
        div.share {
            svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
                rect.fill-before width="1000" height="10" {}
                @for ((leaning, count), start) in parts.iter().zip(&starts) {
                    rect class={ "fill-" (leaning.as_str()) } x=(format!("{start:.1}"))
                        width=(format!("{:.1}", *count as f64 * 1000.0 / whole)) height="10" {}
                }
            }
            div.legend {
                @for part in &parts { span { (square(part.0.as_str())) (word(part)) } }
            }
        }
    }
}

fn square(class: &str) -> Markup {
    html! { svg viewBox="0 0 10 10" aria-hidden="true" { rect class={ "fill-" (class) } width="10" height="10" {} } }
}

/// One line of a list by length.
pub(super) struct Rank {
    pub(super) name: String,
    pub(super) link: String,
    pub(super) tally: Tally,
}

/// Lengths beside names, with the negative part in its own colour.
pub(super) fn ranks(visitor: &Visitor, ranks: &[Rank]) -> Markup {
    let most = ranks.iter().map(|rank| rank.tally.mentions).max().unwrap_or(0).max(1) as f64;
    html! {
        ul.plain.ranks {
            @for rank in ranks {
                li {
                    a href=(rank.link) { (rank.name) }
                    span.number {
                        (number(rank.tally.mentions))
                        @if rank.tally.negative > 0 {
                            span.small.muted { " · " (visitor.say(w::NEGATIVE_ONLY)) " " (number(rank.tally.negative)) }
                        }
                    }
                    svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
                        rect.fill-plain width=(format!("{:.1}", rank.tally.mentions as f64 * 1000.0 / most)) height="10" {}
                        rect.fill-negative width=(format!("{:.1}", rank.tally.negative as f64 * 1000.0 / most)) height="10" {}
                    }
                }
            }
        }
    }
}

/// When something was heard within a window, as a bar; what is not owed is nobody's fault and left pale.
pub(super) fn coverage_bar(visitor: &Visitor, coverage: &Coverage, window: Interval, owed: Interval) -> Markup {
    let length = (window.to - window.from).num_milliseconds().max(1) as f64;
    let x = |at: Timestamp| (at - window.from).num_milliseconds() as f64 * 1000.0 / length;
    let gaps = gaps(coverage, owed, visitor.now);
    let gap_ms: i64 = gaps.iter().map(|gap| (gap.to - gap.from).num_milliseconds()).sum();
    let owed_ms = (owed.to - owed.from).num_milliseconds();
    let share = if owed_ms > 0 { (1.0 - gap_ms as f64 / owed_ms as f64) * 100.0 } else { 0.0 };
    let label = format!("{} {share:.0}%", visitor.say(w::HEARD));
    html! {
        div.cover {
            svg viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label=(label) {
                rect.fill-before width="1000" height="10" {}
                rect.fill-heard x=(format!("{:.1}", x(owed.from))) width=(format!("{:.1}", x(owed.to) - x(owed.from))) height="10" {}
                @for gap in &gaps {
                    @let (from, to) = (x(gap.from), x(gap.to));
                    rect.fill-gap x=(format!("{from:.1}")) width=(format!("{:.1}", (to - from).max(2.0))) height="10" {}
                    path.stroke-gap d=(strokes(from, to)) vector-effect="non-scaling-stroke" {}
                }
            }
            span.small.muted.number { (label) }
        }
    }
}

/// Slanted strokes over a stretch of a bar, 10 high.
fn strokes(from: f64, to: f64) -> String {
    let count = ((to - from) / 12.0).floor() as i64;
    let stroke = |n: i64| {
        let x = from + n as f64 * 12.0;
        format!("M{x:.1} 10L{:.1} 0", (x + 6.0).min(to))
    };
    (0..=count.min(120)).map(stroke).collect()
}

/// A page without rows: what is missing, and what to do.
pub(super) fn empty(title: &str, about: &str) -> Markup {
    html! { div.empty { strong { (title) } (about) } }
}

/// An address with a query; empty values are left out.
pub(super) fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter().filter(|(_, value)| !value.is_empty());
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::timestamp;

    fn source(state: SourceState, due: i64, heard: i64) -> SourceStatus {
        SourceStatus {
            name: crate::domain::SourceName::new("ptt/Coffee").expect("a name"),
            platform: Platform::Ptt,
            cursor: None,
            state,
            detail: String::new(),
            failures: 0,
            due_at: timestamp(due * 60_000),
            first_at: None,
            heard_at: Some(timestamp(heard * 60_000)),
            changed_at: timestamp(0),
        }
    }

    #[test]
    fn a_source_is_deaf_when_it_fails_or_is_overdue_and_silent() {
        let now = timestamp(100 * 60_000);
        assert!(!is_deaf(&source(SourceState::Well, 105, 98), now));
        assert!(is_deaf(&source(SourceState::Failing, 105, 98), now));
        assert!(is_deaf(&source(SourceState::Well, 60, 55), now), "nobody read it when it was due");
        assert!(!is_deaf(&source(SourceState::Well, 0, 99), now), "a stream is never due, but heard");
        assert!(!is_deaf(&source(SourceState::Waiting, 130, 10), now), "it was asked to wait");
    }

    #[test]
    fn the_last_moments_are_not_a_gap_yet() {
        let minute = |n: i64| timestamp(n * 60_000);
        let window = Interval { from: minute(0), to: minute(100) };
        let coverage = Coverage::of(vec![Interval { from: minute(0), to: minute(90) }]);
        assert_eq!(gaps(&coverage, window, minute(100)), []);
        let coverage = Coverage::of(vec![Interval { from: minute(0), to: minute(50) }]);
        assert_eq!(gaps(&coverage, window, minute(100)).len(), 1);
    }

    #[test]
    fn an_address_holds_what_was_asked_and_nothing_else() {
        assert_eq!(
            address("/mentions", &[("q", "退費 & <b>"), ("theme", "")]),
            "/mentions?q=%E9%80%80%E8%B2%BB+%26+%3Cb%3E"
        );
        assert_eq!(address("/mentions", &[]), "/mentions");
    }
}
