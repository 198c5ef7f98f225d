//! Mentions over time by sentiment, with what is usual, what was not heard, and the moments that matter.

use chrono_tz::Tz;

use super::axis::{number_ticks, time_ticks};
use super::scene::{Anchor, Part, Scene, Shape, Size, Type, text_width};
use super::words;
use crate::alert::words::number as grouped;
use crate::domain::{Interval, Locale, Timestamp};

/// How points are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// One column a point; best up to a hundred points.
    #[default]
    Bars,
    /// Filled bands; best for many points.
    Area,
}

/// Mentions of one stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VolumePoint {
    /// When it begins.
    pub at: Timestamp,
    /// Negative mentions.
    pub negative: i64,
    /// Neutral mentions.
    pub neutral: i64,
    /// Positive mentions.
    pub positive: i64,
    /// Mentions of no sure leaning.
    pub unsure: i64,
    /// Mentions whose leaning is not told apart.
    pub other: i64,
}

impl VolumePoint {
    /// A point without mentions.
    pub fn at(at: Timestamp) -> Self {
        Self { at, negative: 0, neutral: 0, positive: 0, unsure: 0, other: 0 }
    }

    fn of(&self, part: Part) -> i64 {
        match part {
            Part::Negative => self.negative,
            Part::Neutral => self.neutral,
            Part::Positive => self.positive,
            Part::Unsure => self.unsure,
            Part::Other => self.other,
            _ => 0,
        }
    }

    fn total(&self) -> i64 {
        STACK.iter().map(|part| self.of(*part)).sum()
    }
}

/// From the bottom up: negative stands on the line, so that it can be held against what is usual.
const STACK: [Part; 5] = [Part::Negative, Part::Neutral, Part::Other, Part::Positive, Part::Unsure];

/// What is usual (negative mentions of one point) from a moment on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// When.
    pub at: Timestamp,
    /// Low edge of the usual range.
    pub low: f64,
    /// The middle.
    pub middle: f64,
    /// High edge; a band is drawn where it is above the low one.
    pub high: f64,
}

impl Usual {
    /// A line without a band.
    pub fn line(at: Timestamp, middle: f64) -> Self {
        Self { at, low: middle, middle, high: middle }
    }
}

/// A moment that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// In a word or two; digits and Latin where a PNG is made.
    pub label: String,
}

/// The lines above a picture that stands alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// The number that matters.
    pub large: String,
    /// What it is held against, beside it.
    pub aside: String,
    /// What is drawn, below it.
    pub small: String,
}

/// Mentions over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Volume {
    /// What it is, for who cannot see it.
    pub title: String,
    /// Lines above a picture that stands alone.
    pub headline: Option<Headline>,
    /// Whose clock the ticks follow.
    pub zone: Tz,
    /// Whose words.
    pub locale: Locale,
    /// Bars or area.
    pub style: Style,
    /// From when until when; begins where a point begins.
    pub window: Interval,
    /// How much time one drawn point stands for, in milliseconds; finer points are added up.
    pub width_ms: i64,
    /// What was counted, in any order; a point that is missing is a zero (unless it lies in a gap).
    pub points: Vec<VolumePoint>,
    /// What is usual; empty when nothing is known.
    pub usual: Vec<Usual>,
    /// What was not heard.
    pub gaps: Vec<Interval>,
    /// Moments that matter.
    pub marks: Vec<Mark>,
}

/// One drawn point.
struct Slot {
    point: VolumePoint,
    heard: bool,
}

/// The rectangle that is drawn in, and the scales of its edges.
struct Plot {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
    from_ms: i64,
    to_ms: i64,
    most: f64,
}

impl Plot {
    fn x(&self, at: Timestamp) -> f32 {
        self.x_ms(at.timestamp_millis())
    }

    fn x_ms(&self, millis: i64) -> f32 {
        let share = (millis - self.from_ms) as f64 / (self.to_ms - self.from_ms).max(1) as f64;
        self.left + share.clamp(0.0, 1.0) as f32 * (self.right - self.left)
    }

