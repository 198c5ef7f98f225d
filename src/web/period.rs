//! The stretches of time that a visitor can choose.

use chrono::{Duration, TimeZone};
use chrono_tz::Tz;
use maud::{Markup, html};

use super::show;
use super::visitor::Visitor;
use super::words::{self as w, Texts};
use crate::domain::{Interval, Timestamp};

/// A stretch of time that ends now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Period {
    /// 24 hours.
    #[default]
    Day,
    /// 7 days.
    Week,
    /// 30 days.
    Month,
}

impl Period {
    pub(super) const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The period of a word in an address; a day for any other.
    pub(super) fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|period| period.as_str() == word).unwrap_or_default()
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    pub(super) fn words(self) -> Texts {
        match self {
            Self::Day => w::LAST_24H,
            Self::Week => w::LAST_7D,
            Self::Month => w::LAST_30D,
        }
    }

    fn length(self) -> Duration {
        match self {
            Self::Day => Duration::hours(24),
            Self::Week => Duration::days(7),
            Self::Month => Duration::days(30),
        }
    }

    /// How much time one point of a chart stands for.
    pub(super) fn width_ms(self) -> i64 {
        match self {
            Self::Day => 1_800_000,
            Self::Week => 4 * 3_600_000,
            Self::Month => 24 * 3_600_000,
        }
    }

    /// The period up to `now`; it begins where a point of the chart begins, by the clock of `zone`.
    pub(super) fn window(self, now: Timestamp, zone: Tz) -> Interval {
        let midnight = midnight(now, zone);
        let width = self.width_ms();
        let points = (now - midnight).num_milliseconds().div_euclid(width) + 1;
        let to = midnight + Duration::milliseconds(points * width);
        Interval { from: to - self.length(), to }
    }

    /// As long a stretch just before.
    pub(super) fn before(self, window: Interval) -> Interval {
        Interval { from: window.from - self.length(), to: window.from }
    }
}

/// When the day of `now` began, by the clock of `zone`.
pub(super) fn midnight(now: Timestamp, zone: Tz) -> Timestamp {
    let day = now.with_timezone(&zone).date_naive().and_time(chrono::NaiveTime::MIN);
    // Where clocks jump over midnight, the day begins an hour later.
    let begins = zone.from_local_datetime(&day).earliest();
    let begins = begins.or_else(|| zone.from_local_datetime(&(day + Duration::hours(1))).earliest());
    begins.map_or(now, |begins| begins.to_utc())
}

/// The picker: links, so that it works without a script and can be kept as a bookmark.
pub(super) fn picker(visitor: &Visitor, path: &str, chosen: Period) -> Markup {
    html! {
        nav.tabs aria-label=(visitor.say(w::PERIOD)) {
            @for period in Period::ALL {
                a href=(show::address(path, &[("period", period.as_str())])) aria-current=[(period == chosen).then_some("true")] {
                    (visitor.say(period.words()))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_day_begins_at_midnight_of_the_topics_zone() {
        assert_eq!(midnight(at("2026-11-23T04:15:00Z"), chrono_tz::Asia::Taipei), at("2026-11-22T16:00:00Z"));
        assert_eq!(midnight(at("2026-11-22T15:59:59Z"), chrono_tz::Asia::Taipei), at("2026-11-21T16:00:00Z"));
    }

    #[test]
    fn a_window_holds_the_present_and_begins_where_a_point_begins() {
        let now = at("2026-11-23T04:15:00Z");
        let day = Period::Day.window(now, chrono_tz::Asia::Taipei);
        assert_eq!((day.from, day.to), (at("2026-11-22T04:30:00Z"), at("2026-11-23T04:30:00Z")));
        let month = Period::Month.window(now, chrono_tz::Asia::Taipei);
        assert_eq!(month.to, at("2026-11-23T16:00:00Z"));
        assert_eq!(Period::Month.before(month).to, month.from);
    }

    #[test]
    fn an_unknown_period_is_a_day() {
        assert_eq!(Period::of("7d"), Period::Week);
        assert_eq!(Period::of("<script>"), Period::Day);
    }
}
