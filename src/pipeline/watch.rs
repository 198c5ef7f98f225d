//! Watch: judges each topic's closed buckets, in event time, and keeps its incidents.
//!
//! In: the store's counts, authors and coverage ledger. Out: incidents and their timelines, written together with the
//! detector's memory and `judged_until`, so that a crash repeats nothing. Never: judges a bucket twice, alarms for what was
//! posted before a topic was listened to or for what arrived too late to act on, takes a gap for a zero.

mod chronicle;
mod ledger;
mod memory;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{Datelike, TimeDelta, Timelike};
use chrono_tz::Tz;
use futures_util::{StreamExt, stream};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use self::chronicle::Chronicle;
use self::ledger::Ledger;
use self::memory::Memory;
use crate::config::{Live, Topic};
use crate::detect::baseline::Baseline;
use crate::detect::{Heard, Sensitivity};
use crate::domain::{Bucket, Clock, Interval, SourceName, Timestamp, TopicName};
use crate::store::{Store, Watched};

/// How often a round begins.
const ROUND: Duration = Duration::from_secs(15);
/// So many topics are judged side by side: a database elsewhere is waited for, not worked for.
const AT_ONCE: usize = 4;
/// So many buckets are judged and stored at once: a week.
const STRETCH: i64 = 2_016;
/// So far back a topic's history teaches what is usual: eight weeks.
const HISTORY: i64 = 8 * 2_016;
/// History is learnt anew when it grew backwards by at least this: a day.
const HISTORY_GREW: i64 = 288;

/// A topic as the watch sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// Which topic.
    pub topic: TopicName,
    /// Where its hours of the week are counted.
    pub zone: Tz,
    /// How many false alarms are borne.
    pub sensitivity: Sensitivity,
    /// Whether negative surges are looked for.
    pub negative: bool,
    /// Its sources: deaf in all of them, a bucket is not judged.
    pub sources: Vec<SourceName>,
}

impl Subject {
    /// The subject that a topic's file describes.
    pub fn of(topic: &Topic) -> Self {
        let wanted = topic.listens.iter().flat_map(|listen| &listen.wanted);
        let sources: BTreeSet<SourceName> = wanted.map(|wanted| wanted.name.clone()).collect();
        Self {
            topic: topic.name.clone(),
            zone: topic.zone,
            sensitivity: topic.alert.sensitivity,
            negative: topic.alert.negative,
            sources: sources.into_iter().collect(),
        }
    }
}

/// When a bucket may be judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watermark {
    /// So long after its end at the earliest, for posts that platforms show late.
    pub lag: TimeDelta,
    /// So long it waits for sources that have not been read past its end, and for what was read but not ingested.
    pub patience: TimeDelta,
    /// What is judged later than this after its end is history: it teaches, but does not alarm.
    pub stale: TimeDelta,
}

impl Default for Watermark {
    fn default() -> Self {
        Self { lag: TimeDelta::minutes(10), patience: TimeDelta::minutes(45), stale: TimeDelta::minutes(90) }
    }
}

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Buckets judged.
    pub buckets: usize,
    /// Incidents that were opened, reopened, changed or resolved.
    pub changes: usize,
    /// Topics that could not be judged; the log says why, the next round tries again.
    pub failed: usize,
}

type Subjects = Arc<dyn Fn() -> Vec<Subject> + Send + Sync>;

/// The stage.
#[derive(Clone)]
pub struct Watch {
    store: Store,
    subjects: Subjects,
    clock: Clock,
    watermark: Watermark,
    /// The next bucket of each topic, as this process left it.
    next: Arc<Mutex<HashMap<TopicName, Bucket>>>,
}

impl Watch {
    /// A watch over the topics of the configuration as it stands at each round.
    pub fn new(store: Store, live: Arc<Live>, clock: Clock) -> Self {
        Self::over(store, move || live.config().topics.iter().map(|topic| Subject::of(topic)).collect(), clock)
    }

    /// A watch over whatever subjects are named at each round.
    pub fn over(store: Store, subjects: impl Fn() -> Vec<Subject> + Send + Sync + 'static, clock: Clock) -> Self {
        Self { store, subjects: Arc::new(subjects), clock, watermark: Watermark::default(), next: Arc::default() }
    }

    /// The same with another watermark.
    pub fn with_watermark(self, watermark: Watermark) -> Self {
        Self { watermark, ..self }
    }

