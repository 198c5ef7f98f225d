//! Finds what stands apart in a text before it is segmented: links, handles, tags, emoji, numbers, punctuation.
//!
//! In: folded text. Out: pieces in order, each of one kind; plain runs are left to `segment`.
//! Never: cuts a plain run into words.

use std::ops::Range;

use super::{emoji, han};

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WordKind {
    /// A word of a language.
    Word,
    /// Digits, with their separators and percent sign: `1,280`, `4.5`, `10:30`, `50%`.
    Number,
    /// One emoji or one emoticon.
    Emoji,
    /// A web or mail address.
    Link,
    /// `@name`, with its host where it has one.
    Handle,
    /// `#tag`, or Weibo's `#標籤#`.
    Tag,
    /// One mark, or the same mark repeated.
    Punctuation,
}

/// One word and its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Bytes of the folded text.
    pub folded: Range<usize>,
    /// Bytes of the original text.
    pub original: Range<usize>,
    /// What it is.
    pub kind: WordKind,
}

/// A piece of folded text: a word that stands apart, or a run of letters that may hold several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) place: Range<usize>,
    pub(super) kind: WordKind,
    /// Whether `segment` has still to cut it.
    pub(super) plain: bool,
}

/// Weibo closes a tag with `#` within so many characters.
const LONGEST_TAG: usize = 40;

/// A handle without ASCII (Weibo) ends after so many characters.
const LONGEST_HANDLE: usize = 30;

/// Cuts folded text into pieces. `is_ascii_at` tells whether the original is ASCII at a place of the folded text:
/// a full-width mark ends a link, though it is folded to a narrow one.
pub(super) fn pieces(text: &str, is_ascii_at: impl Fn(usize) -> bool) -> Vec<Piece> {
    let mut found = Vec::with_capacity(text.len() / 6);
    let mut at = 0;
    let mut before = None;
    while let Some(rest) = text.get(at..) {
        let Some(c) = rest.chars().next() else { break };
        if c.is_whitespace() {
            at += c.len_utf8();
            before = Some(c);
            continue;
        }
        let (length, kind, plain) = piece(rest, c, before, |place| is_ascii_at(at + place));
        found.push(Piece { place: at..at + length, kind, plain });
        before = rest.get(..length).and_then(|taken| taken.chars().next_back());
        at += length;
    }
    found
}

fn piece(rest: &str, c: char, before: Option<char>, is_ascii_at: impl Fn(usize) -> bool) -> (usize, WordKind, bool) {
    let apart = before.is_none_or(|c| !c.is_ascii_alphanumeric());
    if c.is_ascii() {
        let link = apart.then(|| link_length(rest, is_ascii_at)).flatten();
        if let Some(length) = link {
            return (length, WordKind::Link, false);
        }
        if c == '@'
            && apart
            && let Some(length) = handle_length(rest)
        {
            return (length, WordKind::Handle, false);
        }
        if c == '#'
            && apart
            && let Some(length) = tag_length(rest)
        {
            return (length, WordKind::Tag, false);
        }
        if c.is_ascii_digit()
            && apart
            && let Some(length) = number_length(rest)
        {
            return (length, WordKind::Number, false);
        }
    }
    if let Some(length) = emoji::emoji_length(rest) {
        return (length, WordKind::Emoji, false);
    }
    if is_letter(c) {
        return (run_length(rest, before), WordKind::Word, true);
    }
    if let Some(length) = emoji::emoticon_length(rest) {
        return (length, WordKind::Emoji, false);
    }
    (taken(rest, |next| next == c), WordKind::Punctuation, false)
}

/// The bytes of the characters from the start on that `wanted` takes.
fn taken(text: &str, mut wanted: impl FnMut(char) -> bool) -> usize {
    text.char_indices().find(|&(_, c)| !wanted(c)).map_or(text.len(), |(at, _)| at)
}

/// Whether a character is part of words.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || han::is_han(c) || unicode_normalization::char::is_combining_mark(c)
}

