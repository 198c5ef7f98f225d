//! `hearken report`: a topic's figures and sentences over a period.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use chrono::NaiveDate;

use crate::config::Live;
use crate::domain::{Clock, Locale, Period, ReportFormat, TopicName};
use crate::pipeline::report::Reports;
use crate::report::render;
use crate::store::Store;

/// Write a topic's report: volume, sentiment, themes, rising words, top originals, against the former period.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  hearken report sprout-coffee --period week --format html --out week.html\n  \
    hearken report sprout-coffee --period day --so-far --format md")]
pub(super) struct Args {
    /// The topic: its file's name without `.toml`.
    topic: String,

    /// day, week (from Monday) or month; the last whole one.
    #[arg(long, default_value = "week", value_parser = ["day", "week", "month"])]
    period: String,

    /// html (a page that stands alone), md or csv (with every mention's id).
    #[arg(long, default_value = "md", value_parser = ["html", "md", "csv"])]
    format: String,

    /// The running period up to now instead of the last whole one.
    #[arg(long)]
    so_far: bool,

    /// The last whole period before this day, such as 2026-11-23, in the topic's zone.
    #[arg(long, value_name = "DAY", conflicts_with = "so_far")]
    before: Option<NaiveDate>,

    /// zh-TW, zh-CN, en or ja; the configuration's locale when absent.
    #[arg(long)]
    lang: Option<String>,

    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// The folder with hearken.toml and topics/.
    #[arg(long, default_value = ".")]
    folder: PathBuf,
}

/// Writes the report.
pub(super) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = match super::load_whole(&args.folder, Some(&args.topic)) {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    let name = TopicName::new(args.topic.as_str());
    let Some(topic) = name.and_then(|name| config.topic(&name).cloned()) else {
        let known: Vec<&str> = config.topics.iter().map(|topic| topic.name.as_str()).collect();
        bail!("there is no topic `{}`; known are: {}", args.topic, known.join(", "));
    };
    let locale = match &args.lang {
        None => config.locale,
        Some(tag) => Locale::find(tag).with_context(|| format!("`{tag}` is not one of zh-TW, zh-CN, en, ja"))?,
    };
    // The parser has checked both words.
    let period = Period::find(&args.period).unwrap_or(Period::Week);
    let format = ReportFormat::find(&args.format).unwrap_or(ReportFormat::Markdown);
    let store = Store::open(&config.database).await.context("the database did not open")?;
    crate::pipeline::count_spam(&store, &config).await?;
    let live = Arc::new(Live::new(config));
    let clock = Clock::System;
    let now = match args.before {
        Some(day) => crate::pipeline::report::midnight(day, topic.zone),
        None => clock.now(),
    };
    let window = Reports::window(period, now, topic.zone, args.so_far);
    let report = Reports::new(store.clone(), live, clock).report(&topic, window, locale).await?;
    let text = render(&report, format);
    store.close().await;
    match &args.out {
        Some(path) => std::fs::write(path, text).with_context(|| format!("`{}` cannot be written", path.display()))?,
        // A page and a table are for programs.
        None if format == ReportFormat::Markdown => print!("{text}"),
        None => super::out::raw(&text),
    }
    Ok(ExitCode::SUCCESS)
}
