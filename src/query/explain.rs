//! Why a text matches, or what it lacks.
//!
//! In: a query and a text. Out: each term with where it stands, in the order of the query.
//! Never: answers otherwise than [`Query::matches`].

use std::ops::Range;

use super::matching::Hay;
use super::parse::{Node, What};
use super::{Document, Query, is_true};

/// One term of a query and where it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermFound {
    /// The term, folded.
    pub term: String,
    /// Whether the query asks for it (or, below NOT, that it be absent).
    pub wanted: bool,
    /// Bytes of the original text; empty when it is not there.
    pub places: Vec<Range<usize>>,
}

/// Why a text matches, or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Whether it matches.
    pub matches: bool,
    /// Every term once for each side of NOT it stands on, in the order of the query.
    pub terms: Vec<TermFound>,
}

impl Query {
    /// Looks at a document term by term.
    pub fn explain(&self, document: &Document<'_>) -> Explanation {
        let hay = Hay::of(document.text);
        let found = self.0.finder.find(&self.0.terms, &hay.text);
        let mut order = Vec::new();
        in_order(&self.0.root, true, &mut order);
        let terms = order
            .into_iter()
            .filter_map(|(number, wanted)| {
                let (term, places) = (self.0.terms.get(number)?, found.get(number)?);
                let places = places.iter().map(|place| document.text.span(hay.back(place))).collect();
                Some(TermFound { term: term.shown(), wanted, places })
            })
            .collect();
        Explanation { matches: is_true(&self.0.root, &found), terms }
    }
}

fn in_order(node: &Node, wanted: bool, order: &mut Vec<(usize, bool)>) {
    match &node.what {
        What::Term(number) if !order.contains(&(*number, wanted)) => order.push((*number, wanted)),
        What::Term(_) => {}
        What::Not(inner) => in_order(inner, !wanted, order),
        What::And(parts) | What::Or(parts) => parts.iter().for_each(|part| in_order(part, wanted, order)),
    }
}

impl Explanation {
    /// Terms below NOT that stand in the text: what keeps it out, when it does not match.
    pub fn unwanted(&self) -> impl Iterator<Item = &TermFound> {
        self.terms.iter().filter(|term| !term.wanted && !term.places.is_empty())
    }

    /// Terms asked for that are not there.
    pub fn missing(&self) -> impl Iterator<Item = &TermFound> {
        self.terms.iter().filter(|term| term.wanted && term.places.is_empty())
    }
}
