//! `hearken model train --themes` and `hearken model themes`: learns and scores the reasons customers speak.
//!
//! In: our corpus (seven columns: language, sentiment, themes, spam, targets, tone, text) and labelled sets that name
//! reasons. Out: the themes' model, or a table of figures.
//! Never: lets `dev.tsv` or `test.tsv` give weights.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::data;
use crate::classify::{Judge, ThemeFigures, ThemeLesson, ThemePlan};
use crate::domain::Theme;

/// Scores the themes on a part of our corpus: by phrases alone, and as a user gets them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: hearken model themes --corpus sentiment-models/corpus")]
pub(super) struct Args {
    /// Folder of our corpus.
    #[arg(long, value_name = "DIR", default_value = "sentiment-models/corpus")]
    corpus: PathBuf,
    /// The models' folder; without it, the models inside the program.
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Scores `test.tsv` instead of `dev.tsv`. Look at it once, at the end.
    #[arg(long)]
    test: bool,
}

/// Runs `hearken model themes`.
pub(super) fn score(args: &Args) -> Result<ExitCode> {
    let judge = super::judge_of(args.models.as_deref())?;
    let part = if args.test { "test" } else { "dev" };
    let lessons: Vec<ThemeLesson> =
        corpus(&args.corpus)?.into_iter().filter(|line| line.file == part).map(|line| line.lesson).collect();
    if lessons.is_empty() {
        bail!("{}: no {part}.tsv with texts is there", args.corpus.display());
    }
    let (phrases, both) = judge.score_themes(&lessons);
    println!("{}", table(&format!("{part}.tsv, {} texts", lessons.len()), &phrases, &both));
    Ok(ExitCode::SUCCESS)
}

/// Runs `hearken model train --themes`: learns, writes the model, prints what it says of texts it has not seen.
pub(super) fn train(data: Option<&Path>, models: &Path, plan: ThemePlan) -> Result<ExitCode> {
    let folder = models.join("corpus");
    let mut lessons: Vec<ThemeLesson> =
        corpus(&folder)?.into_iter().filter(|line| line.file != "test").map(|line| line.lesson).collect();
    let own = lessons.len();
    fs::write(models.join("theme-background.txt"), background(&lessons))?;
    if let Some(data) = data {
        lessons.extend(reviews(&data.join("theme"))?);
    }
    println!(
        "{own} texts of our corpus, {} of other sets; seed {}, {} epochs, rate {}, l1 {}, l2 {}, words {}",
        lessons.len() - own,
        plan.seed,
        plan.epochs,
        plan.rate,
        plan.l1,
        plan.l2,
        plan.words
    );
    let learnt = Judge::learn_themes(&data::files(models)?, &lessons, plan)?;
    fs::write(models.join("theme-all.model"), &learnt.bytes)?;
    println!(
        "theme-all.model: {} texts, {} features, {} bytes, version {}; judged by weights that had not seen them:",
        learnt.texts,
        learnt.features,
        learnt.bytes.len(),
        learnt.version
    );
    let judge = Judge::from_files(&data::files(models)?)?;
    println!("macro-F1 {:.1}, mean calibration error {:.3}", 100.0 * learnt.kept_apart.macro_f1, learnt.kept_apart.ece);
    let dev: Vec<ThemeLesson> = lessons.into_iter().filter(|lesson| lesson.calibrates).collect();
    let (phrases, both) = judge.score_themes(&dev);
    println!("{}", table(&format!("dev.tsv, {} texts", dev.len()), &phrases, &both));
    Ok(ExitCode::SUCCESS)
}

/// Lines of the background that themes of few examples are learnt against.
const BACKGROUND: usize = 1_200;
/// Longest line of it, in characters.
const LONGEST: usize = 80;

/// A sample of the training part, evenly over all files.
fn background(lessons: &[ThemeLesson]) -> String {
    let short = |lesson: &&ThemeLesson| !lesson.calibrates && lesson.text.chars().count() <= LONGEST;
    let lines: Vec<&str> = lessons.iter().filter(short).map(|lesson| lesson.text.as_str()).collect();
    let step = lines.len().div_ceil(BACKGROUND).max(1);
    lines.into_iter().step_by(step).map(|line| format!("{line}\n")).collect()
}

