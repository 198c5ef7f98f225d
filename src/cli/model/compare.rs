//! `hearken model compare`: may this model replace that one? People's corrections are the test.
//!
//! In: two folders of models (the first may be the program's own), corrections, labelled sets. Out: what regresses and
//! what mends, as tables and text by text; exit code 1 when the second is worse on the corrections.
//! Never: counts *unsure* as right; lets what a model was taught hide what it lost (the half that is never learnt is
//! judged apart).

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::super::corrections::one_line;
use super::super::labelled::{self, Labelled, label_of};
use super::corrections::is_kept_for_test;
use super::data;
use super::sets::SETS;
use crate::classify::{Answer, Judge, figures};
use crate::domain::{Aspect, Label, Sentiment};
use crate::store::{CorrectionFilter, Store};
use crate::text::Text;

/// More corrections than this are not read.
const MOST: i64 = 1_000_000;
/// How much of a text a line shows, in characters.
const SHOWN: usize = 60;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0, or 1 when B is worse on the corrections by more than the margin, on all of them or on the\n\
    half that `model train --with-corrections` never learns.\n\n\
    Examples:\n  hearken model compare new-models/ --corrections corrections.jsonl\n  \
    hearken model compare old/ new/ --config /etc/hearken --data labelled/"
)]
pub(super) struct CompareArgs {
    /// Folders of models: A B, or B alone against the models inside the program.
    #[arg(required = true, num_args = 1..=2, value_name = "DIR")]
    models: Vec<PathBuf>,
    /// The labelled file that `hearken corrections export` wrote.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["config", "data"])]
    corrections: Option<PathBuf>,
    /// Reads the corrections from the store of this folder's hearken.toml.
    #[arg(long, value_name = "DIR", conflicts_with = "corrections")]
    config: Option<PathBuf>,
    /// Folder of labelled sets, whose dev parts are compared too.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// So many points of the corrections may B lose more than it mends.
    #[arg(long, default_value_t = 1.0, value_name = "POINTS")]
    margin: f64,
    /// At most so many texts of each kind are shown.
    #[arg(long, default_value_t = 20)]
    show: usize,
}

/// Runs the command.
pub(super) async fn run(args: CompareArgs) -> Result<ExitCode> {
    if !(0.0..=100.0).contains(&args.margin) {
        bail!("--margin: a number of points from 0 to 100 is wanted");
    }
    let texts = match (&args.corrections, &args.config) {
        (Some(file), _) => labelled::read(file)?,
        (None, Some(folder)) => match stored(folder).await? {
            Ok(texts) => texts,
            Err(code) => return Ok(code),
        },
        (None, None) => Vec::new(),
    };
    let work = move || compared(&args, &texts);
    let (told, worse) = tokio::task::spawn_blocking(work).await.context("the comparison ended early")??;
    print!("{told}");
    Ok(if worse { ExitCode::from(super::super::FAILED) } else { ExitCode::SUCCESS })
}

/// The corrections of a store, or the exit code that tells of mistakes in its configuration.
async fn stored(folder: &Path) -> Result<Result<Vec<Labelled>, ExitCode>> {
    let config = match super::super::load(folder) {
        Ok(config) => config,
        Err(code) => return Ok(Err(code)),
    };
    let store = Store::open(&config.database).await.context("the database did not open")?;
    let filter = CorrectionFilter { last_words: true, ..CorrectionFilter::default() };
    let found = store.corrections(&filter, MOST, 0).await;
    store.close().await;
    Ok(Ok(labelled::texts(found?)))
}

fn compared(args: &CompareArgs, texts: &[Labelled]) -> Result<(String, bool)> {
    let (a, b) = match args.models.as_slice() {
        [a, b] => (Some(a.as_path()), b.as_path()),
        [b] => (None, b.as_path()),
        _ => bail!("one or two folders of models are wanted"),
    };
    let (judge_a, judge_b) = (super::judge_of(a)?, super::judge_of(Some(b))?);
    let name =
        |folder: Option<&Path>| folder.map_or("inside the program".to_owned(), |path| path.display().to_string());
    let mut told = format!("A: {} ({})\nB: {} ({})\n", name(a), judge_a.name(), b.display(), judge_b.name());
    let mut worse = false;
    if args.corrections.is_some() || args.config.is_some() {
        let pairs: Vec<Pair> = texts.iter().flat_map(|text| pairs(&judge_a, &judge_b, text)).collect();
        worse = on_corrections(&mut told, texts.len(), &pairs, args.margin, args.show);
    }
    if let Some(data) = &args.data {
        on_sets(&mut told, &judge_a, &judge_b, data)?;
    }
    Ok((told, worse))
}

