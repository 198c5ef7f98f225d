//! `hearken serve`: all parts, in one process.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::app;
use crate::config::check_models;

/// Listen, judge, watch, tell and show, until asked to end.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hearken serve --folder /etc/hearken")]
pub(super) struct Args {
    /// The folder with hearken.toml and topics/.
    #[arg(long, default_value = ".", env = "HEARKEN_FOLDER")]
    folder: PathBuf,
}

/// Checks the configuration and runs.
pub(super) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = match super::load(&args.folder) {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    if let Some(mistake) = check_models(config.models.as_deref()) {
        eprint!("{}", super::check::told_mistakes(&[mistake]));
        return Ok(ExitCode::from(super::MISTAKES));
    }
    app::serve(config, app::stop_signal()).await?;
    Ok(ExitCode::SUCCESS)
}
