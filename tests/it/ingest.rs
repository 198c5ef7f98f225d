//! Ingest against a real store: what topics want is judged and kept, the rest passes, nothing blocks the queue.

use std::path::Path;
use std::sync::Arc;

use hearken::config::{self, Live};
use hearken::desk::Desk;
use hearken::domain::{Change, Clock, Label, MentionId, Platform, RawMention, Sentiment, SourceName, Theme, TopicName};
use hearken::pipeline::Ingest;
use hearken::store::{MentionFilter, Page, Store};
use hearken::text::Text;
use hearken::web::Web;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::database::on_each;
use crate::store_story::{at, changed, judgement, post};
use crate::web::Pages;

const COFFEE: &str =
    "title = \"Coffee\"\nquery = \"嫩芽\"\n[[listen]]\nsource = \"feed\"\nurls = [\"https://a.example/f\"]\n";
const TEA: &str = "title = \"Tea\"\nquery = \"茶\"\nlanguages = [\"zh\"]\n[[listen]]\nsource = \"feed\"\nurls = [\"https://b.example/f\"]\n";

fn ingest(store: &Store) -> Ingest {
    let config = config::from_texts(Path::new("."), "", &[("coffee", COFFEE), ("tea", TEA)]);
    let live = Arc::new(Live::new(config.unwrap_or_else(|mistakes| panic!("{mistakes:?}"))));
    let judging = |text: &Text| {
        assert!(!text.original().contains("絆倒"), "a text that makes the judge stumble");
        judgement(text.original())
    };
    Ingest::judged_by(store.clone(), live, judging, Clock::Fixed(at(60_000)))
}

/// The sources that coffee and tea listen to, in this order.
fn sources(store: &Ingest) -> Vec<SourceName> {
    store.live().config().wanted_sources().into_iter().map(|source| source.wanted.name).collect()
}

async fn hear(store: &Store, source: &SourceName, mentions: &[RawMention]) {
    let page = Page { platform: Platform::Feed, mentions, cursor: None, heard: None, due_at: at(0), detail: "" };
    store.put_page(source, page, at(0)).await.expect("stored");
}

async fn total(store: &Store, topic: &str) -> i64 {
    let topic = TopicName::new(topic).expect("a name");
    assert_eq!(store.recount(&topic).await.expect("recounted"), vec![]);
    store.tally(&topic, at(-86_400_000), at(86_400_000)).await.expect("tallied").mentions
}

