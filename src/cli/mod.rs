//! The commands: one file each.
//!
//! In: arguments. Out: text for people (or JSON for programs) on standard output, an exit code.
//! Never: does a thing itself that `desk`, `pipeline` or `app` can do.

/// `print!`, `println!`, `eprint!`, `eprintln!` of all commands: what strangers wrote is made visible, a closed pipe is no panic.
macro_rules! print { ($($what:tt)*) => { $crate::cli::out::people(format_args!($($what)*)) } }
macro_rules! println { () => { $crate::cli::out::people(format_args!("\n")) }; ($($what:tt)*) => { $crate::cli::out::people(format_args!("{}\n", format_args!($($what)*))) } }
macro_rules! eprint { ($($what:tt)*) => { $crate::cli::out::aside(format_args!($($what)*)) } }
macro_rules! eprintln { () => { $crate::cli::out::aside(format_args!("\n")) }; ($($what:tt)*) => { $crate::cli::out::aside(format_args!("{}\n", format_args!($($what)*))) } }

mod bench;
pub mod check;
mod classify;
mod corrections;
mod demo;
pub mod explain;
mod import;
pub mod init;
mod labelled;
mod model;
mod out;
pub mod preview;
mod relabel;
mod report;
mod scorer;
mod serve;
mod silence;
mod sources;
mod tickets;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::{self, Config};
use crate::settings::Mistake;

/// Exit code when something failed while running.
pub const FAILED: u8 = 1;
/// Exit code when the arguments or the configuration hold mistakes; nothing was started.
pub const MISTAKES: u8 = 2;

/// Hears what people say about a brand in public, notices when it turns, tells the right people, keeps the tickets.
#[derive(Debug, Parser)]
#[command(name = "hearken", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 done, 1 failed while running, 2 mistakes in arguments or configuration.\n\
    Example: hearken demo")]
struct Arguments {
    /// What is logged: error, warn, info, debug, or a filter such as `hearken=debug`; info when absent (warn for the demo).
    #[arg(long, global = true, env = "HEARKEN_LOG", value_name = "FILTER")]
    log: Option<String>,

    /// Log as JSON lines, for programs.
    #[arg(long, global = true)]
    log_json: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Serve(serve::Args),
    Classify(classify::Args),
    Model(model::Args),
    /// Measures the program's own parts against labelled data.
    Bench(bench::Args),
    Init(init::Args),
    Check(check::Args),
    Explain(explain::Args),
    Preview(preview::Args),
    Import(import::Args),
    Relabel(relabel::Args),
    Report(report::Args),
    Scorer(scorer::Args),
    Sources(sources::Args),
    Tickets(tickets::Args),
    Silence(silence::Args),
    Corrections(corrections::Args),
}

impl Command {
    /// What is logged when nobody says: the demo tells its story on its pages.
    fn usual_log(&self) -> &'static str {
        match self {
            Self::Demo(_) => "error,hearken::demo=info",
            _ => "info",
        }
    }
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    start_log(arguments.log.as_deref().unwrap_or(arguments.command.usual_log()), arguments.log_json);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("hearken: the runtime did not start: {error}");
            return ExitCode::from(FAILED);
        }
    };
    match runtime.block_on(run(arguments.command)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("hearken: {error:#}");
            ExitCode::from(FAILED)
        }
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(args) => demo::run(args).await,
        Command::Serve(args) => serve::run(args).await,
        Command::Classify(args) => classify::run(args).await,
        Command::Model(args) => model::run(args).await,
        Command::Bench(args) => bench::run(args).await,
        Command::Init(args) => init::run(args).await,
        Command::Check(args) => check::run(args).await,
        Command::Explain(args) => explain::run(args).await,
        Command::Preview(args) => preview::run(args).await,
        Command::Import(args) => import::run(args).await,
        Command::Relabel(args) => relabel::run(args).await,
        Command::Report(args) => report::run(args).await,
        Command::Scorer(args) => scorer::run(args).await,
        Command::Sources(args) => Ok(sources::run(&args)),
        Command::Tickets(args) => tickets::run(args).await,
        Command::Silence(args) => silence::run(args).await,
        Command::Corrections(args) => corrections::run(args).await,
    }
}

/// The configuration of a folder; its mistakes are told on standard error, and the exit code says so.
fn load(folder: &Path) -> Result<Config, ExitCode> {
    config::load(folder).map_err(|mistakes| {
        eprint!("{}", check::told_mistakes(&mistakes));
        ExitCode::from(MISTAKES)
    })
}

/// The configuration of a folder as far as it is whole, so that one broken topic does not lock the others out; what is broken
/// is told on standard error. A broken `hearken.toml`, or a mistake in the very topic that is asked for, is an exit code.
fn load_whole(folder: &Path, asked: Option<&str>) -> Result<Config, ExitCode> {
    let (config, broken) = config::load_whole(folder).map_err(|mistakes| {
        eprint!("{}", check::told_mistakes(&mistakes));
        ExitCode::from(MISTAKES)
    })?;
    let of_asked =
        asked.map(|name| broken.iter().filter(|mistake| mistake.file == config.topic_file(name)).cloned().collect());
    if let Some(mistakes) = of_asked.filter(|mistakes: &Vec<Mistake>| !mistakes.is_empty()) {
        eprint!("{}", check::told_mistakes(&mistakes));
        return Err(ExitCode::from(MISTAKES));
    }
    for mistake in &broken {
        eprintln!("left out, the others go on: {mistake}");
    }
    Ok(config)
}

/// Logs go to standard error, so that standard output stays clean for results.
fn start_log(filter: &str, json: bool) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    if json { log.json().init() } else { log.init() }
}
