//! What the watch remembers of a topic between two rounds.
//!
//! In: buckets as they were heard. Out: text for the store, and itself again from that text, bit for bit.
//! Never: holds a name of an author, grows with history.

use anyhow::Context;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use super::chronicle::Chronicle;
use super::ledger::Ledger;
use super::{Subject, Weights};
use crate::detect::{Finding, Heard, Negative, News};
use crate::domain::{Bucket, Interval};
use crate::store::Store;

/// The weight of a source halves in so many buckets: a week.
const WEIGHT_HALF_LIFE: f64 = 2_016.0;
/// Late posts are told when there are so many negative ones, and such a part of those that were judged.
const LATE_NEGATIVE: i64 = 3;
const LATE_PART: f64 = 0.1;

/// What was counted into the open incident when it was judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Tally {
    first: Bucket,
    mentions: i64,
    negative: i64,
}

/// The memory of one topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Memory {
    /// Negative surges.
    pub(super) negative: Negative,
    /// Since when history was learnt; `None` before the first bucket is judged.
    pub(super) learnt_from: Option<Bucket>,
    weights: Weights,
    open: Option<Tally>,
}

impl Memory {
    /// A memory that may alarm from `began` on.
    pub(super) fn new(began: Bucket) -> Self {
        Self { negative: Negative::new(began), learnt_from: None, weights: Weights::new(), open: None }
    }

    /// Reads what [`Self::write`] wrote.
    pub(super) fn read(text: &str) -> anyhow::Result<Self> {
        let bytes = BASE64_STANDARD.decode(text).context("the watch memory is not base64")?;
        rmp_serde::from_slice(&bytes).context("the watch memory cannot be read")
    }

    /// As text; floating-point numbers keep every bit, so that a restart judges as no restart would.
    pub(super) fn write(&self) -> anyhow::Result<String> {
        let bytes = rmp_serde::to_vec(self).context("the watch memory cannot be written")?;
        Ok(BASE64_STANDARD.encode(bytes))
    }

    /// Whether no incident is open.
    pub(super) fn calm(&self) -> bool {
        self.open.is_none()
    }

    /// The bucket as the detectors want it; the sources' weights learn from it.
    pub(super) fn heard(&mut self, ledger: &Ledger, bucket: Bucket, slot: u8) -> Heard {
        let heard = ledger.heard(bucket, &self.weights);
        let keep = 0.5f64.powf(1.0 / WEIGHT_HALF_LIFE);
        self.weights.values_mut().for_each(|weight| *weight *= keep);
        for (source, mentions) in ledger.by_source(bucket) {
            *self.weights.entry(source.clone()).or_default() += mentions as f64;
        }
        self.weights.retain(|_, weight| *weight > 1e-3);
        let (mentions, negative) = ledger.counts(bucket);
        Heard { bucket, slot, mentions, negative, heard, voices: Some(ledger.voices(bucket)) }
    }

    /// Counts a bucket into the open incident.
    pub(super) fn count_into_open(&mut self, heard: &Heard) {
        if let Some(tally) = &mut self.open {
            tally.mentions += heard.mentions;
            tally.negative += heard.negative;
        }
    }

    /// Keeps in mind which incident is open.
    pub(super) async fn follow(&mut self, store: &Store, subject: &Subject, finding: &Finding) -> anyhow::Result<()> {
        match finding.news {
            News::Opened | News::Reopened => {
                let window = Interval { from: finding.first.start(), to: finding.last.end() };
                let counts = store.heard_counts(&subject.topic, window).await?;
                let (mentions, negative) =
                    counts.iter().fold((0, 0), |sum, count| (sum.0 + count.mentions, sum.1 + count.negative));
                self.open = Some(Tally { first: finding.first, mentions, negative });
            }
            News::Resolved => self.open = None,
            News::Risen | News::GoesOn => {}
        }
        Ok(())
    }

    /// Tells the open incident of posts that belong to it but came after their bucket was judged: the counts are right
    /// by now, what was judged is not judged again.
    pub(super) async fn note_late(
        &mut self,
        store: &Store,
        subject: &Subject,
        until: Bucket,
        chronicle: &mut Chronicle<'_>,
    ) -> anyhow::Result<()> {
        let Some(tally) = &mut self.open else { return Ok(()) };
        let window = Interval { from: tally.first.start(), to: until.start() };
        let counts = store.heard_counts(&subject.topic, window).await?;
        let (mentions, negative) =
            counts.iter().fold((0, 0), |sum, count| (sum.0 + count.mentions, sum.1 + count.negative));
        let late = negative - tally.negative;
        if late >= LATE_NEGATIVE && late as f64 >= LATE_PART * tally.negative as f64 {
            chronicle.note_late(tally.first, mentions - tally.mentions, late).await?;
            (tally.mentions, tally.negative) = (mentions, negative);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Sensitivity;

    #[test]
    fn a_memory_comes_back_bit_for_bit() -> anyhow::Result<()> {
        let mut memory = Memory::new(Bucket::of_millis(0));
        for i in 0..3_000i64 {
            let heard = Heard {
                bucket: Bucket::of_millis(i * Bucket::MILLIS),
                slot: u8::try_from(i / 12 % 168)?,
                mentions: i % 7,
                negative: i % 3 / 2,
                heard: 0.9,
                voices: Some(vec![(i.unsigned_abs(), 1)]),
            };
            memory.negative.judge(&heard, Sensitivity::default());
        }
        let text = memory.write()?;
        assert_eq!(Memory::read(&text)?, memory);
        assert!(text.len() < 16_000, "{} characters", text.len());
        Ok(())
    }
}
