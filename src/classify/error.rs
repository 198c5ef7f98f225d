//! Why a model or one of the files beside it was refused.

/// A file of the classifier that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is not there.
    #[error("`{file}` is missing from the models' folder")]
    Missing {
        /// Its name inside `sentiment-models/`.
        file: String,
    },
    /// The bytes of a model are not what was written.
    #[error("the model `{file}` is broken: {why}")]
    Broken {
        /// Its name inside `sentiment-models/`.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// The model was written by another version of the program.
    #[error("the model `{file}` has format {found}, this program reads format {wanted}; train it again")]
    Format {
        /// Its name inside `sentiment-models/`.
        file: String,
        /// The format it says it has.
        found: u16,
        /// The format we read.
        wanted: u16,
    },
    /// A lexicon, theme or spam file has a line that says nothing.
    #[error("`{file}`, line {line}: {why}")]
    Line {
        /// Its name inside `sentiment-models/`.
        file: String,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// Training was asked for without what it needs.
    #[error("cannot train `{group}`: {why}")]
    Training {
        /// The language group.
        group: String,
        /// What is missing.
        why: String,
    },
}
