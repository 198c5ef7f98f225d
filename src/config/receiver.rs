//! `[[receiver]]` and `[[route]]`: who can be told, and who is told what.
//!
//! In: their tables. Out: receivers whose `next` leads on without a circle; routes that name receivers and topics that exist.
//! Never: sends anything.

use super::main_file::{Known, locale_or};
use crate::domain::{Locale, ReceiverName, Severity, TopicName};
use crate::notify::{ChannelConfig, read_channel};
use crate::settings::Table;

/// A person or team that can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// How routes and topics call it.
    pub name: ReceiverName,
    /// How it is reached.
    pub channel: ChannelConfig,
    /// The language it reads.
    pub locale: Locale,
    /// Who is told when this one cannot be reached.
    pub next: Option<ReceiverName>,
}

/// Which incidents go to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Of these topics; of all when empty.
    pub topics: Vec<TopicName>,
    /// At least so severe.
    pub severity: Severity,
    /// To these.
    pub receivers: Vec<ReceiverName>,
}

impl Route {
    /// Whether it takes an incident of this topic and severity.
    pub fn fits(&self, topic: &TopicName, severity: Severity) -> bool {
        severity >= self.severity && (self.topics.is_empty() || self.topics.contains(topic))
    }
}

/// The severities by their words, least first.
const SEVERITIES: [&str; 3] = ["notice", "warning", "critical"];

/// Reads every `[[receiver]]`. Gives also the names of those that have a mistake, so that references to them are not mistakes too.
pub(super) fn read_receivers(root: &Table<'_>, locale: Locale) -> (Vec<Receiver>, Vec<ReceiverName>) {
    let tables = root.tables("receiver");
    let mut receivers = Vec::new();
    let mut names: Vec<ReceiverName> = Vec::new();
    let mut nexts: Vec<Option<(ReceiverName, String)>> = Vec::new();
    for table in &tables {
        let name = table.need_name("name", ReceiverName::new);
        let channel = read_channel(table);
        let locale = locale_or(table, locale);
        let next = table.text("next");
        if let Some(name) = &name {
            if names.contains(name) {
                table.mistake("name", format!("`{name}` stands here twice"), "give each receiver a name of its own");
            }
            names.push(name.clone());
        }
        nexts.push(name.clone().zip(next.clone()));
        if let (Some(name), Some(channel)) = (name, channel) {
            receivers.push(Receiver { name, channel, locale, next: next.and_then(ReceiverName::new) });
        }
    }
    for (table, next) in tables.iter().zip(&nexts) {
        check_next(table, next.as_ref(), &names, &nexts);
    }
    tables.into_iter().for_each(Table::finish);
    (receivers, names)
}

/// `next` names a receiver, and the way on from it does not come back.
fn check_next(
    table: &Table<'_>,
    next: Option<&(ReceiverName, String)>,
    names: &[ReceiverName],
    nexts: &[Option<(ReceiverName, String)>],
) {
    let Some((name, next)) = next else { return };
    if !names.iter().any(|known| known.as_str() == next) {
        table.not_found("next", "receiver", next, &names.iter().map(ReceiverName::as_str).collect::<Vec<_>>());
        return;
    }
    let after = |name: &str| {
        let found = nexts.iter().flatten().find(|(from, _)| from.as_str() == name);
        found.map(|(_, to)| to.as_str())
    };
    let mut way = vec![name.as_str()];
    let mut at = Some(next.as_str());
    while let Some(here) = at {
        if here == name.as_str() {
            way.push(here);
            let message = format!("goes in a circle: {}", way.join(" → "));
            table.mistake("next", message, "let the last of them have no `next`");
            return;
        }
        if way.contains(&here) {
            return;
        }
        way.push(here);
        at = after(here);
    }
}

/// Reads every `[[route]]`.
pub(super) fn read_routes(root: &Table<'_>, known: &Known) -> Vec<Route> {
    let mut routes = Vec::new();
    for table in root.tables("route") {
        let topics = names_of(&table, "topics", "topic", &known.topics, TopicName::as_str);
        let receivers = names_of(&table, "receivers", "receiver", &known.receivers, ReceiverName::as_str);
        let severity = table.word("severity", &SEVERITIES).and_then(Severity::find).unwrap_or(Severity::Notice);
        if !table.has("receivers") {
            table.mistake("receivers", "is missing", "name who is told, such as [\"coffee-care\"]");
        } else if receivers.is_empty() && table.texts("receivers").is_empty() {
            table.mistake("receivers", "names nobody", "name who is told, such as [\"coffee-care\"]");
        }
        routes.push(Route { topics, severity, receivers });
        table.finish();
    }
    routes
}

/// The names in a list that exist; the others become mistakes.
pub(super) fn names_of<T: Clone>(
    table: &Table<'_>,
    key: &str,
    what: &str,
    known: &[T],
    word: fn(&T) -> &str,
) -> Vec<T> {
    let mut found = Vec::new();
    for text in table.texts(key) {
        match known.iter().find(|name| word(name) == text) {
            Some(name) => found.push(name.clone()),
            None => table.not_found(key, what, &text, &known.iter().map(word).collect::<Vec<_>>()),
        }
    }
    found
}

/// The name at a key, when it exists; another becomes a mistake.
pub(super) fn name_of<T: Clone>(
    table: &Table<'_>,
    key: &str,
    what: &str,
    known: &[T],
    word: fn(&T) -> &str,
) -> Option<T> {
    let text = table.text(key)?;
    let found = known.iter().find(|name| word(name) == text);
    if found.is_none() {
        table.not_found(key, what, &text, &known.iter().map(word).collect::<Vec<_>>());
    }
    found.cloned()
}
