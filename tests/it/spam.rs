//! Adverts, giveaways and machines: kept and marked, and no talk unless somebody says so, on each database.

use std::path::Path;
use std::sync::Arc;

use chrono::Duration;
use hearken::classify::Judge;
use hearken::config::{self, Live};
use hearken::domain::{
    Bucket, Change, Clock, Interval, Label, Locale, MentionId, NativeId, Period, Platform, Sentiment, TopicName,
};
use hearken::pipeline::Ingest;
use hearken::pipeline::report::Reports;
use hearken::store::{Corrected, Judged, MentionFilter, SpamFilter, Store, Words};
use sqlx::Connection;

use crate::database::{Schema, on_each};
use crate::seed;
use crate::store_story::{at, counts_are_right, judged, post};
use crate::web::Pages;

/// A hundred giveaways within one bucket, by as many accounts, with angry words in them.
fn flood() -> Vec<Judged> {
    let begin = Bucket::of(seed::now() - Duration::hours(30)).start();
    let advert = |n: i64| {
        let text = format!("嫩芽咖啡爛透了？加LINE抽獎送咖啡券第 {n} 波，名額有限");
        let said = (Sentiment::Negative, "service", "爛透了");
        let (id, author) = (format!("advert{n}"), format!("seller{n}"));
        let when = begin + Duration::seconds(n);
        let mut one = seed::judged("sprout-coffee", "ptt/Coffee", Platform::Ptt, &id, &author, &text, said, when);
        one.judgement.iter_mut().for_each(|judgement| judgement.spam = 0.9);
        one
    };
    (0..100).map(advert).collect()
}

async fn hear(store: &Store, batch: &[Judged]) {
    store.put_judged(batch, seed::now()).await.expect("put");
}

fn of_coffee(spam: SpamFilter) -> MentionFilter {
    MentionFilter { topic: Some(seed::coffee()), spam, ..MentionFilter::default() }
}

/// Everything that people are told of the topic, but how much was set apart.
async fn told(store: &Store) -> Vec<String> {
    let topic = seed::coffee();
    assert_eq!(store.recount(&topic).await.expect("recounted"), vec![]);
    let (from, to) = (seed::now() - Duration::days(8), seed::now() + Duration::hours(1));
    let window = Interval { from, to };
    let mut told = vec![
        format!("{:?}", store.tally(&topic, from, to).await.expect("tallied")),
        format!("{:?}", store.series(&topic, from, to, 3_600_000).await.expect("read")),
        format!("{:?}", store.count_by_theme(&topic, from, to).await.expect("counted")),
        format!("{:?}", store.count_by_source(&topic, from, to).await.expect("counted")),
        format!("{:?}", store.count_by_language(&topic, from, to).await.expect("counted")),
        format!("{:?}", store.count_by_platform(&topic, from, to).await.expect("counted")),
        format!("{:?}", store.count_authors(&topic, from, to, None).await.expect("counted")),
        format!("{:?}", store.top_authors(&topic, from, to, 500).await.expect("listed")),
        format!("{:?}", store.texts(&topic, from, to, 5000).await.expect("read")),
        format!("{:?}", store.heard_counts(&topic, window).await.expect("read")),
        format!("{:?}", store.negative_voices(&topic, window).await.expect("read")),
        format!("{:?}", store.negative_authors(&topic, window).await.expect("counted")),
        format!("{:?}", store.worst_originals(&topic, window, 500).await.expect("listed")),
        format!("{:?}", store.worst_mentions(&topic, from, to, 500).await.expect("listed")),
        format!("{:?}", store.top_originals(&topic, from, to, 500).await.expect("listed")),
    ];
    for topic in [Some(topic), None] {
        let filter = MentionFilter { topic, ..MentionFilter::default() };
        told.push(format!("{:?}", store.count_mentions(&filter, 10_000).await.expect("counted")));
        let worst = MentionFilter { sentiment: Some(Sentiment::Negative), ..filter };
        told.push(format!("{:?}", store.mentions(&worst, 10_000, 0).await.expect("listed")));
    }
    let known = seed::live().config().topic(&seed::coffee()).expect("there").clone();
    let period = Reports::window(Period::Week, seed::now(), known.zone, false);
    let reports = Reports::new(store.clone(), seed::live(), Clock::Fixed(seed::now()));
    let mut report = reports.report(&known, period, Locale::En).await.expect("a report");
    let apart = report.figures.apart.len();
    let line = format!("{apart} adverts and the like were set apart and are in none of these figures.");
    let lines = report.sentences.iter().filter(|sentence| sentence.text == line).count();
    assert_eq!(lines, usize::from(apart > 0), "{:?}", report.sentences);
    report.sentences.retain(|sentence| sentence.text != line);
    report.figures.apart.clear();
    told.push(format!("{report:?}"));
    told
}

fn same(told: &[String], before: &[String]) {
    for (place, (told, before)) in told.iter().zip(before).enumerate() {
        assert!(told == before, "figure {place}:\n{told}\n{before}");
    }
}

