//! `hearken import`: rows of a file as mentions.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use chrono_tz::Tz;

use crate::config::{Config, Live};
use crate::domain::{Clock, Interval, Platform, TopicName};
use crate::net::Charset;
use crate::pipeline::{Import, Imported, Ingest, Scoring};
use crate::source::file::{self, Column, Format, Options, RefusedLine, Rows};
use crate::store::Store;

/// Refused lines that are shown; all of them go to the file of `--refused`.
const SHOWN: u64 = 10;
/// So long a server may judge nothing before the rows are judged here.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bring rows of a CSV or JSON Lines file in as mentions. Run again after any end: it goes on where it was, and takes no row twice.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  hearken import reviews.csv --columns text=內容,time=日期 --zone Asia/Taipei\n  \
    hearken import export.jsonl --platform ptt --covers 2026-10-01..2026-11-01 --refused refused.jsonl")]
pub(super) struct Args {
    /// The file. Its charset is told by itself; its columns by their usual names (text, time, id, author, url, platform, title,
    /// language, likes, reposts, replies, followers, reply_to, and the same in Chinese and Japanese).
    file: PathBuf,

    /// Match with this topic only; with every topic when absent.
    #[arg(long)]
    topic: Option<String>,

    /// The platform of rows that state none: feed, mastodon, bluesky, ptt, hacker-news or file.
    #[arg(long, default_value = "file")]
    platform: String,

    /// csv or jsonl; by the file's name when absent.
    #[arg(long, value_parser = ["csv", "jsonl"])]
    format: Option<String>,

    /// Which column is what, such as text=內容,time=日期. In JSON a point leads inwards: author=user.name.
    #[arg(long, value_delimiter = ',', value_name = "WHAT=COLUMN")]
    columns: Vec<String>,

    /// The charset, such as big5, gbk, utf-8, when it is told wrongly.
    #[arg(long)]
    encoding: Option<String>,

    /// The zone of times that state none; the configuration's when absent.
    #[arg(long)]
    zone: Option<String>,

    /// The time of rows that have none; such rows are refused when absent.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,

    /// Within what the ids of rows are unique, such as the name of an export that comes each month; the file's name when absent.
    #[arg(long, value_name = "NAME")]
    set: Option<String>,

    /// The time of which the file holds everything: reports and charts of its topics count it as heard, of all their sources.
    /// Without it the file fills no gap.
    #[arg(long, value_name = "FROM..TO")]
    covers: Option<String>,

    /// Write every refused line to this file, to be mended and imported.
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,

    /// Leave the rows in the inbox for a server that runs elsewhere.
    #[arg(long)]
    leave: bool,

    /// The folder with hearken.toml and topics/.
    #[arg(long, default_value = ".")]
    folder: PathBuf,
}

