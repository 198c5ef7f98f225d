//! Three weeks of a coffee brand, through the store's own ways: what pages and the desk are tried on.

use std::path::Path;
use std::sync::Arc;

use chrono::{Duration, Timelike};
use hearken::cluster;
use hearken::config::{self, Live};
use hearken::desk::Desk;
use hearken::domain::{
    Alert, AlertId, Attempt, Author, AuthorId, Bucket, Clock, Curve, CurvePoint, Delivery, DeliveryId, DeliveryState,
    Evidence, Incident, IncidentId, IncidentKind, IncidentState, Interval, Judgement, Mention, MentionId, Moment,
    NativeId, News, Observation, Platform, Probabilities, RawMention, Reaction, ReceiverName, Sentiment, Severity,
    SourceName, Theme, ThemeScore, Timestamp, TopicName, WorstMention,
};
use hearken::store::{IncidentChange, Judged, Page, SourceState, Store, TopicMatch, Watched};
use hearken::text::Text;
use hearken::web::Web;

const MAIN: &str = r#"
zone = "Asia/Taipei"
locale = "zh-TW"

[[receiver]]
name = "coffee-care"
channel = "telegram"
token = "env:TELEGRAM_TOKEN"
chat = "-1001234567890"

[[receiver]]
name = "ops"
channel = "console"
locale = "en"

[[group]]
name = "drinks"
title = "飲料店"
topics = ["sprout-coffee", "leaf-tea"]
"#;

const COFFEE: &str = r#"
title = "Sprout Coffee 嫩芽咖啡"
owner = "coffee-care"
query = '嫩芽 OR "sprout coffee"'
competitors = ["leaf-tea"]

[[label]]
name = "sour"
title = "酸掉的"
query = "酸掉"

[[listen]]
source = "ptt"
boards = ["Coffee", "Lifeismoney"]

[[listen]]
source = "bluesky"
"#;

const TEA: &str = r#"
title = "Leaf Tea 葉子茶飲"
query = '葉子茶 OR "leaf tea"'

[[listen]]
source = "ptt"
boards = ["Drink"]
"#;

/// 2026-11-23 14:36 in Taipei.
pub(crate) fn now() -> Timestamp {
    "2026-11-23T06:36:00Z".parse().expect("an instant")
}

pub(crate) fn coffee() -> TopicName {
    TopicName::new("sprout-coffee").expect("a name")
}

fn source(name: &str) -> SourceName {
    SourceName::new(name).expect("a name")
}

/// Two topics, two receivers, nothing heard.
pub(crate) fn live() -> Arc<Live> {
    let topics = [("sprout-coffee", COFFEE), ("leaf-tea", TEA)];
    let config = config::from_texts(Path::new("/nowhere"), MAIN, &topics).expect("a right configuration");
    Arc::new(Live::new(config))
}

/// A desk over a store, at [`now`].
pub(crate) fn desk(store: &Store) -> Desk {
    Desk::new(store.clone(), live(), Clock::Fixed(now()))
}

/// The pages over a store, at [`now`].
pub(crate) fn web(store: &Store) -> Web {
    Web::new(store.clone(), live(), desk(store), Clock::Fixed(now()))
}

/// What people say of it, with the leaning, the theme and the words that show it.
const SAID: &[(&str, Sentiment, &str, &str)] = &[
    ("嫩芽咖啡的冰滴真的好喝，推薦給喜歡果酸的朋友", Sentiment::Positive, "praise", "真的好喝"),
    ("今天路過嫩芽咖啡，排隊的人有點多", Sentiment::Neutral, "", ""),
    ("請問嫩芽咖啡板橋店幾點開門？", Sentiment::Neutral, "question", "請問"),
    ("嫩芽的拿鐵漲到 95 元，有點貴了吧", Sentiment::Negative, "price", "有點貴"),
    ("嫩芽咖啡店員很親切，還幫我換了燕麥奶", Sentiment::Positive, "service", "很親切"),
    ("Sprout Coffee finally has oat milk, love it", Sentiment::Positive, "praise", "love it"),
    ("嫩芽咖啡外送等了快一小時，冷掉了", Sentiment::Negative, "delivery", "冷掉了"),
    ("嫩芽咖啡新出的那款豆子，不知道值不值得買", Sentiment::Unsure, "", ""),
    ("在嫩芽咖啡寫作業，插座很多", Sentiment::Neutral, "", ""),
    ("スプラウト Sprout Coffee の抹茶ラテ、思ったより甘くない", Sentiment::Neutral, "", ""),
];

