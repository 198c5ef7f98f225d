//! One story through the store, the same on SQLite and on PostgreSQL.

use hearken::cluster;
use hearken::domain::time::timestamp;
use hearken::domain::{
    Author, AuthorId, Change, Cursor, Engagement, Interval, Judgement, Language, Mention, MentionId, NativeId,
    Platform, Probabilities, RawMention, Sentiment, SourceName, Spread, Theme, ThemeScore, Timestamp, TopicName,
};
use hearken::store::{Judged, MentionFilter, Page, Put, SourceState, Store, TopicMatch};
use hearken::text::Text;

use crate::database::on_each;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

pub(crate) fn at(millis: i64) -> Timestamp {
    timestamp(1_763_000_100_000 + millis)
}

fn topic(name: &str) -> TopicName {
    TopicName::new(name).expect("a topic's name")
}

fn source(name: &str) -> SourceName {
    SourceName::new(name).expect("a source's name")
}

fn native(id: &str) -> NativeId {
    NativeId::new(id).expect("an id")
}

/// A post on Mastodon by `author`, posted `millis` after the beginning.
pub(crate) fn post(id: &str, author: &str, text: &str, millis: i64) -> RawMention {
    let mut raw = RawMention::new(Platform::Mastodon, native(id), at(millis));
    raw.author.id = AuthorId::new(author);
    raw.author.name = author.to_uppercase();
    raw.author.handle = author.to_owned();
    raw.url = format!("https://example.test/{id}");
    raw.text = text.to_owned();
    raw
}

pub(crate) fn changed(raw: &RawMention, change: Change, text: &str) -> RawMention {
    RawMention { change, text: text.to_owned(), ..raw.clone() }
}

/// 爛 is negative, 讚 positive; 抽獎 is spam; 退款 has the theme `refund`, 外送 the theme `delivery`.
pub(crate) fn judgement(text: &str) -> Judgement {
    let p = match (text.contains('爛'), text.contains('讚')) {
        (true, false) => (0.9, 0.06, 0.04),
        (false, true) => (0.05, 0.1, 0.85),
        _ => (0.1, 0.8, 0.1),
    };
    let p = Probabilities::from_weights(p.0, p.1, p.2).expect("weights");
    let theme = |word: &str, name: &str| {
        text.contains(word).then(|| ThemeScore { theme: Theme::new(name).expect("a theme"), p: 0.8 })
    };
    Judgement {
        language: if text.is_ascii() { Language::En } else { Language::ZhHant },
        sentiment: p.best().0,
        p,
        polarity: p.polarity(),
        confidence: p.best().1,
        themes: [theme("退款", "refund"), theme("外送", "delivery")].into_iter().flatten().collect(),
        spam: if text.contains("抽獎") { 0.9 } else { 0.0 },
        evidence: Vec::new(),
        model: "test".to_owned(),
    }
}

/// What ingest would make of it: the topic `coffee` wants 嫩芽, the topic `tea` wants 茶.
pub(crate) fn judged(from: &str, raw: RawMention, received: i64) -> Judged {
    let text = raw.whole_text();
    let wanted = [("coffee", "嫩芽"), ("tea", "茶")];
    let matched = wanted.iter().filter_map(|(name, word)| {
        let start = text.find(word)?;
        Some(TopicMatch {
            topic: topic(name),
            spans: std::iter::once(start..start + word.len()).collect(),
            toward: None,
            themes: Vec::new(),
            labels: Vec::new(),
        })
    });
    Judged {
        inbox: None,
        source: source(from),
        received_at: at(received),
        judgement: (!matches!(raw.change, Change::Removed | Change::AuthorRemoved)).then(|| judgement(&text)),
        keys: cluster::keys(&Text::read(&text)),
        asked: wanted.iter().map(|(name, _)| topic(name)).collect(),
        matched: matched.collect(),
        raw,
    }
}

