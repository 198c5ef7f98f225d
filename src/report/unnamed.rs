//! Rising themes: what negative talk is newly about, as groups of originals that say the same things.
//!
//! In: the mentions of a period and of a longer time before it. Out: groups, each with its most telling words, a typical text,
//! the mentions in it, and the named theme that covers it, if one does. Never: shows a group that a quiet week would have too.
//!
//! Words that negative originals use much more than before (Dunning's G²) seed the groups; texts that share them join, and
//! groups that share most of their texts' words join in turn (average link on cosine). Distances between whole short texts
//! are nearly all alike, so a density over them (DBSCAN) or a chosen number of centres (k-means) has nothing to hold on
//! to; over the few words that rose, groups are small, stable, and say by themselves why they are groups.

use std::collections::{BTreeMap, BTreeSet};

use super::figures::Item;
use super::rising::{surprise, telling_words};
use crate::domain::{MentionId, Sentiment, Spread, Theme};

/// A group of negative originals that rose together.
#[derive(Clone, Debug, PartialEq)]
pub struct UnnamedTheme {
    /// Its most telling words, as they are written most often.
    pub words: Vec<String>,
    /// The original that says most of what the others say.
    pub typical: MentionId,
    /// Its text.
    pub text: String,
    /// The originals, in order of time.
    pub evidence: Vec<MentionId>,
    /// The named theme that most of them have, if there is one.
    pub covered_by: Option<Theme>,
}

/// Originals that are looked at: the latest.
const MOST_TEXTS: usize = 600;
/// A word must stand in so many originals, by so many authors.
const FEWEST: usize = 4;
const FEWEST_AUTHORS: usize = 3;
/// How unlikely by chance: beyond 1 in 10,000, since thousands of words are asked.
const SCORE: f64 = 15.14;
/// A group has so many originals.
const SMALLEST: usize = 5;
/// Texts and groups this like (cosine over the words that rose) are one group.
const ALIKE: f64 = 0.35;
/// A theme covers a group when so many of its originals have it.
const COVERED: f64 = 0.6;
/// Groups and words that are told.
const MOST_GROUPS: usize = 4;
const MOST_WORDS: usize = 4;

/// An original with the words that rose in it.
struct Line<'a> {
    item: &'a Item,
    words: BTreeSet<usize>,
}

/// A word that rose.
struct Risen {
    shown: String,
    score: f64,
}

/// The groups of negative originals that rose, those that no theme covers first, then the larger.
pub fn unnamed(items: &[Item], former: &[Item]) -> Vec<UnnamedTheme> {
    let now = negative_originals(items);
    let before = negative_originals(former);
    let (risen, lines) = risen(&now, &before);
    let mut themes: Vec<UnnamedTheme> = groups(&lines, &risen)
        .into_iter()
        .filter(|group| {
            group.len() >= SMALLEST && authors(group.iter().map(|line| lines[*line].item)) >= FEWEST_AUTHORS
        })
        .map(|group| told(&group, &lines, &risen))
        .collect();
    themes.sort_by(|a, b| {
        let key = |theme: &UnnamedTheme| (theme.covered_by.is_some(), std::cmp::Reverse(theme.evidence.len()));
        key(a).cmp(&key(b)).then_with(|| a.words.cmp(&b.words))
    });
    themes.truncate(MOST_GROUPS);
    themes
}

fn negative_originals(items: &[Item]) -> Vec<&Item> {
    let wanted = |item: &&Item| {
        item.sentiment == Sentiment::Negative && item.spread == Spread::Original && !item.text.is_empty()
    };
    let mut wanted: Vec<&Item> = items.iter().filter(wanted).collect();
    wanted.sort_by(|a, b| a.posted_at.cmp(&b.posted_at).then_with(|| a.id.cmp(&b.id)));
    let extra = wanted.len().saturating_sub(MOST_TEXTS);
    wanted.drain(..extra);
    wanted
}

fn authors<'a>(items: impl Iterator<Item = &'a Item>) -> usize {
    let known = |item: &'a Item| if item.author_key.is_empty() { item.id.as_str() } else { item.author_key.as_str() };
    items.map(known).collect::<BTreeSet<&str>>().len()
}

