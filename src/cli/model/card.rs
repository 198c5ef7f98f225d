//! Scores on labelled sets, as a table and as the card that stands beside a model.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;

use super::corpus::{self, Part};
use super::data;
use super::sets::{SETS, Use};
use crate::classify::{Answer, Figures, Group, Judge, Learnt, Plan, figures};
use crate::domain::{Judgement, Language, Sentiment};
use crate::text::Text;

/// The figures of one set.
pub(super) struct Score {
    pub(super) name: String,
    pub(super) trained: bool,
    pub(super) figures: Figures,
}

/// The card inside the program.
pub(super) fn built_in(group: Group) -> &'static str {
    match group {
        Group::Zh => include_str!("../../../sentiment-models/zh.card.md"),
        Group::En => include_str!("../../../sentiment-models/en.card.md"),
        Group::Ja => include_str!("../../../sentiment-models/ja.card.md"),
        Group::Ko => include_str!("../../../sentiment-models/ko.card.md"),
    }
}

/// Scores the judge on the dev (or test) parts that are in the folder, and on the probes.
pub(super) fn score(judge: &Judge, data: &Path, models: &Path, group: Option<Group>, test: bool) -> Result<Vec<Score>> {
    let mut scores = Vec::new();
    for set in SETS.iter().filter(|set| group.is_none_or(|group| group == set.group)) {
        let part = if test { set.test } else { set.dev };
        let Some(part) = part else { continue };
        let rows = data::rows(&data.join(set.folder), set.name, part)?.unwrap_or_default();
        let texts = rows.iter().filter_map(|row| Some((row.text.as_str(), row.sentiment()?)));
        let answers = answers(texts, |text| judge.judge(text));
        if let Some(figures) = figures(&answers) {
            let trained = set.used != Use::Measure;
            scores.push(Score { name: format!("{}.{part}", set.name), trained, figures });
        }
    }
    if !test {
        scores.extend(probes(judge, data, group)?);
    }
    scores.extend(own(judge, models, group, test)?);
    Ok(scores)
}

/// Our own corpus, language by language.
fn own(judge: &Judge, models: &Path, group: Option<Group>, test: bool) -> Result<Vec<Score>> {
    let (part, suffix) = if test { (Part::Test, "test") } else { (Part::Dev, "dev") };
    let written = corpus::read(models, part)?;
    let mut scores = Vec::new();
    for language in Language::ALL.iter().filter(|language| group.is_none_or(|group| group == Group::of(**language))) {
        let of_language = written.iter().filter(|line| line.language == *language);
        let answers = answers(of_language.map(|line| (line.text.as_str(), line.label)), |text| judge.judge(text));
        if let Some(figures) = figures(&answers) {
            scores.push(Score { name: format!("own.{}.{suffix}", language.as_str()), trained: true, figures });
        }
    }
    Ok(scores)
}

fn probes(judge: &Judge, data: &Path, group: Option<Group>) -> Result<Vec<Score>> {
    let rows = data::rows(&data.join("probes"), "probes", "dev")?.unwrap_or_default();
    let mut scores = Vec::new();
    for wanted in Group::ALL.iter().filter(|wanted| group.is_none_or(|group| group == **wanted)) {
        let of_group = rows
            .iter()
            .filter(|row| row.columns.get("lang").is_some_and(|language| language.starts_with(wanted.as_str())));
        let texts = of_group.filter_map(|row| Some((row.text.as_str(), row.sentiment()?)));
        let answers = answers(texts, |text| judge.judge(text));
        if let Some(figures) = figures(&answers) {
            scores.push(Score { name: format!("probes.{}", wanted.as_str()), trained: false, figures });
        }
    }
    Ok(scores)
}

/// What a judge answers to labelled texts.
pub(super) fn answers<'a>(
    texts: impl Iterator<Item = (&'a str, Sentiment)>,
    judge: impl Fn(&Text) -> Judgement,
) -> Vec<Answer> {
    texts
        .map(|(text, truth)| {
            let judgement = judge(&Text::read(text));
            Answer { truth, p: judgement.p, unsure: judgement.sentiment == Sentiment::Unsure }
        })
        .collect()
}

/// How many texts get the same answer in both Chinese scripts, of how many; `None` without the set of pairs.
pub(super) fn script_pairs(judge: &Judge, data: &Path) -> Result<Option<(usize, usize)>> {
    let Some(rows) = data::rows(&data.join("sentiment"), "zh_script_pairs", "dev")? else { return Ok(None) };
    let answer = |text: &str| judge.judge(&Text::read(text)).p.best().0;
    let pairs = rows.iter().filter_map(|row| Some((row.text.as_str(), row.columns.get("text_hant")?.as_str())));
    let same: Vec<bool> = pairs.map(|(simplified, traditional)| answer(simplified) == answer(traditional)).collect();
    Ok(Some((same.iter().filter(|same| **same).count(), same.len())))
}

