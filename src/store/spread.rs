//! How far texts went: copies of a story, the widest and the worst originals of a window.
//!
//! In: ids, or a topic and a window. Out: originals with their spread. Never: lists a copy beside its original.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::backend::on_backend;
use super::bulk::json_list;
use super::mention::among;
use super::{Error, Store};
use crate::domain::judgement::SPAM_FROM;
use crate::domain::{Mention, MentionId, Sentiment, Spread, Timestamp, TopicName};

/// Originals from which the worst are chosen: the surest negatives and the most repeated.
const CANDIDATES: i64 = 300;

impl Store {
    /// How often each of these stories was repeated, wherever and whenever; stories never repeated are left out. Spam that
    /// repeats what is none is not counted, where no topic counts it.
    pub async fn spread_of(&self, stories: &[MentionId]) -> Result<HashMap<MentionId, i64>, Error> {
        let sql = format!(
            "select c.story, count(*) from mention c where c.story {} and c.spread <> 'original' and (c.spam < $2
                 or exists (select 1 from mention o where o.id = c.story and o.spam >= $2)
                 or exists (select 1 from mention_topic t where t.mention = c.id and t.apart = 0)) group by c.story",
            among(self.is_postgres())
        );
        let list = json_list(stories)?;
        let rows: Vec<(String, i64)> = on_backend!(self, pool => sqlx::query_as(AssertSqlSafe(sql)).bind(list).bind(f64::from(SPAM_FROM)).fetch_all(pool).await)?;
        Ok(rows.into_iter().filter_map(|(story, count)| Some((MentionId::new(story)?, count))).collect())
    }

    /// The originals that were repeated most in `[from, to)`, with how often in that window, most first. An original
    /// posted before the window is listed too; one that is a tombstone, was never heard, or is set apart as spam, is not.
    pub async fn top_originals(
        &self,
        topic: &TopicName,
        from: Timestamp,
        to: Timestamp,
        limit: i64,
    ) -> Result<Vec<(Mention, i64)>, Error> {
        const SQL: &str = "select t.story, count(*) from mention_topic t join mention m on m.id = t.story
             where t.topic = $1 and t.posted_at >= $2 and t.posted_at < $3 and t.spread <> 'original'
               and t.apart = 0 and m.removed_at is null
               and not exists (select 1 from mention_topic o where o.topic = $1 and o.mention = m.id and o.apart = 1)
             group by t.story order by 2 desc, 1 limit $4";
        let rows: Vec<(String, i64)> = on_backend!(self, pool => sqlx::query_as(SQL).bind(topic.as_str())
            .bind(from.timestamp_millis()).bind(to.timestamp_millis()).bind(limit).fetch_all(pool).await)?;
        self.with_mentions(rows).await
    }

    /// The worst negative originals of `[from, to)`, worst first, with how often each was repeated in all: by how sure
    /// the negative is times how far it reached (repeats, answers, likes, followers; each counts less as it grows).
    pub async fn worst_mentions(
        &self,
        topic: &TopicName,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Result<Vec<(Mention, i64)>, Error> {
        const SURE: &str = "select mention, cast(0 as bigint) from mention_topic
             where topic = $1 and posted_at >= $2 and posted_at < $3 and sentiment = 'negative' and spread = 'original'
               and apart = 0
             order by p_negative desc, mention limit $4";
        const WIDE: &str = "select story, count(*) from mention_topic
             where topic = $1 and posted_at >= $2 and posted_at < $3 and spread <> 'original' and apart = 0
             group by story order by 2 desc, 1 limit $4";
        let mut ids: Vec<MentionId> = Vec::new();
        for sql in [SURE, WIDE] {
            let rows: Vec<(String, i64)> = on_backend!(self, pool => sqlx::query_as(sql).bind(topic.as_str())
                .bind(from.timestamp_millis()).bind(to.timestamp_millis()).bind(CANDIDATES).fetch_all(pool).await)?;
            ids.extend(rows.into_iter().filter_map(|(id, _)| MentionId::new(id)));
        }
        ids.sort();
        ids.dedup();
        let spread = self.spread_of(&ids).await?;
        let leans = self.leanings(topic, &ids).await?;
        let mut worst: Vec<(f64, Mention, i64)> = Vec::new();
        let bad = |mention: &Mention| {
            let within = mention.raw.posted_at >= from && mention.raw.posted_at < to;
            let negative = leans
                .get(&mention.id)
                .is_some_and(|leaning| leaning.sentiment == Sentiment::Negative && !leaning.apart);
            within && negative && mention.spread == Spread::Original && mention.removed_at.is_none()
        };
        for mention in self.mentions_by_id(&ids).await?.into_iter().filter(bad) {
            let times = spread.get(&mention.id).copied().unwrap_or(0);
            let negative = leans.get(&mention.id).map_or(0.0, |leaning| leaning.p_negative);
            worst.push((negative * reach(&mention, times), mention, times));
        }
        worst.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
        worst.truncate(limit);
        Ok(worst.into_iter().map(|(_, mention, times)| (mention, times)).collect())
    }

    async fn with_mentions(&self, rows: Vec<(String, i64)>) -> Result<Vec<(Mention, i64)>, Error> {
        let counts: HashMap<MentionId, i64> =
            rows.iter().filter_map(|(id, count)| Some((MentionId::new(id.as_str())?, *count))).collect();
        let ids: Vec<MentionId> = rows.into_iter().filter_map(|(id, _)| MentionId::new(id)).collect();
        let mentions = self.mentions_by_id(&ids).await?;
        Ok(mentions
            .into_iter()
            .map(|mention| (counts.get(&mention.id).copied().unwrap_or(0), mention))
            .map(|(count, mention)| (mention, count))
            .collect())
    }
}

/// How far an original went.
fn reach(mention: &Mention, spread: i64) -> f64 {
    let few = |n: i64| (n.max(0) as f64).ln_1p();
    let engagement = mention.raw.engagement;
    let boo = mention.raw.reaction.map_or(0, |reaction| reaction.boo);
    1.0 + 1.5 * few(spread + engagement.reposts)
        + few(engagement.replies + boo)
        + 0.5 * few(engagement.likes)
        + 0.3 * few(mention.raw.author.followers.unwrap_or(0))
}
