//! The watch over a store, with a clock that the test moves: what opens an incident, what does not, and what a restart changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use hearken::detect::Sensitivity;
use hearken::domain::time::timestamp;
use hearken::domain::{
    AuthorId, Bucket, Clock, Incident, IncidentState, Interval, Judgement, Language, NativeId, Platform, Probabilities,
    RawMention, Severity, SourceName, TopicName,
};
use hearken::pipeline::{Subject, Watch};
use hearken::store::{Acted, IncidentFilter, Judged, Page, Store, TopicMatch};

use crate::database::on_each;

/// Monday 2026-08-03 00:00 UTC: the topics are listened to from here on.
const BEGIN: i64 = 1_785_715_200_000;
const DAY: i64 = 288;

fn bucket(i: i64) -> Bucket {
    Bucket::of_millis(BEGIN + i * Bucket::MILLIS)
}

/// What is said in one bucket: how much, how much of it negative, and how many people say the negative.
#[derive(Clone, Copy)]
struct Talk {
    mentions: i64,
    negative: i64,
    people: i64,
}

/// About 29 mentions a day, one in nine negative, each by somebody else.
fn usual(i: i64) -> Talk {
    let mentions = i64::from(i.rem_euclid(10) == 0);
    Talk { mentions, negative: i64::from(i.rem_euclid(90) == 0), people: 1 }
}

fn and(more: Talk, i: i64) -> Talk {
    let usual = usual(i);
    Talk { mentions: usual.mentions + more.mentions, negative: usual.negative + more.negative, people: more.people }
}

/// Ten negative posts a bucket for an hour.
fn crisis(i: i64) -> Talk {
    if (0..12).contains(&i) { and(Talk { mentions: 11, negative: 10, people: 10 }, i) } else { usual(i) }
}

/// A store that listens to some topics, each through its own source.
struct World {
    store: Store,
    clock: Arc<AtomicI64>,
    topics: Vec<TopicName>,
}

fn source(topic: &TopicName) -> SourceName {
    SourceName::new(format!("feed/{topic}")).expect("a source's name")
}

fn judgement(negative: bool) -> Judgement {
    let (bad, good) = if negative { (0.9, 0.04) } else { (0.04, 0.3) };
    let p = Probabilities::from_weights(bad, 1.0 - bad - good, good).expect("weights");
    Judgement {
        language: Language::En,
        sentiment: p.best().0,
        p,
        polarity: p.polarity(),
        confidence: p.best().1,
        themes: Vec::new(),
        spam: 0.0,
        evidence: Vec::new(),
        model: "test".to_owned(),
    }
}

impl World {
    fn new(store: Store, topics: &[&str]) -> Self {
        let topics = topics.iter().map(|name| TopicName::new(*name).expect("a topic's name")).collect();
        Self { store, clock: Arc::new(AtomicI64::new(BEGIN)), topics }
    }

    fn watch(&self) -> Watch {
        let subject = |topic: &TopicName| Subject {
            topic: topic.clone(),
            zone: chrono_tz::Asia::Taipei,
            sensitivity: Sensitivity::default(),
            negative: true,
            sources: vec![source(topic)],
        };
        let subjects: Vec<Subject> = self.topics.iter().map(subject).collect();
        Watch::over(self.store.clone(), move || subjects.clone(), Clock::Driven(self.clock.clone()))
    }

    /// Stores what was said in some buckets.
    async fn say(&self, topic: &TopicName, batch: &str, buckets: impl Iterator<Item = (i64, Talk)>) {
        self.put(&Self::posts(topic, batch, buckets)).await;
    }

    async fn put(&self, posts: &[Judged]) {
        for batch in posts.chunks(500) {
            self.store.put_judged(batch, timestamp(self.clock.load(Ordering::SeqCst))).await.expect("stored");
        }
    }

