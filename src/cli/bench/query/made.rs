//! Topics and texts from a seed.
//!
//! In: chance. Out: topics with names that nobody has, and texts in three languages of which one in five names one of them.
//! Never: the same name twice.

use std::collections::HashSet;

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

/// A topic: its names, and its query.
pub(super) struct Topic {
    pub(super) names: Vec<String>,
    pub(super) query: String,
}

const HAN: &str =
    "嫩芽綠葉晨星雲海青禾木石山風月泉松竹梅蘭安和明光永興東西南北金玉天地春夏秋冬紅白黑藍小大新古川田林森谷原野橋門樓";
const KINDS: [&str; 12] =
    ["咖啡", "茶行", "電信", "銀行", "餐廳", "超市", "旅店", "航空", "診所", "書店", "外送", "保險"];
const SYLLABLES: [&str; 20] = [
    "spro", "nim", "bus", "lea", "fo", "ri", "ka", "to", "mel", "vin", "ora", "zen", "qui", "dal", "pex", "lu", "sha",
    "bri", "cor", "tan",
];
const KANA: [&str; 16] = [
    "スプ", "ラウ", "トニ", "ンバ", "リフ", "カフ", "モリ", "アオ", "ハナ", "ソラ", "キタ", "ミナ", "ユメ", "ツキ",
    "ヒカ", "ナギ",
];
const WORDS: [&str; 8] = ["退款", "客服", "refund", "delivery", "予約", "故障", "app", "排隊"];

/// So many topics.
pub(super) fn topics(random: &mut StdRng, count: usize) -> Vec<Topic> {
    let han: Vec<char> = HAN.chars().collect();
    let mut known = HashSet::new();
    let mut topics = Vec::with_capacity(count);
    while topics.len() < count {
        let pick = |random: &mut StdRng, of: &[&str], parts: usize| -> String {
            (0..parts).filter_map(|_| of.choose(random).copied()).collect()
        };
        let length = random.random_range(2..=3);
        let mut chinese: String = (0..length).filter_map(|_| han.choose(random)).collect();
        chinese.push_str(KINDS.choose(random).copied().unwrap_or_default());
        let parts = random.random_range(3..=4);
        let latin = pick(random, &SYLLABLES, parts);
        let kana = pick(random, &KANA, 4);
        if ![&chinese, &latin, &kana].into_iter().all(|name| known.insert(name.clone())) {
            continue;
        }
        let any = format!("{chinese} OR \"{latin} coffee\" OR @{latin} OR #{latin} OR {kana}");
        let word = WORDS.choose(random).copied().unwrap_or_default();
        let query = match random.random_range(0..5) {
            0 => format!("({any}) AND NOT (徵才 OR hiring OR 求人)"),
            1 => format!("({any}) OR ({latin} AND {word})"),
            2 => format!("({any}) OR {latin} NEAR/5 {word}"),
            3 => format!("({any} OR {latin}app*) AND NOT {word}"),
            _ => any,
        };
        let names = vec![chinese, format!("{latin} coffee"), format!("@{latin}"), format!("#{latin}"), kana];
        topics.push(Topic { names, query });
    }
    topics
}

/// So many texts, made from the demo's.
pub(super) fn texts(random: &mut StdRng, topics: &[Topic], count: usize) -> Vec<String> {
    let files = [
        include_str!("../../../demo/story/sprout-coffee.txt"),
        include_str!("../../../demo/story/leaf-tea.txt"),
        include_str!("../../../demo/story/nimbus-phone.txt"),
    ];
    let lines: Vec<&str> = files
        .iter()
        .flat_map(|file| file.lines())
        .filter(|line| !line.is_empty() && !line.starts_with(['#', '[']))
        .collect();
    let mut text = |number: usize| {
        let mut part = || lines.choose(random).copied().unwrap_or_default();
        let (first, second) = (part(), part());
        let named = if random.random_range(0..5) == 0 {
            topics.choose(random).and_then(|topic| topic.names.choose(random)).cloned().unwrap_or_default()
        } else {
            String::new()
        };
        format!("{first} {named} {number} {second}")
    };
    (0..count).map(&mut text).collect()
}
