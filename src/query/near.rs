//! NEAR: two things within so many units of each other.
//!
//! In: where each side stands. Out: the pairs that are near enough.
//! Never: pairs a place with more than its nearest neighbours, so that a long text costs no more than its places.

use std::ops::Range;

use super::reading::Reading;

/// How near, and whether the left side must come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Near {
    pub(super) within: usize,
    pub(super) ordered: bool,
}

/// A stretch of text that satisfies a side, and the places inside it that do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) whole: Range<usize>,
    pub(super) places: Vec<Range<usize>>,
}

impl Stretch {
    pub(super) fn of(place: Range<usize>) -> Self {
        Self { whole: place.clone(), places: vec![place] }
    }
}

impl Near {
    /// Each stretch of one side with the nearest of the other before and after it, where they are near enough and do not overlap.
    pub(super) fn pairs(self, left: &[Stretch], right: &[Stretch], reading: &Reading<'_>) -> Vec<Stretch> {
        let mut pairs = Vec::new();
        self.following(left, right, reading, &mut pairs);
        if !self.ordered {
            self.following(right, left, reading, &mut pairs);
        }
        pairs.sort_by_key(|pair| (pair.whole.start, pair.whole.end));
        pairs.dedup();
        pairs
    }

    /// Pairs in which `first` comes first.
    fn following(self, first: &[Stretch], then: &[Stretch], reading: &Reading<'_>, pairs: &mut Vec<Stretch>) {
        let mut by_end: Vec<&Stretch> = first.iter().collect();
        by_end.sort_by_key(|stretch| stretch.whole.end);
        let mut by_start: Vec<&Stretch> = then.iter().collect();
        by_start.sort_by_key(|stretch| stretch.whole.start);
        let mut pair = |before: &Stretch, after: &Stretch| {
            if reading.between(before.whole.end, after.whole.start) <= self.within {
                let places = before.places.iter().chain(&after.places).cloned().collect();
                pairs.push(Stretch { whole: before.whole.start..after.whole.end, places });
            }
        };
        for before in &by_end {
            let next = by_start.partition_point(|after| after.whole.start < before.whole.end);
            if let Some(after) = by_start.get(next) {
                pair(before, after);
            }
        }
        for after in &by_start {
            let last = by_end.partition_point(|before| before.whole.end <= after.whole.start);
            if let Some(before) = last.checked_sub(1).and_then(|last| by_end.get(last)) {
                pair(before, after);
            }
        }
    }
}
