//! What an alert says and whom it is told.
//!
//! In: an alert, a locale, routes. Out: its words as plain text or as Telegram's HTML; the receivers.
//! Never: sends, reads a clock, cuts inside a character.

mod compose;
pub mod route;
#[cfg(test)]
pub(crate) mod sample;
mod script;
pub mod words;

pub use compose::{compose, compose_within};
pub use route::{Route, receivers};
pub use script::{Line, Script, Span, escape, utf16_len};
