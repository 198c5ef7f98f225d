//! A folded text made ready for search, and the way back.
//!
//! In: a text, and which foldings a query asks for. Out: the text with white space as single spaces, and none where a line was broken
//! in the middle of Chinese or Japanese (PTT breaks lines at 80 columns); places of it as places of the original.
//! Never: takes more than linear time; changes what is always the same.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use super::folding::Folding;
use super::script::{is_han_or_kana, is_spaced_word, is_unspaced};
use crate::text::Text;

/// A text as a query reads it.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    base: Cow<'a, Text>,
    /// `None`: the folded text itself.
    changed: Option<String>,
    /// From which byte of the reading on, which byte of the folded text: where the distance between the two changes.
    turns: Vec<(usize, usize)>,
    folding: Folding,
    /// Where each unit of distance begins.
    units: OnceCell<Vec<usize>>,
    /// Where words begin and end, as a dictionary cuts them.
    edges: OnceCell<Vec<usize>>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(text: &'a Text, folding: Folding) -> Self {
        let other = if folding.regions { text.in_mainland_words() } else { None };
        let base = other.map_or(Cow::Borrowed(text), Cow::Owned);
        let (changed, turns) = read(base.folded(), folding);
        Self { base, changed, turns, folding, units: OnceCell::new(), edges: OnceCell::new() }
    }

    /// What is searched.
    pub(super) fn text(&self) -> &str {
        self.changed.as_deref().unwrap_or_else(|| self.base.folded())
    }

    /// The text as it came.
    pub(super) fn original(&self) -> &str {
        self.base.original()
    }

    /// Bytes of the reading as bytes of the original text.
    pub(super) fn span(&self, range: &Range<usize>) -> Range<usize> {
        self.base.span(self.folded(range))
    }

    /// Bytes of the reading as bytes of the folded text.
    pub(super) fn folded(&self, range: &Range<usize>) -> Range<usize> {
        let last = range.end.saturating_sub(1).max(range.start);
        let start = self.place(range.start);
        let mut end = self.place(last) + (range.end - last);
        let folded = self.base.folded();
        end = folded.ceil_char_boundary(end.min(folded.len()));
        if self.folding.repeats {
            // What was said again belongs to the match.
            let before = folded.get(..end).and_then(|before| before.chars().next_back());
            let again = folded.get(end..).unwrap_or_default().chars();
            end += again.take_while(|c| c.is_alphabetic() && Some(*c) == before).map(char::len_utf8).sum::<usize>();
        }
        start..end
    }

    fn place(&self, byte: usize) -> usize {
        let turn = self.turns.partition_point(|(from, _)| *from <= byte);
        let turn = turn.checked_sub(1).and_then(|turn| self.turns.get(turn));
        turn.map_or(byte, |(from, folded)| byte - from + folded)
    }

    /// How many units of distance stand between two places: a character where the script writes no spaces between words, else a word
    /// (of letters and digits); marks and white space are none.
    pub(super) fn between(&self, end: usize, start: usize) -> usize {
        let units = self.units.get_or_init(|| units(self.text()));
        units.partition_point(|unit| *unit < start).saturating_sub(units.partition_point(|unit| *unit < end))
    }

    /// Whether a dictionary lets words begin and end at both sides.
    pub(super) fn is_whole(&self, range: &Range<usize>) -> bool {
        let edges = self.edges.get_or_init(|| {
            let words = self.base.words().iter();
            let mut edges: Vec<usize> = words.flat_map(|word| [word.folded.start, word.folded.end]).collect();
            edges.sort_unstable();
            edges.dedup();
            edges
        });
        let folded = self.folded(range);
        edges.binary_search(&folded.start).is_ok() && edges.binary_search(&folded.end).is_ok()
    }
}

