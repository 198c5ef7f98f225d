//! Floor 0: the words of the field, one file each; plain values with their rules.
//!
//! In: nothing. Out: values that are valid because they exist.
//! Never: I/O, async, a clock read, a random number.

pub mod alert;
pub mod correction;
pub mod count;
pub mod coverage;
pub mod id;
pub mod incident;
pub mod judgement;
pub mod label;
pub mod language;
pub mod letter;
pub mod locale;
pub mod mention;
pub mod platform;
pub mod report;
pub mod sentiment;
pub mod silence;
pub mod theme;
pub mod ticket;
pub mod time;

pub use alert::{Alert, AlertId, Attempt, Curve, CurvePoint, Delivery, DeliveryId, DeliveryState, News, WorstMention};
pub use correction::{Aspect, Correction, CorrectionState, Label, Outcome, Said};
pub use count::{Count, CountKey};
pub use coverage::{Coverage, Interval};
pub use id::{AuthorId, MentionId, NativeId, ReceiverName, SourceName, TopicName};
pub use incident::{Incident, IncidentId, IncidentKind, IncidentState, Moment, Observation, Severity};
pub use judgement::{Evidence, Judgement, Toward};
pub use label::{GroupName, LabelName};
pub use language::Language;
pub use letter::Letter;
pub use locale::Locale;
pub use mention::{Author, Change, Engagement, Mention, RawMention, Reaction, Spread};
pub use platform::{Cursor, Platform};
pub use report::{Period, ReportFormat};
pub use sentiment::{Confidence, Polarity, Probabilities, Sentiment};
pub use silence::{Silence, SilenceId};
pub use theme::{Theme, ThemeScore};
pub use ticket::{Priority, Ticket, TicketEvent, TicketNumber, TicketState};
pub use time::{Bucket, Clock, Timestamp};
