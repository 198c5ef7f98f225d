//! What an alert says, when there is news to tell, and when a try is made again.
//!
//! In: an alert, a locale; an incident and what was told of it. Out: words as plain text or as Telegram's HTML; the news.
//! Never: sends, reads a clock, cuts inside a character.

mod compose;
pub mod curve;
mod news;
pub mod retry;
#[cfg(test)]
pub(crate) mod sample;
mod script;
pub mod words;

pub use compose::{compose, compose_within, title};
pub use news::{Before, news};
pub use script::{Line, Script, Span, escape, utf16_len};
