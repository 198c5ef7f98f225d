//! Cuts a text into hashed features, each with the place it came from.
//!
//! In: a text, its group's lexicon. Out: 32-bit feature keys in four families, in the order of the text.
//! Never: looks at a label or a weight.

use std::borrow::Cow;

use super::clean::{HANDLE, LINK, Unit, is_unspaced, units};
use super::group::{Group, Spec};
use super::lexicon::{Hit, Lexicon, Origin, Signals};
use crate::text::{Text, WordKind};

/// Seed of the feature hash; models carry it and are refused when it differs.
pub(crate) const SEED: u64 = 0x6865_6172_6b65_6e31;

/// Families of features; each is scaled by how many of its kind a text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    /// Runs of characters.
    Characters = 0,
    /// Words of letters, and pairs of them.
    Words = 1,
    /// What the lexicon says, punctuation, the constant.
    Signals = 2,
    /// Words that a dictionary cuts, and pairs of them, for scripts without spaces and for Korean.
    Segments = 3,
}

/// How many families there are.
pub(crate) const FAMILIES: usize = 4;

/// One feature of one text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Feature {
    /// Its hash; never 0.
    pub(crate) key: u32,
    /// Its family.
    pub(crate) family: Family,
    /// First byte in the folded text; equal to `end` when it has no place.
    pub(crate) start: u32,
    /// First byte after it.
    pub(crate) end: u32,
}

/// A text as a group's features are cut from it: Chinese in the words of one region, so that both regions' words are one.
pub(crate) fn reading(text: &Text, group: Group) -> Cow<'_, Text> {
    let other = (group == Group::Zh).then(|| text.in_mainland_words()).flatten();
    other.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// A text cut into features.
#[derive(Clone, Debug, Default)]
pub(crate) struct Features {
    /// In the order of the text within a family.
    pub(crate) list: Vec<Feature>,
    /// What the lexicon found.
    pub(crate) signals: Signals,
}

impl Features {
    /// Cuts a text that is in the words of its group's [`reading`]; all places are places in that.
    pub(crate) fn read(text: &Text, lexicon: &Lexicon, spec: Spec) -> Self {
        let folded = text.folded();
        let units = units(folded);
        let signals = lexicon.find(folded, &units, spec.negation_reach);
        let mut list = Vec::with_capacity(units.len() * 5 + 16);
        characters(&units, spec.characters, &mut list);
        if spec.words {
            words(&units, &mut list);
        }
        if spec.segments {
            let end = units.last().map_or(0, |unit| unit.end as usize);
            segments(text, end, &mut list);
        }
        weigh_signals(folded, &units, &signals, &mut list);
        Self { list, signals }
    }

    /// Forgets characters and words: for a language that the model does not know, faces and the lexicon remain.
    pub(crate) fn keep_signals(&mut self) {
        self.list.retain(|feature| feature.family == Family::Signals);
    }

    /// What one feature of each family counts: 1 / √n of its family, and fixed for signals.
    pub(crate) fn scales(&self) -> [f64; FAMILIES] {
        let mut counts = [0u32; FAMILIES];
        for feature in &self.list {
            counts[feature.family as usize] += 1;
        }
        let scale = |family: Family| 1.0 / f64::from(counts[family as usize].max(8)).sqrt();
        [scale(Family::Characters), scale(Family::Words), SIGNAL_SCALE, scale(Family::Segments)]
    }
}

/// What one signal counts.
const SIGNAL_SCALE: f64 = 0.3;

#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    fn new(family: Family, kind: u64) -> Self {
        Self(SEED ^ ((family as u64 + 1) << 56)).add(kind)
    }

    fn add(self, value: u64) -> Self {
        let mixed = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(mixed ^ (mixed >> 29))
    }

    fn key(self) -> u32 {
        ((self.0.wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32) as u32).max(1)
    }
}

/// Runs of characters; a space may begin or end a run but not stand inside it.
fn characters(units: &[Unit], (shortest, longest): (usize, usize), list: &mut Vec<Feature>) {
    for (index, first) in units.iter().enumerate() {
        let mut hash = Hash::new(Family::Characters, 0);
        for (length, unit) in (1..=longest).zip(units.iter().skip(index)) {
            hash = hash.add(u64::from(unit.mark as u32));
            let space = unit.mark == ' ';
            if length >= shortest && !(length == 1 && space) {
                list.push(Feature { key: hash.key(), family: Family::Characters, start: first.start, end: unit.end });
            }
            if (space && length > 1) || (length == 1 && matches!(unit.mark, LINK | HANDLE)) {
                break;
            }
        }
    }
}

/// Words of letters and pairs of neighbours, for scripts that write spaces (and Latin words inside the others).
fn words(units: &[Unit], list: &mut Vec<Feature>) {
    let mut before: Option<(u64, u32)> = None;
    let mut index = 0;
    while let Some(unit) = units.get(index) {
        if !unit.is_spaced_word() {
            if unit.ends_clause() || is_unspaced(unit.mark) {
                before = None;
            }
            index += 1;
            continue;
        }
        let mut hash = Hash::new(Family::Words, 0);
        let mut end = unit.end;
        while let Some(unit) = units.get(index).filter(|unit| unit.is_spaced_word()) {
            hash = hash.add(u64::from(unit.mark as u32));
            end = unit.end;
            index += 1;
        }
        list.push(Feature { key: hash.key(), family: Family::Words, start: unit.start, end });
        if let Some((word, start)) = before {
            let pair = Hash::new(Family::Words, 1).add(word).add(hash.0);
            list.push(Feature { key: pair.key(), family: Family::Words, start, end });
        }
        before = Some((hash.0, unit.start));
    }
}

