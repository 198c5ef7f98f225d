//! Negative surge: more negative mentions than usual *and* a greater share of them, by enough different people.
//!
//! In: closed buckets in order. Out: findings: it opened, rose, goes on, calmed down, came back.
//! Never: looks ahead, alarms before [`Negative::new`]'s bucket, learns what an incident claimed.

use serde::{Deserialize, Serialize};

use super::baseline::{Baseline, SpreadAround};
use super::recent::{Recent, Window};
use super::sensitivity::Sensitivity;
use super::{Finding, Heard, News, tail};
use crate::domain::{Bucket, Observation, Severity};

/// Windows that may raise an alarm, five minutes to six hours, in buckets, each with its share of the false alarms that
/// are allowed. One story and its reposts come within the hour under one label, with a tail that a spread measured over
/// hours describes badly: the short windows get little, and see only what is beyond doubt. Half of what is allowed is
/// kept back, since the usual itself is estimated.
pub const WINDOWS: [(i64, f64); 7] =
    [(1, 0.001), (3, 0.001), (6, 0.001), (12, 0.03), (24, 0.15), (48, 0.15), (72, 0.15)];
/// Windows that say whether it still goes on: up to two hours.
const GOING_ON: [i64; 4] = [3, 6, 12, 24];

/// So many negative mentions at least, however small their chance.
const LEAST_NEGATIVE: i64 = 5;
/// By so many different authors at least, where authors are known.
const LEAST_AUTHORS: i64 = 3;
/// So many times the usual count at least, and so many times the usual share: significant is not yet important.
const LEAST_TIMES: f64 = 1.5;
const LEAST_SHARE_TIMES: f64 = 1.5;
/// A day must have been heard before anything can be called unusual.
const LEAST_HOURS: f64 = 24.0;
/// The count must be rarer than this by itself; the share carries the stated rate.
const COUNT_TAIL: f64 = 3e-3;
/// It goes on while both tails of a short window are rarer than this.
const STILL_TAIL: f64 = 0.02;
/// So many heard buckets without a sign of it, and it is over: two hours.
const CALM_BUCKETS: u32 = 24;
/// Back within so many buckets, it is the same incident: six hours.
const COMES_BACK: i64 = 72;
/// An incident keeps the baseline frozen at most so long: three days. What lasts longer is the new usual.
const LONGEST_FREEZE: i64 = 864;

/// Windows in which a surge of mentions is looked for: five minutes to three hours.
const SURGES: [i64; 3] = [1, 12, 36];
/// It is one when there are so many mentions, so many times the usual, with a chance below this.
const LEAST_SURGE: f64 = 8.0;
const SURGE_TIMES: f64 = 2.0;
const SURGE_TAIL: f64 = 1e-4;
/// Two surges less than this apart are one stretch: a day.
const SURGE_APART: i64 = 288;

/// Where the topic stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Life {
    /// Nothing is wrong.
    Calm,
    /// An incident is open.
    Open { first: Bucket, last: Bucket, severity: Severity, calm: u32 },
    /// It is over, but may come back.
    Over { first: Bucket, severity: Severity, since: Bucket },
}

/// The memory of one topic's negative surges; its size does not depend on how long it has watched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Negative {
    baseline: Baseline,
    recent: Recent,
    life: Life,
    /// Windows do not reach before this bucket.
    floor: Bucket,
    /// A stretch of far more mentions than usual, whatever they say: its first and last bucket.
    surge: Option<(Bucket, Bucket)>,
}

/// A window that was looked at closely.
struct Verdict {
    window: Window,
    observation: Observation,
}

impl Negative {
    /// A memory that may raise alarms from `began` on; earlier buckets only teach it what is usual.
    pub fn new(began: Bucket) -> Self {
        Self { baseline: Baseline::default(), recent: Recent::default(), life: Life::Calm, floor: began, surge: None }
    }

    /// What is usual, as learnt so far.
    pub fn baseline(&self) -> &Baseline {
        &self.baseline
    }

