//! The pages: what is heard, what goes on, what is owed, on one screen each.
//!
//! In: requests. Out: pages made here and now from the store, in the visitor's language; acts through the desk.
//! Never: needs a script to work, trusts a mention's text, lets another site act, holds anything between two requests.
//!
//! `page/` has one file per page with its markup; `show.rs` what several pages draw; `words.rs` every word in four languages.

mod act;
mod asset;
mod correction;
mod error;
mod guard;
pub mod layout;
mod listening;
mod mention;
mod page;
mod period;
mod show;
mod visitor;
mod words;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

pub use visitor::Visitor;

use crate::alert::words::Texts;
use crate::config::Live;
use crate::desk::Desk;
use crate::domain::Clock;
use crate::domain::id::digest;
use crate::store::Store;

/// The longest time a page may take.
const TIME_OUT: Duration = Duration::from_secs(20);
/// The greatest form that is read, in bytes: a note of 5,000 characters, percent signs and all.
const BODY_BYTES: usize = 128 * 1024;
/// How often pages are kept fresh, in seconds.
const REFRESH_SECONDS: u32 = 15;

/// What every page is made from.
pub struct Web {
    /// What is remembered.
    pub store: Store,
    /// What is configured.
    pub live: Arc<Live>,
    /// What may be done.
    pub desk: Desk,
    /// What time it is.
    pub clock: Clock,
    /// What a form of this process carries.
    token: String,
    refresh_seconds: u32,
    usual_name: Option<String>,
    more: Vec<Link>,
}

/// The pages' state.
pub type Shared = Arc<Web>;

/// A page of somebody else's in the list of pages.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// Where.
    pub path: &'static str,
    /// Its name in each language.
    pub title: Texts,
}

impl Web {
    /// Pages over a store, with acts through a desk.
    pub fn new(store: Store, live: Arc<Live>, desk: Desk, clock: Clock) -> Self {
        let secret: [u8; 32] = rand::random();
        let token = digest(&[&secret.iter().map(|byte| format!("{byte:02x}")).collect::<String>()]);
        Self { store, live, desk, clock, token, refresh_seconds: REFRESH_SECONDS, usual_name: None, more: Vec::new() }
    }

    /// How often pages are kept fresh; 0 is never.
    pub fn refresh_every(mut self, seconds: u32) -> Self {
        self.refresh_seconds = seconds;
        self
    }

    /// The name that acts of visitors are recorded under who have not told theirs; without it they are asked.
    pub fn with_usual_name(mut self, name: &str) -> Self {
        self.usual_name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        self
    }

    /// Adds a page to the list of pages, at its end, and to the foot; its route comes through [`router_with`].
    pub fn with_link(mut self, link: Link) -> Self {
        self.more.push(link);
        self
    }

    /// Whether the pages are for this machine alone.
    fn local_only(&self) -> bool {
        self.live.config().web.address.ip().is_loopback()
    }

    /// Whether `host` is the name that people type.
    fn is_public_name(&self, host: &str) -> bool {
        let config = self.live.config();
        let Some(url) = &config.web.public_url else { return false };
        let named = match (url.host_str(), url.port()) {
            (Some(name), Some(port)) => format!("{name}:{port}"),
            (Some(name), None) => name.to_owned(),
            (None, _) => return false,
        };
        named.eq_ignore_ascii_case(host)
    }
}

/// All pages.
pub fn router(web: Web) -> Router {
    router_with(web, Router::new())
}

/// All pages and more, under the same guards.
pub fn router_with(web: Web, more: Router<Shared>) -> Router {
    let web = Arc::new(web);
    routes()
        .merge(more)
        .fallback(async || error::Failure::NotFound)
        .method_not_allowed_fallback(async || StatusCode::METHOD_NOT_ALLOWED)
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIME_OUT))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(BODY_BYTES))
        .layer(from_fn_with_state(web.clone(), guard::same_site))
        .layer(from_fn_with_state(web.clone(), error::pages))
        .layer(from_fn(guard::headers))
        .layer(CompressionLayer::new().gzip(true))
        .with_state(web)
}

fn routes() -> Router<Shared> {
    Router::new()
        .route("/", get(page::overview::get))
        .route("/topic/{name}", get(page::topic::get))
        .route("/topic/{name}/report", get(page::report::get))
        .route("/topic/{name}/query", get(page::query::get))
        .route("/share/{kind}/{name}", get(page::share::get))
        .route("/mentions", get(page::mentions::get))
        .route("/mention/{id}", get(page::correct::get))
        .route("/mention/{id}/correct", post(page::correct::post))
        .route("/corrections", get(page::corrections::get))
        .route("/mention/{id}/ticket", get(page::mention::get).post(page::mention::open_ticket))
        .route("/incidents", get(page::incidents::get))
        .route("/incident/{id}", get(page::incident::get))
        .route("/incident/{id}/acknowledge", post(page::incident::acknowledge))
        .route("/incident/{id}/resolve", post(page::incident::resolve))
        .route("/incident/{id}/ticket", post(page::incident::open_ticket))
        .route("/silence", post(page::outbox::silence))
        .route("/silence/{id}/end", post(page::outbox::end_silence))
        .route("/tickets", get(page::tickets::get))
        .route("/ticket/{number}", get(page::ticket::get))
        .route("/ticket/{number}/change", post(page::ticket::change))
        .route("/ticket/{number}/note", post(page::ticket::note))
        .route("/sources", get(page::sources::get))
        .route("/outbox", get(page::outbox::get))
        .route("/alert/{id}/picture.png", get(page::outbox::picture))
        .route("/me", post(page::me::post))
        .route("/healthz", get(page::me::health))
        .route("/asset/{name}", get(asset::get))
}

/// Answers requests until told to stop; those that are being answered are finished.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await
}

/// Whether two texts are the same, in a time that does not tell where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (x, y)| differ | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn texts_are_the_same_only_when_they_are() {
        assert!(same(b"abc", b"abc") && same(b"", b""));
        assert!(!same(b"abc", b"abd") && !same(b"abc", b"ab") && !same(b"", b"x"));
    }
}
