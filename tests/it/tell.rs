//! Dispatch and deliver: from an incident in the store to a person, through webhooks that answer as they are told.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use hearken::config::{Live, from_texts};
use hearken::domain::time::timestamp;
use hearken::domain::{
    Alert, AlertId, Attempt, Bucket, Clock, Delivery, DeliveryId, DeliveryState, Incident, IncidentId, IncidentKind,
    IncidentState, Letter, Observation, ReceiverName, Severity, Silence, Timestamp, TopicName,
};
use hearken::net;
use hearken::notify::webhook::signature;
use hearken::pipeline::{Deliver, Dispatch};
use hearken::store::{IncidentChange, Store, Watched};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::database::on_each;

/// 2026-11-23 14:05 in Taipei.
pub(crate) const SINCE: i64 = 1_795_413_900_000;
const TOPIC: &str = "title = \"Sprout 嫩芽咖啡\"\nquery = \"嫩芽咖啡\"\nowner = \"care\"\n[[listen]]\nsource = \"feed\"\n\
     urls = [\"https://example.com/f.xml\"]\n";

/// A clock that a test moves.
#[derive(Clone)]
pub(crate) struct Hand(Arc<AtomicI64>);

impl Hand {
    pub(crate) fn at(at: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(at.timestamp_millis())))
    }

    pub(crate) fn clock(&self) -> Clock {
        Clock::Driven(self.0.clone())
    }

    pub(crate) fn pass(&self, time: TimeDelta) {
        self.0.fetch_add(time.num_milliseconds(), Ordering::SeqCst);
    }

    fn now(&self) -> Timestamp {
        self.clock().now()
    }
}

/// A configuration with this `hearken.toml` and one topic, `sprout`.
pub(crate) fn live(main: &str) -> Arc<Live> {
    let config = from_texts(Path::new("/nonexistent"), main, &[("sprout", TOPIC)]);
    Arc::new(Live::new(config.unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))))
}

pub(crate) fn topic() -> TopicName {
    TopicName::new("sprout").expect("a name")
}

/// The incident of these tests, as the watch would keep it.
pub(crate) fn incident(severity: Severity, state: IncidentState) -> Incident {
    let first = Bucket::of_millis(SINCE);
    let seen = Observation {
        from: first,
        to: first.plus(5),
        mentions: 69,
        negative: 42,
        authors: 37,
        usual_negative: 3.1,
        usual_mentions: 26.0,
        usual_share: 0.12,
        count_tail: 2.0e-15,
        share_tail: 4.1e-12,
        heard: 1.0,
    };
    let resolved_at = (state == IncidentState::Resolved).then(|| first.plus(40).start());
    Incident {
        id: IncidentId::of(&topic(), IncidentKind::Negative, first),
        topic: topic(),
        kind: IncidentKind::Negative,
        state,
        severity,
        first,
        last: first.plus(5),
        opened_at: first.plus(6).start(),
        resolved_at,
        acknowledged_by: String::new(),
        opening: seen.clone(),
        peak: seen,
        worst: Vec::new(),
    }
}

/// Keeps an incident as the watch does.
pub(crate) async fn put(store: &Store, incident: Incident) {
    let from = match store.watched(&topic()).await.expect("read") {
        Some(watched) => watched.judged_until,
        None => {
            let began = Bucket::of_millis(0);
            let watched = Watched { began, judged_until: began, memory: String::new() };
            store.begin_watch(&topic(), &watched).await.expect("begun");
            began
        }
    };
    let watched = Watched { began: Bucket::of_millis(0), judged_until: from.next(), memory: String::new() };
    let change = IncidentChange { incident, reopened: false, moments: Vec::new() };
    assert!(store.put_stretch(&topic(), from, &watched, &[change]).await.expect("kept"));
}