    /// Raises no alarm for what was said before `bucket`; what it learns from that stays.
    pub fn no_alarm_before(&mut self, bucket: Bucket) {
        self.floor = self.floor.max(bucket);
    }

    /// Judges the next closed bucket. An unheard one (`heard` of 0.0) is passed over: a gap is not a zero.
    pub fn judge(&mut self, heard: &Heard, sensitivity: Sensitivity) -> Option<Finding> {
        self.learn_until(heard.bucket);
        if heard.heard <= 0.0 {
            return None;
        }
        let usual = self.baseline.usual(heard.slot);
        self.recent.add(heard, usual, self.frozen(heard.bucket));
        self.set_surge_apart(heard.bucket);
        if heard.bucket < self.floor || self.baseline.hours() < LEAST_HOURS {
            return None;
        }
        match self.life.clone() {
            Life::Calm => self.watch_for(heard.bucket, sensitivity, None),
            Life::Over { since, .. } if heard.bucket >= since.plus(COMES_BACK) => {
                self.life = Life::Calm;
                self.watch_for(heard.bucket, sensitivity, None)
            }
            Life::Over { first, severity, .. } => self.watch_for(heard.bucket, sensitivity, Some((first, severity))),
            Life::Open { first, last, severity, calm } => self.follow(heard.bucket, (first, last), severity, calm),
        }
    }

    fn frozen(&self, now: Bucket) -> bool {
        matches!(self.life, Life::Open { first, .. } if now < first.plus(LONGEST_FREEZE))
    }

    /// Claims the buckets of a surge of mentions, be it praise, news or machines: it teaches nothing about usual days.
    fn set_surge_apart(&mut self, now: Bucket) {
        if self.baseline.hours() < LEAST_HOURS {
            return;
        }
        let SpreadAround { clump, alpha, .. } = self.baseline.spread();
        let surging = |window: &Window| {
            let mentions = window.mentions as f64;
            mentions >= LEAST_SURGE
                && mentions >= SURGE_TIMES * window.usual_mentions
                && tail::negative_binomial(mentions / clump, window.usual_mentions / clump, alpha) <= SURGE_TAIL
        };
        let windows = self.recent.windows(&SURGES, Bucket::of_millis(i64::MIN / 2));
        let Some(window) = windows.into_iter().rfind(surging) else { return };
        let since = match self.surge {
            Some((since, last)) if now < last.plus(SURGE_APART) => since,
            _ => window.from,
        };
        self.surge = Some((since, now));
        if now < since.plus(LONGEST_FREEZE) {
            self.recent.claim(window.from);
        }
    }

    fn learn_until(&mut self, now: Bucket) {
        while let Some(old) = self.recent.take_old(now) {
            if !old.claimed {
                self.baseline.learn(old.slot, old.mentions as f64, old.negative as f64, old.heard);
            }
        }
    }

    /// Looks for an alarm; `before` is the incident that was resolved a short while ago.
    fn watch_for(
        &mut self,
        now: Bucket,
        sensitivity: Sensitivity,
        before: Option<(Bucket, Severity)>,
    ) -> Option<Finding> {
        let verdict = self
            .verdicts(&WINDOWS.map(|(length, _)| length))
            .into_iter()
            .filter(|verdict| {
                let part = WINDOWS.iter().find(|(length, _)| *length == verdict.window.length).map_or(0.0, |w| w.1);
                let Observation { share_tail, count_tail, .. } = verdict.observation;
                share_tail <= sensitivity.per_decision(part) && count_tail <= COUNT_TAIL
            })
            .min_by(|a, b| a.observation.share_tail.total_cmp(&b.observation.share_tail))?;
        let news = if before.is_some() { News::Reopened } else { News::Opened };
        let found = severity_of(&verdict.observation);
        let (first, severity) = match before {
            Some((first, severity)) => (first, severity.max(found)),
            None => (self.recent.beginning(&verdict.window), found),
        };
        self.recent.claim(first);
        self.life = Life::Open { first, last: now, severity, calm: 0 };
        Some(Finding { news, first, last: now, severity, observation: verdict.observation })
    }

