//! How long a source that failed is left alone.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::net::{Error, Retry};
use crate::store::SourceState;

/// The first back-off's upper bound; it doubles with each failure.
const FIRST: Duration = Duration::from_secs(15);
/// The longest back-off.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// How long a refused source is left alone. A missing place may come back, so it is asked sooner at first.
const RARELY: Duration = Duration::from_secs(6 * 3600);
const MISSING: [Duration; 2] = [Duration::from_secs(15 * 60), Duration::from_secs(3600)];

/// Chance, from a seed: the same seed gives the same waits.
pub(super) struct Jitter(StdRng);

impl Jitter {
    pub(super) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// A wait between nothing and the bound of so many failures in a row (full jitter), at least a second.
    fn wait(&mut self, failures: i64) -> Duration {
        let doubled = u32::try_from(failures.clamp(1, 20) - 1).unwrap_or(0);
        let bound = FIRST.saturating_mul(2_u32.saturating_pow(doubled)).min(LONGEST);
        Duration::from_millis(self.0.random_range(1_000..=millis(bound)))
    }

    /// A little more than what a platform asked for, so that not all come back in the same second.
    fn beyond(&mut self, asked: Duration) -> Duration {
        asked + Duration::from_millis(self.0.random_range(0..=(millis(asked) / 20).min(30_000)))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The state that an error leaves a source in, and how long it is left alone; `failures` counts this one.
pub(super) fn after(error: &Error, failures: i64, jitter: &mut Jitter) -> (SourceState, Duration) {
    match (error.retry(), error) {
        (Retry::After(asked), _) => (SourceState::Waiting, jitter.beyond(asked)),
        (Retry::Soon, Error::RateLimited { .. }) => (SourceState::Waiting, jitter.wait(failures)),
        (Retry::Soon, _) => (SourceState::Failing, jitter.wait(failures)),
        (Retry::Never, Error::Missing { .. }) => {
            let step = usize::try_from(failures - 1).unwrap_or(0);
            (SourceState::Refused, MISSING.get(step).copied().unwrap_or(RARELY))
        }
        (Retry::Never, _) => (SourceState::Refused, RARELY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_back_off_grows_to_a_quarter_of_an_hour_and_the_same_seed_repeats_it() {
        let (mut one, mut other) = (Jitter::new(7), Jitter::new(7));
        for failures in 1..200 {
            let wait = one.wait(failures);
            assert_eq!(wait, other.wait(failures));
            assert!(wait >= Duration::from_secs(1) && wait <= LONGEST);
            assert!(failures > 3 || wait <= FIRST * 8);
        }
        let longest = (0..500).map(|_| one.wait(30)).max();
        assert!(longest > Some(LONGEST * 9 / 10));
    }

    #[test]
    fn what_a_platform_asks_is_obeyed_and_a_refusal_is_rarely_questioned() {
        let mut jitter = Jitter::new(1);
        let asked = Error::RateLimited { retry_after: Some(Duration::from_secs(600)) };
        let (state, wait) = after(&asked, 1, &mut jitter);
        assert_eq!(state, SourceState::Waiting);
        assert!((600..=630).contains(&wait.as_secs()));
        let refused = after(&Error::Unauthorized { status: 401 }, 1, &mut jitter);
        assert_eq!(refused, (SourceState::Refused, RARELY));
        let waits: Vec<u64> =
            (1..5).map(|failures| after(&Error::Missing { status: 404 }, failures, &mut jitter).1.as_secs()).collect();
        assert_eq!(waits, [900, 3600, 21_600, 21_600]);
    }
}
