//! Posts that are looked at again: was one taken down, changed, answered?
//!
//! In: a post that was read. Out: the posts whose turn it is.
//! Never: grows without bound, looks at one post for ever.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::domain::time::timestamp;

/// How long after its posting a post is looked at again.
const TURNS: [Duration; 3] = [Duration::hours(1), Duration::hours(6), Duration::hours(24)];
/// Posts that wait at most; beyond, those that have had the most turns are let go.
const MOST: usize = 400;

/// Posts that wait for their next turn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Again(Vec<Waiting>);

/// One post that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Waiting {
    /// The platform's id.
    pub(super) id: String,
    /// When it was posted, in milliseconds UTC.
    #[serde(rename = "t")]
    posted: i64,
    /// When it is looked at next, in milliseconds UTC.
    #[serde(rename = "d")]
    due: i64,
    /// A digest of what it was when it was last read.
    #[serde(rename = "m")]
    pub(super) mark: String,
}

impl Again {
    /// Remembers a post; one that has had all its turns is let go.
    pub(super) fn add(&mut self, id: &str, posted: Timestamp, mark: String, now: Timestamp) {
        let Some(due) = TURNS.iter().map(|turn| posted + *turn).find(|due| *due > now) else { return };
        let (posted, due) = (posted.timestamp_millis(), due.timestamp_millis());
        self.0.push(Waiting { id: id.to_owned(), posted, due, mark });
        if self.0.len() > MOST {
            self.0.sort_by_key(|waiting| waiting.due - waiting.posted);
            self.0.truncate(MOST);
        }
    }

    /// Takes out the posts whose turn it is, at most so many, those that wait longest first.
    pub(super) fn take_due(&mut self, most: usize, now: Timestamp) -> Vec<Waiting> {
        self.0.sort_by_key(|waiting| waiting.due);
        let due = self.0.iter().take_while(|waiting| waiting.due <= now.timestamp_millis()).count();
        self.0.drain(..due.min(most)).collect()
    }

    /// Puts one back as it was: it could not be looked at.
    pub(super) fn restore(&mut self, waiting: Waiting) {
        self.0.push(waiting);
    }

    /// Puts one back for its next turn, as it is now.
    pub(super) fn put_back(&mut self, waiting: &Waiting, mark: String, now: Timestamp) {
        self.add(&waiting.id, timestamp(waiting.posted), mark, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_has_three_turns_and_is_then_let_go() {
        let (mut again, posted) = (Again::default(), timestamp(0));
        again.add("a", posted, "m".to_owned(), posted);
        let mut turns = 0;
        for hour in 1..100 {
            let now = posted + Duration::hours(hour);
            for waiting in again.take_due(10, now) {
                turns += 1;
                again.put_back(&waiting, "m".to_owned(), now);
            }
        }
        assert_eq!((turns, again), (3, Again::default()));
    }

    #[test]
    fn the_queue_is_bounded() {
        let mut again = Again::default();
        for n in 0..1_000 {
            again.add(&n.to_string(), timestamp(n), String::new(), timestamp(n));
        }
        assert_eq!(again.0.len(), MOST);
    }
}
