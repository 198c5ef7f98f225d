//! Labels by rule: put on what comes in, on what is held when the rules change, taken off where an edit no longer fits.

use std::path::Path;
use std::sync::Arc;

use hearken::classify::Judge;
use hearken::config::{Live, from_texts};
use hearken::domain::{Change, Clock, LabelName, Platform, RawMention, SourceName, TopicName};
use hearken::pipeline::{Ingest, Relabelled, relabel};
use hearken::store::{MentionFilter, Page, Store};

use crate::database::on_each;
use crate::store_story::{at, post};

const RULES: &str = "[[label]]\nname = \"loud\"\ntitle = \"Many listen\"\nquery = 'followers:>1000'\n\
                     [[label]]\nname = \"refund\"\nquery = '退款 OR 退費'\n";

fn live(rules: &str) -> Arc<Live> {
    let topic = |query: &str, rules: &str| format!("title = \"T\"\nquery = '{query}'\n{rules}");
    let topics = [("coffee", topic("嫩芽", rules)), ("tea", topic("綠葉", ""))];
    let topics: Vec<(&str, &str)> = topics.iter().map(|(name, text)| (*name, text.as_str())).collect();
    Arc::new(Live::new(from_texts(Path::new("."), "", &topics).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))))
}

fn coffee() -> TopicName {
    TopicName::new("coffee").expect("a name")
}

async fn hear(store: &Store, rules: &str, posts: &[RawMention]) {
    let page = Page { platform: Platform::Feed, mentions: posts, cursor: None, heard: None, due_at: at(0), detail: "" };
    let source = SourceName::new("file/posts").expect("a name");
    store.put_page(&source, page, at(0)).await.expect("stored");
    let judge = Judge::built_in().expect("models");
    let ingest = Ingest::new(store.clone(), live(rules), judge, Clock::Fixed(at(60_000)));
    while ingest.tick().await.expect("a round").taken > 0 {}
}

/// The posts of the topic that have a label, by their native ids.
async fn with(store: &Store, label: &str) -> Vec<String> {
    let label = LabelName::new(label);
    let filter = MentionFilter { topic: Some(coffee()), label, ..MentionFilter::default() };
    let mut found: Vec<String> = store
        .mentions(&filter, 100, 0)
        .await
        .expect("listed")
        .into_iter()
        .map(|mention| mention.raw.native_id.to_string())
        .collect();
    assert_eq!(store.count_mentions(&filter, 100).await.expect("counted"), found.len() as i64);
    found.sort();
    found
}

#[tokio::test]
async fn rules_label_what_comes_in_and_an_edit_is_labelled_anew() {
    on_each(async |store: Store| {
        let mut loud = post("1", "ann", "嫩芽真好", 0);
        loud.author.followers = Some(5_000);
        let asks = post("2", "bob", "嫩芽要退款", 1);
        let plain = post("3", "cat", "嫩芽咖啡", 2);
        let other = post("4", "dan", "綠葉要退款", 3);
        let id = loud.id();
        hear(&store, RULES, &[loud, asks.clone(), plain, other]).await;
        assert_eq!((with(&store, "loud").await, with(&store, "refund").await), (vec!["1".into()], vec!["2".into()]));
        let edited =
            RawMention { change: Change::Edited, text: "嫩芽已經處理好了".into(), posted_at: at(1), ..asks };
        hear(&store, RULES, &[edited]).await;
        assert_eq!(with(&store, "refund").await, Vec::<String>::new());
        let leaning = store.leanings(&coffee(), std::slice::from_ref(&id)).await.expect("read");
        assert_eq!(leaning[&id].labels, [LabelName::new("loud").expect("a name")]);
        assert_eq!(store.recount(&coffee()).await.expect("recounted"), vec![]);
    })
    .await;
}

#[tokio::test]
async fn changed_rules_are_asked_of_the_past_too_and_twice_changes_nothing() {
    on_each(async |store: Store| {
        // More than a page of them.
        let posts: Vec<RawMention> = (0..1_203)
            .map(|n| post(&n.to_string(), "ann", &format!("嫩芽第{n}次{}", if n % 3 == 0 { "退款" } else { "" }), n))
            .collect();
        hear(&store, "", &posts).await;
        assert_eq!(with(&store, "refund").await.len(), 0);
        let judge = Judge::built_in().expect("models");
        let live = live(RULES);
        let topic = live.config().topic(&coffee()).expect("there").clone();
        let done = relabel(&store, &topic, &judge).await.expect("relabelled");
        assert_eq!(done, Relabelled { looked_at: 1_203, changed: 401 });
        let filter =
            MentionFilter { topic: Some(coffee()), label: LabelName::new("refund"), ..MentionFilter::default() };
        assert_eq!(store.count_mentions(&filter, 10_000).await.expect("counted"), 401);
        let again = relabel(&store, &topic, &judge).await.expect("relabelled");
        assert_eq!(again, Relabelled { looked_at: 1_203, changed: 0 });
        assert_eq!(store.recount(&coffee()).await.expect("recounted"), vec![]);
    })
    .await;
}
