//! Judged texts become mentions, topics, counts, stories and search entries: all of a batch or nothing of it.
//!
//! In: texts in the order they were heard, judged. Out: what came of them.
//! Never: counts a text twice, however often a batch is put; brings back what was removed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use super::apart::spam_counted;
use super::apply::{Early, Topics, Work, author_subject};
use super::backend::{Writing, on_writing};
use super::bulk::{Conflict, Kind, Target, Value, json_list};
use super::correct::drop_edited;
use super::forget::forget;
use super::mention::{Held, MENTION, among, columns, held};
use super::story::Stories;
use super::topic::{put_counts, put_rows, remove_row, rows_of};
use super::{Error, Store, search};
use crate::cluster::Keys;
use crate::domain::{
    Change, Count, CountKey, Judgement, LabelName, MentionId, RawMention, SourceName, ThemeScore, Timestamp, TopicName,
    Toward,
};

/// How long what was heard of posts that are not held is remembered: three days.
const EARLY_MS: i64 = 3 * 24 * 3600 * 1000;

/// A topic that wants a text.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicMatch {
    /// Which.
    pub topic: TopicName,
    /// What of the whole text (title and text, a line apart) matched: bytes at characters' edges.
    pub spans: Vec<Range<usize>>,
    /// What the text says of the topic's own brand, where that is told apart from what it says as a whole.
    pub toward: Option<Toward>,
    /// The topic's own themes in it, most sure first.
    pub themes: Vec<ThemeScore>,
    /// The labels that the topic's rules put on it.
    pub labels: Vec<LabelName>,
}

/// One text with the answers to everything that is asked of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The inbox row it came from, which goes out with it; a row that is gone already was put before and is passed over.
    pub inbox: Option<String>,
    /// Which source brought it.
    pub source: SourceName,
    /// When.
    pub received_at: Timestamp,
    /// The post.
    pub raw: RawMention,
    /// What it was judged to be; `None` for removals and for texts that no topic wants.
    pub judgement: Option<Judgement>,
    /// Its keys, by which copies are found; `None` when it is too short to be told apart.
    pub keys: Option<Keys>,
    /// The topics that were asked.
    pub asked: Vec<TopicName>,
    /// Those that want it.
    pub matched: Vec<TopicMatch>,
}

/// What came of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Put {
    /// Mentions that are new, in order.
    pub added: Vec<MentionId>,
    /// Mentions whose text was changed.
    pub changed: u64,
    /// Mentions that became tombstones.
    pub removed: u64,
    /// Mentions that were seen again.
    pub again: u64,
    /// Texts that no topic wants, or that came after their removal.
    pub passed: u64,
}

impl Store {
    /// Puts a batch, in its order, in one transaction. Putting it again changes nothing.
    pub async fn put_judged(&self, batch: &[Judged], now: Timestamp) -> Result<Put, Error> {
        let mut writing = self.begin().await?;
        alone(&mut writing).await?;
        let batch = still_waiting(&mut writing, batch).await?;
        let mut shared = self.stories.lock().await;
        // Taken out: when this fails on its way, what is left is empty and is read anew.
        let mut stories = std::mem::take(&mut *shared);
        stories.read_on(&mut writing).await?;
        let mut work = load(&mut writing, &batch, stories, now).await?;
        let before = Before { held: work.held.clone(), topics: work.topics.clone() };
        for entry in &batch {
            work.apply(entry);
        }
        write(&mut writing, &work, &before, now).await?;
        drop_edited(&mut writing, &work.rewritten, now).await?;
        forget(&mut writing, &newly_removed(&work, &before)).await?;
        work.stories.write(&mut writing, now).await?;
        prune_early(&mut writing, now).await?;
        writing.commit().await?;
        *shared = work.stories;
        Ok(work.put)
    }
}

/// Waits until nobody else writes mentions, as SQLite has it anyway: who writes them reads first what is there.
pub(super) async fn alone(writing: &mut Writing) -> Result<(), Error> {
    if let Writing::Postgres(tx) = writing {
        sqlx::query("select pg_advisory_xact_lock(7235420)").execute(&mut **tx).await?;
    }
    Ok(())
}

/// Takes the batch's rows out of the inbox; entries whose row was gone are left out.
async fn still_waiting<'a>(writing: &mut Writing, batch: &'a [Judged]) -> Result<Vec<&'a Judged>, Error> {
    let ids: Vec<&str> = batch.iter().filter_map(|entry| entry.inbox.as_deref()).collect();
    if ids.is_empty() {
        return Ok(batch.iter().collect());
    }
    let sql = format!("delete from inbox where id {} returning id", among(writing.is_postgres()));
    let list = json_list(&ids)?;
    let taken: Vec<String> =
        on_writing!(writing, db => sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(list).fetch_all(db).await)?;
    let taken: HashSet<String> = taken.into_iter().collect();
    Ok(batch.iter().filter(|entry| entry.inbox.as_ref().is_none_or(|id| taken.contains(id))).collect())
}

