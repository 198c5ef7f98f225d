//! The store: the only place with SQL, one file per table family.
//!
//! In: values of the domain. Out: the same, from SQLite or PostgreSQL.
//! Never: judges, waits for the outside, reads a clock.

mod alert;
mod apart;
mod apply;
mod backend;
mod bulk;
mod correct;
mod correction;
mod count;
mod coverage;
mod error;
mod forget;
mod inbox;
mod incident;
mod judged;
mod known;
mod leaning;
mod letter;
mod list;
mod mention;
mod recount;
mod scorer;
mod search;
mod silence;
mod source;
mod spread;
mod story;
mod ticket;
mod topic;
mod watch;

pub use alert::Untold;
pub use backend::Store;
pub use correct::{Corrected, Words};
pub use correction::CorrectionFilter;
pub use count::{SeriesPoint, Tally};
pub use error::Error;
pub use inbox::{AsideRow, InboxRow, Page};
pub use incident::{Acted, IncidentFilter};
pub use judged::{Judged, Put, TopicMatch};
pub use leaning::Leaning;
pub use list::{MentionFilter, MentionOrder, SpamFilter, TextRow};
pub use recount::Miscount;
pub use scorer::{ScorerDay, ScorerState, ScorerStatus};
pub use source::{SourceState, SourceStatus};
pub use ticket::{NewTicket, TicketChange, TicketFilter};
pub use watch::{HeardCount, IncidentChange, Voice, Watched};
