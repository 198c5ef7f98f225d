//! A mistake in a query, with the place it stands at.
//!
//! In: bytes of the query. Out: line, column, and the line with the place underlined.
//! Never: knows in which file the query stands.

use std::fmt;
use std::ops::Range;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// One mistake (or warning) in a query, told the way a good compiler tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryMistake {
    /// Which bytes of the query are meant.
    pub at: Range<usize>,
    /// Line in the query, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// A way out.
    pub hint: String,
    /// The line, and below it `^` under the place.
    pub excerpt: String,
}

impl QueryMistake {
    /// A mistake at some bytes of `source`; bytes that are not at a character's edge are moved to one.
    pub(super) fn new(source: &str, at: Range<usize>, message: impl Into<String>, hint: impl Into<String>) -> Self {
        let start = source.floor_char_boundary(at.start);
        let end = source.ceil_char_boundary(at.end.max(start));
        let before = source.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |place| place + 1);
        let rest = source.get(line_start..).unwrap_or_default();
        let whole_line = rest.split('\n').next().unwrap_or_default().trim_end();
        let lead = before.get(line_start..).unwrap_or_default();
        let meant = source.get(start..end.min(line_start + whole_line.len()).max(start)).unwrap_or_default();
        Self {
            at: start..end,
            line: before.matches('\n').count() + 1,
            column: lead.chars().count() + 1,
            message: message.into(),
            hint: hint.into(),
            excerpt: underline(whole_line, lead, meant),
        }
    }
}

/// The line with `^` under what is meant; a long line is cut to the part around it. Widths are counted in columns of a terminal.
fn underline(line: &str, lead: &str, meant: &str) -> String {
    const BEFORE: usize = 40;
    const WHOLE: usize = 100;
    let line = line.replace('\t', " ");
    let (mut shown, mut skip) = (String::new(), 0);
    let lead_width = lead.width();
    if line.width() > WHOLE && lead_width > BEFORE {
        let mut passed = 0;
        for c in lead.chars() {
            if passed + BEFORE >= lead_width {
                break;
            }
            passed += c.width().unwrap_or(1);
            skip += 1;
        }
        shown.push('…');
    }
    let kept_lead: String = lead.chars().skip(skip).collect();
    let gap = shown.width() + kept_lead.width();
    let mut width = gap;
    for c in line.chars().skip(skip) {
        width += c.width().unwrap_or(1);
        if width > WHOLE {
            shown.push('…');
            break;
        }
        shown.push(c);
    }
    let marks = meant.width().max(1).min((WHOLE + 2).saturating_sub(gap).max(1));
    format!("{shown}\n{}{}", " ".repeat(gap), "^".repeat(marks))
}

impl fmt::Display for QueryMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)?;
        for line in self.excerpt.lines() {
            write!(f, "\n    {line}")?;
        }
        if self.hint.is_empty() { Ok(()) } else { write!(f, "\n  hint: {}", self.hint) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_underlined_by_columns_of_the_screen() {
        let source = "(嫩芽\n  咖啡 AND )";
        let place = source.find("AND").expect("there");
        let mistake = QueryMistake::new(source, place..place + 3, "wrong", "");
        assert_eq!((mistake.line, mistake.column), (2, 6));
        assert_eq!(mistake.excerpt, "  咖啡 AND )\n       ^^^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let source = format!("{}X{}", "嫩芽 ".repeat(60), " y".repeat(200));
        let place = source.find('X').expect("there");
        let mistake = QueryMistake::new(&source, place..place + 1, "wrong", "");
        let mut lines = mistake.excerpt.lines();
        let (line, marks) = (lines.next().expect("a line"), lines.next().expect("marks"));
        assert!(line.width() <= 103, "{line}");
        assert_eq!(line.split('X').next().expect("before").width(), marks.find('^').expect("a mark"));
    }

    #[test]
    fn the_end_of_the_text_has_a_place_too() {
        let mistake = QueryMistake::new("a OR", 4..4, "wrong", "");
        assert_eq!((mistake.line, mistake.column, mistake.excerpt.as_str()), (1, 5, "a OR\n    ^"));
        assert_eq!(QueryMistake::new("", 0..0, "wrong", "").excerpt, "\n^");
    }
}
