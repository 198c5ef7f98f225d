//! Labels: names put on a topic's mentions by a rule of its file. Groups: names for topics that are looked at together.

use serde::{Deserialize, Serialize};

use super::id::text_newtype;

text_newtype!(
    /// A label's name, such as `vip`: 1 to 64 of `a-z 0-9 - _`.
    LabelName,
    |text| {
        (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    }
);

text_newtype!(
    /// A group's name, such as `coffee-chains`: 1 to 64 of `a-z 0-9 - _`.
    GroupName,
    |text| {
        (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    }
);
