//! Ingest: reads what was collected, asks every topic that listens, judges, and stores what is wanted.
//!
//! In: rows of the inbox in the order of their arrival. Out: mentions with their counts, in the transaction that empties
//! the inbox. Never: lets one row stop the others (what cannot be worked on goes aside, with the reason); answers
//! differently for the same text, topics and model.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use chrono::TimeDelta;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

use super::Scoring;
use crate::classify::Judge;
use crate::cluster;
use crate::config::{Config, LabelRule, Live, Topic};
use crate::domain::{
    Change, Clock, Judgement, LabelName, Language, MentionId, RawMention, SourceName, ThemeScore, Timestamp, TopicName,
    Toward,
};
use crate::query::{Document, Match, Names};
use crate::store::{self, InboxRow, Judged, Put, Store, TopicMatch};
use crate::text::Text;

/// Rows taken at once.
const BATCH: i64 = 1000;
/// How long an empty inbox is left alone.
const IDLE: Duration = Duration::from_millis(250);
/// How long is waited after the database failed.
const AFTER_FAILURE: Duration = Duration::from_secs(2);
/// Characters of one text that are read; a post that goes on is cut there.
const LONGEST: usize = 50_000;
/// A post from further in the future than this was not posted then: its claim is not believed.
const FUTURE: TimeDelta = TimeDelta::minutes(10);

/// What judges a text: the same text, the same answer.
pub type Judging = Arc<dyn Fn(&Text) -> Judgement + Send + Sync>;
/// What tells the leaning toward the first of the names, given the judgement of the whole text.
type Towarding = Arc<dyn Fn(&Text, &Names, &Judgement) -> Option<Toward> + Send + Sync>;

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Rows taken out of the inbox.
    pub taken: usize,
    /// Mentions that are new.
    pub added: usize,
    /// Mentions whose text was changed.
    pub changed: u64,
    /// Mentions that became tombstones.
    pub removed: u64,
    /// Texts that no topic wants.
    pub passed: u64,
    /// Rows put aside.
    pub aside: usize,
}

impl Ingested {
    fn add(&mut self, put: &Put) {
        self.added += put.added.len();
        self.changed += put.changed;
        self.removed += put.removed;
        self.passed += put.passed;
    }
}

/// The stage.
#[derive(Clone)]
pub struct Ingest {
    store: Store,
    live: Arc<Live>,
    by: By,
    scoring: Option<Arc<Scoring>>,
    clock: Clock,
    /// The configuration whose say on spam the counts follow.
    followed: Arc<Mutex<Option<Arc<Config>>>>,
}

/// Who judges.
#[derive(Clone)]
enum By {
    /// The models that the configuration names, as they are at the beginning of a round.
    Models,
    /// Always these.
    These(Judges),
}

/// What judges through one round.
#[derive(Clone)]
struct Judges {
    judging: Judging,
    toward: Option<Towarding>,
}

impl Judges {
    fn of(judge: Arc<Judge>) -> Self {
        let toward = Arc::clone(&judge);
        Self {
            judging: Arc::new(move |text| judge.judge(text)),
            toward: Some(Arc::new(move |text, names, whole| toward.toward(text, names, 0, whole))),
        }
    }
}

/// A topic that is asked, with the names of its brand and its competitors.
#[derive(Clone)]
struct Asked {
    /// Its place among all topics.
    number: usize,
    topic: Arc<Topic>,
    names: Option<Arc<Names>>,
}

/// A row that can be worked on, with the topics that are asked.
struct Work {
    id: String,
    source: SourceName,
    received_at: Timestamp,
    raw: RawMention,
    asked: Vec<Asked>,
    /// Whether a mention may be held whose judgement must follow, wanted or not.
    held: bool,
}

impl Ingest {
    /// An ingest that judges by the models that the configuration names; they may be replaced between two rounds.
    pub fn by_models(store: Store, live: Arc<Live>, clock: Clock) -> Self {
        Self { store, live, by: By::Models, scoring: None, clock, followed: Arc::default() }
    }

    /// An ingest that judges by this judge.
    pub fn new(store: Store, live: Arc<Live>, judge: Arc<Judge>, clock: Clock) -> Self {
        Self { store, live, by: By::These(Judges::of(judge)), scoring: None, clock, followed: Arc::default() }
    }

