//! How many false alarms a topic's people are ready to bear.
//!
//! In: words such as `one a month`. Out: the tail below which one decision may alarm.
//! Never: a multiple of sigma.

use serde::{Deserialize, Serialize};

/// Buckets of five minutes in a month of thirty days.
const DECISIONS_A_MONTH: f64 = 8_640.0;

/// A stated false-alarm rate of one topic.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sensitivity {
    per_month: f64,
}

impl Default for Sensitivity {
    /// One false alarm a month.
    fn default() -> Self {
        Self { per_month: 1.0 }
    }
}

impl Sensitivity {
    /// So many false alarms in thirty days. Returns `None` unless it is between one in ten years and three a day.
    pub fn per_month(rate: f64) -> Option<Self> {
        (1.0 / 122.0..=90.0).contains(&rate).then_some(Self { per_month: rate })
    }

    /// Reads `one a month`, `two a week`, `1 a quarter`, with or without `false alarm(s)`.
    pub fn parse(words: &str) -> Option<Self> {
        const NUMBERS: [&str; 10] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
        let words = words.to_lowercase();
        let mut words = words.split_whitespace().filter(|word| !["false", "alarm", "alarms"].contains(word));
        let (number, article, span) = (words.next()?, words.next()?, words.next()?);
        if words.next().is_some() || !["a", "per", "each"].contains(&article) {
            return None;
        }
        let number = match NUMBERS.iter().position(|word| *word == number) {
            Some(place) => place as f64 + 1.0,
            None => number.parse().ok()?,
        };
        let spans_a_month = match span {
            "day" => 30.0,
            "week" => 30.0 / 7.0,
            "month" => 1.0,
            "quarter" => 1.0 / 3.0,
            "year" => 1.0 / 12.0,
            _ => return None,
        };
        Self::per_month(number * spans_a_month)
    }

    /// False alarms in thirty days.
    pub fn a_month(self) -> f64 {
        self.per_month
    }

    /// The tail below which one decision may alarm, when it has this share of the false alarms of its bucket (shares
    /// that sum to 1.0: the rate then holds however the windows overlap).
    pub fn per_decision(self, share: f64) -> f64 {
        self.per_month / DECISIONS_A_MONTH * share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_from_words() {
        let rate = |words: &str| Sensitivity::parse(words).map(Sensitivity::a_month);
        assert_eq!(rate("one false alarm a month"), Some(1.0));
        assert_eq!(rate("One a month"), Some(1.0));
        assert_eq!(rate("2 a quarter"), Some(2.0 / 3.0));
        assert_eq!(rate("three false alarms per week"), Some(3.0 * 30.0 / 7.0));
        for wrong in
            ["", "often", "one", "one a moon", "3 sigma", "-1 a day", "1000 a day", "one a month please", "NaN a day"]
        {
            assert_eq!(rate(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_rate_is_shared_by_all_decisions_of_a_month() {
        let tail = Sensitivity::default().per_decision(0.25);
        assert!((tail * 8_640.0 * 4.0 - 1.0).abs() < 1e-12);
    }
}
