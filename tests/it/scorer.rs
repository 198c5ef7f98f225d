//! Another scorer: its answers are taken, remembered and paid for once; whatever it does, no mention is lost and no batch stands still.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use hearken::config::{self, Config, Live};
use hearken::domain::{
    Clock, Evidence, Judgement, Language, Mention, Platform, Probabilities, RawMention, Sentiment, SourceName,
};
use hearken::pipeline::{Ingest, Scoring};
use hearken::scorer::{Asked, BuiltIn, Score};
use hearken::store::{MentionFilter, Page, ScorerState, Store};
use hearken::text::Text;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::database::on_each;
use crate::store_story::{at, judgement, post};

const TOPIC: &str =
    "title = \"Sprout\"\nquery = '嫩芽 OR sprout'\n[[listen]]\nsource = \"feed\"\nurls = [\"https://a.example/f\"]\n";
const NAME: &str = "http-small";

/// The texts of a request, in order.
fn texts_of(request: &Request) -> Vec<String> {
    let body: Value = request.body_json().expect("JSON");
    let asked = body["messages"][1]["content"].as_str().expect("a question");
    let asked: Value = serde_json::from_str(asked).expect("JSON within");
    let texts = asked["texts"].as_array().expect("texts").iter();
    texts.map(|one| one["text"].as_str().expect("a text").to_owned()).collect()
}

fn completion(content: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}],
        "usage": {"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100},
    }))
}

/// Says that 讚 is negative and everything else positive: the reverse of the judge of these tests.
fn contrary(request: &Request) -> ResponseTemplate {
    let answers: Vec<Value> = texts_of(request)
        .iter()
        .enumerate()
        .rev()
        .map(|(index, text)| {
            let negative = if text.contains('讚') { 0.8 } else { 0.1 };
            json!({"index": index, "negative": negative, "neutral": 0.1, "positive": 0.9 - negative})
        })
        .collect();
    completion(&json!({ "answers": answers }).to_string())
}

async fn endpoint(answer: impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).and(path("/v1/chat/completions")).respond_with(answer).mount(&server).await;
    server
}

async fn asked(server: &MockServer) -> Vec<Vec<String>> {
    server.received_requests().await.expect("recorded").iter().map(texts_of).collect()
}

fn config(server: &MockServer, more: &str) -> Config {
    let main = format!("[scorer]\nkind = \"http\"\naddress = \"{}/v1\"\nmodel = \"small\"\n{more}", server.uri());
    config::from_texts(Path::new("."), &main, &[("sprout", TOPIC)]).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

/// A time that a test moves.
#[derive(Clone)]
struct Hands(Arc<AtomicI64>);

impl Hands {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(60_000)))
    }

    fn clock(&self) -> Clock {
        Clock::Driven(Arc::clone(&self.0))
    }

    fn wait(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }
}

/// The judge of these tests, with a word that decided it.
fn judge(text: &Text) -> Judgement {
    let mut judged = judgement(text.original());
    let end = text.original().chars().next().map_or(0, char::len_utf8);
    for of in ["sentiment", "theme:refund"] {
        judged.evidence.push(Evidence { start: 0, end, of: of.to_owned(), weight: -1.0 });
    }
    judged
}

/// An ingest that asks the endpoint, as a process that just started.
async fn ingest(store: &Store, config: &Config, clock: &Clock) -> Ingest {
    let scoring = Scoring::of(config, store, clock).await.expect("the store answers");
    Ingest::judged_by(store.clone(), Arc::new(Live::new(config.clone())), judge, clock.clone()).with_scoring(scoring)
}

async fn hear(store: &Store, mentions: &[RawMention]) {
    let source = SourceName::new("file/x.csv").expect("a name");
    let page = Page { platform: Platform::File, mentions, cursor: None, heard: None, due_at: at(0), detail: "" };
    store.put_page(&source, page, at(0)).await.expect("stored");
}