    /// An ingest that judges by whatever answers.
    pub fn judged_by(
        store: Store,
        live: Arc<Live>,
        judging: impl Fn(&Text) -> Judgement + Send + Sync + 'static,
        clock: Clock,
    ) -> Self {
        Self {
            store,
            live,
            by: By::These(Judges { judging: Arc::new(judging), toward: None }),
            scoring: None,
            clock,
            followed: Arc::default(),
        }
    }

    /// The same, with another scorer that is asked how the judged texts lean; `None` for none.
    #[must_use]
    pub fn with_scoring(self, scoring: Option<Arc<Scoring>>) -> Self {
        Self { scoring, ..self }
    }

    /// The configuration that it asks at each round.
    pub fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// Works on the oldest rows of the inbox, at most a thousand. Nothing was taken: the inbox is empty.
    pub async fn tick(&self) -> anyhow::Result<Ingested> {
        self.round(&CancellationToken::new()).await
    }

    /// One round. A stop while a scorer is asked leaves the rows where they are, for the next start.
    async fn round(&self, stop: &CancellationToken) -> anyhow::Result<Ingested> {
        let began = std::time::Instant::now();
        self.follow_spam().await?;
        let rows = self.store.take_inbox(BATCH).await.context("reading the inbox")?;
        let mut done = Ingested { taken: rows.len(), ..Ingested::default() };
        if rows.is_empty() {
            return Ok(done);
        }
        let config = self.live.config();
        let (works, mut aside) = self.prepare(rows, &config).await?;
        let (mut judged, failed) = judge_all(works, &self.judges()?, &config).await?;
        aside.extend(failed);
        tokio::select! {
            scored = self.score(&mut judged) => scored?,
            () = stop.cancelled() => return Ok(Ingested::default()),
        }
        self.put(&judged, &mut done, &mut aside).await?;
        if !aside.is_empty() {
            done.aside = aside.len();
            warn!(row.count = aside.len(), row.reason = %aside[0].1, "put {} rows of the inbox aside", aside.len());
            self.store.put_aside(&aside, self.clock.now()).await.context("putting rows aside")?;
        }
        let duration_ms = began.elapsed().as_millis();
        if done.added + aside.len() > 0 {
            info!(mention.count = done.added, text.count = done.taken, duration_ms, "ingested {} mentions", done.added);
        } else {
            debug!(text.count = done.taken, duration_ms, "ingested no mention");
        }
        Ok(done)
    }

    /// Moves spam into the counts of a topic, or out of them, when its file says another thing than before.
    async fn follow_spam(&self) -> anyhow::Result<()> {
        let config = self.live.config();
        let mut followed = self.followed.lock().await;
        if followed.as_ref().is_none_or(|before| !Arc::ptr_eq(before, &config)) {
            count_spam(&self.store, &config).await?;
            *followed = Some(config);
        }
        Ok(())
    }

