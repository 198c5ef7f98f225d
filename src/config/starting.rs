//! What `hearken init` writes: a commented starting point that passes `hearken check`.
//!
//! In: nothing. Out: file names and texts.
//! Never: writes a file.

/// The files of a new folder, with their texts.
pub const FILES: &[(&str, &str)] = &[
    ("hearken.toml", include_str!("starting/hearken.toml")),
    ("topics/example.toml", include_str!("starting/example.toml")),
    (".gitignore", include_str!("starting/gitignore")),
];
