//! How far people agree with the models, week by week: the first sign that a model grows old.
//!
//! In: what people said of the models' answers. Out: a line for each week, label, language and model.
//! Never: takes an answer that nobody spoke of for a right one; counts *unsure* as wrong.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use chrono_tz::Tz;
use serde::Serialize;

use crate::domain::{Aspect, Language, Outcome, Said};

/// One week of one model's answers in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// The Monday on which the week began.
    pub week: NaiveDate,
    /// Of which label.
    pub aspect: Aspect,
    /// In which language.
    pub language: Language,
    /// Which model answered.
    pub model: String,
    /// How often people said the same.
    pub confirmed: u64,
    /// How often they said another thing.
    pub corrected: u64,
    /// How often the model was unsure and people were not.
    pub answered: u64,
}

impl Drift {
    /// The share of the sure answers that people spoke of which they confirmed; `None` when there are none.
    pub fn share(&self) -> Option<f64> {
        let sure = self.confirmed + self.corrected;
        (sure > 0).then(|| self.confirmed as f64 / sure as f64)
    }
}

/// A line for each week (latest first), label, language and model of which people spoke; weeks begin on Monday in `zone`.
pub fn drift(said: &[Said], zone: Tz) -> Vec<Drift> {
    let mut lines: BTreeMap<(std::cmp::Reverse<NaiveDate>, Aspect, &str, &str), Drift> = BTreeMap::new();
    for one in said {
        let day = one.at.with_timezone(&zone).date_naive();
        let week = day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday()))).unwrap_or(day);
        let key = (std::cmp::Reverse(week), one.aspect, one.language.as_str(), one.model.as_str());
        let line = lines.entry(key).or_insert_with(|| Drift {
            week,
            aspect: one.aspect,
            language: one.language,
            model: one.model.clone(),
            confirmed: 0,
            corrected: 0,
            answered: 0,
        });
        *match one.outcome {
            Outcome::Confirmed => &mut line.confirmed,
            Outcome::Corrected => &mut line.corrected,
            Outcome::Answered => &mut line.answered,
        } += 1;
    }
    lines.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(at: &str, model: &str, outcome: Outcome) -> Said {
        let at = at.parse().expect("an instant");
        Said { at, language: Language::ZhHant, model: model.to_owned(), aspect: Aspect::Sentiment, outcome }
    }

    #[test]
    fn a_week_begins_on_the_zones_monday_and_models_stand_apart() {
        let said = [
            // Sunday evening in London is Monday in Taipei.
            said("2026-11-15T15:59:59Z", "old", Outcome::Corrected),
            said("2026-11-15T16:00:00Z", "old", Outcome::Confirmed),
            said("2026-11-20T00:00:00Z", "old", Outcome::Corrected),
            said("2026-11-20T00:00:00Z", "new", Outcome::Answered),
            said("2026-11-20T00:00:00Z", "old", Outcome::Confirmed),
        ];
        let lines = drift(&said, chrono_tz::Asia::Taipei);
        let told: Vec<_> = lines
            .iter()
            .map(|line| (line.week.to_string(), line.model.as_str(), line.confirmed, line.corrected, line.answered))
            .collect();
        assert_eq!(
            told,
            [
                ("2026-11-16".to_owned(), "new", 0, 0, 1),
                ("2026-11-16".to_owned(), "old", 2, 1, 0),
                ("2026-11-09".to_owned(), "old", 0, 1, 0),
            ]
        );
        assert_eq!((lines[0].share(), lines[2].share()), (None, Some(0.0)), "unsure is not wrong");
    }
}
