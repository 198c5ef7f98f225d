//! Our own corpus keeps its form: columns, words, sizes, and no text that stands twice.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

/// What the project promises at least, training part and measured parts together.
const LEAST: &[(&str, usize)] = &[("zh-Hant", 4_000), ("zh-Hans", 2_000), ("ja", 3_000), ("ko", 1_500), ("en", 1_500)];

const TONES: &[&str] =
    &["plain", "slang", "sarcasm", "news", "official", "question", "mixed", "comparison", "aside", "advert"];

struct Line {
    place: String,
    cells: Vec<String>,
}

fn lines() -> Vec<Line> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sentiment-models/corpus");
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder).expect("the corpus") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "tsv") {
            continue;
        }
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("UTF-8");
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with("# ")) {
            let cells = line.split('\t').map(str::to_owned).collect();
            lines.push(Line { place: format!("{name}:{}", number + 1), cells });
        }
    }
    lines
}

#[test]
fn every_line_has_the_seven_columns_in_the_words_of_the_field() {
    let themes: HashSet<&str> = hearken::classify::built_in_themes().iter().map(|theme| theme.name.as_str()).collect();
    let mut wrong = Vec::new();
    for Line { place, cells } in lines() {
        let [_, label, named, spam, targets, tone, text] = cells.as_slice() else {
            wrong.push(format!("{place}: {} columns", cells.len()));
            continue;
        };
        let targets_fit = targets.split(';').filter(|target| !target.is_empty()).all(|target| {
            let (brand, label) = target.rsplit_once(':').unwrap_or_default();
            ["neg", "neu", "pos"].contains(&label) && text.to_lowercase().contains(&brand.to_lowercase())
        });
        let themes_fit = named.split(',').filter(|theme| !theme.is_empty()).all(|theme| themes.contains(theme));
        let labelled = ["neg", "neu", "pos"].contains(&label.as_str()) && ["0", "1"].contains(&spam.as_str());
        if !(targets_fit && themes_fit && labelled && TONES.contains(&tone.as_str()) && !text.trim().is_empty()) {
            wrong.push(place);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_text_stands_twice_so_nothing_measured_was_learnt() {
    let mut places: HashMap<String, String> = HashMap::new();
    let mut twice = Vec::new();
    for Line { place, cells } in lines() {
        let text = hearken::text::fold(cells.last().expect("a text"));
        let letters: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
        let key = if letters.is_empty() { text } else { letters };
        if let Some(before) = places.insert(key, place.clone()) {
            twice.push(format!("{before} and {place}"));
        }
    }
    assert!(twice.is_empty(), "{twice:#?}");
}

#[test]
fn the_corpus_is_as_large_as_it_says() {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for Line { cells, .. } in lines() {
        *counts.entry(cells.first().cloned().unwrap_or_default()).or_default() += 1;
    }
    for (language, least) in LEAST {
        let count = counts.get(*language).copied().unwrap_or_default();
        assert!(count >= *least, "{language}: {count} of {least}");
    }
}
