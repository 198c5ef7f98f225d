//! Lengths side by side: themes, platforms, languages.

use super::scene::{Anchor, Part, Scene, Shape, Size, Type, text_width};
use crate::alert::words::number as grouped;
use crate::domain::Locale;

/// One length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Its name.
    pub name: String,
    /// How many.
    pub value: i64,
    /// How many of them are negative; drawn inside.
    pub negative: i64,
}

/// Lengths side by side, in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    /// What it is, for who cannot see it.
    pub title: String,
    /// Whose words.
    pub locale: Locale,
    /// The lengths.
    pub bars: Vec<Bar>,
}

const ROW: f32 = 28.0;

impl Bars {
    /// Draws it, `width` pixels across and as high as its bars need.
    pub fn scene(&self, width: f32) -> Scene {
        let pixels = Type::Label.pixels();
        let names = self.bars.iter().map(|bar| text_width(&bar.name, pixels)).fold(0.0, f32::max).min(width * 0.4);
        let values = self.bars.iter().map(|bar| text_width(&grouped(bar.value), pixels)).fold(0.0, f32::max);
        let (left, right) = (names + 10.0, width - values - 10.0);
        let most = self.bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1) as f32;
        let mut shapes = Vec::new();
        for (place, bar) in self.bars.iter().enumerate() {
            let y = place as f32 * ROW + 4.0;
            let length = |value: i64| (right - left) * (value.max(0) as f32 / most);
            let name = fitting(&bar.name, names, pixels);
            shapes.push(label((names, y + 14.5), Anchor::End, name));
            let (whole, negative) = (length(bar.value).max(1.0), length(bar.negative.min(bar.value)));
            shapes.push(Shape::Rect { part: Part::Plain, x: left, y, width: whole, height: ROW - 8.0 });
            if bar.negative > 0 {
                shapes.push(Shape::Rect { part: Part::Negative, x: left, y, width: negative, height: ROW - 8.0 });
            }
            shapes.push(label((left + whole + 6.0, y + 14.5), Anchor::Start, grouped(bar.value)));
            let said = format!("{}: {}", bar.name, grouped(bar.value));
            shapes.push(Shape::Tip { x: 0.0, y, width, height: ROW, text: said });
        }
        let said: Vec<String> = self.bars.iter().map(|bar| format!("{} {}", bar.name, grouped(bar.value))).collect();
        let joint = if self.locale == Locale::En { ", " } else { "、" };
        let size = Size { width, height: (self.bars.len() as f32 * ROW).max(1.0) };
        Scene { size, title: self.title.clone(), summary: said.join(joint), shapes }
    }
}

fn label((x, y): (f32, f32), anchor: Anchor, text: String) -> Shape {
    Shape::Text { x, y, anchor, set: Type::Label, part: None, text }
}

/// As many whole characters as fit, with an ellipsis when some do not.
fn fitting(name: &str, width: f32, pixels: f32) -> String {
    if text_width(name, pixels) <= width + 0.5 {
        return name.to_owned();
    }
    let mut kept = String::new();
    for c in name.chars() {
        kept.push(c);
        if text_width(&kept, pixels) + pixels > width {
            kept.pop();
            break;
        }
    }
    kept + "\u{2026}"
}
