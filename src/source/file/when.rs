//! Times as people and their spreadsheets write them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use crate::domain::Timestamp;
use crate::domain::time::timestamp;

const TIMES: [&str; 10] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %I:%M:%S %p",
    "%Y-%m-%d %I:%M %p",
    "%Y-%m-%d %p %I:%M:%S",
    "%Y-%m-%d %p %I:%M",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y %H:%M",
    "%b %d, %Y %I:%M:%S %p",
    "%b %d, %Y %I:%M %p",
];

/// Nothing that is imported is older: an earlier year is a spreadsheet's blank, or a two-digit year.
const FIRST_YEAR: i32 = 1980;

/// The instant that a text states: with an offset, in the zone given, or as seconds or milliseconds since 1970. A day without a time is
/// its first instant. `None` for what is no time, and before 1980.
pub(super) fn read(text: &str, zone: Tz) -> Option<Timestamp> {
    stated(text, zone).filter(|at| at.year() >= FIRST_YEAR)
}

fn stated(text: &str, zone: Tz) -> Option<Timestamp> {
    let text = text.trim();
    let with_offset = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f %z"))
        .or_else(|_| DateTime::parse_from_rfc2822(text));
    if let Ok(at) = with_offset {
        return Some(at.with_timezone(&Utc));
    }
    if let Some(zoneless) = text.strip_suffix(" UTC").or_else(|| text.strip_suffix('Z')) {
        return local(zoneless, Tz::UTC);
    }
    if text.chars().all(|c| c.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        return match text.len() {
            9 | 10 => Some(timestamp(number * 1000)),
            12 | 13 => Some(timestamp(number)),
            _ => None,
        };
    }
    local(text, zone)
}

fn local(text: &str, zone: Tz) -> Option<Timestamp> {
    let plain = plain(text);
    let time = TIMES.iter().find_map(|form| NaiveDateTime::parse_from_str(&plain, form).ok());
    let day = || NaiveDate::parse_from_str(&plain, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    let time = time.or_else(day)?;
    // An hour that a clock change repeats is taken the first time; one that it leaves out is none.
    zone.from_local_datetime(&time).earliest().map(|at| at.with_timezone(&Utc))
}

/// `2026年10月6日 下午3:05`, `2026/10/6 下午 03:05`, `2026-10-06T15:05` in one form.
fn plain(text: &str) -> String {
    let mut plain = text.replace("年", "-").replace("月", "-").replace('日', " ").replace(['/', '.'], "-");
    // A fraction of a second keeps its point.
    if let Some((whole, fraction)) = text.rsplit_once('.').filter(|(whole, _)| whole.contains(':')) {
        plain = format!("{}.{fraction}", self::plain(whole));
    }
    for (word, short) in [("上午", " AM "), ("下午", " PM "), ("午前", " AM "), ("午後", " PM ")] {
        plain = plain.replace(word, short);
    }
    let mut chars: Vec<char> = plain.chars().collect();
    for place in 1..chars.len().saturating_sub(1) {
        let between = chars[place - 1].is_ascii_digit() && chars[place + 1].is_ascii_digit();
        if chars[place] == 'T' && between {
            chars[place] = ' ';
        }
    }
    chars.into_iter().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let at = "2026-10-06T07:05:00+00:00";
        for text in [
            "2026-10-06T15:05:00+08:00",
            "2026-10-06T07:05:00Z",
            "2026-10-06 07:05:00 UTC",
            "2026-10-06 15:05",
            "2026-10-06T15:05",
            "2026/10/6 15:05",
            "2026/10/6 下午 03:05:00",
            "2026年10月6日 下午3:05",
            "2026-10-06 3:05 PM",
            "6 Oct 2026 15:05",
            "Tue, 06 Oct 2026 15:05:00 +0800",
            "2026-10-06 15:05:00.000",
            "1791270300",
            "1791270300000",
        ] {
            let read = read(text, chrono_tz::Asia::Taipei).map(|at| at.to_rfc3339());
            assert_eq!(read.as_deref(), Some(at), "{text}");
        }
        let day = read("2026/10/06", chrono_tz::Asia::Taipei).map(|at| at.to_rfc3339());
        assert_eq!(day.as_deref(), Some("2026-10-05T16:00:00+00:00"));
    }

    #[test]
    fn what_is_no_time_is_not_guessed() {
        for text in
            ["", "yesterday", "10/06", "2026-13-01", "2026-10-06 25:00", "12345", "3:05 PM", "0001-01-01", "000000000"]
        {
            assert_eq!(read(text, chrono_tz::Asia::Taipei), None, "{text}");
        }
        let left_out = read("2026-03-29 02:30", chrono_tz::Europe::Berlin);
        assert_eq!(left_out, None);
    }
}
