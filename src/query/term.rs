//! One thing that is searched for, and the rules of its script.
//!
//! In: a term as written. Out: the folded patterns to look for, and whether a place where one stands is a match.
//! Never: looks for it (that is done for all terms at once).

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use super::folding::{self, Folding};
use super::reading::read_term;
use super::script::{is_spaced_word, is_tag, is_unspaced};
use super::wild::Wild;
use crate::text::fold;

/// What kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum TermKind {
    /// A word or phrase.
    Text,
    /// `word:花生`: where a dictionary cuts the text too.
    Word,
    /// `#tag`.
    Tag,
    /// `@name`.
    Handle,
    /// `$TSLA`.
    Cashtag,
    /// `{Exact}`: unfolded.
    Exact,
    /// `word*`, `w?rd`.
    Wild,
    /// `/regex/`.
    Regex,
}

/// A term; two spellings of the same term are equal.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) kind: TermKind,
    /// Folded, white space as single spaces, without signs; as written where it is exact or a regex.
    pub(super) folded: String,
    folding: Folding,
    /// Of a regex.
    pub(super) regex: Option<Regex>,
    /// Of a wildcard.
    wild: Option<Wild>,
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.folded, self.folding) == (other.kind, &other.folded, other.folding)
    }
}

impl Eq for Term {}

/// Wildcards of one word, at most.
const MOST_WILDCARDS: usize = 8;
/// A compiled regex takes at most so many bytes.
const LARGEST_REGEX: usize = 1 << 20;

impl Term {
    pub(super) fn new(kind: TermKind, text: &str, folding: Folding) -> Self {
        let folded = match kind {
            TermKind::Exact => words(text),
            _ => read_term(&words(&fold(text)), folding),
        };
        Self { kind, folded, folding, regex: None, wild: None }
    }

    /// `word*`, `w?rd`. The error says what is wrong with it.
    pub(super) fn wild(text: &str, folding: Folding) -> Result<Self, String> {
        let term = Self::new(TermKind::Wild, text, folding);
        let letters = term.folded.chars().filter(|c| c.is_alphanumeric());
        if letters.map(|c| if is_unspaced(c) { 2 } else { 1 }).sum::<usize>() < 2 {
            return Err("finds nearly everything".to_owned());
        }
        if term.folded.matches(['*', '?']).count() > MOST_WILDCARDS {
            return Err(format!("has more than {MOST_WILDCARDS} wildcards"));
        }
        let wild = Wild::read(&term.folded, rarity).ok_or("has no letters")?;
        Ok(Self { wild: Some(wild), ..term })
    }

    /// `/regex/`, matched against the text as it was written, case aside. The error says what is wrong with it.
    pub(super) fn regex(text: &str, folding: Folding) -> Result<Self, String> {
        let regex = built(text)?;
        if regex.is_match("") {
            return Err("it matches nothing at all, and so every text".to_owned());
        }
        Ok(Self { kind: TermKind::Regex, folded: text.to_owned(), folding, regex: Some(regex), wild: None })
    }

    /// As a person would write it.
    pub(super) fn shown(&self) -> String {
        let text = &self.folded;
        match self.kind {
            TermKind::Text | TermKind::Wild => text.clone(),
            TermKind::Word => format!("word:{text}"),
            TermKind::Tag => format!("#{text}"),
            TermKind::Handle => format!("@{text}"),
            TermKind::Cashtag => format!("${}", text.to_uppercase()),
            TermKind::Exact => format!("{{{text}}}"),
            TermKind::Regex => format!("/{text}/"),
        }
    }

    /// What to look for; a text without any of them does not have the term. Empty where that cannot be told.
    pub(super) fn patterns(&self) -> Vec<String> {
        let whole = match self.kind {
            TermKind::Text | TermKind::Word => self.folded.clone(),
            TermKind::Tag => format!("#{}", self.folded),
            TermKind::Handle => format!("@{}", self.folded),
            TermKind::Cashtag => format!("${}", self.folded),
            TermKind::Exact => read_term(&words(&fold(&self.folded)), self.folding),
            TermKind::Wild => return self.wild.iter().map(|wild| wild.anchor().to_owned()).collect(),
            TermKind::Regex => return Vec::new(),
        };
        let closed = closed(&whole);
        let mut patterns = if closed == whole { vec![whole] } else { vec![whole, closed] };
        if self.folding.bopomofo && matches!(self.kind, TermKind::Text | TermKind::Word) {
            patterns = patterns.iter().flat_map(|pattern| folding::spellings(pattern)).collect();
            patterns.dedup();
        }
        patterns
    }

    /// How rare it is likely to be, the rarer the more.
    pub(super) fn rarity(&self) -> u32 {
        self.patterns().iter().map(|pattern| rarity(pattern)).min().unwrap_or(0)
    }

    /// The place that the term takes where one of its patterns stands; `None` where the rules of its script say no.
    pub(super) fn place(&self, hay: &str, pattern: &Range<usize>) -> Option<Range<usize>> {
        if let Some(wild) = &self.wild {
            let joined = |at: usize| {
                let before = hay.get(..at).and_then(|before| before.chars().next_back());
                let after = hay.get(at..).and_then(|after| after.chars().next());
                before.is_some_and(is_spaced_word) && after.is_some_and(is_spaced_word)
            };
            return wild.around(hay, pattern, |at| !joined(at), |at| !joined(at));
        }
        let (found, before, after) = (hay.get(pattern.clone())?, hay.get(..pattern.start)?, hay.get(pattern.end..)?);
        self.fits(found, before, after).then(|| pattern.clone())
    }

    /// Whether a pattern that stands between `before` and `after` is this term by the rules of its script.
    fn fits(&self, pattern: &str, before: &str, after: &str) -> bool {
        let previous = before.chars().next_back();
        let mut following = after.chars();
        let next = following.next();
        match self.kind {
            TermKind::Text | TermKind::Word | TermKind::Exact | TermKind::Wild => {
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
            TermKind::Cashtag => {
                !previous.is_some_and(|c| is_spaced_word(c) || c == '$') && !next.is_some_and(is_spaced_word)
            }
            TermKind::Regex => true,
        }
    }
}

/// White space as single spaces.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A pattern without the spaces that stand between two characters of scripts without spaces.
fn closed(whole: &str) -> String {
    let mut closed = String::with_capacity(whole.len());
    let mut chars = whole.chars().peekable();
    while let Some(c) = chars.next() {
        let between = closed.chars().last().is_some_and(is_unspaced) && chars.peek().copied().is_some_and(is_unspaced);
        if !(c == ' ' && between) {
            closed.push(c);
        }
    }
    closed
}

/// Bits by which a piece of text tells: a character of thousands tells more than a letter of twenty-six.
fn rarity(piece: &str) -> u32 {
    piece.chars().map(|c| if is_unspaced(c) { 7 } else { 3 }).sum()
}

fn built(pattern: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(pattern).case_insensitive(true).size_limit(LARGEST_REGEX).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "it is too large; repeat fewer things".to_owned(),
        error => {
            let told = error.to_string();
            told.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
        }
    })
}
