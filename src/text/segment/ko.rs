//! Korean: mecab-ko-dic, reduced to Hangul words that are not made of others, and our own words of customer talk.
//!
//! In: a run of Hangul. Out: places of stems, particles and endings. Never: sees other scripts.

use super::dictionary::{Cutter, parts};

/// The cutter.
pub(super) static SEGMENT: Cutter =
    Cutter::new("ko", parts!("ko", Some(include_bytes!("../../../sentiment-models/segment/ko/matrix.gz"))));
