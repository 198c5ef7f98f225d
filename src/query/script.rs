//! What a script asks of a match: an edge around Latin words, none where words are written without spaces.
//!
//! In: a character. Out: what kind it is.
//! Never: looks at more than the character it is given.

/// Chinese characters, kana and bopomofo: a line break may stand in the middle of a word.
pub(super) fn is_han_or_kana(c: char) -> bool {
    matches!(c,
        '\u{2E80}'..='\u{2FDF}' // radicals
        | '々' | '〆' | '〇'
        | '\u{3040}'..='\u{30FF}' // kana
        | '\u{3100}'..='\u{312F}' | '\u{31A0}'..='\u{31BF}' // bopomofo
        | '\u{31F0}'..='\u{31FF}' // small katakana
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{FF66}'..='\u{FF9F}' // half-width kana
        | '\u{20000}'..='\u{3FFFF}')
}

/// Scripts in which a word may stand anywhere: without spaces, or with particles written onto it (Hangul).
pub(super) fn is_unspaced(c: char) -> bool {
    is_han_or_kana(c)
        || matches!(c,
            '\u{0E00}'..='\u{0EFF}' // Thai, Lao
            | '\u{1000}'..='\u{109F}' // Myanmar
            | '\u{1780}'..='\u{17FF}' // Khmer
            | '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}') // Hangul
}

/// A letter or digit (or `_`) of a script that parts its words: a match may not begin or end inside such a run.
pub(super) fn is_spaced_word(c: char) -> bool {
    (c.is_alphanumeric() || c == '_') && !is_unspaced(c)
}

/// What a hashtag may be made of, in any script.
pub(super) fn is_tag(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether a character can be searched for: not white space, not mere punctuation.
pub(super) fn is_searchable(c: char) -> bool {
    let punctuation = c.is_ascii_punctuation()
        || matches!(c, '\u{2000}'..='\u{206F}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3020}' | '\u{FE00}'..='\u{FE6F}' | '·' | '・');
    !c.is_whitespace() && !c.is_control() && !punctuation
}
