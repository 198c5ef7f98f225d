//! A TOML table that knows its place in the file and which of its keys were asked for.

use std::cell::RefCell;
use std::ops::Range;
use std::path::{Path, PathBuf};

use chrono::Duration;
use chrono_tz::Tz;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Mistake, Mistakes, Pace, Secret, nearest};
use crate::domain::Locale;

/// One TOML file's text, parsed as far as it can be.
pub struct Document<'a> {
    file: String,
    folder: PathBuf,
    text: &'a str,
    root: Spanned<DeTable<'a>>,
    mistakes: Mistakes,
}

impl<'a> Document<'a> {
    /// Parses `text`; what is not TOML becomes mistakes, the rest is still read.
    pub fn parse(file: &str, text: &'a str, mistakes: &Mistakes) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let line = error.span().map_or(0, |span| line_of(text, span.start));
            mistakes.add(Mistake {
                file: file.to_owned(),
                line,
                place: String::new(),
                message: error.message().to_owned(),
                hint: "see https://toml.io for how TOML is written".to_owned(),
                ..Mistake::default()
            });
        }
        Self { file: file.to_owned(), folder: PathBuf::new(), text, root, mistakes: mistakes.clone() }
    }

    /// The folder that relative paths in the file are meant from.
    pub fn with_folder(mut self, folder: &Path) -> Self {
        self.folder = folder.to_owned();
        self
    }

    /// The whole file as a table.
    pub fn root(&self) -> Table<'_> {
        Table {
            file: &self.file,
            folder: &self.folder,
            text: self.text,
            place: String::new(),
            span: 0..0,
            table: self.root.get_ref(),
            asked: RefCell::default(),
            mistakes: self.mistakes.clone(),
        }
    }
}

/// A table under reading. Ask for every key it may have, then call [`Table::finish`].
pub struct Table<'a> {
    file: &'a str,
    folder: &'a Path,
    text: &'a str,
    place: String,
    span: Range<usize>,
    table: &'a DeTable<'a>,
    asked: RefCell<Vec<String>>,
    mistakes: Mistakes,
}

impl<'a> Table<'a> {
    fn value(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().push(key.to_owned());
        self.table.get(key)
    }

    fn path(&self, key: &str) -> String {
        match (self.place.is_empty(), key.is_empty()) {
            (true, _) => key.to_owned(),
            (false, true) => self.place.clone(),
            (false, false) => format!("{}.{key}", self.place),
        }
    }

    /// Whether the key is there; does not count as asking for it.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The names of all keys, in the order of the parser.
    pub fn keys(&self) -> Vec<String> {
        self.table.keys().map(|key| key.get_ref().to_string()).collect()
    }

    /// The line of a key's value, from 1; the table's own line when the key is absent or empty.
    pub fn line(&self, key: &str) -> usize {
        let start = self.table.get(key).map_or(self.span.start, |value| value.span().start);
        line_of(self.text, start)
    }

    /// The line of one item of a list, from 1; the key's own line when it has no such item.
    pub fn item_line(&self, key: &str, number: usize) -> usize {
        let list = self.table.get(key).and_then(|value| value.get_ref().as_array());
        list.and_then(|items| items.get(number)).map_or(self.line(key), |item| line_of(self.text, item.span().start))
    }

    /// Adds a mistake at a key (or at the table itself when `key` is empty).
    pub fn mistake(&self, key: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.mistake_below(key, 0, message, hint);
    }

    /// Adds a mistake some lines below the line where a key's value begins, for values of several lines.
    pub fn mistake_below(&self, key: &str, lines: usize, message: impl Into<String>, hint: impl Into<String>) {
        let mistake = self.at(key, message, hint);
        self.mistakes.add(Mistake { line: mistake.line + lines, ..mistake });
    }

    /// Adds a warning at a key: it works as it is written, but hardly as it was meant.
    pub fn warning(&self, key: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.mistakes.warn(self.at(key, message, hint));
    }

    /// A mistake at a key (or at the table itself when `key` is empty), not yet added.
    pub fn at(&self, key: &str, message: impl Into<String>, hint: impl Into<String>) -> Mistake {
        Mistake {
            file: self.file.to_owned(),
            line: self.line(key),
            place: self.path(key),
            message: message.into(),
            hint: hint.into(),
            ..Mistake::default()
        }
    }