#[tokio::test]
async fn a_flood_of_giveaways_changes_no_figure_and_one_that_is_none_comes_back_everywhere() {
    on_each(|store| async move {
        seed::fill(&store).await;
        let quiet = told(&store).await;
        hear(&store, &flood()).await;
        same(&told(&store).await, &quiet);
        let apart = async || {
            let (from, to) = (seed::now() - Duration::days(8), seed::now());
            let ids = store.apart(&seed::coffee(), from, to).await.expect("listed");
            assert_eq!(store.count_apart(&seed::coffee(), from, to).await.expect("counted"), ids.len() as i64);
            ids.len()
        };
        assert_eq!(apart().await, 100);
        for topic in [Some(seed::coffee()), None] {
            let only = MentionFilter { topic, spam: SpamFilter::Only, ..MentionFilter::default() };
            let listed = store.mentions(&only, 1000, 0).await.expect("listed");
            assert!(listed.len() == 100 && listed.iter().all(|mention| mention.judgement.is_spam()));
        }
        let all = store.count_mentions(&of_coffee(SpamFilter::All), 10_000).await.expect("counted");
        let talk = store.count_mentions(&of_coffee(SpamFilter::Apart), 10_000).await.expect("counted");
        assert_eq!(all, talk + 100);

        let id = MentionId::of(Platform::Ptt, &NativeId::new("advert0").expect("an id"));
        let words =
            Words { mention: &id, labels: &[Label::Spam(false)], own: &[], seen: "", by: "小美", at: seed::now() };
        assert!(matches!(store.correct(words).await.expect("kept"), Corrected::Done(_)));
        let back = told(&store).await;
        assert_eq!(apart().await, 99);
        for (place, (back, quiet)) in back.iter().zip(&quiet).enumerate() {
            // It was passed on by nobody; everything else tells of it.
            assert_eq!(back == quiet, place == 14, "figure {place}: {back}");
        }
        store.take_back(&id, "小美", seed::now()).await.expect("taken back");
        same(&told(&store).await, &quiet);

        let mut gone = flood().swap_remove(8);
        gone.raw.change = Change::Removed;
        (gone.judgement, gone.keys, gone.matched) = (None, None, Vec::new());
        hear(&store, &[gone]).await;
        same(&told(&store).await, &quiet);
        assert_eq!(apart().await, 100, "a tombstone is what it was");

        let mut honest = flood().swap_remove(9);
        honest.raw.change = Change::Edited;
        honest.raw.text = "嫩芽咖啡的服務爛透了".to_owned();
        honest.judgement.iter_mut().for_each(|judgement| judgement.spam = 0.0);
        hear(&store, &[honest]).await;
        assert_ne!(told(&store).await, quiet);
        assert_eq!(apart().await, 99, "what its author made talk is talk");
    })
    .await;
}

#[tokio::test]
async fn the_pages_leave_spam_out_until_asked_and_say_why_it_is_some() {
    on_each(|store| async move {
        let mut posts = flood();
        for post in &mut posts {
            let text = hearken::text::Text::read(&post.raw.text);
            post.judgement = Some(Judge::built_in().expect("the built-in judge").judge(&text));
        }
        hear(&store, &posts).await;
        let pages = Pages::serve(seed::web(&store)).await;
        let topic = pages.text("/topic/sprout-coffee?period=7d").await;
        let link = "/mentions?topic=sprout-coffee&amp;period=7d&amp;spam=only";
        assert!(topic.contains(link) && topic.contains("另有 100 則廣告、抽獎等垃圾訊息，不計入聲量"), "{topic}");
        let plain = pages.text("/mentions?topic=sprout-coffee").await;
        assert!(!plain.contains("名額有限") && plain.contains("name=\"spam\""), "{plain}");
        for asked in ["only", "all"] {
            let list = pages.text(&format!("/mentions?topic=sprout-coffee&spam={asked}")).await;
            assert!(
                list.contains("名額有限") && list.contains("垃圾訊息：抽獎、贈品<"),
                "{}",
                list.split("<article").nth(1).unwrap_or(&list)
            );
            assert!(list.contains(&format!("spam={asked}&amp;page=2")), "the next page is of the same list");
        }
    })
    .await;
}

fn live(spam: &str) -> Arc<Live> {
    let coffee = format!("title = \"Coffee\"\nquery = \"嫩芽\"\n{spam}");
    let tea = "title = \"Tea\"\nquery = \"茶\"\n";
    let config = config::from_texts(Path::new("."), "", &[("coffee", coffee.as_str()), ("tea", tea)]);
    Arc::new(Live::new(config.unwrap_or_else(|mistakes| panic!("{mistakes:?}"))))
}

fn topic(name: &str) -> TopicName {
    TopicName::new(name).expect("a name")
}

async fn mentions(store: &Store, name: &str) -> (i64, i64) {
    counts_are_right(store).await;
    let (from, to) = (at(-86_400_000), at(86_400_000));
    let tally = store.tally(&topic(name), from, to).await.expect("tallied");
    let filter = MentionFilter { topic: Some(topic(name)), ..MentionFilter::default() };
    assert_eq!(store.count_mentions(&filter, 100).await.expect("counted"), tally.mentions, "{name}");
    (tally.mentions, store.count_apart(&topic(name), from, to).await.expect("counted"))
}

