//! The files of a configuration folder, as texts.
//!
//! In: a folder. Out: the texts of `hearken.toml` and `topics/*.toml`, or mistakes about files that cannot be read.
//! Never: reads what is inside them.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{MAIN_FILE, TOPICS_FOLDER};
use crate::domain::TopicName;
use crate::settings::{Mistake, Mistakes};

/// The longest file that is read, in bytes.
const LONGEST: u64 = 4 * 1024 * 1024;

/// All texts of a folder.
pub(super) struct Files {
    /// `hearken.toml`, as the user would name it, and its text; `None` when it could not be read.
    pub(super) main: Option<(String, String)>,
    /// By name.
    pub(super) topics: Vec<TopicFile>,
    /// Names of all topic files, also of those that could not be read.
    pub(super) names: Vec<TopicName>,
}

/// One topic's file.
pub(super) struct TopicFile {
    pub(super) name: TopicName,
    /// As the user would name it.
    pub(super) shown: String,
    pub(super) text: String,
}

impl Files {
    pub(super) fn read(folder: &Path, mistakes: &Mistakes) -> Self {
        let main_path = folder.join(MAIN_FILE);
        let hint = format!("`hearken init {}` writes one to start from", shown(folder));
        let main = read_text(&main_path, &hint, mistakes).map(|text| (shown(&main_path), text));
        let mut files = Self { main, topics: Vec::new(), names: Vec::new() };
        for path in topic_paths(folder, mistakes) {
            let Some(name) = topic_name(&path, mistakes) else { continue };
            files.names.push(name.clone());
            if let Some(text) = read_text(&path, "", mistakes) {
                files.topics.push(TopicFile { name, shown: shown(&path), text });
            }
        }
        files
    }

    pub(super) fn from_texts(folder: &Path, main: &str, topics: &[(&str, &str)]) -> Self {
        let path = |name: &str| folder.join(TOPICS_FOLDER).join(format!("{name}.toml"));
        let topics: Vec<TopicFile> = topics
            .iter()
            .filter_map(|(name, text)| {
                let shown = shown(&path(name));
                Some(TopicFile { name: TopicName::new(*name)?, shown, text: (*text).to_owned() })
            })
            .collect();
        let names = topics.iter().map(|file| file.name.clone()).collect();
        Self { main: Some((shown(&folder.join(MAIN_FILE)), main.to_owned())), topics, names }
    }
}

/// Every `*.toml` in `topics/`, in order; hidden files are left out.
pub(super) fn topic_paths(folder: &Path, mistakes: &Mistakes) -> Vec<PathBuf> {
    let topics = folder.join(TOPICS_FOLDER);
    let entries = match std::fs::read_dir(&topics) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            unreadable(&topics, &error.to_string(), "", mistakes);
            return Vec::new();
        }
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml") && !is_hidden(path))
        .collect();
    paths.sort();
    paths
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// The topic that a file describes: its stem.
pub(super) fn topic_name(path: &Path, mistakes: &Mistakes) -> Option<TopicName> {
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    let name = TopicName::new(stem.as_str());
    if name.is_none() {
        mistakes.add(Mistake {
            file: shown(path),
            message: format!("`{stem}` is not a name for a topic"),
            hint: "rename the file: 1 to 64 of a-z, 0-9, - and _".to_owned(),
            ..Mistake::default()
        });
    }
    name
}

/// The text of a file, without a byte order mark.
pub(super) fn read_text(path: &Path, hint: &str, mistakes: &Mistakes) -> Option<String> {
    let refuse = |why: &str, hint: &str| unreadable(path, why, hint, mistakes);
    match std::fs::metadata(path) {
        Ok(about) if about.is_dir() => {
            refuse("is a folder, not a file", "");
            return None;
        }
        Ok(about) if about.len() > LONGEST => {
            refuse("is longer than 4 MiB", "");
            return None;
        }
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            refuse("is not there", hint);
            return None;
        }
        Err(error) => {
            refuse(&format!("cannot be read: {error}"), "");
            return None;
        }
    }
    match std::fs::read(path).map(String::from_utf8) {
        Ok(Ok(text)) => Some(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text)),
        Ok(Err(_)) => {
            refuse("is not in UTF-8", "save it as UTF-8");
            None
        }
        Err(error) => {
            refuse(&format!("cannot be read: {error}"), "");
            None
        }
    }
}

fn unreadable(path: &Path, why: &str, hint: &str, mistakes: &Mistakes) {
    let (file, message, hint) = (shown(path), why.to_owned(), hint.to_owned());
    mistakes.add(Mistake { file, message, hint, ..Mistake::default() });
}

/// A path as the user would name it: without a leading `./`.
pub(super) fn shown(path: &Path) -> String {
    let plain = path.strip_prefix(".").unwrap_or(path);
    if plain.as_os_str().is_empty() { ".".to_owned() } else { plain.display().to_string() }
}
