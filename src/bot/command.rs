//! Commands: `/status`, `/topic`, `/tickets`, `/silence`, `/help`.

use std::collections::HashSet;

use chrono::Duration;

use super::guard::Visitor;
use super::{Bot, words};
use crate::alert::words::{moment, number};
use crate::alert::{escape, title};
use crate::domain::{Locale, SourceName, Theme, TopicName};
use crate::settings::Pace;
use crate::store::{IncidentFilter, SourceState, TicketFilter};

/// So many lines of a kind are listed.
const LINES: i64 = 10;
/// Characters of a title or a reason that are shown.
const SHOWN: usize = 80;

/// What the bot understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Status,
    Topic,
    Tickets,
    Silence,
    Help,
}

/// Reads `/command@bot rest`; `None` when it is no command, or another bot's. An unknown command of ours asks for help.
pub(super) fn read<'a>(text: &'a str, username: &str) -> Option<(Command, &'a str)> {
    let text = text.trim().strip_prefix('/')?;
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (word, of) = word.split_once('@').unwrap_or((word, username));
    if !of.eq_ignore_ascii_case(username) {
        return None;
    }
    let command = match word.to_lowercase().as_str() {
        "status" => Command::Status,
        "topic" | "topics" => Command::Topic,
        "tickets" => Command::Tickets,
        "silence" => Command::Silence,
        _ => Command::Help,
    };
    Some((command, rest.trim()))
}

impl Bot {
    /// The answer, as Telegram's HTML.
    pub(super) async fn answer(&self, visitor: &Visitor, command: Command, rest: &str) -> String {
        let locale = visitor.locale;
        let answer = match command {
            Command::Status => self.status(locale).await,
            Command::Topic => self.topic(rest, locale).await,
            Command::Tickets => self.tickets(locale).await,
            Command::Silence => self.silence(visitor, rest).await,
            Command::Help => Ok(words::help(locale).to_owned()),
        };
        answer.unwrap_or_else(|error| {
            tracing::warn!("the bot could not answer a command: {error:#}");
            words::failed(locale).to_owned()
        })
    }

    async fn status(&self, locale: Locale) -> anyhow::Result<String> {
        let config = self.live.config();
        let filter = IncidentFilter { unresolved_only: true, ..IncidentFilter::default() };
        let incidents = self.store.incidents(&filter, LINES, 0).await?;
        let mut lines = vec![format!("<b>{}</b>", words::open_incidents(incidents.len(), locale))];
        for incident in &incidents {
            let topic = config.topic(&incident.topic);
            let title = topic.map_or_else(|| incident.topic.to_string(), |topic| topic.title.clone());
            let zone = topic.map_or(config.zone, |topic| topic.zone);
            let since = moment(incident.first.start().with_timezone(&zone), locale);
            lines.push(words::incident(incident, &escape(&title), &since, locale));
        }
        let wanted: HashSet<SourceName> =
            config.wanted_sources().into_iter().map(|source| source.wanted.name).collect();
        let mut sources = self.store.sources().await?;
        // What no topic wants any more is not read, so how it fared last is nobody's concern.
        sources.retain(|source| wanted.contains(&source.name));
        let ill: Vec<_> = sources
            .iter()
            .filter(|source| matches!(source.state, SourceState::Failing | SourceState::Refused))
            .collect();
        lines.push(words::sources(sources.len(), ill.len(), locale));
        for source in ill.iter().take(LINES as usize) {
            let detail: String = source.detail.chars().take(SHOWN).collect();
            lines.push(format!("• <code>{}</code> {}", escape(source.name.as_str()), escape(&detail)));
        }
        let waiting = self.store.count_deliveries().await?;
        let count = |state| waiting.iter().find(|(is, _)| *is == state).map_or(0, |(_, count)| *count);
        use crate::domain::DeliveryState::{Failed, Waiting};
        lines.push(words::outbox(count(Waiting), count(Failed), locale));
        Ok(lines.join("\n"))
    }

