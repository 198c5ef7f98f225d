//! An incident's news, and its way to a receiver.

use serde::{Deserialize, Serialize};

use super::id::{digest, text_newtype};
use super::{
    Bucket, Incident, IncidentId, Interval, MentionId, Platform, ReceiverName, Sentiment, Theme, Timestamp, TopicName,
};

text_newtype!(
    /// Our id of an alert, made from its incident, news and number.
    AlertId,
    |text| text.len() == 26
);
text_newtype!(
    /// Our id of a delivery, made from its alert and receiver; sent along as the idempotency key.
    DeliveryId,
    |text| text.len() == 26
);

/// What an alert says of its incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum News {
    /// It began.
    Opened,
    /// Its severity rose.
    Risen,
    /// It is over.
    Resolved,
}

impl News {
    /// The word used in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Risen => "risen",
            Self::Resolved => "resolved",
        }
    }

    /// The news of this word.
    pub fn find(word: &str) -> Option<Self> {
        [Self::Opened, Self::Risen, Self::Resolved].into_iter().find(|news| news.as_str() == word)
    }
}

impl AlertId {
    /// The id of the `number`th alert with this news of an incident.
    pub fn of(incident: &IncidentId, news: News, number: i64) -> Self {
        Self(digest(&["alert", incident.as_str(), news.as_str(), &number.to_string()]))
    }
}

impl DeliveryId {
    /// The id of this alert's delivery to this receiver.
    pub fn of(alert: &AlertId, receiver: &ReceiverName) -> Self {
        Self(digest(&["delivery", alert.as_str(), receiver.as_str()]))
    }
}

/// One point of the curve that an alert carries.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Start of the point's stretch of time.
    pub at: Bucket,
    /// Mentions.
    pub mentions: i64,
    /// Negative mentions.
    pub negative: i64,
    /// Negative mentions that are usual.
    pub usual_negative: f64,
}

/// The numbers that a picture is drawn from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Width of one point in milliseconds.
    pub width_ms: i64,
    /// In order of time.
    pub points: Vec<CurvePoint>,
    /// Where the topic's sources were not heard.
    pub gaps: Vec<Interval>,
    /// Since when the incident is open; marked on the picture.
    pub since: Option<Timestamp>,
}

/// One of the worst originals, as an alert shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorstMention {
    /// Which mention.
    pub id: MentionId,
    /// Where it was said.
    pub platform: Platform,
    /// By whom, as shown.
    pub author: String,
    /// Link to the original.
    pub url: String,
    /// The first characters of its text.
    pub text: String,
    /// How often it was repeated.
    pub spread: i64,
    /// How it leans.
    pub sentiment: Sentiment,
}

/// An incident's news, written before it is sent; it holds all that a channel needs to render it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Our id.
    pub id: AlertId,
    /// What it says.
    pub news: News,
    /// Its place among the incident's alerts of this news, from 1.
    pub number: i64,
    /// When it was written.
    pub at: Timestamp,
    /// Whose.
    pub topic: TopicName,
    /// The topic's title, for people.
    pub title: String,
    /// The topic's time zone (IANA name).
    pub zone: String,
    /// The address of the incident's page; empty in alerts written before there was one.
    #[serde(default)]
    pub page: String,
    /// The incident as it stood.
    pub incident: Incident,
    /// Themes of the incident's negative mentions, most frequent first.
    pub themes: Vec<(Theme, i64)>,
    /// The titles of those that the topic added; empty in alerts written before there were any.
    #[serde(default)]
    pub own_themes: Vec<(Theme, String)>,
    /// The worst originals, worst first; at most three.
    pub worst: Vec<WorstMention>,
    /// The picture's numbers.
    pub curve: Curve,
    /// What was not heard in the window; empty when all was.
    pub gaps: Vec<Interval>,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// Written, not yet sent (or to be tried again).
    Waiting,
    /// The channel took it.
    Sent,
    /// Held back by a silence.
    Silenced,
    /// Refused for good, or tried too often: the next receiver is told.
    Failed,
}

impl DeliveryState {
    /// The word used in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Silenced => "silenced",
            Self::Failed => "failed",
        }
    }

    /// The state of this word.
    pub fn find(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Sent, Self::Silenced, Self::Failed].into_iter().find(|state| state.as_str() == word)
    }
}

/// One alert to one receiver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Our id; the idempotency key that a channel passes on.
    pub id: DeliveryId,
    /// Which alert.
    pub alert: AlertId,
    /// To whom.
    pub receiver: ReceiverName,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// Not to be tried before.
    pub due_at: Timestamp,
    /// What the channel answered when it took it (a message id), for later edits; empty before.
    pub reference: String,
    /// Why the last attempt failed; empty when it did not.
    pub error: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When the channel took it.
    pub sent_at: Option<Timestamp>,
}

/// One try to deliver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Which delivery.
    pub delivery: DeliveryId,
    /// When.
    pub at: Timestamp,
    /// `sent`, or why not.
    pub outcome: String,
}
