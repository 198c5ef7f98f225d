//! A person's word on the judge's labels: that one is right, or which one is.

use serde::{Deserialize, Serialize};

use super::id::digest;
use super::{Judgement, Language, MentionId, Probabilities, Sentiment, Theme, ThemeScore, Timestamp};

/// Which label of a judgement is spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aspect {
    /// How it leans.
    Sentiment,
    /// Which themes it has, all of them.
    Themes,
    /// Whether it is spam.
    Spam,
}

impl Aspect {
    /// All of them, in the order of screens.
    pub const ALL: &'static [Self] = &[Self::Sentiment, Self::Themes, Self::Spam];

    /// The word used in tables and commands.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sentiment => "sentiment",
            Self::Themes => "themes",
            Self::Spam => "spam",
        }
    }

    /// The aspect of this word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|aspect| aspect.as_str() == word)
    }
}

/// One label, as a model or a person gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// How a text leans; a person says one of the three, only a model is unsure.
    Sentiment(Sentiment),
    /// All its themes, in order of their names; none when the list is empty.
    Themes(Vec<Theme>),
    /// Whether it is spam.
    Spam(bool),
}

impl Label {
    /// A list of themes as a label: in order, each once.
    pub fn themes(mut themes: Vec<Theme>) -> Self {
        themes.sort();
        themes.dedup();
        Self::Themes(themes)
    }

    /// What a judgement says of one aspect.
    pub fn of(aspect: Aspect, judgement: &Judgement) -> Self {
        match aspect {
            Aspect::Sentiment => Self::Sentiment(judgement.sentiment),
            Aspect::Themes => Self::themes(judgement.themes.iter().map(|score| score.theme.clone()).collect()),
            Aspect::Spam => Self::Spam(judgement.is_spam()),
        }
    }

    /// What it speaks of.
    pub fn aspect(&self) -> Aspect {
        match self {
            Self::Sentiment(_) => Aspect::Sentiment,
            Self::Themes(_) => Aspect::Themes,
            Self::Spam(_) => Aspect::Spam,
        }
    }

    /// The word used in tables and files: `negative`, `price,refund` (empty: none), `spam` or `not-spam`.
    pub fn word(&self) -> String {
        match self {
            Self::Sentiment(sentiment) => sentiment.as_str().to_owned(),
            Self::Themes(themes) => themes.iter().map(Theme::as_str).collect::<Vec<_>>().join(","),
            Self::Spam(true) => "spam".to_owned(),
            Self::Spam(false) => "not-spam".to_owned(),
        }
    }

    /// The label of this word.
    pub fn find(aspect: Aspect, word: &str) -> Option<Self> {
        match aspect {
            Aspect::Sentiment => Sentiment::find(word).map(Self::Sentiment),
            Aspect::Themes if word.is_empty() => Some(Self::Themes(Vec::new())),
            Aspect::Themes => word.split(',').map(Theme::new).collect::<Option<Vec<_>>>().map(Self::themes),
            Aspect::Spam => match word {
                "spam" => Some(Self::Spam(true)),
                "not-spam" => Some(Self::Spam(false)),
                _ => None,
            },
        }
    }

    /// Makes a judgement say this, with the certainty of a person's word.
    pub fn apply(&self, judgement: &mut Judgement) {
        match self {
            Self::Sentiment(sentiment) => {
                let is = |one| f32::from(u8::from(one == *sentiment));
                let p = [Sentiment::Negative, Sentiment::Neutral, Sentiment::Positive].map(is);
                judgement.sentiment = *sentiment;
                if let Some(p) = Probabilities::from_weights(p[0], p[1], p[2]) {
                    judgement.p = p;
                    judgement.polarity = p.polarity();
                    judgement.confidence = p.best().1;
                }
            }
            Self::Themes(themes) => {
                judgement.themes = themes.iter().map(|theme| ThemeScore { theme: theme.clone(), p: 1.0 }).collect();
                // Words that spoke for a theme it does not have mark nothing any more.
                let kept = |of: &str| {
                    of.strip_prefix("theme:").is_none_or(|name| themes.iter().any(|theme| theme.as_str() == name))
                };
                judgement.evidence.retain(|evidence| kept(&evidence.of));
            }
            Self::Spam(spam) => judgement.spam = f32::from(u8::from(*spam)),
        }
    }
}

/// What became of a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CorrectionState {
    /// The mention follows it.
    Holds,
    /// Somebody said something else later.
    Replaced,
    /// The author changed the text it was said of; it stays true of the old one.
    Edited,
    /// It was taken back.
    TakenBack,
}

impl CorrectionState {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Holds, Self::Replaced, Self::Edited, Self::TakenBack];

    /// The word used in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Replaced => "replaced",
            Self::Edited => "edited",
            Self::TakenBack => "taken-back",
        }
    }

    /// The state of this word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == word)
    }

    /// Whether it is a person's last word on the text it was said of.
    pub fn is_last_word(self) -> bool {
        matches!(self, Self::Holds | Self::Edited)
    }
}

