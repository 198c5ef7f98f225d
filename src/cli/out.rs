//! Where the commands write: text for people, and what programs read as it is.
//!
//! In: finished text. Out: standard output and standard error.
//! Never: lets a text of strangers steer the terminal; makes a noise when the reader has gone (`| head`).

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};

use crate::text::visible;

/// For people, on standard output.
pub(super) fn people(text: Arguments<'_>) {
    raw(&visible(&text.to_string()));
}

/// For people, on standard error; when that is gone too there is nobody to tell.
pub(super) fn aside(text: Arguments<'_>) {
    drop(io::stderr().lock().write_all(visible(&text.to_string()).as_bytes()));
}

/// For programs, as it is.
pub(super) fn raw(text: &str) {
    let mut out = Patient(io::stdout().lock());
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        aside(format_args!("hearken: standard output cannot be written: {error}\n"));
        std::process::exit(i32::from(super::FAILED));
    }
}

/// A value as JSON.
pub(super) fn json(value: &impl serde::Serialize) -> serde_json::Result<()> {
    raw(&(serde_json::to_string_pretty(value)? + "\n"));
    Ok(())
}

/// Whether it failed for a reader that has gone: for commands that only read and write, where going on is of no use.
pub(super) fn reader_gone(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == ErrorKind::BrokenPipe)
}

/// A writer whose reader may go: what comes after is dropped, and the work goes on to its end.
struct Patient<W>(W);

impl<W: Write> Write for Patient<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(bytes.len()),
            done => done,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            done => done,
        }
    }
}
