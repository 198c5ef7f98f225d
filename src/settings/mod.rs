//! Reads TOML with its places: every mistake is kept, none ends the reading.
//!
//! In: the text of a TOML file. Out: values, and all mistakes with file, line, value and a way out.
//! Never: opens a file (but for `file:` secrets, to see whether they are there), stops at the first mistake.

mod edit;
mod mistake;
mod pace;
mod secret;
mod table;

pub use edit::with_text;
pub use mistake::{Mistake, Mistakes, nearest};
pub use pace::Pace;
pub use secret::Secret;
pub use table::{Document, Table};
