//! How a text leans, and how sure we are.

use serde::{Deserialize, Serialize};

/// How a text leans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sentiment {
    /// Complains, warns, mocks.
    Negative,
    /// States or asks.
    Neutral,
    /// Praises, thanks, recommends.
    Positive,
    /// No answer is sure enough to act on.
    Unsure,
}

impl Sentiment {
    /// All of them, in the order of charts.
    pub const ALL: &'static [Self] = &[Self::Negative, Self::Neutral, Self::Positive, Self::Unsure];

    /// The word used in tables and queries.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
            Self::Unsure => "unsure",
        }
    }

    /// The sentiment of this word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|sentiment| sentiment.as_str() == word)
    }
}

/// How a text leans: -1.0 wholly negative, 1.0 wholly positive.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Polarity(f32);

impl Polarity {
    /// Returns `None` outside -1.0..=1.0 and for NaN.
    pub fn new(value: f32) -> Option<Self> {
        (-1.0..=1.0).contains(&value).then_some(Self(value))
    }

    /// The number itself.
    pub fn value(self) -> f32 {
        self.0
    }
}

/// How sure we are: a calibrated probability from 0.0 to 1.0.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confidence(f32);

impl Confidence {
    /// Returns `None` outside 0.0..=1.0 and for NaN.
    pub fn new(value: f32) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Self(value))
    }

    /// The number itself.
    pub fn value(self) -> f32 {
        self.0
    }
}

/// Calibrated probabilities of the three leanings; they sum to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probabilities {
    /// Of negative.
    pub negative: f32,
    /// Of neutral.
    pub neutral: f32,
    /// Of positive.
    pub positive: f32,
}

impl Probabilities {
    /// From three weights of at least 0; returns `None` when they have no finite positive sum.
    pub fn from_weights(negative: f32, neutral: f32, positive: f32) -> Option<Self> {
        let sum = negative + neutral + positive;
        let valid = negative >= 0.0 && neutral >= 0.0 && positive >= 0.0 && sum > 0.0 && sum.is_finite();
        valid.then(|| Self { negative: negative / sum, neutral: neutral / sum, positive: positive / sum })
    }

    /// The likeliest leaning with its probability.
    pub fn best(&self) -> (Sentiment, Confidence) {
        let mut best = (Sentiment::Negative, self.negative);
        for candidate in [(Sentiment::Neutral, self.neutral), (Sentiment::Positive, self.positive)] {
            if candidate.1 > best.1 {
                best = candidate;
            }
        }
        (best.0, Confidence(best.1.clamp(0.0, 1.0)))
    }

    /// The balance of positive over negative.
    pub fn polarity(&self) -> Polarity {
        Polarity((self.positive - self.negative).clamp(-1.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_sum_to_one_and_refuse_nonsense() {
        let p = Probabilities::from_weights(2.0, 1.0, 1.0).expect("valid");
        assert!((p.negative + p.neutral + p.positive - 1.0).abs() < 1e-6);
        assert_eq!(p.best().0, Sentiment::Negative);
        assert_eq!(Probabilities::from_weights(0.0, 0.0, 0.0), None);
        assert_eq!(Probabilities::from_weights(f32::NAN, 1.0, 1.0), None);
        assert_eq!(Probabilities::from_weights(-1.0, 1.0, 1.0), None);
    }

    #[test]
    fn a_polarity_stays_in_its_range() {
        assert_eq!(Polarity::new(f32::NAN), None);
        assert_eq!(Polarity::new(1.1), None);
        assert!(Polarity::new(-1.0).is_some());
    }
}
