//! Dispatch: turns an incident's news into alerts, and alerts into deliveries.
//!
//! In: incidents of which something is to be told; routes, silences. Out: alerts that hold all a channel needs, with one
//! delivery for each receiver, in one transaction. Never: sends; tells the same news of an incident twice.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use chrono_tz::Tz;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::deliver::waiting;
use crate::alert::{self, curve};
use crate::config::{Config, Live};
use crate::domain::{
    Alert, AlertId, Bucket, Clock, Coverage, Curve, CurvePoint, DeliveryState, Incident, Interval, Mention, News,
    ReceiverName, Silence, SourceName, Theme, Timestamp, TopicName, WorstMention,
};
use crate::store::{Store, Untold};

/// How often a round begins.
const ROUND: Duration = Duration::from_secs(2);
/// So many of the worst originals are shown.
const WORST: usize = 3;
/// So many characters of an original are kept.
const QUOTE: usize = 280;
/// Shorter stretches that were not heard are not worth a word: a source is read now and then, not always.
const WORTH_A_WORD: TimeDelta = TimeDelta::minutes(20);

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dispatched {
    /// Alerts written.
    pub alerts: usize,
    /// Deliveries written, silenced ones included.
    pub deliveries: usize,
    /// Alerts that a silence had held back and that go out now.
    pub released: usize,
    /// Incidents that could not be told; the log says why, the next round tries again.
    pub failed: usize,
}

/// What an alert needs to know of a topic.
struct Subject {
    title: String,
    zone: Tz,
    sources: Vec<SourceName>,
    /// The titles of the themes that the topic adds.
    own_themes: Vec<(Theme, String)>,
    /// What addresses of our pages begin with.
    base: String,
}

impl Subject {
    /// A topic whose file has gone still has its incidents, and is called by its name.
    fn of(config: &Config, name: &TopicName) -> Self {
        let base = config.web.link_base();
        let Some(topic) = config.topic(name) else {
            let (sources, own_themes) = (Vec::new(), Vec::new());
            return Self { title: name.to_string(), zone: config.zone, sources, own_themes, base };
        };
        let sources = topic.listens.iter().flat_map(|listen| &listen.wanted).map(|wanted| wanted.name.clone());
        let own_themes = topic.themes.titles();
        Self { title: topic.title.clone(), zone: topic.zone, sources: sources.collect(), own_themes, base }
    }
}

/// The stage.
#[derive(Clone)]
pub struct Dispatch {
    store: Store,
    live: Arc<Live>,
    clock: Clock,
}

impl Dispatch {
    /// A stage that follows the configuration's receivers, routes and topics as they stand.
    pub fn new(store: Store, live: Arc<Live>, clock: Clock) -> Self {
        Self { store, live, clock }
    }

    /// One round: all that is to be told is written. An incident that fails does not hold up the others.
    pub async fn tick(&self) -> anyhow::Result<Dispatched> {
        let now = self.clock.now();
        let config = self.live.config();
        let silences = self.store.silences(now).await?;
        let mut done = Dispatched::default();
        for untold in self.store.untold().await? {
            match self.tell(&config, &silences, &untold, now).await {
                Ok(Some(deliveries)) => {
                    done.alerts += 1;
                    done.deliveries += deliveries;
                }
                Ok(None) => {}
                Err(error) => {
                    done.failed += 1;
                    error!(incident.id = %untold.incident, "an incident could not be told: {error:#}");
                }
            }
        }
        for held in self.store.held_back().await? {
            if !silences.iter().any(|silence| silence.hushes(&held.topic, now)) {
                self.release(&config, held, now).await?;
                done.released += 1;
            }
        }
        Ok(done)
    }

