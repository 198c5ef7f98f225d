//! The demo, through the real binary: one crisis is told, praise and a deaf source are not.

use std::process::Command;

use chrono::TimeDelta;
use hearken::domain::{DeliveryState, Interval, TopicName};
use hearken::pipeline::report::unnamed_themes;
use hearken::store::{IncidentFilter, MentionFilter, Store};

#[tokio::test(flavor = "multi_thread")]
async fn the_story_rings_once_and_only_for_the_crisis() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_path_buf();
    let ended = tokio::task::spawn_blocking(move || {
        let arguments = ["demo", "--address", "127.0.0.1:0", "--seed", "7", "--leave", "--hurry"];
        // The hour of the day decides how much is usual, and so how soon it rings: 25 to 60 minutes over the day.
        let end = ["--end", "2026-10-06T15:00:00Z", "--keep"];
        Command::new(env!("CARGO_BIN_EXE_hearken")).args(arguments).args(end).arg(path).output().expect("the demo ran")
    });
    let ended = ended.await.expect("ran");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));

    let store = Store::open(&format!("sqlite:{}", folder.path().join("hearken.db").display())).await.expect("kept");
    let incidents = store.incidents(&IncidentFilter::default(), 10, 0).await.expect("read");
    let topics: Vec<&str> = incidents.iter().map(|incident| incident.topic.as_str()).collect();
    assert_eq!(topics, ["sprout-coffee"], "one incident, for the brand in trouble: {incidents:#?}");
    let incident = &incidents[0];

    let deliveries = store.deliveries_of(&incident.id).await.expect("read");
    assert!(!deliveries.is_empty() && deliveries.iter().all(|delivery| delivery.state == DeliveryState::Sent));
    let waited = (incident.opened_at - incident.first.start()).num_minutes();
    assert!((0..=60).contains(&waited), "noticed {waited} minutes after it began");

    let topic = |name: &str| TopicName::new(name).expect("valid");
    for name in ["sprout-coffee", "leaf-tea", "nimbus-phone"] {
        let miscounts = store.recount(&topic(name)).await.expect("counted");
        assert!(miscounts.is_empty(), "{name}: {miscounts:?}");
    }
    assert_eq!(store.count_inbox().await.expect("counted"), 0);
    assert!(store.aside(10).await.expect("read").is_empty(), "nothing was put aside");

    // Whatever themes cover it, the page says in the customers' words what the crisis is about.
    let day =
        Interval { from: incident.opened_at - TimeDelta::hours(20), to: incident.opened_at + TimeDelta::hours(4) };
    let found = unnamed_themes(&store, &incident.topic, day).await.expect("read");
    let words: Vec<&String> = found.iter().flat_map(|theme| &theme.words).collect();
    assert!(words.iter().any(|word| word.contains('霉') || word.to_lowercase().contains("mold")), "{found:#?}");
    assert!(found.iter().all(|theme| theme.evidence.len() >= 5 && theme.evidence.contains(&theme.typical)));
    for quiet in ["leaf-tea", "nimbus-phone"] {
        let found = unnamed_themes(&store, &topic(quiet), day).await.expect("read");
        assert!(found.is_empty(), "{quiet}: {found:#?}");
    }

    // The praise was heard; the hours in which nobody listened are a gap, not a zero.
    let praised =
        MentionFilter { topic: Some(topic("sprout-coffee")), search: Some("撐傘".into()), ..Default::default() };
    assert!(store.count_mentions(&praised, 1000).await.expect("counted") > 50);
    let sources = store.sources().await.expect("read");
    let deaf = sources.iter().find(|source| source.name.as_str().contains("nimbus-phone")).expect("there");
    let window = Interval { from: deaf.first_at.expect("heard"), to: incident.opened_at };
    let gaps = store.coverage(std::slice::from_ref(&deaf.name), window).await.expect("read").gaps(window);
    let hours: i64 = gaps.iter().map(|gap| (gap.to - gap.from).num_hours()).sum();
    assert!((3..=16).contains(&hours), "{hours} hours in {gaps:?}");
    store.close().await;
}