    /// Judges all buckets of all topics that are closed by now. A topic that fails does not hold up the others.
    pub async fn tick(&self) -> anyhow::Result<Round> {
        let now = self.clock.now();
        let due = (self.subjects)().into_iter().filter(|subject| self.may_be_due(&subject.topic, now));
        let judged = stream::iter(due).map(|subject| async move {
            let judged = self.judge(&subject, now).await;
            (subject.topic, judged)
        });
        let mut judged = std::pin::pin!(judged.buffer_unordered(AT_ONCE));
        let mut round = Round::default();
        while let Some((topic, judged)) = judged.next().await {
            match judged {
                Ok((buckets, changes)) => {
                    round.buckets += buckets;
                    round.changes += changes;
                }
                Err(error) => {
                    round.failed += 1;
                    error!(topic.name = %topic, "could not judge `{topic}`: {error:#}");
                }
            }
        }
        Ok(round)
    }

    /// Repeats [`Self::tick`] until told to stop.
    pub async fn run(&self, stop: CancellationToken) -> anyhow::Result<()> {
        loop {
            if let Err(error) = self.tick().await {
                error!("could not watch: {error:#}");
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(ROUND) => {}
            }
        }
    }

    /// Whether a topic may have closed buckets, as far as this process knows; saves asking the store for most topics in
    /// most rounds.
    fn may_be_due(&self, topic: &TopicName, now: Timestamp) -> bool {
        let next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        next.get(topic).is_none_or(|bucket| bucket.end() <= now - self.watermark.lag)
    }

    fn judged_until(&self, topic: &TopicName, bucket: Bucket) {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).insert(topic.clone(), bucket);
    }

    /// Judges what is closed of one topic; returns how many buckets, and how many incidents changed.
    async fn judge(&self, subject: &Subject, now: Timestamp) -> anyhow::Result<(usize, usize)> {
        let (mut watched, mut memory) = self.remember(subject, now).await?;
        let (mut buckets, mut changes) = (0, 0);
        while let Some(stretch) = self.closed(subject, watched.judged_until, now).await? {
            let from = watched.judged_until;
            if memory.learnt_from.is_none() {
                memory = self.learn_history(subject, watched.began, from).await?;
            }
            let mut chronicle = Chronicle::new(&self.store, &subject.topic, now);
            let until = Bucket::of(stretch.to);
            self.judge_stretch(subject, &mut memory, (watched.began, stretch), now, &mut chronicle).await?;
            memory.note_late(&self.store, subject, until, &mut chronicle).await?;
            let written = chronicle.finish().await?;
            watched = Watched { began: watched.began, judged_until: until, memory: memory.write()? };
            if !self.store.put_stretch(&subject.topic, from, &watched, &written).await? {
                info!(topic.name = %subject.topic, "another watcher was faster with `{}`", subject.topic);
                return Ok((buckets, changes));
            }
            buckets += usize::try_from((until.millis() - from.millis()) / Bucket::MILLIS).unwrap_or_default();
            changes += written.len();
        }
        self.judged_until(&subject.topic, watched.judged_until);
        Ok((buckets, changes))
    }

    /// What is remembered of the topic. One that is new begins with the next bucket; one whose history grew backwards
    /// (an import, a look back) learns it anew, unless an incident is open.
    async fn remember(&self, subject: &Subject, now: Timestamp) -> anyhow::Result<(Watched, Memory)> {
        let Some(watched) = self.store.watched(&subject.topic).await? else {
            let began = Bucket::of(now).next();
            let memory = Memory::new(began);
            let watched = Watched { began, judged_until: began, memory: memory.write()? };
            self.store.begin_watch(&subject.topic, &watched).await?;
            return Ok((watched, memory));
        };
        let memory = match Memory::read(&watched.memory) {
            Ok(memory) => memory,
            Err(error) => {
                warn!(topic.name = %subject.topic, "learning `{}` anew: {error:#}", subject.topic);
                self.learn_history(subject, watched.judged_until, watched.judged_until).await?
            }
        };
        let earliest = watched.judged_until.plus(-HISTORY);
        let grew = match (memory.learnt_from, self.store.first_bucket(&subject.topic).await?) {
            (Some(learnt), Some(first)) => first.max(earliest) < learnt.plus(-HISTORY_GREW),
            _ => false,
        };
        let memory = if grew && memory.calm() {
            info!(topic.name = %subject.topic, "`{}` has more history now: learning it anew", subject.topic);
            self.learn_history(subject, watched.judged_until, watched.judged_until).await?
        } else {
            memory
        };
        Ok((watched, memory))
    }

    /// A memory that has learnt what was said before `until` and raises no alarm before `began`.
    async fn learn_history(&self, subject: &Subject, began: Bucket, until: Bucket) -> anyhow::Result<Memory> {
        let mut memory = Memory::new(began.max(until));
        let first = self.store.first_bucket(&subject.topic).await?.unwrap_or(until);
        let first = first.max(until.plus(-HISTORY)).min(until);
        memory.learnt_from = Some(first);
        let mut from = first;
        while from < until {
            let to = from.plus(STRETCH).min(until);
            let stretch = Interval { from: from.start(), to: to.start() };
            let ledger = Ledger::load(&self.store, subject, stretch, true).await?;
            for bucket in buckets_of(stretch) {
                let heard = memory.heard(&ledger, bucket, slot(bucket, subject.zone));
                memory.negative.judge(&heard, subject.sensitivity);
            }
            from = to;
        }
        Ok(memory)
    }

    /// The next closed buckets from `from` on; `None` when none is closed yet. A bucket waits for its sources to be read
    /// past its end and for the inbox to be ingested, but not beyond the patience of the watermark.
    async fn closed(&self, subject: &Subject, from: Bucket, now: Timestamp) -> anyhow::Result<Option<Interval>> {
        let at_most = now - self.watermark.lag;
        if from.end() > at_most {
            return Ok(None);
        }
        let window = Interval { from: from.start() - self.watermark.patience, to: now };
        let coverage = self.store.coverage_by_source(&subject.sources, window).await?;
        // A source that fell silent longer ago than our patience is deaf: it is not waited for.
        let heard = coverage.values().filter_map(|heard| heard.intervals().last()).map(|last| last.to).min();
        // Asked after the ledger: a page and what it says was heard are stored together. After a deaf hour what waits was
        // read just now and posted long ago, so its own time counts.
        let waiting = self.store.oldest_in_inbox(&subject.sources, now - self.watermark.patience).await?;
        let ready = [Some(at_most), waiting, heard].into_iter().flatten().min().unwrap_or(at_most);
        let until = Bucket::of(ready.max(now - self.watermark.lag.max(self.watermark.patience)));
        let until = until.min(from.plus(STRETCH));
        Ok((until > from).then(|| Interval { from: from.start(), to: until.start() }))
    }

    async fn judge_stretch(
        &self,
        subject: &Subject,
        memory: &mut Memory,
        (began, stretch): (Bucket, Interval),
        now: Timestamp,
        chronicle: &mut Chronicle<'_>,
    ) -> anyhow::Result<()> {
        let ledger = Ledger::load(&self.store, subject, stretch, false).await?;
        for bucket in buckets_of(stretch) {
            if bucket.end() < now - self.watermark.stale {
                memory.negative.no_alarm_before(bucket.next());
            }
            let heard: Heard = memory.heard(&ledger, bucket, slot(bucket, subject.zone));
            memory.count_into_open(&heard);
            let Some(finding) = memory.negative.judge(&heard, subject.sensitivity) else { continue };
            if subject.negative {
                let since = finding.observation.from.max(began);
                let deaf = ledger.deaf(Interval { from: since.start().min(bucket.start()), to: bucket.end() });
                memory.follow(&self.store, subject, &finding).await?;
                chronicle.tell(&finding, &deaf).await?;
            }
        }
        Ok(())
    }
}

