//! A fresh store for a test: SQLite in a temporary file always, PostgreSQL too when `TEST_DATABASE_URL` is set.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};

use hearken::store::Store;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::left_out::left_out;

/// Runs a test on each database there is; each has its own file or schema, which is gone afterwards.
pub(crate) async fn on_each<F, Fut>(test: F)
where
    F: Fn(Store) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let folder = tempfile::tempdir().expect("a folder");
    let address = format!("sqlite:{}", folder.path().join("it.db").display());
    let store = Store::open(&address).await.expect("SQLite opens");
    test(store.clone()).await;
    store.close().await;
    let Some(schema) = Schema::make().await else { return };
    let store = Store::open(&schema.address).await.expect("PostgreSQL opens");
    let end = tokio::spawn(test(store.clone())).await;
    store.close().await;
    schema.remove().await;
    if let Err(error) = end {
        std::panic::resume_unwind(error.into_panic());
    }
}

/// A schema of its own in the PostgreSQL that `TEST_DATABASE_URL` names.
pub(crate) struct Schema {
    /// The address of a database whose tables live in this schema.
    pub(crate) address: String,
    name: String,
    server: String,
}

impl Schema {
    /// `None` when there is no PostgreSQL to test with.
    pub(crate) async fn make() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
            left_out(
                "TEST_DATABASE_URL names no PostgreSQL: every store test runs on SQLite only (tests/run starts one)",
            );
            return None;
        };
        let name = format!("it_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        run(&server, &format!("create schema {name}")).await;
        let sign = if server.contains('?') { '&' } else { '?' };
        Some(Self { address: format!("{server}{sign}options[search_path]={name}"), name, server })
    }

    pub(crate) async fn remove(self) {
        run(&self.server, &format!("drop schema {} cascade", self.name)).await;
    }
}

async fn run(server: &str, sql: &str) {
    let mut connection = PgConnection::connect(server).await.expect("PostgreSQL answers");
    sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.expect("PostgreSQL does it");
    connection.close().await.expect("closed");
}
