//! Cuts a text into words: one file per language that writes without spaces, Unicode word breaks for the rest.
//!
//! In: a read text. Out: its words, in order, each with its place in the original.
//! Never: fails; where a dictionary cannot be read, Unicode's rules cut and a warning is logged once.

mod dictionary;
mod ja;
mod ko;
mod zh;

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::word::{Piece, pieces};
use super::{Text, Word, WordKind, han};
use crate::domain::Language;

/// Cuts runs of letters of one language.
trait Segment: Sync {
    /// Adds the places of the words in `run`; false when it cannot (then nothing that was added counts).
    fn cut(&self, run: &str, found: &mut Vec<Range<usize>>) -> bool;
}

/// Unicode's word breaks, for languages that put spaces.
struct Breaks;

impl Segment for Breaks {
    fn cut(&self, run: &str, found: &mut Vec<Range<usize>>) -> bool {
        found.extend(run.unicode_word_indices().map(|(at, word)| at..at + word.len()));
        true
    }
}

/// Which cutter a stretch of letters goes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writing {
    Chinese,
    Japanese,
    Korean,
    Spaced,
}

impl Writing {
    fn segment(self) -> &'static dyn Segment {
        match self {
            Self::Chinese => &zh::SEGMENT,
            Self::Japanese => &ja::SEGMENT,
            Self::Korean => &ko::SEGMENT,
            Self::Spaced => &Breaks,
        }
    }
}

/// So many kana in a run of a text that is not Japanese are a Japanese quotation (`の` alone is not).
const JAPANESE_QUOTATION: usize = 3;

/// Finds the words of a text.
pub(super) fn words(text: &Text) -> Vec<Word> {
    let folded = text.folded();
    let original = text.original().as_bytes();
    let is_ascii_at = |at: usize| original.get(text.folded.span(at..at + 1).start).is_some_and(u8::is_ascii);
    let mut words = Vec::with_capacity(folded.len() / 5);
    let mut unsimplified: Option<String> = None;
    let mut found = Vec::new();
    for Piece { place, kind, plain } in pieces(folded, is_ascii_at) {
        if !plain {
            words.push(Word { original: text.span(place.clone()), folded: place, kind });
            continue;
        }
        for (stretch, writing) in stretches(folded, place, text) {
            let letters = match writing {
                Writing::Japanese => unsimplified.get_or_insert_with(|| text.unsimplified()).get(stretch.clone()),
                _ => folded.get(stretch.clone()),
            };
            let letters = letters.unwrap_or_default();
            found.clear();
            if !writing.segment().cut(letters, &mut found) {
                found.clear();
                Breaks.cut(letters, &mut found);
            }
            for word in found.drain(..) {
                let folded = stretch.start + word.start..stretch.start + word.end;
                let number = letters.get(word).is_some_and(|word| word.chars().all(|c| c.is_ascii_digit()));
                let kind = if number { WordKind::Number } else { WordKind::Word };
                words.push(Word { original: text.span(folded.clone()), folded, kind });
            }
        }
    }
    words
}

/// Parts a run of letters by writing: Hangul goes apart; Latin letters and digits stay with the Chinese or Japanese beside them (`cp值`).
fn stretches(folded: &str, run: Range<usize>, text: &Text) -> Vec<(Range<usize>, Writing)> {
    let letters = folded.get(run.clone()).unwrap_or_default();
    let mut parted: Vec<(Range<usize>, Writing)> = Vec::with_capacity(1);
    let (mut start, mut korean, mut dense, mut kana) = (run.start, false, false, 0);
    let mut close = |stretch: Range<usize>, korean: bool, dense: bool, kana: usize| {
        let writing = match (korean, dense) {
            _ if stretch.is_empty() => return,
            (true, _) => Writing::Korean,
            (_, false) => Writing::Spaced,
            _ if kana >= JAPANESE_QUOTATION || text.language() == Language::Ja => Writing::Japanese,
            _ => Writing::Chinese,
        };
        parted.push((stretch, writing));
    };
    for (at, c) in letters.char_indices() {
        let at = run.start + at;
        if han::is_hangul(c) != korean {
            close(start..at, korean, dense, kana);
            (start, korean, dense, kana) = (at, !korean, false, 0);
        }
        kana += usize::from(han::is_kana(c) && c != 'の' && c != 'ー');
        dense |= han::is_han(c) || han::is_kana(c) || han::is_bopomofo(c);
    }
    close(start..run.end, korean, dense, kana);
    parted
}
