//! Learns the themes' model from labelled texts: one FTRL question per theme over the features of all languages.
//!
//! In: lessons (text, its themes, its part). Out: the bytes of a model and its figures.
//! Never: reads a file or a clock; the same lessons give the same bytes.
//!
//! Rare themes have too few texts in the dev part to be calibrated on it alone. So the training part is cut into blocks of
//! neighbouring lines, each judged by weights learnt from the others, and dev, judged by the final weights, counts more.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use super::calibrate::{self, Judged};
use super::cut::{Cut, CutSpec};
use super::file;
use super::linear::{Linear, MOST_LABELS, Weighted};
use super::measure::{ThemeFigures, figures};
use super::model::{Header, ThemeModel, logistic};
use super::phrases::Phrases;
use crate::classify::error::Error;
use crate::classify::feature::{Features, SEED};
use crate::classify::ftrl::{self, Example, Row};
use crate::classify::group::Group;
use crate::classify::lexicon::Lexicon;
use crate::classify::train::Plan;
use crate::domain::{Probabilities, Theme};
use crate::text::Text;

/// One text with its themes.
#[derive(Clone, Debug)]
pub struct ThemeLesson {
    /// Unique among the lessons.
    pub id: String,
    /// The text as it was published.
    pub text: String,
    /// The themes it has.
    pub themes: Vec<Theme>,
    /// The themes that whoever labelled it looked for; all when `None`.
    pub asked: Option<Vec<Theme>>,
    /// Its place in its file: neighbours are judged together.
    pub line: usize,
    /// Kept apart from the weights: it chooses calibration and thresholds.
    pub calibrates: bool,
}

/// How to learn.
#[derive(Clone, Copy, Debug)]
pub struct ThemePlan {
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
    /// A feature seen in fewer texts is dropped.
    pub least_texts: u32,
    /// Whether segmented words are features too.
    pub words: bool,
    /// How far yes and no are brought to weigh the same in all: 0 not at all, 1 wholly.
    pub balance: f32,
    /// Whether a feature counts more the fewer texts have it (by the logarithm of their share).
    pub rarity: bool,
    /// Whether every text counts the same, however many features it has; only where scores are compared within a text.
    pub even: bool,
    /// Into how many parts the lessons are cut to be judged by weights that have not seen them.
    pub folds: usize,
}

impl Default for ThemePlan {
    fn default() -> Self {
        Self {
            seed: 20_261,
            epochs: 6,
            rate: 1.0,
            l1: 0.003,
            l2: 0.3,
            least_texts: 2,
            words: true,
            balance: 0.5,
            rarity: false,
            even: false,
            folds: 4,
        }
    }
}

/// What was learnt.
#[derive(Clone, Debug)]
pub struct LearntThemes {
    /// The model's file.
    pub bytes: Vec<u8>,
    /// Its version: eight hex digits.
    pub version: String,
    /// Features with a weight.
    pub features: usize,
    /// Lessons that made the weights.
    pub texts: usize,
    /// The lessons that made the weights, judged by weights that had not seen them.
    pub kept_apart: ThemeFigures,
}

/// Weights below so many steps of 2,048 move no answer and are left out of the file.
const LEAST_WEIGHT: i16 = 20;
/// The length of every row where all count the same.
const EVEN: f32 = 2.0;
/// Neighbouring lines that are judged together.
const BLOCK: usize = 40;

/// A text as numbers, and what is known of its themes: bit n for label n.
pub(super) struct Lines {
    pub(super) values: Vec<Vec<(u32, f32)>>,
    pub(super) yes: Vec<u32>,
    pub(super) known: Vec<u32>,
    pub(super) labels: usize,
}

impl Lines {
    /// Adds a text all of whose labels are known.
    pub(super) fn add(&mut self, values: Vec<(u32, f32)>, yes: u32) {
        self.values.push(values);
        self.yes.push(yes);
        self.known.push(u32::MAX);
    }

