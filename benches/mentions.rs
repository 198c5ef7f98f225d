//! Mentions per second: judging on one core, and the whole path from a page to the stored mention; memory; the first page.
//!
//! `cargo bench --bench mentions [-- MENTIONS]`; PostgreSQL too when `TEST_DATABASE_URL` names a server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hearken::classify::Judge;
use hearken::cluster;
use hearken::config::{self, Live};
use hearken::domain::time::timestamp;
use hearken::domain::{AuthorId, Clock, Interval, NativeId, Platform, RawMention, SourceName, TopicName};
use hearken::pipeline::Ingest;
use hearken::query::{Document, Query};
use hearken::store::{Page, Store};
use hearken::text::Text;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

const SEED: u64 = 20_261_123;
const QUERY: &str = "嫩芽咖啡 OR 葉子茶行 OR nimbus OR \"sprout coffee\"";
const START: i64 = 1_790_000_000_000;

/// Texts made from the demo's: Chinese, Japanese and English, never twice the same.
fn texts(count: usize) -> Vec<String> {
    let files = [
        include_str!("../src/demo/story/sprout-coffee.txt"),
        include_str!("../src/demo/story/leaf-tea.txt"),
        include_str!("../src/demo/story/nimbus-phone.txt"),
    ];
    let lines = files.map(|file| -> Vec<&str> {
        file.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '['])).collect()
    });
    let mut random = StdRng::seed_from_u64(SEED);
    let mut text = |number: usize| {
        let of = random.random_range(0..lines.len());
        let brand = ["嫩芽咖啡", "葉子茶行", "Nimbus"][of];
        let mut part = || lines[of].choose(&mut random).copied().unwrap_or_default();
        format!("{brand} {} {number} {}，{}", part(), part(), part())
    };
    (0..count).map(&mut text).collect()
}

/// The texts of our own corpus in one language, as often as it takes to have so many.
fn written(language: &str, count: usize) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sentiment-models/corpus");
    let mut found = Vec::new();
    for file in ["zh-hant.tsv", "zh-hans.tsv", "ja.tsv", "ko.tsv", "en.tsv"] {
        let lines = std::fs::read_to_string(folder.join(file)).expect("the corpus");
        let cells = lines.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        let wanted = cells.filter(|cells| cells.len() == 7 && cells[0].starts_with(language));
        found.extend(wanted.map(|cells| cells[6].to_owned()));
    }
    found.iter().cycle().take(count).cloned().collect()
}

/// Texts a second on one core for each language, as `hearken classify` and the ingest judge them.
fn by_language(judge: &Judge, count: usize) {
    for language in ["zh", "en", "ja", "ko"] {
        let texts = written(language, count);
        let letters: usize = texts.iter().map(|text| text.chars().count()).sum();
        let began = Instant::now();
        for text in &texts {
            let text = Text::read(text);
            std::hint::black_box(judge.judge(&text));
            std::hint::black_box(cluster::keys(&text));
        }
        let rate = texts.len() as f64 / began.elapsed().as_secs_f64();
        println!("judging {language}, {} characters on the mean: {rate:.0} texts/s", letters / texts.len().max(1));
    }
}

fn judging_on_one_core(judge: &Judge, texts: &[String]) -> f64 {
    let query = Query::parse(QUERY).expect("a query");
    let mut found = 0;
    let began = Instant::now();
    for text in texts {
        let text = Text::read(text);
        let document = Document { platform: Platform::Ptt, ..Document::of(&text) };
        if query.matches(&document).is_some() {
            found += 1;
            std::hint::black_box(judge.judge(&text));
            std::hint::black_box(cluster::keys(&text));
        }
    }
    assert_eq!(found, texts.len(), "every text names a brand");
    texts.len() as f64 / began.elapsed().as_secs_f64()
}

fn live(folder: &Path) -> Arc<Live> {
    let topic = format!(
        "title = \"Bench\"\nquery = '{QUERY}'\n[[listen]]\nsource = \"feed\"\nurls = [\"http://127.0.0.1:9/\"]\n"
    );
    let main = "[[receiver]]\nname = \"here\"\nchannel = \"console\"\n";
    let config = config::from_texts(folder, main, &[("bench", topic.as_str())]).expect("right");
    Arc::new(Live::new(config))
}

fn raw_mentions(texts: &[String]) -> Vec<RawMention> {
    let mut random = StdRng::seed_from_u64(SEED);
    let raw = |(number, text): (usize, &String)| {
        let native = NativeId::new(format!("bench-{number}")).expect("valid");
        let mut raw = RawMention::new(Platform::Feed, native, timestamp(START + number as i64 * 1000));
        raw.text.clone_from(text);
        raw.author.id = AuthorId::new(format!("a{}", random.random_range(0..5000)));
        raw
    };
    texts.iter().enumerate().map(raw).collect()
}

