//! Which buckets the baseline does not explain.
