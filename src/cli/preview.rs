//! `hearken preview`: what would a topic's query find, as it is written now?
//!
//! In: a topic, and the stored mentions or the lines of a file. Out: how many match, which are new to the topic, which it
//! would lose, and the newest with their words underlined.
//! Never: stores anything, starts anything.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::explain::marked;
use super::{FAILED, MISTAKES};
use crate::config::{Config, Topic};
use crate::domain::{Mention, MentionId, Platform, TopicName};
use crate::query::Document;
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

    /// The folder with hearken.toml and topics/.
    #[arg(long, default_value = ".")]
    pub folder: PathBuf,
}

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
    let found = match &args.file {
        Some(file) => in_file(&topic, file, args.show)?,
        None => match in_store(&config, &topic, &args).await? {
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
    print!("{}", found.told());
    Ok(ExitCode::SUCCESS)
}

/// What was found.
#[derive(Debug, Default)]
struct Found {
    looked_at: usize,
    matched: usize,
    /// Matches that are not kept under the topic; `None` where nothing is kept (a file).
    new: Option<usize>,
    /// Kept under the topic, but no match any more.
    lost: usize,
    shown: Vec<String>,
}

impl Found {
    fn look(&mut self, topic: &Topic, said: &Said<'_>, show: usize) -> bool {
        self.looked_at += 1;
        let text = Text::read(said.text);
        let document = Document {
            text: &text,
            platform: said.platform,
            handle: said.handle,
            followers: said.followers,
            url: said.url,
            has_media: said.has_media,
        };
        let Some(places) = topic.matches(&document) else { return false };
        self.matched += 1;
        if self.shown.len() < show {
            self.shown.push(excerpt(said.text, &places));
        }
        true
    }

    fn told(&self) -> String {
        let mut lines = vec![format!("{} of {} texts match", self.matched, self.looked_at)];
        if let Some(new) = self.new {
            lines.push(format!("{new} of them are not kept under the topic so far"));
            lines.push(format!("{} kept under it would match no more", self.lost));
        }
        for shown in &self.shown {
            lines.push(String::new());
            lines.extend(shown.lines().map(|line| format!("  {line}")));
        }
        lines.join("\n") + "\n"
    }
}

/// A text and what else a query may look at.
struct Said<'a> {
    text: &'a str,
    platform: Platform,
    handle: &'a str,
    followers: Option<i64>,
    url: &'a str,
    has_media: bool,
}

/// The lines with words in them, three at most.
fn excerpt(text: &str, places: &[Range<usize>]) -> String {
    let whole = marked(text, places);
    let lines: Vec<&str> = whole.lines().collect();
    let is_marks = |line: &str| line.contains('^') && line.chars().all(|c| c == ' ' || c == '^');
    let pairs = lines.windows(2).filter(|pair| is_marks(pair[1])).take(3);
    pairs.flatten().copied().collect::<Vec<_>>().join("\n")
}

async fn in_store(config: &Config, topic: &Topic, args: &Args) -> anyhow::Result<Option<Found>> {
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
        let text = mention.raw.whole_text();
        let matches = found.look(topic, &said(&mention, &text), args.show);
        match (matches, is_kept) {
            (true, false) => found.new = found.new.map(|new| new + 1),
            (false, true) => found.lost += 1,
            _ => {}
        }
    }
    store.close().await;
    Ok((found.looked_at > 0).then_some(found))
}

fn said<'a>(mention: &'a Mention, text: &'a str) -> Said<'a> {
    Said {
        text,
        platform: mention.raw.platform,
        handle: &mention.raw.author.handle,
        followers: mention.raw.author.followers,
        url: &mention.raw.url,
        has_media: mention.raw.has_media,
    }
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

fn in_file(topic: &Topic, path: &Path, show: usize) -> anyhow::Result<Found> {
    let open = || File::open(path).with_context(|| format!("`{}` cannot be opened", path.display()));
    let mut found = Found::default();
    let mut look = |text: &str| {
        let said = Said { text, platform: Platform::File, handle: "", followers: None, url: "", has_media: false };
        found.look(topic, &said, show);
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
                look(&joined(cell(title), cell(Some(text))));
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
                    look(&line);
                    continue;
                }
                let row: serde_json::Value =
                    serde_json::from_str(&line).with_context(|| format!("`{}`, line {}", path.display(), place + 1))?;
                let cell = |key: &str| row.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
                look(&joined(cell("title"), cell("text")));
            }
        }
    }
    Ok(found)
}

fn joined(title: &str, text: &str) -> String {
    if title.is_empty() { text.to_owned() } else { format!("{title}\n{text}") }
}
