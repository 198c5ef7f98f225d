//! Calls to the outside: time-outs, size caps, Retry-After, redaction.
//!
//! In: a request. Out: a bounded body, or an [`Error`] that says whether trying again helps.
//! Never: retries, sleeps, logs an address or a token.

mod error;

pub use error::{Error, Retry};
