//! When a delivery that failed is tried again, when somebody else is told, and when it is given up.

use chrono::Duration;

use crate::net::Retry;

/// After so many tries that failed (about four minutes) the next receiver is told as well.
pub const TELL_NEXT_AFTER: i64 = 5;
/// After so many tries (about an hour and a half) a delivery is given up.
pub const GIVE_UP_AFTER: i64 = 12;
/// The longest that a channel may make us wait.
const LONGEST: Duration = Duration::hours(6);

/// What follows from a try that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// When to try again; `None` gives up.
    pub again_in: Option<Duration>,
    /// Whether the next receiver is to be told now.
    pub tell_next: bool,
}

/// Judges the `attempts`th try, which failed. `jitter` (0.0 to 1.0) spreads tries, so that many deliveries that failed
/// together do not come back together.
pub fn judge(attempts: i64, retry: Retry, jitter: f64) -> Verdict {
    if retry == Retry::Never || attempts >= GIVE_UP_AFTER {
        return Verdict { again_in: None, tell_next: retry == Retry::Never || attempts < TELL_NEXT_AFTER };
    }
    let wait = backoff(attempts, jitter);
    let again_in = match retry {
        Retry::After(asked) => {
            Duration::from_std(asked).unwrap_or(LONGEST).clamp(Duration::seconds(1), LONGEST) + wait / 10
        }
        Retry::Soon | Retry::Never => wait,
    };
    Verdict { again_in: Some(again_in), tell_next: attempts == TELL_NEXT_AFTER }
}

/// 15 s, 30 s, 1 min … up to 15 min, each between four and six fifths of that.
fn backoff(attempts: i64, jitter: f64) -> Duration {
    let doubled = 15_000i64.saturating_mul(1 << (attempts - 1).clamp(0, 6));
    let base = doubled.min(900_000) as f64;
    Duration::milliseconds((base * (0.8 + 0.4 * jitter.clamp(0.0, 1.0))) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_that_is_down_for_an_hour_is_still_tried() {
        let mut waited = Duration::zero();
        let mut told = 0;
        for attempts in 1..GIVE_UP_AFTER {
            let verdict = judge(attempts, Retry::Soon, 0.0);
            waited += verdict.again_in.expect("again");
            told += i64::from(verdict.tell_next);
        }
        assert!(waited > Duration::minutes(65), "{waited}");
        assert_eq!(told, 1, "the next receiver is told once");
        assert_eq!(judge(GIVE_UP_AFTER, Retry::Soon, 0.5), Verdict { again_in: None, tell_next: false });
    }

    #[test]
    fn a_refusal_is_final_and_the_next_is_told_at_once() {
        assert_eq!(judge(1, Retry::Never, 0.5), Verdict { again_in: None, tell_next: true });
    }

    #[test]
    fn a_channel_that_asks_for_time_gets_at_least_that() {
        let asked =
            |seconds| judge(1, Retry::After(std::time::Duration::from_secs(seconds)), 0.0).again_in.expect("again");
        assert!(asked(120) >= Duration::seconds(120));
        assert!(asked(u64::MAX) <= Duration::hours(7));
    }
}
