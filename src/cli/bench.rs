//! `hearken bench`: measures the program's own parts against labelled data.
//!
//! In: a file of counts. Out: the alerts of the very detector that `serve` runs, in the form that scorers read.
//! Never: looks at labels, judges a count by anything that came after it.

mod hostile;
mod language;
mod query;
mod topics;
mod toward;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::{Deserialize, Serialize};

use super::out;
use crate::detect::{Heard, Negative, News, Sensitivity};
use crate::domain::Bucket;

/// Measures the program's own parts against labelled data.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: hearken bench watch --crises blind.jsonl > alerts.jsonl")]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Watch(WatchArgs),
    Toward(toward::Args),
    Topics(topics::Args),
    Language(language::Args),
    Hostile(hostile::Args),
    Query(query::Args),
}

/// Prints the alerts that the watch would raise on recorded counts.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Prints the alerts that the watch would raise on recorded counts, one JSON line each: \
    {\"topic\", \"t\", \"kind\"}.\n\nThe file has one JSON line per topic and five minutes, each topic's in order of time: \
    {\"topic\": \"t03\", \"t\": \"2025-01-15T09:05:00Z\", \"total\": 41, \"negative\": 7}. Every minute counts as heard.",
    after_help = "Example: hearken bench watch --crises blind.jsonl --sensitivity \"one a month\" > alerts.jsonl"
)]
struct WatchArgs {
    /// Counts of mentions and negative mentions, as JSON lines.
    #[arg(long, value_name = "FILE")]
    crises: PathBuf,

    /// How many false alarms are borne.
    #[arg(long, value_name = "RATE", default_value = "one a month", value_parser = sensitivity)]
    sensitivity: Sensitivity,
}

fn sensitivity(words: &str) -> Result<Sensitivity, String> {
    Sensitivity::parse(words).ok_or_else(|| "write a rate such as `one a month` or `two a week`".to_owned())
}

#[derive(Deserialize)]
struct Line {
    topic: String,
    t: DateTime<Utc>,
    total: i64,
    negative: i64,
}

#[derive(Serialize)]
struct AlertLine<'a> {
    topic: &'a str,
    t: String,
    kind: &'a str,
}

/// Runs the command.
pub(super) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let work = move || match args.what {
        What::Watch(args) => watch(&args.crises, args.sensitivity),
        What::Toward(args) => toward::run(&args),
        What::Topics(args) => topics::run(&args),
        What::Language(args) => language::run(&args),
        What::Hostile(args) => hostile::run(&args),
        What::Query(args) => query::run(&args),
    };
    tokio::task::spawn_blocking(work).await??;
    Ok(ExitCode::SUCCESS)
}

fn watch(file: &Path, sensitivity: Sensitivity) -> anyhow::Result<()> {
    let input = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    let mut output = BufWriter::new(io::stdout().lock());
    let done = alerts(BufReader::new(input), sensitivity, &mut output).with_context(|| file.display().to_string());
    match done.and_then(|()| Ok(output.flush()?)) {
        Err(error) if !out::reader_gone(&error) => Err(error),
        _ => Ok(()),
    }
}

/// Reads counts and writes alerts; an alert is written at the line that caused it.
fn alerts(input: impl BufRead, sensitivity: Sensitivity, output: &mut impl Write) -> anyhow::Result<()> {
    let mut detectors: HashMap<String, (Bucket, Negative)> = HashMap::new();
    for (number, line) in (1u64..).zip(input.lines()) {
        let line = line?;
        let line: Line = serde_json::from_str(&line).with_context(|| format!("line {number}"))?;
        let bucket = Bucket::of(line.t);
        let (last, detector) =
            detectors.entry(line.topic.clone()).or_insert_with(|| (bucket.plus(-1), Negative::new(bucket)));
        if bucket <= *last {
            bail!("line {number}: `{}` goes back in time, or has two lines in five minutes", line.topic);
        }
        *last = bucket;
        let heard = Heard {
            bucket,
            slot: u8::try_from(line.t.weekday().num_days_from_monday() * 24 + line.t.hour())?,
            mentions: line.total,
            negative: line.negative,
            heard: 1.0,
            voices: None,
        };
        let finding = detector.judge(&heard, sensitivity);
        if finding.is_some_and(|finding| finding.news == News::Opened) {
            let t = line.t.format("%Y-%m-%dT%H:%M:%SZ").to_string();
            serde_json::to_writer(&mut *output, &AlertLine { topic: &line.topic, t, kind: "negative" })?;
            writeln!(output)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(input: &str) -> anyhow::Result<String> {
        let mut output = Vec::new();
        alerts(input.as_bytes(), Sensitivity::default(), &mut output)?;
        Ok(String::from_utf8(output)?)
    }

    #[test]
    fn a_crisis_is_one_line_in_the_scorers_form() -> anyhow::Result<()> {
        let mut input = String::new();
        for i in 0..4_032i64 {
            let t = Bucket::of_millis(1_736_121_600_000 + i * Bucket::MILLIS).start().format("%Y-%m-%dT%H:%M:%SZ");
            let (total, negative) = if i >= 4_000 { (30, 20) } else { (10 + i % 3, i % 2) };
            input += &format!("{{\"topic\":\"t01\",\"t\":\"{t}\",\"total\":{total},\"negative\":{negative}}}\n");
        }
        assert_eq!(printed(&input)?, "{\"topic\":\"t01\",\"t\":\"2025-01-19T21:20:00Z\",\"kind\":\"negative\"}\n");
        Ok(())
    }

    #[test]
    fn a_line_that_goes_back_in_time_is_told_with_its_number() {
        let line = "{\"topic\":\"t01\",\"t\":\"2025-01-06T00:00:00Z\",\"total\":1,\"negative\":0}\n";
        let told = printed(&format!("{line}{line}")).map_err(|error| format!("{error:#}"));
        assert!(told.is_err_and(|told| told.starts_with("line 2: ")));
    }
}
