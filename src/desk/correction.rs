//! What a person may say of a mention's labels: another is right, this one is right, never mind.

use std::collections::HashSet;

use super::{Desk, Error, name};
use crate::classify::built_in_themes;
use crate::config::Topic;
use crate::domain::correction::text_key;
use crate::domain::{Aspect, Correction, Label, Mention, MentionId, Sentiment, Theme, TopicName};
use crate::store::{Corrected, Words};

/// A mention after somebody spoke of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken {
    /// As it stands now.
    pub mention: Mention,
    /// Whether anything was written; false when it was said before.
    pub new: bool,
}

/// The built-in themes, those of their own of topics that have the mention, and those that the model or somebody found in it.
fn known_themes(mention: &Mention, said: &[Correction], own: &[(TopicName, Vec<Theme>)]) -> Vec<Theme> {
    let own = own.iter().flat_map(|(_, themes)| themes);
    let built_in = built_in_themes().iter().map(|theme| &theme.name);
    let judgements = std::iter::once(&mention.judgement).chain(said.iter().map(|correction| &correction.judged));
    let found = judgements.flat_map(|judgement| &judgement.themes).map(|score| &score.theme);
    let mut seen = HashSet::new();
    built_in.chain(own).chain(found).filter(|theme| seen.insert(*theme)).cloned().collect()
}

impl Desk {
    /// The themes that a person may give a mention: the built-in ones, those of their own of the topics that have it, and those
    /// that the model or somebody found in it.
    pub async fn known_themes(&self, mention: &Mention, said: &[Correction]) -> Result<Vec<Theme>, Error> {
        Ok(known_themes(mention, said, &self.own_themes(&mention.id).await?))
    }

    /// The themes of their own of the topics that have a mention.
    async fn own_themes(&self, id: &MentionId) -> Result<Vec<(TopicName, Vec<Theme>)>, Error> {
        let topics = self.store.topics_of(id).await?.into_iter().filter_map(|(name, _)| self.topic(&name));
        let themes = |topic: &Topic| topic.themes.titles().into_iter().map(|(theme, _)| theme).collect();
        Ok(topics.map(|topic| (topic.name.clone(), themes(&topic))).collect())
    }

    /// Says which labels are right; the mention and its counts follow. `seen` is the key of the text that the person
    /// read, so that nobody corrects a text that they have not seen; empty when it is not known.
    pub async fn correct(&self, id: &MentionId, labels: &[Label], seen: &str, by: &str) -> Result<Spoken, Error> {
        let by = name(by)?;
        let mention = self.store.mention(id).await?.ok_or(Error::NoMention)?;
        let aspects: HashSet<Aspect> = labels.iter().map(Label::aspect).collect();
        if labels.is_empty() || aspects.len() < labels.len() || labels.contains(&Label::Sentiment(Sentiment::Unsure)) {
            return Err(Error::Label);
        }
        let own = self.own_themes(id).await?;
        let said: Vec<&Theme> = labels.iter().filter_map(themes).flatten().collect();
        if !said.is_empty() {
            let before = self.store.corrections_of(std::slice::from_ref(id)).await?;
            let known = known_themes(&mention, before.get(id).map_or(&[], Vec::as_slice), &own);
            if let Some(unknown) = said.into_iter().find(|theme| !known.contains(theme)) {
                return Err(Error::NoTheme(unknown.clone()));
            }
        }
        self.speak(Words { mention: id, labels, own: &own, seen, by, at: self.clock.now() }).await
    }

    /// Says that labels are right as they stand. Where the model is unsure of the sentiment there is nothing to confirm:
    /// that one is passed over, and when it is all that was asked, refused.
    pub async fn confirm(&self, id: &MentionId, aspects: &[Aspect], seen: &str, by: &str) -> Result<Spoken, Error> {
        let by = name(by)?;
        let mention = self.store.mention(id).await?.ok_or(Error::NoMention)?;
        let labels: Vec<Label> = aspects
            .iter()
            .map(|aspect| Label::of(*aspect, &mention.judgement))
            .filter(|label| *label != Label::Sentiment(Sentiment::Unsure))
            .collect();
        if labels.is_empty() {
            return Err(Error::Label);
        }
        // The labels are of the text as it stands here, whatever was seen.
        let key = text_key(&mention.raw.whole_text());
        if !seen.is_empty() && seen != key {
            return Err(Error::TextChanged);
        }
        let own = self.own_themes(id).await?;
        self.speak(Words { mention: id, labels: &labels, own: &own, seen: &key, by, at: self.clock.now() }).await
    }

    /// Takes back all that was said of a mention. Refused when nothing was.
    pub async fn take_back(&self, id: &MentionId, by: &str) -> Result<Spoken, Error> {
        let by = name(by)?;
        match self.store.take_back(id, by, self.clock.now()).await? {
            Corrected::Already(_) => Err(Error::NoCorrection),
            other => spoken(other),
        }
    }

    async fn speak(&self, words: Words<'_>) -> Result<Spoken, Error> {
        spoken(self.store.correct(words).await?)
    }
}

fn themes(label: &Label) -> Option<&Vec<Theme>> {
    match label {
        Label::Themes(themes) => Some(themes),
        Label::Sentiment(_) | Label::Spam(_) => None,
    }
}

fn spoken(corrected: Corrected) -> Result<Spoken, Error> {
    match corrected {
        Corrected::Done(mention) => Ok(Spoken { mention: *mention, new: true }),
        Corrected::Already(mention) => Ok(Spoken { mention: *mention, new: false }),
        Corrected::Changed => Err(Error::TextChanged),
        Corrected::Removed => Err(Error::Removed),
        Corrected::Unknown => Err(Error::NoMention),
    }
}
