//! `kill -9` at thirty random moments of a poll and an import of 20,000 mentions: every one is there once, the counts are right, no
//! alert goes out under two keys.
//!
//! The program is the real one: `hearken serve` polls an instance of Mastodon's shape and tells a webhook, `hearken import` takes a
//! file, both are killed together. It had listened for three days and was off for three quarters of an hour, in which a crisis began:
//! the posts that it catches up with open an incident.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use hearken::config::{self, Live};
use hearken::domain::{
    AuthorId, Clock, Cursor, DeliveryState, Interval, MentionId, NativeId, Platform, RawMention, SourceName, TopicName,
};
use hearken::pipeline::Watch;
use hearken::store::{IncidentFilter, Judged, MentionFilter, Page, Store, TopicMatch};
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::database::Schema;
use crate::server::{Answer, Server};
use crate::store_story::judgement;

/// Posts of the instance, and rows of the file.
const POSTS: i64 = 10_000;
const ROWS: i64 = 10_000;
/// What was held before: one mention in each five minutes of three days.
const HELD: i64 = 3 * 288;
/// What the instance gives at once, and the number that its first new post follows.
const PAGE: i64 = 40;
const READ: i64 = 1_000_000;
/// Kills on SQLite, and on PostgreSQL, whose own process lives on.
const KILLS: (i64, i64) = (30, 12);
/// How long the webhook thinks, and the longest life before a kill: each alert's first sendings end before they are noted.
const THINKS: Duration = Duration::from_secs(1);
const LIFE: Duration = Duration::from_millis(900);
/// So many times an alert is sent and not noted.
const CUT_OFF: usize = 3;
const SOURCE: &str = "square/tag/sprout";

/// A text that no other is a copy of.
fn text(n: i64, end: &str) -> String {
    let words = ["外送", "店員", "退款", "包裝", "甜度", "冰塊", "價格", "座位", "音樂", "排隊", "杯子", "點心"];
    let mut left = usize::try_from(n).unwrap_or(0).wrapping_mul(2_654_435_761) % 1_000_000_007;
    let mut said = format!("嫩芽第{n}次");
    for _ in 0..8 {
        said.push_str(words[left % words.len()]);
        left /= 7;
    }
    said + end
}

fn address(number: i64) -> String {
    format!("https://square.example/users/a/statuses/{number}")
}

/// A post of the crisis: two in three are negative, all were posted in the forty minutes before `now`.
fn status(number: i64, now: DateTime<Utc>) -> Value {
    let n = number - READ;
    let at = now - TimeDelta::minutes(40) + TimeDelta::milliseconds(n * 39 * 60_000 / POSTS);
    let end = if n % 3 == 0 { "很讚，好喝" } else { "等了兩小時，店員態度超差，很爛" };
    json!({"id": number.to_string(), "uri": address(number), "url": address(number), "created_at": at.to_rfc3339(),
        "visibility": "public", "language": "zh", "spoiler_text": "", "in_reply_to_id": null, "reblog": null,
        "content": format!("<p>{}</p>", text(n, end)), "media_attachments": [],
        "account": {"acct": format!("a{}", n % 700), "display_name": "", "url": format!("https://square.example/@a{}", n % 700)}})
}

/// A page of the tag's timeline, latest first, as `min_id` asks for it.
fn timeline(path: &str, now: DateTime<Utc>) -> Answer {
    let asked = path.split("min_id=").nth(1).and_then(|rest| rest.split('&').next()?.parse::<i64>().ok());
    let after = asked.unwrap_or(READ).max(READ);
    let page: Vec<Value> = (after + 1..=(after + PAGE).min(READ + POSTS)).rev().map(|n| status(n, now)).collect();
    Answer::ok("application/json", json!(page).to_string())
}

/// Everything that a killed program leaves and finds again.
struct World {
    folder: tempfile::TempDir,
    store: Store,
    topic: TopicName,
    now: DateTime<Utc>,
    webhook: MockServer,
    instance: Server,
}

