//! Fits one yes/no question with linfa's FTRL over sparse rows.
//!
//! linfa-ftrl reads dense blocks. A feature whose gradient is zero does not move, so each mini-batch is trained on the
//! columns present in it alone: the same model, at a small part of the work. The state goes in and out through serde,
//! since its fields have no setters; it starts at zero instead of linfa's random start, so unseen weights stay zero.

use linfa::prelude::*;
use linfa_ftrl::Ftrl;
use ndarray::{Array1, Array2};
use serde::Serialize;

use super::train::Plan;

/// A text's columns and values, in order of the columns.
pub(crate) type Row = Vec<(u32, f32)>;

/// One row, its answer, and how much it counts: above 0, at most 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Example {
    pub(crate) row: usize,
    pub(crate) answer: bool,
    pub(crate) weight: f32,
}

/// Texts that move the weights together.
const BATCH: usize = 32;

/// The same fields in the same order as linfa's state.
#[derive(Serialize)]
struct State {
    alpha: f32,
    beta: f32,
    l1_ratio: f32,
    l2_ratio: f32,
    z: Array1<f32>,
    n: Array1<f32>,
}

/// Fits the question; returns a weight per column.
pub(crate) fn fit(rows: &[Row], examples: &[Example], columns: usize, plan: Plan) -> Result<Vec<f32>, String> {
    let mut z = vec![0f32; columns];
    let mut n = vec![0f32; columns];
    let mut order = examples.to_vec();
    let mut shuffle = Shuffle(plan.seed);
    let mut compact = Compact { local: vec![u32::MAX; columns], global: Vec::new() };
    for _ in 0..plan.epochs {
        shuffle.mix(&mut order);
        for batch in order.chunks(BATCH) {
            compact.take(rows, batch);
            let mut model = state(&compact, &z, &n, plan)?;
            let dataset = compact.block(rows, batch);
            let said = model.predict(dataset.records());
            // An example of weight w has w times the gradient: its answer is told as if it were that much nearer.
            let told = batch
                .iter()
                .zip(&said)
                .map(|(example, said)| {
                    let truth = f32::from(u8::from(example.answer));
                    Pr::new((truth + example.weight * (**said - truth)).clamp(0.0, 1.0))
                })
                .collect::<Array1<Pr>>();
            model.update(&dataset, told.view());
            for (local, column) in compact.global.iter().enumerate() {
                z[*column as usize] = model.z()[local];
                n[*column as usize] = model.n()[local];
            }
            compact.forget();
        }
    }
    compact.global = (0..columns as u32).collect();
    Ok(state(&compact, &z, &n, plan)?.get_weights().to_vec())
}

fn state(compact: &Compact, z: &[f32], n: &[f32], plan: Plan) -> Result<Ftrl<f32>, String> {
    let pick = |from: &[f32]| compact.global.iter().map(|column| from[*column as usize]).collect::<Array1<f32>>();
    let state = State { alpha: plan.rate, beta: 1.0, l1_ratio: plan.l1, l2_ratio: plan.l2, z: pick(z), n: pick(n) };
    let bytes = rmp_serde::to_vec(&state).map_err(|error| error.to_string())?;
    rmp_serde::from_slice(&bytes).map_err(|error| error.to_string())
}

/// The columns present in a batch.
struct Compact {
    local: Vec<u32>,
    global: Vec<u32>,
}

impl Compact {
    fn take(&mut self, rows: &[Row], batch: &[Example]) {
        for (column, _) in batch.iter().flat_map(|example| &rows[example.row]) {
            let local = &mut self.local[*column as usize];
            if *local == u32::MAX {
                *local = self.global.len() as u32;
                self.global.push(*column);
            }
        }
    }

    fn block(&self, rows: &[Row], batch: &[Example]) -> Dataset<f32, bool, ndarray::Ix1> {
        let mut records = Array2::<f32>::zeros((batch.len(), self.global.len()));
        for (line, example) in batch.iter().enumerate() {
            for (column, value) in &rows[example.row] {
                records[(line, self.local[*column as usize] as usize)] = *value;
            }
        }
        Dataset::new(records, batch.iter().map(|example| example.answer).collect::<Array1<bool>>())
    }

    fn forget(&mut self) {
        for column in self.global.drain(..) {
            self.local[column as usize] = u32::MAX;
        }
    }
}

/// Orders examples by a seed alone (SplitMix64, Fisher–Yates).
struct Shuffle(u64);

impl Shuffle {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn mix(&mut self, examples: &mut [Example]) {
        for last in (1..examples.len()).rev() {
            let other = (self.next() % (last as u64 + 1)) as usize;
            examples.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan {
            seed: 7,
            epochs: 30,
            rate: 0.5,
            l1: 0.0,
            l2: 0.0,
            least_texts: 1,
            precision: 0.8,
            most_unsure: 0.4,
            balance: 1.0,
            folds: 0,
            direct: false,
        }
    }

    #[test]
    fn it_learns_which_column_says_yes_and_repeats_itself_exactly() {
        let rows: Vec<Row> = (0..64).map(|row| vec![(row % 2, 1.0), (2, 1.0)]).collect();
        let examples: Vec<Example> = (0..64).map(|row| Example { row, answer: row % 2 == 1, weight: 1.0 }).collect();
        let weights = fit(&rows, &examples, 4, plan()).expect("it fits");
        assert!(weights[1] > 0.5 && weights[0] < -0.5, "{weights:?}");
        assert_eq!(weights[3], 0.0, "a column never seen keeps no weight");
        assert_eq!(weights, fit(&rows, &examples, 4, plan()).expect("it fits"));
    }

    #[test]
    fn a_heavier_example_wins_over_a_lighter_one() {
        let rows: Vec<Row> = vec![vec![(0, 1.0)]; 2];
        let examples = [Example { row: 0, answer: true, weight: 1.0 }, Example { row: 1, answer: false, weight: 0.1 }];
        assert!(fit(&rows, &examples, 1, plan()).expect("it fits")[0] > 0.2);
    }
}
