//! What a changed query would find in what is stored.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use hearken::config::{Live, load};
use hearken::domain::{Clock, Platform, SourceName};
use hearken::pipeline::Ingest;
use hearken::store::{Page, Store};
use hearken::text::Text;

use crate::store_story::{at, judgement, post};

fn topic(query: &str) -> String {
    format!(
        "title = \"Coffee\"\nquery = \"{query}\"\n[[listen]]\nsource = \"feed\"\nurls = [\"https://a.example/f\"]\n"
    )
}

async fn keep(folder: &Path) {
    let config = load(folder).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let store = Store::open(&config.database).await.expect("opened");
    let source = SourceName::new("file/posts").expect("a name");
    let mentions = [post("1", "ann", "嫩芽咖啡", 0), post("2", "bob", "嫩芽", 1), post("3", "cat", "綠葉咖啡", 2)];
    let page =
        Page { platform: Platform::Feed, mentions: &mentions, cursor: None, heard: None, due_at: at(0), detail: "" };
    store.put_page(&source, page, at(0)).await.expect("stored");
    let judging = |text: &Text| judgement(text.original());
    let ingest = Ingest::judged_by(store.clone(), Arc::new(Live::new(config)), judging, Clock::Fixed(at(60_000)));
    ingest.tick().await.expect("a round");
    store.close().await;
}

#[tokio::test]
async fn a_changed_query_is_tried_on_what_is_stored_before_it_is_trusted() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("topics")).expect("made");
    fs::write(folder.path().join("hearken.toml"), "").expect("written");
    fs::write(folder.path().join("topics/coffee.toml"), topic("嫩芽")).expect("written");
    fs::write(folder.path().join("topics/leaf.toml"), topic("綠葉")).expect("written");
    keep(folder.path()).await;
    fs::write(folder.path().join("topics/coffee.toml"), topic("咖啡")).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hearken"));
    let output = command.args(["preview", "coffee", "--folder"]).arg(folder.path()).output().expect("it runs");
    let told = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(
        told,
        "2 of 3 texts match\n1 of them are not kept under the topic so far\n1 kept under it would match no more\n\
         \n  綠葉咖啡\n      ^^^^\n\n  嫩芽咖啡\n      ^^^^\n"
    );
}
