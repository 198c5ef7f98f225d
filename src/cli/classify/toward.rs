//! `hearken classify --toward`: the leaning toward names that a person asks for.
//!
//! In: names, each with its spellings; judged texts. Out: one answer a name, in the order of the names.
//! Never: leaves a name out (one that does not stand in a text is told so, with the whole text's answer).

use anyhow::Result;
use serde_json::{Value, json};

use super::{Characters, evidence_json, p_json, word_of};
use crate::classify::Judge;
use crate::domain::{Judgement, Sentiment, Toward};
use crate::query::Names;
use crate::text::Text;

/// The names that a leaning is told toward.
pub(super) struct Targets {
    shown: Vec<String>,
    names: Names,
}

impl Targets {
    /// `None` when no name was given.
    pub(super) fn read(given: &[String]) -> Result<Option<Self>> {
        let things: Vec<Vec<String>> = given
            .iter()
            .map(|name| name.split('|').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect())
            .filter(|spellings: &Vec<String>| !spellings.is_empty())
            .collect();
        if things.is_empty() {
            return Ok(None);
        }
        let shown = things.iter().filter_map(|spellings| spellings.first().cloned()).collect();
        Ok(Some(Self { shown, names: Names::new(&things).map_err(anyhow::Error::msg)? }))
    }

    /// For each name whether it stands in the text, and how the text leans toward it.
    pub(super) fn each(&self, judge: &Judge, text: &Text, whole: &Judgement) -> Vec<(&str, bool, Toward)> {
        let found = self.names.find(text);
        let each = self.shown.iter().enumerate().map(|(thing, name)| {
            let named = found.iter().any(|one| one.thing == thing);
            let toward = judge.toward(text, &self.names, thing, whole).unwrap_or_else(|| Toward {
                sentiment: whole.sentiment,
                p: whole.p,
                evidence: whole.evidence.iter().filter(|evidence| evidence.of == "sentiment").cloned().collect(),
            });
            (name.as_str(), named, toward)
        });
        each.collect()
    }
}

/// One name's answer as JSON.
pub(super) fn as_json(name: &str, named: bool, toward: &Toward, characters: &Characters) -> Value {
    json!({
        "name": name,
        "named": named,
        "sentiment": word_of(toward.p.best().0),
        "unsure": toward.sentiment == Sentiment::Unsure,
        "p": p_json(&toward.p),
        "evidence": evidence_json(&toward.evidence, characters),
    })
}

/// The names that stand in a text, in lines for people.
pub(super) fn explained(toward: &[(&str, bool, Toward)]) -> String {
    let named = toward.iter().filter(|(_, named, _)| *named);
    let line = |(name, _, toward): &(&str, bool, Toward)| {
        let unsure = if toward.sentiment == Sentiment::Unsure { ", not sure enough to act on" } else { "" };
        format!("  toward     {name}: {}{unsure}\n", toward.p.best().0.as_str())
    };
    named.map(line).collect()
}
