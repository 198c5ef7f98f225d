//! Scores to probabilities (Platt), and from where on a label is told.

use super::model::logistic;

/// One text that the weights have not seen: its score, the truth, how much it counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub(super) score: f64,
    pub(super) truth: bool,
    pub(super) weight: f64,
}

/// Fits factor and constant by Newton's method, each step halved until it helps. Few positives draw the factor toward a
/// plain start (a ridge of one text), and truths are told as Platt tells them: (n+1)/(n+2) and 1/(n+2), so that no
/// probability is 0 or 1.
pub(super) fn fit(judged: &[Judged]) -> [f64; 2] {
    let mass = |truth: bool| judged.iter().filter(|one| one.truth == truth).map(|one| one.weight).sum::<f64>();
    let (yes, no) = (mass(true), mass(false));
    let all = (yes + no).max(1e-9);
    let size = (judged.iter().map(|one| one.weight * one.score * one.score).sum::<f64>() / all).sqrt().max(1e-9);
    let points = judged.iter().map(|one| Point {
        score: one.score / size,
        told: if one.truth { (yes + 1.0) / (yes + 2.0) } else { 1.0 / (no + 2.0) },
        weight: one.weight,
    });
    let points: Vec<Point> = points.collect();
    let mut factors = [1.0, ((yes + 1.0) / (no + 1.0)).ln()];
    let mut least = loss(&points, factors);
    for _ in 0..50 {
        let step = newton(&points, factors);
        let mut share = 1.0;
        let next = loop {
            let next = [(factors[0] - share * step[0]).max(0.0), factors[1] - share * step[1]];
            if loss(&points, next) < least {
                break Some(next);
            }
            share /= 2.0;
            if share < 1e-6 {
                break None;
            }
        };
        let Some(next) = next else { break };
        factors = next;
        least = loss(&points, factors);
    }
    [factors[0] / size, factors[1]]
}

struct Point {
    score: f64,
    told: f64,
    weight: f64,
}

/// How much a factor is held to 1.
const RIDGE: f64 = 1.0;

fn loss(points: &[Point], factors: [f64; 2]) -> f64 {
    let miss = |point: &Point| {
        let p = logistic(factors, point.score).clamp(1e-12, 1.0 - 1e-12);
        -point.weight * (point.told * p.ln() + (1.0 - point.told) * (1.0 - p).ln())
    };
    points.iter().map(miss).sum::<f64>() + RIDGE / 2.0 * (factors[0] - 1.0) * (factors[0] - 1.0)
}

fn newton(points: &[Point], factors: [f64; 2]) -> [f64; 2] {
    let mut slope = [RIDGE * (factors[0] - 1.0), 0.0];
    let mut curve = [RIDGE, 0.0, 1e-6];
    for point in points {
        let p = logistic(factors, point.score);
        let (miss, bend) = (point.weight * (p - point.told), point.weight * p * (1.0 - p));
        slope[0] += miss * point.score;
        slope[1] += miss;
        curve[0] += bend * point.score * point.score;
        curve[1] += bend * point.score;
        curve[2] += bend;
    }
    let whole = (curve[0] * curve[2] - curve[1] * curve[1]).max(1e-12);
    [(curve[2] * slope[0] - curve[1] * slope[1]) / whole, (curve[0] * slope[1] - curve[1] * slope[0]) / whole]
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
        let outcomes: Vec<(f64, bool)> = judged.iter().map(|one| (logistic(factors, one.score), one.truth)).collect();
        assert!(crate::classify::ece(&outcomes) < 0.03, "{factors:?}");
    }

    #[test]
    fn a_label_never_seen_is_never_likely_and_nothing_overflows() {
        let never: Vec<Judged> =
            (0..100).map(|n| Judged { score: f64::from(n) * 1e3, truth: false, weight: 1.0 }).collect();
        let factors = fit(&never);
        assert!(factors.iter().all(|factor| factor.is_finite()) && logistic(factors, 0.0) < 0.5, "{factors:?}");
    }
}
