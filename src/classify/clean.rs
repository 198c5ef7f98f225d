//! A text as features see it: one mark for any link or handle, no run of one character beyond three.
//!
//! In: folded text. Out: its characters, each with its place in the folded text.
//! Never: drops a character without its neighbour's place growing over it.

#[cfg(test)]
use std::ops::Range;

/// What stands for a link.
pub(crate) const LINK: char = '\u{E000}';
/// What stands for a handle.
pub(crate) const HANDLE: char = '\u{E001}';

/// Longest part of a text that is judged, in characters; beyond it a text repeats itself.
pub(crate) const LONGEST: usize = 4_000;

/// One character that features are made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Unit {
    /// The character, or a mark that stands for several.
    pub(crate) mark: char,
    /// First byte in the folded text.
    pub(crate) start: u32,
    /// First byte after it.
    pub(crate) end: u32,
}

/// Reads at most [`LONGEST`] units of a folded text.
pub(crate) fn units(folded: &str) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::with_capacity(folded.len().min(LONGEST));
    let mut at = 0;
    while units.len() < LONGEST {
        let rest = folded.get(at..).unwrap_or_default();
        let Some(c) = rest.chars().next() else { break };
        let (mark, length) = match c {
            'h' | 'w' if link_length(rest) > 0 => (LINK, link_length(rest)),
            '@' if handle_length(rest) > 1 => (HANDLE, handle_length(rest)),
            _ if c.is_whitespace() || c.is_control() => (' ', c.len_utf8()),
            _ if c.is_ascii_digit() => digits(rest),
            _ => (c, c.len_utf8()),
        };
        push(&mut units, Unit { mark, start: at as u32, end: (at + length) as u32 });
        at += length;
    }
    units
}

/// Adds a unit; a space after a space and a fourth equal character only widen the last one.
fn push(units: &mut Vec<Unit>, unit: Unit) {
    let longest_run = if unit.mark == ' ' { 1 } else { 3 };
    let run = units.iter().rev().take(longest_run).take_while(|last| last.mark == unit.mark).count();
    match units.last_mut() {
        Some(last) if run == longest_run => last.end = unit.end,
        _ => units.push(unit),
    }
}

/// A single digit stays itself (stars, marks), a longer number becomes one `0`.
fn digits(rest: &str) -> (char, usize) {
    let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b',').count();
    let digits = rest.bytes().take(length).filter(u8::is_ascii_digit).count();
    match rest.chars().next() {
        Some(only) if digits == 1 => (only, 1),
        _ => ('0', length.max(1)),
    }
}

fn link_length(rest: &str) -> usize {
    let begins = ["http://", "https://", "www."].iter().any(|begin| rest.starts_with(begin));
    if begins { rest.bytes().take_while(|byte| byte.is_ascii_graphic()).count() } else { 0 }
}

fn handle_length(rest: &str) -> usize {
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    1 + rest.bytes().skip(1).take_while(name).count()
}

impl Unit {
    /// Its place in the folded text.
    #[cfg(test)]
    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether a clause ends here.
    pub(crate) fn ends_clause(self) -> bool {
        matches!(self.mark, '。' | '!' | '?' | ';' | ',' | '.' | '、' | '…' | '~')
    }

    /// Whether it belongs to a word of letters and digits: Latin, Korean, and what is written with spaces.
    pub(crate) fn is_spaced_word(self) -> bool {
        let c = self.mark;
        c.is_ascii_alphanumeric() || c == '\'' || c == '’' || (c.is_alphabetic() && !is_unspaced(c))
    }
}

/// Scripts written without spaces between words.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{3100}'..='\u{312f}' | '\u{20000}'..='\u{3134f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(text: &str) -> String {
        units(text).iter().map(|unit| unit.mark).collect()
    }

    #[test]
    fn links_handles_and_long_runs_become_short_marks() {
        assert_eq!(marks("看https://a.tw/x?y=1 這"), format!("看{LINK} 這"));
        assert_eq!(marks("@sprout_tw 謝謝"), format!("{HANDLE} 謝謝"));
        assert_eq!(marks("哈哈哈哈哈哈"), "哈哈哈");
        assert_eq!(marks("5 stars, 1,290 元"), "5 stars, 0 元");
    }

    #[test]
    fn every_byte_of_the_text_is_covered_in_order() {
        let text = "a  b\t@x https://y.z 哈哈哈哈哈 12,3 ";
        let mut at = 0;
        for unit in units(text) {
            assert_eq!(unit.range().start, at);
            at = unit.range().end;
        }
        assert_eq!(at, text.len());
    }
}
