//! `hearken check`: is everything written right, and what will be listened to?
//!
//! In: a folder. Out: every mistake with its place and a way out; or a summary, with warnings.
//! Never: starts anything, reaches out, opens the database.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::MISTAKES;
use crate::config::{Config, check_models, load};
use crate::settings::Mistake;

/// Checks hearken.toml and topics/*.toml: all mistakes at once, or what will be listened to.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 when nothing is wrong (there may be warnings), 2 when something is.\n\
    Example: hearken check /etc/hearken")]
pub struct Args {
    /// The folder that holds hearken.toml and topics/.
    #[arg(default_value = ".")]
    pub folder: PathBuf,

    /// Text for people or JSON for programs.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Runs the command.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let checked = load(&args.folder).and_then(|config| match check_models(config.models.as_deref()) {
        None => Ok(config),
        Some(mistake) => Err(vec![mistake]),
    });
    match args.format {
        Format::Text => print!("{}", told(&checked)),
        Format::Json => super::out::json(&answer(&checked))?,
    }
    Ok(if checked.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(MISTAKES) })
}

/// Every mistake and their count: what any command says that could not start for them.
pub fn told_mistakes(mistakes: &[Mistake]) -> String {
    let mut text = String::new();
    for mistake in mistakes {
        push(&mut text, format_args!("{mistake}\n"));
    }
    push(&mut text, format_args!("{}, nothing was started\n", count(mistakes.len(), "mistake")));
    text
}

fn told(checked: &Result<Config, Vec<Mistake>>) -> String {
    match checked {
        Err(mistakes) => told_mistakes(mistakes),
        Ok(config) => summary(config),
    }
}

fn summary(config: &Config) -> String {
    let mut text = String::new();
    for warning in &config.warnings {
        push(&mut text, format_args!("warning: {warning}\n"));
    }
    if !config.warnings.is_empty() {
        text.push('\n');
    }
    let sources = config.wanted_sources();
    let topics = config.topics.iter().map(|topic| {
        let heard = sources.iter().filter(|source| source.topics.contains(&topic.name)).count();
        vec![topic.name.to_string(), topic.title.clone(), count(heard, "source")]
    });
    section(&mut text, &count(config.topics.len(), "topic"), topics.collect());
    let heard = sources.iter().map(|source| {
        let topics: Vec<&str> = source.topics.iter().map(|topic| topic.as_str()).collect();
        vec![source.wanted.name.to_string(), topics.join(", ")]
    });
    section(&mut text, &count(sources.len(), "source"), heard.collect());
    let receivers = config.receivers.iter().map(|receiver| {
        let next = receiver.next.as_ref().map(|next| format!("then {next}")).unwrap_or_default();
        vec![receiver.name.to_string(), receiver.channel.word().to_owned(), receiver.locale.as_str().to_owned(), next]
    });
    section(&mut text, &count(config.receivers.len(), "receiver"), receivers.collect());
    let warned = match config.warnings.len() {
        0 => String::new(),
        warnings => format!(", {}", count(warnings, "warning")),
    };
    push(&mut text, format_args!("0 mistakes{warned}\n"));
    text
}

/// A heading and its rows, in columns.
fn section(text: &mut String, heading: &str, rows: Vec<Vec<String>>) {
    push(text, format_args!("{heading}\n"));
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0))
        .collect();
    for row in rows {
        let mut line = String::from(" ");
        for (cell, width) in row.iter().zip(&widths) {
            push(&mut line, format_args!(" {cell}{} ", " ".repeat(width - cell.width())));
        }
        push(text, format_args!("{}\n", line.trim_end()));
    }
}

pub(super) fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// Writing to a text cannot fail.
fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what).unwrap_or_default();
}

/// The answer for programs.
#[derive(Serialize)]
struct Answer<'a> {
    mistakes: &'a [Mistake],
    warnings: &'a [Mistake],
    topics: Vec<TopicAnswer<'a>>,
    sources: Vec<SourceAnswer>,
    receivers: Vec<ReceiverAnswer<'a>>,
}

#[derive(Serialize)]
struct TopicAnswer<'a> {
    name: &'a str,
    title: &'a str,
    zone: &'a str,
}

#[derive(Serialize)]
struct SourceAnswer {
    name: String,
    kind: &'static str,
    topics: Vec<String>,
}

#[derive(Serialize)]
struct ReceiverAnswer<'a> {
    name: &'a str,
    channel: &'static str,
    locale: &'static str,
    next: Option<&'a str>,
}

fn answer(checked: &Result<Config, Vec<Mistake>>) -> Answer<'_> {
    let config = match checked {
        Ok(config) => config,
        Err(mistakes) => {
            return Answer { mistakes, warnings: &[], topics: Vec::new(), sources: Vec::new(), receivers: Vec::new() };
        }
    };
    let topics = config.topics.iter();
    let sources = config.wanted_sources().into_iter().map(|source| SourceAnswer {
        name: source.wanted.name.to_string(),
        kind: source.place.kind,
        topics: source.topics.iter().map(ToString::to_string).collect(),
    });
    let receivers = config.receivers.iter().map(|receiver| ReceiverAnswer {
        name: receiver.name.as_str(),
        channel: receiver.channel.word(),
        locale: receiver.locale.as_str(),
        next: receiver.next.as_ref().map(|next| next.as_str()),
    });
    Answer {
        mistakes: &[],
        warnings: &config.warnings,
        topics: topics
            .map(|topic| TopicAnswer { name: topic.name.as_str(), title: &topic.title, zone: topic.zone.name() })
            .collect(),
        sources: sources.collect(),
        receivers: receivers.collect(),
    }
}