    /// Repeats [`Self::tick`] until told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.tick().await {
                error!("could not dispatch: {error:#}");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(ROUND) => {}
            }
        }
    }

    /// Writes one incident's news; gives the number of deliveries, or `None` when there was nothing to write.
    async fn tell(
        &self,
        config: &Config,
        silences: &[Silence],
        untold: &Untold,
        now: Timestamp,
    ) -> anyhow::Result<Option<usize>> {
        let Some(incident) = self.store.incident(&untold.incident).await? else { return Ok(None) };
        let Some((news, number)) = alert::news(&incident, untold.told) else { return Ok(None) };
        let subject = Subject::of(config, &incident.topic);
        let receivers = self.receivers(config, &incident, news, untold).await?;
        let alert = self.compose(&subject, incident, (news, number), now).await?;
        let hushed = silences.iter().any(|silence| silence.hushes(&alert.topic, now));
        let mut deliveries: Vec<_> = receivers.iter().map(|receiver| waiting(&alert, receiver, now)).collect();
        if hushed {
            deliveries.iter_mut().for_each(|delivery| delivery.state = DeliveryState::Silenced);
        }
        if !self.store.put_alert(&alert, &deliveries).await? {
            return Ok(None);
        }
        info!(incident.id = %alert.incident.id, topic.name = %alert.topic, alert.news = news.as_str(),
            delivery.count = deliveries.len(), alert.silenced = hushed, "an incident is told: {}", news.as_str());
        if deliveries.is_empty() && news != News::Resolved {
            warn!(topic.name = %alert.topic, "an alert has no receiver: add one in hearken.toml");
        }
        Ok(Some(deliveries.len()))
    }

    /// Lets an alert go out that a silence held back, with the incident as it stands now.
    async fn release(&self, config: &Config, held: Alert, now: Timestamp) -> anyhow::Result<()> {
        let Some(incident) = self.store.incident(&held.incident.id).await? else { return Ok(()) };
        let fresh = self.compose(&Subject::of(config, &held.topic), incident, (held.news, held.number), now).await?;
        self.store.release(&fresh, now).await?;
        info!(incident.id = %fresh.incident.id, topic.name = %fresh.topic, "a silence has ended, its alert goes out");
        Ok(())
    }

    /// Who is told: the routes' receivers when it opens; they and who knows of it when it rises; who knows when it is over.
    async fn receivers(
        &self,
        config: &Config,
        incident: &Incident,
        news: News,
        untold: &Untold,
    ) -> anyhow::Result<Vec<ReceiverName>> {
        let mut receivers = config.told(&incident.topic, incident.severity);
        let never_told = untold.told.opened == 0;
        if news == News::Opened || (news == News::Resolved && never_told) {
            return Ok(receivers);
        }
        if news == News::Resolved {
            receivers.clear();
        }
        for delivery in self.store.deliveries_of(&incident.id).await? {
            let knows = matches!(delivery.state, DeliveryState::Sent | DeliveryState::Waiting);
            if knows && !receivers.contains(&delivery.receiver) && config.receiver(&delivery.receiver).is_some() {
                receivers.push(delivery.receiver);
            }
        }
        Ok(receivers)
    }

    /// Everything that a channel needs, gathered at this moment.
    async fn compose(
        &self,
        subject: &Subject,
        incident: Incident,
        (news, number): (News, i64),
        now: Timestamp,
    ) -> anyhow::Result<Alert> {
        let stretch = Interval { from: incident.first.start(), to: incident.last.end() };
        Ok(Alert {
            id: AlertId::of(&incident.id, news, number),
            news,
            number,
            at: now,
            topic: incident.topic.clone(),
            title: subject.title.clone(),
            zone: subject.zone.name().to_owned(),
            page: format!("{}/incident/{}", subject.base, incident.id),
            themes: self.themes(&incident, stretch).await?,
            own_themes: subject.own_themes.clone(),
            worst: self.worst(&incident).await?,
            curve: self.curve(subject, &incident, now).await?,
            gaps: self.unheard(subject, stretch).await?,
            incident,
        })
    }

    async fn themes(&self, incident: &Incident, stretch: Interval) -> anyhow::Result<Vec<(Theme, i64)>> {
        let counts = self.store.count_by_theme(&incident.topic, stretch.from, stretch.to).await?;
        let mut themes: Vec<(Theme, i64)> = counts.into_iter().map(|(theme, tally)| (theme, tally.negative)).collect();
        themes.retain(|(_, negative)| *negative > 0);
        themes.sort_by_key(|(_, negative)| std::cmp::Reverse(*negative));
        themes.truncate(5);
        Ok(themes)
    }

    async fn worst(&self, incident: &Incident) -> anyhow::Result<Vec<WorstMention>> {
        let mentions = self.store.mentions_by_id(&incident.worst).await?;
        let leans = self.store.leanings(&incident.topic, &incident.worst).await?;
        let is_talk = |mention: &Mention| leans.get(&mention.id).is_none_or(|leaning| !leaning.apart);
        let is_shown = |mention: &Mention| mention.removed_at.is_none() && is_talk(mention);
        let shown: Vec<_> = mentions.into_iter().filter(is_shown).take(WORST).collect();
        let stories: Vec<_> = shown.iter().map(|mention| mention.story.clone()).collect();
        let spread = self.store.spread_of(&stories).await?;
        let worst = shown.into_iter().map(|mention| WorstMention {
            spread: spread.get(&mention.story).copied().unwrap_or(0),
            platform: mention.raw.platform,
            author: if mention.raw.author.name.is_empty() {
                mention.raw.author.handle.clone()
            } else {
                mention.raw.author.name.clone()
            },
            text: mention.raw.whole_text().chars().take(QUOTE).collect(),
            url: mention.raw.url,
            sentiment: leans.get(&mention.id).map_or(mention.judgement.sentiment, |leaning| leaning.sentiment),
            id: mention.id,
        });
        Ok(worst.collect())
    }

    async fn curve(&self, subject: &Subject, incident: &Incident, now: Timestamp) -> anyhow::Result<Curve> {
        let (window, width_ms) = curve::window(incident, now);
        let series = self.store.series(&incident.topic, window.from, window.to, width_ms).await?;
        let week = incident.first.start() - TimeDelta::days(7);
        let hours = self.store.series(&incident.topic, week, incident.first.start(), 3_600_000).await?;
        let hours: Vec<(Timestamp, i64)> = hours.into_iter().map(|point| (point.at, point.mentions)).collect();
        let usual = curve::Usual::of(&incident.peak, &hours, subject.zone);
        let points = series.into_iter().map(|point| CurvePoint {
            at: Bucket::of(point.at),
            mentions: point.mentions,
            negative: point.negative,
            usual_negative: usual.at(point.at, width_ms),
        });
        let gaps = match subject.sources.is_empty() {
            true => Vec::new(),
            false => self.store.coverage(&subject.sources, window).await?.gaps(window),
        };
        Ok(Curve { width_ms, points: points.collect(), gaps: worth_a_word(gaps), since: Some(incident.first.start()) })
    }

    /// Where at least one of the topic's sources was not heard while the incident ran.
    async fn unheard(&self, subject: &Subject, stretch: Interval) -> anyhow::Result<Vec<Interval>> {
        let by_source = self.store.coverage_by_source(&subject.sources, stretch).await?;
        let gaps: Vec<Interval> =
            by_source.values().flat_map(|coverage| worth_a_word(coverage.gaps(stretch))).collect();
        Ok(Coverage::of(gaps).intervals().to_vec())
    }
}

fn worth_a_word(gaps: Vec<Interval>) -> Vec<Interval> {
    gaps.into_iter().filter(|gap| gap.to - gap.from >= WORTH_A_WORD).collect()
}
