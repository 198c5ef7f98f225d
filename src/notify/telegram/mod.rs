//! Telegram, through a bot: the picture with the words under it, and buttons to act with.
//!
//! In: a message, a chat. Out: the message's own id (`chat/number`), or why not.
//! Never: tells a token (errors are put into our own words, an address holds the token).
//!
//! Telegram has no idempotency key: a crash between sending and recording shows the same alert twice.

mod error;
mod letter;
mod send;

use std::fmt;

pub use error::failure;
pub use send::{Telegram, connect};

use crate::alert::words::Button;
use crate::domain::IncidentId;
use crate::settings::{Secret, Table};

/// Where the Bot API is, when nothing else is said.
pub const BOT_API: &str = "https://api.telegram.org";

/// A Telegram chat: its number, or the public name of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Chat {
    /// A person (above 0), a group or a channel (below 0).
    Number(i64),
    /// `@name`.
    Name(String),
}

impl Chat {
    /// Reads `-1001234567890` or `@name`; `None` for anything else.
    pub fn new(text: &str) -> Option<Self> {
        if let Some(name) = text.strip_prefix('@') {
            let valid = name.len() >= 4 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            return valid.then(|| Self::Name(text.to_owned()));
        }
        text.parse().ok().filter(|number| *number != 0).map(Self::Number)
    }
}

impl fmt::Display for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// `channel = "telegram"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The bot's token.
    pub token: Secret,
    /// Which chat.
    pub chat: Chat,
    /// A forum group's topic in it.
    pub thread: Option<i32>,
    /// Where the Bot API is; a server of one's own may stand in.
    pub api: url::Url,
}

impl Config {
    /// Reads `token`, `chat`, `thread` and `api`.
    pub(super) fn read(table: &Table<'_>) -> Option<Self> {
        let api = read_api(table, "api");
        let thread = table.integer("thread", 1..=i64::from(i32::MAX)).and_then(|number| i32::try_from(number).ok());
        let chat = table.need_text("chat", "the chat's number in quotes, such as \"-1001234567890\", or \"@channel\"");
        let chat = chat.and_then(|text| {
            let chat = Chat::new(text.trim());
            if chat.is_none() {
                let hint = "a number such as \"-1001234567890\" (send /status to the bot in the chat: `hearken serve` logs \
                            the number of a chat it does not know), or the public name of a channel such as \"@our_care\"";
                table.mistake("chat", format!("`{text}` is not a Telegram chat"), hint);
            }
            chat
        });
        if !table.has("token") {
            table.need_text("token", "the bot's token from @BotFather, as `env:TELEGRAM_TOKEN` or `file:PATH`");
        }
        Some(Self { token: table.secret("token")?, chat: chat?, thread, api: api? })
    }
}

/// Reads the address of a Bot API server; Telegram's own when the key is absent.
pub fn read_api(table: &Table<'_>, key: &str) -> Option<url::Url> {
    let text = table.text(key).unwrap_or_else(|| BOT_API.to_owned());
    let api = url::Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if api.is_none() {
        table.mistake(key, format!("`{text}` is not a web address"), format!("leave it out for {BOT_API}"));
    }
    api
}

/// What a button under an incident's alert sends back: its word and the incident's id, at most 64 bytes.
pub fn button_data(button: Button, incident: &IncidentId) -> String {
    format!("{}:{incident}", button.as_str())
}

/// Reads what a button sent back; `None` when it is not one of ours.
pub fn read_button_data(data: &str) -> Option<(Button, IncidentId)> {
    let (word, incident) = data.split_once(':')?;
    Some((Button::find(word)?, IncidentId::new(incident)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_is_a_number_or_a_public_name() {
        assert_eq!(Chat::new("-1001234567890"), Some(Chat::Number(-1_001_234_567_890)));
        assert_eq!(Chat::new("@our_care").map(|chat| chat.to_string()).as_deref(), Some("@our_care"));
        for wrong in ["", "0", "care", "@", "@a b", "12.5"] {
            assert_eq!(Chat::new(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_buttons_data_fits_and_comes_back() {
        let incident = crate::alert::sample::crisis().incident.id;
        for button in Button::ALL {
            let data = button_data(*button, &incident);
            assert!(data.len() <= 64);
            assert_eq!(read_button_data(&data), Some((*button, incident.clone())));
        }
        for wrong in ["", "ack", "ack:short", "drop:aaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert_eq!(read_button_data(wrong), None, "{wrong}");
        }
    }
}