async fn put(store: &Store, batch: &[Judged]) -> Put {
    store.put_judged(batch, at(HOUR)).await.expect("put")
}

async fn the(store: &Store, raw: &RawMention) -> Mention {
    store.mention(&raw.id()).await.expect("read").expect("held")
}

pub(crate) async fn counts_are_right(store: &Store) {
    for name in ["coffee", "tea"] {
        assert_eq!(store.recount(&topic(name)).await.expect("recounted"), vec![], "{name}");
    }
}

/// Mentions, negative, originals of the first day.
async fn totals(store: &Store, name: &str) -> (i64, i64, i64) {
    let tally = store.tally(&topic(name), at(-24 * HOUR), at(24 * HOUR)).await.expect("tallied");
    (tally.mentions, tally.negative, tally.originals)
}

#[tokio::test]
async fn a_page_is_stored_with_its_cursor_and_its_coverage_and_only_once() {
    on_each(|store| async move {
        let name = source("mastodon/example.test/tag/咖啡");
        store.put_source(&name, Platform::Mastodon, at(0)).await.expect("known");
        assert_eq!(store.sources().await.expect("listed")[0].state, SourceState::New);
        let posts = [post("1", "ann", "嫩芽好喝", 0), post("2", "bob", "嫩芽爛", 1)];
        let cursor = Cursor(serde_json::json!({ "min_id": "2" }));
        let page = |from: i64, to: i64| Page {
            platform: Platform::Mastodon,
            mentions: &posts,
            cursor: Some(&cursor),
            heard: Interval::new(at(from), at(to)),
            due_at: at(to + MINUTE),
            detail: "",
        };
        assert_eq!(store.put_page(&name, page(0, MINUTE), at(MINUTE)).await.expect("stored"), 2);
        assert_eq!(store.put_page(&name, page(MINUTE, 2 * MINUTE), at(2 * MINUTE)).await.expect("stored"), 0);
        let rows = store.take_inbox(10).await.expect("taken");
        assert_eq!(rows.iter().map(|row| row.raw.clone().expect("readable")).collect::<Vec<_>>(), posts);
        let status = store.source(&name).await.expect("read").expect("known");
        assert_eq!(
            (status.state, status.cursor, status.due_at),
            (SourceState::Well, Some(cursor.clone()), at(3 * MINUTE))
        );
        assert_eq!((status.first_at, status.heard_at), (Some(at(MINUTE)), Some(at(2 * MINUTE))));

        // A gap, then a poll that closes it, leave one interval.
        let window = Interval::new(at(0), at(HOUR)).expect("in order");
        let ours = [name.clone()];
        store.put_page(&name, page(10 * MINUTE, 20 * MINUTE), at(20 * MINUTE)).await.expect("stored");
        let heard = store.coverage(&ours, window).await.expect("read");
        assert_eq!(heard.gaps(window)[0], Interval::new(at(2 * MINUTE), at(10 * MINUTE)).expect("in order"));
        store.put_page(&name, page(MINUTE, 15 * MINUTE), at(21 * MINUTE)).await.expect("stored");
        let heard = store.coverage(&ours, window).await.expect("read");
        assert_eq!(heard.intervals(), &[Interval::new(at(0), at(20 * MINUTE)).expect("in order")]);

        let state = SourceState::Failing;
        store.put_source_state(&name, state, "no answer", 3, at(HOUR), at(30 * MINUTE)).await.expect("kept");
        let status = store.source(&name).await.expect("read").expect("known");
        assert_eq!((status.state, status.failures, status.changed_at), (state, 3, at(30 * MINUTE)));
        assert_eq!(status.cursor, Some(cursor), "a failure leaves the cursor");
    })
    .await;
}

