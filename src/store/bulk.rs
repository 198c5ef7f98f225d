//! Many rows in one statement: several rows of values for SQLite, arrays for PostgreSQL.
//!
//! In: a table's columns and rows of values. Out: rows written.
//! Never: takes SQL from outside; table and column names are written in this crate.

use sqlx::{AssertSqlSafe, Postgres, Sqlite};

use super::Error;
use super::backend::Writing;

/// One value of a row or of a filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Int(i64),
    MaybeInt(Option<i64>),
    Real(f64),
}

/// PostgreSQL holds no NUL in a text: a space of the same length stands for it, so that offsets keep their meaning.
impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(if text.contains('\0') { text.replace('\0', " ") } else { text })
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::MaybeInt(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

/// Binds values to a query of either database, in order.
macro_rules! bind_all {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                $crate::store::bulk::Value::Text(text) => query.bind(text),
                $crate::store::bulk::Value::Int(number) => query.bind(number),
                $crate::store::bulk::Value::MaybeInt(number) => query.bind(number),
                $crate::store::bulk::Value::Real(number) => query.bind(number),
            };
        }
        query
    }};
}
pub(super) use bind_all;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Text,
    Int,
    Real,
}

/// Where many rows go, and what happens to those already there.
pub(super) struct Target {
    pub(super) table: &'static str,
    pub(super) columns: &'static [(&'static str, Kind)],
    pub(super) conflict: Conflict,
}

/// What happens to a row that is there already.
pub(super) enum Conflict {
    /// There can be none.
    Impossible,
    /// It stays as it is; the columns of the key.
    Keep(&'static str),
    /// All its columns are written anew; the columns of the key.
    Replace(&'static str),
    /// The new counts are added to the old ones.
    Add(&'static str, &'static [&'static str]),
}

/// Rows of one statement for SQLite; 37 columns of 128 rows stay far below its 32,766 parameters.
const ROWS: usize = 128;

impl Target {
    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    fn conflict_text(&self) -> String {
        let update = |key: &str, sets: Vec<String>| format!("on conflict ({key}) do update set {}", sets.join(", "));
        match &self.conflict {
            Conflict::Impossible => String::new(),
            Conflict::Keep(key) => format!("on conflict ({key}) do nothing"),
            Conflict::Replace(key) => {
                update(key, self.columns.iter().map(|(name, _)| format!("{name} = excluded.{name}")).collect())
            }
            Conflict::Add(key, counts) => {
                let table = self.table;
                update(key, counts.iter().map(|name| format!("{name} = {table}.{name} + excluded.{name}")).collect())
            }
        }
    }

    fn sqlite_text(&self, rows: usize) -> String {
        // Marks without a name: SQLite looks for the names of thousands of marks one after the other.
        let row = format!("({})", vec!["?"; self.columns.len()].join(","));
        let values = vec![row; rows];
        format!("insert into {} ({}) values {} {}", self.table, self.names(), values.join(","), self.conflict_text())
    }

    fn postgres_text(&self) -> String {
        let arrays: Vec<String> = self
            .columns
            .iter()
            .enumerate()
            .map(|(n, (_, kind))| {
                let word = match kind {
                    Kind::Text => "text",
                    Kind::Int => "bigint",
                    Kind::Real => "double precision",
                };
                format!("${}::{word}[]", n + 1)
            })
            .collect();
        format!(
            "insert into {} ({}) select * from unnest({}) {}",
            self.table,
            self.names(),
            arrays.join(", "),
            self.conflict_text()
        )
    }
}

impl Writing {
    /// Writes rows, each with one value for each column of the target; gives how many rows were written or changed.
    pub(super) async fn insert(&mut self, target: &Target, rows: Vec<Vec<Value>>) -> Result<u64, Error> {
        if rows.is_empty() {
            return Ok(0);
        }
        match self {
            Self::Sqlite(tx) => insert_sqlite(tx, target, rows).await,
            Self::Postgres(tx) => insert_postgres(tx, target, rows).await,
        }
    }
}

async fn insert_sqlite(
    tx: &mut sqlx::Transaction<'static, Sqlite>,
    target: &Target,
    rows: Vec<Vec<Value>>,
) -> Result<u64, Error> {
    let mut written = 0;
    let mut left = rows.into_iter();
    while left.len() > 0 {
        // Halving sizes, so that few texts are prepared and all are found again in the statement cache.
        let mut take = ROWS;
        while take > left.len() {
            take /= 2;
        }
        let query = sqlx::query(AssertSqlSafe(target.sqlite_text(take)));
        let query = bind_all!(query, left.by_ref().take(take).flatten());
        written += query.execute(&mut **tx).await?.rows_affected();
    }
    Ok(written)
}

async fn insert_postgres(
    tx: &mut sqlx::Transaction<'static, Postgres>,
    target: &Target,
    rows: Vec<Vec<Value>>,
) -> Result<u64, Error> {
    let mut columns: Vec<Vec<Value>> = target.columns.iter().map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    let mut query = sqlx::query(AssertSqlSafe(target.postgres_text()));
    for ((_, kind), values) in target.columns.iter().zip(columns) {
        query = match kind {
            Kind::Text => query.bind(values.into_iter().map(text).collect::<Vec<String>>()),
            Kind::Int => query.bind(values.into_iter().map(int).collect::<Vec<Option<i64>>>()),
            Kind::Real => query.bind(values.into_iter().map(real).collect::<Vec<f64>>()),
        };
    }
    Ok(query.execute(&mut **tx).await?.rows_affected())
}

fn text(value: Value) -> String {
    match value {
        Value::Text(text) => text,
        _ => String::new(),
    }
}

fn int(value: Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(number),
        Value::MaybeInt(number) => number,
        _ => None,
    }
}

fn real(value: Value) -> f64 {
    match value {
        Value::Real(number) => number,
        _ => 0.0,
    }
}

/// A list as the one JSON parameter that `in (select …)` of either database reads.
pub(super) fn json_list<T: serde::Serialize>(items: &[T]) -> Result<String, Error> {
    Ok(serde_json::to_string(items)?)
}
