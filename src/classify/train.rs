//! Learns a group's weights from labelled texts with FTRL, calibrates them, writes the model.
//!
//! In: lessons (folded text, label, how much it counts). Out: the bytes of a model and its figures.
//! Never: reads a file or a clock; the same lessons give the same bytes.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use super::calibrate::{self, Judged};
use super::error::Error;
use super::feature::{FAMILIES, Features, SEED, reading};
use super::ftrl::{Example, Row, fit};
use super::group::Group;
use super::lexicon::Lexicon;
use super::model::{HEADS, Header, Scores};
use super::model_file;
use crate::domain::Sentiment;
use crate::text::Text;

/// One labelled text to learn from.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// Unique in its data set.
    pub id: String,
    /// The text as it was published.
    pub text: String,
    /// Negative, neutral or positive.
    pub label: Sentiment,
    /// How much its data set counts, per text, when asked which way a text leans.
    pub weight: f64,
    /// How much it counts when asked whether a text leans at all; small for sets that know no neutral.
    pub lean_weight: f64,
    /// Kept apart from the weights: it chooses the calibration and the threshold.
    pub calibrates: bool,
    /// Set on a text of another group: it lends only what the lexicon of that group says of it, which is told alike in
    /// every language.
    pub lent_by: Option<Group>,
}

/// How to learn.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Orders the lessons.
    pub seed: u64,
    /// How often all lessons are seen.
    pub epochs: u32,
    /// FTRL's learning rate.
    pub rate: f32,
    /// FTRL's L1 strength: higher keeps fewer weights.
    pub l1: f32,
    /// FTRL's L2 strength.
    pub l2: f32,
    /// An n-gram seen in fewer texts is dropped.
    pub least_texts: u32,
    /// The share of right answers that *sure* promises.
    pub precision: f64,
    /// At most this share of answers may be *unsure*, whatever the promise.
    pub most_unsure: f64,
    /// How far calibration brings the three answers to equal masses: 0 leaves them as the sets have them, 1 makes them equal.
    pub balance: f64,
    /// In how many parts the lessons are judged by weights learnt from the other parts, so that all of them give weights
    /// and all choose the calibration; 0: those marked for calibration choose it alone.
    pub folds: usize,
    /// Asks as well whether a text is blame, and whether it is praise, each against all else. It helps where all texts come
    /// from one set, and costs where many sets with many habits of being neutral are learnt together.
    pub direct: bool,
}

impl Default for Plan {
    /// How the shipped models were learnt.
    fn default() -> Self {
        Self {
            seed: 20_261,
            epochs: 4,
            rate: 1.0,
            l1: 0.03,
            l2: 1.0,
            least_texts: 2,
            precision: 0.88,
            most_unsure: 0.40,
            balance: 1.0,
            folds: 0,
            direct: false,
        }
    }
}

/// What was learnt.
#[derive(Clone, Debug)]
pub struct Learnt {
    /// The model's file.
    pub bytes: Vec<u8>,
    /// Its version: eight hex digits.
    pub version: String,
    /// Features with a weight.
    pub features: usize,
    /// Lessons that made the weights.
    pub texts: usize,
    /// Lessons that chose calibration and threshold.
    pub calibrated_on: usize,
    /// Below this probability an answer is unsure.
    pub unsure_below: f64,
    /// The share of right answers above it.
    pub sure_precision: f64,
    /// The share of answers above it.
    pub sure_share: f64,
}

/// With fewer texts to calibrate on, stated probabilities are drawn to the middle and *unsure* is as wide as allowed.
const FEW: usize = 1_000;

