//! A scene as PNG, for channels that show pictures.
//!
//! In: a scene with digits and Latin. Out: a PNG on white.
//! Never: draws a character that its font has not (it would vanish without a word; such text belongs in the message).

use ab_glyph::{Font, FontRef, OutlineCurve, ScaleFont};
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform,
};

use super::scene::{Anchor, Part, Scene, Shape, Type, hatch_lines};

const INK: [u8; 3] = [0x1f, 0x29, 0x33];
const QUIET: [u8; 3] = [0x52, 0x60, 0x6d];

/// Paints it `scale` times its size; `None` when that is no size a picture can have.
pub fn paint(scene: &Scene, scale: f32) -> Option<Vec<u8>> {
    let (width, height) = ((scene.size.width * scale).round() as u32, (scene.size.height * scale).round() as u32);
    let mut canvas = Canvas {
        pixmap: Pixmap::new(width, height)?,
        transform: Transform::from_scale(scale, scale),
        font: FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT).ok()?,
    };
    canvas.pixmap.fill(Color::WHITE);
    for shape in &scene.shapes {
        canvas.shape(shape);
    }
    canvas.pixmap.encode_png().ok()
}

struct Canvas {
    pixmap: Pixmap,
    transform: Transform,
    font: FontRef<'static>,
}

impl Canvas {
    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Rect { part, x, y, width, height } => {
                if let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) {
                    self.pixmap.fill_rect(rect, &ink(colour(*part), 1.0), self.transform, None);
                }
            }
            Shape::Area { part, points } => {
                let opacity = if *part == Part::UsualBand { 0.12 } else { 0.95 };
                if let Some(path) = outline(points, true) {
                    self.pixmap.fill_path(&path, &ink(colour(*part), opacity), FillRule::Winding, self.transform, None);
                }
            }
            Shape::Line { part, points } => {
                if let Some(path) = outline(points, false) {
                    self.line(&path, *part);
                }
            }
            Shape::Hatch { x, y, width, height } => {
                if let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) {
                    self.pixmap.fill_rect(rect, &ink(INK, 0.04), self.transform, None);
                }
                for ends in hatch_lines(*x, *y, *width, *height) {
                    if let Some(path) = outline(&ends, false) {
                        self.line(&path, Part::Gap);
                    }
                }
            }
            Shape::Text { x, y, anchor, set, part, text } => self.text((*x, *y), *anchor, *set, *part, text),
            Shape::Tip { .. } => {}
        }
    }

    fn line(&mut self, path: &Path, part: Part) {
        let (width, opacity) = match part {
            Part::UsualLine => (2.0, 1.0),
            Part::Gap => (1.0, 0.25),
            Part::Grid => (1.0, 0.11),
            Part::Axis => (1.0, 0.55),
            _ => (2.0, 1.0),
        };
        let dash = if part == Part::UsualLine { StrokeDash::new(vec![6.0, 4.0], 0.0) } else { None };
        let cap = if part == Part::UsualLine { LineCap::Butt } else { LineCap::Round };
        let stroke = Stroke { width, line_cap: cap, line_join: LineJoin::Round, dash, ..Stroke::default() };
        self.pixmap.stroke_path(path, &ink(colour(part), opacity), &stroke, self.transform, None);
    }

    fn text(&mut self, (x, y): (f32, f32), anchor: Anchor, set: Type, part: Option<Part>, text: &str) {
        let colour = match (part, set) {
            (Some(part), _) => colour(part),
            (None, Type::Small) => QUIET,
            (None, _) => INK,
        };
        // The font is a light one: a thin line around each letter gives it the weight it needs at this size.
        let weight = if set == Type::Large { 0.7 } else { 0.3 };
        let advance = self.advance(text, set.pixels());
        let start = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - advance / 2.0,
            Anchor::End => x - advance,
        };
        let Some(path) = self.letters(text, set.pixels(), (start, y)) else { return };
        let paint = ink(colour, 1.0);
        self.pixmap.fill_path(&path, &paint, FillRule::Winding, self.transform, None);
        let stroke = Stroke { width: weight, line_join: LineJoin::Round, ..Stroke::default() };
        self.pixmap.stroke_path(&path, &paint, &stroke, self.transform, None);
    }

    fn advance(&self, text: &str, pixels: f32) -> f32 {
        let scaled = self.font.as_scaled(self.em(pixels));
        let glyphs: Vec<_> = text.chars().map(|c| scaled.glyph_id(c)).collect();
        let kerning: f32 = glyphs.windows(2).map(|pair| scaled.kern(pair[0], pair[1])).sum();
        glyphs.iter().map(|glyph| scaled.h_advance(*glyph)).sum::<f32>() + kerning
    }

    /// ab_glyph scales by a font's height (ascent to descent), texts are set by its em.
    fn em(&self, pixels: f32) -> f32 {
        pixels * self.font.height_unscaled() / self.font.units_per_em().unwrap_or(1000.0)
    }

    fn letters(&self, text: &str, pixels: f32, (x, y): (f32, f32)) -> Option<Path> {
        let scaled = self.font.as_scaled(self.em(pixels));
        let unit = pixels / self.font.units_per_em().unwrap_or(1000.0);
        let mut path = PathBuilder::new();
        let (mut at, mut last) = (x, None);
        for c in text.chars() {
            let glyph = scaled.glyph_id(c);
            at += last.map_or(0.0, |last| scaled.kern(last, glyph));
            if let Some(outline) = self.font.outline(glyph) {
                let place = |p: ab_glyph::Point| (at + p.x * unit, y - p.y * unit);
                letter(&mut path, &outline.curves, place);
            }
            at += scaled.h_advance(glyph);
            last = Some(glyph);
        }
        path.finish()
    }
}

