//! What a word of a query is: an operator, a term with a sign, a field, or the word itself.
//!
//! In: a word as written. Out: its kind, or why it cannot be taken as it stands.
//! Never: looks at its neighbours.

use super::field::FIELDS;
use super::lex::Kind;
use super::near::Near;
use super::script::{is_searchable, is_tag};
use crate::settings::nearest;
use crate::text::fold;

/// What is wrong, and a way out.
pub(super) type Refusal = (String, String);

/// The farthest NEAR.
const FARTHEST: usize = 100;

/// Full-width signs and letters as their ASCII forms.
pub(super) fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// The field's name that a word before `:` is; `None` when it is none.
pub(super) fn field_name(word: &str) -> Option<String> {
    let name = word.to_lowercase();
    FIELDS.iter().any(|(known, _)| *known == name).then_some(name)
}

/// Reads a word; `narrowed` is the same with its full-width signs made narrow.
pub(super) fn read(text: &str, narrowed: &str) -> Result<Kind, Refusal> {
    match narrowed {
        "AND" => return Ok(Kind::And),
        "OR" => return Ok(Kind::Or),
        "NOT" => return Ok(Kind::Not),
        _ => {}
    }
    if let Some(distance) = narrowed.strip_prefix("NEAR") {
        return near(narrowed, distance);
    }
    match narrowed.chars().next() {
        Some('#') => return tag(narrowed),
        Some('@') => return handle(narrowed),
        Some('$') if narrowed.chars().nth(1).is_some_and(|c| c.is_ascii_alphabetic()) => return dollar(narrowed),
        _ => {}
    }
    if let Some((name, value)) = narrowed.split_once(':')
        && is_like_a_field(name, value)
    {
        return match field_name(name) {
            Some(name) => Ok(Kind::Field(name, value.to_owned())),
            None => Err(no_field(narrowed, name)),
        };
    }
    refuse(narrowed)?;
    if narrowed.contains(['*', '?']) && !narrowed.contains("://") {
        return Ok(Kind::Wild(narrowed.to_owned()));
    }
    Ok(Kind::Word(text.to_owned()))
}

/// `NEAR/5`, `NEAR/5f`.
fn near(word: &str, distance: &str) -> Result<Kind, Refusal> {
    let ordered = distance.ends_with('f');
    let number = distance.strip_prefix('/').map(|number| number.strip_suffix('f').unwrap_or(number));
    match number.and_then(|number| number.parse::<usize>().ok()) {
        Some(within) if within <= FARTHEST => Ok(Kind::Near(Near { within, ordered })),
        Some(_) => {
            Err((format!("`{word}` is too far"), format!("write NEAR/{FARTHEST} at most; AND has no distance at all")))
        }
        None if distance.is_empty() || distance.starts_with('/') => Err((
            format!("`{word}` does not say how near"),
            "write NEAR/5 (within five words, or characters of Chinese), or NEAR/5f where the left comes first"
                .to_owned(),
        )),
        None => Ok(Kind::Word(word.to_owned())),
    }
}

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

/// `$TSLA` is a share, `$rivals` a part of the file.
fn dollar(text: &str) -> Result<Kind, Refusal> {
    let name = text.get(1..).unwrap_or_default();
    if is_part_name(name) {
        return Ok(Kind::Part(name.to_owned()));
    }
    let share = name.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()));
    if share && name.len() <= 12 && !name.chars().any(|c| c.is_ascii_lowercase()) {
        return Ok(Kind::Cashtag(name.to_owned()));
    }
    Err((
        format!("`{text}` is neither a share nor a part"),
        "a share is written in capitals ($TSLA), a part of [parts] in small letters ($rivals); put other text in quotes".to_owned(),
    ))
}

/// Whether a part may be called so: small letters, digits, `-` and `_`.
pub(super) fn is_part_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
}

fn is_like_a_field(name: &str, value: &str) -> bool {
    let word = name.len() > 1 && name.chars().all(|c| c.is_ascii_alphabetic());
    word && !value.starts_with("//")
}

fn no_field(text: &str, name: &str) -> Refusal {
    let known: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
    let hint = match nearest(name, &known) {
        Some(near) => format!("did you mean `{near}:`?"),
        None => format!("there are: {}", known.iter().map(|name| format!("{name}:")).collect::<Vec<_>>().join(" ")),
    };
    (format!("there is no field `{name}`"), format!("{hint} In quotes it is searched as it stands: \"{text}\""))
}

/// Why a word cannot be taken as it stands: signs that mean something elsewhere, or nothing to search for.
fn refuse(text: &str) -> Result<(), Refusal> {
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
    } else if text.to_ascii_uppercase().starts_with("NEAR/") {
        (format!("`{text}` is no operator"), "operators are written in capitals: NEAR/5".to_owned())
    } else if !fold(text).chars().any(is_searchable) {
        let hint =
            if text.contains(['*', '?']) { "write letters beside it: sprout*" } else { "remove it, or write a word" };
        (format!("`{text}` is nothing to search for"), hint.to_owned())
    } else {
        return Ok(());
    };
    Err((message, hint))
}

/// A comma between two words without a space; one between digits belongs to a number.
fn has_wide_comma(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    chars.windows(3).any(|three| three[1] == ',' && !(three[0].is_ascii_digit() && three[2].is_ascii_digit()))
}
