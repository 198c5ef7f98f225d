//! Collect over a stream that brings everything: what of it is kept, what becomes a tombstone, and where a cut one reads on.
//!
//! The stream is a local WebSocket server that speaks as Jetstream's documents describe.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use hearken::config::{self, Live};
use hearken::domain::{Change, Clock, RawMention, SourceName};
use hearken::net::Client;
use hearken::pipeline::{Collect, Ingest};
use hearken::store::{MentionFilter, MentionOrder, SourceState, SourceStatus, Store};
use hearken::text::Text;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_util::sync::CancellationToken;

use crate::database::on_each;
use crate::store_story::judgement;

const MICROS: i64 = 1_794_000_000_000_000;
const SECOND: i64 = 1_000_000;
const MINUTE_MS: i64 = 60_000;
/// A new connection goes back so far behind the cursor.
const REWIND: i64 = 10 * SECOND;

fn event(author: &str, second: i64, more: &Value) -> Value {
    let mut event = json!({"did": format!("did:plc:{author}"), "time_us": MICROS + second * SECOND});
    let fields = event.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    event
}

fn commit(author: &str, second: i64, operation: &str, key: &str, text: Option<&str>) -> Value {
    let created = hearken::domain::time::timestamp(MICROS / 1000 + second * 1000).to_rfc3339();
    let record =
        text.map(|text| json!({"$type": "app.bsky.feed.post", "text": text, "langs": ["zh"], "createdAt": created}));
    let commit =
        json!({"rev": "r", "operation": operation, "collection": "app.bsky.feed.post", "rkey": key, "record": record});
    event(author, second, &json!({"kind": "commit", "commit": commit}))
}

fn post(author: &str, second: i64, key: &str, text: &str) -> Value {
    commit(author, second, "create", key, Some(text))
}

fn native(author: &str, key: &str) -> String {
    format!("at://did:plc:{author}/app.bsky.feed.post/{key}")
}

