//! Words that are said much more than in the former period.

use std::collections::BTreeMap;

use super::figures::Item;
use super::stop_words::is_stop_word;
use crate::domain::{MentionId, Spread};
use crate::text::{Text, WordKind};

/// A word that rose.
#[derive(Clone, Debug, PartialEq)]
pub struct RisingWord {
    /// As it was written most often.
    pub word: String,
    /// Originals of this period that hold it.
    pub now: i64,
    /// Originals of the former period that hold it.
    pub before: i64,
    /// Dunning's G²: how little chance explains the rise (10.8 is one in a thousand).
    pub score: f64,
    /// The originals of this period that hold it.
    pub evidence: Vec<MentionId>,
}

/// A word must stand in so many originals.
const FEWEST: i64 = 4;
/// And be so unlikely to have risen by chance: p < 0.001.
const SCORE: f64 = 10.83;
/// The list's length.
const MOST: usize = 10;

struct Found {
    shown: BTreeMap<String, i64>,
    evidence: Vec<MentionId>,
}

/// The words of originals that rose, most telling first. Counted once an original, so that one loud text counts once.
///
/// T. Dunning, "Accurate Methods for the Statistics of Surprise and Coincidence", Computational Linguistics 19(1), 1993.
pub(super) fn rising(items: &[Item], former: &[Item]) -> Vec<RisingWord> {
    let (now, originals) = words(items);
    let (before, former_originals) = words(former);
    let mut risen: Vec<RisingWord> = now
        .into_iter()
        .filter_map(|(key, found)| {
            let count = found.evidence.len() as i64;
            let count_before = before.get(&key).map_or(0, |found| found.evidence.len() as i64);
            let score = surprise(count, originals, count_before, former_originals);
            let word = found
                .shown
                .iter()
                .max_by_key(|(shown, times)| (**times, std::cmp::Reverse((*shown).clone())))?
                .0
                .clone();
            let rose = count >= FEWEST
                && score >= SCORE
                && count as f64 * former_originals.max(1) as f64 > count_before as f64 * originals as f64;
            rose.then_some(RisingWord { word, now: count, before: count_before, score, evidence: found.evidence })
        })
        .collect();
    risen.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.word.cmp(&b.word)));
    risen.truncate(MOST);
    risen
}

/// For each folded word, the originals that hold it; and how many originals there are.
fn words(items: &[Item]) -> (BTreeMap<String, Found>, i64) {
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let mut originals = 0;
    for item in items.iter().filter(|item| item.spread == Spread::Original && !item.text.is_empty()) {
        originals += 1;
        for (folded, shown) in telling_words(&item.text) {
            let entry = found.entry(folded).or_insert_with(|| Found { shown: BTreeMap::new(), evidence: Vec::new() });
            *entry.shown.entry(shown).or_insert(0) += 1;
            entry.evidence.push(item.id.clone());
        }
    }
    (found, originals)
}

/// The words of a text that can tell what it is about, folded, each as it is written where it stands first.
pub(super) fn telling_words(original: &str) -> BTreeMap<String, String> {
    let text = Text::read(original);
    let mut words = BTreeMap::new();
    for word in text.words().iter().filter(|word| matches!(word.kind, WordKind::Word | WordKind::Tag)) {
        let folded = text.surface(word);
        if is_telling(folded) {
            let shown = || original.get(word.original.clone()).unwrap_or_default().to_owned();
            words.entry(folded.to_owned()).or_insert_with(shown);
        }
    }
    words
}

/// Two characters at least (three in Latin), and no stop word.
fn is_telling(word: &str) -> bool {
    let fewest = if word.is_ascii() { 3 } else { 2 };
    word.chars().count() >= fewest && word.chars().any(char::is_alphabetic) && !is_stop_word(word)
}

/// Dunning's G² for `a` of `n` against `b` of `m`.
pub(super) fn surprise(a: i64, n: i64, b: i64, m: i64) -> f64 {
    let (a, n, b, m) = (a as f64, n as f64, b as f64, m.max(1) as f64);
    let share = (a + b) / (n + m);
    let part = |seen: f64, expected: f64| if seen > 0.0 { seen * (seen / expected).ln() } else { 0.0 };
    2.0 * (part(a, n * share) + part(b, m * share) + part(n - a, n * (1.0 - share)) + part(m - b, m * (1.0 - share)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Sentiment;
    use crate::report::figures::tests::item;

    #[test]
    fn a_new_complaint_rises_and_the_everyday_word_does_not() {
        let texts = |from: usize, mould: bool| -> Vec<Item> {
            (from..from + 40)
                .map(|n| {
                    item(n, Sentiment::Negative, if mould && n % 2 == 0 { "拿鐵 發霉 拉肚子" } else { "今天 拿鐵" })
                })
                .collect()
        };
        let risen = rising(&texts(0, true), &texts(100, false));
        assert!(risen.iter().any(|word| word.word.contains("發霉")), "{risen:?}");
        assert!(risen.iter().all(|word| word.word != "拿鐵"));
        assert_eq!(risen[0].evidence.len(), 20);
    }

    #[test]
    fn surprise_is_nothing_when_the_shares_are_equal() {
        assert!(surprise(10, 100, 20, 200).abs() < 1e-9);
        assert!(surprise(30, 100, 20, 200) > SCORE);
    }
}
