//! The language in which a topic says what it listens for.
//!
//! In: the text of a query; texts to match. Out: whether and where a text matches, mistakes and warnings with their places.
//! Never: I/O, a clock, a guess at what was meant.
//!
//! ```text
//! (嫩芽咖啡 OR "sprout coffee" OR @sproutcoffee) AND NOT (徵才 OR hiring)
//! ```

mod eval;
mod explain;
mod field;
mod folding;
mod lex;
mod lint;
mod matcher;
mod matching;
mod mistake;
mod names;
mod near;
mod need;
mod parse;
mod parts;
mod reading;
mod script;
mod term;
#[cfg(test)]
mod tests;
mod trial;
mod wild;
mod word;

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

pub use explain::{Clause, Explanation, TermFound};
pub use folding::Folding;
pub use matcher::{Match, Matcher};
pub use mistake::QueryMistake;
pub use names::{Named, Names};
pub use parts::Parts;
pub use trial::{Tally, Trial};

use self::matcher::Alone;
use self::parse::Node;
use self::term::Term;
use crate::domain::{Judgement, Platform, RawMention};
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
    /// Whether it answers another post.
    pub is_reply: bool,
    /// How it was judged; `None` before that.
    pub judgement: Option<&'a Judgement>,
}

impl<'a> Document<'a> {
    /// A post with its text read.
    pub fn of_post(text: &'a Text, post: &'a RawMention) -> Self {
        Self {
            text,
            platform: post.platform,
            handle: &post.author.handle,
            followers: post.author.followers,
            url: &post.url,
            has_media: post.has_media,
            is_reply: post.reply_to.is_some(),
            judgement: None,
        }
    }

    /// A text of which nothing else is known.
    pub fn of(text: &'a Text) -> Self {
        Self {
            text,
            platform: Platform::File,
            handle: "",
            followers: None,
            url: "",
            has_media: false,
            is_reply: false,
            judgement: None,
        }
    }
}

/// What a query is read with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The file's named parts.
    pub parts: Option<&'a Parts>,
    /// What is the same beyond the usual.
    pub folding: Folding,
    /// The themes that can be asked for; any when `None`.
    pub themes: Option<&'a [String]>,
    /// Whether it is asked of a topic's mentions only: it then need not ask for a word.
    pub of_mentions: bool,
}

/// A checked query; clones share it.
#[derive(Clone)]
pub struct Query(Arc<Inner>);

struct Inner {
    source: String,
    root: Node,
    terms: Vec<Term>,
    folding: Folding,
    lints: Vec<QueryMistake>,
    /// Made when the query is asked by itself.
    alone: OnceLock<Option<Alone>>,
}

impl Query {
    /// Reads a query that stands alone; all its mistakes at once, in the order of their places.
    pub fn parse(text: &str) -> Result<Self, Vec<QueryMistake>> {
        Self::read(text, &Context::default())
    }

    /// Reads a query with what its file says besides.
    pub fn read(text: &str, context: &Context<'_>) -> Result<Self, Vec<QueryMistake>> {
        let mut mistakes = Vec::new();
        if text.chars().nth(LONGEST).is_some() {
            let hint = "part it over several topics";
            return Err(vec![QueryMistake::new(text, 0..0, format!("longer than {LONGEST} characters"), hint)]);
        }
        let tokens = lex::lex(text, &mut mistakes);
        let mut parsed = parse::parse(text, &tokens, context, &[], &mut mistakes);
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
        if !root.is_positive() && !context.of_mentions {
            return Err(vec![lint::asks_for_nothing(text, &root)]);
        }
        let lints = lint::lints(text, &parsed, &root);
        let (source, folding) = (text.to_owned(), context.folding);
        Ok(Self(Arc::new(Inner { source, root, terms: parsed.terms, folding, lints, alone: OnceLock::new() })))
    }

    /// Where the words stand that make the document match, as bytes of the original text, in order, none overlapping;
    /// `None` when it does not match. A document that was not judged matches where its judgement alone could decide.
    pub fn matches(&self, document: &Document<'_>) -> Option<Vec<Range<usize>>> {
        self.alone()?.matches(&self.0.root, &self.0.terms, self.0.folding, document)
    }

    /// The query as it was written.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// What works as it is written, but hardly as it was meant.
    pub fn lints(&self) -> &[QueryMistake] {
        &self.0.lints
    }

    /// What it takes for the same beyond the usual.
    pub fn folding(&self) -> Folding {
        self.0.folding
    }

    /// Whether it asks how a text was judged.
    pub fn asks_for_judgement(&self) -> bool {
        self.0.root.asks_for_judgement()
    }

    fn root(&self) -> &Node {
        &self.0.root
    }

    fn terms(&self) -> &[Term] {
        &self.0.terms
    }

    /// `None` where the terms are too many for an automaton, which [`MOST_TERMS`] rules out.
    fn alone(&self) -> Option<&Alone> {
        self.0.alone.get_or_init(|| Alone::new(&self.0.terms).ok()).as_ref()
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Query({:?})", self.0.source)
    }
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (&self.0, &other.0);
        one.source == other.source && one.folding == other.folding && one.root == other.root && one.terms == other.terms
    }
}

impl Eq for Query {}
