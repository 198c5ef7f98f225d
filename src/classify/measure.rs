//! How good answers are: accuracy, F1 per class, calibration error, what *unsure* costs and gains.
//!
//! In: answers beside the truth. Out: figures between 0 and 1. Never: judges a text.

use crate::domain::{Probabilities, Sentiment};

/// One judged text of a labelled set.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// Its label: negative, neutral or positive.
    pub truth: Sentiment,
    /// The calibrated probabilities.
    pub p: Probabilities,
    /// Whether the judge called it unsure.
    pub unsure: bool,
}

/// The figures of one labelled set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// How many texts.
    pub texts: usize,
    /// Whether the set has no neutral label; then neutral is not among the answers either.
    pub two_way: bool,
    /// Share of right answers, *unsure* ones counted by their likeliest leaning.
    pub accuracy: f64,
    /// Mean F1 of the classes that occur.
    pub macro_f1: f64,
    /// F1 of negative, neutral, positive.
    pub f1: [f64; 3],
    /// Area under the ROC curve, each class that occurs against the rest, the mean of them.
    pub auc: f64,
    /// Expected calibration error over ten equal bins.
    pub ece: f64,
    /// Share of answers called unsure.
    pub unsure: f64,
    /// Share of right answers among those not called unsure.
    pub sure_accuracy: f64,
}

const CLASSES: [Sentiment; 3] = [Sentiment::Negative, Sentiment::Neutral, Sentiment::Positive];

/// Scores answers; `None` for an empty set.
pub fn figures(answers: &[Answer]) -> Option<Figures> {
    if answers.is_empty() {
        return None;
    }
    let two_way = !answers.iter().any(|answer| answer.truth == Sentiment::Neutral);
    let said: Vec<(Sentiment, f64)> = answers.iter().map(|answer| best(&answer.p, two_way)).collect();
    let right = |index: usize| answers[index].truth == said[index].0;
    let share = |indices: &[usize]| {
        if indices.is_empty() { 0.0 } else { count(indices.iter().filter(|i| right(**i))) / indices.len() as f64 }
    };
    let all: Vec<usize> = (0..answers.len()).collect();
    let sure: Vec<usize> = all.iter().copied().filter(|index| !answers[*index].unsure).collect();
    let f1 = CLASSES.map(|class| {
        let hit = count(all.iter().filter(|i| answers[**i].truth == class && said[**i].0 == class));
        let named = count(all.iter().filter(|i| answers[**i].truth == class))
            + count(all.iter().filter(|i| said[**i].0 == class));
        if named == 0.0 { 0.0 } else { 2.0 * hit / named }
    });
    let present = CLASSES.map(|class| answers.iter().any(|answer| answer.truth == class));
    let classes = count(present.iter().filter(|present| **present));
    let sum: f64 = f1.iter().zip(present).filter(|(_, present)| *present).map(|(f1, _)| f1).sum();
    let outcomes: Vec<(f64, bool)> = all.iter().map(|index| (said[*index].1, right(*index))).collect();
    Some(Figures {
        texts: answers.len(),
        two_way,
        accuracy: share(&all),
        macro_f1: sum / classes.max(1.0),
        f1,
        auc: auc(answers, two_way),
        ece: ece(&outcomes),
        unsure: 1.0 - sure.len() as f64 / answers.len() as f64,
        sure_accuracy: share(&sure),
    })
}

/// Expected calibration error: how far stated probability and share of right answers lie apart, over ten equal bins.
pub fn ece(outcomes: &[(f64, bool)]) -> f64 {
    let mut bins = [(0.0f64, 0.0f64, 0.0f64); 10];
    for (p, right) in outcomes {
        let bin = &mut bins[((p * 10.0) as usize).min(9)];
        bin.0 += 1.0;
        bin.1 += p;
        bin.2 += f64::from(u8::from(*right));
    }
    bins.iter().map(|(_, stated, right)| (stated - right).abs()).sum::<f64>() / (outcomes.len().max(1) as f64)
}

