//! What a judged text does to what is held: the rules, without a database.
//!
//! In: what is held of the posts that a batch speaks of, and the batch in its order. Out: what is held afterwards.
//! Never: lets a repeat count twice, an old text replace a newer one, or anything bring back what was removed.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::apart::SpamCounted;
use super::judged::{Judged, Put};
use super::mention::Held;
use super::story::Stories;
use super::topic::TopicRow;
use crate::domain::id::digest;
use crate::domain::{
    Author, Change, Judgement, Mention, MentionId, NativeId, Platform, RawMention, Spread, ThemeScore, Timestamp,
    TopicName,
};

/// What was heard of a post that is not held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Early {
    /// It was edited to something that no topic wants.
    Edited,
    /// It, or its author's account, was removed.
    Removed,
}

impl Early {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Removed => "removed",
        }
    }
}

/// Under what an ended account is remembered.
pub(super) fn author_subject(platform: Platform, author: &Author) -> Option<String> {
    author.id.as_ref().map(|id| digest(&["author", platform.as_str(), id.as_str()]))
}

/// Rows of one mention, by topic.
pub(super) type Topics = BTreeMap<TopicName, TopicRow>;

/// What is held of the posts that a batch speaks of.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) held: HashMap<MentionId, Held>,
    pub(super) topics: HashMap<MentionId, Topics>,
    pub(super) aliases: HashMap<(Platform, NativeId), MentionId>,
    /// Stories of posts that others repeat.
    pub(super) story_of: HashMap<MentionId, MentionId>,
    pub(super) stories: Stories,
    /// The topics whose spam counts as talk.
    pub(super) spam_counted: SpamCounted,
    pub(super) early: HashMap<String, Early>,
    /// What was added to `early` by this batch.
    pub(super) early_new: HashSet<String>,
    /// When the batch is put.
    pub(super) now: Timestamp,
    /// Mentions whose text came, changed or went: the search index follows.
    pub(super) reindex: HashSet<MentionId>,
    /// Mentions whose author changed the text: what people said of the old one holds no more.
    pub(super) rewritten: HashSet<MentionId>,
    pub(super) put: Put,
}

impl Work {
    /// Applies one judged text.
    pub(super) fn apply(&mut self, entry: &Judged) {
        match entry.raw.change {
            Change::Posted => self.post(entry),
            Change::Edited => self.edit(entry),
            Change::Removed => self.remove_post(entry),
            Change::AuthorRemoved => self.remove_author(entry),
        }
    }

    /// The mention that an entry speaks of, by its own id or by an alias.
    fn target(&self, raw: &RawMention) -> MentionId {
        let id = raw.id();
        if self.held.contains_key(&id) {
            return id;
        }
        self.aliases.get(&(raw.platform, raw.native_id.clone())).cloned().unwrap_or(id)
    }

    /// What was heard of this post before it came.
    fn early(&self, raw: &RawMention) -> Option<Early> {
        let alias = raw.alias.as_ref().map(|alias| String::from(MentionId::of(raw.platform, alias)));
        let subjects = [Some(String::from(raw.id())), alias, author_subject(raw.platform, &raw.author)];
        let known: Vec<Early> =
            subjects.into_iter().flatten().filter_map(|subject| self.early.get(&subject).copied()).collect();
        known.iter().copied().find(|early| *early == Early::Removed).or(known.first().copied())
    }

    fn remember(&mut self, subject: String, early: Early) {
        if self.early.get(&subject) != Some(&Early::Removed) && self.early.get(&subject) != Some(&early) {
            self.early.insert(subject.clone(), early);
            self.early_new.insert(subject);
        }
    }

    fn post(&mut self, entry: &Judged) {
        let id = self.target(&entry.raw);
        if self.held.contains_key(&id) {
            self.see_again(&id, entry);
        } else if entry.matched.is_empty() || self.early(&entry.raw).is_some() {
            self.put.passed += 1;
        } else {
            self.add(entry);
        }
    }