/// `[[receiver]]`s that are webhooks of this server, each with its secret in a file and who is told next.
fn receivers(server: &MockServer, folder: &Path, names: &[(&str, Option<&str>)]) -> String {
    let secret = folder.join("secret");
    std::fs::write(&secret, "s3cret\n").expect("written");
    names
        .iter()
        .map(|(name, next)| {
            let next = next.map(|next| format!("next = \"{next}\"\n")).unwrap_or_default();
            format!(
                "[[receiver]]\nname = \"{name}\"\nchannel = \"webhook\"\nlocale = \"en\"\nurl = \"{}/{name}\"\n\
                 secret = \"file:{}\"\nallow_private = true\n{next}",
                server.uri(),
                secret.display()
            )
        })
        .collect()
}

async fn answers(server: &MockServer, name: &str, answer: ResponseTemplate) {
    Mock::given(method("POST")).and(path(format!("/{name}"))).respond_with(answer).mount(server).await;
}

async fn calls(server: &MockServer, name: &str) -> Vec<Request> {
    let all = server.received_requests().await.expect("kept");
    all.into_iter().filter(|request| request.url.path() == format!("/{name}")).collect()
}

/// Everything a test of one story needs.
struct Stage {
    server: MockServer,
    hand: Hand,
    store: Store,
    dispatch: Dispatch,
    deliver: Deliver,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn set(store: Store, names: &[(&str, Option<&str>)]) -> Self {
        let server = MockServer::start().await;
        let folder = tempfile::tempdir().expect("a folder");
        let live = live(&receivers(&server, folder.path(), names));
        let hand = Hand::at(timestamp(SINCE) + TimeDelta::minutes(31));
        let client = net::Client::new().expect("a client");
        let dispatch = Dispatch::new(store.clone(), live.clone(), hand.clock());
        let deliver = Deliver::new(store.clone(), live, client, hand.clock());
        Self { server, hand, store, dispatch, deliver, _folder: folder }
    }

    async fn open(&self) {
        put(&self.store, incident(Severity::Critical, IncidentState::Open)).await;
        assert_eq!(self.dispatch.tick().await.expect("told").alerts, 1);
    }

    async fn states(&self) -> Vec<(String, DeliveryState)> {
        let id = incident(Severity::Critical, IncidentState::Open).id;
        let deliveries = self.store.deliveries_of(&id).await.expect("read");
        let mut states: Vec<_> =
            deliveries.into_iter().map(|delivery| (delivery.receiver.to_string(), delivery.state)).collect();
        states.sort_by(|a, b| a.0.cmp(&b.0));
        states
    }
}

