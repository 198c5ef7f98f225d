//! When a scorer that failed is asked again.

use chrono::TimeDelta;

use crate::domain::Timestamp;
use crate::net::Retry;
use crate::scorer::Error;

/// The wait after a first failure, doubled with each, and its limit.
const FIRST: i64 = 5;
const LONGEST: i64 = 300;
/// The wait where only a person can help.
const REFUSED: TimeDelta = TimeDelta::minutes(10);
/// So many unreadable answers in a row are the scorer's fault, not the texts'.
const STRIKES: u32 = 3;

/// A scorer's failures in a row, and until when it is left alone.
#[derive(Debug, Default)]
pub(super) struct Pause {
    failures: u32,
    strikes: u32,
    until: Option<Timestamp>,
    why: String,
}

impl Pause {
    /// Why it is not asked now; `None` when it may be.
    pub(super) fn why(&self, now: Timestamp) -> Option<String> {
        self.until.filter(|until| *until > now).map(|_| self.why.clone())
    }

    /// It answered.
    pub(super) fn went_well(&mut self) {
        *self = Self::default();
    }

    /// It failed; whether it is left alone for a while.
    pub(super) fn failed(&mut self, error: &Error, now: Timestamp) -> bool {
        self.strikes += 1;
        if error.blames_the_texts() && self.strikes < STRIKES {
            return false;
        }
        self.failures += 1;
        let doubled = FIRST.saturating_mul(1 << self.failures.saturating_sub(1).min(10)).min(LONGEST);
        let wait = match error.retry() {
            Retry::After(wait) => TimeDelta::from_std(wait).unwrap_or(REFUSED),
            Retry::Never => REFUSED,
            Retry::Soon => TimeDelta::seconds(doubled),
        };
        self.until = Some(now + wait);
        self.why = error.to_string();
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::time::timestamp;
    use crate::net;

    fn seconds(n: i64) -> Timestamp {
        timestamp(n * 1_000)
    }

    #[test]
    fn a_scorer_that_does_not_answer_is_left_alone_longer_each_time() {
        let mut pause = Pause::default();
        let silent = || Error::Unanswered(net::Error::TimedOut);
        assert!(pause.failed(&silent(), seconds(0)));
        assert!(pause.why(seconds(4)).is_some() && pause.why(seconds(5)).is_none());
        assert!(pause.failed(&silent(), seconds(5)));
        assert!(pause.why(seconds(14)).is_some() && pause.why(seconds(15)).is_none());
        (0..20).for_each(|_| assert!(pause.failed(&silent(), seconds(15))));
        assert!(pause.why(seconds(15 + LONGEST)).is_none());
        pause.went_well();
        assert_eq!(pause.why(seconds(16)), None);
    }

    #[test]
    fn the_wait_that_it_asks_for_is_kept() {
        let mut pause = Pause::default();
        let asks = net::Error::RateLimited { retry_after: Some(Duration::from_secs(120)) };
        assert!(pause.failed(&Error::Unanswered(asks), seconds(0)));
        assert!(pause.why(seconds(119)).is_some() && pause.why(seconds(120)).is_none());
    }

    #[test]
    fn one_unreadable_answer_does_not_stop_the_others_and_three_do() {
        let mut pause = Pause::default();
        let odd = || Error::Unreadable("sorry".to_owned());
        assert_eq!([0, 1, 2].map(|_| pause.failed(&odd(), seconds(0))), [false, false, true]);
    }
}
