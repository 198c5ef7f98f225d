//! The rarest words without which a query cannot match: only where one of them was seen, the whole query is asked.
//!
//! In: a tree and its terms. Out: terms of which a matching text has at least one; `None` where there are no such terms.
//! Never: leaves out a term by which a text may match.

use super::parse::{Node, What};
use super::term::{Term, TermKind};

/// Terms of which a text must have one, and how likely that is (a sum of powers of two).
pub(super) struct Needed {
    pub(super) terms: Vec<usize>,
    likely: f64,
}

/// What a text needs to match.
pub(super) fn needed(node: &Node, terms: &[Term]) -> Option<Needed> {
    need(node, terms, false)
}

fn need(node: &Node, terms: &[Term], negated: bool) -> Option<Needed> {
    let best = |parts: &mut dyn Iterator<Item = Option<Needed>>| {
        parts.flatten().min_by(|one, other| one.likely.total_cmp(&other.likely))
    };
    match (&node.what, negated) {
        (What::Term(number), false) => {
            let term = terms.get(*number).filter(|term| term.kind != TermKind::Regex)?;
            Some(Needed { terms: vec![*number], likely: (-f64::from(term.rarity())).exp2() })
        }
        (What::Term(_) | What::Field(_) | What::Near(..), _) if negated => None,
        (What::Near(_, sides), _) => best(&mut [&sides.0, &sides.1].into_iter().map(|side| need(side, terms, false))),
        (What::Not(inner), _) => need(inner, terms, !negated),
        (What::And(parts), false) | (What::Or(parts), true) => {
            best(&mut parts.iter().map(|part| need(part, terms, negated)))
        }
        (What::Or(parts), false) | (What::And(parts), true) => {
            let mut all = Needed { terms: Vec::new(), likely: 0.0 };
            for part in parts {
                let one = need(part, terms, negated)?;
                all.terms.extend(one.terms);
                all.likely += one.likely;
            }
            all.terms.sort_unstable();
            all.terms.dedup();
            Some(all)
        }
        (What::Term(_) | What::Field(_), _) => None,
    }
}