    fn y(&self, value: f64) -> f32 {
        self.bottom - (value / self.most).clamp(0.0, 1.0) as f32 * (self.bottom - self.top)
    }
}

impl Volume {
    /// Draws it.
    pub fn scene(&self, size: Size) -> Scene {
        let slots = self.slots();
        let most = slots.iter().map(|slot| slot.point.total() as f64);
        let most = most.chain(self.usual.iter().map(|usual| usual.high)).fold(0.0, f64::max);
        let numbers = number_ticks(most);
        let widest = numbers.iter().map(|n| text_width(&grouped(*n), Type::Small.pixels())).fold(0.0, f32::max);
        let margin = if self.headline.is_some() { 14.0 } else { 2.0 };
        let mut shapes = Vec::new();
        let top = self.head(&mut shapes, size, margin);
        let plot = Plot {
            left: margin + widest + 8.0,
            top,
            right: size.width - margin - 4.0,
            bottom: size.height - margin.max(4.0) - 20.0,
            from_ms: self.window.from.timestamp_millis(),
            to_ms: self.window.to.timestamp_millis(),
            most: numbers.last().copied().unwrap_or(1) as f64,
        };
        self.grid(&mut shapes, &plot, &numbers);
        for gap in &self.gaps {
            let (x, end) = (plot.x(gap.from), plot.x(gap.to));
            if end - x > 0.5 {
                shapes.push(Shape::Hatch { x, y: plot.top, width: end - x, height: plot.bottom - plot.top });
            }
        }
        match self.style {
            Style::Bars => self.bars(&mut shapes, &plot, &slots),
            Style::Area => self.area(&mut shapes, &plot, &slots),
        }
        self.usual(&mut shapes, &plot);
        let axis = vec![(plot.left, plot.bottom), (plot.right, plot.bottom)];
        shapes.push(Shape::Line { part: Part::Axis, points: axis });
        self.marks(&mut shapes, &plot);
        self.tips(&mut shapes, &plot, &slots);
        Scene { size, title: self.title.clone(), summary: self.summary(&slots), shapes }
    }

    fn slots(&self) -> Vec<Slot> {
        let width = self.width_ms.max(1);
        let from = self.window.from.timestamp_millis();
        let count = (self.window.to.timestamp_millis() - from).div_euclid(width).clamp(0, 5_000);
        let mut slots: Vec<Slot> = (0..count)
            .map(|i| Slot { point: VolumePoint::at(crate::domain::time::timestamp(from + i * width)), heard: true })
            .collect();
        for point in &self.points {
            let place = (point.at.timestamp_millis() - from).div_euclid(width);
            let Some(slot) = usize::try_from(place).ok().and_then(|place| slots.get_mut(place)) else { continue };
            slot.point.negative += point.negative;
            slot.point.neutral += point.neutral;
            slot.point.positive += point.positive;
            slot.point.unsure += point.unsure;
            slot.point.other += point.other;
        }
        for slot in &mut slots {
            let middle = slot.point.at + chrono::Duration::milliseconds(width / 2);
            slot.heard = !self.gaps.iter().any(|gap| gap.from <= middle && middle < gap.to);
        }
        slots
    }

