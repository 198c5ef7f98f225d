//! One integration binary: one file per stage, and the test that guards the floors.

mod bluesky;
mod collect;
mod config;
mod database;
mod demo;
mod desk;
mod documents;
mod floors;
mod import;
mod ingest;
mod kill;
mod mastodon;
mod preview;
mod query;
mod removal;
mod report;
mod rough_source;
mod seed;
mod segment;
mod server;
mod store_chance;
mod store_story;
mod telegram;
mod tell;
mod watch;
mod web;