fn buckets_of(stretch: Interval) -> impl Iterator<Item = Bucket> {
    let end = Bucket::of(stretch.to);
    std::iter::successors(Some(Bucket::of(stretch.from)), |bucket| Some(bucket.next()))
        .take_while(move |bucket| *bucket < end)
}

/// What is usual for a watched topic, as learnt so far: ask it for the [`slot`] of a bucket.
pub fn baseline(watched: &Watched) -> anyhow::Result<Baseline> {
    Ok(Memory::read(&watched.memory)?.negative.baseline().clone())
}

/// The hour of the week of a bucket in a zone: 0 is Monday's first.
pub fn slot(bucket: Bucket, zone: Tz) -> u8 {
    let local = bucket.start().with_timezone(&zone);
    u8::try_from(local.weekday().num_days_from_monday() * 24 + local.hour()).unwrap_or_default()
}

/// Mentions by source, kept for the weight of each.
type Weights = BTreeMap<SourceName, f64>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::timestamp;

    #[test]
    fn the_hour_of_the_week_is_the_topics_own() {
        // Sunday 2026-11-22 16:00 UTC is Monday 00:00 in Taipei.
        let bucket = Bucket::of_millis(1_795_363_200_000);
        assert_eq!(slot(bucket, chrono_tz::Asia::Taipei), 0);
        assert_eq!(slot(bucket, chrono_tz::UTC), 6 * 24 + 16);
    }

    #[test]
    fn a_stretch_holds_its_first_bucket_and_not_its_end() {
        let stretch = Interval { from: timestamp(600_000), to: timestamp(1_200_000) };
        let buckets: Vec<i64> = buckets_of(stretch).map(Bucket::millis).collect();
        assert_eq!(buckets, [600_000, 900_000]);
    }
}