const ANGRY: &[(&str, &str, &str)] = &[
    ("嫩芽咖啡的鮮奶酸掉了還照賣，喝完整晚拉肚子，打客服一直轉接沒人理", "quality", "酸掉了"),
    ("剛剛在嫩芽買的拿鐵整杯酸臭味，店員說是「果酸」，傻眼", "quality", "酸臭味"),
    ("嫩芽咖啡請出來面對，過期牛奶還敢賣，我要退費", "refund", "退費"),
    ("嫩芽客服電話打了十幾通都不接，太誇張", "service", "都不接"),
    ("公司訂了三十杯嫩芽咖啡，一半的人喝完肚子痛", "quality", "肚子痛"),
];

/// A post with its judgement, as ingest would hand it over.
#[expect(clippy::too_many_arguments, reason = "one line for each thing that differs")]
pub(crate) fn judged(
    topic: &str,
    from: &str,
    platform: Platform,
    id: &str,
    author: &str,
    text: &str,
    (sentiment, theme, word): (Sentiment, &str, &str),
    at: Timestamp,
) -> Judged {
    let mut raw = RawMention::new(platform, NativeId::new(id).expect("an id"), at);
    raw.author =
        Author { id: AuthorId::new(author), name: author.to_owned(), handle: author.to_owned(), followers: None };
    raw.url = format!("https://posts.example/{id}");
    raw.text = text.to_owned();
    judge(topic, from, raw, (sentiment, theme, word))
}

/// A raw post with its judgement.
pub(crate) fn judge(
    topic: &str,
    from: &str,
    raw: RawMention,
    (sentiment, theme, word): (Sentiment, &str, &str),
) -> Judged {
    let whole = raw.whole_text();
    let text = Text::read(&whole);
    let p = match sentiment {
        Sentiment::Negative => (0.91, 0.06, 0.03),
        Sentiment::Neutral => (0.08, 0.84, 0.08),
        Sentiment::Positive => (0.02, 0.07, 0.91),
        Sentiment::Unsure => (0.38, 0.3, 0.32),
    };
    let p = Probabilities::from_weights(p.0, p.1, p.2).expect("weights");
    let mut evidence = Vec::new();
    if let Some(start) = whole.find(word).filter(|_| !word.is_empty()) {
        let weight = if sentiment == Sentiment::Positive { 1.2 } else { -1.2 };
        evidence.push(Evidence { start, end: start + word.len(), of: "sentiment".to_owned(), weight });
    }
    let names = ["嫩芽", "Sprout", "葉子茶"];
    let spans = names.iter().filter_map(|name| whole.find(name).map(|start| start..start + name.len()));
    let topic = TopicName::new(topic).expect("a name");
    let judgement = Judgement {
        language: text.language(),
        sentiment,
        p,
        polarity: p.polarity(),
        confidence: p.best().1,
        themes: Theme::new(theme).map(|theme| ThemeScore { theme, p: 0.8 }).into_iter().collect(),
        spam: 0.0,
        evidence,
        model: "test".to_owned(),
    };
    Judged {
        inbox: None,
        source: source(from),
        received_at: raw.posted_at + Duration::minutes(2),
        judgement: Some(judgement),
        keys: cluster::keys(&text),
        asked: vec![topic.clone()],
        matched: vec![TopicMatch {
            topic,
            spans: spans.collect(),
            themes: Vec::new(),
            labels: Vec::new(),
            toward: None,
        }],
        raw,
    }
}

async fn put_all(store: &Store, batch: &[Judged]) {
    for part in batch.chunks(400) {
        store.put_judged(part, now()).await.expect("put");
    }
}

