//! Kinds of places, and where a place reads on.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Locale;

macro_rules! platforms {
    ($($(#[$doc:meta])* $variant:ident => $word:literal, $title:literal;)*) => {
        /// A kind of place that posts come from.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Platform {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)*
        }

        impl Platform {
            /// All of them, in the order of the documents.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word used in configuration, queries and tables.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The name that people know it by.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),* }
            }
        }
    };
}

platforms! {
    /// Any RSS, Atom or JSON feed.
    Feed => "feed", "Web feed";
    /// Any Mastodon instance.
    Mastodon => "mastodon", "Mastodon";
    /// Bluesky, through Jetstream.
    Bluesky => "bluesky", "Bluesky";
    /// 批踢踢實業坊.
    Ptt => "ptt", "PTT";
    /// Hacker News.
    HackerNews => "hacker-news", "Hacker News";
    /// Rows that a person brought in a file.
    File => "file", "File import";
}

impl Platform {
    /// Its name in a reader's language.
    pub fn title_in(self, locale: Locale) -> &'static str {
        match self {
            Self::Feed => locale.pick(["網站訂閱源", "网站订阅源", "Web feed", "Web フィード"]),
            Self::File => locale.pick(["檔案匯入", "文件导入", "File import", "ファイル取込"]),
            other => other.title(),
        }
    }

    /// The platform of this word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|platform| platform.as_str() == word)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// Where a source reads on: what the platform needs to know, as JSON that only its own file reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub serde_json::Value);
