//! The stages: collect, ingest, watch, dispatch, deliver. They talk through tables; a restart repeats, it never loses.

mod deliver;
mod dispatch;
pub mod report;
mod watch;

pub use deliver::{Deliver, Delivered};
pub use dispatch::{Dispatch, Dispatched};
pub use watch::{Round, Subject, Watch, Watermark};