/// The words that rose, most telling first, and every original that has one of them.
fn risen<'a>(now: &[&'a Item], before: &[&Item]) -> (Vec<Risen>, Vec<Line<'a>>) {
    let words_now: Vec<BTreeMap<String, String>> = now.iter().map(|item| telling_words(&item.text)).collect();
    let mut held: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (line, words) in words_now.iter().enumerate() {
        words.keys().for_each(|word| held.entry(word).or_default().push(line));
    }
    let mut held_before: BTreeMap<String, i64> = BTreeMap::new();
    for word in before.iter().flat_map(|item| telling_words(&item.text).into_keys()) {
        *held_before.entry(word).or_insert(0) += 1;
    }
    // Without a former period nothing is new.
    let mut found: Vec<(Risen, Vec<usize>)> = Vec::new();
    for (word, lines) in held {
        let (count, count_before) = (lines.len() as i64, held_before.get(word).copied().unwrap_or(0));
        let (all, all_before) = (now.len() as i64, before.len() as i64);
        let score = surprise(count, all, count_before, all_before);
        let rose = count * all_before.max(1) > count_before * all && score >= SCORE && all_before > 0;
        if rose && lines.len() >= FEWEST && authors(lines.iter().map(|line| now[*line])) >= FEWEST_AUTHORS {
            let shown = lines.first().and_then(|line| words_now[*line].get(word)).cloned().unwrap_or_default();
            found.push((Risen { shown, score }, lines));
        }
    }
    found.sort_by(|a, b| b.0.score.total_cmp(&a.0.score).then_with(|| a.0.shown.cmp(&b.0.shown)));
    let mut words_of: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (word, (_, lines)) in found.iter().enumerate() {
        for line in lines {
            words_of.entry(*line).or_default().insert(word);
        }
    }
    let lines = words_of.into_iter().map(|(line, words)| Line { item: now[line], words }).collect();
    (found.into_iter().map(|(risen, _)| risen).collect(), lines)
}

