//! The last six hours of a topic, and sums over windows of them.
//!
//! In: judged buckets in order. Out: windows, what the baseline may learn by now.
//! Never: holds more than [`REACH`] buckets, or more than [`LOUDEST`] authors of one.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::Heard;
use super::baseline::Usual;
use crate::domain::Bucket;

/// The longest window, in buckets: six hours. A bucket is learnt by the baseline when it is this old, so that an
/// incident can still claim it.
pub const REACH: i64 = 72;
/// So many authors of a bucket are remembered by name (as a hash), the loudest first.
pub const LOUDEST: usize = 32;
/// Negative mentions of one author in one window count at most this often.
const PER_AUTHOR: i64 = 2;

/// One judged bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Which.
    pub bucket: Bucket,
    /// Its hour of the week.
    pub slot: u8,
    /// Mentions.
    pub mentions: i64,
    /// Negative ones among them.
    pub negative: i64,
    /// How far it was heard, above 0.0 to 1.0.
    pub heard: f64,
    /// Mentions that were usual, for what was heard.
    pub usual_mentions: f64,
    /// Negative mentions that were usual, for what was heard.
    pub usual_negative: f64,
    /// The loudest authors of its negative mentions; `None` when authors are not known at all.
    pub voices: Option<Vec<(u64, u32)>>,
    /// Whether an incident claimed it: the baseline does not learn it.
    pub claimed: bool,
}

/// Sums over the buckets of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// First bucket in it that was heard.
    pub from: Bucket,
    /// Last bucket in it.
    pub to: Bucket,
    /// Its length in buckets.
    pub length: i64,
    /// Mentions.
    pub mentions: i64,
    /// Negative ones.
    pub negative: i64,
    /// Buckets heard, as parts.
    pub heard: f64,
    /// Mentions that were usual.
    pub usual_mentions: f64,
    /// Negative mentions that were usual.
    pub usual_negative: f64,
}

/// The judged buckets that windows can reach, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recent {
    buckets: VecDeque<Judged>,
}

impl Recent {
    /// Adds a judged bucket.
    pub fn add(&mut self, heard: &Heard, usual: Usual, claimed: bool) {
        let voices = heard.voices.as_ref().map(|voices| {
            let mut voices = voices.clone();
            voices.sort_by_key(|(author, times)| (std::cmp::Reverse(*times), *author));
            voices.truncate(LOUDEST);
            voices
        });
        self.buckets.push_back(Judged {
            bucket: heard.bucket,
            slot: heard.slot,
            mentions: heard.mentions,
            negative: heard.negative,
            heard: heard.heard,
            usual_mentions: usual.mentions * heard.heard,
            usual_negative: usual.mentions * usual.share * heard.heard,
            voices,
            claimed,
        });
    }

    /// Takes out the oldest bucket that windows ending in `now` no longer reach.
    pub fn take_old(&mut self, now: Bucket) -> Option<Judged> {
        let old = self.buckets.front().is_some_and(|judged| judged.bucket <= now.plus(-REACH));
        if old { self.buckets.pop_front() } else { None }
    }

    /// Marks all buckets from `first` on as claimed by an incident.
    pub fn claim(&mut self, first: Bucket) {
        self.buckets.iter_mut().filter(|judged| judged.bucket >= first).for_each(|judged| judged.claimed = true);
    }

    /// The windows of these lengths (ascending, in buckets) that end with the last bucket and do not reach before
    /// `floor`; one whose buckets are those of a shorter one is left out.
    pub fn windows(&self, lengths: &[i64], floor: Bucket) -> Vec<Window> {
        let Some(last) = self.buckets.back() else { return Vec::new() };
        let mut windows: Vec<Window> = Vec::with_capacity(lengths.len());
        let mut sum = Window {
            from: last.bucket,
            to: last.bucket,
            length: 0,
            mentions: 0,
            negative: 0,
            heard: 0.0,
            usual_mentions: 0.0,
            usual_negative: 0.0,
        };
        let mut lengths = lengths.iter().copied().peekable();
        let within = |judged: &&Judged| judged.bucket >= floor;
        for judged in self.buckets.iter().rev().take_while(within) {
            while let Some(length) = lengths.next_if(|length| judged.bucket <= last.bucket.plus(-length)) {
                close(&mut windows, Window { length, ..sum });
            }
            sum.from = judged.bucket;
            sum.mentions += judged.mentions;
            sum.negative += judged.negative;
            sum.heard += judged.heard;
            sum.usual_mentions += judged.usual_mentions;
            sum.usual_negative += judged.usual_negative;
        }
        if let Some(length) = lengths.next() {
            close(&mut windows, Window { length, ..sum });
        }
        windows
    }

