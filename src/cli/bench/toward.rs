//! `hearken bench toward`: how well a text's leaning toward one name is told, beside the leaning of the whole text.
//!
//! In: labelled sets with targets, our own corpus. Out: a table, one line per set.
//! Never: tells the judge a label, or names that do not stand in the text.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::super::model::{data, judge_of};
use crate::classify::{Answer, Figures, Judge, figures};
use crate::domain::{Language, Sentiment};
use crate::query::Names;
use crate::text::Text;

/// Measures the leaning toward one of several names in a text.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Measures the leaning toward one of several names in a text, beside the leaning of the whole text.\n\n\
    Texts count when at least two of their targets stand in them as they are written. Our own corpus is read from a folder \
    of .tsv files: language, sentiment, themes, spam, targets (`A:pos;B:neg`), tone, text.",
    after_help = "Example: hearken bench toward --data labelled/ --corpus sentiment-models/corpus/dev.tsv"
)]
pub(super) struct Args {
    /// Folder of labelled sets.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Our own corpus: a folder of .tsv files, or one of them.
    #[arg(long, value_name = "PATH", required_unless_present = "data")]
    corpus: Option<PathBuf>,
    /// Which part of the sets: train, dev or test. Look at test once, at the end.
    #[arg(long, value_name = "PART", default_value = "dev")]
    part: String,
    /// The models' folder; without it, the models inside the program.
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Prints each answer that is wrong, too.
    #[arg(long)]
    wrong: bool,
}

/// One text with the things it names: spellings, and the leaning toward each where it is labelled.
struct Case {
    text: String,
    targets: Vec<(Vec<String>, Option<Sentiment>)>,
}

/// Sets with a list of `target:polarity` in their column `theme`.
const LISTED: &[(&str, &str)] = &[
    ("theme", "zh_car_aspects"),
    ("sentiment", "zht_tw_restaurant"),
    ("sentiment", "zht_tw_laptop"),
    ("sentiment", "ja_dimhotel"),
];

/// The products of the set `en_sxsw_brand`, with the words of its column `brand` that mean them.
const PRODUCTS: &[(&[&str], &[&str])] = &[
    (&["ipad", "ipads", "ipad2", "ipad 2", "#ipad", "#ipad2"], &["iPad", "iPad or iPhone App"]),
    (&["iphone", "iphones", "#iphone"], &["iPhone", "iPad or iPhone App"]),
    (&["apple", "#apple", "@apple"], &["Apple", "Other Apple product or service"]),
    (&["google", "#google", "@google"], &["Google", "Other Google product or service"]),
    (&["android", "#android"], &["Android", "Android App"]),
];

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<()> {
    let judge = judge_of(args.models.as_deref())?;
    let mut table = Table { judge: &judge, wrong: args.wrong };
    println!(
        "| set | texts | answers | of the whole text: accuracy | macro-F1 | toward the name: accuracy | macro-F1 | told apart |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|");
    if let Some(folder) = &args.data {
        for (place, set) in LISTED {
            let rows = data::rows(&folder.join(place), set, &args.part)?.unwrap_or_default();
            table.add(&format!("{set}.{}", args.part), rows.iter().map(listed).collect())?;
        }
        let set = "en_sxsw_brand";
        let part = if args.part == "test" { "test" } else { "train" };
        let rows = data::rows(&folder.join("sentiment"), set, part)?.unwrap_or_default();
        table.add(&format!("{set}.{part}"), rows.iter().filter_map(product).collect())?;
    }
    if let Some(path) = &args.corpus {
        for (group, cases) in corpus(path)? {
            let (one, several): (Vec<Case>, Vec<Case>) = cases.into_iter().partition(|case| case.targets.len() == 1);
            let alone = several.iter().flat_map(|case| {
                let alone = |target: &(Vec<String>, Option<Sentiment>)| Case {
                    text: case.text.clone(),
                    targets: vec![target.clone()],
                };
                case.targets.iter().map(alone)
            });
            let alone = alone.collect();
            table.add(&format!("own corpus, {group}: several names"), several)?;
            table.add(&format!("own corpus, {group}: several, one is known"), alone)?;
            table.add(&format!("own corpus, {group}: one name"), one)?;
        }
    }
    Ok(())
}

struct Table<'a> {
    judge: &'a Judge,
    wrong: bool,
}

