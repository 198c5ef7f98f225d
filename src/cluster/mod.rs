//! The same text again: exact copies and near copies, so that spread is not taken for volume.
