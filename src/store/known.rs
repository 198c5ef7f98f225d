//! What is held already, asked by a platform's own ids.
//!
//! In: native ids and authors. Out: those of them that some held mention has.
//! Never: loads a text.

use std::collections::HashSet;

use sqlx::AssertSqlSafe;

use super::backend::on_backend;
use super::bulk::json_list;
use super::mention::among;
use super::{Error, Store};
use crate::domain::{AuthorId, MentionId, NativeId, Platform};

impl Store {
    /// Those of these posts that are held, by their own id or by an alias.
    pub async fn known_posts(&self, platform: Platform, posts: &[NativeId]) -> Result<HashSet<NativeId>, Error> {
        if posts.is_empty() {
            return Ok(HashSet::new());
        }
        let by_id = format!("select native_id from mention where id {}", among(self.is_postgres()));
        let by_alias = format!("select alias from mention where alias {} and platform = $2", among(self.is_postgres()));
        let ids: Vec<MentionId> = posts.iter().map(|post| MentionId::of(platform, post)).collect();
        let (ids, aliases) = (json_list(&ids)?, json_list(posts)?);
        let mut known: Vec<String> = on_backend!(self, pool => sqlx::query_scalar(AssertSqlSafe(by_id))
            .bind(ids).fetch_all(pool).await)?;
        let named: Vec<String> = on_backend!(self, pool => sqlx::query_scalar(AssertSqlSafe(by_alias))
            .bind(aliases).bind(platform.as_str()).fetch_all(pool).await)?;
        known.extend(named);
        Ok(known.into_iter().filter_map(NativeId::new).collect())
    }

    /// Those of these authors of whom some mention is held.
    pub async fn known_authors(&self, platform: Platform, authors: &[AuthorId]) -> Result<HashSet<AuthorId>, Error> {
        if authors.is_empty() {
            return Ok(HashSet::new());
        }
        let sql = format!(
            "select distinct author_id from mention where author_id {} and platform = $2",
            among(self.is_postgres())
        );
        let list = json_list(authors)?;
        let known: Vec<String> = on_backend!(self, pool => sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(list).bind(platform.as_str()).fetch_all(pool).await)?;
        Ok(known.into_iter().filter_map(AuthorId::new).collect())
    }
}
