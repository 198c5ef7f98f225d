//! The store: the only place with SQL, one file per table family.
//!
//! In: values of the domain. Out: the same, from SQLite or PostgreSQL.
//! Never: judges, waits for the outside, reads a clock.

mod alert;
mod backend;
mod error;
mod incident;
mod letter;
mod silence;
mod ticket;
mod watch;

pub use alert::{Told, Untold};
pub use backend::Store;
pub use error::Error;
pub use incident::{Acted, IncidentFilter};
pub use ticket::{NewTicket, TicketChange, TicketFilter};
pub use watch::{HeardCount, IncidentChange, Voice, Watched};
