//! What a query would find among many texts, and what it only just does not.
//!
//! In: a query, documents one after the other. Out: how many match, by which clause; what NOT removed; what fails by one clause.
//! Never: keeps a text, only the numbers that the caller gave them.

use super::{Document, Explanation, Query};

/// Numbers of texts that are kept for each clause.
const KEPT: usize = 50;

/// Texts that have to do with one clause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The clause as it was written.
    pub clause: String,
    /// How many texts.
    pub count: usize,
    /// The first of them, by the caller's numbers.
    pub first: Vec<usize>,
}

/// What a query did to the texts that it was tried on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// Texts that were looked at.
    pub looked_at: usize,
    /// Texts that match.
    pub matched: usize,
    /// Which clause brought them, most first; a text may be brought by several.
    pub brought: Vec<Tally>,
    /// What was removed by NOT alone, most first.
    pub removed: Vec<Tally>,
    /// What has something of what is asked and fails by one clause, most first.
    pub near: Vec<Tally>,
}

impl Trial {
    /// Tries one document; `number` is how the caller knows it.
    pub fn look(&mut self, query: &Query, document: &Document<'_>, number: usize) -> Explanation {
        let explanation = query.explain(document);
        self.looked_at += 1;
        if explanation.matches {
            self.matched += 1;
            for clause in explanation.brought_by() {
                add(&mut self.brought, &clause.text, number);
            }
        } else if explanation.is_removed() {
            for clause in &explanation.lacks {
                add(&mut self.removed, &clause.text, number);
            }
        } else if let Some(clause) = explanation.near_miss() {
            add(&mut self.near, &clause.text, number);
        }
        explanation
    }

    /// Puts the most frequent clauses first.
    pub fn finish(&mut self) {
        for tallies in [&mut self.brought, &mut self.removed, &mut self.near] {
            tallies.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.clause.cmp(&other.clause)));
        }
    }
}

fn add(tallies: &mut Vec<Tally>, clause: &str, number: usize) {
    let place = tallies.iter().position(|tally| tally.clause == clause).unwrap_or_else(|| {
        tallies.push(Tally { clause: clause.to_owned(), ..Tally::default() });
        tallies.len() - 1
    });
    let Some(tally) = tallies.get_mut(place) else { return };
    tally.count += 1;
    if tally.first.len() < KEPT {
        tally.first.push(number);
    }
}