impl Table<'_> {
    /// Judges the cases of a set and prints its line.
    fn add(&mut self, set: &str, cases: Vec<Case>) -> Result<()> {
        let alone = set.starts_with("own corpus");
        let (mut whole, mut toward) = (Vec::new(), Vec::new());
        let (mut texts, mut apart) = (0, 0);
        for case in &cases {
            let text = Text::read(&case.text);
            let spellings: Vec<Vec<String>> = case.targets.iter().map(|(spellings, _)| spellings.clone()).collect();
            let names = Names::new(&spellings).map_err(anyhow::Error::msg)?;
            let mut named: Vec<usize> = names.find(&text).iter().map(|named| named.thing).collect();
            named.sort_unstable();
            named.dedup();
            if named.len() < 2 && !alone {
                continue;
            }
            texts += 1;
            let judgement = self.judge.judge(&text);
            for thing in named {
                let Some(truth) = case.targets.get(thing).and_then(|(_, truth)| *truth) else { continue };
                let said = self.judge.toward(&text, &names, thing, &judgement);
                apart += usize::from(said.is_some());
                let unsure = judgement.sentiment == Sentiment::Unsure;
                whole.push(Answer { truth, p: judgement.p, unsure });
                let (p, sentiment) = said.map_or((judgement.p, judgement.sentiment), |said| (said.p, said.sentiment));
                toward.push(Answer { truth, p, unsure: sentiment == Sentiment::Unsure });
                if self.wrong && p.best().0 != truth {
                    let name = case.targets.get(thing).and_then(|(spellings, _)| spellings.first());
                    println!(
                        "{} {:?} {} (neg {:.2} neu {:.2} pos {:.2}; whole {:.2} {:.2} {:.2}): {}",
                        truth.as_str(),
                        name,
                        p.best().0.as_str(),
                        p.negative,
                        p.neutral,
                        p.positive,
                        judgement.p.negative,
                        judgement.p.neutral,
                        judgement.p.positive,
                        case.text
                    );
                }
            }
        }
        let (Some(whole), Some(toward)) = (figures(&whole), figures(&toward)) else { return Ok(()) };
        println!("{}", line(set, texts, &whole, &toward, apart));
        Ok(())
    }
}

fn line(set: &str, texts: usize, whole: &Figures, toward: &Figures, apart: usize) -> String {
    format!(
        "| {set} | {texts} | {} | {:.1} | {:.1} | {:.1} | {:.1} | {:.0} % |",
        whole.texts,
        whole.accuracy * 100.0,
        whole.macro_f1 * 100.0,
        toward.accuracy * 100.0,
        toward.macro_f1 * 100.0,
        apart as f64 * 100.0 / whole.texts.max(1) as f64
    )
}

fn sentiment(word: &str) -> Option<Sentiment> {
    match word {
        "neg" => Some(Sentiment::Negative),
        "neu" => Some(Sentiment::Neutral),
        "pos" => Some(Sentiment::Positive),
        _ => None,
    }
}

/// `a:pos|b:neg`; a target with two leanings is named, but asked nothing of.
fn listed(row: &data::Row) -> Case {
    let list = row.columns.get("theme").map(String::as_str).unwrap_or_default();
    Case { text: row.text.clone(), targets: targets(list, '|') }
}

fn targets(list: &str, between: char) -> Vec<(Vec<String>, Option<Sentiment>)> {
    let mut found: BTreeMap<&str, Option<Sentiment>> = BTreeMap::new();
    for (name, word) in list.split(between).filter_map(|one| one.rsplit_once(':')) {
        let leaning = sentiment(word);
        found.entry(name).and_modify(|known| *known = known.filter(|known| Some(*known) == leaning)).or_insert(leaning);
    }
    found.into_iter().map(|(name, leaning)| (vec![name.to_owned()], leaning)).collect()
}

/// The product that a text was labelled for, among the others it names.
fn product(row: &data::Row) -> Option<Case> {
    let brand = row.columns.get("brand").filter(|brand| !brand.is_empty())?;
    let label = row.sentiment()?;
    let (mut meant, mut others) = (Vec::new(), Vec::new());
    for (spellings, words) in PRODUCTS {
        let spellings = spellings.iter().map(|spelling| (*spelling).to_owned());
        if words.contains(&brand.as_str()) {
            meant.extend(spellings);
        } else {
            others.push((spellings.collect(), None));
        }
    }
    let targets = [(meant, Some(label))].into_iter().chain(others).collect();
    Some(Case { text: row.text.clone(), targets })
}

/// The lines of our own corpus that have targets, by language group.
fn corpus(path: &Path) -> Result<BTreeMap<&'static str, Vec<Case>>> {
    let mut files = vec![path.to_path_buf()];
    if path.is_dir() {
        let entries = fs::read_dir(path).with_context(|| path.display().to_string())?;
        files = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "tsv"));
        files.sort();
    }
    let mut found: BTreeMap<&'static str, Vec<Case>> = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with("# ")) {
            let cells: Vec<&str> = line.split('\t').collect();
            let place = || format!("{}: line {}", file.display(), number + 1);
            let [language, _, _, _, list, _, text] = cells.as_slice() else { continue };
            let Some(language) = Language::find(language) else { bail!("{}: unknown language", place()) };
            let targets = targets(list, ';');
            if !targets.is_empty() {
                let case = Case { text: (*text).to_owned(), targets };
                found.entry(crate::classify::Group::of(language).as_str()).or_default().push(case);
            }
        }
    }
    Ok(found)
}
