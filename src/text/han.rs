//! The Chinese characters: traditional ones folded to simplified ones, one by one, and which script a character shows.
//!
//! In: a character. Out: its simplified form, or the writing it belongs to.
//! Never: changes how many bytes a character takes (rare pairs that would are left alone), looks at neighbours.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

/// OpenCC's tables (Apache-2.0, see NOTICE): traditional to simplified, and back.
const TRADITIONAL: &str = include_str!("../../sentiment-models/segment/TSCharacters.txt");
const SIMPLIFIED: &str = include_str!("../../sentiment-models/segment/STCharacters.txt");

/// Japanese forms (after 1946) that Chinese writes otherwise, in both of its scripts.
const SHINJITAI: &str = "両乗予亜仏仮価倹児円処剣剤剰労効勅勧勲単厳収営団囲図圏圧塁塩増壊壌壱売変奨嬢実寛対専巌巣巻帯帰庁広廃弐弾従徳徴応恵悩悪懐戦戸戻払抜択拝拠拡挙挿捜掲掻揺摂撃斉斎晩暁暦曽栄桜桟検楡楽様権欠歓歩歯歳歴毎気沢浄浜涙渇済渉渋渓満溌滝瀬焼犠猟獣畳発県砕稲穂穏穣竜粋粧経絵継続総縁縄縦繊繋聡聴脳臓舎荘蔵薫薬蛍覇覚覧観訳読譲豊賛転軽辺逓遅郷醤醸釈鉄鉱銭鋳錬関闘陥険隠雑霊頼顕駅駆騒験髄髪鴎鶏鹸黒黙齢働込峠畑榊辻枠匂鰯雫凪";

/// Characters that written Cantonese uses and Mandarin does not, or hardly.
pub(super) const CANTONESE: &str =
    "嘅咗喺啲冇佢哋嚟嗰嘢㗎瞓睇攞搵畀噉咁啱唔嗮咩乜嗌諗冧揸孭嬲黐嘥嗱喎噃嘞啩嚿屙揼掟揦氹冚";

/// Pairs that say the same in the common spelling with borrowed characters (`左` for 咗, `地` for 哋, `野` for 嘢).
pub(super) const CANTONESE_PAIRS: &[&str] = &[
    "我地", "佢地", "你地", "人地", "呢間", "呢個", "呢度", "呢到", "呢款", "呢家", "點解", "好味", "左去", "左個",
    "左我", "左一", "左兩", "左好", "左間", "左有", "食野", "飲野", "既時", "黎到", "係咪", "都係", "唔係", "真係",
    "就係", "係個", "仲有", "俾我", "食晏", "邊度",
];

/// The block that holds nearly all characters in use.
const BLOCK: std::ops::RangeInclusive<u32> = 0x3400..=0x9FFF;

/// Which writing a character belongs to, when it belongs to one only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// Written in traditional Chinese only.
    Traditional,
    /// Written in simplified Chinese only.
    Simplified,
    /// Written in Japanese only.
    Japanese,
    /// Written in more than one.
    Shared,
}

/// What a character shows of who writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shows {
    pub(super) script: Script,
    /// Whether written Cantonese uses it and Mandarin hardly does.
    pub(super) cantonese: bool,
    /// Whether it ends a pair of [`CANTONESE_PAIRS`].
    pub(super) ends_cantonese_pair: bool,
}

impl Shows {
    const NOTHING: Self = Self { script: Script::Shared, cantonese: false, ends_cantonese_pair: false };
}

struct Table {
    /// The simplified form of each character of [`BLOCK`].
    block: Vec<u16>,
    /// The others.
    beyond: HashMap<char, char>,
    /// What each character of [`BLOCK`] shows of its writer.
    shows: Vec<Shows>,
}

fn rows(table: &'static str) -> impl Iterator<Item = (char, Vec<char>)> {
    table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (from, to) = line.split_once('\t')?;
        let to: Vec<char> = to.split(' ').filter_map(|form| form.chars().next()).collect();
        Some((from.chars().next()?, to))
    })
}