/// One letter's curves; a contour ends where the next curve does not begin.
fn letter(path: &mut PathBuilder, curves: &[OutlineCurve], place: impl Fn(ab_glyph::Point) -> (f32, f32)) {
    let mut pen: Option<ab_glyph::Point> = None;
    for curve in curves {
        let (from, to) = match curve {
            OutlineCurve::Line(from, to) => (*from, *to),
            OutlineCurve::Quad(from, _, to) => (*from, *to),
            OutlineCurve::Cubic(from, _, _, to) => (*from, *to),
        };
        if pen != Some(from) {
            if pen.is_some() {
                path.close();
            }
            let (x, y) = place(from);
            path.move_to(x, y);
        }
        let (x, y) = place(to);
        match curve {
            OutlineCurve::Line(..) => path.line_to(x, y),
            OutlineCurve::Quad(_, control, _) => {
                let (cx, cy) = place(*control);
                path.quad_to(cx, cy, x, y);
            }
            OutlineCurve::Cubic(_, first, second, _) => {
                let ((ax, ay), (bx, by)) = (place(*first), place(*second));
                path.cubic_to(ax, ay, bx, by, x, y);
            }
        }
        pen = Some(to);
    }
    if pen.is_some() {
        path.close();
    }
}

fn outline(points: &[(f32, f32)], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (place, (x, y)) in points.iter().enumerate() {
        if place == 0 {
            path.move_to(*x, *y);
        } else {
            path.line_to(*x, *y);
        }
    }
    if closed {
        path.close();
    }
    path.finish()
}

fn colour(part: Part) -> [u8; 3] {
    match part {
        Part::Negative => [0xd6, 0x45, 0x45],
        Part::Neutral => [0xa9, 0xb4, 0xbf],
        Part::Positive => [0x2f, 0x9e, 0x6e],
        Part::Unsure => [0xd7, 0xdd, 0xe3],
        Part::Other => [0xcf, 0xd7, 0xdf],
        Part::Plain => [0x7a, 0x8c, 0xa0],
        Part::UsualBand | Part::UsualLine => [0x2b, 0x4a, 0x6b],
        Part::Mark => [0x8f, 0x1d, 0x1d],
        Part::Gap | Part::Grid | Part::Axis => INK,
    }
}

fn ink([red, green, blue]: [u8; 3], opacity: f32) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color_rgba8(red, green, blue, (opacity * 255.0) as u8);
    paint
}