/// A line of our corpus with the file it stands in.
struct Line {
    file: String,
    lesson: ThemeLesson,
}

/// Reads `*.tsv` of our corpus.
fn corpus(folder: &Path) -> Result<Vec<Line>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "tsv"));
    files.sort();
    let mut lines = Vec::new();
    for path in files {
        let content = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let file = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        for (number, line) in
            content.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with("# "))
        {
            let place = || format!("{}: line {}", path.display(), number + 1);
            let cells: Vec<&str> = line.split('\t').collect();
            let [_language, _sentiment, themes, _spam, _targets, _tone, text] = cells.as_slice() else {
                bail!("{}: seven columns are wanted: language, sentiment, themes, spam, targets, tone, text", place());
            };
            let names = themes.split(',').filter(|name| !name.is_empty());
            let themes = names
                .map(|name| Theme::new(name).with_context(|| format!("{}: `{name}` is not a theme's name", place())))
                .collect::<Result<Vec<Theme>>>()?;
            let (id, text) = (format!("own-{file}-{number}"), (*text).to_owned());
            let calibrates = file == "dev";
            let lesson = ThemeLesson { id, text, themes, asked: None, line: number, calibrates };
            lines.push(Line { file: file.clone(), lesson });
        }
    }
    Ok(lines)
}

/// Aspects of restaurant reviews (ASAP, Apache-2.0) that are reasons of ours.
const ASPECTS: &[(&str, &str)] = &[
    ("Food#", "quality"),
    ("Service#Hospitality", "service"),
    ("Service#Queue", "waiting"),
    ("Service#Timely", "waiting"),
    ("Price#", "price"),
];

/// The reviews of ASAP: they tell four of our themes, and nothing of the others.
fn reviews(folder: &Path) -> Result<Vec<ThemeLesson>> {
    let mut lessons = Vec::new();
    for (line, row) in data::rows(folder, "zh_asap_sample", "train")?.unwrap_or_default().into_iter().enumerate() {
        let aspects = row.columns.get("theme").cloned().unwrap_or_default();
        let named = |theme: &str| ASPECTS.iter().any(|(aspect, of)| *of == theme && aspects.contains(aspect));
        let theme = |name: &&str| Theme::new(*name);
        let asked = ["quality", "service", "waiting", "price"];
        let themes = asked.iter().filter(|theme| named(theme)).filter_map(theme).collect();
        let asked = Some(asked.iter().filter_map(theme).collect());
        lessons.push(ThemeLesson { id: row.id, text: row.text, themes, asked, line, calibrates: false });
    }
    Ok(lessons)
}

/// The figures of each theme as a Markdown table.
fn table(title: &str, phrases: &ThemeFigures, both: &ThemeFigures) -> String {
    let mut out = format!(
        "Themes on {title}: phrases alone | phrases and model\n\n\
        | theme | texts | precision | recall | F1 | ECE | precision | recall | F1 | ECE |\n\
        |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
    );
    let cells = |row: &crate::classify::ThemeRow| {
        let per_cent = |share: f64| format!("{:.1}", 100.0 * share);
        format!("{} | {} | {} | {:.3}", per_cent(row.precision), per_cent(row.recall), per_cent(row.f1), row.ece)
    };
    for (alone, both) in phrases.rows.iter().zip(&both.rows) {
        out.push_str(&format!("| {} | {} | {} | {} |\n", alone.theme, alone.texts, cells(alone), cells(both)));
    }
    let mean = |figures: &ThemeFigures| format!("{:.1} | {:.3}", 100.0 * figures.macro_f1, figures.ece);
    out.push_str(&format!("| *mean* | | | | {} | | | {} |\n", mean(phrases), mean(both)));
    let micro = |figures: &ThemeFigures| format!("{:.1}", 100.0 * figures.micro_f1);
    out.push_str(&format!("| *all answers together* | | | | {} | | | | {} | |\n", micro(phrases), micro(both)));
    out
}
