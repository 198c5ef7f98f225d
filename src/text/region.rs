//! The words of Taiwan as the mainland writes them (`網路` → `网络`, `看著` → `看着`), with the way back.
//!
//! In: a folded text. Out: the same text in one region's words, every place leading back to the original.
//! Never: is part of folding itself; who asks for the words of a text as it was written gets those.

use std::collections::HashMap;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::normalize::{self, Change, Folded};

/// Written for hearken: Taiwan's word, a tab, the mainland's; both are folded when read.
const TABLE: &str = include_str!("../../sentiment-models/segment/zh/region.tsv");

struct Table {
    automaton: AhoCorasick,
    mainland: Vec<String>,
}

/// The table; `None` when it cannot be built, and then no word is changed (a test builds it).
fn table() -> Option<&'static Table> {
    static BUILT: OnceLock<Option<Table>> = OnceLock::new();
    BUILT.get_or_init(build).as_ref()
}

fn build() -> Option<Table> {
    let fold = |word: &str| normalize::fold(word, true).text;
    let rows: HashMap<String, String> = TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .map(|(taiwan, mainland)| (fold(taiwan), fold(mainland)))
        .collect();
    let (taiwan, mainland): (Vec<String>, Vec<String>) = rows.into_iter().unzip();
    let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&taiwan).ok()?;
    Some(Table { automaton, mainland })
}

/// A folded text in the mainland's words; `None` when nothing changes.
pub(super) fn mainland(folded: &Folded) -> Option<Folded> {
    let table = table()?;
    let mut out = Folded::default();
    let mut done = 0;
    // The changes that folding made, and how far the output runs ahead of the folded text.
    let mut before = folded.changes.iter().peekable();
    for found in table.automaton.find_iter(&folded.text) {
        let (Some(word), Some(old)) = (table.mainland.get(found.pattern().as_usize()), folded.text.get(found.range()))
        else {
            continue;
        };
        if word == old {
            continue;
        }
        let same_length = word.len() == old.len();
        let end = if same_length { found.end() } else { found.start() };
        while let Some(change) = before.next_if(|change| change.folded < end) {
            out.changes.push(shifted(change, done, out.text.len()));
        }
        // A character that was taken apart (`㍿`) may only be swapped whole.
        let cut = |at: usize| {
            folded.changes.iter().any(|change| change.folded < at && at < change.folded + change.folded_length)
        };
        if !same_length && (cut(found.start()) || cut(found.end())) {
            continue;
        }
        out.text.push_str(folded.text.get(done..found.start()).unwrap_or_default());
        if !same_length {
            let original = folded.span(found.range());
            let (folded, folded_length) = (out.text.len(), word.len());
            out.changes.push(Change {
                folded,
                folded_length,
                original: original.start,
                original_length: original.len(),
            });
            while before.next_if(|change| change.folded < found.end()).is_some() {}
        }
        out.text.push_str(word);
        done = found.end();
    }
    if done == 0 {
        return None;
    }
    for change in before {
        out.changes.push(shifted(change, done, out.text.len()));
    }
    out.text.push_str(folded.text.get(done..).unwrap_or_default());
    Some(out)
}

/// A change of the folded text at its place in the output, where `done` bytes of the one became `length` of the other.
fn shifted(change: &Change, done: usize, length: usize) -> Change {
    Change { folded: (change.folded + length).saturating_sub(done), ..*change }
}

/// A folded word in the mainland's words: for lists that texts in those words are searched for.
pub(super) fn word(folded: &str) -> String {
    let text = Folded { text: folded.to_owned(), changes: Vec::new() };
    mainland(&text).unwrap_or(text).text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Folded {
        let folded = normalize::fold(text, true);
        mainland(&folded).unwrap_or(folded)
    }

    #[test]
    fn both_regions_write_the_same() {
        for (taiwan, mainland) in [
            ("網路品質很差，螢幕一直當機", "网络质量很差，屏幕一直死机"),
            ("看著急著上線的軟體工程師", "看着急着上线的软件工程师"),
            ("為別人著想，照著做", "为别人着想，照着做"),
            ("這個影片我支援，駭客偷資料", "这个视频我支持，黑客偷数据"),
            ("用藉口答覆客訴", "用借口答复投诉"),
        ] {
            assert_eq!(read(taiwan).text, read(mainland).text, "{taiwan}");
        }
    }

    #[test]
    fn what_only_looks_like_a_word_stays() {
        for text in ["著名的名著與著作顯著", "商品質量很好", "電影片段", "方程式", "當機立斷", "四川普通話", "越南韓國"]
        {
            assert_eq!(read(text).text, normalize::fold(text, true).text, "{text}");
        }
    }

    #[test]
    fn every_row_is_read_once_and_leads_to_a_word_that_stays() {
        let rows: Vec<&str> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(build().map(|table| table.mainland.len()), Some(rows.len()), "a word stands twice");
        for row in rows {
            let (taiwan, to) = row.split_once('\t').expect("two columns");
            assert_eq!(word(&read(taiwan).text), normalize::fold(to, true).text, "{row}");
        }
    }

    #[test]
    fn places_lead_back_to_the_words_as_they_were_written() {
        let original = "㍿的ＡＰＰ、伺\u{200B}服器跟公車很爛，看\u{200B}著就煩！ＯＫ";
        let text = read(original);
        let of = |part: &str| {
            let at = text.text.find(part).expect(part);
            original.get(text.span(at..at + part.len())).expect("edges")
        };
        assert_eq!(of("app"), "ＡＰＰ");
        assert_eq!(of("服务器"), "伺\u{200B}服器");
        assert_eq!(of("公交车"), "公車");
        assert_eq!(of("交"), "公車", "part of a word is the whole word");
        assert_eq!(of("烂"), "爛");
        assert_eq!(of("看着"), "看\u{200B}著");
        assert_eq!(of("着"), "著");
        assert_eq!(of("!ok"), "！ＯＫ");
    }

    proptest! {
        #[test]
        fn any_text_has_spans_at_edges_in_order(original in "([爛后㍿ｶﾞ가👍\u{200D}\u{301}Ａ ]|公車|伺服器|看著|駭\u{200B}客|U|用戶端){0,12}") {
            let text = read(&original);
            let mut before = 0..0;
            for at in 0..=text.text.len() {
                let span = text.span(at..at + 1);
                prop_assert!(original.get(span.clone()).is_some());
                prop_assert!(span.start >= before.start && span.end >= before.end || span.is_empty());
                if !span.is_empty() { before = span; }
            }
        }
    }
}
