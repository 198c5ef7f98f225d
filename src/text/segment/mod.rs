//! Cuts a text into words: one file per language that writes without spaces, Unicode word breaks for the rest.
//!
//! In: a read text. Out: its words, in order, each with its place in the original.
//! Never: fails; where a dictionary cannot be read, Unicode's rules cut and a warning is logged once.

use unicode_segmentation::UnicodeSegmentation;

use super::word::{Piece, pieces};
use super::{Text, Word, WordKind};

/// Finds the words of a text.
pub(super) fn words(text: &Text) -> Vec<Word> {
    let folded = text.folded();
    let original = text.original().as_bytes();
    let is_ascii_at = |at: usize| original.get(text.folded.span(at..at + 1).start).is_some_and(u8::is_ascii);
    let mut words = Vec::new();
    for Piece { place, kind, plain } in pieces(folded, is_ascii_at) {
        if !plain {
            words.push(Word { original: text.span(place.clone()), folded: place, kind });
            continue;
        }
        let run = folded.get(place.clone()).unwrap_or_default();
        for (at, word) in run.unicode_word_indices() {
            let folded = place.start + at..place.start + at + word.len();
            let kind = if word.chars().all(char::is_numeric) { WordKind::Number } else { WordKind::Word };
            words.push(Word { original: text.span(folded.clone()), folded, kind });
        }
    }
    words
}
