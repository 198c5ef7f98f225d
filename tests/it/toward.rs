//! Sentiment toward a topic's own brand: from ingest through the counts to the pages, on each database.

use std::path::Path;
use std::sync::Arc;

use hearken::classify::Judge;
use hearken::config::{self, Live};
use hearken::desk::Desk;
use hearken::domain::{Change, Clock, Label, RawMention, Sentiment, SourceName, TopicName};
use hearken::pipeline::Ingest;
use hearken::store::{Corrected, Leaning, Page, Store, Words};
use hearken::web::Web;

use crate::database::on_each;
use crate::store_story::{at, changed, post};
use crate::web::Pages;

const COFFEE: &str = "title = \"Coffee\"\nquery = \"嫩芽\"\nbrand = [\"嫩芽\", \"sprout\"]\ncompetitors = [\"tea\"]\n";
const TEA: &str = "title = \"Tea\"\nquery = \"綠葉\"\nbrand = [\"綠葉\"]\ncompetitors = [\"coffee\"]\n";
const PLAIN: &str = "title = \"Drinks\"\nquery = \"嫩芽 OR 綠葉\"\n";

/// Good of the one, bad of the other.
const BOTH: &str = "綠葉服務超好，嫩芽的店員態度很差";

fn live() -> Arc<Live> {
    let topics = [("coffee", COFFEE), ("tea", TEA), ("drinks", PLAIN)];
    let config = config::from_texts(Path::new("."), "", &topics);
    Arc::new(Live::new(config.unwrap_or_else(|mistakes| panic!("{mistakes:?}"))))
}

fn ingest(store: &Store) -> Ingest {
    Ingest::new(store.clone(), live(), Judge::built_in().expect("the built-in judge"), Clock::Fixed(at(60_000)))
}

fn topic(name: &str) -> TopicName {
    TopicName::new(name).expect("a name")
}

async fn hear(store: &Store, mentions: &[RawMention]) {
    let source = SourceName::new("file/x.csv").expect("a name");
    let page = Page {
        platform: hearken::domain::Platform::File,
        mentions,
        cursor: None,
        heard: None,
        due_at: at(0),
        detail: "",
    };
    store.put_page(&source, page, at(0)).await.expect("stored");
    ingest(store).tick().await.expect("a round");
    for name in ["coffee", "tea", "drinks"] {
        assert_eq!(store.recount(&topic(name)).await.expect("recounted"), vec![], "{name}");
    }
}

async fn leaning(store: &Store, name: &str, raw: &RawMention) -> Leaning {
    let id = raw.id();
    let found = store.leanings(&topic(name), std::slice::from_ref(&id)).await.expect("read");
    found.get(&id).cloned().unwrap_or_else(|| panic!("not under {name}"))
}

