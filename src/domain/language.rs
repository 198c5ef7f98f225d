//! The language and script of a text.

use serde::{Deserialize, Serialize};

use super::Locale;

/// A language as we tell it; Chinese by script, since readers and sellers differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Language {
    /// Chinese in traditional characters.
    #[serde(rename = "zh-Hant")]
    ZhHant,
    /// Chinese in simplified characters.
    #[serde(rename = "zh-Hans")]
    ZhHans,
    /// Written Cantonese.
    #[serde(rename = "yue")]
    Yue,
    /// Japanese.
    #[serde(rename = "ja")]
    Ja,
    /// Korean.
    #[serde(rename = "ko")]
    Ko,
    /// English.
    #[serde(rename = "en")]
    En,
    /// Any other, or too little text to tell.
    #[serde(rename = "und")]
    Other,
}

impl Language {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::ZhHant, Self::ZhHans, Self::Yue, Self::Ja, Self::Ko, Self::En, Self::Other];

    /// Its BCP 47 tag; `und` for any other.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ZhHant => "zh-Hant",
            Self::ZhHans => "zh-Hans",
            Self::Yue => "yue",
            Self::Ja => "ja",
            Self::Ko => "ko",
            Self::En => "en",
            Self::Other => "und",
        }
    }

    /// Its name, as people say it.
    pub fn title(self, locale: Locale) -> &'static str {
        locale.pick(match self {
            Self::ZhHant => ["繁體中文", "繁体中文", "Chinese (traditional)", "中国語（繁体字）"],
            Self::ZhHans => ["簡體中文", "简体中文", "Chinese (simplified)", "中国語（簡体字）"],
            Self::Yue => ["粵語", "粤语", "Cantonese", "広東語"],
            Self::Ja => ["日文", "日文", "Japanese", "日本語"],
            Self::Ko => ["韓文", "韩文", "Korean", "韓国語"],
            Self::En => ["英文", "英文", "English", "英語"],
            Self::Other => ["其他", "其他", "Other", "その他"],
        })
    }

    /// The language of this tag.
    pub fn find(tag: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|language| language.as_str() == tag)
    }

    /// Whether it is written in Chinese characters alone: zh-Hant, zh-Hans or yue.
    pub fn is_chinese(self) -> bool {
        matches!(self, Self::ZhHant | Self::ZhHans | Self::Yue)
    }

    /// Whether a topic that asks for `wanted` (`zh`, `zh-Hant`, `en` …) takes it; `zh` takes all Chinese.
    pub fn is_wanted_by(self, wanted: &str) -> bool {
        wanted == self.as_str() || (wanted == "zh" && self.is_chinese())
    }
}
