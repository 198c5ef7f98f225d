//! `hearken preview`: what would a topic's query find, as it is written now?
//!
//! In: a topic, and the stored mentions or the lines of a file. Out: how many match, a day and by which clause, which are new to the topic,
//! which it would lose, the newest with their words underlined; what NOT removed, and what fails by one clause.
//! Never: stores anything, starts anything.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use serde_json::json;

use super::check::Format;
use super::explain::marked;
use super::{FAILED, MISTAKES};
use crate::classify::Judge;
use crate::config::{Config, TOPICS_FOLDER, Topic};
use crate::domain::{NativeId, Platform, RawMention, Timestamp, TopicName};
use crate::pipeline::{EACH, Tried, tried};
use crate::query::{Query, Tally};
use crate::store::Store;

/// Shows what a topic's query would find, as it is written now.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hearken preview sprout-coffee\n  hearken preview sprout-coffee --file posts.jsonl --show 5\n  \
    hearken preview sprout-coffee --query '嫩芽 NEAR/5 (難喝 OR 退款)' --write"
)]
pub struct Args {
    /// The topic's name: its file without .toml.
    pub topic: String,

    /// Tries this query instead of the one in the topic's file, with the file's parts and foldings.
    #[arg(long, value_name = "QUERY")]
    pub query: Option<String>,

    /// Puts --query into the topic's file afterwards, when the file is right with it.
    #[arg(long, requires = "query")]
    pub write: bool,

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
    let query = match args.query.as_deref().map(|text| topic.read_query(text)) {
        None => topic.query.clone(),
        Some(Ok(query)) => query,
        Some(Err(mistakes)) => {
            mistakes.iter().for_each(|mistake| eprintln!("{mistake}"));
            return Ok(ExitCode::from(MISTAKES));
        }
    };
    query.lints().iter().filter(|_| args.query.is_some()).for_each(|lint| eprintln!("warning: {lint}"));
    // Where the query asks how texts are judged, they are judged now.
    let judge = match query.asks_for_judgement() {
        true => Some(super::model::judge_of(config.models.as_deref())?),
        false => None,
    };
    let found = match &args.file {
        Some(file) => Some(in_file(&topic, &query, judge.as_deref(), file, args.show)?),
        None => in_store(&config, &topic, &query, judge.as_deref(), &args).await?,
    };
    let Some(found) = found.map(Found) else {
        eprintln!("nothing is stored yet\n  hint: give a file: hearken preview {} --file posts.csv", topic.name);
        return Ok(ExitCode::from(FAILED));
    };
    match args.format {
        Format::Text => print!("{}", found.told()),
        Format::Json => println!("{}", found.json()),
    }
    match args.query {
        Some(query) if args.write => write(&args.folder, &topic, &query),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Puts a query that was found right into the topic's file; the rest of the file stays as it is.
fn write(folder: &Path, topic: &Topic, query: &str) -> anyhow::Result<ExitCode> {
    let path = folder.join(TOPICS_FOLDER).join(format!("{}.toml", topic.name));
    let before = std::fs::read_to_string(&path).with_context(|| format!("`{}`", path.display()))?;
    let changed = topic.file_with_query(&before, query);
    let Some(changed) = changed else {
        bail!("`{}` was changed while the query was tried; try it again", path.display());
    };
    // Beside the file and moved over it: whoever reads it sees the whole old or the whole new one.
    let beside = path.with_extension("toml.new");
    std::fs::write(&beside, &changed).with_context(|| format!("`{}` cannot be written", beside.display()))?;
    std::fs::rename(&beside, &path).with_context(|| format!("`{}` cannot be written", path.display()))?;
    eprintln!("written to {}; a running server takes it up within seconds", path.display());
    Ok(ExitCode::SUCCESS)
}

/// What was found, for people and programs.
struct Found(Tried);

impl Found {
    fn told(&self) -> String {
        let tried = &self.0;
        let trial = &tried.trial;
        let mut lines = vec![format!("{} of {} texts match", trial.matched, trial.looked_at)];
        if let Some(new) = tried.new {
            lines.push(format!("{new} of them are not kept under the topic so far"));
            lines.push(format!("{} kept under it would match no more", tried.lost));
        }
        lines.extend(self.days_told());
        for (number, places) in &tried.matched {
            lines.push(String::new());
            lines.extend(self.excerpt(*number, places).lines().map(|line| format!("  {line}")));
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
                for number in tally.first.iter().take(EACH) {
                    let Some(places) = tried.near.get(number) else { continue };
                    lines.extend(self.excerpt(*number, places).lines().map(|line| format!("           {line}")));
                }
            }
        }
        lines.join("\n") + "\n"
    }

    fn excerpt(&self, number: usize, places: &[Range<usize>]) -> String {
        excerpt(self.0.texts.get(&number).map(String::as_str).unwrap_or_default(), places)
    }

    fn days_told(&self) -> Vec<String> {
        let all = &self.0.days;
        let (Some((first, _)), Some((last, _))) = (all.first_key_value(), all.last_key_value()) else {
            return Vec::new();
        };
        let days = (*last - *first).num_days() + 1;
        let most = all.iter().max_by_key(|(_, count)| **count);
        let mean = self.0.trial.matched as f64 / days as f64;
        let most = most.map(|(day, count)| format!(", most on {day}: {count}")).unwrap_or_default();
        vec![format!("{mean:.1} a day from {first} to {last}{most}")]
    }

    fn json(&self) -> serde_json::Value {
        let Tried { trial, days, new, lost, .. } = &self.0;
        let tallies = |tallies: &[Tally]| -> Vec<serde_json::Value> {
            tallies.iter().map(|tally| json!({"clause": tally.clause, "count": tally.count})).collect()
        };
        let days: BTreeMap<String, usize> = days.iter().map(|(day, count)| (day.to_string(), *count)).collect();
        json!({
            "looked_at": trial.looked_at, "matched": trial.matched, "new": new, "lost": new.map(|_| lost), "days": days,
            "brought": tallies(&trial.brought), "removed": tallies(&trial.removed), "near": tallies(&trial.near),
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

async fn in_store(
    config: &Config,
    topic: &Topic,
    query: &Query,
    judge: Option<&Judge>,
    args: &Args,
) -> anyhow::Result<Option<Tried>> {
    // Opening a file that is not there would make it.
    if let Some(path) = config.database.strip_prefix("sqlite:")
        && !Path::new(path).exists()
    {
        return Ok(None);
    }
    let store = Store::open(&config.database).await.context("the database does not open")?;
    let tried = tried(&store, topic, query, judge, args.newest, args.show).await?;
    store.close().await;
    Ok((tried.trial.looked_at > 0).then_some(tried))
}

fn in_file(topic: &Topic, query: &Query, judge: Option<&Judge>, path: &Path, show: usize) -> anyhow::Result<Tried> {
    let open = || File::open(path).with_context(|| format!("`{}` cannot be opened", path.display()));
    let mut tried = Tried::default();
    let id = NativeId::new("preview").context("an id")?;
    let mut look = |title: &str, text: &str| {
        let mut post = RawMention::new(Platform::File, id.clone(), Timestamp::default());
        (post.title, post.text) = (title.to_owned(), text.to_owned());
        tried.look(topic, query, judge, &post, show);
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
    tried.trial.finish();
    Ok(tried)
}
