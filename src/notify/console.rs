//! The console: what other channels would show, on the program's own standard output.

use std::io::Write;

use futures_util::future::BoxFuture;

use super::{Message, Notify};
use crate::alert;
use crate::domain::{DeliveryId, Locale, Timestamp};
use crate::net;

/// Writes to standard output.
pub(super) struct Console;

impl Notify for Console {
    fn notify<'a>(
        &'a self,
        _key: &'a DeliveryId,
        message: &'a Message,
        locale: Locale,
        _now: Timestamp,
    ) -> BoxFuture<'a, Result<String, net::Error>> {
        Box::pin(async move {
            let text = match message {
                Message::Alert(alert) => alert::compose(alert, locale).plain(),
                Message::Letter { subject, body } => format!("{subject}\n\n{body}"),
            };
            // What others wrote must not move the terminal's cursor.
            let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
            let mut out = std::io::stdout().lock();
            writeln!(out, "\n{text}\n")
                .and_then(|()| out.flush())
                .map_err(|error| net::Error::Unreachable(Box::new(error)))?;
            Ok(String::new())
        })
    }
}
