//! Named parts of a query: `[parts] rivals = "…"` in a topic's file, `$rivals` where it is meant.
//!
//! In: the parts as written. Out: the parts, and the mistakes in each.
//! Never: lets a part ask for itself.

use std::collections::{BTreeMap, BTreeSet};

use super::mistake::QueryMistake;
use super::{Context, lex, parse};

/// The parts of one topic's file, by name.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    texts: BTreeMap<String, String>,
    broken: BTreeSet<String>,
}

impl Parts {
    /// Reads the parts; gives too their mistakes, each with the name of its part. A part with a mistake can still be named.
    pub fn read(texts: BTreeMap<String, String>, context: &Context<'_>) -> (Self, Vec<(String, QueryMistake)>) {
        let mut parts = Self { texts, broken: BTreeSet::new() };
        let (mut all, mut broken) = (Vec::new(), BTreeSet::new());
        for (name, text) in &parts.texts {
            let mut mistakes = Vec::new();
            let tokens = lex::lex(text, &mut mistakes);
            let context = Context { parts: Some(&parts), ..*context };
            let parsed = parse::parse(text, &tokens, &context, &[name.as_str()], &mut mistakes);
            if parsed.root.is_none() && mistakes.is_empty() {
                let hint = "write what is to be found, or remove it";
                mistakes.push(QueryMistake::new(text, 0..0, "the part is empty", hint));
            }
            if !mistakes.is_empty() {
                broken.insert(name.clone());
            }
            all.extend(mistakes.into_iter().map(|mistake| (name.clone(), mistake)));
        }
        parts.broken = broken;
        (parts, all)
    }

    /// Whether a part can be called so.
    pub fn is_name(name: &str) -> bool {
        super::word::is_part_name(name)
    }

    /// A part's text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// Whether mistakes of it were told already.
    pub(super) fn is_broken(&self, name: &str) -> bool {
        self.broken.contains(name)
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.texts.keys().map(String::as_str).collect()
    }
}