/// Imports the file.
pub(super) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = match super::load(&args.folder) {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    let read = options(&args, &config).and_then(|options| {
        let covers = args.covers.as_deref().map(|text| covers(text, options.zone)).transpose()?;
        Ok((Rows::open(&args.file, options.clone())?, options, covers))
    });
    let (mut rows, options, covers) = match read {
        Ok(read) => read,
        Err(error) => {
            eprintln!("{}: {error:#}\nnothing was imported", args.file.display());
            return Ok(ExitCode::from(super::MISTAKES));
        }
    };
    let store = Store::open(&config.database).await.context("the database did not open")?;
    let import = Import::new(store.clone(), Clock::System, options.platform, covers);
    let served = args.leave || is_served(&config).await;
    eprintln!("{}: read as {}", args.file.display(), rows.charset().name());
    let imported = take(&import, &mut rows, args.refused.as_deref()).await?;
    let topics: Vec<TopicName> = match options.topic {
        Some(topic) => vec![topic],
        None => config.topics.iter().map(|topic| topic.name.clone()).collect(),
    };
    tell_taken(&imported, args.refused.as_deref());
    if args.leave {
        println!("left in the inbox for a server to judge");
    } else {
        if served {
            eprintln!("a server runs here; it judges the rows (stop waiting with ctrl-c, nothing is lost)");
        }
        if !(served && judged_by_server(&store).await?) {
            let scoring = Scoring::of(&config, &store, &Clock::System).await?;
            let live = Arc::new(Live::new(config));
            let ingest = Ingest::by_models(store.clone(), live, Clock::System).with_scoring(scoring);
            import.ingest(&ingest, |done| note(&format!("judged {done} rows"))).await?;
            end_note();
        }
        for (topic, count) in import.matched(rows.name(), &topics).await? {
            println!("{topic}: {count} mentions from this file");
        }
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn options(args: &Args, config: &Config) -> anyhow::Result<Options> {
    let zone = match &args.zone {
        None => config.zone,
        Some(name) => name.parse().ok().with_context(|| format!("`{name}` is not a time zone such as Asia/Taipei"))?,
    };
    let known: Vec<&str> = Platform::ALL.iter().map(|platform| platform.as_str()).collect();
    let platform = Platform::find(&args.platform)
        .with_context(|| format!("`{}` is not one of: {}", args.platform, known.join(", ")))?;
    let topic = match &args.topic {
        None => None,
        Some(name) => {
            let topic = TopicName::new(name.as_str()).filter(|topic| config.topic(topic).is_some());
            Some(topic.with_context(|| format!("there is no topic `{name}`"))?)
        }
    };
    let charset = match &args.encoding {
        None => None,
        Some(label) => Some(Charset::find(label).with_context(|| format!("`{label}` is not a known charset"))?),
    };
    let at = match &args.at {
        None => None,
        Some(text) => Some(file::read_time(text, zone).with_context(|| format!("`{text}` is not a time"))?),
    };
    let columns = args.columns.iter().map(|text| column(text)).collect::<anyhow::Result<_>>()?;
    let format = args.format.as_deref().and_then(Format::find);
    Ok(Options { format, charset, columns, zone, platform, set: args.set.clone(), at, topic })
}

fn column(text: &str) -> anyhow::Result<(Column, String)> {
    let known: Vec<&str> = Column::ALL.iter().map(|column| column.as_str()).collect();
    let Some((word, name)) = text.split_once('=') else { bail!("`{text}` is not WHAT=COLUMN, such as text=內容") };
    let column = Column::find(word.trim()).with_context(|| format!("`{word}` is not one of: {}", known.join(", ")))?;
    Ok((column, name.trim().to_owned()))
}

/// `2026-10-01..2026-11-01`
fn covers(text: &str, zone: Tz) -> anyhow::Result<Interval> {
    let ends = text
        .split_once("..")
        .and_then(|(from, to)| Interval::new(file::read_time(from, zone)?, file::read_time(to, zone)?));
    ends.with_context(|| format!("`{text}` is not FROM..TO, such as 2026-10-01..2026-11-01"))
}

async fn take(import: &Import, rows: &mut Rows, refused: Option<&Path>) -> anyhow::Result<Imported> {
    let header = rows.header_line();
    let mut file = refused.map(|path| RefusedFile::new(path, header));
    let mut shown = 0;
    let imported = import.run(rows, |so_far, refused, share| {
        for line in refused {
            shown += 1;
            if shown <= SHOWN {
                end_note();
                eprintln!("line {}: refused: {}", line.line, line.reason);
            }
            if let Some(file) = &mut file {
                file.write(line, so_far.before > 0)?;
            }
        }
        note(&format!("{:3.0}%  {} rows taken, {} refused", share * 100.0, so_far.taken, so_far.refused));
        Ok(())
    });
    let imported = imported.await?;
    end_note();
    Ok(imported)
}

/// Where refused lines are kept; made with the first of them.
struct RefusedFile {
    path: PathBuf,
    header: String,
    open: Option<std::fs::File>,
}

impl RefusedFile {
    fn new(path: &Path, header: String) -> Self {
        Self { path: path.to_owned(), header, open: None }
    }

    /// An import that goes on adds to what the first part refused.
    fn write(&mut self, line: &RefusedLine, goes_on: bool) -> anyhow::Result<()> {
        let place = || format!("`{}` cannot be written", self.path.display());
        if self.open.is_none() {
            let adds = goes_on && self.path.exists();
            let mut how = std::fs::OpenOptions::new();
            how.create(true).write(true).append(adds).truncate(!adds);
            let mut file = how.open(&self.path).with_context(place)?;
            if !self.header.is_empty() && !adds {
                writeln!(file, "{}", self.header).with_context(place)?;
            }
            self.open = Some(file);
        }
        if let Some(file) = &mut self.open {
            writeln!(file, "{}", line.written)
                .with_context(|| format!("`{}` cannot be written", self.path.display()))?;
        }
        Ok(())
    }
}

fn tell_taken(imported: &Imported, refused: Option<&Path>) {
    if imported.before > 0 {
        println!("{} rows had been read before", imported.before);
    }
    println!("{} rows taken, {} refused", imported.taken, imported.refused);
    match refused {
        Some(path) if imported.refused > 0 => println!("the refused lines are in {}", path.display()),
        None if imported.refused > SHOWN => {
            println!("{} more were refused; --refused FILE keeps them all", imported.refused - SHOWN);
        }
        _ => {}
    }
}

/// Whether a server of the same configuration runs: then its own ingest works the inbox off.
async fn is_served(config: &Config) -> bool {
    let connecting = tokio::net::TcpStream::connect(config.web.address);
    matches!(tokio::time::timeout(Duration::from_millis(500), connecting).await, Ok(Ok(_)))
}

/// Waits until a server has judged all rows. Gives up when it judges none for a while: what answers at the address may be
/// another program. Two that judge at once do no harm, each row is stored once.
async fn judged_by_server(store: &Store) -> anyhow::Result<bool> {
    let (mut fewest, mut since) = (i64::MAX, tokio::time::Instant::now());
    loop {
        let waiting = store.count_inbox().await.context("looking at the inbox")?;
        if waiting < fewest {
            (fewest, since) = (waiting, tokio::time::Instant::now());
        }
        if waiting == 0 || since.elapsed() > PATIENCE {
            end_note();
            return Ok(waiting == 0);
        }
        note(&format!("{waiting} rows wait to be judged"));
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// A line that the next one writes over; nothing where nobody looks.
fn note(text: &str) {
    let mut terminal = std::io::stderr();
    if terminal.is_terminal() && write!(terminal, "\r\x1b[K{text}").is_ok() {
        // A terminal that cannot be written to shows nothing, and nothing is lost by that.
        drop(terminal.flush());
    }
}

fn end_note() {
    if std::io::stderr().is_terminal() {
        eprintln!();
    }
}
