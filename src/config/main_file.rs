//! `hearken.toml`: where things are kept, who is told, where is listened.
//!
//! In: its text. Out: a [`Config`] without topics, and the names that topics may refer to.
//! Never: leaves a section out because another has a mistake.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use super::files::{Files, shown};
use super::place::{self, Places};
use super::{Config, MAIN_FILE, Web, bot, group, receiver, report};
use crate::domain::{Locale, ReceiverName, TopicName};
use crate::scorer;
use crate::settings::{Document, Mistakes, Secret, Table};

/// What topics may refer to, also what has mistakes of its own.
#[derive(Clone, Default)]
pub(super) struct Known {
    pub(super) zone: Tz,
    pub(super) receivers: Vec<ReceiverName>,
    pub(super) topics: Vec<TopicName>,
    pub(super) places: Places,
}

/// Where a day begins when nothing is said.
pub(super) const USUAL_ZONE: Tz = chrono_tz::Asia::Taipei;

pub(super) fn read(folder: &Path, files: &Files, mistakes: &Mistakes) -> (Config, Known) {
    let name = files.main.as_ref().map_or_else(|| shown(&folder.join(MAIN_FILE)), |(name, _)| name.clone());
    let text = files.main.as_ref().map_or("", |(_, text)| text);
    let document = Document::parse(&name, text, mistakes).with_folder(folder);
    let root = document.root();
    let zone = root.zone("zone").unwrap_or(USUAL_ZONE);
    let locale = root.locale("locale").unwrap_or_default();
    let places = place::read(&root);
    let (receivers, names) = receiver::read_receivers(&root, locale);
    let known = Known { zone, receivers: names, topics: files.names.clone(), places };
    let people = bot::read_people(&root, locale);
    let config = Config {
        folder: folder.to_owned(),
        database: read_database(&root, folder),
        models: read_models(&root, folder),
        scorer: scorer::Settings::read(&root),
        web: Web::read(&root),
        zone,
        locale,
        routes: receiver::read_routes(&root, &known),
        reports: report::read(&root, &known),
        groups: group::read(&root, &known),
        bot: bot::read(&root, &receivers),
        people,
        receivers,
        places: known.places.all(),
        topics: Vec::new(),
        matcher: std::sync::Arc::default(),
        warnings: Vec::new(),
    };
    root.finish();
    (config, known)
}

/// `database`: a file of SQLite in the folder when absent; PostgreSQL by its address, with a password only from elsewhere.
fn read_database(root: &Table<'_>, folder: &Path) -> String {
    let written = root.text("database").unwrap_or_else(|| "sqlite:hearken.db".to_owned());
    let revealed = match Secret::new(&written).map(|secret| secret.within(folder).reveal()) {
        Some(Ok(address)) => address,
        Some(Err(error)) => {
            root.mistake("database", error, "set it, or write sqlite:hearken.db");
            return String::new();
        }
        None => {
            if has_password(&written) {
                root.mistake(
                    "database",
                    "a secret is written here in clear",
                    "use `env:DATABASE_URL` or `file:secrets/database` for the whole address",
                );
                return String::new();
            }
            written
        }
    };
    if revealed.starts_with("postgres://") || revealed.starts_with("postgresql://") || revealed == "sqlite::memory:" {
        return revealed;
    }
    match revealed.strip_prefix("sqlite:").map(|path| path.trim_start_matches("//")) {
        Some(path) if !path.is_empty() => format!("sqlite:{}", folder.join(path).display()),
        _ => {
            let hint = "write sqlite:PATH or postgres://USER@HOST/NAME";
            root.mistake("database", "is not the address of a database this program knows", hint);
            String::new()
        }
    }
}

/// `models`: a folder beside the file; what is inside is looked at when it is loaded.
fn read_models(root: &Table<'_>, folder: &Path) -> Option<PathBuf> {
    let written = root.text("models")?;
    let path = folder.join(&written);
    if written.trim().is_empty() || !path.is_dir() {
        let hint =
            "a folder with models such as `hearken model train` writes; leave it out for those inside the program";
        root.mistake("models", format!("`{written}` is not a folder"), hint);
        return None;
    }
    Some(path)
}

fn has_password(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| {
        url.password().is_some_and(|password| !password.is_empty())
            || url.query_pairs().any(|(key, _)| key == "password")
    })
}

/// The language a table asks for, or the usual one.
pub(super) fn locale_or(table: &Table<'_>, usual: Locale) -> Locale {
    table.locale("locale").unwrap_or(usual)
}
