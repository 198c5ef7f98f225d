//! `channel = "…"` in a receiver's table: which channel, and what it needs.
//!
//! In: the table of one receiver. Out: a checked channel, or mistakes in the table's list.
//! Never: reveals a secret, resolves a name.

use super::{Notify, console, telegram, webhook};
use crate::net;
use crate::settings::Table;

/// How one receiver is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelConfig {
    /// A Telegram chat, through a bot.
    Telegram(telegram::Config),
    /// An address that takes signed JSON.
    Webhook(webhook::Config),
    /// The program's own standard output.
    Console,
}

/// The words that `channel` may be.
pub const CHANNELS: &[&str] = &["telegram", "webhook", "console"];

impl ChannelConfig {
    /// The word used in configuration and on pages.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Telegram(_) => "telegram",
            Self::Webhook(_) => "webhook",
            Self::Console => "console",
        }
    }
}

/// Reads `channel` and the keys that belong to it. `None` when something is wrong; the table's mistakes say what.
/// The caller reads the receiver's other keys and finishes the table.
pub fn read_channel(table: &Table<'_>) -> Option<ChannelConfig> {
    if !table.has("channel") {
        table.need_text("channel", &format!("one of: {}", CHANNELS.join(", ")));
        return None;
    }
    match table.word("channel", CHANNELS)? {
        "telegram" => telegram::Config::read(table).map(ChannelConfig::Telegram),
        "webhook" => webhook::Config::read(table).map(ChannelConfig::Webhook),
        _ => Some(ChannelConfig::Console),
    }
}

/// Makes the channel ready to send. The error says what is missing (a secret that is not set), in one line.
pub fn build(config: &ChannelConfig, client: &net::Client) -> Result<Box<dyn Notify>, String> {
    Ok(match config {
        ChannelConfig::Telegram(config) => Box::new(telegram::Telegram::new(config, client)?),
        ChannelConfig::Webhook(config) => Box::new(webhook::Webhook::new(config, client)?),
        ChannelConfig::Console => Box::new(console::Console),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Document, Mistakes};

    fn read(text: &str) -> (Option<ChannelConfig>, Vec<String>) {
        let mistakes = Mistakes::default();
        let document = Document::parse("hearken.toml", text, &mistakes);
        let root = document.root();
        let channel = read_channel(&root);
        root.finish();
        (channel, mistakes.sorted().iter().map(|m| format!("{}: {}", m.place, m.message)).collect())
    }

    #[test]
    fn each_channel_is_read_with_its_own_keys() {
        let (channel, mistakes) = read("channel = \"telegram\"\ntoken = \"env:T\"\nchat = \"-100123\"\n");
        assert_eq!(mistakes, Vec::<String>::new());
        assert_eq!(channel.expect("read").word(), "telegram");
        let (channel, mistakes) =
            read("channel = \"webhook\"\nurl = \"https://care.example/in\"\nsecret = \"file:secrets/hook\"\n");
        assert_eq!(mistakes, Vec::<String>::new());
        assert_eq!(channel.expect("read").word(), "webhook");
        assert_eq!(read("channel = \"console\"\n"), (Some(ChannelConfig::Console), Vec::new()));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        assert_eq!(read("").1, ["channel: is missing"]);
        assert_eq!(read("channel = \"telegramm\"\n").1, ["channel: `telegramm` is not known"]);
        assert_eq!(
            read("channel = \"telegram\"\nchat = \"care\"\n").1,
            ["token: is missing", "chat: `care` is not a Telegram chat"]
        );
        assert_eq!(
            read("channel = \"webhook\"\nurl = \"http://10.0.0.7/in\"\nsecret = \"env:S\"\n").1,
            ["url: `10.0.0.7` is an address inside a private network"]
        );
        assert_eq!(read("channel = \"console\"\nurl = \"https://a.example\"\n").1, ["url: `url` is not a known key"]);
    }

    #[test]
    fn the_receivers_of_the_documents_are_right() {
        let page = include_str!("../../docs/alerts.md");
        let text = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
        let mistakes = Mistakes::default();
        let document = Document::parse("docs/alerts.md", text, &mistakes);
        let receivers = document.root().tables("receiver");
        assert_eq!(receivers.len(), CHANNELS.len());
        for table in receivers {
            let _others = (table.text("name"), table.text("locale"), table.text("next"));
            assert!(read_channel(&table).is_some());
            table.finish();
        }
        assert_eq!(mistakes.sorted(), Vec::new());
    }
}
