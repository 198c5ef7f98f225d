//! `kill -9` at thirty random moments of a poll and an import: every mention is there once, and the counts are right.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use hearken::config::{self, Live};
use hearken::domain::{Clock, Cursor, NativeId, Platform, RawMention, SourceName, TopicName};
use hearken::net::Client;
use hearken::pipeline::{Collect, Ingest};
use hearken::store::{MentionFilter, Page, Store};
use hearken::text::Text;
use tokio_util::sync::CancellationToken;

use crate::database::Schema;
use crate::server::{Answer, Server};
use crate::store_story::judgement;

const FEEDS: usize = 20;
const ENTRIES: usize = 500;
const LINES: usize = 10_000;
/// Kills on SQLite, and on PostgreSQL, whose own process lives on.
const KILLS: (usize, usize) = (30, 12);
const FOLDER: &str = "HEARKEN_KILL_FOLDER";

/// A text that no other is a copy of, half of them negative.
fn text(n: usize) -> String {
    let words = ["外送", "店員", "退款", "包裝", "甜度", "冰塊", "價格", "座位", "音樂", "排隊", "杯子", "點心"];
    let mut left = n.wrapping_mul(2_654_435_761) % 1_000_000_007;
    let mut said = format!("嫩芽第{n}次");
    for _ in 0..8 {
        said.push_str(words[left % words.len()]);
        left /= 7;
    }
    said + if n.is_multiple_of(2) { "很爛" } else { "很讚" }
}

fn feed(number: usize, now: DateTime<Utc>) -> String {
    let entries = (0..ENTRIES).map(|entry| {
        let n = number * ENTRIES + entry;
        let at = (now - TimeDelta::seconds(i64::try_from(n).unwrap_or(0))).to_rfc3339();
        format!("<entry><id>urn:kill:{n}</id><title>{}</title><updated>{at}</updated></entry>", text(n))
    });
    let entries: String = entries.collect();
    format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>urn:{number}</id><title>f</title>{entries}</feed>")
}

/// The folder that the process works in: its configuration, and the file that is imported.
fn prepare(folder: &Path, server: &str, database: &str) {
    let urls: Vec<String> = (0..FEEDS).map(|n| format!("\"{server}/{n}\"")).collect();
    let topic =
        format!("title = \"K\"\nquery = \"嫩芽\"\n[[listen]]\nsource = \"quick\"\nurls = [{}]\n", urls.join(","));
    let main = format!("database = \"{database}\"\n[[source.feed]]\nname = \"quick\"\npace = \"1s\"\n");
    std::fs::create_dir_all(folder.join("topics")).expect("a folder");
    std::fs::write(folder.join("hearken.toml"), main).expect("written");
    std::fs::write(folder.join("topics/k.toml"), topic).expect("written");
    let mut file = std::fs::File::create(folder.join("import.txt")).expect("made");
    for n in 0..LINES {
        writeln!(file, "{}", text(FEEDS * ENTRIES + n)).expect("written");
    }
}

/// What the killed process does: it polls, imports and ingests until it ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the process that the kill test starts and kills"]
async fn worker() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let folder = Path::new(&folder);
    let config = config::load(folder).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let store = Store::open(&config.database).await.expect("opens");
    let live = Arc::new(Live::new(config));
    let client = Client::new().expect("a client");
    let collect = Collect::new(store.clone(), Arc::clone(&live), client, Clock::System, 1);
    let judging = |text: &Text| judgement(text.original());
    let ingest = Ingest::judged_by(store.clone(), live, judging, Clock::System);
    let stop = CancellationToken::new();
    std::fs::write(folder.join("at-work"), "").expect("written");
    let lines = std::fs::read_to_string(folder.join("import.txt")).expect("readable");
    let (ended, (), ()) = tokio::join!(collect.run(stop.clone()), ingest.run(stop), import(&store, &lines));
    ended.expect("collect goes on");
}

