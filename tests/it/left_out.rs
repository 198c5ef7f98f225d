//! Says which parts could not be run, past the test runner, which shows nothing of tests that pass.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// Tells it once, however many tests it concerns.
pub(crate) fn left_out(why: &str) {
    static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if TOLD.lock().unwrap_or_else(PoisonError::into_inner).insert(why.to_owned()) {
        writeln!(std::io::stderr(), "left out: {why}").expect("standard error takes it");
    }
}
