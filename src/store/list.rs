//! Lists of mentions: by everything a page, a report or a ticket asks for.
//!
//! In: a filter. Out: mentions, a page at a time. Never: shows a tombstone, or spam, unless asked to.

use sqlx::AssertSqlSafe;

use super::backend::on_backend;
use super::bulk::{Value, bind_all};
use super::mention::{Held, columns};
use super::{Error, Store, search};
use crate::domain::judgement::SPAM_FROM;
use crate::domain::time::timestamp;
use crate::domain::{
    AuthorId, LabelName, Language, Mention, MentionId, Platform, Sentiment, SourceName, Theme, Timestamp, TopicName,
};

/// In which order mentions are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MentionOrder {
    /// Latest post first.
    #[default]
    Newest,
    /// Earliest post first.
    Oldest,
    /// Surest negative first.
    Worst,
}

/// Whether adverts, giveaways and machines are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SpamFilter {
    /// They are set apart, where the topic does not count them; without a topic, where no topic does.
    #[default]
    Apart,
    /// Nothing else is listed.
    Only,
    /// They are listed like the others.
    All,
}

/// Which mentions are listed; what is `None` or `false` does not narrow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MentionFilter {
    /// Kept under this topic.
    pub topic: Option<TopicName>,
    /// Posted at or after.
    pub from: Option<Timestamp>,
    /// Posted before.
    pub to: Option<Timestamp>,
    /// Leaning so.
    pub sentiment: Option<Sentiment>,
    /// Having this theme.
    pub theme: Option<Theme>,
    /// With this label of the topic; asks for [`MentionFilter::topic`] too.
    pub label: Option<LabelName>,
    /// From this kind of place.
    pub platform: Option<Platform>,
    /// Heard first at this source.
    pub source: Option<SourceName>,
    /// In this language.
    pub language: Option<Language>,
    /// Holding what a person typed: words and phrases, all of them; folded as texts are.
    pub search: Option<String>,
    /// Of this story: its original and its spread.
    pub story: Option<MentionId>,
    /// First texts only.
    pub originals_only: bool,
    /// By this author.
    pub author: Option<(Platform, AuthorId)>,
    /// Spam: left out unless asked for.
    pub spam: SpamFilter,
    /// Tombstones too.
    pub with_removed: bool,
    /// The mention after which the page begins (for [`MentionOrder::Newest`]): its time and id, from the page before.
    pub after: Option<(Timestamp, MentionId)>,
    /// The order.
    pub order: MentionOrder,
}

/// One text of a window, for counting words.
#[derive(Clone, Debug, PartialEq)]
pub struct TextRow {
    /// Which mention.
    pub id: MentionId,
    /// When it was posted.
    pub posted_at: Timestamp,
    /// How it leans.
    pub sentiment: Sentiment,
    /// Its language.
    pub language: Language,
    /// Title and text, a line apart.
    pub text: String,
}

/// The `from` and `where` of a filter, with its values.
struct Question {
    text: String,
    values: Vec<Value>,
}

impl Question {
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        let place = format!("${}", self.values.len());
        self.text.push_str(" and ");
        self.text.push_str(&condition.replace('?', &place));
    }
}

/// `None` when nothing can be found: a search without anything to search. `counts_spam` is said of the filter's topic.
fn question(filter: &MentionFilter, postgres: bool, counts_spam: bool) -> Option<Question> {
    let from = match &filter.topic {
        Some(_) => "from mention_topic t join mention m on m.id = t.mention where 1 = 1",
        None => "from mention m where 1 = 1",
    };
    let mut asked = Question { text: from.to_owned(), values: Vec::new() };
    // The topic's own columns, so that its indexes are used.
    let row = if filter.topic.is_some() { "t" } else { "m" };
    let col = |condition: &str| format!("{row}.{condition}");
    if let Some(topic) = &filter.topic {
        asked.and("t.topic = ?", topic.as_str());
    }
    if let Some(from) = filter.from {
        asked.and(&col("posted_at >= ?"), from.timestamp_millis());
    }
    if let Some(to) = filter.to {
        asked.and(&col("posted_at < ?"), to.timestamp_millis());
    }
    if let Some(sentiment) = filter.sentiment {
        asked.and(&col("sentiment = ?"), sentiment.as_str());
    }
    if let Some(language) = filter.language {
        asked.and(&col("language = ?"), language.as_str());
    }
    if let Some(source) = &filter.source {
        asked.and(&col("source = ?"), source.as_str());
    }
    if let Some(theme) = &filter.theme {
        let like = format!("%\"{}\"%", theme.as_str().replace('_', "!_"));
        asked.and(&col("themes like ? escape '!'"), like);
    }
    if let (Some(label), Some(_)) = (&filter.label, &filter.topic) {
        let like = format!("%\"{}\"%", label.as_str().replace('_', "!_"));
        asked.and("t.labels like ? escape '!'", like);
    }
    if let Some(platform) = filter.platform {
        asked.and("m.platform = ?", platform.as_str());
    }
    if let Some(story) = &filter.story {
        asked.and(&col("story = ?"), story.as_str());
    }
    if let Some((platform, author)) = &filter.author {
        asked.and("m.platform = ?", platform.as_str());
        asked.and("m.author_id = ?", author.as_str());
    }
    if filter.originals_only {
        asked.and(&col("spread = ?"), "original");
    }
    match filter.spam {
        SpamFilter::All => {}
        // By the topic's own index, where it is told there.
        SpamFilter::Only if filter.topic.is_some() && !counts_spam => asked.text.push_str(" and t.apart = 1"),
        SpamFilter::Only => asked.and("m.spam >= ?", f64::from(SPAM_FROM)),
        SpamFilter::Apart if filter.topic.is_some() => asked.text.push_str(" and t.apart = 0"),
        SpamFilter::Apart => asked.and(
            "(m.spam < ? or exists (select 1 from mention_topic x where x.mention = m.id and x.apart = 0))",
            f64::from(SPAM_FROM),
        ),
    }
    if !filter.with_removed {
        asked.text.push_str(" and m.removed_at is null");
    }
    if let Some(typed) = filter.search.as_deref().filter(|typed| !typed.trim().is_empty()) {
        let found = search::question(typed, postgres)?;
        asked.and(&search::condition("m.id", postgres), found);
    }
    Some(asked)
}

