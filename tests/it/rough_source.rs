//! Sources that misbehave: each ends in a state that a person can read, nothing is lost, nothing is stuck, memory stays bounded.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use hearken::config::{self, Live};
use hearken::domain::{Clock, Interval, Timestamp};
use hearken::net::{Client, Limits};
use hearken::pipeline::Collect;
use hearken::store::{SourceState, SourceStatus, Store};

use crate::server::{Answer, Server};

/// When the tests happen: 2026-10-06 08:30 UTC.
const NOW: i64 = 1_791_275_400_000;
const MINUTE: i64 = 60_000;

const FEED: &str = "<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>\
    <item><guid>1</guid><title>Sprout Coffee is late</title><pubDate>Tue, 06 Oct 2026 08:00:00 GMT</pubDate></item>\
    <item><guid>2</guid><title>Sprout Coffee is cold</title><pubDate>Tue, 06 Oct 2026 08:10:00 GMT</pubDate></item>\
    </channel></rss>";

struct Stage {
    collect: Collect,
    store: Store,
    now: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

impl Stage {
    /// A stage that listens to feeds at these addresses, with short limits.
    async fn over(urls: &[String]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&format!("sqlite:{}", folder.path().join("it.db").display())).await.expect("opens");
        let main = "database = \"sqlite:unused.db\"\n[[receiver]]\nname = \"here\"\nchannel = \"console\"\n";
        let topic = format!(
            "title = \"Sprout\"\nquery = '\"sprout coffee\"'\n[[listen]]\nsource = \"feed\"\nurls = {urls:?}\n"
        );
        let config = config::from_texts(Path::new("."), main, &[("sprout", &topic)]).expect("a configuration");
        let total = Duration::from_millis(800);
        let client = Client::with_limits(Limits { connect: total, total, ..Limits::default() }).expect("a client");
        let now = Arc::new(AtomicI64::new(NOW));
        let clock = Clock::Driven(Arc::clone(&now));
        let collect = Collect::new(store.clone(), Arc::new(Live::new(config)), client, clock, 7);
        Self { collect, store, now, _folder: folder }
    }

    fn advance(&self, minutes: i64) {
        self.now.fetch_add(minutes * MINUTE, Ordering::SeqCst);
    }

    fn now(&self) -> Timestamp {
        Clock::Driven(Arc::clone(&self.now)).now()
    }

    async fn only(&self) -> SourceStatus {
        let mut all = self.store.sources().await.expect("sources");
        assert_eq!(all.len(), 1);
        all.remove(0)
    }
}

/// Reads a source that answers so once; its state then.
async fn state_after(answer: Answer) -> (SourceStatus, TimeDelta) {
    let server = Server::start(move |_| answer.clone()).await;
    let stage = Stage::over(&[format!("{}/feed", server.address)]).await;
    let round = stage.collect.tick().await.expect("the store works");
    assert_eq!((round.read, round.failed, round.stored), (0, 1, 0));
    let status = stage.only().await;
    let wait = status.due_at - stage.now();
    assert_eq!(status.cursor, None, "no cursor moves without its page");
    assert!(!status.detail.contains("127.0.0.1"), "no address is shown: {}", status.detail);
    (status, wait)
}

#[tokio::test]
async fn a_source_that_asks_us_to_wait_is_left_alone_for_so_long() {
    let (status, wait) = state_after(Answer::status(429).with("retry-after", "600")).await;
    assert_eq!((status.state, status.detail.as_str()), (SourceState::Waiting, "the platform asks us to wait"));
    assert!((600..=630).contains(&wait.num_seconds()), "{wait}");
    let (status, wait) = state_after(Answer::status(429)).await;
    assert_eq!(status.state, SourceState::Waiting);
    assert!((1..=15).contains(&wait.num_seconds()), "{wait}");
    let (status, wait) = state_after(Answer::status(503).with("retry-after", "120")).await;
    assert_eq!(status.state, SourceState::Waiting);
    assert!(wait.num_seconds() >= 120, "{wait}");
}