/// The figures as a table, with the mean of the three-way sets below it.
pub(super) fn table(scores: &[Score]) -> String {
    let mut text = String::from(
        "| set | texts | trained on its train part | accuracy | macro-F1 | F1 neg | F1 neu | F1 pos | AUC | ECE | unsure | accuracy outside unsure |\n\
         |---|--:|:-:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    let percent = |share: f64| format!("{:.1}", share * 100.0);
    for score in scores {
        let figures = &score.figures;
        let neutral = if figures.two_way { "(two-way)".to_owned() } else { percent(figures.f1[1]) };
        let trained = if score.trained { "yes" } else { "no" };
        let _infallible = writeln!(
            text,
            "| {} | {} | {trained} | {} | {} | {} | {neutral} | {} | {} | {:.3} | {} | {} |",
            score.name,
            figures.texts,
            percent(figures.accuracy),
            percent(figures.macro_f1),
            percent(figures.f1[0]),
            percent(figures.f1[2]),
            percent(figures.auc),
            figures.ece,
            percent(figures.unsure),
            percent(figures.sure_accuracy)
        );
    }
    for group in Group::ALL {
        let three_way: Vec<f64> = scores
            .iter()
            .filter(|score| score.name.starts_with(group.as_str()) && !score.figures.two_way)
            .map(|score| score.figures.macro_f1)
            .collect();
        if !three_way.is_empty() {
            let mean = three_way.iter().sum::<f64>() / three_way.len() as f64;
            let _infallible = write!(
                text,
                "\n{}: mean macro-F1 of {} three-way sets {}",
                group.as_str(),
                three_way.len(),
                percent(mean)
            );
        }
    }
    text
}

/// The card of a freshly learnt model.
pub(super) fn write(group: Group, model: &Learnt, plan: Plan, sources: &[String], scores: &[Score]) -> String {
    let title = match group {
        Group::Zh => "Chinese (zh-Hant, zh-Hans, yue)",
        Group::En => "English",
        Group::Ja => "Japanese",
        Group::Ko => "Korean",
    };
    let neg = |sources: &[String]| sources.join("\n");
    format!(
        "# Sentiment model: {title}\n\n\
         Version {version}, {features} features, {size} bytes. Negative, neutral, positive; *unsure* below a probability of {below:.3}.\n\
         Two linear questions (does the text lean? which way?) over hashed character runs, words and lexicon signals, learnt with\n\
         linfa's FTRL: seed {seed}, {epochs} epochs, rate {rate}, L1 {l1}, L2 {l2}, features seen in fewer than {least} texts dropped,\n\
         classes balanced. The same data and seed give the same file.\n\n\
         ## Data\n\nOnly sets whose terms allow it. Texts are not part of this project; weights are.\n\n\
         | set | texts | licence | origin |\n|---|--:|---|---|\n{sources}\n\n{lexicons}\n\n\
         ## Scores\n\nOn dev parts, as a user gets the model (language found by the program). Sets marked *no* gave neither weights nor\n\
         calibration. Two-way sets have no neutral label and are answered without it.\n\n{table}\n\n\
         ## Calibration\n\nA logistic over the two scores, fitted on {calibrated} texts that gave no weights. Above the threshold {right:.1} % of the\n\
         answers on them are right ({asked:.0} % were asked for, with at most {most:.0} % unsure); {share:.1} % of the answers are above it.\n\n\
         ## Known failures\n\n{failures}\n",
        version = model.version,
        features = model.features,
        size = model.bytes.len(),
        below = model.unsure_below,
        seed = plan.seed,
        epochs = plan.epochs,
        rate = plan.rate,
        l1 = plan.l1,
        l2 = plan.l2,
        least = plan.least_texts,
        sources = neg(sources),
        lexicons = lexicons(group),
        table = table(scores),
        calibrated = model.calibrated_on,
        right = model.sure_precision * 100.0,
        asked = plan.precision * 100.0,
        most = plan.most_unsure * 100.0,
        share = model.sure_share * 100.0,
        failures = failures(group),
    )
}

fn lexicons(group: Group) -> &'static str {
    match group {
        Group::Zh => {
            "Lexicons: our own (CC0-1.0) and words of 2 to 4 characters from NTUSD (MIT), shipped as `lexicon/open-zh.tsv`."
        }
        Group::En => {
            "Lexicons: our own (CC0-1.0) and words of clear valence from VADER (MIT), shipped as `lexicon/open-en.tsv`."
        }
        Group::Ja | Group::Ko => "Lexicon: our own (CC0-1.0).",
    }
}

fn failures(group: Group) -> &'static str {
    match group {
        Group::Zh => {
            "- Sarcasm and 反串 without a word that gives them away are read as they are written.\n\
             - \"Neutral\" differs between sets (clauses without emotion, three stars, mild reviews); long mild reviews lean too far.\n\
             - Sentiment is of the whole text, not toward one of several brands in it.\n\
             - `zh_dialog` has no licence file; its author allows commercial use in the repository's issue 1. It counts little."
        }
        Group::En => {
            "- Sarcasm without a give-away is read as it is written.\n\
             - Other Latin-script languages are judged by faces alone and are mostly *unsure*."
        }
        Group::Ja => {
            "- There is no permissively licensed labelled set in Japanese: the weights come from our own small corpus, neutral\n\
               encyclopedia sentences, the lexicon, and what lexicons say of Chinese and Korean texts. Expect far more misses\n\
               than in Chinese, English or Korean; probabilities are drawn to the middle and *unsure* is wide on purpose.\n\
             - Sarcasm, irony by 草 or さすが, and praise by understatement are missed."
        }
        Group::Ko => {
            "- Mostly film reviews: *neutral* there is a middling mark, and wording of shops and services is thinner.\n\
             - Sarcasm is read as it is written."
        }
    }
}
