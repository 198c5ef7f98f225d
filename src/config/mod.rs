//! Files to a checked configuration: all mistakes in one go.