impl World {
    async fn make(database: &str) -> Self {
        let now = Utc::now();
        let instance = Server::start(move |asked| timeline(&asked.path, now)).await;
        let webhook = MockServer::start().await;
        let slow = ResponseTemplate::new(200).set_delay(THINKS);
        Mock::given(method("POST")).respond_with(slow).mount(&webhook).await;
        let folder = tempfile::tempdir().expect("a folder");
        write_folder(folder.path(), &instance.address, &webhook.uri(), database, now);
        let config = config::load(folder.path()).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        let store = Store::open(&config.database).await.expect("opens");
        let world = Self { folder, store, topic: TopicName::new("sprout").expect("a name"), now, webhook, instance };
        world.live_before(Arc::new(Live::new(config))).await;
        world
    }

    /// Three ordinary days, one mention in ten negative, watched to 45 minutes before the test: what a former run left.
    async fn live_before(&self, live: Arc<Live>) {
        let source = SourceName::new(SOURCE).expect("a name");
        let off = self.now - TimeDelta::minutes(45);
        let mut held = Vec::new();
        for n in 0..HELD {
            let at = off - TimeDelta::minutes(5) * i32::try_from(n).expect("small");
            let mut raw = RawMention::new(Platform::Mastodon, NativeId::new(format!("held-{n}")).expect("an id"), at);
            raw.author.id = AuthorId::new(format!("held-{n}"));
            raw.text = text(n, if n % 10 == 0 { "很爛" } else { "" });
            held.push(Judged {
                inbox: None,
                source: source.clone(),
                received_at: at,
                judgement: Some(judgement(&raw.text)),
                raw,
                keys: None,
                asked: vec![self.topic.clone()],
                matched: vec![TopicMatch {
                    topic: self.topic.clone(),
                    spans: Vec::new(),
                    themes: Vec::new(),
                    labels: Vec::new(),
                    toward: None,
                }],
            });
        }
        for batch in held.chunks(500) {
            self.store.put_judged(batch, off).await.expect("stored");
        }
        let cursor = Cursor(json!({"min_id": READ.to_string(), "heard": off.timestamp_millis()}));
        let page = Page {
            platform: Platform::Mastodon,
            mentions: &[],
            cursor: Some(&cursor),
            heard: Interval::new(self.now - TimeDelta::days(3), off),
            due_at: off,
            detail: "",
        };
        self.store.put_page(&source, page, off).await.expect("stored");
        let clock = Arc::new(AtomicI64::new((off - TimeDelta::minutes(20)).timestamp_millis()));
        let watch = Watch::new(self.store.clone(), live, Clock::Driven(Arc::clone(&clock)));
        watch.tick().await.expect("a round");
        clock.store(off.timestamp_millis(), Ordering::SeqCst);
        assert!(watch.tick().await.expect("a round").buckets > 0);
    }

