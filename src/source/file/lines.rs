//! The lines of a file, CSV or JSON.

use std::io::{BufRead, BufReader, Read};

use serde_json::{Map, Value};

use super::FileError;

/// Bytes of a JSON line; a longer one is refused.
const LONGEST_LINE: u64 = 4 * 1024 * 1024;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Cells between commas, semicolons or tabs; the first line names the columns.
    Csv,
    /// A JSON object in each line.
    JsonLines,
}

impl Format {
    /// The format of this word: `csv` or `jsonl`.
    pub fn find(word: &str) -> Option<Self> {
        match word {
            "csv" => Some(Self::Csv),
            "jsonl" => Some(Self::JsonLines),
            _ => None,
        }
    }

    /// What the first bytes of a file look like.
    pub(super) fn of(sample: &[u8]) -> Self {
        let first = sample.iter().find(|byte| byte.is_ascii_graphic());
        if first == Some(&b'{') { Self::JsonLines } else { Self::Csv }
    }
}

/// One line that was taken from a file.
#[derive(Debug)]
pub(super) struct Taken {
    /// Its number, from 1.
    pub(super) line: u64,
    cells: Cells,
}

#[derive(Debug)]
enum Cells {
    /// Cells beside the names of their columns.
    Csv(Vec<String>, csv::StringRecord),
    Json(Map<String, Value>),
    /// What is no row, and why.
    Broken(String, String),
}

impl Taken {
    /// Why it is no row at all.
    pub(super) fn broken(&self) -> Option<&str> {
        match &self.cells {
            Cells::Broken(reason, _) => Some(reason),
            _ => None,
        }
    }

    /// The first cell under one of these names that is not blank. A point in a name leads into a JSON object.
    pub(super) fn cell(&self, names: &[String]) -> Option<String> {
        let found = names.iter().find_map(|name| match &self.cells {
            Cells::Csv(header, record) => {
                let place = header.iter().position(|there| there == name)?;
                record.get(place).map(str::to_owned).filter(|text| !text.trim().is_empty())
            }
            Cells::Json(object) => json_cell(object, name).filter(|text| !text.trim().is_empty()),
            Cells::Broken(..) => None,
        })?;
        Some(found.trim().to_owned())
    }

    /// The line as it can be written again.
    pub(super) fn written(&self) -> String {
        match &self.cells {
            Cells::Csv(_, record) => csv_line(record.iter()),
            Cells::Json(object) => Value::Object(object.clone()).to_string(),
            Cells::Broken(_, line) => line.clone(),
        }
    }
}

fn json_cell(object: &Map<String, Value>, name: &str) -> Option<String> {
    let value = object.get(name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        object.get(first)?.pointer(&format!("/{}", rest.replace('.', "/")))
    })?;
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn csv_line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    // Writing to memory does not fail.
    let written = writer.write_record(cells).ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default();
    String::from_utf8_lossy(&written).trim_end_matches('\n').to_owned()
}

/// A file's lines after its header.
pub(super) struct Lines {
    header: Option<Vec<String>>,
    from: From,
}

enum From {
    /// With one more line where lines end in CR LF: the reader counts such a line only when it comes to the LF.
    Csv(Box<csv::Reader<Box<dyn Read + Send>>>, u64),
    Json(BufReader<Box<dyn Read + Send>>, u64),
}

