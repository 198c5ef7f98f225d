//! The models' folder as it stands now: a changed set of files is loaded whole, or not at all.
//!
//! In: the folder of `models` in hearken.toml, looked at by [`Models::refresh`]. Out: the judge in use.
//! Never: takes up a set that is broken or still being written; the judge as it was last right goes on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::{info, warn};

use super::files::shown;
use super::live::{Print, prints};
use crate::classify::{Error, Files, Judge};
use crate::settings::Mistake;

/// The parts of a models' folder in which files are read.
const PARTS: [&str; 3] = ["", "lexicon", "themes"];
/// What such a file's name ends with.
const KINDS: [&str; 3] = ["model", "tsv", "toml"];

/// The files of a models' folder that the judge reads. One that is not there is the built-in one.
pub fn model_files(folder: &Path) -> std::io::Result<Files> {
    let mut files = Files::new();
    for (name, path) in model_paths(folder)? {
        files.insert(name, std::fs::read(&path).map_err(|error| named(&path, &error))?);
    }
    Ok(files)
}

fn named(path: &Path, error: &std::io::Error) -> std::io::Error {
    std::io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}

/// Names inside the folder, such as `lexicon/zh.tsv`, with their paths.
fn model_paths(folder: &Path) -> std::io::Result<Vec<(String, PathBuf)>> {
    let mut paths = Vec::new();
    for part in PARTS {
        let below = folder.join(part);
        if !part.is_empty() && !below.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&below).map_err(|error| named(&below, &error))? {
            let path = entry?.path();
            let wanted = path.extension().is_some_and(|extension| KINDS.iter().any(|kind| extension == *kind));
            let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
            if wanted && !name.starts_with('.') && path.is_file() {
                paths.push((if part.is_empty() { name } else { format!("{part}/{name}") }, path));
            }
        }
    }
    Ok(paths)
}

/// What is wrong with the models that a configuration names; `None` when they can be used, or when it names none.
pub fn check_models(folder: Option<&Path>) -> Option<Mistake> {
    load(folder?).err().map(|mistake| *mistake)
}

fn load(folder: &Path) -> Result<Arc<Judge>, Box<Mistake>> {
    let files = model_files(folder).map_err(|error| unreadable(folder, &error))?;
    let judge = Judge::from_files(&files).map_err(|error| refused(folder, &error))?;
    Ok(Arc::new(judge))
}

fn unreadable(folder: &Path, error: &std::io::Error) -> Box<Mistake> {
    let hint = "set `models` in hearken.toml to a folder that is there, or leave it out for the built-in models";
    let (file, message, hint) = (shown(folder), error.to_string(), hint.to_owned());
    Box::new(Mistake { file, message, hint, ..Mistake::default() })
}

fn refused(folder: &Path, error: &Error) -> Box<Mistake> {
    let (file, line) = match error {
        Error::Missing { file } | Error::Broken { file, .. } | Error::Format { file, .. } => (Some(file), 0),
        Error::Line { file, line, .. } => (Some(file), *line),
        Error::Training { .. } => (None, 0),
    };
    let message = match error {
        Error::Line { why, .. } => why.clone(),
        error => error.to_string(),
    };
    let file = file.map_or_else(|| folder.to_owned(), |file| folder.join(file));
    let hint = "put the whole file there again, or take it away: then the built-in one is used";
    Box::new(Mistake { file: shown(&file), line, message, hint: hint.to_owned(), ..Mistake::default() })
}

/// The judge in use, and what its files were like.
pub(super) struct Models {
    folder: Option<PathBuf>,
    /// Apart from what was seen, so that nobody who judges waits while new models load.
    judge: Mutex<Option<Arc<Judge>>>,
    seen: Mutex<Seen>,
}

/// Digests of the files by their paths.
type Set = BTreeMap<PathBuf, [u8; 32]>;

#[derive(Default)]
struct Seen {
    prints: BTreeMap<PathBuf, Print>,
    /// The set that is in use; `None` before the first.
    taken: Option<Set>,
    /// The set that was seen at the last look, and is taken up when it holds still.
    waiting: Option<Set>,
    /// The set that was refused, so that it is read and told once.
    refused: Option<Set>,
    broken: Option<Mistake>,
}

