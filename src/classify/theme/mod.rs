//! Themes: the reasons customers speak.
//!
//! In: a text that was read, cut and weighed. Out: themes with how sure we are, and the words that said so.
//! Never: learns while it judges; answers by a text's language name alone.
//!
//! - `phrases` finds what names a theme in so many words;
//! - `model` (one for all languages, `linear` inside, `file` outside) weighs them with everything else a text says;
//! - `learn` makes that model; `own` learns what a brand adds with a few examples; `measure` scores all of it;
//! - `topic_set` asks the same learner about sets of one label a text, as a check of what it can do.

mod calibrate;
mod cut;
mod file;
mod learn;
mod linear;
mod measure;
mod model;
mod own;
mod phrases;
#[cfg(test)]
mod tests;
mod topic_set;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use self::phrases::Titles;
pub use learn::{LearntThemes, ThemeLesson, ThemePlan};
pub use measure::{ThemeFigures, ThemeRow};
pub use own::{MOST_OWN_THEMES, OwnLesson, OwnThemes, usable};

pub(super) use topic_set::topics;
pub use topic_set::{Labelled, TopicFigures};

use self::cut::Cut;
use self::model::ThemeModel;
use self::phrases::{Phrases, Said, read_file};
use super::error::Error;
use super::evidence;
use super::feature::Features;
use super::group::Group;
use super::lexicon::Lexicon;
use crate::domain::{Evidence, Locale, Probabilities, Theme};
use crate::text::Text;

/// The file of the themes' model.
pub(super) const MODEL: &str = "theme-all.model";

