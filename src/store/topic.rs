//! Which topics a mention is kept under, and the counts that follow from it.
//!
//! In: rows of a topic and a mention. Out: their contributions to the counts.
//! Never: lets a row change without its counts (`judged.rs` writes both in one transaction).

use std::collections::BTreeMap;
use std::ops::Range;

use super::Error;
use super::apart::SpamCounted;
use super::backend::{Writing, on_writing};
use super::bulk::{Conflict, Kind, Target, Value, json_list};
use super::judged::TopicMatch;
use super::mention::among;
use crate::classify::built_in_themes;
use crate::domain::time::timestamp;
use crate::domain::{
    Bucket, Count, CountKey, Judgement, LabelName, Language, Mention, MentionId, Sentiment, SourceName, Spread, Theme,
    ThemeScore, Timestamp, TopicName, Toward,
};

/// One mention under one topic.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TopicRow {
    pub(super) posted_at: Timestamp,
    pub(super) source: SourceName,
    pub(super) language: Language,
    pub(super) sentiment: Sentiment,
    pub(super) p_negative: f64,
    pub(super) spread: Spread,
    pub(super) story: MentionId,
    /// `platform/id`, or empty when the platform hides it or the mention is a tombstone.
    pub(super) author: String,
    /// The built-in themes and the topic's own.
    pub(super) themes: Vec<Theme>,
    pub(super) matched: Vec<Range<usize>>,
    /// What it says of the topic's brand; `None` where the whole text's answer counts.
    pub(super) toward: Option<Toward>,
    /// Whether it is spam that the topic sets apart: kept and marked, and no talk.
    pub(super) apart: bool,
    /// The labels that the topic's rules put on it.
    pub(super) labels: Vec<LabelName>,
}

const TOPIC: Target = Target {
    table: "mention_topic",
    columns: &[
        ("topic", Kind::Text),
        ("mention", Kind::Text),
        ("posted_at", Kind::Int),
        ("source", Kind::Text),
        ("language", Kind::Text),
        ("sentiment", Kind::Text),
        ("p_negative", Kind::Real),
        ("spread", Kind::Text),
        ("story", Kind::Text),
        ("author", Kind::Text),
        ("themes", Kind::Text),
        ("matched", Kind::Text),
        ("toward", Kind::Text),
        ("apart", Kind::Int),
        ("labels", Kind::Text),
    ],
    conflict: Conflict::Replace("topic, mention"),
};

const COUNT: Target = Target {
    table: "mention_count",
    columns: &[
        ("topic", Kind::Text),
        ("bucket_at", Kind::Int),
        ("source", Kind::Text),
        ("language", Kind::Text),
        ("sentiment", Kind::Text),
        ("theme", Kind::Text),
        ("originals", Kind::Int),
        ("spread", Kind::Int),
    ],
    conflict: Conflict::Add("topic, bucket_at, source, language, sentiment, theme", &["originals", "spread"]),
};

/// Whether every topic has this theme.
pub(super) fn is_built_in(theme: &Theme) -> bool {
    built_in_themes().iter().any(|built_in| built_in.name == *theme)
}

impl TopicRow {
    /// The row of a mention under a topic that heard it at `source`.
    pub(super) fn new(mention: &Mention, source: &SourceName, found: &TopicMatch, counting: &SpamCounted) -> Self {
        let author = &mention.raw.author;
        let who = author.id.as_ref().map(|id| id.as_str()).or((!author.handle.is_empty()).then_some(&author.handle));
        let mut row = Self {
            posted_at: mention.raw.posted_at,
            source: source.clone(),
            language: Language::Other,
            sentiment: Sentiment::Unsure,
            p_negative: 0.0,
            spread: mention.spread,
            story: mention.story.clone(),
            author: who.map_or(String::new(), |who| format!("{}/{who}", mention.raw.platform.as_str())),
            themes: Vec::new(),
            matched: found.spans.clone(),
            toward: found.toward.clone(),
            apart: false,
            labels: found.labels.clone(),
        };
        row.judge(&mention.judgement, &found.themes, counting.contains(&found.topic));
        row
    }

    /// Takes over what a text was judged to be, and the topic's own themes; how it leans is told by what it says of the brand,
    /// where it does, unless a person has said how it leans. A theme in `judgement` that is not built in is some topic's own:
    /// it counts where it is in `own`. Spam is set apart unless the topic `counts_spam`.
    pub(super) fn judge(&mut self, judgement: &Judgement, own: &[ThemeScore], counts_spam: bool) {
        self.apart = judgement.is_spam() && !counts_spam;
        self.language = judgement.language;
        let toward = self.toward.as_ref().filter(|_| !judgement.is_a_persons());
        let (sentiment, p) = toward.map_or((judgement.sentiment, &judgement.p), |toward| (toward.sentiment, &toward.p));
        self.sentiment = sentiment;
        self.p_negative = f64::from(p.negative);
        let all = judgement.themes.iter().filter(|score| is_built_in(&score.theme)).chain(own);
        self.themes = all.map(|score| score.theme.clone()).collect();
        self.themes.sort();
        self.themes.dedup();
    }

    /// Adds what this row counts for to `counts`, `times` times (-1 takes it back). What is set apart counts for nothing.
    pub(super) fn count(&self, topic: &TopicName, times: i64, counts: &mut BTreeMap<CountKey, Count>) {
        if self.apart {
            return;
        }
        let key = |theme: Option<&Theme>| CountKey {
            topic: topic.clone(),
            source: self.source.clone(),
            bucket: Bucket::of(self.posted_at),
            language: self.language,
            sentiment: self.sentiment,
            theme: theme.cloned(),
        };
        let keys = std::iter::once(key(None)).chain(self.themes.iter().map(|theme| key(Some(theme))));
        for key in keys {
            let count = counts.entry(key).or_default();
            match self.spread {
                Spread::Original => count.originals += times,
                Spread::Repost | Spread::Near => count.spread += times,
            }
        }
    }
}