    fn truth(&self, line: usize, label: usize) -> Option<bool> {
        (self.known[line] >> label & 1 == 1).then(|| self.yes[line] >> label & 1 == 1)
    }
}

/// Learns the model of these phrases' themes.
pub(super) fn learn(
    phrases: &Phrases,
    lexicons: &BTreeMap<Group, Lexicon>,
    lessons: &[ThemeLesson],
    plan: ThemePlan,
) -> Result<LearntThemes, Error> {
    let refuse = |why: String| Error::Training { group: "themes".to_owned(), why };
    let themes: Vec<Theme> = phrases.names().cloned().collect();
    let lines = read(phrases, lexicons, lessons, &themes, plan)?;
    let (training, dev): (Vec<usize>, Vec<usize>) = (0..lessons.len()).partition(|line| !lessons[*line].calibrates);
    for (label, theme) in themes.iter().enumerate() {
        if training.iter().filter(|line| lines.truth(**line, label) == Some(true)).count() < plan.folds * 2 {
            return Err(refuse(format!("too few texts have the theme `{theme}`")));
        }
    }
    let apart = judge_apart(&lines, lessons, &training, plan).map_err(refuse)?;
    let (steps, weighted) = fit(&lines, &training, plan).map_err(refuse)?;
    let linear = Linear::new(steps.clone(), &weighted);
    // Dev is what a brand's mentions look like: where probabilities are fitted it counts as much as all that is left.
    let dev_weight = training.len() as f64 / dev.len().max(1) as f64;
    let judged: Vec<Vec<Judged>> = (0..themes.len())
        .map(|label| {
            let of = |line: usize, score: f64, weight: f64| {
                lines.truth(line, label).map(|truth| Judged { score, truth, weight })
            };
            let apart = training.iter().zip(&apart).filter_map(|(line, scores)| of(*line, scores[label], 1.0));
            let dev = dev.iter().filter_map(|line| of(*line, linear.score(&lines.values[*line], label), dev_weight));
            apart.chain(dev).collect()
        })
        .collect();
    let calibration: Vec<[f64; 2]> = judged.iter().map(|judged| calibrate::fit(judged)).collect();
    let least = judged.iter().zip(&calibration).map(|(judged, factors)| calibrate::least(judged, *factors)).collect();
    let data = fingerprint(lessons);
    let header = Header {
        version: version(&weighted, &data),
        hash_seed: SEED,
        training_seed: plan.seed,
        specs: Group::ALL.iter().map(|group| group.spec()).collect(),
        cut: CutSpec { words: plan.words },
        themes: themes.iter().map(ToString::to_string).collect(),
        steps,
        calibration,
        least,
        texts: training.len(),
        data,
    };
    let model = ThemeModel { header, linear };
    Ok(LearntThemes {
        bytes: file::write(&model.header, &weighted),
        version: model.header.version.clone(),
        features: weighted.len(),
        texts: training.len(),
        kept_apart: told_apart(&themes, &lines, &training, &apart, &model),
    })
}

/// Cuts the lessons and turns their themes into bits.
fn read(
    phrases: &Phrases,
    lexicons: &BTreeMap<Group, Lexicon>,
    lessons: &[ThemeLesson],
    themes: &[Theme],
    plan: ThemePlan,
) -> Result<Lines, Error> {
    let bits = |of: &[Theme]| {
        themes
            .iter()
            .enumerate()
            .filter(|(_, theme)| of.contains(theme))
            .fold(0u32, |bits, (label, _)| bits | 1 << label)
    };
    let mut lines = Lines { values: Vec::new(), yes: Vec::new(), known: Vec::new(), labels: themes.len() };
    for lesson in lessons {
        lines.values.push(values(&lesson.text, phrases, lexicons, plan.words)?);
        lines.yes.push(bits(&lesson.themes));
        lines.known.push(lesson.asked.as_ref().map_or(u32::MAX, |asked| bits(asked)));
    }
    Ok(lines)
}