    /// The line where the content of a text begins, from 1: the one after the quotes when a text in three quotes begins with a new line.
    pub fn content_line(&self, key: &str) -> usize {
        self.line(key) + usize::from(self.begins_below(key))
    }

    /// How many characters of the file stand before the content of a text, in its first, second … line.
    pub fn content_column(&self, key: &str, line: usize) -> usize {
        let Some(value) = self.table.get(key).filter(|_| line == 1 && !self.begins_below(key)) else { return 0 };
        let before = self.text.get(..value.span().start).unwrap_or_default();
        let quotes = if is_long(self.raw(key)) { 3 } else { 1 };
        before.chars().rev().take_while(|c| *c != '\n').count() + quotes
    }

    fn raw(&self, key: &str) -> &str {
        self.table.get(key).and_then(|value| self.text.get(value.span())).unwrap_or_default()
    }

    fn begins_below(&self, key: &str) -> bool {
        let inside = self.raw(key).trim_start_matches(['\'', '"']);
        is_long(self.raw(key)) && (inside.starts_with('\n') || inside.starts_with("\r\n"))
    }

    /// Where mistakes go.
    pub fn mistakes(&self) -> &Mistakes {
        &self.mistakes
    }

    /// The folder that relative paths are meant from.
    pub fn folder(&self) -> &Path {
        self.folder
    }

    /// The file's name, as the user named it.
    pub fn file(&self) -> &str {
        self.file
    }

    fn wrong_kind(&self, key: &str, value: &Spanned<DeValue<'a>>, wanted: &str) {
        let shown = self.text.get(value.span()).unwrap_or_default();
        let shown: String = shown.chars().take(60).collect();
        self.mistake(key, format!("`{shown}` is not {wanted}"), format!("write {wanted}"));
    }

