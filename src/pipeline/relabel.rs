//! Relabel: asks a topic's label rules of all that it holds, not only of what comes in.
//!
//! In: a topic with its rules. Out: how many mentions were looked at, and how many have other labels than before.
//! Never: takes a mention into the topic or out of it, touches a count.

use anyhow::Context;

use crate::classify::Judge;
use crate::config::{LabelRule, Topic};
use crate::domain::{LabelName, MentionId};
use crate::query::Document;
use crate::store::{MentionFilter, SpamFilter, Store};
use crate::text::Text;

/// Mentions that are read and written at once.
const PAGE: i64 = 500;

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Relabelled {
    /// Mentions with a text.
    pub looked_at: usize,
    /// Those whose labels are others now.
    pub changed: usize,
}

/// Asks the rules of a topic anew, page by page; broken off and begun again it does the same.
pub async fn relabel(store: &Store, topic: &Topic, judge: &Judge) -> anyhow::Result<Relabelled> {
    let asks = topic.labels.iter().any(|rule| rule.query.asks_for_judgement());
    let mut filter =
        MentionFilter { topic: Some(topic.name.clone()), spam: SpamFilter::All, ..MentionFilter::default() };
    let mut done = Relabelled::default();
    loop {
        let page = store.mentions(&filter, PAGE, 0).await.context("reading mentions")?;
        let Some(last) = page.last() else { return Ok(done) };
        filter.after = Some((last.raw.posted_at, last.id.clone()));
        let ids: Vec<MentionId> = page.iter().map(|mention| mention.id.clone()).collect();
        let before = store.leanings(&topic.name, &ids).await.context("reading labels")?;
        let mut changed: Vec<(MentionId, Vec<LabelName>)> = Vec::new();
        for mention in &page {
            let text = Text::read(&mention.raw.whole_text());
            let judged = asks.then(|| judge.judge(&text));
            let document = Document { judgement: judged.as_ref(), ..Document::of_post(&text, &mention.raw) };
            let labels = LabelRule::of(&topic.labels, &document);
            if before.get(&mention.id).is_some_and(|before| before.labels != labels) {
                changed.push((mention.id.clone(), labels));
            }
        }
        done.looked_at += page.len();
        done.changed += changed.len();
        store.put_labels(&topic.name, &changed).await.context("writing labels")?;
    }
}
