//! Telegram: alerts, buttons and commands, against answers in the shapes that the Bot API documents, and against
//! `telegram-test-api` (npm), a server that others wrote, where `TELEGRAM_TEST_API` names one.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use hearken::bot::Bot;
use hearken::config::Live;
use hearken::desk::Desk;
use hearken::domain::time::timestamp;
use hearken::domain::{
    Alert, AlertId, Attempt, Bucket, Curve, CurvePoint, Delivery, DeliveryId, DeliveryState, IncidentState, Locale,
    News, ReceiverName, Severity,
};
use hearken::net::{Client, Retry};
use hearken::notify::{Message, Notify, build};
use hearken::pipeline::Deliver;
use hearken::store::Store;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::database::on_each;
use crate::left_out::left_out;
use crate::tell::{Hand, SINCE, incident, live, put, topic};

const CHAT: i64 = -100_123;

/// `hearken.toml` with one Telegram receiver; its token is in a file.
fn main_file(api: &str, folder: &Path, token: &str) -> String {
    let secret = folder.join("token");
    std::fs::write(&secret, token).expect("written");
    let secret = secret.display();
    format!(
        "[[receiver]]\nname = \"care\"\nchannel = \"telegram\"\nlocale = \"en\"\ntoken = \"file:{secret}\"\nchat = \"{CHAT}\"\n\
         api = \"{api}\"\n[[person]]\nname = \"Amy\"\ntelegram = 7\nlocale = \"en\"\n"
    )
}

/// An alert of the incident of these tests; with a picture when there are points.
fn alert(points: usize) -> Alert {
    let incident = incident(Severity::Critical, IncidentState::Open);
    let point = |i: usize| CurvePoint {
        at: Bucket::of_millis(SINCE).plus(i as i64 - points as i64),
        mentions: 5,
        negative: 1,
        usual_negative: 0.5,
    };
    Alert {
        id: AlertId::of(&incident.id, News::Opened, 1),
        news: News::Opened,
        number: 1,
        at: timestamp(SINCE),
        topic: topic(),
        title: "Sprout <嫩芽> & Co".to_owned(),
        zone: "Asia/Taipei".to_owned(),
        page: format!("http://127.0.0.1:8080/incident/{}", incident.id),
        own_themes: Vec::new(),
        themes: Vec::new(),
        worst: Vec::new(),
        curve: Curve { width_ms: 300_000, points: (0..points).map(point).collect(), gaps: Vec::new(), since: None },
        gaps: Vec::new(),
        incident,
    }
}

/// A message as the Bot API gives it back.
fn sent(chat: i64, number: i32) -> Value {
    let chat = json!({"id": chat, "type": "supergroup", "title": "Care"});
    json!({"ok": true, "result": {"message_id": number, "date": 1_795_413_900, "chat": chat, "text": "x"}})
}

async fn answers(server: &MockServer, call: &str, status: u16, body: Value) {
    let answer = ResponseTemplate::new(status).set_body_json(body);
    Mock::given(method("POST")).and(path(format!("/botTOKEN/{call}"))).respond_with(answer).mount(server).await;
}

async fn calls(server: &MockServer, call: &str) -> Vec<Request> {
    let all = server.received_requests().await.expect("kept");
    all.into_iter().filter(|request| request.url.path().ends_with(&format!("/{call}"))).collect()
}

/// The channel of `care`, on a server of these shapes.
async fn channel(server: &MockServer, folder: &Path) -> Box<dyn Notify> {
    let live = live(&main_file(&server.uri(), folder, "TOKEN"));
    let config = live.config();
    build(&config.receivers[0].channel, &Client::new().expect("a client")).expect("built")
}

async fn tell(channel: &dyn Notify, alert: Alert) -> Result<String, hearken::net::Error> {
    let key = DeliveryId::of(&alert.id, &ReceiverName::new("care").expect("a name"));
    channel.notify(&key, &Message::Alert(Box::new(alert)), Locale::En, timestamp(SINCE)).await
}

