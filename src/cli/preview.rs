//! `hearken preview`: what would a topic's query find, as it is written now?
//!
//! In: a topic, and the stored mentions or the lines of a file. Out: how many match, a day and by which clause, which are new to the topic,
//! which it would lose, the newest with their words underlined; what NOT removed, and what fails by one clause.
//! Never: stores anything, starts anything.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use chrono::NaiveDate;
use serde_json::json;

use super::explain::marked;
use super::{FAILED, MISTAKES};
use crate::classify::Judge;
use crate::config::{Config, Topic};
use crate::domain::{Mention, MentionId, NativeId, Platform, RawMention, Timestamp, TopicName};
use crate::query::{Document, Tally, Trial};
use crate::store::{MentionFilter, SpamFilter, Store};
use crate::text::Text;

/// Shows what a topic's query would find, as it is written now.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hearken preview sprout-coffee\n  hearken preview sprout-coffee --file posts.jsonl --show 5"
)]
pub struct Args {
    /// The topic's name: its file without .toml.
    pub topic: String,

    /// A file instead of the stored mentions: .csv or .jsonl with `text` (and `title`), or any other with a text a line.
    #[arg(long)]
    pub file: Option<PathBuf>,

    /// How many matches are shown.
    #[arg(long, default_value_t = 10)]
    pub show: usize,

    /// How many of the newest stored mentions are looked at.
    #[arg(long, default_value_t = 20_000)]
    pub newest: i64,

    /// Words for people, or one JSON object.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// The folder with hearken.toml and topics/.
    #[arg(long, default_value = ".")]
    pub folder: PathBuf,
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Clauses that are told of each kind.
const CLAUSES: usize = 12;

/// Runs the command.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = match super::load_whole(&args.folder, Some(&args.topic)) {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    let name = TopicName::new(args.topic.as_str());
    let Some(topic) = name.and_then(|name| config.topic(&name).cloned()) else {
        let names: Vec<&str> = config.topics.iter().map(|topic| topic.name.as_str()).collect();
        eprintln!("there is no topic `{}`\n  hint: there are: {}", args.topic, names.join(", "));
        return Ok(ExitCode::from(MISTAKES));
    };
    // Where the query asks how texts are judged, they are judged now.
    let judge = match topic.query.asks_for_judgement() {
        true => Some(super::model::judge_of(config.models.as_deref())?),
        false => None,
    };
    let mut found = match &args.file {
        Some(file) => in_file(&topic, judge.as_deref(), file, args.show)?,
        None => match in_store(&config, &topic, judge.as_deref(), &args).await? {
            Some(found) => found,
            None => {
                eprintln!(
                    "nothing is stored yet\n  hint: give a file: hearken preview {} --file posts.csv",
                    topic.name
                );
                return Ok(ExitCode::from(FAILED));
            }
        },
    };
    match args.format {
        Format::Text => print!("{}", found.told()),
        Format::Json => println!("{}", found.json()),
    }
    Ok(ExitCode::SUCCESS)
}

/// What was found.
#[derive(Debug, Default)]
struct Found {
    trial: Trial,
    /// Matches a day, in the topic's zone; empty where texts have no time.
    days: BTreeMap<NaiveDate, usize>,
    /// Matches that are not kept under the topic; `None` where nothing is kept (a file).
    new: Option<usize>,
    /// Kept under the topic, but no match any more.
    lost: usize,
    /// Matches, and texts that were removed or nearly matched, with the words marked.
    shown: Vec<String>,
    near: Vec<(usize, String)>,
}

/// Texts shown for each clause that removed some, or by which some fail.
const EACH: usize = 2;