/// The page's beginning and order.
fn ordered(asked: &mut Question, filter: &MentionFilter) {
    let row = if filter.topic.is_some() { "t" } else { "m" };
    if let Some((at, id)) = &filter.after {
        let n = asked.values.len() + 1;
        let (same, later) =
            (format!("{row}.posted_at = ${n} and m.id < ${}", n + 1), format!("{row}.posted_at < ${n}"));
        asked.text.push_str(&format!(" and ({later} or ({same}))"));
        asked.values.extend([at.timestamp_millis().into(), id.as_str().into()]);
    }
    asked.text.push_str(&match filter.order {
        MentionOrder::Newest => format!(" order by {row}.posted_at desc, m.id desc"),
        MentionOrder::Oldest => format!(" order by {row}.posted_at, m.id"),
        MentionOrder::Worst => format!(" order by {row}.p_negative desc, m.id"),
    });
}

impl Store {
    async fn asked(&self, filter: &MentionFilter) -> Result<Option<Question>, Error> {
        let counts_spam = match &filter.topic {
            Some(topic) if filter.spam == SpamFilter::Only => self.counts_spam(topic).await?,
            _ => false,
        };
        Ok(question(filter, self.is_postgres(), counts_spam))
    }

    /// A page of the mentions that pass the filter: at most `limit`, after leaving out the first `offset`.
    pub async fn mentions(&self, filter: &MentionFilter, limit: i64, offset: i64) -> Result<Vec<Mention>, Error> {
        let Some(mut asked) = self.asked(filter).await? else { return Ok(Vec::new()) };
        ordered(&mut asked, filter);
        let n = asked.values.len();
        let sql = format!("select {} {} limit ${} offset ${}", columns("m."), asked.text, n + 1, n + 2);
        asked.values.extend([limit.into(), offset.into()]);
        let held: Vec<Held> = on_backend!(self, pool =>
            bind_all!(sqlx::query_as(AssertSqlSafe(sql)), asked.values).fetch_all(pool).await)?;
        Ok(held.into_iter().map(|held| held.mention).collect())
    }

    /// How many mentions pass the filter, counted up to `cap` (a page that says "1000+" need not read a million).
    pub async fn count_mentions(&self, filter: &MentionFilter, cap: i64) -> Result<i64, Error> {
        let Some(mut asked) = self.asked(filter).await? else { return Ok(0) };
        let n = asked.values.len() + 1;
        let sql = format!("select count(*) from (select 1 as one {} limit ${n}) as found", asked.text);
        asked.values.push(cap.into());
        Ok(on_backend!(self, pool =>
            bind_all!(sqlx::query_scalar(AssertSqlSafe(sql)), asked.values).fetch_one(pool).await)?)
    }

    /// Texts of a topic's originals posted in `[from, to)` that are no spam, at most `limit`: a fair sample when there are more, the same
    /// each time (ids are as good as random).
    pub async fn texts(
        &self,
        topic: &TopicName,
        from: Timestamp,
        to: Timestamp,
        limit: i64,
    ) -> Result<Vec<TextRow>, Error> {
        const SQL: &str = "select m.id, m.posted_at, t.sentiment, t.language, m.title, m.body
              from mention_topic t join mention m on m.id = t.mention
             where t.topic = $1 and t.posted_at >= $2 and t.posted_at < $3 and t.spread = 'original'
               and t.apart = 0 and m.removed_at is null
             order by t.mention limit $4";
        let rows: Vec<(String, i64, String, String, String, String)> = on_backend!(self, pool => sqlx::query_as(SQL)
            .bind(topic.as_str()).bind(from.timestamp_millis()).bind(to.timestamp_millis()).bind(limit)
            .fetch_all(pool).await)?;
        let corrupt = |id: &str| Error::Corrupt(format!("mention `{id}`"));
        rows.into_iter()
            .map(|(id, posted_at, sentiment, language, title, body)| {
                let text = if title.is_empty() || body.is_empty() { title + &body } else { format!("{title}\n{body}") };
                Ok(TextRow {
                    posted_at: timestamp(posted_at),
                    sentiment: Sentiment::find(&sentiment).ok_or_else(|| corrupt(&id))?,
                    language: Language::find(&language).ok_or_else(|| corrupt(&id))?,
                    text,
                    id: MentionId::new(id.as_str()).ok_or_else(|| corrupt(&id))?,
                })
            })
            .collect()
    }
}