#[tokio::test]
async fn an_alert_is_a_picture_with_words_and_three_buttons() {
    let (server, folder) = (MockServer::start().await, tempfile::tempdir().expect("a folder"));
    answers(&server, "SendPhoto", 200, sent(CHAT, 41)).await;
    let channel = channel(&server, folder.path()).await;
    assert_eq!(tell(&*channel, alert(96)).await.expect("taken"), "-100123/41");
    let body = calls(&server, "SendPhoto").await.pop().expect("a call").body;
    let text = String::from_utf8_lossy(&body);
    assert!(body.windows(8).any(|bytes| bytes == b"\x89PNG\r\n\x1a\n"), "no picture");
    assert!(text.contains("Sprout &lt;嫩芽&gt; &amp; Co"), "what others wrote is escaped");
    assert!(text.contains("42 negative mentions in 30 min, usually 3"));
    let id = incident(Severity::Critical, IncidentState::Open).id;
    for button in ["ack", "hush", "ticket"] {
        assert!(text.contains(&format!("{button}:{id}")), "no button `{button}`");
    }
}

#[tokio::test]
async fn a_flood_is_waited_out_and_a_block_is_final() {
    let (server, folder) = (MockServer::start().await, tempfile::tempdir().expect("a folder"));
    let flood = json!({"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 35",
        "parameters": {"retry_after": 35}});
    answers(&server, "SendPhoto", 429, flood).await;
    let channel = channel(&server, folder.path()).await;
    let error = tell(&*channel, alert(9)).await.expect_err("flood");
    assert_eq!(error.retry(), Retry::After(Duration::from_secs(35)));
    server.reset().await;
    let blocked = json!({"ok": false, "error_code": 403, "description": "Forbidden: bot was blocked by the user"});
    answers(&server, "SendPhoto", 403, blocked.clone()).await;
    answers(&server, "SendMessage", 403, blocked).await;
    let error = tell(&*channel, alert(9)).await.expect_err("blocked");
    assert_eq!(error.retry(), Retry::Never);
    assert!(!format!("{error:?}").contains("TOKEN"), "an error tells the token");
}

#[tokio::test]
async fn a_picture_that_is_refused_leaves_the_words() {
    let (server, folder) = (MockServer::start().await, tempfile::tempdir().expect("a folder"));
    let refused = json!({"ok": false, "error_code": 400, "description": "Bad Request: PHOTO_INVALID_DIMENSIONS"});
    answers(&server, "SendPhoto", 400, refused).await;
    answers(&server, "SendMessage", 200, sent(CHAT, 42)).await;
    let channel = channel(&server, folder.path()).await;
    assert_eq!(tell(&*channel, alert(9)).await.expect("taken"), "-100123/42");
}

#[tokio::test]
async fn a_group_that_became_a_supergroup_is_told_where_it_is_now() {
    let (server, folder) = (MockServer::start().await, tempfile::tempdir().expect("a folder"));
    let moved = json!({"ok": false, "error_code": 400, "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": -100_999}});
    let first = ResponseTemplate::new(400).set_body_json(moved);
    Mock::given(method("POST")).respond_with(first).up_to_n_times(1).mount(&server).await;
    answers(&server, "SendPhoto", 200, sent(-100_999, 7)).await;
    let channel = channel(&server, folder.path()).await;
    assert_eq!(tell(&*channel, alert(9)).await.expect("taken"), "-100999/7");
}

/// The update of a pressed button.
fn press(number: u32, chat: i64, from: i64, data: &str) -> Value {
    let chat = json!({"id": chat, "type": "supergroup", "title": "Care"});
    json!({"update_id": number, "callback_query": {"id": "77", "chat_instance": "1", "data": data,
        "from": {"id": from, "is_bot": false, "first_name": "Bob"},
        "message": {"message_id": 41, "date": 1_795_413_900, "chat": chat, "caption": "x", "photo": []}}})
}

/// A bot on this server, with the incident open and its alert sent as message 41.
async fn bot(store: &Store, live: Arc<Live>, hand: &Hand) -> Bot {
    put(store, incident(Severity::Critical, IncidentState::Open)).await;
    let desk = Desk::new(store.clone(), live.clone(), hand.clock());
    let client = Client::new().expect("a client");
    Bot::new(store.clone(), live, desk, &client, hand.clock()).expect("its token is there").expect("it is configured")
}

