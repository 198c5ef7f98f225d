//! Turns raw scores into probabilities one may act on, and chooses where *unsure* begins.
//!
//! In: scores of texts the weights have not seen, with their labels. Out: twelve factors and one threshold.
//! Platt scaling for three answers: a multinomial logistic over the two scores and the size of the second.

use super::model::{INPUTS, Scores, probabilities};

/// One text that the weights have not seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judged {
    pub(crate) scores: Scores,
    /// 0 negative, 1 neutral, 2 positive.
    pub(crate) answer: usize,
    pub(crate) weight: f64,
}

/// Where *unsure* begins and what is promised above it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Threshold {
    pub(crate) below: f64,
    pub(crate) precision: f64,
    pub(crate) share: f64,
}

/// Brings the masses of the three answers nearer to each other: 0 leaves them, 1 makes them equal. A set's habit of being
/// neutral is not the world's.
pub(crate) fn balance(judged: &mut [Judged], how_far: f64) {
    let mut mass = [0.0f64; 3];
    judged.iter().for_each(|one| mass[one.answer] += one.weight);
    let total: f64 = mass.iter().sum();
    for one in judged {
        one.weight *= (total / (3.0 * mass[one.answer])).powf(how_far);
    }
}

const STEPS: usize = 600;

/// Fits the factors by gradient descent from a plain start; the order of the texts is the order of the sums.
pub(crate) fn fit(judged: &[Judged]) -> [[f64; INPUTS]; 3] {
    let mut factors =
        [[0.0, -0.5, 0.0, 0.5, 0.0, 0.0], [-1.0, 0.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.0, 0.0, 0.5, 0.0]];
    let mass: f64 = judged.iter().map(|one| one.weight).sum();
    let mut speed = [[0.0f64; INPUTS]; 3];
    for _ in 0..STEPS {
        let mut slope = [[0.0f64; INPUTS]; 3];
        for one in judged {
            let p = probabilities(&factors, one.scores);
            let inputs = one.scores.inputs();
            for (answer, slope) in slope.iter_mut().enumerate() {
                let miss = p[answer] - f64::from(u8::from(answer == one.answer));
                for (slope, input) in slope.iter_mut().zip(inputs) {
                    *slope += one.weight * miss * input;
                }
            }
        }
        for answer in 0..3 {
            for input in 0..INPUTS {
                speed[answer][input] = 0.9 * speed[answer][input] - 0.15 * slope[answer][input] / mass;
                factors[answer][input] += speed[answer][input];
            }
        }
    }
    factors
}

/// The lowest probability above which at least `precision` of the answers are right, as long as no more than
/// `most_unsure` of them fall below it.
pub(crate) fn threshold(
    judged: &[Judged],
    factors: &[[f64; INPUTS]; 3],
    precision: f64,
    most_unsure: f64,
) -> Threshold {
    let mut answers: Vec<(f64, f64, f64)> = judged
        .iter()
        .map(|one| {
            let p = probabilities(factors, one.scores);
            let best = (0..3).fold(0, |best, answer| if p[answer] > p[best] { answer } else { best });
            (p[best], f64::from(u8::from(best == one.answer)) * one.weight, one.weight)
        })
        .collect();
    answers.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mass: f64 = answers.iter().map(|answer| answer.2).sum();
    let (mut right, mut taken) = (0.0, 0.0);
    let mut chosen = Threshold { below: 1.0, precision: 0.0, share: 0.0 };
    for (p, hit, weight) in answers {
        right += hit;
        taken += weight;
        let share = taken / mass;
        if right / taken >= precision || share <= 1.0 - most_unsure {
            chosen = Threshold { below: p, precision: right / taken, share };
        }
    }
    Threshold { below: (chosen.below * 1000.0).floor() / 1000.0, ..chosen }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged() -> Vec<Judged> {
        (0..300)
            .map(|n| {
                let answer = n % 3;
                let noise = f64::from(n as u32 % 7) / 7.0 - 0.5;
                let way = (answer as f64 - 1.0) * 2.0 + noise;
                let lean = if answer == 1 { -1.0 } else { 1.0 } + noise;
                Judged { scores: Scores { lean, way, blame: -way, praise: way }, answer, weight: 1.0 }
            })
            .collect()
    }

    #[test]
    fn calibration_finds_the_answers() {
        let judged = judged();
        let factors = fit(&judged);
        let right = judged.iter().filter(|one| probabilities(&factors, one.scores)[one.answer] > 0.5).count();
        assert!(right > 285, "{right}");
    }

    #[test]
    fn the_threshold_keeps_its_promise() {
        let mut judged = judged();
        for one in judged.iter_mut().step_by(5) {
            one.answer = (one.answer + 1) % 3;
        }
        let factors = fit(&judged);
        let threshold = threshold(&judged, &factors, 0.75, 0.9);
        assert!(threshold.precision >= 0.75 && threshold.share > 0.5, "{threshold:?}");
    }
}
