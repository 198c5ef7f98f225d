//! Collect against servers that speak as the platforms do: what is new comes once, what changed comes as a change, gaps are admitted.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use hearken::config::{self, Live};
use hearken::domain::{Change, Clock, Interval, RawMention, SourceName, Timestamp};
use hearken::net::{Client, Limits};
use hearken::pipeline::Collect;
use hearken::store::{SourceState, Store};

use crate::left_out::left_out;
use crate::server::{Answer, Server};

/// When the tests happen: 2026-10-06 08:30 UTC.
const NOW: i64 = 1_791_275_400_000;

struct Stage {
    collect: Collect,
    store: Store,
    now: Arc<AtomicI64>,
    heard: usize,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn over(main: &str, listen: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&format!("sqlite:{}", folder.path().join("it.db").display())).await.expect("opens");
        let topic = format!("title = \"Sprout\"\nquery = '嫩芽'\n[[listen]]\n{listen}\n");
        let config = config::from_texts(Path::new("."), main, &[("sprout", &topic)]).expect("a configuration");
        let client =
            Client::with_limits(Limits { total: Duration::from_secs(2), ..Limits::default() }).expect("a client");
        let now = Arc::new(AtomicI64::new(NOW));
        let clock = Clock::Driven(Arc::clone(&now));
        let collect = Collect::new(store.clone(), Arc::new(Live::new(config)), client, clock, 7);
        Self { collect, store, now, heard: 0, _folder: folder }
    }

    fn now(&self) -> Timestamp {
        Clock::Driven(Arc::clone(&self.now)).now()
    }

    /// Some minutes later, one round: what it brought.
    async fn after(&mut self, minutes: i64) -> Vec<RawMention> {
        self.now.fetch_add(minutes * 60_000, Ordering::SeqCst);
        self.collect.tick().await.expect("the store works");
        let rows = self.store.take_inbox(10_000).await.expect("rows");
        let new = rows.into_iter().skip(self.heard).map(|row| row.raw.expect("readable")).collect::<Vec<_>>();
        self.heard += new.len();
        new
    }

    async fn source(&self) -> SourceName {
        self.store.sources().await.expect("sources").remove(0).name
    }

    /// What share of the last minutes was heard.
    async fn heard(&self, minutes: i64) -> f64 {
        let window = Interval::new(self.now() - TimeDelta::minutes(minutes), self.now()).expect("in order");
        self.store.coverage(&[self.source().await], window).await.expect("coverage").share(window)
    }
}

fn names(mentions: &[RawMention]) -> Vec<&str> {
    mentions.iter().map(|mention| mention.native_id.as_str()).collect()
}

/// A board: articles by the second they were posted, with their text; `None` for one whose page breaks.
type Board = Arc<Mutex<BTreeMap<i64, Option<String>>>>;

fn ptt(board: &Board, asked: &str) -> Answer {
    let board = board.lock().expect("not poisoned");
    let name = |at: i64| format!("/bbs/Coffee/M.{at}.A.0AB.html");
    if asked == "/atom/Coffee.xml" {
        let entry = |at: &i64| {
            format!(
                "<entry><title>t</title><id>{at}</id><link rel='alternate' href='https://www.ptt.cc{}'/></entry>",
                name(*at)
            )
        };
        let entries: String = board.keys().rev().take(20).map(entry).collect();
        return Answer::ok(
            "application/atom+xml",
            format!("<feed xmlns='http://www.w3.org/2005/Atom'>{entries}</feed>"),
        );
    }
    if let Some(page) = asked.strip_prefix("/bbs/Coffee/index") {
        let all: Vec<i64> = board.keys().copied().collect();
        let pages: Vec<&[i64]> = all.chunks(20).collect();
        let number: usize = page.trim_end_matches(".html").parse().unwrap_or(pages.len());
        let rows: String = pages[number - 1]
            .iter()
            .map(|at| format!("<div class='r-ent'><div class='title'><a href='{}'>t</a></div></div>", name(*at)))
            .collect();
        let older = if number > 1 { format!("href='/bbs/Coffee/index{}.html'", number - 1) } else { String::new() };
        return Answer::ok(
            "text/html",
            format!("<div class='btn-group-paging'><a class='btn wide' {older}>‹ 上頁</a></div>{rows}"),
        );
    }
    let at = asked.split('.').nth(1).and_then(|second| second.parse().ok()).unwrap_or(0);
    match board.get(&at) {
        None => Answer::status(404),
        Some(None) => Answer::status(500),
        Some(Some(text)) => {
            Answer::ok("text/html", format!("<div id='main-content'>{text}\n--\n※ 發信站: 批踢踢</div>"))
        }
    }
}

