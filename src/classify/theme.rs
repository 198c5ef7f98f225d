//! Themes by a built-in lexicon: the reasons customers speak, found by their phrases.
//!
//! In: the folded text and how it leans. Out: themes with how sure we are, and the phrases that said so.
//! Never: invents a theme that no phrase names.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use super::error::Error;
use crate::domain::{Locale, Probabilities, Theme};
use crate::text::fold;

/// The files of the built-in themes, in the order of screens.
pub(super) const FILES: &[(&str, &str)] = &[
    ("themes/delivery.toml", include_str!("../../sentiment-models/themes/delivery.toml")),
    ("themes/refund.toml", include_str!("../../sentiment-models/themes/refund.toml")),
    ("themes/quality.toml", include_str!("../../sentiment-models/themes/quality.toml")),
    ("themes/price.toml", include_str!("../../sentiment-models/themes/price.toml")),
    ("themes/service.toml", include_str!("../../sentiment-models/themes/service.toml")),
    ("themes/waiting.toml", include_str!("../../sentiment-models/themes/waiting.toml")),
    ("themes/app.toml", include_str!("../../sentiment-models/themes/app.toml")),
    ("themes/outage.toml", include_str!("../../sentiment-models/themes/outage.toml")),
    ("themes/privacy.toml", include_str!("../../sentiment-models/themes/privacy.toml")),
    ("themes/safety.toml", include_str!("../../sentiment-models/themes/safety.toml")),
    ("themes/praise.toml", include_str!("../../sentiment-models/themes/praise.toml")),
    ("themes/question.toml", include_str!("../../sentiment-models/themes/question.toml")),
    ("themes/leaving.toml", include_str!("../../sentiment-models/themes/leaving.toml")),
    ("themes/legal.toml", include_str!("../../sentiment-models/themes/legal.toml")),
    ("themes/advert.toml", include_str!("../../sentiment-models/themes/advert.toml")),
];

/// A theme that every topic has.
#[derive(Clone, Debug)]
pub struct BuiltInTheme {
    /// Its name in queries and files.
    pub name: Theme,
    titles: Titles,
}

impl BuiltInTheme {
    /// Its title for people.
    pub fn title(&self, locale: Locale) -> &str {
        match locale {
            Locale::ZhTw => &self.titles.zh_tw,
            Locale::ZhCn => &self.titles.zh_cn,
            Locale::En => &self.titles.en,
            Locale::Ja => &self.titles.ja,
        }
    }
}

/// The built-in themes, in the order of screens.
pub fn built_in_themes() -> &'static [BuiltInTheme] {
    static THEMES: OnceLock<Vec<BuiltInTheme>> = OnceLock::new();
    THEMES.get_or_init(|| {
        let read = |(file, text): &(&str, &str)| read_file(file, text).ok();
        FILES.iter().filter_map(read).map(|(name, file)| BuiltInTheme { name, titles: file.title }).collect()
    })
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Titles {
    #[serde(rename = "zh-TW")]
    zh_tw: String,
    #[serde(rename = "zh-CN")]
    zh_cn: String,
    en: String,
    ja: String,
}

/// Which way a text must lean for a theme to be heard in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Leaning {
    #[default]
    Any,
    Negative,
    Positive,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: Titles,
    #[serde(default)]
    leaning: Leaning,
    /// Phrases that name the theme by themselves.
    strong: Vec<String>,
    /// Phrases that speak of it more often than not.
    #[serde(default)]
    usual: Vec<String>,
    /// Phrases that speak of it only beside others.
    #[serde(default)]
    weak: Vec<String>,
}

fn read_file(file: &str, text: &str) -> Result<(Theme, File), Error> {
    let refuse = |why: String| Error::Line { file: file.to_owned(), line: 1, why };
    let name = file.rsplit('/').next().and_then(|name| name.strip_suffix(".toml")).and_then(Theme::new);
    let name = name.ok_or_else(|| refuse("the file's name is not a theme's name".to_owned()))?;
    let content = toml::from_str(text).map_err(|error| refuse(error.to_string()))?;
    Ok((name, content))
}

struct Phrase {
    theme: usize,
    weight: f64,
    latin_start: bool,
    latin_end: bool,
}

/// All phrases of all themes, found in one pass.
pub(super) struct Themes {
    automaton: AhoCorasick,
    phrases: Vec<Phrase>,
    themes: Vec<(Theme, Leaning)>,
}

/// A theme found in a text.
pub(super) struct Found {
    pub(super) theme: Theme,
    pub(super) p: f64,
    /// Places in the folded text, with what each phrase weighs.
    pub(super) places: Vec<(Range<usize>, f64)>,
}

/// Below this a theme is not told.
const LEAST: f64 = 0.5;

