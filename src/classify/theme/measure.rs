//! Scores themes: precision, recall, F1 and calibration of each.

use crate::classify::measure::ece;

/// How well one theme is told.
#[derive(Clone, Debug, PartialEq)]
pub struct ThemeRow {
    /// Which.
    pub theme: String,
    /// Texts that have it.
    pub texts: usize,
    /// Of the texts it is told of, the share that have it.
    pub precision: f64,
    /// Of the texts that have it, the share it is told of.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// Expected calibration error of the stated probability, over ten equal bins.
    pub ece: f64,
}

/// How well all themes are told.
#[derive(Clone, Debug, PartialEq)]
pub struct ThemeFigures {
    /// In the order of screens.
    pub rows: Vec<ThemeRow>,
    /// Mean F1 of the themes that occur.
    pub macro_f1: f64,
    /// F1 over all answers of all themes.
    pub micro_f1: f64,
    /// Mean calibration error of the themes that occur.
    pub ece: f64,
}

/// Scores answers: for each theme and text, the probability, whether it was told, and the truth.
pub(super) fn figures(answers: impl Iterator<Item = (String, Vec<(f64, bool, bool)>)>) -> ThemeFigures {
    let (mut all_hits, mut all_told, mut all_true) = (0.0, 0.0, 0.0);
    let mut rows = Vec::new();
    for (theme, answers) in answers {
        let count = |wanted: fn(&(f64, bool, bool)) -> bool| answers.iter().filter(|one| wanted(one)).count() as f64;
        let (hits, told, truths) = (count(|one| one.1 && one.2), count(|one| one.1), count(|one| one.2));
        let share = |of: f64, all: f64| if all > 0.0 { of / all } else { 0.0 };
        let outcomes: Vec<(f64, bool)> = answers.iter().map(|(p, _, truth)| (*p, *truth)).collect();
        rows.push(ThemeRow {
            theme,
            texts: truths as usize,
            precision: share(hits, told),
            recall: share(hits, truths),
            f1: share(2.0 * hits, told + truths),
            ece: ece(&outcomes),
        });
        (all_hits, all_told, all_true) = (all_hits + hits, all_told + told, all_true + truths);
    }
    let occur: Vec<&ThemeRow> = rows.iter().filter(|row| row.texts > 0).collect();
    let mean = |of: fn(&ThemeRow) -> f64| occur.iter().map(|row| of(row)).sum::<f64>() / occur.len().max(1) as f64;
    let (macro_f1, ece) = (mean(|row| row.f1), mean(|row| row.ece));
    let named: f64 = all_told + all_true;
    let micro_f1 = if named > 0.0 { 2.0 * all_hits / named } else { 0.0 };
    ThemeFigures { rows, macro_f1, micro_f1, ece }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_told_twice_and_meant_twice_of_which_once_both_has_an_f1_of_a_half() {
        let answers = vec![(1.0, true, true), (1.0, true, false), (0.0, false, true), (0.0, false, false)];
        let figures = figures([("refund".to_owned(), answers)].into_iter());
        assert_eq!((figures.rows[0].precision, figures.rows[0].recall, figures.macro_f1), (0.5, 0.5, 0.5));
        assert_eq!(figures.rows[0].ece, 0.5);
    }
}
