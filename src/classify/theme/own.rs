//! Themes that a brand adds with a few examples: learnt in moments, from the examples against texts of all kinds.
//!
//! In: the examples of each theme. Out: a judge of these themes.
//! Never: reads a file; the same examples give the same judge.
//!
//! The background is a sample of our own corpus. Examples and background are cut into five parts, each judged by weights
//! that have not seen it; from that come probability and threshold, for a theme that one mention in eleven has.

use std::collections::HashSet;
use std::sync::OnceLock;

use super::calibrate::{self, Judged};
use super::cut::{Cut, CutSpec};
use super::learn::{self, Lines, ThemePlan};
use super::linear::{Linear, MOST_LABELS};
use super::model::logistic;
use crate::classify::error::Error;
use crate::classify::evidence;
use crate::classify::feature::{Family, Features};
use crate::classify::group::Group;
use crate::classify::lexicon::Lexicon;
use crate::domain::{Evidence, Theme, ThemeScore};
use crate::text::Text;

/// A theme with the texts it is learnt from.
#[derive(Clone, Debug)]
pub struct OwnLesson {
    /// Its name.
    pub theme: Theme,
    /// Texts that have it.
    pub examples: Vec<String>,
}

/// A brand's themes, ready to be asked.
#[derive(Debug)]
pub struct OwnThemes {
    linear: Linear,
    themes: Vec<OwnTheme>,
}

#[derive(Debug)]
struct OwnTheme {
    name: Theme,
    calibration: [f64; 2],
    least: f64,
}

/// What texts are otherwise like: one a line.
const BACKGROUND: &str = include_str!("../../../sentiment-models/theme-background.txt");
/// Most themes that can be learnt together.
pub const MOST_OWN_THEMES: usize = MOST_LABELS;
/// How many mentions have none of a theme for one that has it.
const OTHERS: f64 = 10.0;
const FOLDS: usize = 5;
const CUT: CutSpec = CutSpec { words: true };
const PLAN: ThemePlan = ThemePlan {
    seed: 20_261,
    epochs: 12,
    rate: 1.0,
    l1: 0.0,
    l2: 0.3,
    least_texts: 1,
    words: true,
    balance: 1.0,
    rarity: true,
    even: true,
    folds: FOLDS,
};

impl OwnThemes {
    /// Learns themes; none may have too few usable examples (see [`usable`]).
    pub fn learn(lessons: &[OwnLesson]) -> Result<Self, Error> {
        let refuse = |why: String| Error::Training { group: "themes of your own".to_owned(), why };
        let mut lines = Lines { values: Vec::new(), yes: Vec::new(), known: Vec::new(), labels: lessons.len() };
        for (label, lesson) in lessons.iter().enumerate() {
            for example in &lesson.examples {
                let others = lessons.iter().enumerate().filter(|(_, other)| other.examples.contains(example));
                let yes = others.fold(1 << label, |bits, (label, _)| bits | 1u32 << label);
                lines.add(values(example)?, yes);
            }
        }
        // What no example says would only be held against a theme: the background tells of the examples' features alone.
        let said: HashSet<u32> = lines.values.iter().flatten().map(|(key, _)| *key).collect();
        for text in BACKGROUND.lines() {
            let mut values = values(text)?;
            values.retain(|(key, _)| said.contains(key));
            lines.add(values, 0);
        }
        let all: Vec<usize> = (0..lines.values.len()).collect();
        let apart = judge_apart(&lines, &all).map_err(refuse)?;
        let (steps, weighted) = learn::fit(&lines, &all, PLAN).map_err(refuse)?;
        let theme = |(label, lesson): (usize, &OwnLesson)| {
            let judged = judged(&lines, &apart, label);
            let calibration = calibrate::fit(&judged);
            OwnTheme { name: lesson.theme.clone(), calibration, least: calibrate::least(&judged, calibration) }
        };
        let themes = lessons.iter().enumerate().map(theme).collect();
        Ok(Self { linear: Linear::new(steps, &weighted), themes })
    }

    /// The themes of a text, most sure first, each with the words that said so.
    pub fn find(&self, text: &Text) -> Vec<(ThemeScore, Vec<Evidence>)> {
        let Ok(features) = features(text) else { return Vec::new() };
        let cut = Cut::read(text, &features, &[], CUT);
        let asked = self.linear.ask(&cut);
        let told = self.themes.iter().zip(&asked.scores).enumerate().filter_map(|(label, (theme, score))| {
            let p = logistic(theme.calibration, *score);
            let of = format!("theme:{}", theme.name);
            let spans = || evidence::of_theme(text, self.linear.told(&cut, &asked, label), &of);
            (p >= theme.least).then(|| (ThemeScore { theme: theme.name.clone(), p: p.min(0.99) as f32 }, spans()))
        });
        let mut found: Vec<_> = told.collect();
        found.sort_by(|a, b| b.0.p.total_cmp(&a.0.p).then_with(|| a.0.theme.cmp(&b.0.theme)));
        found
    }
}

/// Whether an example has anything to learn from: a word, or two characters of a script without spaces.
pub fn usable(example: &str) -> bool {
    let text = Text::read(example);
    let words = text.words().iter().filter(|word| word.kind == crate::text::WordKind::Word);
    words.map(|word| text.surface(word).chars().filter(|c| c.is_alphabetic()).count()).sum::<usize>() >= 2
}

