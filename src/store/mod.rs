//! The store: the only place with SQL, one file per table family.
//!
//! In: values of the domain. Out: the same, from SQLite or PostgreSQL.
//! Never: judges, waits for the outside, reads a clock.

mod backend;
mod error;
mod incident;
mod watch;

pub use backend::Store;
pub use error::Error;
pub use incident::{Acted, IncidentFilter};
pub use watch::{HeardCount, IncidentChange, Voice, Watched};
