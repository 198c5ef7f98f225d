//! Cuts a query into its tokens.
//!
//! In: the query's text. Out: tokens with their places, and every mistake that can be seen in one token.
//! Never: knows what may follow what.

use std::ops::Range;

use super::mistake::QueryMistake;
use super::script::{is_searchable, is_tag};
use crate::text::fold;

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close,
    And,
    Or,
    Not,
    /// A word as it stands.
    Word(String),
    /// What stands between quotes.
    Phrase(String),
    /// A hashtag without its sign.
    Tag(String),
    /// A name without its sign.
    Handle(String),
}

/// A token and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: Range<usize>,
}

/// Fields of later versions; a word that begins with one is not taken for a word.
const FIELDS: [&str; 8] = ["author", "site", "platform", "lang", "followers", "has", "sentiment", "theme"];

/// Cuts the whole query; goes on after mistakes.
pub(super) fn lex(source: &str, mistakes: &mut Vec<QueryMistake>) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = source.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        let kind = match c {
            _ if c.is_whitespace() => continue,
            '(' | '（' => Some((Kind::Open, start + c.len_utf8())),
            ')' | '）' => Some((Kind::Close, start + c.len_utf8())),
            _ if !closers(c).is_empty() => phrase(source, start, c, mistakes),
            _ => word(source, start, mistakes),
        };
        let end = kind.as_ref().map_or_else(|| skipped_end(source, start, c), |(_, end)| *end);
        if let Some((kind, end)) = kind {
            tokens.push(Token { kind, at: start..end });
        }
        while rest.peek().is_some_and(|(place, _)| *place < end) {
            rest.next();
        }
    }
    tokens
}

/// The quotes that close what `open` opens; empty when it is no quote.
fn closers(open: char) -> &'static [char] {
    match open {
        '"' | '“' | '”' | '„' | '＂' | '〝' => &['"', '“', '”', '＂', '〞'],
        '「' | '｢' => &['」', '｣'],
        '『' => &['』'],
        _ => &[],
    }
}

fn phrase(source: &str, start: usize, open: char, mistakes: &mut Vec<QueryMistake>) -> Option<(Kind, usize)> {
    let inside = start + open.len_utf8();
    let rest = source.get(inside..).unwrap_or_default();
    let Some((length, close)) = rest.char_indices().find(|(_, c)| closers(open).contains(c)) else {
        let close = closers(open).first().copied().unwrap_or(open);
        let hint = format!("add `{close}` where the phrase ends");
        mistakes.push(QueryMistake::new(source, start..inside, format!("`{open}` is never closed"), hint));
        return None;
    };
    let text = rest.get(..length).unwrap_or_default();
    let end = inside + length + close.len_utf8();
    if !fold(text).chars().any(is_searchable) {
        mistakes.push(QueryMistake::new(
            source,
            start..end,
            "nothing to search for stands between these quotes",
            "write what is to be found, or remove them",
        ));
        return None;
    }
    Some((Kind::Phrase(text.to_owned()), end))
}

/// Where reading goes on after a token that was refused.
fn skipped_end(source: &str, start: usize, c: char) -> usize {
    match closers(c).is_empty() {
        true => word_end(source, start),
        false => {
            let rest = source.get(start + c.len_utf8()..).unwrap_or_default();
            let close = rest.char_indices().find(|(_, other)| closers(c).contains(other));
            close.map_or(source.len(), |(place, close)| start + c.len_utf8() + place + close.len_utf8())
        }
    }
}

fn word_end(source: &str, start: usize) -> usize {
    let rest = source.get(start..).unwrap_or_default();
    let ends = |c: char| c.is_whitespace() || matches!(c, '(' | '（' | ')' | '）') || !closers(c).is_empty();
    start + rest.find(ends).unwrap_or(rest.len())
}

