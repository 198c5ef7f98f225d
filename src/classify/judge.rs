//! The judge: all models, lexicons, themes and rules together, loaded once and asked for every text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use super::error::Error;
use super::evidence;
use super::feature::{Features, reading};
use super::group::Group;
use super::lexicon::{Lexicon, Origin, Source};
use super::model::Model;
use super::model_file;
use super::spam::{self, Spam};
use super::theme::{self, Labelled, LearntThemes, ThemeFigures, ThemeLesson, ThemePlan, Themes, TopicFigures};
use super::train::{self, Learnt, Lesson, Plan};
use crate::domain::{Evidence, Judgement, Language, Probabilities, Sentiment, ThemeScore};
use crate::text::Text;

/// The files of `sentiment-models/` by their names inside it, such as `zh.model` or `lexicon/zh.tsv`.
pub type Files = BTreeMap<String, Vec<u8>>;

macro_rules! built_in {
    ($($name:literal),+ $(,)?) => { &[$(($name, include_bytes!(concat!("../../sentiment-models/", $name)).as_slice())),+] };
}

/// What ships inside the program, beside themes and spam rules.
const BUILT_IN: &[(&str, &[u8])] = built_in![
    "zh.model",
    "en.model",
    "ja.model",
    "ko.model",
    "theme-all.model",
    "lexicon/zh.tsv",
    "lexicon/en.tsv",
    "lexicon/ja.tsv",
    "lexicon/ko.tsv",
    "lexicon/faces.tsv",
    "lexicon/open-zh.tsv",
    "lexicon/open-en.tsv",
];

/// Why a text looks like spam.
#[derive(Clone, Debug, PartialEq)]
pub struct SpamReason {
    /// Its word, such as `contact`, `giveaway` or `many-tags`.
    pub reason: String,
    /// How much it says by itself, 0 to 1.
    pub weight: f64,
}

/// Judges texts. Cheap to share, never changes.
pub struct Judge {
    models: BTreeMap<Group, Model>,
    lexicons: BTreeMap<Group, Lexicon>,
    themes: Themes,
    spam: Spam,
    name: String,
}

impl Judge {
    /// The judge that ships inside the program; loaded once.
    pub fn built_in() -> Result<Arc<Self>, Error> {
        static JUDGE: OnceLock<Arc<Judge>> = OnceLock::new();
        if let Some(judge) = JUDGE.get() {
            return Ok(Arc::clone(judge));
        }
        let judge = Arc::new(Self::from_files(&Files::new())?);
        Ok(Arc::clone(JUDGE.get_or_init(|| judge)))
    }

    /// A judge from a folder's files; a file that is not among them is the built-in one.
    pub fn from_files(files: &Files) -> Result<Self, Error> {
        let mut models = BTreeMap::new();
        for group in Group::ALL {
            let file = format!("{}.model", group.as_str());
            models.insert(*group, model_file::read(&file, bytes_of(files, &file)?)?);
        }
        let name = models.values().map(|model: &Model| model.header.version.get(..4).unwrap_or_default());
        let themes = Themes::read(theme_files(files)?.into_iter(), bytes_of(files, theme::MODEL)?)?;
        let name = name.chain(themes.version().get(..4));
        let mut name = format!("linear-{}", name.collect::<Vec<_>>().join("-"));
        if let Some(version) = words_version(files) {
            name = format!("{name}-w{version}");
        }
        let spam = Spam::read(spam::FILE.0, text_of(files, spam::FILE.0, spam::FILE.1)?)?;
        Ok(Self { models, lexicons: lexicons(files)?, themes, spam, name })
    }

    /// The name and version of its models.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Judges one text.
    pub fn judge(&self, text: &Text) -> Judgement {
        self.judge_as(text, Group::of(text.language()))
    }

