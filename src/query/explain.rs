//! Why a text matches, or what it lacks.
//!
//! In: a query and a text. Out: each clause with whether it holds, each term with where it stands; the fewest clauses that keep it out.
//! Never: answers otherwise than [`Query::matches`].

use std::ops::Range;

use super::eval::{Eval, Truth};
use super::parse::{Node, What};
use super::{Document, Query};

/// One term or field of a query and where it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermFound {
    /// The term, folded.
    pub term: String,
    /// Whether the query asks for it (or, below NOT, that it be absent).
    pub wanted: bool,
    /// Whether it is there; a field stands at no place.
    pub there: bool,
    /// Bytes of the original text.
    pub places: Vec<Range<usize>>,
}

/// One clause of a query, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Its text in the query; a named part is shown by its name.
    pub text: String,
    /// Its bytes in the query.
    pub at: Range<usize>,
    /// `AND`, `OR`, `NOT`, `NEAR`, or empty for one term.
    pub operator: &'static str,
    /// Whether it holds; `None` where only a judgement could tell.
    pub holds: Option<bool>,
    /// Where it stands, in bytes of the original text.
    pub places: Vec<Range<usize>>,
    /// The clauses inside it.
    pub parts: Vec<Clause>,
}

/// Why a text matches, or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Whether it matches.
    pub matches: bool,
    /// Every term once for each side of NOT it stands on, in the order of the query.
    pub terms: Vec<TermFound>,
    /// The whole query, clause by clause.
    pub whole: Clause,
    /// The fewest clauses that keep the text out; empty when it matches. A NOT among them is what removed it.
    pub lacks: Vec<Clause>,
}

impl Query {
    /// Looks at a document clause by clause.
    pub fn explain(&self, document: &Document<'_>) -> Explanation {
        let explained = self.alone().map(|alone| {
            alone.ask(self.terms(), self.folding(), document, |eval| {
                let explainer = Explainer { eval, source: self.source() };
                explainer.explain(self.root())
            })
        });
        explained.unwrap_or_else(|| Explanation {
            matches: false,
            terms: Vec::new(),
            whole: Clause {
                text: self.source().to_owned(),
                at: 0..self.source().len(),
                operator: "",
                holds: Some(false),
                places: Vec::new(),
                parts: Vec::new(),
            },
            lacks: Vec::new(),
        })
    }
}

struct Explainer<'a> {
    eval: &'a Eval<'a>,
    source: &'a str,
}