/// The files of the built-in themes, in the order of screens.
pub(super) const FILES: &[(&str, &str)] = &[
    ("themes/delivery.toml", include_str!("../../../sentiment-models/themes/delivery.toml")),
    ("themes/refund.toml", include_str!("../../../sentiment-models/themes/refund.toml")),
    ("themes/quality.toml", include_str!("../../../sentiment-models/themes/quality.toml")),
    ("themes/price.toml", include_str!("../../../sentiment-models/themes/price.toml")),
    ("themes/service.toml", include_str!("../../../sentiment-models/themes/service.toml")),
    ("themes/waiting.toml", include_str!("../../../sentiment-models/themes/waiting.toml")),
    ("themes/app.toml", include_str!("../../../sentiment-models/themes/app.toml")),
    ("themes/outage.toml", include_str!("../../../sentiment-models/themes/outage.toml")),
    ("themes/privacy.toml", include_str!("../../../sentiment-models/themes/privacy.toml")),
    ("themes/safety.toml", include_str!("../../../sentiment-models/themes/safety.toml")),
    ("themes/praise.toml", include_str!("../../../sentiment-models/themes/praise.toml")),
    ("themes/question.toml", include_str!("../../../sentiment-models/themes/question.toml")),
    ("themes/leaving.toml", include_str!("../../../sentiment-models/themes/leaving.toml")),
    ("themes/legal.toml", include_str!("../../../sentiment-models/themes/legal.toml")),
    ("themes/advert.toml", include_str!("../../../sentiment-models/themes/advert.toml")),
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
        self.titles.of(locale)
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

/// Phrases and model together.
pub(super) struct Themes {
    phrases: Phrases,
    model: ThemeModel,
}

/// A theme found in a text.
pub(super) struct Found {
    pub(super) theme: Theme,
    pub(super) p: f64,
    pub(super) evidence: Vec<Evidence>,
}

/// A theme that a strong phrase names is told, at least so sure.
const NAMED: f64 = 0.5;

impl Themes {
    /// Reads the theme files (name and text of each) and the model.
    pub(super) fn read<'a>(files: impl Iterator<Item = (&'a str, &'a str)>, model: &[u8]) -> Result<Self, Error> {
        let phrases = Phrases::read(files)?;
        let model = file::read(MODEL, model)?;
        if model.header.themes != phrases.names().map(ToString::to_string).collect::<Vec<_>>() {
            let why = "it was trained for other themes; train it again with `hearken model train --themes`".to_owned();
            return Err(Error::Broken { file: MODEL.to_owned(), why });
        }
        Ok(Self { phrases, model })
    }

    /// Names the model's weights.
    pub(super) fn version(&self) -> &str {
        &self.model.header.version
    }

    /// The themes of a text, most sure first; by phrases alone where the text was not cut.
    pub(super) fn find(&self, text: &Text, features: Option<&Features>, p: &Probabilities) -> Vec<Found> {
        let said = self.phrases.find(text.folded(), p);
        let mut found = match features {
            Some(features) => self.weigh(text, features, said),
            None => by_phrases(text, said),
        };
        found.sort_by(|a, b| b.p.total_cmp(&a.p).then_with(|| a.theme.cmp(&b.theme)));
        found
    }

    /// For each theme: how sure and whether told, by phrases alone and by both.
    pub(super) fn answers(&self, text: &Text, features: Option<&Features>, p: &Probabilities) -> Vec<[(f64, bool); 2]> {
        let said = self.phrases.find(text.folded(), p);
        let cut = features.map(|features| Cut::read(text, features, &said, self.model.header.cut));
        let scores = cut.map(|cut| self.model.linear.ask(&cut).scores);
        let answer = |(label, said): (usize, &Said)| {
            let alone = (said.p, said.fits && said.p >= NAMED);
            let Some(scores) = &scores else { return [alone; 2] };
            let (p, told) = self.told(label, scores[label], said);
            [alone, (p, told)]
        };
        said.iter().enumerate().map(answer).collect()
    }

    /// How sure we are of a theme, and whether that is told.
    fn told(&self, label: usize, score: f64, said: &Said) -> (f64, bool) {
        let p = self.model.probability(label, score);
        let named = said.fits && said.strong;
        let told = named || p >= self.model.header.least[label];
        (if named { p.max(NAMED) } else { p }.min(0.99), told)
    }

    /// Scores [`Themes::answers`] against the themes of the same texts.
    pub(super) fn figures(
        &self,
        answers: &[Vec<[(f64, bool); 2]>],
        lessons: &[ThemeLesson],
    ) -> (ThemeFigures, ThemeFigures) {
        let of = |way: usize| {
            measure::figures(self.phrases.names().enumerate().map(|(label, theme)| {
                let outcome = |(answer, lesson): (&Vec<[(f64, bool); 2]>, &ThemeLesson)| {
                    let (p, told) = answer[label][way];
                    (p, told, lesson.themes.contains(theme))
                };
                (theme.to_string(), answers.iter().zip(lessons).map(outcome).collect())
            }))
        };
        (of(0), of(1))
    }

    fn weigh(&self, text: &Text, features: &Features, said: Vec<Said>) -> Vec<Found> {
        let cut = Cut::read(text, features, &said, self.model.header.cut);
        let asked = self.model.linear.ask(&cut);
        let told = said.into_iter().enumerate().filter_map(|(label, said)| {
            let (p, told) = self.told(label, asked.scores[label], &said);
            if !told {
                return None;
            }
            let of = format!("theme:{}", said.theme);
            let mut spans = evidence::of_theme(text, self.model.linear.told(&cut, &asked, label), &of);
            if spans.is_empty() {
                spans = placed(text, &said.places, &of);
            }
            Some(Found { theme: said.theme, p, evidence: spans })
        });
        told.collect()
    }
}

/// What phrases alone say, for a language that the model was not taught.
fn by_phrases(text: &Text, said: Vec<Said>) -> Vec<Found> {
    let told = said.into_iter().filter(|said| said.fits && said.p >= NAMED).map(|said| {
        let spans = placed(text, &said.places, &format!("theme:{}", said.theme));
        Found { theme: said.theme, p: said.p.min(0.99), evidence: spans }
    });
    told.collect()
}

fn placed(text: &Text, places: &[(Range<usize>, f64)], of: &str) -> Vec<Evidence> {
    places.iter().map(|(place, weight)| evidence::told(text, place.clone(), *weight, of)).collect()
}

/// Learns the model of a folder's theme files.
pub(super) fn learn<'a>(
    files: impl Iterator<Item = (&'a str, &'a str)>,
    lexicons: &BTreeMap<Group, Lexicon>,
    lessons: &[ThemeLesson],
    plan: ThemePlan,
) -> Result<LearntThemes, Error> {
    learn::learn(&Phrases::read(files)?, lexicons, lessons, plan)
}
