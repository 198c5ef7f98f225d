//! The same text again: exact copies and near copies, so that spread is not taken for volume.
//!
//! In: a read text. Out: its keys, and whether two keys tell of one text.
//! Never: looks a text up, or says which of two came first.

mod exact;
#[cfg(test)]
mod measure;
mod near;

use crate::text::{Text, Word, WordKind};

pub use near::{bands, is_near};

/// What two copies of a text share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Equal for copies that differ in links, handles, punctuation, white space, case, width or Chinese script only.
    pub exact: i64,
    /// A SimHash: few bits differ between near copies. Ask [`is_near`].
    pub near: i64,
}

/// A text must weigh this much to be told apart from what others say by chance; a character of Chinese, Japanese or Korean weighs 2, another 1.
const LEAST_WEIGHT: usize = 20;

/// The keys of a text; `None` when it is too short to be told apart (`推`, `客服真爛`, `+1`): many honest people write the same.
pub fn keys(text: &Text) -> Option<Keys> {
    let said = said(text);
    let weight: usize = said.iter().flat_map(|word| word.chars()).map(|c| 1 + usize::from(near::is_dense(c))).sum();
    (weight >= LEAST_WEIGHT).then(|| Keys { exact: exact::key(&said), near: near::key(&said) })
}

/// The words that say something: no links, handles, marks, and no `rt` of a repost.
fn said(text: &Text) -> Vec<&str> {
    let words = text.words();
    let is_repost_mark = |at: usize, word: &Word| {
        text.surface(word) == "rt" && words.get(at + 1).is_some_and(|next| next.kind == WordKind::Handle)
    };
    words
        .iter()
        .enumerate()
        .filter(|(_, word)| !matches!(word.kind, WordKind::Link | WordKind::Handle | WordKind::Punctuation))
        .filter(|&(at, word)| !is_repost_mark(at, word))
        .map(|(_, word)| text.surface(word))
        .collect()
}

/// Spreads every bit of `value` over all 64; the same in every version of this program, since keys are stored.
fn mix(mut value: u64) -> u64 {
    value ^= value >> 30;
    value = value.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value ^= value >> 27;
    value = value.wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// A stable 64-bit hash that takes characters one by one.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    const fn new() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }

    fn add(self, c: char) -> Self {
        Self((self.0 ^ u64::from(u32::from(c))).wrapping_mul(0x0000_0100_0000_01B3).rotate_left(23))
    }

    fn end(self) -> u64 {
        mix(self.0)
    }
}
