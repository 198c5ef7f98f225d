//! The configuration as it stands now: topic files and models are read again when they change.
//!
//! In: the folder's files, looked at by [`Live::refresh`]. Out: the current [`Config`], shared.
//! Never: takes up a broken file: the topic as it was last right goes on, and the mistakes are kept for people to see.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tracing::{info, warn};

use super::files::{TopicFile, read_text, shown, topic_name, topic_paths};
use super::main_file::Known;
use super::models::Models;
use super::place::Places;
use super::{Config, MAIN_FILE, Topic, topic};
use crate::classify::Judge;
use crate::domain::TopicName;
use crate::settings::{Mistake, Mistakes};

/// A file changed so lately that its time cannot tell another change in the same instant.
const TOO_FRESH: Duration = Duration::from_secs(2);

/// The configuration as it stands now; shared by everything that runs.
#[derive(Debug)]
pub struct Live {
    current: watch::Sender<Arc<Config>>,
    seen: Mutex<Seen>,
    models: Models,
}

/// What the files were like when they were last looked at.
#[derive(Debug, Default)]
struct Seen {
    /// `None` before the first look.
    files: Option<BTreeMap<PathBuf, Print>>,
    broken: Vec<Mistake>,
    /// Topics whose file was not there at the last look; gone at the second.
    missing: Vec<TopicName>,
    main_at_start: Option<[u8; 32]>,
    restart: bool,
}

/// A file's finger print: its time and length, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Print {
    modified: Option<SystemTime>,
    length: u64,
    pub(super) digest: [u8; 32],
}

/// What a look at the files changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refreshed {
    /// Topics that are new or say something else now.
    pub changed: Vec<TopicName>,
    /// Topics whose file is gone.
    pub removed: Vec<TopicName>,
    /// Whether the mistakes in [`Live::broken`] are others than before.
    pub mistakes_changed: bool,
    /// The name of the models that were taken up, when they are new.
    pub models: Option<String>,
}

impl Live {
    /// Begins with a checked configuration. Its files are looked at for the first time now.
    pub fn new(config: Config) -> Self {
        config.topics.iter().for_each(|topic| topic.themes.prepare());
        let mut seen = Seen::default();
        let files = look(&config.folder, &BTreeMap::new());
        seen.main_at_start = files.get(&config.folder.join(MAIN_FILE)).map(|print| print.digest);
        // A folder without the file is one of texts (a demo, a test): nothing there is to be read again.
        seen.files = seen.main_at_start.is_some().then_some(files);
        let models = Models::new(config.models.clone());
        Self { current: watch::Sender::new(Arc::new(config)), seen: Mutex::new(seen), models }
    }

    /// The configuration as it stands now.
    pub fn config(&self) -> Arc<Config> {
        self.current.borrow().clone()
    }

    /// Tells of every new configuration.
    pub fn changes(&self) -> watch::Receiver<Arc<Config>> {
        self.current.subscribe()
    }

    /// The mistakes of files that are not taken up for them; empty when all is well.
    pub fn broken(&self) -> Vec<Mistake> {
        let mut broken = self.lock().broken.clone();
        broken.extend(self.models.broken());
        broken
    }

    /// The judge in use: of the folder that `models` names, or the built-in one. The error says what is wrong with the folder;
    /// it can only be met before the first judge is there.
    pub fn judge(&self) -> Result<Arc<Judge>, Box<Mistake>> {
        self.models.judge()
    }