/// Everything that is held of the posts a batch speaks of.
async fn load(writing: &mut Writing, batch: &[&Judged], stories: Stories, now: Timestamp) -> Result<Work, Error> {
    let spam_counted = spam_counted(writing).await?;
    let mut work = Work { stories, spam_counted, now, ..Work::default() };
    let ids: Vec<MentionId> = unique(batch.iter().map(|entry| entry.raw.id()));
    for held in held(writing, &ids).await? {
        work.held.insert(held.mention.id.clone(), held);
    }
    load_by_alias(writing, batch, &mut work).await?;
    load_by_author(writing, batch, &mut work).await?;
    let known: Vec<MentionId> = work.held.keys().cloned().collect();
    if !known.is_empty() {
        for (topic, mention, row) in rows_of(writing, &known).await? {
            work.topics.entry(mention).or_default().insert(topic, row);
        }
    }
    load_early(writing, batch, &mut work).await?;
    load_stories(writing, batch, &mut work).await?;
    Ok(work)
}

fn unique<T: Clone + Eq + std::hash::Hash>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    items.filter(|item| seen.insert(item.clone())).collect()
}

/// Edits and removals may name a post by an alias.
async fn load_by_alias(writing: &mut Writing, batch: &[&Judged], work: &mut Work) -> Result<(), Error> {
    let wanted = batch.iter().filter(|entry| entry.raw.change != Change::AuthorRemoved);
    let names: Vec<&str> = unique(
        wanted.filter(|entry| !work.held.contains_key(&entry.raw.id())).map(|entry| entry.raw.native_id.as_str()),
    );
    if names.is_empty() {
        return Ok(());
    }
    let among = among(writing.is_postgres());
    let sql = format!("select {} from mention where alias <> '' and alias {among}", columns(""));
    let list = json_list(&names)?;
    let found: Vec<Held> =
        on_writing!(writing, db => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(list).fetch_all(db).await)?;
    for held in found {
        let raw = &held.mention.raw;
        if let Some(alias) = &raw.alias {
            work.aliases.insert((raw.platform, alias.clone()), held.mention.id.clone());
        }
        work.held.insert(held.mention.id.clone(), held);
    }
    Ok(())
}

/// An ended account takes all its author's mentions with it.
async fn load_by_author(writing: &mut Writing, batch: &[&Judged], work: &mut Work) -> Result<(), Error> {
    let ended = batch.iter().filter(|entry| entry.raw.change == Change::AuthorRemoved);
    let authors = unique(ended.filter_map(|entry| entry.raw.author.id.clone().map(|id| (entry.raw.platform, id))));
    let sql = format!("select {} from mention where platform = $1 and author_id = $2", columns(""));
    for (platform, author) in authors {
        let theirs: Vec<Held> = on_writing!(writing, db => sqlx::query_as(sqlx::AssertSqlSafe(sql.as_str()))
            .bind(platform.as_str()).bind(author.as_str()).fetch_all(db).await)?;
        for held in theirs {
            work.held.entry(held.mention.id.clone()).or_insert(held);
        }
    }
    Ok(())
}

async fn load_early(writing: &mut Writing, batch: &[&Judged], work: &mut Work) -> Result<(), Error> {
    let mut subjects: Vec<String> = Vec::new();
    for entry in batch {
        let raw = &entry.raw;
        subjects.push(raw.id().into());
        subjects.extend(raw.alias.as_ref().map(|alias| String::from(MentionId::of(raw.platform, alias))));
        subjects.extend(author_subject(raw.platform, &raw.author));
    }
    let sql = format!("select subject, what from early_change where subject {}", among(writing.is_postgres()));
    let list = json_list(&unique(subjects.into_iter()))?;
    let rows: Vec<(String, String)> =
        on_writing!(writing, db => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(list).fetch_all(db).await)?;
    for (subject, what) in rows {
        let early = if what == Early::Edited.as_str() { Early::Edited } else { Early::Removed };
        work.early.insert(subject, early);
    }
    Ok(())
}

