//! Cuts a text into clauses, and says which of them speak of which name.
//!
//! In: folded text, where names stand in it. Out: stretches, each with the things it speaks of.
//! Never: cuts a name, loses a character.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::domain::Language;
use crate::query::Named;
use crate::text::fold;

/// A stretch of the folded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) place: Range<usize>,
    /// Whether a sentence begins with it.
    pub(super) begins: bool,
    /// The things it speaks of; empty when it stands before all names.
    pub(super) of: Vec<usize>,
}

/// Words before which a clause begins.
const TURNS: &str = "但是|但|可是|不過|然而|反觀|反而|卻|倒是|至於|還好|幸好|好險|好在|而|結果| but | whereas | while | although | though | however | yet | except |しかし|一方| でも |하지만|그런데|근데|반면";
/// Words after which one ends.
const ENDS: &str = "けど|けれど|けれども|のに|ものの|に対し|に対して|ですが|ますが|でしたが|ましたが|たが|だが|いが|지만|는데|은데|한데|던데|반면|반면에";
/// 而 in these is no turn.
const ER: [&[&str]; 2] =
    [&["然", "反", "进", "从", "因", "时", "幸", "故", "甚", "继"], &["且", "已", "言", "是", "后", "立"]];
/// Words for everything that was named.
const ALL: &str =
    "都|兩家|兩者|兩間|兩款|兩台|兩邊|兩個|两家|二者|both|neither|either|どちらも|どっちも|両方|둘 다|둘다|다 똑같";
/// Words that name the first or the second of two again.
const AGAIN: [&str; 2] = ["前者|the former|前面那|전자는", "後者|the latter|後面那|후자는"];

struct Marks {
    turns: AhoCorasick,
    ends: AhoCorasick,
    all: AhoCorasick,
    again: [AhoCorasick; 2],
}

fn marks() -> Option<&'static Marks> {
    static MARKS: OnceLock<Option<Marks>> = OnceLock::new();
    let find = |list: &str| {
        let words = list.split('|').map(fold);
        AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words).ok()
    };
    let read = || {
        let again = [find(AGAIN[0])?, find(AGAIN[1])?];
        Some(Marks { turns: find(TURNS)?, ends: find(ENDS)?, all: find(ALL)?, again })
    };
    MARKS.get_or_init(read).as_ref()
}

/// Whether a clause ends with this character wherever it stands.
pub(super) fn ends(c: char) -> bool {
    matches!(c, '。' | '!' | '?' | ';' | '\n' | '…' | '~' | '｡')
}

/// Adds 前者 and 後者 (the former, the latter) to the names, once two things were named.
pub(super) fn named_again(folded: &str, named: &mut Vec<Named>) {
    let Some(marks) = marks() else { return };
    let mut order: Vec<(usize, usize)> = Vec::new();
    for one in named.iter() {
        if order.iter().all(|(thing, _)| *thing != one.thing) {
            order.push((one.thing, one.place.end));
        }
    }
    let [Some(first), Some(second)] = [order.first(), order.get(1)] else { return };
    let from = second.1;
    for (finder, thing) in marks.again.iter().zip([first.0, second.0]) {
        let places = finder.find_iter(folded).map(|found| found.range()).filter(|place| place.start >= from);
        named.extend(places.map(|place| Named { place, thing }));
    }
    named.sort_by_key(|one| one.place.start);
}

/// Cuts a text; `named` is in order.
pub(super) fn cut(folded: &str, language: Language, named: &[Named]) -> Vec<Clause> {
    let mut edges = edges(folded, language);
    edges.retain(|(at, _)| named.iter().all(|one| *at <= one.place.start || one.place.end <= *at));
    edges.sort_unstable();
    edges.dedup_by(|next, kept| {
        kept.1 |= next.0 == kept.0 && next.1;
        next.0 == kept.0
    });
    let mut clauses = Vec::new();
    let (mut start, mut begins) = (0, true);
    for (at, sentence) in edges.into_iter().chain([(folded.len(), true)]) {
        if at > start {
            clauses.push(Clause { place: start..at, begins, of: Vec::new() });
            (start, begins) = (at, sentence);
        }
    }
    clauses
}

/// Where clauses begin, and whether a sentence does.
fn edges(folded: &str, language: Language) -> Vec<(usize, bool)> {
    let unspaced = !matches!(language, Language::En | Language::Ko | Language::Other);
    let mut edges = Vec::new();
    let mut before = ' ';
    let mut chars = folded.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        let edge = match c {
            _ if ends(c) => Some(true),
            '.' if next.is_whitespace() || !next.is_ascii() => Some(!before.is_ascii_digit() || next == ' '),
            ',' if !(before.is_ascii_digit() && next.is_ascii_digit()) => Some(false),
            '、' if language == Language::Ja => Some(false),
            _ if c.is_whitespace() && unspaced && !before.is_ascii() && !next.is_ascii() => Some(false),
            _ => None,
        };
        edges.extend(edge.map(|sentence| (at + c.len_utf8(), sentence)));
        before = c;
    }
    let Some(marks) = marks() else { return edges };
    for found in marks.turns.find_iter(folded) {
        if !(found.len() == "而".len() && is_no_turn(folded, &found.range())) {
            edges.push((found.start(), false));
        }
    }
    edges.extend(marks.ends.find_iter(folded).map(|found| (found.end(), false)));
    edges
}