/// From pages of 500 to stored mentions; the time of both steps.
async fn whole_path(address: &str, texts: &[String], folder: &Path) -> f64 {
    let store = Store::open(address).await.expect("a store");
    let live = live(folder);
    let source: SourceName = live.config().wanted_sources()[0].wanted.name.clone();
    let judge = Judge::built_in().expect("models");
    let now = timestamp(START + texts.len() as i64 * 1000);
    let ingest = Ingest::judged_by(store.clone(), live, move |text| judge.judge(text), Clock::Fixed(now));
    store.put_source(&source, Platform::Feed, now).await.expect("a source");
    let raws = raw_mentions(texts);
    let began = Instant::now();
    for mentions in raws.chunks(500) {
        let heard = Interval::new(mentions[0].posted_at, mentions[mentions.len() - 1].posted_at);
        let page = Page { platform: Platform::Feed, mentions, cursor: None, heard, due_at: now, detail: "" };
        store.put_page(&source, page, now).await.expect("kept");
    }
    while ingest.tick().await.expect("ingested").taken > 0 {}
    let rate = texts.len() as f64 / began.elapsed().as_secs_f64();
    let topic = TopicName::new("bench").expect("valid");
    let tally = store.tally(&topic, timestamp(START), now).await.expect("a tally");
    assert_eq!(tally.mentions, texts.len() as i64, "every mention once");
    store.close().await;
    rate
}

/// A database of this run's own on the server that the variable names.
async fn on_postgres(texts: &[String], folder: &Path) -> Option<f64> {
    let server = std::env::var("TEST_DATABASE_URL").ok()?;
    let name = format!("hearken_bench_{}", std::process::id());
    let admin = sqlx::PgPool::connect(&server).await.expect("the server");
    let run = |sql: String| sqlx::raw_sql(sqlx::AssertSqlSafe(sql));
    run(format!("create database {name}")).execute(&admin).await.expect("made");
    let (base, _) = server.rsplit_once('/').expect("an address");
    let rate = whole_path(&format!("{base}/{name}"), texts, folder).await;
    run(format!("drop database {name}")).execute(&admin).await.expect("dropped");
    Some(rate)
}

/// Seconds from starting the built binary's demo to its first whole page.
fn first_page() -> f64 {
    let began = Instant::now();
    let mut demo = Command::new(env!("CARGO_BIN_EXE_hearken"))
        .args(["--log", "error", "demo", "--address", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the demo starts");
    let mut line = String::new();
    BufReader::new(demo.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    let address = line.split("http://").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("an address");
    let seconds = loop {
        if let Some(page) = get(address).filter(|page| page.contains("</html>")) {
            assert!(page.starts_with("HTTP/1.1 200"), "{page}");
            break began.elapsed().as_secs_f64();
        }
        assert!(began.elapsed() < Duration::from_secs(60), "no page in a minute");
        std::thread::sleep(Duration::from_millis(20));
    };
    demo.kill().expect("ended");
    demo.wait().expect("gone");
    seconds
}

fn get(address: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let mut page = String::new();
    stream.read_to_string(&mut page).ok()?;
    Some(page)
}

/// This process's greatest memory so far, in MiB; `None` where the system does not tell.
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}

fn main() {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(50_000);
    let texts = texts(count);
    println!("{count} texts, seed {SEED}");
    let began = Instant::now();
    let judge = Judge::built_in().expect("models");
    println!("loading every model: {:.2} s", began.elapsed().as_secs_f64());
    // The first Korean text inflates its dictionary's matrix: once in a process's life.
    judge.judge(&Text::read("배송이 너무 늦어요"));
    by_language(&judge, count.min(20_000));
    println!("judging on one core: {:.0} texts/s", judging_on_one_core(&judge, &texts));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let file = format!("sqlite:{}", folder.path().join("bench.db").display());
    println!("page to SQLite: {:.0} mentions/s", runtime.block_on(whole_path(&file, &texts, folder.path())));
    match runtime.block_on(on_postgres(&texts, folder.path())) {
        Some(rate) => println!("page to PostgreSQL: {rate:.0} mentions/s"),
        None => println!("page to PostgreSQL: left out, TEST_DATABASE_URL names no server"),
    }
    if let Some(peak) = peak_mib() {
        println!("peak memory: {peak} MiB");
    }
    println!("demo, from start to first page: {:.1} s", first_page());
}
