//! Cuts a query into its tokens.
//!
//! In: the query's text. Out: tokens with their places, and every mistake that can be seen in one token.
//! Never: knows what may follow what.

use std::ops::Range;

use super::mistake::QueryMistake;
use super::near::Near;
use super::script::is_searchable;
use super::word::{self, Refusal, narrow};
use crate::text::fold;

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close,
    And,
    Or,
    Not,
    Near(Near),
    /// A word as it stands.
    Word(String),
    /// What stands between quotes.
    Phrase(String),
    /// A word with `*` or `?` in it.
    Wild(String),
    /// What stands between `/` and `/`.
    Regex(String),
    /// What stands between `{` and `}`.
    Exact(String),
    /// A hashtag without its sign.
    Tag(String),
    /// A name without its sign.
    Handle(String),
    /// A share's sign without `$`.
    Cashtag(String),
    /// A named part without `$`.
    Part(String),
    /// `name:value`.
    Field(String, String),
}

/// A token and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: Range<usize>,
}

/// A token that was read, `None` where it was refused, and the byte at which reading goes on.
type Read = (Option<Kind>, usize);

/// Cuts the whole query; goes on after mistakes.
pub(super) fn lex(source: &str, mistakes: &mut Vec<QueryMistake>) -> Vec<Token> {
    let mut lexer = Lexer { source, mistakes };
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = lexer.rest(at).chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        if is_comment(lexer.rest(at)) {
            at += lexer.rest(at).find('\n').unwrap_or(lexer.rest(at).len());
            continue;
        }
        let (kind, end) = match c {
            '(' | '（' => (Some(Kind::Open), at + c.len_utf8()),
            ')' | '）' => (Some(Kind::Close), at + c.len_utf8()),
            '{' | '｛' => lexer.exact(at, c),
            '/' | '／' if is_regex(lexer.rest(at)) => lexer.regex(at, c),
            _ if !closers(c).is_empty() => lexer.phrase(at, c),
            _ => lexer.word(at),
        };
        if let Some(kind) = kind {
            tokens.push(Token { kind, at: at..end });
        }
        at = end.max(at + c.len_utf8());
    }
    tokens
}

/// `--`, alone, begins a remark that ends with the line.
fn is_comment(rest: &str) -> bool {
    rest.strip_prefix("--").is_some_and(|after| after.chars().next().is_none_or(char::is_whitespace))
}

/// Whether a slash begins a regex: it does not stand alone.
fn is_regex(rest: &str) -> bool {
    let mut chars = rest.chars();
    chars.next();
    chars.next().is_some_and(|c| !c.is_whitespace())
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

struct Lexer<'a> {
    source: &'a str,
    mistakes: &'a mut Vec<QueryMistake>,
}

impl<'a> Lexer<'a> {
    fn rest(&self, at: usize) -> &'a str {
        self.source.get(at..).unwrap_or_default()
    }

    fn refuse(&mut self, at: Range<usize>, (message, hint): Refusal) {
        self.mistakes.push(QueryMistake::new(self.source, at, message, hint));
    }

    /// What stands from `start` on behind the sign `open`, up to one of `close`, and the byte after that.
    fn enclosed(&mut self, start: usize, open: char, close: &[char], what: &str) -> Option<(&'a str, usize)> {
        let inside = start + open.len_utf8();
        let rest = self.rest(inside);
        let mut escaped = false;
        let found = rest.char_indices().find(|(_, c)| {
            let ends = close.contains(c) && !escaped;
            escaped = *c == '\\' && !escaped && open == '/';
            ends
        });
        if let Some((length, c)) = found {
            return Some((rest.get(..length).unwrap_or_default(), inside + length + c.len_utf8()));
        }
        let sign = close.first().copied().unwrap_or(open);
        self.refuse(
            start..inside,
            (format!("`{open}` is never closed"), format!("add `{sign}` where the {what} ends")),
        );
        None
    }

    fn phrase(&mut self, start: usize, open: char) -> Read {
        let Some((text, end)) = self.enclosed(start, open, closers(open), "phrase") else {
            // What follows is read as if the sign were not there: its own mistakes are told too.
            return (None, start + open.len_utf8());
        };
        if !fold(text).chars().any(is_searchable) {
            let hint = "write what is to be found, or remove them";
            self.refuse(start..end, ("nothing to search for stands between these quotes".to_owned(), hint.to_owned()));
            return (None, end);
        }
        (Some(Kind::Phrase(text.to_owned())), end)
    }

    fn exact(&mut self, start: usize, open: char) -> Read {
        let Some((text, end)) = self.enclosed(start, open, &['}', '｝'], "exact spelling") else {
            return (None, start + open.len_utf8());
        };
        if !text.chars().any(is_searchable) {
            let hint = "write what is to be found as it is spelt, such as {Sprout}";
            self.refuse(start..end, ("nothing to search for stands between these braces".to_owned(), hint.to_owned()));
            return (None, end);
        }
        (Some(Kind::Exact(text.to_owned())), end)
    }

    fn regex(&mut self, start: usize, open: char) -> Read {
        let line = self.rest(start).lines().next().unwrap_or_default().len();
        let told = self.mistakes.len();
        match self.enclosed(start, open, &['/', '／'], "regex") {
            Some((text, end)) if end <= start + line => (Some(Kind::Regex(text.replace("\\/", "/"))), end),
            found => {
                if found.is_some() || self.mistakes.len() == told {
                    let hint = "add `/` on the same line where the regex ends, or put the word in quotes";
                    self.refuse(start..start + open.len_utf8(), ("`/` is never closed".to_owned(), hint.to_owned()));
                }
                (None, start + line)
            }
        }
    }

    fn word_end(&self, start: usize) -> usize {
        let ends = |c: char| c.is_whitespace() || matches!(c, '(' | '（' | ')' | '）') || !closers(c).is_empty();
        start + self.rest(start).find(ends).unwrap_or(self.rest(start).len())
    }

    fn word(&mut self, start: usize) -> Read {
        let end = self.word_end(start);
        let text = self.source.get(start..end).unwrap_or_default();
        let narrowed: String = text.chars().map(narrow).collect();
        // `author:"some name"`: what is quoted is the value.
        let next = self.rest(end).chars().next().filter(|c| !closers(*c).is_empty());
        if let (Some(name), Some(open)) = (narrowed.strip_suffix(':').and_then(word::field_name), next) {
            let (phrase, end) = self.phrase(end, open);
            let value = phrase.and_then(|kind| if let Kind::Phrase(value) = kind { Some(value) } else { None });
            return (value.map(|value| Kind::Field(name, value)), end);
        }
        match word::read(text, &narrowed) {
            Ok(kind) => (Some(kind), end),
            Err(refusal) => {
                self.refuse(start..end, refusal);
                (None, end)
            }
        }
    }
}
