//! Mastodon against a Mastodon-shaped server that others wrote (PyPI `mastodon-mock`), when `MASTODON_TEST_API` names one.

use std::io::Write;
use std::time::Duration;

use hearken::domain::{Change, Clock, Cursor, RawMention};
use hearken::net::Client;
use hearken::settings::{Document, Mistakes};
use hearken::source::{Page, Source, Way, find_kind};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::left_out::left_out;

/// The server's address, or `None` with a word about what is left out.
fn server() -> Option<String> {
    let address = std::env::var("MASTODON_TEST_API").ok();
    if address.is_none() {
        left_out("MASTODON_TEST_API names no Mastodon-shaped server (tests/run starts one)");
    }
    address
}

/// The source that reads `tag` at `instance`.
fn source(instance: &str, tag: &str, token_file: Option<&str>) -> Source {
    let mistakes = Mistakes::default();
    let token = token_file.map(|path| format!("token = \"file:{path}\"\n")).unwrap_or_default();
    let text = format!("instance = \"{instance}\"\n{token}[listen]\ntags = [\"{tag}\"]\n");
    let document = Document::parse("test.toml", &text, &mistakes);
    let root = document.root();
    let place = find_kind("mastodon").expect("known").read_place("here", &root).expect("a place");
    let wanted = place.read_listen(&root.table("listen").expect("there"));
    assert_eq!(mistakes.count(), 0, "{:?}", mistakes.sorted());
    place.source(&wanted[0], Vec::new(), &Client::new().expect("a client"))
}

async fn call(method: reqwest::Method, url: String, status: Option<&str>) -> Value {
    let mut request = reqwest::Client::new().request(method, url).bearer_auth("mock_token");
    if let Some(status) = status {
        request = request.form(&[("status", status)]);
    }
    request.send().await.expect("an answer").error_for_status().expect("taken").json().await.expect("JSON")
}

