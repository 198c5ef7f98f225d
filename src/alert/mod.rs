//! What an alert says and whom it is told.
