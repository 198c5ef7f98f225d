//! How a topic's file asks: its queries, with what they share.
//!
//! In: `[parts]`, `fold` and the names of its themes. Out: queries, or their mistakes at their places in the file.
//! Never: knows what the queries are for.

use std::collections::BTreeMap;

use crate::classify::built_in_themes;
use crate::query::{Context, Folding, Parts, Query, QueryMistake};
use crate::settings::{Mistake, Table};

/// What the queries of one file share.
#[derive(Clone, Debug, Default)]
pub(super) struct Asking {
    parts: Parts,
    folding: Folding,
    themes: Vec<String>,
}

impl Asking {
    /// Reads `fold` and `[parts]`.
    pub(super) fn read(root: &Table<'_>) -> Self {
        let words = root.texts("fold");
        for word in words.iter().filter(|word| !Folding::WORDS.contains(&word.as_str())) {
            root.not_found("fold", "folding", word, &Folding::WORDS);
        }
        let own = root.texts_inside("theme", "name");
        let themes = built_in_themes().iter().map(|theme| theme.name.to_string()).chain(own).collect();
        let mut asking = Self { parts: Parts::default(), folding: Folding::of(&words), themes };
        if let Some(table) = root.table("parts") {
            asking.parts = asking.read_parts(&table);
            table.finish();
        }
        asking
    }

    fn context(&self) -> Context<'_> {
        Context { parts: Some(&self.parts), folding: self.folding, themes: Some(&self.themes), of_mentions: false }
    }

    fn read_parts(&self, table: &Table<'_>) -> Parts {
        let mut texts = BTreeMap::new();
        for name in table.keys() {
            let Some(text) = table.text(&name) else { continue };
            if !Parts::is_name(&name) {
                let hint = "begin with a small letter, then small letters, digits, - and _: rivals";
                table.mistake(&name, format!("`{name}` cannot be a part's name"), hint);
            }
            texts.insert(name, text);
        }
        let (parts, mistakes) = Parts::read(texts, &self.context());
        for (name, mistake) in &mistakes {
            table.mistakes().add(placed(table, name, mistake));
        }
        parts
    }

    /// Reads a query that stands in no file yet.
    pub(super) fn read_query(&self, text: &str) -> Result<Query, Vec<QueryMistake>> {
        Query::read(text, &self.context())
    }

    /// Reads the `query` of a table.
    pub(super) fn query(&self, table: &Table<'_>) -> Option<Query> {
        self.query_with(table, self.context())
    }

    /// Reads the `query` of a table that is asked of mentions only: it need not ask for a word.
    pub(super) fn query_of_mentions(&self, table: &Table<'_>) -> Option<Query> {
        self.query_with(table, Context { of_mentions: true, ..self.context() })
    }

    fn query_with(&self, table: &Table<'_>, context: Context<'_>) -> Option<Query> {
        let text = table.need_text("query", "what is to be found, such as '(嫩芽咖啡 OR \"sprout coffee\")'")?;
        match Query::read(&text, &context) {
            Ok(query) => {
                query.lints().iter().for_each(|lint| table.mistakes().warn(placed(table, "query", lint)));
                Some(query)
            }
            Err(mistakes) => {
                mistakes.iter().for_each(|mistake| table.mistakes().add(placed(table, "query", mistake)));
                None
            }
        }
    }
}

/// A mistake of a query at its place in the file.
fn placed(table: &Table<'_>, key: &str, mistake: &QueryMistake) -> Mistake {
    Mistake {
        line: table.content_line(key) + mistake.line - 1,
        column: mistake.column + table.content_column(key, mistake.line),
        excerpt: mistake.excerpt.clone(),
        ..table.at(key, mistake.message.as_str(), mistake.hint.as_str())
    }
}