#[tokio::test]
async fn what_may_pass_is_tried_again_soon() {
    let page = FEED.as_bytes().to_vec();
    let rough = [
        (Answer::status(500), "the platform failed (status 500)"),
        (Answer::Cut(page), "no answer from the platform"),
        (Answer::Silent(Duration::from_secs(5)), "no answer in time"),
        (
            Answer::ok("application/json", "{\"version\": \"https://jsonfeed.org/version/1.1\", "),
            "the answer cannot be read",
        ),
        (Answer::ok("text/xml", "<rss version='2.0'><channel><item>"), "the answer cannot be read"),
        (Answer::ok("text/xml", "<rss version='2.0'><channel></item></channel>"), "the answer cannot be read"),
        (Answer::ok("text/html", "<html><body>Please sign in</body></html>"), "the answer cannot be read"),
        (Answer::ok("text/xml", Vec::new()), "the answer cannot be read"),
    ];
    for (answer, detail) in rough {
        let (status, wait) = state_after(answer).await;
        assert_eq!(status.state, SourceState::Failing, "{}", status.detail);
        assert!(status.detail.starts_with(detail), "{}", status.detail);
        assert!((1..=15).contains(&wait.num_seconds()), "{wait}");
    }
}

#[tokio::test]
async fn what_needs_a_person_is_refused_and_rarely_tried() {
    let home = Answer::Whole(302, vec![("location", "/feed".to_owned())], Vec::new());
    let rough = [
        (Answer::status(401), "the platform refused our credential (status 401)", 6 * 60),
        (Answer::status(403), "the platform refused our credential (status 403)", 6 * 60),
        (Answer::status(404), "the place does not exist (status 404)", 15),
        (Answer::status(410), "the place does not exist (status 410)", 15),
        (Answer::status(400), "the request was refused (status 400): no", 6 * 60),
        (home, "the platform sends us on more than 5 times", 6 * 60),
        (Answer::Long(300 << 20), "the answer is larger than 8388608 bytes", 6 * 60),
    ];
    for (answer, detail, minutes) in rough {
        let (status, wait) = state_after(answer).await;
        assert_eq!((status.state, status.detail.as_str()), (SourceState::Refused, detail));
        assert_eq!(wait.num_minutes(), minutes, "{detail}");
    }
}

#[tokio::test]
async fn a_page_in_a_wrong_charset_is_read_all_the_same() {
    let feed = "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>t</title><item><guid>1</guid>\
                <title>嫩芽咖啡的服務真的很差,等了三十分鐘</title><pubDate>Tue, 06 Oct 2026 08:00:00 GMT</pubDate></item></channel></rss>";
    let bytes = encoding_rs::BIG5.encode(feed).0.into_owned();
    let server = Server::start(move |_| Answer::ok("text/xml; charset=utf-8", bytes.clone())).await;
    let stage = Stage::over(&[format!("{}/feed", server.address)]).await;
    stage.collect.tick().await.expect("the store works");
    let rows = stage.store.take_inbox(10).await.expect("rows");
    let title = rows[0].raw.as_ref().expect("readable").title.clone();
    assert_eq!(title, "嫩芽咖啡的服務真的很差,等了三十分鐘");
}

#[tokio::test]
async fn a_source_comes_back_by_itself_and_its_deaf_time_is_known() {
    let ill = Arc::new(AtomicBool::new(false));
    let sick = Arc::clone(&ill);
    let server =
        Server::start(
            move |_| {
                if sick.load(Ordering::SeqCst) { Answer::status(500) } else { Answer::ok("text/xml", FEED) }
            },
        )
        .await;
    let stage = Stage::over(&[format!("{}/feed", server.address)]).await;
    assert_eq!(stage.collect.tick().await.expect("works").stored, 2);
    assert_eq!(stage.only().await.state, SourceState::Well);
    ill.store(true, Ordering::SeqCst);
    for failures in 1..=10 {
        stage.advance(16);
        assert_eq!(stage.collect.tick().await.expect("works").failed, 1);
        let status = stage.only().await;
        assert_eq!((status.state, status.failures), (SourceState::Failing, failures));
        assert!(status.due_at - stage.now() <= TimeDelta::minutes(15));
    }
    ill.store(false, Ordering::SeqCst);
    stage.advance(16);
    let round = stage.collect.tick().await.expect("works");
    assert_eq!((round.read, round.stored), (1, 0), "what was stored is not stored twice");
    let status = stage.only().await;
    assert_eq!((status.state, status.failures, status.detail.as_str()), (SourceState::Well, 0, ""));
    // The feed still showed what it had shown before, so nothing was missed while it failed.
    let name = status.name;
    let window = Interval::new(stage.now() - TimeDelta::minutes(176), stage.now()).expect("in order");
    let heard = stage.store.coverage(std::slice::from_ref(&name), window).await.expect("coverage");
    assert_eq!(heard.share(window), 1.0);
}