impl std::fmt::Debug for Models {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Models").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Models {
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder, judge: Mutex::default(), seen: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The judge in use; loaded when it is asked for first.
    pub(super) fn judge(&self) -> Result<Arc<Judge>, Box<Mistake>> {
        if let Some(judge) = self.in_use() {
            return Ok(judge);
        }
        let mut seen = self.lock();
        let judge = match &self.folder {
            None => {
                let judge = Judge::built_in().map_err(|error| refused(Path::new("sentiment-models"), &error))?;
                info!(model.name = judge.name(), "the built-in models: {}", judge.name());
                judge
            }
            Some(folder) => {
                seen.prints = look(folder, &BTreeMap::new()).map_err(|error| unreadable(folder, &error))?;
                seen.taken = Some(set_of(&seen.prints));
                let judge = load(folder)?;
                info!(model.name = judge.name(), "the models of `{}`: {}", shown(folder), judge.name());
                judge
            }
        };
        self.put(&judge);
        Ok(judge)
    }

    fn in_use(&self) -> Option<Arc<Judge>> {
        self.judge.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, judge: &Arc<Judge>) {
        *self.judge.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(judge));
    }

    /// What is wrong with the files in the folder; the judge before them goes on.
    pub(super) fn broken(&self) -> Option<Mistake> {
        self.lock().broken.clone()
    }

    /// Looks at the files and takes up a set that is new, whole and the same as at the last look. Gives the name of the
    /// judge that was taken up, and whether [`Models::broken`] is another than before.
    pub(super) fn refresh(&self) -> (Option<String>, bool) {
        let Some(folder) = &self.folder else { return (None, false) };
        if self.in_use().is_none() {
            return (None, false);
        }
        let mut seen = self.lock();
        let before = seen.broken.clone();
        let taken = match look(folder, &seen.prints) {
            Ok(prints) => {
                let set = set_of(&prints);
                seen.prints = prints;
                seen.take(folder, set)
            }
            Err(error) => {
                seen.broken = Some(*unreadable(folder, &error));
                None
            }
        };
        let name = taken.map(|judge| {
            self.put(&judge);
            judge.name().to_owned()
        });
        let changed = seen.broken != before;
        tell(name.as_deref(), seen.broken.as_ref().filter(|_| changed), changed);
        (name, changed)
    }
}

impl Seen {
    /// The judge of this set, when it is to be taken up now.
    fn take(&mut self, folder: &Path, set: Set) -> Option<Arc<Judge>> {
        if self.taken.as_ref() == Some(&set) {
            (self.waiting, self.refused, self.broken) = (None, None, None);
            return None;
        }
        if self.refused.as_ref() == Some(&set) {
            return None;
        }
        // A set that is still being copied looks broken, or worse, whole.
        if self.waiting.as_ref() != Some(&set) {
            self.waiting = Some(set);
            return None;
        }
        self.waiting = None;
        match load(folder) {
            Ok(judge) => {
                (self.taken, self.refused, self.broken) = (Some(set), None, None);
                Some(judge)
            }
            Err(mistake) => {
                (self.refused, self.broken) = (Some(set), Some(*mistake));
                None
            }
        }
    }
}

fn look(folder: &Path, before: &BTreeMap<PathBuf, Print>) -> std::io::Result<BTreeMap<PathBuf, Print>> {
    Ok(prints(model_paths(folder)?.into_iter().map(|(_, path)| path), before))
}

fn set_of(prints: &BTreeMap<PathBuf, Print>) -> Set {
    prints.iter().map(|(path, print)| (path.clone(), print.digest)).collect()
}

fn tell(name: Option<&str>, broken: Option<&Mistake>, changed: bool) {
    if let Some(name) = name {
        info!(model.name = name, "new models are in use: {name}");
    }
    match broken {
        Some(mistake) => warn!(file.path = %mistake.file, "models not taken up, those before go on: {mistake}"),
        None if changed => info!("the models' folder is right again"),
        None => {}
    }
}
