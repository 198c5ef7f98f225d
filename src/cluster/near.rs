//! The near key: a SimHash over shingles, which near copies share but for a few bits.
//!
//! In: the words that say something. Out: 64 bits; bands of them to look copies up by; whether two keys are near.
//! Never: tells near copies of very short texts: the key says when its text is too short for that.

use super::{Hash, mix};

/// Bits that may differ between near copies.
const FARTHEST: u32 = 12;

/// Bands a key is looked up by, and their width in bits.
const BANDS: u32 = 10;
const BAND_BITS: u32 = 12;

/// The key of these words: pairs of characters where a character is nearly a word, words and pairs of words elsewhere.
pub(super) fn key(said: &[&str]) -> i64 {
    let mut votes = [0_i32; 64];
    let mut vote = |hash: u64| {
        for (bit, votes) in votes.iter_mut().enumerate() {
            *votes += if hash >> bit & 1 == 1 { 1 } else { -1 };
        }
    };
    let mut dense: Option<char> = None;
    let mut word_before: Option<u64> = None;
    for word in said {
        if word.chars().any(is_dense) {
            for c in word.chars() {
                if let Some(before) = dense {
                    vote(Hash::new().add(before).add(c).end());
                }
                dense = Some(c);
            }
            word_before = None;
        } else {
            let hash = word.chars().fold(Hash::new(), Hash::add).end();
            vote(hash);
            if let Some(before) = word_before {
                vote(mix(before.rotate_left(1) ^ hash));
            }
            word_before = Some(hash);
            dense = None;
        }
    }
    let bits = votes.iter().enumerate().fold(0_u64, |bits, (bit, &votes)| bits | u64::from(votes > 0) << bit);
    bits.cast_signed()
}

/// The bands to look a near key up by: two near copies share at least one, nearly always.
pub fn bands(near: i64) -> Vec<i64> {
    let bits = near.cast_unsigned();
    // Bits are taken in an order of steps of 27 (which meets each of the 64 once), so that bands overlap little.
    (0..BANDS)
        .map(|band| {
            let value = (0..BAND_BITS).fold(0_u64, |value, at| {
                let place = (band * BAND_BITS + at) * 27 % 64;
                value << 1 | (bits >> place & 1)
            });
            (u64::from(band) << BAND_BITS | value).cast_signed()
        })
        .collect()
}

/// Whether two near keys tell of one text.
pub fn is_near(a: i64, b: i64) -> bool {
    (a ^ b).count_ones() <= FARTHEST
}

/// Whether a character of this writing is nearly a word: Chinese, kana, Hangul.
pub(super) fn is_dense(c: char) -> bool {
    matches!(u32::from(c), 0x3041..=0x30FF | 0x3400..=0x9FFF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0x20000..=0x3_FFFF)
}