/// Spans as they are kept: `[[start, end], …]`.
fn write_spans(spans: &[Range<usize>]) -> Result<String, Error> {
    let pairs: Vec<(usize, usize)> = spans.iter().map(|span| (span.start, span.end)).collect();
    Ok(serde_json::to_string(&pairs)?)
}

/// The spans of a kept list.
pub(super) fn read_spans(text: &str) -> Result<Vec<Range<usize>>, Error> {
    let pairs: Vec<(usize, usize)> = serde_json::from_str(text)?;
    Ok(pairs.into_iter().map(|(start, end)| start..end).collect())
}

/// What was told of the brand, as it is kept: JSON, or nothing.
fn write_toward(toward: Option<&Toward>) -> Result<String, Error> {
    Ok(toward.map(serde_json::to_string).transpose()?.unwrap_or_default())
}

/// What was told of the brand, from what is kept.
pub(super) fn read_toward(text: &str) -> Result<Option<Toward>, Error> {
    if text.is_empty() { Ok(None) } else { Ok(Some(serde_json::from_str(text)?)) }
}

pub(super) type Row =
    (String, String, i64, String, String, String, f64, String, String, String, String, String, String, i64, String);

/// A row as the database gives it.
pub(super) fn read_row(row: Row) -> Result<(TopicName, MentionId, TopicRow), Error> {
    let (
        topic,
        mention,
        posted_at,
        source,
        language,
        sentiment,
        p_negative,
        spread,
        story,
        author,
        themes,
        matched,
        toward,
        apart,
        labels,
    ) = row;
    let corrupt = |what: &str| Error::Corrupt(format!("mention `{mention}` under topic `{topic}`: bad {what}"));
    let read = TopicRow {
        posted_at: timestamp(posted_at),
        source: SourceName::new(source).ok_or_else(|| corrupt("source"))?,
        language: Language::find(&language).ok_or_else(|| corrupt("language"))?,
        sentiment: Sentiment::find(&sentiment).ok_or_else(|| corrupt("sentiment"))?,
        p_negative,
        spread: Spread::find(&spread).ok_or_else(|| corrupt("spread"))?,
        story: MentionId::new(story).ok_or_else(|| corrupt("story"))?,
        author,
        themes: serde_json::from_str(&themes)?,
        matched: read_spans(&matched)?,
        toward: read_toward(&toward)?,
        apart: apart != 0,
        labels: serde_json::from_str(&labels)?,
    };
    let name = TopicName::new(topic.as_str()).ok_or_else(|| corrupt("topic"))?;
    let id = MentionId::new(mention.as_str()).ok_or_else(|| corrupt("id"))?;
    Ok((name, id, read))
}

/// All columns of `mention_topic`, as [`read_row`] wants them.
pub(super) const COLUMNS: &str = "topic, mention, posted_at, source, language, sentiment, p_negative, spread, story, \
                                  author, themes, matched, toward, apart, labels";

/// The rows of these mentions.
pub(super) async fn rows_of(
    writing: &mut Writing,
    ids: &[MentionId],
) -> Result<Vec<(TopicName, MentionId, TopicRow)>, Error> {
    let sql = format!("select {COLUMNS} from mention_topic where mention {}", among(writing.is_postgres()));
    let list = json_list(ids)?;
    let rows: Vec<Row> =
        on_writing!(writing, db => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(list).fetch_all(db).await)?;
    rows.into_iter().map(read_row).collect()
}

/// Writes rows, new or changed.
pub(super) async fn put_rows(writing: &mut Writing, rows: &[(&TopicName, &MentionId, &TopicRow)]) -> Result<(), Error> {
    let mut values: Vec<Vec<Value>> = Vec::with_capacity(rows.len());
    for (topic, mention, row) in rows {
        values.push(vec![
            topic.as_str().into(),
            mention.as_str().into(),
            row.posted_at.timestamp_millis().into(),
            row.source.as_str().into(),
            row.language.as_str().into(),
            row.sentiment.as_str().into(),
            row.p_negative.into(),
            row.spread.as_str().into(),
            row.story.as_str().into(),
            row.author.as_str().into(),
            serde_json::to_string(&row.themes)?.into(),
            write_spans(&row.matched)?.into(),
            write_toward(row.toward.as_ref())?.into(),
            i64::from(row.apart).into(),
            serde_json::to_string(&row.labels)?.into(),
        ]);
    }
    writing.insert(&TOPIC, values).await.map(drop)
}

/// Takes a mention out of a topic.
pub(super) async fn remove_row(writing: &mut Writing, topic: &TopicName, mention: &MentionId) -> Result<(), Error> {
    const SQL: &str = "delete from mention_topic where topic = $1 and mention = $2";
    on_writing!(writing, db => sqlx::query(SQL).bind(topic.as_str()).bind(mention.as_str()).execute(db).await
        .map(drop))?;
    Ok(())
}

/// Adds to the counts; what adds up to nothing is left out.
pub(super) async fn put_counts(writing: &mut Writing, counts: BTreeMap<CountKey, Count>) -> Result<(), Error> {
    let values = counts.into_iter().filter(|(_, count)| *count != Count::default()).map(|(key, count)| {
        vec![
            key.topic.as_str().into(),
            key.bucket.millis().into(),
            key.source.as_str().into(),
            key.language.as_str().into(),
            key.sentiment.as_str().into(),
            key.theme.as_ref().map_or("", Theme::as_str).into(),
            count.originals.into(),
            count.spread.into(),
        ]
    });
    writing.insert(&COUNT, values.collect()).await.map(drop)
}
