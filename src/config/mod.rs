//! Files to a checked configuration, all mistakes in one go.
//!
//! In: a folder with `hearken.toml` and `topics/*.toml`. Out: a [`Config`] that needs no further check, or every mistake with its place.
//! Never: reaches out to the network, opens the database, keeps a secret's value (but the database's address).

mod asking;
mod bot;
mod files;
mod group;
mod label;
mod live;
mod main_file;
mod models;
mod place;
mod receiver;
mod report;
pub mod starting;
#[cfg(test)]
mod tests;
mod theme;
mod topic;
mod web;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono_tz::Tz;

pub use bot::{BotConfig, Person};
pub use group::Group;
pub use label::LabelRule;
pub use live::{Live, Refreshed};
pub use models::{check_models, model_files};
pub use place::{NamedPlace, WantedSource};
pub use receiver::{Receiver, Route};
pub use report::ReportSchedule;
pub use theme::{OwnFound, OwnTheme, OwnThemes};
pub use topic::{AlertRules, Listen, TicketRules, Topic};
pub use web::Web;

use self::files::Files;
use crate::domain::{Locale, ReceiverName, Severity, TopicName};
use crate::query::{Document as Said, Match, Matcher, Names};
use crate::scorer;
use crate::settings::{Mistake, Mistakes};

/// The file that holds what is not a topic.
pub const MAIN_FILE: &str = "hearken.toml";
/// The folder that holds one file per topic.
pub const TOPICS_FOLDER: &str = "topics";

/// Everything that was configured, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the files are; relative paths in them are meant from here.
    pub folder: PathBuf,
    /// `sqlite:PATH`, `sqlite::memory:` or `postgres://…`.
    pub database: String,
    /// The folder of the models that judge; those inside the program when `None`.
    pub models: Option<PathBuf>,
    /// Who else is asked how texts lean; our own models alone when `None`.
    pub scorer: Option<scorer::Settings>,
    /// Where the pages are.
    pub web: Web,
    /// The zone of everything that has none of its own.
    pub zone: Tz,
    /// The language of everything that has none of its own.
    pub locale: Locale,
    /// People known by name.
    pub people: Vec<Person>,
    /// Who can be told, in the order of the file.
    pub receivers: Vec<Receiver>,
    /// Who is told what, in the order of the file.
    pub routes: Vec<Route>,
    /// Reports that are sent by themselves.
    pub reports: Vec<ReportSchedule>,
    /// Topics that are looked at together, in the order of the file.
    pub groups: Vec<Group>,
    /// Places that can be listened to: those of the file, and those that need no settings.
    pub places: Vec<Arc<NamedPlace>>,
    /// The bot that answers people.
    pub bot: Option<BotConfig>,
    /// What is listened for, by name.
    pub topics: Vec<Arc<Topic>>,
    /// The queries of all topics, in their order, ready to be asked together.
    matcher: Arc<Matcher>,
    /// What works as it is written, but hardly as it was meant.
    pub warnings: Vec<Mistake>,
}

/// Reads and checks `hearken.toml` and `topics/*.toml` of a folder.
pub fn load(folder: &Path) -> Result<Config, Vec<Mistake>> {
    let mistakes = Mistakes::default();
    let files = Files::read(folder, &mistakes);
    check(folder, &files, &mistakes)
}

/// Checks texts as if they were files: that of `hearken.toml`, and one per topic with its name.
pub fn from_texts(folder: &Path, main: &str, topics: &[(&str, &str)]) -> Result<Config, Vec<Mistake>> {
    check(folder, &Files::from_texts(folder, main, topics), &Mistakes::default())
}

/// As [`load`], but topics with mistakes are left out and their mistakes given beside; only those of `hearken.toml` refuse it all.
pub fn load_whole(folder: &Path) -> Result<(Config, Vec<Mistake>), Vec<Mistake>> {
    let mistakes = Mistakes::default();
    let files = Files::read(folder, &mistakes);
    let config = read(folder, &files, &mistakes);
    let main = files::shown(&folder.join(MAIN_FILE));
    let (of_main, broken): (Vec<_>, Vec<_>) = mistakes.sorted().into_iter().partition(|mistake| mistake.file == main);
    if of_main.is_empty() { Ok((config, broken)) } else { Err(of_main) }
}

fn check(folder: &Path, files: &Files, mistakes: &Mistakes) -> Result<Config, Vec<Mistake>> {
    let config = read(folder, files, mistakes);
    if mistakes.count() > 0 { Err(mistakes.sorted()) } else { Ok(config) }
}

