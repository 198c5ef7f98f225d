//! Two databases behind one type, and the macros that run one body on either.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use super::Error;

/// Everything the program remembers.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) pools: Pools,
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

impl Store {
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
        let store = Self { pools };
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
        let migrator =
            Migrator::with_migrations(vec![migration(1, "core", include_str!("../../migrations/0001_core.sql"))]);
        match &self.pools {
            Pools::Sqlite { write, .. } => migrator.run(write).await?,
            Pools::Postgres(pool) => migrator.run(pool).await?,
        }
        Ok(())
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
