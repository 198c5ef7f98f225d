//! Calls to the outside: one HTTP client with time-outs, size caps, Retry-After and a budget per host and credential.
//!
//! In: a [`Request`]. Out: a bounded [`Response`], or an [`Error`] that says whether trying again helps.
//! Never: retries, sleeps, logs an address or a token.

mod budget;
mod charset;
mod client;
mod decoding;
mod error;
mod request;
mod response;

pub use charset::{Charset, decode};
pub use client::{Client, Limits, USER_AGENT};
pub use decoding::Decoding;
pub use error::{Error, Retry};
pub use request::Request;
pub use response::Response;
