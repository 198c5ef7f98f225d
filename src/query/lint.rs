//! Warnings: a query that works as it is written, but hardly as it was meant.
//!
//! In: a parsed query. Out: warnings with their places.
//! Never: refuses a query.

use std::ops::Range;

use super::matching::Finder;
use super::mistake::QueryMistake;
use super::parse::{Node, Parsed, What};
use super::script::{is_searchable, is_unspaced};
use super::term::{Term, TermKind};

/// All warnings of a query.
pub(super) fn lints(source: &str, parsed: &Parsed, root: &Node) -> Vec<QueryMistake> {
    let mut lints = Lints { source, terms: &parsed.terms, found: Vec::new() };
    for (at, word) in &parsed.small_operators {
        let hint = format!("write {} for the operator, or \"{word}\" for the word", word.to_ascii_uppercase());
        lints.add(at, format!("`{word}` is searched for as a word"), hint);
    }
    for at in &parsed.mixed {
        let part = source.get(at.clone()).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        let hint = format!("if that is meant write ({part}); if one phrase is meant put it in quotes");
        lints.add(at, "words beside each other or with AND belong together before OR does", hint);
    }
    lints.short_names(root, false);
    lints.useless_parts(root);
    let mut found = lints.found;
    found.sort_by_key(|lint| lint.at.start);
    found
}

struct Lints<'a> {
    source: &'a str,
    terms: &'a [Term],
    found: Vec<QueryMistake>,
}

impl Lints<'_> {
    fn add(&mut self, at: &Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        self.found.push(QueryMistake::new(self.source, at.clone(), message, hint));
    }

    /// Names so short that they are found in many texts that mean something else.
    fn short_names(&mut self, node: &Node, narrowed: bool) {
        match &node.what {
            What::Not(_) => {}
            What::Or(parts) => parts.iter().for_each(|part| self.short_names(part, narrowed)),
            What::And(parts) => {
                for part in parts {
                    // Another part that must be there too makes a short name safe.
                    let others = parts.iter().any(|other| !std::ptr::eq(other, part) && other.is_positive());
                    self.short_names(part, narrowed || others);
                }
            }
            What::Term(number) => {
                if let (false, Some(term)) = (narrowed, self.terms.get(*number))
                    && let Some(risk) = risk(term)
                {
                    let shown = term.shown();
                    let hint = format!("narrow it, such as ({shown} AND …), or use the brand's @name or #tag");
                    self.add(&node.at, format!("`{shown}` {risk}"), hint);
                }
            }
        }
    }

    /// Parts of an OR that find nothing new, and a NOT that refuses what must be there.
    fn useless_parts(&mut self, node: &Node) {
        match &node.what {
            What::Term(_) => {}
            What::Not(inner) => self.useless_parts(inner),
            What::Or(parts) => {
                self.found_already(parts);
                parts.iter().for_each(|part| self.useless_parts(part));
            }
            What::And(parts) => {
                self.never_true(parts);
                parts.iter().for_each(|part| self.useless_parts(part));
            }
        }
    }

    fn found_already(&mut self, parts: &[Node]) {
        let alternatives: Vec<(usize, &Node)> = parts
            .iter()
            .enumerate()
            .filter_map(
                |(place, part)| if let What::Term(number) = part.what { Some((place, number, part)) } else { None },
            )
            .map(|(_, number, part)| (number, part))
            .collect();
        for (place, (number, part)) in alternatives.iter().enumerate() {
            let wider = alternatives.iter().enumerate().find(|(other_place, (other, _))| {
                if other == number { *other_place < place } else { self.stands_in(*other, *number) }
            });
            let Some((_, (other, _))) = wider else { continue };
            let (Some(term), Some(wide)) = (self.terms.get(*number), self.terms.get(*other)) else { continue };
            let (shown, wide) = (term.shown(), wide.shown());
            let message = if other == number {
                format!("`{shown}` stands here twice")
            } else {
                format!("`{shown}` finds nothing that `{wide}` does not find")
            };
            self.add(&part.at, message, format!("remove it, or remove `{wide}` if that is too wide"));
        }
    }

    fn never_true(&mut self, parts: &[Node]) {
        let demanded: Vec<usize> = parts
            .iter()
            .filter_map(|part| if let What::Term(number) = part.what { Some(number) } else { None })
            .collect();
        for part in parts {
            let What::Not(inner) = &part.what else { continue };
            let refused: Vec<usize> = match &inner.what {
                What::Term(number) => vec![*number],
                What::Or(parts) => {
                    parts.iter().filter_map(|part| if let What::Term(n) = part.what { Some(n) } else { None }).collect()
                }
                _ => Vec::new(),
            };
            let clash = refused.iter().find_map(|no| {
                demanded.iter().find(|yes| *yes == no || self.stands_in(*no, **yes)).map(|yes| (*no, *yes))
            });
            let Some((no, yes)) = clash else { continue };
            let (Some(no), Some(yes)) = (self.terms.get(no), self.terms.get(yes)) else { continue };
            let message = format!("nothing can match: every text with `{}` has `{}`", yes.shown(), no.shown());
            self.add(&part.at, message, "narrow what is left out");
        }
    }

    /// Whether every text that has `long` has `short` too.
    fn stands_in(&self, short: usize, long: usize) -> bool {
        let (Some(short), Some(long)) = (self.terms.get(short), self.terms.get(long)) else { return false };
        let one = std::slice::from_ref(short);
        short.shown().chars().count() < long.shown().chars().count()
            && Finder::new(one)
                .is_ok_and(|finder| finder.find(one, &long.shown()).iter().any(|places| !places.is_empty()))
    }
}

/// Why a term is risky on its own.
fn risk(term: &Term) -> Option<&'static str> {
    if term.kind != TermKind::Text {
        return None;
    }
    let letters: Vec<char> = term.folded.chars().filter(|c| is_searchable(*c)).collect();
    let katakana = |c: &char| matches!(c, '\u{30A0}'..='\u{30FF}');
    match letters.as_slice() {
        [one] if is_unspaced(*one) => Some("is one character, and stands inside many other words"),
        [one] if one.is_alphanumeric() => Some("is one letter or digit, and stands in very many texts"),
        [first, second]
            if !is_unspaced(*first) && !is_unspaced(*second) && letters.iter().all(|c| c.is_alphanumeric()) =>
        {
            Some("has two letters, and means many other things")
        }
        [first, second] if katakana(first) && katakana(second) => {
            Some("is two kana, and stands inside many other words")
        }
        _ => None,
    }
}
