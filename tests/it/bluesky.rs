//! Bluesky against a local WebSocket server that speaks as Jetstream's documents describe.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use hearken::domain::{Change, Clock, Cursor};
use hearken::net::Client;
use hearken::settings::{Document, Mistakes};
use hearken::source::{Page, Source, Way, find_kind};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

const MICROS: i64 = 1_794_000_000_000_000;

fn source(address: &str) -> Source {
    source_at(&format!("ws://{address}/subscribe"))
}

fn source_at(instance: &str) -> Source {
    let mistakes = Mistakes::default();
    let text = format!("instance = \"{instance}\"\n[listen]\n");
    let document = Document::parse("test.toml", &text, &mistakes);
    let root = document.root();
    let place = find_kind("bluesky").expect("known").read_place("jetstream", &root).expect("a place");
    let wanted = place.read_listen(&root.table("listen").expect("there"));
    place.source(&wanted[0], Vec::new(), &Client::new().expect("a client"))
}

fn post(number: i64, text: &str) -> String {
    json!({"did": "did:plc:a", "time_us": MICROS + number * 1_000_000, "kind": "commit", "commit": {
        "rev": "r", "operation": "create", "collection": "app.bsky.feed.post", "rkey": number.to_string(), "cid": "c",
        "record": {"$type": "app.bsky.feed.post", "text": text, "langs": ["zh"],
            "createdAt": hearken::domain::time::timestamp(MICROS / 1000 + number * 1000).to_rfc3339()}}})
    .to_string()
}

/// Serves one connection: tells what was asked, says these lines, and closes.
#[expect(clippy::result_large_err, reason = "the callback's type is tungstenite's")]
async fn serve(listener: &TcpListener, lines: Vec<String>) -> String {
    let (stream, _) = listener.accept().await.expect("a connection");
    let mut asked = String::new();
    let callback = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        asked = request.uri().to_string();
        Ok(response)
    };
    let mut socket = accept_hdr_async(stream, callback).await.expect("a handshake");
    for line in lines {
        socket.send(Message::text(line)).await.expect("sent");
    }
    socket.close(None).await.expect("closed");
    while let Some(Ok(_)) = socket.next().await {}
    asked
}

/// Everything that one connection brings.
async fn hear(source: &Source, cursor: Option<Cursor>) -> Vec<Page> {
    let Way::Listen(listen) = &source.way else { panic!("a stream") };
    let (sender, mut receiver) = mpsc::channel(16);
    let listening = listen.listen(cursor, &Clock::System, sender);
    let gathering = async {
        let mut pages = Vec::new();
        while let Some(page) = receiver.recv().await {
            pages.push(page);
        }
        pages
    };
    let both = async { tokio::join!(listening, gathering) };
    let (ended, pages) = tokio::time::timeout(Duration::from_secs(30), both).await.expect("in time");
    ended.expect("a clean end");
    pages
}

#[tokio::test]
async fn a_cut_stream_reads_on_a_little_before_where_it_was() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let source = source(&listener.local_addr().expect("bound").to_string());
    let first = vec![post(1, "嫩芽咖啡好喝"), "{\"did\":".to_owned(), post(2, "second")];
    let (asked, pages) = tokio::join!(serve(&listener, first), hear(&source, None));
    assert!(asked.contains("wantedCollections=app.bsky.feed.post") && !asked.contains("cursor"), "{asked}");
    let texts: Vec<_> = pages.iter().flat_map(|page| &page.mentions).map(|raw| raw.text.as_str()).collect();
    assert_eq!(texts, ["嫩芽咖啡好喝", "second"]);
    assert_eq!(pages.iter().map(|page| page.refused.len()).sum::<usize>(), 1, "the broken event is told");

    let cursor = pages.last().and_then(|page| page.cursor.clone());
    let delete = json!({"did": "did:plc:a", "time_us": MICROS + 9_000_000, "kind": "commit", "commit": {
        "rev": "r", "operation": "delete", "collection": "app.bsky.feed.post", "rkey": "1"}});
    let (asked, pages) =
        tokio::join!(serve(&listener, vec![post(2, "second"), delete.to_string()]), hear(&source, cursor));
    assert!(asked.ends_with(&format!("cursor={}", MICROS + 2_000_000 - 10_000_000)), "{asked}");
    let changes: Vec<_> = pages.iter().flat_map(|page| &page.mentions).map(|raw| raw.change).collect();
    assert_eq!(changes, [Change::Posted, Change::Removed]);
    let heard = pages[0].heard.expect("a stretch");
    assert_eq!(heard.from.timestamp_micros(), MICROS + 2_000_000 - 10_000_000);
}

#[tokio::test]
async fn what_the_instance_keeps_no_more_was_not_heard() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let source = source(&listener.local_addr().expect("bound").to_string());
    let cursor = Some(Cursor(json!({"time_us": MICROS})));
    let days = 3 * 86_400;
    let lines = vec![post(days, "三天後"), post(days + 5, "再五秒")];
    let (_, pages) = tokio::join!(serve(&listener, lines), hear(&source, cursor));
    let heard = pages[0].heard.expect("a stretch");
    assert_eq!(heard.from.timestamp_micros(), MICROS + days * 1_000_000, "three days are a gap");
    assert_eq!(heard.to.timestamp_micros(), MICROS + (days + 5) * 1_000_000);
}

#[tokio::test]
async fn a_refused_connection_is_a_clear_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let source = source(&listener.local_addr().expect("bound").to_string());
    drop(listener);
    let Way::Listen(listen) = &source.way else { panic!("a stream") };
    let (sender, _receiver) = mpsc::channel(1);
    let ended = listen.listen(None, &Clock::System, sender).await;
    assert!(matches!(ended, Err(hearken::net::Error::Unreachable(_))), "{ended:?}");
}

#[tokio::test]
async fn a_place_that_does_not_speak_tls_is_a_clear_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    let source = source_at(&format!("wss://{address}/subscribe"));
    let Way::Listen(listen) = &source.way else { panic!("a stream") };
    let (sender, _receiver) = mpsc::channel(1);
    let hang_up = async { drop(listener.accept().await) };
    let (ended, ()) = tokio::join!(listen.listen(None, &Clock::System, sender), hang_up);
    assert!(matches!(ended, Err(hearken::net::Error::Unreachable(_))), "{ended:?}");
}
