//! Mentions as they stand: their row, and reading them one by one.
//!
//! In: ids. Out: whole mentions or tombstones. Never: writes (that is `judged.rs`, with the counts).

use std::collections::HashMap;
use std::ops::Range;

use sqlx::{AssertSqlSafe, ColumnIndex, Database, Decode, FromRow, Row, Type};

use super::backend::{Writing, on_backend, on_writing};
use super::bulk::{Conflict, Kind, Target, Value, json_list};
use super::{Error, Store};
use crate::domain::time::timestamp;
use crate::domain::{
    Author, AuthorId, Change, Engagement, Judgement, Language, Mention, MentionId, NativeId, Platform, Probabilities,
    RawMention, Reaction, Sentiment, SourceName, Spread, TopicName,
};

/// A mention with what only the store asks of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Held {
    pub(super) mention: Mention,
    pub(super) edited_at: Option<i64>,
}

pub(super) const MENTION: Target = Target {
    table: "mention",
    columns: &[
        ("id", Kind::Text),
        ("platform", Kind::Text),
        ("native_id", Kind::Text),
        ("alias", Kind::Text),
        ("source", Kind::Text),
        ("url", Kind::Text),
        ("author_id", Kind::Text),
        ("author_name", Kind::Text),
        ("author_handle", Kind::Text),
        ("followers", Kind::Int),
        ("posted_at", Kind::Int),
        ("collected_at", Kind::Int),
        ("edited_at", Kind::Int),
        ("removed_at", Kind::Int),
        ("title", Kind::Text),
        ("body", Kind::Text),
        ("has_media", Kind::Int),
        ("reply_to", Kind::Text),
        ("repost_of", Kind::Text),
        ("likes", Kind::Int),
        ("reposts", Kind::Int),
        ("replies", Kind::Int),
        ("push", Kind::Int),
        ("boo", Kind::Int),
        ("language", Kind::Text),
        ("sentiment", Kind::Text),
        ("p_negative", Kind::Real),
        ("p_neutral", Kind::Real),
        ("p_positive", Kind::Real),
        ("spam", Kind::Real),
        ("themes", Kind::Text),
        ("evidence", Kind::Text),
        ("model", Kind::Text),
        ("spread", Kind::Text),
        ("story", Kind::Text),
    ],
    conflict: Conflict::Replace("id"),
};

/// All columns of a mention, each after `prefix` (an alias with its dot, or nothing).
pub(super) fn columns(prefix: &str) -> String {
    MENTION.columns.iter().map(|(name, _)| format!("{prefix}{name}")).collect::<Vec<_>>().join(", ")
}

impl Held {
    /// The values of its row, in the order of the columns.
    pub(super) fn values(&self) -> Result<Vec<Value>, Error> {
        let mention = &self.mention;
        let raw = &mention.raw;
        let judged = &mention.judgement;
        let native = |id: &Option<NativeId>| Value::from(id.as_ref().map_or("", NativeId::as_str));
        Ok(vec![
            mention.id.as_str().into(),
            raw.platform.as_str().into(),
            raw.native_id.as_str().into(),
            native(&raw.alias),
            mention.source.as_str().into(),
            raw.url.as_str().into(),
            raw.author.id.as_ref().map_or("", AuthorId::as_str).into(),
            raw.author.name.as_str().into(),
            raw.author.handle.as_str().into(),
            raw.author.followers.into(),
            raw.posted_at.timestamp_millis().into(),
            mention.collected_at.timestamp_millis().into(),
            self.edited_at.into(),
            mention.removed_at.map(|at| at.timestamp_millis()).into(),
            raw.title.as_str().into(),
            raw.text.as_str().into(),
            i64::from(raw.has_media).into(),
            native(&raw.reply_to),
            native(&raw.repost_of),
            raw.engagement.likes.into(),
            raw.engagement.reposts.into(),
            raw.engagement.replies.into(),
            raw.reaction.map(|reaction| reaction.push).into(),
            raw.reaction.map(|reaction| reaction.boo).into(),
            judged.language.as_str().into(),
            judged.sentiment.as_str().into(),
            f64::from(judged.p.negative).into(),
            f64::from(judged.p.neutral).into(),
            f64::from(judged.p.positive).into(),
            f64::from(judged.spam).into(),
            serde_json::to_string(&judged.themes)?.into(),
            serde_json::to_string(&judged.evidence)?.into(),
            judged.model.as_str().into(),
            mention.spread.as_str().into(),
            mention.story.as_str().into(),
        ])
    }
}