#[tokio::test]
async fn a_source_that_hangs_holds_up_no_other() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/hangs" => Answer::Silent(Duration::from_secs(30)),
        _ => Answer::ok("text/xml", FEED),
    })
    .await;
    let mut urls = vec![format!("{}/hangs", server.address)];
    urls.extend((0..20).map(|n| format!("{}/{n}", server.address)));
    let stage = Stage::over(&urls).await;
    let round = stage.collect.tick().await.expect("works");
    assert_eq!((round.read, round.failed, round.stored), (20, 1, 40));
    let again = stage.collect.tick().await.expect("works");
    assert_eq!((again.read, again.failed), (0, 0), "nothing is due twice");
}

#[tokio::test]
async fn a_host_without_budget_is_not_asked_before_its_reset() {
    let server = Server::start(|_| {
        Answer::ok("text/xml", FEED).with("x-ratelimit-remaining", "0").with("x-ratelimit-reset", "3600")
    })
    .await;
    let stage = Stage::over(&[format!("{}/a", server.address), format!("{}/b", server.address)]).await;
    stage.collect.tick().await.expect("works");
    stage.advance(20);
    stage.collect.tick().await.expect("works");
    let asked = server.paths().len();
    assert!(asked <= 2, "asked {asked} times");
    let states: Vec<SourceState> = stage.store.sources().await.expect("sources").iter().map(|s| s.state).collect();
    assert!(states.contains(&SourceState::Waiting), "{states:?}");
}

/// The largest the process has been, in kilobytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak is told");
    line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
}

/// Runs alone in a process of its own, since the peak is the process's.
#[tokio::test]
async fn three_hundred_megabytes_cost_no_more_than_the_cap() {
    const ALONE: &str = "HEARKEN_TEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let itself = std::env::current_exe().expect("a path");
        let name = "rough_source::three_hundred_megabytes_cost_no_more_than_the_cap";
        let alone =
            move || std::process::Command::new(itself).args(["--exact", name, "--nocapture"]).env(ALONE, "1").output();
        let output = tokio::task::spawn_blocking(alone).await.expect("it runs").expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        print!("{said}");
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let zeros = vec![b'0'; 1 << 20];
    (0..300).for_each(|_| packed.write_all(&zeros).expect("packed"));
    let packed = packed.finish().expect("packed");
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/stated" => Answer::Long(300 << 20),
        "/endless" => Answer::Endless(300 << 20),
        "/packed" => Answer::ok("text/xml", packed.clone()).with("content-encoding", "gzip"),
        _ => Answer::ok("text/xml", FEED),
    })
    .await;
    let warm = Stage::over(&[format!("{}/well", server.address)]).await;
    assert_eq!(warm.collect.tick().await.expect("works").stored, 2);
    let before = peak();
    let urls: Vec<String> = ["stated", "endless", "packed"].map(|path| format!("{}/{path}", server.address)).into();
    let stage = Stage::over(&urls).await;
    assert_eq!(stage.collect.tick().await.expect("works").failed, 3);
    for status in stage.store.sources().await.expect("sources") {
        assert_eq!(
            (status.state, status.detail.as_str()),
            (SourceState::Refused, "the answer is larger than 8388608 bytes")
        );
    }
    let grown = peak() - before;
    println!("peak before {before} kB, grown by {grown} kB over three answers of 300 MB read at once");
    assert!(grown < 48 * 1024, "grown by {grown} kB");
}
