//! Buttons under an alert: the desk acts, and every message of the incident shows who did what.

use chrono::{DateTime, Duration};
use chrono_tz::Tz;
use teloxide::payloads::{AnswerCallbackQuerySetters, EditMessageCaptionSetters, EditMessageTextSetters};
use teloxide::prelude::Requester;
use teloxide::types::{CallbackQuery, ChatId, InlineKeyboardButton, InlineKeyboardMarkup, MessageId, ParseMode};
use teloxide::{ApiError, RequestError};
use tracing::{info, warn};

use super::guard::Visitor;
use super::{Bot, note, words};
use crate::alert::words::{Button, button};
use crate::alert::{compose_within, escape, utf16_len};
use crate::desk;
use crate::domain::{Alert, Delivery, DeliveryState, Incident, IncidentId, IncidentState, Locale, Moment};
use crate::notify::telegram::{button_data, read_button_data};

/// So many of an incident's messages are brought up to date.
const MESSAGES: usize = 10;

/// One message that shows an alert.
struct Shown {
    chat: ChatId,
    message: MessageId,
    alert: Alert,
    locale: Locale,
}

impl Bot {
    pub(super) async fn pressed(&self, query: CallbackQuery) {
        let Some(message) = &query.message else { return };
        let config = self.live.config();
        let Some(visitor) = self.guard.let_in(&config, &self.config.chats, message.chat(), &query.from) else { return };
        let Some((pressed, incident)) = query.data.as_deref().and_then(read_button_data) else { return };
        let said = match self.act(pressed, &incident, &visitor).await {
            Ok(said) => said,
            Err(error) if error.is_refusal() => error.say(visitor.locale),
            Err(error) => {
                warn!(incident.id = %incident, "a button did nothing: {error:#}");
                words::failed(visitor.locale).to_owned()
            }
        };
        // At most 200 characters are shown.
        let said: String = said.chars().take(190).collect();
        if let Err(error) = self.bot.answer_callback_query(query.id.clone()).text(said).await {
            note("a button's answer was not taken", &error);
        }
        let here = (message.chat().id, message.id());
        if let Err(error) = self.redraw(&incident, here, visitor.locale).await {
            warn!(incident.id = %incident, "an alert could not be brought up to date: {error:#}");
        }
    }

    async fn act(&self, pressed: Button, incident: &IncidentId, visitor: &Visitor) -> Result<String, desk::Error> {
        let (name, locale) = (visitor.name.as_str(), visitor.locale);
        let said = match pressed {
            Button::Acknowledge => {
                self.desk.acknowledge(incident, name).await?;
                words::acknowledged(locale).to_owned()
            }
            Button::Silence => {
                let found = self.store.incident(incident).await?.ok_or(desk::Error::NoIncident)?;
                let silence = self.desk.silence(Some(&found.topic), Duration::hours(1), name, "").await?;
                words::silenced(silence.until.with_timezone(&self.zone(&found)), locale)
            }
            Button::Ticket => {
                let opened = self.desk.open_ticket_from_incident(incident, name).await?;
                words::ticket(opened.ticket.number, opened.new, locale)
            }
        };
        info!(incident.id = %incident, button = pressed.as_str(), "a button was pressed");
        Ok(said)
    }

    fn zone(&self, incident: &Incident) -> Tz {
        let config = self.live.config();
        config.topic(&incident.topic).map_or(config.zone, |topic| topic.zone)
    }

    /// Shows on every message of the incident what people did, and leaves only the buttons that still do something.
    async fn redraw(&self, id: &IncidentId, here: (ChatId, MessageId), locale: Locale) -> anyhow::Result<()> {
        let Some(incident) = self.store.incident(id).await? else { return Ok(()) };
        let moments = self.store.moments(id).await?;
        let now = self.clock.now();
        let hushed = self.store.silences(now).await?.iter().any(|silence| silence.hushes(&incident.topic, now));
        let has_ticket = self.store.ticket_of_incident(id).await?.is_some();
        let left: Vec<Button> = Button::ALL
            .iter()
            .copied()
            .filter(|button| match button {
                Button::Acknowledge => incident.state == IncidentState::Open,
                Button::Silence => !hushed && incident.state != IncidentState::Resolved,
                Button::Ticket => !has_ticket,
            })
            .collect();
        for shown in self.shown(id, here, locale).await? {
            let zone = shown.alert.zone.parse().unwrap_or(Tz::UTC);
            let deeds = deeds(&moments, zone, shown.locale);
            if let Err(error) = self.edit(&shown, &incident, &deeds, &left).await {
                note("an alert was not brought up to date", &error);
            }
        }
        Ok(())
    }

