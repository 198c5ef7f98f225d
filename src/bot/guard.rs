//! Who may talk to the bot: people known by their number anywhere private, and whoever is in an allowed private group.
//! In a channel or a public group, which anybody can enter, only known people.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use teloxide::types::{Chat as TelegramChat, User};
use tracing::warn;

use crate::config::Config;
use crate::domain::Locale;
use crate::notify::ChannelConfig;
use crate::notify::telegram::Chat;

/// So many strangers are remembered, to log each once.
const STRANGERS: usize = 1_000;

/// Somebody who was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Visitor {
    /// As timelines and tickets name them.
    pub(super) name: String,
    /// The language they read.
    pub(super) locale: Locale,
}

/// Lets people in, and logs strangers once.
#[derive(Debug, Default)]
pub(super) struct Guard {
    strangers: Mutex<HashSet<(i64, u64)>>,
}

impl Guard {
    /// Who it is; `None` for a stranger, who is logged (by numbers only) and not answered.
    pub(super) fn let_in(&self, config: &Config, chats: &[Chat], chat: &TelegramChat, from: &User) -> Option<Visitor> {
        let id = i64::try_from(from.id.0).ok();
        let person = config.people.iter().find(|person| person.telegram.is_some() && person.telegram == id);
        let allowed = chats.iter().any(|allowed| is(allowed, chat));
        let public = chat.is_channel() || (!chat.is_private() && chat.username().is_some());
        let may = match person {
            Some(_) => allowed || chat.is_private(),
            None => allowed && !public,
        };
        if !may {
            self.log_stranger(chat.id.0, from.id.0);
            return None;
        }
        let locale = person.map_or_else(|| locale_of(config, chat), |person| person.locale);
        let name = person.map_or_else(|| display_name(from), |person| person.name.clone());
        Some(Visitor { name, locale })
    }

    fn log_stranger(&self, chat: i64, from: u64) {
        let mut strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        if strangers.len() < STRANGERS && strangers.insert((chat, from)) {
            warn!(
                chat.id = chat,
                person.id = from,
                "a chat or person that is not allowed spoke to the bot and got no answer (told once)"
            );
        }
    }
}

fn is(allowed: &Chat, chat: &TelegramChat) -> bool {
    match allowed {
        Chat::Number(number) => chat.id.0 == *number,
        Chat::Name(name) => {
            let name = name.trim_start_matches('@');
            chat.username().is_some_and(|username| username.eq_ignore_ascii_case(name))
        }
    }
}

/// The language of the receiver that this chat is; otherwise the program's.
fn locale_of(config: &Config, chat: &TelegramChat) -> Locale {
    let receiver = config.receivers.iter().find(|receiver| match &receiver.channel {
        ChannelConfig::Telegram(telegram) => is(&telegram.chat, chat),
        _ => false,
    });
    receiver.map_or(config.locale, |receiver| receiver.locale)
}

/// At most 60 characters of the name that Telegram shows, on one line.
fn display_name(from: &User) -> String {
    let name: String = from.full_name().chars().filter(|c| !c.is_control()).take(60).collect();
    let name = name.trim().to_owned();
    if name.is_empty() { format!("telegram {}", from.id) } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = "[[receiver]]\nname = \"care\"\nchannel = \"telegram\"\ntoken = \"env:T\"\nchat = \"-100\"\nlocale = \"ja\"\n\
         [[person]]\nname = \"Amy\"\ntelegram = 7\nlocale = \"en\"\n";
    const TOPIC: &str =
        "title = \"T\"\nquery = \"嫩芽咖啡\"\n[[listen]]\nsource = \"feed\"\nurls = [\"https://example.com/f.xml\"]\n";

    fn let_in(chat: serde_json::Value, from: u64) -> Option<(String, Locale)> {
        let config = crate::config::from_texts(std::path::Path::new("."), MAIN, &[("t", TOPIC)]).expect("right");
        let chats = config.bot.clone().expect("a bot").chats;
        let chat: TelegramChat = serde_json::from_value(chat).expect("a chat");
        let from = serde_json::json!({"id": from, "is_bot": false, "first_name": "Bob"});
        let from: User = serde_json::from_value(from).expect("a user");
        Guard::default().let_in(&config, &chats, &chat, &from).map(|visitor| (visitor.name, visitor.locale))
    }

    #[test]
    fn allowed_groups_and_known_people_are_let_in_and_strangers_are_not() {
        let group = serde_json::json!({"id": -100, "type": "supergroup", "title": "Care"});
        let other = serde_json::json!({"id": -200, "type": "supergroup", "title": "Else"});
        let public = serde_json::json!({"id": -100, "type": "supergroup", "title": "Care", "username": "care"});
        let alone = serde_json::json!({"id": 7, "type": "private", "first_name": "A"});
        assert_eq!(let_in(group.clone(), 9), Some(("Bob".to_owned(), Locale::Ja)));
        assert_eq!(let_in(group, 7), Some(("Amy".to_owned(), Locale::En)));
        assert_eq!(let_in(alone.clone(), 7), Some(("Amy".to_owned(), Locale::En)));
        assert_eq!(let_in(alone, 8), None);
        assert_eq!(let_in(other.clone(), 9), None);
        assert_eq!(let_in(other, 7), None, "a known person in a chat that others read");
        assert_eq!(let_in(public.clone(), 9), None, "anybody can enter a public group");
        assert_eq!(let_in(public, 7), Some(("Amy".to_owned(), Locale::En)));
    }
}
