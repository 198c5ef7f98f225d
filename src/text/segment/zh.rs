//! Chinese: jieba's word list and our own words of customer talk, for folded text, so that both scripts are cut alike.
//!
//! In: a run of letters in simplified characters. Out: places of words. Never: joins what the list does not know.

use super::dictionary::{Cutter, parts};

/// The cutter.
pub(super) static SEGMENT: Cutter = Cutter::new("zh", parts!("zh", None));
