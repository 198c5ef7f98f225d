//! A report as a table: section, what, now, negative, before, evidence.

use csv::WriterBuilder;

use super::words::{sentiment, words};
use crate::domain::MentionId;
use crate::report::figures::{Report, Row};

pub(super) fn render(report: &Report) -> String {
    let (figures, w) = (&report.figures, words(report.locale));
    let mut lines: Vec<[String; 6]> = vec![
        ["section", "what", "now", "negative", "before", "evidence"].map(str::to_owned),
        [
            "total".to_owned(),
            figures.title.clone(),
            figures.now.mentions.to_string(),
            figures.now.negative.to_string(),
            figures.before.mentions.to_string(),
            ids(&figures.evidence),
        ],
    ];
    for sentence in &report.sentences {
        lines.push(wide("sentence", &sentence.text, ids(&sentence.evidence)));
    }
    lines.extend(rows(w.sentiment, &figures.sentiments, |what| sentiment(*what, report.locale).to_owned()));
    lines.extend(rows(w.themes, &figures.themes, |theme| figures.theme_title(theme, report.locale)));
    lines.extend(rows(w.platforms, &figures.platforms, |platform| platform.title_in(report.locale).to_owned()));
    lines.extend(rows(w.languages, &figures.languages, |language| language.title(report.locale).to_owned()));
    for word in &figures.rising {
        let (now, before) = (word.now.to_string(), word.before.to_string());
        lines.push([w.rising.to_owned(), word.word.clone(), now, String::new(), before, ids(&word.evidence)]);
    }
    for story in &figures.top {
        let (text, times) = (story.item.text.clone(), story.times.to_string());
        lines.push([w.top.to_owned(), text, times, String::new(), String::new(), ids(&story.evidence)]);
    }
    for item in &figures.worst {
        lines.push(wide(w.worst, &item.text, item.id.to_string()));
    }
    if !figures.has_before() {
        // What was not heard is no nought.
        lines.iter_mut().skip(1).for_each(|line| line[4].clear());
    }
    written(&lines)
}

fn wide(section: &str, what: &str, evidence: String) -> [String; 6] {
    [section.to_owned(), what.to_owned(), String::new(), String::new(), String::new(), evidence]
}

fn rows<T>(section: &str, rows: &[Row<T>], name: impl Fn(&T) -> String) -> Vec<[String; 6]> {
    let line = |row: &Row<T>| {
        let counts = [row.now, row.negative, row.before].map(|count| count.to_string());
        let [now, negative, before] = counts;
        [section.to_owned(), name(&row.what), now, negative, before, ids(&row.evidence)]
    };
    rows.iter().map(line).collect()
}

fn ids(evidence: &[MentionId]) -> String {
    evidence.iter().map(MentionId::as_str).collect::<Vec<_>>().join(" ")
}

/// With a byte-order mark, so that spreadsheets read UTF-8; a cell that would be a formula gets an apostrophe.
fn written(lines: &[[String; 6]]) -> String {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    let harmless = |cell: &String| {
        if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.clone() }
    };
    for line in lines {
        // Writing to memory does not fail.
        if writer.write_record(line.iter().map(harmless)).is_err() {
            break;
        }
    }
    let bytes = writer.into_inner().unwrap_or_default();
    format!("\u{feff}{}", String::from_utf8_lossy(&bytes))
}
