//! The stretch of time that an alert's picture shows, and the line of what is usual on it.

use chrono::{DateTime, Duration, Timelike};
use chrono_tz::Tz;

use crate::domain::time::timestamp;
use crate::domain::{Incident, Interval, Observation, Timestamp};

/// The stretch that the picture shows, and the width of its points in milliseconds: at least a day and a quarter of a day
/// before the incident, in at most about 130 points.
pub fn window(incident: &Incident, now: Timestamp) -> (Interval, i64) {
    const WIDTHS: [i64; 6] = [15, 30, 60, 180, 360, 1440];
    let to = now.max(incident.last.end());
    let from = (to - Duration::hours(24)).min(incident.first.start() - Duration::hours(6));
    let minutes = (to - from).num_minutes();
    let width = WIDTHS.into_iter().find(|width| minutes / width <= 130).unwrap_or(1440) * 60_000;
    let floor = |at: Timestamp| at.timestamp_millis().div_euclid(width) * width;
    // The point that is under way is drawn only as far as it belongs to the incident.
    let end = floor(to).max(floor(incident.last.start()) + width);
    (Interval { from: timestamp(floor(from)), to: timestamp(end) }, width)
}

/// What is usual through the day, from the figure of one window and how a week's mentions spread over the hours.
pub struct Usual {
    per_ms: f64,
    shape: [f64; 24],
    zone: Tz,
}

impl Usual {
    /// `hours`: mentions by the hour before the incident; may be empty (then the line is level).
    pub fn of(seen: &Observation, hours: &[(Timestamp, i64)], zone: Tz) -> Self {
        let (mut sum, mut days) = ([0.0; 24], [0.0; 24]);
        for (at, mentions) in hours {
            let hour = local_hour(*at, zone);
            if let (Some(sum), Some(days)) = (sum.get_mut(hour), days.get_mut(hour)) {
                *sum += *mentions as f64;
                *days += 1.0;
            }
        }
        let total: f64 = sum.iter().sum();
        let level = (total / days.iter().sum::<f64>().max(1.0)).max(0.01);
        let rate = |hour: usize| {
            // Three hours together, and a little of the level, so that few mentions do not make a ragged line.
            let near = [(hour + 23) % 24, hour, (hour + 1) % 24];
            let (seen, heard) = near.iter().fold((0.0, 0.0), |(s, d), h| (s + sum[*h], d + days[*h]));
            (seen + 3.0 * level) / (heard + 3.0)
        };
        let mut shape: [f64; 24] = std::array::from_fn(rate);
        let length = (seen.to.next().millis() - seen.from.millis()).max(1);
        let middle = timestamp(seen.from.millis() + length / 2);
        let here = shape.get(local_hour(middle, zone)).copied().unwrap_or(1.0).max(f64::MIN_POSITIVE);
        for value in &mut shape {
            *value /= here;
        }
        Self { per_ms: seen.usual_negative / length as f64, shape, zone }
    }

    /// Negative mentions that are usual in `width_ms` milliseconds from `at` on.
    pub fn at(&self, at: Timestamp, width_ms: i64) -> f64 {
        let shape = if width_ms >= 86_400_000 {
            self.shape.iter().sum::<f64>() / 24.0
        } else {
            self.shape.get(local_hour(at, self.zone)).copied().unwrap_or(1.0)
        };
        self.per_ms * width_ms as f64 * shape
    }
}

fn local_hour(at: DateTime<chrono::Utc>, zone: Tz) -> usize {
    at.with_timezone(&zone).hour() as usize
}

#[cfg(test)]
mod tests {
    use super::super::sample::crisis;
    use super::*;

    #[test]
    fn the_picture_shows_a_day_and_the_incident_whole() {
        let incident = crisis().incident;
        let (stretch, width) = window(&incident, incident.last.end());
        assert_eq!(width, 900_000);
        assert!(stretch.from <= incident.first.start() - Duration::hours(23));
        assert!(stretch.to >= incident.last.end());
        let (stretch, width) = window(&incident, incident.last.end() + Duration::days(9));
        assert!(width > 900_000 && stretch.from < incident.first.start());
    }

    #[test]
    fn the_line_meets_the_figure_of_the_window_and_follows_the_day() {
        let seen = crisis().incident.peak;
        let length = seen.to.next().millis() - seen.from.millis();
        let level = Usual::of(&seen, &[], chrono_tz::Asia::Taipei);
        assert!((level.at(seen.from.start(), length) - seen.usual_negative).abs() < 1e-9);
        let start = seen.from.start() - Duration::days(7);
        // Nights are quiet: 02:00 in Taipei has a tenth of the mentions of the day.
        let hours: Vec<(Timestamp, i64)> = (0..168)
            .map(|h| start + Duration::hours(h))
            .map(|at| (at, if (0..6).contains(&local_hour(at, chrono_tz::Asia::Taipei)) { 2 } else { 20 }))
            .collect();
        let usual = Usual::of(&seen, &hours, chrono_tz::Asia::Taipei);
        assert!((usual.at(seen.from.start(), length) - seen.usual_negative).abs() < 1e-9);
        let night = DateTime::parse_from_rfc3339("2026-11-22T18:30:00Z").expect("a time").to_utc();
        assert!(usual.at(night, length) < seen.usual_negative * 0.3);
    }
}
