//! The stages: collect, ingest, watch, dispatch, deliver. They talk through tables; a restart repeats, it never loses.
