//! What a person says of a mention's labels: kept, and followed by the mention and its counts at once.
//!
//! In: labels, with who and when, and which text was seen. Out: the mention as it stands afterwards.
//! Never: lets a mention follow a word without its counts; takes a word on a text that its reader did not see; counts the
//! same word twice.

use std::collections::{BTreeMap, HashSet};

use sqlx::AssertSqlSafe;

use super::apart::spam_counted;
use super::backend::{Writing, on_writing};
use super::bulk::{Conflict, Kind, Target, Value, json_list};
use super::correction::{COLUMNS, Row, read};
use super::judged::alone;
use super::mention::{Held, MENTION, among, held};
use super::topic::{is_built_in, put_counts, put_rows, rows_of};
use super::{Error, Store};
use crate::domain::correction::text_key;
use crate::domain::{
    Correction, CorrectionState, Count, CountKey, Judgement, Label, Mention, MentionId, Theme, ThemeScore, Timestamp,
    TopicName,
};

/// What a person says of one mention.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// Of which.
    pub mention: &'a MentionId,
    /// The labels, at most one of each aspect.
    pub labels: &'a [Label],
    /// The themes of their own of topics that have the mention: a theme that is said counts under its own topic.
    pub own: &'a [(TopicName, Vec<Theme>)],
    /// The key of the text that was seen (`domain::correction::text_key`); empty when it is not told.
    pub seen: &'a str,
    /// Who says it.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Corrected {
    /// The mention as it stands now.
    Done(Box<Mention>),
    /// It was so already: nothing was written.
    Already(Box<Mention>),
    /// The text is another than the one that was seen.
    Changed,
    /// The mention is a tombstone.
    Removed,
    /// There is no such mention.
    Unknown,
}

const CORRECTION: Target = Target {
    table: "correction",
    columns: &[
        ("mention", Kind::Text),
        ("place", Kind::Int),
        ("at", Kind::Int),
        ("by_whom", Kind::Text),
        ("state", Kind::Text),
        ("aspect", Kind::Text),
        ("was", Kind::Text),
        ("said", Kind::Text),
        ("language", Kind::Text),
        ("model", Kind::Text),
        ("judged", Kind::Text),
        ("body", Kind::Text),
    ],
    conflict: Conflict::Impossible,
};

impl Store {
    /// Keeps what a person says; the mention, its topics and their counts follow, all or nothing.
    pub async fn correct(&self, words: Words<'_>) -> Result<Corrected, Error> {
        let mut writing = self.begin().await?;
        alone(&mut writing).await?;
        let Some(mut held) = held(&mut writing, std::slice::from_ref(words.mention)).await?.pop() else {
            return Ok(Corrected::Unknown);
        };
        if held.mention.removed_at.is_some() {
            return Ok(Corrected::Removed);
        }
        let text = held.mention.raw.whole_text();
        if !words.seen.is_empty() && words.seen != text_key(&text) {
            return Ok(Corrected::Changed);
        }
        let before = all_of(&mut writing, words.mention).await?;
        let holding: Vec<&Correction> =
            before.iter().filter(|correction| correction.state == CorrectionState::Holds).collect();
        let is_new = |label: &&Label| !holding.iter().any(|correction| correction.said == **label);
        let fresh: Vec<&Label> = words.labels.iter().filter(is_new).collect();
        if fresh.is_empty() {
            return Ok(Corrected::Already(Box::new(held.mention)));
        }
        // What the model said, before anybody's word.
        let judged = holding.first().map_or(&held.mention.judgement, |correction| &correction.judged).clone();
        let place = before.last().map_or(0, |last| last.place) + 1;
        end(&mut writing, words, &fresh).await?;
        let mut rows: Vec<Vec<Value>> = Vec::new();
        for (place, label) in (place..).zip(&fresh) {
            rows.push(row(place, label, &judged, &text, words)?);
        }
        writing.insert(&CORRECTION, rows).await?;
        fresh.iter().for_each(|label| label.apply(&mut held.mention.judgement));
        follow(&mut writing, &held, words.own).await?;
        writing.commit().await?;
        Ok(Corrected::Done(Box::new(held.mention)))
    }

