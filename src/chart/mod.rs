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

/// The size that an alert's picture is drawn at: a phone shows it 360 pixels wide, where the ticks of 12 pixels are still 9.
pub const ALERT_SIZE: Size = Size { width: 468.0, height: 270.0 };

/// The picture that an alert carries, as PNG, `scale` times [`ALERT_SIZE`]; `None` when there is nothing to draw.
pub fn alert_png(alert: &Alert, scale: f32) -> Option<Vec<u8>> {
    png::paint(&alert_volume(alert, Locale::En)?.scene(ALERT_SIZE), scale)
}

/// The same at the size in which channels keep it: 1560 by 900 pixels.
pub fn sent_png(alert: &Alert) -> Option<Vec<u8>> {
    alert_png(alert, 1560.0 / ALERT_SIZE.width)
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
        let png = sent_png(&alert).expect("painted");
        assert_eq!(png.get(1..4), Some(b"PNG".as_slice()));
        assert_eq!(png.get(16..24), Some([0, 0, 6, 24, 0, 0, 3, 132].as_slice()), "1560 by 900");
        if let Ok(path) = std::env::var("SHOW_PNG") {
            std::fs::write(path, png).expect("written");
        }
    }

    /// Set `SHOW_SVG=FILE.html` to look at the charts in a browser.
    #[test]
    fn a_chart_for_a_page_is_drawn_for_wide_and_for_narrow_screens() {
        let alert = crate::alert::sample::crisis();
        let mut volume = alert_volume(&alert, Locale::ZhTw).expect("points");
        volume.headline = None;
        let mut page = svg::responsive(&volume);
        assert_eq!(page.matches("<svg").count(), 2);
        volume.style = Style::Bars;
        for (place, point) in volume.points.iter_mut().enumerate() {
            point.positive = point.other / 3;
            point.neutral = point.other - point.positive - point.other / 5;
            point.unsure = point.other / 5;
            point.other = 0;
            if place % 7 == 0 {
                point.positive += 3;
            }
        }
        page.push_str(&svg::responsive(&volume));
        let bars =
            [("退費 Refund", 120, 90), ("品質", 85, 80), ("服務態度", 31, 4), ("很長很長很長很長的主題名稱", 3, 0)];
        let bars = bars.map(|(name, value, negative)| Bar { name: name.to_owned(), value, negative });
        page.push_str(&svg::bars(&Bars { title: "原因".to_owned(), locale: Locale::ZhTw, bars: bars.to_vec() }, 360.0));
        let values: Vec<Option<i64>> =
            (0..48).map(|i| (!(20..26).contains(&i)).then_some((i * 7) % 11 + i / 6)).collect();
        let negative = values.iter().map(|value| value.map(|value| value / 3)).collect();
        let spark = Sparkline { title: "7 天".to_owned(), values, negative };
        page.push_str(&svg::sparkline(&spark, Size { width: 160.0, height: 36.0 }));
        if let Ok(path) = std::env::var("SHOW_SVG") {
            let half = |style: &str| format!("<div style=\"padding:16px;{style}\">{page}</div>");
            let light = half("background:#fff;color:#1f2933");
            let dark = half("background:#12181f;color:#e4e7eb");
            std::fs::write(path, format!("<!doctype html><meta charset=utf-8>{light}{dark}")).expect("written");
        }
    }

    #[test]
    fn an_alert_without_points_has_no_picture() {
        let mut alert = crate::alert::sample::crisis();
        alert.curve = crate::domain::Curve { since: Some(timestamp(0)), ..Default::default() };
        assert_eq!(alert_png(&alert, 1.0), None);
    }
}
