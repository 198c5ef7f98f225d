//! Which language a text is written in: by its characters for Chinese, Japanese and Korean, by its letter triples for the others.
//!
//! In: the original text. Out: a language. Never: guesses from what a text is about.

use std::sync::OnceLock;

use whatlang::{Detector, Lang};

use super::han::{self, Script};
use crate::domain::Language;

/// Characters that written Cantonese uses and Mandarin does not, or hardly.
const CANTONESE: &str = "嘅咗喺啲冇佢哋嚟嗰嘢㗎瞓睇攞搵畀噉咁啱唔嗮晒咩乜嗌諗冧揸孭嬲黐嘥嗱喎噃嘞啩嚿屙揼掟揦氹冚";

/// Languages in Latin letters that a text may be in; a shorter list errs less on short texts.
const LATIN: &[Lang] = &[
    Lang::Eng,
    Lang::Spa,
    Lang::Por,
    Lang::Fra,
    Lang::Deu,
    Lang::Ita,
    Lang::Nld,
    Lang::Ind,
    Lang::Vie,
    Lang::Tgl,
    Lang::Pol,
    Lang::Tur,
];

/// How many characters of each writing a text has.
#[derive(Default)]
struct Tally {
    han: usize,
    kana: usize,
    hangul: usize,
    latin: usize,
    other: usize,
    traditional: usize,
    simplified: usize,
    japanese: usize,
    cantonese: usize,
}

/// The language of a text.
pub(super) fn of(original: &str) -> Language {
    let tally = tally(original);
    let cjk = tally.han + tally.kana + tally.hangul;
    // A Chinese character says about as much as four letters.
    if cjk > 0 && cjk * 4 >= tally.latin && cjk >= tally.other {
        return among_cjk(&tally);
    }
    if tally.latin > tally.other { latin(original) } else { Language::Other }
}

fn tally(original: &str) -> Tally {
    let mut tally = Tally::default();
    for c in original.chars() {
        if c.is_ascii_alphabetic() {
            tally.latin += 1;
        } else if c.is_ascii() {
        } else if han::is_han(c) {
            tally.han += 1;
            match han::script(c) {
                Script::Traditional => tally.traditional += 1,
                Script::Simplified => tally.simplified += 1,
                Script::Japanese => tally.japanese += 1,
                Script::Shared => {}
            }
            tally.cantonese += usize::from(CANTONESE.contains(c));
        } else if han::is_kana(c) {
            tally.kana += usize::from(!matches!(c, 'ー' | 'の' | '\u{30FB}'));
        } else if han::is_hangul(c) {
            tally.hangul += 1;
        } else if matches!(u32::from(c), 0xC0..=0x24F | 0x1E00..=0x1EFF) {
            tally.latin += 1;
        } else if c.is_alphabetic() && !han::is_bopomofo(c) {
            tally.other += 1;
        }
    }
    tally
}

fn among_cjk(tally: &Tally) -> Language {
    if tally.hangul > tally.kana && tally.hangul * 2 >= tally.han {
        return Language::Ko;
    }
    if tally.kana * 8 >= tally.han && tally.kana > 0 {
        return Language::Ja;
    }
    if tally.japanese > 0 && tally.japanese >= tally.simplified && tally.japanese >= tally.traditional {
        return Language::Ja;
    }
    if tally.cantonese > 0 && tally.cantonese * 30 >= tally.han {
        return Language::Yue;
    }
    if tally.simplified > tally.traditional { Language::ZhHans } else { Language::ZhHant }
}

fn latin(original: &str) -> Language {
    static DETECTOR: OnceLock<Detector> = OnceLock::new();
    let detector = DETECTOR.get_or_init(|| Detector::with_allowlist(LATIN.to_vec()));
    match detector.detect(original).map(|found| found.lang()) {
        Some(Lang::Eng) => Language::En,
        _ => Language::Other,
    }
}
