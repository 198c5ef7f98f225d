//! Whether a document satisfies a query, and by which of its words.
//!
//! In: a tree, where its terms stand, a document. Out: yes, no, or maybe where what is asked is not known yet; the places that speak for it.
//! Never: looks for a term itself.

use std::ops::Range;

use super::Document;
use super::matching::Found;
use super::near::Stretch;
use super::parse::{Node, What};
use super::reading::{Reading, merged};
use super::term::{Term, TermKind};

/// Whether something holds, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    No,
    Maybe,
    Yes,
}

impl Truth {
    pub(super) fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
            Self::Yes => Self::No,
        }
    }
}

/// A query's terms in one document.
pub(super) struct Eval<'a> {
    pub(super) terms: &'a [Term],
    /// The number by which `found` knows each of the query's terms.
    pub(super) known_as: &'a [u32],
    pub(super) found: &'a Found,
    pub(super) reading: &'a Reading<'a>,
    pub(super) document: &'a Document<'a>,
}

impl Eval<'_> {
    /// Where a term stands, as [`Found::places`] says.
    pub(super) fn places(&self, term: usize) -> &[Range<usize>] {
        self.known_as.get(term).map_or(&[], |number| self.found.places(*number))
    }

    /// The same in bytes of the original.
    pub(super) fn original(&self, term: usize) -> Vec<Range<usize>> {
        let is_regex = self.terms.get(term).is_some_and(|term| term.kind == TermKind::Regex);
        let places = self.places(term).iter();
        if is_regex { places.cloned().collect() } else { places.map(|place| self.reading.span(place)).collect() }
    }

    /// Whether a part holds.
    pub(super) fn truth(&self, node: &Node) -> Truth {
        match &node.what {
            What::Term(number) => Truth::of(!self.places(*number).is_empty()),
            What::Field(field) => field.holds(self.document),
            What::Near(..) => Truth::of(!self.stretches(node).is_empty()),
            What::Not(inner) => self.truth(inner).not(),
            What::And(parts) => parts.iter().map(|part| self.truth(part)).min().unwrap_or(Truth::Yes),
            What::Or(parts) => parts.iter().map(|part| self.truth(part)).max().unwrap_or(Truth::No),
        }
    }

    /// Where a side of NEAR stands.
    fn stretches(&self, node: &Node) -> Vec<Stretch> {
        match &node.what {
            What::Term(number) => self.places(*number).iter().cloned().map(Stretch::of).collect(),
            What::Or(parts) => parts.iter().flat_map(|part| self.stretches(part)).collect(),
            What::Near(near, sides) => {
                let (left, right) = (self.stretches(&sides.0), self.stretches(&sides.1));
                if left.is_empty() || right.is_empty() { Vec::new() } else { near.pairs(&left, &right, self.reading) }
            }
            What::Field(_) | What::Not(_) | What::And(_) => Vec::new(),
        }
    }

    /// The places that speak for a part that holds, in bytes of the original, in order, none overlapping.
    pub(super) fn spans(&self, node: &Node) -> Vec<Range<usize>> {
        let mut spans = Vec::new();
        self.gather(node, &mut spans);
        merged(spans)
    }

    fn gather(&self, node: &Node, spans: &mut Vec<Range<usize>>) {
        match &node.what {
            What::Term(number) => spans.extend(self.original(*number)),
            What::Near(..) => {
                let stretches = self.stretches(node);
                spans
                    .extend(stretches.iter().flat_map(|stretch| &stretch.places).map(|place| self.reading.span(place)));
            }
            What::Field(_) | What::Not(_) => {}
            What::And(parts) | What::Or(parts) => {
                parts.iter().filter(|part| self.truth(part) != Truth::No).for_each(|part| self.gather(part, spans));
            }
        }
    }
}
