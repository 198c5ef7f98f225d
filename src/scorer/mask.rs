//! What of a text is shown to a scorer: its words, without who is named and where it leads.

use crate::text::{Text, WordKind};

/// So many characters of a text are shown: how it leans is said by then.
const LONGEST: usize = 2_000;
/// What stands for a handle and for a link: the words that models for short posts were taught with.
const HANDLE: &str = "@user";
const LINK: &str = "http";

/// A text as a scorer gets it: handles are `@user`, links and mail addresses `http`, what is longer than 2,000 characters is cut.
/// Empty when nothing is left to judge.
pub fn masked(text: &Text) -> String {
    let mut shown = String::new();
    let mut from = 0;
    for word in text.words() {
        let stand_in = match word.kind {
            WordKind::Handle => HANDLE,
            WordKind::Link => LINK,
            _ => continue,
        };
        shown.push_str(text.original().get(from..word.original.start).unwrap_or_default());
        shown.push_str(stand_in);
        from = word.original.end;
    }
    shown.push_str(text.original().get(from..).unwrap_or_default());
    // Numbers and marks alone say nothing that a scorer could answer better.
    let says = text.words().iter().any(|word| !matches!(word.kind, WordKind::Handle | WordKind::Link));
    if !says {
        return String::new();
    }
    shown.trim().chars().filter(|c| *c == '\n' || !c.is_control()).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        masked(&Text::read(text))
    }

    #[test]
    fn names_and_links_do_not_leave_and_words_do() {
        assert_eq!(shown("@amy 這家爛透了 https://t.co/a1?x=2 真的"), "@user 這家爛透了 http 真的");
        assert_eq!(shown("寫信到 care@sprout.com.tw 沒人回"), "寫信到 http 沒人回");
        assert_eq!(shown("ＡＰＰ一直閃退😡"), "ＡＰＰ一直閃退😡");
    }

    #[test]
    fn a_text_of_names_and_links_alone_is_nothing_to_ask_about() {
        assert_eq!(shown("@amy https://t.co/a1"), "");
        assert_eq!(shown("  \u{0}"), "");
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        assert_eq!(shown(&"爛".repeat(5_000)).chars().count(), LONGEST);
    }
}