#[tokio::test]
async fn each_source_is_read_by_the_topics_that_listen_to_it_and_a_file_by_all() {
    on_each(|store| async move {
        let ingest = ingest(&store);
        let heard = sources(&ingest);
        let both = post("1", "ann", "嫩芽的綠茶很讚", 0);
        hear(&store, &heard[0], std::slice::from_ref(&both)).await;
        hear(&store, &heard[1], &[post("2", "bob", "嫩芽", 0), post("3", "bob", "green 茶", 0)]).await;
        let done = ingest.tick().await.expect("a round");
        assert_eq!(
            (done.taken, done.added, done.passed, done.aside),
            (3, 1, 2, 0),
            "coffee only, neither, wrong language"
        );
        assert_eq!((total(&store, "coffee").await, total(&store, "tea").await), (1, 0));
        let file = SourceName::new("file/import.csv").expect("a name");
        hear(&store, &file, &[both.clone(), post("4", "cat", "嫩芽綠茶爛", 1)]).await;
        ingest.tick().await.expect("a round");
        assert_eq!((total(&store, "coffee").await, total(&store, "tea").await), (2, 2));
        assert_eq!(ingest.tick().await.expect("a round").taken, 0);
        let mention = store.mention(&both.id()).await.expect("read").expect("held");
        assert_eq!((mention.judgement.sentiment, mention.source), (Sentiment::Positive, heard[0].clone()));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_worked_on_goes_aside_and_the_rest_goes_on() {
    on_each(|store| async move {
        let ingest = ingest(&store);
        let heard = sources(&ingest);
        let mut late = post("3", "cat", "嫩芽讚", 0);
        late.posted_at = at(86_400_000 * 400);
        let rows = [post("1", "ann", "嫩芽會絆倒", 0), post("2", "bob", "嫩芽\u{0}爛", 0), late.clone()];
        hear(&store, &heard[0], &rows).await;
        let done = ingest.tick().await.expect("a round");
        assert_eq!((done.taken, done.added, done.aside), (3, 2, 1));
        assert!(store.aside(5).await.expect("listed")[0].reason.contains("stumbled"));
        assert_eq!(store.count_inbox().await.expect("counted"), 0);
        let mention = store.mention(&late.id()).await.expect("read").expect("held");
        assert_eq!(mention.raw.posted_at, at(0), "a claim from the future is not believed");
    })
    .await;
}

#[tokio::test]
async fn an_edit_is_told_to_every_topic_that_has_the_mention() {
    on_each(|store| async move {
        let ingest = ingest(&store);
        let heard = sources(&ingest);
        let both = post("1", "ann", "嫩芽綠茶爛", 0);
        let file = SourceName::new("file/x.csv").expect("a name");
        hear(&store, &file, std::slice::from_ref(&both)).await;
        ingest.tick().await.expect("a round");
        // It is edited where only coffee listens, and nothing of either is left in it.
        hear(&store, &heard[0], &[changed(&both, Change::Edited, "算了")]).await;
        ingest.tick().await.expect("a round");
        assert_eq!((total(&store, "coffee").await, total(&store, "tea").await), (0, 0));
        // The same, all in one batch.
        let again = post("2", "ann", "嫩芽綠茶爛", 0);
        hear(&store, &file, std::slice::from_ref(&again)).await;
        hear(&store, &heard[0], &[changed(&again, Change::Edited, "嫩芽道歉，讚")]).await;
        ingest.tick().await.expect("a round");
        assert_eq!((total(&store, "coffee").await, total(&store, "tea").await), (1, 0));
        let mention = store.mention(&again.id()).await.expect("read").expect("held");
        assert_eq!(mention.judgement.sentiment, Sentiment::Positive);
    })
    .await;
}

const WITH_THEMES: &str = r#"
[[theme]]
name = "straws"
title = "紙吸管"
examples = [
  "紙吸管喝到一半就爛掉了",
  "可以不要再用紙吸管了嗎，整杯都是紙味",
  "吸管軟掉根本吸不起來",
  "為什麼珍奶要配紙吸管，戳都戳不進去",
  "吸管爛在嘴裡好噁",
  "環保我懂，但這吸管五分鐘就軟了",
]

[[theme]]
name = "green-tea"
query = "綠茶"
"#;

#[tokio::test]
async fn a_topics_own_themes_count_for_it_and_for_no_other() {
    on_each(|store| async move {
        let coffee = format!("{COFFEE}{WITH_THEMES}");
        let config = config::from_texts(Path::new("."), "", &[("coffee", &coffee), ("tea", TEA)]);
        let live = Arc::new(Live::new(config.unwrap_or_else(|mistakes| panic!("{mistakes:?}"))));
        let judging = |text: &Text| judgement(text.original());
        let ingest = Ingest::judged_by(store.clone(), live, judging, Clock::Fixed(at(60_000)));
        let file = SourceName::new("file/x.csv").expect("a name");
        let both = post("1", "ann", "嫩芽綠茶的吸管又爛掉了，退款", 0);
        hear(&store, &file, &[both.clone(), post("2", "bob", "嫩芽今天人很多", 0)]).await;
        ingest.tick().await.expect("a round");
        let named = async |topic: &str| -> Vec<(String, i64)> {
            let topic = TopicName::new(topic).expect("a name");
            let counts = store.count_by_theme(&topic, at(-86_400_000), at(86_400_000)).await.expect("counted");
            let mut counts: Vec<_> = counts.into_iter().map(|(theme, n)| (theme.to_string(), n.mentions)).collect();
            counts.sort();
            counts
        };
        let of = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), 1)).collect::<Vec<_>>();
        assert_eq!(named("coffee").await, of(&["green-tea", "refund", "straws"]));
        assert_eq!(named("tea").await, of(&["refund"]), "another topic's themes are not its own");
        let mention = store.mention(&both.id()).await.expect("read").expect("held");
        let mut themes: Vec<&str> = mention.judgement.themes.iter().map(|score| score.theme.as_str()).collect();
        themes.sort_unstable();
        assert_eq!(themes, ["green-tea", "refund", "straws"]);
        let told = mention.judgement.evidence.iter().find(|span| span.of == "theme:straws").expect("with evidence");
        assert!(both.text.get(told.start..told.end).is_some_and(|words| !words.is_empty()));
        let filter =
            MentionFilter { topic: TopicName::new("coffee"), theme: Theme::new("straws"), ..MentionFilter::default() };
        assert_eq!(store.count_mentions(&filter, 10).await.expect("counted"), 1);
        // An edit takes them away where the text no longer has them.
        hear(&store, &file, &[changed(&both, Change::Edited, "嫩芽綠茶好喝，讚")]).await;
        ingest.tick().await.expect("a round");
        assert_eq!(named("coffee").await, of(&["green-tea"]));
        assert_eq!((total(&store, "coffee").await, total(&store, "tea").await), (2, 1));
    })
    .await;
}