#[tokio::test]
async fn a_row_that_cannot_be_read_goes_aside_and_a_judged_row_leaves_the_inbox_once() {
    on_each(|store| async move {
        let name = source("mastodon/x");
        let posts = [post("1", "ann", "嫩芽爛", 0), post("2", "bob", "嫩芽讚\0", 1)];
        let page = Page {
            platform: Platform::Mastodon,
            mentions: &posts,
            cursor: None,
            heard: None,
            due_at: at(0),
            detail: "",
        };
        store.put_page(&name, page, at(0)).await.expect("stored");
        let rows = store.take_inbox(10).await.expect("taken");
        store.put_aside(&[(rows[0].id.clone(), "cannot be read".to_owned())], at(1)).await.expect("put aside");
        assert_eq!(store.aside(5).await.expect("listed")[0].reason, "cannot be read");
        let mut entry = judged("mastodon/x", posts[1].clone(), 0);
        entry.inbox = Some(rows[1].id.clone());
        assert_eq!(put(&store, std::slice::from_ref(&entry)).await.added.len(), 1);
        assert_eq!(put(&store, &[entry]).await, Put::default(), "its row was gone");
        assert_eq!(store.count_inbox().await.expect("counted"), 0);
        assert!(the(&store, &posts[1]).await.raw.text.starts_with("嫩芽讚"), "a NUL stops nothing");
        counts_are_right(&store).await;
    })
    .await;
}

#[tokio::test]
async fn posts_edits_copies_and_removals_move_the_counts_and_a_repeat_moves_none() {
    on_each(|store| async move {
        let long = "嫩芽咖啡今天早上的外送又遲到了一個小時，客服完全不回，真的很爛，我要退款";
        let first = post("1", "ann", long, 0);
        let copy = post("2", "bob", &format!("{long}！"), MINUTE);
        let mut boost = post("3", "cat", "嫩芽爛", 2 * MINUTE);
        boost.repost_of = Some(native("1"));
        let tea = post("4", "dan", "綠茶很讚", 3 * MINUTE);
        let nothing = post("5", "eve", "天氣很好", 4 * MINUTE);
        let batch: Vec<Judged> = [&first, &copy, &boost, &tea, &nothing]
            .into_iter()
            .map(|raw| judged("mastodon/a", raw.clone(), 5 * MINUTE))
            .collect();
        let done = put(&store, &batch).await;
        assert_eq!((done.added.len(), done.passed), (4, 1));
        assert_eq!(totals(&store, "coffee").await, (3, 3, 1));
        assert_eq!(totals(&store, "tea").await, (1, 0, 1));
        for (raw, spread) in [(&first, Spread::Original), (&copy, Spread::Repost), (&boost, Spread::Repost)] {
            let mention = the(&store, raw).await;
            assert_eq!((mention.spread, mention.story), (spread, first.id()), "{}", raw.native_id);
        }
        counts_are_right(&store).await;

        put(&store, &batch).await;
        assert_eq!(totals(&store, "coffee").await, (3, 3, 1), "a repeat counts nothing");
        counts_are_right(&store).await;

        // Seen again with more likes, from a source where another topic listens.
        let mut again = first.clone();
        again.engagement = Engagement { likes: 9, reposts: 2, replies: 1 };
        let mut entry = judged("mastodon/b", again.clone(), 6 * MINUTE);
        entry.matched.push(TopicMatch {
            topic: topic("tea"),
            spans: Vec::new(),
            themes: Vec::new(),
            labels: Vec::new(),
            toward: None,
        });
        put(&store, &[entry]).await;
        assert_eq!(the(&store, &first).await.raw.engagement, again.engagement);
        assert_eq!(totals(&store, "tea").await, (2, 1, 2));
        counts_are_right(&store).await;

        // The edit turns it to praise, and away from delivery.
        let praise = changed(&first, Change::Edited, "嫩芽道歉了，讚");
        put(&store, &[judged("mastodon/a", praise.clone(), 7 * MINUTE)]).await;
        let mention = the(&store, &first).await;
        assert_eq!((mention.judgement.sentiment, mention.raw.change), (Sentiment::Positive, Change::Edited));
        assert_eq!(totals(&store, "coffee").await, (3, 2, 1));
        assert_eq!(totals(&store, "tea").await, (1, 0, 1), "it was asked, and does not want it any more");
        counts_are_right(&store).await;
        let themes = store.count_by_theme(&topic("coffee"), at(-HOUR), at(HOUR)).await.expect("counted");
        let themes: Vec<(&str, i64)> = themes.iter().map(|(theme, tally)| (theme.as_str(), tally.mentions)).collect();
        assert_eq!(themes, [("delivery", 1), ("refund", 1)], "only the copy has them now");

        // Taken down: text, author and search go, the counts stay.
        let gone =
            RawMention { change: Change::Removed, author: Author::default(), text: String::new(), ..first.clone() };
        put(&store, &[judged("mastodon/a", gone.clone(), 8 * MINUTE)]).await;
        let mention = the(&store, &first).await;
        assert_eq!(mention.removed_at, Some(at(8 * MINUTE)));
        assert_eq!((mention.raw.text.as_str(), mention.raw.url.as_str()), ("", ""));
        assert_eq!(mention.raw.author, Author::default());
        assert_eq!(totals(&store, "coffee").await, (3, 2, 1));
        let found = MentionFilter { search: Some("道歉".to_owned()), with_removed: true, ..Default::default() };
        assert_eq!(store.mentions(&found, 10, 0).await.expect("searched"), vec![]);
        counts_are_right(&store).await;

        // Nothing brings it back.
        put(&store, &[judged("mastodon/a", first.clone(), 9 * MINUTE), judged("mastodon/a", praise, 9 * MINUTE)]).await;
        assert_eq!(the(&store, &first).await.raw.text, "");
        counts_are_right(&store).await;
    })
    .await;
}