    /// The messages that show the incident: those that are kept as sent, and the one that was pressed (which is not kept when
    /// we died right after sending it).
    async fn shown(&self, id: &IncidentId, here: (ChatId, MessageId), locale: Locale) -> anyhow::Result<Vec<Shown>> {
        let config = self.live.config();
        let mut shown: Vec<Shown> = Vec::new();
        let deliveries = self.store.deliveries_of(id).await?;
        for delivery in deliveries.iter().rev().filter(|delivery| delivery.state == DeliveryState::Sent).take(MESSAGES)
        {
            let Some((chat, message)) = read_reference(delivery) else { continue };
            let Some(alert) = self.store.alert(&delivery.alert).await? else { continue };
            let locale = config.receiver(&delivery.receiver).map_or(config.locale, |receiver| receiver.locale);
            shown.push(Shown { chat, message, alert, locale });
        }
        if !shown.iter().any(|shown| (shown.chat, shown.message) == here)
            && let Some(alert) = self.store.alerts_of(id).await?.into_iter().next_back()
        {
            shown.push(Shown { chat: here.0, message: here.1, alert, locale });
        }
        Ok(shown)
    }

    /// Puts the words anew: under the picture, or where there is none, in the message itself.
    async fn edit(&self, shown: &Shown, incident: &Incident, deeds: &str, left: &[Button]) -> Result<(), RequestError> {
        let text = |most: usize| {
            let room = most.saturating_sub(utf16_len(deeds) + 2);
            format!("{}\n\n{}", compose_within(&shown.alert, shown.locale, room).html(), escape(deeds))
        };
        let rows = left.iter().map(|what| {
            vec![InlineKeyboardButton::callback(button(*what, shown.locale), button_data(*what, &incident.id))]
        });
        let buttons = InlineKeyboardMarkup::new(rows);
        // An alert without a curve was sent without a picture, and has no caption.
        if !shown.alert.curve.points.is_empty() {
            let caption = self.bot.edit_message_caption(shown.chat, shown.message).caption(text(1024));
            match caption.parse_mode(ParseMode::Html).reply_markup(buttons.clone()).await {
                Ok(_) | Err(RequestError::Api(ApiError::MessageNotModified)) => return Ok(()),
                // Telegram did not take the picture, the words were sent alone.
                Err(RequestError::Api(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let edit = self.bot.edit_message_text(shown.chat, shown.message, text(4096));
        edit.parse_mode(ParseMode::Html).reply_markup(buttons).await.map(drop)
    }
}

/// `chat/message`, as the channel gave it when it took the alert.
fn read_reference(delivery: &Delivery) -> Option<(ChatId, MessageId)> {
    let (chat, message) = delivery.reference.split_once('/')?;
    Some((ChatId(chat.parse().ok()?), MessageId(message.parse().ok()?)))
}

/// What people did to the incident, a line each, the last six.
fn deeds(moments: &[Moment], zone: Tz, locale: Locale) -> String {
    let lines: Vec<String> = moments
        .iter()
        .filter(|moment| !moment.by.is_empty())
        .filter_map(|moment| words::deed(moment, moment.at.with_timezone(&zone), until(moment, zone), locale))
        .collect();
    lines.get(lines.len().saturating_sub(6)..).unwrap_or_default().join("\n")
}

/// The end of a silence, which stands first in its moment's detail.
fn until(moment: &Moment, zone: Tz) -> Option<DateTime<Tz>> {
    let first = moment.detail.split_whitespace().next()?;
    DateTime::parse_from_rfc3339(first).ok().map(|at| at.with_timezone(&zone))
}