/// The stream: one connection after the other, each says what it is told to and is cut when told so.
struct Stream {
    address: String,
    say: mpsc::UnboundedSender<Option<Value>>,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Stream {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound").to_string();
        let (say, mut told) = mpsc::unbounded_channel();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            loop {
                connection(&listener, &log, &mut told).await;
            }
        });
        Self { address, say, asked, task }
    }

    fn say(&self, events: impl IntoIterator<Item = Value>) {
        for event in events {
            self.say.send(Some(event)).expect("the server runs");
        }
    }

    fn cut(&self) {
        self.say.send(None).expect("the server runs");
    }

    /// Waits for this many connections in all: what is said now is said to the last of them.
    async fn connected(&self, times: usize) {
        let connected = async {
            while self.asked().len() < times {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(40), connected).await.expect("it connects again");
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("not poisoned").clone()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection, dropped without a word when it is cut.
#[expect(clippy::result_large_err, reason = "the callback's type is tungstenite's")]
async fn connection(
    listener: &TcpListener,
    asked: &Mutex<Vec<String>>,
    told: &mut mpsc::UnboundedReceiver<Option<Value>>,
) {
    let (stream, _) = listener.accept().await.expect("a connection");
    let callback = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        asked.lock().expect("not poisoned").push(request.uri().to_string());
        Ok(response)
    };
    let mut socket = accept_hdr_async(stream, callback).await.expect("a handshake");
    loop {
        tokio::select! {
            next = told.recv() => match next {
                Some(Some(event)) => socket.send(Message::text(event.to_string())).await.expect("sent"),
                Some(None) => return,
                None => std::future::pending().await,
            },
            // The other side went: a restart.
            heard = socket.next() => if !matches!(heard, Some(Ok(_))) { return },
        }
    }
}

/// A running collect, and an ingest that is asked for a round when a test wants one.
struct Stage {
    store: Store,
    live: Arc<Live>,
    clock: Arc<AtomicI64>,
    ingest: Ingest,
    running: Option<(CancellationToken, JoinHandle<anyhow::Result<()>>)>,
}

impl Stage {
    fn over(store: Store, stream: &Stream) -> Self {
        let main = format!("[[source.bluesky]]\nname = \"sky\"\ninstance = \"ws://{}/subscribe\"\n", stream.address);
        let topic = |query: &str| format!("title = \"T\"\nquery = '{query}'\n[[listen]]\nsource = \"sky\"\n");
        let (coffee, tea) = (topic("嫩芽 AND NOT 徵才"), topic("葉子茶行"));
        let config = config::from_texts(Path::new("."), &main, &[("coffee", &coffee), ("tea", &tea)]);
        let live = Arc::new(Live::new(config.unwrap_or_else(|mistakes| panic!("{mistakes:?}"))));
        let clock = Arc::new(AtomicI64::new(MICROS / 1000));
        let judging = |text: &Text| judgement(text.original());
        let ingest = Ingest::judged_by(store.clone(), live.clone(), judging, Clock::Driven(clock.clone()));
        let mut stage = Self { store, live, clock, ingest, running: None };
        stage.start();
        stage
    }

    fn start(&mut self) {
        let clock = Clock::Driven(Arc::clone(&self.clock));
        let client = Client::new().expect("a client");
        let collect = Collect::new(self.store.clone(), Arc::clone(&self.live), client, clock, 7);
        let stop = CancellationToken::new();
        let told = stop.clone();
        self.running = Some((stop, tokio::spawn(async move { collect.run(told).await })));
    }

    async fn stop(&mut self) {
        let (stop, running) = self.running.take().expect("it runs");
        stop.cancel();
        running.await.expect("it did not break").expect("it ended well");
    }

    fn pass(&self, minutes: i64) {
        self.clock.fetch_add(minutes * MINUTE_MS, Ordering::SeqCst);
    }

    async fn status(&self) -> SourceStatus {
        self.known().await.expect("known")
    }

    async fn known(&self) -> Option<SourceStatus> {
        let name = SourceName::new("sky").expect("a name");
        self.store.sources().await.expect("read").into_iter().find(|status| status.name == name)
    }

    /// Waits until the stored cursor stands at this second of the stream: everything up to it is stored.
    async fn reached(&self, second: i64) {
        let reached = async {
            let cursor = || async { self.known().await?.cursor };
            while cursor().await.is_none_or(|cursor| cursor.0["time_us"] != MICROS + second * SECOND) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(40), reached).await.expect("the cursor moves on");
    }

    async fn waiting(&self) -> Vec<RawMention> {
        let rows = self.store.take_inbox(100).await.expect("read");
        rows.into_iter().map(|row| row.raw.expect("readable")).collect()
    }

    /// What waits, by its own id and what it says of it; ingested by then.
    async fn brought(&self) -> Vec<(String, Change)> {
        let waiting = self.waiting().await;
        self.ingest.tick().await.expect("ingested");
        waiting.into_iter().map(|raw| (raw.native_id.to_string(), raw.change)).collect()
    }

    /// The mentions by their own ids, and whether each is a tombstone, in order of time.
    async fn held(&self) -> Vec<(String, bool)> {
        let all = MentionFilter { with_removed: true, order: MentionOrder::Newest, ..MentionFilter::default() };
        let mut held = self.store.mentions(&all, 100, 0).await.expect("read");
        held.sort_by_key(|mention| mention.raw.posted_at);
        held.into_iter().map(|mention| (mention.raw.native_id.to_string(), mention.removed_at.is_some())).collect()
    }
}

#[tokio::test]
async fn of_everything_that_is_said_only_what_a_topic_wants_is_kept_and_what_is_taken_back_becomes_a_tombstone() {
    on_each(|store| async move {
        let stream = Stream::start().await;
        let mut stage = Stage::over(store, &stream);
        stream.say([
            post("a", 1, "1", "嫩芽咖啡好喝讚"),
            post("b", 2, "1", "今天天氣真好"),
            post("c", 3, "1", "葉子茶行出新口味"),
            post("a", 4, "2", "嫩芽徵才中"),
            post("c", 5, "2", "嫩芽今天很爛"),
            post("d", 6, "1", "午餐吃什麼"),
        ]);
        stage.reached(6).await;
        let posted = |author: &str, key: &str| (native(author, key), Change::Posted);
        assert_eq!(stage.brought().await, [posted("a", "1"), posted("c", "1"), posted("c", "2")]);
        assert_eq!(stage.status().await.state, SourceState::Well);

        // After a start everything that is taken back is told on; later only what is known. The program starts anew.
        stage.stop().await;
        stage.start();
        stream.connected(2).await;
        stream.say([post("b", 7, "2", "還是沒人想聽")]);
        stage.reached(7).await;
        stage.pass(10);
        let ended = |status: &str| json!({"kind": "account", "account": {"active": false, "status": status, "did": "x", "seq": 1}});
        stream.say([
            commit("a", 8, "delete", "1", None),
            commit("b", 9, "delete", "1", None),
            event("c", 10, &ended("deleted")),
            event("d", 11, &ended("takendown")),
            event("a", 12, &ended("deactivated")),
            post("e", 13, "1", "嫩芽和葉子茶行"),
            commit("e", 14, "delete", "1", None),
        ]);
        stage.reached(14).await;
        let told = [
            (native("a", "1"), Change::Removed),
            ("did:plc:c".to_owned(), Change::AuthorRemoved),
            posted("e", "1"),
            (native("e", "1"), Change::Removed),
        ];
        assert_eq!(stage.brought().await, told, "nothing of those that nobody holds");
        let gone = |author: &str, key: &str| (native(author, key), true);
        assert_eq!(stage.held().await, [gone("a", "1"), gone("c", "1"), gone("c", "2"), gone("e", "1")]);
        stage.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_cut_stream_is_connected_again_and_reads_on_from_the_stored_cursor() {
    on_each(|store| async move {
        let stream = Stream::start().await;
        let mut stage = Stage::over(store, &stream);
        stream.say([post("a", 1, "1", "嫩芽一"), post("b", 2, "1", "別的")]);
        stage.reached(2).await;
        stream.cut();
        // What was said again, as the new connection goes back a little, is there once.
        stream.say([post("a", 1, "1", "嫩芽一"), post("a", 3, "2", "嫩芽二")]);
        let failing = async {
            while stage.status().await.state != SourceState::Failing {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), failing).await.expect("the cut is seen");
        let status = stage.status().await;
        assert_eq!((status.failures, status.detail.is_empty()), (1, false), "{status:?}");
        stage.reached(3).await;
        let status = stage.status().await;
        assert_eq!((status.state, status.failures, status.detail.as_str()), (SourceState::Well, 0, ""));

        // A restart reads on from there too.
        stage.stop().await;
        stage.start();
        stream.connected(3).await;
        stream.say([post("a", 4, "3", "嫩芽三")]);
        stage.reached(4).await;
        let asked = stream.asked();
        let cursors: Vec<Option<&str>> = asked.iter().map(|asked| asked.split("&cursor=").nth(1)).collect();
        let [second, third] = [2, 3].map(|second| (MICROS + second * SECOND - REWIND).to_string());
        assert_eq!(cursors, [None, Some(second.as_str()), Some(third.as_str())]);
        stage.brought().await;
        let held = |key: &str| (native("a", key), false);
        assert_eq!(stage.held().await, [held("1"), held("2"), held("3")]);
        stage.stop().await;
    })
    .await;
}
