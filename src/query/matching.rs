//! Finds all terms of a query in one pass over a text.
//!
//! In: a text. Out: for every term the places where it stands.
//! Never: takes longer than the text and its finds are long.

use std::borrow::Cow;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::script::is_han_or_kana;
use super::term::Term;
use crate::text::Text;

/// All patterns of all terms in one automaton.
#[derive(Debug)]
pub(super) struct Finder {
    automaton: AhoCorasick,
    patterns: Vec<(usize, String)>,
    terms: usize,
}

impl Finder {
    /// The error says why the terms are too much for one automaton.
    pub(super) fn new(terms: &[Term]) -> Result<Self, String> {
        let patterns: Vec<(usize, String)> = terms
            .iter()
            .enumerate()
            .flat_map(|(number, term)| term.patterns().into_iter().map(move |pattern| (number, pattern)))
            .collect();
        let automaton =
            AhoCorasick::new(patterns.iter().map(|(_, pattern)| pattern)).map_err(|error| error.to_string())?;
        Ok(Self { automaton, patterns, terms: terms.len() })
    }

    /// Where each term stands, by term, in bytes of `hay`.
    pub(super) fn find(&self, terms: &[Term], hay: &str) -> Vec<Vec<Range<usize>>> {
        let mut found = vec![Vec::new(); self.terms];
        for hit in self.automaton.find_overlapping_iter(hay) {
            let Some((number, pattern)) = self.patterns.get(hit.pattern().as_usize()) else { continue };
            let (Some(term), Some(places)) = (terms.get(*number), found.get_mut(*number)) else { continue };
            let (before, after) = (hay.get(..hit.start()), hay.get(hit.end()..));
            if let (Some(before), Some(after)) = (before, after)
                && term.fits(pattern, before, after)
            {
                places.push(hit.range());
            }
        }
        found
    }
}

/// A folded text made ready for search: white space as single spaces, and none where a line was broken in the middle of
/// Chinese or Japanese (PTT breaks lines at 80 columns). Knows the way back to the folded text.
pub(super) struct Hay<'a> {
    pub(super) text: Cow<'a, str>,
    /// From which byte of `text` on, which byte of the folded text: where the distance between the two changes.
    turns: Vec<(usize, usize)>,
}

impl<'a> Hay<'a> {
    pub(super) fn of(text: &'a Text) -> Self {
        Self::from_folded(text.folded())
    }

    fn from_folded(folded: &'a str) -> Self {
        if !needs_work(folded) {
            return Self { text: Cow::Borrowed(folded), turns: Vec::new() };
        }
        let mut text = String::with_capacity(folded.len());
        let mut turns = Vec::new();
        let mut chars = folded.char_indices().peekable();
        while let Some((start, c)) = chars.next() {
            if !c.is_whitespace() {
                text.push(c);
                continue;
            }
            let mut lines = usize::from(c == '\n');
            let mut end = start + c.len_utf8();
            while let Some((place, more)) = chars.next_if(|(_, more)| more.is_whitespace()) {
                lines += usize::from(more == '\n');
                end = place + more.len_utf8();
            }
            let inside_a_word = lines == 1
                && text.chars().next_back().is_some_and(is_han_or_kana)
                && chars.peek().is_some_and(|(_, next)| is_han_or_kana(*next));
            if !inside_a_word {
                text.push(' ');
            }
            turns.push((text.len(), end));
        }
        Self { text: Cow::Owned(text), turns }
    }

    /// Bytes of `text` as bytes of the folded text.
    pub(super) fn back(&self, range: &Range<usize>) -> Range<usize> {
        let last = range.end.saturating_sub(1).max(range.start);
        self.place(range.start)..self.place(last) + (range.end - last)
    }

    fn place(&self, byte: usize) -> usize {
        let turn = self.turns.partition_point(|(from, _)| *from <= byte);
        let turn = turn.checked_sub(1).and_then(|turn| self.turns.get(turn));
        turn.map_or(byte, |(from, folded)| byte - from + folded)
    }
}

/// Whether a text has white space that is not a single plain space.
fn needs_work(folded: &str) -> bool {
    let mut after_space = false;
    folded.chars().any(|c| {
        let odd = c.is_whitespace() && (c != ' ' || after_space);
        after_space = c.is_whitespace();
        odd
    })
}

/// Ranges in order, those that overlap made one.
pub(super) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut whole: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match whole.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => whole.push(range),
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_broken_inside_a_chinese_word_is_joined_and_leads_back() {
        let folded = "今天的嫩\n芽咖啡  很\n\n難喝 so bad\n\ncoffee";
        let hay = Hay::from_folded(folded);
        assert_eq!(hay.text, "今天的嫩芽咖啡 很 難喝 so bad coffee");
        for (needle, whole) in
            [("嫩芽咖啡", "嫩\n芽咖啡"), ("難喝", "難喝"), ("coffee", "coffee"), ("很 難", "很\n\n難")]
        {
            let start = hay.text.find(needle).expect("there");
            assert_eq!(folded.get(hay.back(&(start..start + needle.len()))), Some(whole), "{needle}");
        }
    }

    #[test]
    fn a_plain_text_is_not_copied() {
        assert!(matches!(Hay::from_folded("a b c").text, Cow::Borrowed(_)));
    }

    #[test]
    fn overlapping_places_become_one_and_touching_ones_stay_apart() {
        assert_eq!(merged(vec![4..6, 0..3, 1..2, 2..4]), [0..4, 4..6]);
    }
}
