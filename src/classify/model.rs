//! One language group's weights: two questions asked of a text (does it lean? which way?) and their calibration.
//!
//! In: a text's features. Out: calibrated probabilities, and what each feature said.
//! Never: allocates per text, or adds numbers in an order that could change.

use serde::{Deserialize, Serialize};

use super::feature::{FAMILIES, Feature, Features};
use super::group::{Group, Spec};
use super::number::softmax;

/// The two questions, in the order of the weights.
pub(crate) const HEADS: usize = 2;

/// Everything about a model but its weights; stands in the file as JSON, for people too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// Its language group.
    pub(crate) group: Group,
    /// Names the weights: eight hex digits of their checksum.
    pub(crate) version: String,
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
    /// Scores to the three answers: per answer the factors of `lean`, `way`, `|way|` and a constant.
    pub(crate) calibration: [[f64; 4]; 3],
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

/// The raw answers of the two heads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Scores {
    /// Above 0: the text leans; below: it states or asks.
    pub(crate) lean: f64,
    /// Above 0: toward praise; below: toward blame.
    pub(crate) way: f64,
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
            sum[0] += i64::from(weight[0]);
            sum[1] += i64::from(weight[1]);
        }
        let scales = features.scales();
        let head = |head: usize| {
            let mut total = 0.0;
            for family in 0..FAMILIES {
                total += sums[family][head] as f64 * scales[family];
            }
            total * self.header.steps[head]
        };
        Scores { lean: head(0), way: head(1) }
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

/// The calibrated answer for two raw scores.
pub(crate) fn probabilities(calibration: &[[f64; 4]; 3], scores: Scores) -> [f64; 3] {
    let inputs = [scores.lean, scores.way, scores.way.abs(), 1.0];
    softmax(calibration.map(|row| row[0] * inputs[0] + row[1] * inputs[1] + row[2] * inputs[2] + row[3] * inputs[3]))
}
