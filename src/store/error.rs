//! Why the store could not answer.

/// One variant for each thing a caller does differently.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database could not do it; the chain says why.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The database's tables could not be brought up to date.
    #[error("the database's tables could not be brought up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The address is neither a file nor `postgres://…`.
    #[error("`{0}` is not a database address: use `sqlite:PATH` or `postgres://…`")]
    Address(String),
    /// A row that this program cannot have written.
    #[error("the database holds a row that cannot be read: {0}")]
    Corrupt(String),
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}
