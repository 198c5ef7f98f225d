//! What the themes' model sees of a text: the features cut for sentiment, and what the phrases say.
//!
//! In: features and phrases of one text. Out: keys in families, each with the place it came from.
//! Never: cuts again what was cut for sentiment.

use serde::{Deserialize, Serialize};

use super::phrases::Said;
use crate::classify::feature::{FAMILIES as SHARED, Family, Feature, Features, SEED};
use crate::classify::group::Group;
use crate::text::Text;

/// Families of features: those cut for sentiment, and phrases.
pub(super) const FAMILIES: usize = SHARED + 1;
const PHRASES: u8 = SHARED as u8;
/// What one phrase counts, beside 1 / √n for a run of characters.
const PHRASE_SCALE: f64 = 0.5;

/// How a text is cut; written into each model, since weights fit one cut only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CutSpec {
    /// Whether words as they were segmented are taken.
    pub(crate) words: bool,
}

/// One feature: its key (never 0), its family, its place in the folded text (empty when it has none).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) key: u32,
    pub(super) family: u8,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A text as the model sees it.
#[derive(Debug)]
pub(super) struct Cut<'a> {
    shared: &'a [Feature],
    /// Whether words as they were segmented are left out.
    without_segments: bool,
    phrases: Vec<Piece>,
    /// What one feature of each family counts.
    pub(super) scales: [f64; FAMILIES],
}

impl<'a> Cut<'a> {
    /// Joins what is known of a text.
    pub(super) fn read(text: &Text, features: &'a Features, said: &[Said], spec: CutSpec) -> Self {
        let shared = features.scales();
        let mut scales = [PHRASE_SCALE; FAMILIES];
        scales[..SHARED].copy_from_slice(&shared);
        let group = Group::of(text.language());
        let lean = features.signals.hits.iter().map(|hit| hit.strength).sum::<f32>();
        let phrases = phrases(group, lean, said);
        Self { shared: &features.list, without_segments: !spec.words, phrases, scales }
    }

    /// Every feature: those cut for sentiment, then phrases.
    pub(super) fn pieces(&self) -> impl Iterator<Item = Piece> {
        let taken = self.shared.iter().filter(|feature| !(self.without_segments && feature.family == Family::Segments));
        let shared = taken.map(|feature| Piece {
            key: feature.key,
            family: feature.family as u8,
            start: feature.start,
            end: feature.end,
        });
        shared.chain(self.phrases.iter().copied())
    }

    /// How many features there are at most.
    pub(super) fn len(&self) -> usize {
        self.shared.len() + self.phrases.len()
    }

    /// Keys in order, equal ones joined, each with what it counts.
    pub(super) fn values(&self) -> Vec<(u32, f32)> {
        let mut values: Vec<(u32, f32)> =
            self.pieces().map(|piece| (piece.key, self.scales[piece.family as usize] as f32)).collect();
        values.sort_by_key(|(key, _)| *key);
        values.dedup_by(|next, kept| {
            let equal = next.0 == kept.0;
            if equal {
                kept.1 += next.1;
            }
            equal
        });
        values
    }
}

/// What the phrases say of each theme, alone and beside the way the lexicon leans; the group of the language; and a constant.
fn phrases(group: Group, lean: f32, said: &[Said]) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(8);
    let whole = |value: u64| Piece { key: key(value), family: PHRASES, start: 0, end: 0 };
    pieces.push(whole(mix(2, group as u64)));
    pieces.push(whole(mix(4, 0)));
    let side = if lean > 0.3 { 2 } else { u64::from(lean < -0.3) };
    for (theme, said) in said.iter().enumerate() {
        for (kind, count) in said.kinds.iter().enumerate().filter(|(_, count)| **count > 0) {
            let of = mix(mix(3, theme as u64), kind as u64);
            let place = said.places.first().map_or(0..0, |(place, _)| place.clone());
            pieces.push(Piece { key: key(of), family: PHRASES, start: place.start as u32, end: place.end as u32 });
            if *count > 1 {
                pieces.push(whole(mix(of, 10)));
            }
            pieces.push(whole(mix(of, 20 + side)));
        }
    }
    pieces
}

fn mix(hash: u64, value: u64) -> u64 {
    let mixed = (hash ^ value ^ (SEED << 1)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

fn key(hash: u64) -> u32 {
    ((hash.wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32) as u32).max(1)
}
