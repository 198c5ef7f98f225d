//! Secrets: named in a file, never written there.

use std::fmt;
use std::path::Path;

/// Where a secret is kept: `env:NAME` or `file:PATH`. Shows its place, never its value.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// In an environment variable.
    Env(String),
    /// In a file; white space at its end does not count.
    File(String),
}

impl Secret {
    /// Returns `None` when the text names no place.
    pub fn new(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Some(Self::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Some(Self::File(path.to_owned())),
            _ => None,
        }
    }

    /// The same secret with a relative path meant from `folder`.
    pub fn within(self, folder: &Path) -> Self {
        match self {
            Self::File(path) => Self::File(folder.join(path).to_string_lossy().into_owned()),
            Self::Env(name) => Self::Env(name),
        }
    }

    /// The secret itself, read now; the error says what is missing.
    pub fn reveal(&self) -> Result<String, String> {
        let value = match self {
            Self::Env(name) => {
                std::env::var(name).map_err(|_| format!("the environment variable `{name}` is not set"))?
            }
            Self::File(path) => std::fs::read_to_string(path).map_err(|error| format!("`{path}`: {error}"))?,
        };
        let value = value.trim_end();
        if value.is_empty() { Err(format!("{self} is empty")) } else { Ok(value.to_owned()) }
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{path}"),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
