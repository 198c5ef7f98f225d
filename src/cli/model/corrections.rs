//! Learning from people's corrections, without letting them ruin what the labelled sets taught.
//!
//! In: a group's lessons and a labelled file of corrections. Out: a model, with what it gained and lost.
//! Never: learns from the half that is kept for test; lets corrections weigh more than a small share of any label; keeps
//! a model that lost more than [`MOST_LOST`] on the lessons kept apart.

use anyhow::Result;

use super::super::labelled::Labelled;
use crate::classify::{Answer, Files, Group, Judge, Learnt, Lesson, Plan, figures};
use crate::domain::Sentiment;
use crate::domain::id::digest;
use crate::text::{Text, fold};

/// All corrections of a label together weigh at most this share of the label's lessons.
const SHARE: f64 = 0.05;
/// The most macro-F1 that may be lost on the lessons kept apart: half a point.
pub(super) const MOST_LOST: f64 = 0.005;
/// How often the share is halved when more is lost, before corrections are left out.
const HALVINGS: i32 = 3;

/// Whether a text is kept for test: half of all texts are, by their folded letters, so that the same text is always on
/// the same side.
pub(super) fn is_kept_for_test(text: &str) -> bool {
    let folded: String = fold(text).split_whitespace().collect();
    // Half of the digest's 32 signs, `0` to `f` in their order, stand before `g`.
    digest(&["kept for test", &folded]).bytes().next().is_some_and(|sign| sign < b'g')
}

/// What a model learnt with corrections, beside the one without.
pub(super) struct Taught {
    /// The model.
    pub(super) model: Learnt,
    /// A line for the card and the terminal.
    pub(super) told: String,
    /// How many corrections gave weights.
    pub(super) learnt: usize,
}

/// Learns a group's model with corrections; `files` are those of the models' folder.
pub(super) fn teach(files: &Files, group: Group, base: &[Lesson], said: &[Labelled], plan: Plan) -> Result<Taught> {
    let said: Vec<&Labelled> =
        said.iter().filter(|one| one.sentiment().is_some() && Group::of(one.language()) == group).collect();
    let (kept, learnt): (Vec<&Labelled>, Vec<&Labelled>) =
        said.into_iter().partition(|one| is_kept_for_test(&one.text));
    let without = Judge::learn_from(files, group, base, plan)?;
    let before = Scores::of(&judge_with(files, group, &without)?, base, &learnt, &kept);
    for halved in 0..=HALVINGS {
        let share = SHARE / f64::from(2i32.pow(halved.unsigned_abs()));
        let mut lessons = base.to_vec();
        lessons.extend(weighed(base, &learnt, share));
        if lessons.len() == base.len() {
            break;
        }
        let model = Judge::learn_from(files, group, &lessons, plan)?;
        let after = Scores::of(&judge_with(files, group, &model)?, base, &learnt, &kept);
        if after.base >= before.base - MOST_LOST {
            let learnt = learnt.len();
            return Ok(Taught { model, told: before.told(&after, share), learnt });
        }
    }
    let told = if learnt.is_empty() {
        "no correction of this language to learn from".to_owned()
    } else {
        format!(
            "{} corrections left out: they cost more than {:.1} points of macro-F1 on the lessons kept apart",
            learnt.len(),
            MOST_LOST * 100.0
        )
    };
    Ok(Taught { model: without, told, learnt: 0 })
}

/// Corrections as lessons. Each weighs at most as much as the heaviest lesson there is, all of a label together at most
/// `share` of that label's lessons, on either question.
pub(super) fn weighed(base: &[Lesson], learnt: &[&Labelled], share: f64) -> Vec<Lesson> {
    let leans = |label: Sentiment| label != Sentiment::Neutral;
    let taught: Vec<&Lesson> = base.iter().filter(|lesson| !lesson.calibrates).collect();
    let highest = |weight: &dyn Fn(&Lesson) -> f64| taught.iter().map(|lesson| weight(lesson)).fold(0.0, f64::max);
    let (most_way, most_lean) = (highest(&|lesson| lesson.weight), highest(&|lesson| lesson.lean_weight));
    let each = |mass: f64, many: usize, most: f64| (share * mass / many.max(1) as f64).min(most);
    let lesson = |one: &&Labelled| {
        let label = one.sentiment()?;
        let way_mass = taught.iter().filter(|lesson| lesson.label == label).map(|lesson| lesson.weight).sum();
        let lean_mass =
            taught.iter().filter(|lesson| leans(lesson.label) == leans(label)).map(|lesson| lesson.lean_weight).sum();
        let same_way = learnt.iter().filter(|other| other.sentiment() == Some(label)).count();
        let same_lean = learnt.iter().filter(|other| other.sentiment().map(leans) == Some(leans(label))).count();
        Some(Lesson {
            id: format!("correction-{}", one.id),
            text: one.text.clone(),
            label,
            weight: each(way_mass, same_way, most_way),
            lean_weight: each(lean_mass, same_lean, most_lean),
            calibrates: false,
            lent_by: None,
        })
    };
    learnt.iter().filter_map(lesson).collect()
}

/// The judge of a folder with another model of one group.
fn judge_with(files: &Files, group: Group, model: &Learnt) -> Result<Judge> {
    let mut files = files.clone();
    files.insert(format!("{}.model", group.as_str()), model.bytes.clone());
    Ok(Judge::from_files(&files)?)
}

/// How well a model does, 0 to 1.
struct Scores {
    /// Macro-F1 on the lessons kept apart.
    base: f64,
    /// Right answers among the corrections that were learnt, and among those kept for test.
    learnt: (usize, usize),
    kept: (usize, usize),
}

impl Scores {
    fn of(judge: &Judge, base: &[Lesson], learnt: &[&Labelled], kept: &[&Labelled]) -> Self {
        let apart = base.iter().filter(|lesson| lesson.calibrates);
        let answers: Vec<Answer> = apart.map(|lesson| answer(judge, &lesson.text, lesson.label)).collect();
        let right = |texts: &[&Labelled]| {
            let is_right = |one: &&&Labelled| Some(judge.judge(&Text::read(&one.text)).p.best().0) == one.sentiment();
            (texts.iter().filter(is_right).count(), texts.len())
        };
        let base = figures(&answers).map_or(0.0, |figures| figures.macro_f1);
        Self { base, learnt: right(learnt), kept: right(kept) }
    }

    fn told(&self, after: &Self, share: f64) -> String {
        format!(
            "{} corrections learnt at {:.2} % of each label's weight: right on them {} → {}, on {} kept for test {} → {}, \
             macro-F1 on the lessons kept apart {:.1} → {:.1}",
            self.learnt.1,
            share * 100.0,
            self.learnt.0,
            after.learnt.0,
            self.kept.1,
            self.kept.0,
            after.kept.0,
            self.base * 100.0,
            after.base * 100.0
        )
    }
}

fn answer(judge: &Judge, text: &str, truth: Sentiment) -> Answer {
    let judgement = judge.judge(&Text::read(text));
    Answer { truth, p: judgement.p, unsure: judgement.sentiment == Sentiment::Unsure }
}

#[cfg(test)]
mod tests;