/// Reads on after the line that the cursor names; each page is stored with the cursor after it.
async fn import(store: &Store, lines: &str) {
    let name = SourceName::new("file/import.txt").expect("a name");
    let status = store.source(&name).await.expect("read");
    let read = status.and_then(|status| status.cursor).and_then(|cursor| cursor.0.as_u64()).unwrap_or(0);
    let lines: Vec<(usize, &str)> = lines.lines().enumerate().skip(usize::try_from(read).expect("small")).collect();
    for page in lines.chunks(100) {
        let mentions: Vec<RawMention> = page
            .iter()
            .map(|(n, line)| {
                let id = NativeId::new(format!("line-{n}")).expect("an id");
                RawMention { text: (*line).to_owned(), ..RawMention::new(Platform::File, id, Utc::now()) }
            })
            .collect();
        let cursor = Cursor(serde_json::json!(page[page.len() - 1].0 + 1));
        let page = Page {
            platform: Platform::File,
            mentions: &mentions,
            cursor: Some(&cursor),
            heard: None,
            due_at: Utc::now(),
            detail: "",
        };
        store.put_page(&name, page, Utc::now()).await.expect("stored");
    }
}

fn start(folder: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["kill::worker", "--exact", "--ignored", "--nocapture"]).env(FOLDER, folder);
    let log = std::fs::File::create(folder.join("worker.log")).expect("made");
    command.stdout(Stdio::null()).stderr(log).spawn().expect("started")
}

async fn survives(kills: usize, database: &str) {
    let now = Utc::now();
    let server = Server::start(move |asked| {
        let number = asked.path.trim_start_matches('/').parse().unwrap_or(0);
        Answer::ok("application/atom+xml", feed(number, now))
    })
    .await;
    let folder = tempfile::tempdir().expect("a folder");
    let database = database.replace("FOLDER", &folder.path().display().to_string());
    prepare(folder.path(), &server.address, &database);
    let store = Store::open(&database).await.expect("opens");
    let mut chance = (u64::from(std::process::id()) * 2_654_435_761) | 1;
    println!("chance {chance}");
    for _ in 0..kills {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = start(folder.path());
        while std::fs::remove_file(folder.path().join("at-work")).is_err() {
            assert_eq!(child.try_wait().expect("asked"), None, "it ended by itself");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_millis((chance >> 40) % 600)).await;
        child.kill().expect("killed");
        child.wait().expect("ended");
    }
    let whole = i64::try_from(FEEDS * ENTRIES + LINES).expect("small");
    let all = MentionFilter { with_removed: true, ..MentionFilter::default() };
    let before = store.count_mentions(&all, whole * 2).await.expect("counted");
    println!("{before} of {whole} mentions after {kills} kills");
    let mut child = start(folder.path());
    let began = Instant::now();
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let there = store.count_mentions(&all, whole * 2).await.expect("counted");
        if (there >= whole && store.count_inbox().await.expect("counted") == 0) || began.elapsed().as_secs() > 60 {
            break;
        }
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    let said = std::fs::read_to_string(folder.path().join("worker.log")).expect("readable");
    assert_eq!(store.count_mentions(&all, whole * 2).await.expect("counted"), whole, "{said}");
    let topic = TopicName::new("k").expect("a name");
    assert_eq!(store.recount(&topic).await.expect("recounted"), vec![]);
    let tally = store.tally(&topic, now - TimeDelta::days(8), now + TimeDelta::days(1)).await.expect("tallied");
    assert_eq!(tally.mentions, whole);
    assert_eq!(store.aside(1).await.expect("listed"), vec![]);
    store.close().await;
}

#[tokio::test]
async fn killed_thirty_times_every_mention_is_there_once_and_counted_once() {
    survives(KILLS.0, "sqlite:FOLDER/k.db").await;
    if let Some(schema) = Schema::make().await {
        survives(KILLS.1, &schema.address).await;
        schema.remove().await;
    }
}
