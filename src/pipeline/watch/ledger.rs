//! What was heard in a stretch: counts, authors and coverage, by bucket.
//!
//! In: a topic's stretch. Out: how much of it each source heard, and what was said.
//! Never: says "nothing was said" where nobody listened.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use super::{Subject, Weights};
use crate::detect::recent::REACH;
use crate::domain::{Bucket, Coverage, Interval, SourceName};
use crate::store::{Error, HeardCount, Store};

/// One stretch of one topic, as it was heard.
pub(super) struct Ledger {
    counts: HashMap<Bucket, Vec<HeardCount>>,
    voices: HashMap<Bucket, Vec<(u64, u32)>>,
    coverage: BTreeMap<SourceName, Coverage>,
    /// Whether the stretch is history: before a source was first heard, the ledger says nothing of it.
    history: bool,
}

impl Ledger {
    /// Loads a stretch.
    pub(super) async fn load(
        store: &Store,
        subject: &Subject,
        stretch: Interval,
        history: bool,
    ) -> Result<Self, Error> {
        let mut counts: HashMap<Bucket, Vec<HeardCount>> = HashMap::new();
        for count in store.heard_counts(&subject.topic, stretch).await? {
            counts.entry(count.bucket).or_default().push(count);
        }
        let mut voices: HashMap<Bucket, Vec<(u64, u32)>> = HashMap::new();
        for voice in store.negative_voices(&subject.topic, stretch).await? {
            if !voice.author.is_empty() {
                let times = u32::try_from(voice.negative).unwrap_or(u32::MAX);
                voices.entry(voice.bucket).or_default().push((name_of(&voice.author), times));
            }
        }
        // Windows reach back before the stretch, and so does the question who was deaf in them.
        let reached = Interval { from: Bucket::of(stretch.from).plus(-REACH).start(), to: stretch.to };
        let coverage = store.coverage_by_source(&subject.sources, reached).await?;
        Ok(Self { counts, voices, coverage, history })
    }

    /// Mentions and negative ones of a bucket, over all sources.
    pub(super) fn counts(&self, bucket: Bucket) -> (i64, i64) {
        let counts = self.counts.get(&bucket).map_or(&[][..], Vec::as_slice);
        counts.iter().fold((0, 0), |sum, count| (sum.0 + count.mentions, sum.1 + count.negative))
    }

    /// Mentions of a bucket by source.
    pub(super) fn by_source(&self, bucket: Bucket) -> impl Iterator<Item = (&SourceName, i64)> {
        self.counts.get(&bucket).into_iter().flatten().map(|count| (&count.source, count.mentions))
    }

    /// Negative mentions of a bucket by author.
    pub(super) fn voices(&self, bucket: Bucket) -> Vec<(u64, u32)> {
        self.voices.get(&bucket).cloned().unwrap_or_default()
    }

    /// How much of what the topic usually hears could be heard in a bucket: each source counts by its usual mentions.
    pub(super) fn heard(&self, bucket: Bucket, weights: &Weights) -> f64 {
        let window = Interval { from: bucket.start(), to: bucket.end() };
        let (mut heard, mut all) = (0.0, 0.0);
        for (source, coverage) in &self.coverage {
            // A source that has not brought anything yet still counts a little.
            let weight = weights.get(source).copied().unwrap_or_default() + 0.5;
            let share = coverage.share(window);
            heard += weight * share;
            all += weight;
        }
        let said = self.counts.contains_key(&bucket);
        match (all > 0.0, self.history) {
            // What was imported or looked back at has no ledger: where something was said, somebody listened, and
            // between such buckets too.
            (_, true) if heard <= 0.0 => 1.0,
            (true, _) => heard / all,
            (false, _) => f64::from(u8::from(said)),
        }
    }

    /// The sources that were deaf for more than half of a window, in order.
    pub(super) fn deaf(&self, window: Interval) -> Vec<SourceName> {
        let deaf = self.coverage.iter().filter(|(_, coverage)| coverage.share(window) < 0.5);
        deaf.map(|(source, _)| source.clone()).collect()
    }
}

/// An author as a number, so that the memory holds no names.
fn name_of(author: &str) -> u64 {
    let hash = Sha256::digest(author.as_bytes());
    hash.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}
