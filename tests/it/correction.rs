//! Corrections: what a person says of a label is kept, followed and counted, until its author changes the text.

use std::collections::HashMap;

use hearken::desk::{Error, Spoken};
use hearken::domain::correction::text_key;
use hearken::domain::{
    Aspect, Change, Correction, CorrectionState, Label, MentionId, NativeId, Outcome, Platform, RawMention, Sentiment,
    Theme, TopicName,
};
use hearken::store::{CorrectionFilter, MentionFilter, Store};
use reqwest::StatusCode;
use reqwest::header::LOCATION;

use crate::database::on_each;
use crate::seed;
use crate::web::Pages;

const TEXT: &str = "嫩芽咖啡的服務真是「好」到讓我等了一小時";

fn theme(name: &str) -> Theme {
    Theme::new(name).expect("a theme")
}

/// One mention that the model took for praise, under the topic `sprout-coffee`.
async fn one(store: &Store) -> MentionId {
    let said = (Sentiment::Positive, "praise", "真是「好」");
    let post = seed::judged("sprout-coffee", "ptt/Coffee", Platform::Ptt, "s1", "ann", TEXT, said, seed::now());
    store.put_source(&post.source, Platform::Ptt, seed::now()).await.expect("put");
    let id = post.raw.id();
    store.put_judged(&[post], seed::now()).await.expect("put");
    id
}

/// The same post again, removed or with another text; the model takes every text for praise.
async fn hear(store: &Store, change: Change, text: &str) {
    let mut raw = RawMention::new(Platform::Ptt, NativeId::new("s1").expect("an id"), seed::now());
    raw.author.name = "ann".to_owned();
    raw.change = change;
    raw.text = text.to_owned();
    let mut entry = seed::judge("sprout-coffee", "ptt/Coffee", raw, (Sentiment::Positive, "praise", ""));
    if change == Change::Removed {
        (entry.judgement, entry.keys, entry.matched) = (None, None, Vec::new());
    }
    store.put_judged(&[entry], seed::now()).await.expect("put");
}

async fn history(store: &Store, id: &MentionId) -> Vec<Correction> {
    let mut all: HashMap<_, _> = store.corrections_of(std::slice::from_ref(id)).await.expect("read");
    all.remove(id).unwrap_or_default()
}

/// Sentiment and themes of the one mention; the counts say the same.
async fn stands(store: &Store, id: &MentionId) -> (Sentiment, String) {
    assert_eq!(store.recount(&seed::coffee()).await.expect("recounted"), vec![]);
    let judged = store.mention(id).await.expect("read").expect("held").judgement;
    let filter = MentionFilter {
        topic: Some(seed::coffee()),
        sentiment: Some(judged.sentiment),
        with_removed: true,
        ..MentionFilter::default()
    };
    assert_eq!(store.count_mentions(&filter, 10).await.expect("counted"), 1, "the topic's row follows");
    (judged.sentiment, Label::of(Aspect::Themes, &judged).word())
}