#[tokio::test]
async fn an_incident_reaches_its_receiver_signed_and_once() {
    on_each(|store| async move {
        let stage = Stage::set(store, &[("care", None)]).await;
        answers(&stage.server, "care", ResponseTemplate::new(200)).await;
        stage.open().await;
        assert_eq!(stage.dispatch.tick().await.expect("told").alerts, 0, "told twice");
        assert_eq!(stage.deliver.tick().await.expect("sent").sent, 1);
        assert_eq!(stage.deliver.tick().await.expect("sent").sent, 0, "sent twice");
        let calls = calls(&stage.server, "care").await;
        assert_eq!(calls.len(), 1);
        let header =
            |name: &str| calls[0].headers.get(name).and_then(|value| value.to_str().ok()).expect(name).to_owned();
        assert_eq!(header("X-Hearken-Signature"), signature("s3cret", &header("X-Hearken-Timestamp"), &calls[0].body));
        assert_ne!(header("X-Hearken-Signature"), signature("other", &header("X-Hearken-Timestamp"), &calls[0].body));
        let body: serde_json::Value = serde_json::from_slice(&calls[0].body).expect("JSON");
        assert_eq!(body["type"], "alert");
        assert_eq!(body["key"], header("Idempotency-Key"));
        assert_eq!(body["incident"]["peak"]["negative"], 42);
        let text = body["text"].as_str().expect("text");
        assert!(text.contains("42 negative mentions in 30 min, usually 3"), "{text}");
        assert!(text.contains("Since Nov 23 14:05 (Asia/Taipei)"), "{text}");
        let id = incident(Severity::Critical, IncidentState::Open).id;
        let moments = stage.store.moments(&id).await.expect("read");
        assert!(moments.iter().any(|moment| moment.what == "delivered" && moment.detail.starts_with("care")));
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_is_down_for_an_hour_gets_its_alert_and_the_next_one_is_told_meanwhile() {
    on_each(|store| async move {
        let stage = Stage::set(store, &[("care", Some("boss")), ("boss", None)]).await;
        answers(&stage.server, "boss", ResponseTemplate::new(200)).await;
        let down = Mock::given(method("POST")).and(path("/care")).respond_with(ResponseTemplate::new(500));
        let down = down.mount_as_scoped(&stage.server).await;
        stage.open().await;
        let began = stage.hand.now();
        let mut boss_told_after = None;
        while stage.hand.now() - began < TimeDelta::hours(1) {
            stage.deliver.tick().await.expect("a round");
            if boss_told_after.is_none() && !calls(&stage.server, "boss").await.is_empty() {
                boss_told_after = Some(stage.hand.now() - began);
            }
            stage.hand.pass(TimeDelta::seconds(20));
        }
        let tries = calls(&stage.server, "care").await;
        assert!((6..=12).contains(&tries.len()), "{} tries in an hour", tries.len());
        let keys: Vec<_> = tries.iter().map(|call| call.headers.get("Idempotency-Key").cloned()).collect();
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "a try with another key");
        assert!(boss_told_after.expect("the next is told") < TimeDelta::minutes(7));
        drop(down);
        answers(&stage.server, "care", ResponseTemplate::new(204)).await;
        for _ in 0..60 {
            stage.deliver.tick().await.expect("a round");
            stage.hand.pass(TimeDelta::seconds(20));
        }
        let states = stage.states().await;
        assert_eq!(states, [("boss".to_owned(), DeliveryState::Sent), ("care".to_owned(), DeliveryState::Sent)]);
        let id = incident(Severity::Critical, IncidentState::Open).id;
        let deliveries = stage.store.deliveries_of(&id).await.expect("read");
        let care = deliveries.iter().find(|delivery| delivery.receiver.as_str() == "care").expect("there");
        let attempts = stage.store.attempts_of(&care.id).await.expect("read");
        assert_eq!(attempts.len() as i64, care.attempts, "every attempt is kept");
        assert_eq!(attempts.last().map(|attempt| attempt.outcome.as_str()), Some("sent"));
    })
    .await;
}

#[tokio::test]
async fn a_refusal_for_good_tells_the_next_at_once() {
    on_each(|store| async move {
        let stage = Stage::set(store, &[("care", Some("boss")), ("boss", None)]).await;
        answers(&stage.server, "care", ResponseTemplate::new(410)).await;
        answers(&stage.server, "boss", ResponseTemplate::new(200)).await;
        stage.open().await;
        assert_eq!(stage.deliver.tick().await.expect("a round").failed, 1);
        assert_eq!(stage.deliver.tick().await.expect("a round").sent, 1);
        let states = stage.states().await;
        assert_eq!(states, [("boss".to_owned(), DeliveryState::Sent), ("care".to_owned(), DeliveryState::Failed)]);
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_asks_for_time_gets_it() {
    on_each(|store| async move {
        let stage = Stage::set(store, &[("care", None)]).await;
        answers(&stage.server, "care", ResponseTemplate::new(429).insert_header("Retry-After", "300")).await;
        stage.open().await;
        let name = ReceiverName::new("care").expect("a name");
        let letter =
            Letter::new("weekly", name, "Week".to_owned(), "quiet".to_owned(), stage.hand.now()).expect("a letter");
        assert!(stage.store.put_letter(&letter).await.expect("written"));
        assert!(!stage.store.put_letter(&letter).await.expect("written"), "the same letter twice is one");
        stage.deliver.tick().await.expect("a round");
        stage.hand.pass(TimeDelta::seconds(299));
        stage.deliver.tick().await.expect("a round");
        assert_eq!(calls(&stage.server, "care").await.len(), 1, "tried before its time, or the letter was");
        stage.server.reset().await;
        answers(&stage.server, "care", ResponseTemplate::new(200)).await;
        stage.hand.pass(TimeDelta::seconds(30));
        assert_eq!(stage.deliver.tick().await.expect("a round").sent, 2);
    })
    .await;
}

#[tokio::test]
async fn dying_between_sending_and_recording_repeats_with_the_same_key() {
    on_each(|store| async move {
        let stage = Stage::set(store, &[("care", None)]).await;
        let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(30));
        let slow = Mock::given(method("POST")).respond_with(slow).mount_as_scoped(&stage.server).await;
        stage.open().await;
        {
            // The receiver has it, and the program dies before it hears so.
            let mut round = std::pin::pin!(stage.deliver.tick());
            while calls(&stage.server, "care").await.is_empty() {
                tokio::select! {
                    _ = &mut round => panic!("the round ended"),
                    () = tokio::time::sleep(Duration::from_millis(10)) => {}
                }
            }
        }
        drop(slow);
        answers(&stage.server, "care", ResponseTemplate::new(200)).await;
        assert_eq!(stage.deliver.tick().await.expect("a round").sent, 1);
        let calls = calls(&stage.server, "care").await;
        assert_eq!(calls.len(), 2, "at least once");
        assert_eq!(calls[0].headers.get("Idempotency-Key"), calls[1].headers.get("Idempotency-Key"));
    })
    .await;
}

#[tokio::test]
async fn much_that_waits_for_one_receiver_keeps_no_other_out_and_a_restart_leaves_it_alone_as_long() {
    on_each(|store| async move {
        let stage = Stage::set(store.clone(), &[("care", None), ("fast", None)]).await;
        stage.open().await;
        let id = incident(Severity::Critical, IncidentState::Open).id;
        let first = store.alerts_of(&id).await.expect("read").remove(0);
        let now = stage.hand.now();
        let care = ReceiverName::new("care").expect("a name");
        let fast = ReceiverName::new("fast").expect("a name");
        let delivery = |alert: &Alert, to: &ReceiverName, at: Timestamp| Delivery {
            id: DeliveryId::of(&alert.id, to),
            alert: alert.id.clone(),
            receiver: to.clone(),
            state: DeliveryState::Waiting,
            attempts: 0,
            due_at: at,
            reference: String::new(),
            error: String::new(),
            created_at: at,
            sent_at: None,
        };
        let mut waiting = Vec::new();
        for number in 2..30 {
            let at = now + TimeDelta::seconds(number);
            let alert = Alert { id: AlertId::of(&id, first.news, number), number, ..first.clone() };
            let mut deliveries = vec![delivery(&alert, &care, at)];
            if number == 29 {
                deliveries.push(delivery(&alert, &fast, at));
            }
            assert!(store.put_alert(&alert, &deliveries).await.expect("written"));
            waiting.extend(deliveries);
        }
        let later = now + TimeDelta::minutes(1);
        let due = store.due_deliveries(later, 10).await.expect("read");
        assert!(due.iter().any(|delivery| delivery.receiver == fast), "kept out by what waits for another");
        let oldest = due.iter().find(|delivery| delivery.receiver == care).expect("some").created_at;
        assert!(due.iter().all(|delivery| delivery.created_at >= oldest));

        // One try failed, and the program died: what is known of the receiver is in the database.
        let mut tried = waiting.remove(0);
        (tried.attempts, tried.due_at) = (1, later + TimeDelta::minutes(9));
        let attempt = Attempt { delivery: tried.id.clone(), at: later, outcome: "down".to_owned() };
        store.record_attempt(&id, &tried, &attempt, None, None).await.expect("kept");
        let due = store.due_deliveries(later, 100).await.expect("read");
        assert!(due.iter().all(|delivery| delivery.receiver == fast), "{due:?}");
        let due = store.due_deliveries(tried.due_at, 100).await.expect("read");
        assert!(due.iter().filter(|delivery| delivery.receiver == care).count() > 27);
    })
    .await;
}

#[tokio::test]
async fn a_slow_receiver_does_not_delay_the_others() {
    on_each(|store| async move {
        let stage = Stage::set(store, &[("care", None), ("fast", None)]).await;
        answers(&stage.server, "care", ResponseTemplate::new(200).set_delay(Duration::from_secs(20))).await;
        answers(&stage.server, "fast", ResponseTemplate::new(200)).await;
        let hand = stage.hand.clone();
        let letter = |name: &str, to: &str| {
            let to = ReceiverName::new(to).expect("a name");
            Letter::new(name, to, "s".to_owned(), "b".to_owned(), hand.now()).expect("a letter")
        };
        stage.store.put_letter(&letter("1", "care")).await.expect("written");
        let deliver = stage.deliver.clone();
        let stop = tokio_util::sync::CancellationToken::new();
        let running = tokio::spawn({
            let stop = stop.clone();
            async move { deliver.run(stop).await }
        });
        while calls(&stage.server, "care").await.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stage.store.put_letter(&letter("2", "fast")).await.expect("written");
        let fast = async {
            while calls(&stage.server, "fast").await.is_empty() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), fast).await.expect("the fast one waited for the slow one");
        running.abort();
    })
    .await;
}

#[tokio::test]
async fn what_a_silence_held_back_goes_out_when_it_ends_and_the_end_is_told_to_who_knows() {
    on_each(|store| async move {
        let stage = Stage::set(store, &[("care", None)]).await;
        answers(&stage.server, "care", ResponseTemplate::new(200)).await;
        let now = stage.hand.now();
        let silence = Silence::new(Some(topic()), now, now + TimeDelta::hours(1), "Amy", "known").expect("in order");
        stage.store.put_silence(&silence).await.expect("kept");
        stage.open().await;
        assert_eq!(stage.states().await, [("care".to_owned(), DeliveryState::Silenced)]);
        stage.deliver.tick().await.expect("a round");
        assert!(calls(&stage.server, "care").await.is_empty());
        stage.hand.pass(TimeDelta::minutes(61));
        assert_eq!(stage.dispatch.tick().await.expect("a round").released, 1);
        assert_eq!(stage.deliver.tick().await.expect("a round").sent, 1);
        put(&stage.store, incident(Severity::Critical, IncidentState::Resolved)).await;
        let done = stage.dispatch.tick().await.expect("a round");
        assert_eq!((done.alerts, done.deliveries, done.released), (1, 1, 0));
        assert_eq!(stage.deliver.tick().await.expect("a round").sent, 1);
        let last = calls(&stage.server, "care").await.pop().expect("a call");
        let body: serde_json::Value = serde_json::from_slice(&last.body).expect("JSON");
        assert_eq!(body["news"], "resolved");
        let page = format!("http://127.0.0.1:8080/incident/{}", incident(Severity::Critical, IncidentState::Open).id);
        assert_eq!(body["page"], page.as_str());
        assert!(body["text"].as_str().is_some_and(|text| text.contains(&page)), "{body}");
    })
    .await;
}

#[tokio::test]
async fn an_incident_that_rises_is_told_again_and_over_is_not_told_to_who_never_knew() {
    on_each(|store| async move {
        let stage = Stage::set(store, &[("care", None)]).await;
        answers(&stage.server, "care", ResponseTemplate::new(410)).await;
        put(&stage.store, incident(Severity::Warning, IncidentState::Open)).await;
        assert_eq!(stage.dispatch.tick().await.expect("told").alerts, 1);
        put(&stage.store, incident(Severity::Critical, IncidentState::Open)).await;
        assert_eq!(stage.dispatch.tick().await.expect("told").alerts, 1);
        let id = incident(Severity::Critical, IncidentState::Open).id;
        let told: Vec<_> =
            stage.store.alerts_of(&id).await.expect("read").into_iter().map(|alert| alert.news.as_str()).collect();
        assert_eq!(
            {
                let mut told = told;
                told.sort_unstable();
                told
            },
            ["opened", "risen"]
        );
        assert_eq!(stage.deliver.tick().await.expect("a round").failed, 2);
        put(&stage.store, incident(Severity::Critical, IncidentState::Resolved)).await;
        let done = stage.dispatch.tick().await.expect("told");
        assert_eq!((done.alerts, done.deliveries), (1, 0));
    })
    .await;
}