/// Whether the model was right, by a person's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The person says the same.
    Confirmed,
    /// The person says another.
    Corrected,
    /// The model was unsure and the person was not.
    Answered,
}

impl Outcome {
    /// What a person's label makes of a model's.
    pub fn of(was: &Label, said: &Label) -> Self {
        match was {
            _ if was == said => Self::Confirmed,
            Label::Sentiment(Sentiment::Unsure) => Self::Answered,
            _ => Self::Corrected,
        }
    }
}

/// What one person said of one label of one mention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// Of which mention.
    pub mention: MentionId,
    /// The how many-th word on this mention, from 1.
    pub place: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What became of it.
    pub state: CorrectionState,
    /// The model's label.
    pub was: Label,
    /// The person's.
    pub said: Label,
    /// The text's language, as the model took it.
    pub language: Language,
    /// Name and version of the model.
    pub model: String,
    /// All that the model had said.
    pub judged: Judgement,
    /// The text it was said of, title and text a line apart; empty once the mention is a tombstone.
    pub text: String,
    /// When it held no more.
    pub ended_at: Option<Timestamp>,
    /// Who ended it; empty while it holds, and when the author did by changing the text.
    pub ended_by: String,
}

impl Correction {
    /// Whether the model was right.
    pub fn outcome(&self) -> Outcome {
        Outcome::of(&self.was, &self.said)
    }
}

/// What one person's word says of one answer of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// When it was said.
    pub at: Timestamp,
    /// Of a text in which language.
    pub language: Language,
    /// Of which model's answer.
    pub model: String,
    /// Of which label.
    pub aspect: Aspect,
    /// Whether the model was right.
    pub outcome: Outcome,
}

/// A short key of a text, by which a form says which text its reader saw.
pub fn text_key(whole_text: &str) -> String {
    digest(&["text", whole_text])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Evidence;

    fn theme(name: &str) -> Theme {
        Theme::new(name).expect("a theme")
    }

    fn judgement() -> Judgement {
        let p = Probabilities::from_weights(0.7, 0.2, 0.1).expect("weights");
        let evidence = |of: &str| Evidence { start: 0, end: 3, of: of.to_owned(), weight: -1.0 };
        Judgement {
            language: Language::ZhHant,
            sentiment: Sentiment::Negative,
            p,
            polarity: p.polarity(),
            confidence: p.best().1,
            themes: vec![
                ThemeScore { theme: theme("refund"), p: 0.9 },
                ThemeScore { theme: theme("delivery"), p: 0.6 },
            ],
            spam: 0.4,
            evidence: vec![evidence("sentiment"), evidence("theme:refund"), evidence("theme:delivery")],
            model: "test".to_owned(),
        }
    }

    #[test]
    fn every_label_comes_back_from_its_word() {
        let labels = [
            Label::Sentiment(Sentiment::Unsure),
            Label::themes(vec![theme("refund"), theme("delivery"), theme("refund")]),
            Label::Themes(Vec::new()),
            Label::Spam(true),
            Label::Spam(false),
        ];
        for label in labels {
            assert_eq!(Label::find(label.aspect(), &label.word()), Some(label.clone()), "{label:?}");
        }
        for (aspect, wrong) in [(Aspect::Sentiment, "bad"), (Aspect::Themes, "a,,b"), (Aspect::Spam, "")] {
            assert_eq!(Label::find(aspect, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_judgement_says_what_it_is_told_and_the_rest_stays() {
        let before = judgement();
        let mut after = before.clone();
        Label::Sentiment(Sentiment::Positive).apply(&mut after);
        assert_eq!((after.sentiment, after.p.negative, after.p.positive), (Sentiment::Positive, 0.0, 1.0));
        assert_eq!((after.confidence.value(), after.polarity.value()), (1.0, 1.0));
        assert_eq!((&after.themes, &after.evidence), (&before.themes, &before.evidence));
        Label::themes(vec![theme("price"), theme("refund")]).apply(&mut after);
        Label::Spam(true).apply(&mut after);
        for aspect in Aspect::ALL {
            assert_ne!(Label::of(*aspect, &before), Label::of(*aspect, &after), "{aspect:?}");
        }
        let of: Vec<&str> = after.evidence.iter().map(|evidence| evidence.of.as_str()).collect();
        assert_eq!(of, ["sentiment", "theme:refund"], "no word speaks for a theme it does not have");
    }

    #[test]
    fn to_be_unsure_is_not_to_be_wrong() {
        let says = |sentiment| Label::Sentiment(sentiment);
        assert_eq!(Outcome::of(&says(Sentiment::Negative), &says(Sentiment::Negative)), Outcome::Confirmed);
        assert_eq!(Outcome::of(&says(Sentiment::Negative), &says(Sentiment::Neutral)), Outcome::Corrected);
        assert_eq!(Outcome::of(&says(Sentiment::Unsure), &says(Sentiment::Neutral)), Outcome::Answered);
    }
}
