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
use serde_json::json;

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
async fn another_query_is_tried_and_written_into_the_file_and_nothing_else_of_it_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("topics")).expect("made");
    fs::write(folder.path().join("hearken.toml"), "").expect("written");
    let file = folder.path().join("topics/coffee.toml");
    let before = format!(
        "# by Mei\n{}\n[parts]\nbrand = '嫩芽 OR 綠葉'  # two\n",
        topic("嫩芽").replace("[[listen]]", "# where\n[[listen]]")
    );
    fs::write(&file, &before).expect("written");
    keep(folder.path()).await;
    let preview = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hearken"));
        command.args(["preview", "coffee", "--folder"]).arg(folder.path()).args(arguments).output().expect("it runs")
    };
    let tried = preview(&["--query", "$brand AND NOT 咖啡", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_slice(&tried.stdout).expect("JSON");
    assert_eq!((&told["matched"], &told["looked_at"]), (&json!(1), &json!(2)), "{told}");
    assert_eq!(told["removed"], json!([{"clause": "NOT 咖啡", "count": 1}]));
    assert_eq!(fs::read_to_string(&file).expect("there"), before, "tried, not written");
    let wrong = preview(&["--query", "$brnd OR (", "--write"]);
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert_eq!(wrong.status.code(), Some(2), "{said}");
    assert!(said.contains("did you mean `$brand`?") && said.contains("never closed"), "{said}");
    assert_eq!(fs::read_to_string(&file).expect("there"), before);
    let written = preview(&["--query", "$brand AND NOT 咖啡", "--write"]);
    assert!(written.status.success(), "{written:?}");
    let after = fs::read_to_string(&file).expect("there");
    assert_eq!(after, before.replace("query = \"嫩芽\"", "query = '$brand AND NOT 咖啡'"));
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
        "2 of 3 texts match\n1 of them are not kept under the topic so far\n1 kept under it would match no more\n2.0 a day from 2025-11-13 to 2025-11-13, most on 2025-11-13: 2\n\
         \n  綠葉咖啡\n      ^^^^\n\n  嫩芽咖啡\n      ^^^^\n"
    );
}
