//! `[[source.<kind>]]`: the places that can be listened to, and what topics want of them.
//!
//! In: the `source` tables. Out: places by name; sources, once each.
//! Never: connects to a place.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::sync::Arc;

use super::Topic;
use crate::domain::{SourceName, TopicName};
use crate::net;
use crate::settings::Table;
use crate::source::{KINDS, Kind, Place, Source, Wanted};

/// A place with the name that `[[listen]] source = "…"` calls it by.
pub struct NamedPlace {
    /// Its name; the kind's word when it has none of its own.
    pub name: String,
    /// The kind's word.
    pub kind: &'static str,
    /// What it can do.
    pub place: Box<dyn Place>,
}

impl fmt::Debug for NamedPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NamedPlace({:?}, {})", self.name, self.kind)
    }
}

/// One source, with the topics that want it.
#[derive(Clone, Debug)]
pub struct WantedSource {
    /// Where.
    pub place: Arc<NamedPlace>,
    /// What.
    pub wanted: Wanted,
    /// For whom, by name.
    pub topics: Vec<TopicName>,
}

impl WantedSource {
    /// The source, ready to be heard.
    pub fn source(&self, client: &net::Client) -> Source {
        self.place.place.source(&self.wanted, self.topics.clone(), client)
    }
}

/// All places by name; `None` for one whose table has a mistake.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(BTreeMap<String, Option<Arc<NamedPlace>>>);

impl Places {
    /// `Some(None)`: it is there, but has a mistake of its own.
    pub(super) fn find(&self, name: &str) -> Option<&Option<Arc<NamedPlace>>> {
        self.0.get(name)
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    pub(super) fn all(&self) -> Vec<Arc<NamedPlace>> {
        self.0.values().flatten().cloned().collect()
    }

    pub(super) fn of(places: &[Arc<NamedPlace>]) -> Self {
        Self(places.iter().map(|place| (place.name.clone(), Some(Arc::clone(place)))).collect())
    }
}

/// Reads every `[[source.<kind>]]`, and adds the places that need no settings.
pub(super) fn read(root: &Table<'_>) -> Places {
    let mut places: BTreeMap<String, Option<Arc<NamedPlace>>> = BTreeMap::new();
    if let Some(source) = root.table("source") {
        for kind in KINDS {
            for table in source.tables(kind.word()) {
                let name = read_name(*kind, &table);
                let place = kind.read_place(&name, &table);
                let named = place.map(|place| Arc::new(NamedPlace { name: name.clone(), kind: kind.word(), place }));
                match places.entry(name) {
                    Entry::Vacant(entry) => {
                        entry.insert(named);
                    }
                    Entry::Occupied(entry) => {
                        let message = format!("`{}` stands here twice", entry.key());
                        table.mistake("name", message, "give each source a name of its own");
                    }
                }
                table.finish();
            }
        }
        source.finish();
    }
    for kind in KINDS {
        let word = kind.word();
        if let (false, Some(place)) = (places.contains_key(word), kind.built_in_place()) {
            places.insert(word.to_owned(), Some(Arc::new(NamedPlace { name: word.to_owned(), kind: word, place })));
        }
    }
    Places(places)
}

fn read_name(kind: &dyn Kind, table: &Table<'_>) -> String {
    if !table.has("name") {
        // Asked for all the same, so that it is a known key in hints.
        return table.text("name").unwrap_or_else(|| kind.word().to_owned());
    }
    // A name obeys the rule of topic names, since it begins the names of sources.
    let name = table.need_name("name", TopicName::new).map(|name| name.as_str().to_owned());
    let taken = |name: &String| KINDS.iter().any(|other| other.word() == name && other.word() != kind.word());
    if let Some(name) = name.as_ref().filter(|name| taken(name)) {
        table.mistake("name", format!("`{name}` is the name of another kind of source"), "give it a name of its own");
    }
    name.unwrap_or_else(|| kind.word().to_owned())
}

/// Every source that some topic wants, once each.
pub(super) fn wanted_sources(topics: &[Arc<Topic>]) -> Vec<WantedSource> {
    let mut sources: BTreeMap<SourceName, WantedSource> = BTreeMap::new();
    for topic in topics {
        for listen in &topic.listens {
            for wanted in &listen.wanted {
                let source = sources.entry(wanted.name.clone()).or_insert_with(|| WantedSource {
                    place: Arc::clone(&listen.place),
                    wanted: wanted.clone(),
                    topics: Vec::new(),
                });
                if !source.topics.contains(&topic.name) {
                    source.topics.push(topic.name.clone());
                }
            }
        }
    }
    sources.into_values().collect()
}
