//! A public text: as it came from a platform, and as it stands in the store.

use serde::{Deserialize, Serialize};

use super::{AuthorId, Judgement, MentionId, NativeId, Platform, SourceName, Timestamp};

/// Who wrote it, as far as the platform tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The platform's own id; `None` when the platform hides it.
    pub id: Option<AuthorId>,
    /// The name shown.
    pub name: String,
    /// The handle, without `@`.
    pub handle: String,
    /// How many follow, when told.
    pub followers: Option<i64>,
}

/// What readers did with it, as far as the platform tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engagement {
    /// Likes, favourites, points.
    pub likes: i64,
    /// Reposts, boosts.
    pub reposts: i64,
    /// Replies, comments.
    pub replies: i64,
}

/// PTT's own signals: 推 and 噓 are kept as they are, beside our judgement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// 推.
    pub push: i64,
    /// 噓.
    pub boo: i64,
}

/// What happened to a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It was written (or seen for the first time).
    Posted,
    /// Its text was changed.
    Edited,
    /// It was taken down: text and author go, the count stays.
    Removed,
    /// Its author's account ended: everything `author.id` said on the platform goes, as if each had been removed.
    AuthorRemoved,
}

/// A post as a source read it: not yet matched, judged or stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawMention {
    /// Kind of place.
    pub platform: Platform,
    /// The platform's own id.
    pub native_id: NativeId,
    /// Another id by which the platform may speak of it, such as one Mastodon instance's own number for a post
    /// that came from elsewhere; a removal that names this id means this mention.
    #[serde(default)]
    pub alias: Option<NativeId>,
    /// Posted, edited or removed.
    pub change: Change,
    /// Where a person can read it; empty when it has no page.
    #[serde(default)]
    pub url: String,
    /// Who wrote it.
    #[serde(default)]
    pub author: Author,
    /// When, by the platform's claim.
    pub posted_at: Timestamp,
    /// Its title; empty where posts have none.
    #[serde(default)]
    pub title: String,
    /// Its text, plain, with line breaks.
    #[serde(default)]
    pub text: String,
    /// The language the platform or author states, as a tag; empty when none.
    #[serde(default)]
    pub language_hint: String,
    /// The post it answers.
    #[serde(default)]
    pub reply_to: Option<NativeId>,
    /// The post it repeats (boost, repost, quote without words).
    #[serde(default)]
    pub repost_of: Option<NativeId>,
    /// What readers did.
    #[serde(default)]
    pub engagement: Engagement,
    /// 推 and 噓, where the platform has them.
    #[serde(default)]
    pub reaction: Option<Reaction>,
    /// Whether it carries a picture, film or sound.
    #[serde(default)]
    pub has_media: bool,
}

impl RawMention {
    /// A post with the three things that none can lack; the rest empty.
    pub fn new(platform: Platform, native_id: NativeId, posted_at: Timestamp) -> Self {
        Self {
            platform,
            native_id,
            alias: None,
            change: Change::Posted,
            url: String::new(),
            author: Author::default(),
            posted_at,
            title: String::new(),
            text: String::new(),
            language_hint: String::new(),
            reply_to: None,
            repost_of: None,
            engagement: Engagement::default(),
            reaction: None,
            has_media: false,
        }
    }

    /// Our id of it.
    pub fn id(&self) -> MentionId {
        MentionId::of(self.platform, &self.native_id)
    }

    /// What is judged and searched: title and text, one line apart.
    pub fn whole_text(&self) -> String {
        match (self.title.is_empty(), self.text.is_empty()) {
            (true, _) => self.text.clone(),
            (false, true) => self.title.clone(),
            (false, false) => format!("{}\n{}", self.title, self.text),
        }
    }
}

/// First text, or the same text again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spread {
    /// The first of its story.
    Original,
    /// The platform says it repeats another, or it is the same text to the letter.
    Repost,
    /// Nearly the same text.
    Near,
}

impl Spread {
    /// The word used in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Repost => "repost",
            Self::Near => "near",
        }
    }

    /// The spread of this word.
    pub fn find(word: &str) -> Option<Self> {
        [Self::Original, Self::Repost, Self::Near].into_iter().find(|spread| spread.as_str() == word)
    }
}

/// A mention as it stands in the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mention {
    /// Our id.
    pub id: MentionId,
    /// Where it was heard first.
    pub source: SourceName,
    /// As the platform told it; text and author are empty once it is a tombstone.
    pub raw: RawMention,
    /// When we read it.
    pub collected_at: Timestamp,
    /// When it became a tombstone.
    pub removed_at: Option<Timestamp>,
    /// First text, or the same again.
    pub spread: Spread,
    /// The original of its story; itself when it is the original.
    pub story: MentionId,
    /// What it was judged to be.
    pub judgement: Judgement,
}