/// Learns one group's model.
pub(crate) fn learn(
    group: Group,
    lexicons: &BTreeMap<Group, Lexicon>,
    lessons: &[Lesson],
    plan: Plan,
) -> Result<Learnt, Error> {
    let refuse = |why: &str| Error::Training { group: group.as_str().to_owned(), why: why.to_owned() };
    let gives = |row: usize| plan.folds > 1 || !lessons[row].calibrates;
    let has = |label| lessons.iter().enumerate().any(|(row, lesson)| lesson.label == label && gives(row));
    for label in [Sentiment::Negative, Sentiment::Positive] {
        if !has(label) {
            return Err(refuse(&format!("no text is labelled {}", label.as_str())));
        }
    }
    let spec = group.spec();
    let cut = lessons.iter().map(|lesson| cut(group, lexicons, lesson)).collect::<Result<Vec<Cut>, Error>>()?;
    let keys = vocabulary(cut.iter().enumerate().filter(|(row, _)| gives(*row)).map(|(_, cut)| cut), plan.least_texts);
    let column: HashMap<u32, u32> = keys.iter().zip(0u32..).map(|(key, column)| (*key, column)).collect();
    let rows: Vec<Row> = cut.iter().map(|cut| cut.row(&column)).collect();
    let pupil = Pupil { lessons, rows: &rows, columns: keys.len(), plan };
    let heads = pupil.heads(gives).map_err(|why| refuse(&why))?;
    let (steps, weights) = quantise(&keys, &heads);
    let mut judged = match plan.folds {
        0 | 1 => {
            let heads = told_by(&keys, &weights, steps);
            pupil.judged(&heads, |row| lessons[row].calibrates)
        }
        folds => pupil.judged_in_folds(folds).map_err(|why| refuse(&why))?,
    };
    calibrate::balance(&mut judged, plan.balance);
    if judged.is_empty() {
        return Err(refuse("no text was kept apart for calibration"));
    }
    let (calibration, precision) = match judged.len() {
        0..FEW => (calibrate::fit(&judged).map(|row| row.map(|factor| factor / 2.0)), 1.0),
        _ => (calibrate::fit(&judged), plan.precision),
    };
    let threshold = calibrate::threshold(&judged, &calibration, precision, plan.most_unsure);
    let data = fingerprint(lessons);
    let header = Header {
        group,
        version: version(&weights, &data),
        questions: if plan.direct { HEADS } else { 2 },
        hash_seed: SEED,
        training_seed: plan.seed,
        spec,
        classes: ["neg", "neu", "pos"].map(str::to_owned),
        steps,
        calibration,
        unsure_below: threshold.below,
        sure_precision: threshold.precision,
        texts: (0..lessons.len()).filter(|row| gives(*row)).count(),
        data,
    };
    Ok(Learnt {
        bytes: model_file::write(&header, &weights),
        version: header.version,
        features: weights.len(),
        texts: header.texts,
        calibrated_on: judged.len(),
        unsure_below: threshold.below,
        sure_precision: threshold.precision,
        sure_share: threshold.share,
    })
}

/// A lesson's features, read with the lexicon of its own group.
fn cut(group: Group, lexicons: &BTreeMap<Group, Lexicon>, lesson: &Lesson) -> Result<Cut, Error> {
    let spoken = lesson.lent_by.unwrap_or(group);
    let file = || format!("lexicon/{}.tsv", spoken.as_str());
    let lexicon = lexicons.get(&spoken).ok_or_else(|| Error::Missing { file: file() })?;
    let mut features = Features::read(&reading(&Text::read(&lesson.text), spoken), lexicon, spoken.spec());
    if lesson.lent_by.is_some() {
        features.keep_signals();
    }
    Ok(Cut::new(&features))
}

/// A text's features, equal ones joined, with what each counts.
struct Cut(Vec<(u32, f32)>);

impl Cut {
    fn new(features: &Features) -> Self {
        let scales = features.scales();
        let mut values: Vec<(u32, f32)> =
            features.list.iter().map(|feature| (feature.key, scales[feature.family as usize] as f32)).collect();
        values.sort_by_key(|(key, _)| *key);
        values.dedup_by(|next, kept| {
            let equal = next.0 == kept.0;
            if equal {
                kept.1 += next.1;
            }
            equal
        });
        Self(values)
    }

    fn row(&self, column: &HashMap<u32, u32>) -> Row {
        self.0.iter().filter_map(|(key, value)| column.get(key).map(|column| (*column, *value))).collect()
    }
}

/// The keys of all features seen in enough texts, in order.
fn vocabulary<'a>(cut: impl Iterator<Item = &'a Cut>, least: u32) -> Vec<u32> {
    let mut seen: HashMap<u32, u32> = HashMap::new();
    for (key, _) in cut.flat_map(|cut| &cut.0) {
        *seen.entry(*key).or_default() += 1;
    }
    let mut keys: Vec<u32> = seen.into_iter().filter(|(_, texts)| *texts >= least).map(|(key, _)| key).collect();
    keys.sort_unstable();
    keys
}

/// A weight per column for each question.
type Heads = [Vec<f32>; HEADS];

/// Lessons laid out for learning.
struct Pupil<'a> {
    lessons: &'a [Lesson],
    rows: &'a [Row],
    columns: usize,
    plan: Plan,
}

