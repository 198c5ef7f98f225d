//! The intervals in which a source was truly heard. A gap is not a zero.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// A stretch of time, from its first instant up to, not including, its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
}

impl Interval {
    /// Returns `None` when `to` is before `from`.
    pub fn new(from: Timestamp, to: Timestamp) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }
}

/// Intervals in order, apart from each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage(Vec<Interval>);

impl Coverage {
    /// Merges intervals that touch or overlap, whatever their order.
    pub fn of(mut intervals: Vec<Interval>) -> Self {
        intervals.sort_by_key(|interval| (interval.from, interval.to));
        let mut merged: Vec<Interval> = Vec::with_capacity(intervals.len());
        for interval in intervals {
            match merged.last_mut() {
                Some(last) if interval.from <= last.to => last.to = last.to.max(interval.to),
                _ => merged.push(interval),
            }
        }
        Self(merged)
    }

    /// The intervals, in order.
    pub fn intervals(&self) -> &[Interval] {
        &self.0
    }

    /// What share of `window` was heard, 0.0 to 1.0; an empty window was heard wholly.
    pub fn share(&self, window: Interval) -> f64 {
        let length = (window.to - window.from).num_milliseconds();
        if length == 0 {
            return 1.0;
        }
        let heard: i64 =
            self.0.iter().map(|i| (i.to.min(window.to) - i.from.max(window.from)).num_milliseconds().max(0)).sum();
        heard as f64 / length as f64
    }

    /// The stretches of `window` that were not heard, in order.
    pub fn gaps(&self, window: Interval) -> Vec<Interval> {
        let mut gaps = Vec::new();
        let mut at = window.from;
        for interval in self.0.iter().filter(|i| i.to > window.from && i.from < window.to) {
            if interval.from > at {
                gaps.push(Interval { from: at, to: interval.from });
            }
            at = at.max(interval.to);
        }
        if at < window.to {
            gaps.push(Interval { from: at, to: window.to });
        }
        gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::timestamp;

    fn interval(from: i64, to: i64) -> Interval {
        Interval::new(timestamp(from), timestamp(to)).expect("in order")
    }

    #[test]
    fn touching_intervals_become_one_and_gaps_are_what_is_left() {
        let coverage = Coverage::of(vec![interval(50, 60), interval(0, 10), interval(10, 20)]);
        assert_eq!(coverage.intervals(), &[interval(0, 20), interval(50, 60)]);
        assert_eq!(coverage.gaps(interval(0, 100)), vec![interval(20, 50), interval(60, 100)]);
        assert!((coverage.share(interval(0, 100)) - 0.3).abs() < 1e-9);
    }

    #[test]
    fn what_was_never_heard_is_one_gap() {
        assert_eq!(Coverage::default().gaps(interval(5, 9)), vec![interval(5, 9)]);
        assert!(Coverage::default().share(interval(5, 9)).abs() < 1e-9);
    }
}
