//! Reads labelled sets (gzip TSV with a header line), our own corpus, and open lexicons.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;

use super::corpus::{self, Part, Written};
use super::sets::{SETS, Set, Use, own_weight};
use crate::classify::{Files, Group, Lesson};
use crate::domain::Sentiment;

/// One labelled text.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Row {
    pub(in crate::cli) id: String,
    pub(in crate::cli) text: String,
    pub(in crate::cli) label: String,
    pub(in crate::cli) columns: BTreeMap<String, String>,
}

impl Row {
    pub(in crate::cli) fn sentiment(&self) -> Option<Sentiment> {
        match self.label.as_str() {
            "neg" => Some(Sentiment::Negative),
            "neu" => Some(Sentiment::Neutral),
            "pos" => Some(Sentiment::Positive),
            _ => None,
        }
    }
}

/// Reads one file of a set, which may have no parts; `None` when it is not there.
pub(in crate::cli) fn rows(folder: &Path, set: &str, part: &str) -> Result<Option<Vec<Row>>> {
    let dot = if part.is_empty() { "" } else { "." };
    let path = folder.join(format!("{set}{dot}{part}.tsv.gz"));
    if !path.exists() {
        return Ok(None);
    }
    let file = fs::File::open(&path).with_context(|| path.display().to_string())?;
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).with_context(|| path.display().to_string())?;
    read_rows(&text).with_context(|| path.display().to_string()).map(Some)
}

fn read_rows(text: &str) -> Result<Vec<Row>> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let mut rows = Vec::new();
    for (number, line) in lines.enumerate() {
        let mut columns: BTreeMap<String, String> =
            names.iter().zip(line.split('\t')).map(|(name, value)| ((*name).to_owned(), value.to_owned())).collect();
        let (Some(id), Some(text)) = (columns.remove("id"), columns.remove("text")) else {
            bail!("line {}: the columns `id` and `text` are wanted", number + 2);
        };
        let label = columns.remove("label").unwrap_or_default();
        rows.push(Row { id, text, label, columns });
    }
    Ok(rows)
}

/// Everything a group learns from, with a line for the card about each part.
pub(super) fn lessons(data: &Path, own: &Path, group: Group) -> Result<(Vec<Lesson>, Vec<String>)> {
    let mut lessons = Vec::new();
    let mut told = Vec::new();
    for set in SETS.iter().filter(|set| set.group == group) {
        let (way, lean) = match set.used {
            Use::Train { way, lean } => (way, lean),
            Use::Neutral(lean) => (0.0, lean),
            Use::Measure => continue,
        };
        let folder = data.join(set.folder);
        let before = lessons.len();
        for (part, calibrates) in [("train", false), ("dev", true)] {
            for row in rows(&folder, set.name, part)?.unwrap_or_default() {
                let neutral = matches!(set.used, Use::Neutral(_)).then_some(Sentiment::Neutral);
                let Some(label) = neutral.or_else(|| row.sentiment()) else { continue };
                let calibrates = calibrates || held_out(&row.id, set);
                lessons.push(Lesson {
                    id: row.id,
                    text: row.text,
                    label,
                    weight: way,
                    lean_weight: lean,
                    calibrates,
                    lent_by: None,
                });
            }
        }
        told.push(format!("| {} | {} | {} | {} |", set.name, lessons.len() - before, set.licence, set.origin));
    }
    let before = lessons.len();
    for (part, calibrates) in [(Part::Train, false), (Part::Dev, true)] {
        let written = corpus::read(own, part)?.into_iter().filter(|line| Group::of(line.language) == group);
        lessons.extend(written.map(own_lesson(group, calibrates)));
    }
    told.push(format!("| our own corpus | {} | CC0-1.0 | written by hand for this project |", lessons.len() - before));
    if group == Group::Ja {
        let before = lessons.len();
        lend(data, &mut lessons)?;
        told.push(format!(
            "| lexicon signals of Chinese and Korean sets | {} | as in their cards | the texts' words play no part |",
            lessons.len() - before
        ));
    }
    Ok((lessons, told))
}