#[tokio::test]
async fn an_edit_or_a_removal_before_its_post_neither_loses_nor_resurrects() {
    on_each(|store| async move {
        let one = post("1", "ann", "嫩芽爛", 0);
        let gone = changed(&one, Change::Removed, "");
        let put_one = |raw: &RawMention, minute: i64| judged("mastodon/a", raw.clone(), minute * MINUTE);
        put(&store, &[put_one(&gone, 1)]).await;
        put(&store, &[put_one(&one, 2), put_one(&changed(&one, Change::Edited, "嫩芽讚"), 3)]).await;
        assert_eq!(store.mention(&one.id()).await.expect("read"), None, "it was removed before it came");

        let two = post("2", "ann", "嫩芽爛", 0);
        put(&store, &[put_one(&changed(&two, Change::Edited, "嫩芽讚"), 1)]).await;
        put(&store, &[put_one(&two, 2)]).await;
        assert_eq!(the(&store, &two).await.raw.text, "嫩芽讚", "the older text does not replace the newer");

        let three = post("3", "ann", "嫩芽爛", 0);
        put(&store, &[put_one(&changed(&three, Change::Edited, "不說了"), 1), put_one(&three, 2)]).await;
        assert_eq!(store.mention(&three.id()).await.expect("read"), None, "what it said was taken back");
        put(&store, &[put_one(&changed(&three, Change::Edited, "嫩芽還是爛"), 3)]).await;
        assert_eq!(the(&store, &three).await.raw.text, "嫩芽還是爛");

        // A removal that names an alias, and an account that ended.
        let mut four = post("4", "bob", "嫩芽爛", 0);
        four.alias = Some(native("9004"));
        let five = post("5", "bob", "嫩芽很爛", 0);
        put(&store, &[put_one(&four, 1), put_one(&five, 1)]).await;
        let mut by_alias = RawMention::new(Platform::Mastodon, native("9004"), at(0));
        by_alias.change = Change::Removed;
        put(&store, &[put_one(&by_alias, 2)]).await;
        assert!(the(&store, &four).await.removed_at.is_some());
        let mut ended = RawMention::new(Platform::Mastodon, native("account-bob"), at(0));
        ended.change = Change::AuthorRemoved;
        ended.author.id = AuthorId::new("bob");
        put(&store, &[put_one(&ended, 3)]).await;
        assert!(the(&store, &five).await.removed_at.is_some());
        put(&store, &[put_one(&post("6", "bob", "嫩芽爛", 0), 4)]).await;
        assert_eq!(store.mention(&MentionId::of(Platform::Mastodon, &native("6"))).await.expect("read"), None);
        assert_eq!(totals(&store, "coffee").await, (4, 3, 4), "counts stay");
        counts_are_right(&store).await;
    })
    .await;
}