    /// What was said in some buckets; `batch` tells this saying from another of the same bucket.
    fn posts(topic: &TopicName, batch: &str, buckets: impl Iterator<Item = (i64, Talk)>) -> Vec<Judged> {
        let mut posts = Vec::new();
        for (i, talk) in buckets {
            for j in 0..talk.mentions {
                let id = NativeId::new(format!("{topic}/{batch}/{i}/{j}")).expect("an id");
                let at = timestamp(bucket(i).millis() + 1_000 * j.rem_euclid(299));
                let mut raw = RawMention::new(Platform::Feed, id.clone(), at);
                let negative = j < talk.negative;
                let author = if negative { format!("{i}-{}", j % talk.people) } else { format!("other-{i}-{j}") };
                // One who is alone is always the same.
                raw.author.id = AuthorId::new(if negative && talk.people == 1 { "one".to_owned() } else { author });
                raw.text = format!("{id} says something");
                posts.push(Judged {
                    inbox: None,
                    source: source(topic),
                    received_at: at,
                    raw,
                    judgement: Some(judgement(negative)),
                    keys: None,
                    asked: vec![topic.clone()],
                    matched: vec![TopicMatch {
                        topic: topic.clone(),
                        spans: Vec::new(),
                        themes: Vec::new(),
                        labels: Vec::new(),
                        toward: None,
                    }],
                });
            }
        }
        posts
    }

    /// Ten ordinary days before anybody listened, as a look back or an import brings them.
    async fn remember_ten_days(&self) {
        for topic in &self.topics {
            self.say(topic, "before", (-10 * DAY..0).map(|i| (i, usual(i)))).await;
        }
    }

    async fn hear(&self, topic: &TopicName, from: i64, to: i64) {
        let heard = Interval::new(bucket(from).start(), bucket(to).start());
        let page = Page {
            platform: Platform::Feed,
            mentions: &[],
            cursor: None,
            heard,
            due_at: bucket(to).start(),
            detail: "",
        };
        self.store.put_page(&source(topic), page, bucket(to).start()).await.expect("stored");
    }

    /// Lives through one bucket: it is said, heard, and the clock stands at its end.
    async fn live(&self, topic: &TopicName, i: i64, talk: Talk) {
        self.say(topic, "live", std::iter::once((i, talk))).await;
        self.hear(topic, i, i + 1).await;
        self.clock.store(bucket(i + 1).millis(), Ordering::SeqCst);
    }

    /// Lives through buckets of the first topic, with a round of the watch after each.
    async fn live_and_watch(&self, watch: &Watch, buckets: std::ops::Range<i64>, talk: impl Fn(i64) -> Talk) {
        for i in buckets {
            self.live(&self.topics[0], i, talk(i)).await;
            let round = watch.tick().await.expect("a round");
            assert_eq!(round.failed, 0);
        }
    }

    async fn incidents(&self) -> Vec<Incident> {
        self.store.incidents(&IncidentFilter::default(), 100, 0).await.expect("read")
    }

    async fn timeline(&self, incident: &Incident) -> Vec<String> {
        let moments = self.store.moments(&incident.id).await.expect("read");
        moments.into_iter().map(|moment| moment.what).collect()
    }
}

