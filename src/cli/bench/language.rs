//! `hearken bench language`: how often the language of a text is told right, beside whatlang.
//!
//! In: sets of texts with their language. Out: tables of shares per set and language, and what was taken for what.
//! Never: changes a rule; a set that rules were made with says so in the docs, not here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use whatlang::{Detector, Lang};

use super::super::model::data::{self, Row};
use crate::domain::Language;
use crate::text::Text;

/// Measures how often the language of a text is told right.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Measures how often the language of a text is told right, beside whatlang restricted to Chinese, Japanese, \
    Korean and English, and unrestricted.\n\nDIR holds `langid/SET.tsv.gz` with the columns id, text and label \
    (zh, zh-Hant, zh-Hans, yue-Hant, ja, ko, en). All kinds of Chinese count as one in the first table.",
    after_help = "Example: hearken bench language --data data"
)]
pub(super) struct Args {
    /// Folder with the labelled sets.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

/// Name and part of each set.
const SETS: &[(&str, &str)] =
    &[("lingua_sentences", ""), ("lingua_word-pairs", ""), ("lingua_single-words", ""), ("social", "dev")];

/// Right answers of each rival in the order of the table.
#[derive(Default)]
struct Tally {
    texts: usize,
    right: [usize; 3],
}

/// Prints the tables.
pub(super) fn run(args: &Args) -> Result<()> {
    let (tables, sets) = tables(&args.data)?;
    if sets == 0 {
        bail!("{}: none of the sets is there", args.data.join("langid").display());
    }
    print!("{tables}");
    Ok(())
}

fn tables(data: &Path) -> Result<(String, usize)> {
    let four = Detector::with_allowlist(vec![Lang::Cmn, Lang::Jpn, Lang::Kor, Lang::Eng]);
    let all = Detector::new();
    let mut shares = String::from(
        "| set | language | texts | ours | whatlang, these four | whatlang, all |\n|---|---|--:|--:|--:|--:|\n",
    );
    let mut taken = String::from("| set | language | texts | right | taken for |\n|---|---|--:|--:|---|\n");
    let mut sets = 0;
    for (set, part) in SETS {
        let Some(rows) = data::rows(&data.join("langid"), set, part)? else { continue };
        sets += 1;
        let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
        let mut answers: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for Row { text, label, .. } in &rows {
            let ours = Text::read(text).language().as_str();
            let label = if label == "yue-Hant" { "yue" } else { label.as_str() };
            *answers.entry(label).or_default().entry(ours).or_default() += 1;
            let wanted = family(label);
            let tally = tallies.entry(wanted).or_default();
            tally.texts += 1;
            tally.right[0] += usize::from(family(ours) == wanted);
            tally.right[1] += usize::from(four.detect_lang(text).is_some_and(|lang| word(lang) == wanted));
            tally.right[2] += usize::from(all.detect_lang(text).is_some_and(|lang| word(lang) == wanted));
        }
        write_shares(&mut shares, set, &tallies);
        write_taken(&mut taken, set, &answers);
    }
    Ok((format!("{shares}\n{taken}"), sets))
}

fn write_shares(out: &mut String, set: &str, tallies: &BTreeMap<&str, Tally>) {
    for (language, tally) in tallies {
        let [ours, four, all] = tally.right.map(|right| 100.0 * right as f64 / tally.texts.max(1) as f64);
        let _infallible = writeln!(out, "| {set} | {language} | {} | {ours:.1} | {four:.1} | {all:.1} |", tally.texts);
    }
}

fn write_taken(out: &mut String, set: &str, answers: &BTreeMap<&str, BTreeMap<&str, usize>>) {
    for (label, answers) in answers {
        // A set that says `zh` takes every kind of Chinese.
        let right = |answer: &str| answer == *label || (*label == "zh" && family(answer) == "zh");
        let texts: usize = answers.values().sum();
        let told: usize = answers.iter().filter(|(answer, _)| right(answer)).map(|(_, count)| count).sum();
        let mut wrong: Vec<(&str, usize)> =
            answers.iter().filter(|(answer, _)| !right(answer)).map(|(answer, count)| (*answer, *count)).collect();
        wrong.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let wrong: Vec<String> = wrong.iter().map(|(answer, count)| format!("{answer} {count}")).collect();
        let _infallible = writeln!(
            out,
            "| {set} | {label} | {texts} | {:.1} | {} |",
            100.0 * told as f64 / texts.max(1) as f64,
            wrong.join(", ")
        );
    }
}

/// A language with all kinds of Chinese as one.
fn family(word: &str) -> &str {
    match Language::find(word) {
        Some(Language::ZhHant | Language::ZhHans | Language::Yue) => "zh",
        _ => word,
    }
}

fn word(lang: Lang) -> &'static str {
    match lang {
        Lang::Cmn => "zh",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Eng => "en",
        _ => "other",
    }
}
