//! Round numbers and round times for the two axes.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, TimeZone, Timelike};
use chrono_tz::Tz;

use crate::domain::{Interval, Locale, Timestamp};

/// Whole numbers at equal steps from 0 to at least `most`; about five of them.
pub(super) fn number_ticks(most: f64) -> Vec<i64> {
    let rough = (most / 5.0).max(1.0);
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|step| *step >= rough && step.fract() == 0.0)
        .unwrap_or(rough.ceil());
    let count = (most / step).ceil().max(1.0) as i64;
    (0..=count).map(|i| i * step as i64).collect()
}

#[derive(Clone, Copy)]
enum Step {
    Minutes(i64),
    Days(i64),
    Months(i32),
}

const STEPS: &[Step] = &[
    Step::Minutes(5),
    Step::Minutes(10),
    Step::Minutes(15),
    Step::Minutes(30),
    Step::Minutes(60),
    Step::Minutes(120),
    Step::Minutes(180),
    Step::Minutes(360),
    Step::Minutes(720),
    Step::Days(1),
    Step::Days(2),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(3),
    Step::Months(12),
];

impl Step {
    fn length(self) -> Duration {
        match self {
            Self::Minutes(minutes) => Duration::minutes(minutes),
            Self::Days(days) => Duration::days(days),
            Self::Months(months) => Duration::days(i64::from(months) * 30),
        }
    }

    /// The first wall-clock moment of this step at or before `at`.
    fn floor(self, at: NaiveDateTime) -> NaiveDateTime {
        let day = at.date();
        match self {
            Self::Minutes(minutes) => {
                let since_midnight = i64::from(at.hour() * 60 + at.minute());
                midnight(day) + Duration::minutes(since_midnight / minutes * minutes)
            }
            // Day 0 of the count is a Monday when weeks are asked for.
            Self::Days(days) => {
                midnight(day - Duration::days((i64::from(day.num_days_from_ce()) - 1).rem_euclid(days)))
            }
            Self::Months(months) => {
                let month = day.month0() as i32 / months * months;
                midnight(NaiveDate::from_ymd_opt(day.year(), month as u32 + 1, 1).unwrap_or(day))
            }
        }
    }

    fn next(self, at: NaiveDateTime) -> NaiveDateTime {
        match self {
            Self::Months(months) => at + chrono::Months::new(months.unsigned_abs()),
            // A day's last step may be shorter than the others, so that midnight is always a tick.
            Self::Minutes(_) => (at + self.length()).min(midnight(at.date() + Duration::days(1))),
            Self::Days(_) => at + self.length(),
        }
    }
}

fn midnight(day: NaiveDate) -> NaiveDateTime {
    day.and_time(chrono::NaiveTime::MIN)
}

/// Round moments of the zone's clock inside the window, at most `most` of them, with their labels.
pub(super) fn time_ticks(window: Interval, zone: Tz, locale: Locale, most: usize) -> Vec<(Timestamp, String)> {
    let length = window.to - window.from;
    let most = most.max(2);
    let fits = |step: &&Step| length.num_seconds() / step.length().num_seconds().max(1) < most as i64;
    let step = STEPS.iter().find(fits).copied().unwrap_or(Step::Months(12));
    let mut at = step.floor(window.from.with_timezone(&zone).naive_local());
    let end = window.to.with_timezone(&zone).naive_local();
    let mut ticks = Vec::new();
    while at <= end && ticks.len() <= 400 {
        // A wall-clock time that a change of the clock skips has no instant and no tick.
        if let Some(local) = zone.from_local_datetime(&at).earliest() {
            let instant = local.to_utc();
            if window.from <= instant && instant <= window.to {
                ticks.push((instant, label(step, local, locale)));
            }
        }
        at = step.next(at);
    }
    ticks
}

fn label(step: Step, at: DateTime<Tz>, locale: Locale) -> String {
    match step {
        Step::Minutes(_) if at.hour() != 0 || at.minute() != 0 => at.format("%H:%M").to_string(),
        Step::Minutes(_) | Step::Days(_) => date(at, locale),
        Step::Months(_) => at.format("%Y-%m").to_string(),
    }
}

/// A day: `11/23`, in English `Nov 23`.
pub(super) fn date(at: DateTime<Tz>, locale: Locale) -> String {
    match locale {
        Locale::En => at.format("%b %-d").to_string(),
        Locale::ZhTw | Locale::ZhCn | Locale::Ja => at.format("%-m/%-d").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::timestamp;

    fn window(from: &str, hours: i64) -> Interval {
        let from = DateTime::parse_from_rfc3339(from).expect("a time").to_utc();
        Interval { from, to: from + Duration::hours(hours) }
    }

    #[test]
    fn numbers_are_round_and_reach_the_top() {
        assert_eq!(number_ticks(0.0), [0, 1]);
        assert_eq!(number_ticks(3.0), [0, 1, 2, 3]);
        assert_eq!(number_ticks(42.0), [0, 10, 20, 30, 40, 50]);
        assert_eq!(number_ticks(97.0), [0, 20, 40, 60, 80, 100]);
    }

    #[test]
    fn a_day_is_cut_at_the_topics_own_midnight() {
        let ticks = time_ticks(window("2026-11-22T06:00:00Z", 24), chrono_tz::Asia::Taipei, Locale::ZhTw, 9);
        let labels: Vec<&str> = ticks.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["15:00", "18:00", "21:00", "11/23", "03:00", "06:00", "09:00", "12:00"]);
    }

    #[test]
    fn the_day_a_clock_is_put_forward_has_its_ticks_once() {
        let ticks = time_ticks(window("2026-03-28T23:00:00Z", 23), chrono_tz::Europe::Berlin, Locale::En, 26);
        assert!(ticks.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(!ticks.iter().any(|(_, label)| label == "02:00"), "that hour does not exist");
    }

    #[test]
    fn weeks_begin_on_monday() {
        let ticks = time_ticks(window("2026-11-04T00:00:00Z", 24 * 21), chrono_tz::UTC, Locale::En, 5);
        assert_eq!(ticks[0].1, "Nov 9");
        assert_eq!(time_ticks(Interval { from: timestamp(0), to: timestamp(0) }, Tz::UTC, Locale::En, 5).len(), 1);
    }
}
