//! Reads a text before anything is asked of it: normal forms with offsets, language, words.
//!
//! In: the original text. Out: a text whose every span leads back to the original.
//! Never: decides what a text means.

mod emoji;
mod han;
mod language;
mod normalize;
mod plain;
mod region;
mod segment;
mod word;

use std::ops::Range;
use std::sync::OnceLock;

use crate::domain::Language;

pub use plain::{plain, visible, visible_char};
pub use word::{Word, WordKind};

/// A text that was read. Cheap to make; language and words are found when first asked for.
///
/// ```
/// let text = hearken::text::Text::read("這家的ＡＰＰ一直閃退😡");
/// assert_eq!(text.folded(), "这家的app一直闪退😡");
/// let word = text.words().iter().find(|word| text.surface(word) == "闪退").expect("a word");
/// assert_eq!(text.original().get(word.original.clone()), Some("閃退"));
/// ```
#[derive(Clone, Debug)]
pub struct Text {
    original: String,
    folded: normalize::Folded,
    language: OnceLock<Language>,
    words: OnceLock<Vec<Word>>,
    /// Whether the folded text is in the mainland's words.
    in_mainland_words: bool,
}

impl Text {
    /// Reads a text.
    pub fn read(original: &str) -> Self {
        Self {
            original: original.to_owned(),
            folded: normalize::fold(original, true),
            language: OnceLock::new(),
            words: OnceLock::new(),
            in_mainland_words: false,
        }
    }

    /// Reads a part of a longer text, in the language of the whole: a clause is too short to tell its own.
    pub fn read_as(original: &str, language: Language) -> Self {
        Self { language: OnceLock::from(language), ..Self::read(original) }
    }

    /// The same text folded further: the words of Taiwan as the mainland writes them (`網路` is `网络`, `看著` is `看着`).
    /// Its spans lead back to the same original. `None` when nothing changes.
    pub(crate) fn in_mainland_words(&self) -> Option<Self> {
        let folded = region::mainland(&self.folded)?;
        let (original, language) = (self.original.clone(), self.language.clone());
        Some(Self { original, folded, language, words: OnceLock::new(), in_mainland_words: true })
    }

    /// The text as it came.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// The text in its normal form: NFKC, lower case, narrow width, simplified characters, nothing invisible.
    /// Elongations (`爛爛爛`, `sooo`) stay.
    pub fn folded(&self) -> &str {
        &self.folded.text
    }

    /// The bytes of the original under these bytes of the folded text, widened to whole characters.
    /// Places past the end mean the end.
    pub fn span(&self, folded: Range<usize>) -> Range<usize> {
        self.folded.span(folded)
    }

    /// The language it is written in; `Other` when there is too little to tell.
    pub fn language(&self) -> Language {
        *self.language.get_or_init(|| language::of(&self.original))
    }

    /// Its words in order, with links, handles, tags, emoji and numbers set apart; white space is left out.
    pub fn words(&self) -> &[Word] {
        self.words.get_or_init(|| segment::words(self))
    }

    /// A word as the folded text has it.
    pub fn surface(&self, word: &Word) -> &str {
        self.folded().get(word.folded.clone()).unwrap_or_default()
    }

    /// The normal form that keeps the Chinese script, for dictionaries that need it; its places are those of [`Text::folded`].
    fn unsimplified(&self) -> String {
        // Other words have other places; the dictionaries then have to do with the script that was folded.
        if self.in_mainland_words { self.folded.text.clone() } else { normalize::fold(&self.original, false).text }
    }
}

/// The normal form of a text, without the way back: for query terms and search.
pub fn fold(text: &str) -> String {
    normalize::fold(text, true).text
}

/// A folded word in the mainland's words, as [`Text::in_mainland_words`] has them.
pub(crate) fn in_mainland_words(folded: &str) -> String {
    region::word(folded)
}