impl Found {
    fn look(&mut self, topic: &Topic, judge: Option<&Judge>, post: &RawMention, show: usize) -> bool {
        let whole = post.whole_text();
        let text = Text::read(&whole);
        let judgement = judge.map(|judge| judge.judge(&text));
        let document = Document { judgement: judgement.as_ref(), ..Document::of_post(&text, post) };
        if !topic.takes(text.language()) {
            self.trial.looked_at += 1;
            return false;
        }
        let number = self.trial.looked_at;
        let explanation = self.trial.look(&topic.query, &document, number);
        if explanation.matches {
            if self.shown.len() < show {
                self.shown.push(excerpt(&whole, &explanation.whole.places));
            }
        } else if !explanation.lacks.is_empty() && show > 0 {
            let tallies = self.trial.removed.iter().chain(&self.trial.near);
            if tallies.filter(|tally| tally.first.iter().take(EACH).any(|first| *first == number)).count() > 0 {
                let places: Vec<Range<usize>> =
                    explanation.terms.iter().flat_map(|term| term.places.iter().cloned()).collect();
                self.near.push((number, excerpt(&whole, &places)));
            }
        }
        explanation.matches
    }

    fn told(&mut self) -> String {
        self.trial.finish();
        let trial = &self.trial;
        let mut lines = vec![format!("{} of {} texts match", trial.matched, trial.looked_at)];
        if let Some(new) = self.new {
            lines.push(format!("{new} of them are not kept under the topic so far"));
            lines.push(format!("{} kept under it would match no more", self.lost));
        }
        lines.extend(self.days_told());
        for shown in &self.shown {
            lines.push(String::new());
            lines.extend(shown.lines().map(|line| format!("  {line}")));
        }
        if trial.brought.len() > 1 {
            lines.push("\nwhat brought them:".to_owned());
            lines.extend(
                trial.brought.iter().take(CLAUSES).map(|tally| format!("{:>7}  {}", tally.count, tally.clause)),
            );
        }
        for (heading, tallies) in [("removed by:", &trial.removed), ("would match but for one clause:", &trial.near)] {
            if !tallies.is_empty() {
                lines.push(format!("\n{heading}"));
            }
            for tally in tallies.iter().take(CLAUSES) {
                lines.push(format!("{:>7}  {}", tally.count, tally.clause));
                let near =
                    self.near.iter().filter(|(number, _)| tally.first.iter().take(EACH).any(|first| first == number));
                lines.extend(near.flat_map(|(_, shown)| shown.lines()).map(|line| format!("           {line}")));
            }
        }
        lines.join("\n") + "\n"
    }

    fn days_told(&self) -> Vec<String> {
        let (Some((first, _)), Some((last, _))) = (self.days.first_key_value(), self.days.last_key_value()) else {
            return Vec::new();
        };
        let days = (*last - *first).num_days() + 1;
        let most = self.days.iter().max_by_key(|(_, count)| **count);
        let mean = self.trial.matched as f64 / days as f64;
        let most = most.map(|(day, count)| format!(", most on {day}: {count}")).unwrap_or_default();
        vec![format!("{mean:.1} a day from {first} to {last}{most}")]
    }

    fn json(&mut self) -> serde_json::Value {
        self.trial.finish();
        let tallies = |tallies: &[Tally]| -> Vec<serde_json::Value> {
            tallies.iter().map(|tally| json!({"clause": tally.clause, "count": tally.count})).collect()
        };
        let days: BTreeMap<String, usize> = self.days.iter().map(|(day, count)| (day.to_string(), *count)).collect();
        json!({
            "looked_at": self.trial.looked_at, "matched": self.trial.matched, "new": self.new,
            "lost": self.new.map(|_| self.lost), "days": days, "brought": tallies(&self.trial.brought),
            "removed": tallies(&self.trial.removed), "near": tallies(&self.trial.near),
        })
    }
}

/// The lines with words in them, three at most.
fn excerpt(text: &str, places: &[Range<usize>]) -> String {
    let whole = marked(text, places);
    let lines: Vec<&str> = whole.lines().collect();
    let is_marks = |line: &str| line.contains('^') && line.chars().all(|c| c == ' ' || c == '^');
    let pairs = lines.windows(2).filter(|pair| is_marks(pair[1])).take(3);
    pairs.flatten().copied().collect::<Vec<_>>().join("\n")
}

