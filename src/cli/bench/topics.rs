//! `hearken bench topics`: the themes' learner on sets of one label a text, learnt on one part and told on another.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::classify::{Judge, Labelled, ThemePlan};
use crate::cli::model::data::{files, rows};

/// Learns topic sets from their train parts and prints how well the other parts are told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: hearken bench topics --data labelled/")]
pub(super) struct Args {
    /// Folder of labelled sets; those in its `theme/` are used.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The models' folder, for its lexicons.
    #[arg(long, value_name = "DIR", default_value = "sentiment-models")]
    models: PathBuf,
    /// Only sets whose name begins so.
    #[arg(long, value_name = "NAME", default_value = "")]
    set: String,
}

/// Sets of one topic a text, with the part that is told.
const SETS: &[(&str, &str)] = &[
    ("zh_thucnews_titles", "test"),
    ("zh_tnews", "dev"),
    ("zht_lihkg", "test"),
    ("zh_sib200", "dev"),
    ("zht_sib200", "dev"),
    ("yue_sib200", "dev"),
    ("en_sib200", "dev"),
    ("ja_sib200", "dev"),
    ("ko_sib200", "dev"),
];

/// One label a text, told by comparing: rare features count more, all texts the same; those of one text are left out,
/// which is worth 3 points on news titles.
const PLAN: ThemePlan = ThemePlan {
    seed: 20_261,
    epochs: 8,
    rate: 1.0,
    l1: 0.0,
    l2: 0.3,
    least_texts: 2,
    words: true,
    balance: 0.5,
    rarity: true,
    even: true,
    folds: 1,
};

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<()> {
    let folder = args.data.join("theme");
    let files = files(&args.models)?;
    println!("| set | learnt from | told | topics | accuracy | macro-F1 |\n|---|--:|--:|--:|--:|--:|");
    let mut any = false;
    for (set, part) in SETS.iter().filter(|(set, _)| set.starts_with(&args.set)) {
        let (train, told) = (labelled(&folder, set, "train")?, labelled(&folder, set, part)?);
        if train.is_empty() || told.is_empty() {
            continue;
        }
        any = true;
        let figures = Judge::learn_topics(&files, &train, &told, PLAN)?;
        let (accuracy, macro_f1) = (100.0 * figures.accuracy, 100.0 * figures.macro_f1);
        let (from, to, labels) = (train.len(), figures.texts, figures.labels);
        println!("| {set}.{part} | {from} | {to} | {labels} | {accuracy:.1} | {macro_f1:.1} |");
    }
    if !any {
        bail!("{}: no topic set is there", folder.display());
    }
    Ok(())
}

fn labelled(folder: &Path, set: &str, part: &str) -> Result<Vec<Labelled>> {
    let rows = rows(folder, set, part)?.unwrap_or_default().into_iter();
    Ok(rows.map(|row| Labelled { text: row.text, label: row.label }).collect())
}
