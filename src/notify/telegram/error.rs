//! What the Bot API's refusals mean to us.

use std::time::Duration;

use teloxide::{ApiError, RequestError};

use crate::net::Error;

/// Why a call failed, in our own words: an address in an error would tell the token.
pub fn failure(error: &RequestError) -> Error {
    match error {
        RequestError::RetryAfter(seconds) => {
            Error::RateLimited { retry_after: Some(Duration::from_secs(u64::from(seconds.seconds()))) }
        }
        RequestError::MigrateToChatId(chat) => {
            Error::Refused { status: 400, detail: format!("the group has become a supergroup: its chat is now {chat}") }
        }
        RequestError::Network(error) if error.is_timeout() => Error::TimedOut,
        RequestError::Network(error) => {
            let what = if error.is_connect() { "no connection to the Bot API" } else { "the Bot API's answer was cut" };
            Error::Unreachable(what.into())
        }
        RequestError::InvalidJson { .. } => {
            Error::Unreadable("the Bot API's answer is not what it documents".to_owned())
        }
        RequestError::Io(error) => Error::Unreachable(Box::new(std::io::Error::from(error.kind()))),
        RequestError::Api(error) => refused(error),
    }
}

fn refused(error: &ApiError) -> Error {
    match error {
        ApiError::InvalidToken => Error::Unauthorized { status: 401 },
        ApiError::BotBlocked
        | ApiError::BotKicked
        | ApiError::BotKickedFromSupergroup
        | ApiError::BotKickedFromChannel
        | ApiError::UserDeactivated
        | ApiError::CantInitiateConversation => Error::Unauthorized { status: 403 },
        other => Error::Refused { status: 400, detail: other.to_string().chars().take(200).collect() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Retry;

    #[test]
    fn a_flood_is_waited_out_and_a_block_is_final() {
        let flood = RequestError::RetryAfter(teloxide::types::Seconds::from_seconds(17));
        assert_eq!(failure(&flood).retry(), Retry::After(Duration::from_secs(17)));
        assert_eq!(failure(&RequestError::Api(ApiError::BotBlocked)).retry(), Retry::Never);
        assert_eq!(failure(&RequestError::Api(ApiError::ChatNotFound)).retry(), Retry::Never);
    }
}
