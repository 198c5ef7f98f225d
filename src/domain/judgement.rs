//! What a text was judged to be, with the words that decided it.

use serde::{Deserialize, Serialize};

use super::{Confidence, Language, Polarity, Probabilities, Sentiment, ThemeScore};

/// A span of the original text that moved a judgement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// First byte in the original text (at a character's edge).
    pub start: usize,
    /// First byte after it.
    pub end: usize,
    /// What it speaks for: `sentiment` or `theme:<name>` or `spam:<reason>` (`spam` in what was judged before 0004).
    pub of: String,
    /// How much it moved the answer; for sentiment, below 0 speaks for negative.
    pub weight: f32,
}

/// Everything the classifier says of one text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// Its language.
    pub language: Language,
    /// The answer that counts are kept by; unsure when no answer is sure enough.
    pub sentiment: Sentiment,
    /// Calibrated probabilities.
    pub p: Probabilities,
    /// Balance of positive over negative.
    pub polarity: Polarity,
    /// Probability of the likeliest leaning.
    pub confidence: Confidence,
    /// Reasons found, most sure first.
    pub themes: Vec<ThemeScore>,
    /// 0.0 to 1.0: how much it looks like an advert, a give-away or a machine.
    pub spam: f32,
    /// The words that decided it.
    pub evidence: Vec<Evidence>,
    /// Name and version of the model that answered.
    pub model: String,
}

/// What a text says of one name in it, where that is told apart from what it says as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Toward {
    /// The answer; unsure when no answer is sure enough.
    pub sentiment: Sentiment,
    /// Probabilities of the three leanings.
    pub p: Probabilities,
    /// The words that decided it, all of them `sentiment`.
    pub evidence: Vec<Evidence>,
}

/// From this score on a text is called spam.
pub const SPAM_FROM: f32 = 0.5;

impl Judgement {
    /// Whether the text is an advert, a give-away or a machine's: by its score, which is what a person said where one did.
    pub fn is_spam(&self) -> bool {
        self.spam >= SPAM_FROM
    }

    /// Whether a person has said how the text leans: only people are wholly sure.
    pub fn is_a_persons(&self) -> bool {
        self.p.best().1.value() >= 1.0
    }
}