    /// Headline and legend; gives the y where the plot begins.
    fn head(&self, shapes: &mut Vec<Shape>, size: Size, margin: f32) -> f32 {
        let mut y = margin;
        if let Some(headline) = &self.headline {
            y += 20.0;
            text(shapes, (margin, y), Anchor::Start, Type::Large, Some(Part::Negative), &headline.large);
            let right = size.width - margin;
            text(shapes, (right, y), Anchor::End, Type::Large, None, &headline.aside);
            y += 20.0;
            text(shapes, (margin, y), Anchor::Start, Type::Small, None, &headline.small);
            y += 8.0;
        }
        y += 14.0;
        let drawn = |part: &Part| *part == Part::Negative || self.points.iter().any(|point| point.of(*part) > 0);
        let mut legend: Vec<Part> = STACK.into_iter().filter(drawn).collect();
        if !self.usual.is_empty() {
            legend.push(Part::UsualLine);
        }
        if !self.gaps.is_empty() {
            legend.push(Part::Gap);
        }
        let mut x = margin;
        for part in legend {
            let name = words::name(part, self.locale);
            let width = 18.0 + text_width(name, Type::Small.pixels());
            if x > margin && x + width > size.width - margin {
                x = margin;
                y += 17.0;
            }
            match part {
                Part::UsualLine => {
                    shapes.push(Shape::Line { part, points: vec![(x - 1.0, y - 4.5), (x + 13.0, y - 4.5)] });
                }
                Part::Gap => shapes.push(Shape::Hatch { x, y: y - 10.0, width: 12.0, height: 11.0 }),
                _ => shapes.push(Shape::Rect { part, x, y: y - 9.5, width: 10.0, height: 10.0 }),
            }
            text(shapes, (x + 17.0, y), Anchor::Start, Type::Small, None, name);
            x += width + 16.0;
        }
        // Room for the label of a mark, which stands on the plot.
        y + if self.marks.is_empty() { 14.0 } else { 28.0 }
    }

    fn grid(&self, shapes: &mut Vec<Shape>, plot: &Plot, numbers: &[i64]) {
        for number in numbers {
            let y = plot.y(*number as f64);
            if *number > 0 {
                shapes.push(Shape::Line { part: Part::Grid, points: vec![(plot.left, y), (plot.right, y)] });
            }
            text(shapes, (plot.left - 8.0, y + 4.0), Anchor::End, Type::Small, None, &grouped(*number));
        }
        let most = ((plot.right - plot.left) / 56.0) as usize;
        for (at, label) in time_ticks(self.window, self.zone, self.locale, most) {
            let x = plot.x(at);
            shapes.push(Shape::Line { part: Part::Axis, points: vec![(x, plot.bottom), (x, plot.bottom + 4.0)] });
            let half = text_width(&label, Type::Small.pixels()) / 2.0;
            let x = x.min(plot.right + 4.0 - half);
            text(shapes, (x, plot.bottom + 18.0), Anchor::Middle, Type::Small, None, &label);
        }
    }

    fn bars(&self, shapes: &mut Vec<Shape>, plot: &Plot, slots: &[Slot]) {
        for slot in slots {
            let start = slot.point.at.timestamp_millis();
            let (x, end) = (plot.x_ms(start), plot.x_ms(start + self.width_ms));
            let space = if end - x > 4.0 { 1.0 } else { 0.0 };
            let mut below = 0.0;
            for part in STACK {
                let value = slot.point.of(part) as f64;
                if value > 0.0 {
                    let (y, bottom) = (plot.y(below + value), plot.y(below));
                    shapes.push(Shape::Rect { part, x, y, width: end - x - space, height: bottom - y });
                    below += value;
                }
            }
        }
    }

    /// Bands, broken where nothing was heard.
    fn area(&self, shapes: &mut Vec<Shape>, plot: &Plot, slots: &[Slot]) {
        for run in slots.chunk_by(|a, b| drawn(a) == drawn(b)).filter(|run| run.first().is_some_and(drawn)) {
            let mut below = vec![0.0; run.len()];
            for part in STACK {
                let above: Vec<f64> = run.iter().zip(&below).map(|(slot, b)| b + slot.point.of(part) as f64).collect();
                if above == below {
                    continue;
                }
                let mut points = self.edge(plot, run, &above);
                points.extend(self.edge(plot, run, &below).into_iter().rev());
                shapes.push(Shape::Area { part, points });
                below = above;
            }
        }
    }

