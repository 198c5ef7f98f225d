//! Themes: the reasons customers speak.

use serde::{Deserialize, Serialize};

use super::id::text_newtype;

text_newtype!(
    /// A subject that comes back inside a topic's mentions, such as `delivery`: 1 to 64 of `a-z 0-9 - _`.
    Theme,
    |text| {
        (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    }
);

/// A theme with how sure we are of it, 0.0 to 1.0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThemeScore {
    /// Which theme.
    pub theme: Theme,
    /// How sure, 0.0 to 1.0.
    pub p: f32,
}
