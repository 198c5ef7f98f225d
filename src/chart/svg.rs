//! A scene as SVG text, to stand inside a page.
//!
//! Colours are presentation attributes with a variable in front (`fill="var(--chart-negative, #d64545)"`), so a strict
//! content policy takes them, a page may set them for dark and light, and a picture that stands alone still has them.
//! Texts and lines take the page's own `currentColor`.

use std::fmt::Write;

use super::scene::{Anchor, Part, Scene, Shape, Size, Type, hatch_lines};
use super::{Bars, Sparkline, Volume};

/// What a page's style sheet needs: one of the two sizes is shown, and colours for dark screens.
pub const CSS: &str = "\
.chart{display:block;max-width:100%;height:auto}\
.chart-wide{width:100%}\
.chart-narrow{display:none;width:100%}\
@media (max-width:640px){.chart-wide{display:none}.chart-narrow{display:block}}\
@media (prefers-color-scheme:dark){:root{--chart-negative:#f06a6a;--chart-neutral:#8494a5;--chart-positive:#4cc38a;\
--chart-unsure:#3d4a58;--chart-other:#5b6b7c;--chart-plain:#8fa3b8;--chart-usual:#9cc4ee;--chart-mark:#ff9a90}}\
";

/// Mentions over time, in one size.
pub fn volume(volume: &Volume, size: Size) -> String {
    write(&volume.scene(size), "chart")
}

/// Mentions over time twice, for wide and for narrow screens; the page shows one of `.chart-wide` and `.chart-narrow`.
/// An SVG that merely shrinks has texts nobody can read on a phone.
pub fn responsive(volume: &Volume) -> String {
    let wide = write(&volume.scene(Size { width: 960.0, height: 300.0 }), "chart chart-wide");
    let narrow = write(&volume.scene(Size { width: 360.0, height: 260.0 }), "chart chart-narrow");
    wide + &narrow
}

/// Lengths side by side.
pub fn bars(bars: &Bars, width: f32) -> String {
    write(&bars.scene(width), "chart chart-bars")
}

/// A curve as small as a word.
pub fn sparkline(sparkline: &Sparkline, size: Size) -> String {
    write(&sparkline.scene(size), "chart chart-spark")
}

fn write(scene: &Scene, class: &str) -> String {
    let Size { width, height } = scene.size;
    let mut out = String::with_capacity(2_000 + scene.shapes.len() * 80);
    let label =
        if scene.summary.is_empty() { scene.title.clone() } else { format!("{}: {}", scene.title, scene.summary) };
    line(
        &mut out,
        format_args!(
            "<svg class=\"{class}\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" \
             xmlns=\"http://www.w3.org/2000/svg\" font-family=\"system-ui, sans-serif\">",
            escape(&label),
            N(width),
            N(height),
            N(width),
            N(height)
        ),
    );
    line(&mut out, format_args!("<title>{}</title>", escape(&scene.title)));
    if !scene.summary.is_empty() {
        line(&mut out, format_args!("<desc>{}</desc>", escape(&scene.summary)));
    }
    for shape in &scene.shapes {
        draw(&mut out, shape);
    }
    out.push_str("</svg>");
    out
}

fn draw(out: &mut String, shape: &Shape) {
    match shape {
        Shape::Rect { part, x, y, width, height } => line(
            out,
            format_args!(
                "<rect class=\"c-{}\" fill=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                part.class(),
                fill(*part),
                N(*x),
                N(*y),
                N(*width),
                N(*height)
            ),
        ),
        Shape::Area { part, points } => line(
            out,
            format_args!(
                "<path class=\"c-{}\" fill=\"{}\" fill-opacity=\"{}\" d=\"{}Z\"/>",
                part.class(),
                fill(*part),
                if *part == Part::UsualBand { ".12" } else { ".92" },
                path(points)
            ),
        ),
        Shape::Line { part, points } => stroke(out, *part, &path(points)),
        Shape::Hatch { x, y, width, height } => {
            let lines = hatch_lines(*x, *y, *width, *height);
            let d: String = lines.iter().map(|[a, b]| path(&[*a, *b])).collect();
            line(
                out,
                format_args!(
                    "<rect class=\"c-gap\" fill=\"currentColor\" fill-opacity=\".05\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                    N(*x),
                    N(*y),
                    N(*width),
                    N(*height)
                ),
            );
            stroke(out, Part::Gap, &d);
        }
        Shape::Text { x, y, anchor, set, part, text } => write_text(out, (*x, *y), *anchor, *set, *part, text),
        Shape::Tip { x, y, width, height, text } => line(
            out,
            format_args!(
                "<rect class=\"c-tip\" fill=\"none\" pointer-events=\"all\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"><title>{}</title></rect>",
                N(*x),
                N(*y),
                N(*width),
                N(*height),
                escape(text)
            ),
        ),
    }
}

fn stroke(out: &mut String, part: Part, d: &str) {
    let (width, opacity, dash) = match part {
        Part::UsualLine => ("1.5", "1", " stroke-dasharray=\"5 4\""),
        Part::Gap => ("1", ".28", ""),
        Part::Grid => ("1", ".12", ""),
        Part::Axis => ("1", ".45", ""),
        Part::Mark => ("1.5", "1", ""),
        _ => ("1.5", "1", ""),
    };
    line(
        out,
        format_args!(
            "<path class=\"c-{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\" stroke-opacity=\"{opacity}\" \
             stroke-linejoin=\"round\"{dash} d=\"{d}\"/>",
            part.class(),
            fill(part)
        ),
    );
}