/// One label that people gave, with both models' answers.
struct Pair {
    id: String,
    text: String,
    kept: bool,
    truth: Label,
    a: Label,
    b: Label,
}

impl Pair {
    fn regresses(&self) -> bool {
        self.a == self.truth && self.b != self.truth
    }

    fn mends(&self) -> bool {
        self.a != self.truth && self.b == self.truth
    }

    fn line(&self) -> String {
        let word = |label: &Label| match label.word() {
            word if word.is_empty() => "none".to_owned(),
            word => word,
        };
        let text = one_line(&self.text, SHOWN);
        format!("  {}  {}: A {}, B {}  {text}\n", self.id, word(&self.truth), word(&self.a), word(&self.b))
    }
}

fn pairs(a: &Judge, b: &Judge, labelled: &Labelled) -> Vec<Pair> {
    let labels = labelled.labels();
    let text = Text::read(&labelled.text);
    let (a, b) = (a.judge(&text), b.judge(&text));
    let kept = is_kept_for_test(&labelled.text);
    let pair = |aspect: &Aspect| {
        Some(Pair {
            id: labelled.id.clone(),
            text: labelled.text.clone(),
            kept,
            truth: label_of(&labels, *aspect)?.clone(),
            a: Label::of(*aspect, &a),
            b: Label::of(*aspect, &b),
        })
    };
    Aspect::ALL.iter().filter_map(pair).collect()
}

/// How a list of pairs stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    texts: usize,
    a: usize,
    b: usize,
    regress: usize,
    mend: usize,
}

impl Tally {
    fn of<'a>(pairs: impl Iterator<Item = &'a Pair>) -> Self {
        pairs.fold(Self::default(), |tally, pair| Self {
            texts: tally.texts + 1,
            a: tally.a + usize::from(pair.a == pair.truth),
            b: tally.b + usize::from(pair.b == pair.truth),
            regress: tally.regress + usize::from(pair.regresses()),
            mend: tally.mend + usize::from(pair.mends()),
        })
    }

    fn is_worse(&self, margin: f64) -> bool {
        let lost = self.a as f64 - self.b as f64;
        lost > 0.0 && lost * 100.0 > margin * self.texts as f64
    }

    fn row(&self, name: &str, which: &str) -> String {
        let share = |right: usize| format!("{:.1}", right as f64 * 100.0 / self.texts.max(1) as f64);
        let (a, b) = (share(self.a), share(self.b));
        format!("| {name} | {which} | {} | {a} | {b} | {} | {} |\n", self.texts, self.regress, self.mend)
    }
}

/// Tells how both do on the corrections; whether B is worse than the margin allows.
fn on_corrections(told: &mut String, texts: usize, pairs: &[Pair], margin: f64, show: usize) -> bool {
    *told += &format!("\n{texts} corrected or confirmed texts; *unsure* is not right\n\n");
    *told +=
        "| label | corrections | labels | A right % | B right % | regress | mend |\n|---|---|--:|--:|--:|--:|--:|\n";
    let mut worse = Vec::new();
    for aspect in Aspect::ALL {
        for (which, kept_only) in [("all", false), ("kept for test", true)] {
            let of_it = pairs.iter().filter(|pair| pair.truth.aspect() == *aspect && (pair.kept || !kept_only));
            let tally = Tally::of(of_it);
            if tally.texts > 0 {
                *told += &tally.row(aspect.as_str(), which);
            }
            if tally.is_worse(margin) {
                worse.push(format!("{} ({which})", aspect.as_str()));
            }
        }
    }
    for (title, list) in [
        ("regress", pairs.iter().filter(|pair| pair.regresses()).collect::<Vec<_>>()),
        ("mend", pairs.iter().filter(|pair| pair.mends()).collect()),
    ] {
        *told += &format!("\n{title}: {}\n", list.len());
        list.iter().take(show).for_each(|pair| *told += &pair.line());
        if list.len() > show {
            *told += &format!("  … and {} more\n", list.len() - show);
        }
    }
    *told += &match worse.as_slice() {
        [] => format!("\nB is not worse than A by more than {margin} points\n"),
        worse => format!("\nB is worse than A by more than {margin} points: {}\n", worse.join(", ")),
    };
    !worse.is_empty()
}

