//! Curves, drawn once: SVG for pages and reports, PNG for alerts.
//!
//! In: numbers over time. Out: a scene of shapes, written as SVG ([`svg`]) or painted as PNG ([`png`]).
//! Never: reads a file (the font comes with a crate), asks a clock, writes other than digits and Latin into a PNG.
//!
//! An hour that was not heard is hatched and left empty: a gap is not a zero.

mod axis;
mod bars;
pub mod png;
mod scene;
mod sparkline;
pub mod svg;
mod volume;
mod words;

pub use bars::{Bar, Bars};
pub use scene::{Part, Scene, Size};
pub use sparkline::Sparkline;
pub use volume::{Headline, Mark, Style, Usual, Volume, VolumePoint};

use chrono_tz::Tz;

use crate::domain::{Alert, Interval, Locale};

/// The picture that an alert carries, as PNG, `scale` times 800 by 420 pixels; `None` when there is nothing to draw.
pub fn alert_png(alert: &Alert, scale: f32) -> Option<Vec<u8>> {
    png::paint(&alert_volume(alert, Locale::En)?.scene(Size { width: 800.0, height: 420.0 }), scale)
}

/// The same curve as a chart for a page; `None` when the alert has no points.
pub fn alert_volume(alert: &Alert, locale: Locale) -> Option<Volume> {
    let curve = &alert.curve;
    let (first, last) = (curve.points.first()?, curve.points.last()?);
    let to = last.at.start() + chrono::Duration::milliseconds(curve.width_ms);
    let peak = &alert.incident.peak;
    let minutes = (peak.to.next().millis() - peak.from.millis()) / 60_000;
    let zone: Tz = alert.zone.parse().unwrap_or(Tz::UTC);
    Some(Volume {
        title: alert.title.clone(),
        headline: Some(Headline {
            large: words::so_many_negative(peak.negative, minutes, locale),
            small: format!("{} {} \u{b7} {}", alert.topic, words::width(curve.width_ms, locale), zone.name()),
            aside: words::usually(peak.usual_negative, locale),
        }),
        zone,
        locale,
        style: Style::Area,
        window: Interval::new(first.at.start(), to)?,
        width_ms: curve.width_ms,
        points: curve
            .points
            .iter()
            .map(|point| VolumePoint {
                at: point.at.start(),
                negative: point.negative,
                other: (point.mentions - point.negative).max(0),
                ..VolumePoint::at(point.at.start())
            })
            .collect(),
        usual: curve.points.iter().map(|point| Usual::line(point.at.start(), point.usual_negative)).collect(),
        gaps: curve.gaps.clone(),
        marks: curve
            .since
            .map(|at| Mark { at, label: words::since(at.with_timezone(&zone), locale) })
            .into_iter()
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::timestamp;

    #[test]
    fn an_alerts_picture_is_a_png_of_the_size_asked_for() {
        let alert = crate::alert::sample::crisis();
        let png = alert_png(&alert, 2.0).expect("painted");
        assert_eq!(png.get(1..4), Some(b"PNG".as_slice()));
        assert_eq!(png.get(16..24), Some([0, 0, 6, 64, 0, 0, 3, 72].as_slice()), "1600 by 840");
        if let Ok(path) = std::env::var("SHOW_PNG") {
            std::fs::write(path, alert_png(&alert, 1.0).expect("painted")).expect("written");
        }
    }

    #[test]
    fn an_alert_without_points_has_no_picture() {
        let mut alert = crate::alert::sample::crisis();
        alert.curve = crate::domain::Curve { since: Some(timestamp(0)), ..Default::default() };
        assert_eq!(alert_png(&alert, 1.0), None);
    }
}