async fn held(store: &Store, raw: &RawMention) -> Mention {
    store.mention(&raw.id()).await.expect("read").expect("held")
}

/// Brings posts in and gives their judgements.
async fn judged(store: &Store, ingest: &Ingest, posts: &[RawMention]) -> Vec<Judgement> {
    hear(store, posts).await;
    assert_eq!(ingest.tick().await.expect("a round").added, posts.len());
    let mut judgements = Vec::new();
    for raw in posts {
        judgements.push(held(store, raw).await.judgement);
    }
    judgements
}

async fn state(store: &Store) -> (ScorerState, String) {
    let state = store.scorer_state(NAME).await.expect("read").expect("noted");
    (state.state, state.detail)
}

#[tokio::test]
async fn answers_are_put_in_by_their_index_and_the_same_text_is_asked_about_once() {
    on_each(|store| async move {
        let server = endpoint(contrary).await;
        let config = config(&server, "at_once = 2\nunsure_below = 0.75\n");
        let clock = Hands::new().clock();
        let ingest = ingest(&store, &config, &clock).await;
        let posts = [
            post("1", "ann", "嫩芽讚 @bob https://a.example/1", 0),
            post("2", "bob", "嫩芽爛透了，退款", 0),
            post("3", "cat", "嫩芽讚 @cat https://a.example/2", 0),
            post("4", "dan", "sprout is fine", 0),
        ];
        let told = judged(&store, &ingest, &posts).await;
        let said: Vec<Sentiment> = told.iter().map(|judgement| judgement.sentiment).collect();
        assert_eq!(said, [Sentiment::Negative, Sentiment::Positive, Sentiment::Negative, Sentiment::Positive]);
        assert!(told.iter().all(|judgement| judgement.model == "http-small-p1"));
        assert_eq!(told[1].themes.len(), 1, "themes stay");
        let evidence: Vec<&str> = told[1].evidence.iter().map(|evidence| evidence.of.as_str()).collect();
        assert_eq!(evidence, ["theme:refund"], "the words that made it negative are no evidence of positive");
        assert_eq!(told[3].evidence.len(), 1);
        let mut requests = asked(&server).await;
        requests.sort();
        assert_eq!(requests.concat().len(), 3, "what differs in names and links alone is one question");
        assert!(requests.concat().iter().any(|text| text == "嫩芽讚 @user http"));
        let day = store.scorer_day(NAME, "1970-01-01").await.expect("read");
        assert_eq!((day.requests, day.texts, day.tokens, day.fell_back), (2, 3, 200, 0));

        // Another process, another post with the same words: the answer is known.
        let again = self::ingest(&store, &config, &clock).await;
        let told = judged(&store, &again, &[post("5", "eve", "嫩芽讚 @eve https://a.example/9", 0)]).await;
        assert_eq!((told[0].sentiment, told[0].model.as_str()), (Sentiment::Negative, "http-small-p1"));
        assert_eq!(asked(&server).await.len(), 2);
        assert_eq!(store.scorer_day(NAME, "1970-01-01").await.expect("read").remembered, 1);
        assert_eq!(state(&store).await, (ScorerState::Well, String::new()));
    })
    .await;
}

#[tokio::test]
async fn an_answer_below_the_threshold_is_unsure_and_none_is_as_sure_as_a_person() {
    on_each(|store| async move {
        let server = endpoint(|request| {
            let sure = texts_of(request)[0].contains("讚");
            let (negative, positive) = if sure { (0, 1) } else { (0, 0) };
            let neutral = if sure { json!(0) } else { json!(0.5) };
            let rest = if sure { json!(positive) } else { json!(0.5) };
            let answer = json!({"index": 0, "negative": negative, "neutral": neutral, "positive": rest});
            completion(&json!({ "answers": [answer] }).to_string())
        })
        .await;
        let ingest = ingest(&store, &config(&server, "at_once = 1\n"), &Hands::new().clock()).await;
        let told = judged(&store, &ingest, &[post("1", "ann", "嫩芽讚", 0), post("2", "bob", "嫩芽爛", 0)]).await;
        assert_eq!((told[0].sentiment, told[1].sentiment), (Sentiment::Positive, Sentiment::Unsure));
        assert!(!told[0].is_a_persons());
    })
    .await;
}