#[tokio::test]
async fn a_crisis_opens_one_incident_that_a_person_may_acknowledge_and_that_resolves_by_itself() {
    on_each(|store| async move {
        let world = World::new(store, &["coffee"]);
        world.remember_ten_days().await;
        let watch = world.watch();
        watch.tick().await.expect("a round");
        world.live_and_watch(&watch, 0..8, |i| if i < 2 { usual(i) } else { crisis(i - 2) }).await;
        let [incident] = &world.incidents().await[..] else { panic!("not one incident") };
        assert_eq!(incident.state, IncidentState::Open);
        assert!(incident.first >= bucket(2) && incident.first <= bucket(3), "{incident:?}");
        assert!(incident.opening.authors >= 5 && incident.opening.usual_negative < 1.0, "{incident:?}");
        assert!((incident.opening.heard - 1.0).abs() < 1e-9);
        assert_eq!(incident.worst.len(), 5);
        let at = timestamp(world.clock.load(Ordering::SeqCst));
        let acted = world.store.acknowledge(&incident.id, "Mei", at).await.expect("stored");
        assert!(matches!(acted, Acted::Done(_)));
        let again = world.store.acknowledge(&incident.id, "Jun", at).await.expect("stored");
        assert!(matches!(again, Acted::Already(incident) if incident.acknowledged_by == "Mei"));
        world.live_and_watch(&watch, 8..90, |i| crisis(i - 2)).await;
        let [resolved] = &world.incidents().await[..] else { panic!("not one incident") };
        assert_eq!((resolved.state, resolved.acknowledged_by.as_str()), (IncidentState::Resolved, "Mei"));
        assert_eq!(resolved.severity, Severity::Critical);
        assert!(resolved.peak.negative > incident.opening.negative && resolved.last >= bucket(12), "{resolved:?}");
        let timeline = world.timeline(resolved).await;
        let told: Vec<&str> = timeline.iter().map(String::as_str).filter(|what| *what != "risen").collect();
        assert_eq!(told, ["opened", "acknowledged", "resolved"]);
    })
    .await;
}

#[tokio::test]
async fn a_flood_of_adverts_opens_no_incident() {
    on_each(|store| async move {
        let world = World::new(store, &["coffee"]);
        world.remember_ten_days().await;
        let watch = world.watch();
        watch.tick().await.expect("a round");
        let flood = Talk { mentions: 100, negative: 100, people: 100 };
        let mut posts = World::posts(&world.topics[0], "adverts", std::iter::once((4, flood)));
        posts.iter_mut().flat_map(|post| &mut post.judgement).for_each(|judgement| judgement.spam = 0.9);
        world.put(&posts).await;
        world.live_and_watch(&watch, 0..8, usual).await;
        assert_eq!(world.incidents().await, []);
        assert_eq!(world.store.recount(&world.topics[0]).await.expect("recounted"), vec![]);
    })
    .await;
}

#[tokio::test]
async fn what_flaps_stays_one_incident_and_what_a_person_resolved_stays_resolved() {
    on_each(|store| async move {
        let world = World::new(store, &["coffee"]);
        world.remember_ten_days().await;
        let watch = world.watch();
        watch.tick().await.expect("a round");
        let flapping = |i: i64| if i / 6 % 2 == 0 { crisis(0) } else { usual(i) };
        world.live_and_watch(&watch, 0..20, flapping).await;
        let [incident] = &world.incidents().await[..] else { panic!("not one incident") };
        let at = timestamp(world.clock.load(Ordering::SeqCst));
        world.store.resolve(&incident.id, "Mei", at).await.expect("stored");
        world.live_and_watch(&watch, 20..44, flapping).await;
        let [incident] = &world.incidents().await[..] else { panic!("not one incident") };
        assert_eq!((incident.state, incident.resolved_at), (IncidentState::Resolved, Some(at)));
        assert!(incident.last > bucket(30));
    })
    .await;
}

#[tokio::test]
async fn praise_a_proportional_surge_a_gap_a_backlog_and_a_loud_author_open_none() {
    on_each(|store| async move {
        let world = World::new(store, &["praise", "surge", "gap", "backlog", "loud"]);
        world.remember_ten_days().await;
        let watch = world.watch();
        watch.tick().await.expect("a round");
        for i in 0..30 {
            for topic in &world.topics {
                let during = (4..16).contains(&i);
                let talk = match (topic.as_str(), during) {
                    ("praise", true) => and(Talk { mentions: 40, negative: 0, people: 1 }, i),
                    ("surge", true) => and(Talk { mentions: 9, negative: 1, people: 10 }, i),
                    ("loud", true) => and(Talk { mentions: 11, negative: 10, people: 1 }, i),
                    _ => usual(i),
                };
                match (topic.as_str(), during) {
                    ("gap" | "backlog", true) => {}
                    _ => world.live(topic, i, talk).await,
                }
            }
            if i == 28 {
                // A source comes back: it brings a whole crisis, posted while it was deaf, and says that it now heard it all.
                world.say(&world.topics[3], "backlog", (4..16).map(|i| (i, crisis(0)))).await;
                world.hear(&world.topics[3], 4, 16).await;
            }
            watch.tick().await.expect("a round");
        }
        assert_eq!(world.incidents().await, []);
    })
    .await;
}

