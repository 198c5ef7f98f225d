//! When something is due again: a pace or a cron schedule.

use std::str::FromStr;

use chrono::Duration;
use chrono_tz::Tz;

use crate::domain::Timestamp;

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
    pub fn cron(text: &str, zone: Tz) -> Result<Self, String> {
        let fields = text.split_whitespace().count();
        let whole = if fields == 5 { format!("0 {text}") } else { text.to_owned() };
        let schedule = cron::Schedule::from_str(&whole).map_err(|error| error.to_string())?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::timestamp;

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
}