#[tokio::test]
async fn a_text_that_is_left_out_or_badly_answered_keeps_our_own_judgement() {
    on_each(|store| async move {
        let server = endpoint(|request| {
            let answers: Vec<Value> = texts_of(request)
                .iter()
                .enumerate()
                .filter(|(_, text)| !text.contains('爛'))
                .map(|(index, text)| {
                    let positive = if text.contains('茶') { 7.0 } else { 0.1 };
                    json!({"index": index, "negative": 0.8, "neutral": 0.1, "positive": positive})
                })
                .collect();
            completion(&json!({ "answers": answers }).to_string())
        })
        .await;
        let ingest = ingest(&store, &config(&server, ""), &Hands::new().clock()).await;
        let posts = [post("1", "ann", "嫩芽讚", 0), post("2", "bob", "嫩芽爛", 0), post("3", "cat", "嫩芽的茶讚", 0)];
        let told = judged(&store, &ingest, &posts).await;
        let by: Vec<&str> = told.iter().map(|judgement| judgement.model.as_str()).collect();
        assert_eq!(by, ["http-small-p1", "test", "test"]);
        assert_eq!(told[2].sentiment, Sentiment::Positive);
        assert_eq!(store.scorer_day(NAME, "1970-01-01").await.expect("read").fell_back, 2);
        let (state, detail) = state(&store).await;
        assert!(state == ScorerState::Well && detail.contains("an answer is none"), "{detail}");
    })
    .await;
}

/// Whatever is answered, three posts are stored as our own models judged them, and the failure can be seen.
async fn falls_back(
    more: &str,
    why: &str,
    answer: impl Fn(&Request) -> ResponseTemplate + Clone + Send + Sync + 'static,
) {
    let (more, why) = (more.to_owned(), why.to_owned());
    on_each(move |store| {
        let (answer, more, why) = (answer.clone(), more.clone(), why.clone());
        async move {
            let server = endpoint(answer).await;
            let ingest = ingest(&store, &config(&server, &more), &Hands::new().clock()).await;
            let posts = [post("1", "ann", "嫩芽讚", 0), post("2", "bob", "嫩芽爛", 0), post("3", "cat", "嫩芽", 0)];
            let told = judged(&store, &ingest, &posts).await;
            let said: Vec<Sentiment> = told.iter().map(|judgement| judgement.sentiment).collect();
            assert_eq!(said, [Sentiment::Positive, Sentiment::Negative, Sentiment::Neutral]);
            assert!(told.iter().all(|judgement| judgement.model == "test"));
            let (state, detail) = state(&store).await;
            assert!(state == ScorerState::Failing && detail.contains(&why), "{detail}");
            assert_eq!(store.scorer_day(NAME, "1970-01-01").await.expect("read").fell_back, 3);
            assert_eq!(store.count_inbox().await.expect("counted"), 0);
        }
    })
    .await;
}

#[tokio::test]
async fn wrong_json_is_no_answer() {
    falls_back("", "not what was asked for", |_| ResponseTemplate::new(200).set_body_string("<html>oops")).await;
    falls_back("", "not what was asked for", |_| completion("I think they are all fine.")).await;
}

#[tokio::test]
async fn a_refusal_an_endless_body_and_silence_are_no_answers() {
    falls_back("", "credential", |_| ResponseTemplate::new(401).set_body_string("no")).await;
    falls_back("", "status 500", |_| ResponseTemplate::new(500)).await;
    falls_back("", "larger than", |_| ResponseTemplate::new(200).set_body_bytes(vec![b'0'; 2 << 20])).await;
    falls_back("timeout = \"1s\"\n", "no answer in time", |request| {
        contrary(request).set_delay(Duration::from_secs(30))
    })
    .await;
}