#[tokio::test]
async fn what_was_read_after_a_deaf_half_hour_is_judged_when_all_of_it_is_ingested() {
    on_each(|store| async move {
        let world = World::new(store, &["coffee"]);
        world.remember_ten_days().await;
        let watch = world.watch();
        watch.tick().await.expect("a round");
        world.live_and_watch(&watch, 0..2, usual).await;
        let mut posts = World::posts(&world.topics[0], "live", (2..8).map(|i| (i, crisis(i - 2))));
        let read: Vec<RawMention> = posts.iter().map(|post| post.raw.clone()).collect();
        world.clock.store(bucket(10).millis(), Ordering::SeqCst);
        let page = Page {
            platform: Platform::Feed,
            mentions: &read,
            cursor: None,
            heard: Interval::new(bucket(2).start(), bucket(10).start()),
            due_at: bucket(10).start(),
            detail: "",
        };
        world.store.put_page(&source(&world.topics[0]), page, bucket(10).start()).await.expect("stored");
        watch.tick().await.expect("a round");
        let watched = world.store.watched(&world.topics[0]).await.expect("read").expect("watched");
        assert_eq!(watched.judged_until, bucket(2), "all of it was read, none of it is ingested");

        for (post, row) in posts.iter_mut().zip(world.store.take_inbox(1_000).await.expect("read")) {
            post.inbox = Some(row.id);
        }
        world.put(&posts).await;
        watch.tick().await.expect("a round");
        let watched = world.store.watched(&world.topics[0]).await.expect("read").expect("watched");
        assert_eq!(watched.judged_until, bucket(8));
        assert_eq!(world.incidents().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_import_of_an_old_crisis_teaches_and_never_alarms() {
    on_each(|store| async move {
        let world = World::new(store, &["coffee"]);
        let watch = world.watch();
        watch.tick().await.expect("a round");
        world.live_and_watch(&watch, 0..10, usual).await;
        let before = world.store.watched(&world.topics[0]).await.expect("read").expect("watched");
        world.remember_ten_days().await;
        world.say(&world.topics[0], "old crisis", (-500..-488).map(|i| (i, crisis(0)))).await;
        world.live_and_watch(&watch, 10..14, usual).await;
        assert_eq!(world.incidents().await, []);
        // It has learnt: a crisis that comes now is told, though the topic was listened to for an hour only.
        world.live_and_watch(&watch, 14..22, |i| crisis(i - 14)).await;
        assert_eq!(world.incidents().await.len(), 1);
        let after = world.store.watched(&world.topics[0]).await.expect("read").expect("watched");
        assert_eq!(after.began, before.began);
    })
    .await;
}

#[tokio::test]
async fn a_restart_at_every_round_gives_the_same_incidents_as_none() {
    on_each(|store| async move {
        let world = World::new(store, &["restarted", "undisturbed"]);
        world.remember_ten_days().await;
        let (all, undisturbed) = (
            world.watch(),
            World { topics: vec![world.topics[1].clone()], store: world.store.clone(), clock: world.clock.clone() },
        );
        all.tick().await.expect("a round");
        for i in 0..90 {
            for topic in &world.topics {
                world.live(topic, i, crisis(i - 3)).await;
            }
            // A new watch each time, with nothing but the store; each round is repeated, as after a crash.
            world.watch().tick().await.expect("a round");
            let repeated = world.watch().tick().await.expect("a round");
            assert_eq!(repeated.buckets, 0);
        }
        undisturbed.watch().tick().await.expect("a round");
        let incidents = world.incidents().await;
        assert_eq!(incidents.len(), 2);
        let [one, other] = &incidents[..] else { panic!("not two incidents") };
        assert_eq!((one.first, one.last, one.severity), (other.first, other.last, other.severity));
        assert_eq!((&one.opening, &one.peak, one.resolved_at), (&other.opening, &other.peak, other.resolved_at));
        let opened = world.timeline(one).await.iter().filter(|what| *what == "opened").count();
        assert_eq!(opened, 1);
    })
    .await;
}

#[tokio::test]
async fn posts_that_come_late_are_noted_in_the_incident_they_belong_to() {
    on_each(|store| async move {
        let world = World::new(store, &["coffee"]);
        world.remember_ten_days().await;
        let watch = world.watch();
        watch.tick().await.expect("a round");
        world.live_and_watch(&watch, 0..8, |i| crisis(i - 1)).await;
        world.say(&world.topics[0], "late", (2..4).map(|i| (i, Talk { mentions: 10, negative: 10, people: 10 }))).await;
        world.live_and_watch(&watch, 8..9, |i| crisis(i - 1)).await;
        let [incident] = &world.incidents().await[..] else { panic!("not one incident") };
        assert_eq!(world.timeline(incident).await.iter().filter(|what| *what == "late").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_deaf_source_is_told_in_the_incident_and_scales_what_is_expected() {
    on_each(|store| async move {
        let world = World::new(store, &["coffee"]);
        world.remember_ten_days().await;
        let deaf = SourceName::new("ptt/Coffee").expect("a source's name");
        let subject = Subject {
            topic: world.topics[0].clone(),
            zone: chrono_tz::UTC,
            sensitivity: Sensitivity::default(),
            negative: true,
            sources: vec![source(&world.topics[0]), deaf],
        };
        let clock = Clock::Driven(world.clock.clone());
        let watch = Watch::over(world.store.clone(), move || vec![subject.clone()], clock);
        watch.tick().await.expect("a round");
        world.live_and_watch(&watch, 0..8, |i| crisis(i - 1)).await;
        let [incident] = &world.incidents().await[..] else { panic!("not one incident") };
        let moments = world.store.moments(&incident.id).await.expect("read");
        assert!(moments.iter().any(|moment| moment.what == "deaf" && moment.detail == "ptt/Coffee"), "{moments:?}");
        assert!(incident.opening.heard < 1.0 && incident.opening.heard > 0.9, "{incident:?}");
    })
    .await;
}

/// `cargo test --release --test it watch::a_round -- --ignored --nocapture` prints what `docs/watch.md` states.
#[tokio::test]
#[ignore = "measures; it takes a minute and asserts little"]
async fn a_round_over_many_topics_costs() {
    on_each(|store| async move {
        let topics: i64 = 2_000;
        let names: Vec<String> = (0..topics).map(|i| format!("t{i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let world = World::new(store, &names);
        let watch = world.watch();
        watch.tick().await.expect("a round");
        for i in 0..6 {
            for topic in &world.topics {
                world.say(topic, "live", std::iter::once((i, Talk { mentions: 2, negative: 1, people: 1 }))).await;
                world.hear(topic, i, i + 1).await;
            }
            world.clock.store(bucket(i + 1).millis(), Ordering::SeqCst);
            let start = std::time::Instant::now();
            let round = watch.tick().await.expect("a round");
            let each = start.elapsed() / u32::try_from(topics).expect("few");
            println!("{} buckets, {each:?} a topic, PostgreSQL: {}", round.buckets, world.store.is_postgres());
        }
        let text = world.store.watched(&world.topics[0]).await.expect("read").expect("watched").memory;
        println!("{} characters of memory a topic", text.len());
    })
    .await;
}