impl Lines {
    pub(super) fn new(format: Format, text: Box<dyn Read + Send>) -> Result<Self, FileError> {
        match format {
            Format::JsonLines => Ok(Self { header: None, from: From::Json(BufReader::new(text), 0) }),
            Format::Csv => {
                let mut text = BufReader::new(text);
                let mut first = Vec::new();
                text.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut first)?;
                let delimiter = delimiter_of(&first);
                let late = u64::from(first.ends_with(b"\r\n"));
                let whole: Box<dyn Read + Send> = Box::new(std::io::Cursor::new(first).chain(text));
                let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(whole);
                let header = reader.headers().map_err(csv_failed)?;
                let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
                if header.iter().all(String::is_empty) {
                    return Err(FileError::Empty);
                }
                Ok(Self { header: Some(header), from: From::Csv(Box::new(reader), late) })
            }
        }
    }

    /// The names of the columns, where a first line states them.
    pub(super) fn header(&self) -> Option<&[String]> {
        self.header.as_deref()
    }

    pub(super) fn header_line(&self) -> String {
        self.header.as_ref().map(|header| csv_line(header.iter().map(String::as_str))).unwrap_or_default()
    }

    /// The next line that is not blank; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Taken>, FileError> {
        let header = self.header.clone().unwrap_or_default();
        match &mut self.from {
            From::Csv(reader, late) => next_record(reader, header, *late),
            From::Json(reader, line) => next_object(reader, line),
        }
    }
}

fn next_record(
    reader: &mut csv::Reader<Box<dyn Read + Send>>,
    header: Vec<String>,
    late: u64,
) -> Result<Option<Taken>, FileError> {
    let mut record = csv::StringRecord::new();
    let line = reader.position().line() + late;
    match reader.read_record(&mut record) {
        Ok(true) => {}
        Ok(false) => return Ok(None),
        Err(error) if error.is_io_error() => return Err(csv_failed(error)),
        Err(error) => {
            return Ok(Some(Taken { line, cells: Cells::Broken(error.to_string(), String::new()) }));
        }
    }
    let line = record.position().map_or(line, |position| position.line() + late);
    if record.len() > header.len() {
        let reason = format!("it has {} cells, the first line names {}", record.len(), header.len());
        return Ok(Some(Taken { line, cells: Cells::Broken(reason, csv_line(record.iter())) }));
    }
    Ok(Some(Taken { line, cells: Cells::Csv(header, record) }))
}

fn next_object(reader: &mut BufReader<Box<dyn Read + Send>>, line: &mut u64) -> Result<Option<Taken>, FileError> {
    loop {
        let mut bytes = Vec::new();
        reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        *line += 1;
        if !bytes.ends_with(b"\n") && bytes.len() as u64 == LONGEST_LINE {
            skip_line(reader)?;
            let reason = format!("it is longer than {LONGEST_LINE} bytes");
            return Ok(Some(Taken { line: *line, cells: Cells::Broken(reason, String::new()) }));
        }
        let text = String::from_utf8_lossy(&bytes).trim().to_owned();
        if text.is_empty() {
            continue;
        }
        let cells = match serde_json::from_str::<Value>(&text) {
            Ok(Value::Object(object)) => Cells::Json(object),
            Ok(_) => Cells::Broken("it is no JSON object".to_owned(), text),
            Err(error) => Cells::Broken(format!("it is no JSON: {error}"), text),
        };
        return Ok(Some(Taken { line: *line, cells }));
    }
}

/// Passes over the rest of a line, holding no more than a piece of it.
fn skip_line(reader: &mut BufReader<Box<dyn Read + Send>>) -> Result<(), FileError> {
    loop {
        let piece = reader.fill_buf()?;
        let (count, ended) = match piece.iter().position(|byte| *byte == b'\n') {
            Some(place) => (place + 1, true),
            None => (piece.len(), piece.is_empty()),
        };
        reader.consume(count);
        if ended {
            return Ok(());
        }
    }
}

/// Of comma, semicolon and tab the one that the first line has most of, outside quotes.
fn delimiter_of(line: &[u8]) -> u8 {
    let mut quoted = false;
    let outside: Vec<u8> = line
        .iter()
        .copied()
        .filter(|byte| {
            quoted ^= *byte == b'"';
            !quoted
        })
        .collect();
    let count = |mark: u8| outside.iter().filter(|byte| **byte == mark).count();
    [b';', b'\t', b','].into_iter().max_by_key(|mark| count(*mark)).unwrap_or(b',')
}

fn csv_failed(error: csv::Error) -> FileError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => FileError::Io(error),
        other => FileError::Io(std::io::Error::other(format!("{other:?}"))),
    }
}
