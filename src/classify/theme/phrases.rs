//! The phrases by which people name a theme.
//!
//! In: the theme files and a folded text. Out: for every theme, what was said of it and where.
//! Never: decides alone where the model can be asked.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use crate::classify::error::Error;
use crate::domain::{Locale, Probabilities, Theme};
use crate::text::fold;

/// A theme's title for people, in each locale.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Titles {
    #[serde(rename = "zh-TW")]
    zh_tw: String,
    #[serde(rename = "zh-CN")]
    zh_cn: String,
    en: String,
    ja: String,
}

impl Titles {
    pub(super) fn of(&self, locale: Locale) -> &str {
        match locale {
            Locale::ZhTw => &self.zh_tw,
            Locale::ZhCn => &self.zh_cn,
            Locale::En => &self.en,
            Locale::Ja => &self.ja,
        }
    }
}

/// Which way a text must lean for a phrase to be heard in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Leaning {
    #[default]
    Any,
    Negative,
    Positive,
}

impl Leaning {
    fn fits(self, p: &Probabilities) -> bool {
        match self {
            Self::Any => true,
            Self::Negative => p.negative >= p.positive,
            Self::Positive => p.positive > p.negative,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) title: Titles,
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

pub(super) fn read_file(file: &str, text: &str) -> Result<(Theme, File), Error> {
    let refuse = |why: String| Error::Line { file: file.to_owned(), line: 1, why };
    let name = file.rsplit('/').next().and_then(|name| name.strip_suffix(".toml")).and_then(Theme::new);
    let name = name.ok_or_else(|| refuse("the file's name is not a theme's name".to_owned()))?;
    let content = toml::from_str(text).map_err(|error| refuse(error.to_string()))?;
    Ok((name, content))
}

/// Kinds of phrases, with what one says by itself.
const KINDS: [f64; 3] = [0.85, 0.6, 0.35];
/// The kind that names a theme by itself.
const STRONG: usize = 0;

struct Phrase {
    theme: usize,
    kind: usize,
    latin_start: bool,
    latin_end: bool,
}

/// All phrases of all themes, found in one pass.
pub(crate) struct Phrases {
    automaton: AhoCorasick,
    phrases: Vec<Phrase>,
    themes: Vec<(Theme, Leaning)>,
}

/// What a text's phrases say of one theme.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) theme: Theme,
    /// Whether the text leans as the theme's file asks.
    pub(super) fits: bool,
    /// Whether a phrase names it by itself.
    pub(super) strong: bool,
    /// How sure the phrases are, alone.
    pub(super) p: f64,
    /// Phrases of each kind.
    pub(super) kinds: [u8; 3],
    /// Places in the folded text, with what each phrase weighs.
    pub(super) places: Vec<(Range<usize>, f64)>,
}

impl Phrases {
    /// Reads the theme files (name and text of each).
    pub(crate) fn read<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, Error> {
        let (mut words, mut phrases, mut themes) = (Vec::new(), Vec::new(), Vec::new());
        for (file, text) in files {
            let (name, content) = read_file(file, text)?;
            for (kind, list) in [&content.strong, &content.usual, &content.weak].into_iter().enumerate() {
                for phrase in list {
                    let word = fold(phrase);
                    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
                    let (latin_start, latin_end) = (latin(word.chars().next()), latin(word.chars().next_back()));
                    phrases.push(Phrase { theme: themes.len(), kind, latin_start, latin_end });
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

    /// The themes' names, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &Theme> {
        self.themes.iter().map(|(name, _)| name)
    }

    /// What is said of each theme, in the order of the themes.
    pub(super) fn find(&self, folded: &str, p: &Probabilities) -> Vec<Said> {
        let mut hits: Vec<Vec<(Range<usize>, usize)>> = vec![Vec::new(); self.themes.len()];
        let bytes = folded.as_bytes();
        for hit in self.automaton.find_overlapping_iter(bytes) {
            let Some(phrase) = self.phrases.get(hit.pattern().as_usize()) else { continue };
            let before = hit.start().checked_sub(1).and_then(|at| bytes.get(at));
            let joined = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
            if phrase.latin_start && joined(before) || phrase.latin_end && joined_after(bytes, hit.end()) {
                continue;
            }
            hits[phrase.theme].push((hit.start()..hit.end(), phrase.kind));
        }
        let said = |((theme, leaning), hits): (&(Theme, Leaning), Vec<_>)| weigh(theme, leaning.fits(p), hits);
        self.themes.iter().zip(hits).map(said).collect()
    }
}

/// Whether a Latin word goes on; a plural or past ending still counts as the same word.
fn joined_after(bytes: &[u8], end: usize) -> bool {
    let rest: Vec<u8> =
        bytes.iter().skip(end).take_while(|byte| byte.is_ascii_alphanumeric()).take(4).copied().collect();
    !matches!(rest.as_slice(), b"" | b"s" | b"es" | b"d" | b"ed" | b"ing")
}

/// Joins what the phrases of one theme say; of two that overlap wholly, the longer one counts. The hits come in the order of
/// their ends, so that only the last ones can overlap with the next: a long text takes no longer than its parts.
fn weigh(theme: &Theme, fits: bool, hits: Vec<(Range<usize>, usize)>) -> Said {
    let mut longest: Vec<(Range<usize>, usize)> = Vec::new();
    for (place, kind) in hits {
        let inside = |other: &Range<usize>| other.start <= place.start && place.end <= other.end;
        let mut near = longest.split_off(longest.partition_point(|(other, _)| other.end <= place.start));
        near.retain(|(other, kept)| !(place.start <= other.start && other.end <= place.end && *kept >= kind));
        let covered = near.iter().any(|(other, kept)| inside(other) && *kept <= kind);
        longest.append(&mut near);
        if !covered {
            longest.push((place, kind));
        }
    }
    let mut kinds = [0u8; 3];
    longest.iter().for_each(|(_, kind)| kinds[*kind] = kinds[*kind].saturating_add(1));
    let p = 1.0 - longest.iter().fold(1.0, |rest, (_, kind)| rest * (1.0 - KINDS[*kind]));
    Said {
        theme: theme.clone(),
        fits,
        strong: kinds[STRONG] > 0,
        p,
        kinds,
        places: longest.into_iter().map(|(place, kind)| (place, KINDS[kind])).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule by itself, asked of every pair.
    fn weighed_naively(hits: &[(Range<usize>, usize)]) -> Vec<(Range<usize>, usize)> {
        let mut longest: Vec<(Range<usize>, usize)> = Vec::new();
        for (place, kind) in hits.iter().cloned() {
            longest.retain(|(other, kept)| !(place.start <= other.start && other.end <= place.end && *kept >= kind));
            let inside = |other: &Range<usize>| other.start <= place.start && place.end <= other.end;
            if !longest.iter().any(|(other, kept)| inside(other) && *kept <= kind) {
                longest.push((place, kind));
            }
        }
        longest
    }

    #[test]
    fn only_the_last_hits_are_looked_at_and_the_answer_is_that_of_all_pairs() {
        let theme = Theme::new("price").expect("a name");
        let mut chance = 7usize;
        let mut below = |n: usize| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (chance >> 33) % n
        };
        for _ in 0..300 {
            let mut hits: Vec<(Range<usize>, usize)> = (0..40)
                .map(|_| (below(60), 1 + below(8), below(3)))
                .map(|(start, length, kind)| (start..start + length, kind))
                .collect();
            hits.sort_by_key(|(place, _)| place.end);
            let wanted: Vec<(Range<usize>, f64)> =
                weighed_naively(&hits).into_iter().map(|(place, kind)| (place, KINDS[kind])).collect();
            assert_eq!(weigh(&theme, true, hits).places, wanted);
        }
        // Asked of every pair, these would take minutes.
        let many = (0..300_000).map(|n| (n * 9..n * 9 + 6, 0)).collect();
        assert_eq!(weigh(&theme, true, many).places.len(), 300_000);
    }
}