/// What a lesson's text is to the model.
pub(super) fn values(
    text: &str,
    phrases: &Phrases,
    lexicons: &BTreeMap<Group, Lexicon>,
    words: bool,
) -> Result<Vec<(u32, f32)>, Error> {
    let text = Text::read(text);
    let group = Group::of(text.language());
    let file = || format!("lexicon/{}.tsv", group.as_str());
    let lexicon = lexicons.get(&group).ok_or_else(|| Error::Missing { file: file() })?;
    let features = Features::read(&text, lexicon, group.spec());
    // Which way a text leans does not count here: a phrase is a feature either way.
    let said = phrases.find(text.folded(), &Probabilities { negative: 0.0, neutral: 1.0, positive: 0.0 });
    Ok(Cut::read(&text, &features, &said, CutSpec { words }).values())
}

/// The scores of the training lines by weights that have not seen them or their neighbours, in the order of `training`.
fn judge_apart(
    lines: &Lines,
    lessons: &[ThemeLesson],
    training: &[usize],
    plan: ThemePlan,
) -> Result<Vec<Vec<f64>>, String> {
    let fold_of = |line: usize| lessons[line].line / BLOCK % plan.folds;
    let mut scores = vec![Vec::new(); training.len()];
    for fold in 0..plan.folds {
        let others: Vec<usize> = training.iter().copied().filter(|line| fold_of(*line) != fold).collect();
        let (steps, weighted) = fit(lines, &others, plan)?;
        let linear = Linear::new(steps, &weighted);
        for (line, scores) in training.iter().zip(&mut scores).filter(|(line, _)| fold_of(**line) == fold) {
            *scores = (0..lines.labels).map(|label| linear.score(&lines.values[*line], label)).collect();
        }
    }
    Ok(scores)
}

/// Fits every label on these lines; labels are independent, so cores share them. Gives steps and weights, in order of keys.
pub(super) fn fit(lines: &Lines, taken: &[usize], plan: ThemePlan) -> Result<(Vec<f64>, Vec<Weighted>), String> {
    assert_labels(lines.labels)?;
    let (keys, rarity) = vocabulary(lines, taken, plan);
    let column: HashMap<u32, u32> = keys.iter().zip(0u32..).map(|(key, column)| (*key, column)).collect();
    let row = |line: &usize| -> Row {
        let known = lines.values[*line].iter().filter_map(|(key, value)| Some((*column.get(key)?, *value)));
        let mut row: Row = known.map(|(column, value)| (column, value * rarity[column as usize])).collect();
        if plan.even {
            let length = row.iter().map(|(_, value)| value * value).sum::<f32>().sqrt().max(1e-6);
            row.iter_mut().for_each(|(_, value)| *value *= EVEN / length);
        }
        row
    };
    let rows: Vec<Row> = taken.iter().map(row).collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let labels: Vec<usize> = (0..lines.labels).collect();
    let mut heads: Vec<Vec<f32>> = Vec::new();
    for part in labels.chunks(cores) {
        let fitted = std::thread::scope(|scope| {
            let fit_label = |label: &usize| {
                let (rows, examples, columns) = (&rows, examples(lines, taken, *label, plan.balance), keys.len());
                scope.spawn(move || ftrl::fit(rows, &examples, columns, ftrl_plan(plan)))
            };
            let threads: Vec<_> = part.iter().map(fit_label).collect();
            threads.into_iter().map(|thread| thread.join()).collect::<Vec<_>>()
        });
        for head in fitted {
            let mut head = head.map_err(|_| "the training thread ended early".to_owned())??;
            // What a feature's rarity counts goes into its weight, so that asking need not know it.
            head.iter_mut().zip(&rarity).for_each(|(weight, rarity)| *weight *= rarity);
            heads.push(head);
        }
    }
    Ok(quantise(&keys, &heads))
}

