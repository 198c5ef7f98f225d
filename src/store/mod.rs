//! The store: the only place with SQL, one file per table family.
//!
//! In: values of the domain. Out: the same, from SQLite or PostgreSQL.
//! Never: judges, waits for the outside, reads a clock.

mod backend;
mod error;

pub use backend::Store;
pub use error::Error;
