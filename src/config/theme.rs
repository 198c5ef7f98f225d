//! `[[theme]]` of a topic: what a brand calls a theme, by examples, by a query, or by both.
//!
//! In: a topic's tables. Out: themes that can be asked of a text, learnt when they are first needed (or at [`OwnThemes::prepare`]).
//! Never: takes a name that a built-in theme has.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::asking::Asking;
use crate::classify::{self, MOST_OWN_THEMES, OwnLesson, built_in_themes, usable};
use crate::domain::{Evidence, Theme, ThemeScore};
use crate::query::{Document as Said, Query};
use crate::settings::Table;
use crate::text::fold;

/// How few examples are enough to learn from, and how many are read.
const EXAMPLES: std::ops::RangeInclusive<usize> = 5..=50;

/// One `[[theme]]`.
#[derive(Clone, Debug)]
pub struct OwnTheme {
    /// Its name in filters and counts.
    pub name: Theme,
    /// For people.
    pub title: String,
    /// Texts that have it.
    pub examples: Vec<String>,
    /// What matches has it too.
    pub query: Option<Query>,
}

/// The themes of one topic, beside the built-in ones.
#[derive(Clone, Debug, Default)]
pub struct OwnThemes {
    /// As they stand in the file.
    pub list: Vec<OwnTheme>,
    learnt: Arc<OnceLock<Option<classify::OwnThemes>>>,
}

/// A theme that was found, with the spans of the original text that said so.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnFound {
    /// Which, and how sure.
    pub score: ThemeScore,
    /// Bytes of the original text.
    pub evidence: Vec<Evidence>,
}

impl OwnThemes {
    /// The themes of a text, most sure first.
    pub fn find(&self, said: &Said<'_>) -> Vec<OwnFound> {
        if self.list.is_empty() {
            return Vec::new();
        }
        let asked = self.list.iter().filter_map(|theme| {
            let spans = theme.query.as_ref()?.matches(said)?;
            let evidence = spans.into_iter().map(|span| evidence_of(&theme.name, span)).collect();
            Some(OwnFound { score: ThemeScore { theme: theme.name.clone(), p: 1.0 }, evidence })
        });
        let mut found: Vec<OwnFound> = asked.collect();
        if let Some(learnt) = self.learn() {
            let unknown = learnt.find(said.text).into_iter().map(|(score, evidence)| OwnFound { score, evidence });
            for one in unknown {
                if !found.iter().any(|known| known.score.theme == one.score.theme) {
                    found.push(one);
                }
            }
        }
        found
    }

    /// Learns what there is to learn, once; the same examples give the same answers.
    fn learn(&self) -> Option<&classify::OwnThemes> {
        let learn = || {
            let with_examples = self.list.iter().filter(|theme| !theme.examples.is_empty());
            let lesson = |theme: &OwnTheme| OwnLesson { theme: theme.name.clone(), examples: theme.examples.clone() };
            let lessons: Vec<OwnLesson> = with_examples.map(lesson).collect();
            if lessons.is_empty() {
                return None;
            }
            classify::OwnThemes::learn(&lessons)
                .inspect_err(|error| tracing::error!("own themes were not learnt: {error:#}"))
                .ok()
        };
        self.learnt.get_or_init(learn).as_ref()
    }

    /// Every theme's name and title, in the order of the file.
    pub fn titles(&self) -> Vec<(Theme, String)> {
        self.list.iter().map(|own| (own.name.clone(), own.title.clone())).collect()
    }

    /// Learns now what would be learnt at the first text.
    pub fn prepare(&self) {
        self.learn();
    }
}

fn evidence_of(theme: &Theme, span: Range<usize>) -> Evidence {
    Evidence { start: span.start, end: span.end, of: format!("theme:{theme}"), weight: 1.0 }
}

/// Reads every `[[theme]]`.
pub(super) fn read(root: &Table<'_>, asking: &Asking) -> OwnThemes {
    let mut themes: Vec<OwnTheme> = Vec::new();
    for table in root.tables("theme") {
        let name = table.need_name("name", Theme::new);
        let title = table.text("title").map(|title| title.trim().to_owned()).filter(|title| !title.is_empty());
        let examples = read_examples(&table);
        let query = table.text("query").and_then(|_| asking.query(&table));
        if !table.has("examples") && !table.has("query") {
            let hint = "write `examples = [\"…\", …]` with 5 to 50 texts that have it, or a `query`, or both";
            table.mistake("", "nothing says which texts have this theme", hint);
        }
        if let Some(name) = name {
            check_name(&table, &name, &themes);
            let title = title.unwrap_or_else(|| name.to_string());
            themes.push(OwnTheme { name, title, examples, query });
        }
        table.finish();
    }
    if themes.iter().filter(|theme| !theme.examples.is_empty()).count() > MOST_OWN_THEMES {
        let message = format!("more than {MOST_OWN_THEMES} themes with examples");
        root.mistake("theme", message, "give those that words can name a `query` instead of examples");
    }
    OwnThemes { list: themes, learnt: Arc::default() }
}

fn check_name(table: &Table<'_>, name: &Theme, themes: &[OwnTheme]) {
    let built_in: Vec<&str> = built_in_themes().iter().map(|theme| theme.name.as_str()).collect();
    if built_in.contains(&name.as_str()) {
        let hint = format!("choose another name, such as `own-{name}`; built in are: {}", built_in.join(", "));
        table.mistake("name", format!("`{name}` is a built-in theme"), hint);
    }
    if themes.iter().any(|theme| theme.name == *name) {
        table.mistake("name", format!("`{name}` stands here twice"), "join the two, or choose another name");
    }
}

/// The examples; those that teach nothing, or stand there twice, are mistakes.
fn read_examples(table: &Table<'_>) -> Vec<String> {
    let mut examples: Vec<String> = Vec::new();
    let mut known: Vec<String> = Vec::new();
    let all = table.texts("examples");
    for (number, example) in all.iter().enumerate() {
        let below = table.item_line("examples", number) - table.line("examples");
        let folded = fold(example).trim().to_owned();
        if !usable(example) {
            let message = format!("example {} has no word to learn from: `{}`", number + 1, short(example));
            table.mistake_below("examples", below, message, "write a text as customers write it, or take it out");
        } else if known.contains(&folded) {
            let message = format!("example {} stands here twice: `{}`", number + 1, short(example));
            table.mistake_below("examples", below, message, "take one of the two out");
        } else {
            known.push(folded);
            examples.push(example.clone());
        }
    }
    if table.has("examples") && !EXAMPLES.contains(&all.len()) {
        let (few, many) = (EXAMPLES.start(), EXAMPLES.end());
        let (message, hint) = if all.len() < *few {
            let hint =
                format!("write at least {few}, as different as customers write them; or name its words in a `query`");
            (format!("{} examples are too few to learn from", all.len()), hint)
        } else {
            (format!("{} examples are more than {many}", all.len()), format!("keep the {many} that differ most"))
        };
        table.mistake("examples", message, hint);
    }
    examples
}

fn short(text: &str) -> String {
    text.chars().take(30).collect()
}
