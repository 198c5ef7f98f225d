//! A report as a page, as Markdown, and as a table.

mod csv;
mod html;
mod markdown;
mod words;

use super::Report;
use crate::domain::ReportFormat;

/// Writes a report in a format.
pub fn render(report: &Report, format: ReportFormat) -> String {
    match format {
        ReportFormat::Html => html::render(report),
        ReportFormat::Markdown => markdown::render(report),
        ReportFormat::Csv => csv::render(report),
    }
}

/// A link that may be followed: http and https only.
fn safe_link(url: &str) -> Option<&str> {
    (url.starts_with("https://") || url.starts_with("http://")).then_some(url)
}

/// The first `most` characters of a text, on one line.
fn first_characters(text: &str, most: usize) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    line.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Locale, Sentiment};
    use crate::report::figures::tests::{figures, item};

    fn hostile() -> Report {
        let mut items: Vec<_> =
            (0..6).map(|n| item(n, Sentiment::Negative, "=cmd() <script>alert(1)</script> 發霉 | x")).collect();
        items[5].spread = crate::domain::Spread::Repost;
        items[5].story = items[0].id.clone();
        items[0].url = "javascript:alert(1)".to_owned();
        items[0].author = "=HYPERLINK(\"x\")".to_owned();
        Report::new(figures(&items, &[], 1.0), Locale::ZhTw)
    }

    #[test]
    fn a_hostile_text_stays_a_text_in_every_format() {
        let report = hostile();
        let html = render(&report, ReportFormat::Html);
        assert!(!html.contains("<script>") && !html.contains("href=\"javascript:"), "{html}");
        for line in render(&report, ReportFormat::Csv).lines() {
            assert!(!line.contains(",=") && !line.contains(",\"="), "{line}");
        }
        assert!(!render(&report, ReportFormat::Markdown).contains("](javascript:"));
    }

    #[test]
    fn every_format_holds_every_sentence() {
        let report = hostile();
        for sentence in &report.sentences {
            for format in [ReportFormat::Html, ReportFormat::Markdown] {
                let start: String = sentence.text.chars().take(6).collect();
                assert!(render(&report, format).contains(&start), "{format:?}: {start}");
            }
            let first = sentence.evidence.first().map(|id| id.as_str()).unwrap_or_default();
            for format in ReportFormat::ALL {
                assert!(render(&report, *format).contains(first), "{format:?}");
            }
        }
    }

    #[test]
    fn a_text_is_cut_at_characters() {
        assert_eq!(first_characters("嫩芽咖啡 發霉了", 5), "嫩芽咖啡…");
        assert_eq!(first_characters("a\nb", 5), "a b");
    }
}
