//! Arithmetic that gives the same bits on every machine.
//!
//! In: finite numbers. Out: numbers made with `+ - * /` alone, in a fixed order.
//! Never: calls the platform's mathematics library, whose last bits differ from system to system.

/// e to the power of `x`, to about 1e-13 of its size; beyond ±700 the end of the range is taken.
pub(crate) fn exp(x: f64) -> f64 {
    const LN_2: f64 = std::f64::consts::LN_2;
    let x = if x.is_nan() { 0.0 } else { x.clamp(-700.0, 700.0) };
    let halvings = (x / LN_2).round();
    let rest = x - halvings * LN_2;
    let mut term = 1.0;
    let mut sum = 1.0;
    for n in 1..=14 {
        term = term * rest / f64::from(n);
        sum += term;
    }
    let step = if halvings < 0.0 { 0.5 } else { 2.0 };
    let mut power = 1.0;
    for _ in 0..halvings.abs() as u32 {
        power *= step;
    }
    sum * power
}

/// The natural logarithm of a number above 0, to about 1e-13; of the smallest normal number for what is not.
pub(crate) fn ln(x: f64) -> f64 {
    let mut x = if x.is_finite() { x.max(f64::MIN_POSITIVE) } else { f64::MIN_POSITIVE };
    let mut halvings = 0i32;
    while x < 0.75 {
        x *= 2.0;
        halvings -= 1;
    }
    while x > 1.5 {
        x *= 0.5;
        halvings += 1;
    }
    let z = (x - 1.0) / (x + 1.0);
    let (mut power, mut sum) = (z, 0.0);
    for n in 0..16 {
        sum += power / f64::from(2 * n + 1);
        power = power * z * z;
    }
    2.0 * sum + f64::from(halvings) * std::f64::consts::LN_2
}

/// Scores to probabilities that sum to 1.
pub(crate) fn softmax(scores: [f64; 3]) -> [f64; 3] {
    let highest = scores[0].max(scores[1]).max(scores[2]);
    let parts = scores.map(|score| exp(score - highest));
    let sum = parts[0] + parts[1] + parts[2];
    parts.map(|part| part / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_exponential_agrees_with_the_platforms() {
        for tenth in -300..300 {
            let x = f64::from(tenth) / 10.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-12, "at {x}");
        }
        assert!(exp(f64::NAN).is_finite() && exp(f64::INFINITY).is_finite() && exp(f64::NEG_INFINITY) >= 0.0);
    }

    #[test]
    fn our_logarithm_agrees_with_the_platforms() {
        for n in 1..3_000 {
            let x = f64::from(n) / 997.0;
            assert!((ln(x) - x.ln()).abs() < 1e-12, "at {x}");
        }
        assert!(ln(0.0) < -700.0 && ln(f64::NAN) < -700.0 && ln(-1.0) < -700.0);
    }

    #[test]
    fn probabilities_sum_to_one_even_for_wild_scores() {
        let p = softmax([1e9, -1e9, 0.0]);
        assert!((p[0] + p[1] + p[2] - 1.0).abs() < 1e-12 && p[0] > 0.999);
    }
}