    /// A line through the middles of a run's points, level at both ends.
    fn edge(&self, plot: &Plot, run: &[Slot], values: &[f64]) -> Vec<(f32, f32)> {
        let mut points = Vec::with_capacity(values.len() + 2);
        let start = |slot: &Slot| slot.point.at.timestamp_millis();
        if let (Some(slot), Some(value)) = (run.first(), values.first()) {
            points.push((plot.x_ms(start(slot)), plot.y(*value)));
        }
        for (slot, value) in run.iter().zip(values) {
            points.push((plot.x_ms(start(slot) + self.width_ms / 2), plot.y(*value)));
        }
        if let (Some(slot), Some(value)) = (run.last(), values.last()) {
            points.push((plot.x_ms(start(slot) + self.width_ms), plot.y(*value)));
        }
        points
    }

    fn usual(&self, shapes: &mut Vec<Shape>, plot: &Plot) {
        let middle = |usual: &Usual| plot.x_ms(usual.at.timestamp_millis() + self.width_ms / 2);
        let mut band: Vec<(f32, f32)> = self.usual.iter().map(|usual| (middle(usual), plot.y(usual.high))).collect();
        if self.usual.iter().any(|usual| usual.high > usual.low) {
            band.extend(self.usual.iter().rev().map(|usual| (middle(usual), plot.y(usual.low))));
            shapes.push(Shape::Area { part: Part::UsualBand, points: band });
        }
        let points: Vec<(f32, f32)> = self.usual.iter().map(|usual| (middle(usual), plot.y(usual.middle))).collect();
        if points.len() > 1 {
            shapes.push(Shape::Line { part: Part::UsualLine, points });
        }
    }

    fn marks(&self, shapes: &mut Vec<Shape>, plot: &Plot) {
        for mark in self.marks.iter().filter(|mark| self.window.from <= mark.at && mark.at <= self.window.to) {
            let x = plot.x(mark.at);
            let top = plot.top - 10.0;
            shapes.push(Shape::Line { part: Part::Mark, points: vec![(x, top), (x, plot.bottom)] });
            let right = x + text_width(&mark.label, Type::Label.pixels()) + 8.0 < plot.right;
            let (x, anchor) = if right { (x + 6.0, Anchor::Start) } else { (x - 6.0, Anchor::End) };
            text(shapes, (x, top + 4.0), anchor, Type::Label, Some(Part::Mark), &mark.label);
        }
    }

    fn tips(&self, shapes: &mut Vec<Shape>, plot: &Plot, slots: &[Slot]) {
        if slots.len() > 400 {
            return;
        }
        for slot in slots {
            let start = slot.point.at.timestamp_millis();
            let (x, end) = (plot.x_ms(start), plot.x_ms(start + self.width_ms));
            let at = slot.point.at.with_timezone(&self.zone);
            let said = words::tip(at, slot.point.total(), slot.point.negative, slot.heard, self.locale);
            let (y, height) = (plot.top, plot.bottom - plot.top);
            shapes.push(Shape::Tip { x, y, width: end - x, height, text: said });
        }
    }

    fn summary(&self, slots: &[Slot]) -> String {
        let total = slots.iter().map(|slot| slot.point.total()).sum();
        let negative = slots.iter().map(|slot| slot.point.negative).sum();
        let peak = slots.iter().max_by_key(|slot| (slot.point.total(), std::cmp::Reverse(slot.point.at)));
        let peak = peak.filter(|slot| slot.point.total() > 0);
        let peak = peak.map(|slot| (slot.point.at.with_timezone(&self.zone), slot.point.total()));
        words::summary(total, negative, peak, self.gaps.len(), self.locale)
    }
}

/// Whether there is something to draw: it was heard, or something came all the same.
fn drawn(slot: &Slot) -> bool {
    slot.heard || slot.point.total() > 0
}

fn text(shapes: &mut Vec<Shape>, (x, y): (f32, f32), anchor: Anchor, set: Type, part: Option<Part>, text: &str) {
    shapes.push(Shape::Text { x, y, anchor, set, part, text: text.to_owned() });
}
