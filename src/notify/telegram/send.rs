//! Sends one message to one chat.

use futures_util::future::BoxFuture;
use teloxide::payloads::{SendDocumentSetters, SendMessageSetters, SendPhotoSetters};
use teloxide::prelude::Requester;
use teloxide::types::{
    ChatId, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, MessageId, ParseMode, Recipient,
    ThreadId,
};
use teloxide::{Bot, RequestError};

use super::{Chat, Config, button_data, failure, letter};
use crate::alert::words::{Button, button};
use crate::alert::{compose_within, escape, utf16_len};
use crate::chart;
use crate::domain::{Alert, DeliveryId, Locale, News, Timestamp};
use crate::net;
use crate::notify::{Message, Notify};
use crate::settings::Secret;

/// UTF-16 units that Telegram takes under a picture.
const CAPTION: usize = 1024;
/// UTF-16 units that Telegram takes in a message.
const MESSAGE: usize = 4096;

/// One chat, ready to be written to.
pub struct Telegram {
    bot: Bot,
    chat: Recipient,
    thread: Option<ThreadId>,
}

/// A bot on the one HTTP client; the error says which secret is missing.
pub fn connect(token: &Secret, api: &url::Url, client: &net::Client) -> Result<Bot, String> {
    Ok(Bot::with_client(token.reveal()?, client.http().clone()).set_api_url(api.clone()))
}

impl Telegram {
    /// Reads the token; the error says what is missing.
    pub fn new(config: &Config, client: &net::Client) -> Result<Self, String> {
        let chat = match &config.chat {
            Chat::Number(number) => Recipient::Id(ChatId(*number)),
            Chat::Name(name) => Recipient::ChannelUsername(name.clone()),
        };
        let thread = config.thread.map(|number| ThreadId(MessageId(number)));
        Ok(Self { bot: connect(&config.token, &config.api, client)?, chat, thread })
    }

    /// The picture with the words under it; the words alone when there is no picture, or Telegram does not take it.
    async fn alert(&self, chat: Recipient, alert: &Alert, locale: Locale) -> Result<String, RequestError> {
        if let Some(png) = chart::sent_png(alert) {
            let words = compose_within(alert, locale, CAPTION).html();
            let picture = InputFile::memory(png).file_name(format!("{}.png", alert.topic));
            let mut photo = self.bot.send_photo(chat.clone(), picture).caption(words).parse_mode(ParseMode::Html);
            photo.message_thread_id = self.thread;
            if let Some(buttons) = buttons(alert, locale) {
                photo = photo.reply_markup(buttons);
            }
            match photo.await {
                // Refused, or answered with what is no answer: rather the words alone than nothing.
                Err(RequestError::Api(_) | RequestError::InvalidJson { .. }) => {}
                sent => return sent.map(|message| reference(&message)),
            }
        }
        let words = compose_within(alert, locale, MESSAGE).html();
        let mut message = self.bot.send_message(chat, words).parse_mode(ParseMode::Html);
        message.message_thread_id = self.thread;
        message.link_preview_options = Some(no_preview());
        if let Some(buttons) = buttons(alert, locale) {
            message = message.reply_markup(buttons);
        }
        message.await.map(|message| reference(&message))
    }

    /// A message where it fits, otherwise the whole text as a file.
    async fn letter(&self, chat: Recipient, subject: &str, body: &str) -> Result<String, RequestError> {
        if utf16_len(&letter::shown(subject, body)) <= MESSAGE {
            let mut message = self.bot.send_message(chat, letter::html(subject, body)).parse_mode(ParseMode::Html);
            message.message_thread_id = self.thread;
            message.link_preview_options = Some(no_preview());
            return message.await.map(|message| reference(&message));
        }
        let file = InputFile::memory(body.to_owned()).file_name("letter.md");
        let subject: String = subject.chars().take(CAPTION / 2).collect();
        let caption = format!("<b>{}</b>", escape(&subject));
        let mut document = self.bot.send_document(chat, file).caption(caption).parse_mode(ParseMode::Html);
        document.message_thread_id = self.thread;
        document.await.map(|message| reference(&message))
    }

    async fn send(&self, chat: Recipient, message: &Message, locale: Locale) -> Result<String, RequestError> {
        match message {
            Message::Alert(alert) => self.alert(chat, alert, locale).await,
            Message::Letter { subject, body } => self.letter(chat, subject, body).await,
        }
    }
}

impl Notify for Telegram {
    fn notify<'a>(
        &'a self,
        _key: &'a DeliveryId,
        message: &'a Message,
        locale: Locale,
        _now: Timestamp,
    ) -> BoxFuture<'a, Result<String, net::Error>> {
        Box::pin(async move {
            let sent = match self.send(self.chat.clone(), message, locale).await {
                // The group has moved since the configuration was written: tell it where it is now.
                Err(RequestError::MigrateToChatId(chat)) => self.send(Recipient::Id(chat), message, locale).await,
                sent => sent,
            };
            sent.map_err(|error| failure(&error))
        })
    }
}

/// Buttons to act with, one below the other; none where there is nothing left to do.
fn buttons(alert: &Alert, locale: Locale) -> Option<InlineKeyboardMarkup> {
    let row = |what: &Button| {
        vec![InlineKeyboardButton::callback(button(*what, locale), button_data(*what, &alert.incident.id))]
    };
    (alert.news != News::Resolved).then(|| InlineKeyboardMarkup::new(Button::ALL.iter().map(row)))
}

fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

fn reference(message: &teloxide::types::Message) -> String {
    format!("{}/{}", message.chat.id, message.id)
}
