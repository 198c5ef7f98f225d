//! Reports: gathers what a topic's report is about, and sends the scheduled ones.
//!
//! In: a topic and a period. Out: a [`Report`]; for schedules, a letter to the receiver, written before it is sent.
//! Never: sends the same report twice; speaks of a time before anything was heard.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono::{Datelike, Days, Months, NaiveDate, TimeDelta, TimeZone};
use chrono_tz::Tz;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::import::files_of;
use crate::config::{Live, ReportSchedule, Topic};
use crate::domain::{
    Clock, Coverage, Incident, Interval, Letter, Locale, Mention, MentionId, Period, Sentiment, SourceName, Timestamp,
    TopicName,
};
use crate::report::{Figures, Happening, Item, Report, UnnamedTheme, originals_elsewhere, passed_on, render, unnamed};
use crate::store::{IncidentFilter, Leaning, MentionFilter, MentionOrder, Store};

/// Mentions are read in pages of so many.
const PAGE: i64 = 2000;
/// A report that was due while nothing ran is still sent, so many days later at most.
const LATE_DAYS: u64 = 7;
/// How often schedules are looked at.
const ROUND: Duration = Duration::from_secs(30);

/// Makes reports, and sends those that are due.
pub struct Reports {
    store: Store,
    live: Arc<Live>,
    clock: Clock,
}

impl Reports {
    /// Reports over this store.
    pub fn new(store: Store, live: Arc<Live>, clock: Clock) -> Self {
        Self { store, live, clock }
    }

    /// The last whole period before `now` in a zone, or the running one so far.
    pub fn window(period: Period, now: Timestamp, zone: Tz, so_far: bool) -> Interval {
        let today = now.with_timezone(&zone).date_naive();
        let first = match period {
            Period::Day => today,
            Period::Week => today - Days::new(u64::from(today.weekday().num_days_from_monday())),
            Period::Month => today.with_day(1).unwrap_or(today),
        };
        if so_far {
            return Interval { from: midnight(first, zone).min(now), to: now };
        }
        let before = match period {
            Period::Day => first - Days::new(1),
            Period::Week => first - Days::new(7),
            Period::Month => first - Months::new(1),
        };
        Interval { from: midnight(before, zone), to: midnight(first, zone) }
    }

    /// The report of a topic over `period`, against the stretch of the same length before it.
    pub async fn report(&self, topic: &Topic, period: Interval, locale: Locale) -> anyhow::Result<Report> {
        let former = Interval { from: period.from - (period.to - period.from), to: period.from };
        let items = self.items(topic, period).await?;
        let former_items = self.items(topic, former).await?;
        let sources: Vec<SourceName> =
            topic.listens.iter().flat_map(|listen| &listen.wanted).map(|wanted| wanted.name.clone()).collect();
        let files = files_of(&self.store, &topic.name).await?;
        let heard = (self.heard(&sources, &files, period).await?, self.heard(&sources, &files, former).await?);
        let gaps = self.store.coverage(&[sources, files].concat(), period).await?.gaps(period);
        let filter = IncidentFilter {
            topic: Some(topic.name.clone()),
            opened_from: Some(period.from),
            opened_before: Some(period.to),
            ..IncidentFilter::default()
        };
        let incidents = self.store.incidents(&filter, 50, 0).await?;
        let mut figures = Figures::new(
            topic.name.clone(),
            topic.title.clone(),
            topic.zone,
            period,
            &items,
            &former_items,
            heard,
            gaps,
            incidents.iter().rev().filter_map(|incident| happening(incident, &items)).collect(),
        );
        figures.top = passed_on(&items, &self.originals(topic, &originals_elsewhere(&items)).await?);
        figures.apart = self.store.apart(&topic.name, period.from, period.to).await?;
        figures.own_themes = topic.themes.titles();
        figures.unnamed = unnamed_themes(&self.store, &topic.name, period).await?;
        Ok(Report::new(figures, locale))
    }

    /// The mean share of a window in which the sources were heard. What a file is said to cover was heard of each of them;
    /// a topic that listens nowhere lives of imports, and counts as heard.
    async fn heard(&self, sources: &[SourceName], files: &[SourceName], window: Interval) -> anyhow::Result<f64> {
        if sources.is_empty() {
            return Ok(1.0);
        }
        let by_source = self.store.coverage_by_source(sources, window).await?;
        let covered = self.store.coverage(files, window).await?;
        let with_files = |coverage: &Coverage| Coverage::of([coverage.intervals(), covered.intervals()].concat());
        let shares: f64 = by_source.values().map(|coverage| with_files(coverage).share(window)).sum();
        Ok(shares / by_source.len().max(1) as f64)
    }