    fn edit(&mut self, entry: &Judged) {
        let id = self.target(&entry.raw);
        match self.held.get(&id) {
            Some(held) if held.mention.removed_at.is_some() => self.put.passed += 1,
            Some(held) if same_text(&held.mention.raw, &entry.raw) => self.see_again(&id, entry),
            Some(_) => self.rewrite(&id, entry),
            None if self.early(&entry.raw) == Some(Early::Removed) => self.put.passed += 1,
            None if entry.matched.is_empty() => {
                self.remember(id.into(), Early::Edited);
                self.put.passed += 1;
            }
            None => self.add(entry),
        }
    }

    fn remove_post(&mut self, entry: &Judged) {
        let id = self.target(&entry.raw);
        if self.held.contains_key(&id) {
            self.bury(&id, entry.received_at);
        } else {
            self.remember(id.into(), Early::Removed);
        }
    }

    fn remove_author(&mut self, entry: &Judged) {
        let (platform, author) = (entry.raw.platform, &entry.raw.author);
        let Some(subject) = author_subject(platform, author) else { return };
        let theirs = |held: &&Held| held.mention.raw.platform == platform && held.mention.raw.author.id == author.id;
        let ids: Vec<MentionId> = self.held.values().filter(theirs).map(|held| held.mention.id.clone()).collect();
        for id in ids {
            self.bury(&id, entry.received_at);
        }
        self.remember(subject, Early::Removed);
    }

    /// A post that is not held yet.
    fn add(&mut self, entry: &Judged) {
        let Some(judgement) = entry.judgement.clone() else {
            self.put.passed += 1;
            return;
        };
        let id = entry.raw.id();
        let (story, spread) = self.place(&id, entry);
        let edited = entry.raw.change == Change::Edited;
        let mut mention = Mention {
            id: id.clone(),
            source: entry.source.clone(),
            raw: entry.raw.clone(),
            collected_at: entry.received_at,
            removed_at: None,
            spread,
            story,
            judgement,
        };
        let rows = entry
            .matched
            .iter()
            .map(|found| (found.topic.clone(), TopicRow::new(&mention, &entry.source, found, &self.spam_counted)))
            .collect();
        entry.matched.iter().for_each(|found| with_own(&mut mention.judgement, &found.themes));
        if let (Spread::Original, Some(keys)) = (spread, &entry.keys) {
            self.stories.add(&id, *keys, mention.raw.posted_at, self.now);
        }
        if let Some(alias) = &mention.raw.alias {
            self.aliases.insert((mention.raw.platform, alias.clone()), id.clone());
        }
        self.story_of.insert(id.clone(), mention.story.clone());
        self.topics.insert(id.clone(), rows);
        self.reindex.insert(id.clone());
        self.put.added.push(id.clone());
        let edited_at = edited.then(|| entry.received_at.timestamp_millis());
        self.held.insert(id, Held { mention, edited_at });
    }

    /// Whether a new post begins a story or repeats one.
    fn place(&self, id: &MentionId, entry: &Judged) -> (MentionId, Spread) {
        if let Some(native) = &entry.raw.repost_of {
            let repeated = MentionId::of(entry.raw.platform, native);
            let story = self.story_of.get(&repeated).cloned().unwrap_or(repeated);
            return (story, Spread::Repost);
        }
        let found = entry.keys.as_ref().and_then(|keys| self.stories.find(keys, entry.raw.posted_at));
        found.unwrap_or_else(|| (id.clone(), Spread::Original))
    }

    /// A post that is held and comes again: what readers did with it is newer, and other topics may want it.
    fn see_again(&mut self, id: &MentionId, entry: &Judged) {
        let Some(held) = self.held.get_mut(id) else { return };
        if held.mention.removed_at.is_some() {
            self.put.passed += 1;
            return;
        }
        refresh(&mut held.mention.raw, &entry.raw);
        let same = same_text(&held.mention.raw, &entry.raw);
        let rows = self.topics.entry(id.clone()).or_default();
        for found in &entry.matched {
            if rows.contains_key(&found.topic) {
                continue;
            }
            let mut found = found.clone();
            if !same {
                // An older or newer text than ours has its words elsewhere, and says something else of the brand.
                (found.spans, found.toward) = (Vec::new(), None);
            }
            rows.insert(found.topic.clone(), TopicRow::new(&held.mention, &entry.source, &found, &self.spam_counted));
            with_own(&mut held.mention.judgement, &found.themes);
        }
        self.put.again += 1;
    }

