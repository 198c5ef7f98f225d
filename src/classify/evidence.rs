//! The words that moved the answer, as spans of the original text.
//!
//! In: what each feature said. Out: at most five spans, strongest first. Never: cuts a word or a character.

use std::ops::Range;

use super::feature::Features;
use super::model::Model;
use crate::domain::{Evidence, Sentiment};
use crate::text::Text;

/// Most spans that are told for a sentiment.
const MOST: usize = 5;
/// Most spans that are told for a theme.
const MOST_FOR_A_THEME: usize = 3;
/// A word that moved the answer by less than this is not worth telling.
const LEAST: f64 = 0.04;

/// Spans that spoke for negative (below 0) or positive; of the answer's side only, of both for neutral and unsure.
pub(super) fn of_sentiment(text: &Text, features: &Features, model: &Model, answer: Sentiment) -> Vec<Evidence> {
    let words = text.words();
    let places: Vec<Range<usize>> = words.iter().map(|word| word.folded.clone()).collect();
    let mut moved = vec![0.0f64; places.len()];
    let scales = features.scales();
    for feature in features.list.iter().filter(|feature| feature.end > feature.start) {
        let weight = model.way_of(feature, scales);
        if weight != 0.0 {
            spread(&places, feature.start as usize..feature.end as usize, weight, &mut moved);
        }
    }
    let side = match answer {
        Sentiment::Negative => -1.0,
        Sentiment::Positive => 1.0,
        Sentiment::Neutral | Sentiment::Unsure => 0.0,
    };
    let mut spans = merge(&places, &moved, side);
    spans.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.start.cmp(&b.0.start)));
    spans.truncate(MOST);
    spans.into_iter().map(|(place, weight)| told(text, place, weight, "sentiment")).collect()
}

/// Spans that spoke for a theme, strongest first.
pub(super) fn of_theme(text: &Text, told_by: Vec<(Range<usize>, f64)>, of: &str) -> Vec<Evidence> {
    let places: Vec<Range<usize>> = text.words().iter().map(|word| word.folded.clone()).collect();
    let mut moved = vec![0.0f64; places.len()];
    told_by.into_iter().for_each(|(place, weight)| spread(&places, place, weight, &mut moved));
    let mut spans = merge(&places, &moved, 1.0);
    spans.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.start.cmp(&b.0.start)));
    spans.truncate(MOST_FOR_A_THEME);
    spans.into_iter().map(|(place, weight)| told(text, place, weight, of)).collect()
}

/// A span of the folded text as evidence in the original.
pub(super) fn told(text: &Text, place: Range<usize>, weight: f64, of: &str) -> Evidence {
    let span = text.span(place);
    Evidence { start: span.start, end: span.end, of: of.to_owned(), weight: (weight * 1000.0).round() as f32 / 1000.0 }
}

/// Shares a feature's weight among the words it lies on, by the bytes of each.
fn spread(places: &[Range<usize>], feature: Range<usize>, weight: f64, moved: &mut [f64]) {
    let first = places.partition_point(|place| place.end <= feature.start);
    let length = (feature.end - feature.start) as f64;
    for (place, moved) in places.iter().zip(moved).skip(first).take_while(|(place, _)| place.start < feature.end) {
        let shared = place.end.min(feature.end).saturating_sub(place.start.max(feature.start));
        *moved += weight * shared as f64 / length;
    }
}

/// Joins neighbouring words that moved the answer to the same side; side 0 takes both.
fn merge(places: &[Range<usize>], moved: &[f64], side: f64) -> Vec<(Range<usize>, f64)> {
    let strongest = moved.iter().fold(0.0f64, |most, one| most.max(one.abs()));
    let least = LEAST.max(strongest * 0.2);
    let mut spans: Vec<(Range<usize>, f64)> = Vec::new();
    let mut last_taken = usize::MAX;
    for (index, (place, weight)) in places.iter().zip(moved).enumerate() {
        if weight.abs() < least || weight * side < 0.0 {
            continue;
        }
        match spans.last_mut() {
            Some((span, sum)) if last_taken.wrapping_add(1) == index && *sum * weight > 0.0 => {
                span.end = place.end;
                *sum += weight;
            }
            _ => spans.push((place.clone(), *weight)),
        }
        last_taken = index;
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_side_become_one_span() {
        let places = [0..3, 3..6, 6..9, 9..12];
        assert_eq!(merge(&places, &[-0.5, -0.4, 0.3, -0.6], -1.0), [(0..6, -0.9), (9..12, -0.6)]);
        assert_eq!(merge(&places, &[-0.5, 0.0, 0.3, 0.001], 0.0).len(), 2);
    }

    #[test]
    fn a_features_weight_is_shared_by_the_words_it_lies_on() {
        let mut moved = [0.0; 3];
        spread(&[0..2, 2..4, 4..6], 1..5, 4.0, &mut moved);
        assert_eq!(moved, [1.0, 2.0, 1.0]);
    }
}
