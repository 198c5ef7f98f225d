//! `hearken relabel`: a topic's label rules asked of the past too.
//!
//! In: a topic. Out: how many mentions have other labels than before.
//! Never: changes which mentions a topic has.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

use super::MISTAKES;
use crate::pipeline::relabel;
use crate::store::Store;

/// Asks a topic's label rules of every mention it holds; new mentions are labelled as they come in.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: hearken relabel sprout-coffee")]
pub(super) struct Args {
    /// The topic's name: its file without .toml.
    topic: String,

    /// The folder with hearken.toml and topics/.
    #[arg(long, default_value = ".")]
    folder: PathBuf,
}

/// Runs the command.
pub(super) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = match super::load_whole(&args.folder, Some(&args.topic)) {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    let Some(topic) = config.topics.iter().find(|topic| topic.name.as_str() == args.topic) else {
        let names: Vec<&str> = config.topics.iter().map(|topic| topic.name.as_str()).collect();
        eprintln!("there is no topic `{}`\n  hint: there are: {}", args.topic, names.join(", "));
        return Ok(ExitCode::from(MISTAKES));
    };
    let store = Store::open(&config.database).await.context("the database does not open")?;
    let judge = super::model::judge_of(config.models.as_deref())?;
    let done = relabel(&store, topic, &judge).await?;
    store.close().await;
    println!("{} mentions looked at, {} have other labels than before", done.looked_at, done.changed);
    if topic.labels.is_empty() {
        eprintln!("`{}` has no label rule\n  hint: write [[label]] with a name and a query into its file", topic.name);
    }
    Ok(ExitCode::SUCCESS)
}
