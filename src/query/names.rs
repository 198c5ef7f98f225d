//! Finds names in a text by the rules that queries follow: folded, 簡繁 alike, edges as the script asks for them.
//!
//! In: for each thing the spellings of its name; a text. Out: where which thing is named.
//! Never: names two things at one place (the longer name wins).

use std::ops::Range;

use super::folding::Folding;
use super::matching::Finder;
use super::reading::Reading;
use super::term::{Term, TermKind};
use crate::text::Text;

/// Things with the spellings of their names, ready to be looked for.
#[derive(Debug)]
pub struct Names {
    terms: Vec<Term>,
    /// Which thing each term names.
    things: Vec<usize>,
    finder: Finder,
}

/// One place where something is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Bytes of the folded text.
    pub place: Range<usize>,
    /// Which thing, counted from 0 in the order they were given.
    pub thing: usize,
}

impl Names {
    /// Names of things, each with its spellings; empty spellings are passed over. The error says why they are too many.
    pub fn new<S: AsRef<str>>(things: &[Vec<S>]) -> Result<Self, String> {
        let mut terms = Vec::new();
        let mut owners = Vec::new();
        for (number, spellings) in things.iter().enumerate() {
            for spelling in spellings {
                let spelling = spelling.as_ref().trim();
                let usual = Folding::default();
                let term = match spelling.chars().next() {
                    Some('#') => Term::new(TermKind::Tag, spelling.trim_start_matches('#'), usual),
                    Some('@') => Term::new(TermKind::Handle, spelling.trim_start_matches('@'), usual),
                    _ => Term::new(TermKind::Text, spelling, usual),
                };
                if !term.folded.is_empty() {
                    terms.push(term);
                    owners.push(number);
                }
            }
        }
        let finder = Finder::new(&terms)?;
        Ok(Self { terms, things: owners, finder })
    }

    /// Where things are named, in the order of the text, none overlapping.
    pub fn find(&self, text: &Text) -> Vec<Named> {
        let reading = Reading::of(text, Folding::default());
        let places = self.finder.find(&self.terms, &reading);
        let of = |(number, thing): (usize, &usize)| {
            let places = places.places(number as u32).iter();
            places.map(|place| Named { place: reading.folded(place), thing: *thing }).collect::<Vec<_>>()
        };
        let mut found: Vec<Named> = self.things.iter().enumerate().flat_map(of).collect();
        found.sort_by_key(|named| (named.place.start, std::cmp::Reverse(named.place.end), named.thing));
        let mut kept: Vec<Named> = Vec::with_capacity(found.len());
        for named in found {
            if kept.last().is_none_or(|last| last.place.end <= named.place.start) {
                kept.push(named);
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules_of_their_script_and_the_longer_wins() {
        let names = Names::new(&[vec!["嫩芽", "LI"], vec!["嫩芽咖啡館"]]).expect("few names");
        let find = |text: &str| {
            let text = Text::read(text);
            let places = names.find(&text);
            places
                .into_iter()
                .map(|named| (text.original().get(text.span(named.place)).unwrap_or_default().to_owned(), named.thing))
                .collect::<Vec<_>>()
        };
        assert_eq!(find("tile 比 Li 好"), [("Li".to_owned(), 0)]);
        assert_eq!(find("嫩芽咖啡館與嫩芽"), [("嫩芽咖啡館".to_owned(), 1), ("嫩芽".to_owned(), 0)]);
        assert_eq!(find("今天的嫩\n芽"), [("嫩\n芽".to_owned(), 0)]);
        assert_eq!(find(""), []);
    }
}