    /// How many authors wrote the negative mentions of a window, and how many of these mentions are left when one
    /// author counts at most twice. `None` when authors are not known.
    pub fn authors(&self, window: &Window) -> Option<(i64, i64)> {
        let mut by_author: HashMap<u64, i64> = HashMap::new();
        let mut unnamed = 0;
        for judged in self.buckets.iter().filter(|judged| judged.bucket >= window.from && judged.bucket <= window.to) {
            let voices = judged.voices.as_ref()?;
            let mut named = 0;
            for (author, times) in voices {
                *by_author.entry(*author).or_default() += i64::from(*times);
                named += i64::from(*times);
            }
            unnamed += (judged.negative - named).max(0);
        }
        let counted: i64 = by_author.values().map(|times| (*times).min(PER_AUTHOR)).sum();
        Some((by_author.len() as i64 + unnamed, counted + unnamed))
    }

    /// Where the surge in a window began: the start after which most more negatives came than usual.
    pub fn beginning(&self, window: &Window) -> Bucket {
        let mut best = (0.0, window.to);
        let mut excess = 0.0;
        for judged in self.buckets.iter().rev().take_while(|judged| judged.bucket >= window.from) {
            excess += judged.negative as f64 - judged.usual_negative;
            if excess > best.0 {
                best = (excess, judged.bucket);
            }
        }
        best.1
    }

    /// Where the surge in a window ended so far: the end before which most more negatives came than usual.
    pub fn ending(&self, window: &Window) -> Bucket {
        let mut best = (0.0, window.from);
        let mut excess = 0.0;
        for judged in self.buckets.iter().filter(|judged| judged.bucket >= window.from) {
            excess += judged.negative as f64 - judged.usual_negative;
            if excess > best.0 {
                best = (excess, judged.bucket);
            }
        }
        best.1
    }
}

fn close(windows: &mut Vec<Window>, window: Window) {
    if windows.last().is_none_or(|shorter| shorter.from != window.from) {
        windows.push(window);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Usual = Usual { mentions: 10.0, share: 0.1 };

    fn heard(minute: i64, negative: i64, voices: &[(u64, u32)]) -> Heard {
        Heard {
            bucket: Bucket::of_millis(minute * 60_000),
            slot: 0,
            mentions: 10,
            negative,
            heard: 1.0,
            voices: Some(voices.to_vec()),
        }
    }

    #[test]
    fn windows_sum_their_own_buckets_and_stop_at_the_floor() {
        let mut recent = Recent::default();
        for i in 0..10 {
            recent.add(&heard(i * 5, i, &[]), USUAL, false);
        }
        let sums = |floor: i64| -> Vec<(i64, i64)> {
            let floor = Bucket::of_millis(floor * 60_000);
            recent.windows(&[1, 3, 6, 72], floor).iter().map(|w| (w.length, w.negative)).collect()
        };
        assert_eq!(sums(0), [(1, 9), (3, 24), (6, 39), (72, 45)]);
        assert_eq!(sums(40), [(1, 9), (3, 17)]);
    }

    #[test]
    fn a_loud_author_counts_twice_and_an_unnamed_one_once() {
        let mut recent = Recent::default();
        recent.add(&heard(0, 50, &[(1, 50)]), USUAL, false);
        recent.add(&heard(5, 9, &[(1, 4), (2, 1)]), USUAL, false);
        let window = recent.windows(&[3], Bucket::of_millis(0))[0];
        assert_eq!(recent.authors(&window), Some((2 + 4, 2 + 1 + 4)));
    }

    #[test]
    fn a_surge_reaches_from_where_the_excess_began_to_where_it_ended() {
        let mut recent = Recent::default();
        for (i, negative) in [1, 0, 1, 6, 8, 9, 0, 1, 0].into_iter().enumerate() {
            recent.add(&heard(i as i64 * 5, negative, &[]), USUAL, false);
        }
        let window = recent.windows(&[72], Bucket::of_millis(0))[0];
        assert_eq!(recent.beginning(&window), Bucket::of_millis(15 * 60_000));
        assert_eq!(recent.ending(&window), Bucket::of_millis(25 * 60_000));
    }
}
