//! Deliver: sends what is written, at least once, with every attempt kept.
//!
//! In: deliveries and letters that are due. Out: sent, to be tried again, or given up and the next receiver told.
//! Never: makes one receiver wait for another; tries a receiver that asked for time before that time; forgets a delivery
//! when the program dies between sending and recording (it is sent again, with the same key).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::alert::retry::{Verdict, judge};
use crate::config::{Config, Live, Receiver};
use crate::domain::{
    Alert, Attempt, Clock, Delivery, DeliveryId, DeliveryState, IncidentId, Letter, Moment, ReceiverName, Timestamp,
};
use crate::net;
use crate::notify::{self, ChannelConfig, Message, Notify};
use crate::store::Store;

/// How often we look for what is due.
const LOOK: Duration = Duration::from_secs(1);
/// The longest one try may take, whatever the channel does.
const LONGEST_TRY: Duration = Duration::from_secs(90);
/// How many are taken in one round.
const BATCH: i64 = 500;

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Taken by their channels.
    pub sent: usize,
    /// To be tried again.
    pub postponed: usize,
    /// Given up.
    pub failed: usize,
    /// Held back by a silence.
    pub silenced: usize,
}

/// The stage.
#[derive(Clone)]
pub struct Deliver {
    store: Store,
    live: Arc<Live>,
    client: net::Client,
    clock: Clock,
    channels: Arc<Mutex<Channels>>,
}

/// Channels that were built, and receivers that asked for time.
#[derive(Default)]
struct Channels {
    built: HashMap<ReceiverName, (ChannelConfig, Arc<dyn Notify>)>,
    closed_until: HashMap<ReceiverName, Timestamp>,
}

/// What goes to one receiver, oldest first.
#[derive(Default)]
struct Lane {
    deliveries: Vec<Delivery>,
    letters: Vec<Letter>,
}

impl Deliver {
    /// A stage that sends to the receivers of the configuration as it stands.
    pub fn new(store: Store, live: Arc<Live>, client: net::Client, clock: Clock) -> Self {
        Self { store, live, client, clock, channels: Arc::default() }
    }

    /// One round: everything that is due, each receiver by itself.
    pub async fn tick(&self) -> anyhow::Result<Delivered> {
        let mut lanes: FuturesUnordered<_> =
            self.due(&HashSet::new()).await?.into_iter().map(|(name, lane)| self.clone().walk(name, lane)).collect();
        let mut all = Delivered::default();
        while let Some((_, done)) = lanes.next().await {
            let done = done?;
            all.sent += done.sent;
            all.postponed += done.postponed;
            all.failed += done.failed;
            all.silenced += done.silenced;
        }
        Ok(all)
    }

