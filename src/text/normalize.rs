//! Normal forms: NFKC, lower case, width, no invisible characters, one Chinese script; with the way back.
//!
//! In: the original text. Out: the folded text, and for each of its places the place in the original.
//! Never: cuts a character, takes more than linear time, drops what a reader sees (elongations such as `爛爛爛爛` stay).

use std::iter;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_normalization::{IsNormalized, is_nfc_quick};

use super::emoji;
use super::han::Fold;

/// So many characters at most are composed together; more is an attack, not a letter.
const LONGEST_CLUSTER: usize = 32;

/// A stretch whose bytes differ from the original; between two of them, both texts run in step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) folded: usize,
    pub(super) folded_length: usize,
    pub(super) original: usize,
    pub(super) original_length: usize,
}

/// A folded text and its way back.
#[derive(Clone, Debug, Default)]
pub(super) struct Folded {
    pub(super) text: String,
    pub(super) changes: Vec<Change>,
}

impl Folded {
    /// The bytes of the original under these bytes of the folded text, widened to whole characters.
    pub(super) fn span(&self, folded: Range<usize>) -> Range<usize> {
        let end = ceil(&self.text, folded.end);
        let start = floor(&self.text, folded.start).min(end);
        let first = self.start(start);
        if start == end { first..first } else { first..self.end(end).max(first) }
    }

    /// Where the character that begins here begins in the original.
    fn start(&self, at: usize) -> usize {
        match self.changes.partition_point(|change| change.folded <= at).checked_sub(1).map(|i| self.changes[i]) {
            None => at,
            Some(change) if at < change.folded + change.folded_length => change.original,
            Some(change) => change.original + change.original_length + (at - change.folded - change.folded_length),
        }
    }

    /// Where the character that ends here ends in the original.
    fn end(&self, at: usize) -> usize {
        match self.changes.partition_point(|change| change.folded < at).checked_sub(1).map(|i| self.changes[i]) {
            None => at,
            Some(change) if at <= change.folded + change.folded_length => change.original + change.original_length,
            Some(change) => change.original + change.original_length + (at - change.folded - change.folded_length),
        }
    }
}

/// The last character edge at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The first character edge at or after `at`.
fn ceil(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// Folds a text. `simplify` says whether Chinese characters are brought to one script; it never changes a length.
pub(super) fn fold(original: &str, simplify: bool) -> Folded {
    let han = simplify.then(Fold::new);
    let mut out = Folded { text: String::with_capacity(original.len()), changes: Vec::new() };
    let mut cluster = String::new();
    let mut rest = original.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let alone = rest.peek().is_none_or(|&(_, next)| !joins(next));
        if alone && is_plain(c) {
            out.text.push(if c.is_ascii() { c.to_ascii_lowercase() } else { han.map_or(c, |han| han.simplify(c)) });
            continue;
        }
        let folded = out.text.len();
        let mut end = at + c.len_utf8();
        if alone && ('\u{FF01}'..='\u{FF5E}').contains(&c) {
            let narrow = u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c);
            out.text.push(narrow.to_ascii_lowercase());
        } else {
            cluster.clear();
            // What is kept so far ends with a picture: it may be glued to the next one, and it swallows a skin tone.
            let mut picture = out.text.chars().next_back().is_some_and(emoji::is_pictograph);
            let mut length = 0;
            let mut next = Some((at, c));
            while let Some((place, joined)) = next {
                end = place + joined.len_utf8();
                length += 1;
                let after = rest.peek().map(|&(_, after)| after);
                let glue = joined == emoji::JOINER
                    && picture
                    && length > 1
                    && after.is_some_and(|after| emoji::is_pictograph(after) && !emoji::is_skin_tone(after));
                let swallowed = is_invisible(joined) || picture && emoji::is_skin_tone(joined);
                if glue || !swallowed {
                    cluster.push(joined);
                    picture = emoji::is_pictograph(joined);
                }
                next = rest.next_if(|&(_, next)| length < LONGEST_CLUSTER && joins(next));
            }
            push_composed(&mut out.text, &cluster, han);
        }
        let (folded_length, original_length) = (out.text.len() - folded, end - at);
        let one = original_length == c.len_utf8() && folded_length == original_length;
        if !(one && out.text.get(folded..).is_some_and(|new| new.chars().nth(1).is_none())) {
            out.changes.push(Change { folded, folded_length, original: at, original_length });
        }
    }
    out
}

/// Composes a cluster, lowers it, and composes what lowering took apart.
fn push_composed(out: &mut String, cluster: &str, han: Option<Fold>) {
    for c in cluster.nfkc().flat_map(char::to_lowercase).nfkc() {
        if !is_invisible(c) || c == emoji::JOINER {
            out.push(han.map_or(c, |han| han.simplify(c)));
        }
    }
}

/// Whether a character is its own normal form, but for case and Chinese script, when nothing joins it.
fn is_plain(c: char) -> bool {
    match u32::from(c) {
        code @ 0..=0x7F => code >= 0x20 && code != 0x7F || matches!(c, '\n' | '\t' | '\r'),
        0x3001..=0x3029 | 0x3041..=0x3096 | 0x30A1..=0x30FE | 0x3105..=0x312F => true,
        0x3400..=0x9FFF | 0xAC00..=0xD7A3 => true,
        0x1F300..=0x1F3FA | 0x1F400..=0x1FAFF => true,
        _ => false,
    }
}