fn build() -> Table {
    let mut folds: HashMap<char, char> = HashMap::new();
    let mut traditional = HashSet::new();
    for (from, to) in rows(TRADITIONAL) {
        let Some(first) = to.first().copied() else { continue };
        if first.len_utf8() == from.len_utf8() {
            folds.insert(from, first);
        }
        if !to.contains(&from) {
            traditional.insert(from);
        }
    }
    let mut simplified: HashSet<char> =
        rows(SIMPLIFIED).filter(|(from, to)| !to.contains(from)).map(|(from, _)| from).collect();
    let both: Vec<char> = traditional.intersection(&simplified).copied().collect();
    for c in both {
        traditional.remove(&c);
        simplified.remove(&c);
    }
    let japanese: HashSet<char> = SHINJITAI.chars().collect();
    let script = |c: char| match () {
        () if traditional.contains(&c) => Script::Traditional,
        () if simplified.contains(&c) => Script::Simplified,
        () if japanese.contains(&c) => Script::Japanese,
        () => Script::Shared,
    };
    let cantonese: HashSet<char> = CANTONESE.chars().collect();
    let ends: HashSet<char> = CANTONESE_PAIRS.iter().filter_map(|pair| pair.chars().nth(1)).collect();
    let shows = |c: char| Shows {
        script: script(c),
        cantonese: cantonese.contains(&c),
        ends_cantonese_pair: ends.contains(&c),
    };
    let mut table = Table {
        block: BLOCK.map(|code| u16::try_from(code).unwrap_or_default()).collect(),
        beyond: HashMap::new(),
        shows: BLOCK.map(|code| char::from_u32(code).map_or(Shows::NOTHING, shows)).collect(),
    };
    for &from in folds.keys() {
        // A pair may lead on (薴 → 苧 → 苎): folding twice must change nothing.
        let mut to = from;
        for _ in 0..4 {
            to = folds.get(&to).copied().unwrap_or(to);
        }
        match (BLOCK.contains(&u32::from(from)), u16::try_from(u32::from(to))) {
            (true, Ok(to)) => table.block[(u32::from(from) - BLOCK.start()) as usize] = to,
            _ => {
                table.beyond.insert(from, to);
            }
        }
    }
    table
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(build)
}

/// Folds characters with the table at hand.
#[derive(Clone, Copy)]
pub(super) struct Fold(&'static Table);

impl Fold {
    pub(super) fn new() -> Self {
        Self(table())
    }

    /// The simplified form of a character; itself when it has none. Takes as many bytes as `c`.
    #[inline]
    pub(super) fn simplify(self, c: char) -> char {
        let code = u32::from(c);
        if code < *BLOCK.start() {
            return c;
        }
        match self.0.block.get((code - BLOCK.start()) as usize) {
            Some(&folded) => char::from_u32(u32::from(folded)).unwrap_or(c),
            None => self.0.beyond.get(&c).copied().unwrap_or(c),
        }
    }
}

/// Tells what characters show, with the table at hand.
#[derive(Clone, Copy)]
pub(super) struct Scripts(&'static Table);

impl Scripts {
    pub(super) fn new() -> Self {
        Self(table())
    }

    /// What a character shows of who writes it.
    #[inline]
    pub(super) fn of(self, c: char) -> Shows {
        let place = u32::from(c).checked_sub(*BLOCK.start()).unwrap_or(u32::MAX);
        self.0.shows.get(place as usize).copied().unwrap_or(Shows::NOTHING)
    }
}

/// Whether a character is a Chinese character (of any of the languages that use them).
pub(super) fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3005..=0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3_FFFF)
}

/// Whether a character is hiragana or katakana (the long mark `ー` too).
pub(super) fn is_kana(c: char) -> bool {
    matches!(u32::from(c), 0x3041..=0x3096 | 0x3099..=0x309A | 0x309D..=0x309F | 0x30A1..=0x30FA | 0x30FC..=0x30FF | 0x31F0..=0x31FF)
}

/// Whether a character is Korean.
pub(super) fn is_hangul(c: char) -> bool {
    matches!(u32::from(c), 0x1100..=0x11FF | 0x3131..=0x318E | 0xA960..=0xA97F | 0xAC00..=0xD7FF)
}

/// Whether a character is bopomofo (注音).
pub(super) fn is_bopomofo(c: char) -> bool {
    matches!(u32::from(c), 0x3105..=0x312F | 0x31A0..=0x31BF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fold_keeps_the_bytes_and_is_done_in_one_step() {
        let fold = Fold::new();
        for (from, _) in rows(TRADITIONAL) {
            let to = fold.simplify(from);
            assert_eq!(to.len_utf8(), from.len_utf8(), "{from}");
            assert_eq!(fold.simplify(to), to, "{from} → {to}");
        }
    }

    #[test]
    fn a_character_that_both_scripts_write_shows_neither() {
        let script = |c: char| Scripts::new().of(c).script;
        assert_eq!(script('後'), Script::Traditional);
        assert_eq!(script('国'), Script::Simplified);
        assert_eq!(script('后'), Script::Shared);
        assert_eq!(script('対'), Script::Japanese);
        assert_eq!(script('天'), Script::Shared);
    }

    #[test]
    fn every_sign_of_cantonese_is_in_the_table() {
        let scripts = Scripts::new();
        assert!(CANTONESE.chars().all(|c| scripts.of(c).cantonese));
        let ends = |pair: &&str| pair.chars().nth(1).is_some_and(|c| scripts.of(c).ends_cantonese_pair);
        assert!(CANTONESE_PAIRS.iter().all(ends));
    }
}