    async fn topic(&self, rest: &str, locale: Locale) -> anyhow::Result<String> {
        let config = self.live.config();
        let asked = rest.to_lowercase();
        let found = config.topics.iter().find(|topic| {
            !asked.is_empty() && (topic.name.as_str() == asked || topic.title.to_lowercase().contains(&asked))
        });
        let Some(topic) = found else {
            let list = config.topics.iter().take(30);
            let list = list.map(|topic| format!("• <code>/topic {}</code> {}", topic.name, escape(&topic.title)));
            return Ok(format!("<b>{}</b>\n{}", words::topics(locale), list.collect::<Vec<_>>().join("\n")));
        };
        let now = self.clock.now();
        let day = self.store.tally(&topic.name, now - Duration::hours(24), now).await?;
        let before = self.store.tally(&topic.name, now - Duration::hours(48), now - Duration::hours(24)).await?;
        let mut lines = vec![format!("<b>{}</b>", escape(&topic.title))];
        lines.push(words::day((day.mentions, before.mentions), (day.negative, before.negative), locale));
        let themes = self.store.count_by_theme(&topic.name, now - Duration::hours(24), now).await?;
        let own = topic.themes.titles();
        let called = |theme: &Theme| {
            let own = own.iter().find(|(own, _)| own == theme);
            own.map_or_else(|| title(theme, locale), |(_, title)| title.clone())
        };
        let themes: Vec<String> = themes
            .iter()
            .filter(|(_, tally)| tally.negative > 0)
            .take(4)
            .map(|(theme, tally)| format!("{} {}", escape(&called(theme)), number(tally.negative)))
            .collect();
        if !themes.is_empty() {
            lines.push(words::themes(&themes.join(" · "), locale));
        }
        Ok(lines.join("\n"))
    }

    async fn tickets(&self, locale: Locale) -> anyhow::Result<String> {
        let filter = TicketFilter { unsolved_only: true, ..TicketFilter::default() };
        let tickets = self.store.tickets(&filter, LINES, 0).await?;
        let mut lines = vec![format!("<b>{}</b>", words::tickets(tickets.len(), locale))];
        for ticket in &tickets {
            let about: String = ticket.title.chars().take(SHOWN).collect();
            let who = if ticket.assignee.is_empty() { "–" } else { ticket.assignee.as_str() };
            lines.push(format!("{} {} ({})", ticket.number, escape(&about), escape(who)));
        }
        Ok(lines.join("\n"))
    }

    /// `/silence topic 2h why`.
    async fn silence(&self, visitor: &Visitor, rest: &str) -> anyhow::Result<String> {
        let mut parts = rest.splitn(3, char::is_whitespace);
        let topic = parts.next().and_then(|word| TopicName::new(word.to_lowercase()));
        let length = parts.next().and_then(Pace::duration);
        let (Some(topic), Some(length)) = (topic, length) else {
            return Ok(words::how_to_silence(visitor.locale).to_owned());
        };
        let reason = parts.next().unwrap_or_default();
        match self.desk.silence(Some(&topic), length, &visitor.name, reason).await {
            Ok(silence) => {
                let config = self.live.config();
                let zone = config.topic(&topic).map_or(config.zone, |topic| topic.zone);
                Ok(escape(&words::silenced(silence.until.with_timezone(&zone), visitor.locale)))
            }
            Err(error) if error.is_refusal() => Ok(escape(&error.say(visitor.locale))),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_ours_or_for_all_and_words_are_none() {
        assert_eq!(read("/status", "hearken_bot"), Some((Command::Status, "")));
        assert_eq!(read(" /Topic@Hearken_Bot  sprout ", "hearken_bot"), Some((Command::Topic, "sprout")));
        assert_eq!(read("/silence coffee 2h 活動", "hearken_bot"), Some((Command::Silence, "coffee 2h 活動")));
        assert_eq!(read("/start", "hearken_bot"), Some((Command::Help, "")));
        assert_eq!(read("/status@other_bot", "hearken_bot"), None);
        assert_eq!(read("status", "hearken_bot"), None);
    }
}
