//! `[[group]]`: topics that are looked at together: competitors, products, campaigns.
//!
//! In: its tables. Out: groups of topics that are there.
//! Never: counts anything.

use super::main_file::Known;
use super::receiver::names_of;
use crate::domain::{GroupName, TopicName};
use crate::settings::Table;

/// One `[[group]]`.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name in addresses.
    pub name: GroupName,
    /// For people.
    pub title: String,
    /// Its topics, two at least, in the order of the file.
    pub topics: Vec<TopicName>,
}

/// Reads every `[[group]]`.
pub(super) fn read(root: &Table<'_>, known: &Known) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for table in root.tables("group") {
        let name = table.need_name("name", GroupName::new);
        let title = table.text("title").map(|title| title.trim().to_owned()).filter(|title| !title.is_empty());
        let topics = names_of(&table, "topics", "topic", &known.topics, TopicName::as_str);
        if (1..topics.len()).any(|place| topics.iter().take(place).any(|before| Some(before) == topics.get(place))) {
            table.mistake("topics", "a topic stands here twice", "name each once");
        }
        if table.texts("topics").len() < 2 {
            table.mistake(
                "topics",
                "fewer than two topics",
                "name those that are to be compared: [\"sprout-coffee\", \"leaf-tea\"]",
            );
        }
        if let Some(name) = name {
            if groups.iter().any(|group| group.name == name) {
                table.mistake("name", format!("`{name}` stands here twice"), "choose another name");
            }
            groups.push(Group { title: title.unwrap_or_else(|| name.to_string()), name, topics });
        }
        table.finish();
    }
    groups
}