fn assert_labels(labels: usize) -> Result<(), String> {
    if labels <= MOST_LABELS { Ok(()) } else { Err(format!("at most {MOST_LABELS} labels can be learnt together")) }
}

fn ftrl_plan(plan: ThemePlan) -> Plan {
    let ThemePlan { seed, epochs, rate, l1, l2, least_texts, .. } = plan;
    Plan { seed, epochs, rate, l1, l2, least_texts, ..Plan::default() }
}

/// The lines that answer a label; the rarer answer weighs more.
fn examples(lines: &Lines, taken: &[usize], label: usize, balance: f32) -> Vec<Example> {
    let known =
        taken.iter().enumerate().filter_map(|(row, line)| lines.truth(*line, label).map(|answer| (row, answer)));
    let known: Vec<(usize, bool)> = known.collect();
    let yes = known.iter().filter(|(_, answer)| *answer).count().max(1) as f32;
    let no = known.len() as f32 - yes;
    let weights = [(yes / no.max(1.0)).powf(balance).min(1.0), 1.0];
    known.into_iter().map(|(row, answer)| Example { row, answer, weight: weights[usize::from(answer)] }).collect()
}

/// The keys of all features seen in enough lines, in order, and how much the rarity of each counts.
fn vocabulary(lines: &Lines, taken: &[usize], plan: ThemePlan) -> (Vec<u32>, Vec<f32>) {
    let mut seen: HashMap<u32, u32> = HashMap::new();
    for (key, _) in taken.iter().flat_map(|line| &lines.values[*line]) {
        *seen.entry(*key).or_default() += 1;
    }
    let all = taken.len().max(1) as f64;
    let rarity = |texts: u32| if plan.rarity { (1.0 + all / f64::from(texts)).ln() as f32 } else { 1.0 };
    let enough = seen.into_iter().filter(|(_, texts)| *texts >= plan.least_texts);
    let mut keys: Vec<(u32, f32)> = enough.map(|(key, texts)| (key, rarity(texts))).collect();
    keys.sort_unstable_by_key(|(key, _)| *key);
    keys.into_iter().unzip()
}

/// Whole-number weights; what says nothing of any label is left out.
fn quantise(keys: &[u32], heads: &[Vec<f32>]) -> (Vec<f64>, Vec<Weighted>) {
    let steps: Vec<f64> = heads
        .iter()
        .map(|head| f64::from(head.iter().fold(1e-6f32, |most, weight| most.max(weight.abs()))) / 2_048.0)
        .collect();
    let of = |column: usize| -> Vec<(u8, i16)> {
        let weight = |(label, head): (usize, &Vec<f32>)| {
            let weight = (f64::from(head[column]) / steps[label]).round() as i16;
            (weight.abs() >= LEAST_WEIGHT).then_some((label as u8, weight))
        };
        heads.iter().enumerate().filter_map(weight).collect()
    };
    let weighted = keys.iter().enumerate().map(|(column, key)| (*key, of(column)));
    let weighted = weighted.filter(|(_, weights)| !weights.is_empty()).collect();
    (steps, weighted)
}

fn told_apart(
    themes: &[Theme],
    lines: &Lines,
    training: &[usize],
    apart: &[Vec<f64>],
    model: &ThemeModel,
) -> ThemeFigures {
    let of = |label: usize| {
        let answer = |(line, scores): (&usize, &Vec<f64>)| {
            let p = logistic(model.header.calibration[label], scores[label]);
            lines.truth(*line, label).map(|truth| (p, p >= model.header.least[label], truth))
        };
        training.iter().zip(apart).filter_map(answer).collect::<Vec<_>>()
    };
    figures(themes.iter().enumerate().map(|(label, theme)| (theme.to_string(), of(label))))
}

fn version(weighted: &[Weighted], data: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(data);
    for (key, weights) in weighted {
        hash.update(key.to_le_bytes());
        for (label, weight) in weights {
            hash.update([*label]);
            hash.update(weight.to_le_bytes());
        }
    }
    hex(&hash.finalize()[..4])
}

