//! Japanese: IPADIC, reduced to what cutting needs, and our own words of customer talk.
//!
//! In: a run of letters whose characters were not simplified. Out: places of words. Never: sees simplified characters.

use super::dictionary::{Cutter, parts};

/// The cutter.
pub(super) static SEGMENT: Cutter =
    Cutter::new("ja", parts!("ja", Some(include_bytes!("../../../sentiment-models/segment/ja/matrix.gz"))));
