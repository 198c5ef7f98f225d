//! The demo's phone: a local server that is shaped like Telegram's Bot API, and the chat as a page.
//!
//! In: the calls that the real Telegram channel and bot make. Out: what a care team would see, with buttons that work.
//! Never: reaches Telegram.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::domain::Clock;

/// The only chat there is.
pub(super) const CHAT: i64 = 1001;
/// The demo's bot token, as the API's addresses carry it; it opens nothing.
pub(super) const TOKEN: &str = "1:demo";
/// How many messages and pictures are remembered.
const REMEMBERED: usize = 100;

/// One message as the chat shows it.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) id: i64,
    pub(super) at: crate::domain::Timestamp,
    /// Telegram's HTML, made by our own renderer.
    pub(super) html: String,
    /// A PNG.
    pub(super) picture: Option<Bytes>,
    /// Text and callback data of each button.
    pub(super) buttons: Vec<(String, String)>,
    pub(super) edited: bool,
}

#[derive(Default)]
struct Chat {
    messages: VecDeque<Shown>,
    updates: VecDeque<Value>,
    next_message: i64,
    next_update: i64,
    answers: Vec<String>,
}

/// The phone: what was sent to it, and what was pressed on it.
pub(super) struct Phone {
    clock: Clock,
    chat: Mutex<Chat>,
    pressed: Notify,
}

impl Phone {
    /// A phone that has received nothing.
    pub(super) fn new(clock: Clock) -> Arc<Self> {
        Arc::new(Self { clock, chat: Mutex::default(), pressed: Notify::new() })
    }

    /// The Bot API's routes.
    pub(super) fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/{bot}/{method}", post(call).get(call))
            .layer(DefaultBodyLimit::max(8 << 20))
            .with_state(self.clone())
    }

    /// The routes that the page's buttons and pictures use.
    pub(super) fn page_router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/demo/phone/picture/{id}", get(picture))
            .route("/demo/phone/press/{id}/{button}", post(press))
            .with_state(self.clone())
    }

    fn chat(&self) -> std::sync::MutexGuard<'_, Chat> {
        self.chat.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the chat shows, newest last.
    pub(super) fn messages(&self) -> Vec<Shown> {
        self.chat().messages.iter().cloned().collect()
    }

    /// What the bot answered to the last press; empty when it has not.
    pub(super) fn last_answer(&self) -> String {
        self.chat().answers.last().cloned().unwrap_or_default()
    }

    fn show(&self, fields: &Fields) -> Value {
        let mut chat = self.chat();
        chat.next_message += 1;
        let id = chat.next_message;
        let html = fields.text("text").or_else(|| fields.text("caption")).unwrap_or_default();
        let shown = Shown {
            id,
            at: self.clock.now(),
            html,
            picture: fields.picture.clone(),
            buttons: fields.buttons(),
            edited: false,
        };
        let answer = message(&shown);
        chat.messages.push_back(shown);
        if chat.messages.len() > REMEMBERED {
            chat.messages.pop_front();
        }
        answer
    }

    fn edit(&self, fields: &Fields) -> Option<Value> {
        let id = fields.number("message_id")?;
        let mut chat = self.chat();
        let shown = chat.messages.iter_mut().find(|shown| shown.id == id)?;
        if let Some(html) = fields.text("text").or_else(|| fields.text("caption")) {
            shown.html = html;
        }
        if let Some(picture) = &fields.picture {
            shown.picture = Some(picture.clone());
        }
        shown.buttons = fields.buttons();
        shown.edited = true;
        Some(message(shown))
    }

    /// Updates after an offset; waits a little for one, as Telegram's long poll does.
    async fn updates(&self, fields: &Fields) -> Value {
        let offset = fields.number("offset").unwrap_or(0);
        let wait = fields.number("timeout").unwrap_or(0).clamp(0, 5);
        let pending = || {
            let mut chat = self.chat();
            chat.updates.retain(|update| update["update_id"].as_i64().unwrap_or(0) >= offset);
            chat.updates.iter().cloned().collect::<Vec<_>>()
        };
        let pressed = self.pressed.notified();
        let now = pending();
        if !now.is_empty() || wait == 0 {
            return json!(now);
        }
        // A press or the end of the wait: both end it.
        if tokio::time::timeout(Duration::from_secs(wait.unsigned_abs()), pressed).await.is_err() {
            return json!([]);
        }
        json!(pending())
    }
}

/// A message as the Bot API gives it back.
fn message(shown: &Shown) -> Value {
    let mut value =
        json!({"message_id": shown.id, "date": shown.at.timestamp(), "chat": chat_value(), "from": bot_value()});
    if shown.picture.is_some() {
        value["photo"] = json!([{"file_id": format!("p{}", shown.id), "file_unique_id": format!("u{}", shown.id),
            "width": 800, "height": 420, "file_size": 1}]);
        value["caption"] = json!(shown.html);
    } else {
        value["text"] = json!(shown.html);
    }
    value
}

fn chat_value() -> Value {
    json!({"id": CHAT, "type": "private", "first_name": "Demo", "username": "demo"})
}