    /// Repeats [`Ingest::tick`] until told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let pause = match self.round(&stop).await {
                Ok(done) if done.taken > 0 => continue,
                Ok(_) => IDLE,
                Err(error) => {
                    error!("could not ingest: {error:#}");
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Finds out which topics each row is for; rows that cannot be read go aside.
    async fn prepare(
        &self,
        rows: Vec<InboxRow>,
        config: &Config,
    ) -> anyhow::Result<(Vec<Work>, Vec<(String, String)>)> {
        let listeners = Listeners::of(config);
        let edited = rows.iter().filter_map(|row| row.raw.as_ref().ok()).filter(|raw| raw.change == Change::Edited);
        let edited: HashSet<MentionId> = edited.map(RawMention::id).collect();
        let mut topics_held = self
            .store
            .topics_held(&edited.iter().cloned().collect::<Vec<_>>())
            .await
            .context("reading what is held")?;
        let (mut works, mut aside) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in rows {
            let mut raw = match row.raw {
                Ok(raw) => raw,
                Err(reason) => {
                    aside.push((row.id, format!("cannot be read: {reason}")));
                    continue;
                }
            };
            tidy(&mut raw, row.received_at);
            let id = raw.id();
            let mut asked: Vec<Asked> = listeners.of_source(&row.source).to_vec();
            let held = topics_held.get(&id);
            // An edit is told to every topic that has the mention, also where another source brought it.
            if raw.change == Change::Edited {
                let others = held.into_iter().flatten().filter_map(|name| listeners.topic(name));
                let others: Vec<Asked> = others
                    .filter(|one| !asked.iter().any(|other| other.topic.name == one.topic.name))
                    .cloned()
                    .collect();
                asked.extend(others);
            }
            let held = raw.change == Change::Edited && held.is_some();
            if edited.contains(&id) {
                topics_held.entry(id).or_default().extend(asked.iter().map(|one| one.topic.name.clone()));
            }
            works.push(Work { id: row.id, source: row.source, received_at: row.received_at, raw, asked, held });
        }
        Ok((works, aside))
    }

    /// Asks the other scorer, when there is one, how the judged texts lean.
    async fn score(&self, judged: &mut [Judged]) -> anyhow::Result<()> {
        let Some(scoring) = &self.scoring else { return Ok(()) };
        let asked = |one: &Judged| Some((one.raw.whole_text(), one.judgement.as_ref()?.language));
        let texts: Vec<(String, Language)> = judged.iter().filter_map(asked).collect();
        let told = scoring.ask(texts).await?;
        for (judgement, answer) in judged.iter_mut().filter_map(|one| one.judgement.as_mut()).zip(told.answers) {
            if let Some(p) = answer {
                scoring.put_in(judgement, p);
            }
        }
        Ok(())
    }

    /// Who judges this round: one set of models from its first text to its last.
    fn judges(&self) -> anyhow::Result<Judges> {
        match &self.by {
            By::These(judges) => Ok(judges.clone()),
            By::Models => {
                Ok(Judges::of(self.live.judge().map_err(|mistake| anyhow!("the models did not load: {mistake}"))?))
            }
        }
    }

    /// Puts what was judged; when some row's data are refused, the others are put without it.
    async fn put(
        &self,
        judged: &[Judged],
        done: &mut Ingested,
        aside: &mut Vec<(String, String)>,
    ) -> anyhow::Result<()> {
        let mut left: Vec<&[Judged]> = vec![judged];
        while let Some(part) = left.pop() {
            match self.store.put_judged(part, self.clock.now()).await {
                Ok(put) => done.add(&put),
                Err(error) if error.blames_the_data() && part.len() > 1 => {
                    let (first, second) = part.split_at(part.len() / 2);
                    left.extend([second, first]);
                }
                Err(error) if error.blames_the_data() => {
                    let reason = format!("cannot be stored: {:#}", anyhow::Error::from(error));
                    aside.extend(part.iter().filter_map(|one| one.inbox.clone()).map(|id| (id, reason.clone())));
                }
                Err(error) => return Err(store_failed(error)),
            }
        }
        Ok(())
    }
}

/// Makes the counts of all topics follow what their files say of spam.
pub async fn count_spam(store: &Store, config: &Config) -> anyhow::Result<()> {
    let topics: Vec<(TopicName, bool)> =
        config.topics.iter().map(|topic| (topic.name.clone(), topic.counts_spam)).collect();
    for name in store.count_spam(&topics).await.context("counting spam as the topics say")? {
        info!(topic.name = %name, "spam of `{name}` is counted as its file says now");
    }
    Ok(())
}

/// Judges on all cores, in parts, and keeps the order. Gives too what could not be judged, with the reason.
async fn judge_all(
    works: Vec<Work>,
    judges: &Judges,
    config: &Arc<Config>,
) -> anyhow::Result<(Vec<Judged>, Vec<(String, String)>)> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let size = works.len().div_ceil(cores * 4).max(1);
    let mut parts = Vec::new();
    let mut left = works.into_iter().peekable();
    while left.peek().is_some() {
        let part: Vec<Work> = left.by_ref().take(size).collect();
        let (judges, config) = (judges.clone(), Arc::clone(config));
        parts.push(tokio::task::spawn_blocking(move || {
            part.into_iter().map(|work| judge(work, &judges, &config)).collect::<Vec<_>>()
        }));
    }
    let (mut judged, mut failed) = (Vec::new(), Vec::new());
    for part in parts {
        for answer in part.await.context("judging")? {
            match answer {
                Ok(one) => judged.push(one),
                Err(row) => failed.push(row),
            }
        }
    }
    Ok((judged, failed))
}

fn store_failed(error: store::Error) -> anyhow::Error {
    anyhow::Error::from(error).context("storing what was judged")
}

/// Which topics listen to a source.
struct Listeners {
    by_source: HashMap<SourceName, Vec<Asked>>,
    all: Vec<Asked>,
}

