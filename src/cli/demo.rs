//! `hearken demo`: a brand crisis on an empty database.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

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

    /// Keep the database in this folder, which must exist; otherwise nothing is left behind.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
}

/// Runs the demo.
pub(super) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let plan =
        demo::Plan { address: args.address, seed: args.seed, leave: args.leave, hurry: args.hurry, keep: args.keep };
    demo::run(plan, app::stop_signal()).await?;
    Ok(ExitCode::SUCCESS)
}
