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

impl Error {
    /// Whether the data that were given are at fault, so that the same again would fail again
    /// (a full disk, a lock or a lost connection is nobody's data).
    pub fn blames_the_data(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        let code = error.code().unwrap_or_default();
        // PostgreSQL: data exception, constraint, program limit; SQLite: too big, constraint, mismatch (with extended codes).
        let postgres = code.len() == 5 && ["21", "22", "23", "54"].iter().any(|class| code.starts_with(class));
        let sqlite = code.parse::<i64>().is_ok_and(|code| matches!(code & 0xff, 18..=20));
        postgres || (code.len() < 5 && sqlite)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}
