//! Collect: asks every source that is due, hears those that speak, stores each page together with its cursor.
//!
//! In: the sources that topics want. Out: rows in the inbox, cursors, coverage, how each source fares.
//! Never: moves a cursor without its page, lets one source hold up another, asks before a platform allows it.

mod backoff;
mod firehose;
mod reading;
mod speaking;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{self, FuturesUnordered};
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::config::{Config, Live};
use crate::domain::{Clock, SourceName, Timestamp};
use crate::net::Client;
use crate::source::{Source, Way};
use crate::store::{SourceState, Store};
use backoff::Jitter;
use firehose::Sieve;
use reading::Reading;

/// Sources that are read at the same time.
const AT_ONCE: usize = 8;
/// How often a running stage looks for what is due.
const PAUSE: Duration = Duration::from_secs(1);
/// The same when the clock is driven: a replay's minute is short.
const PAUSE_DRIVEN: Duration = Duration::from_millis(20);

/// The stage that listens. Made once; [`Collect::tick`] or [`Collect::run`] do its work.
pub struct Collect {
    store: Store,
    live: Arc<Live>,
    client: Client,
    clock: Clock,
    jitter: Mutex<Jitter>,
    sources: Mutex<Sources>,
    sieve: Sieve,
}

/// The sources of the configuration as it was last seen.
#[derive(Default)]
struct Sources {
    of: Option<Arc<Config>>,
    all: BTreeMap<SourceName, Arc<Source>>,
    /// When each is due, and how it fared; the store's word at the start, ours afterwards.
    fares: HashMap<SourceName, Fare>,
}

/// How a source fared last, as far as the next reading needs it.
#[derive(Clone, Copy, Debug)]
struct Fare {
    state: SourceState,
    failures: i64,
    due_at: Timestamp,
}

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Sources that were read.
    pub read: usize,
    /// Sources that could not be read.
    pub failed: usize,
    /// Rows that were new to the inbox.
    pub stored: u64,
}

impl Collect {
    /// A stage over this store and configuration. `seed` makes the jitter of back-offs repeatable.
    pub fn new(store: Store, live: Arc<Live>, client: Client, clock: Clock, seed: u64) -> Self {
        let sieve = Sieve::new(clock.now());
        let jitter = Mutex::new(Jitter::new(seed));
        Self { store, live, client, clock, jitter, sources: Mutex::default(), sieve }
    }

    /// One round: reads every source that is due now, to its end or to a bound, and returns when all are done.
    pub async fn tick(&self) -> anyhow::Result<Collected> {
        self.refresh().await?;
        let due = self.due(&HashSet::new());
        let readings = stream::iter(due).map(|source| async move { self.read(&source).await });
        let mut round = Collected::default();
        let mut broken = None;
        let mut readings = readings.buffer_unordered(AT_ONCE);
        while let Some(reading) = readings.next().await {
            match reading {
                Ok(reading) => round.add(reading),
                Err(error) => broken = Some(error),
            }
        }
        broken.map_or(Ok(round), |error| Err(anyhow::Error::new(error).context("the store did not take a page")))
    }

    /// Reads what is due and hears what speaks until told to stop. A source that hangs holds up no other.
    pub async fn run(&self, stop: CancellationToken) -> anyhow::Result<()> {
        let pause = if matches!(self.clock, Clock::System) { PAUSE } else { PAUSE_DRIVEN };
        let mut looks = tokio::time::interval(pause);
        let mut busy: HashSet<SourceName> = HashSet::new();
        let mut readings = FuturesUnordered::new();
        let mut speaking: HashMap<SourceName, CancellationToken> = HashMap::new();
        let mut speakers = FuturesUnordered::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                Some(name) = readings.next() => {
                    busy.remove(&name);
                }
                Some(name) = speakers.next() => {
                    speaking.remove(&name);
                }
                _ = looks.tick() => {
                    if let Err(error) = self.refresh().await {
                        error!("the sources could not be looked up: {error:#}");
                        continue;
                    }
                    for source in self.due(&busy).into_iter().take(AT_ONCE.saturating_sub(busy.len())) {
                        busy.insert(source.name.clone());
                        readings.push(self.read_and_tell(source));
                    }
                    let wanted = self.speakers();
                    speaking.iter().filter(|(name, _)| !wanted.contains_key(*name)).for_each(|(_, end)| end.cancel());
                    for (name, source) in wanted {
                        if let Entry::Vacant(place) = speaking.entry(name) {
                            speakers.push(self.hear(source, place.insert(stop.child_token()).clone()));
                        }
                    }
                }
            }
        }
    }

    /// Takes up a changed configuration: new sources become known to the store, those that nobody wants are left.
    async fn refresh(&self) -> anyhow::Result<()> {
        let config = self.live.config();
        if self.lock().of.as_ref().is_some_and(|of| Arc::ptr_eq(of, &config)) {
            return Ok(());
        }
        let mut all = BTreeMap::new();
        for wanted in config.wanted_sources() {
            let source = wanted.source(&self.client);
            self.store.put_source(&source.name, source.platform, self.clock.now()).await?;
            all.insert(source.name.clone(), Arc::new(source));
        }
        let held = self.store.sources().await?;
        let mut sources = self.lock();
        for status in held {
            // What was refused is tried at once after a start: a person may have changed something.
            let due_at = if status.state == SourceState::Refused { self.clock.now() } else { status.due_at };
            let fare = Fare { state: status.state, failures: status.failures, due_at };
            sources.fares.entry(status.name).or_insert(fare);
        }
        sources.all = all;
        sources.of = Some(config);
        Ok(())
    }

    /// The sources that are asked and due now, those that wait longest first, without the busy ones.
    fn due(&self, busy: &HashSet<SourceName>) -> Vec<Arc<Source>> {
        let now = self.clock.now();
        let sources = self.lock();
        let due_at = |source: &Source| sources.fares.get(&source.name).map_or(now, |fare| fare.due_at);
        let mut due: Vec<Arc<Source>> = sources
            .all
            .values()
            .filter(|source| matches!(source.way, Way::Poll(..)) && !busy.contains(&source.name))
            .filter(|source| due_at(source) <= now)
            .cloned()
            .collect();
        due.sort_by_key(|source| due_at(source));
        due
    }

    fn speakers(&self) -> HashMap<SourceName, Arc<Source>> {
        let sources = self.lock();
        let speak = sources.all.values().filter(|source| matches!(source.way, Way::Listen(_)));
        speak.map(|source| (source.name.clone(), Arc::clone(source))).collect()
    }

    /// The source as the configuration has it now; the same as it was when nobody wants it any more.
    fn current(&self, source: &Arc<Source>) -> Arc<Source> {
        self.lock().all.get(&source.name).map_or_else(|| Arc::clone(source), Arc::clone)
    }

    fn fare(&self, name: &SourceName) -> Option<Fare> {
        self.lock().fares.get(name).copied()
    }

    fn set_fare(&self, name: &SourceName, fare: Fare) {
        self.lock().fares.insert(name.clone(), fare);
    }

    fn lock(&self) -> MutexGuard<'_, Sources> {
        // Each change is whole, so what a panic left behind is still right.
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Collected {
    fn add(&mut self, reading: Reading) {
        self.read += usize::from(!reading.failed);
        self.failed += usize::from(reading.failed);
        self.stored += reading.stored;
    }
}
