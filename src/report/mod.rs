//! A topic's report: figures and sentences; every sentence names the mentions under it, and nothing else is said.
//!
//! In: the mentions of a period and of the one before it, and what was heard. Out: a [`Report`], rendered for people.
//! Never: guesses; with no mentions it says whether nothing was said or nothing was heard.

mod drift;
mod figures;
mod passed_on;
mod render;
mod rising;
mod sentences;
mod stop_words;
mod unnamed;

pub use drift::{Drift, drift};
pub use figures::{Cause, Figures, Happening, Item, Report, Row, Totals};
pub use passed_on::{Story, originals_elsewhere, passed_on};
pub use render::render;
pub use rising::RisingWord;
pub use sentences::{Sentence, write};
pub use unnamed::{UnnamedTheme, unnamed};
