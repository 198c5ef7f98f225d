//! The language that a person reads screens and alerts in.

use serde::{Deserialize, Serialize};

/// A language of our own words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Locale {
    /// Chinese as written in Taiwan; the first.
    #[default]
    #[serde(rename = "zh-TW")]
    ZhTw,
    /// Chinese as written in mainland China.
    #[serde(rename = "zh-CN")]
    ZhCn,
    /// English.
    #[serde(rename = "en")]
    En,
    /// Japanese.
    #[serde(rename = "ja")]
    Ja,
}

impl Locale {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::ZhTw, Self::ZhCn, Self::En, Self::Ja];

    /// Its tag.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ZhTw => "zh-TW",
            Self::ZhCn => "zh-CN",
            Self::En => "en",
            Self::Ja => "ja",
        }
    }

    /// The word in this language, of words in the order of [`Self::ALL`].
    pub fn pick(self, words: [&'static str; 4]) -> &'static str {
        let [zh_tw, zh_cn, en, ja] = words;
        match self {
            Self::ZhTw => zh_tw,
            Self::ZhCn => zh_cn,
            Self::En => en,
            Self::Ja => ja,
        }
    }

    /// The locale of this tag.
    pub fn find(tag: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|locale| locale.as_str().eq_ignore_ascii_case(tag))
    }
}
