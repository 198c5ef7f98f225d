//! Many yes/no questions asked of the same features: sparse weights, added up in one pass.
//!
//! In: a cut text. Out: a score per label, and what each feature said of one.
//! Never: adds numbers in an order that could change.

use std::cmp::Reverse;
use std::ops::Range;

use super::cut::{Cut, FAMILIES, Piece};

/// Most labels that can be asked for at once.
pub(super) const MOST_LABELS: usize = 32;

/// A feature with what it says of each label that it says anything of.
pub(super) type Weighted = (u32, Vec<(u8, i16)>);

/// The weights, laid out for asking.
#[derive(Debug)]
pub(super) struct Linear {
    /// A bit per hash of a key: most features of a text have no weight, and this says so without leaving the cache.
    known: Vec<u64>,
    slots: Vec<Slot>,
    weights: Vec<(u8, i16)>,
    /// What one step of each label's whole-number weights is worth.
    steps: Vec<f64>,
    mask: usize,
}

/// A key (0: empty) and where its weights are: the start, and in the lowest bits how many.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    key: u32,
    place: u32,
}

/// Bits of a place that hold how many weights there are; a feature has at most [`MOST_LABELS`].
const COUNT_BITS: u32 = 6;
/// Words of 64 bits that say which keys are known: 2^21 bits.
const KNOWN: usize = 1 << 15;

/// What a text's features say.
#[derive(Debug)]
pub(super) struct Asked {
    /// A score per label.
    pub(super) scores: Vec<f64>,
    /// Features that have weights, in the order of the cut text.
    hits: Vec<Hit>,
}

/// A feature that has weights, the place of all of them, and the first one.
#[derive(Clone, Copy, Debug)]
struct Hit {
    piece: Piece,
    place: u32,
    first: (u8, i16),
}

impl Linear {
    /// Lays weights out; keys are never 0, labels below [`MOST_LABELS`].
    pub(super) fn new(steps: Vec<f64>, weighted: &[Weighted]) -> Self {
        let size = (weighted.len() * 3 / 2).next_power_of_two().max(16);
        let mask = size - 1;
        let (mut known, mut slots) = (vec![0u64; KNOWN], vec![Slot::default(); size]);
        let mut weights = Vec::with_capacity(weighted.iter().map(|(_, of)| of.len()).sum());
        // What speaks of many labels is met most: its weights lie side by side.
        let mut by_labels: Vec<&Weighted> = weighted.iter().collect();
        by_labels.sort_by_key(|(_, of)| Reverse(of.len()));
        for (key, of) in by_labels {
            let mut slot = slot_of(*key) & mask;
            while slots[slot].key != 0 {
                slot = (slot + 1) & mask;
            }
            let place = (weights.len() as u32) << COUNT_BITS | of.len() as u32;
            weights.extend_from_slice(of);
            slots[slot] = Slot { key: *key, place };
            let (word, bit) = known_at(*key);
            known[word] |= bit;
        }
        Self { known, slots, weights, steps, mask }
    }

    /// Whether a key may have weights.
    fn is_known(&self, key: u32) -> bool {
        let (word, bit) = known_at(key);
        self.known[word] & bit != 0
    }

    /// Where a key's weights are, looked for from a slot on; 0 when it has none.
    fn place(&self, key: u32, mut slot: usize) -> u32 {
        loop {
            match self.slots[slot] {
                Slot { key: 0, .. } => return 0,
                Slot { key: found, place } if found == key => return place,
                _ => slot = (slot + 1) & self.mask,
            }
        }
    }

    fn at(&self, place: u32) -> &[(u8, i16)] {
        let (start, count) = ((place >> COUNT_BITS) as usize, (place & ((1 << COUNT_BITS) - 1)) as usize);
        self.weights.get(start..start + count).unwrap_or_default()
    }

    /// Features that have weights. Each step is done for all features before the next one, so that the memory is asked
    /// for many of them at a time.
    fn hits(&self, cut: &Cut<'_>) -> Vec<Hit> {
        let mut hits = Vec::with_capacity(cut.len());
        let known = cut.pieces().filter(|piece| self.is_known(piece.key));
        hits.extend(known.map(|piece| Hit { piece, place: 0, first: (0, 0) }));
        let mut keys = Vec::with_capacity(hits.len());
        for hit in &mut hits {
            let slot = self.slots[slot_of(hit.piece.key) & self.mask];
            keys.push(slot.key);
            hit.place = slot.place;
        }
        for (hit, found) in hits.iter_mut().zip(keys) {
            if found != hit.piece.key {
                hit.place = self.place(hit.piece.key, slot_of(hit.piece.key) & self.mask);
            }
        }
        hits.retain(|hit| hit.place != 0);
        for hit in &mut hits {
            hit.first = self.weights.get((hit.place >> COUNT_BITS) as usize).copied().unwrap_or_default();
        }
        hits
    }

    /// Adds up what the features say: whole numbers within a family, so that order cannot matter.
    pub(super) fn ask(&self, cut: &Cut<'_>) -> Asked {
        let mut sums = [[0i32; MOST_LABELS]; FAMILIES];
        let hits = self.hits(cut);
        for hit in &hits {
            let sums = &mut sums[hit.piece.family as usize];
            let (first, rest) = (hit.first, self.at(hit.place).get(1..).unwrap_or_default());
            for (label, weight) in std::iter::once(&first).chain(rest) {
                sums[*label as usize % MOST_LABELS] += i32::from(*weight);
            }
        }
        let score = |(label, step): (usize, &f64)| {
            let mut total = 0.0;
            for (sums, scale) in sums.iter().zip(cut.scales) {
                total += f64::from(sums[label]) * scale;
            }
            total * step
        };
        Asked { scores: self.steps.iter().enumerate().map(score).collect(), hits }
    }

    /// One label's score of a text given as numbers.
    pub(super) fn score(&self, values: &[(u32, f32)], label: usize) -> f64 {
        let weight = |key: u32| {
            let place = if self.is_known(key) { self.place(key, slot_of(key) & self.mask) } else { 0 };
            self.at(place).iter().find(|(of, _)| usize::from(*of) == label)
        };
        let parts = values.iter().filter_map(|(key, value)| Some(f64::from(weight(*key)?.1) * f64::from(*value)));
        parts.sum::<f64>() * self.steps[label]
    }

    /// What each feature with a place says of one label.
    pub(super) fn told(&self, cut: &Cut<'_>, asked: &Asked, label: usize) -> impl Iterator<Item = (Range<usize>, f64)> {
        let scales = cut.scales.map(|scale| scale * self.steps[label]);
        asked.hits.iter().filter(|hit| hit.piece.end > hit.piece.start).filter_map(move |hit| {
            let weight = self.at(hit.place).iter().find(|(of, _)| usize::from(*of) == label)?.1;
            let place = hit.piece.start as usize..hit.piece.end as usize;
            Some((place, f64::from(weight) * scales[hit.piece.family as usize]))
        })
    }

    /// How many features have a weight.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.slots.iter().filter(|slot| slot.key != 0).count()
    }
}

fn slot_of(key: u32) -> usize {
    (key.wrapping_mul(0x9e37_79b9) >> 7) as usize
}

fn known_at(key: u32) -> (usize, u64) {
    let hash = key.wrapping_mul(0x85eb_ca6b) >> 11;
    ((hash >> 6) as usize % KNOWN, 1 << (hash & 63))
}
