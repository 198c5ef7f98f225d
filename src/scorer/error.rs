//! Why a scorer gave no answer, and whether it may be asked again.

use crate::net::{self, Retry};

/// One variant for each thing a caller does differently.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No answer at all.
    #[error("no answer")]
    Unanswered(#[from] net::Error),
    /// An answer that is not what was asked for.
    #[error("the answer is not what was asked for: {0}")]
    Unreadable(String),
    /// The scorer itself failed.
    #[error("it failed: {0}")]
    Failed(String),
}

impl Error {
    /// Why, in one line that quotes nothing: what an endpoint says of a refusal may hold a mention's text, and reasons are logged
    /// and shown. Of it only the endpoint's own word for the refusal is told, such as `model_not_found`.
    pub fn reason(&self) -> String {
        match self {
            Self::Unanswered(net::Error::Refused { status, detail }) => {
                let word = word_of(detail).map(|word| format!(": {word}")).unwrap_or_default();
                format!("the request was refused (status {status}){word}")
            }
            Self::Unanswered(error) => format!("no answer: {error}"),
            Self::Unreadable(_) | Self::Failed(_) => self.to_string(),
        }
    }

    /// May we ask again, about other texts?
    pub fn retry(&self) -> Retry {
        match self {
            Self::Unanswered(error) => error.retry(),
            Self::Unreadable(_) | Self::Failed(_) => Retry::Soon,
        }
    }

    /// Whether the texts of the call may be to blame, and others may well be answered.
    pub fn blames_the_texts(&self) -> bool {
        matches!(self, Self::Unreadable(_) | Self::Failed(_))
    }
}

/// The `code` or else the `type` of an error in OpenAI's shape; `detail` may be the beginning of one only.
fn word_of(detail: &str) -> Option<&str> {
    let value = |key: &str| {
        let after = detail.split_once(key)?.1.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        let (word, _) = after.split_once('"')?;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        (!word.is_empty() && word.len() <= 40 && word.chars().all(plain)).then_some(word)
    };
    value("\"code\"").or_else(|| value("\"type\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(detail: &str) -> String {
        Error::from(net::Error::Refused { status: 400, detail: detail.to_owned() }).reason()
    }

    #[test]
    fn a_refusal_is_told_by_its_word_and_never_by_its_text() {
        let openai = r#"{"error": {"message": "No model `x`: 等了兩小時", "type": "invalid_request_error", "code": "model_not_found"}}"#;
        assert_eq!(refused(openai), "the request was refused (status 400): model_not_found");
        let without = r#"{"error":{"type":"invalid_request_error","code":null,"message":"等了兩小時"#;
        assert_eq!(refused(without), "the request was refused (status 400): invalid_request_error");
        for text in ["等了兩小時", r#"{"code": "waited two hours"}"#, r#"{"message":"\"code\":\"等\""}"#] {
            assert_eq!(refused(text), "the request was refused (status 400)");
        }
    }
}