async fn board_stage(board: &Board) -> (Server, Stage) {
    let shown = Arc::clone(board);
    let server = Server::start(move |asked| {
        assert!(!asked.path.ends_with(".html") || asked.header("cookie") == Some("over18=1"));
        ptt(&shown, &asked.path)
    })
    .await;
    let main = format!("[[source.ptt]]\nsite = \"{}\"\n", server.address);
    let stage = Stage::over(&main, "source = \"ptt\"\nboards = [\"Coffee\"]").await;
    (server, stage)
}

fn post(board: &Board, minutes: i64, text: Option<&str>) {
    let mut board = board.lock().expect("not poisoned");
    board.insert(NOW / 1000 + minutes * 60, text.map(str::to_owned));
}

#[tokio::test]
async fn a_board_gives_each_article_once_and_tells_its_changes_and_its_end() {
    let board = Board::default();
    post(&board, -3000, Some("前天"));
    post(&board, -10, Some("嫩芽一"));
    post(&board, -5, Some("嫩芽二"));
    let (server, mut stage) = board_stage(&board).await;
    let first = stage.after(0).await;
    assert_eq!(first.iter().map(|m| m.text.as_str()).collect::<Vec<_>>(), ["嫩芽一", "嫩芽二"]);
    assert_eq!(first[0].posted_at, stage.now() - TimeDelta::minutes(10));
    post(&board, 2, Some("嫩芽三"));
    assert_eq!(stage.after(5).await.len(), 1);
    assert_eq!(stage.heard(5).await, 1.0);
    let asked = server.paths().len();
    assert!(stage.after(1).await.is_empty(), "not due");
    assert_eq!(server.paths().len(), asked);
    // An hour after it was posted each is looked at again.
    board.lock().expect("not poisoned").remove(&(NOW / 1000 - 600));
    post(&board, -5, Some("嫩芽二,改過"));
    let later = stage.after(60).await;
    let told: Vec<(Change, &str)> = later.iter().map(|m| (m.change, m.text.as_str())).collect();
    assert_eq!(told, [(Change::Removed, ""), (Change::Edited, "嫩芽二,改過")]);
}

#[tokio::test]
async fn a_busy_board_is_walked_back_and_what_lies_too_far_is_a_gap() {
    let board = Board::default();
    post(&board, -5, Some("起點"));
    let (server, mut stage) = board_stage(&board).await;
    assert_eq!(stage.after(0).await.len(), 1);
    (1..=90).for_each(|minute| post(&board, minute, Some(&format!("第{minute}"))));
    let caught = stage.after(100).await;
    assert_eq!(caught.len(), 90, "all articles of 100 minutes, though the feed shows 20");
    assert!(caught.windows(2).all(|pair| pair[0].posted_at <= pair[1].posted_at));
    assert_eq!(stage.heard(100).await, 1.0);
    (101..=500).for_each(|minute| post(&board, minute, Some(&format!("第{minute}"))));
    let caught = stage.after(405).await;
    assert_eq!(caught.len(), 191, "ten lists, the newest with eleven");
    let heard = stage.heard(405).await;
    assert!(heard > 0.45 && heard < 0.55, "the gap is told: {heard}");
    assert!(server.paths().iter().filter(|path| path.contains("index")).count() <= 15);
}

#[tokio::test]
async fn an_article_that_breaks_blocks_no_other_and_is_given_up() {
    let board = Board::default();
    post(&board, -20, None);
    post(&board, -10, Some("嫩芽一"));
    let (_server, mut stage) = board_stage(&board).await;
    assert_eq!(names(&stage.after(0).await), [format!("Coffee/M.{}.A.0AB", NOW / 1000 - 600)]);
    for round in 1..=6 {
        post(&board, round * 5 - 1, Some("嫩芽"));
        assert_eq!(stage.after(5).await.len(), 1, "round {round}");
    }
    let status = stage.store.sources().await.expect("sources").remove(0);
    assert_eq!((status.state, status.detail.as_str()), (SourceState::Well, ""), "it was given up and is told no more");
}

