//! Two databases behind one type, and the macros that run one body on either.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Postgres, Sqlite, Transaction};

use super::Error;
use super::story::Stories;

/// Everything the program remembers.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) pools: Pools,
    /// The stories of the last week, read up to some row; whoever puts mentions reads on first.
    pub(super) stories: Arc<tokio::sync::Mutex<Stories>>,
}

#[derive(Clone, Debug)]
pub(super) enum Pools {
    /// One writer, since SQLite has one anyway, and readers that never wait for it (WAL).
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
}

/// Runs one body on the reading pool of either database.
macro_rules! on_backend {
    ($store:expr, $pool:ident => $body:expr) => {
        match &$store.pools {
            $crate::store::backend::Pools::Sqlite { read: $pool, .. } => $body,
            $crate::store::backend::Pools::Postgres($pool) => $body,
        }
    };
}
pub(super) use on_backend;

/// Runs one body in a writing transaction `$tx` of either database and commits it; the body is a `Result<_, Error>`.
/// When the body fails, nothing of it stays.
macro_rules! in_transaction {
    ($store:expr, $tx:ident => $body:expr) => {
        match &$store.pools {
            $crate::store::backend::Pools::Sqlite { write, .. } => {
                let mut $tx = write.begin_with("begin immediate").await?;
                let value = $body?;
                $tx.commit().await?;
                Ok::<_, $crate::store::Error>(value)
            }
            $crate::store::backend::Pools::Postgres(pool) => {
                let mut $tx = pool.begin().await?;
                let value = $body?;
                $tx.commit().await?;
                Ok::<_, $crate::store::Error>(value)
            }
        }
    };
}
pub(super) use in_transaction;

/// A writing transaction of either database, for work that is too long for one body.
/// What was not committed when it is dropped does not stay.
pub(super) enum Writing {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Runs one body on the connection of a [`Writing`].
macro_rules! on_writing {
    ($writing:expr, $connection:ident => $body:expr) => {
        match $writing {
            $crate::store::backend::Writing::Sqlite(tx) => {
                let $connection = &mut **tx;
                $body
            }
            $crate::store::backend::Writing::Postgres(tx) => {
                let $connection = &mut **tx;
                $body
            }
        }
    };
}
pub(super) use on_writing;

impl Writing {
    pub(super) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    pub(super) async fn commit(self) -> Result<(), Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

impl Store {
    /// Begins a writing transaction.
    pub(super) async fn begin(&self) -> Result<Writing, Error> {
        Ok(match &self.pools {
            Pools::Sqlite { write, .. } => Writing::Sqlite(write.begin_with("begin immediate").await?),
            Pools::Postgres(pool) => Writing::Postgres(pool.begin().await?),
        })
    }

    /// Opens `sqlite:PATH` (made when absent), `sqlite::memory:` or `postgres://…`, and brings its tables up to date.
    pub async fn open(address: &str) -> Result<Self, Error> {
        let pools = if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(address)?;
            let pool = PgPoolOptions::new().max_connections(8).acquire_timeout(Duration::from_secs(20));
            Pools::Postgres(pool.connect_with(options).await?)
        } else if let Some(path) = address.strip_prefix("sqlite:") {
            open_sqlite(path).await?
        } else {
            return Err(Error::Address(address.to_owned()));
        };
        let store = Self { pools, stories: Arc::default() };
        store.migrate().await?;
        Ok(store)
    }

    /// Whether the database is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self.pools, Pools::Postgres(_))
    }

    /// Waits for running work and closes all connections.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    async fn migrate(&self) -> Result<(), Error> {
        let migrator = Migrator::with_migrations(vec![
            migration(1, "core", include_str!("../../migrations/0001_core.sql")),
            migration(2, "correction", include_str!("../../migrations/0002_correction.sql")),
            migration(3, "toward", include_str!("../../migrations/0003_toward.sql")),
            migration(4, "spam", include_str!("../../migrations/0004_spam.sql")),
            migration(5, "scorer", include_str!("../../migrations/0005_scorer.sql")),
            migration(7, "label", include_str!("../../migrations/0007_label.sql")),
        ]);
        match &self.pools {
            Pools::Sqlite { write, .. } => migrator.run(write).await?,
            Pools::Postgres(pool) => migrator.run(pool).await?,
        }
        self.make_search().await
    }
}

fn migration(version: i64, name: &'static str, sql: &'static str) -> Migration {
    Migration::new(version, name.into(), MigrationType::Simple, sqlx::SqlStr::from_static(sql), false)
}

async fn open_sqlite(path: &str) -> Result<Pools, Error> {
    let memory = path == ":memory:";
    let options = if memory {
        SqliteConnectOptions::from_str("sqlite::memory:")?
    } else {
        SqliteConnectOptions::new().filename(path)
    };
    let options = options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(Duration::from_secs(20))
        .foreign_keys(true);
    let forever = |pool: SqlitePoolOptions| pool.min_connections(1).idle_timeout(None).max_lifetime(None);
    let write = forever(SqlitePoolOptions::new().max_connections(1)).connect_with(options.clone()).await?;
    // A database in memory lives in its one connection, so readers share it.
    let read = if memory {
        write.clone()
    } else {
        forever(SqlitePoolOptions::new().max_connections(4)).connect_with(options.read_only(true)).await?
    };
    Ok(Pools::Sqlite { write, read })
}
