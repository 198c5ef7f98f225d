//! Our own corpus: texts written and labelled for this project.
//!
//! In: `corpus/*.tsv` of a models' folder. Out: labelled lines of one part.
//! Never: passes over a line that it cannot read.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::domain::{Language, Sentiment};

/// Which part of the corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Gives weights: one file per language.
    Train,
    /// Chooses calibration and thresholds.
    Dev,
    /// Measured once, at the end.
    Test,
}

/// One line.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// `own-<file>-<line>`.
    pub(super) id: String,
    pub(super) language: Language,
    pub(super) label: Sentiment,
    pub(super) text: String,
}

/// Reads a part; empty where the folder has no corpus.
pub(super) fn read(models: &Path, part: Part) -> Result<Vec<Written>> {
    let mut written = Vec::new();
    for path in files(&models.join("corpus"), part) {
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with("# ")) {
            let place = || format!("{}: line {}", path.display(), number + 1);
            written.push(read_line(line, format!("own-{name}-{number}")).with_context(place)?);
        }
    }
    Ok(written)
}

fn files(folder: &Path, part: Part) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let wanted = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match part {
            Part::Dev => name == "dev.tsv",
            Part::Test => name == "test.tsv",
            Part::Train => name.ends_with(".tsv") && name != "dev.tsv" && name != "test.tsv",
        }
    };
    let mut files: Vec<PathBuf> = entries.filter(wanted).collect();
    files.sort();
    files
}

fn read_line(line: &str, id: String) -> Result<Written> {
    let cells: Vec<&str> = line.split('\t').collect();
    let [language, label, _themes, _spam, _targets, _tone, text] = cells.as_slice() else {
        bail!("seven columns are wanted: language, sentiment, themes, spam, targets, tone, text");
    };
    let label = match *label {
        "neg" => Sentiment::Negative,
        "neu" => Sentiment::Neutral,
        "pos" => Sentiment::Positive,
        other => bail!("`{other}` is none of neg, neu, pos"),
    };
    let language = Language::find(language).with_context(|| format!("unknown language `{language}`"))?;
    Ok(Written { id, language, label, text: (*text).to_owned() })
}