    /// Rounds until told to stop; a receiver whose try takes long is left to itself, the others go on.
    /// A try that is under way when told to stop is finished.
    pub async fn run(&self, stop: CancellationToken) {
        type Walk = BoxFuture<'static, (ReceiverName, anyhow::Result<Delivered>)>;
        let mut lanes: FuturesUnordered<Walk> = FuturesUnordered::new();
        let mut busy: HashSet<ReceiverName> = HashSet::new();
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some((name, done)) = lanes.next(), if !lanes.is_empty() => {
                    if let Err(error) = done {
                        error!(receiver.name = %name, "what became of a delivery could not be kept: {error:#}");
                    }
                    busy.remove(&name);
                }
                _ = look.tick() => match self.due(&busy).await {
                    Ok(due) => for (name, lane) in due {
                        busy.insert(name.clone());
                        lanes.push(Box::pin(self.clone().walk(name, lane)));
                    },
                    Err(error) => warn!("what is due could not be read: {error:#}"),
                },
            }
        }
        while let Some((name, done)) = lanes.next().await {
            if let Err(error) = done {
                error!(receiver.name = %name, "what became of a delivery could not be kept: {error:#}");
            }
        }
    }

    /// What is due, by receiver; receivers in `busy` and those that asked for time are left out.
    async fn due(&self, busy: &HashSet<ReceiverName>) -> anyhow::Result<BTreeMap<ReceiverName, Lane>> {
        let now = self.clock.now();
        let mut lanes: BTreeMap<ReceiverName, Lane> = BTreeMap::new();
        for delivery in self.store.due_deliveries(now, BATCH).await? {
            lanes.entry(delivery.receiver.clone()).or_default().deliveries.push(delivery);
        }
        for letter in self.store.due_letters(now, BATCH).await? {
            lanes.entry(letter.receiver.clone()).or_default().letters.push(letter);
        }
        let channels = self.channels();
        lanes.retain(|name, _| {
            !busy.contains(name) && channels.closed_until.get(name).is_none_or(|until| *until <= now)
        });
        for lane in lanes.values_mut() {
            // "It is over" must not come before "it began".
            lane.deliveries.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        }
        Ok(lanes)
    }

    /// Sends one receiver what waits for it, in order, until something fails that the rest would meet too.
    async fn walk(self, name: ReceiverName, lane: Lane) -> (ReceiverName, anyhow::Result<Delivered>) {
        let mut done = Delivered::default();
        let result = self.walk_lane(&name, lane, &mut done).await;
        if result.is_err() {
            // What was sent may not be kept as sent: rather late than the same alert every second.
            self.close(&name, self.clock.now() + chrono::Duration::minutes(5));
        }
        (name, result.map(|()| done))
    }

    async fn walk_lane(&self, name: &ReceiverName, lane: Lane, done: &mut Delivered) -> anyhow::Result<()> {
        for delivery in lane.deliveries {
            let config = self.live.config();
            let Some(alert) = self.store.alert(&delivery.alert).await? else {
                anyhow::bail!("delivery `{}` is of an alert that is not there", delivery.id);
            };
            let now = self.clock.now();
            if self.store.silences(now).await?.iter().any(|silence| silence.hushes(&alert.topic, now)) {
                let hushed = Delivery { state: DeliveryState::Silenced, ..delivery };
                self.keep(&alert.incident.id, &hushed, &told(&hushed, now, "silenced"), None, None).await?;
                done.silenced += 1;
                continue;
            }
            let outcome = self.send(&config, name, &delivery.id, &Message::Alert(Box::new(alert.clone()))).await;
            if !self.conclude(&config, &alert, delivery, outcome, done).await? {
                return Ok(());
            }
        }
        for letter in lane.letters {
            let config = self.live.config();
            let message = Message::Letter { subject: letter.subject.clone(), body: letter.body.clone() };
            let outcome = self.send(&config, name, &letter.id, &message).await;
            if !self.conclude_letter(letter, outcome, done).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// One try, bounded in time.
    async fn send(
        &self,
        config: &Config,
        name: &ReceiverName,
        key: &DeliveryId,
        message: &Message,
    ) -> Result<String, net::Error> {
        let Some(entry) = config.receiver(name) else {
            return Err(net::Error::Refused { status: 0, detail: "no receiver of this name is configured".to_owned() });
        };
        let channel = self.channel(entry)?;
        let sending = channel.notify(key, message, entry.locale, self.clock.now());
        tokio::time::timeout(LONGEST_TRY, sending).await.unwrap_or(Err(net::Error::TimedOut))
    }

    /// The receiver's channel, built when it is first needed and again when its configuration changed.
    fn channel(&self, entry: &Receiver) -> Result<Arc<dyn Notify>, net::Error> {
        let mut channels = self.channels();
        if let Some((config, channel)) = channels.built.get(&entry.name)
            && *config == entry.channel
        {
            return Ok(channel.clone());
        }
        // A secret that is missing may be put there at any time.
        let built =
            notify::build(&entry.channel, &self.client).map_err(|missing| net::Error::Unreachable(missing.into()))?;
        let channel: Arc<dyn Notify> = Arc::from(built);
        channels.built.insert(entry.name.clone(), (entry.channel.clone(), channel.clone()));
        Ok(channel)
    }

    /// Keeps what became of one try. Says whether the receiver may be tried with the next.
    async fn conclude(
        &self,
        config: &Config,
        alert: &Alert,
        mut delivery: Delivery,
        outcome: Result<String, net::Error>,
        done: &mut Delivered,
    ) -> anyhow::Result<bool> {
        let (now, incident) = (self.clock.now(), &alert.incident.id);
        delivery.attempts += 1;
        let failure = match outcome {
            Ok(reference) => {
                delivery = Delivery {
                    state: DeliveryState::Sent,
                    sent_at: Some(now),
                    reference,
                    error: String::new(),
                    ..delivery
                };
                let moment = moment(now, "delivered", format!("{} ({})", delivery.receiver, alert.news.as_str()));
                self.keep(incident, &delivery, &told(&delivery, now, "sent"), Some(&moment), None).await?;
                info!(delivery.id = %delivery.id, receiver.name = %delivery.receiver, delivery.attempts, "alert delivered");
                done.sent += 1;
                return Ok(true);
            }
            Err(failure) => failure,
        };
        let verdict = judge(delivery.attempts, failure.retry(), rand::random());
        delivery.error = why(&failure);
        let attempt = told(&delivery, now, &delivery.error.clone());
        let next = if verdict.tell_next { self.next(config, alert, &delivery, now).await? } else { None };
        let mut moment = next.as_ref().map(|next| {
            moment(now, "escalated", format!("{} cannot be reached; {} is told", delivery.receiver, next.receiver))
        });
        self.postpone(&mut delivery.state, &mut delivery.due_at, &delivery.receiver, verdict, now, done);
        if delivery.state == DeliveryState::Failed && moment.is_none() {
            moment = Some(self::moment(now, "undelivered", format!("{}: {}", delivery.receiver, delivery.error)));
        }
        self.keep(incident, &delivery, &attempt, moment.as_ref(), next.as_ref()).await?;
        warn!(delivery.id = %delivery.id, receiver.name = %delivery.receiver, delivery.attempts,
            delivery.state = delivery.state.as_str(), "an alert was not taken: {}", delivery.error);
        // What one message did wrong the next one need not do; what the receiver did it will do again.
        Ok(delivery.state == DeliveryState::Failed)
    }

    async fn conclude_letter(
        &self,
        mut letter: Letter,
        outcome: Result<String, net::Error>,
        done: &mut Delivered,
    ) -> anyhow::Result<bool> {
        let now = self.clock.now();
        letter.attempts += 1;
        match outcome {
            Ok(_) => {
                letter = Letter { state: DeliveryState::Sent, sent_at: Some(now), error: String::new(), ..letter };
                done.sent += 1;
            }
            Err(failure) => {
                let verdict = judge(letter.attempts, failure.retry(), rand::random());
                letter.error = why(&failure);
                self.postpone(&mut letter.state, &mut letter.due_at, &letter.receiver, verdict, now, done);
                warn!(letter.id = %letter.id, receiver.name = %letter.receiver, letter.attempts, "a letter was not taken: {}", letter.error);
            }
        }
        let kept = || self.store.record_letter(&letter);
        persist(kept).await?;
        Ok(letter.state != DeliveryState::Waiting)
    }

    fn postpone(
        &self,
        state: &mut DeliveryState,
        due_at: &mut Timestamp,
        receiver: &ReceiverName,
        verdict: Verdict,
        now: Timestamp,
        done: &mut Delivered,
    ) {
        match verdict.again_in {
            Some(wait) => {
                *due_at = now + wait;
                self.close(receiver, *due_at);
                done.postponed += 1;
            }
            None => {
                *state = DeliveryState::Failed;
                done.failed += 1;
            }
        }
    }

    /// The delivery to who is told instead: the receiver's `next`, and its next when that one has the alert already.
    async fn next(
        &self,
        config: &Config,
        alert: &Alert,
        delivery: &Delivery,
        now: Timestamp,
    ) -> anyhow::Result<Option<Delivery>> {
        let has: Vec<ReceiverName> = self
            .store
            .deliveries_of(&alert.incident.id)
            .await?
            .into_iter()
            .filter(|other| other.alert == alert.id)
            .map(|other| other.receiver)
            .collect();
        let mut at = config.receiver(&delivery.receiver).and_then(|entry| entry.next.as_ref());
        for _ in 0..config.receivers.len() {
            match at {
                Some(name) if has.contains(name) => at = config.receiver(name).and_then(|entry| entry.next.as_ref()),
                _ => break,
            }
        }
        let free = at.filter(|name| !has.contains(name));
        Ok(free.map(|name| waiting(alert, name, now)))
    }

    /// Keeps it, and tries again when the database cannot: what was sent and is not kept would be sent again.
    async fn keep(
        &self,
        incident: &IncidentId,
        delivery: &Delivery,
        attempt: &Attempt,
        moment: Option<&Moment>,
        next: Option<&Delivery>,
    ) -> anyhow::Result<()> {
        persist(|| self.store.record_attempt(incident, delivery, attempt, moment, next)).await
    }

    fn close(&self, receiver: &ReceiverName, until: Timestamp) {
        self.channels().closed_until.insert(receiver.clone(), until);
    }

    fn channels(&self) -> std::sync::MutexGuard<'_, Channels> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A delivery of this alert that waits to be sent.
pub(super) fn waiting(alert: &Alert, receiver: &ReceiverName, now: Timestamp) -> Delivery {
    Delivery {
        id: DeliveryId::of(&alert.id, receiver),
        alert: alert.id.clone(),
        receiver: receiver.clone(),
        state: DeliveryState::Waiting,
        attempts: 0,
        due_at: now,
        reference: String::new(),
        error: String::new(),
        created_at: now,
        sent_at: None,
    }
}

async fn persist<F, T>(mut write: F) -> anyhow::Result<()>
where
    F: FnMut() -> T,
    T: Future<Output = Result<(), crate::store::Error>>,
{
    let mut wait = Duration::from_millis(100);
    loop {
        match write().await {
            Ok(()) => return Ok(()),
            Err(error) if wait > Duration::from_secs(5) => return Err(error.into()),
            Err(error) => warn!("what became of a delivery could not be kept yet: {error}"),
        }
        tokio::time::sleep(wait).await;
        wait *= 3;
    }
}

fn told(delivery: &Delivery, at: Timestamp, outcome: &str) -> Attempt {
    Attempt { delivery: delivery.id.clone(), at, outcome: outcome.to_owned() }
}

fn moment(at: Timestamp, what: &str, detail: String) -> Moment {
    Moment { at, what: what.to_owned(), by: String::new(), detail }
}

/// The whole chain of causes in one line.
fn why(failure: &net::Error) -> String {
    let mut text = failure.to_string();
    let mut cause = std::error::Error::source(failure);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}
