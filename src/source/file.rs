//! Rows that a person brings in a file: CSV or JSON lines.
//!
//! In: a file, and how it is to be read. Out: pages of raw mentions, each with the row after it; lines that were refused, with the reason.
//! Never: guesses a time, takes one row for another of the same file, stops at a bad line.

mod column;
mod lines;
mod row;
mod when;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{About, cut};
use crate::domain::{Cursor, Platform, RawMention, SourceName, Timestamp, TopicName};
use crate::net::Charset;
pub use column::Column;
use column::Columns;
pub use lines::Format;
use lines::{Lines, Taken};

/// Bytes of which the charset is told.
const SAMPLE: usize = 256 * 1024;

/// What a person should know before importing; the documents' table is printed from it.
pub const ABOUT: About = About {
    hears: "rows of a CSV or JSON Lines file",
    needs: "nothing",
    listen: "no [[listen]]: `hearken import FILE`, matched with every topic",
    pace: "when you import",
    limits: "a row needs a text and a time; what was heard between rows is known only when you say so with --covers; then the topic counts that time as heard, of all its sources",
};

/// How a file is to be read.
#[derive(Clone, Debug)]
pub struct Options {
    /// CSV or JSON Lines; by the file's name when absent.
    pub format: Option<Format>,
    /// By what the bytes look like when absent.
    pub charset: Option<Charset>,
    /// Which of the file's columns is what, beside the names that are known.
    pub columns: Vec<(Column, String)>,
    /// The zone of times that state none.
    pub zone: Tz,
    /// The platform of rows that state none.
    pub platform: Platform,
    /// Within what the ids of rows are unique; the file's stem when absent.
    pub set: Option<String>,
    /// The time of rows that state none; such rows are refused when absent.
    pub at: Option<Timestamp>,
    /// Only for this topic; for every topic when absent.
    pub topic: Option<TopicName>,
}

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be opened or read.
    #[error("the file cannot be read")]
    Io(#[from] io::Error),
    /// Its first line names no column that is needed.
    #[error("no column is the {missing}; the file's columns are: {found}")]
    NoColumn {
        /// What is missing.
        missing: &'static str,
        /// The names in the first line.
        found: String,
    },
    /// A column that was named is not there.
    #[error("the file has no column `{named}`; its columns are: {found}")]
    NoSuchColumn {
        /// What was named.
        named: String,
        /// The names in the first line.
        found: String,
    },
    /// It has no line at all.
    #[error("the file is empty")]
    Empty,
}

/// A line that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedLine {
    /// Its number, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
    /// The line as it stands in the file (as CSV or JSON).
    pub written: String,
}

/// The instant that a text states, as in a column of times; `None` for what is no time.
pub fn read_time(text: &str, zone: Tz) -> Option<Timestamp> {
    when::read(text, zone)
}

/// Some rows of a file, in its order.
#[derive(Debug)]
pub struct FilePage {
    /// What the rows say.
    pub mentions: Vec<RawMention>,
    /// Rows that were refused.
    pub refused: Vec<RefusedLine>,
    /// The row after this page.
    pub cursor: Cursor,
}

/// Where a file is read on: after so many rows of the file with this checksum.
#[derive(Debug, Serialize, Deserialize)]
struct ReadOn {
    sha256: String,
    rows: u64,
    /// How many of them were taken.
    taken: u64,
    /// Whether rows without a time were taken too.
    timeless: bool,
}

impl ReadOn {
    /// Whether what was refused would be refused again: nobody has given what was missing since.
    fn goes_on(&self, timeless: bool) -> bool {
        self.taken > 0 && (self.timeless || !timeless)
    }
}

/// A file under reading.
pub struct Rows {
    lines: Lines,
    columns: Columns,
    options: Options,
    name: SourceName,
    set: String,
    sha256: String,
    rows: u64,
    taken: u64,
    size: u64,
    read: Arc<AtomicU64>,
    charset: Charset,
    /// Rows without an id, by what they say: the same said twice is two rows.
    said: HashMap<String, u32>,
}