fn write_text(out: &mut String, (x, y): (f32, f32), anchor: Anchor, set: Type, part: Option<Part>, text: &str) {
    let anchor = match anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    let (class, opacity, weight) = match set {
        Type::Small => ("c-small", ".75", ""),
        Type::Label => ("c-label", "1", ""),
        Type::Large => ("c-large", "1", " font-weight=\"600\""),
    };
    line(
        out,
        format_args!(
            "<text class=\"{class}\" fill=\"{}\" fill-opacity=\"{opacity}\" font-size=\"{}\"{weight} text-anchor=\"{anchor}\" \
             x=\"{}\" y=\"{}\">{}</text>",
            part.map_or("currentColor", fill),
            set.pixels(),
            N(x),
            N(y),
            escape(text)
        ),
    );
}

/// A part's colour: the page's variable, or our own.
fn fill(part: Part) -> &'static str {
    match part {
        Part::Negative => "var(--chart-negative, #d64545)",
        Part::Neutral => "var(--chart-neutral, #a9b4bf)",
        Part::Positive => "var(--chart-positive, #2f9e6e)",
        Part::Unsure => "var(--chart-unsure, #d7dde3)",
        Part::Other => "var(--chart-other, #c3ccd5)",
        Part::Plain => "var(--chart-plain, #7a8ca0)",
        Part::UsualBand | Part::UsualLine => "var(--chart-usual, #46627f)",
        Part::Mark => "var(--chart-mark, #b3261e)",
        Part::Gap | Part::Grid | Part::Axis => "currentColor",
    }
}

fn path(points: &[(f32, f32)]) -> String {
    let mut d = String::with_capacity(points.len() * 12);
    for (place, (x, y)) in points.iter().enumerate() {
        line(&mut d, format_args!("{}{} {}", if place == 0 { 'M' } else { 'L' }, N(*x), N(*y)));
    }
    d
}

/// Writing to a `String` cannot fail.
fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).ok();
}

/// A number with at most one digit behind the point.
struct N(f32);

impl std::fmt::Display for N {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = (self.0 * 10.0).round() / 10.0;
        if tenths.fract() == 0.0 { write!(f, "{tenths:.0}") } else { write!(f, "{tenths:.1}") }
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // What XML does not allow at all.
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Bar, Style, Usual, VolumePoint};
    use super::*;
    use crate::domain::time::timestamp;
    use crate::domain::{Interval, Locale};

    const HOUR: i64 = 3_600_000;

    fn day(style: Style) -> Volume {
        let points = (0..24).map(|h| VolumePoint {
            negative: h % 5,
            neutral: 3,
            positive: 1,
            ..VolumePoint::at(timestamp(h * HOUR))
        });
        Volume {
            title: "Tea & <coffee>".to_owned(),
            headline: None,
            zone: chrono_tz::Asia::Taipei,
            locale: Locale::En,
            style,
            window: Interval { from: timestamp(0), to: timestamp(24 * HOUR) },
            width_ms: HOUR,
            points: points.filter(|p| p.at != timestamp(5 * HOUR)).collect(),
            usual: (0..24).map(|h| Usual::line(timestamp(h * HOUR), 1.0)).collect(),
            gaps: vec![Interval { from: timestamp(5 * HOUR), to: timestamp(6 * HOUR) }],
            marks: Vec::new(),
        }
    }

    #[test]
    fn a_picture_tells_its_content_to_who_cannot_see_it_and_escapes_it() {
        let svg = volume(&day(Style::Bars), Size { width: 600.0, height: 200.0 });
        assert!(svg.contains("role=\"img\""));
        assert!(svg.contains("<title>Tea &amp; &lt;coffee&gt;</title>"));
        assert!(svg.contains("138 mentions, 46 negative."), "{svg}");
        assert!(!svg.contains("<coffee>"));
        assert!(!svg.contains("style="), "a strict content policy refuses style attributes");
    }

    #[test]
    fn an_area_breaks_where_nothing_was_heard() {
        let svg = volume(&day(Style::Area), Size { width: 600.0, height: 200.0 });
        assert_eq!(svg.matches("<path class=\"c-neutral\"").count(), 2, "one band on each side of the gap");
        assert!(svg.contains("c-gap"));
    }

    #[test]
    fn a_name_too_long_is_cut_at_a_whole_character() {
        let bars = Bars {
            title: "themes".to_owned(),
            locale: Locale::ZhTw,
            bars: vec![Bar { name: "很長很長的主題名稱放不下".to_owned(), value: 12, negative: 5 }],
        };
        let svg = super::bars(&bars, 200.0);
        assert!(svg.contains("…</text>"), "{svg}");
        assert!(svg.contains("很長很長的主題名稱放不下: 12"), "the whole name is in the tip");
    }

    #[test]
    fn nothing_counted_is_still_a_picture() {
        let empty = Volume { points: Vec::new(), usual: Vec::new(), ..day(Style::Area) };
        assert!(volume(&empty, Size { width: 300.0, height: 120.0 }).contains("0 mentions"));
        let spark = Sparkline { title: "7 days".to_owned(), values: Vec::new(), negative: Vec::new() };
        assert!(sparkline(&spark, Size { width: 80.0, height: 20.0 }).starts_with("<svg"));
    }
}
