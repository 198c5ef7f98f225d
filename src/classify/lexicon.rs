//! Words whose leaning is known: praise and blame, faces, negations, turns of a sentence.
//!
//! In: lexicon files (`word<TAB>meaning`) and the folded text. Out: what was found, with negation and turns applied.
//! Never: decides how the text leans; the model weighs what is found here.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::clean::Unit;
use super::error::Error;
use super::group::Group;
use crate::text::{fold, in_mainland_words};

/// Where an entry came from; the model trusts each differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// Written for this project.
    Own,
    /// A face, an emoji, a kaomoji.
    Face,
    /// Taken over from an open lexicon.
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Meaning {
    /// From -3 (worst) to 3 (best); 0 for idioms that only keep their parts from being read.
    Polar(f32, Origin),
    /// `not`: turns what follows.
    Not,
    /// `undo`: turns what stood before, as in Japanese and Korean.
    Undo,
    /// `but`: what follows weighs more than what came before.
    But,
    /// `very`: strengthens what follows.
    Very,
    /// `ask`: a question is being asked.
    Ask,
}

struct Entry {
    meaning: Meaning,
    latin_start: bool,
    latin_end: bool,
}

/// The lexicon of one language group.
pub(crate) struct Lexicon {
    automaton: AhoCorasick,
    entries: Vec<Entry>,
}

/// One word found, as it is meant in its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hit {
    /// Its place in the folded text.
    pub(crate) place: Range<usize>,
    /// From -4.5 to 4.5, after negation and strengthening.
    pub(crate) strength: f32,
    /// Whether a negation turned it.
    pub(crate) turned: bool,
    /// Where the entry came from.
    pub(crate) origin: Origin,
}

/// What the lexicon finds in a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Signals {
    /// Words with a leaning, in the order of the text.
    pub(crate) hits: Vec<Hit>,
    /// Where the last turn (`but`) ends.
    pub(crate) turn: Option<usize>,
    /// Negations that turned no known word: where each stands.
    pub(crate) loose_negations: Vec<Range<usize>>,
    /// Question words.
    pub(crate) questions: usize,
}

/// One file of a lexicon.
pub(crate) struct Source<'a> {
    /// Its name, for messages.
    pub(crate) file: &'a str,
    /// Its text.
    pub(crate) text: &'a str,
    /// What its entries count as.
    pub(crate) origin: Origin,
}

impl Lexicon {
    /// Reads a group's files in order; an earlier file wins over a later one that has the same word.
    pub(crate) fn read(sources: &[Source<'_>], group: Group) -> Result<Self, Error> {
        let mut known = std::collections::HashSet::new();
        let mut words = Vec::new();
        let mut entries = Vec::new();
        for source in sources {
            for (number, line) in source.text.lines().enumerate() {
                if line.is_empty() || line.starts_with("# ") {
                    continue;
                }
                let (word, meaning) = read_line(line, source.origin).map_err(|why| Error::Line {
                    file: source.file.to_owned(),
                    line: number + 1,
                    why,
                })?;
                let word = if group == Group::Zh { in_mainland_words(&word) } else { word };
                if known.insert(word.clone()) {
                    let ends = (word.chars().next(), word.chars().next_back());
                    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
                    entries.push(Entry { meaning, latin_start: latin(ends.0), latin_end: latin(ends.1) });
                    words.push(word);
                }
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&words)
            .map_err(|error| Error::Line { file: "lexicon".to_owned(), line: 0, why: error.to_string() })?;
        Ok(Self { automaton, entries })
    }

    /// Everything it knows of a folded text; `reach` is how many units a negation reaches.
    pub(crate) fn find(&self, folded: &str, units: &[Unit], reach: usize) -> Signals {
        let mut signals = Signals::default();
        let mut scope = Scope { units, reach, negation: None, very: None };
        let end = units.last().map_or(0, |unit| unit.end as usize);
        for found in self.automaton.find_iter(folded) {
            let (place, Some(entry)) = (found.range(), self.entries.get(found.pattern().as_usize())) else { continue };
            if place.end > end || !entry.stands_alone(folded, &place) {
                continue;
            }
            match entry.meaning {
                Meaning::Polar(strength, origin) => signals.hits.extend(scope.hit(place, strength, origin)),
                Meaning::Not => scope.open(place, &mut signals),
                Meaning::Undo => scope.undo(place, &mut signals),
                Meaning::But => signals.turn = Some(place.end),
                Meaning::Very => scope.very = Some(place.end),
                Meaning::Ask => signals.questions += 1,
            }
        }
        signals.loose_negations.extend(scope.negation.take().map(|(place, _)| place));
        signals
    }
}

impl Entry {
    /// Whether a word of letters is not part of a longer word.
    fn stands_alone(&self, folded: &str, place: &Range<usize>) -> bool {
        let bytes = folded.as_bytes();
        let before = place.start.checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(place.end);
        let joined = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        !(self.latin_start && joined(before) || self.latin_end && joined(after))
    }
}

fn read_line(line: &str, origin: Origin) -> Result<(String, Meaning), String> {
    let (word, meaning) = line.split_once('\t').ok_or("a word, a tab and its meaning are wanted")?;
    let word = if origin == Origin::Face { fold(word) } else { fold(&word.replace('_', " ")) };
    if word.trim().is_empty() {
        return Err("the word is empty".to_owned());
    }
    let meaning = match meaning.trim() {
        "not" => Meaning::Not,
        "undo" => Meaning::Undo,
        "but" => Meaning::But,
        "very" => Meaning::Very,
        "ask" => Meaning::Ask,
        number => match number.parse::<f32>() {
            Ok(strength) if (-3.0..=3.0).contains(&strength) => Meaning::Polar(strength, origin),
            _ => return Err(format!("`{number}` is neither -3 to 3 nor one of not, undo, but, very, ask")),
        },
    };
    Ok((word, meaning))
}

/// What is open while a text is read from left to right.
struct Scope<'a> {
    units: &'a [Unit],
    reach: usize,
    /// An open negation and whether it was doubled.
    negation: Option<(Range<usize>, bool)>,
    very: Option<usize>,
}

impl Scope<'_> {
    /// Whether at most `reach` units and no end of a clause lie between two places.
    fn near(&self, from: usize, to: usize) -> bool {
        let first = self.units.partition_point(|unit| (unit.start as usize) < from);
        let between = self.units.iter().skip(first).take_while(|unit| (unit.start as usize) < to);
        let mut count = 0;
        for unit in between {
            count += 1;
            if count > self.reach || unit.ends_clause() {
                return false;
            }
        }
        true
    }