    /// Whether `hearken.toml` was changed since the start: it is read at the start only.
    pub fn needs_restart(&self) -> bool {
        self.lock().restart
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the files and takes up what changed in topics and models. Cheap when nothing did: a `stat` per file.
    /// Logs what it finds, once.
    pub fn refresh(&self) -> Refreshed {
        let mut refreshed = self.refresh_topics();
        let (models, changed) = self.models.refresh();
        refreshed.models = models;
        refreshed.mistakes_changed |= changed;
        refreshed
    }

    fn refresh_topics(&self) -> Refreshed {
        let mut seen = self.lock();
        let Some(before) = &seen.files else { return Refreshed::default() };
        let config = self.config();
        let files = look(&config.folder, before);
        let same = files.len() == before.len()
            && files.iter().all(|(path, print)| before.get(path).is_some_and(|old| old.digest == print.digest));
        if same && seen.missing.is_empty() {
            seen.files = Some(files);
            return Refreshed::default();
        }
        let mistakes = Mistakes::default();
        check_main(&config, &files, &mut seen, &mistakes);
        seen.files = Some(files);
        let mut refreshed = Refreshed::default();
        let topics = read_topics(&config, &mut seen, &mistakes, &mut refreshed);
        if !refreshed.changed.is_empty() || !refreshed.removed.is_empty() {
            // Learnt before it is taken up, so that no text waits for it; what did not change is learnt already.
            topics.iter().for_each(|topic| topic.themes.prepare());
            let mut next = Config::clone(&config);
            next.set_topics(topics, &mistakes);
            topic::warn_of_nameless_rivals(&next.topics, |name| next.topic_file(name.as_str()), &mistakes);
            next.warnings = mistakes.warnings();
            self.current.send_replace(Arc::new(next));
        }
        let broken = mistakes.sorted();
        refreshed.mistakes_changed = broken != seen.broken;
        seen.broken = broken;
        tell(&refreshed, &seen.broken);
        refreshed
    }
}

/// Finger prints of `hearken.toml` and every topic file; a file that looks as before is not opened.
fn look(folder: &Path, before: &BTreeMap<PathBuf, Print>) -> BTreeMap<PathBuf, Print> {
    let mut paths = topic_paths(folder, &Mistakes::default());
    paths.push(folder.join(MAIN_FILE));
    prints(paths.into_iter(), before)
}

/// Finger prints of these files; one that looks as before is not opened, one that cannot be read is left out.
pub(super) fn prints(
    paths: impl Iterator<Item = PathBuf>,
    before: &BTreeMap<PathBuf, Print>,
) -> BTreeMap<PathBuf, Print> {
    let now = SystemTime::now();
    let print = |path: PathBuf| {
        let about = std::fs::metadata(&path).ok()?;
        let (modified, length) = (about.modified().ok(), about.len());
        let settled = modified.is_some_and(|at| now.duration_since(at).is_ok_and(|age| age > TOO_FRESH));
        let same = before.get(&path).filter(|old| settled && old.modified == modified && old.length == length);
        if let Some(old) = same {
            return Some((path, old.clone()));
        }
        let digest = Sha256::digest(std::fs::read(&path).ok()?).into();
        Some((path, Print { modified, length, digest }))
    };
    paths.filter_map(print).collect()
}

/// Says whether `hearken.toml` is another than at the start, and what is wrong with it.
fn check_main(config: &Config, files: &BTreeMap<PathBuf, Print>, seen: &mut Seen, mistakes: &Mistakes) {
    let path = config.folder.join(MAIN_FILE);
    let restart = files.get(&path).map(|print| print.digest) != seen.main_at_start;
    if restart && !seen.restart {
        warn!(file.path = %shown(&path), "`{}` changed: restart to take it up", shown(&path));
    }
    seen.restart = restart;
    if !restart {
        return;
    }
    let main = shown(&path);
    if let Err(found) = super::load(&config.folder) {
        // Topics are judged against what is running; only what stands in this file is told here.
        found.into_iter().filter(|mistake| mistake.file == main).for_each(|mistake| mistakes.add(mistake));
    }
}

/// Reads every topic file again; a broken one keeps the topic as it was.
fn read_topics(config: &Config, seen: &mut Seen, mistakes: &Mistakes, refreshed: &mut Refreshed) -> Vec<Arc<Topic>> {
    let paths = topic_paths(&config.folder, mistakes);
    let named: Vec<(TopicName, PathBuf)> =
        paths.into_iter().filter_map(|path| Some((topic_name(&path, mistakes)?, path))).collect();
    let known = Known {
        zone: config.zone,
        receivers: config.receivers.iter().map(|receiver| receiver.name.clone()).collect(),
        topics: named.iter().map(|(name, _)| name.clone()).collect(),
        places: Places::of(&config.places),
    };
    let mut topics = Vec::new();
    let before: HashMap<&TopicName, &Arc<Topic>> = config.topics.iter().map(|topic| (&topic.name, topic)).collect();
    for (name, path) in &named {
        let old = before.get(name).copied();
        let file = read_text(path, "", mistakes).map(|text| TopicFile { name: name.clone(), shown: shown(path), text });
        // What a file says is compared as text: the same text gives the same topic.
        let same = old.filter(|old| file.as_ref().is_some_and(|file| file.text == *old.text));
        let fresh = match (same, &file) {
            (Some(old), Some(file)) => topic::read(file, &known, mistakes).map(|_| Arc::clone(old)),
            (None, Some(file)) => topic::read(file, &known, mistakes).map(Arc::new),
            (_, None) => None,
        };
        match (fresh, old) {
            (Some(fresh), _) => {
                if same.is_none() {
                    refreshed.changed.push(name.clone());
                }
                topics.push(fresh);
            }
            (None, Some(old)) => topics.push(Arc::clone(old)),
            (None, None) => {}
        }
    }
    keep_missing(config, &named, seen, refreshed, &mut topics);
    topics.sort_by(|a, b| a.name.cmp(&b.name));
    topics
}

/// An editor may take a file away for a moment: a topic goes when its file is missed twice.
fn keep_missing(
    config: &Config,
    named: &[(TopicName, PathBuf)],
    seen: &mut Seen,
    refreshed: &mut Refreshed,
    topics: &mut Vec<Arc<Topic>>,
) {
    let mut missing = Vec::new();
    let there: HashSet<&TopicName> = named.iter().map(|(name, _)| name).collect();
    for topic in config.topics.iter().filter(|topic| !there.contains(&topic.name)) {
        if seen.missing.contains(&topic.name) {
            refreshed.removed.push(topic.name.clone());
        } else {
            missing.push(topic.name.clone());
            topics.push(Arc::clone(topic));
        }
    }
    seen.missing = missing;
}

/// Topics that are named in the log when many change at once.
const MOST_NAMED: usize = 10;

fn tell(refreshed: &Refreshed, broken: &[Mistake]) {
    for name in refreshed.changed.iter().take(MOST_NAMED) {
        info!(topic.name = %name, "topic `{name}` was read again");
    }
    if let Some(more) = refreshed.changed.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        info!(topic.count = more, "and {more} topics more");
    }
    for name in &refreshed.removed {
        warn!(topic.name = %name, "topic `{name}` is gone with its file");
    }
    if refreshed.mistakes_changed {
        for mistake in broken {
            warn!(file.path = %mistake.file, file.line = mistake.line, "not taken up, what was there goes on: {mistake}");
        }
        if broken.is_empty() {
            info!("all files are right again");
        }
    }
}
