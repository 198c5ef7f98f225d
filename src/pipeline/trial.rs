//! Trial: what a query would find among what is stored, before it is trusted.
//!
//! In: a topic, a query that may be another than its file's, the newest mentions. Out: what matches, what is new, what would be lost,
//! by which clause; what NOT removed and what fails by one clause.
//! Never: changes anything.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use anyhow::Context;
use chrono::NaiveDate;

use crate::classify::Judge;
use crate::config::Topic;
use crate::domain::{Mention, MentionId, RawMention, TopicName};
use crate::query::{Document, Query, Trial};
use crate::store::{MentionFilter, SpamFilter, Store};
use crate::text::Text;

/// Texts that are kept for each clause that removed some, or by which some fail.
pub const EACH: usize = 2;

/// What a query found.
#[derive(Debug, Default)]
pub struct Tried {
    /// How many, and by which clauses. Texts are numbered from 0 in the order in which they were looked at.
    pub trial: Trial,
    /// Matches a day, in the topic's zone; empty where texts have no time.
    pub days: BTreeMap<NaiveDate, usize>,
    /// Matches that are not kept under the topic; `None` where nothing is kept (a file).
    pub new: Option<usize>,
    /// Kept under the topic, but no match any more.
    pub lost: usize,
    /// The first matches: number, and where the words stand in the whole text.
    pub matched: Vec<(usize, Vec<Range<usize>>)>,
    /// Typical texts of clauses that removed some, or by which some fail: number, and where words of the query stand.
    pub near: BTreeMap<usize, Vec<Range<usize>>>,
    /// The texts that are named above.
    pub texts: BTreeMap<usize, String>,
    /// The mentions among them, where they are stored ones.
    pub mentions: BTreeMap<usize, Mention>,
}

impl Tried {
    /// Tries one post; at most `show` matches are kept. Says whether it matches.
    pub fn look(
        &mut self,
        topic: &Topic,
        query: &Query,
        judge: Option<&Judge>,
        post: &RawMention,
        show: usize,
    ) -> bool {
        let whole = post.whole_text();
        let text = Text::read(&whole);
        let number = self.trial.looked_at;
        if !topic.takes(text.language()) {
            self.trial.looked_at += 1;
            return false;
        }
        let judgement = judge.map(|judge| judge.judge(&text));
        let document = Document { judgement: judgement.as_ref(), ..Document::of_post(&text, post) };
        let explanation = self.trial.look(query, &document, number);
        if explanation.matches {
            if self.matched.len() < show {
                self.matched.push((number, explanation.whole.places.clone()));
                self.texts.insert(number, whole);
            }
            return true;
        }
        let mut tallies = self.trial.removed.iter().chain(&self.trial.near);
        if tallies.any(|tally| tally.first.iter().take(EACH).any(|first| *first == number)) {
            let places = explanation.terms.iter().flat_map(|term| term.places.iter().cloned());
            self.near.insert(number, places.collect());
            self.texts.insert(number, whole);
        }
        false
    }
}

/// Tries a query on the newest stored mentions of all topics. `judge` is asked where the query asks how texts are judged.
pub async fn tried(
    store: &Store,
    topic: &Topic,
    query: &Query,
    judge: Option<&Judge>,
    newest: i64,
    show: usize,
) -> anyhow::Result<Tried> {
    let kept = read(store, Some(&topic.name), newest).await?;
    let kept: HashSet<MentionId> = kept.into_iter().map(|mention| mention.id).collect();
    let mut tried = Tried { new: Some(0), ..Tried::default() };
    for mention in read(store, None, newest).await? {
        let is_kept = kept.contains(&mention.id);
        let number = tried.trial.looked_at;
        let matches = tried.look(topic, query, judge, &mention.raw, show);
        if matches {
            let day = mention.raw.posted_at.with_timezone(&topic.zone).date_naive();
            *tried.days.entry(day).or_default() += 1;
        }
        match (matches, is_kept) {
            (true, false) => tried.new = tried.new.map(|new| new + 1),
            (false, true) => tried.lost += 1,
            _ => {}
        }
        if tried.texts.contains_key(&number) {
            tried.mentions.insert(number, mention);
        }
    }
    tried.trial.finish();
    Ok(tried)
}

/// The newest mentions, page by page; those that were taken down say nothing any more.
async fn read(store: &Store, topic: Option<&TopicName>, newest: i64) -> anyhow::Result<Vec<Mention>> {
    const PAGE: i64 = 500;
    let mut filter = MentionFilter { topic: topic.cloned(), spam: SpamFilter::All, ..MentionFilter::default() };
    let mut all: Vec<Mention> = Vec::new();
    loop {
        let wanted = PAGE.min(newest.saturating_sub(i64::try_from(all.len())?));
        let page = match wanted > 0 {
            true => store.mentions(&filter, wanted, 0).await.context("reading mentions")?,
            false => Vec::new(),
        };
        let Some(last) = page.last() else { return Ok(all) };
        filter.after = Some((last.raw.posted_at, last.id.clone()));
        all.extend(page);
    }
}
