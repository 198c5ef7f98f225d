//! What is usual: how many mentions at this hour of the week, and which share of them is negative.
//!
//! In: buckets that no incident claimed, in order of time. Out: expected mentions, expected share, and how much both
//! spread around that, measured on this very topic. Never: learns from an unheard bucket, keeps more for a longer history.

use serde::{Deserialize, Serialize};

/// Hours in a week.
pub const SLOTS: usize = 168;
const BUCKETS_PER_HOUR: f64 = 12.0;

/// Half-life of the level, in heard buckets: three days.
const LEVEL_HALF_LIFE: f64 = 3.0 * 288.0;
/// Half-life of the usual share as it is now, in heard buckets.
const SHARE_HALF_LIFE: f64 = 1.5 * 288.0;
/// Half-life of the share's slow average, in heard buckets.
const SLOW_SHARE_HALF_LIFE: f64 = 21.0 * 288.0;
/// Half-life of an hour of the week, in its own buckets: six weeks.
const SLOT_HALF_LIFE: f64 = 6.0 * BUCKETS_PER_HOUR;
/// Half-life of the measured spread, in hours: two weeks.
const SPREAD_HALF_LIFE: f64 = 14.0 * 24.0;
/// A bucket counts for the level at most this many times the usual, and a few more: a surge is not a habit.
const CLIP: f64 = 3.0;
/// A share without any history, and how many mentions that guess is worth.
const FIRST_SHARE: (f64, f64) = (0.15, 30.0);
/// The slow share counts as so many negative mentions beside those of the last days.
const PSEUDO_NEGATIVES: f64 = 20.0;
/// How much a topic's share wanders within days: variance of its log-odds.
const WANDER: f64 = 0.02;
/// How much hours of the week differ from what the coarser pattern says: relative variance.
const SLOT_VARIETY: f64 = 0.15;
/// Spread before anything was measured, and how many units of variance that guess is worth.
const FIRST_SPREAD: (f64, f64) = (1.5, 15.0);
/// Relative variance of an hour's rate before anything was measured, and its weight in squared mentions.
const FIRST_ALPHA: (f64, f64) = (0.3, 50.0);

/// What is usual in one bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// Expected mentions, when the whole bucket is heard.
    pub mentions: f64,
    /// Expected share of negative ones among them.
    pub share: f64,
}

/// How much counts spread around the usual.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpreadAround {
    /// Variance of negative counts over the binomial one: one label for many reposts makes it greater than 1.
    pub clump: f64,
    /// Relative variance of the rate.
    pub alpha: f64,
    /// Standard deviation of the log-odds of the share.
    pub doubt: f64,
}

/// Mentions seen against mentions expected, both decaying.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Ratio {
    seen: f32,
    expected: f32,
    visits: f32,
}

impl Ratio {
    fn add(&mut self, seen: f64, expected: f64, heard: f64, half_life: f64) {
        let keep = 0.5f64.powf(heard / half_life) as f32;
        self.seen = self.seen * keep + seen as f32;
        self.expected = self.expected * keep + expected as f32;
        self.visits = self.visits * keep + heard as f32;
    }

    /// The ratio, drawn towards `coarse` the less this slot has been seen (Bühlmann credibility).
    fn towards(&self, coarse: f64, noise: impl Fn(f64) -> f64) -> f64 {
        if self.expected <= 0.0 {
            return coarse;
        }
        let hours = f64::from(self.visits) / BUCKETS_PER_HOUR;
        let per_hour = f64::from(self.expected) / hours.max(1e-9);
        let trust = hours / (hours + noise(per_hour) / SLOT_VARIETY);
        let own = f64::from(self.seen) / f64::from(self.expected);
        (coarse * (1.0 - trust) + own * trust).max(0.02)
    }
}

/// Negative mentions among mentions, both decaying.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Share {
    negative: f64,
    mentions: f64,
}

impl Share {
    fn add(&mut self, negative: f64, mentions: f64, heard: f64, half_life: f64) {
        let keep = 0.5f64.powf(heard / half_life);
        self.negative = self.negative * keep + negative;
        self.mentions = self.mentions * keep + mentions;
    }
}

/// The running hour, over which spread is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Hour {
    slot: u8,
    heard: f64,
    mentions: f64,
    negative: f64,
    usual_mentions: f64,
    usual_negative: f64,
    variance: f64,
}

/// What is usual for one topic; of the same size however long its history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// Buckets learnt, each counted as far as it was heard.
    heard: f64,
    level_seen: f64,
    level_shape: f64,
    weekly: Vec<Ratio>,
    daily: Vec<Ratio>,
    share: Share,
    slow_share: Share,
    hour: Hour,
    share_residual: f64,
    share_variance: f64,
    rate_residual: f64,
    rate_square: f64,
}

impl Default for Baseline {
    fn default() -> Self {
        Self {
            heard: 0.0,
            level_seen: 0.0,
            level_shape: 0.0,
            weekly: vec![Ratio::default(); SLOTS],
            daily: vec![Ratio::default(); 24],
            share: Share::default(),
            slow_share: Share::default(),
            hour: Hour::default(),
            share_residual: 0.0,
            share_variance: 0.0,
            rate_residual: 0.0,
            rate_square: 0.0,
        }
    }
}