/// The alert as written, to be sent now or sent already as message 41.
async fn write(store: &Store, alert: &Alert, state: DeliveryState, at: chrono::DateTime<chrono::Utc>) -> Delivery {
    let receiver = ReceiverName::new("care").expect("a name");
    let delivery = Delivery {
        id: DeliveryId::of(&alert.id, &receiver),
        alert: alert.id.clone(),
        receiver,
        state,
        attempts: 0,
        due_at: at,
        reference: String::new(),
        error: String::new(),
        created_at: at,
        sent_at: None,
    };
    assert!(store.put_alert(alert, std::slice::from_ref(&delivery)).await.expect("written"));
    delivery
}

#[tokio::test]
async fn a_button_acts_once_and_the_alert_shows_who_pressed_it() {
    on_each(|store| async move {
        let (server, folder) = (MockServer::start().await, tempfile::tempdir().expect("a folder"));
        let hand = Hand::at(timestamp(SINCE) + TimeDelta::minutes(40));
        let bot = bot(&store, live(&main_file(&server.uri(), folder.path(), "TOKEN")), &hand).await;
        let delivery = write(&store, &alert(9), DeliveryState::Waiting, hand.clock().now()).await;
        let at = hand.clock().now();
        let taken = Delivery { state: DeliveryState::Sent, reference: format!("{CHAT}/40"), attempts: 1, ..delivery };
        let attempt = Attempt { delivery: taken.id.clone(), at, outcome: "sent".to_owned() };
        let id = incident(Severity::Critical, IncidentState::Open).id;
        store.record_attempt(&id, &taken, &attempt, None, None).await.expect("kept");
        let me = json!({"ok": true, "result": {"id": 1, "is_bot": true, "first_name": "h", "username": "hearken_bot",
            "can_join_groups": true, "can_read_all_group_messages": false, "supports_inline_queries": false,
            "can_connect_to_business": false, "has_main_web_app": false}});
        answers(&server, "GetMe", 200, me).await;
        let updates = [
            press(1, CHAT, 7, &format!("ack:{id}")),
            press(2, CHAT, 8, &format!("ack:{id}")),
            press(3, CHAT, 8, &format!("hush:{id}")),
            press(4, CHAT, 7, &format!("ticket:{id}")),
            press(5, -666, 9, &format!("ticket:{id}")),
            press(6, CHAT, 7, "nonsense"),
        ];
        answers(&server, "GetUpdates", 200, json!({"ok": true, "result": updates})).await;
        answers(&server, "AnswerCallbackQuery", 200, json!({"ok": true, "result": true})).await;
        answers(&server, "EditMessageCaption", 200, sent(CHAT, 41)).await;
        assert_eq!(bot.tick().await.expect("a round"), 6);
        let now = store.incident(&id).await.expect("read").expect("there");
        assert_eq!((now.state, now.acknowledged_by.as_str()), (IncidentState::Acknowledged, "Amy"));
        assert!(store.ticket_of_incident(&id).await.expect("read").is_some());
        let until = store.silences(hand.clock().now()).await.expect("read")[0].until;
        assert_eq!(until, timestamp(SINCE) + TimeDelta::minutes(100));
        let said: Vec<String> = calls(&server, "AnswerCallbackQuery")
            .await
            .iter()
            .map(|call| {
                serde_json::from_slice::<Value>(&call.body).expect("JSON")["text"].as_str().expect("text").to_owned()
            })
            .collect();
        assert_eq!(said.len(), 4, "a stranger or nonsense was answered: {said:?}");
        assert!(said[1].contains("Amy"), "{said:?}");
        let edits = calls(&server, "EditMessageCaption").await;
        assert_eq!(edits.len(), 8, "the message that was pressed, and the other one that shows the alert");
        let last = edits.last().expect("a call");
        let last: Value = serde_json::from_slice(&last.body).expect("JSON");
        let caption = last["caption"].as_str().expect("a caption");
        assert!(caption.contains("42 negative mentions in 30 min"), "the alert itself stays: {caption}");
        assert!(caption.contains("👀 Amy acknowledged · 14:45"), "{caption}");
        assert!(caption.contains("🔕 Bob silenced until 15:45 · 14:45"), "{caption}");
        assert!(caption.contains("🎫 Amy opened ticket #1 · 14:45"), "{caption}");
        assert_eq!(last["reply_markup"]["inline_keyboard"], json!([]), "nothing is left to press");
        let asked = calls(&server, "GetUpdates").await;
        bot.tick().await.expect("a round");
        assert_eq!(asked.len(), 1);
        let next = calls(&server, "GetUpdates").await.pop().expect("a call");
        assert_eq!(serde_json::from_slice::<Value>(&next.body).expect("JSON")["offset"], 7, "updates are taken once");
    })
    .await;
}

