//! The language in which a topic says what it listens for.
//!
//! In: the text of a query; texts to match. Out: whether and where a text matches, mistakes and warnings with their places.
//! Never: I/O, a clock, a guess at what was meant.
//!
//! ```text
//! (嫩芽咖啡 OR "sprout coffee" OR @sproutcoffee) AND NOT (徵才 OR hiring)
//! ```

mod explain;
mod lex;
mod lint;
mod matching;
mod mistake;
mod names;
mod parse;
mod script;
mod term;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub use explain::{Explanation, TermFound};
pub use mistake::QueryMistake;
pub use names::{Named, Names};

use self::matching::{Finder, Hay};
use self::parse::{Node, What};
use self::term::Term;
use crate::domain::Platform;
use crate::text::Text;

/// Characters of a query, at most.
const LONGEST: usize = 50_000;
/// Different terms of a query, at most.
const MOST_TERMS: usize = 2_000;

/// What a query looks at.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// What was said.
    pub text: &'a Text,
    /// Kind of place.
    pub platform: Platform,
    /// The author's handle, without `@`.
    pub handle: &'a str,
    /// How many follow the author, when told.
    pub followers: Option<i64>,
    /// Link to the post; empty when it has none.
    pub url: &'a str,
    /// Whether it carries a picture, film or sound.
    pub has_media: bool,
}

/// A checked query; clones share it.
#[derive(Clone)]
pub struct Query(Arc<Inner>);

struct Inner {
    source: String,
    root: Node,
    terms: Vec<Term>,
    finder: Finder,
    lints: Vec<QueryMistake>,
}

impl Query {
    /// Reads a query; all its mistakes at once, in the order of their places.
    pub fn parse(text: &str) -> Result<Self, Vec<QueryMistake>> {
        let mut mistakes = Vec::new();
        if text.chars().nth(LONGEST).is_some() {
            let hint = "part it over several topics";
            return Err(vec![QueryMistake::new(text, 0..0, format!("longer than {LONGEST} characters"), hint)]);
        }
        let tokens = lex::lex(text, &mut mistakes);
        let mut parsed = parse::parse(text, &tokens, &mut mistakes);
        if parsed.terms.len() > MOST_TERMS {
            let message = format!("{} different terms; {MOST_TERMS} are the most", parsed.terms.len());
            mistakes.push(QueryMistake::new(text, 0..0, message, "part it over several topics"));
        }
        let root = match parsed.root.take() {
            Some(root) if mistakes.is_empty() => root,
            None if mistakes.is_empty() => {
                let hint = "write what is to be found, such as (嫩芽咖啡 OR \"sprout coffee\")";
                return Err(vec![QueryMistake::new(text, 0..0, "the query is empty", hint)]);
            }
            _ => {
                mistakes.sort_by_key(|mistake| (mistake.at.start, mistake.at.end));
                return Err(mistakes);
            }
        };
        if !root.is_positive() {
            let hint = "say what must be there too: word AND NOT …";
            let message = "this matches every text that does not have a word";
            return Err(vec![QueryMistake::new(text, root.negative_part().at.clone(), message, hint)]);
        }
        let lints = lint::lints(text, &parsed, &root);
        let finder = Finder::new(&parsed.terms).map_err(|error| vec![QueryMistake::new(text, 0..0, error, "")])?;
        Ok(Self(Arc::new(Inner { source: text.to_owned(), root, terms: parsed.terms, finder, lints })))
    }

    /// Where the words stand that make the document match, as bytes of the original text, in order, none overlapping;
    /// `None` when it does not match.
    pub fn matches(&self, document: &Document<'_>) -> Option<Vec<Range<usize>>> {
        let hay = Hay::of(document.text);
        let found = self.0.finder.find(&self.0.terms, &hay.text);
        if !is_true(&self.0.root, &found) {
            return None;
        }
        let mut spans = Vec::new();
        gather(&self.0.root, &found, &mut spans);
        let original = spans.iter().map(|span| document.text.span(hay.back(span)));
        Some(matching::merged(original.collect()))
    }

    /// The query as it was written.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// What works as it is written, but hardly as it was meant.
    pub fn lints(&self) -> &[QueryMistake] {
        &self.0.lints
    }
}

/// Whether a part holds, given where each term stands.
fn is_true(node: &Node, found: &[Vec<Range<usize>>]) -> bool {
    match &node.what {
        What::Term(number) => found.get(*number).is_some_and(|places| !places.is_empty()),
        What::Not(inner) => !is_true(inner, found),
        What::And(parts) => parts.iter().all(|part| is_true(part, found)),
        What::Or(parts) => parts.iter().any(|part| is_true(part, found)),
    }
}

/// The places of all terms that speak for a part that holds.
fn gather(node: &Node, found: &[Vec<Range<usize>>], spans: &mut Vec<Range<usize>>) {
    match &node.what {
        What::Term(number) => spans.extend(found.get(*number).into_iter().flatten().cloned()),
        What::Not(_) => {}
        What::And(parts) | What::Or(parts) => {
            parts.iter().filter(|part| is_true(part, found)).for_each(|part| gather(part, found, spans));
        }
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Query({:?})", self.0.source)
    }
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source
    }
}

impl Eq for Query {}