/// A run of letters; an apostrophe or underscore between ASCII letters belongs to it, and digits that a letter leads (`a53`, `3c`).
/// A number after other scripts (`等了30分`) ends it.
fn run_length(rest: &str, before: Option<char>) -> usize {
    let mut last = before;
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let goes_on = if c.is_ascii_digit() {
            last.is_some_and(|last| last.is_ascii_alphanumeric())
                || rest.get(at..).is_some_and(|rest| number_length(rest).is_none())
        } else if last.is_some_and(|last| !last.is_ascii_alphanumeric())
            && rest
                .get(at..)
                .is_some_and(|rest| ["http://", "https://", "www."].iter().any(|head| rest.starts_with(head)))
        {
            false
        } else if matches!(c, '\'' | '’' | '_') {
            last.is_some_and(|last| last.is_ascii_alphabetic() || last == '_')
                && chars.peek().is_some_and(|&(_, next)| next.is_ascii_alphabetic() || next == '_')
        } else {
            is_letter(c)
        };
        if !goes_on && at > 0 {
            return at;
        }
        last = Some(c);
    }
    rest.len()
}

/// Digits with separators between them; none when a Latin letter follows (`3c`, `5g`, `2nd`).
fn number_length(rest: &str) -> Option<usize> {
    let mut end = 0;
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let separates = matches!(c, '.' | ',' | ':' | '/')
            && end > 0
            && chars.peek().is_some_and(|&(_, next)| next.is_ascii_digit());
        if !(c.is_ascii_digit() || separates) {
            if c == '%' {
                return Some(at + 1);
            }
            return (!(c.is_ascii_alphabetic() || c == emoji::KEYCAP)).then_some(end);
        }
        end = at + 1;
    }
    Some(end)
}

/// `@name`, `@name@host`, `@name.host`; names of other scripts as Weibo has them.
fn handle_length(rest: &str) -> Option<usize> {
    let name = rest.get(1..)?;
    let first = name.chars().next()?;
    if !first.is_ascii() {
        let mut count = 0;
        let length = taken(name, |c| {
            count += 1;
            count <= LONGEST_HANDLE && (c.is_alphanumeric() || matches!(c, '_' | '-'))
        });
        return (length > 0).then_some(length + 1);
    }
    let length = taken(name, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '@'));
    let name = name.get(..length)?.trim_end_matches(['-', '.', '@']);
    (first.is_ascii_alphanumeric() || first == '_').then_some(name.len() + 1).filter(|&length| length > 1)
}

/// `#tag` with at least one letter; `#標籤 標籤#` when it is closed.
fn tag_length(rest: &str) -> Option<usize> {
    let name = rest.get(1..)?;
    let length = taken(name, |c| is_letter(c) || c == '_');
    let tag = name.get(..length)?;
    if !tag.chars().any(|c| is_letter(c) && !c.is_numeric()) {
        return None;
    }
    let closed = name
        .char_indices()
        .take(LONGEST_TAG)
        .take_while(|&(_, c)| !matches!(c, '\n' | '@' | '。'))
        .find(|&(_, c)| c == '#')
        .map(|(at, _)| at)
        .filter(|&at| !name.get(..at).is_some_and(|inside| inside.ends_with(char::is_whitespace)))
        .filter(|&at| !tag.is_ascii() && !name.get(at + 1..).is_some_and(|after| opens_tag(after, at > length)));
    Some(closed.map_or(length + 1, |at| at + 2))
}

/// Whether the `#` before `after` opens another tag (`#甲#乙`) rather than closing this one (`#話題#真的很爛，…`).
fn opens_tag(after: &str, over_space: bool) -> bool {
    let length = taken(after, |c| is_letter(c) || c == '_');
    let ends = after.get(length..).and_then(|rest| rest.chars().next()).is_none_or(|c| c == '#' || c.is_whitespace());
    let short = after.get(..length).is_some_and(|name| name.chars().count() <= LONGEST_TAG / 4);
    length > 0 && (over_space || ends && short)
}

