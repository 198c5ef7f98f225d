//! When something is due again: a pace or a cron schedule.

use std::str::FromStr;

use chrono::Duration;
use chrono_tz::Tz;

use crate::domain::Timestamp;
use crate::domain::time::timestamp;

/// A pace (`every 2m`) or a cron schedule (seven fields, seconds first) in a time zone.
#[derive(Clone, Debug)]
pub enum Pace {
    /// So long after the last round began.
    Every(Duration),
    /// At these moments of this zone's clock.
    Cron(Box<cron::Schedule>, Tz),
}

impl Pace {
    /// Reads a duration such as `90s`, `5m`, `2h`, `1d`; `None` for anything else and for zero.
    pub fn duration(text: &str) -> Option<Duration> {
        let text = text.trim();
        let unit = text.chars().last()?;
        let number: i64 = text.strip_suffix(unit)?.trim().parse().ok()?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return None,
        };
        let duration = Duration::try_seconds(number.checked_mul(seconds)?)?;
        (number > 0 && duration <= Duration::days(3650)).then_some(duration)
    }

    /// Reads a cron expression; five fields (the common form) get a leading second 0.
    /// Weekdays are numbered as in crontab: 0 and 7 are Sunday, 1 is Monday.
    pub fn cron(text: &str, zone: Tz) -> Result<Self, String> {
        let mut fields: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        match fields.len() {
            5 => fields.insert(0, "0".to_owned()),
            6 | 7 => {}
            1 if text.trim_start().starts_with('@') => {}
            count => return Err(format!("it has {count} fields")),
        }
        if let Some(weekday) = fields.get_mut(5) {
            *weekday = name_weekdays(weekday);
        }
        let schedule = cron::Schedule::from_str(&fields.join(" ")).map_err(|error| last_line(&error.to_string()))?;
        if schedule.after(&timestamp(0)).next().is_none() {
            return Err("no such day ever comes".to_owned());
        }
        Ok(Self::Cron(Box::new(schedule), zone))
    }

    /// The next moment after `last`; `None` when a cron schedule has none left.
    pub fn next_after(&self, last: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Every(duration) => last.checked_add_signed(*duration),
            Self::Cron(schedule, zone) => {
                schedule.after(&last.with_timezone(zone)).next().map(|at| at.with_timezone(&chrono::Utc))
            }
        }
    }
}

/// Weekday numbers as names: the `cron` crate counts from 1 for Sunday, people and crontab from 1 for Monday.
fn name_weekdays(field: &str) -> String {
    const NAMES: [&str; 8] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let number = |text: &str| text.parse::<usize>().ok().filter(|n| *n < NAMES.len());
    let one = |part: &str| -> String {
        let (days, step) = part.split_once('/').map_or((part, None), |(days, step)| (days, Some(step)));
        let ends = match days.split_once('-') {
            Some((from, to)) => number(from).zip(number(to)),
            None => number(days).map(|day| (day, day)),
        };
        let step = match step {
            Some(step) => step.parse().ok().filter(|n| *n > 0),
            None => Some(1),
        };
        match (ends, step) {
            (Some((from, to)), Some(step)) if from <= to => {
                let named: Vec<&str> = (from..=to).step_by(step).map(|day| NAMES[day]).collect();
                named.join(",")
            }
            _ => part.to_owned(),
        }
    };
    field.split(',').map(one).collect::<Vec<_>>().join(",")
}

/// What is wrong; the lines before it point into the expression as it was given on.
fn last_line(error: &str) -> String {
    error.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_and_are_not_zero() {
        assert_eq!(Pace::duration("90s"), Some(Duration::seconds(90)));
        assert_eq!(Pace::duration("2 h"), Some(Duration::hours(2)));
        for wrong in ["", "5", "0m", "-1m", "5x", "999999999999999999d", "分"] {
            assert_eq!(Pace::duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_cron_schedule_follows_its_zone() {
        let pace = Pace::cron("0 9 * * Mon", chrono_tz::Asia::Taipei).expect("valid");
        let next = pace.next_after(timestamp(0)).expect("some");
        assert_eq!(next.to_rfc3339(), "1970-01-05T01:00:00+00:00");
    }

    #[test]
    fn weekdays_are_numbered_as_in_crontab() {
        let first = |text: &str| {
            let pace = Pace::cron(text, chrono_tz::UTC).expect("valid");
            pace.next_after(timestamp(0)).expect("some").format("%a").to_string()
        };
        // The first of January 1970 was a Thursday.
        assert_eq!(first("0 9 * * 1"), "Mon");
        assert_eq!(first("0 9 * * 0"), "Sun");
        assert_eq!(first("0 9 * * 7"), "Sun");
        assert_eq!(first("0 9 * * 6-7"), "Sat");
        assert_eq!(first("0 9 * * 2,3"), "Tue");
        assert_eq!(first("0 9 * * Fri"), "Fri");
        assert_eq!(first("0 0 9 * * 1"), "Mon");
    }

    #[test]
    fn a_schedule_that_never_comes_is_refused() {
        assert_eq!(Pace::cron("0 9 30 2 *", chrono_tz::UTC).err().as_deref(), Some("no such day ever comes"));
        assert_eq!(Pace::cron("0 9", chrono_tz::UTC).err().as_deref(), Some("it has 2 fields"));
        assert!(Pace::cron("@daily", chrono_tz::UTC).is_ok());
        assert!(Pace::cron("0 9 * * 9", chrono_tz::UTC).is_err());
        let told = Pace::cron("99 9 * * Mon", chrono_tz::UTC).expect_err("no such minute");
        assert!(told.contains("99") && !told.contains('\n'), "{told}");
    }
}
