//! One file per page, its markup beside it.

pub(super) mod correct;
pub(super) mod corrections;
pub(super) mod incident;
pub(super) mod incidents;
pub(super) mod me;
pub(super) mod mention;
pub(super) mod mentions;
pub(super) mod outbox;
pub(super) mod overview;
pub(super) mod query;
pub(super) mod report;
mod scoring;
pub(super) mod share;
pub(super) mod sources;
pub(super) mod ticket;
pub(super) mod tickets;
pub(super) mod topic;

use axum::response::Html;

/// A page, or why there is none.
pub(super) type Page = Result<Html<String>, super::error::Failure>;

fn html(markup: maud::Markup) -> Html<String> {
    Html(markup.into_string())
}