    /// Takes back what people said of a mention: it says again what the model said.
    pub async fn take_back(&self, id: &MentionId, by: &str, at: Timestamp) -> Result<Corrected, Error> {
        let mut writing = self.begin().await?;
        alone(&mut writing).await?;
        let Some(mut held) = held(&mut writing, std::slice::from_ref(id)).await?.pop() else {
            return Ok(Corrected::Unknown);
        };
        if held.mention.removed_at.is_some() {
            return Ok(Corrected::Removed);
        }
        let all = all_of(&mut writing, id).await?;
        let Some(first) = all.into_iter().find(|correction| correction.state == CorrectionState::Holds) else {
            return Ok(Corrected::Already(Box::new(held.mention)));
        };
        const SQL: &str = "update correction set state = 'taken-back', ended_at = $2, ended_by = $3 \
             where mention = $1 and state = 'holds'";
        on_writing!(&mut writing, db => sqlx::query(SQL).bind(id.as_str()).bind(at.timestamp_millis()).bind(by)
            .execute(db).await.map(drop))?;
        held.mention.judgement = first.judged;
        follow(&mut writing, &held, &[]).await?;
        writing.commit().await?;
        Ok(Corrected::Done(Box::new(held.mention)))
    }
}

/// Everything that was said of a mention, in order.
async fn all_of(writing: &mut Writing, id: &MentionId) -> Result<Vec<Correction>, Error> {
    let sql = format!("select {COLUMNS} from correction where mention = $1 order by place");
    let rows: Vec<Row> =
        on_writing!(writing, db => sqlx::query_as(AssertSqlSafe(sql)).bind(id.as_str()).fetch_all(db).await)?;
    rows.into_iter().map(read).collect()
}

/// Ends what was said before of the same aspects.
async fn end(writing: &mut Writing, words: Words<'_>, labels: &[&Label]) -> Result<(), Error> {
    const SQL: &str = "update correction set state = 'replaced', ended_at = $3, ended_by = $4 \
         where mention = $1 and aspect = $2 and state = 'holds'";
    for label in labels {
        on_writing!(writing, db => sqlx::query(SQL).bind(words.mention.as_str()).bind(label.aspect().as_str())
            .bind(words.at.timestamp_millis()).bind(words.by).execute(db).await.map(drop))?;
    }
    Ok(())
}

fn row(place: i64, label: &Label, judged: &Judgement, text: &str, words: Words<'_>) -> Result<Vec<Value>, Error> {
    Ok(vec![
        words.mention.as_str().into(),
        place.into(),
        words.at.timestamp_millis().into(),
        words.by.into(),
        CorrectionState::Holds.as_str().into(),
        label.aspect().as_str().into(),
        Label::of(label.aspect(), judged).word().into(),
        label.word().into(),
        judged.language.as_str().into(),
        judged.model.as_str().into(),
        serde_json::to_string(judged)?.into(),
        text.into(),
    ])
}

/// Writes a mention whose judgement is another, with its topics and their counts.
async fn follow(writing: &mut Writing, held: &Held, own: &[(TopicName, Vec<Theme>)]) -> Result<(), Error> {
    let mention = &held.mention;
    writing.insert(&MENTION, vec![held.values()?]).await?;
    let mut counts: BTreeMap<CountKey, Count> = BTreeMap::new();
    let mut rows = rows_of(writing, std::slice::from_ref(&mention.id)).await?;
    let alone = rows.len() == 1;
    let counting = spam_counted(writing).await?;
    for (topic, _, row) in &mut rows {
        row.count(topic, -1, &mut counts);
        // Whose own theme it is, is told, or known where one topic has the mention, or where the topic counted it before.
        let told = |theme: &Theme| own.iter().any(|(of, themes)| of == &*topic && themes.contains(theme));
        let known = |theme: &Theme| alone || row.themes.contains(theme) || told(theme);
        let own = |score: &&ThemeScore| !is_built_in(&score.theme) && known(&score.theme);
        let own: Vec<ThemeScore> = mention.judgement.themes.iter().filter(own).cloned().collect();
        row.judge(&mention.judgement, &own, counting.contains(topic));
        row.count(topic, 1, &mut counts);
    }
    let put: Vec<(&TopicName, &MentionId, _)> = rows.iter().map(|(topic, id, row)| (topic, id, row)).collect();
    put_rows(writing, &put).await?;
    put_counts(writing, counts).await
}

/// Ends what was said of texts that their authors have changed since: the new text has the model's labels.
pub(super) async fn drop_edited(
    writing: &mut Writing,
    rewritten: &HashSet<MentionId>,
    at: Timestamp,
) -> Result<(), Error> {
    if rewritten.is_empty() {
        return Ok(());
    }
    let mut ids: Vec<&MentionId> = rewritten.iter().collect();
    ids.sort();
    let sql = format!(
        "update correction set state = 'edited', ended_at = $2 where state = 'holds' and mention {}",
        among(writing.is_postgres())
    );
    let list = json_list(&ids)?;
    on_writing!(writing, db => sqlx::query(AssertSqlSafe(sql)).bind(list).bind(at.timestamp_millis()).execute(db)
        .await.map(drop))?;
    Ok(())
}