fn fingerprint(lessons: &[ThemeLesson]) -> String {
    let mut hash = Sha256::new();
    for lesson in lessons {
        hash.update(lesson.text.as_bytes());
        hash.update([0, u8::from(lesson.calibrates)]);
        lesson.themes.iter().for_each(|theme| hash.update(theme.as_str()));
    }
    hex(&hash.finalize()[..16])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::lexicon::Lexicon;
    use crate::classify::theme::topic_set::{Labelled, topics};

    const FILES: [(&str, &str); 2] = [
        ("themes/tea.toml", "title = { zh-TW = \"茶\", zh-CN = \"茶\", en = \"Tea\", ja = \"茶\" }\nstrong = [\"茶\"]"),
        (
            "themes/rain.toml",
            "title = { zh-TW = \"雨\", zh-CN = \"雨\", en = \"Rain\", ja = \"雨\" }\nstrong = [\"雨\"]",
        ),
    ];

    fn lexicons() -> BTreeMap<Group, Lexicon> {
        Group::ALL.iter().map(|group| (*group, Lexicon::read(&[], *group).expect("nothing to misread"))).collect()
    }

    fn text(line: usize) -> (String, &'static str) {
        let (theme, words) = [("tea", ["烏龍", "回甘"]), ("rain", ["雷陣", "帶傘"]), ("", ["巷口", "散步"])][line % 3];
        (format!("第{line}次{}又{}了", words[line / 3 % 2], words[0]), theme)
    }

    fn lessons() -> Vec<ThemeLesson> {
        let lesson = |line: usize| ThemeLesson {
            id: line.to_string(),
            text: text(line).0,
            themes: Theme::new(text(line).1).into_iter().collect(),
            asked: None,
            line: line * BLOCK,
            calibrates: line % 10 == 9,
        };
        (0..120).map(lesson).collect()
    }

    #[test]
    fn words_that_no_phrase_names_are_learnt_and_the_same_lessons_give_the_same_bytes() {
        let phrases = Phrases::read(FILES.into_iter()).expect("two themes");
        let learnt = learn(&phrases, &lexicons(), &lessons(), ThemePlan::default()).expect("it learns");
        assert!(learnt.kept_apart.macro_f1 > 0.95, "{:?}", learnt.kept_apart);
        let model = file::read("theme-all.model", &learnt.bytes).expect("a good model");
        let values = values("烏龍很回甘", &phrases, &lexicons(), true).expect("cut");
        let p = |label: usize| model.probability(label, model.linear.score(&values, label));
        assert!(p(0) > 0.5 && p(1) < 0.5, "{} {}", p(0), p(1));
        let again = learn(&phrases, &lexicons(), &lessons(), ThemePlan::default()).expect("it learns");
        assert_eq!(learnt.bytes, again.bytes);
    }

    #[test]
    fn a_theme_without_enough_texts_is_not_learnt() {
        let phrases = Phrases::read(FILES.into_iter()).expect("two themes");
        let error = learn(&phrases, &lexicons(), &lessons()[..12], ThemePlan::default()).expect_err("too few");
        assert!(error.to_string().contains("too few texts have the theme"), "{error}");
    }

    #[test]
    fn topics_of_one_label_a_text_are_told() {
        let labelled = |line: usize| Labelled { text: text(line).0, label: text(line).1.to_owned() };
        let (from, to): (Vec<_>, Vec<_>) = ((0..90).map(labelled).collect(), (90..120).map(labelled).collect());
        let plan = ThemePlan { even: true, rarity: true, folds: 1, ..ThemePlan::default() };
        let figures = topics(&lexicons(), &from, &to, plan).expect("told");
        assert_eq!((figures.texts, figures.labels, figures.accuracy, figures.macro_f1), (30, 3, 1.0, 1.0));
    }
}