#[tokio::test]
async fn a_persons_word_is_kept_beside_the_models_and_followed_by_the_counts() {
    on_each(async |store: Store| {
        let id = one(&store).await;
        let desk = seed::desk(&store);
        let negative = [Label::Sentiment(Sentiment::Negative)];
        let done = desk.correct(&id, &negative, &text_key(TEXT), " 小美 ").await.expect("corrected");
        assert!(done.new && done.mention.judgement.sentiment == Sentiment::Negative);
        assert_eq!(stands(&store, &id).await, (Sentiment::Negative, "praise".to_owned()));
        assert!(!desk.correct(&id, &negative, "", "阿宏").await.expect("said before").new);
        let themes = [Label::themes(vec![theme("waiting"), theme("service")]), Label::Spam(false)];
        desk.correct(&id, &themes, "", "阿宏").await.expect("corrected");
        assert_eq!(stands(&store, &id).await, (Sentiment::Negative, "service,waiting".to_owned()));

        let said = history(&store, &id).await;
        let told: Vec<_> =
            said.iter().map(|one| (one.by.as_str(), one.was.word(), one.said.word(), one.outcome())).collect();
        assert_eq!(
            told,
            [
                ("小美", "positive".to_owned(), "negative".to_owned(), Outcome::Corrected),
                ("阿宏", "praise".to_owned(), "service,waiting".to_owned(), Outcome::Corrected),
                ("阿宏", "not-spam".to_owned(), "not-spam".to_owned(), Outcome::Confirmed),
            ]
        );
        for one in &said {
            assert_eq!((one.model.as_str(), one.text.as_str(), one.at), ("test", TEXT, seed::now()));
            assert_eq!(one.judged.sentiment, Sentiment::Positive, "what the model said, not what people said");
        }

        let other = [Label::Sentiment(Sentiment::Neutral)];
        desk.correct(&id, &other, "", "阿宏").await.expect("corrected");
        assert_eq!(stands(&store, &id).await.0, Sentiment::Neutral);
        let said = history(&store, &id).await;
        assert_eq!((said[0].state, said[0].ended_by.as_str()), (CorrectionState::Replaced, "阿宏"));
        assert_eq!(said[3].was, Label::Sentiment(Sentiment::Positive));
        let last_words = CorrectionFilter { last_words: true, ..CorrectionFilter::default() };
        assert_eq!(store.corrections(&last_words, 10, 0).await.expect("listed").len(), 3);
        let sentiment = CorrectionFilter { aspect: Some(Aspect::Sentiment), ..last_words.clone() };
        assert_eq!(store.corrections(&sentiment, 10, 0).await.expect("listed").len(), 1);
        let differing = CorrectionFilter { differing: true, topic: Some(seed::coffee()), ..last_words };
        assert_eq!(store.corrections(&differing, 10, 0).await.expect("listed").len(), 2);
        let elsewhere = CorrectionFilter { topic: TopicName::new("leaf-tea"), ..CorrectionFilter::default() };
        assert_eq!(store.corrections(&elsewhere, 10, 0).await.expect("listed"), vec![]);

        desk.take_back(&id, "小美").await.expect("taken back");
        assert_eq!(stands(&store, &id).await, (Sentiment::Positive, "praise".to_owned()));
        assert!(matches!(desk.take_back(&id, "小美").await, Err(Error::NoCorrection)));
        assert_eq!(store.said(None, seed::now()).await.expect("read"), vec![], "nobody's word any more");
    })
    .await;
}

#[tokio::test]
async fn hearing_a_post_again_does_not_overwrite_a_correction_and_a_changed_text_drops_it() {
    on_each(async |store: Store| {
        let id = one(&store).await;
        let desk = seed::desk(&store);
        desk.correct(&id, &[Label::Sentiment(Sentiment::Negative)], "", "小美").await.expect("corrected");
        for change in [Change::Posted, Change::Edited] {
            hear(&store, change, TEXT).await;
            assert_eq!(stands(&store, &id).await.0, Sentiment::Negative, "{change:?} with the same text");
        }
        let old = text_key(TEXT);
        hear(&store, Change::Edited, "嫩芽咖啡補償了我，謝謝").await;
        assert_eq!(stands(&store, &id).await.0, Sentiment::Positive, "the new text has the model's label");
        let said = history(&store, &id).await.remove(0);
        assert_eq!((said.state, said.text.as_str(), said.ended_by.as_str()), (CorrectionState::Edited, TEXT, ""));
        let labels = [Label::Sentiment(Sentiment::Negative)];
        assert!(matches!(desk.correct(&id, &labels, &old, "小美").await, Err(Error::TextChanged)));
        assert!(matches!(desk.confirm(&id, &[Aspect::Sentiment], &old, "小美").await, Err(Error::TextChanged)));
        let confirmed = desk.confirm(&id, Aspect::ALL, "", "小美").await.expect("confirmed");
        assert!(confirmed.new);
        let outcomes = store.said(Some(&seed::coffee()), seed::now()).await.expect("read");
        let count = |outcome| outcomes.iter().filter(|one| one.outcome == outcome).count();
        assert_eq!((count(Outcome::Confirmed), count(Outcome::Corrected)), (3, 1), "the old text's word still counts");
    })
    .await;
}