async fn write(instance: &str, status: &str) -> String {
    let written = call(reqwest::Method::POST, format!("{instance}/api/v1/statuses"), Some(status)).await;
    written["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_timeline_is_read_page_by_page_and_every_post_once() {
    let Some(instance) = server() else { return };
    let tag = format!("pages{}", std::process::id());
    let source = source(&instance, &tag, None);
    let Way::Poll(poll, _) = &source.way else { panic!("without a token it is asked") };
    write(&instance, &format!("first #{tag}")).await;
    let clock = Clock::System;
    let first = poll.poll(None, clock.now()).await.expect("a page");
    assert_eq!(first.mentions.len(), 1);
    for number in 0..95 {
        write(&instance, &format!("嫩芽 {number} #{tag}")).await;
    }
    let mut cursor: Option<Cursor> = first.cursor;
    let mut seen: Vec<RawMention> = Vec::new();
    for _ in 0..5 {
        let page = poll.poll(cursor.as_ref(), clock.now()).await.expect("a page");
        let more = page.more;
        seen.extend(page.mentions);
        cursor = page.cursor;
        assert!(page.refused.is_empty(), "{:?}", page.refused);
        assert_eq!(page.heard.is_none(), more, "only the last page completes what was heard");
        if !more {
            break;
        }
    }
    let texts: Vec<&str> = seen.iter().map(|raw| raw.text.as_str()).collect();
    let expected: Vec<String> = (0..95).map(|number| format!("嫩芽 {number} #{tag}")).collect();
    assert_eq!(texts, expected);
    let again = poll.poll(cursor.as_ref(), clock.now()).await.expect("a page");
    assert!(again.mentions.is_empty());
}

/// The next raw mention that the stream brings.
async fn next(pages: &mut mpsc::Receiver<Page>, held: &mut Vec<RawMention>) -> RawMention {
    while held.is_empty() {
        let page = tokio::time::timeout(Duration::from_secs(30), pages.recv()).await.expect("in time").expect("a page");
        assert!(page.refused.is_empty(), "{:?}", page.refused);
        held.extend(page.mentions);
    }
    held.remove(0)
}

/// A timeline that always has forty posts more.
fn forty_more(request: &wiremock::Request) -> ResponseTemplate {
    let after = request.url.query_pairs().find(|(key, _)| key == "min_id").and_then(|(_, id)| id.parse::<u64>().ok());
    let first = after.unwrap_or(0) + 1;
    let posts = (first..first + 40).rev().map(|id| {
        json!({"id": id.to_string(), "created_at": "2026-11-01T00:00:00Z", "uri": format!("https://x.example/{id}"),
            "url": null, "content": "<p>嫩芽</p>", "account": {"id": "1", "acct": "a", "username": "a", "url": ""}})
    });
    ResponseTemplate::new(200).set_body_json(posts.collect::<Vec<_>>())
}

#[tokio::test]
async fn what_one_connection_cannot_catch_up_is_left_to_the_next_and_not_passed_over() {
    let server = MockServer::start().await;
    Mock::given(path("/api/v1/timelines/tag/t")).respond_with(forty_more).mount(&server).await;
    let live = "event: update\ndata: {\"id\":\"999999\"}\n\n";
    let stream = ResponseTemplate::new(200).set_body_raw(live, "text/event-stream");
    Mock::given(path("/api/v1/streaming/hashtag")).respond_with(stream).mount(&server).await;
    let mut token = tempfile::NamedTempFile::new().expect("a file");
    token.write_all(b"mock_token\n").expect("written");
    let source = source(&server.uri(), "t", token.path().to_str());
    let Way::Listen(listen) = &source.way else { panic!("with a token it is streamed") };
    let (sender, mut pages) = mpsc::channel(100);
    let left = Some(Cursor(json!({"min_id": "1000", "heard": 5})));
    listen.listen(left, &Clock::System, sender).await.expect("a clean end");
    let (mut read, mut cursor) = (0, None);
    while let Some(page) = pages.recv().await {
        assert_eq!((page.refused.len(), page.heard), (0, None), "not all was heard yet");
        read += page.mentions.len() as u64;
        cursor = page.cursor;
    }
    assert!(read > 0);
    let cursor = cursor.expect("moved").0;
    assert_eq!((&cursor["min_id"], &cursor["heard"]), (&json!((1000 + read).to_string()), &json!(5)));
}

#[tokio::test]
async fn a_stream_catches_up_and_then_brings_posts_edits_and_deletes() {
    let Some(instance) = server() else { return };
    let mut token = tempfile::NamedTempFile::new().expect("a file");
    token.write_all(b"mock_token\n").expect("written");
    let tag = format!("stream{}", std::process::id());
    write(&instance, &format!("before #{tag}")).await;
    let source = source(&instance, &tag, token.path().to_str());
    let (sender, mut pages) = mpsc::channel(16);
    let listening = tokio::spawn(async move {
        let Way::Listen(listen) = &source.way else { panic!("with a token it is streamed") };
        listen.listen(None, &Clock::System, sender).await
    });
    let mut held = Vec::new();
    let before = next(&mut pages, &mut held).await;
    assert_eq!(before.text, format!("before #{tag}"));
    let id = write(&instance, &format!("live #{tag}")).await;
    let live = next(&mut pages, &mut held).await;
    assert_eq!((live.text.as_str(), live.change), (format!("live #{tag}").as_str(), Change::Posted));
    let address = format!("{instance}/api/v1/statuses/{id}");
    call(reqwest::Method::PUT, address.clone(), Some(&format!("better #{tag}"))).await;
    let edited = next(&mut pages, &mut held).await;
    assert_eq!(
        (edited.text, edited.change, &edited.native_id),
        (format!("better #{tag}"), Change::Edited, &live.native_id)
    );
    call(reqwest::Method::DELETE, address, None).await;
    let removed = next(&mut pages, &mut held).await;
    assert_eq!(removed.change, Change::Removed);
    assert_eq!(removed.alias, live.alias, "a delete names the instance's own number");
    listening.abort();
}
