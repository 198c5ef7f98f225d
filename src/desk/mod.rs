//! What an operator can do, once, for web, bot and command line.
//!
//! In: what a person asks for, with the person's name. Out: the thing as it stands afterwards, or why it was refused.
//! Never: does something without writing who did it and when; does a thing twice when it is asked for twice.

mod correction;
mod error;
mod incident;
mod silence;
mod ticket;
mod words;

pub use correction::Spoken;
pub use error::Error;
pub use ticket::Opened;
pub use words::state as state_word;

use std::sync::Arc;

use crate::config::{Live, Topic};
use crate::domain::{Clock, TopicName};
use crate::store::Store;

/// The longest name of a person, in characters.
const NAME_CHARS: usize = 80;
/// The longest note, in characters.
const NOTE_CHARS: usize = 5_000;
/// The longest reason, in characters.
const REASON_CHARS: usize = 500;

/// The operators' desk.
#[derive(Clone, Debug)]
pub struct Desk {
    store: Store,
    live: Arc<Live>,
    clock: Clock,
}

impl Desk {
    /// A desk over a store, for what is configured.
    pub fn new(store: Store, live: Arc<Live>, clock: Clock) -> Self {
        Self { store, live, clock }
    }

    fn topic(&self, name: &TopicName) -> Option<Arc<Topic>> {
        self.live.config().topic(name).cloned()
    }
}

/// A person's name as it is kept: trimmed, one line, at most 80 characters.
fn name(by: &str) -> Result<&str, Error> {
    let by = by.trim();
    let valid = !by.is_empty() && by.chars().count() <= NAME_CHARS && !by.chars().any(char::is_control);
    if valid { Ok(by) } else { Err(Error::Name) }
}

/// The first `limit` characters of the first lines, in one line.
fn one_line(text: &str, limit: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= limit {
        return line;
    }
    let mut short: String = line.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_a_name_of_one_line() {
        assert_eq!(name(" 小美 ").expect("a name"), "小美");
        for wrong in ["", "  ", "a\nb", &"長".repeat(81)] {
            assert!(matches!(name(wrong), Err(Error::Name)), "{wrong}");
        }
    }

    #[test]
    fn a_title_is_cut_at_whole_characters() {
        assert_eq!(one_line("拿鐵\n喝完 拉肚子", 20), "拿鐵 喝完 拉肚子");
        assert_eq!(one_line("拿鐵喝完拉肚子", 4), "拿鐵喝…");
    }
}
