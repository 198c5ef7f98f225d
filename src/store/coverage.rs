//! The coverage ledger: the intervals in which each source was truly heard.
//!
//! In: an interval with each page. Out: what was heard in a window, merged.
//! Never: takes a gap for a zero.

use std::collections::BTreeMap;

use super::backend::{Writing, on_backend, on_writing};
use super::bulk::json_list;
use super::{Error, Store};
use crate::domain::time::timestamp;
use crate::domain::{Coverage, Interval, SourceName};

impl Store {
    /// When at least one of these sources was heard, within `window`.
    pub async fn coverage(&self, sources: &[SourceName], window: Interval) -> Result<Coverage, Error> {
        let by_source = self.coverage_by_source(sources, window).await?;
        Ok(Coverage::of(by_source.values().flat_map(|coverage| coverage.intervals().iter().copied()).collect()))
    }

    /// When each of these sources was heard, within `window`; every source asked for is in the answer.
    pub async fn coverage_by_source(
        &self,
        sources: &[SourceName],
        window: Interval,
    ) -> Result<BTreeMap<SourceName, Coverage>, Error> {
        const SQLITE: &str = "select source, from_at, to_at from coverage
            where source in (select value from json_each($1)) and from_at < $2 and to_at > $3";
        const POSTGRES: &str = "select source, from_at, to_at from coverage
            where source in (select jsonb_array_elements_text($1::jsonb)) and from_at < $2 and to_at > $3";
        let sql = if self.is_postgres() { POSTGRES } else { SQLITE };
        let rows: Vec<(String, i64, i64)> = on_backend!(self, pool => sqlx::query_as(sql).bind(json_list(sources)?)
            .bind(window.to.timestamp_millis()).bind(window.from.timestamp_millis()).fetch_all(pool).await)?;
        let mut heard: BTreeMap<SourceName, Vec<Interval>> =
            sources.iter().map(|source| (source.clone(), Vec::new())).collect();
        for (source, from, to) in rows {
            let clipped = Interval { from: timestamp(from).max(window.from), to: timestamp(to).min(window.to) };
            if let Some(intervals) = SourceName::new(source).and_then(|name| heard.get_mut(&name)) {
                intervals.push(clipped);
            }
        }
        Ok(heard.into_iter().map(|(source, intervals)| (source, Coverage::of(intervals))).collect())
    }
}

/// Adds an interval to a source's ledger: one that touches it grows in place, several that it joins become one.
pub(super) async fn put_heard(writing: &mut Writing, source: &SourceName, heard: Interval) -> Result<(), Error> {
    const TOUCHING: &str =
        "select from_at, to_at from coverage where source = $1 and from_at <= $3 and to_at >= $2 order by from_at";
    const GROW: &str = "update coverage set to_at = $3 where source = $1 and from_at = $2";
    const DROP: &str = "delete from coverage where source = $1 and from_at >= $2 and from_at <= $3";
    const ADD: &str = "insert into coverage (source, from_at, to_at) values ($1, $2, $3)";
    let (from, to) = (heard.from.timestamp_millis(), heard.to.timestamp_millis());
    let touching: Vec<(i64, i64)> = on_writing!(writing, db => sqlx::query_as(TOUCHING).bind(source.as_str())
        .bind(from).bind(to).fetch_all(db).await)?;
    let first = touching.first().map_or(from, |row| row.0.min(from));
    let last = touching.iter().map(|row| row.1).fold(to, i64::max);
    let sql = if matches!(touching.as_slice(), [only] if only.0 == first) {
        GROW
    } else {
        on_writing!(writing, db => sqlx::query(DROP).bind(source.as_str()).bind(first).bind(last).execute(db).await
            .map(drop))?;
        ADD
    };
    on_writing!(writing, db => sqlx::query(sql).bind(source.as_str()).bind(first).bind(last).execute(db).await
        .map(drop))?;
    Ok(())
}