#[tokio::test]
async fn search_finds_the_same_on_both_databases() {
    on_each(|store| async move {
        let texts = [
            ("1", "嫩芽咖啡的客服真的很爛"),
            ("2", "嫩芽 Sprout coffee 退款要等三天"),
            ("3", "嫩芽咖啡廳 COFFEE退款"),
            ("4", "嫩芽綠茶好喝 🔥"),
            ("5", "嫩芽のコーヒーは美味しい"),
        ];
        let batch: Vec<Judged> =
            texts.iter().map(|(id, text)| judged("mastodon/a", post(id, "ann", text, 0), 0)).collect();
        put(&store, &batch).await;
        let cases = [
            ("咖啡", vec!["1", "3"]),
            ("客服", vec!["1"]),
            ("coffee", vec!["2", "3"]),
            ("ＣＯＦＦＥＥ", vec!["2", "3"]),
            ("coffee退款", vec!["2", "3"]),
            ("退款 coffee", vec!["2", "3"]),
            ("「sprout coffee」", vec!["2"]),
            ("茶", vec!["4"]),
            ("爛", vec!["1"]),
            ("🔥", vec!["4"]),
            ("コーヒー", vec!["5"]),
            ("嫩芽咖啡廳", vec!["3"]),
            ("咖服", vec![]),
            ("\" ' * ) :*", vec![]),
            ("退款 AND OR NEAR(", vec![]),
        ];
        for (typed, wanted) in cases {
            let filter = MentionFilter {
                topic: Some(topic("coffee")),
                search: Some(typed.to_owned()),
                ..MentionFilter::default()
            };
            let found = store.mentions(&filter, 10, 0).await.expect("searched");
            let mut ids: Vec<&str> = found.iter().map(|mention| mention.raw.native_id.as_str()).collect();
            ids.sort_unstable();
            assert_eq!(ids, wanted, "{typed}");
        }
        // An edited text is found by its new words only.
        let edit = changed(&post("1", "ann", "", 0), Change::Edited, "嫩芽的店員很親切，讚");
        put(&store, &[judged("mastodon/a", edit, 1)]).await;
        for (typed, wanted) in [("客服", 0), ("店員", 1)] {
            let filter = MentionFilter { search: Some(typed.to_owned()), ..MentionFilter::default() };
            assert_eq!(store.count_mentions(&filter, 100).await.expect("counted"), wanted, "{typed}");
        }
    })
    .await;
}