#[tokio::test]
async fn one_batch_waits_no_longer_than_it_may() {
    on_each(|store| async move {
        let server = endpoint(|request| contrary(request).set_delay(Duration::from_millis(700))).await;
        let more = "at_once = 1\nparallel = 1\npatience = \"1s\"\n";
        let ingest = ingest(&store, &config(&server, more), &Hands::new().clock()).await;
        let posts: Vec<RawMention> = (0..5).map(|n| post(&n.to_string(), "ann", &format!("嫩芽讚{n}"), 0)).collect();
        let began = Instant::now();
        let told = judged(&store, &ingest, &posts).await;
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        assert_eq!(told.iter().filter(|judgement| judgement.model == "http-small-p1").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_wait_that_is_asked_for_is_kept_and_then_it_is_asked_again() {
    on_each(|store| async move {
        let calls = Arc::new(AtomicI64::new(0));
        let counted = Arc::clone(&calls);
        let server = endpoint(move |request| match counted.fetch_add(1, Ordering::SeqCst) {
            0 => ResponseTemplate::new(429).insert_header("retry-after", "1"),
            _ => contrary(request),
        })
        .await;
        let hands = Hands::new();
        let ingest = ingest(&store, &config(&server, "at_once = 1\nparallel = 1\n"), &hands.clock()).await;
        let told = judged(&store, &ingest, &[post("1", "ann", "嫩芽讚", 0), post("2", "ann", "嫩芽爛", 0)]).await;
        assert!(told.iter().all(|judgement| judgement.model == "test"));
        assert_eq!(state(&store).await.0, ScorerState::Failing);
        judged(&store, &ingest, &[post("3", "ann", "嫩芽讚讚", 0)]).await;
        assert_eq!(calls.load(Ordering::SeqCst), 1, "nothing is asked while we are to wait");
        hands.wait(2);
        // The client itself keeps the host closed, by a clock that no test moves.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        let told = judged(&store, &ingest, &[post("4", "ann", "嫩芽讚讚讚", 0)]).await;
        assert_eq!((told[0].sentiment, told[0].model.as_str()), (Sentiment::Negative, "http-small-p1"));
        assert_eq!(state(&store).await, (ScorerState::Well, String::new()));
    })
    .await;
}

#[tokio::test]
async fn a_spent_budget_ends_the_asking_until_the_next_day() {
    on_each(|store| async move {
        let server = endpoint(contrary).await;
        let hands = Hands::new();
        let config = config(&server, "at_once = 2\nrequests_per_day = 3\ntexts_per_day = 5\n");
        let ingest = ingest(&store, &config, &hands.clock()).await;
        let posts: Vec<RawMention> = (0..8).map(|n| post(&n.to_string(), "ann", &format!("嫩芽讚{n}"), 0)).collect();
        let told = judged(&store, &ingest, &posts).await;
        assert_eq!(told.iter().filter(|judgement| judgement.model == "http-small-p1").count(), 5);
        assert_eq!(state(&store).await.0, ScorerState::Spent);
        let told = judged(&store, &ingest, &[post("8", "ann", "嫩芽讚8", 0), post("9", "ann", "嫩芽讚0", 0)]).await;
        assert_eq!(
            (told[0].model.as_str(), told[1].model.as_str()),
            ("test", "http-small-p1"),
            "what is known is free"
        );
        assert_eq!(asked(&server).await.concat().len(), 5);
        hands.wait(86_400);
        let told = judged(&store, &ingest, &[post("10", "ann", "嫩芽讚10", 0)]).await;
        assert_eq!(told[0].model, "http-small-p1");
        assert_eq!(state(&store).await.0, ScorerState::Well);
    })
    .await;
}

#[tokio::test]
async fn only_texts_in_its_languages_with_something_to_judge_are_sent() {
    on_each(|store| async move {
        let server = endpoint(contrary).await;
        let ingest = ingest(&store, &config(&server, "languages = [\"zh\"]\n"), &Hands::new().clock()).await;
        let posts = [post("1", "ann", "嫩芽讚", 0), post("2", "bob", "sprout is great", 0)];
        let told = judged(&store, &ingest, &posts).await;
        assert_eq!((told[0].model.as_str(), told[1].model.as_str()), ("http-small-p1", "test"));
        assert_eq!(asked(&server).await, [["嫩芽讚"]]);
    })
    .await;
}

#[tokio::test]
async fn our_own_models_answer_through_the_same_seam() {
    let scorer = BuiltIn::new(hearken::classify::Judge::built_in().expect("the built-in judge"));
    let asked = ["客服態度超差，再也不來", "客服很親切，大推！"]
        .map(|text| Asked { text: text.to_owned(), language: Language::ZhHant });
    let scored = scorer.score(&asked).await.expect("answers");
    let said = |n: usize| scored.answers[n].as_ref().map(Probabilities::best).map(|(best, _)| best);
    assert_eq!((said(0), said(1)), (Ok(Sentiment::Negative), Ok(Sentiment::Positive)));
    assert!(!scorer.is_outside() && scorer.name().starts_with("linear-"));
}

/// A folder of files whose scorer is at this address.
fn folder(server: &MockServer, more: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    std::fs::create_dir(folder.path().join("topics")).expect("made");
    write("topics/sprout.toml", TOPIC);
    let address = server.uri();
    write("hearken.toml", &format!("[scorer]\nkind = \"http\"\naddress = \"{address}/v1\"\nmodel = \"small\"\n{more}"));
    folder
}

fn hearken(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hearken"));
    command.args(arguments).arg("--folder").arg(folder).env("HEARKEN_LOG", "warn").stdin(Stdio::null());
    command
}

async fn output(arguments: &[&str], folder: &Path) -> (Option<i32>, String) {
    let mut command = hearken(arguments, folder);
    let run = tokio::task::spawn_blocking(move || command.output().expect("it runs")).await.expect("no panic");
    (run.status.code(), String::from_utf8([run.stdout, run.stderr].concat()).expect("UTF-8"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_shows_both_answers_the_cost_and_what_is_left() {
    let server = endpoint(contrary).await;
    let folder = folder(&server, "requests_per_day = 7\nkey = \"file:key\"\n");
    std::fs::write(folder.path().join("key"), "s3cret\n").expect("written");
    let (code, told) = output(&["scorer", "test", "嫩芽很讚", "嫩芽很爛"], folder.path()).await;
    assert_eq!(code, Some(0), "{told}");
    for part in [
        "http-small-p1 beside linear-",
        "scorer     negative",
        "built in   ",
        "1 request in",
        "100 tokens",
        "1 of 7 requests",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("s3cret"));
    let sent = server.received_requests().await.expect("recorded");
    assert_eq!(sent[0].headers.get("authorization").map(|value| value.as_bytes()), Some(&b"Bearer s3cret"[..]));
    let body: Value = sent[0].body_json().expect("JSON");
    assert_eq!(
        (body["temperature"].as_i64(), body["response_format"]["json_schema"]["strict"].as_bool()),
        (Some(0), Some(true))
    );
    let (_, told) = output(&["scorer", "test", "嫩芽很讚"], folder.path()).await;
    assert!(told.contains("0 requests in") && told.contains("1 text answered before"), "{told}");
    let (_, told) = output(&["scorer", "test", "--anew", "嫩芽很讚"], folder.path()).await;
    assert!(
        told.contains("1 request in") && told.contains("2 of 7 requests") && told.contains("2 answers remembered"),
        "{told}"
    );
    let main = std::fs::read_to_string(folder.path().join("hearken.toml")).expect("read");
    let gone = main.replace(&server.uri(), "http://127.0.0.1:9");
    std::fs::write(folder.path().join("hearken.toml"), gone).expect("written");
    let (code, told) = output(&["scorer", "test", "嫩芽普通"], folder.path()).await;
    assert!(code == Some(1) && told.contains("scorer     no answer") && told.contains("problem: "), "{told}");
    let (code, told) = output(&["scorer", "state"], folder.path()).await;
    assert!(code == Some(0) && told.contains("http-small: does not answer since "), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_import_pays_for_no_answer_twice_and_loses_no_row() {
    const ROWS: usize = 48;
    let server = endpoint(|request| contrary(request).set_delay(Duration::from_millis(250))).await;
    let folder = folder(&server, "at_once = 4\nparallel = 1\n");
    let rows: String = (0..ROWS).map(|n| format!("{n},2026-10-01T08:00:00Z,嫩芽第{n}杯很讚\n")).collect();
    let file = folder.path().join("rows.csv");
    std::fs::write(&file, format!("id,time,text\n{rows}")).expect("written");
    let file = file.display().to_string();
    let mut first = hearken(&["import", &file], folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let began = Instant::now();
    while asked(&server).await.len() < 5 {
        assert!(began.elapsed() < Duration::from_secs(60), "it asks nothing");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    first.kill().expect("killed");
    first.wait().expect("ended");
    let (code, told) = output(&["import", &file], folder.path()).await;
    assert!(code == Some(0) && told.contains(&format!("sprout: {ROWS} mentions")), "{told}");
    let sent = asked(&server).await.concat();
    assert!(sent.len() <= ROWS + 4, "only what was under way is asked about again: {}", sent.len());
    let store = Store::open(&format!("sqlite:{}", folder.path().join("hearken.db").display())).await.expect("opens");
    let all = store.mentions(&MentionFilter::default(), 100, 0).await.expect("read");
    assert_eq!(all.len(), ROWS);
    assert!(all.iter().all(|mention| mention.judgement.model == "http-small-p1"));
    store.close().await;
}

#[test]
fn every_mistake_of_the_table_is_told_at_once() {
    let check = |main: &str| match config::from_texts(Path::new("."), main, &[("sprout", TOPIC)]) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes.into_iter().map(|mistake| mistake.place).collect(),
    };
    let main = "[scorer]\nkind = \"http\"\naddress = \"ftp://a\"\nkey = \"sk-123\"\ntimeout = \"0s\"\nat_once = 0\n\
        languages = [\"klingon\"]\nunsure_below = 7\nsampling = \"hot\"\nmodle = \"x\"\n";
    let mut told = check(main);
    told.sort();
    let keys = ["address", "at_once", "key", "languages", "modle", "sampling", "timeout", "unsure_below"];
    assert_eq!(told, keys.map(|key| format!("scorer.{key}")));
    assert_eq!(check("[scorer]\nmodel = \"x\"\n"), ["scorer.kind"]);
    assert_eq!(check("[scorer]\nkind = \"http\"\naddress = \"http://127.0.0.1:1/v1\"\nmodel = \"x\"\n"), [""; 0]);
    for name in [r" ", r"a\u0000b", r"a\nb", &"x".repeat(201)] {
        let main = format!("[scorer]\nkind = \"http\"\naddress = \"http://127.0.0.1:1/v1\"\nmodel = \"{name}\"\n");
        assert_eq!(check(&main), ["scorer.model"], "{name}");
    }
    let onnx = check("[scorer]\nkind = \"onnx\"\nmodel = \"none.onnx\"\nlabels = [\"negative\", \"good\"]\n");
    let mut wanted = vec!["scorer.labels", "scorer.model", "scorer.runtime", "scorer.tokenizer"];
    if cfg!(not(feature = "onnx")) {
        wanted.insert(0, "scorer.kind");
    }
    let mut onnx = onnx;
    onnx.sort();
    assert_eq!(onnx, wanted);
}