/// Cuts a text without a lexicon: which way it leans is no part of a brand's theme.
fn features(text: &Text) -> Result<Features, Error> {
    static NOTHING_KNOWN: OnceLock<Lexicon> = OnceLock::new();
    let lexicon = match NOTHING_KNOWN.get() {
        Some(lexicon) => lexicon,
        None => {
            let empty = Lexicon::read(&[], Group::En)?;
            NOTHING_KNOWN.get_or_init(|| empty)
        }
    };
    let mut features = Features::read(text, lexicon, Group::of(text.language()).spec());
    features.list.retain(|feature| feature.family != Family::Signals);
    Ok(features)
}

/// What an example is to the model.
fn values(example: &str) -> Result<Vec<(u32, f32)>, Error> {
    let text = Text::read(example);
    Ok(Cut::read(&text, &features(&text)?, &[], CUT).values())
}

/// Every line's scores by weights that have not seen it.
fn judge_apart(lines: &Lines, all: &[usize]) -> Result<Vec<Vec<f64>>, String> {
    let mut scores = vec![Vec::new(); all.len()];
    for fold in 0..FOLDS {
        let others: Vec<usize> = all.iter().copied().filter(|line| line % FOLDS != fold).collect();
        let (steps, weighted) = learn::fit(lines, &others, PLAN)?;
        let linear = Linear::new(steps, &weighted);
        for line in all.iter().filter(|line| *line % FOLDS == fold) {
            scores[*line] = (0..lines.labels).map(|label| linear.score(&lines.values[*line], label)).collect();
        }
    }
    Ok(scores)
}

fn judged(lines: &Lines, scores: &[Vec<f64>], label: usize) -> Vec<Judged> {
    let truths: Vec<bool> = lines.yes.iter().map(|yes| yes >> label & 1 == 1).collect();
    let yes = truths.iter().filter(|truth| **truth).count().max(1) as f64;
    let other = OTHERS * yes / (truths.len() as f64 - yes).max(1.0);
    let one = |(truth, scores): (&bool, &Vec<f64>)| Judged {
        score: scores[label],
        truth: *truth,
        weight: if *truth { 1.0 } else { other },
    };
    truths.iter().zip(scores).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRAWS: [&str; 8] = [
        "紙吸管喝到一半就爛掉了",
        "可以不要再用紙吸管了嗎，整杯都是紙味",
        "吸管軟掉根本吸不起來",
        "紙吸管真的很難用，泡一下就散",
        "為什麼珍奶要配紙吸管，戳都戳不進去",
        "拜託換回塑膠吸管，紙的會爛",
        "吸管爛在嘴裡好噁",
        "環保我懂，但這吸管五分鐘就軟了",
    ];
    const LOYALTY: [&str; 6] = [
        "點數怎麼又過期了，都沒通知",
        "集點卡換贈品的門檻變高了",
        "會員點數折抵不能用",
        "紅利點數少了三百點",
        "點數兌換頁面找不到商品",
        "集點活動送的點數沒進來",
    ];

    const NEW_STRAWS: [&str; 10] = [
        "這家的紙吸管一下就軟爛，喝不完",
        "吸管又爛了",
        "纸吸管泡软了，全是纸味",
        "點了紅茶，吸管又爛了",
        "為什麼吸管是紙的",
        "他們家飲料不錯，但紙吸管扣分",
        "吸管可以不要用紙做嗎",
        "冰塊還沒融吸管就先融了",
        "小孩咬一口吸管就爛掉",
        "紙吸管滾出去",
    ];
    const NEW_LOYALTY: [&str; 10] = [
        "我的點數不見了",
        "會員點數什麼時候會入帳",
        "點數過期前可以提醒一下嗎",
        "集點卡不能用了？",
        "紅利換不到東西",
        "點數折抵按了沒反應",
        "累積好久的點數被歸零",
        "集點送杯子的活動點數沒進來",
        "點數規則改好爛",
        "會員升等後點數還是一樣",
    ];

    fn learnt() -> OwnThemes {
        let lesson = |name: &str, examples: &[&str]| OwnLesson {
            theme: Theme::new(name).expect("a name"),
            examples: examples.iter().map(|text| (*text).to_owned()).collect(),
        };
        OwnThemes::learn(&[lesson("straws", &STRAWS), lesson("points", &LOYALTY)]).expect("it learns")
    }

    #[test]
    fn a_theme_of_a_few_examples_is_found_in_new_words_and_not_everywhere() {
        let own = learnt();
        let names = |text: &str| -> Vec<String> {
            own.find(&Text::read(text)).into_iter().map(|(score, _)| score.theme.to_string()).collect()
        };
        for (theme, texts) in [("straws", NEW_STRAWS), ("points", NEW_LOYALTY)] {
            let found = texts.iter().filter(|text| names(text) == [theme]).count();
            assert!(found >= 9, "{theme}: {found} of 10");
        }
        for text in ["外送等了一個小時", "拿鐵很好喝", "請問明天有開嗎？", "The app keeps crashing"]
        {
            assert_eq!(names(text), Vec::<String>::new(), "{text}");
        }
        let straws = own.find(&Text::read("點了紅茶，吸管又爛了"));
        let text = "點了紅茶，吸管又爛了";
        assert!(straws[0].1.iter().any(|span| text.get(span.start..span.end).is_some_and(|s| s.contains("吸管"))));
    }

    #[test]
    fn a_text_without_letters_teaches_nothing() {
        assert!(["", "😡😡", "https://a.tw/x", "12:30", "!!"].iter().all(|text| !usable(text)));
        assert!(["吸管", "straw", "빨대"].iter().all(|text| usable(text)));
    }
}