    fn open(&mut self, place: Range<usize>, signals: &mut Signals) {
        let doubled = match self.negation.take() {
            Some((before, false)) if self.near(before.end, place.start) => true,
            Some((before, _)) => {
                signals.loose_negations.push(before);
                false
            }
            None => false,
        };
        self.negation = Some((place, doubled));
    }

    fn hit(&mut self, place: Range<usize>, strength: f32, origin: Origin) -> Option<Hit> {
        let negated = match &self.negation {
            Some((negation, doubled)) => self.near(negation.end, place.start).then_some(!doubled),
            None => None,
        };
        if strength == 0.0 {
            return None;
        }
        let very = self.very.take().is_some_and(|end| self.near(end, place.start));
        let strength = if very { strength * 1.5 } else { strength };
        match negated.filter(|_| origin != Origin::Face) {
            Some(turned) => {
                let start = self.negation.take().map_or(place.start, |(negation, _)| negation.start);
                let strength = if turned { -0.75 * strength } else { strength };
                Some(Hit { place: start..place.end, strength, turned, origin })
            }
            None => Some(Hit { place, strength, turned: false, origin }),
        }
    }

    fn undo(&mut self, place: Range<usize>, signals: &mut Signals) {
        let near = signals.hits.last().is_some_and(|hit| {
            hit.origin != Origin::Face && hit.place.end <= place.start && self.near(hit.place.end, place.start)
        });
        match signals.hits.last_mut() {
            Some(hit) if near => {
                hit.strength *= if hit.turned { -1.0 } else { -0.75 };
                hit.turned = !hit.turned;
                hit.place.end = place.end;
            }
            _ => signals.loose_negations.push(place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::clean::units;

    fn strengths(lexicon: &str, text: &str) -> Vec<f32> {
        let source = Source { file: "test", text: lexicon, origin: Origin::Own };
        let lexicon = Lexicon::read(&[source], Group::Zh).expect("a good lexicon");
        let folded = fold(text);
        lexicon.find(&folded, &units(&folded), 6).hits.iter().map(|hit| hit.strength).collect()
    }

    #[test]
    fn a_negation_turns_what_follows_within_its_clause() {
        let lexicon = "不\tnot\n沒有\tnot\n好吃\t2\n失望\t-2\n不得不說\t0\n進步\t1\n";
        assert_eq!(strengths(lexicon, "不好吃"), [-1.5]);
        assert_eq!(strengths(lexicon, "没有失望"), [1.5], "script does not matter");
        assert_eq!(strengths(lexicon, "不，好吃"), [2.0]);
        assert_eq!(strengths(lexicon, "不是沒有好吃"), [2.0], "twice turned is not turned");
        assert_eq!(strengths(lexicon, "不得不說進步"), [1.0], "an idiom keeps its parts from being read");
    }

    #[test]
    fn japanese_and_korean_turn_what_stood_before() {
        assert_eq!(strengths("おすすめ\t2\nできない\tundo\n", "おすすめできない"), [-1.5]);
    }

    #[test]
    fn letters_count_as_whole_words_only() {
        assert_eq!(strengths("bad\t-2\n", "badge of a bad BAD day"), [-2.0, -2.0]);
    }

    #[test]
    fn a_line_that_says_nothing_is_refused_with_its_number() {
        let source = Source { file: "lexicon/zh.tsv", text: "好\t1\n爛 -2\n", origin: Origin::Own };
        let error = Lexicon::read(&[source], Group::Zh).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with("`lexicon/zh.tsv`, line 2"), "{error}");
    }
}