/// Tells how both do on the dev parts of labelled sets.
fn on_sets(told: &mut String, a: &Judge, b: &Judge, data: &Path) -> Result<()> {
    *told += "\n| set | texts | A macro-F1 | B macro-F1 | change | regress | mend |\n|---|--:|--:|--:|--:|--:|--:|\n";
    for set in SETS {
        let Some(part) = set.dev else { continue };
        let rows = data::rows(&data.join(set.folder), set.name, part)?.unwrap_or_default();
        let (mut of_a, mut of_b, mut regress, mut mend) = (Vec::new(), Vec::new(), 0, 0);
        for row in &rows {
            let Some(truth) = row.sentiment() else { continue };
            let text = Text::read(&row.text);
            let answer = |judge: &Judge| {
                let judgement = judge.judge(&text);
                Answer { truth, p: judgement.p, unsure: judgement.sentiment == Sentiment::Unsure }
            };
            let (a, b) = (answer(a), answer(b));
            let (right_a, right_b) = (a.p.best().0 == truth, b.p.best().0 == truth);
            regress += usize::from(right_a && !right_b);
            mend += usize::from(!right_a && right_b);
            of_a.push(a);
            of_b.push(b);
        }
        if let (Some(a), Some(b)) = (figures(&of_a), figures(&of_b)) {
            let (a, b) = (a.macro_f1 * 100.0, b.macro_f1 * 100.0);
            let name = format!("{}.{part}", set.name);
            *told += &format!("| {name} | {} | {a:.1} | {b:.1} | {:+.1} | {regress} | {mend} |\n", of_a.len(), b - a);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(truth: Sentiment, a: Sentiment, b: Sentiment, kept: bool) -> Pair {
        let [truth, a, b] = [truth, a, b].map(Label::Sentiment);
        Pair { id: "m1".to_owned(), text: "等了\n一小時".to_owned(), kept, truth, a, b }
    }

    #[test]
    fn what_regresses_and_what_mends_is_told_and_judged_by_the_margin() {
        use Sentiment::{Negative, Positive, Unsure};
        let mut pairs: Vec<Pair> = (0..97).map(|_| pair(Negative, Negative, Negative, false)).collect();
        pairs.push(pair(Negative, Positive, Negative, false));
        pairs.push(pair(Negative, Negative, Unsure, false));
        pairs.push(pair(Negative, Negative, Positive, true));
        let mut told = String::new();
        assert!(on_corrections(&mut told, 100, &pairs, 1.0, 1), "the half kept for test lost all it had");
        assert_eq!(
            told,
            "\n100 corrected or confirmed texts; *unsure* is not right\n\n\
             | label | corrections | labels | A right % | B right % | regress | mend |\n|---|---|--:|--:|--:|--:|--:|\n\
             | sentiment | all | 100 | 99.0 | 98.0 | 2 | 1 |\n\
             | sentiment | kept for test | 1 | 100.0 | 0.0 | 1 | 0 |\n\
             \nregress: 2\n  m1  negative: A negative, B unsure  等了 一小時\n  … and 1 more\n\
             \nmend: 1\n  m1  negative: A positive, B negative  等了 一小時\n\
             \nB is worse than A by more than 1 points: sentiment (kept for test)\n"
        );
        pairs.pop();
        assert!(!on_corrections(&mut String::new(), 99, &pairs, 1.0, 1), "as much mends as regresses");
        assert!(!on_corrections(&mut String::new(), 0, &[], 0.0, 1));
    }

    #[test]
    fn a_model_is_compared_with_itself_without_a_change() {
        let file = tempfile::Builder::new().suffix(".jsonl").tempfile().expect("a file");
        let line =
            r#"{"id":"m1","text":"客服等了兩小時沒人理，爛透了","sentiment":"neg","themes":["waiting"],"spam":false}"#;
        std::fs::write(file.path(), line).expect("written");
        let folder = tempfile::tempdir().expect("a folder");
        let args = CompareArgs {
            models: vec![folder.path().to_owned()],
            corrections: Some(file.path().to_owned()),
            config: None,
            data: None,
            margin: 0.0,
            show: 20,
        };
        let (told, worse) = compared(&args, &labelled::read(file.path()).expect("read")).expect("compared");
        assert!(!worse && told.contains("regress: 0") && told.contains("mend: 0"), "{told}");
        assert!(told.contains("| sentiment | all | 1 | 100.0 | 100.0 | 0 | 0 |"), "{told}");
    }
}
