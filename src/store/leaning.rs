//! How mentions lean under one topic: toward its brand where the text tells that apart, else as a whole.
//!
//! In: a topic and mentions. Out: the answers that its counts are kept by. Never: judges, writes.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::backend::on_backend;
use super::bulk::json_list;
use super::mention::among;
use super::topic::read_toward;
use super::{Error, Store};
use crate::domain::{MentionId, Sentiment, TopicName, Toward};

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
}

impl Store {
    /// How those of these mentions that are kept under a topic lean there.
    pub async fn leanings(&self, topic: &TopicName, ids: &[MentionId]) -> Result<HashMap<MentionId, Leaning>, Error> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!(
            "select mention, sentiment, p_negative, toward, apart from mention_topic where topic = $2 and mention {}",
            among(self.is_postgres())
        );
        let list = json_list(ids)?;
        let rows: Vec<(String, String, f64, String, i64)> = on_backend!(self, pool => sqlx::query_as(AssertSqlSafe(sql))
            .bind(list).bind(topic.as_str()).fetch_all(pool).await)?;
        let corrupt = |id: &str| Error::Corrupt(format!("mention `{id}` under topic `{topic}`"));
        rows.into_iter()
            .map(|(id, sentiment, p_negative, toward, apart)| {
                let sentiment = Sentiment::find(&sentiment).ok_or_else(|| corrupt(&id))?;
                let toward = read_toward(&toward)?;
                let id = MentionId::new(id.as_str()).ok_or_else(|| corrupt(&id))?;
                Ok((id, Leaning { sentiment, p_negative, toward, apart: apart != 0 }))
            })
            .collect()
    }
}
