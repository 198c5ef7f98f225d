//! `hearken`: hears what people say about a brand in public, notices when it turns, tells the right people, keeps the tickets.
//!
//! ```text
//! platform ─► collect ─► ingest ─► (store) ─► watch ─► dispatch ─► deliver ─► a person ─► desk
//! ```
//!
//! The floors, each using lower ones only (`tests/it/floors.rs` guards it):
//!
//! | floor | modules |
//! |---|---|
//! | 6 | `app`: builds everything, starts and stops it; `cli` and `demo` beside it |
//! | 5 faces | `web`, `bot` |
//! | 4 flow | `config`, `pipeline`, `desk` |
//! | 3 edges | [`source`], [`notify`], [`store`], [`scorer`]: they never use each other |
//! | 2 pure work | `query`, `cluster`, `classify`, `detect`, `alert`, `report`, `chart` |
//! | 1 ground | `text`, [`net`], [`settings`] |
//! | 0 words | [`domain`] |

pub mod alert;
pub mod app;
pub mod bot;
pub mod chart;
pub mod classify;
pub mod cli;
pub mod cluster;
pub mod config;
pub mod demo;
pub mod desk;
pub mod detect;
pub mod domain;
pub mod net;
pub mod notify;
pub mod pipeline;
pub mod query;
pub mod report;
pub mod scorer;
pub mod settings;
pub mod source;
pub mod store;
pub mod text;
pub mod web;