#[tokio::test]
async fn a_site_that_answers_for_no_article_is_failing_and_loses_none() {
    let board = Board::default();
    (1..=3).for_each(|minute| post(&board, -minute, None));
    let (_server, mut stage) = board_stage(&board).await;
    assert!(stage.after(0).await.is_empty());
    for _ in 0..8 {
        assert!(stage.after(16).await.is_empty());
        assert_eq!(stage.store.sources().await.expect("sources").remove(0).state, SourceState::Failing);
    }
    (1..=3).for_each(|minute| post(&board, -minute, Some("嫩芽")));
    assert_eq!(stage.after(16).await.len(), 3);
}

/// A search that finds one comment a minute since the epoch of the test, as the real one answers.
fn hacker_news(path: &str, last: i64) -> Answer {
    let url = url::Url::parse(&format!("http://x{path}")).expect("a path");
    let ask = |key: &str| {
        url.query_pairs().find(|(name, _)| name == key).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let between = ask("numericFilters");
    let bound = |mark: &str| -> i64 {
        let found = between.split(',').find_map(|part| part.strip_prefix(mark)).expect("a bound");
        found.parse().expect("a number")
    };
    let (after, until) = (bound("created_at_i>"), bound("created_at_i<="));
    let found: Vec<i64> = (after + 1..=until.min(last)).filter(|second| second % 60 == 0).rev().collect();
    let (size, page): (usize, usize) =
        (ask("hitsPerPage").parse().expect("a size"), ask("page").parse().expect("a page"));
    let hits: Vec<serde_json::Value> = found
        .iter()
        .skip(size * page)
        .take(size)
        .map(|second| serde_json::json!({"objectID": second.to_string(), "created_at_i": second, "author": "a", "comment_text": format!("嫩芽 {second}")}))
        .collect();
    let answer = serde_json::json!({"hits": hits, "nbHits": found.len(), "page": page});
    Answer::ok("application/json", answer.to_string())
}

#[tokio::test]
async fn a_search_brings_each_hit_once_however_long_nobody_listened() {
    let last = Arc::new(AtomicI64::new(NOW / 1000));
    let newest = Arc::clone(&last);
    let server = Server::start(move |asked| match asked.path.strip_prefix("/item/") {
        Some(item) => {
            let second: i64 = item.trim_end_matches(".json").parse().unwrap_or(0);
            let gone = second % 3600 == 0;
            Answer::ok(
                "application/json",
                serde_json::json!({"time": second, "by": "a", "text": format!("嫩芽 {second}"), "deleted": gone})
                    .to_string(),
            )
        }
        None => hacker_news(&asked.path, newest.load(Ordering::SeqCst)),
    })
    .await;
    let main =
        format!("[[source.hacker-news]]\nsearch = \"{0}\"\nitems = \"{0}\"\nlook_back = \"1h\"\n", server.address);
    let mut stage = Stage::over(&main, "source = \"hacker-news\"\nqueries = [\"嫩芽\"]").await;
    let first = stage.after(0).await;
    // An hour and the ten minutes that are always read again.
    assert_eq!(first.len(), 70);
    last.store(NOW / 1000 + 5 * 60, Ordering::SeqCst);
    let next = stage.after(5).await;
    assert_eq!(next.iter().filter(|m| m.change == Change::Posted).count(), 5);
    last.store(NOW / 1000 + 1005 * 60, Ordering::SeqCst);
    let caught = stage.after(1000).await;
    let posted: Vec<&RawMention> = caught.iter().filter(|m| m.change == Change::Posted).collect();
    assert_eq!(posted.len(), 1000);
    assert_eq!(stage.heard(1000).await, 1.0);
    let removed = caught.iter().chain(&next).filter(|m| m.change == Change::Removed).count();
    assert!(removed > 0, "what was deleted is told");
}

#[tokio::test]
async fn a_feed_is_fetched_once_for_all_topics_and_not_again_while_it_is_the_same() {
    let feed = "<rss version='2.0'><channel><title>t</title><item><guid>1</guid><title>嫩芽</title>\
                <pubDate>Tue, 06 Oct 2026 08:00:00 GMT</pubDate></item></channel></rss>";
    let server = Server::start(move |asked| match asked.header("if-none-match") {
        Some("\"v1\"") => Answer::Whole(304, Vec::new(), Vec::new()),
        _ => Answer::ok("application/rss+xml", feed).with("etag", "\"v1\""),
    })
    .await;
    let listen = format!(
        "source = \"feed\"\nurls = [\"{0}/f\"]\n[[listen]]\nsource = \"feed\"\nurls = [\"{0}/f\"]",
        server.address
    );
    let mut stage = Stage::over("", &listen).await;
    assert_eq!(stage.after(0).await.len(), 1);
    assert!(stage.after(10).await.is_empty());
    assert_eq!(server.paths(), ["/f", "/f"]);
    assert_eq!(stage.heard(10).await, 1.0, "an unchanged feed was heard");
}

#[tokio::test]
async fn a_schedule_by_cron_is_kept() {
    let server =
        Server::start(|_| Answer::ok("text/xml", "<rss version='2.0'><channel><title>t</title></channel></rss>")).await;
    let main = "[[source.feed]]\nname = \"daily\"\ncron = \"0 9 * * *\"\nzone = \"Asia/Taipei\"\n";
    let listen = format!("source = \"daily\"\nurls = [\"{}/f\"]", server.address);
    let mut stage = Stage::over(main, &listen).await;
    stage.after(0).await;
    let due = stage.store.sources().await.expect("sources").remove(0).due_at;
    assert_eq!(due.to_rfc3339(), "2026-10-07T01:00:00+00:00");
    stage.after(16 * 60).await;
    assert_eq!(server.paths().len(), 1);
    stage.after(30).await;
    assert_eq!(server.paths().len(), 2);
}

/// Python's own file server: what it writes to its log is what it answered.
struct Python {
    child: std::process::Child,
    address: String,
    log: std::path::PathBuf,
}

impl Python {
    /// `None` where there is no Python.
    fn serve(folder: &Path) -> Option<Self> {
        let log = folder.join("log");
        let out = std::fs::File::create(&log).expect("made");
        let mut command = std::process::Command::new("python3");
        command.args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory"]).arg(folder);
        let child = command.stdout(out.try_clone().expect("cloned")).stderr(out).spawn().ok()?;
        for _ in 0..100 {
            let said = std::fs::read_to_string(&log).expect("readable");
            if let Some(port) = said.split_whitespace().skip_while(|word| *word != "port").nth(1) {
                return Some(Self { child, address: format!("http://127.0.0.1:{port}"), log });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        None
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[tokio::test]
async fn a_file_server_that_others_wrote_is_asked_only_for_what_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let entry =
        |n: i64| format!("<entry><id>{n}</id><title>嫩芽 {n}</title><updated>2026-10-06T08:0{n}:00Z</updated></entry>");
    let feed = |entries: &str| format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title>{entries}</feed>");
    let path = folder.path().join("feed.xml");
    std::fs::write(&path, feed(&entry(1))).expect("written");
    let Some(python) = Python::serve(folder.path()) else {
        left_out("no Python: the test against its file server");
        return;
    };
    let mut stage = Stage::over("", &format!("source = \"feed\"\nurls = [\"{}/feed.xml\"]", python.address)).await;
    assert_eq!(stage.after(0).await.len(), 1);
    assert!(stage.after(10).await.is_empty());
    std::fs::write(&path, feed(&format!("{}{}", entry(2), entry(1)))).expect("written");
    let later = std::time::SystemTime::now() + Duration::from_secs(5);
    std::fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(later)).expect("dated");
    assert_eq!(stage.after(10).await.len(), 1);
    let log = std::fs::read_to_string(&python.log).expect("readable");
    let answers: Vec<&str> =
        log.lines().filter_map(|line| line.rsplit(' ').nth(1)).filter(|word| word.len() == 3).collect();
    assert_eq!(answers, ["200", "304", "200"], "{log}");
}
