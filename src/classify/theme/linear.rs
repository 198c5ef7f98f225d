//! Many yes/no questions asked of the same features: sparse weights, added up in one pass.
//!
//! In: a cut text. Out: a score per label, and what each feature said of one.
//! Never: adds numbers in an order that could change.

use std::ops::Range;

use super::cut::{Cut, FAMILIES};

/// Most labels that can be asked for at once.
pub(super) const MOST_LABELS: usize = 32;

/// A feature with what it says of each label that it says anything of.
pub(super) type Weighted = (u32, Vec<(u8, i16)>);

/// The weights, laid out for asking.
#[derive(Debug)]
pub(super) struct Linear {
    /// Keys and where their weights begin and end; key 0 is an empty slot.
    slots: Vec<(u32, u32, u32)>,
    weights: Vec<(u8, i16)>,
    /// What one step of each label's whole-number weights is worth.
    steps: Vec<f64>,
    mask: usize,
}

impl Linear {
    /// Lays weights out; keys are never 0, labels below [`MOST_LABELS`].
    pub(super) fn new(steps: Vec<f64>, weighted: &[Weighted]) -> Self {
        let size = (weighted.len() * 2).next_power_of_two().max(16);
        let mask = size - 1;
        let mut slots = vec![(0, 0, 0); size];
        let mut weights = Vec::new();
        for (key, of) in weighted {
            let mut slot = slot_of(*key) & mask;
            while slots[slot].0 != 0 {
                slot = (slot + 1) & mask;
            }
            let start = weights.len() as u32;
            weights.extend_from_slice(of);
            slots[slot] = (*key, start, weights.len() as u32);
        }
        Self { slots, weights, steps, mask }
    }

    fn weights(&self, key: u32) -> &[(u8, i16)] {
        let mut slot = slot_of(key) & self.mask;
        loop {
            match self.slots[slot] {
                (0, _, _) => return &[],
                (found, start, end) if found == key => {
                    return self.weights.get(start as usize..end as usize).unwrap_or_default();
                }
                _ => slot = (slot + 1) & self.mask,
            }
        }
    }

    /// A score per label: whole numbers within a family, so that order cannot matter.
    pub(super) fn scores(&self, cut: &Cut) -> Vec<f64> {
        let mut sums = [[0i32; MOST_LABELS]; FAMILIES];
        for piece in &cut.pieces {
            let sums = &mut sums[piece.family as usize];
            for (label, weight) in self.weights(piece.key) {
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
        self.steps.iter().enumerate().map(score).collect()
    }

    /// One label's score of a text given as numbers.
    pub(super) fn score(&self, values: &[(u32, f32)], label: usize) -> f64 {
        let weight = |key: u32| self.weights(key).iter().find(|(of, _)| usize::from(*of) == label);
        let parts = values.iter().filter_map(|(key, value)| Some(f64::from(weight(*key)?.1) * f64::from(*value)));
        parts.sum::<f64>() * self.steps[label]
    }

    /// What each feature with a place says of one label.
    pub(super) fn told(&self, cut: &Cut, label: usize) -> Vec<(Range<usize>, f64)> {
        let placed = cut.pieces.iter().filter(|piece| piece.end > piece.start);
        let told = placed.filter_map(|piece| {
            let weight = self.weights(piece.key).iter().find(|(of, _)| usize::from(*of) == label)?.1;
            let scale = cut.scales[piece.family as usize] * self.steps[label];
            Some((piece.start as usize..piece.end as usize, f64::from(weight) * scale))
        });
        told.collect()
    }

    /// How many features have a weight.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.slots.iter().filter(|slot| slot.0 != 0).count()
    }
}

fn slot_of(key: u32) -> usize {
    (key.wrapping_mul(0x9e37_79b9) >> 7) as usize
}
