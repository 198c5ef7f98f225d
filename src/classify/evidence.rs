//! The words that moved the answer, as spans of the original text.
//!
//! In: what each feature said. Out: at most five spans, strongest first. Never: cuts a word or a character.

use std::ops::Range;

use super::feature::Features;
use crate::domain::{Evidence, Sentiment};
use crate::text::{Text, Word};

/// Most spans that are told for a sentiment.
const MOST: usize = 5;
/// Most spans that are told for a theme.
const MOST_FOR_A_THEME: usize = 3;
/// A word that moved the answer by less than this is not worth telling.
const LEAST: f64 = 0.04;

/// What a text's features said of the way it leans.
pub(super) struct Said<'a> {
    pub(super) features: &'a Features,
    /// Whole-number weights, in the order of the features.
    pub(super) ways: &'a [i16],
    /// What one step of the weights is worth.
    pub(super) step: f64,
}

/// Spans that spoke for negative (below 0) or positive; of the answer's side only, of both for neutral and unsure.
pub(super) fn of_sentiment(text: &Text, said: &Said<'_>, answer: Sentiment) -> Vec<Evidence> {
    let mut moved = Moved::of(text.words());
    let scales = said.features.scales();
    for (feature, way) in said.features.list.iter().zip(said.ways) {
        if *way != 0 && feature.end > feature.start {
            let weight = f64::from(*way) * scales[feature.family as usize] * said.step;
            if weight != 0.0 {
                moved.spread(feature.start as usize..feature.end as usize, weight);
            }
        }
    }
    let side = match answer {
        Sentiment::Negative => -1.0,
        Sentiment::Positive => 1.0,
        Sentiment::Neutral | Sentiment::Unsure => 0.0,
    };
    let mut spans = moved.merge(side);
    spans.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.start.cmp(&b.0.start)));
    spans.truncate(MOST);
    spans.into_iter().map(|(place, weight)| told(text, place, weight, "sentiment")).collect()
}

/// Spans that spoke for a theme, strongest first.
pub(super) fn of_theme(text: &Text, told_by: impl Iterator<Item = (Range<usize>, f64)>, of: &str) -> Vec<Evidence> {
    let mut moved = Moved::of(text.words());
    told_by.for_each(|(place, weight)| moved.spread(place, weight));
    let mut spans = moved.merge(1.0);
    spans.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.start.cmp(&b.0.start)));
    spans.truncate(MOST_FOR_A_THEME);
    spans.into_iter().map(|(place, weight)| told(text, place, weight, of)).collect()
}

/// A span of the folded text as evidence in the original.
pub(super) fn told(text: &Text, place: Range<usize>, weight: f64, of: &str) -> Evidence {
    let span = text.span(place);
    Evidence { start: span.start, end: span.end, of: of.to_owned(), weight: (weight * 1000.0).round() as f32 / 1000.0 }
}

/// How much each word of a text moved the answer.
struct Moved<'a> {
    /// In order, none overlapping.
    words: &'a [Word],
    by: Vec<f64>,
    /// The word that the last feature began in: the next one begins near it.
    near: usize,
}

impl<'a> Moved<'a> {
    fn of(words: &'a [Word]) -> Self {
        Self { words, by: vec![0.0; words.len()], near: 0 }
    }

    /// The first word that ends after a place.
    fn first_after(&mut self, start: usize) -> usize {
        let ends_after = |word: Option<&Word>| word.is_some_and(|word| word.folded.end > start);
        while self.near > 0 && ends_after(self.words.get(self.near - 1)) {
            self.near -= 1;
        }
        while self.near < self.words.len() && !ends_after(self.words.get(self.near)) {
            self.near += 1;
        }
        self.near
    }

    /// Shares a feature's weight among the words it lies on, by the bytes of each.
    fn spread(&mut self, feature: Range<usize>, weight: f64) {
        let first = self.first_after(feature.start);
        let length = (feature.end - feature.start) as f64;
        for (word, moved) in self.words.iter().zip(&mut self.by).skip(first) {
            let place = &word.folded;
            if place.start >= feature.end {
                break;
            }
            let shared = place.end.min(feature.end).saturating_sub(place.start.max(feature.start));
            *moved += weight * shared as f64 / length;
        }
    }

    /// Joins neighbouring words that moved the answer to the same side; side 0 takes both.
    fn merge(&self, side: f64) -> Vec<(Range<usize>, f64)> {
        let strongest = self.by.iter().fold(0.0f64, |most, one| most.max(one.abs()));
        let least = LEAST.max(strongest * 0.2);
        let mut spans: Vec<(Range<usize>, f64)> = Vec::new();
        let mut last_taken = usize::MAX;
        for (index, (word, weight)) in self.words.iter().zip(&self.by).enumerate() {
            if weight.abs() < least || weight * side < 0.0 {
                continue;
            }
            match spans.last_mut() {
                Some((span, sum)) if last_taken.wrapping_add(1) == index && *sum * weight > 0.0 => {
                    span.end = word.folded.end;
                    *sum += weight;
                }
                _ => spans.push((word.folded.clone(), *weight)),
            }
            last_taken = index;
        }
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::WordKind;

    fn words(places: &[Range<usize>]) -> Vec<Word> {
        let word = |place: &Range<usize>| Word { folded: place.clone(), original: place.clone(), kind: WordKind::Word };
        places.iter().map(word).collect()
    }

    #[test]
    fn neighbours_of_one_side_become_one_span() {
        let words = words(&[0..3, 3..6, 6..9, 9..12]);
        let merge = |by: [f64; 4], side: f64| Moved { words: &words, by: by.to_vec(), near: 0 }.merge(side);
        assert_eq!(merge([-0.5, -0.4, 0.3, -0.6], -1.0), [(0..6, -0.9), (9..12, -0.6)]);
        assert_eq!(merge([-0.5, 0.0, 0.3, 0.001], 0.0).len(), 2);
    }

    #[test]
    fn a_features_weight_is_shared_by_the_words_it_lies_on() {
        let words = words(&[0..2, 2..4, 4..6, 8..9]);
        let mut moved = Moved::of(&words);
        moved.spread(1..5, 4.0);
        assert_eq!(moved.by, [1.0, 2.0, 1.0, 0.0]);
        moved.spread(6..9, 3.0);
        moved.spread(0..1, 1.0);
        assert_eq!(moved.by, [2.0, 2.0, 1.0, 1.0], "later and earlier places are found too");
    }
}