/// Sources: three well, one failing, one that was refused and that no topic wants any more; a gap of two hours in the morning.
async fn sources(store: &Store) {
    let hour = Duration::hours(1);
    let gap = Interval { from: now() - hour * 7, to: now() - hour * 5 };
    for (name, platform) in [
        ("ptt/Coffee", Platform::Ptt),
        ("ptt/Lifeismoney", Platform::Ptt),
        ("ptt/Drink", Platform::Ptt),
        ("bluesky", Platform::Bluesky),
    ] {
        store.put_source(&source(name), platform, now() - Duration::days(21)).await.expect("put");
        let begin = now() - Duration::days(21);
        for heard in
            [Interval { from: begin, to: gap.from }, Interval { from: gap.to, to: now() - Duration::minutes(3) }]
        {
            let due_at = now() + Duration::minutes(2);
            let page = Page { platform, mentions: &[], cursor: None, heard: Some(heard), due_at, detail: "" };
            store.put_page(&source(name), page, heard.to).await.expect("put");
        }
    }
    let later = now() + Duration::minutes(11);
    let detail = "the platform answers 503; tried again by itself";
    store
        .put_source_state(&source("ptt/Lifeismoney"), SourceState::Failing, detail, 4, later, now())
        .await
        .expect("put");
    let mastodon = source("mastodon/g0v.social/tag/咖啡");
    store.put_source(&mastodon, Platform::Mastodon, now()).await.expect("put");
    let refused = "the platform refused our credential: check the token of `mastodon`";
    store.put_source_state(&mastodon, SourceState::Refused, refused, 1, later, now()).await.expect("put");
}

/// Three weeks of ordinary talk; mornings and evenings are busier.
fn ordinary() -> Vec<Judged> {
    let mut batch = Vec::new();
    let begin = now() - Duration::days(21);
    let mut n = 0usize;
    for hour in 0..21 * 24 {
        let at = begin + Duration::hours(hour);
        let local = at.with_timezone(&chrono_tz::Asia::Taipei).hour();
        let many = match local {
            0..7 => 0,
            7..10 | 12..14 | 19..23 => 3,
            _ => 1,
        };
        for k in 0..many {
            n += 1;
            let (text, sentiment, theme, word) = SAID[(n * 7 + k) % SAID.len()];
            let at = at + Duration::minutes((n as i64 * 13) % 60);
            if at > now() - Duration::minutes(40)
                || (at > now() - Duration::hours(7) && at < now() - Duration::hours(5))
            {
                continue;
            }
            let (from, platform) =
                if n.is_multiple_of(3) { ("bluesky", Platform::Bluesky) } else { ("ptt/Coffee", Platform::Ptt) };
            let text = format!("{text}（{n}）");
            let author = format!("user{}", n % 53);
            let post =
                judged("sprout-coffee", from, platform, &format!("o{n}"), &author, &text, (sentiment, theme, word), at);
            batch.push(post);
            if n.is_multiple_of(2) {
                let tea = ["葉子茶的烏龍很順口", "葉子茶飲今天買一送一", "葉子茶的珍珠太硬了"][n % 3];
                let leaning = [Sentiment::Positive, Sentiment::Neutral, Sentiment::Negative][n % 3];
                let (text, author) = (format!("{tea}（{n}）"), format!("tea{}", n % 31));
                batch.push(judged(
                    "leaf-tea",
                    "ptt/Drink",
                    Platform::Ptt,
                    &format!("t{n}"),
                    &author,
                    &text,
                    (leaning, "", ""),
                    at,
                ));
            }
        }
    }
    batch
}

