//! What was seen of a feed: by guid, by link, by content.
//!
//! In: an entry. Out: whether it is new, changed or the same, and its lasting id.
//! Never: grows without bound.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::read::Entry;
use crate::domain::Timestamp;
use crate::domain::id::digest;
use crate::domain::time::timestamp;

/// Entries that are remembered at least, and at most; in between, twice what the feed shows.
const FEWEST: usize = 100;
const MOST: usize = 2_000;

/// What an entry is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meeting {
    /// Never seen.
    New,
    /// Seen, with another text.
    Changed,
    /// Seen as it is.
    Same,
}

/// The entries seen last, oldest meeting first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Seen(Vec<Known>);

/// One entry: digests, not texts, so that the cursor stays small.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Known {
    id: String,
    #[serde(rename = "g")]
    guid: String,
    #[serde(rename = "l", default)]
    link: String,
    #[serde(rename = "c")]
    content: String,
    #[serde(rename = "t")]
    at: i64,
}

/// Links that several entries of one page have (the site's front page, say): they tell no entry from another.
pub(super) fn shared_links(entries: &[Entry]) -> HashSet<String> {
    let mut count: HashMap<&str, usize> = HashMap::new();
    for entry in entries {
        *count.entry(&entry.link).or_default() += 1;
    }
    count.into_iter().filter(|(_, times)| *times > 1).map(|(link, _)| link.to_owned()).collect()
}

fn mark(text: &str) -> String {
    if text.is_empty() { String::new() } else { digest(&[text]).chars().take(14).collect() }
}

impl Seen {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says what the entry is, with its lasting id and the time it was first posted, and remembers it.
    pub(super) fn meet(
        &mut self,
        address: &str,
        entry: &Entry,
        shared: &HashSet<String>,
        at: Timestamp,
    ) -> (Meeting, String, Timestamp) {
        let link = if shared.contains(&entry.link) { String::new() } else { mark(&entry.link) };
        let (guid, content) = (mark(&entry.guid), mark(&format!("{}\n{}", entry.title, entry.text)));
        let same_guid = self.0.iter().position(|known| known.guid == guid);
        let same_item = |known: &Known| known.content == content || known.link == link || link.is_empty();
        let place = same_guid.filter(|place| self.0.get(*place).is_some_and(same_item)).or_else(|| {
            // A guid given anew: the link tells that it is the same entry.
            self.0.iter().position(|known| !link.is_empty() && known.link == link)
        });
        if let Some(place) = place {
            let known = self.0.remove(place);
            let meeting = if known.content == content { Meeting::Same } else { Meeting::Changed };
            let answer = (meeting, known.id.clone(), timestamp(known.at));
            self.0.push(Known { guid, link, content, ..known });
            return answer;
        }
        let id = match same_guid {
            None => digest(&["feed", address, &entry.guid]),
            // One guid for two entries: they are told apart by what they are.
            Some(_) => digest(&["feed", address, &entry.guid, &entry.link, &content]),
        };
        self.0.push(Known { id: id.clone(), guid, link, content, at: at.timestamp_millis() });
        (Meeting::New, id, at)
    }

    /// Forgets the entries that were met longest ago.
    pub(super) fn trim(&mut self, shown: usize) {
        let kept = (shown * 2).clamp(FEWEST, MOST);
        self.0.drain(..self.0.len().saturating_sub(kept));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(guid: &str, link: &str) -> Entry {
        Entry { guid: guid.to_owned(), link: link.to_owned(), ..Entry::default() }
    }

    #[test]
    fn a_link_that_all_entries_share_tells_none_apart() {
        let entries = [entry("1", "https://e.org/"), entry("2", "https://e.org/"), entry("3", "https://e.org/3")];
        let shared = shared_links(&entries);
        let mut seen = Seen::default();
        for entry in &entries {
            assert_eq!(seen.meet("a", entry, &shared, timestamp(0)).0, Meeting::New);
        }
        assert_eq!(seen.meet("a", &entry("new", "https://e.org/3"), &shared, timestamp(0)).0, Meeting::Same);
    }

    #[test]
    fn memory_is_bounded() {
        let mut seen = Seen::default();
        for n in 0..5_000 {
            seen.meet("a", &entry(&n.to_string(), ""), &HashSet::new(), timestamp(0));
            seen.trim(10);
        }
        assert_eq!(seen.0.len(), FEWEST);
    }
}