/// Words of the dictionaries up to a byte of the folded text, alone and in pairs; a pair does not reach over a mark.
fn segments(text: &Text, end: usize, list: &mut Vec<Feature>) {
    let mut before: Option<(u64, u32)> = None;
    for word in text.words().iter().take_while(|word| word.folded.end <= end) {
        if !matches!(word.kind, WordKind::Word | WordKind::Emoji) {
            before = None;
            continue;
        }
        let hash = text.surface(word).chars().fold(Hash::new(Family::Segments, 0), |hash, c| hash.add(c.into()));
        let (start, end) = (word.folded.start as u32, word.folded.end as u32);
        list.push(Feature { key: hash.key(), family: Family::Segments, start, end });
        if let Some((first, start)) = before {
            let pair = Hash::new(Family::Segments, 1).add(first).add(hash.0);
            list.push(Feature { key: pair.key(), family: Family::Segments, start, end });
        }
        before = Some((hash.0, start));
    }
}

/// What the lexicon says in numbers that a linear model can weigh; the same keys in every language.
fn weigh_signals(folded: &str, units: &[Unit], signals: &Signals, list: &mut Vec<Feature>) {
    let placed = |kind: u64, value: u64, place: &std::ops::Range<usize>| Feature {
        key: Hash::new(Family::Signals, kind).add(value).key(),
        family: Family::Signals,
        start: place.start as u32,
        end: place.end as u32,
    };
    let whole = |kind: u64, value: u64| placed(kind, value, &(0..0));
    list.push(whole(0, 0));
    for hit in &signals.hits {
        list.push(placed(1, hit_class(hit), &hit.place));
        if hit.turned {
            let word = folded.get(hit.place.clone()).unwrap_or_default();
            let hash = word.chars().fold(Hash(0), |hash, c| hash.add(u64::from(c as u32)));
            list.push(placed(2, hash.0, &hit.place));
        }
    }
    for place in &signals.loose_negations {
        list.push(placed(3, 0, place));
    }
    for (number, origin) in [Origin::Own, Origin::Face, Origin::Open].into_iter().enumerate() {
        let net = net(signals, |hit| hit.origin == origin);
        list.push(whole(4 + number as u64, bucket(net)));
    }
    list.push(whole(7, bucket(net(signals, |_| true))));
    if let Some(turn) = signals.turn {
        list.push(whole(8, bucket(net(signals, |hit| hit.place.start >= turn))));
    }
    let marks = |wanted: char| units.iter().filter(|unit| unit.mark == wanted).count().min(3) as u64;
    list.push(whole(9, marks('?')));
    list.push(whole(10, marks('!')));
    list.push(whole(11, signals.questions.min(2) as u64));
    list.push(whole(12, u64::from(units.last().is_some_and(|unit| unit.mark == '?'))));
}

fn hit_class(hit: &Hit) -> u64 {
    let strength = (hit.strength.abs() + 0.5).min(4.0) as u64;
    let sign = u64::from(hit.strength > 0.0);
    ((strength * 2 + sign) * 2 + u64::from(hit.turned)) * 4 + hit.origin as u64
}

/// The sum of strengths that are asked for; `None` when nothing was found.
fn net(signals: &Signals, wanted: impl Fn(&Hit) -> bool) -> Option<f32> {
    signals.hits.iter().filter(|hit| wanted(hit)).map(|hit| hit.strength).reduce(|sum, strength| sum + strength)
}

fn bucket(net: Option<f32>) -> u64 {
    const EDGES: [f32; 9] = [-5.5, -3.5, -2.2, -1.2, -0.3, 0.3, 1.2, 2.2, 3.5];
    match net {
        None => 20,
        Some(net) => EDGES.iter().filter(|edge| net > **edge).count() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::lexicon::Source;

    fn read(text: &str) -> Features {
        let source = Source { file: "test", text: "不\tnot\n好\t2\n", origin: Origin::Own };
        let lexicon = Lexicon::read(&[source], Group::Zh).expect("a good lexicon");
        Features::read(&reading(&Text::read(text), Group::Zh), &lexicon, Group::Zh.spec())
    }

    #[test]
    fn the_same_text_gives_the_same_features_and_both_scripts_agree() {
        let keys = |text: &str| read(text).list.iter().map(|feature| feature.key).collect::<Vec<_>>();
        assert_eq!(keys("客服態度不好"), keys("客服态度不好"));
        assert_eq!(keys("網路不好，影片一直當機，看著火大"), keys("网络不好，视频一直死机，看着火大"));
        assert_ne!(keys("好"), keys("不好"));
    }

    #[test]
    fn characters_come_in_runs_of_one_to_four() {
        let features = read("客服好爛");
        let runs = features.list.iter().filter(|feature| feature.family == Family::Characters).count();
        assert_eq!(runs, 4 + 3 + 2 + 1);
        assert!(features.list.iter().all(|feature| feature.key != 0));
    }

    #[test]
    fn words_of_the_dictionary_come_alone_and_in_pairs_within_a_clause() {
        let features = read("客服態度差，不回");
        let cut = features.list.iter().filter(|feature| feature.family == Family::Segments).count();
        assert_eq!(cut, 3 + 2 + 2 + 1, "客服 态度 差 and 不 回 with their neighbours");
    }

    #[test]
    fn words_of_letters_come_alone_and_in_pairs() {
        let words = |text: &str| read(text).list.iter().filter(|f| f.family == Family::Words).count();
        assert_eq!(words("app keeps crashing"), 5);
        assert_eq!(words("用app就crash"), 2, "no pair across Chinese");
    }
}