    async fn items(&self, topic: &Topic, window: Interval) -> anyhow::Result<Vec<Item>> {
        let filter = MentionFilter {
            topic: Some(topic.name.clone()),
            from: Some(window.from),
            to: Some(window.to),
            with_removed: true,
            order: MentionOrder::Oldest,
            ..MentionFilter::default()
        };
        let mut items = Vec::new();
        loop {
            let page = self.store.mentions(&filter, PAGE, items.len() as i64).await?;
            let last = (page.len() as i64) < PAGE;
            let ids: Vec<MentionId> = page.iter().map(|mention| mention.id.clone()).collect();
            let leans = self.store.leanings(&topic.name, &ids).await?;
            items.extend(page.into_iter().map(|mention| {
                let leaning = leans.get(&mention.id);
                item(mention, leaning)
            }));
            if last {
                return Ok(items);
            }
        }
    }

    /// Those of these mentions that the topic has and does not set apart as spam.
    async fn originals(&self, topic: &Topic, ids: &[MentionId]) -> anyhow::Result<Vec<Item>> {
        let mut items = Vec::new();
        for ids in ids.chunks(PAGE as usize) {
            let leans = self.store.leanings(&topic.name, ids).await?;
            let ours = |mention: &Mention| leans.get(&mention.id).is_some_and(|leaning| !leaning.apart);
            let mentions = self.store.mentions_by_id(ids).await?;
            items.extend(mentions.into_iter().filter(ours).map(|mention| item(mention, None)));
        }
        Ok(items)
    }

    /// Writes a letter for every schedule that came due; says how many.
    pub async fn tick(&self) -> anyhow::Result<usize> {
        let now = self.clock.now();
        let config = self.live.config();
        let mut written = 0;
        for schedule in &config.reports {
            let (Some(topic), Some(receiver)) = (config.topic(&schedule.topic), config.receiver(&schedule.receiver))
            else {
                continue;
            };
            let Some(due) = last_due(schedule, now) else { continue };
            if self.began(topic).await?.is_none_or(|began| began > due) {
                continue;
            }
            let period = Self::window(schedule.period, due, topic.zone, false);
            let name = format!("{} {} {}", topic.name, schedule.period.as_str(), due.timestamp());
            let report = self.report(topic, period, receiver.locale).await?;
            let body = render(&report, schedule.format);
            let subject = format!("{} {}", topic.title, day_range(period, topic.zone));
            let letter =
                Letter::new(&name, receiver.name.clone(), subject, body, now).context("a letter without an id")?;
            if self.store.put_letter(&letter).await? {
                info!(topic.name = %topic.name, receiver.name = %receiver.name, "wrote the report of `{}`", topic.name);
                written += 1;
            }
        }
        Ok(written)
    }

    /// When the first of a topic's sources was first heard.
    async fn began(&self, topic: &Topic) -> anyhow::Result<Option<Timestamp>> {
        let wanted: Vec<&SourceName> =
            topic.listens.iter().flat_map(|listen| &listen.wanted).map(|wanted| &wanted.name).collect();
        let sources = self.store.sources().await?;
        Ok(sources.iter().filter(|source| wanted.contains(&&source.name)).filter_map(|source| source.first_at).min())
    }

    /// Looks at the schedules until told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.tick().await {
                error!("reports: {error:#}");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(ROUND) => {}
            }
        }
    }
}

/// The first instant of a day in a zone; where the clocks skip midnight, the first that exists.
pub fn midnight(day: NaiveDate, zone: Tz) -> Timestamp {
    let at = |hour| day.and_hms_opt(hour, 0, 0).and_then(|local| zone.from_local_datetime(&local).earliest());
    at(0).or_else(|| at(1)).or_else(|| at(3)).map_or(Timestamp::MIN_UTC, |at| at.to_utc())
}

/// The days of a period, for a subject line.
pub fn day_range(period: Interval, zone: Tz) -> String {
    let from = period.from.with_timezone(&zone).date_naive();
    let to = (period.to - chrono::Duration::milliseconds(1)).with_timezone(&zone).date_naive();
    if from == to { from.to_string() } else { format!("{from} – {to}") }
}

