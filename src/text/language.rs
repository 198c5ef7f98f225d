//! Which language a text is written in: by its characters for Chinese, Japanese and Korean, by its letter triples for the others.
//!
//! In: the original text. Out: a language. Never: guesses from what a text is about.

use std::sync::{LazyLock, OnceLock};

use whatlang::{Detector, Lang};

use super::han::{self, CANTONESE_PAIRS, Script};
use crate::domain::Language;

/// English words that other languages in Latin letters lack, or hardly use.
const ENGLISH: &[&str] = &[
    "the", "this", "that", "these", "those", "it", "it's", "i'm", "i've", "you", "your", "you're", "they", "was",
    "were", "are", "with", "have", "had", "not", "don't", "didn't", "can't", "what", "my", "and", "of", "but", "if",
    "been", "just", "will", "would", "could", "should", "get", "got", "when", "how", "who", "why", "there", "their",
    "about", "she", "her", "we", "our", "love", "good", "bad", "thank", "thanks", "please", "even", "again", "still",
    "never", "because", "some", "very", "really", "out", "from", "his", "him", "than", "then", "does", "did", "being",
    "let's", "that's", "is",
];

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

/// A text is Cantonese when one in so many of its characters weighs for it (a character of [`han::CANTONESE`] weighs 3, a pair 1).
const CANTONESE_SHARE: usize = 30;

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
    let scripts = han::Scripts::new();
    let mut last = '\0';
    for c in original.chars() {
        let before = std::mem::replace(&mut last, c);
        if c.is_ascii_alphabetic() {
            tally.latin += 1;
        } else if c.is_ascii() {
        } else if han::is_han(c) {
            tally.han += 1;
            let shows = scripts.of(c);
            match shows.script {
                Script::Traditional => tally.traditional += 1,
                Script::Simplified => tally.simplified += 1,
                Script::Japanese => tally.japanese += 1,
                Script::Shared => {}
            }
            tally.cantonese += 3 * usize::from(shows.cantonese);
            tally.cantonese += usize::from(shows.ends_cantonese_pair && is_cantonese_pair(before, c));
        } else if han::is_kana(c) {
            tally.kana += usize::from(!matches!(c, 'ー' | 'の' | '\u{30FB}'));
        } else if is_halfwidth_kana(c) {
            tally.kana += usize::from(!matches!(c, '\u{FF70}' | '\u{FF9E}' | '\u{FF9F}'));
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

/// Kana as old machines write them, with their long and voiced marks.
fn is_halfwidth_kana(c: char) -> bool {
    matches!(c, '\u{FF66}'..='\u{FF9F}')
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
    if tally.cantonese >= 3 && tally.cantonese * CANTONESE_SHARE >= tally.han {
        return Language::Yue;
    }
    if tally.simplified > tally.traditional { Language::ZhHans } else { Language::ZhHant }
}

fn is_cantonese_pair(before: char, c: char) -> bool {
    CANTONESE_PAIRS.iter().any(|pair| {
        let mut pair = pair.chars();
        pair.next() == Some(before) && pair.next() == Some(c)
    })
}

/// English or another, of a text in Latin letters without its links, handles and tags.
fn latin(original: &str) -> Language {
    static DETECTOR: OnceLock<Detector> = OnceLock::new();
    let is_said =
        |word: &&str| !(word.starts_with(['@', '#']) || word.contains(':') && word.contains("://") || *word == "RT");
    let said: Vec<&str> = original.split_whitespace().filter(is_said).collect();
    // Triples of few letters mislead; small words tell, and are quickly found.
    if says_english(&said) {
        return Language::En;
    }
    let detector = DETECTOR.get_or_init(|| Detector::with_allowlist(LATIN.to_vec()));
    match detector.detect(&said.join(" ")).map(|found| found.lang()) {
        Some(Lang::Eng) => Language::En,
        _ => Language::Other,
    }
}

/// Whether small English words make up a fifth of the words, and two of them if there are more than three words.
fn says_english(said: &[&str]) -> bool {
    static KNOWN: LazyLock<Vec<u64>> = LazyLock::new(|| {
        let mut known: Vec<u64> = ENGLISH.iter().filter_map(|word| letters(word)).collect();
        known.sort_unstable();
        known
    });
    let known = &*KNOWN;
    let (mut english, mut all) = (0, 0);
    for word in said {
        let word = word.trim_matches(|c: char| !c.is_alphabetic());
        if !word.is_empty() {
            all += 1;
            english += usize::from(letters(word).is_some_and(|word| known.binary_search(&word).is_ok()));
        }
    }
    english * 5 >= all && english > usize::from(all > 3)
}

/// A word of at most eight ASCII letters or marks as one number, whatever its case and apostrophe; `None` for any other.
fn letters(word: &str) -> Option<u64> {
    let mut number = 0;
    for (place, c) in word.chars().enumerate() {
        let c = if c == '’' { '\'' } else { c };
        let byte = u8::try_from(c).ok().filter(|byte| byte.is_ascii() && *byte != 0 && place < 8)?;
        number = number << 8 | u64::from(byte.to_ascii_lowercase());
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_characters_tell_the_languages_of_east_asia() {
        for (text, language) in [
            ("這家店的客服真的很差", Language::ZhHant),
            ("这家店的客服真的很差", Language::ZhHans),
            ("今日去食飯，啲嘢真係好難食，唔會再嚟", Language::Yue),
            ("このお店の対応は最悪です", Language::Ja),
            ("新商品発売開始", Language::Ja),
            ("ｻｲｱｸﾀﾞ", Language::Ja),
            ("対応ｶﾞ最悪ﾃﾞｽ", Language::Ja),
            ("推ｰ薦這家店", Language::ZhHant),
            ("優の良品這家店的餅乾好吃", Language::ZhHant),
            ("고객센터가 전화를 안 받아요", Language::Ko),
            ("天空", Language::ZhHant),
            ("推薦大家買 iPhone 15 Pro Max", Language::ZhHant),
        ] {
            assert_eq!(of(text), language, "{text}");
        }
    }

    #[test]
    fn every_small_word_is_known_in_any_case_and_with_either_apostrophe() {
        for word in ENGLISH {
            let other = word.to_uppercase().replace('\'', "’");
            assert!(letters(word).is_some() && letters(word) == letters(&other), "{word}");
            assert!(says_english(&[&other]), "{word}");
        }
        assert_eq!((letters("wonderful"), letters("thé")), (None, None));
    }

    #[test]
    fn small_words_tell_english_from_its_neighbours() {
        for (text, language) in [
            ("Refund took three weeks, never again", Language::En),
            ("That seems stupid.", Language::En),
            ("@sprout it’s not even bad #fail https://t.co/x", Language::En),
            ("El servicio de atención al cliente es muy malo", Language::Other),
            ("De klantenservice is echt slecht en ik wacht al een uur", Language::Other),
            ("Pelayanan sangat buruk dan uang saya belum kembali", Language::Other),
            ("Обслуживание ужасное", Language::Other),
            ("12345 !!! 😡", Language::Other),
            ("", Language::Other),
        ] {
            assert_eq!(of(text), language, "{text}");
        }
    }
}