/// The stories of what is reposted.
async fn load_stories(writing: &mut Writing, batch: &[&Judged], work: &mut Work) -> Result<(), Error> {
    let fresh = |entry: &&&Judged| !entry.matched.is_empty() && !work.held.contains_key(&entry.raw.id());
    let new: Vec<&&Judged> = batch.iter().filter(fresh).collect();
    let repeated = new
        .iter()
        .filter_map(|entry| entry.raw.repost_of.as_ref().map(|native| MentionId::of(entry.raw.platform, native)));
    let repeated = unique(repeated);
    if !repeated.is_empty() {
        let sql = format!("select id, story from mention where id {}", among(writing.is_postgres()));
        let list = json_list(&repeated)?;
        let rows: Vec<(String, String)> =
            on_writing!(writing, db => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(list).fetch_all(db).await)?;
        for (id, story) in rows {
            work.story_of.extend(MentionId::new(id).zip(MentionId::new(story)));
        }
    }
    Ok(())
}

/// What was held before the batch.
struct Before {
    held: HashMap<MentionId, Held>,
    topics: HashMap<MentionId, Topics>,
}

/// What was whole before the batch and is a tombstone now: it may be quoted elsewhere.
fn newly_removed<'a>(work: &'a Work, before: &Before) -> Vec<&'a Held> {
    let was_whole =
        |held: &&Held| before.held.get(&held.mention.id).is_some_and(|before| before.mention.removed_at.is_none());
    let mut gone: Vec<&Held> =
        work.held.values().filter(|held| held.mention.removed_at.is_some()).filter(was_whole).collect();
    gone.sort_by(|a, b| a.mention.id.cmp(&b.mention.id));
    gone
}

const EARLY: Target = Target {
    table: "early_change",
    columns: &[("subject", Kind::Text), ("what", Kind::Text), ("at", Kind::Int)],
    conflict: Conflict::Replace("subject"),
};

/// Writes what is different now.
async fn write(writing: &mut Writing, work: &Work, before: &Before, now: Timestamp) -> Result<(), Error> {
    // In the order of ids, so that the same batch makes the same file.
    let ordered: BTreeMap<&MentionId, &Held> = work.held.iter().collect();
    let changed: Vec<&Held> =
        ordered.values().copied().filter(|held| before.held.get(&held.mention.id) != Some(held)).collect();
    write_search(writing, work, before).await?;
    let mut rows = Vec::with_capacity(changed.len());
    for held in &changed {
        rows.push(held.values()?);
    }
    writing.insert(&MENTION, rows).await?;
    write_topics(writing, work, before).await?;
    let early = work.early_new.iter().filter_map(|subject| work.early.get(subject).map(|early| (subject, early)));
    let at: Value = now.timestamp_millis().into();
    let early = early.map(|(subject, early)| vec![subject.as_str().into(), early.as_str().into(), at.clone()]);
    writing.insert(&EARLY, early.collect()).await.map(drop)
}

async fn write_search(writing: &mut Writing, work: &Work, before: &Before) -> Result<(), Error> {
    let mut ids: Vec<&MentionId> = work.reindex.iter().collect();
    ids.sort();
    let gone: Vec<MentionId> = ids.iter().copied().filter(|id| before.held.contains_key(*id)).cloned().collect();
    let living = ids.iter().filter_map(|id| work.held.get(*id)).filter(|held| held.mention.removed_at.is_none());
    let come: Vec<(MentionId, String)> =
        living.map(|held| (held.mention.id.clone(), held.mention.raw.whole_text())).collect();
    search::index(writing, &gone, &come).await
}

async fn write_topics(writing: &mut Writing, work: &Work, before: &Before) -> Result<(), Error> {
    let nothing = Topics::new();
    let mut counts: BTreeMap<CountKey, Count> = BTreeMap::new();
    let mut put = Vec::new();
    let ordered: BTreeMap<&MentionId, &Topics> = work.topics.iter().collect();
    for (id, rows) in ordered {
        let old = before.topics.get(id).unwrap_or(&nothing);
        for (topic, row) in old.iter().filter(|(topic, _)| !rows.contains_key(*topic)) {
            row.count(topic, -1, &mut counts);
            remove_row(writing, topic, id).await?;
        }
        for (topic, row) in rows.iter().filter(|(topic, row)| old.get(*topic) != Some(*row)) {
            if let Some(old) = old.get(topic) {
                old.count(topic, -1, &mut counts);
            }
            row.count(topic, 1, &mut counts);
            put.push((topic, id, row));
        }
    }
    put_rows(writing, &put).await?;
    put_counts(writing, counts).await
}

async fn prune_early(writing: &mut Writing, now: Timestamp) -> Result<(), Error> {
    const SQL: &str = "delete from early_change where at < $1";
    let before = now.timestamp_millis().saturating_sub(EARLY_MS);
    on_writing!(writing, db => sqlx::query(SQL).bind(before).execute(db).await.map(drop))?;
    Ok(())
}