impl Themes {
    /// Reads the theme files (name and text of each).
    pub(super) fn read<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, Error> {
        let (mut words, mut phrases, mut themes) = (Vec::new(), Vec::new(), Vec::new());
        for (file, text) in files {
            let (name, content) = read_file(file, text)?;
            for (list, weight) in [(&content.strong, 0.85), (&content.usual, 0.6), (&content.weak, 0.35)] {
                for phrase in list {
                    let word = fold(phrase);
                    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
                    let (latin_start, latin_end) = (latin(word.chars().next()), latin(word.chars().next_back()));
                    phrases.push(Phrase { theme: themes.len(), weight, latin_start, latin_end });
                    words.push(word);
                }
            }
            themes.push((name, content.leaning));
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&words)
            .map_err(|error| Error::Line { file: "themes".to_owned(), line: 0, why: error.to_string() })?;
        Ok(Self { automaton, phrases, themes })
    }

    /// The themes of a text, most sure first.
    pub(super) fn find(&self, folded: &str, p: &Probabilities) -> Vec<Found> {
        let mut places: Vec<Vec<(Range<usize>, f64)>> = vec![Vec::new(); self.themes.len()];
        let bytes = folded.as_bytes();
        for hit in self.automaton.find_overlapping_iter(bytes) {
            let Some(phrase) = self.phrases.get(hit.pattern().as_usize()) else { continue };
            let before = hit.start().checked_sub(1).and_then(|at| bytes.get(at));
            let joined = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
            if phrase.latin_start && joined(before) || phrase.latin_end && joined_after(bytes, hit.end()) {
                continue;
            }
            places[phrase.theme].push((hit.start()..hit.end(), phrase.weight));
        }
        let mut found: Vec<Found> =
            self.themes.iter().zip(places).filter_map(|(theme, places)| weigh(theme, places, p)).collect();
        found.sort_by(|a, b| b.p.total_cmp(&a.p).then_with(|| a.theme.cmp(&b.theme)));
        found
    }
}

/// Whether a Latin word goes on; a plural or past ending still counts as the same word.
fn joined_after(bytes: &[u8], end: usize) -> bool {
    let rest: Vec<u8> =
        bytes.iter().skip(end).take_while(|byte| byte.is_ascii_alphanumeric()).take(4).copied().collect();
    !matches!(rest.as_slice(), b"" | b"s" | b"es" | b"d" | b"ed" | b"ing")
}

fn weigh((theme, leaning): &(Theme, Leaning), places: Vec<(Range<usize>, f64)>, p: &Probabilities) -> Option<Found> {
    let fits = match leaning {
        Leaning::Any => true,
        Leaning::Negative => p.negative >= p.positive,
        Leaning::Positive => p.positive > p.negative,
    };
    let mut longest: Vec<(Range<usize>, f64)> = Vec::new();
    for (place, weight) in places {
        let inside = |other: &Range<usize>| other.start <= place.start && place.end <= other.end;
        longest.retain(|(other, kept)| !(place.start <= other.start && other.end <= place.end && *kept <= weight));
        if !longest.iter().any(|(other, kept)| inside(other) && *kept >= weight) {
            longest.push((place, weight));
        }
    }
    let p = 1.0 - longest.iter().fold(1.0, |rest, (_, weight)| rest * (1.0 - weight));
    (fits && p >= LEAST).then(|| Found { theme: theme.clone(), p: p.min(0.99), places: longest })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn themes(text: &str, negative: f32) -> Vec<String> {
        let themes = Themes::read(FILES.iter().copied()).expect("the built-in themes");
        let p = Probabilities::from_weights(negative, 0.2, 0.8 - negative.min(0.7)).expect("weights");
        themes.find(&fold(text), &p).into_iter().map(|found| found.theme.to_string()).collect()
    }

    #[test]
    fn every_built_in_theme_is_read_and_titled_in_every_locale() {
        assert_eq!(built_in_themes().len(), FILES.len());
        for theme in built_in_themes() {
            assert!(Locale::ALL.iter().all(|locale| !theme.title(*locale).is_empty()), "{}", theme.name);
        }
    }

    #[test]
    fn phrases_name_themes_in_every_language_and_both_scripts() {
        for (text, theme) in [
            ("包裹寄丟了，物流說查不到", "delivery"),
            ("申请退款两周还没到账", "refund"),
            ("更新後 app 一直閃退", "app"),
            ("個資外洩，信用卡被盜刷", "privacy"),
            ("吃完上吐下瀉，已通報衛生局", "safety"),
            ("請問營業時間到幾點？", "question"),
            ("準備提告，也會找媒體", "legal"),
            ("My parcel never arrived", "delivery"),
            ("荷物が届かない", "delivery"),
            ("アプリがすぐ落ちる", "app"),
            ("택배가 안 와요", "delivery"),
            ("환불 언제 되나요", "refund"),
        ] {
            assert!(themes(text, 0.7).contains(&theme.to_owned()), "{text}: {:?}", themes(text, 0.7));
        }
    }

    #[test]
    fn a_latin_phrase_is_a_whole_word() {
        assert!(!themes("the lagoon was happy", 0.7).contains(&"app".to_owned()));
    }

    #[test]
    fn praise_of_the_staff_needs_a_text_that_praises() {
        assert!(themes("店員很親切", 0.1).contains(&"praise".to_owned()));
        assert!(!themes("店員很親切才怪", 0.9).contains(&"praise".to_owned()));
    }
}