/// A link or a mail address that begins here. Linear over a whole text: what is not a link is a letter run that ends the attempt.
fn link_length(rest: &str, is_ascii_at: impl Fn(usize) -> bool) -> Option<usize> {
    let head = taken(rest, |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+'));
    let (name, after) = (rest.get(..head)?, rest.get(head..)?);
    if after.starts_with("://") {
        return ["http", "https", "ftp"].contains(&name).then(|| address_length(rest, is_ascii_at));
    }
    if !name.contains('.') && !after.starts_with('@') {
        return None;
    }
    if name.starts_with("www.") && name.len() > 6 {
        return Some(address_length(rest, is_ascii_at));
    }
    if let Some(host) = after.strip_prefix('@') {
        let length = taken(host, |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
        let host = host.get(..length)?.trim_end_matches(['.', '-']);
        return (!name.is_empty() && is_host(host)).then_some(head + 1 + host.len());
    }
    // `bit.ly/abc`: a bare host counts when a path follows.
    (after.starts_with('/') && is_host(name)).then(|| address_length(rest, is_ascii_at))
}

fn is_host(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(host, last)| {
        !host.is_empty() && last.len() >= 2 && last.chars().all(|c| c.is_ascii_alphabetic())
    })
}

fn address_length(rest: &str, is_ascii_at: impl Fn(usize) -> bool) -> usize {
    let length = rest
        .char_indices()
        .find(|&(at, c)| {
            !c.is_ascii_graphic()
                || matches!(c, '<' | '>' | '"' | '`' | '{' | '}' | '|' | '\\' | '^')
                || !is_ascii_at(at)
        })
        .map_or(rest.len(), |(at, _)| at);
    let address = rest.get(..length).unwrap_or_default();
    address.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '*']).len().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(&str, WordKind)> {
        pieces(text, |_| true).into_iter().map(|piece| (text.get(piece.place).expect("edges"), piece.kind)).collect()
    }

    #[test]
    fn links_end_where_other_writing_begins() {
        use WordKind::{Link, Punctuation, Word};
        assert_eq!(
            cut("看https://t.co/a1?x=2。真的"),
            [("看", Word), ("https://t.co/a1?x=2", Link), ("。", Punctuation), ("真的", Word)]
        );
        assert_eq!(cut("www.sprout.tw, bit.ly/x"), [("www.sprout.tw", Link), (",", Punctuation), ("bit.ly/x", Link)]);
        assert_eq!(cut("care@sprout.com.tw"), [("care@sprout.com.tw", Link)]);
        assert_eq!(cut("v2.0/3"), [("v2", Word), (".", Punctuation), ("0/3", WordKind::Number)]);
    }

    #[test]
    fn a_full_width_mark_ends_a_link() {
        let text = "https://a.tw/b,见";
        let found = pieces(text, |at| at != 14);
        assert_eq!(text.get(found[0].place.clone()), Some("https://a.tw/b"));
        let text = "https://a.tw/b,see";
        let found = pieces(text, |at| at != 14);
        assert_eq!(text.get(found[0].place.clone()), Some("https://a.tw/b"));
    }

    #[test]
    fn handles_and_tags_keep_their_sign() {
        use WordKind::{Handle, Punctuation, Tag, Word};
        assert_eq!(cut("@sproutcoffee真的"), [("@sproutcoffee", Handle), ("真的", Word)]);
        assert_eq!(cut("@amy@mastodon.social."), [("@amy@mastodon.social", Handle), (".", Punctuation)]);
        assert_eq!(cut("@土味real老爹:好"), [("@土味real老爹", Handle), (":", Punctuation), ("好", Word)]);
        assert_eq!(cut("#踩雷 #sprout_coffee"), [("#踩雷", Tag), ("#sprout_coffee", Tag)]);
        assert_eq!(cut("#新品 发布会# 真的"), [("#新品 发布会#", Tag), ("真的", Word)]);
        assert_eq!(cut("#甲#乙,丙"), [("#甲#", Tag), ("乙", Word), (",", Punctuation), ("丙", Word)]);
        assert_eq!(cut("#甲#乙 丙"), [("#甲", Tag), ("#乙", Tag), ("丙", Word)]);
        assert_eq!(
            cut("# 1 #1"),
            [("#", Punctuation), ("1", WordKind::Number), ("#", Punctuation), ("1", WordKind::Number)]
        );
    }

    #[test]
    fn numbers_leave_product_names_alone() {
        use WordKind::{Number, Word};
        assert_eq!(cut("等了30分钟"), [("等了", Word), ("30", Number), ("分钟", Word)]);
        assert_eq!(cut("1,280元 50% 10:30"), [("1,280", Number), ("元", Word), ("50%", Number), ("10:30", Number)]);
        assert_eq!(cut("iphone15 3c 5g网路"), [("iphone15", Word), ("3c", Word), ("5g网路", Word)]);
    }

    #[test]
    fn pictures_and_marks_stand_apart() {
        use WordKind::{Emoji, Punctuation, Word};
        assert_eq!(
            cut("烂!!!😡😡:("),
            [("烂", Word), ("!!!", Punctuation), ("😡", Emoji), ("😡", Emoji), (":(", Emoji)]
        );
        assert_eq!(cut("don't t_t"), [("don't", Word), ("t_t", Word)]);
    }
}
