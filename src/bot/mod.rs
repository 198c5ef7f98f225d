//! The operators' chat commands and buttons.
//!
//! In: updates that Telegram holds for us (long polling), from allowed chats and known people. Out: what the desk did, shown
//! under the alert; answers to commands. Never: answers strangers, or logs what they wrote; does what the desk does not.

mod command;
mod guard;
mod press;
mod words;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use teloxide::payloads::{GetUpdatesSetters, SendMessageSetters};
use teloxide::prelude::Requester;
use teloxide::types::{AllowedUpdate, LinkPreviewOptions, Message, ParseMode, UpdateKind};
use teloxide::{ApiError, RequestError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use self::guard::Guard;
use crate::config::{BotConfig, Live};
use crate::desk::Desk;
use crate::domain::Clock;
use crate::net;
use crate::notify::telegram::{connect, failure};
use crate::store::Store;

/// How long Telegram may hold a question for updates; shorter than the HTTP client waits.
const HOLD_SECONDS: u32 = 20;
/// The shortest time between two questions, for servers that do not hold them.
const PACE: Duration = Duration::from_millis(500);
/// The longest wait after failures.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The bot that takes button presses and commands.
pub struct Bot {
    bot: teloxide::Bot,
    config: BotConfig,
    store: Store,
    live: Arc<Live>,
    desk: Desk,
    clock: Clock,
    guard: Guard,
    place: Mutex<Place>,
}

/// How far updates were taken, and who we are.
#[derive(Default)]
struct Place {
    offset: Option<i32>,
    username: Option<String>,
}

impl Bot {
    /// The bot of the configuration; `None` when it has none. The error says which secret is missing.
    pub fn new(
        store: Store,
        live: Arc<Live>,
        desk: Desk,
        client: &net::Client,
        clock: Clock,
    ) -> Result<Option<Self>, String> {
        let Some(config) = live.config().bot.clone() else { return Ok(None) };
        let bot = connect(&config.token, &config.api, client)?;
        let (guard, place) = (Guard::default(), Mutex::default());
        Ok(Some(Self { bot, config, store, live, desk, clock, guard, place }))
    }

    /// One round: asks for updates and acts on each. Gives how many there were.
    /// An update that fails is logged and not asked for again.
    pub async fn tick(&self) -> Result<usize, net::Error> {
        self.learn_name().await?;
        let mut ask = self.bot.get_updates().timeout(HOLD_SECONDS).limit(50);
        ask = ask.allowed_updates([AllowedUpdate::Message, AllowedUpdate::CallbackQuery]);
        ask.offset = self.place().offset;
        let updates = ask.await.map_err(|error| failure(&error))?;
        let count = updates.len();
        for update in updates {
            let next = update.id.as_offset();
            match update.kind {
                UpdateKind::CallbackQuery(query) => self.pressed(query).await,
                UpdateKind::Message(message) => self.written(&message).await,
                _ => {}
            }
            self.place().offset = Some(next);
        }
        Ok(count)
    }

    /// Rounds until told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        let mut wait = Duration::from_secs(1);
        loop {
            let began = Instant::now();
            let round = tokio::select! {
                () = stop.cancelled() => return,
                round = self.tick() => round,
            };
            let pause = match round {
                Ok(_) => {
                    wait = Duration::from_secs(1);
                    PACE.saturating_sub(began.elapsed())
                }
                Err(error) => {
                    warn!("the bot cannot ask for updates: {error}");
                    wait = (wait * 2).min(LONGEST_WAIT);
                    match error.retry() {
                        net::Retry::After(asked) => asked.max(wait),
                        net::Retry::Soon => wait,
                        net::Retry::Never => LONGEST_WAIT,
                    }
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Our own name, to tell `/status@us` from `/status@others` in groups. Without it we answer plain `/status` only.
    async fn learn_name(&self) -> Result<(), net::Error> {
        if self.place().username.is_some() {
            return Ok(());
        }
        match self.bot.get_me().await {
            Ok(me) => self.place().username = Some(me.username().to_owned()),
            Err(RequestError::Api(error)) => return Err(failure(&RequestError::Api(error))),
            Err(error) => note("the bot could not learn its name", &error),
        }
        Ok(())
    }

    async fn written(&self, message: &Message) {
        let (Some(text), Some(from)) = (message.text(), message.from.as_ref()) else { return };
        let username = self.place().username.clone().unwrap_or_default();
        let Some((command, rest)) = command::read(text, &username) else { return };
        let config = self.live.config();
        let Some(visitor) = self.guard.let_in(&config, &self.config.chats, &message.chat, from) else { return };
        let answer = self.answer(&visitor, command, rest).await;
        let mut reply = self.bot.send_message(message.chat.id, answer).parse_mode(ParseMode::Html);
        reply.message_thread_id = message.thread_id;
        reply.link_preview_options = Some(LinkPreviewOptions {
            is_disabled: true,
            url: None,
            prefer_small_media: false,
            prefer_large_media: false,
            show_above_text: false,
        });
        if let Err(error) = reply.await {
            warn!("the bot could not answer a command: {}", failure(&error));
        }
    }

    fn place(&self) -> std::sync::MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Logs a call whose failing nobody has to act on; an unchanged message is none.
fn note(what: &str, error: &RequestError) {
    if !matches!(error, RequestError::Api(ApiError::MessageNotModified)) {
        debug!("{what}: {}", failure(error));
    }
}
