//! What an alert says and whom it is told.

#[cfg(test)]
pub(crate) mod sample;