    /// A held post whose text was changed: it is judged anew, where and when it was posted stays.
    fn rewrite(&mut self, id: &MentionId, entry: &Judged) {
        let Some(held) = self.held.get_mut(id) else { return };
        let mention = &mut held.mention;
        refresh(&mut mention.raw, &entry.raw);
        mention.raw.change = Change::Edited;
        mention.raw.title.clone_from(&entry.raw.title);
        mention.raw.text.clone_from(&entry.raw.text);
        mention.raw.has_media = entry.raw.has_media;
        if let Some(judgement) = &entry.judgement {
            mention.judgement = judgement.clone();
        }
        held.edited_at = Some(entry.received_at.timestamp_millis());
        if mention.spread == Spread::Original {
            match entry.keys {
                Some(keys) => self.stories.add(id, keys, mention.raw.posted_at, self.now),
                None => self.stories.remove(id),
            }
        }
        let rows = self.topics.entry(id.clone()).or_default();
        let wanted = |topic: &TopicName| entry.matched.iter().any(|found| found.topic == *topic);
        rows.retain(|topic, _| wanted(topic) || !entry.asked.contains(topic));
        let counting = &self.spam_counted;
        for (topic, row) in rows.iter_mut() {
            row.toward = None;
            row.judge(&mention.judgement, &[], counting.contains(topic));
            row.matched.clear();
            row.labels.clear();
        }
        for found in &entry.matched {
            let new = || TopicRow::new(mention, &entry.source, found, counting);
            let row = rows.entry(found.topic.clone()).or_insert_with(new);
            row.matched.clone_from(&found.spans);
            row.toward.clone_from(&found.toward);
            row.labels.clone_from(&found.labels);
            row.judge(&mention.judgement, &found.themes, counting.contains(&found.topic));
        }
        for found in &entry.matched {
            with_own(&mut mention.judgement, &found.themes);
        }
        self.reindex.insert(id.clone());
        self.rewritten.insert(id.clone());
        self.put.changed += 1;
    }

    /// Makes a tombstone: text, author and words go, the counts stay.
    fn bury(&mut self, id: &MentionId, at: Timestamp) {
        let Some(held) = self.held.get_mut(id) else { return };
        let mention = &mut held.mention;
        if mention.removed_at.is_some() {
            return;
        }
        if mention.spread == Spread::Original {
            self.stories.remove(id);
        }
        let raw = &mention.raw;
        let mut gone = RawMention::new(raw.platform, raw.native_id.clone(), raw.posted_at);
        gone.alias.clone_from(&raw.alias);
        gone.change = Change::Removed;
        gone.engagement = raw.engagement;
        gone.reaction = raw.reaction;
        gone.has_media = raw.has_media;
        mention.raw = gone;
        mention.removed_at = Some(at);
        mention.judgement.evidence.clear();
        for row in self.topics.entry(id.clone()).or_default().values_mut() {
            row.author.clear();
            row.matched.clear();
            if let Some(toward) = &mut row.toward {
                toward.evidence.clear();
            }
        }
        self.reindex.insert(id.clone());
        self.put.removed += 1;
    }
}

/// A mention knows every theme that some topic sees in it.
fn with_own(judgement: &mut Judgement, own: &[ThemeScore]) {
    for score in own {
        if !judgement.themes.iter().any(|known| known.theme == score.theme) {
            judgement.themes.push(score.clone());
        }
    }
}

fn same_text(held: &RawMention, come: &RawMention) -> bool {
    held.title == come.title && held.text == come.text
}

/// Takes over what may change without the text.
fn refresh(held: &mut RawMention, come: &RawMention) {
    held.engagement = come.engagement;
    held.reaction = come.reaction.or(held.reaction);
    held.author.followers = come.author.followers.or(held.author.followers);
    if held.alias.is_none() {
        held.alias.clone_from(&come.alias);
    }
    if held.url.is_empty() {
        held.url.clone_from(&come.url);
    }
}