#[tokio::test]
async fn lists_series_and_the_worst_are_read_from_what_was_put() {
    on_each(|store| async move {
        let posts = [
            post("1", "ann", "嫩芽爛，要退款", 0),
            post("2", "bob", "嫩芽讚", 6 * MINUTE),
            post("3", "ann", "嫩芽爛，外送爛", 7 * MINUTE),
            post("4", "cat", "嫩芽 is fine, 爛", 61 * MINUTE),
        ];
        let mut batch: Vec<Judged> = posts.iter().map(|raw| judged("mastodon/a", raw.clone(), HOUR)).collect();
        let mut boost = post("5", "dan", "嫩芽爛", 8 * MINUTE);
        boost.repost_of = Some(native("3"));
        batch.push(judged("mastodon/a", boost, HOUR));
        put(&store, &batch).await;
        store.put_source(&source("mastodon/a"), Platform::Mastodon, at(0)).await.expect("known");

        let coffee = topic("coffee");
        let day = (at(-5 * MINUTE), at(2 * HOUR));
        let series = store.series(&coffee, at(0), at(2 * HOUR), HOUR).await.expect("series");
        let points: Vec<(i64, i64, i64)> = series.iter().map(|p| (p.mentions, p.negative, p.originals)).collect();
        assert_eq!(points.iter().map(|p| p.0).sum::<i64>(), 5);
        assert_eq!(points[0].0 + points[1].0, 5);
        let fine = store.series(&coffee, at(0), at(2 * HOUR), 5 * MINUTE).await.expect("series");
        assert!(fine.iter().any(|point| point.mentions == 0), "a point without mentions is there");

        let negative = MentionFilter {
            topic: Some(coffee.clone()),
            sentiment: Some(Sentiment::Negative),
            theme: Theme::new("delivery"),
            originals_only: true,
            ..MentionFilter::default()
        };
        let found = store.mentions(&negative, 10, 0).await.expect("listed");
        assert_eq!(found.iter().map(|m| m.raw.native_id.as_str()).collect::<Vec<_>>(), ["3"]);
        let by_ann = MentionFilter {
            author: AuthorId::new("ann").map(|id| (Platform::Mastodon, id)),
            ..MentionFilter::default()
        };
        assert_eq!(store.count_mentions(&by_ann, 10).await.expect("counted"), 2);

        // Page by page, each after the last of the one before.
        let mut filter = MentionFilter { topic: Some(coffee.clone()), ..MentionFilter::default() };
        let mut seen = Vec::new();
        loop {
            let page = store.mentions(&filter, 2, 0).await.expect("listed");
            let Some(last) = page.last() else { break };
            filter.after = Some((last.raw.posted_at, last.id.clone()));
            seen.extend(page.iter().map(|mention| mention.raw.native_id.as_str().to_owned()));
        }
        assert_eq!(seen, ["4", "5", "3", "2", "1"]);

        let worst = store.worst_mentions(&coffee, day.0, day.1, 2).await.expect("listed");
        assert_eq!((worst[0].0.raw.native_id.as_str(), worst[0].1, worst.len()), ("3", 1, 2));
        let top = store.top_originals(&coffee, day.0, day.1, 5).await.expect("listed");
        assert_eq!(top.iter().map(|(m, n)| (m.raw.native_id.as_str(), *n)).collect::<Vec<_>>(), [("3", 1)]);
        assert_eq!(store.count_authors(&coffee, day.0, day.1, None).await.expect("counted"), 4);
        let negative = Some(Sentiment::Negative);
        assert_eq!(store.count_authors(&coffee, day.0, day.1, negative).await.expect("counted"), 3);
        let authors = store.top_authors(&coffee, day.0, day.1, 1).await.expect("listed");
        assert_eq!(authors, [("mastodon/ann".to_owned(), 2)]);
        let platforms = store.count_by_platform(&coffee, day.0, day.1).await.expect("counted");
        assert_eq!((platforms[0].0, platforms[0].1.mentions), (Platform::Mastodon, 5));
        let languages = store.count_by_language(&coffee, day.0, day.1).await.expect("counted");
        assert_eq!((languages[0].0, languages[0].1.negative), (Language::ZhHant, 4));
        assert_eq!(store.count_by_source(&coffee, day.0, day.1).await.expect("counted").len(), 1);
        let texts = store.texts(&coffee, day.0, day.1, 10).await.expect("read");
        assert_eq!(texts.len(), 4, "originals only");
        let topics = store.topics_of(&posts[0].id()).await.expect("read");
        assert_eq!(topics, [(coffee, std::iter::once(0..6).collect::<Vec<_>>())]);
    })
    .await;
}
