//! One thing that is searched for, and the rules of its script.
//!
//! In: a term as written. Out: the folded patterns to look for, and whether a place where one stands is a match.
//! Never: looks for it (that is done for all terms at once).

use super::script::{is_spaced_word, is_tag, is_unspaced};
use crate::text::fold;

/// What kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TermKind {
    /// A word or phrase.
    Text,
    /// `#tag`.
    Tag,
    /// `@name`.
    Handle,
}

/// A term, folded; two spellings of the same term are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) kind: TermKind,
    /// Folded, white space as single spaces, without `#` or `@`.
    pub(super) folded: String,
}

impl Term {
    pub(super) fn new(kind: TermKind, text: &str) -> Self {
        let folded = fold(text).split_whitespace().collect::<Vec<_>>().join(" ");
        Self { kind, folded }
    }

    /// As a person would write it.
    pub(super) fn shown(&self) -> String {
        match self.kind {
            TermKind::Text => self.folded.clone(),
            TermKind::Tag => format!("#{}", self.folded),
            TermKind::Handle => format!("@{}", self.folded),
        }
    }

    /// What to look for: the term, and the term without the spaces that stand between two characters of scripts without spaces.
    pub(super) fn patterns(&self) -> Vec<String> {
        let whole = self.shown();
        let mut closed = String::with_capacity(whole.len());
        let mut chars = whole.chars().peekable();
        while let Some(c) = chars.next() {
            let between =
                closed.chars().last().is_some_and(is_unspaced) && chars.peek().copied().is_some_and(is_unspaced);
            if !(c == ' ' && between) {
                closed.push(c);
            }
        }
        if closed == whole { vec![whole] } else { vec![whole, closed] }
    }

    /// Whether a pattern that stands between `before` and `after` is this term by the rules of its script.
    pub(super) fn fits(&self, pattern: &str, before: &str, after: &str) -> bool {
        let previous = before.chars().next_back();
        let mut following = after.chars();
        let next = following.next();
        match self.kind {
            TermKind::Text => {
                let joined = |inside: Option<char>, outside: Option<char>| {
                    inside.is_some_and(is_spaced_word) && outside.is_some_and(is_spaced_word)
                };
                !joined(pattern.chars().next(), previous) && !joined(pattern.chars().next_back(), next)
            }
            TermKind::Tag => !previous.is_some_and(is_spaced_word) && !next.is_some_and(is_tag),
            TermKind::Handle => {
                let goes_on = match next {
                    Some('.' | '-') => following.next().is_some_and(|c| c.is_alphanumeric() && !is_unspaced(c)),
                    Some(c) => is_spaced_word(c),
                    None => false,
                };
                !previous.is_some_and(is_spaced_word) && !goes_on
            }
        }
    }
}