/// Sets that lend Japanese what their lexicons say of them, with how many texts are passed over for each one taken.
const LENDERS: &[(&str, usize)] =
    &[("zh_brighter", 1), ("zh_weibo_clause", 3), ("zh_asap_sample", 1), ("ko_nsmc3", 30), ("ko_kote", 2)];

/// Lends signals of Chinese and Korean texts to Japanese, which has no open labelled set of its own.
fn lend(data: &Path, lessons: &mut Vec<Lesson>) -> Result<()> {
    for set in SETS {
        let Some((_, step)) = LENDERS.iter().find(|(name, _)| *name == set.name) else { continue };
        let Use::Train { way, lean } = set.used else { continue };
        let taken = rows(&data.join(set.folder), set.name, "train")?.unwrap_or_default().into_iter().step_by(*step);
        for row in taken {
            let Some(label) = row.sentiment() else { continue };
            let (weight, lean_weight, lent_by) = (way * 0.3, lean * 0.3, Some(set.group));
            lessons.push(Lesson { id: row.id, text: row.text, label, weight, lean_weight, calibrates: false, lent_by });
        }
    }
    Ok(())
}

/// One text in twelve of sets without a dev part chooses the calibration instead of the weights.
fn held_out(id: &str, set: &Set) -> bool {
    set.dev.is_none() && id.bytes().fold(7u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % 12 == 0
}

/// A lesson from our own corpus: it weighs more, since it is what we are asked about.
fn own_lesson(group: Group, calibrates: bool) -> impl Fn(Written) -> Lesson {
    let weight = own_weight(group);
    move |line| Lesson {
        id: line.id,
        text: line.text,
        label: line.label,
        weight,
        lean_weight: weight,
        calibrates,
        lent_by: None,
    }
}

/// The files of a models' folder that the judge reads; none when the folder is not there yet.
pub(in crate::cli) fn files(folder: &Path) -> Result<Files> {
    if !folder.is_dir() {
        return Ok(Files::new());
    }
    Ok(crate::config::model_files(folder)?)
}

/// Reduces NTUSD and VADER (both MIT) to what the lexicon reads: clear words only.
pub(super) fn open_lexicons(data: &Path) -> Result<Option<Files>> {
    let folder = data.join("lexicon");
    let read = |set: &str| -> Result<Option<Vec<Row>>> {
        let path = folder.join(format!("{set}.tsv.gz"));
        if !path.exists() {
            return Ok(None);
        }
        let mut text = String::new();
        GzDecoder::new(fs::File::open(&path)?).read_to_string(&mut text)?;
        read_rows(&text).map(Some)
    };
    let (Some(ntusd), Some(vader)) = (read("zht_ntusd")?, read("en_vader")?) else { return Ok(None) };
    let mut zh =
        String::from("# From NTUSD (MIT, Ku & Chen 2007, github.com/ntunlplab/NTUSD): words of 2 to 4 characters.\n");
    for row in ntusd.iter().filter(|row| (2..=4).contains(&row.text.chars().count())) {
        zh.push_str(&format!("{}\t{}\n", row.text, if row.label == "pos" { 1 } else { -1 }));
    }
    let mut en = String::from(
        "# From VADER (MIT, Hutto & Gilbert 2014, github.com/cjhutto/vaderSentiment): words of mean valence beyond 1.\n",
    );
    for row in &vader {
        let mean: f64 = row.columns.get("mean").and_then(|mean| mean.parse().ok()).unwrap_or(0.0);
        let word = row.text.len() >= 3 && row.text.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '\'');
        if mean.abs() >= 1.0 && word {
            en.push_str(&format!("{}\t{:.1}\n", row.text, (mean / 4.0 * 3.0).clamp(-3.0, 3.0)));
        }
    }
    let files = [("lexicon/open-zh.tsv", zh), ("lexicon/open-en.tsv", en)];
    Ok(Some(files.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect()))
}
