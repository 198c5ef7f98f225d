//! What is asked of a text: how it leans, which themes it has, whether it is spam.
//!
//! In: a text that was read. Out: a judgement, each label with the spans of the original that moved it.
//! Never: waits, reads files or a clock; the same text and models give the same bits on every machine.
//!
//! - `feature` cuts a text into hashed runs of characters, words, and what the `lexicon` says of it;
//! - `model` adds up the weights of one language group and calibrates the sum; `model_file` is its file;
//! - `theme` and `spam` find phrases; `evidence` leads back to the original;
//! - `toward` asks the same of the clauses that speak of one name;
//! - `train` makes models (with `ftrl`, `calibrate`), `measure` scores them.

mod calibrate;
mod clean;
mod error;
mod evidence;
mod feature;
mod ftrl;
mod group;
mod judge;
mod lexicon;
mod measure;
mod model;
mod model_file;
mod number;
mod spam;
mod theme;
mod toward;
mod train;

pub use error::Error;
pub use group::Group;
pub use judge::{Files, Judge, SpamReason};
pub use measure::{Answer, Figures, ece, figures};
pub use theme::{
    BuiltInTheme, Labelled, LearntThemes, MOST_OWN_THEMES, OwnLesson, OwnThemes, ThemeFigures, ThemeLesson, ThemePlan,
    ThemeRow, TopicFigures, built_in_themes, usable,
};
pub use train::{Learnt, Lesson, Plan};