/// What is whole; the mistakes of the rest are in `mistakes`.
fn read(folder: &Path, files: &Files, mistakes: &Mistakes) -> Config {
    let (mut config, known) = main_file::read(folder, files, mistakes);
    if files.topics.is_empty() && mistakes.count() == 0 {
        mistakes.add(Mistake {
            file: files::shown(&folder.join(TOPICS_FOLDER)),
            message: "no topic is there, so there is nothing to listen for".to_owned(),
            hint: format!("write {TOPICS_FOLDER}/<name>.toml; `hearken init` writes an example"),
            ..Mistake::default()
        });
    }
    let topics = files.topics.iter().filter_map(|file| topic::read(file, &known, mistakes)).map(Arc::new).collect();
    config.set_topics(topics, mistakes);
    topic::warn_of_nameless_rivals(&config.topics, |name| config.topic_file(name.as_str()), mistakes);
    config.warnings = mistakes.warnings();
    config
}

impl Config {
    /// Takes up topics, and makes their queries ready to be asked together.
    fn set_topics(&mut self, topics: Vec<Arc<Topic>>, mistakes: &Mistakes) {
        match Matcher::new(topics.iter().map(|topic| &topic.query)) {
            Ok(matcher) => (self.topics, self.matcher) = (topics, Arc::new(matcher)),
            Err(message) => mistakes.add(Mistake {
                file: files::shown(&self.folder.join(TOPICS_FOLDER)),
                message: format!("the queries of all topics together are too much: {message}"),
                hint: "part the topics over several folders, each with a `hearken serve` of its own".to_owned(),
                ..Mistake::default()
            }),
        }
    }

    /// The topics that a document is a mention of, by their places in [`Config::topics`], each with the places of the words that
    /// make it one. All queries are asked at once.
    pub fn matching(&self, said: &Said<'_>) -> Vec<Match> {
        let language = said.text.language();
        let takes = |found: &Match| self.topics.get(found.query).is_some_and(|topic| topic.takes(language));
        self.matcher.matches(said).into_iter().filter(takes).collect()
    }

    /// The topic of this name.
    pub fn topic(&self, name: &TopicName) -> Option<&Arc<Topic>> {
        self.topics.iter().find(|topic| topic.name == *name)
    }

    /// The names by which sentiment toward a topic's brand is told: the brand's own first, then each competitor's.
    /// `None` when the topic names no brand.
    pub fn names(&self, topic: &Topic) -> Option<Names> {
        let competitors = topic.competitors.iter().filter_map(|name| self.topic(name)).map(|other| other.brand.clone());
        let things: Vec<Vec<String>> = std::iter::once(topic.brand.clone()).chain(competitors).collect();
        // So many names that no automaton holds them: the whole text's answer is used.
        if topic.brand.is_empty() { None } else { Names::new(&things).ok() }
    }

    /// `hearken.toml`, as [`Mistake::file`] names it.
    pub fn main_file(&self) -> String {
        files::shown(&self.folder.join(MAIN_FILE))
    }

    /// The file of a topic of this name, as [`Mistake::file`] names it.
    pub fn topic_file(&self, name: &str) -> String {
        files::shown(&self.folder.join(TOPICS_FOLDER).join(format!("{name}.toml")))
    }

    /// The receiver of this name.
    pub fn receiver(&self, name: &ReceiverName) -> Option<&Receiver> {
        self.receivers.iter().find(|receiver| receiver.name == *name)
    }

    /// Who is told of an incident of a topic: the receivers of every route that fits; when none fits, the topic's owner; when it has none, everybody.
    /// A receiver's `next` is not among them: it is told when that receiver cannot be reached.
    pub fn told(&self, topic: &TopicName, severity: Severity) -> Vec<ReceiverName> {
        let mut names: Vec<ReceiverName> = Vec::new();
        let routed = self.routes.iter().filter(|route| route.fits(topic, severity)).flat_map(|route| &route.receivers);
        let owner = || self.topic(topic).and_then(|topic| topic.owner.as_ref());
        for name in routed {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        match (names.is_empty(), owner()) {
            (false, _) => names,
            (true, Some(owner)) => vec![owner.clone()],
            (true, None) => self.receivers.iter().map(|receiver| receiver.name.clone()).collect(),
        }
    }

    /// Every source that some topic wants, once each, by name, with the topics that want it.
    pub fn wanted_sources(&self) -> Vec<WantedSource> {
        place::wanted_sources(&self.topics)
    }
}