/// The mean over the classes that occur of the chance that a text of the class has a higher probability of it than another.
fn auc(answers: &[Answer], two_way: bool) -> f64 {
    let score = |p: &Probabilities, class: usize| match (two_way, class) {
        (true, 0) => p.negative / (p.negative + p.positive).max(1e-9),
        (true, _) => p.positive / (p.negative + p.positive).max(1e-9),
        (false, class) => [p.negative, p.neutral, p.positive][class],
    };
    let of_class = |class: usize| {
        let mut scored: Vec<(f32, bool)> =
            answers.iter().map(|answer| (score(&answer.p, class), answer.truth == CLASSES[class])).collect();
        scored.sort_by(|a, b| a.0.total_cmp(&b.0));
        area(&scored)
    };
    let areas: Vec<f64> = (0..3).filter_map(of_class).collect();
    areas.iter().sum::<f64>() / count(areas.iter()).max(1.0)
}

/// The area under the curve of scores in rising order, equal scores sharing their rank; `None` when one side is empty.
fn area(scored: &[(f32, bool)]) -> Option<f64> {
    let inside = count(scored.iter().filter(|(_, inside)| *inside));
    let outside = scored.len() as f64 - inside;
    let (mut ranks, mut before) = (0.0, 0usize);
    for tied in scored.chunk_by(|a, b| a.0 == b.0) {
        let rank = before as f64 + (tied.len() as f64 + 1.0) / 2.0;
        ranks += rank * count(tied.iter().filter(|(_, inside)| *inside));
        before += tied.len();
    }
    (inside > 0.0 && outside > 0.0).then(|| (ranks - inside * (inside + 1.0) / 2.0) / (inside * outside))
}

fn best(p: &Probabilities, two_way: bool) -> (Sentiment, f64) {
    if two_way {
        let both = f64::from(p.negative + p.positive).max(1e-9);
        let positive = f64::from(p.positive) / both;
        return if positive >= 0.5 { (Sentiment::Positive, positive) } else { (Sentiment::Negative, 1.0 - positive) };
    }
    let (sentiment, confidence) = p.best();
    (sentiment, f64::from(confidence.value()))
}

fn count<T>(items: impl Iterator<Item = T>) -> f64 {
    items.count() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(truth: Sentiment, said: [f32; 3], unsure: bool) -> Answer {
        let p = Probabilities::from_weights(said[0], said[1], said[2]).expect("weights");
        Answer { truth, p, unsure }
    }

    #[test]
    fn a_perfect_judge_has_perfect_figures() {
        let answers = [
            answer(Sentiment::Negative, [1.0, 0.0, 0.0], false),
            answer(Sentiment::Neutral, [0.0, 1.0, 0.0], false),
            answer(Sentiment::Positive, [0.0, 0.0, 1.0], false),
        ];
        let figures = figures(&answers).expect("figures");
        assert_eq!((figures.accuracy, figures.macro_f1, figures.ece, figures.auc), (1.0, 1.0, 0.0, 1.0));
    }

    #[test]
    fn an_area_counts_pairs_in_their_order_and_ties_by_half() {
        assert_eq!(area(&[(0.1, false), (0.2, true), (0.3, false), (0.4, true)]), Some(0.75));
        assert_eq!(area(&[(0.5, false), (0.5, true)]), Some(0.5));
        assert_eq!(area(&[(0.5, true)]), None);
    }

    #[test]
    fn what_is_called_unsure_counts_apart() {
        let answers =
            [answer(Sentiment::Negative, [0.9, 0.05, 0.05], false), answer(Sentiment::Neutral, [0.4, 0.3, 0.3], true)];
        let figures = figures(&answers).expect("figures");
        assert_eq!((figures.accuracy, figures.unsure, figures.sure_accuracy), (0.5, 0.5, 1.0));
    }

    #[test]
    fn a_set_without_neutral_is_answered_without_neutral() {
        let answers = [answer(Sentiment::Positive, [0.1, 0.6, 0.3], false)];
        let figures = figures(&answers).expect("figures");
        assert!(figures.two_way && figures.accuracy == 1.0);
    }
}