/// Half an hour of spoilt milk.
fn crisis() -> Vec<Judged> {
    let mut batch = Vec::new();
    let begin = now() - Duration::minutes(31);
    for n in 0..31i64 {
        let (text, theme, word) = ANGRY[n as usize % ANGRY.len()];
        let text = if n < 5 { text.to_owned() } else { format!("{text}！第 {n} 杯了") };
        let at = begin + Duration::seconds(n * 55);
        let id = format!("c{n}");
        let mut post = judged(
            "sprout-coffee",
            "ptt/Coffee",
            Platform::Ptt,
            &id,
            &format!("angry{n}"),
            &text,
            (Sentiment::Negative, theme, word),
            at,
        );
        if n == 0 {
            post.raw.title = "[心得] 嫩芽咖啡鮮奶酸掉了".to_owned();
            post.raw.text = format!(
                "{text}\n\n補充：發票還在，門市說要等總公司回覆。\n附上照片，大家最近先不要買。{}",
                "以下是完整經過，".repeat(40)
            );
            post.raw.reaction = Some(Reaction { push: 128, boo: 6 });
            post.raw.author.followers = Some(12_400);
            post = judge("sprout-coffee", "ptt/Coffee", post.raw, (Sentiment::Negative, theme, word));
        }
        batch.push(post);
    }
    for n in 0..18i64 {
        let text = ANGRY[2].0;
        let at = begin + Duration::minutes(6) + Duration::seconds(n * 70);
        let mut copy = judged(
            "sprout-coffee",
            "bluesky",
            Platform::Bluesky,
            &format!("r{n}"),
            &format!("sharer{n}"),
            text,
            (Sentiment::Negative, "refund", "退費"),
            at,
        );
        copy.raw.author.name = format!("轉傳的人 {n}");
        batch.push(copy);
    }
    batch
}

fn observation(first: Bucket) -> Observation {
    Observation {
        from: first,
        to: first.plus(5),
        mentions: 52,
        negative: 49,
        authors: 47,
        usual_negative: 1.4,
        usual_mentions: 6.2,
        usual_share: 0.18,
        count_tail: 2.4e-11,
        share_tail: 3.1e-7,
        heard: 1.0,
    }
}

/// The incident that the crisis opens.
pub(crate) fn incident() -> Incident {
    let first = Bucket::of(now() - Duration::minutes(31));
    let worst = ["c0", "c2", "c4"].map(|id| MentionId::of(Platform::Ptt, &NativeId::new(id).expect("an id")));
    Incident {
        id: IncidentId::of(&coffee(), IncidentKind::Negative, first),
        topic: coffee(),
        kind: IncidentKind::Negative,
        state: IncidentState::Open,
        severity: Severity::Critical,
        first,
        last: first.plus(5),
        opened_at: now() - Duration::minutes(20),
        resolved_at: None,
        acknowledged_by: String::new(),
        opening: observation(first),
        peak: observation(first),
        worst: worst.to_vec(),
    }
}

/// Stores incidents as the watch does.
pub(crate) async fn put_incident(store: &Store, incident: Incident) {
    let topic = incident.topic.clone();
    let watched = store.watched(&topic).await.expect("read");
    let watched = match watched {
        Some(watched) => watched,
        None => {
            let first = Bucket::of(now() - Duration::days(21));
            let watched = Watched { began: first, judged_until: first, memory: "{}".to_owned() };
            store.begin_watch(&topic, &watched).await.expect("begun");
            watched
        }
    };
    let opened = Moment {
        at: incident.opened_at,
        what: "opened".to_owned(),
        by: String::new(),
        detail: "49 負面 / 52".to_owned(),
    };
    let from = watched.judged_until;
    let next = Watched { judged_until: from.next(), ..watched };
    let change = IncidentChange { incident, reopened: false, moments: vec![opened] };
    assert!(store.put_stretch(&topic, from, &next, &[change]).await.expect("put"), "nobody else judges");
}

