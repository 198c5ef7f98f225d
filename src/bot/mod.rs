//! The operators' chat commands and buttons.