/// Joins the two most alike groups again and again, until none are alike; ties by order, so that the answer is one.
fn groups(lines: &[Line<'_>], risen: &[Risen]) -> Vec<Vec<usize>> {
    let weight = |words: &BTreeSet<usize>| words.iter().map(|word| risen[*word].score).sum::<f64>();
    let alike = |a: &Line<'_>, b: &Line<'_>| {
        let shared: f64 = a.words.intersection(&b.words).map(|word| risen[*word].score).sum();
        shared / (weight(&a.words) * weight(&b.words)).sqrt()
    };
    // Texts with the very same words begin together.
    let mut same: BTreeMap<&BTreeSet<usize>, Vec<usize>> = BTreeMap::new();
    for (number, line) in lines.iter().enumerate() {
        same.entry(&line.words).or_default().push(number);
    }
    let mut groups: Vec<Vec<usize>> = same.into_values().collect();
    // Sums of likeness between groups; average link joins by their mean.
    let mut sums: Vec<Vec<f64>> = groups
        .iter()
        .map(|a| {
            let to = |b: &Vec<usize>| alike(&lines[a[0]], &lines[b[0]]) * (a.len() * b.len()) as f64;
            groups.iter().map(to).collect()
        })
        .collect();
    loop {
        let mut best: Option<(f64, usize, usize)> = None;
        for a in 0..groups.len() {
            for b in a + 1..groups.len() {
                let mean = sums[a][b] / (groups[a].len() * groups[b].len()).max(1) as f64;
                if mean >= ALIKE && best.is_none_or(|(most, _, _)| mean > most) {
                    best = Some((mean, a, b));
                }
            }
        }
        let Some((_, a, b)) = best else { return groups };
        let joined = groups.remove(b);
        groups[a].extend(joined);
        let gone = sums.remove(b);
        for row in &mut sums {
            row.remove(b);
        }
        for (other, sum) in gone.into_iter().enumerate().filter(|(other, _)| *other != b) {
            let other = if other > b { other - 1 } else { other };
            sums[a][other] += sum;
            if other != a {
                sums[other][a] = sums[a][other];
            }
        }
    }
}

fn told(group: &[usize], lines: &[Line<'_>], risen: &[Risen]) -> UnnamedTheme {
    let mut held: BTreeMap<usize, usize> = BTreeMap::new();
    for word in group.iter().flat_map(|line| &lines[*line].words) {
        *held.entry(*word).or_insert(0) += 1;
    }
    // A word tells of a group by how much of the group has it and how much it rose.
    let mut words: Vec<(f64, usize)> =
        held.iter().map(|(word, count)| (*count as f64 / group.len() as f64 * risen[*word].score, *word)).collect();
    words.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let said = |line: &usize| lines[*line].words.iter().filter_map(|word| held.get(word)).sum::<usize>();
    let typical = group.iter().max_by_key(|line| (said(line), std::cmp::Reverse(**line))).copied().unwrap_or(group[0]);
    let mut order: Vec<usize> = group.to_vec();
    order.sort_unstable();
    let mut themes: BTreeMap<&Theme, usize> = BTreeMap::new();
    for theme in order.iter().flat_map(|line| &lines[*line].item.themes) {
        *themes.entry(theme).or_insert(0) += 1;
    }
    let covers = themes.into_iter().max_by_key(|(theme, count)| (*count, std::cmp::Reverse(*theme)));
    let covered_by = covers.filter(|(_, count)| *count as f64 >= COVERED * group.len() as f64);
    UnnamedTheme {
        words: words.iter().take(MOST_WORDS).map(|(_, word)| risen[*word].shown.clone()).collect(),
        typical: lines[typical].item.id.clone(),
        text: lines[typical].item.text.clone(),
        evidence: order.iter().map(|line| lines[*line].item.id.clone()).collect(),
        covered_by: covered_by.map(|(theme, _)| theme.clone()),
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::seq::IndexedRandom;
    use rand::{Rng, SeedableRng};

    use super::*;
    use crate::report::figures::tests::item;

    const WHAT: [&str; 24] = [
        "外送",
        "店員",
        "拿鐵",
        "結帳",
        "座位",
        "冷氣",
        "會員",
        "甜點",
        "價格",
        "停車場",
        "廁所",
        "音樂",
        "菜單",
        "訂單",
        "杯子",
        "糖度",
        "冰塊",
        "三明治",
        "點數",
        "隊伍",
        "門市",
        "電話",
        "包裝",
        "櫃檯",
    ];
    const HOW: [&str; 16] = [
        "很慢",
        "超雷",
        "太貴",
        "難喝",
        "態度差",
        "等太久",
        "不新鮮",
        "沒人理",
        "髒髒的",
        "送錯",
        "壞掉",
        "退步",
        "吵死",
        "亂七八糟",
        "少給",
        "敷衍",
    ];
    const WHEN: [&str; 10] = ["今天", "昨天", "剛剛", "上週", "每次", "這家", "又是", "真的", "覺得", "朋友說"];

    fn ordinary(random: &mut StdRng, number: usize) -> Item {
        let mut word = |of: &[&'static str]| of.choose(random).copied().unwrap_or_default();
        let text = format!("{}{}{}，{}也{}", word(&WHEN), word(&WHAT), word(&HOW), word(&WHAT), word(&HOW));
        Item { author_key: format!("author{number}"), ..item(number, Sentiment::Negative, &text) }
    }

    fn week(seed: u64, first: usize) -> Vec<Item> {
        let mut random = StdRng::seed_from_u64(seed);
        (first..first + 400).map(|number| ordinary(&mut random, number)).collect()
    }

    fn hide(items: &mut [Item], seed: u64) -> BTreeSet<MentionId> {
        const HIDDEN: [&str; 5] = [
            "紙吸管泡一下就爛掉了，難喝",
            "又是紙吸管，戳不進封膜",
            "這個紙吸管軟到吸不起來",
            "拜託換掉紙吸管，整口都是紙味",
            "紙吸管爛在嘴裡，今天超雷",
        ];
        let mut random = StdRng::seed_from_u64(seed);
        let mut hidden = BTreeSet::new();
        while hidden.len() < 15 {
            let at = random.random_range(0..items.len());
            if hidden.insert(items[at].id.clone()) {
                items[at].text = (*HIDDEN.choose(&mut random).expect("some")).to_owned();
            }
        }
        hidden
    }

    #[test]
    fn fifteen_among_four_hundred_are_found_and_named() {
        for seed in 0..10 {
            let (before, mut now) = (week(seed * 2, 1000), week(seed * 2 + 1, 0));
            let hidden = hide(&mut now, seed);
            let found = unnamed(&now, &before);
            assert_eq!(found.len(), 1, "seed {seed}: {found:?}");
            let found = &found[0];
            let right = found.evidence.iter().filter(|id| hidden.contains(id)).count();
            assert!(right >= 14 && found.evidence.len() <= 17, "seed {seed}: {right} of {}", found.evidence.len());
            assert!(found.words.iter().any(|word| word.contains("吸管")), "seed {seed}: {:?}", found.words);
            assert!(hidden.contains(&found.typical) && found.text.contains("吸管"));
            assert_eq!(found.covered_by, None);
        }
    }

    #[test]
    fn a_quiet_week_has_none_and_neither_has_the_first_week() {
        for seed in 0..20 {
            assert_eq!(unnamed(&week(seed * 2 + 100, 0), &week(seed * 2 + 101, 1000)), [], "seed {seed}");
        }
        let mut first = week(1, 0);
        hide(&mut first, 1);
        assert_eq!(unnamed(&first, &[]), [], "without a week before nothing is new");
    }

    #[test]
    fn one_loud_author_is_no_theme() {
        let mut now = week(3, 0);
        let hidden = hide(&mut now, 3);
        now.iter_mut().filter(|item| hidden.contains(&item.id)).for_each(|item| item.author_key = "loud".to_owned());
        assert_eq!(unnamed(&now, &week(2, 1000)), []);
    }

    #[test]
    fn a_theme_that_covers_a_group_is_told_with_it() {
        let mut now = week(5, 0);
        let hidden = hide(&mut now, 5);
        let theme = Theme::new("straws").expect("a name");
        now.iter_mut().filter(|item| hidden.contains(&item.id)).for_each(|item| item.themes = vec![theme.clone()]);
        assert_eq!(unnamed(&now, &week(4, 1000))[0].covered_by, Some(theme));
    }
}