    /// Judges one text by the model of a group, whatever language it seems to be.
    pub fn judge_as(&self, text: &Text, group: Group) -> Judgement {
        let read = reading(text, group);
        let weighed = self.weigh(&read, group);
        let p = weighed.p;
        let (sentiment, mut evidence) = sentiment(&read, &weighed);
        let (_, confidence) = p.best();
        let found = self.themes.find(
            text,
            self.plainly(text, matches!(read, Cow::Borrowed(_)), &weighed, group).as_deref(),
            &p,
        );
        let (spam, reasons) = self.spam.find(text);
        evidence.extend(found.iter().flat_map(|found| found.evidence.iter().cloned()));
        let placed = reasons.iter().filter(|reason| !reason.place.is_empty());
        evidence.extend(placed.map(|reason| {
            evidence::told(text, reason.place.clone(), reason.weight, &format!("spam:{}", reason.reason))
        }));
        Judgement {
            language: text.language(),
            sentiment,
            p,
            polarity: p.polarity(),
            confidence,
            themes: found.into_iter().map(|found| ThemeScore { theme: found.theme, p: found.p as f32 }).collect(),
            spam: spam as f32,
            evidence,
            model: self.name.clone(),
        }
    }

    /// Why a text looks like spam.
    pub fn spam_reasons(&self, text: &Text) -> Vec<SpamReason> {
        let (_, reasons) = self.spam.find(text);
        reasons.into_iter().map(|reason| SpamReason { reason: reason.reason, weight: reason.weight }).collect()
    }

    /// Learns a group's model with the lexicons of a folder.
    pub fn learn_from(files: &Files, group: Group, lessons: &[Lesson], plan: Plan) -> Result<Learnt, Error> {
        train::learn(group, &lexicons(files)?, lessons, plan)
    }

    /// Learns the themes' model with the theme files and lexicons of a folder.
    pub fn learn_themes(files: &Files, lessons: &[ThemeLesson], plan: ThemePlan) -> Result<LearntThemes, Error> {
        theme::learn(theme_files(files)?.into_iter(), &lexicons(files)?, lessons, plan)
    }

    /// Learns topics of one label a text from the first part and tells those of the second, with the lexicons of a folder.
    pub fn learn_topics(
        files: &Files,
        learnt_from: &[Labelled],
        told: &[Labelled],
        plan: ThemePlan,
    ) -> Result<TopicFigures, Error> {
        theme::topics(&lexicons(files)?, learnt_from, told, plan)
    }

    /// How well the themes of these texts are told: by phrases alone, and as [`Judge::judge`] tells them.
    pub fn score_themes(&self, lessons: &[ThemeLesson]) -> (ThemeFigures, ThemeFigures) {
        let answers = lessons.iter().map(|lesson| {
            let text = Text::read(&lesson.text);
            let group = Group::of(text.language());
            let read = reading(&text, group);
            let weighed = self.weigh(&read, group);
            self.themes.answers(
                &text,
                self.plainly(&text, matches!(read, Cow::Borrowed(_)), &weighed, group).as_deref(),
                &weighed.p,
            )
        });
        self.themes.figures(&answers.collect::<Vec<_>>(), lessons)
    }

    /// The features of a text in its own region's words, by which themes are found; `None` for a language we do not know.
    /// `same` says that the text was weighed in its own words.
    fn plainly<'a>(
        &self,
        text: &Text,
        same: bool,
        weighed: &'a Weighed<'_>,
        group: Group,
    ) -> Option<Cow<'a, Features>> {
        let (features, _, model) = weighed.cut.as_ref().filter(|_| text.language() != Language::Other)?;
        if same {
            return Some(Cow::Borrowed(features));
        }
        let lexicon = self.lexicons.get(&group)?;
        Some(Cow::Owned(Features::read(text, lexicon, model.header.spec)))
    }

    fn weigh(&self, text: &Text, group: Group) -> Weighed<'_> {
        let known = self.models.get(&group).zip(self.lexicons.get(&group));
        let Some((model, lexicon)) = known.filter(|_| text.folded().chars().any(|c| !c.is_whitespace())) else {
            return Weighed { p: NOTHING, unsure_below: 1.0, cut: None };
        };
        let mut features = Features::read(text, lexicon, model.header.spec);
        if text.language() == Language::Other && group == Group::of(Language::Other) {
            features.keep_signals();
        }
        let scored = model.score(&features);
        let [negative, neutral, positive] = model.probabilities(scored.scores).map(|p| (p as f32).max(LEAST));
        let p = Probabilities::from_weights(negative, neutral, positive).unwrap_or(NOTHING);
        Weighed { p, unsure_below: model.header.unsure_below, cut: Some((features, scored.ways, model)) }
    }

    /// Below which probability an answer in this language is *unsure*.
    pub(super) fn unsure_below(&self, language: Language) -> f64 {
        self.models.get(&Group::of(language)).map_or(1.0, |model| model.header.unsure_below)
    }

    /// How a text leans by the model of a group, with the words that decided it.
    pub(super) fn sentiment(&self, text: &Text, group: Group) -> (Probabilities, Sentiment, Vec<Evidence>) {
        let text = &*reading(text, group);
        let weighed = self.weigh(text, group);
        let (said, evidence) = sentiment(text, &weighed);
        (weighed.p, said, evidence)
    }
}

