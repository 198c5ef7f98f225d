//! Which buckets the baseline does not explain.
//!
//! In: one topic's closed buckets, in order of event time. Out: findings, at the bucket that brought them.
//! Never: I/O, a clock, a look ahead. The same buckets give the same findings, and those of the first n buckets are the
//! first findings of all.
//!
//! One file per kind of incident ([`negative`]) over what they share: [`baseline`] (what is usual), [`recent`] (windows),
//! [`tail`] (exact chances) and [`sensitivity`] (the stated false-alarm rate). `docs/watch.md` tells the method and what it
//! is worth in figures.

pub mod baseline;
pub mod negative;
pub mod recent;
pub mod sensitivity;
pub mod tail;

pub use negative::Negative;
pub use sensitivity::Sensitivity;

use crate::domain::{Bucket, Observation, Severity};

/// A closed bucket as it was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Which.
    pub bucket: Bucket,
    /// Its hour of the week in the topic's own zone: 0 is Monday's first, 167 Sunday's last.
    pub slot: u8,
    /// Mentions, originals and spread together.
    pub mentions: i64,
    /// Negative ones among them.
    pub negative: i64,
    /// How much of what the topic usually hears could be heard, 0.0 (deaf) to 1.0.
    pub heard: f64,
    /// Negative mentions by author (a hash); an author that the platform hides is left out and counts as one each.
    /// `None` when nothing is known of authors.
    pub voices: Option<Vec<(u64, u32)>>,
}

/// What a bucket changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// A new incident.
    Opened,
    /// A resolved one came back soon.
    Reopened,
    /// The open one became more severe.
    Risen,
    /// The open one goes on.
    GoesOn,
    /// The open one is over: usual for hours.
    Resolved,
}

/// What a detector says at a bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What changed.
    pub news: News,
    /// First bucket of the incident; its name, since a topic has no two that begin together.
    pub first: Bucket,
    /// Last bucket that belongs to it so far.
    pub last: Bucket,
    /// Its severity, at its greatest so far.
    pub severity: Severity,
    /// The arithmetic behind it.
    pub observation: Observation,
}
