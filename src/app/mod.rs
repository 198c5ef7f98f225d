//! Builds everything, starts and names every task, stops them in order.
//!
//! In: a checked configuration. Out: a running program, until it is told to stop.
//! Never: does a stage's work; no other place spawns tasks that outlive a round.

mod parts;
mod serve;
mod tasks;

pub use parts::Parts;
pub use serve::{serve, stop_signal};
pub use tasks::Tasks;