#[tokio::test]
async fn a_person_may_say_a_topics_own_theme_and_it_counts_for_that_topic() {
    on_each(|store| async move {
        let coffee = format!("{COFFEE}{WITH_THEMES}");
        let config = config::from_texts(Path::new("."), "", &[("coffee", &coffee), ("tea", TEA)]);
        let live = Arc::new(Live::new(config.unwrap_or_else(|mistakes| panic!("{mistakes:?}"))));
        let judging = |text: &Text| judgement(text.original());
        let clock = Clock::Fixed(at(60_000));
        let ingest = Ingest::judged_by(store.clone(), live.clone(), judging, clock.clone());
        let file = SourceName::new("file/x.csv").expect("a name");
        let (both, tea) = (post("1", "ann", "嫩芽的茶要用紙的東西喝", 0), post("2", "bob", "茶也是", 0));
        hear(&store, &file, &[both.clone(), tea.clone()]).await;
        ingest.tick().await.expect("a round");
        let desk = Desk::new(store.clone(), live.clone(), clock.clone());
        let pages = Pages::serve(Web::new(store.clone(), live, desk.clone(), clock)).await;
        let offers = async |id: &MentionId| pages.text(&format!("/mention/{id}")).await.contains("theme:straws");
        assert!(
            offers(&both.id()).await && !offers(&tea.id()).await,
            "a theme is offered where its topic has the mention"
        );
        let straws = [Label::themes(vec![Theme::new("straws").expect("a theme")])];
        let refused = desk.correct(&tea.id(), &straws, "", "小美").await;
        assert!(matches!(refused, Err(hearken::desk::Error::NoTheme(_))), "{refused:?}");
        assert!(desk.correct(&both.id(), &straws, "", "小美").await.expect("said").new);
        for (name, wanted) in [("coffee", 1), ("tea", 0)] {
            let topic = TopicName::new(name).expect("a name");
            let counts = store.count_by_theme(&topic, at(-86_400_000), at(86_400_000)).await.expect("counted");
            let straws = counts.iter().filter(|(theme, _)| theme.as_str() == "straws").count();
            assert_eq!((straws, total(&store, name).await), (wanted, if name == "tea" { 2 } else { 1 }), "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_row_that_cannot_be_decoded_is_put_aside_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("it.db");
    let store = Store::open(&format!("sqlite:{}", path.display())).await.expect("opens");
    let ingest = ingest(&store);
    let heard = sources(&ingest);
    hear(&store, &heard[0], &[post("1", "ann", "嫩芽讚", 0), post("2", "bob", "嫩芽爛", 0)]).await;
    let options = SqliteConnectOptions::new().filename(&path);
    let mut other = SqliteConnection::connect_with(&options).await.expect("opens");
    let sql = "update inbox set body = '{\"platform\":\"smoke signals\"}' where place = 1";
    sqlx::query(sql).execute(&mut other).await.expect("spoilt");
    other.close().await.expect("closed");
    let done = ingest.tick().await.expect("a round");
    assert_eq!((done.taken, done.added, done.aside), (2, 1, 1));
    let aside = store.aside(5).await.expect("listed");
    assert!(aside[0].reason.starts_with("cannot be read: "), "{}", aside[0].reason);
    store.close().await;
}
