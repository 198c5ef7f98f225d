//! `hearken demo`: a brand crisis on an empty database.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::domain::Timestamp;
use crate::{app, demo};

/// Watch three weeks of talk about three invented brands, and one crisis, in a minute and a half. No key, no network.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hearken demo --address 127.0.0.1:8090")]
pub(super) struct Args {
    /// Where the pages are.
    #[arg(long, default_value = "127.0.0.1:8080")]
    address: SocketAddr,

    /// What the story is made from; the same seed tells the same story.
    #[arg(long, default_value_t = 7)]
    seed: u64,

    /// End when the story has been told.
    #[arg(long)]
    leave: bool,

    /// Tell the last hours without pauses.
    #[arg(long)]
    hurry: bool,

    /// When the story ends, such as 2026-10-06T12:00:00Z; otherwise it ends now.
    #[arg(long, value_name = "TIME")]
    end: Option<Timestamp>,

    /// Keep the database in this folder, which must exist; otherwise nothing is left behind.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
}

/// Runs the demo.
pub(super) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { address, seed, leave, hurry, end, keep } = args;
    let plan = demo::Plan { address, seed, leave, hurry, end, keep };
    demo::run(plan, app::stop_signal()).await?;
    Ok(ExitCode::SUCCESS)
}