/// Negative originals that are read for a page.
const FOR_A_PAGE: i64 = 600;

/// What negative talk is compared with: so many times its own length before it, and so many days at least.
const BEFORE: (i32, i64) = (4, 14);

/// What negative talk about a topic is newly about, against the weeks before.
pub async fn unnamed_themes(store: &Store, topic: &TopicName, window: Interval) -> anyhow::Result<Vec<UnnamedTheme>> {
    let before = ((window.to - window.from) * BEFORE.0).max(TimeDelta::days(BEFORE.1));
    let former = Interval { from: window.from - before, to: window.from };
    let read = async |window: Interval| -> anyhow::Result<Vec<Item>> {
        let filter = MentionFilter {
            topic: Some(topic.clone()),
            from: Some(window.from),
            to: Some(window.to),
            sentiment: Some(Sentiment::Negative),
            originals_only: true,
            ..MentionFilter::default()
        };
        Ok(store.mentions(&filter, FOR_A_PAGE, 0).await?.into_iter().map(|mention| item(mention, None)).collect())
    };
    let (items, former) = (read(window).await?, read(former).await?);
    Ok(tokio::task::spawn_blocking(move || unnamed(&items, &former)).await?)
}

/// The last moment at which a schedule was due, not longer ago than we would still send it.
fn last_due(schedule: &ReportSchedule, now: Timestamp) -> Option<Timestamp> {
    let mut at = now - Days::new(LATE_DAYS);
    let mut last = None;
    while let Some(next) = schedule.when.next_after(at).filter(|next| *next <= now) {
        last = Some(next);
        at = next;
    }
    last
}

/// A mention as the report counts it: leaning as it does under the topic.
fn item(mention: Mention, leaning: Option<&Leaning>) -> Item {
    let whole = &mention.judgement;
    let (sentiment, p_negative) =
        leaning.map_or((whole.sentiment, whole.p.negative), |leaning| (leaning.sentiment, leaning.p_negative as f32));
    let text = mention.raw.whole_text();
    let author = mention.raw.author;
    let author_key = author.id.as_ref().map_or_else(|| author.handle.clone(), |id| id.as_str().to_owned());
    Item {
        id: mention.id,
        posted_at: mention.raw.posted_at,
        platform: mention.raw.platform,
        language: mention.judgement.language,
        sentiment,
        p_negative,
        themes: mention.judgement.themes.into_iter().map(|score| score.theme).collect(),
        spread: mention.spread,
        story: mention.story,
        author: if author.name.is_empty() { author.handle } else { author.name },
        author_key,
        url: mention.raw.url,
        text,
    }
}

/// An incident with the negative mentions of its time; `None` when the period holds none of them.
fn happening(incident: &Incident, items: &[Item]) -> Option<Happening> {
    let time = incident.first.start()..incident.last.end();
    let its = |item: &&Item| item.sentiment == Sentiment::Negative && time.contains(&item.posted_at);
    let evidence: Vec<MentionId> = items.iter().filter(its).map(|item| item.id.clone()).collect();
    (!evidence.is_empty()).then(|| Happening {
        since: incident.first.start(),
        until: incident.resolved_at,
        severity: incident.severity,
        negative: incident.peak.negative,
        usual: incident.peak.usual_negative,
        evidence,
    })
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Taipei;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn a_week_runs_from_monday_to_monday_in_the_topic_s_zone() {
        // Sunday 17:00 UTC is Monday 01:00 in Taipei.
        let now = at("2026-11-22T17:00:00Z");
        let week = Reports::window(Period::Week, now, Taipei, false);
        assert_eq!((week.from, week.to), (at("2026-11-15T16:00:00Z"), at("2026-11-22T16:00:00Z")));
        let running = Reports::window(Period::Week, now, Taipei, true);
        assert_eq!((running.from, running.to), (at("2026-11-22T16:00:00Z"), now));
        let month = Reports::window(Period::Month, now, Taipei, false);
        assert_eq!((month.from, month.to), (at("2026-09-30T16:00:00Z"), at("2026-10-31T16:00:00Z")));
        assert_eq!(day_range(week, Taipei), "2026-11-16 – 2026-11-22");
    }
}
