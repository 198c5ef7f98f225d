//! `hearken silence`: hush by hand, always with an end.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use chrono::Duration;

use super::check::Format;
use super::tickets::By;
use crate::config::Live;
use crate::desk::{Desk, Error};
use crate::domain::{Clock, Silence, SilenceId, TopicName};
use crate::store::Store;

/// Hold back a topic's alerts for a while; incidents go on being watched and kept.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  hearken silence add sprout-coffee --for 2h --reason 已公告 --by 小美\n  \
    hearken silence list\n  hearken silence end 01h8… --by 小美")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,

    /// The folder with hearken.toml and topics/.
    #[arg(long, default_value = ".", global = true)]
    folder: PathBuf,

    /// Text for people or JSON for programs.
    #[arg(long, value_enum, default_value_t, global = true)]
    format: Format,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Begin a silence now.
    Add {
        /// The topic; every topic with --all.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        topic: Option<String>,
        /// Every topic.
        #[arg(long)]
        all: bool,
        /// How long: 30m, 2h, 3d.
        #[arg(long = "for", value_name = "LENGTH", value_parser = read_length, default_value = "1h")]
        length: Duration,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
        #[command(flatten)]
        by: By,
    },
    /// Silences that have not ended.
    List,
    /// End a silence now.
    End {
        /// Its id, as `list` shows it.
        id: String,
        #[command(flatten)]
        by: By,
    },
}

impl Command {
    fn topic(&self) -> Option<&str> {
        match self {
            Self::Add { topic, .. } => topic.as_deref(),
            Self::List | Self::End { .. } => None,
        }
    }
}

/// Reads `30m`, `2h`, `3d`.
fn read_length(text: &str) -> Result<Duration, String> {
    let wrong = || "write a number with m, h or d, such as 2h".to_owned();
    let (number, minutes) = [('m', 1), ('h', 60), ('d', 1440)]
        .into_iter()
        .find_map(|(unit, minutes)| text.trim().strip_suffix(unit).map(|number| (number, minutes)))
        .ok_or_else(wrong)?;
    let number: u32 = number.trim().parse().map_err(|_| wrong())?;
    Ok(Duration::minutes(i64::from(number) * minutes))
}

/// Runs the command.
pub(super) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = match super::load_whole(&args.folder, args.command.topic()) {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    let zone = config.zone;
    let store = Store::open(&config.database).await.context("the database did not open")?;
    let desk = Desk::new(store.clone(), Arc::new(Live::new(config)), Clock::System);
    let done = act(&store, &desk, args.command).await;
    store.close().await;
    let silences = done?;
    match args.format {
        Format::Json => super::out::json(&silences)?,
        Format::Text if silences.is_empty() => println!("nothing is silenced"),
        Format::Text => silences.iter().for_each(|silence| println!("{}", line(silence, zone))),
    }
    Ok(ExitCode::SUCCESS)
}

async fn act(store: &Store, desk: &Desk, command: Command) -> anyhow::Result<Vec<Silence>> {
    let acted = match command {
        Command::List => return Ok(store.silences(Clock::System.now()).await?),
        Command::Add { topic, length, reason, by, .. } => {
            let topic = topic
                .map(|name| TopicName::new(name.as_str()).with_context(|| format!("`{name}` is not a topic's name")))
                .transpose()?;
            desk.silence(topic.as_ref(), length, &by.name, &reason).await
        }
        Command::End { id, by } => match SilenceId::new(id) {
            Some(id) => desk.end_silence(&id, &by.name).await,
            None => Err(Error::NoSilence),
        },
    };
    match acted {
        Ok(silence) => Ok(vec![silence]),
        Err(error) if error.is_refusal() => bail!("{error}"),
        Err(error) => Err(error.into()),
    }
}

fn line(silence: &Silence, zone: chrono_tz::Tz) -> String {
    let until = silence.until.with_timezone(&zone).format("%Y-%m-%d %H:%M");
    let topic = silence.topic.as_ref().map_or("every topic", TopicName::as_str);
    format!("{}  {topic}  until {until} {}  {}  {}", silence.id, zone.name(), silence.by, silence.reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_a_number_with_its_unit() {
        assert_eq!(read_length("30m"), Ok(Duration::minutes(30)));
        assert_eq!(read_length(" 2h"), Ok(Duration::hours(2)));
        assert_eq!(read_length("3d"), Ok(Duration::days(3)));
        for wrong in ["", "h", "2", "-1h", "2w", "99999999999d"] {
            assert!(read_length(wrong).is_err(), "{wrong}");
        }
    }
}