/// The text for search, `None` when it is the folded one, and where the distance between the two changes.
fn read(folded: &str, folding: Folding) -> (Option<String>, Vec<(usize, usize)>) {
    if !folding.accents && !folding.repeats && !needs_work(folded) {
        return (None, Vec::new());
    }
    let mut text = String::with_capacity(folded.len());
    let mut turns = Vec::new();
    let mut last = None;
    let mut chars = folded.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let mut end = start + c.len_utf8();
        if c.is_whitespace() {
            let mut lines = usize::from(c == '\n');
            while let Some((place, more)) = chars.next_if(|(_, more)| more.is_whitespace()) {
                lines += usize::from(more == '\n');
                end = place + more.len_utf8();
            }
            let inside_a_word = lines == 1
                && text.chars().next_back().is_some_and(is_han_or_kana)
                && chars.peek().is_some_and(|(_, next)| is_han_or_kana(*next));
            if !inside_a_word {
                text.push(' ');
                last = None;
            }
            turns.push((text.len(), end));
            continue;
        }
        if folding.repeats && c.is_alphabetic() && last == Some(c) {
            turns.push((text.len(), end));
            continue;
        }
        last = Some(c);
        let kept = if folding.accents { without_accent(c) } else { c };
        text.push(kept);
        if kept.len_utf8() != c.len_utf8() {
            turns.push((text.len(), end));
        }
    }
    (Some(text), turns)
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

/// A letter of an alphabet without what is written over or under it; kana keep their marks, they are other sounds.
fn without_accent(c: char) -> char {
    if c.is_ascii() || !is_spaced_word(c) {
        return c;
    }
    let mut parts = std::iter::once(c).nfd();
    match parts.next() {
        Some(base) if parts.all(|mark| canonical_combining_class(mark) != 0) => base,
        _ => c,
    }
}

/// A term as a text is read.
pub(super) fn read_term(folded: &str, folding: Folding) -> String {
    let regional = if folding.regions { crate::text::in_mainland_words(folded) } else { folded.to_owned() };
    read(&regional, folding).0.unwrap_or(regional)
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}')
}

fn units(text: &str) -> Vec<usize> {
    let mut units = Vec::with_capacity(text.len() / 3);
    let mut in_word = false;
    for (place, c) in text.char_indices() {
        let single = is_unspaced(c) && !is_hangul(c);
        let of_word = !single && (c.is_alphanumeric() || c == '_');
        let joins = in_word && matches!(c, '\'' | '’');
        let sign = !c.is_alphanumeric() && super::script::is_searchable(c);
        if single || sign || of_word && !in_word {
            units.push(place);
        }
        in_word = of_word || joins;
    }
    units
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
        let text = Text::read("今天的嫩\n芽咖啡  很\n\n难喝 so bad\n\ncoffee");
        let reading = Reading::of(&text, Folding::default());
        assert_eq!(reading.text(), "今天的嫩芽咖啡 很 难喝 so bad coffee");
        for (needle, whole) in
            [("嫩芽咖啡", "嫩\n芽咖啡"), ("难喝", "难喝"), ("coffee", "coffee"), ("很 难", "很\n\n难")]
        {
            let start = reading.text().find(needle).expect("there");
            assert_eq!(text.original().get(reading.span(&(start..start + needle.len()))), Some(whole), "{needle}");
        }
    }

    #[test]
    fn a_plain_text_is_not_copied() {
        assert!(Reading::of(&Text::read("a b c"), Folding::default()).changed.is_none());
    }

    #[test]
    fn accents_and_repeats_lead_back_to_what_was_written() {
        let text = Text::read("Le Café  est sooooo 爛爛爛！");
        let reading = Reading::of(&text, Folding { accents: true, repeats: true, ..Folding::default() });
        assert_eq!(reading.text(), "le cafe est so 烂!");
        for (needle, whole) in [("cafe", "Café"), ("so", "sooooo"), ("烂", "爛爛爛"), ("est", "est")] {
            let start = reading.text().find(needle).expect("there");
            assert_eq!(text.original().get(reading.span(&(start..start + needle.len()))), Some(whole), "{needle}");
        }
        assert_eq!(without_accent('ガ'), 'ガ');
    }

    #[test]
    fn distance_counts_characters_of_chinese_and_words_of_english() {
        let text = Text::read("嫩芽的 iPhone 15, don't! 이 커피는 好");
        let reading = Reading::of(&text, Folding::default());
        let at = |needle: &str| reading.text().find(needle).expect("there");
        assert_eq!(reading.between(at("芽") + 3, at("iphone")), 1);
        assert_eq!(reading.between(at("芽") + 3, at("好")), 6);
        assert_eq!(reading.between(at("iphone") + 6, at("15")), 0);
    }

    #[test]
    fn overlapping_places_become_one_and_touching_ones_stay_apart() {
        assert_eq!(merged(vec![4..6, 0..3, 1..2, 2..4]), [0..4, 4..6]);
    }
}