fn alert(worst: &[Mention]) -> Alert {
    let incident = incident();
    let points = (0..40).map(|n| {
        let at = Bucket::of(now()).plus(-40 + n);
        let negative = if n < 33 { n % 2 } else { 5 + (n - 33) * 2 };
        CurvePoint { at, mentions: negative + 2, negative, usual_negative: 0.3 }
    });
    let shown = worst.iter().map(|mention| WorstMention {
        id: mention.id.clone(),
        platform: mention.raw.platform,
        author: mention.raw.author.name.clone(),
        url: mention.raw.url.clone(),
        text: mention.raw.text.chars().take(60).collect(),
        spread: 3,
        sentiment: Sentiment::Negative,
    });
    Alert {
        id: AlertId::of(&incident.id, News::Opened, 1),
        news: News::Opened,
        number: 1,
        at: now() - Duration::minutes(19),
        topic: coffee(),
        title: "Sprout Coffee 嫩芽咖啡".to_owned(),
        zone: "Asia/Taipei".to_owned(),
        page: format!("http://127.0.0.1:8080/incident/{}", incident.id),
        own_themes: Vec::new(),
        themes: vec![(Theme::new("quality").expect("a theme"), 28), (Theme::new("refund").expect("a theme"), 24)],
        curve: Curve {
            width_ms: Bucket::MILLIS,
            points: points.collect(),
            gaps: Vec::new(),
            since: Some(incident.first.start()),
        },
        worst: shown.collect(),
        gaps: Vec::new(),
        incident,
    }
}

/// The alert of the crisis: sent to one receiver, given up at another.
async fn told(store: &Store) {
    let worst = store.mentions_by_id(&incident().worst).await.expect("read");
    let alert = alert(&worst);
    let delivery = |receiver: &str, state, error: &str| {
        let receiver = ReceiverName::new(receiver).expect("a name");
        Delivery {
            id: DeliveryId::of(&alert.id, &receiver),
            alert: alert.id.clone(),
            receiver,
            state,
            attempts: 1,
            due_at: alert.at,
            reference: String::new(),
            error: error.to_owned(),
            created_at: alert.at,
            sent_at: (state == DeliveryState::Sent).then_some(alert.at + Duration::seconds(2)),
        }
    };
    let deliveries = [
        delivery("coffee-care", DeliveryState::Sent, ""),
        delivery("ops", DeliveryState::Failed, "no answer after 6 attempts"),
    ];
    store.put_alert(&alert, &deliveries).await.expect("put");
    for delivery in &deliveries {
        let outcome = if delivery.error.is_empty() { "sent" } else { &delivery.error }.to_owned();
        let attempt = Attempt { delivery: delivery.id.clone(), at: delivery.due_at, outcome };
        store.record_attempt(&alert.incident.id, delivery, &attempt, None, None).await.expect("recorded");
    }
}

/// Everything: three weeks, a crisis that is going on, one that is over, tickets in each state, a deaf source.
pub(crate) async fn fill(store: &Store) {
    sources(store).await;
    let mut batch = ordinary();
    batch.sort_by_key(|entry| entry.raw.posted_at);
    put_all(store, &batch).await;
    put_all(store, &crisis()).await;
    let first = Bucket::of(now() - Duration::days(4));
    let over = Incident {
        id: IncidentId::of(&coffee(), IncidentKind::Negative, first),
        state: IncidentState::Resolved,
        severity: Severity::Warning,
        first,
        last: first.plus(30),
        opened_at: first.plus(3).start(),
        resolved_at: Some(first.plus(34).start()),
        peak: observation(first),
        opening: observation(first),
        ..incident()
    };
    put_incident(store, over).await;
    put_incident(store, incident()).await;
    told(store).await;
    tickets(store).await;
}

async fn tickets(store: &Store) {
    let desk = desk(store);
    for (place, n) in (1..=7).enumerate() {
        let id = MentionId::of(Platform::Ptt, &NativeId::new(format!("c{n}")).expect("an id"));
        let number = desk.open_ticket_from_mention(&id, None, "小美").await.expect("opened").ticket.number;
        if place > 2 {
            desk.assign(number, ["小美", "阿宏"][place % 2], "小美").await.expect("assigned");
            desk.note(number, "已私訊請對方提供發票照片，\n門市主管今天下午回電。", "阿宏").await.expect("noted");
        }
        if place > 4 {
            let state = [hearken::domain::TicketState::Pending, hearken::domain::TicketState::Solved][place % 2];
            desk.set_state(number, state, "阿宏").await.expect("moved");
        }
        if place == 3 {
            desk.set_priority(number, hearken::domain::Priority::Urgent, "小美").await.expect("set");
        }
    }
}
