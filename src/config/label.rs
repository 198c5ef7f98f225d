//! `[[label]]` of a topic: a name for those of its mentions that a query finds.
//!
//! In: a topic's tables. Out: rules that are asked of every mention of the topic.
//! Never: decides whether a text is a mention.

use super::asking::Asking;
use crate::domain::LabelName;
use crate::query::{Document as Said, Query};
use crate::settings::Table;

/// Labels of one topic, at most.
const MOST: usize = 50;

/// One `[[label]]`.
#[derive(Clone, Debug)]
pub struct LabelRule {
    /// Its name in filters.
    pub name: LabelName,
    /// For people.
    pub title: String,
    /// Which mentions have it.
    pub query: Query,
}

impl LabelRule {
    /// The labels of a judged mention, in the order of the file.
    pub fn of(rules: &[Self], said: &Said<'_>) -> Vec<LabelName> {
        rules.iter().filter(|rule| rule.query.matches(said).is_some()).map(|rule| rule.name.clone()).collect()
    }
}

/// Reads every `[[label]]`.
pub(super) fn read(root: &Table<'_>, asking: &Asking) -> Vec<LabelRule> {
    let mut rules: Vec<LabelRule> = Vec::new();
    for table in root.tables("label") {
        let name = table.need_name("name", LabelName::new);
        let title = table.text("title").map(|title| title.trim().to_owned()).filter(|title| !title.is_empty());
        let query = asking.query_of_mentions(&table);
        if let (Some(name), Some(query)) = (name, query) {
            if rules.iter().any(|rule| rule.name == name) {
                table.mistake(
                    "name",
                    format!("`{name}` stands here twice"),
                    "join the two with OR, or choose another name",
                );
            }
            rules.push(LabelRule { title: title.unwrap_or_else(|| name.to_string()), name, query });
        }
        table.finish();
    }
    if rules.len() > MOST {
        root.mistake("label", format!("{} labels; {MOST} are the most", rules.len()), "join some of them with OR");
    }
    rules
}
