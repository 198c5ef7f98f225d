//! Models replaced while the program runs: a whole new set judges from the next batch on, a broken one changes nothing.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use hearken::app;
use hearken::classify::Judge;
use hearken::config::{self, Live};
use hearken::domain::{MentionId, Platform, SourceName};
use hearken::store::{Page, Store};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::store_story::{at, post};

const TOPIC: &str =
    "title = \"Sprout\"\nquery = '嫩芽'\n[[listen]]\nsource = \"feed\"\nurls = [\"http://127.0.0.1:9/none.xml\"]\n";

/// A model of the program's own, with another version in its header.
fn model(name: &str, version: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sentiment-models").join(name);
    let mut bytes = fs::read(path).expect("the model that ships");
    bytes.truncate(bytes.len() - 32);
    let key = b"\"version\":\"";
    let place = bytes.windows(key.len()).position(|window| window == key).expect("a version") + key.len();
    bytes[place..place + version.len()].copy_from_slice(version.as_bytes());
    let checksum = Sha256::digest(&bytes);
    bytes.extend_from_slice(&checksum);
    bytes
}

fn folder(address: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    fs::create_dir(folder.path().join("topics")).expect("made");
    fs::create_dir(folder.path().join("models")).expect("made");
    write("topics/sprout.toml", TOPIC);
    let scorer = "[scorer]\nkind = \"http\"\naddress = \"http://127.0.0.1:9/v1\"\nmodel = \"nobody\"\n";
    write("hearken.toml", &format!("models = \"models\"\n[web]\naddress = \"{address}\"\n{scorer}"));
    folder
}

/// Waits until `is` holds; the longest wait is that of a slow machine.
async fn until<F: Future<Output = bool>>(what: &str, is: impl Fn() -> F) {
    let began = Instant::now();
    while !is().await {
        assert!(began.elapsed() < Duration::from_secs(60), "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The name of the models that judged a post which comes in now.
async fn judged_by(store: &Store, id: &str) -> String {
    let source = SourceName::new("file/x.csv").expect("a name");
    let raw = post(id, "ann", "嫩芽的客服態度超差", 0);
    let page = Page {
        platform: Platform::File,
        mentions: std::slice::from_ref(&raw),
        cursor: None,
        heard: None,
        due_at: at(0),
        detail: "",
    };
    store.put_page(&source, page, at(0)).await.expect("stored");
    let id: MentionId = raw.id();
    until("it is judged", async || store.mention(&id).await.expect("read").is_some()).await;
    store.mention(&id).await.expect("read").expect("held").judgement.model
}

async fn page(address: &str) -> String {
    reqwest::get(format!("http://{address}/sources")).await.expect("an answer").text().await.expect("a page")
}

#[tokio::test(flavor = "multi_thread")]
async fn new_models_judge_without_a_restart_and_broken_ones_change_nothing() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = free.local_addr().expect("an address").to_string();
    drop(free);
    let folder = folder(&address);
    let config = config::load(folder.path()).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let store = Store::open(&config.database).await.expect("opens");
    let stop = CancellationToken::new();
    let running = tokio::spawn(app::serve(config, stop.clone()));
    until("the pages are there", async || reqwest::get(format!("http://{address}/me")).await.is_ok()).await;

    let built_in = Judge::built_in().expect("the built-in judge").name().to_owned();
    assert_eq!(judged_by(&store, "1").await, built_in, "an empty folder leaves the built-in models");
    let told = page(&address).await;
    assert!(told.contains("http-nobody") && told.contains("沒有回應，由內建模型判讀"), "{told}");

    let path = folder.path().join("models/zh.model");
    fs::write(&path, model("zh.model", "feed")).expect("written");
    let numbers = std::sync::atomic::AtomicU32::new(2);
    let next = async || {
        let id = numbers.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_string();
        judged_by(&store, &id).await
    };
    until("the new model judges", async || next().await.starts_with("linear-feed-")).await;
    let new = next().await;
    assert_ne!(new, built_in);
    assert!(!page(&address).await.contains("zh.model"));

    fs::write(&path, &model("zh.model", "beef")[..5_000]).expect("written");
    until("the mistake is shown", async || page(&address).await.contains("models/zh.model")).await;
    assert_eq!(next().await, new, "the models before the broken one go on");

    fs::write(&path, model("zh.model", "cafe")).expect("written");
    until("the mended model judges", async || next().await.starts_with("linear-cafe-")).await;
    assert!(!page(&address).await.contains("models/zh.model"));

    stop.cancel();
    running.await.expect("no panic").expect("a good end");
    store.close().await;
}

fn live(folder: &Path) -> Live {
    Live::new(config::load(folder).unwrap_or_else(|mistakes| panic!("{mistakes:?}")))
}

fn name_of(live: &Live) -> String {
    live.judge().expect("a judge").name().to_owned()
}

#[test]
fn a_set_is_taken_up_when_it_holds_still_and_the_name_tells_of_words_too() {
    let folder = folder("127.0.0.1:0");
    let live = live(folder.path());
    let before = name_of(&live);
    let path = folder.path().join("models/en.model");
    fs::write(&path, model("en.model", "aaaa")).expect("written");
    assert_eq!(live.refresh().models, None, "it may still be written");
    fs::write(&path, model("en.model", "bbbb")).expect("written");
    assert_eq!(live.refresh().models, None);
    let taken = live.refresh().models.expect("it held still");
    assert!(taken.contains("-bbbb-") && name_of(&live) == taken, "{taken}");
    assert_eq!(live.refresh(), Default::default());

    fs::create_dir(folder.path().join("models/lexicon")).expect("made");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("sentiment-models/lexicon/en.tsv");
    let text = fs::read_to_string(own).expect("the lexicon that ships");
    fs::write(folder.path().join("models/lexicon/en.tsv"), format!("{text}\n")).expect("written");
    live.refresh();
    let worded = live.refresh().models.expect("taken up");
    assert_ne!(worded, taken, "other words are another version");

    fs::remove_dir_all(folder.path().join("models")).expect("removed");
    assert!(live.refresh().mistakes_changed && live.broken().len() == 1);
    assert_eq!(name_of(&live), worded, "a folder that went away is no wish for the built-in models");
    fs::create_dir(folder.path().join("models")).expect("made");
    live.refresh();
    assert_eq!(live.refresh().models.as_deref(), Some(before.as_str()));
    assert_eq!(live.broken(), []);
}

#[test]
fn check_and_serve_refuse_a_broken_folder_before_anything_starts() {
    let folder = folder("127.0.0.1:0");
    let run = |command: &[&str]| {
        let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_hearken"));
        let run = run.args(command).output().expect("it runs");
        let told = [run.stdout, run.stderr].concat();
        (run.status.code(), String::from_utf8(told).expect("UTF-8"))
    };
    let place = folder.path().display().to_string();
    assert_eq!(run(&["check", &place]).0, Some(0));
    fs::write(folder.path().join("models/zh.model"), b"HKSM").expect("written");
    for command in [&["check", &place][..], &["serve", "--folder", &place]] {
        let (code, told) = run(command);
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains("models/zh.model") && told.contains("hint: ") && told.contains("1 mistake"), "{told}");
    }
    let main = folder.path().join("hearken.toml");
    fs::write(main, "models = \"nowhere\"\n").expect("written");
    let (code, told) = run(&["check", &place]);
    assert!(code == Some(2) && told.contains("hearken.toml:1: models: `nowhere` is not a folder"), "{told}");
}
