//! Builds what ships inside the binary.

fn main() {}
