//! The themes' model: one question per theme, with its calibration and from where on it is told.

use serde::{Deserialize, Serialize};

use super::cut::CutSpec;
use super::linear::Linear;
use crate::classify::group::Spec;
use crate::classify::number::exp;

/// Everything about the model but its weights; stands in the file as JSON, for people too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    /// Names the weights: eight hex digits of their checksum.
    pub(super) version: String,
    /// Seed of the feature hash.
    pub(super) hash_seed: u64,
    /// Seed of the order in which training saw its texts.
    pub(super) training_seed: u64,
    /// How texts of each language group are cut, in the order of the groups.
    pub(super) specs: Vec<Spec>,
    /// What else is cut.
    pub(super) cut: CutSpec,
    /// The themes' names, in the order of the labels.
    pub(super) themes: Vec<String>,
    /// What one step of each label's weights is worth.
    pub(super) steps: Vec<f64>,
    /// Score to probability: factor and constant of a logistic, per theme.
    pub(super) calibration: Vec<[f64; 2]>,
    /// From this probability on a theme is told.
    pub(super) least: Vec<f64>,
    /// How many texts it was trained on.
    pub(super) texts: usize,
    /// Checksum over what it was trained on.
    pub(super) data: String,
}

/// The model, ready to be asked.
#[derive(Debug)]
pub(super) struct ThemeModel {
    pub(super) header: Header,
    pub(super) linear: Linear,
}

impl ThemeModel {
    /// How sure a score makes us of a theme.
    pub(super) fn probability(&self, label: usize, score: f64) -> f64 {
        self.header.calibration.get(label).map_or(0.0, |factors| logistic(*factors, score))
    }
}

/// A calibrated probability.
pub(super) fn logistic([factor, constant]: [f64; 2], score: f64) -> f64 {
    1.0 / (1.0 + exp(-(factor * score + constant)))
}
