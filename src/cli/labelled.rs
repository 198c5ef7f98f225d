//! A file of texts that people labelled: what `hearken corrections export` writes and `hearken model` reads.
//!
//! In: people's last words; or a file of JSON lines or CSV. Out: the file; or its texts with their labels.
//! Never: writes a text that was taken down; loses a text's first character to a spreadsheet's formula guard.
//!
//! One line for each text: `id`, `lang`, `text`, then people's `sentiment` (neg, neu, pos), `themes`, `spam`, each absent
//! when nobody spoke of it, then what the model had said of the same, its name, who spoke last and when.

use std::path::Path;

use anyhow::{Context, Result, bail};
use csv::{ReaderBuilder, WriterBuilder};
use serde::{Deserialize, Serialize};

use crate::domain::{Aspect, Correction, Label, Language, Sentiment, Theme};
use crate::text::Text;

/// One text with people's labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Labelled {
    /// The mention's id, or whatever names the text.
    #[serde(default)]
    pub(super) id: String,
    /// Its language; told by the text when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lang: Option<Language>,
    /// The text that was labelled.
    pub(super) text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sentiment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    themes: Option<Vec<Theme>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spam: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model_sentiment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model_themes: Option<Vec<Theme>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model_spam: Option<bool>,
    #[serde(default)]
    model: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    at: String,
}

const COLUMNS: [&str; 12] = [
    "id",
    "lang",
    "text",
    "sentiment",
    "themes",
    "spam",
    "model_sentiment",
    "model_themes",
    "model_spam",
    "model",
    "by",
    "at",
];

impl Labelled {
    /// What people say of it, of each label that they spoke of.
    pub(super) fn labels(&self) -> Vec<Label> {
        let sentiment = self.sentiment.as_deref().and_then(sentiment_of).map(Label::Sentiment);
        let themes = self.themes.clone().map(Label::themes);
        [sentiment, themes, self.spam.map(Label::Spam)].into_iter().flatten().collect()
    }

    /// Which way people say that it leans.
    pub(super) fn sentiment(&self) -> Option<Sentiment> {
        self.sentiment.as_deref().and_then(sentiment_of)
    }

    /// Its language.
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(|| Text::read(&self.text).language())
    }

    /// A text with a leaning alone.
    #[cfg(test)]
    pub(super) fn leaning(id: &str, lang: Language, text: &str, sentiment: Sentiment) -> Self {
        Self {
            id: id.to_owned(),
            lang: Some(lang),
            text: text.to_owned(),
            sentiment: Some(short(sentiment).to_owned()),
            ..Self::empty()
        }
    }

    fn empty() -> Self {
        Self {
            id: String::new(),
            lang: None,
            text: String::new(),
            sentiment: None,
            themes: None,
            spam: None,
            model_sentiment: None,
            model_themes: None,
            model_spam: None,
            model: String::new(),
            by: String::new(),
            at: String::new(),
        }
    }

    fn take(&mut self, one: &Correction) {
        for (label, sentiment, themes, spam) in [
            (&one.said, &mut self.sentiment, &mut self.themes, &mut self.spam),
            (&one.was, &mut self.model_sentiment, &mut self.model_themes, &mut self.model_spam),
        ] {
            match label {
                Label::Sentiment(value) => *sentiment = Some(short(*value).to_owned()),
                Label::Themes(value) => *themes = Some(value.clone()),
                Label::Spam(value) => *spam = Some(*value),
            }
        }
        self.model.clone_from(&one.model);
        self.by.clone_from(&one.by);
        self.at = one.at.to_rfc3339();
    }

    fn check(&self) -> Result<()> {
        if let Some(word) = self.sentiment.as_deref().filter(|word| sentiment_of(word).is_none()) {
            bail!("`{word}` is none of neg, neu, pos");
        }
        if self.text.trim().is_empty() {
            bail!("it has no text");
        }
        Ok(())
    }
}

fn short(sentiment: Sentiment) -> &'static str {
    match sentiment {
        Sentiment::Negative => "neg",
        Sentiment::Neutral => "neu",
        Sentiment::Positive => "pos",
        Sentiment::Unsure => "unsure",
    }
}

fn sentiment_of(word: &str) -> Option<Sentiment> {
    match word {
        "neg" | "negative" => Some(Sentiment::Negative),
        "neu" | "neutral" => Some(Sentiment::Neutral),
        "pos" | "positive" => Some(Sentiment::Positive),
        _ => None,
    }
}

