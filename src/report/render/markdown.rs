//! A report as Markdown.

use std::fmt::Display;

use super::words::{sentiment, words};
use super::{first_characters, safe_link};
use crate::domain::MentionId;
use crate::report::figures::{Item, Report, Row};
use crate::report::sentences::{moment, per_cent};

/// How many ids stand in a line; the rest is counted.
const IDS: usize = 5;

pub(super) fn render(report: &Report) -> String {
    let (figures, w) = (&report.figures, words(report.locale));
    let zone = figures.zone;
    let (from, to) = (moment(figures.period.from, zone), moment(figures.period.to, zone));
    let mut out = vec![
        format!("# {} · {}", w.report, plain(&figures.title)),
        String::new(),
        format!("{}: {from} – {to} ({zone}) · {}: {}", w.period, w.heard, per_cent(figures.heard)),
        String::new(),
    ];
    for sentence in &report.sentences {
        out.push(format!("- {}{}", plain(&sentence.text), ids(&sentence.evidence, w.more)));
    }
    if figures.empty().is_none() {
        let name = |locale| move |what: &crate::domain::Sentiment| sentiment(*what, locale).to_owned();
        let before = figures.has_before().then_some(w.before);
        list(&mut out, w.sentiment, before, &figures.sentiments, name(report.locale));
        list(&mut out, w.themes, before, &figures.themes, |theme| figures.theme_title(theme, report.locale));
        list(&mut out, w.platforms, before, &figures.platforms, |platform| platform.title_in(report.locale).to_owned());
        list(&mut out, w.languages, before, &figures.languages, |language| language.title(report.locale).to_owned());
        unnamed(&mut out, report);
        originals(
            &mut out,
            w.top,
            figures.top.iter().map(|story| (&story.item, format!("{} {}", w.passed_on, story.times))),
        );
        originals(&mut out, w.worst, figures.worst.iter().map(|item| (item, per_cent(f64::from(item.p_negative)))));
    }
    out.join("\n") + "\n"
}

fn ids(evidence: &[MentionId], more: &str) -> String {
    if evidence.is_empty() {
        return String::new();
    }
    let first: Vec<&str> = evidence.iter().take(IDS).map(MentionId::as_str).collect();
    let rest = evidence.len().saturating_sub(IDS);
    let tail = if rest > 0 { format!(" +{rest} {more}") } else { String::new() };
    format!(" `[{}{tail}]`", first.join(" "))
}

fn list<T>(out: &mut Vec<String>, title: &str, before: Option<&str>, rows: &[Row<T>], name: impl Fn(&T) -> String) {
    if rows.is_empty() {
        return;
    }
    out.extend([String::new(), format!("## {title}"), String::new()]);
    // A list and not a table: chats show tables as a thicket of bars.
    let line = |row: &Row<T>| {
        let before = before.map(|before| format!(" ({before} {})", row.before)).unwrap_or_default();
        format!("- {}: **{}**{before}", plain(&name(&row.what)), row.now)
    };
    out.extend(rows.iter().map(line));
}

fn unnamed(out: &mut Vec<String>, report: &Report) {
    let (figures, w) = (&report.figures, words(report.locale));
    if figures.unnamed.is_empty() {
        return;
    }
    out.extend([String::new(), format!("## {}", w.unnamed), String::new()]);
    for theme in &figures.unnamed {
        let words: Vec<String> = theme.words.iter().map(|word| plain(word)).collect();
        let covered = theme.covered_by.as_ref().map(|named| figures.theme_title(named, report.locale));
        let covered = covered.map(|title| format!(" ({})", plain(&title))).unwrap_or_default();
        let text = plain(&first_characters(&theme.text, 100));
        let (count, more) = (theme.evidence.len(), w.more);
        out.push(format!("- **{}**{covered}: {count} {more}. {text}{}", words.join(" · "), ids(&theme.evidence, more)));
    }
}

fn originals<'a>(out: &mut Vec<String>, title: &str, items: impl Iterator<Item = (&'a Item, impl Display)>) {
    let lines: Vec<String> = items
        .map(|(item, note)| {
            let text = plain(&first_characters(&item.text, 100));
            let by = if item.author.is_empty() { String::new() } else { format!("{}, ", plain(&item.author)) };
            let link = safe_link(&item.url).map(|url| format!(" [↗]({})", closed(url))).unwrap_or_default();
            format!("- {text}{link} ({by}{note}) `[{}]`", item.id)
        })
        .collect();
    if !lines.is_empty() {
        out.extend([String::new(), format!("## {title}"), String::new()]);
        out.extend(lines);
    }
}

/// An address that a bracket cannot end.
fn closed(url: &str) -> String {
    url.replace('(', "%28").replace(')', "%29").replace(char::is_whitespace, "%20")
}

/// What Markdown would take as a mark stays a character.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
