//! Pages for what went wrong: each says what it was and where to go on.
//!
//! In: a failure, or an answer of another layer that is none of ours. Out: a page in the visitor's language.
//! Never: shows an inner error to a visitor (it is logged under a number that the page shows).

use std::any::Any;

use axum::RequestPartsExt;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::visitor::Visitor;
use super::{Shared, layout, words as w};
use crate::{desk, store};

/// Why a page or an act could not be.
#[derive(Debug)]
pub(super) enum Failure {
    /// There is no such thing.
    NotFound,
    /// The request makes no sense; which part of it.
    Bad(String),
    /// The form is not of this process, or came from another site.
    Stale,
    /// The desk refused.
    Refused(desk::Error),
    /// We failed.
    Inside(anyhow::Error),
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::Inside(error.into())
    }
}

impl From<desk::Error> for Failure {
    fn from(error: desk::Error) -> Self {
        if error.is_refusal() { Self::Refused(error) } else { Self::Inside(error.into()) }
    }
}

/// A failure on its way to [`pages`].
#[derive(Clone, Debug)]
struct Told(std::sync::Arc<Failure>);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Bad(_) => StatusCode::BAD_REQUEST,
            Self::Stale => StatusCode::FORBIDDEN,
            Self::Refused(error) if error.is_missing() => StatusCode::NOT_FOUND,
            Self::Refused(_) => StatusCode::CONFLICT,
            Self::Inside(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut answer = status.into_response();
        answer.extensions_mut().insert(Told(std::sync::Arc::new(self)));
        answer
    }
}

/// What a panic in a page becomes.
pub(super) fn panicked(what: Box<dyn Any + Send + 'static>) -> Response {
    let text = what.downcast_ref::<&str>().copied().map(str::to_owned);
    let text = text.or_else(|| what.downcast_ref::<String>().cloned()).unwrap_or_default();
    Failure::Inside(anyhow::anyhow!("a page panicked: {text}")).into_response()
}

/// Puts a page where an answer without one says that something went wrong.
pub(super) async fn pages(State(web): State<Shared>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(visitor) = parts.extract_with_state::<Visitor, _>(&web).await;
    let path = parts.uri.path().to_owned();
    let answer = next.run(Request::from_parts(parts, body)).await;
    let status = answer.status();
    let ours = answer.extensions().get::<Told>().cloned();
    let has_page = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| {
        kind.to_str().is_ok_and(|kind| kind.starts_with("text/html") || kind.starts_with("application/json"))
    });
    if ours.is_none() && (has_page || !(status.is_client_error() || status.is_server_error())) {
        return answer;
    }
    let (title, text) = match ours.as_ref().map(|told| &*told.0) {
        Some(Failure::Inside(error)) => failed(&visitor, status, &path, &format!("{error:#}")),
        Some(Failure::NotFound) => not_found(&visitor),
        Some(Failure::Bad(which)) => {
            (visitor.say(w::BAD_REQUEST), html! { p { (visitor.say(w::NOT_FOUND_ABOUT)) } pre { (which) } })
        }
        Some(Failure::Stale) => (visitor.say(w::STALE), html! { p { (visitor.say(w::STALE_ABOUT)) } }),
        Some(Failure::Refused(error)) => (visitor.say(w::REFUSED), html! { p { (error.say(visitor.locale)) } }),
        None if status == StatusCode::NOT_FOUND => not_found(&visitor),
        None if status.is_server_error() => failed(&visitor, status, &path, "the request took too long"),
        None => (visitor.say(w::BAD_REQUEST), html! { p { (status) } }),
    };
    let mut page = (status, layout::bare(&web, &visitor, title, text)).into_response();
    // What a layer said beside the status (such as `Allow`) stays.
    for (name, value) in answer.headers() {
        if name != CONTENT_TYPE && name != axum::http::header::CONTENT_LENGTH {
            page.headers_mut().append(name, value.clone());
        }
    }
    page
}

fn not_found(visitor: &Visitor) -> (&'static str, Markup) {
    (visitor.say(w::NOT_FOUND), html! { p { (visitor.say(w::NOT_FOUND_ABOUT)) } })
}

/// Logs a failure under a number and tells the visitor the number.
fn failed(visitor: &Visitor, status: StatusCode, path: &str, error: &str) -> (&'static str, Markup) {
    let id = format!("{:08x}", rand::random::<u32>());
    tracing::error!(failure.id = %id, http.path = %path, http.status = status.as_u16(), "a page failed: {error}");
    (visitor.say(w::FAILED), html! { p { (visitor.say(w::FAILED_ABOUT)) code { (id) } } })
}
