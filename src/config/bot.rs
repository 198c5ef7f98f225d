//! `[bot]` and `[[person]]`: the bot that answers, and whom it answers.
//!
//! In: their tables, and the receivers. Out: one bot, or none.
//! Never: reveals its token.

use url::Url;

use super::Receiver;
use super::main_file::locale_or;
use crate::domain::Locale;
use crate::notify::ChannelConfig;
use crate::notify::telegram::{Chat, read_api};
use crate::settings::{Secret, Table};

/// The Telegram bot that takes button presses and commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BotConfig {
    /// Its token.
    pub token: Secret,
    /// Where the Bot API is.
    pub api: Url,
    /// The only chats in which it answers.
    pub chats: Vec<Chat>,
}

/// Somebody known by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// As timelines and tickets name them.
    pub name: String,
    /// Their number in Telegram.
    pub telegram: Option<i64>,
    /// The language they read.
    pub locale: Locale,
}

/// Reads `[bot]`. Without one, the bot of the first Telegram receiver answers in the chats of all receivers that it writes to.
pub(super) fn read(root: &Table<'_>, receivers: &[Receiver]) -> Option<BotConfig> {
    let Some(table) = root.table("bot") else { return of_receivers(receivers) };
    let answers = table.boolean("answers").unwrap_or(true);
    let token = table.secret("token");
    let api = read_api(&table, "api_url");
    let mut chats = Vec::new();
    for text in table.texts("chats") {
        match Chat::new(text.trim()) {
            Some(chat) => chats.push(chat),
            None => table.mistake(
                "chats",
                format!("`{text}` is not a Telegram chat"),
                "the chat's number in quotes, such as \"-1001234567890\", or \"@channel\"",
            ),
        }
    }
    if answers && !table.has("token") {
        table.mistake("token", "is missing", "the bot's token from @BotFather, as `env:TELEGRAM_TOKEN` or `file:PATH`");
    }
    table.finish();
    if !answers {
        return None;
    }
    let mut bot = BotConfig { token: token?, api: api?, chats };
    for chat in chats_of(&bot.token, receivers) {
        if !bot.chats.contains(&chat) {
            bot.chats.push(chat);
        }
    }
    if bot.chats.is_empty() {
        let hint = "name the chats it answers in: chats = [\"-1001234567890\"]";
        root.warning("bot", "the bot answers nobody: it has no chats, and no receiver writes through it", hint);
    }
    Some(bot)
}

fn of_receivers(receivers: &[Receiver]) -> Option<BotConfig> {
    let first = receivers.iter().find_map(|receiver| match &receiver.channel {
        ChannelConfig::Telegram(telegram) => Some(telegram),
        _ => None,
    })?;
    Some(BotConfig { token: first.token.clone(), api: first.api.clone(), chats: chats_of(&first.token, receivers) })
}

fn chats_of(token: &Secret, receivers: &[Receiver]) -> Vec<Chat> {
    let mut chats = Vec::new();
    for receiver in receivers {
        if let ChannelConfig::Telegram(telegram) = &receiver.channel
            && telegram.token == *token
            && !chats.contains(&telegram.chat)
        {
            chats.push(telegram.chat.clone());
        }
    }
    chats
}

/// Reads every `[[person]]`.
pub(super) fn read_people(root: &Table<'_>, locale: Locale) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for table in root.tables("person") {
        let name = table.need_text("name", "as tickets should name them");
        let telegram = table.integer("telegram", 1..=i64::MAX);
        let locale = locale_or(&table, locale);
        if let Some(name) = name.map(|name| name.trim().to_owned()) {
            if people.iter().any(|person| person.name == name) {
                table.mistake("name", format!("`{name}` stands here twice"), "give each person a name of their own");
            }
            people.push(Person { name, telegram, locale });
        }
        table.finish();
    }
    people
}
