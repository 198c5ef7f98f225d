//! Exact tails of counts: how often chance alone gives at least so much.
//!
//! In: a count and what is expected of it; counts may be fractions, since over-dispersed counts are divided by their
//! spread first. Out: a probability, 0.0 to 1.0. Never: a normal approximation (it is wrong where counts are small).

/// Points and weights of the five-point Gauss-Hermite rule for a standard normal.
const NORMAL: [(f64, f64); 5] = [
    (-2.856_970_013_872_806, 0.011_257_411_327_720_69),
    (-1.355_626_179_974_266, 0.222_075_922_005_612_6),
    (0.0, 0.533_333_333_333_333_3),
    (1.355_626_179_974_266, 0.222_075_922_005_612_6),
    (2.856_970_013_872_806, 0.011_257_411_327_720_69),
];

/// Natural logarithm of the gamma function for `x` > 0 (Lanczos, g = 7, nine terms; relative error below 1e-14).
pub fn ln_gamma(x: f64) -> f64 {
    const G: f64 = 7.0;
    const TERMS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let series: f64 = TERMS.iter().zip(1..).map(|(term, i)| term / (x + f64::from(i))).sum();
    let t = x + G + 0.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + (0.999_999_999_999_809_9 + series).ln()
}

/// The regularised incomplete beta function I_x(a, b), for `a`, `b` > 0 (continued fraction by Lentz's method).
pub fn beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    let value = if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(x, a, b) / a
    } else {
        1.0 - front * beta_fraction(1.0 - x, b, a) / b
    };
    value.clamp(0.0, 1.0)
}

fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let off_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / off_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..2_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / off_zero(1.0 + even * d);
        c = off_zero(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / off_zero(1.0 + odd * d);
        c = off_zero(1.0 + odd / c);
        h *= d * c;
        if (d * c - 1.0).abs() < 1e-13 {
            break;
        }
    }
    h
}

/// P(X >= `k`) for a binomial of `n` trials with chance `p`.
pub fn binomial(k: f64, n: f64, p: f64) -> f64 {
    if k <= 0.0 {
        return 1.0;
    }
    if k > n {
        return 0.0;
    }
    beta(p, k, n - k + 1.0)
}

/// P(X >= `k`) for a binomial whose chance is itself uncertain: log-normal odds around `p`, with standard deviation
/// `doubt` of the log-odds.
pub fn doubtful_binomial(k: f64, n: f64, p: f64, doubt: f64) -> f64 {
    let odds = p / (1.0 - p);
    NORMAL
        .iter()
        .map(|(point, weight)| {
            let odds = odds * (point * doubt).exp();
            weight * binomial(k, n, odds / (1.0 + odds))
        })
        .sum()
}

/// P(X >= `k`) for a negative binomial of mean `mean` and variance `mean + alpha * mean²`; Poisson's when `alpha` is
/// next to nothing.
pub fn negative_binomial(k: f64, mean: f64, alpha: f64) -> f64 {
    if k <= 0.0 {
        return 1.0;
    }
    let alpha = alpha.max(1e-6);
    beta(alpha * mean / (1.0 + alpha * mean), k, 1.0 / alpha)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64) {
        assert!((value / expected - 1.0).abs() < 1e-9, "{value:e} is not {expected:e}");
    }

    /// The sum of the terms themselves, for whole numbers.
    fn binomial_by_terms(k: u32, n: u32, p: f64) -> f64 {
        (k..=n)
            .map(|i| {
                let ways: f64 = (0..i).map(|j| f64::from(n - j) / f64::from(i - j)).product();
                ways * p.powi(i as i32) * (1.0 - p).powi((n - i) as i32)
            })
            .sum()
    }

    #[test]
    fn the_gamma_function_has_its_known_values() {
        near(ln_gamma(0.5), 0.572_364_942_924_700_1); // half the logarithm of pi
        near(ln_gamma(10.0), 12.801_827_480_081_469); // 9!
        near(ln_gamma(101.0), 363.739_375_555_563_5); // 100!
        assert!(ln_gamma(1.0).abs() < 1e-13 && ln_gamma(2.0).abs() < 1e-13);
    }

    #[test]
    fn a_binomial_tail_is_the_sum_of_its_terms_however_small() {
        near(binomial(1.0, 10.0, 0.5), 1.0 - 0.5f64.powi(10));
        near(binomial(10.0, 10.0, 0.1), 1e-10);
        for (k, n, p) in [(6, 8, 0.1), (3, 200, 0.01), (60, 100, 0.12), (99, 100, 0.03)] {
            near(binomial(f64::from(k), f64::from(n), p), binomial_by_terms(k, n, p));
        }
    }

    #[test]
    fn a_negative_binomial_tail_is_the_geometric_one_for_size_one_and_poissons_without_spread() {
        // Size 1 is geometric: P(X >= k) = (mean / (1 + mean))^k.
        near(negative_binomial(7.0, 3.0, 1.0), 0.75f64.powi(7));
        let poisson_at_least_5_of_1: f64 = 1.0 - (-1.0f64).exp() * (1.0 + 1.0 + 0.5 + 1.0 / 6.0 + 1.0 / 24.0);
        assert!((negative_binomial(5.0, 1.0, 0.0) / poisson_at_least_5_of_1 - 1.0).abs() < 1e-4);
        // Size 2, mean 1: the first terms are (2/3)^2 (1 + 2/3 + 3/9 + 4/27).
        near(negative_binomial(4.0, 1.0, 0.5), 1.0 - 4.0 / 9.0 * (1.0 + 2.0 / 3.0 + 1.0 / 3.0 + 4.0 / 27.0));
    }

    #[test]
    fn doubt_makes_a_surprise_less_surprising_and_no_doubt_changes_nothing() {
        near(doubtful_binomial(20.0, 60.0, 0.1, 0.0), binomial(20.0, 60.0, 0.1));
        assert!(doubtful_binomial(20.0, 60.0, 0.1, 0.3) > 5.0 * binomial(20.0, 60.0, 0.1));
    }

    #[test]
    fn edges_are_certain_or_impossible() {
        assert!((binomial(0.0, 5.0, 0.1) - 1.0).abs() < 1e-12);
        assert!(binomial(6.0, 5.0, 0.1).abs() < 1e-300);
        assert!((negative_binomial(0.0, 2.0, 0.3) - 1.0).abs() < 1e-12);
        assert!((beta(0.0, 2.0, 3.0)).abs() < 1e-300 && (beta(1.0, 2.0, 3.0) - 1.0).abs() < 1e-12);
    }
}