impl Rows {
    /// Opens a file, tells its charset and columns, and makes its checksum.
    pub fn open(path: &Path, options: Options) -> Result<Self, FileError> {
        let mut file = File::open(path)?;
        let (sha256, size, sample) = survey(&mut file)?;
        let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let shown: String = cut(&stem, 80).chars().map(|c| if c.is_control() || c == '/' { '_' } else { c }).collect();
        let by_name = if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv")) {
            Format::Csv
        } else if path
            .extension()
            .is_some_and(|end| ["jsonl", "ndjson", "json"].iter().any(|e| end.eq_ignore_ascii_case(e)))
        {
            Format::JsonLines
        } else {
            Format::of(&sample)
        };
        let charset = options.charset.unwrap_or_else(|| Charset::guess(&sample));
        let read = Arc::new(AtomicU64::new(0));
        file.rewind()?;
        let text = charset.reading(Counted { file, read: Arc::clone(&read) });
        let lines = Lines::new(options.format.unwrap_or(by_name), Box::new(text))?;
        let columns = Columns::find(&options.columns, lines.header())?;
        columns.check(options.at.is_some(), lines.header())?;
        let mark: String = sha256.chars().take(10).collect();
        let aim = options.topic.as_ref().map(|topic| format!("@{topic}/")).unwrap_or_default();
        let name = SourceName::new(format!("file/{aim}{shown}#{mark}"));
        let name = name.ok_or_else(|| io::Error::other("its name is no name for a source"))?;
        let set = options.set.clone().unwrap_or(stem);
        let said = HashMap::new();
        Ok(Self { lines, columns, options, name, set, sha256, rows: 0, taken: 0, size, read, charset, said })
    }

    /// The name under which the file's place is kept: its own and a mark of what it holds, so that a changed file is another.
    pub fn name(&self) -> &SourceName {
        &self.name
    }

    /// The charset it is read in.
    pub fn charset(&self) -> Charset {
        self.charset
    }

    /// How much of the file was read, 0.0 to 1.0.
    pub fn progress(&self) -> f64 {
        if self.size == 0 { 1.0 } else { self.read.load(Ordering::Relaxed) as f64 / self.size as f64 }
    }

    /// Rows that were read or passed over so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Passes over the rows before a cursor of the same file; how many there were. None are passed over when no row was
    /// taken, or when only now a time is given for rows that have none: what was refused is read again.
    pub fn pass_to(&mut self, cursor: &Cursor) -> Result<u64, FileError> {
        let before: Option<ReadOn> = serde_json::from_value(cursor.0.clone()).ok();
        let timeless = self.options.at.is_some();
        let before = before.filter(|before| before.sha256 == self.sha256 && before.goes_on(timeless));
        let rows = before.map_or(0, |before| before.rows);
        while self.rows < rows {
            // Read as before, since what a row without id is called depends on the rows before it.
            let Some(taken) = self.lines.next()? else { break };
            self.rows += 1;
            self.taken += u64::from(self.mention(&taken).is_ok());
        }
        Ok(self.rows)
    }

    /// The next rows, at most so many; `None` at the end of the file.
    pub fn page(&mut self, most: usize) -> Result<Option<FilePage>, FileError> {
        let (mut mentions, mut refused) = (Vec::new(), Vec::new());
        while mentions.len() + refused.len() < most {
            let Some(taken) = self.lines.next()? else { break };
            self.rows += 1;
            match self.mention(&taken) {
                Ok(mention) => {
                    self.taken += 1;
                    mentions.push(mention);
                }
                Err(reason) => refused.push(RefusedLine { line: taken.line, reason, written: taken.written() }),
            }
        }
        if mentions.is_empty() && refused.is_empty() {
            return Ok(None);
        }
        let on = ReadOn {
            sha256: self.sha256.clone(),
            rows: self.rows,
            taken: self.taken,
            timeless: self.options.at.is_some(),
        };
        let cursor = Cursor(serde_json::to_value(on).unwrap_or_default());
        Ok(Some(FilePage { mentions, refused, cursor }))
    }

    /// The file's first line, as refused lines are written below it; empty for JSON Lines.
    pub fn header_line(&self) -> String {
        self.lines.header_line()
    }

    fn mention(&mut self, taken: &Taken) -> Result<RawMention, String> {
        row::mention(taken, &self.columns, &self.options, &self.set, &mut self.said)
    }
}

/// A file that counts what was read of it.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(into)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Checksum, size and first bytes of a file.
fn survey(file: &mut File) -> io::Result<(String, u64, Vec<u8>)> {
    let (mut hasher, mut size, mut sample) = (Sha256::new(), 0, Vec::new());
    let mut piece = vec![0; 64 * 1024];
    loop {
        let count = file.read(&mut piece)?;
        let Some(bytes) = piece.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
        hasher.update(bytes);
        size += count as u64;
        sample.extend(bytes.iter().take(SAMPLE.saturating_sub(sample.len())));
    }
    let hash = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((hash, size, sample))
}
/// Whether a source is a file whose rows were matched with this topic.
pub fn is_for(source: &SourceName, topic: &TopicName) -> bool {
    let Some(file) = source.as_str().strip_prefix("file/") else { return false };
    let aim = file.strip_prefix('@').and_then(|file| file.split_once('/'));
    aim.is_none_or(|(aimed, _)| aimed == topic.as_str())
}
