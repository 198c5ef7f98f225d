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
    let has = |label| lessons.iter().any(|lesson| lesson.label == label && !lesson.calibrates);
    for label in [Sentiment::Negative, Sentiment::Positive] {
        if !has(label) {
            return Err(refuse(&format!("no text is labelled {}", label.as_str())));
        }
    }
    let spec = group.spec();
    let cut = lessons.iter().map(|lesson| cut(group, lexicons, lesson)).collect::<Result<Vec<Cut>, Error>>()?;
    let keys = vocabulary(&cut, lessons, plan.least_texts);
    let column: HashMap<u32, u32> = keys.iter().zip(0u32..).map(|(key, column)| (*key, column)).collect();
    let rows: Vec<Row> = cut.iter().map(|cut| cut.row(&column)).collect();
    let (lean, way) = (lean_examples(lessons), way_examples(lessons));
    let three_way = has(Sentiment::Neutral);
    let (lean, way) = std::thread::scope(|scope| {
        let lean = scope.spawn(|| match three_way {
            true => fit(&rows, &lean, keys.len(), plan),
            // A set that knows no neutral cannot say which texts lean.
            false => Ok(vec![0.0; keys.len()]),
        });
        let way = fit(&rows, &way, keys.len(), plan);
        (lean.join().unwrap_or_else(|_| Err("the training thread ended early".to_owned())), way)
    });
    let (lean, way) = (lean.map_err(|why| refuse(&why))?, way.map_err(|why| refuse(&why))?);
    let (steps, weights) = quantise(&keys, &[lean, way]);
    let mut judged = judge_kept_apart(lessons, &rows, &keys, &weights, steps);
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
        hash_seed: SEED,
        training_seed: plan.seed,
        spec,
        classes: ["neg", "neu", "pos"].map(str::to_owned),
        steps,
        calibration,
        unsure_below: threshold.below,
        sure_precision: threshold.precision,
        texts: lessons.len() - judged.len(),
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
fn vocabulary(cut: &[Cut], lessons: &[Lesson], least: u32) -> Vec<u32> {
    let mut seen: HashMap<u32, u32> = HashMap::new();
    for (Cut(features), _) in cut.iter().zip(lessons).filter(|(_, lesson)| !lesson.calibrates) {
        for (key, _) in features {
            *seen.entry(*key).or_default() += 1;
        }
    }
    let mut keys: Vec<u32> = seen.into_iter().filter(|(_, texts)| *texts >= least).map(|(key, _)| key).collect();
    keys.sort_unstable();
    keys
}

fn lean_examples(lessons: &[Lesson]) -> Vec<Example> {
    balanced(lessons, |lesson| Some((lesson.label != Sentiment::Neutral, lesson.lean_weight)))
}

fn way_examples(lessons: &[Lesson]) -> Vec<Example> {
    balanced(lessons, |lesson| {
        (lesson.label != Sentiment::Neutral).then_some((lesson.label == Sentiment::Positive, lesson.weight))
    })
}

/// The lessons that answer a question, yes and no weighing the same in all, none above 1.
fn balanced(lessons: &[Lesson], question: impl Fn(&Lesson) -> Option<(bool, f64)>) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut mass = [0.0f64; 2];
    for (row, lesson) in lessons.iter().enumerate().filter(|(_, lesson)| !lesson.calibrates) {
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

/// Whole-number weights, in order of their keys, those that are 0 for both heads left out.
fn quantise(keys: &[u32], heads: &[Vec<f32>; HEADS]) -> ([f64; HEADS], Vec<(u32, [i16; HEADS])>) {
    let steps = [0, 1].map(|head: usize| {
        let highest = heads[head].iter().fold(1e-6f32, |highest, weight| highest.max(weight.abs()));
        // 2,048 steps are finer than the figures can tell, and i16 holds them with room.
        f64::from(highest) / 2_048.0
    });
    let weights = keys
        .iter()
        .enumerate()
        .map(|(column, key)| {
            (*key, [0, 1].map(|head: usize| (f64::from(heads[head][column]) / steps[head]).round() as i16))
        })
        .filter(|(_, weights)| weights.iter().any(|weight| *weight != 0))
        .collect();
    (steps, weights)
}

/// The quantised heads' answers on the lessons that were kept apart.
fn judge_kept_apart(
    lessons: &[Lesson],
    rows: &[Row],
    keys: &[u32],
    weights: &[(u32, [i16; HEADS])],
    steps: [f64; HEADS],
) -> Vec<Judged> {
    let mut by_column = vec![[0i16; HEADS]; keys.len()];
    for (key, weight) in weights {
        if let Ok(column) = keys.binary_search(key) {
            by_column[column] = *weight;
        }
    }
    let score = |row: &Row, head: usize| {
        row.iter().map(|(column, value)| f64::from(by_column[*column as usize][head]) * f64::from(*value)).sum::<f64>()
            * steps[head]
    };
    lessons
        .iter()
        .zip(rows)
        .filter(|(lesson, _)| lesson.calibrates)
        .map(|(lesson, row)| Judged {
            scores: Scores { lean: score(row, 0), way: score(row, 1) },
            answer: match lesson.label {
                Sentiment::Negative => 0,
                Sentiment::Positive => 2,
                Sentiment::Neutral | Sentiment::Unsure => 1,
            },
            weight: lesson.lean_weight.max(lesson.weight * 0.5).max(1e-6),
        })
        .collect()
}

/// Eight hex digits that name these weights.
fn version(weights: &[(u32, [i16; HEADS])], data: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(data);
    for (key, [lean, way]) in weights {
        hash.update(key.to_le_bytes());
        hash.update(lean.to_le_bytes());
        hash.update(way.to_le_bytes());
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

const _: () = assert!(FAMILIES == 4 && HEADS == 2, "the file holds two weights per feature");
