//! One integration binary: one file per stage, and the test that guards the floors.

mod bluesky;
mod browser;
mod collect;
mod config;
mod corpus;
mod correction;
mod database;
mod demo;
mod desk;
mod documents;
mod floors;
mod import;
mod ingest;
mod kill;
mod left_out;
mod mastodon;
mod models;
#[cfg(feature = "onnx")]
mod onnx;
mod preview;
mod query;
mod removal;
mod report;
mod rough_source;
mod scorer;
mod seed;
mod segment;
mod server;
mod store_chance;
mod store_story;
mod stream;
mod telegram;
mod tell;
mod toward;
mod watch;
mod web;