impl Listeners {
    fn of(config: &Config) -> Self {
        let asked = |(number, topic): (usize, &Arc<Topic>)| {
            let names = config.names(topic).map(Arc::new);
            Asked { number, topic: Arc::clone(topic), names }
        };
        let all: Vec<Asked> = config.topics.iter().enumerate().map(asked).collect();
        let by_name: HashMap<&TopicName, usize> =
            config.topics.iter().enumerate().map(|(number, topic)| (&topic.name, number)).collect();
        let of = |name: &TopicName| by_name.get(name).and_then(|number| all.get(*number)).cloned();
        let sources = config.wanted_sources();
        let topics = |names: &[TopicName]| names.iter().filter_map(of).collect();
        let by_source = sources.iter().map(|source| (source.wanted.name.clone(), topics(&source.topics))).collect();
        Self { by_source, all }
    }

    fn topic(&self, name: &TopicName) -> Option<&Asked> {
        self.all.iter().find(|one| one.topic.name == *name)
    }

    /// What a person brought in a file is for every topic, unless the person named one (`file/@topic/…`).
    fn of_source(&self, source: &SourceName) -> &[Asked] {
        if let Some(topics) = self.by_source.get(source) {
            return topics;
        }
        match source.as_str().strip_prefix("file/") {
            None => &[],
            Some(rest) => match rest.strip_prefix('@').and_then(|rest| rest.split_once('/')) {
                None => &self.all,
                Some((name, _)) => {
                    self.all.iter().find(|one| one.topic.name.as_str() == name).map_or(&[], std::slice::from_ref)
                }
            },
        }
    }
}

/// Cuts what is too long, and does not believe a claim from the future.
fn tidy(raw: &mut RawMention, received_at: Timestamp) {
    if let Some((end, _)) = raw.text.char_indices().nth(LONGEST) {
        raw.text.truncate(end);
    }
    if raw.posted_at > received_at + FUTURE {
        raw.posted_at = received_at;
    }
}

/// Asks the topics and judges what is wanted. A text that makes a judge stumble is given back with the reason.
fn judge(work: Work, judges: &Judges, config: &Config) -> Result<Judged, (String, String)> {
    let id = work.id.clone();
    catch_unwind(AssertUnwindSafe(|| judged(work, judges, config)))
        .map_err(|_| (id, "the judge stumbled over this text".to_owned()))
}

/// A topic that wants a text, what of it matched, the topic's own themes in it and its labels for it.
type Wanting<'a> = (&'a Asked, Vec<Range<usize>>, Vec<ThemeScore>, Vec<LabelName>);

fn judged(work: Work, judges: &Judges, config: &Config) -> Judged {
    let Work { id, source, received_at, raw, asked, held } = work;
    let mut one = Judged {
        inbox: Some(id),
        source,
        received_at,
        judgement: None,
        keys: None,
        asked: asked.iter().map(|one| one.topic.name.clone()).collect(),
        matched: Vec::new(),
        raw,
    };
    if matches!(one.raw.change, Change::Removed | Change::AuthorRemoved) || asked.is_empty() {
        return one;
    }
    let text = Text::read(&one.raw.whole_text());
    let document = Document::of_post(&text, &one.raw);
    // In the order in which the topics are asked; all that could match before the text is judged.
    let mut found: HashMap<usize, Match> =
        config.matching(&document).into_iter().map(|found| (found.query, found)).collect();
    let wanting: Vec<(&Asked, Match)> =
        asked.iter().filter_map(|one| Some((one, found.remove(&one.number)?))).collect();
    let whole = (!wanting.is_empty() || held).then(|| (judges.judging)(&text));
    let document = Document { judgement: whole.as_ref(), ..document };
    let mut own_evidence = Vec::new();
    let settled = wanting.into_iter().filter_map(|(one, found)| {
        let spans = if found.is_certain { found.spans } else { one.topic.matches(&document)? };
        let own = one.topic.themes.find(&document);
        own_evidence.extend(own.iter().flat_map(|found| found.evidence.iter().cloned()));
        let themes: Vec<ThemeScore> = own.into_iter().map(|found| found.score).collect();
        Some((one, spans, themes, LabelRule::of(&one.topic.labels, &document)))
    });
    let matched: Vec<Wanting<'_>> = settled.collect();
    if !matched.is_empty() || held {
        one.judgement = whole.map(|mut judgement| {
            judgement.evidence.append(&mut own_evidence);
            judgement
        });
        one.keys = cluster::keys(&text);
    }
    let toward = judges.toward.as_ref();
    let tell = |names: &Names| toward?(&text, names, one.judgement.as_ref()?);
    let matched = matched.into_iter().map(|(asked, spans, themes, labels)| TopicMatch {
        topic: asked.topic.name.clone(),
        spans,
        themes,
        labels,
        toward: asked.names.as_deref().and_then(tell),
    });
    one.matched = matched.collect();
    one
}
