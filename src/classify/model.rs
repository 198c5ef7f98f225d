//! One language group's weights: the questions asked of a text (does it lean? which way? and, where one set is learnt
//! alone, is it blame? is it praise?) and their calibration.
//!
//! In: a text's features. Out: calibrated probabilities, and what each feature said.
//! Never: allocates per text, or adds numbers in an order that could change.

use serde::{Deserialize, Serialize};

use super::feature::{FAMILIES, Feature, Features};
use super::group::{Group, Spec};
use super::number::softmax;

/// The four questions, in the order of the weights: does it lean, which way, is it blame, is it praise.
pub(crate) const HEADS: usize = 4;

/// What calibration weighs: the four scores, the size of the second, a constant.
pub(crate) const INPUTS: usize = 6;

/// Everything about a model but its weights; stands in the file as JSON, for people too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// Its language group.
    pub(crate) group: Group,
    /// Names the weights: eight hex digits of their checksum.
    pub(crate) version: String,
    /// How many of the questions were learnt: the first two, or all; the weights of the others are 0 and not in the file.
    pub(crate) questions: usize,
    /// Seed of the feature hash.
    pub(crate) hash_seed: u64,
    /// Seed of the order in which training saw its texts.
    pub(crate) training_seed: u64,
    /// How texts are cut.
    pub(crate) spec: Spec,
    /// The answers, in the order of the calibration's rows.
    pub(crate) classes: [String; 3],
    /// What one step of each head's whole-number weights is worth.
    pub(crate) steps: [f64; HEADS],
    /// Scores to the three answers: per answer the factors of [`Scores::inputs`].
    pub(crate) calibration: [[f64; INPUTS]; 3],
    /// Below this probability the answer is *unsure*.
    pub(crate) unsure_below: f64,
    /// The share of right answers above it, on the texts that chose it.
    pub(crate) sure_precision: f64,
    /// How many texts it was trained on.
    pub(crate) texts: usize,
    /// Checksum over the ids and labels it was trained on.
    pub(crate) data: String,
}

/// A trained model, ready to be asked.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) header: Header,
    keys: Vec<u32>,
    weights: Vec<[i16; HEADS]>,
    mask: usize,
}

/// The raw answers of the four heads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Scores {
    /// Above 0: the text leans; below: it states or asks.
    pub(crate) lean: f64,
    /// Above 0: toward praise; below: toward blame.
    pub(crate) way: f64,
    /// Above 0: blame, rather than anything else.
    pub(crate) blame: f64,
    /// Above 0: praise, rather than anything else.
    pub(crate) praise: f64,
}

impl Scores {
    /// What calibration weighs.
    pub(crate) fn inputs(&self) -> [f64; INPUTS] {
        [self.lean, self.way, self.way.abs(), self.blame, self.praise, 1.0]
    }
}

impl Model {
    /// Lays the weights out for asking; keys are never 0.
    pub(crate) fn new(header: Header, weights: &[(u32, [i16; HEADS])]) -> Self {
        let size = (weights.len() * 2).next_power_of_two().max(16);
        let mask = size - 1;
        let mut keys = vec![0u32; size];
        let mut table = vec![[0i16; HEADS]; size];
        for (key, weight) in weights {
            let mut slot = slot_of(*key) & mask;
            while keys[slot] != 0 && keys[slot] != *key {
                slot = (slot + 1) & mask;
            }
            keys[slot] = *key;
            table[slot] = *weight;
        }
        Self { header, keys, weights: table, mask }
    }

    /// How many features have a weight.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.keys.iter().filter(|key| **key != 0).count()
    }

    fn weight(&self, key: u32) -> [i16; HEADS] {
        let mut slot = slot_of(key) & self.mask;
        loop {
            match self.keys[slot] {
                0 => return [0; HEADS],
                found if found == key => return self.weights[slot],
                _ => slot = (slot + 1) & self.mask,
            }
        }
    }

    /// Adds up what the features say: whole numbers within a family, so that order cannot matter.
    pub(crate) fn score(&self, features: &Features) -> Scores {
        let mut sums = [[0i64; HEADS]; FAMILIES];
        for feature in &features.list {
            let weight = self.weight(feature.key);
            let sum = &mut sums[feature.family as usize];
            for (sum, weight) in sum.iter_mut().zip(weight) {
                *sum += i64::from(weight);
            }
        }
        let scales = features.scales();
        let head = |head: usize| {
            let mut total = 0.0;
            for family in 0..FAMILIES {
                total += sums[family][head] as f64 * scales[family];
            }
            total * self.header.steps[head]
        };
        Scores { lean: head(0), way: head(1), blame: head(2), praise: head(3) }
    }

    /// What one feature says of the way the text leans.
    pub(crate) fn way_of(&self, feature: &Feature, scales: [f64; FAMILIES]) -> f64 {
        f64::from(self.weight(feature.key)[1]) * scales[feature.family as usize] * self.header.steps[1]
    }

    /// Calibrated probabilities of negative, neutral, positive.
    pub(crate) fn probabilities(&self, scores: Scores) -> [f64; 3] {
        probabilities(&self.header.calibration, scores)
    }
}

fn slot_of(key: u32) -> usize {
    (key.wrapping_mul(0x9e37_79b9) >> 7) as usize
}

/// The calibrated answer for raw scores.
pub(crate) fn probabilities(calibration: &[[f64; INPUTS]; 3], scores: Scores) -> [f64; 3] {
    let inputs = scores.inputs();
    softmax(calibration.map(|row| row.iter().zip(inputs).fold(0.0, |sum, (factor, input)| sum + factor * input)))
}
