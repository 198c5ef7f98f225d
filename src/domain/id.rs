//! Names and ids: newtypes, so that a topic is never taken for a source.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Makes a newtype over text; `new` refuses what `$valid` refuses.
macro_rules! text_newtype {
    ($(#[$doc:meta])* $name:ident, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Returns `None` when the text breaks the rule that the type's description states.
            pub fn new(text: impl Into<String>) -> Option<Self> {
                let text = text.into();
                let valid: fn(&str) -> bool = $valid;
                valid(&text).then_some(Self(text))
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                Self::new(text.as_str()).ok_or_else(|| format!("`{text}` is not a valid {}", stringify!($name)))
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(crate) use text_newtype;

fn is_slug(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}

fn is_short_line(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= 500 && !text.chars().any(char::is_control)
}

text_newtype!(
    /// A topic's name: its file's stem, 1 to 64 of `a-z 0-9 - _`.
    TopicName,
    is_slug
);
text_newtype!(
    /// A receiver's name in `hearken.toml`, 1 to 64 of `a-z 0-9 - _`.
    ReceiverName,
    is_slug
);
text_newtype!(
    /// One configured place that is listened to, such as `ptt/Coffee` or
    /// `mastodon/g0v.social/tag/咖啡`: one line, at most 500 characters.
    SourceName,
    is_short_line
);
text_newtype!(
    /// A platform's own id of a post: one line, at most 500 characters.
    NativeId,
    is_short_line
);
text_newtype!(
    /// A platform's own id of an author: one line, at most 500 characters.
    AuthorId,
    is_short_line
);
text_newtype!(
    /// Our id of a mention, made from its platform and native id, so that the same post has the same id everywhere.
    MentionId,
    |text| text.len() == 26
);

impl MentionId {
    /// The id of the post `native` on `platform`.
    pub fn of(platform: super::Platform, native: &NativeId) -> Self {
        Self(digest(&["mention", platform.as_str(), native.as_str()]))
    }
}

/// 26 characters of base32 (130 bits) over the parts; parts are length-prefixed, so no two lists collide by joining.
pub fn digest(parts: &[&str]) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let hash = hasher.finalize();
    let mut out = String::with_capacity(26);
    let (mut held, mut bits) = (0u32, 0u32);
    for byte in hash.iter().take(17) {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 && out.len() < 26 {
            bits -= 5;
            out.push(ALPHABET[(held >> bits) as usize & 31] as char);
        }
        held &= (1 << bits) - 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Platform;

    #[test]
    fn a_topic_name_is_a_file_stem_in_lower_case() {
        assert!(TopicName::new("sprout-coffee").is_some());
        for wrong in ["", "Sprout", "a b", "../x", "嫩芽"] {
            assert_eq!(TopicName::new(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_same_post_has_the_same_id_and_another_platform_another() {
        let native = NativeId::new("42").expect("valid");
        let here = MentionId::of(Platform::Mastodon, &native);
        assert_eq!(here, MentionId::of(Platform::Mastodon, &native));
        assert_ne!(here, MentionId::of(Platform::HackerNews, &native));
        assert_eq!(here.as_str().len(), 26);
    }

    #[test]
    fn joined_parts_do_not_collide() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    }
}