fn bot_value() -> Value {
    json!({"id": 1, "is_bot": true, "first_name": "hearken", "username": "hearken_demo_bot",
        "can_join_groups": true, "can_read_all_group_messages": false, "supports_inline_queries": false,
        "can_connect_to_business": false, "has_main_web_app": false})
}

async fn call(
    State(phone): State<Arc<Phone>>,
    Path((_, method)): Path<(String, String)>,
    request: Request,
) -> Response {
    let fields = Fields::read(request).await;
    let result = match method.to_lowercase().as_str() {
        "getme" => bot_value(),
        "sendmessage" | "sendphoto" => phone.show(&fields),
        // The chat shows the words beside a file, not the file.
        "senddocument" => phone.show(&Fields { picture: None, ..fields }),
        "editmessagetext" | "editmessagecaption" | "editmessagereplymarkup" | "editmessagemedia" => {
            match phone.edit(&fields) {
                Some(value) => value,
                None => return refuse("Bad Request: message to edit not found"),
            }
        }
        "getupdates" => phone.updates(&fields).await,
        "answercallbackquery" => {
            phone.chat().answers.push(fields.text("text").unwrap_or_default());
            json!(true)
        }
        "setmycommands" | "deletewebhook" => json!(true),
        "getwebhookinfo" => json!({"url": "", "has_custom_certificate": false, "pending_update_count": 0}),
        _ => return refuse("Not Found: method not found"),
    };
    axum::Json(json!({"ok": true, "result": result})).into_response()
}

fn refuse(why: &str) -> Response {
    (axum::http::StatusCode::BAD_REQUEST, axum::Json(json!({"ok": false, "error_code": 400, "description": why})))
        .into_response()
}

async fn picture(State(phone): State<Arc<Phone>>, Path(id): Path<i64>) -> Response {
    match phone.messages().into_iter().find(|shown| shown.id == id).and_then(|shown| shown.picture) {
        Some(bytes) => ([(header::CONTENT_TYPE, "image/png")], bytes).into_response(),
        None => axum::http::StatusCode::NOT_FOUND.into_response(),
    }
}

/// A button is pressed: Telegram would tell the bot with an update.
async fn press(State(phone): State<Arc<Phone>>, Path((id, button)): Path<(i64, usize)>) -> Response {
    let mut chat = phone.chat();
    let found = chat.messages.iter().find(|shown| shown.id == id);
    if let Some((shown, data)) = found.and_then(|shown| Some((shown.clone(), shown.buttons.get(button)?.1.clone()))) {
        chat.next_update += 1;
        let number = chat.next_update;
        chat.updates.push_back(json!({"update_id": number, "callback_query": {
            "id": number.to_string(), "chat_instance": "1", "data": data, "message": message(&shown),
            "from": {"id": CHAT, "is_bot": false, "first_name": "值班同仁", "username": "demo"}}}));
    }
    drop(chat);
    phone.pressed.notify_waiters();
    Redirect::to("/demo/phone").into_response()
}

/// A call's fields, whichever way it carries them.
#[derive(Default)]
struct Fields {
    values: serde_json::Map<String, Value>,
    picture: Option<Bytes>,
}

impl Fields {
    async fn read(request: Request) -> Self {
        let kind =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if kind.starts_with("multipart/") {
            return match Multipart::from_request(request, &()).await {
                Ok(form) => Self::read_form(form).await,
                Err(_) => Self::default(),
            };
        }
        match axum::Json::<serde_json::Map<String, Value>>::from_request(request, &()).await {
            Ok(axum::Json(values)) => Self { values, picture: None },
            Err(_) => Self::default(),
        }
    }

    async fn read_form(mut form: Multipart) -> Self {
        let mut fields = Self::default();
        while let Ok(Some(part)) = form.next_field().await {
            let name = part.name().unwrap_or_default().to_owned();
            let is_file = part.file_name().is_some();
            let Ok(bytes) = part.bytes().await else { continue };
            if is_file {
                fields.picture = Some(bytes);
            } else {
                fields.values.insert(name, json!(String::from_utf8_lossy(&bytes)));
            }
        }
        fields
    }

    fn text(&self, name: &str) -> Option<String> {
        self.values.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    fn number(&self, name: &str) -> Option<i64> {
        let value = self.values.get(name)?;
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    }

    fn buttons(&self) -> Vec<(String, String)> {
        let markup = match self.values.get("reply_markup") {
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
            Some(value) => value.clone(),
            None => Value::Null,
        };
        let rows = markup["inline_keyboard"].as_array().cloned().unwrap_or_default();
        let text = |button: &Value, name: &str| button[name].as_str().unwrap_or_default().to_owned();
        rows.iter()
            .flat_map(|row| row.as_array().cloned().unwrap_or_default())
            .map(|button| (text(&button, "text"), text(&button, "callback_data")))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_form_gives_its_fields_and_its_picture() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n1001\r\n--x\r\n\
            Content-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n--x--\r\n";
        let request = Request::builder().header("content-type", "multipart/form-data; boundary=x");
        let fields = Fields::read(request.body(body.into()).expect("a request")).await;
        assert_eq!(fields.number("chat_id"), Some(1001));
        assert_eq!(fields.picture.as_deref(), Some(&b"PNG"[..]));
    }
}