/// People's last words as texts, in the order in which each text was first spoken of; texts that were taken down are
/// left out. `words` may come in any order.
pub(super) fn texts(mut words: Vec<Correction>) -> Vec<Labelled> {
    words.retain(|one| one.state.is_last_word() && !one.text.is_empty());
    words.sort_by(|a, b| (a.at, &a.mention, a.place).cmp(&(b.at, &b.mention, b.place)));
    let mut found: Vec<Labelled> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for one in &words {
        let place = *places.entry((&one.mention, &one.text)).or_insert_with(|| {
            let (id, text) = (one.mention.as_str().to_owned(), one.text.clone());
            found.push(Labelled { id, lang: Some(one.language), text, ..Labelled::empty() });
            found.len() - 1
        });
        if let Some(labelled) = found.get_mut(place) {
            labelled.take(one);
        }
    }
    found
}

/// As JSON lines.
pub(super) fn jsonl(texts: &[Labelled]) -> Result<String> {
    let mut out = String::new();
    for one in texts {
        out += &serde_json::to_string(one)?;
        out.push('\n');
    }
    Ok(out)
}

/// As a table with a byte-order mark, so that spreadsheets read it as UTF-8.
pub(super) fn csv(texts: &[Labelled]) -> Result<String> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    let themes = |list: &Option<Vec<Theme>>| list.clone().map_or(String::new(), |list| themes_cell(&list));
    let truth = |value: Option<bool>| value.map_or("", |value| if value { "yes" } else { "no" }).to_owned();
    for one in texts {
        let cells = [
            one.id.clone(),
            one.lang.map_or("", Language::as_str).to_owned(),
            one.text.clone(),
            one.sentiment.clone().unwrap_or_default(),
            themes(&one.themes),
            truth(one.spam),
            one.model_sentiment.clone().unwrap_or_default(),
            themes(&one.model_themes),
            truth(one.model_spam),
            one.model.clone(),
            one.by.clone(),
            one.at.clone(),
        ];
        writer.write_record(cells.map(guarded))?;
    }
    let bytes = writer.into_inner().map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(format!("\u{feff}{}", String::from_utf8_lossy(&bytes)))
}

/// An empty list is a label too, so it has a word of its own.
fn themes_cell(themes: &[Theme]) -> String {
    if themes.is_empty() { "none".to_owned() } else { Label::Themes(themes.to_vec()).word() }
}

/// What a spreadsheet would take for a formula gets an apostrophe; so does a cell that looks as if it had got one.
fn guarded(cell: String) -> String {
    if cell.starts_with(GUARDED) { format!("'{cell}") } else { cell }
}

const GUARDED: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\''];

fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(GUARDED)).unwrap_or(cell)
}

/// Reads such a file, or one that a person wrote with at least `text` and one label.
pub(super) fn read(path: &Path) -> Result<Vec<Labelled>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    parse(&text).with_context(|| path.display().to_string())
}

fn parse(text: &str) -> Result<Vec<Labelled>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{') { parse_jsonl(text) } else { parse_csv(text) }
}

fn parse_jsonl(text: &str) -> Result<Vec<Labelled>> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = || format!("line {}", number + 1);
        let one: Labelled = serde_json::from_str(line).with_context(place)?;
        one.check().with_context(place)?;
        found.push(one);
    }
    Ok(found)
}

fn parse_csv(text: &str) -> Result<Vec<Labelled>> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let names = reader.headers()?.clone();
    if !names.iter().any(|name| name.trim() == "text") {
        bail!("the first line has no column `text`; columns are {}", COLUMNS.join(", "));
    }
    let mut found = Vec::new();
    for record in reader.records() {
        let record = record?;
        let place = format!("line {}", record.position().map_or(0, csv::Position::line));
        let one = from_cells(&names, &record).with_context(|| place.clone())?;
        one.check().context(place)?;
        found.push(one);
    }
    Ok(found)
}

fn from_cells(names: &csv::StringRecord, record: &csv::StringRecord) -> Result<Labelled> {
    let mut one = Labelled::empty();
    for (name, cell) in names.iter().zip(record) {
        let cell = unguarded(cell);
        let said = (!cell.is_empty()).then(|| cell.to_owned());
        match name.trim() {
            "id" => one.id = cell.to_owned(),
            "lang" => {
                one.lang =
                    said.map(|tag| Language::find(&tag).with_context(|| format!("`{tag}`: no language"))).transpose()?
            }
            "text" => one.text = cell.to_owned(),
            "sentiment" => one.sentiment = said,
            "themes" => one.themes = said.map(|list| themes_of(&list)).transpose()?,
            "spam" => one.spam = said.map(|word| truth_of(&word)).transpose()?,
            "model_sentiment" => one.model_sentiment = said,
            "model_themes" => one.model_themes = said.map(|list| themes_of(&list)).transpose()?,
            "model_spam" => one.model_spam = said.map(|word| truth_of(&word)).transpose()?,
            "model" => one.model = cell.to_owned(),
            "by" => one.by = cell.to_owned(),
            "at" => one.at = cell.to_owned(),
            _ => {}
        }
    }
    Ok(one)
}

