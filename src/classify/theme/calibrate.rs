//! Scores to probabilities (Platt), and from where on a label is told.

use super::model::logistic;

/// One text that the weights have not seen: its score, the truth, how much it counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub(super) score: f64,
    pub(super) truth: bool,
    pub(super) weight: f64,
}

/// Fits factor and constant by Newton's method. Few positives draw it toward a plain start (a ridge of one text), and
/// truths are told as Platt tells them: (n+1)/(n+2) and 1/(n+2), so that no probability is 0 or 1.
pub(super) fn fit(judged: &[Judged]) -> [f64; 2] {
    let mass = |truth: bool| judged.iter().filter(|one| one.truth == truth).map(|one| one.weight).sum::<f64>();
    let (yes, no) = (mass(true), mass(false));
    let (high, low) = ((yes + 1.0) / (yes + 2.0), 1.0 / (no + 2.0));
    let start = [1.0, ((yes + 1.0) / (no + 1.0)).ln()];
    let mut factors = start;
    for _ in 0..50 {
        let (mut slope, mut curve) = ([0.0f64; 2], [[0.0f64; 2]; 2]);
        for one in judged {
            let p = logistic(factors, one.score);
            let miss = one.weight * (p - if one.truth { high } else { low });
            let bend = one.weight * p * (1.0 - p);
            slope[0] += miss * one.score;
            slope[1] += miss;
            curve[0][0] += bend * one.score * one.score;
            curve[0][1] += bend * one.score;
            curve[1][1] += bend;
        }
        const RIDGE: f64 = 1.0;
        slope[0] += RIDGE * (factors[0] - start[0]);
        curve[0][0] += RIDGE;
        curve[1][1] += 1e-6;
        let whole = curve[0][0] * curve[1][1] - curve[0][1] * curve[0][1];
        if whole.abs() < 1e-12 {
            break;
        }
        let step = [
            (curve[1][1] * slope[0] - curve[0][1] * slope[1]) / whole,
            (curve[0][0] * slope[1] - curve[0][1] * slope[0]) / whole,
        ];
        factors[0] = (factors[0] - step[0].clamp(-1.0, 1.0)).max(0.01);
        factors[1] -= step[1].clamp(-2.0, 2.0);
        if step[0].abs() + step[1].abs() < 1e-9 {
            break;
        }
    }
    factors
}

/// The probability from which on telling the label gives the highest F1, between 0.25 and 0.6.
pub(super) fn least(judged: &[Judged], factors: [f64; 2]) -> f64 {
    let mut answers: Vec<(f64, &Judged)> = judged.iter().map(|one| (logistic(factors, one.score), one)).collect();
    answers.sort_by(|a, b| b.0.total_cmp(&a.0));
    let truths: f64 = judged.iter().filter(|one| one.truth).map(|one| one.weight).sum();
    let (mut hits, mut told, mut best, mut chosen) = (0.0, 0.0, -1.0, 0.5);
    for (p, one) in answers.into_iter().take_while(|(p, _)| *p >= 0.25) {
        told += one.weight;
        hits += if one.truth { one.weight } else { 0.0 };
        let f1 = 2.0 * hits / (told + truths);
        if f1 > best && p <= 0.6 {
            (best, chosen) = (f1, p);
        }
    }
    (chosen * 1000.0).floor() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged() -> Vec<Judged> {
        let one = |n: u32| Judged {
            score: f64::from(n % 50) / 10.0 - 3.0,
            truth: (n * 7919 % 100) < (n % 50) * 2,
            weight: 1.0,
        };
        (0..5_000).map(one).collect()
    }

    #[test]
    fn stated_probabilities_are_what_comes_true() {
        let judged = judged();
        let factors = fit(&judged);
        let outcomes: Vec<(f64, bool)> =
            judged.iter().map(|one| (logistic(factors, one.score), one.truth)).collect();
        assert!(crate::classify::ece(&outcomes) < 0.03, "{factors:?}");
    }

    #[test]
    fn a_label_never_seen_is_never_likely_and_nothing_overflows() {
        let never: Vec<Judged> = (0..100).map(|n| Judged { score: f64::from(n) * 1e3, truth: false, weight: 1.0 }).collect();
        let factors = fit(&never);
        assert!(factors.iter().all(|factor| factor.is_finite()) && logistic(factors, 0.0) < 0.5, "{factors:?}");
    }
}
