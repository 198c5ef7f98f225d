//! The pages in a real browser, when `TEST_CHROMIUM` names one: they are drawn, and nothing on them is refused.

use std::path::Path;
use std::process::Command;

use hearken::domain::{IncidentKind, TopicName};
use hearken::store::{IncidentFilter, Store};
use hearken::web;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::left_out::left_out;
use crate::seed;

/// What the browser makes of a page, what it complains of, and the picture's size in bytes.
fn look(chromium: &str, folder: &Path, url: &str, width: u32) -> (String, String, u64) {
    let picture = folder.join("page.png");
    let run = |what: &[String]| {
        let mut command = Command::new(chromium);
        command.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-sync",
        ]);
        command.args(["--disable-background-networking", "--disable-component-update", "--enable-logging=stderr"]);
        command.arg(format!("--user-data-dir={}", folder.join("profile").display()));
        command.arg(format!("--window-size={width},900")).arg("--virtual-time-budget=4000");
        command.args(what).arg(url).output().expect("the browser ran")
    };
    let dumped = run(&["--dump-dom".to_owned()]);
    run(&[format!("--screenshot={}", picture.display())]);
    let size = std::fs::metadata(&picture).map_or(0, |about| about.len());
    let complaints = String::from_utf8_lossy(&dumped.stderr).into_owned();
    (String::from_utf8_lossy(&dumped.stdout).into_owned(), complaints, size)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_draws_every_page_and_refuses_nothing_on_them() {
    let Ok(chromium) = std::env::var("TEST_CHROMIUM") else {
        left_out("TEST_CHROMIUM names no browser (tests/run finds or installs one)");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&format!("sqlite:{}", folder.path().join("it.db").display())).await.expect("a store");
    seed::fill(&store).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("bound"));
    let stop = CancellationToken::new();
    let serving = tokio::spawn(web::serve(listener, web::router(seed::web(&store)), stop.clone()));

    let topic: TopicName = seed::coffee();
    let filter = IncidentFilter { topic: Some(topic.clone()), unresolved_only: true, ..IncidentFilter::default() };
    let incident = store.incidents(&filter, 1, 0).await.expect("read").remove(0);
    assert_eq!(incident.kind, IncidentKind::Negative);
    let pages =
        ["/".to_owned(), format!("/topic/{topic}"), format!("/incident/{}", incident.id), "/mentions".to_owned()];
    for (page, width) in pages.iter().zip([1280, 500, 1280, 500]) {
        let (chromium, at, url) = (chromium.clone(), folder.path().to_path_buf(), format!("{base}{page}"));
        let looked = tokio::task::spawn_blocking(move || look(&chromium, &at, &url, width)).await;
        let (dom, complaints, size) = looked.expect("looked");
        assert!(dom.contains("<main") && dom.contains("hearken"), "{page}: {dom}");
        for word in ["Refused to", "Content Security Policy", "Uncaught"] {
            assert!(!complaints.contains(word), "{page}: {complaints}");
        }
        assert!(size > 10_000, "{page}: a picture of {size} bytes shows nothing");
    }
    stop.cancel();
    serving.await.expect("joined").expect("served");
    store.close().await;
}