/// Themes of a list such as `refund,price`; `none` is the empty list.
pub(super) fn themes_of(list: &str) -> Result<Vec<Theme>> {
    if list.trim() == "none" {
        return Ok(Vec::new());
    }
    let theme = |name: &str| Theme::new(name.trim()).with_context(|| format!("`{name}` is not a theme's name"));
    list.split(',').filter(|name| !name.trim().is_empty()).map(theme).collect()
}

fn truth_of(word: &str) -> Result<bool> {
    match word {
        "yes" | "true" | "1" => Ok(true),
        "no" | "false" | "0" => Ok(false),
        other => bail!("`{other}` is none of yes, no"),
    }
}

/// The label of this aspect among a text's.
pub(super) fn label_of(labels: &[Label], aspect: Aspect) -> Option<&Label> {
    labels.iter().find(|label| label.aspect() == aspect)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::timestamp;
    use crate::domain::{CorrectionState, MentionId, NativeId, Platform};

    fn word(native: &str, place: i64, was: Label, said: Label, text: &str) -> Correction {
        let judge = crate::classify::Judge::built_in().expect("the built-in judge");
        Correction {
            mention: MentionId::of(Platform::Ptt, &NativeId::new(native).expect("an id")),
            place,
            at: timestamp(place * 1000),
            by: "小美".to_owned(),
            state: CorrectionState::Holds,
            was,
            said,
            language: Language::ZhHant,
            model: "linear-1".to_owned(),
            judged: judge.judge(&Text::read(text)),
            text: text.to_owned(),
            ended_at: None,
            ended_by: String::new(),
        }
    }

    fn said() -> Vec<Correction> {
        let (negative, positive) = (Label::Sentiment(Sentiment::Negative), Label::Sentiment(Sentiment::Positive));
        let themes = |names: &[&str]| Label::themes(names.iter().filter_map(|name| Theme::new(*name)).collect());
        let mut replaced = word("a", 1, positive.clone(), positive.clone(), "=1+1\n服務「真好」");
        replaced.state = CorrectionState::Replaced;
        let mut edited = word("b", 3, Label::Sentiment(Sentiment::Unsure), negative.clone(), "'-舊的");
        edited.state = CorrectionState::Edited;
        vec![
            word("a", 4, themes(&["praise"]), themes(&[]), "=1+1\n服務「真好」"),
            replaced,
            word("a", 2, positive, negative, "=1+1\n服務「真好」"),
            edited,
            word("b", 5, Label::Spam(true), Label::Spam(false), "新的, \"文\""),
            word("c", 6, Label::Spam(true), Label::Spam(false), ""),
        ]
    }

    #[test]
    fn a_file_has_one_line_for_each_text_with_peoples_last_words() {
        let texts = texts(said());
        let told: Vec<(&str, Vec<String>)> =
            texts.iter().map(|one| (one.text.as_str(), one.labels().iter().map(Label::word).collect())).collect();
        assert_eq!(
            told,
            [
                ("=1+1\n服務「真好」", vec!["negative".to_owned(), String::new()]),
                ("'-舊的", vec!["negative".to_owned()]),
                ("新的, \"文\"", vec!["not-spam".to_owned()]),
            ],
            "what was taken down is not there"
        );
        assert_eq!(texts[1].model_sentiment.as_deref(), Some("unsure"));
    }

    #[test]
    fn both_formats_come_back_as_they_were_written() {
        let texts = texts(said());
        assert_eq!(parse(&jsonl(&texts).expect("written")).expect("read"), texts);
        let table = csv(&texts).expect("written");
        assert!(table.contains("\"'=1+1\n") && table.contains("''-舊的"), "no formula in a cell: {table}");
        assert_eq!(parse(&table).expect("read"), texts);
        assert_eq!(parse("").expect("read"), vec![]);
    }

    #[test]
    fn a_file_that_a_person_wrote_is_read_and_a_mistake_has_its_line() {
        let read = parse("text,sentiment\n\"等太久, 退費\",neg\n").expect("read");
        assert_eq!((read[0].sentiment(), read[0].language()), (Some(Sentiment::Negative), Language::ZhHant));
        for (wrong, told) in [
            ("text,sentiment\n好,good\n", "line 2"),
            ("{\"text\":\"好\",\"sentiment\":\"pos\"}\n{\"text\":\" \"}\n", "line 2"),
            ("文,sentiment\n好,pos\n", "no column `text`"),
            ("{\"sentiment\":\"pos\"}\n", "line 1"),
        ] {
            let error = format!("{:#}", parse(wrong).expect_err("a mistake"));
            assert!(error.contains(told), "{error}");
        }
    }
}