    /// The texts under `name` in the tables of `[[key]]`, as far as they are there and are texts; judges nothing.
    pub fn texts_inside(&self, key: &str, name: &str) -> Vec<String> {
        let tables = self.table.get(key).and_then(|value| value.get_ref().as_array());
        let text = |table: &Spanned<DeValue<'a>>| match table.get_ref() {
            DeValue::Table(table) => match table.get(name)?.get_ref() {
                DeValue::String(text) => Some(text.to_string()),
                _ => None,
            },
            _ => None,
        };
        tables.into_iter().flat_map(|tables| tables.iter()).filter_map(text).collect()
    }

    /// A text, when the key is there.
    pub fn text(&self, key: &str) -> Option<String> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => {
                self.wrong_kind(key, value, "a text in quotes");
                None
            }
        }
    }

    /// A text that must be there and must not be blank; its absence is a mistake with this hint.
    pub fn need_text(&self, key: &str, hint: &str) -> Option<String> {
        if !self.has(key) {
            self.asked.borrow_mut().push(key.to_owned());
            let unasked: Vec<String> =
                self.keys().into_iter().filter(|known| !self.asked.borrow().contains(known)).collect();
            // Where it is there with a slip in its name, that is the one mistake.
            match nearest(key, &unasked.iter().map(String::as_str).collect::<Vec<_>>()) {
                Some(slip) => {
                    self.asked.borrow_mut().push(slip.to_owned());
                    self.mistake(slip, format!("`{slip}` is not a known key"), format!("did you mean `{key}`?"));
                }
                None => self.mistake(key, "is missing", hint),
            }
            return None;
        }
        let text = self.text(key)?;
        if text.trim().is_empty() {
            self.mistake(key, "is empty", hint);
            return None;
        }
        Some(text)
    }

    /// One of a few known words; another word is a mistake that names the nearest.
    pub fn word<'w>(&self, key: &str, known: &[&'w str]) -> Option<&'w str> {
        let text = self.text(key)?;
        let found = known.iter().copied().find(|word| *word == text);
        if found.is_none() {
            self.mistake(key, format!("`{text}` is not known"), did_you_mean(&text, known));
        }
        found
    }

    /// A list of texts; empty when the key is absent.
    pub fn texts(&self, key: &str) -> Vec<String> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_kind(key, value, "a list of texts, such as [\"one\", \"two\"]");
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::String(text) => texts.push(text.to_string()),
                _ => self.wrong_kind(key, item, "a text in quotes"),
            }
        }
        texts
    }

    /// A whole number within limits.
    pub fn integer(&self, key: &str, limits: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let value = self.value(key)?;
        let DeValue::Integer(number) = value.get_ref() else {
            self.wrong_kind(key, value, "a whole number");
            return None;
        };
        let number = i64::from_str_radix(number.as_str(), number.radix()).ok().filter(|n| limits.contains(n));
        if number.is_none() {
            self.wrong_kind(key, value, &format!("a whole number from {} to {}", limits.start(), limits.end()));
        }
        number
    }

    /// A number within limits, whole or not.
    pub fn number(&self, key: &str, limits: std::ops::RangeInclusive<f64>) -> Option<f64> {
        let value = self.value(key)?;
        let number = match value.get_ref() {
            DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
            DeValue::Integer(integer) => integer.as_str().parse::<f64>().ok(),
            _ => None,
        };
        let number = number.filter(|number| limits.contains(number));
        if number.is_none() {
            self.wrong_kind(key, value, &format!("a number from {} to {}", limits.start(), limits.end()));
        }
        number
    }

    /// True or false.
    pub fn boolean(&self, key: &str) -> Option<bool> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            _ => {
                self.wrong_kind(key, value, "true or false");
                None
            }
        }
    }

    /// A duration such as `"90s"` or `"2h"`.
    pub fn duration(&self, key: &str) -> Option<Duration> {
        let text = self.text(key)?;
        let duration = Pace::duration(&text);
        if duration.is_none() {
            self.mistake(key, format!("`{text}` is not a duration"), "write a number and s, m, h or d, such as \"5m\"");
        }
        duration
    }

    /// `pace = "2m"` or `cron = "0 */5 * * * *"`; `None` when neither is there.
    pub fn pace(&self, zone: Tz) -> Option<Pace> {
        let every = self.duration("pace").map(Pace::Every);
        let cron = self.cron("cron", zone);
        if self.has("pace") && self.has("cron") {
            self.mistake("cron", "it has a `pace` too; one of the two says when", "remove one of the two");
        }
        cron.or(every)
    }

    /// A cron schedule in a time zone.
    pub fn cron(&self, key: &str, zone: Tz) -> Option<Pace> {
        let text = self.text(key)?;
        match Pace::cron(&text, zone) {
            Ok(pace) => Some(pace),
            Err(error) => {
                self.mistake(
                    key,
                    format!("`{text}` is not a cron schedule: {error}"),
                    "five fields (minute hour day month weekday), or six with seconds first, such as \"*/10 * * * *\"",
                );
                None
            }
        }
    }

    /// A secret by its place. A secret written in clear is a mistake, and is not repeated in it; one that is not there now is
    /// warned of.
    pub fn secret(&self, key: &str) -> Option<Secret> {
        let text = self.text(key)?;
        let secret = Secret::new(&text).map(|secret| secret.within(self.folder));
        if secret.is_none() {
            let name = key.to_uppercase();
            self.mistake(key, "a secret is written here in clear", format!("use `env:{name}` or `file:secrets/{key}`"));
        }
        if let Some(Err(error)) = secret.as_ref().map(Secret::reveal) {
            self.warning(key, error, "it has to be there when the program starts");
        }
        secret
    }

    /// A time zone by its IANA name.
    pub fn zone(&self, key: &str) -> Option<Tz> {
        let text = self.text(key)?;
        let zone = text.parse::<Tz>().ok();
        if zone.is_none() {
            let known: Vec<&str> = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
            let hint = match nearest(&text, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "an IANA name, such as `Asia/Taipei`".to_owned(),
            };
            self.mistake(key, format!("`{text}` is not a time zone"), hint);
        }
        zone
    }

    /// The language of our own words, by its tag.
    pub fn locale(&self, key: &str) -> Option<Locale> {
        let known: Vec<&str> = Locale::ALL.iter().map(|locale| locale.as_str()).collect();
        Locale::find(self.word(key, &known)?)
    }

    /// A name that other tables refer to: 1 to 64 of `a-z 0-9 - _`; its absence is a mistake.
    pub fn need_name<T>(&self, key: &str, new: impl Fn(String) -> Option<T>) -> Option<T> {
        let rule = "1 to 64 of a-z, 0-9, - and _, such as \"coffee-care\"";
        let text = self.need_text(key, rule)?;
        let name = new(text.clone());
        if name.is_none() {
            self.mistake(key, format!("`{text}` is not a name"), rule);
        }
        name
    }

    /// Adds a mistake for a reference that leads nowhere.
    pub fn not_found(&self, key: &str, what: &str, word: &str, known: &[&str]) {
        let hint = if known.is_empty() { format!("no {what} is there yet") } else { did_you_mean(word, known) };
        self.mistake(key, format!("there is no {what} `{word}`"), hint);
    }

    /// A table below, when it is there.
    pub fn table(&self, key: &str) -> Option<Table<'a>> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(self.below(table, value.span(), self.path(key))),
            _ => {
                self.wrong_kind(key, value, "a table");
                None
            }
        }
    }

    /// The tables of `[[key]]`; empty when there are none.
    pub fn tables(&self, key: &str) -> Vec<Table<'a>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            let hint = format!("write `[[{}]]`, in double brackets", self.path(key));
            self.mistake(key, "is not a list of tables", hint);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (place, item) in items.iter().enumerate() {
            match item.get_ref() {
                DeValue::Table(table) => {
                    tables.push(self.below(table, item.span(), format!("{}[{place}]", self.path(key))));
                }
                _ => self.wrong_kind(key, item, "a table"),
            }
        }
        tables
    }

    fn below(&self, table: &'a DeTable<'a>, span: Range<usize>, place: String) -> Table<'a> {
        Table {
            file: self.file,
            folder: self.folder,
            text: self.text,
            place,
            span,
            table,
            asked: RefCell::default(),
            mistakes: self.mistakes.clone(),
        }
    }

    /// Ends the reading: every key that was never asked for is a mistake.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        let mut known: Vec<&str> = Vec::new();
        for key in asked.iter() {
            if !known.contains(&key.as_str()) {
                known.push(key);
            }
        }
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                self.mistakes.add(Mistake {
                    file: self.file.to_owned(),
                    line: line_of(self.text, key.span().start),
                    place: self.path(name),
                    message: format!("`{name}` is not a known key"),
                    hint: did_you_mean(name, &known),
                    ..Mistake::default()
                });
            }
        }
    }
}