fn word(source: &str, start: usize, mistakes: &mut Vec<QueryMistake>) -> Option<(Kind, usize)> {
    let end = word_end(source, start);
    let text = source.get(start..end).unwrap_or_default();
    let narrow: String = text.chars().map(narrow).collect();
    match narrow.as_str() {
        "AND" => return Some((Kind::And, end)),
        "OR" => return Some((Kind::Or, end)),
        "NOT" => return Some((Kind::Not, end)),
        _ => {}
    }
    let refusal = match narrow.chars().next() {
        Some('#') => match tag(&narrow) {
            Ok(kind) => return Some((kind, end)),
            Err(refusal) => Some(refusal),
        },
        Some('@') => match handle(&narrow) {
            Ok(kind) => return Some((kind, end)),
            Err(refusal) => Some(refusal),
        },
        _ => refuse(&narrow),
    };
    if let Some((message, hint)) = refusal {
        mistakes.push(QueryMistake::new(source, start..end, message, hint));
        return None;
    }
    Some((Kind::Word(text.to_owned()), end))
}

/// Full-width signs and letters as their ASCII forms.
fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

type Refusal = (String, String);

fn tag(text: &str) -> Result<Kind, Refusal> {
    let name = text.trim_start_matches('#').trim_end_matches('#');
    if !name.is_empty() && name.chars().all(is_tag) {
        return Ok(Kind::Tag(name.to_owned()));
    }
    Err((
        format!("`{text}` is not a tag"),
        "a tag is `#` with letters, digits and `_` right after it; put other text in quotes".to_owned(),
    ))
}

fn handle(text: &str) -> Result<Kind, Refusal> {
    let name = text.trim_start_matches('@');
    let mut parts = name.split('@');
    let valid = |part: &str| {
        part.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
    };
    if parts.clone().count() <= 2 && parts.all(valid) {
        return Ok(Kind::Handle(name.to_owned()));
    }
    Err((
        format!("`{text}` is not a name"),
        "a name is `@` with letters, digits, `_`, `.` and `-` right after it, such as @sproutcoffee or @sprout@g0v.social"
            .to_owned(),
    ))
}

/// Why a word cannot be taken as it stands: signs that mean something elsewhere, or nothing to search for.
fn refuse(text: &str) -> Option<Refusal> {
    let quoted = format!("in quotes it is searched as it stands: \"{text}\"");
    let inner = |mark: char| text.chars().count() > 2 && text.starts_with(mark) && text.ends_with(mark);
    let field = text.split_once(':').map(|(field, _)| field.to_lowercase());
    let (message, hint) = if matches!(text, "&" | "&&" | "+") {
        (format!("`{text}` is not an operator here"), "write AND".to_owned())
    } else if matches!(text, "|" | "||" | "/" | "," | "、" | ";") {
        (format!("`{text}` is not an operator here"), "write OR".to_owned())
    } else if matches!(text, "!" | "-" | "~") {
        (format!("`{text}` is not an operator here"), "write NOT".to_owned())
    } else if let Some(word) = text.strip_prefix(['-', '!']).filter(|word| word.starts_with(char::is_alphabetic)) {
        (format!("`{text}` does not leave a word out"), format!("write NOT {word}"))
    } else if let Some(word) = text.strip_prefix('+').filter(|word| word.starts_with(char::is_alphabetic)) {
        (format!("`{text}` does not demand a word"), format!("write AND {word}"))
    } else if text.ends_with([',', '、', ';']) || text.contains('、') || has_wide_comma(text) {
        (format!("`{text}` has a comma in it"), "write OR between words".to_owned())
    } else if text.starts_with("NEAR/") || inner('/') || (text.starts_with('{') && text.ends_with('}')) {
        (format!("`{text}` is not known to this version of the query language"), quoted)
    } else if text.contains('*') || text.contains('?') && !text.contains("://") {
        (
            format!("`{text}` has a wildcard, which this version does not know"),
            format!("write each form with OR; {quoted}"),
        )
    } else if field.is_some_and(|field| FIELDS.contains(&field.as_str())) {
        (format!("`{text}` asks for a field, which this version does not know"), quoted)
    } else if !fold(text).chars().any(is_searchable) {
        (format!("`{text}` is nothing to search for"), "remove it, or write a word".to_owned())
    } else {
        return None;
    };
    Some((message, hint))
}

/// A comma between two words without a space; one between digits belongs to a number.
fn has_wide_comma(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    chars.windows(3).any(|three| three[1] == ',' && !(three[0].is_ascii_digit() && three[2].is_ascii_digit()))
}
