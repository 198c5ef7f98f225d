//! How good the method is where a set has a training split of its own: learns from that split alone, measured on the
//! set's test part (or, while developing, its dev part). Nothing of this ships.

use std::path::Path;

use anyhow::Result;

use super::card::{Score, answers};
use super::data;
use super::sets::{SETS, Set};
use crate::classify::{Files, Group, Judge, Lesson, Plan, figures};
use crate::text::Text;

/// One text in this many chooses calibration and threshold where a set has no dev part beside its training part.
const HELD_OUT: u32 = 10;

/// A set's own habits are worth knowing when its own test part is asked.
const BALANCE: f64 = 0.5;

/// Scores every set that has a training part and the part that is asked for.
pub(super) fn score(files: &Files, data: &Path, balance: Option<f64>, test: bool) -> Result<Vec<Score>> {
    let plan = Plan { balance: balance.unwrap_or(BALANCE), ..Plan::default() };
    let mut scores = Vec::new();
    for set in SETS {
        let folder = data.join(set.folder);
        let dev = set.dev.filter(|part| *part == "dev");
        let Some(part) = (if test { set.test } else { dev }) else { continue };
        let (Some(train), Some(asked)) =
            (data::rows(&folder, set.name, "train")?, data::rows(&folder, set.name, part)?)
        else {
            continue;
        };
        let dev =
            if test && dev.is_some() { data::rows(&folder, set.name, "dev")?.unwrap_or_default() } else { Vec::new() };
        let no_dev = dev.is_empty();
        let learnt_from = train.into_iter().map(|row| (no_dev && held_out(&row.id), row));
        let lessons: Vec<Lesson> =
            learnt_from.chain(dev.into_iter().map(|row| (true, row))).filter_map(lesson).collect();
        let judge = learn(files, set, &lessons, plan)?;
        let texts = asked.iter().filter_map(|row| Some((row.text.as_str(), row.sentiment()?)));
        let answers = answers(texts, |text: &Text| judge.judge_as(text, set.group));
        if let Some(figures) = figures(&answers) {
            scores.push(Score { name: format!("{}.{part}", set.name), trained: true, figures });
        }
    }
    Ok(scores)
}

fn learn(files: &Files, set: &Set, lessons: &[Lesson], plan: Plan) -> Result<Judge> {
    let group: Group = set.group;
    let learnt = Judge::learn_from(files, group, lessons, plan)?;
    let mut files = files.clone();
    files.insert(format!("{}.model", group.as_str()), learnt.bytes);
    Ok(Judge::from_files(&files)?)
}

fn lesson((calibrates, row): (bool, data::Row)) -> Option<Lesson> {
    let label = row.sentiment()?;
    Some(Lesson { id: row.id, text: row.text, label, weight: 1.0, lean_weight: 1.0, calibrates, lent_by: None })
}

fn held_out(id: &str) -> bool {
    id.bytes().fold(7u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % HELD_OUT == 0
}
