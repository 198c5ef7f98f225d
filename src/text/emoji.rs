//! Emoji and emoticons: which characters are pictures, and where a picture made of several ends.
//!
//! In: folded text. Out: lengths in bytes.
//! Never: says what a picture means.

/// Joins pictures into one (family, profession, flag).
pub(super) const JOINER: char = '\u{200D}';

/// Encloses a digit: 1️⃣.
pub(super) const KEYCAP: char = '\u{20E3}';

/// Faces made of punctuation; longer ones first. Folded, so `：Ｄ` is here as `:d`.
const EMOTICONS: &[&str] = &[
    "(╯°□°)╯",
    "¯\\_(ツ)_/¯",
    "^_^",
    "^o^",
    "^0^",
    ">_<",
    ">.<",
    ">\"<",
    "-_-",
    "=_=",
    "@_@",
    "._.",
    ":-)",
    ":-(",
    ":'(",
    ":-d",
    ":-p",
    ":-/",
    ";-)",
    ":))",
    ":((",
    ":)",
    ":(",
    ":d",
    ":p",
    ":3",
    ";)",
    "=)",
    "=(",
    "<3",
    "^^",
    "><",
    ";_;",
    ":o",
];

/// Whether a character is a picture by itself.
pub(super) fn is_pictograph(c: char) -> bool {
    matches!(u32::from(c),
        0x2194..=0x2199 | 0x21A9..=0x21AA | 0x231A..=0x231B | 0x2328 | 0x23CF | 0x23E9..=0x23F3 | 0x23F8..=0x23FA
        | 0x25AA..=0x25AB | 0x25B6 | 0x25C0 | 0x25FB..=0x25FE | 0x2600..=0x27BF | 0x2934..=0x2935 | 0x2B05..=0x2B07 | 0x2B1B..=0x2B1C | 0x2B50
        | 0x2B55 | 0x3030 | 0x303D | 0x1F000..=0x1F0FF | 0x1F170..=0x1F18F | 0x1F191..=0x1F19A | 0x1F300..=0x1FAFF)
}

/// Whether a character colours the skin of the picture before it.
pub(super) fn is_skin_tone(c: char) -> bool {
    ('\u{1F3FB}'..='\u{1F3FF}').contains(&c)
}

fn is_region(c: char) -> bool {
    ('\u{1F1E6}'..='\u{1F1FF}').contains(&c)
}

/// The length in bytes of the one emoji that `text` begins with.
pub(super) fn emoji_length(text: &str) -> Option<usize> {
    let mut chars = text.chars();
    let first = chars.next()?;
    let mut length = first.len_utf8();
    if is_region(first) {
        return Some(chars.next().filter(|&c| is_region(c)).map_or(length, |c| length + c.len_utf8()));
    }
    if first.is_ascii_digit() || matches!(first, '#' | '*') {
        return chars.next().filter(|&c| c == KEYCAP).map(|c| length + c.len_utf8());
    }
    if !is_pictograph(first) {
        return None;
    }
    loop {
        let mut ahead = chars.clone();
        match (ahead.next(), ahead.next()) {
            (Some(JOINER), Some(next)) if is_pictograph(next) => {
                length += JOINER.len_utf8() + next.len_utf8();
                chars = ahead;
            }
            _ => return Some(length),
        }
    }
}

/// The length in bytes of the emoticon that `text` begins with; one that ends in a letter must not run on into a word.
pub(super) fn emoticon_length(text: &str) -> Option<usize> {
    let face = EMOTICONS.iter().find(|face| text.starts_with(**face))?;
    let ends_in_letter = face.chars().next_back().is_some_and(char::is_alphanumeric);
    let runs_on =
        text.get(face.len()..).and_then(|rest| rest.chars().next()).is_some_and(|c| c.is_ascii_alphanumeric());
    (!(ends_in_letter && runs_on)).then_some(face.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_made_of_several_is_one() {
        assert_eq!(emoji_length("👨\u{200D}👩\u{200D}👧好"), Some("👨\u{200D}👩\u{200D}👧".len()));
        assert_eq!(emoji_length("🇹🇼🇯🇵"), Some("🇹🇼".len()));
        assert_eq!(emoji_length("1\u{20E3}2"), Some("1\u{20E3}".len()));
        assert_eq!(emoji_length("😡😡"), Some("😡".len()));
        assert_eq!(emoji_length("12"), None);
        assert_eq!(emoji_length("好"), None);
    }

    #[test]
    fn a_face_is_not_the_start_of_a_word() {
        assert_eq!(emoticon_length(":) 好"), Some(2));
        assert_eq!(emoticon_length(":D".to_lowercase().as_str()), Some(2));
        assert_eq!(emoticon_length(":delivery"), None);
    }
}
