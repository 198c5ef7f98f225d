//! How much a host lets us ask: what its headers say, kept per host and credential.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use tokio::time::Instant;

/// The longest wait we believe: a day.
const LONGEST: Duration = Duration::from_secs(86_400);
/// The wait when a host says that nothing is left, but not until when.
const UNSTATED: Duration = Duration::from_secs(60);
/// A `Reset` below this is a number of seconds; above it, an instant in seconds since 1970.
const LARGEST_SPAN: i64 = 10_000_000;

/// Until when each host and credential asked us to stay away.
#[derive(Debug, Default)]
pub(super) struct Budgets(HashMap<String, Instant>);

impl Budgets {
    /// How long this host is still closed to us.
    pub(super) fn closed_for(&mut self, key: &str, now: Instant) -> Option<Duration> {
        let until = *self.0.get(key)?;
        if until > now {
            return Some(until - now);
        }
        self.0.remove(key);
        None
    }

    /// Keeps the host closed for so long.
    pub(super) fn close(&mut self, key: &str, now: Instant, wait: Duration) {
        self.0.insert(key.to_owned(), now + wait);
    }
}

/// How long the host wants us to wait: `Retry-After`, else what is left until its limit is reset when nothing is left.
pub(super) fn wait_asked(headers: &HeaderMap) -> Option<Duration> {
    let sent = text(headers, DATE.as_str()).and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    let sent = sent.map(|date| date.with_timezone(&Utc));
    if let Some(wait) = text(headers, RETRY_AFTER.as_str()).and_then(|value| span(value, sent)) {
        return Some(wait);
    }
    for prefix in ["x-ratelimit", "x-rate-limit", "ratelimit"] {
        // Some hosts count in fractions; less than one call left is none.
        let left = text(headers, &format!("{prefix}-remaining")).and_then(|left| left.trim().parse::<f64>().ok());
        if left.is_some_and(|left| left < 1.0) {
            let reset = text(headers, &format!("{prefix}-reset")).and_then(|value| span(value, sent));
            return Some(reset.unwrap_or(UNSTATED));
        }
    }
    None
}

/// How long until what a header states: seconds, seconds since 1970, an ISO instant or an HTTP date.
/// Instants are counted from the host's own `Date`, so that a wrong clock on either side does no harm.
fn span(value: &str, sent: Option<DateTime<Utc>>) -> Option<Duration> {
    let value = value.trim();
    let until = |at: DateTime<Utc>| sent.map_or(UNSTATED, |sent| (at - sent).to_std().unwrap_or_default());
    let wait = if let Ok(number) = value.parse::<f64>() {
        let seconds = number.ceil() as i64;
        if seconds < LARGEST_SPAN {
            Duration::from_secs(u64::try_from(seconds).ok()?)
        } else {
            until(DateTime::from_timestamp(seconds, 0)?)
        }
    } else {
        let at = DateTime::parse_from_rfc3339(value).or_else(|_| DateTime::parse_from_rfc2822(value)).ok()?;
        until(at.with_timezone(&Utc))
    };
    Some(wait.min(LONGEST))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn wait(headers: &[(&'static str, &'static str)]) -> Option<u64> {
        let map: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        wait_asked(&map).map(|wait| wait.as_secs())
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(wait(&[("retry-after", "120")]), Some(120));
        let sent = ("date", "Tue, 06 Oct 2026 08:00:00 GMT");
        assert_eq!(wait(&[sent, ("retry-after", "Tue, 06 Oct 2026 08:05:00 GMT")]), Some(300));
        assert_eq!(wait(&[sent, ("retry-after", "Tue, 06 Oct 2026 07:00:00 GMT")]), Some(0));
        assert_eq!(wait(&[("retry-after", "99999999")]), Some(60), "an instant, and no date to count it from");
        assert_eq!(wait(&[("retry-after", "9999999")]), Some(86_400));
        assert_eq!(wait(&[("retry-after", "soon")]), None);
    }

    #[test]
    fn an_empty_budget_waits_for_its_reset_and_a_full_one_does_not() {
        let sent = ("date", "Tue, 06 Oct 2026 08:00:00 GMT");
        let none = ("x-ratelimit-remaining", "0");
        assert_eq!(wait(&[sent, none, ("x-ratelimit-reset", "2026-10-06T08:05:00.123Z")]), Some(300));
        assert_eq!(wait(&[sent, none, ("x-ratelimit-reset", "1791273660")]), Some(60));
        assert_eq!(wait(&[sent, none, ("x-ratelimit-reset", "42")]), Some(42));
        assert_eq!(wait(&[sent, none]), Some(60));
        assert_eq!(wait(&[sent, ("x-ratelimit-remaining", "3"), ("x-ratelimit-reset", "42")]), None);
        assert_eq!(wait(&[("ratelimit-remaining", "0.0"), ("ratelimit-reset", "7")]), Some(7));
    }

    #[test]
    fn a_closed_host_opens_again_by_itself() {
        let (mut budgets, now) = (Budgets::default(), Instant::now());
        budgets.close("a", now, Duration::from_secs(5));
        assert_eq!(budgets.closed_for("a", now), Some(Duration::from_secs(5)));
        assert_eq!(budgets.closed_for("b", now), None);
        assert_eq!(budgets.closed_for("a", now + Duration::from_secs(5)), None);
    }
}
