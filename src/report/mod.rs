//! Figures and sentences; every sentence names the mentions under it.
