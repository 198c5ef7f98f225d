//! `topics/<name>.toml`: what one topic listens for.
//!
//! In: the file's text and the names it may refer to. Out: a [`Topic`], or its mistakes.
//! Never: knows of another topic more than its name.

use std::ops::Range;
use std::sync::Arc;

use chrono_tz::Tz;

use super::asking::Asking;
use super::files::TopicFile;
use super::label::{self, LabelRule};
use super::main_file::Known;
use super::place::NamedPlace;
use super::receiver::name_of;
use super::theme::{self, OwnThemes};
use crate::detect::Sensitivity;
use crate::domain::{Language, Priority, ReceiverName, TopicName};
use crate::query::{Document as Said, Query, QueryMistake};
use crate::settings::{Document, Mistakes, Table, with_text};
use crate::source::{KINDS, Wanted};

/// What we listen for: one file.
#[derive(Clone, Debug)]
pub struct Topic {
    /// The file's stem.
    pub name: TopicName,
    /// For people.
    pub title: String,
    /// Where its day begins.
    pub zone: Tz,
    /// Who is told when no route says otherwise.
    pub owner: Option<ReceiverName>,
    /// What matches.
    pub query: Query,
    /// Only texts in these languages (`zh` means all Chinese); all when empty.
    pub languages: Vec<String>,
    /// The brand's names, for sentiment toward it.
    pub brand: Vec<String>,
    /// Topics to be compared with.
    pub competitors: Vec<TopicName>,
    /// Whether adverts, giveaways and machines count as talk; else they are set apart.
    pub counts_spam: bool,
    /// Where is listened.
    pub listens: Vec<Listen>,
    /// Themes of its own, beside the built-in ones.
    pub themes: OwnThemes,
    /// Names for those of its mentions that a rule finds.
    pub labels: Vec<LabelRule>,
    /// When people are told.
    pub alert: AlertRules,
    /// What new tickets begin with.
    pub ticket: TicketRules,
    /// What its queries share.
    asking: Asking,
    /// The file as it was read.
    pub(super) text: String,
}

/// One `[[listen]]`.
#[derive(Clone, Debug)]
pub struct Listen {
    /// Where.
    pub place: Arc<NamedPlace>,
    /// What is asked there.
    pub wanted: Vec<Wanted>,
}

/// `[alert]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlertRules {
    /// Whether surges of negative talk open incidents.
    pub negative: bool,
    /// How many false alarms are borne.
    pub sensitivity: Sensitivity,
}

impl Default for AlertRules {
    fn default() -> Self {
        Self { negative: true, sensitivity: Sensitivity::default() }
    }
}

/// `[ticket]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketRules {
    /// How soon, unless said otherwise.
    pub priority: Priority,
    /// Who has it first; empty when nobody.
    pub assignee: String,
}

impl Default for TicketRules {
    fn default() -> Self {
        Self { priority: Priority::Normal, assignee: String::new() }
    }
}

impl Topic {
    /// Whether the topic takes texts in this language.
    pub fn takes(&self, language: Language) -> bool {
        self.languages.is_empty() || self.languages.iter().any(|wanted| language.is_wanted_by(wanted))
    }

    /// Reads another query as if it stood in this topic's file, with its parts and foldings.
    pub fn read_query(&self, text: &str) -> Result<Query, Vec<QueryMistake>> {
        self.asking.read_query(text)
    }

    /// The topic's file with another query in it, everything else as it was; `None` where `file` is not what this topic was read from.
    pub fn file_with_query(&self, file: &str, query: &str) -> Option<String> {
        let same = file.trim_start_matches('\u{FEFF}') == self.text.trim_start_matches('\u{FEFF}');
        if same { with_text(file, "query", query) } else { None }
    }

    /// Where the words stand that make a text a mention of this topic, in bytes of the original text; `None` when it is none.
    pub fn matches(&self, said: &Said<'_>) -> Option<Vec<Range<usize>>> {
        if self.takes(said.text.language()) { self.query.matches(said) } else { None }
    }
}

/// Reads one topic's file; `None` when it has a mistake.
pub(super) fn read(file: &TopicFile, known: &Known, mistakes: &Mistakes) -> Option<Topic> {
    let before = mistakes.count();
    let document = Document::parse(&file.shown, &file.text, mistakes);
    let root = document.root();
    let title = root.need_text("title", "the topic's name for people, such as \"Sprout Coffee 嫩芽咖啡\"");
    let zone = root.zone("zone").unwrap_or(known.zone);
    let owner = name_of(&root, "owner", "receiver", &known.receivers, ReceiverName::as_str);
    let asking = Asking::read(&root);
    let query = asking.query(&root);
    let topic = TopicParts {
        languages: read_languages(&root),
        brand: root.texts("brand"),
        competitors: read_competitors(&root, &file.name, known),
        counts_spam: root.word("spam", &["apart", "count"]) == Some("count"),
        listens: read_listens(&root, known),
        themes: theme::read(&root, &asking),
        labels: label::read(&root, &asking),
        alert: read_alert(&root),
        ticket: read_ticket(&root),
    };
    root.finish();
    if mistakes.count() > before {
        return None;
    }
    let TopicParts { languages, brand, competitors, counts_spam, listens, themes, labels, alert, ticket } = topic;
    let title = title?.trim().to_owned();
    let (name, text) = (file.name.clone(), file.text.clone());
    let query = query?;
    Some(Topic {
        name,
        title,
        zone,
        owner,
        query,
        languages,
        brand,
        competitors,
        counts_spam,
        listens,
        themes,
        labels,
        alert,
        ticket,
        asking,
        text,
    })
}