    /// Follows an open incident.
    fn follow(
        &mut self,
        now: Bucket,
        (first, last): (Bucket, Bucket),
        severity: Severity,
        calm: u32,
    ) -> Option<Finding> {
        let still = |verdict: &Verdict| {
            verdict.observation.share_tail <= STILL_TAIL && verdict.observation.count_tail <= STILL_TAIL
        };
        let worst = self.verdicts(&GOING_ON).into_iter().filter(still).max_by_key(|verdict| verdict.window.negative);
        let Some(verdict) = worst else {
            let calm = calm + 1;
            if calm < CALM_BUCKETS {
                self.life = Life::Open { first, last, severity, calm };
                return None;
            }
            self.life = Life::Over { first, severity, since: now };
            self.floor = now.next();
            let window = self.recent.windows(&[GOING_ON[2]], first).pop()?;
            let observation = self.observe(&window);
            return Some(Finding { news: News::Resolved, first, last, severity, observation });
        };
        let found = severity_of(&verdict.observation);
        let news = if found > severity { News::Risen } else { News::GoesOn };
        let severity = severity.max(found);
        let last = last.max(self.recent.ending(&verdict.window));
        self.life = Life::Open { first, last, severity, calm: 0 };
        Some(Finding { news, first, last, severity, observation: verdict.observation })
    }

    /// The windows that hold enough evidence to be worth the arithmetic, with its outcome.
    fn verdicts(&self, lengths: &[i64]) -> Vec<Verdict> {
        let share = self.baseline.usual(0).share;
        let enough = |window: &Window| {
            let negative = window.negative as f64;
            window.negative >= LEAST_NEGATIVE
                && negative >= LEAST_TIMES * window.usual_negative
                && negative >= LEAST_SHARE_TIMES * share * window.mentions as f64
        };
        let windows = self.recent.windows(lengths, self.floor).into_iter().filter(enough);
        windows
            .filter_map(|window| {
                let (authors, counted) = self.recent.authors(&window).unwrap_or((LEAST_AUTHORS, window.negative));
                let fair =
                    Window { negative: counted, mentions: window.mentions - window.negative + counted, ..window };
                let named = authors >= LEAST_AUTHORS && enough(&fair);
                named.then(|| Verdict { window, observation: self.observe(&fair) })
            })
            .map(|verdict| self.with_true_counts(verdict))
            .collect()
    }

    /// The tails were taken from what one author could not inflate; the counts that people read are the true ones.
    fn with_true_counts(&self, mut verdict: Verdict) -> Verdict {
        verdict.observation.mentions = verdict.window.mentions;
        verdict.observation.negative = verdict.window.negative;
        verdict
    }

    /// The arithmetic of one window.
    fn observe(&self, window: &Window) -> Observation {
        let share = self.baseline.usual(0).share;
        let SpreadAround { clump, alpha, doubt } = self.baseline.spread();
        let negative = window.negative as f64;
        let count_tail = tail::negative_binomial(negative / clump, window.usual_negative / clump, alpha);
        let share_tail = tail::doubtful_binomial(negative / clump, window.mentions as f64 / clump, share, doubt);
        Observation {
            from: window.from,
            to: window.to,
            mentions: window.mentions,
            negative: window.negative,
            authors: self.recent.authors(window).map_or(0, |(authors, _)| authors),
            usual_negative: window.usual_negative,
            usual_mentions: window.usual_mentions,
            usual_share: share,
            count_tail,
            share_tail,
            heard: (window.heard / window.length.max(1) as f64).min(1.0),
        }
    }
}

/// How great: by how many times more than usual, where a handful of mentions never counts as many times.
fn severity_of(observation: &Observation) -> Severity {
    let times = (observation.negative as f64 + 3.0) / (observation.usual_negative + 3.0);
    match times {
        times if times >= 8.0 => Severity::Critical,
        times if times >= 3.0 => Severity::Warning,
        _ => Severity::Notice,
    }
}

#[cfg(test)]
mod tests;
