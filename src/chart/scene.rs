//! A picture as a list of shapes: what SVG writes and PNG paints.

/// Width and height in pixels (of a page, or of a PNG at scale 1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Pixels across.
    pub width: f32,
    /// Pixels down.
    pub height: f32,
}

/// What a shape stands for; its colour follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Negative mentions.
    Negative,
    /// Neutral mentions.
    Neutral,
    /// Positive mentions.
    Positive,
    /// Mentions of no sure leaning.
    Unsure,
    /// All mentions but the negative ones.
    Other,
    /// A length or a line without a leaning.
    Plain,
    /// The range that is usual.
    UsualBand,
    /// What is usual.
    UsualLine,
    /// Not heard.
    Gap,
    /// A moment that matters: an incident's beginning.
    Mark,
    /// Lines that help the eye.
    Grid,
    /// The line that zero stands on.
    Axis,
}

impl Part {
    /// The class that pages know it by.
    pub fn class(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
            Self::Unsure => "unsure",
            Self::Other => "other",
            Self::Plain => "plain",
            Self::UsualBand => "usual-band",
            Self::UsualLine => "usual",
            Self::Gap => "gap",
            Self::Mark => "mark",
            Self::Grid => "grid",
            Self::Axis => "axis",
        }
    }
}

/// Where a text's given x stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// 12 px, quiet: ticks, legends.
    Small,
    /// 13 px: the label of a mark.
    Label,
    /// 23 px, strong: the number that matters.
    Large,
}

impl Type {
    pub(super) fn pixels(self) -> f32 {
        match self {
            Self::Small => 12.0,
            Self::Label => 13.0,
            Self::Large => 23.0,
        }
    }
}

/// One shape.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Rect {
        part: Part,
        x: f32,
        y: f32,
        width: f32,
        height: f32,
    },
    /// A closed, filled outline.
    Area {
        part: Part,
        points: Vec<(f32, f32)>,
    },
    /// An open line; dashed where the part is what is usual.
    Line {
        part: Part,
        points: Vec<(f32, f32)>,
    },
    /// Slanting lines over a rectangle.
    Hatch {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
    },
    Text {
        x: f32,
        y: f32,
        anchor: Anchor,
        set: Type,
        part: Option<Part>,
        text: String,
    },
    /// What a pointer over this rectangle is told (SVG only).
    Tip {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        text: String,
    },
}

/// A picture, its title and what it shows in a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Its size.
    pub size: Size,
    /// What it is.
    pub title: String,
    /// What it shows, for who cannot see it.
    pub summary: String,
    pub(super) shapes: Vec<Shape>,
}

/// How wide a text is set, roughly: full-width characters count as one em, others as a little more than a half.
pub(super) fn text_width(text: &str, pixels: f32) -> f32 {
    text.chars().map(|c| if c as u32 >= 0x1100 { 1.0 } else { 0.56 }).sum::<f32>() * pixels
}

/// The slanting lines over a rectangle, each from edge to edge.
pub(super) fn hatch_lines(x: f32, y: f32, width: f32, height: f32) -> Vec<[(f32, f32); 2]> {
    const STEP: f32 = 7.0;
    let mut lines = Vec::new();
    // Lines of slope -1: px + py = c, aligned to the page so that neighbouring gaps match.
    let mut c = ((x + y) / STEP).ceil() * STEP;
    while c < x + width + y + height {
        let from = (c - y).min(x + width);
        let to = (c - y - height).max(x);
        if from > to {
            lines.push([(from, c - from), (to, c - to)]);
        }
        c += STEP;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hatching_stays_inside_its_rectangle() {
        let lines = hatch_lines(10.0, 20.0, 30.0, 100.0);
        assert!(lines.len() > 10);
        for [a, b] in lines {
            for (x, y) in [a, b] {
                assert!((10.0..=40.0).contains(&x) && (20.0..=120.0).contains(&y), "{x} {y}");
            }
        }
    }
}
