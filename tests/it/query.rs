//! Every example of `docs/query.md` does what the document says.

use std::path::Path;

use hearken::domain::Platform;
use hearken::query::{Context, Document, Folding, Query};
use hearken::text::Text;

/// The rows of every table with this head, as the cells of each without their back ticks.
fn rows(head: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/query.md");
    let document = std::fs::read_to_string(path).expect("there");
    let mut found = Vec::new();
    for table in document.split(&format!("\n{head}\n")).skip(1) {
        for row in table.lines().skip(1).take_while(|line| line.starts_with('|')) {
            let inside = row.strip_prefix('|').and_then(|row| row.strip_suffix('|')).unwrap_or(row);
            let cells = inside.split(" | ").map(|cell| cell.trim().to_owned());
            found.push(cells.collect());
        }
    }
    found
}

/// What stands between the back ticks around a whole cell.
fn bare(cell: &str) -> &str {
    cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`')).unwrap_or_else(|| panic!("{cell} in back ticks"))
}

#[test]
fn every_example_finds_what_the_document_says() {
    let rows = rows("| query | text | found |");
    assert!(rows.len() > 30, "{} examples", rows.len());
    for row in rows {
        let [query, text, found] = row.as_slice() else { panic!("{row:?}") };
        let (query, text) = (bare(query), Text::read(bare(text)));
        let document = Document { platform: Platform::Ptt, ..Document::of(&text) };
        let matches = Query::parse(query).unwrap_or_else(|m| panic!("{query}: {m:?}")).matches(&document).is_some();
        assert_eq!(if matches { "yes" } else { "no" }, found, "{row:?}");
    }
}

#[test]
fn what_a_topic_folds_besides_is_as_the_document_says() {
    let rows = rows("| fold | query | text | found |");
    assert!(rows.len() >= 10);
    for row in rows {
        let [fold, query, text, found] = row.as_slice() else { panic!("{row:?}") };
        let words: Vec<&str> = if fold.is_empty() { Vec::new() } else { vec![bare(fold)] };
        assert!(words.iter().all(|word| Folding::WORDS.contains(word)), "{row:?}");
        let context = Context { folding: Folding::of(&words), ..Context::default() };
        let query = Query::read(bare(query), &context).unwrap_or_else(|mistakes| panic!("{row:?}: {mistakes:?}"));
        let text = Text::read(bare(text));
        let matches = query.matches(&Document::of(&text)).is_some();
        assert_eq!(if matches { "yes" } else { "no" }, found, "{row:?}");
    }
}

#[test]
fn every_mistake_and_warning_is_told_as_the_document_says() {
    let mistakes = rows("| query | mistake |");
    assert!(mistakes.len() > 10);
    for row in mistakes {
        let told = Query::parse(bare(&row[0])).expect_err(&row[0]);
        assert_eq!(told.iter().map(|mistake| mistake.message.as_str()).collect::<Vec<_>>(), [row[1].as_str()]);
    }
    let warnings = rows("| query | warning |");
    assert!(warnings.len() > 5);
    for row in warnings {
        let query = Query::parse(bare(&row[0])).unwrap_or_else(|mistakes| panic!("{row:?}: {mistakes:?}"));
        assert_eq!(query.lints().iter().map(|lint| lint.message.as_str()).collect::<Vec<_>>(), [row[1].as_str()]);
    }
}