/// A text cut and weighed, for everything else that is asked of it.
struct Weighed<'a> {
    p: Probabilities,
    unsure_below: f64,
    /// Its features, what each says of the way it leans, and the model that said so.
    cut: Option<(Features, Vec<i16>, &'a Model)>,
}

fn sentiment(text: &Text, weighed: &Weighed<'_>) -> (Sentiment, Vec<Evidence>) {
    let (best, confidence) = weighed.p.best();
    let blind = text.language() == Language::Other
        && weighed.cut.as_ref().is_none_or(|(features, ..)| features.signals.hits.is_empty());
    let sure = f64::from(confidence.value()) >= weighed.unsure_below && !blind;
    let sentiment = if sure { best } else { Sentiment::Unsure };
    let told = |(features, ways, model): &(Features, Vec<i16>, &Model)| {
        let said = evidence::Said { features, ways, step: model.header.steps[1] };
        evidence::of_sentiment(text, &said, sentiment)
    };
    (sentiment, weighed.cut.as_ref().map(told).unwrap_or_default())
}

/// No model is wholly sure: certainty is kept for what people say.
const LEAST: f32 = 1e-4;

/// What is said of a text with nothing in it.
const NOTHING: Probabilities = Probabilities { negative: LEAST, neutral: 1.0 - 2.0 * LEAST, positive: LEAST };

/// The theme files of a folder, each built in where it is missing.
fn theme_files(files: &Files) -> Result<Vec<(&str, &str)>, Error> {
    theme::FILES.iter().map(|(file, built_in)| Ok((*file, text_of(files, file, built_in)?))).collect()
}

/// Four hex digits over the lexicons, themes and spam rules of a folder; `None` where all of them are the built-in ones.
fn words_version(files: &Files) -> Option<String> {
    let themes = theme::FILES.iter().chain(std::iter::once(&spam::FILE)).map(|(name, text)| (*name, text.as_bytes()));
    let lexicons = BUILT_IN.iter().copied().filter(|(name, _)| !name.ends_with(".model"));
    let mut own: Vec<(&str, &[u8])> = Vec::new();
    for (name, built_in) in lexicons.chain(themes) {
        own.extend(files.get(name).map(|bytes| (name, bytes.as_slice())).filter(|(_, bytes)| *bytes != built_in));
    }
    let mut digest = Sha256::new();
    own.iter().for_each(|(name, bytes)| {
        digest.update(name);
        digest.update(bytes.len().to_le_bytes());
        digest.update(bytes);
    });
    let [first, second, ..] = <[u8; 32]>::from(digest.finalize());
    (!own.is_empty()).then(|| format!("{first:02x}{second:02x}"))
}

fn lexicons(files: &Files) -> Result<BTreeMap<Group, Lexicon>, Error> {
    let read = |file: &str, origin: Origin| {
        let bytes = bytes_of(files, file)?;
        let text = std::str::from_utf8(bytes).map_err(|error| Error::Line {
            file: file.to_owned(),
            line: 1 + bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count(),
            why: "it is not UTF-8".to_owned(),
        })?;
        Ok((file.to_owned(), text, origin))
    };
    let mut lexicons = BTreeMap::new();
    for group in Group::ALL {
        let own = format!("lexicon/{}.tsv", group.as_str());
        let mut parts = vec![read(&own, Origin::Own)?, read("lexicon/faces.tsv", Origin::Face)?];
        match group {
            Group::Zh => parts.push(read("lexicon/open-zh.tsv", Origin::Open)?),
            Group::En => parts.push(read("lexicon/open-en.tsv", Origin::Open)?),
            Group::Ja | Group::Ko => {}
        }
        let sources: Vec<Source<'_>> =
            parts.iter().map(|(file, text, origin)| Source { file, text, origin: *origin }).collect();
        lexicons.insert(*group, Lexicon::read(&sources, *group)?);
    }
    Ok(lexicons)
}

