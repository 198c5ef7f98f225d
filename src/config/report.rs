//! `[[report]]`: reports that are sent by themselves.
//!
//! In: their tables. Out: when which report goes to whom.
//! Never: makes a report.

use super::main_file::Known;
use super::receiver::name_of;
use crate::domain::{Period, ReceiverName, ReportFormat, TopicName};
use crate::settings::{Pace, Table};

/// A report that is sent by itself.
#[derive(Clone, Debug)]
pub struct ReportSchedule {
    /// Of which topic.
    pub topic: TopicName,
    /// Over which time.
    pub period: Period,
    /// When: a cron schedule.
    pub when: Pace,
    /// To whom.
    pub receiver: ReceiverName,
    /// In which form.
    pub format: ReportFormat,
}

/// Reads every `[[report]]`.
pub(super) fn read(root: &Table<'_>, known: &Known) -> Vec<ReportSchedule> {
    let mut reports = Vec::new();
    for table in root.tables("report") {
        reports.extend(read_one(&table, known));
        table.finish();
    }
    reports
}

fn read_one(table: &Table<'_>, known: &Known) -> Option<ReportSchedule> {
    for (key, hint) in [("topic", "name the topic it is about"), ("receiver", "name who gets it")] {
        if !table.has(key) {
            table.mistake(key, "is missing", hint);
        }
    }
    let topic = name_of(table, "topic", "topic", &known.topics, TopicName::as_str);
    let receiver = name_of(table, "receiver", "receiver", &known.receivers, ReceiverName::as_str);
    let periods: Vec<&str> = Period::ALL.iter().map(|period| period.as_str()).collect();
    let formats: Vec<&str> = ReportFormat::ALL.iter().map(|format| format.as_str()).collect();
    let period = table.word("period", &periods).and_then(Period::find).unwrap_or(Period::Week);
    let format = table.word("format", &formats).and_then(ReportFormat::find).unwrap_or(ReportFormat::Markdown);
    let zone = table.zone("zone").unwrap_or(known.zone);
    let usual = match period {
        Period::Day => "0 9 * * *",
        Period::Week => "0 9 * * Mon",
        Period::Month => "0 9 1 * *",
    };
    let when = if table.has("cron") { table.cron("cron", zone) } else { Pace::cron(usual, zone).ok() };
    table.text("cron");
    Some(ReportSchedule { topic: topic?, period, when: when?, receiver: receiver?, format })
}