/// Whether a character is drawn onto, composed with, or swallowed by the one before it.
fn joins(c: char) -> bool {
    match u32::from(c) {
        0x20..=0x7E | 0xC0..=0x2FF | 0x3001..=0x3029 | 0x3030..=0x3096 | 0x309B..=0x3163 => return false,
        0x3165..=0xA66E | 0xAC00..=0xD7A3 | 0xFF01..=0xFF9D | 0x1F3FA | 0x1F400..=0x1FAFF => return false,
        _ => {}
    }
    if is_invisible(c) || emoji::is_skin_tone(c) {
        return true;
    }
    let mut first = None;
    decompose_compatible(c, |part| {
        first.get_or_insert(part);
    });
    let first = first.unwrap_or(c);
    canonical_combining_class(first) != 0 || is_nfc_quick(iter::once(first)) == IsNormalized::Maybe
}

/// Whether a reader sees nothing: controls (but line breaks and tabs), zero widths, directions, variation selectors, fillers.
fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0x00..=0x08 | 0x0B | 0x0C | 0x0E..=0x1F | 0x7F..=0x84 | 0x86..=0x9F | 0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5
        | 0x180B..=0x180F | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF
        | 0xFFA0 | 0xFFF0..=0xFFFB | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str) -> String {
        fold(text, true).text
    }

    #[test]
    fn width_case_script_and_composition_are_one() {
        assert_eq!(folded("ＡＢＣ　ｄ！"), "abc d!");
        assert_eq!(folded("嫩芽咖啡讓人失望，後臺當機"), "嫩芽咖啡让人失望,后台当机");
        assert_eq!(folded("ｶﾞﾗｽ"), "ガラス");
        assert_eq!(folded("Cafe\u{301}"), "café");
        assert_eq!(folded("爛爛爛爛"), "烂烂烂烂");
        assert_eq!(folded("①㈱½"), "1(株)1⁄2");
    }

    #[test]
    fn nothing_invisible_stays_but_the_glue_of_an_emoji() {
        assert_eq!(folded("客\u{200B}服\u{FEFF}很\u{2060}差\0"), "客服很差");
        assert_eq!(folded("❤\u{FE0F}👍🏽"), "❤👍");
        assert_eq!(folded("👨\u{200D}👩\u{200D}👧"), "👨\u{200D}👩\u{200D}👧");
        assert_eq!(folded("好\u{200D}吃"), "好吃");
        assert_eq!(folded("🏽\u{200D}🏽"), "🏽");
        assert_eq!(folded("👍\u{200D}🏽👍"), "👍👍");
        assert_eq!(folded("\u{FE0F}🏽🏽"), "🏽");
        assert_eq!(folded(&format!("👍{}", "🏽".repeat(100))), "👍");
    }

    #[test]
    fn a_span_leads_back_to_whole_characters() {
        let original = "「ＳＰＲＯＵＴ」 ㍿ 客\u{200B}訴Cafe\u{301}！";
        let text = fold(original, true);
        let of = |part: &str| {
            let at = text.text.find(part).expect("folded part");
            original.get(text.span(at..at + part.len())).expect("edges")
        };
        assert_eq!(of("sprout"), "ＳＰＲＯＵＴ");
        assert_eq!(of("式会"), "㍿");
        assert_eq!(of("客诉"), "客\u{200B}訴");
        assert_eq!(of("诉"), "訴");
        assert_eq!(of("café"), "Cafe\u{301}");
        assert_eq!(of("!"), "！");
    }

    #[test]
    fn a_tower_of_marks_takes_linear_time_and_no_mark_is_lost() {
        let tower = format!("a{}", "\u{301}\u{316}".repeat(100_000));
        let text = fold(&tower, true);
        assert!(text.text.chars().count() >= 199_000);
        assert_eq!(text.span(0..text.text.len()), 0..tower.len());
    }

    #[test]
    fn keeping_the_script_keeps_every_place() {
        let original = "臺灣の㊙ 𠀀薴Ａé後";
        assert_eq!(fold(original, true).text.len(), fold(original, false).text.len());
    }

    proptest! {
        #[test]
        fn any_text_has_spans_at_edges_in_order(original in "\\PC*|(?s:.{0,40})|[爛后後㍿ｶﾞ가각👍🏽\u{200D}\u{301}\u{FE0F}aＡ ]{0,30}") {
            let text = fold(&original, true);
            prop_assert_eq!(text.text.len(), fold(&original, false).text.len());
            let edges: Vec<usize> = (0..=text.text.len()).collect();
            let mut before = 0..0;
            for &at in &edges {
                let span = text.span(at..at + 1);
                prop_assert!(original.get(span.clone()).is_some());
                prop_assert!(span.start >= before.start && span.end >= before.end || span.is_empty());
                if !span.is_empty() { before = span; }
                prop_assert!(original.get(text.span(0..at)).is_some());
                prop_assert!(original.get(text.span(at..text.text.len())).is_some());
            }
        }

        #[test]
        fn folding_twice_changes_nothing(original in "\\PC{0,40}|[爛后㍿ｶﾞ가각👍🏽\u{200D}\u{301}\u{FE0F}aＡİΣ ]{0,12}") {
            let once = folded(&original);
            prop_assert_eq!(folded(&once), once);
        }
    }
}