struct TopicParts {
    languages: Vec<String>,
    brand: Vec<String>,
    competitors: Vec<TopicName>,
    counts_spam: bool,
    listens: Vec<Listen>,
    themes: OwnThemes,
    labels: Vec<LabelRule>,
    alert: AlertRules,
    ticket: TicketRules,
}

fn read_languages(root: &Table<'_>) -> Vec<String> {
    let mut known: Vec<&str> = Language::ALL.iter().map(|language| language.as_str()).collect();
    known.push("zh");
    let languages = root.texts("languages");
    for language in languages.iter().filter(|language| !known.contains(&language.as_str())) {
        root.not_found("languages", "language", language, &known);
    }
    languages
}

/// `competitors`: topics by their file (`topics/leaf-tea.toml`) or name (`leaf-tea`).
fn read_competitors(root: &Table<'_>, own: &TopicName, known: &Known) -> Vec<TopicName> {
    let mut competitors: Vec<TopicName> = Vec::new();
    for text in root.texts("competitors") {
        let stem = text.trim_start_matches("./").trim_start_matches("topics/").trim_end_matches(".toml");
        match known.topics.iter().find(|topic| topic.as_str() == stem) {
            Some(topic) if topic == own => {
                root.mistake("competitors", "a topic is not its own competitor", format!("remove `{text}`"));
            }
            Some(topic) if competitors.contains(topic) => {
                root.mistake("competitors", format!("`{text}` stands here twice"), "remove one of the two");
            }
            Some(topic) => competitors.push(topic.clone()),
            None => {
                let files: Vec<String> = known.topics.iter().map(|topic| format!("topics/{topic}.toml")).collect();
                let near =
                    crate::settings::nearest(stem, &known.topics.iter().map(TopicName::as_str).collect::<Vec<_>>());
                let hint = match near {
                    Some(near) => format!("did you mean `topics/{near}.toml`?"),
                    None => format!("there are: {}", files.join(", ")),
                };
                root.mistake("competitors", format!("`{text}` is not there"), hint);
            }
        }
    }
    competitors
}

/// Warns of competitors by whose names nothing can be told apart: a brand is told from other brands only.
pub(super) fn warn_of_nameless_rivals(
    topics: &[Arc<Topic>],
    shown: impl Fn(&TopicName) -> String,
    mistakes: &Mistakes,
) {
    for topic in topics.iter().filter(|topic| !topic.brand.is_empty()) {
        let nameless = |name: &&TopicName| topics.iter().any(|other| other.name == **name && other.brand.is_empty());
        for name in topic.competitors.iter().filter(nameless) {
            let document = Document::parse(&shown(&topic.name), &topic.text, mistakes);
            document.root().warning(
                "competitors",
                format!("topic `{name}` has no `brand`, so what is said of it is not told apart from what is said of this brand"),
                format!("write `brand = [\"…\"]` with its names in {}", shown(name)),
            );
        }
    }
}

fn read_listens(root: &Table<'_>, known: &Known) -> Vec<Listen> {
    let mut listens = Vec::new();
    let tables = root.tables("listen");
    if tables.is_empty() && !root.has("listen") {
        let hint = "add a [[listen]]; texts from files (`hearken import`) are matched all the same";
        root.warning("listen", "nothing is listened to", hint);
    }
    for table in tables {
        let places = known.places.names();
        let Some(name) = table.need_text("source", &format!("one of: {}", places.join(", "))) else { continue };
        match known.places.find(&name) {
            Some(Some(place)) => {
                let wanted = place.place.read_listen(&table);
                listens.push(Listen { place: Arc::clone(place), wanted });
                table.finish();
            }
            // The place's own mistake is told where it stands; what this asks of it cannot be judged.
            Some(None) => {}
            None if KINDS.iter().any(|kind| kind.word() == name) => {
                let hint = format!("it needs settings: write a [[source.{name}]] in hearken.toml first");
                table.mistake("source", format!("there is no source `{name}`"), hint);
            }
            None => table.not_found("source", "source", &name, &places),
        }
    }
    listens
}

fn read_alert(root: &Table<'_>) -> AlertRules {
    let mut rules = AlertRules::default();
    let Some(table) = root.table("alert") else { return rules };
    if let Some(words) = table.text("sensitivity") {
        match Sensitivity::parse(&words) {
            Some(sensitivity) => rules.sensitivity = sensitivity,
            None => table.mistake(
                "sensitivity",
                format!("`{words}` is not a rate of false alarms"),
                "write how many are borne, such as \"one false alarm a month\" or \"two a week\"",
            ),
        }
    }
    rules.negative = table.boolean("negative").unwrap_or(rules.negative);
    table.finish();
    rules
}

fn read_ticket(root: &Table<'_>) -> TicketRules {
    let mut rules = TicketRules::default();
    let Some(table) = root.table("ticket") else { return rules };
    let words: Vec<&str> = Priority::ALL.iter().map(|priority| priority.as_str()).collect();
    rules.priority = table.word("priority", &words).and_then(Priority::find).unwrap_or(rules.priority);
    rules.assignee = table.text("assignee").unwrap_or_default().trim().to_owned();
    table.finish();
    rules
}