#[tokio::test]
async fn a_topic_whose_talk_is_adverts_counts_them_and_a_changed_file_moves_the_counts() {
    on_each(|store| async move {
        let both = "嫩芽配茶，加LINE抽獎";
        let hear = async |id: &str, text: &str| {
            let entry = judged("file/x", post(id, "ann", text, 0), 0);
            store.put_judged(&[entry], at(0)).await.expect("put");
        };
        let follow = async |spam: &str| {
            let judge = Judge::built_in().expect("the built-in judge");
            Ingest::new(store.clone(), live(spam), judge, Clock::Fixed(at(60_000))).tick().await.expect("a round");
        };
        hear("1", both).await;
        hear("2", "嫩芽好喝").await;
        assert_eq!((mentions(&store, "coffee").await, mentions(&store, "tea").await), ((1, 1), (0, 1)));
        follow("spam = \"count\"\n").await;
        assert_eq!((mentions(&store, "coffee").await, mentions(&store, "tea").await), ((2, 0), (0, 1)));
        hear("3", both).await;
        assert_eq!((mentions(&store, "coffee").await, mentions(&store, "tea").await), ((3, 0), (0, 2)));
        let id = post("2", "ann", "", 0).id();
        let words = Words { mention: &id, labels: &[Label::Spam(true)], own: &[], seen: "", by: "小美", at: at(1) };
        store.correct(words).await.expect("kept");
        assert_eq!(mentions(&store, "coffee").await, (3, 0), "said to be spam, and counted");
        let count = async |topic: Option<TopicName>, spam| {
            let filter = MentionFilter { topic, spam, ..MentionFilter::default() };
            store.count_mentions(&filter, 100).await.expect("counted")
        };
        assert_eq!(count(Some(topic("coffee")), SpamFilter::Only).await, 3, "asked for, it is told apart all the same");
        assert_eq!((count(None, SpamFilter::Apart).await, count(None, SpamFilter::Only).await), (3, 3));
        follow("spam = \"count\"\n").await;
        assert_eq!(mentions(&store, "coffee").await, (3, 0));
        follow("spam = \"apart\"\n").await;
        assert_eq!((mentions(&store, "coffee").await, mentions(&store, "tea").await), ((0, 3), (0, 2)));
        store.take_back(&id, "小美", at(2)).await.expect("taken back");
        assert_eq!(mentions(&store, "coffee").await, (1, 2));
    })
    .await;
}

/// What takes a database back to how it stood before spam was set apart, with two mentions that are spam.
const BACK: &[&str] = &[
    "drop index mention_topic_apart",
    "alter table mention_topic drop column apart",
    "drop table spam_counted",
    "delete from _sqlx_migrations where version = 4",
    "update mention set spam = 0.9 where native_id in ('0', '2')",
];

/// Runs statements on a connection of its own.
async fn run<DB: sqlx::Database>(address: &str, statements: &'static [&'static str])
where
    for<'c> &'c mut DB::Connection: sqlx::Executor<'c, Database = DB>,
    DB::Arguments: sqlx::IntoArguments<DB>,
{
    let mut connection = DB::Connection::connect(address).await.expect("answers");
    for sql in statements {
        sqlx::query(*sql).execute(&mut connection).await.expect("done");
    }
    connection.close().await.expect("closed");
}

async fn before(address: &str) {
    let store = Store::open(address).await.expect("opens");
    let posts = ["嫩芽配茶爛，退款", "嫩芽讚", "嫩芽配茶爛，退款！", "天氣好嫩芽，外送"];
    for (n, text) in posts.iter().enumerate() {
        let mut entry = judged("mastodon/a", post(&n.to_string(), "ann", text, n as i64 * 200_000), 0);
        entry.raw.repost_of = if n == 2 { NativeId::new("0") } else { None };
        store.put_judged(&[entry], at(0)).await.expect("put");
    }
    assert_eq!((mentions(&store, "coffee").await, mentions(&store, "tea").await), ((4, 0), (2, 0)));
    store.close().await;
}

async fn after(address: &str) {
    for _ in 0..2 {
        let store = Store::open(address).await.expect("opens");
        assert_eq!((mentions(&store, "coffee").await, mentions(&store, "tea").await), ((2, 2), (0, 2)));
        store.close().await;
    }
}

#[tokio::test]
async fn what_was_counted_before_is_taken_out_of_the_counts_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let address = format!("sqlite:{}", folder.path().join("it.db").display());
    before(&address).await;
    run::<sqlx::Sqlite>(&address, BACK).await;
    after(&address).await;
    let Some(schema) = Schema::make().await else { return };
    before(&schema.address).await;
    run::<sqlx::Postgres>(&schema.address, BACK).await;
    after(&schema.address).await;
    schema.remove().await;
}
