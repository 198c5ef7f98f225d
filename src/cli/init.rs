//! `hearken init`: a folder to start from.
//!
//! In: a folder. Out: commented files in it that pass `hearken check`.
//! Never: changes a file that is there.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use crate::config::{TOPICS_FOLDER, starting};

/// Writes a commented hearken.toml and an example topic to start from; changes nothing that is there.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: hearken init coffee && hearken check coffee")]
pub struct Args {
    /// The folder to write to; made when absent.
    #[arg(default_value = ".")]
    pub folder: PathBuf,
}

/// Runs the command.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let has_topics = has_topics(&args.folder);
    for (name, text) in starting::FILES {
        let path = args.folder.join(name);
        if has_topics && name.starts_with(TOPICS_FOLDER) {
            println!("left out {}: there are topics already", path.display());
            continue;
        }
        let written = write_new(&path, text).with_context(|| format!("`{}` cannot be written", path.display()))?;
        println!("{} {}", if written { "wrote   " } else { "kept    " }, path.display());
    }
    println!("Next: change them to your brand, then `hearken check {}`", args.folder.display());
    Ok(ExitCode::SUCCESS)
}

fn has_topics(folder: &Path) -> bool {
    let entries = fs::read_dir(folder.join(TOPICS_FOLDER)).into_iter().flatten();
    entries.filter_map(Result::ok).any(|entry| entry.path().extension().is_some_and(|extension| extension == "toml"))
}

/// Writes a file that is not there yet; `false` when it is.
fn write_new(path: &Path, text: &str) -> std::io::Result<bool> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map(|()| true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}