#[tokio::test]
async fn a_text_that_is_taken_down_is_forgotten_by_its_corrections_too() {
    on_each(async |store: Store| {
        let id = one(&store).await;
        let desk = seed::desk(&store);
        desk.correct(&id, &[Label::Sentiment(Sentiment::Negative)], "", "小美").await.expect("corrected");
        hear(&store, Change::Edited, "嫩芽咖啡補償了我").await;
        desk.confirm(&id, &[Aspect::Sentiment], "", "小美").await.expect("confirmed");
        hear(&store, Change::Removed, "").await;
        let said = history(&store, &id).await;
        assert_eq!(said.len(), 2);
        for one in said {
            assert_eq!((one.text.as_str(), one.by.as_str()), ("", "小美"), "the word stays, the text goes");
        }
        stands(&store, &id).await;
        let labels = [Label::Sentiment(Sentiment::Negative)];
        assert!(matches!(desk.correct(&id, &labels, "", "小美").await, Err(Error::Removed)));
        assert!(matches!(desk.take_back(&id, "小美").await, Err(Error::Removed)));
        assert_eq!(store.said(None, seed::now()).await.expect("read").len(), 2, "the figures stay");
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_nothing_is_written() {
    on_each(async |store: Store| {
        let id = one(&store).await;
        let desk = seed::desk(&store);
        let negative = Label::Sentiment(Sentiment::Negative);
        let refuse = async |labels: &[Label]| desk.correct(&id, labels, "", "小美").await.expect_err("refused");
        assert!(matches!(refuse(&[]).await, Error::Label));
        assert!(matches!(refuse(&[Label::Sentiment(Sentiment::Unsure)]).await, Error::Label));
        assert!(matches!(refuse(&[negative.clone(), Label::Sentiment(Sentiment::Positive)]).await, Error::Label));
        let nonsense = refuse(&[Label::themes(vec![theme("refund"), theme("nonsense")])]).await;
        assert_eq!(nonsense.say(hearken::domain::Locale::ZhTw), "沒有「nonsense」這個原因。");
        assert!(matches!(desk.correct(&id, &[negative], "", " ").await, Err(Error::Name)));
        let nobody = MentionId::new("0".repeat(26)).expect("an id");
        assert!(matches!(desk.confirm(&nobody, Aspect::ALL, "", "小美").await, Err(Error::NoMention)));
        assert_eq!(history(&store, &id).await, vec![]);
        assert_eq!(stands(&store, &id).await.0, Sentiment::Positive);
    })
    .await;
}

#[tokio::test]
async fn to_confirm_an_unsure_sentiment_is_to_say_nothing() {
    on_each(async |store: Store| {
        let said = (Sentiment::Unsure, "", "");
        let post = seed::judged("sprout-coffee", "ptt/Coffee", Platform::Ptt, "u1", "ann", TEXT, said, seed::now());
        let id = post.raw.id();
        store.put_judged(&[post], seed::now()).await.expect("put");
        let desk = seed::desk(&store);
        assert!(matches!(desk.confirm(&id, &[Aspect::Sentiment], "", "小美").await, Err(Error::Label)));
        let Spoken { mention, .. } = desk.confirm(&id, Aspect::ALL, "", "小美").await.expect("themes and spam");
        assert_eq!(mention.judgement.sentiment, Sentiment::Unsure);
        desk.correct(&id, &[Label::Sentiment(Sentiment::Negative)], "", "小美").await.expect("corrected");
        let rows = store.said(None, seed::now()).await.expect("read");
        let sentiment = rows.iter().find(|row| row.aspect == Aspect::Sentiment).expect("said");
        assert_eq!(sentiment.outcome, Outcome::Answered);
    })
    .await;
}

#[tokio::test]
async fn people_who_speak_at_once_leave_one_word_and_right_counts() {
    on_each(async |store: Store| {
        let id = one(&store).await;
        let mut running = tokio::task::JoinSet::new();
        for n in 0..12 {
            let (desk, id, store) = (seed::desk(&store), id.clone(), store.clone());
            running.spawn(async move {
                let leaning = [Sentiment::Negative, Sentiment::Neutral, Sentiment::Positive][n % 3];
                desk.correct(&id, &[Label::Sentiment(leaning)], "", &format!("人{n}")).await.expect("corrected");
                if n % 4 == 0 {
                    hear(&store, Change::Posted, TEXT).await;
                }
            });
        }
        while let Some(end) = running.join_next().await {
            end.expect("done");
        }
        let said = history(&store, &id).await;
        let holding: Vec<_> = said.iter().filter(|one| one.state == CorrectionState::Holds).collect();
        assert_eq!(holding.len(), 1);
        assert_eq!(Label::Sentiment(stands(&store, &id).await.0), holding[0].said);
    })
    .await;
}

#[tokio::test]
async fn a_reader_corrects_and_confirms_on_the_pages() {
    on_each(async |store: Store| {
        let id = one(&store).await;
        let pages = Pages::serve(seed::web(&store)).await;
        let token = pages.token().await;
        let page = format!("/mention/{id}");
        let act = format!("{page}/correct");
        let card = pages.text("/mentions").await;
        assert!(card.contains(&format!("href=\"{page}\"")) && card.contains("判讀對嗎？"), "{card}");
        let key = text_key(TEXT);
        let say = async |what: &str, more: &[(&str, &str)]| {
            let mut fields = vec![("what", what), ("seen", key.as_str()), ("back", page.as_str())];
            fields.extend_from_slice(more);
            let answer = pages.post(&act, &token, &fields).await;
            let to = answer.headers().get(LOCATION).map(|to| to.to_str().expect("ascii").to_owned());
            (answer.status(), to.unwrap_or_default())
        };
        let done = |word: &str| (StatusCode::SEE_OTHER, format!("{page}?done={word}"));
        assert_eq!(say("sentiment:negative", &[]).await, done("corrected"));
        assert_eq!(say("themes", &[("theme:waiting", "1"), ("theme:service", "1")]).await, done("corrected"));
        assert_eq!(say("spam:not-spam", &[]).await, done("confirmed"));
        assert_eq!(stands(&store, &id).await, (Sentiment::Negative, "service,waiting".to_owned()));
        let shown = pages.text("/mentions").await;
        for told in ["由 小美 更正（模型：正面 91%）", "小美 已確認（模型：不是垃圾訊息）"]
        {
            assert!(shown.contains(told), "{told} in {shown}");
        }
        let english = pages.text(&format!("{page}?lang=en")).await;
        assert!(english.contains("corrected by 小美 (model: Positive 91%)"), "{english}");
        let list = pages.text("/corrections").await;
        for told in ["正面 → 負面", "✓ 不是垃圾訊息", "2026-11-23 起", "0%", "100%", "嫩芽咖啡的服務"]
        {
            assert!(list.contains(told), "{told} in {list}");
        }
        assert_eq!(say("themes", &[]).await, done("corrected"), "no theme is right too");
        assert_eq!(stands(&store, &id).await.1, "");
        assert_eq!(say("take-back", &[]).await, done("taken-back"));
        assert_eq!(stands(&store, &id).await, (Sentiment::Positive, "praise".to_owned()));
        assert_eq!(say("take-back", &[]).await.0, StatusCode::CONFLICT);
        assert_eq!(say("confirm", &[]).await, done("confirmed"));
        for wrong in ["", "sentiment:unsure-ish", "themes:praise,,", "spam:maybe"] {
            assert_eq!(say(wrong, &[]).await.0, StatusCode::BAD_REQUEST, "{wrong}");
        }
        assert_eq!(say("sentiment:unsure", &[]).await.0, StatusCode::CONFLICT);
        hear(&store, Change::Edited, "嫩芽咖啡補償了我，謝謝").await;
        let late = pages.post(&act, &token, &[("what", "sentiment:negative"), ("seen", &key)]).await;
        assert_eq!(late.status(), StatusCode::CONFLICT);
        assert!(late.text().await.expect("text").contains("作者在您閱讀之後改了內容"));
        hear(&store, Change::Removed, "").await;
        let gone = pages.text(&page).await;
        assert!(gone.contains("移除") && !gone.contains("補償") && !gone.contains("正確的判讀是？"), "{gone}");
        assert!(!pages.text("/corrections").await.contains("一小時"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_says_the_same_and_its_file_tests_a_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let (main, data) = (folder.path().join("hearken.toml"), folder.path().join("c.db"));
    std::fs::write(main, format!("database = \"sqlite:{}\"\n", data.display())).expect("written");
    std::fs::create_dir(folder.path().join("topics")).expect("made");
    let topic = "title = \"Sprout\"\nquery = '嫩芽'\n[[listen]]\nsource = \"ptt\"\nboards = [\"Coffee\"]\n";
    std::fs::write(folder.path().join("topics/sprout-coffee.toml"), topic).expect("written");
    let store = Store::open(&format!("sqlite:{}", data.display())).await.expect("opens");
    let id = one(&store).await;
    let hearken = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hearken"));
        command.current_dir(folder.path()).args(arguments).env("HEARKEN_LOG", "error").env_remove("HEARKEN_BY");
        let out = command.output().expect("it ran");
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        (out.status.code().unwrap_or(-1), text, String::from_utf8_lossy(&out.stderr).into_owned())
    };
    let id = id.as_str();
    let said = ["corrections", "say", id, "--sentiment", "negative", "--themes", "none", "--by", "小美"];
    assert_eq!(hearken(&said).1, format!("{id}: negative, no theme, not-spam\n"));
    assert_eq!(hearken(&said).1, format!("{id}: negative, no theme, not-spam (was so already)\n"));
    assert_eq!(hearken(&["corrections", "confirm", id, "--label", "spam", "--by", "阿宏"]).0, 0);
    let (code, _, told) = hearken(&["corrections", "say", id, "--by", "小美"]);
    assert!(code == 1 && told.contains("say which label is right"), "{told}");
    let (_, list, _) = hearken(&["corrections", "list", "--differing"]);
    assert!(list.contains("小美  positive → negative  holds  test  嫩芽咖啡的服務"), "{list}");
    assert_eq!(list.lines().count(), 2, "{list}");
    let (_, weeks, _) = hearken(&["corrections", "drift"]);
    assert!(weeks.contains("  spam       zh-Hant   100%          1          0       0  test\n"), "{weeks}");

    let file = folder.path().join("said.jsonl");
    let written = hearken(&["corrections", "export", "--out", file.to_str().expect("ascii")]);
    assert_eq!((written.0, written.1), (0, format!("{}: 1 texts\n", file.display())));
    let line: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&file).expect("read")).expect("one JSON line");
    assert_eq!(
        (&line["text"], &line["sentiment"], &line["model_sentiment"]),
        (&TEXT.into(), &"neg".into(), &"pos".into())
    );
    assert_eq!(
        (&line["themes"], &line["spam"], &line["model"]),
        (&serde_json::json!([]), &false.into(), &"test".into())
    );
    let (_, table, _) = hearken(&["corrections", "export", "--format", "csv"]);
    assert!(
        table.starts_with("\u{feff}id,lang,text,sentiment,themes,spam,") && table.contains(",neg,none,no,pos,"),
        "{table}"
    );

    // A folder without a model of its own is the program's: nothing regresses, and a store says the same as its file.
    let from_file = hearken(&["model", "compare", ".", "--corrections", "said.jsonl", "--margin", "0"]);
    assert!(from_file.0 == 0 && from_file.1.contains("1 corrected or confirmed texts"), "{from_file:?}");
    let from_store = hearken(&["model", "compare", ".", "--config", ".", "--margin", "0"]);
    assert_eq!(from_store, from_file);
    let (code, _, told) = hearken(&["model", "compare", "."]);
    assert!(code == 2 && told.contains("--corrections"), "{told}");
    store.close().await;
}
