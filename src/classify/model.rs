//! One language group's weights: the questions asked of a text (does it lean? which way? and, where one set is learnt
//! alone, is it blame? is it praise?) and their calibration.
//!
//! In: a text's features. Out: calibrated probabilities, and what each feature said.
//! Never: adds numbers in an order that could change.

use serde::{Deserialize, Serialize};

use super::feature::{FAMILIES, Features};
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
    slots: Vec<Slot>,
    /// Blame and praise of each slot; empty where they were not learnt.
    alone: Vec<[i16; HEADS - BOTH]>,
    mask: usize,
}

/// The questions that every model was taught: their weights lie beside the key, so that one look in memory finds both.
const BOTH: usize = 2;

/// A key (0: empty) and what it says of the first two questions.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    key: u32,
    weights: [i16; BOTH],
}

/// So many features are looked up at a time: the memory is asked for all of them before the first answer is needed.
const AT_A_TIME: usize = 64;

/// A text's scores, and what each of its features said of the way it leans.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scored {
    pub(crate) scores: Scores,
    /// Whole-number weights, in the order of the features.
    pub(crate) ways: Vec<i16>,
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
        let size = (weights.len() * 3 / 2).next_power_of_two().max(16);
        let mask = size - 1;
        let mut slots = vec![Slot::default(); size];
        let mut alone = vec![[0; HEADS - BOTH]; if header.questions > BOTH { size } else { 0 }];
        for (key, [lean, way, others @ ..]) in weights {
            let mut slot = slot_of(*key) & mask;
            while slots[slot].key != 0 && slots[slot].key != *key {
                slot = (slot + 1) & mask;
            }
            slots[slot] = Slot { key: *key, weights: [*lean, *way] };
            if let Some(alone) = alone.get_mut(slot) {
                *alone = *others;
            }
        }
        Self { header, slots, alone, mask }
    }

    /// How many features have a weight.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.slots.iter().filter(|slot| slot.key != 0).count()
    }

    /// Where a key is, looked for from a slot on.
    fn find(&self, key: u32, mut slot: usize) -> Option<usize> {
        loop {
            match self.slots[slot].key {
                0 => return None,
                found if found == key => return Some(slot),
                _ => slot = (slot + 1) & self.mask,
            }
        }
    }

    /// Adds up what the features say: whole numbers within a family, so that order cannot matter.
    pub(crate) fn score(&self, features: &Features) -> Scored {
        let mut sums = [[0i64; HEADS]; FAMILIES];
        let mut ways = Vec::with_capacity(features.list.len());
        let mut keys = [0u32; AT_A_TIME];
        for some in features.list.chunks(AT_A_TIME) {
            for (key, feature) in keys.iter_mut().zip(some) {
                *key = self.slots[slot_of(feature.key) & self.mask].key;
            }
            for (first, feature) in keys.iter().zip(some) {
                let slot = slot_of(feature.key) & self.mask;
                let slot = if *first == feature.key { Some(slot) } else { self.find(feature.key, slot) };
                let Some(slot) = slot else {
                    ways.push(0);
                    continue;
                };
                let [lean, way] = self.slots[slot].weights;
                let sums = &mut sums[feature.family as usize];
                sums[0] += i64::from(lean);
                sums[1] += i64::from(way);
                if let Some([blame, praise]) = self.alone.get(slot) {
                    sums[2] += i64::from(*blame);
                    sums[3] += i64::from(*praise);
                }
                ways.push(way);
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
        Scored { scores: Scores { lean: head(0), way: head(1), blame: head(2), praise: head(3) }, ways }
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