impl Pupil<'_> {
    /// Learns the four questions from the rows that give weights.
    fn heads(&self, gives: impl Fn(usize) -> bool + Sync) -> Result<Heads, String> {
        let three_way = (0..self.lessons.len()).any(|row| self.lessons[row].label == Sentiment::Neutral && gives(row));
        let fit = |head: usize| match head {
            // A set that knows no neutral cannot say which texts lean.
            0 if !three_way => Ok(vec![0.0; self.columns]),
            2 | 3 if !three_way || !self.plan.direct => Ok(vec![0.0; self.columns]),
            _ => fit(self.rows, &self.examples(head, &gives), self.columns, self.plan),
        };
        let learnt = std::thread::scope(|scope| {
            let fit = &fit;
            let threads = [0, 1, 2, 3].map(|head| scope.spawn(move || fit(head)));
            threads.map(|thread| thread.join().unwrap_or_else(|_| Err("the training thread ended early".to_owned())))
        });
        let [lean, way, blame, praise] = learnt;
        Ok([lean?, way?, blame?, praise?])
    }

    /// The lessons that answer a question, yes and no weighing the same in all, none above 1.
    fn examples(&self, head: usize, gives: &impl Fn(usize) -> bool) -> Vec<Example> {
        let question = |lesson: &Lesson| match head {
            0 => Some((lesson.label != Sentiment::Neutral, lesson.lean_weight)),
            1 => (lesson.label != Sentiment::Neutral).then_some((lesson.label == Sentiment::Positive, lesson.weight)),
            2 => Some((lesson.label == Sentiment::Negative, lesson.lean_weight)),
            _ => Some((lesson.label == Sentiment::Positive, lesson.lean_weight)),
        };
        let mut examples = Vec::new();
        let mut mass = [0.0f64; 2];
        for (row, lesson) in self.lessons.iter().enumerate().filter(|(row, _)| gives(*row)) {
            if let Some((answer, weight)) = question(lesson).filter(|(_, weight)| *weight > 0.0) {
                mass[usize::from(answer)] += weight;
                examples.push(Example { row, answer, weight: weight as f32 });
            }
        }
        let factor = |answer: bool| (0.5 * (mass[0] + mass[1]) / mass[usize::from(answer)].max(1e-9)) as f32;
        let factors = [factor(false), factor(true)];
        let mut highest = 0.0f32;
        for example in &mut examples {
            example.weight *= factors[usize::from(example.answer)];
            highest = highest.max(example.weight);
        }
        for example in &mut examples {
            example.weight /= highest;
        }
        examples
    }

    /// Each part judged by what the other parts taught.
    fn judged_in_folds(&self, folds: usize) -> Result<Vec<Judged>, String> {
        let mut judged = Vec::new();
        for fold in 0..folds {
            let heads = self.heads(|row| row % folds != fold)?;
            judged.extend(self.judged(&heads, |row| row % folds == fold));
        }
        Ok(judged)
    }

    /// The answers of these weights on the rows that are asked.
    fn judged(&self, heads: &Heads, asked: impl Fn(usize) -> bool) -> Vec<Judged> {
        let score = |row: &Row, head: usize| -> f64 {
            row.iter().map(|(column, value)| f64::from(heads[head][*column as usize]) * f64::from(*value)).sum()
        };
        let rows = self.rows.iter().zip(self.lessons).enumerate().filter(|(row, _)| asked(*row));
        rows.map(|(_, (row, lesson))| Judged {
            scores: Scores { lean: score(row, 0), way: score(row, 1), blame: score(row, 2), praise: score(row, 3) },
            answer: match lesson.label {
                Sentiment::Negative => 0,
                Sentiment::Positive => 2,
                Sentiment::Neutral | Sentiment::Unsure => 1,
            },
            weight: lesson.lean_weight.max(lesson.weight * 0.5).max(1e-6),
        })
        .collect()
    }
}

/// Whole-number weights, in order of their keys, those that are 0 for both heads left out.
fn quantise(keys: &[u32], heads: &[Vec<f32>; HEADS]) -> ([f64; HEADS], Vec<(u32, [i16; HEADS])>) {
    let steps = [0, 1, 2, 3].map(|head: usize| {
        let highest = heads[head].iter().fold(1e-6f32, |highest, weight| highest.max(weight.abs()));
        // 2,048 steps are finer than the figures can tell, and i16 holds them with room.
        f64::from(highest) / 2_048.0
    });
    let weights = keys
        .iter()
        .enumerate()
        .map(|(column, key)| {
            (*key, [0, 1, 2, 3].map(|head: usize| (f64::from(heads[head][column]) / steps[head]).round() as i16))
        })
        .filter(|(_, weights)| weights.iter().any(|weight| *weight != 0))
        .collect();
    (steps, weights)
}

/// What whole-number weights say, column by column.
fn told_by(keys: &[u32], weights: &[(u32, [i16; HEADS])], steps: [f64; HEADS]) -> Heads {
    let mut heads = [0, 1, 2, 3].map(|_: usize| vec![0.0; keys.len()]);
    for (key, weight) in weights {
        if let Ok(column) = keys.binary_search(key) {
            for head in 0..HEADS {
                heads[head][column] = (f64::from(weight[head]) * steps[head]) as f32;
            }
        }
    }
    heads
}

/// Eight hex digits that name these weights.
fn version(weights: &[(u32, [i16; HEADS])], data: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(data);
    for (key, weights) in weights {
        hash.update(key.to_le_bytes());
        weights.iter().for_each(|weight| hash.update(weight.to_le_bytes()));
    }
    hex(&hash.finalize()[..4])
}

/// A checksum over what was learnt from.
fn fingerprint(lessons: &[Lesson]) -> String {
    let mut hash = Sha256::new();
    for lesson in lessons {
        hash.update(lesson.id.as_bytes());
        hash.update([0]);
        hash.update(lesson.text.as_bytes());
        hash.update([0]);
        hash.update(lesson.label.as_str());
        hash.update([u8::from(lesson.calibrates)]);
    }
    hex(&hash.finalize()[..16])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const _: () = assert!(FAMILIES == 4 && HEADS == 4, "the file holds four weights per feature");
