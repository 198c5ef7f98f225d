//! Finds the terms of many queries in one pass over a text.
//!
//! In: terms; a text. Out: for every term the places where it stands.
//! Never: takes longer than the text and its finds are long.

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::reading::Reading;
use super::term::{Term, TermKind};

/// All patterns of all terms in one automaton.
#[derive(Debug)]
pub(super) struct Finder {
    automaton: AhoCorasick,
    /// The patterns, and the terms that each is of.
    patterns: Vec<(String, Vec<u32>)>,
}

impl Finder {
    /// The error says why the terms are too much for one automaton.
    pub(super) fn new(terms: &[Term]) -> Result<Self, String> {
        let mut patterns: Vec<(String, Vec<u32>)> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        for (number, term) in terms.iter().enumerate() {
            for pattern in term.patterns().into_iter().filter(|pattern| !pattern.is_empty()) {
                let place = *known.entry(pattern).or_insert_with_key(|pattern| {
                    patterns.push((pattern.clone(), Vec::new()));
                    patterns.len() - 1
                });
                if let Some((_, of)) = patterns.get_mut(place)
                    && of.last() != Some(&(number as u32))
                {
                    of.push(number as u32);
                }
            }
        }
        let automaton =
            AhoCorasick::new(patterns.iter().map(|(pattern, _)| pattern)).map_err(|error| error.to_string())?;
        Ok(Self { automaton, patterns })
    }

    /// Where the terms stand in a reading, by term; terms that are not there are left out. A regex is not looked for here.
    pub(super) fn find(&self, terms: &[Term], reading: &Reading<'_>) -> Found {
        let mut found = Found::default();
        let hay = reading.text();
        for hit in self.automaton.find_overlapping_iter(hay) {
            let Some((_, of)) = self.patterns.get(hit.pattern().as_usize()) else { continue };
            for number in of {
                let Some(term) = terms.get(*number as usize) else { continue };
                let Some(place) = term.place(hay, &hit.range()) else { continue };
                if suits(term, reading, &place) {
                    found.places.entry(*number).or_default().push(place);
                }
            }
        }
        found
    }
}

/// What a term asks beyond its script: where words are cut, or how it is written.
fn suits(term: &Term, reading: &Reading<'_>, place: &Range<usize>) -> bool {
    match term.kind {
        TermKind::Word => reading.is_whole(place),
        TermKind::Exact => {
            let written = reading.original().get(reading.span(place)).unwrap_or_default();
            written.split_whitespace().eq(term.folded.split(' ')) || {
                let closed: String = written.split_whitespace().collect();
                closed == term.folded
            }
        }
        _ => true,
    }
}

/// Where terms stand in one text.
#[derive(Debug, Default)]
pub(super) struct Found {
    places: HashMap<u32, Vec<Range<usize>>>,
}

impl Found {
    /// Looks for those of these terms that are regexes.
    pub(super) fn look_closer(&mut self, numbers: &[u32], terms: &[Term], reading: &Reading<'_>) {
        for number in numbers {
            let regex = terms.get(*number as usize).and_then(|term| term.regex.as_ref());
            if let Some(regex) = regex
                && !self.places.contains_key(number)
            {
                let places = regex.find_iter(reading.original()).map(|found| found.range());
                self.places.insert(*number, places.filter(|range| !range.is_empty()).collect());
            }
        }
    }

    /// Where a term stands: in bytes of the reading, of the original where it is a regex.
    pub(super) fn places(&self, number: u32) -> &[Range<usize>] {
        self.places.get(&number).map_or(&[], Vec::as_slice)
    }

    /// The terms that stand somewhere, before regexes are looked for.
    pub(super) fn terms(&self) -> impl Iterator<Item = u32> {
        self.places.keys().copied()
    }
}
