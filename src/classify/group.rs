//! Which languages share a model, and how their texts are cut into features.

use serde::{Deserialize, Serialize};

use crate::domain::Language;

/// Languages that share a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Chinese in either script, and written Cantonese.
    Zh,
    /// English; other languages are read with its faces and lexicon only.
    En,
    /// Japanese.
    Ja,
    /// Korean.
    Ko,
}

impl Group {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Zh, Self::En, Self::Ja, Self::Ko];

    /// Its word, which also names its files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
            Self::Ja => "ja",
            Self::Ko => "ko",
        }
    }

    /// The group of this word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|group| group.as_str() == word)
    }

    /// The group whose model reads this language.
    pub fn of(language: Language) -> Self {
        match language {
            Language::ZhHant | Language::ZhHans | Language::Yue => Self::Zh,
            Language::Ja => Self::Ja,
            Language::Ko => Self::Ko,
            Language::En | Language::Other => Self::En,
        }
    }

    /// How texts of this group are cut into features.
    pub(crate) fn spec(self) -> Spec {
        let (characters, words, segments, negation_reach) = match self {
            Self::Zh => ((1, 4), true, true, 6),
            Self::Ja => ((1, 4), true, true, 6),
            Self::Ko => ((1, 4), true, true, 8),
            Self::En => ((2, 4), true, false, 22),
        };
        Spec { characters, words, segments, negation_reach }
    }
}

/// How a text is cut into features; written into each model, since weights fit one cut only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spec {
    /// Shortest and longest run of characters.
    pub(crate) characters: (usize, usize),
    /// Whether words and pairs of words written with letters and digits are taken.
    pub(crate) words: bool,
    /// Whether words and pairs of words are taken as a dictionary cuts them.
    #[serde(default)]
    pub(crate) segments: bool,
    /// How many characters a negation reaches.
    pub(crate) negation_reach: usize,
}
