//! Instants, five-minute buckets, and the clock as a value.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An instant in UTC; zones appear only at day edges and on screens.
pub type Timestamp = DateTime<Utc>;

/// Where "now" comes from: given, not read.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Always this instant.
    Fixed(Timestamp),
    /// Milliseconds UTC that somebody else moves: a replay, a test.
    Driven(Arc<AtomicI64>),
}

impl Clock {
    /// The present, by this clock.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Utc::now(),
            Self::Fixed(at) => *at,
            Self::Driven(millis) => timestamp(millis.load(Ordering::SeqCst)),
        }
    }
}

/// A bucket of five minutes of event time, named by its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bucket(i64);

impl Bucket {
    /// Width in milliseconds: five minutes.
    pub const MILLIS: i64 = 300_000;

    /// The bucket that holds this instant.
    pub fn of(at: Timestamp) -> Self {
        Self::of_millis(at.timestamp_millis())
    }

    /// The bucket that holds this instant, in milliseconds UTC.
    pub fn of_millis(millis: i64) -> Self {
        Self(millis.div_euclid(Self::MILLIS) * Self::MILLIS)
    }

    /// Its start in milliseconds UTC.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Its first instant.
    pub fn start(self) -> Timestamp {
        timestamp(self.0)
    }

    /// The first instant after it.
    pub fn end(self) -> Timestamp {
        timestamp(self.0 + Self::MILLIS)
    }

    /// The bucket `n` buckets later (earlier when negative).
    pub fn plus(self, n: i64) -> Self {
        Self(self.0 + n * Self::MILLIS)
    }

    /// The bucket after this one.
    pub fn next(self) -> Self {
        self.plus(1)
    }
}

/// An instant from milliseconds UTC; beyond what chrono can hold (the year 262,000) it is the nearest it can.
pub fn timestamp(millis: i64) -> Timestamp {
    DateTime::from_timestamp_millis(millis).unwrap_or(if millis < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_its_start_and_not_its_end() {
        let bucket = Bucket::of_millis(1_000_000_123);
        assert_eq!(Bucket::of(bucket.start()), bucket);
        assert_eq!(Bucket::of(bucket.end()), bucket.next());
        assert_eq!(Bucket::of_millis(-1).millis(), -300_000);
    }
}
