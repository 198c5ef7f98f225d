//! The themes' learner asked about sets of one label a text: a check of what it can do, on data others report on.
//!
//! In: texts with a label to learn from, and others to be told. Out: how many were told right.
//! Never: looks at a label of the second part before it has answered.

use std::collections::{BTreeMap, BTreeSet};

use super::learn::{self, Lines, ThemePlan};
use super::linear::Linear;
use super::phrases::Phrases;
use crate::classify::error::Error;
use crate::classify::group::Group;
use crate::classify::lexicon::Lexicon;

/// A text with its one label.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// The text as it was published.
    pub text: String,
    /// What it is about.
    pub label: String,
}

/// How well labels were told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicFigures {
    /// Texts that were told.
    pub texts: usize,
    /// Labels.
    pub labels: usize,
    /// Share of right answers.
    pub accuracy: f64,
    /// Mean F1 of the labels.
    pub macro_f1: f64,
}

/// Learns from the first part, tells the second: the label whose question answers most surely.
pub(in crate::classify) fn topics(
    lexicons: &BTreeMap<Group, Lexicon>,
    learnt_from: &[Labelled],
    told: &[Labelled],
    plan: ThemePlan,
) -> Result<TopicFigures, Error> {
    let refuse = |why: String| Error::Training { group: "topics".to_owned(), why };
    let labels: Vec<&str> =
        learnt_from.iter().map(|one| one.label.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    let phrases = Phrases::read(std::iter::empty())?;
    let values = |one: &Labelled| learn::values(&one.text, &phrases, lexicons, plan.words);
    let mut lines = Lines { values: Vec::new(), yes: Vec::new(), known: Vec::new(), labels: labels.len() };
    for one in learnt_from {
        let label = labels.iter().position(|label| *label == one.label);
        lines.add(values(one)?, label.map_or(0, |label| 1u32 << (label % 32)));
    }
    let all: Vec<usize> = (0..learnt_from.len()).collect();
    let (steps, weighted) = learn::fit(&lines, &all, plan).map_err(refuse)?;
    let linear = Linear::new(steps, &weighted);
    let mut said = Vec::with_capacity(told.len());
    for one in told {
        let values = values(one)?;
        let score = |label: usize| linear.score(&values, label);
        said.push((0..labels.len()).max_by(|a, b| score(*a).total_cmp(&score(*b))).map_or("", |label| labels[label]));
    }
    Ok(figures(&labels, told, &said))
}

fn figures(labels: &[&str], told: &[Labelled], said: &[&str]) -> TopicFigures {
    let count = |wanted: &dyn Fn(&str, &str) -> bool| {
        told.iter().zip(said).filter(|(one, said)| wanted(&one.label, said)).count() as f64
    };
    let f1 = |label: &&str| {
        let both = count(&|truth, said| truth == *label && said == *label);
        let either = count(&|truth, _| truth == *label) + count(&|_, said| said == *label);
        if either > 0.0 { 2.0 * both / either } else { 0.0 }
    };
    TopicFigures {
        texts: told.len(),
        labels: labels.len(),
        accuracy: count(&|truth, said| truth == said) / told.len().max(1) as f64,
        macro_f1: labels.iter().map(f1).sum::<f64>() / labels.len().max(1) as f64,
    }
}