impl<'r, R> FromRow<'r, R> for Held
where
    R: Row,
    for<'a> &'a str: ColumnIndex<R>,
    String: Decode<'r, R::Database> + Type<R::Database>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    f64: Decode<'r, R::Database> + Type<R::Database>,
    <R as Row>::Database: Database,
{
    fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
        let text = |name: &str| row.try_get::<String, _>(name);
        let int = |name: &str| row.try_get::<i64, _>(name);
        let maybe = |name: &str| row.try_get::<Option<i64>, _>(name);
        let real = |name: &str| row.try_get::<f64, _>(name).map(|value| value as f32);
        let corrupt = |what: &str| sqlx::Error::Decode(format!("a mention with a bad {what}").into());
        let (edited_at, removed_at) = (maybe("edited_at")?, maybe("removed_at")?);
        let id = MentionId::new(text("id")?).ok_or_else(|| corrupt("id"))?;
        let raw = RawMention {
            platform: Platform::find(&text("platform")?).ok_or_else(|| corrupt("platform"))?,
            native_id: NativeId::new(text("native_id")?).ok_or_else(|| corrupt("native id"))?,
            alias: NativeId::new(text("alias")?),
            change: match (removed_at, edited_at) {
                (Some(_), _) => Change::Removed,
                (None, Some(_)) => Change::Edited,
                (None, None) => Change::Posted,
            },
            url: text("url")?,
            author: Author {
                id: AuthorId::new(text("author_id")?),
                name: text("author_name")?,
                handle: text("author_handle")?,
                followers: maybe("followers")?,
            },
            posted_at: timestamp(int("posted_at")?),
            title: text("title")?,
            text: text("body")?,
            language_hint: String::new(),
            reply_to: NativeId::new(text("reply_to")?),
            repost_of: NativeId::new(text("repost_of")?),
            engagement: Engagement { likes: int("likes")?, reposts: int("reposts")?, replies: int("replies")? },
            reaction: maybe("push")?.zip(maybe("boo")?).map(|(push, boo)| Reaction { push, boo }),
            has_media: int("has_media")? != 0,
        };
        let p =
            Probabilities { negative: real("p_negative")?, neutral: real("p_neutral")?, positive: real("p_positive")? };
        let judgement = Judgement {
            language: Language::find(&text("language")?).ok_or_else(|| corrupt("language"))?,
            sentiment: Sentiment::find(&text("sentiment")?).ok_or_else(|| corrupt("sentiment"))?,
            p,
            polarity: p.polarity(),
            confidence: p.best().1,
            themes: serde_json::from_str(&text("themes")?).map_err(|_| corrupt("list of themes"))?,
            spam: real("spam")?,
            evidence: serde_json::from_str(&text("evidence")?).map_err(|_| corrupt("list of evidence"))?,
            model: text("model")?,
        };
        Ok(Self {
            edited_at,
            mention: Mention {
                source: SourceName::new(text("source")?).ok_or_else(|| corrupt("source"))?,
                collected_at: timestamp(int("collected_at")?),
                removed_at: removed_at.map(timestamp),
                spread: Spread::find(&text("spread")?).ok_or_else(|| corrupt("spread"))?,
                story: MentionId::new(text("story")?).ok_or_else(|| corrupt("story"))?,
                id,
                raw,
                judgement,
            },
        })
    }
}

/// `in (…)` over a JSON list of texts that is parameter `$1`.
pub(super) fn among(postgres: bool) -> &'static str {
    if postgres { "in (select jsonb_array_elements_text($1::jsonb))" } else { "in (select value from json_each($1))" }
}

/// The mentions with these ids, in a transaction.
pub(super) async fn held(writing: &mut Writing, ids: &[MentionId]) -> Result<Vec<Held>, Error> {
    let sql = format!("select {} from mention where id {}", columns(""), among(writing.is_postgres()));
    let list = json_list(ids)?;
    Ok(on_writing!(writing, db => sqlx::query_as(AssertSqlSafe(sql)).bind(list).fetch_all(db).await)?)
}

impl Store {
    /// One mention, whole or as a tombstone.
    pub async fn mention(&self, id: &MentionId) -> Result<Option<Mention>, Error> {
        let sql = format!("select {} from mention where id = $1", columns(""));
        let held: Option<Held> = on_backend!(self, pool => sqlx::query_as(AssertSqlSafe(sql))
            .bind(id.as_str()).fetch_optional(pool).await)?;
        Ok(held.map(|held| held.mention))
    }

    /// Those of these mentions that are held, in the order asked for.
    pub async fn mentions_by_id(&self, ids: &[MentionId]) -> Result<Vec<Mention>, Error> {
        let sql = format!("select {} from mention where id {}", columns(""), among(self.is_postgres()));
        let list = json_list(ids)?;
        let held: Vec<Held> =
            on_backend!(self, pool => sqlx::query_as(AssertSqlSafe(sql)).bind(list).fetch_all(pool).await)?;
        let mut found: HashMap<MentionId, Mention> =
            held.into_iter().map(|held| (held.mention.id.clone(), held.mention)).collect();
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// The topics that a mention is kept under, by name, with the spans of its whole text (title and text, a line
    /// apart; bytes at characters' edges) that matched.
    pub async fn topics_of(&self, id: &MentionId) -> Result<Vec<(TopicName, Vec<Range<usize>>)>, Error> {
        const SQL: &str = "select topic, matched from mention_topic where mention = $1 order by topic";
        let rows: Vec<(String, String)> =
            on_backend!(self, pool => sqlx::query_as(SQL).bind(id.as_str()).fetch_all(pool).await)?;
        rows.into_iter()
            .map(|(topic, matched)| {
                let topic = topic.try_into().map_err(Error::Corrupt)?;
                Ok((topic, super::topic::read_spans(&matched)?))
            })
            .collect()
    }

    /// Those of these mentions that are held, with the topics that each is kept under.
    pub async fn topics_held(&self, ids: &[MentionId]) -> Result<HashMap<MentionId, Vec<TopicName>>, Error> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!(
            "select m.id, coalesce(t.topic, '') from mention m left join mention_topic t on t.mention = m.id where m.id {}",
            among(self.is_postgres())
        );
        let list = json_list(ids)?;
        let rows: Vec<(String, String)> =
            on_backend!(self, pool => sqlx::query_as(AssertSqlSafe(sql)).bind(list).fetch_all(pool).await)?;
        let mut held: HashMap<MentionId, Vec<TopicName>> = HashMap::new();
        for (id, topic) in rows {
            let id = MentionId::new(id).ok_or_else(|| Error::Corrupt("a mention's id".to_owned()))?;
            held.entry(id).or_default().extend(TopicName::new(topic));
        }
        Ok(held)
    }
}
