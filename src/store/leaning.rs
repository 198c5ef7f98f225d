//! How mentions lean under one topic: toward its brand where the text tells that apart, else as a whole.
//!
//! In: a topic and mentions. Out: the answers that its counts are kept by, and its labels. Never: judges.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::backend::{on_backend, on_writing};
use super::bulk::json_list;
use super::mention::among;
use super::topic::read_toward;
use super::{Error, Store};
use crate::domain::{LabelName, MentionId, Sentiment, TopicName, Toward};

/// How a mention leans under a topic.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaning {
    /// The answer that the topic's counts are kept by.
    pub sentiment: Sentiment,
    /// The probability of negative that belongs to it.
    pub p_negative: f64,
    /// What was told of the topic's brand, with the words that decided it; `None` where the whole text's answer counts.
    pub toward: Option<Toward>,
    /// Whether it is spam that the topic sets apart: no talk.
    pub apart: bool,
    /// The labels that the topic's rules put on it.
    pub labels: Vec<LabelName>,
}

impl Store {
    /// How those of these mentions that are kept under a topic lean there.
    pub async fn leanings(&self, topic: &TopicName, ids: &[MentionId]) -> Result<HashMap<MentionId, Leaning>, Error> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!(
            "select mention, sentiment, p_negative, toward, apart, labels from mention_topic where topic = $2 and mention {}",
            among(self.is_postgres())
        );
        let list = json_list(ids)?;
        let rows: Vec<(String, String, f64, String, i64, String)> = on_backend!(self, pool => sqlx::query_as(AssertSqlSafe(sql))
            .bind(list).bind(topic.as_str()).fetch_all(pool).await)?;
        let corrupt = |id: &str| Error::Corrupt(format!("mention `{id}` under topic `{topic}`"));
        rows.into_iter()
            .map(|(id, sentiment, p_negative, toward, apart, labels)| {
                let sentiment = Sentiment::find(&sentiment).ok_or_else(|| corrupt(&id))?;
                let toward = read_toward(&toward)?;
                let id = MentionId::new(id.as_str()).ok_or_else(|| corrupt(&id))?;
                let labels = serde_json::from_str(&labels)?;
                Ok((id, Leaning { sentiment, p_negative, toward, apart: apart != 0, labels }))
            })
            .collect()
    }

    /// Puts these labels on these mentions of a topic, instead of those they had; a mention that left the topic meanwhile is passed over.
    pub async fn put_labels(&self, topic: &TopicName, labels: &[(MentionId, Vec<LabelName>)]) -> Result<(), Error> {
        const SQL: &str = "update mention_topic set labels = $3 where topic = $1 and mention = $2";
        let mut writing = self.begin().await?;
        for (id, labels) in labels {
            let list = serde_json::to_string(labels)?;
            let writing = &mut writing;
            on_writing!(writing, db => sqlx::query(SQL).bind(topic.as_str()).bind(id.as_str()).bind(list).execute(db).await
                .map(drop))?;
        }
        writing.commit().await
    }
}