    fn start(&self, name: &str, more: &[&str]) -> Child {
        let log = File::options().create(true).append(true).open(self.folder.path().join(format!("{name}.log")));
        let log = log.expect("made");
        let mut command = Command::new(env!("CARGO_BIN_EXE_hearken"));
        command.arg(name).args(more).arg("--folder").arg(self.folder.path());
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("shared")).stderr(log).spawn().expect("started")
    }

    fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(format!("{name}.log"))).unwrap_or_default()
    }

    /// A server and an import; they are at work when this returns.
    async fn both(&self) -> [Child; 2] {
        let before = self.log("serve").matches("listening; pages at").count();
        let mut serve = self.start("serve", &[]);
        while self.log("serve").matches("listening; pages at").count() == before {
            assert_eq!(serve.try_wait().expect("asked"), None, "{}", self.log("serve"));
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let file = self.folder.path().join("rows.csv");
        [serve, self.start("import", &[&file.display().to_string()])]
    }

    /// Mentions that are stored, and rows that wait to be judged.
    async fn progress(&self) -> (i64, i64) {
        let all = MentionFilter { with_removed: true, ..MentionFilter::default() };
        let stored = self.store.count_mentions(&all, 1_000_000).await.expect("counted");
        (stored - HELD, self.store.count_inbox().await.expect("counted"))
    }

    /// Pages that the instance was asked for after this many posts of it were read.
    fn posts_asked_for(&self) -> i64 {
        let last = self.instance.paths().last().and_then(|path| path.split("min_id=").nth(1)?.parse::<i64>().ok());
        last.unwrap_or(READ) - READ
    }

    /// Whether the incident was told and everything that is to be sent was noted as sent.
    async fn told(&self) -> bool {
        let incidents = self.store.incidents(&IncidentFilter::default(), 10, 0).await.expect("read");
        let Some(incident) = incidents.first() else { return false };
        let deliveries = self.store.deliveries_of(&incident.id).await.expect("read");
        !deliveries.is_empty() && deliveries.iter().all(|delivery| delivery.state == DeliveryState::Sent)
    }

    /// The keys under which each news of each incident arrived, and how many calls there were.
    async fn keys(&self) -> (BTreeMap<String, BTreeSet<String>>, usize) {
        let calls = self.webhook.received_requests().await.expect("kept");
        let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for call in &calls {
            let body: Value = serde_json::from_slice(&call.body).expect("JSON");
            let news = format!("{} {} {}", body["incident"]["id"], body["news"], body["number"]);
            let key = call.headers.get("idempotency-key").and_then(|key| key.to_str().ok()).expect("a key");
            keys.entry(news).or_default().insert(key.to_owned());
        }
        (keys, calls.len())
    }
}

/// The configuration, and the file that is imported: rows of the two days before, few of them negative.
fn write_folder(folder: &Path, instance: &str, webhook: &str, database: &str, now: DateTime<Utc>) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let main = format!(
        "database = \"{database}\"\n[web]\naddress = \"127.0.0.1:{port}\"\n\
         [[source.mastodon]]\nname = \"square\"\ninstance = \"{instance}\"\npace = \"1s\"\n\
         [[receiver]]\nname = \"care\"\nchannel = \"webhook\"\nurl = \"{webhook}/care\"\nsecret = \"file:secret\"\nallow_private = true\n"
    );
    let topic =
        "title = \"Sprout\"\nowner = \"care\"\nquery = '嫩芽'\n[[listen]]\nsource = \"square\"\ntags = [\"sprout\"]\n";
    std::fs::create_dir_all(folder.join("topics")).expect("a folder");
    std::fs::write(folder.join("hearken.toml"), main).expect("written");
    std::fs::write(folder.join("secret"), "s3cret\n").expect("written");
    std::fs::write(folder.join("topics/sprout.toml"), topic).expect("written");
    let mut file = File::create(folder.join("rows.csv")).expect("made");
    writeln!(file, "id,time,author,text").expect("written");
    for n in 0..ROWS {
        let at = (now - TimeDelta::hours(12) - TimeDelta::seconds(n * 12)).to_rfc3339();
        let end = if n % 10 == 0 { "很爛" } else { "" };
        writeln!(file, "{n},{at},r{},{}", n % 900, text(POSTS + n, end)).expect("written");
    }
}

fn kill(children: [Child; 2]) {
    for mut child in children {
        // An import that has come to its end is gone already.
        drop(child.kill());
        child.wait().expect("ended");
    }
}

/// Chance from a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

impl World {
    /// Lets both programs work for so long and kills them, either first. Says what is stored and what waits then.
    async fn live_and_kill(&self, life: Duration, chance: &mut Chance) -> (i64, i64) {
        let [serve, import] = self.both().await;
        tokio::time::sleep(life).await;
        kill(if chance.below(2) == 0 { [serve, import] } else { [import, serve] });
        self.progress().await
    }
}