impl Baseline {
    /// How many hours it has learnt from.
    pub fn hours(&self) -> f64 {
        self.heard / BUCKETS_PER_HOUR
    }

    /// What is usual in a bucket of this hour of the week (0 is Monday's first).
    pub fn usual(&self, slot: u8) -> Usual {
        Usual { mentions: self.level() * self.shape(slot), share: self.usual_share() }
    }

    /// How much counts spread around the usual, as measured so far.
    pub fn spread(&self) -> SpreadAround {
        let (clump, weight) = FIRST_SPREAD;
        let clump = (self.share_residual + clump * weight) / (self.share_variance + weight);
        let (alpha, weight) = FIRST_ALPHA;
        let alpha = (self.rate_residual + alpha * weight) / (self.rate_square + weight);
        let doubt = (WANDER + 1.0 / (self.share.negative + PSEUDO_NEGATIVES)).sqrt();
        SpreadAround { clump: clump.max(1.0), alpha: alpha.clamp(0.05, 3.0), doubt }
    }

    /// Learns one bucket of which `heard` (above 0.0, at most 1.0) was heard.
    pub fn learn(&mut self, slot: u8, mentions: f64, negative: f64, heard: f64) {
        let usual = self.usual(slot);
        self.measure(slot, mentions, negative, heard, usual);
        let expected = usual.mentions * heard;
        // In its first day a topic has no level yet that a surge could be told from.
        let most = if self.hours() < 24.0 { f64::INFINITY } else { CLIP * expected + 2.0 };
        let seen = mentions.min(most);
        let shape = self.shape(slot);
        let keep = 0.5f64.powf(heard / LEVEL_HALF_LIFE);
        self.level_seen = self.level_seen * keep + seen;
        self.level_shape = self.level_shape * keep + shape * heard;
        let level = self.level() * heard;
        if let Some(ratio) = self.weekly.get_mut(usize::from(slot)) {
            ratio.add(seen, level, heard, SLOT_HALF_LIFE);
        }
        if let Some(ratio) = self.daily.get_mut(usize::from(slot) % 24) {
            ratio.add(seen, level, heard, 7.0 * SLOT_HALF_LIFE);
        }
        // A surge with its own share moves the usual share no more than a usual bucket would.
        let part = if mentions > 0.0 { seen / mentions } else { 1.0 };
        self.share.add(negative * part, seen, heard, SHARE_HALF_LIFE);
        self.slow_share.add(negative * part, seen, heard, SLOW_SHARE_HALF_LIFE);
        self.heard += heard;
    }

    /// Adds a bucket to the running hour; a finished hour tells how far off the usual it was.
    fn measure(&mut self, slot: u8, mentions: f64, negative: f64, heard: f64, usual: Usual) {
        if slot != self.hour.slot {
            let hour = std::mem::replace(&mut self.hour, Hour { slot, ..Hour::default() });
            if self.hours() >= 24.0 && hour.heard > 0.5 {
                self.measure_hour(hour);
            }
        }
        let hour = &mut self.hour;
        hour.heard += heard;
        hour.mentions += mentions;
        hour.negative += negative;
        hour.usual_mentions += usual.mentions * heard;
        hour.usual_negative += usual.share * mentions;
        hour.variance += usual.share * (1.0 - usual.share) * mentions;
    }

    fn measure_hour(&mut self, hour: Hour) {
        let keep = 0.5f64.powf(1.0 / SPREAD_HALF_LIFE);
        let spread = self.spread();
        // One wild hour must not blind us for weeks: residuals count up to four standard deviations.
        let most = 16.0 * spread.clump * hour.variance.max(0.25);
        let residual = (hour.negative - hour.usual_negative).powi(2).min(most);
        self.share_residual = self.share_residual * keep + residual;
        self.share_variance = self.share_variance * keep + hour.variance;
        let mean = hour.usual_mentions;
        let most = 9.0 * (spread.clump * mean + spread.alpha * mean * mean);
        let residual = (hour.mentions - mean).powi(2).min(most) - spread.clump * mean;
        self.rate_residual = self.rate_residual * keep + residual;
        self.rate_square = self.rate_square * keep + mean * mean;
    }

    fn level(&self) -> f64 {
        if self.level_shape > 0.0 { (self.level_seen / self.level_shape).max(1e-4) } else { 1e-4 }
    }

    fn shape(&self, slot: u8) -> f64 {
        let spread = self.spread();
        let noise = |per_hour: f64| spread.alpha + spread.clump / per_hour.max(1e-6);
        let slot = usize::from(slot);
        let daily = self.daily.get(slot % 24).map_or(1.0, |ratio| ratio.towards(1.0, noise));
        self.weekly.get(slot).map_or(daily, |ratio| ratio.towards(daily, noise))
    }

    fn usual_share(&self) -> f64 {
        let (first, weight) = FIRST_SHARE;
        let slow = (self.slow_share.negative + first * weight) / (self.slow_share.mentions + weight);
        let pseudo = PSEUDO_NEGATIVES / slow.max(0.01);
        let share = (self.share.negative + slow * pseudo) / (self.share.mentions + pseudo);
        share.clamp(0.005, 0.95)
    }
}
