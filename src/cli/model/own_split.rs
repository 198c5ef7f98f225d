//! How good the method is where a set has a training split of its own: learns from that split alone, measured on the
//! set's test part (or, while developing, its dev part). Nothing of this ships.

use std::path::Path;

use anyhow::Result;

use super::card::{Score, answers};
use super::data;
use super::sets::{SETS, Set};
use crate::classify::{Files, Group, Judge, Lesson, Plan, figures};
use crate::domain::Sentiment;
use crate::text::Text;

/// One text in this many is measured where a set has no dev part beside its training part, or, in a large set, chooses the
/// calibration.
const HELD_OUT: u32 = 5;

/// A set's own habits are worth knowing when its own test part is asked.
const BALANCE: f64 = 0.5;

/// From so many texts on, a part of them is enough to choose the calibration, and few rounds to learn the rest.
const MANY: usize = 8_000;

/// Scores every set that has a training part and the part that is asked for.
pub(super) fn score(files: &Files, data: &Path, balance: Option<f64>, test: bool) -> Result<Vec<Score>> {
    let mut scores = Vec::new();
    for set in SETS {
        let Some(Parts { name, lessons, asked }) = parts(set, data, test)? else { continue };
        let judge = learn(files, set, &lessons, plan(lessons.len(), balance))?;
        let texts = asked.iter().filter_map(|row| Some((row.text.as_str(), row.sentiment()?)));
        let answers = answers(texts, |text: &Text| judge.judge_as(text, set.group));
        if let Some(figures) = figures(&answers) {
            scores.push(Score { name: format!("{}.{name}", set.name), trained: true, figures });
        }
    }
    Ok(scores)
}

/// How a set of so many texts is learnt alone.
fn plan(texts: usize, balance: Option<f64>) -> Plan {
    let plan = Plan { balance: balance.unwrap_or(BALANCE), direct: true, l1: 0.01, ..Plan::default() };
    if texts < MANY { Plan { folds: 5, epochs: 12, ..plan } } else { plan }
}

/// What is learnt and what is asked of a set.
struct Parts {
    /// The name of the part that is asked.
    name: &'static str,
    lessons: Vec<Lesson>,
    asked: Vec<data::Row>,
}

/// `None` where a set has no such parts.
fn parts(set: &Set, data: &Path, test: bool) -> Result<Option<Parts>> {
    let folder = data.join(set.folder);
    let Some(mut train) = data::rows(&folder, set.name, "train")? else { return Ok(None) };
    let dev = set.dev.filter(|part| *part == "dev");
    let asked = match (test, set.test, dev) {
        (true, None, _) => return Ok(None),
        (true, Some(part), _) | (false, _, Some(part)) => data::rows(&folder, set.name, part)?.unwrap_or_default(),
        (false, _, None) => train.extract_if(.., |row| held_out(&row.id)).collect(),
    };
    if test && let Some(part) = dev {
        train.extend(data::rows(&folder, set.name, part)?.unwrap_or_default());
    }
    let many = train.len() >= MANY;
    let lessons: Vec<Lesson> = train.into_iter().filter_map(|row| lesson(row, many)).collect();
    let both =
        [Sentiment::Negative, Sentiment::Positive].iter().all(|label| lessons.iter().any(|one| one.label == *label));
    let name = if test { set.test } else { dev }.unwrap_or("held");
    Ok((both && !asked.is_empty()).then_some(Parts { name, lessons, asked }))
}

fn learn(files: &Files, set: &Set, lessons: &[Lesson], plan: Plan) -> Result<Judge> {
    let group: Group = set.group;
    let learnt = Judge::learn_from(files, group, lessons, plan)?;
    let mut files = files.clone();
    files.insert(format!("{}.model", group.as_str()), learnt.bytes);
    Ok(Judge::from_files(&files)?)
}

fn lesson(row: data::Row, many: bool) -> Option<Lesson> {
    let label = row.sentiment()?;
    let calibrates = many && held_out(&row.id);
    Some(Lesson { id: row.id, text: row.text, label, weight: 1.0, lean_weight: 1.0, calibrates, lent_by: None })
}

fn held_out(id: &str) -> bool {
    id.bytes().fold(7u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % HELD_OUT == 0
}