async fn survives(kills: i64, database: &str) {
    let began = Instant::now();
    let world = World::make(database).await;
    let seed = (u64::from(std::process::id()) * 2_654_435_761) | 1;
    let mut chance = Chance(seed);
    let (mut stored, mut waiting, mut amid, mut amid_poll) = (0, 0, 0, 0);
    for round in 0..kills {
        // A round that is behind lives longer: a slow machine is killed amid its work too, and nothing is done before the last.
        let behind = stored + 2_000 < (POSTS + ROWS) * round / kills * 9 / 10;
        let life = Duration::from_millis(50 + chance.below(350)) * if behind { 4 } else { 1 };
        (stored, waiting) = world.live_and_kill(life.min(LIFE), &mut chance).await;
        amid += i64::from(waiting > 0);
        amid_poll += i64::from((1..POSTS).contains(&world.posts_asked_for()));
    }
    println!(
        "seed {seed}: {amid} of {kills} kills while rows waited, {amid_poll} amid the poll; {stored} stored, {waiting} waiting"
    );
    assert!(stored + waiting > 2_000 && amid >= kills / 2 && amid_poll >= kills / 4, "the kills missed the work");

    // More kills until an alert was sent and cut off before that was noted. One that stores nothing lives longer next time.
    let (mut more, mut stuck) = (0, 0);
    let since = Instant::now();
    while world.keys().await.1 < CUT_OFF && since.elapsed().as_secs() < 60 {
        let before = stored;
        let shorter = u64::from(stored == POSTS + ROWS) * chance.below(700);
        let life = LIFE + Duration::from_millis(300) * stuck - Duration::from_millis(shorter);
        (stored, _) = world.live_and_kill(life, &mut chance).await;
        stuck = if stored == before && stored < POSTS + ROWS { stuck + 1 } else { 0 };
        more += 1;
    }
    println!("{more} more kills, {} calls of the webhook, {:?}", world.keys().await.1, began.elapsed());

    let both = world.both().await;
    let since = Instant::now();
    while !(world.progress().await == (POSTS + ROWS, 0) && world.told().await) && since.elapsed().as_secs() < 120 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    kill(both);
    world.is_right().await;
    println!("{:?} in all", began.elapsed());
    world.store.close().await;
}

impl World {
    async fn is_right(&self) {
        let said = format!("{}\n{}", self.log("serve"), self.log("import"));
        assert_eq!(self.progress().await, (POSTS + ROWS, 0), "{said}");
        let posts = (1..=POSTS).map(|n| (Platform::Mastodon, address(READ + n)));
        let rows = (0..ROWS).map(|n| (Platform::File, format!("rows/{n}")));
        let ids: Vec<MentionId> = posts
            .chain(rows)
            .map(|(platform, id)| MentionId::of(platform, &NativeId::new(id).expect("an id")))
            .collect();
        let held = self.store.mentions_by_id(&ids).await.expect("read");
        assert_eq!(held.iter().map(|mention| &mention.id).collect::<BTreeSet<_>>().len(), ids.len());
        assert_eq!(held.len(), ids.len());
        assert_eq!(self.store.recount(&self.topic).await.expect("recounted"), vec![]);
        let (from, to) = (self.now - TimeDelta::days(8), self.now + TimeDelta::days(1));
        let tally = self.store.tally(&self.topic, from, to).await.expect("tallied");
        assert_eq!(tally.mentions, POSTS + ROWS + HELD);
        assert_eq!(self.store.aside(1).await.expect("listed"), vec![]);
        let incidents = self.store.incidents(&IncidentFilter::default(), 10, 0).await.expect("read");
        assert_eq!(incidents.len(), 1, "one crisis, one incident: {incidents:?}\n{said}");
        let (keys, calls) = self.keys().await;
        assert!(self.told().await && !keys.is_empty(), "the alert went out\n{said}");
        assert!(keys.values().all(|keys| keys.len() == 1), "no news of an incident under two keys: {keys:?}");
        assert!(calls > keys.len(), "no kill fell between sending and noting it");
        println!("{calls} calls of the webhook for {} news", keys.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_thirty_times_every_mention_is_there_once_and_counted_once_and_no_alert_has_two_keys() {
    survives(KILLS.0, "sqlite:hearken.db").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_holds_where_the_database_lives_on() {
    if let Some(schema) = Schema::make().await {
        survives(KILLS.1, &schema.address).await;
        schema.remove().await;
    }
}