/// What the server of others holds for this bot: messages that it sent and that were sent to it.
async fn history(api: &str, token: &str) -> Vec<Value> {
    let client = Client::new().expect("a client");
    let answer =
        client.post_json(&format!("{api}/getUpdatesHistory"), &json!({"token": token})).await.expect("an answer");
    let answer: Value = serde_json::from_slice(&answer.body).expect("JSON");
    answer["result"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn alert_button_and_command_against_a_server_that_others_wrote() {
    let Ok(api) = std::env::var("TELEGRAM_TEST_API") else {
        left_out("TELEGRAM_TEST_API names no Telegram-shaped server (tests/run starts one)");
        return;
    };
    on_each(move |store| {
        let api = api.clone();
        async move {
            let folder = tempfile::tempdir().expect("a folder");
            let token = format!("{}:{}", std::process::id(), store.is_postgres());
            let live = live(&main_file(&api, folder.path(), &token));
            let hand = Hand::at(timestamp(SINCE) + TimeDelta::minutes(40));
            let bot = bot(&store, live.clone(), &hand).await;
            // The server knows no pictures.
            write(&store, &alert(0), DeliveryState::Waiting, hand.clock().now()).await;
            let client = Client::new().expect("a client");
            let deliver = Deliver::new(store.clone(), live, client.clone(), hand.clock());
            assert_eq!(deliver.tick().await.expect("a round").sent, 1);
            let held = history(&api, &token).await;
            let message = &held[0]["message"];
            assert_eq!(message["chat_id"].to_string().trim_matches('"'), CHAT.to_string());
            assert!(message["text"].as_str().expect("text").contains("<b>42 negative mentions in 30 min, usually 3</b>"));
            let data = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"].as_str().expect("a button").to_owned();
            let number = held[0]["messageId"].as_i64().expect("a number");

            let from = json!({"id": 7, "is_bot": false, "first_name": "A"});
            let chat = json!({"id": CHAT, "type": "supergroup", "title": "Care"});
            let shown = json!({"message_id": number, "date": 1_795_413_900, "chat": chat, "text": "x"});
            let pressed = json!({"botToken": token, "from": from, "message": shown, "data": data});
            client.post_json(&format!("{api}/sendCallback"), &pressed).await.expect("pressed");
            let command = json!({"botToken": token, "from": from, "chat": chat, "date": 1_795_413_900, "text": "/status",
                "entities": [{"type": "bot_command", "offset": 0, "length": 7}]});
            client.post_json(&format!("{api}/sendCommand"), &command).await.expect("sent");
            assert_eq!(bot.tick().await.expect("a round"), 2);

            let id = incident(Severity::Critical, IncidentState::Open).id;
            let now = store.incident(&id).await.expect("read").expect("there");
            assert_eq!((now.state, now.acknowledged_by.as_str()), (IncidentState::Acknowledged, "Amy"));
            let held = history(&api, &token).await;
            let texts: Vec<&str> = held.iter().filter_map(|held| held["message"]["text"].as_str()).collect();
            assert!(texts.iter().any(|text| text.contains("👀 Amy acknowledged")), "the alert was not edited: {texts:?}");
            assert!(texts.iter().any(|text| text.contains("🔴 1 going on")), "no answer to /status: {texts:?}");
        }
    })
    .await;
}
