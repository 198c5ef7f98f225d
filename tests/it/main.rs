//! One integration binary: one file per stage, and the test that guards the floors.

mod bluesky;
mod floors;
mod mastodon;