impl Explainer<'_> {
    fn explain(&self, root: &Node) -> Explanation {
        let mut terms = Vec::new();
        self.terms(root, true, &mut terms);
        let lacks = self.lacks(root, true).into_iter().map(|node| self.clause(node)).collect();
        Explanation { matches: self.eval.truth(root) != Truth::No, terms, whole: self.clause(root), lacks }
    }

    fn terms(&self, node: &Node, wanted: bool, found: &mut Vec<TermFound>) {
        let one = match &node.what {
            What::Term(number) => {
                let Some(term) = self.eval.terms.get(*number) else { return };
                let places = self.eval.original(*number);
                TermFound { term: term.shown(), wanted, there: !places.is_empty(), places }
            }
            What::Field(field) => {
                let there = field.holds(self.eval.document) == Truth::Yes;
                TermFound { term: field.shown(), wanted, there, places: Vec::new() }
            }
            What::Near(_, sides) => {
                self.terms(&sides.0, wanted, found);
                return self.terms(&sides.1, wanted, found);
            }
            What::Not(inner) => return self.terms(inner, !wanted, found),
            What::And(parts) | What::Or(parts) => {
                return parts.iter().for_each(|part| self.terms(part, wanted, found));
            }
        };
        if !found.iter().any(|known| known.term == one.term && known.wanted == wanted) {
            found.push(one);
        }
    }

    fn clause(&self, node: &Node) -> Clause {
        let of = |parts: &[Node]| parts.iter().map(|part| self.clause(part)).collect();
        let (operator, parts): (&'static str, Vec<Clause>) = match &node.what {
            What::Term(_) | What::Field(_) => ("", Vec::new()),
            What::Near(_, sides) => ("NEAR", vec![self.clause(&sides.0), self.clause(&sides.1)]),
            What::Not(inner) => ("NOT", vec![self.clause(inner)]),
            What::And(parts) => ("AND", of(parts)),
            What::Or(parts) => ("OR", of(parts)),
        };
        let holds = match self.eval.truth(node) {
            Truth::No => Some(false),
            Truth::Maybe => None,
            Truth::Yes => Some(true),
        };
        let written = self.source.get(node.at.clone()).unwrap_or_default();
        let text = written.split_whitespace().collect::<Vec<_>>().join(" ");
        let places = if holds == Some(false) { Vec::new() } else { self.eval.spans(node) };
        // A named part is one clause where it stands: what is in it stands elsewhere.
        let inside = parts.into_iter().filter(|part| part.at != node.at || operator == "NOT").collect();
        Clause { text, at: node.at.clone(), operator, holds, places, parts: inside }
    }

    /// The fewest parts that would have to be otherwise for a node to be as wanted.
    fn lacks<'n>(&self, node: &'n Node, wanted: bool) -> Vec<&'n Node> {
        let truth = self.eval.truth(node);
        if truth == Truth::Maybe || (truth == Truth::Yes) == wanted {
            return Vec::new();
        }
        match (&node.what, wanted) {
            (What::Term(_) | What::Field(_), _) | (What::Near(..), false) => vec![node],
            (What::Near(_, sides), true) => {
                let both = [&sides.0, &sides.1];
                let absent: Vec<&Node> = both.iter().flat_map(|side| self.lacks(side, true)).collect();
                if absent.is_empty() { vec![node] } else { absent }
            }
            // What removed a text is told as the NOT it stands under.
            (What::Not(inner), true) => {
                let lacks = self.lacks(inner, false);
                if lacks.len() == 1 { vec![node] } else { lacks }
            }
            (What::Not(inner), false) => self.lacks(inner, true),
            (What::And(parts), true) | (What::Or(parts), false) => {
                parts.iter().flat_map(|part| self.lacks(part, wanted)).collect()
            }
            (What::Or(parts), true) | (What::And(parts), false) => {
                parts.iter().map(|part| self.lacks(part, wanted)).min_by_key(Vec::len).unwrap_or_default()
            }
        }
    }
}

impl Explanation {
    /// Terms below NOT that stand in the text: what keeps it out, when it does not match.
    pub fn unwanted(&self) -> impl Iterator<Item = &TermFound> {
        self.terms.iter().filter(|term| !term.wanted && term.there)
    }

    /// Terms asked for that are not there.
    pub fn missing(&self) -> impl Iterator<Item = &TermFound> {
        self.terms.iter().filter(|term| term.wanted && !term.there)
    }

    /// Whether the text would match if no NOT removed it.
    pub fn is_removed(&self) -> bool {
        !self.matches
            && !self.lacks.is_empty()
            && self.lacks.iter().all(|clause| clause.operator == "NOT")
            && self.has_something()
    }

    fn has_something(&self) -> bool {
        self.terms.iter().any(|term| term.wanted && !term.places.is_empty())
    }

    /// The one clause by which a text that has something of what is asked fails; `None` when it matches, fails by more, or has nothing.
    pub fn near_miss(&self) -> Option<&Clause> {
        match self.lacks.as_slice() {
            [one] if self.has_something() && !self.matches => Some(one),
            _ => None,
        }
    }

    /// The alternatives by which a text matches: the parts of the outermost OR that hold, else the whole query.
    pub fn brought_by(&self) -> Vec<&Clause> {
        let mut clause = &self.whole;
        loop {
            match clause.operator {
                "OR" => return clause.parts.iter().filter(|part| part.holds != Some(false)).collect(),
                // (a OR b) AND NOT c: what brings a text is in the one part that is not a NOT and says a word.
                "AND" => {
                    let saying: Vec<&Clause> =
                        clause.parts.iter().filter(|part| part.operator != "NOT" && !part.places.is_empty()).collect();
                    match saying.as_slice() {
                        [one] => clause = one,
                        _ => return vec![clause],
                    }
                }
                _ => return vec![clause],
            }
        }
    }
}