#[tokio::test]
async fn each_topic_counts_what_is_said_of_its_own_brand() {
    on_each(|store| async move {
        let raw = post("1", "ann", BOTH, 0);
        hear(&store, std::slice::from_ref(&raw)).await;
        let whole = store.mention(&raw.id()).await.expect("read").expect("held").judgement;
        let (coffee, tea) = (leaning(&store, "coffee", &raw).await, leaning(&store, "tea", &raw).await);
        let told = |leaning: &Leaning| leaning.toward.as_ref().map(|toward| toward.p.best().0);
        assert_eq!((told(&coffee), told(&tea)), (Some(Sentiment::Negative), Some(Sentiment::Positive)));
        assert!(coffee.p_negative > tea.p_negative);
        let plain = leaning(&store, "drinks", &raw).await;
        assert_eq!((plain.toward, plain.sentiment), (None, whole.sentiment), "a topic without a brand");
        for toward in [coffee.toward, tea.toward].into_iter().flatten() {
            assert!(!toward.evidence.is_empty());
            assert!(toward.evidence.iter().all(|one| BOTH.get(one.start..one.end).is_some()));
        }
        for (name, sentiment) in [("coffee", coffee.sentiment), ("tea", tea.sentiment)] {
            let tally = store.tally(&topic(name), at(-86_400_000), at(86_400_000)).await.expect("tallied");
            let counted = match sentiment {
                Sentiment::Negative => tally.negative,
                Sentiment::Neutral => tally.neutral,
                Sentiment::Positive => tally.positive,
                Sentiment::Unsure => tally.unsure,
            };
            assert_eq!((tally.mentions, counted), (1, 1), "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_persons_word_goes_before_what_is_told_of_a_brand_until_it_is_taken_back() {
    on_each(|store| async move {
        let raw = post("1", "ann", BOTH, 0);
        hear(&store, std::slice::from_ref(&raw)).await;
        let before = (leaning(&store, "coffee", &raw).await, leaning(&store, "tea", &raw).await);
        let labels = [Label::Sentiment(Sentiment::Neutral)];
        let words = Words { mention: &raw.id(), labels: &labels, own: &[], seen: "", by: "小美", at: at(1) };
        assert!(matches!(store.correct(words).await.expect("kept"), Corrected::Done(_)));
        hear(&store, std::slice::from_ref(&raw)).await;
        for name in ["coffee", "tea", "drinks"] {
            assert_eq!(leaning(&store, name, &raw).await.sentiment, Sentiment::Neutral, "{name}");
        }
        store.take_back(&raw.id(), "小美", at(2)).await.expect("taken back");
        let after = (leaning(&store, "coffee", &raw).await, leaning(&store, "tea", &raw).await);
        assert_eq!(after, before);
        assert_eq!(store.recount(&topic("coffee")).await.expect("recounted"), vec![]);
    })
    .await;
}

#[tokio::test]
async fn an_edit_is_told_anew_and_a_removal_leaves_no_words() {
    on_each(|store| async move {
        let raw = post("1", "ann", BOTH, 0);
        hear(&store, std::slice::from_ref(&raw)).await;
        hear(&store, std::slice::from_ref(&raw)).await;
        let before = leaning(&store, "coffee", &raw).await;
        assert!(before.toward.is_some(), "seeing it again changes nothing");
        hear(&store, &[changed(&raw, Change::Edited, "嫩芽的拿鐵真的好喝，大推")]).await;
        let after = leaning(&store, "coffee", &raw).await;
        let whole = store.mention(&raw.id()).await.expect("read").expect("held").judgement;
        assert_eq!((after.toward, after.sentiment), (None, whole.sentiment), "one brand is left in it");
        hear(&store, &[changed(&raw, Change::Edited, BOTH)]).await;
        let again = leaning(&store, "coffee", &raw).await;
        assert_eq!(again, before);
        hear(&store, &[changed(&raw, Change::Removed, "")]).await;
        let gone = leaning(&store, "coffee", &raw).await;
        assert_eq!((gone.sentiment, gone.p_negative), (before.sentiment, before.p_negative), "the count stays");
        assert!(gone.toward.is_some_and(|toward| toward.evidence.is_empty()));
    })
    .await;
}

#[tokio::test]
async fn a_card_says_so_where_the_brand_is_spoken_of_in_another_way_than_the_whole() {
    on_each(|store| async move {
        let raw = post("1", "ann", BOTH, 0);
        hear(&store, std::slice::from_ref(&raw)).await;
        let whole = store.mention(&raw.id()).await.expect("read").expect("held").judgement.sentiment;
        let desk = Desk::new(store.clone(), live(), Clock::Fixed(at(60_000)));
        let pages = Pages::serve(Web::new(store.clone(), live(), desk, Clock::Fixed(at(60_000)))).await;
        let mut differing = 0;
        for (name, brand) in [("coffee", "嫩芽"), ("tea", "綠葉"), ("drinks", "嫩芽")] {
            let page = pages.text(&format!("/mentions?topic={name}&lang=en")).await;
            let apart = leaning(&store, name, &raw).await.sentiment != whole;
            differing += usize::from(apart);
            let chip = [format!("toward {brand} "), format!("對「{brand}」")];
            assert_eq!(chip.iter().any(|chip| page.contains(chip.as_str())), apart, "{name}: {page}");
        }
        assert!(differing > 0, "both brands lean as the whole does: another text is wanted here");
    })
    .await;
}
