//! Many queries asked of a text at once: one pass finds the words, only queries whose rarest word was seen are asked further.
//!
//! In: queries, once; then documents. Out: which queries match, and by which places.
//! Never: answers otherwise than each query alone would.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use super::eval::{Eval, Truth};
use super::folding::Folding;
use super::matching::{Finder, Found};
use super::need::needed;
use super::parse::Node;
use super::reading::Reading;
use super::term::{Term, TermKind};
use super::{Document, Query};

/// Queries ready to be asked together.
#[derive(Default)]
pub struct Matcher {
    readings: Vec<OneReading>,
    count: usize,
}

/// A query that matches a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Which query, by its place among those given.
    pub query: usize,
    /// The places that speak for it, in bytes of the original text, in order, none overlapping.
    pub spans: Vec<Range<usize>>,
    /// Whether it holds whatever the text will be judged to be; `false` where `sentiment:` or `theme:` decide and no judgement is given.
    pub is_certain: bool,
}

/// The queries that read texts alike.
struct OneReading {
    folding: Folding,
    terms: Vec<Term>,
    finder: Finder,
    queries: Vec<One>,
    /// For each term the queries that are asked further when it was seen.
    wakes: Vec<Vec<u32>>,
    /// Queries that no word wakes.
    always: Vec<u32>,
}

struct One {
    number: usize,
    query: Query,
    /// The number of each of its terms among all.
    known_as: Vec<u32>,
    /// Those of them that need a regex.
    closer: Vec<u32>,
}

impl Matcher {
    /// Prepares queries. The error says why they are too much for one automaton.
    pub fn new<'a>(queries: impl IntoIterator<Item = &'a Query>) -> Result<Self, String> {
        let mut groups: Vec<(Folding, Vec<(usize, &Query)>)> = Vec::new();
        let mut count = 0;
        for (number, query) in queries.into_iter().enumerate() {
            count = number + 1;
            let folding = query.folding();
            match groups.iter_mut().find(|(known, _)| *known == folding) {
                Some((_, group)) => group.push((number, query)),
                None => groups.push((folding, vec![(number, query)])),
            }
        }
        let readings = groups.into_iter().map(|(folding, group)| OneReading::new(folding, &group));
        Ok(Self { readings: readings.collect::<Result<_, _>>()?, count })
    }

    /// How many queries there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The queries that match, in the order in which they were given.
    pub fn matches(&self, document: &Document<'_>) -> Vec<Match> {
        let mut all = Vec::new();
        for one in &self.readings {
            one.matches(document, &mut all);
        }
        all.sort_by_key(|found| found.query);
        all
    }
}

impl OneReading {
    fn new(folding: Folding, group: &[(usize, &Query)]) -> Result<Self, String> {
        let mut terms: Vec<Term> = Vec::new();
        let mut known: HashMap<(TermKind, &str), u32> = HashMap::new();
        let mut queries = Vec::with_capacity(group.len());
        let mut waking: Vec<(u32, u32)> = Vec::new();
        let mut always = Vec::new();
        for (place, (number, query)) in group.iter().enumerate() {
            let place = place as u32;
            let own = query.terms();
            let known_as: Vec<u32> = own
                .iter()
                .map(|term| {
                    *known.entry((term.kind, term.folded.as_str())).or_insert_with(|| {
                        terms.push(term.clone());
                        terms.len() as u32 - 1
                    })
                })
                .collect();
            match needed(query.root(), own) {
                Some(needed) => {
                    waking.extend(needed.terms.iter().filter_map(|term| Some((*known_as.get(*term)?, place))));
                }
                None => always.push(place),
            }
            let closer = own.iter().zip(&known_as).filter(|(term, _)| term.regex.is_some()).map(|(_, number)| *number);
            queries.push(One { number: *number, query: (*query).clone(), closer: closer.collect(), known_as });
        }
        let mut wakes = vec![Vec::new(); terms.len()];
        for (term, query) in waking {
            if let Some(woken) = wakes.get_mut(term as usize) {
                woken.push(query);
            }
        }
        let finder = Finder::new(&terms)?;
        Ok(Self { folding, terms, finder, queries, wakes, always })
    }

    fn matches(&self, document: &Document<'_>, all: &mut Vec<Match>) {
        let reading = Reading::of(document.text, self.folding);
        let mut found = self.finder.find(&self.terms, &reading);
        let woken = found.terms().filter_map(|term| self.wakes.get(term as usize)).flatten();
        let mut asked: Vec<u32> = woken.chain(&self.always).copied().collect();
        asked.sort_unstable();
        asked.dedup();
        for one in asked.iter().filter_map(|place| self.queries.get(*place as usize)) {
            found.look_closer(&one.closer, &self.terms, &reading);
            let eval = one.eval(&found, &reading, document);
            let truth = eval.truth(one.query.root());
            if truth != Truth::No {
                let spans = eval.spans(one.query.root());
                all.push(Match { query: one.number, spans, is_certain: truth == Truth::Yes });
            }
        }
    }
}

impl One {
    fn eval<'a>(&'a self, found: &'a Found, reading: &'a Reading<'a>, document: &'a Document<'a>) -> Eval<'a> {
        Eval { terms: self.query.terms(), known_as: &self.known_as, found, reading, document }
    }
}

/// One query looked at in full, whatever wakes it: for explanations.
pub(super) struct Alone {
    finder: Finder,
    known_as: Vec<u32>,
    closer: Vec<u32>,
}

impl Alone {
    pub(super) fn new(terms: &[Term]) -> Result<Self, String> {
        let closer = terms.iter().enumerate().filter(|(_, term)| term.regex.is_some()).map(|(number, _)| number as u32);
        let closer = closer.collect();
        Ok(Self { finder: Finder::new(terms)?, known_as: (0..terms.len() as u32).collect(), closer })
    }

    /// Asks about one document.
    pub(super) fn ask<T>(
        &self,
        terms: &[Term],
        folding: Folding,
        document: &Document<'_>,
        about: impl FnOnce(&Eval<'_>) -> T,
    ) -> T {
        let reading = Reading::of(document.text, folding);
        let mut found = self.finder.find(terms, &reading);
        found.look_closer(&self.closer, terms, &reading);
        about(&Eval { terms, known_as: &self.known_as, found: &found, reading: &reading, document })
    }

    /// Whether and where a query matches.
    pub(super) fn matches(
        &self,
        root: &Node,
        terms: &[Term],
        folding: Folding,
        document: &Document<'_>,
    ) -> Option<Vec<Range<usize>>> {
        self.ask(terms, folding, document, |eval| (eval.truth(root) != Truth::No).then(|| eval.spans(root)))
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let terms: usize = self.readings.iter().map(|reading| reading.terms.len()).sum();
        let always: usize = self.readings.iter().map(|reading| reading.always.len()).sum();
        write!(f, "Matcher({} queries, {terms} terms, {always} always asked)", self.count)
    }
}

/// Whether a text that has one term has another too, wherever it stands.
pub(super) fn stands_in(short: &Term, long: &Term) -> bool {
    let plain =
        |term: &Term| matches!(term.kind, TermKind::Text | TermKind::Tag | TermKind::Handle | TermKind::Cashtag);
    let shown = long.shown();
    if !plain(short)
        || !plain(long)
        || !short.patterns().iter().any(|pattern| shown.len() > pattern.len() && shown.contains(pattern))
    {
        return false;
    }
    let text = crate::text::Text::read(&shown);
    let reading = Reading::of(&text, Folding::default());
    let one = std::slice::from_ref(short);
    Finder::new(one).is_ok_and(|finder| !finder.find(one, &reading).places(0).is_empty())
}