/// Whether a text stands in three quotes.
fn is_long(raw: &str) -> bool {
    raw.starts_with("'''") || raw.starts_with("\"\"\"")
}

/// "did you mean …?", or the list of what is known.
fn did_you_mean(word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are: {}", known.join(", ")),
    }
}

/// The line of a byte, from 1.
fn line_of(text: &str, byte: usize) -> usize {
    text.as_bytes().iter().take(byte).filter(|b| **b == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_mistakes_are_told_at_once_with_their_lines() {
        let mistakes = Mistakes::default();
        let text = "titel = \"x\"\nzone = 5\ntoken = \"abc\"\n[[a]]\npace = \"5 minutes\"\n";
        let document = Document::parse("t.toml", text, &mistakes);
        let root = document.root();
        assert_eq!(root.need_text("title", "give it a name"), None);
        assert_eq!(root.text("zone"), None);
        assert_eq!(root.secret("token"), None);
        for table in root.tables("a") {
            assert!(table.pace(chrono_tz::UTC).is_none());
            table.finish();
        }
        root.finish();
        let told: Vec<String> = mistakes.sorted().iter().map(|m| format!("{}:{}", m.line, m.place)).collect();
        assert_eq!(told, ["1:titel", "2:zone", "3:token", "5:a[0].pace"]);
        assert!(mistakes.sorted().iter().all(|m| !m.to_string().contains("abc")));
    }

    #[test]
    fn broken_toml_is_a_mistake_and_the_rest_is_still_read() {
        let mistakes = Mistakes::default();
        let document = Document::parse("t.toml", "a = \nb = \"yes\"\n", &mistakes);
        assert_eq!(document.root().text("b").as_deref(), Some("yes"));
        assert_eq!(mistakes.sorted()[0].line, 1);
    }
}