fn is_no_turn(folded: &str, place: &Range<usize>) -> bool {
    let (before, after) = (folded.get(..place.start).unwrap_or_default(), folded.get(place.end..).unwrap_or_default());
    folded.get(place.clone()) == Some("而")
        && (ER[0].iter().any(|word| before.ends_with(word)) || ER[1].iter().any(|word| after.starts_with(word)))
}

/// Gives each clause the things it speaks of: those it names, or those that the clauses before it spoke of.
/// `subject` tells whether a name is what its clause is about (not merely what something is measured against).
pub(super) fn share(folded: &str, clauses: &mut Vec<Clause>, named: &[Named], subject: impl Fn(usize) -> bool) {
    let mut parted: Vec<Clause> = Vec::with_capacity(clauses.len() * 2);
    let (mut current, mut seen): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut bare: Vec<usize> = Vec::new();
    for clause in clauses.drain(..) {
        let inside =
            |one: &&(usize, &Named)| clause.place.start <= one.1.place.start && one.1.place.end <= clause.place.end;
        let names: Vec<(usize, &Named)> = named.iter().enumerate().collect();
        let names: Vec<&(usize, &Named)> = names.iter().filter(inside).collect();
        let measures: Vec<usize> = names.iter().filter(|one| !subject(one.0)).map(|one| one.1.thing).collect();
        let subjects: Vec<&Named> = names.iter().filter(|one| subject(one.0)).map(|one| one.1).collect();
        for one in &names {
            add(&mut seen, one.1.thing);
        }
        let text = folded.get(clause.place.clone()).unwrap_or_default();
        let places: Vec<Range<usize>> = names.iter().map(|one| one.1.place.clone()).collect();
        if subjects.is_empty() {
            let everybody =
                seen.len() > 1 && measures.is_empty() && marks().is_some_and(|marks| marks.all.is_match(text));
            let of: Vec<usize> = if everybody { seen.clone() } else { current.clone() };
            let of = of.into_iter().filter(|thing| !measures.contains(thing)).collect();
            parted.push(Clause { of, ..clause });
            continue;
        }
        if !says_something(folded, &clause.place, &places) {
            // Names alone (`浴場、サウナは…`): what follows is said of them too.
            subjects.iter().for_each(|one| add(&mut bare, one.thing));
            current = bare.clone();
            parted.push(Clause { of: bare.clone(), ..clause });
            continue;
        }
        let mut parts = part(folded, &clause, &subjects, &places);
        if let Some(first) = parts.first_mut() {
            bare.drain(..).for_each(|thing| add(&mut first.of, thing));
        }
        current = parts.last().map(|last| last.of.clone()).unwrap_or_default();
        parted.extend(parts);
    }
    // What stands before all names is said of the first.
    let first = parted.iter().find(|clause| !clause.of.is_empty()).map(|clause| clause.of.clone()).unwrap_or_default();
    parted.iter_mut().take_while(|clause| clause.of.is_empty()).for_each(|clause| clause.of.clone_from(&first));
    *clauses = parted;
}

/// Parts a clause that names several things where something is said between the names.
fn part(folded: &str, clause: &Clause, subjects: &[&Named], places: &[Range<usize>]) -> Vec<Clause> {
    let mut parts: Vec<Clause> = Vec::new();
    let mut of: Vec<usize> = Vec::new();
    let mut start = clause.place.start;
    for (index, one) in subjects.iter().enumerate() {
        add(&mut of, one.thing);
        let Some(next) = subjects.get(index + 1) else { continue };
        if next.thing != one.thing && says_something(folded, &(one.place.end..next.place.start), places) {
            let begins = clause.begins && parts.is_empty();
            parts.push(Clause { place: start..next.place.start, begins, of: std::mem::take(&mut of) });
            start = next.place.start;
        }
    }
    parts.push(Clause { place: start..clause.place.end, begins: clause.begins && parts.is_empty(), of });
    parts
}

/// Fewest characters, apart from names, with which something is said.
const LEAST: usize = 3;

/// Whether a stretch says anything beside names.
fn says_something(folded: &str, place: &Range<usize>, names: &[Range<usize>]) -> bool {
    let text = folded.get(place.clone()).unwrap_or_default();
    let mut count = 0;
    for (at, c) in text.char_indices() {
        let at = place.start + at;
        if c.is_alphanumeric() && !names.iter().any(|name| name.contains(&at)) {
            count += if c.is_ascii() { 1 } else { 2 };
        }
    }
    count >= LEAST * 2
}

pub(super) fn add(list: &mut Vec<usize>, thing: usize) {
    if !list.contains(&thing) {
        list.push(thing);
    }
}
