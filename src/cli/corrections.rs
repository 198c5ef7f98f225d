//! `hearken corrections`: what people say of the labels, from a terminal; and the file that models are tested on.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use chrono::Duration;

use super::check::Format;
use super::labelled;
use super::tickets::By;
use crate::config::Live;
use crate::desk::{Desk, Spoken};
use crate::domain::{Aspect, Clock, Correction, Label, MentionId, Outcome, Sentiment, TopicName};
use crate::report::{Drift, drift};
use crate::store::{CorrectionFilter, Store};
use crate::text::visible;

/// More corrections than this are not listed at once.
const MOST: i64 = 1_000_000;
/// How much of a text a line shows, in characters.
const SHOWN: usize = 40;

/// Correct and confirm labels; list, export, and see the models drift.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hearken corrections say 4kt…e2 --sentiment negative --themes refund,waiting --by 小美\n  \
    hearken corrections confirm 4kt…e2 --by 小美\n  hearken corrections drift --weeks 8\n  \
    hearken corrections export --format jsonl --out corrections.jsonl"
)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,

    /// The folder with hearken.toml and topics/.
    #[arg(long, default_value = ".", global = true)]
    folder: PathBuf,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// What people said, latest first.
    List {
        /// Only of mentions of this topic.
        #[arg(long)]
        topic: Option<String>,
        /// Only of this label: sentiment, themes or spam.
        #[arg(long, value_parser = read_aspect)]
        label: Option<Aspect>,
        /// Only where people differ from the model.
        #[arg(long)]
        differing: bool,
        /// Also what was said anew or taken back.
        #[arg(long)]
        all: bool,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// Text for people or JSON for programs.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// The share of the models' answers that people confirmed, by week, label, language and model.
    Drift {
        /// Only of mentions of this topic.
        #[arg(long)]
        topic: Option<String>,
        /// How many weeks.
        #[arg(long, default_value_t = 12)]
        weeks: u32,
        /// Text for people or JSON for programs.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Write the labelled file that `hearken model train --with-corrections` and `hearken model compare` read.
    Export {
        /// JSON lines, or a table.
        #[arg(long, value_enum, default_value_t = FileFormat::Jsonl)]
        format: FileFormat,
        /// Only of mentions of this topic.
        #[arg(long)]
        topic: Option<String>,
        /// Into this file; to standard output when absent.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Say which labels of a mention are right.
    Say {
        /// The mention's id.
        mention: String,
        /// negative, neutral or positive.
        #[arg(long, value_parser = read_sentiment)]
        sentiment: Option<Sentiment>,
        /// All its themes, such as refund,price; `none` when it has none.
        #[arg(long)]
        themes: Option<String>,
        /// yes or no.
        #[arg(long, value_parser = ["yes", "no"])]
        spam: Option<String>,
        #[command(flatten)]
        by: By,
    },
    /// Say that the labels of a mention are right as they stand.
    Confirm {
        /// The mention's id.
        mention: String,
        /// Only this label: sentiment, themes or spam; all three when absent.
        #[arg(long, value_parser = read_aspect)]
        label: Option<Aspect>,
        #[command(flatten)]
        by: By,
    },
    /// Take back what people said of a mention: it says again what the model said.
    TakeBack {
        /// The mention's id.
        mention: String,
        #[command(flatten)]
        by: By,
    },
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum FileFormat {
    Jsonl,
    Csv,
}

fn read_aspect(word: &str) -> Result<Aspect, String> {
    Aspect::find(word).ok_or_else(|| "it is one of sentiment, themes, spam".to_owned())
}

fn read_sentiment(word: &str) -> Result<Sentiment, String> {
    let said = Sentiment::find(word).filter(|sentiment| *sentiment != Sentiment::Unsure);
    said.ok_or_else(|| "it is one of negative, neutral, positive".to_owned())
}

/// Runs the command.
pub(super) async fn run(args: Args) -> Result<ExitCode> {
    let config = match super::load_whole(&args.folder, None) {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    let zone = config.zone;
    let store = Store::open(&config.database).await.context("the database did not open")?;
    let desk = Desk::new(store.clone(), Arc::new(Live::new(config)), Clock::System);
    let done = act(&store, &desk, args.command, zone).await;
    store.close().await;
    super::out::raw(&done?);
    Ok(ExitCode::SUCCESS)
}

async fn act(store: &Store, desk: &Desk, command: Command, zone: chrono_tz::Tz) -> Result<String> {
    let spoken = match command {
        Command::List { topic, label, differing, all, limit, format } => {
            let filter = CorrectionFilter { topic: topic_of(topic)?, aspect: label, last_words: !all, differing };
            let found = store.corrections(&filter, i64::from(limit), 0).await?;
            return Ok(match format {
                Format::Json => serde_json::to_string_pretty(&found)? + "\n",
                Format::Text => visible(&list(&found, zone)),
            });
        }
        Command::Drift { topic, weeks, format } => {
            let from = Clock::System.now() - Duration::weeks(i64::from(weeks));
            let lines = drift(&store.said(topic_of(topic)?.as_ref(), from).await?, zone);
            return Ok(match format {
                Format::Json => serde_json::to_string_pretty(&lines)? + "\n",
                Format::Text => weeks_told(&lines),
            });
        }
        Command::Export { format, topic, out } => {
            let filter = CorrectionFilter { topic: topic_of(topic)?, last_words: true, ..CorrectionFilter::default() };
            return export(labelled::texts(store.corrections(&filter, MOST, 0).await?), format, out);
        }
        Command::Say { mention, sentiment, themes, spam, by } => {
            let themes = themes.map(|list| labelled::themes_of(&list)).transpose()?.map(Label::themes);
            let spam = spam.map(|word| Label::Spam(word == "yes"));
            let labels: Vec<Label> = [sentiment.map(Label::Sentiment), themes, spam].into_iter().flatten().collect();
            desk.correct(&id_of(mention)?, &labels, "", &by.name).await
        }
        Command::Confirm { mention, label, by } => {
            let aspects = label.map_or(Aspect::ALL.to_vec(), |label| vec![label]);
            desk.confirm(&id_of(mention)?, &aspects, "", &by.name).await
        }
        Command::TakeBack { mention, by } => desk.take_back(&id_of(mention)?, &by.name).await,
    };
    match spoken {
        Ok(spoken) => Ok(stands(&spoken)),
        Err(error) if error.is_refusal() => bail!("{error}"),
        Err(error) => Err(error.into()),
    }
}

fn topic_of(name: Option<String>) -> Result<Option<TopicName>> {
    name.map(|name| TopicName::new(name.as_str()).with_context(|| format!("`{name}` is not a topic's name")))
        .transpose()
}

fn id_of(text: String) -> Result<MentionId> {
    MentionId::new(text).context("a mention's id has 26 characters")
}

fn export(texts: Vec<labelled::Labelled>, format: FileFormat, out: Option<PathBuf>) -> Result<String> {
    let text = match format {
        FileFormat::Jsonl => labelled::jsonl(&texts)?,
        FileFormat::Csv => labelled::csv(&texts)?,
    };
    match out {
        None => Ok(text),
        Some(path) => {
            let mut file = std::fs::File::create(&path).with_context(|| path.display().to_string())?;
            file.write_all(text.as_bytes()).with_context(|| path.display().to_string())?;
            Ok(format!("{}: {} texts\n", path.display(), texts.len()))
        }
    }
}

/// How a mention stands after somebody spoke of it.
fn stands(spoken: &Spoken) -> String {
    let labels = Aspect::ALL.iter().map(|aspect| told(&Label::of(*aspect, &spoken.mention.judgement)));
    let labels = labels.collect::<Vec<_>>().join(", ");
    let already = if spoken.new { "" } else { " (was so already)" };
    format!("{}: {labels}{already}\n", spoken.mention.id)
}

fn told(label: &Label) -> String {
    match label.word() {
        word if word.is_empty() => "no theme".to_owned(),
        word => word,
    }
}

fn list(found: &[Correction], zone: chrono_tz::Tz) -> String {
    if found.is_empty() {
        return "nobody has corrected or confirmed anything\n".to_owned();
    }
    let line = |one: &Correction| {
        let at = one.at.with_timezone(&zone).format("%Y-%m-%d %H:%M");
        let what = match one.outcome() {
            Outcome::Confirmed => format!("{} ✓", told(&one.said)),
            Outcome::Corrected | Outcome::Answered => format!("{} → {}", told(&one.was), told(&one.said)),
        };
        let state = one.state.as_str();
        let text = if one.text.is_empty() { "(removed)".to_owned() } else { one_line(&one.text, SHOWN) };
        format!("{at}  {}  {}  {what}  {state}  {}  {text}\n", one.mention, one.by, one.model)
    };
    found.iter().map(line).collect()
}

/// The first `limit` characters of a text, in one line.
pub(super) fn one_line(text: &str, limit: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().filter(|c| !c.is_control()).take(limit).collect();
    if line.chars().count() > limit { short + "…" } else { short }
}

fn weeks_told(lines: &[Drift]) -> String {
    if lines.is_empty() {
        return "nobody has corrected or confirmed anything in these weeks\n".to_owned();
    }
    let mut text = format!(
        "{:10}  {:9}  {:7}  {:>5}  {:>9}  {:>9}  {:>6}  model\n",
        "week", "label", "lang", "agree", "confirmed", "corrected", "unsure"
    );
    for line in lines {
        let share = line.share().map_or("-".to_owned(), |share| format!("{:.0}%", share * 100.0));
        text += &format!(
            "{}  {:9}  {:7}  {share:>5}  {:>9}  {:>9}  {:>6}  {}\n",
            line.week,
            line.aspect.as_str(),
            line.language.as_str(),
            line.confirmed,
            line.corrected,
            line.answered,
            line.model
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Language;

    #[test]
    fn weeks_are_told_as_a_table() {
        let line = Drift {
            week: chrono::NaiveDate::from_ymd_opt(2026, 11, 16).expect("a day"),
            aspect: Aspect::Sentiment,
            language: Language::ZhHant,
            model: "linear-1".to_owned(),
            confirmed: 18,
            corrected: 2,
            answered: 3,
        };
        let unsure = Drift { confirmed: 0, corrected: 0, aspect: Aspect::Spam, ..line.clone() };
        assert_eq!(
            weeks_told(&[line, unsure]),
            "week        label      lang     agree  confirmed  corrected  unsure  model\n\
             2026-11-16  sentiment  zh-Hant    90%         18          2       3  linear-1\n\
             2026-11-16  spam       zh-Hant      -          0          0       3  linear-1\n"
        );
        assert_eq!(weeks_told(&[]), "nobody has corrected or confirmed anything in these weeks\n");
    }

    #[test]
    fn a_text_is_told_in_one_short_line() {
        assert_eq!(one_line("拿鐵\n喝完\u{1b}[31m 拉肚子", 40), "拿鐵 喝完[31m 拉肚子");
        assert_eq!(one_line("拿鐵喝完拉肚子", 4), "拿鐵喝完…");
    }
}
