//! A curve as small as a word.

use super::scene::{Part, Scene, Shape, Size};

/// A curve as small as a word, without axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Sparkline {
    /// What it is and says, for who cannot see it.
    pub title: String,
    /// In order of time; `None` where nothing was heard.
    pub values: Vec<Option<i64>>,
    /// How many of each are negative, drawn beneath; may be empty.
    pub negative: Vec<Option<i64>>,
}

impl Sparkline {
    /// Draws it.
    pub fn scene(&self, size: Size) -> Scene {
        let most = self.values.iter().chain(&self.negative).flatten().copied().max().unwrap_or(0).max(1) as f32;
        let step = size.width / self.values.len().max(2).saturating_sub(1) as f32;
        let place = |(i, value): (usize, i64)| {
            (i as f32 * step, size.height - 1.0 - (value.max(0) as f32 / most) * (size.height - 3.0))
        };
        let mut shapes = Vec::new();
        for (part, values) in [(Part::Negative, &self.negative), (Part::Plain, &self.values)] {
            let places: Vec<(usize, Option<i64>)> = values.iter().copied().enumerate().collect();
            for run in places.chunk_by(|a, b| a.1.is_some() == b.1.is_some()) {
                let points: Vec<(f32, f32)> = run.iter().filter_map(|(i, v)| v.map(|v| place((*i, v)))).collect();
                let (Some(first), Some(last)) = (points.first(), points.last()) else { continue };
                if part == Part::Negative {
                    let mut area = points.clone();
                    area.extend([(last.0, size.height - 1.0), (first.0, size.height - 1.0)]);
                    shapes.push(Shape::Area { part, points: area });
                } else {
                    shapes.push(Shape::Line { part, points });
                }
            }
        }
        Scene { size, title: self.title.clone(), summary: String::new(), shapes }
    }
}
