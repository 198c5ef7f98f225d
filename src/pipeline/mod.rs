//! The stages: collect, ingest, watch, dispatch, deliver. They talk through tables; a restart repeats, it never loses.

mod collect;
mod deliver;
mod dispatch;
mod import;
mod ingest;
mod relabel;
pub mod report;
mod score;
mod trial;
mod watch;

pub use collect::{Collect, Collected};
pub use deliver::{Deliver, Delivered};
pub use dispatch::{Dispatch, Dispatched};
pub use import::{Import, Imported, files_of};
pub use ingest::{Ingest, Ingested, Judging, count_spam};
pub use relabel::{Relabelled, relabel};
pub use score::{Scoring, Told};
pub use trial::{EACH, Tried, tried};
pub use watch::{Round, Subject, Watch, Watermark, baseline, slot};