async fn in_store(config: &Config, topic: &Topic, judge: Option<&Judge>, args: &Args) -> anyhow::Result<Option<Found>> {
    // Opening a file that is not there would make it.
    if let Some(path) = config.database.strip_prefix("sqlite:")
        && !Path::new(path).exists()
    {
        return Ok(None);
    }
    let store = Store::open(&config.database).await.context("the database does not open")?;
    let kept = read(&store, Some(&topic.name), args.newest).await?;
    let kept: HashSet<MentionId> = kept.into_iter().map(|mention| mention.id).collect();
    let mut found = Found { new: Some(0), ..Found::default() };
    for mention in read(&store, None, args.newest).await? {
        let is_kept = kept.contains(&mention.id);
        let matches = found.look(topic, judge, &mention.raw, args.show);
        if matches {
            let day = mention.raw.posted_at.with_timezone(&topic.zone).date_naive();
            *found.days.entry(day).or_default() += 1;
        }
        match (matches, is_kept) {
            (true, false) => found.new = found.new.map(|new| new + 1),
            (false, true) => found.lost += 1,
            _ => {}
        }
    }
    store.close().await;
    Ok((found.trial.looked_at > 0).then_some(found))
}

/// The newest mentions, page by page.
async fn read(store: &Store, topic: Option<&TopicName>, newest: i64) -> anyhow::Result<Vec<Mention>> {
    const PAGE: i64 = 500;
    let mut filter = MentionFilter { topic: topic.cloned(), spam: SpamFilter::All, ..MentionFilter::default() };
    let mut all: Vec<Mention> = Vec::new();
    loop {
        let wanted = PAGE.min(newest.saturating_sub(i64::try_from(all.len())?));
        let page = if wanted > 0 { store.mentions(&filter, wanted, 0).await? } else { Vec::new() };
        let Some(last) = page.last() else { return Ok(all) };
        filter.after = Some((last.raw.posted_at, last.id.clone()));
        all.extend(page);
    }
}

fn in_file(topic: &Topic, judge: Option<&Judge>, path: &Path, show: usize) -> anyhow::Result<Found> {
    let open = || File::open(path).with_context(|| format!("`{}` cannot be opened", path.display()));
    let mut found = Found::default();
    let id = NativeId::new("preview").context("an id")?;
    let mut look = |title: &str, text: &str| {
        let mut post = RawMention::new(Platform::File, id.clone(), Timestamp::default());
        (post.title, post.text) = (title.to_owned(), text.to_owned());
        found.look(topic, judge, &post, show);
    };
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => {
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(open()?);
            let heads = reader.headers()?.clone();
            let column = |name: &str| heads.iter().position(|head| head.trim_start_matches('\u{FEFF}').trim() == name);
            let Some(text) = column("text") else { bail!("`{}` has no column `text`", path.display()) };
            let title = column("title");
            for row in reader.records() {
                let row = row.with_context(|| format!("`{}`", path.display()))?;
                let cell = |column: Option<usize>| column.and_then(|column| row.get(column)).unwrap_or_default();
                look(cell(title), cell(Some(text)));
            }
        }
        extension => {
            let is_json = matches!(extension, Some("jsonl" | "ndjson"));
            for (place, line) in BufReader::new(open()?).lines().enumerate() {
                let line = line.with_context(|| format!("`{}`, line {}", path.display(), place + 1))?;
                if line.trim().is_empty() {
                    continue;
                }
                if !is_json {
                    look("", &line);
                    continue;
                }
                let row: serde_json::Value =
                    serde_json::from_str(&line).with_context(|| format!("`{}`, line {}", path.display(), place + 1))?;
                let cell = |key: &str| row.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
                look(cell("title"), cell("text"));
            }
        }
    }
    Ok(found)
}
