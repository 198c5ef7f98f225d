//! The stages: collect, ingest, watch, dispatch, deliver. They talk through tables; a restart repeats, it never loses.

mod watch;

pub use watch::{Round, Subject, Watch, Watermark};
mod deliver;
mod dispatch;

pub use deliver::{Deliver, Delivered};
pub use dispatch::{Dispatch, Dispatched};