fn bytes_of<'a>(files: &'a Files, file: &str) -> Result<&'a [u8], Error> {
    let built_in = || BUILT_IN.iter().find(|(name, _)| *name == file).map(|(_, bytes)| *bytes);
    files.get(file).map(Vec::as_slice).or_else(built_in).ok_or_else(|| Error::Missing { file: file.to_owned() })
}

fn text_of<'a>(files: &'a Files, file: &str, built_in: &'a str) -> Result<&'a str, Error> {
    match files.get(file) {
        None => Ok(built_in),
        Some(bytes) => std::str::from_utf8(bytes).map_err(|_| Error::Line {
            file: file.to_owned(),
            line: 1,
            why: "it is not UTF-8".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str) -> Judgement {
        Judge::built_in().expect("the built-in judge").judge(&Text::read(text))
    }

    #[test]
    fn complaint_praise_and_notice_are_told_apart_in_every_language() {
        for (text, wanted) in [
            ("客服態度超差，等了兩個小時還沒人理，再也不來", Sentiment::Negative),
            ("客服很親切，出貨又快，大推！", Sentiment::Positive),
            ("請問這款手機有現貨嗎？", Sentiment::Neutral),
            ("质量太差了，申请退款还不给退，垃圾", Sentiment::Negative),
            ("味道很好，服务也周到，下次还来", Sentiment::Positive),
            ("Worst customer service ever, never again", Sentiment::Negative),
            ("Absolutely love it, works perfectly!", Sentiment::Positive),
            ("対応が最悪、二度と利用しません", Sentiment::Negative),
            ("とても美味しくて大満足でした", Sentiment::Positive),
            ("서비스 최악이에요 다시는 안 가요", Sentiment::Negative),
            ("직원분들이 정말 친절하고 맛있어요", Sentiment::Positive),
        ] {
            assert_eq!(judge(text).p.best().0, wanted, "{text}: {:?}", judge(text).p);
        }
    }

    #[test]
    fn evidence_is_cut_from_the_original_at_characters() {
        for text in [
            "這家店真的超級難吃😡😡，再也不來",
            "Ｗｏｒｓｔ　ｓｅｒｖｉｃｅ　ｅｖｅｒ",
            "최악이에요ㅠㅠ",
            "é́́ bad 👨‍👩‍👧 爛",
        ] {
            for evidence in judge(text).evidence {
                let span = text.get(evidence.start..evidence.end);
                assert!(span.is_some_and(|span| !span.is_empty()), "{text}: {evidence:?}");
            }
        }
        let said = judge("這家店真的超級難吃，再也不來");
        let worst = said.evidence.iter().find(|evidence| evidence.of == "sentiment").expect("evidence");
        assert!(worst.weight < 0.0);
    }

    #[test]
    fn both_scripts_get_the_same_answer() {
        assert_eq!(judge("客服態度惡劣，退款拖了兩個禮拜").p, judge("客服态度恶劣，退款拖了两个礼拜").p);
    }

    #[test]
    fn nothing_and_nonsense_are_unsure_or_neutral_never_a_panic() {
        let zalgo = "a\u{0301}".repeat(5_000);
        let long = "爛".repeat(50_000);
        for text in ["", "   ", "\u{0}", "\u{200b}", "🏳️‍🌈", "https://a.b", "@x", "1234", zalgo.as_str(), long.as_str()]
        {
            let p = judge(text).p;
            assert!((p.negative + p.neutral + p.positive - 1.0).abs() < 1e-3);
        }
        assert_eq!(judge("").p.best().0, Sentiment::Neutral);
    }

    #[test]
    fn a_broken_file_in_the_models_folder_is_refused_by_its_name() {
        let files = Files::from([("zh.model".to_owned(), b"HKSM\x02\x00cut".to_vec())]);
        let error = Judge::from_files(&files).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("zh.model") && error.contains("broken"), "{error}");
    }
}
