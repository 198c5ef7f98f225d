//! The demo's places: a local HTTP server that is shaped like a Mastodon instance and like a forum with JSON feeds.
//!
//! In: the story and the demo's clock. Out: what has been said so far, to whoever asks.
//! Never: says anything before its time; answers for a brand while the story makes its collector deaf.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::story::{Post, Story, Venue};
use crate::domain::Clock;

/// A page of the instance, and the length of a forum's feed: what falls out of it unread is lost.
const PAGE: usize = 40;
const FEED: usize = 40;

/// What the handlers share.
pub(super) struct Places {
    story: Arc<Story>,
    clock: Clock,
}

impl Places {
    /// The routes of both places.
    pub(super) fn router(story: Arc<Story>, clock: Clock) -> Router {
        Router::new()
            .route("/api/v1/timelines/tag/{tag}", get(timeline))
            .route("/api/v2/instance", get(|| async { axum::Json(json!({"title": "demo"})) }))
            .route("/forum/{feed}", get(forum))
            .route("/@{author}/{number}", get(|| async { "This post exists only in the demo's story." }))
            .with_state(Arc::new(Self { story, clock }))
    }

    /// What was said of a brand at a venue so far, in order of time; `None` while it cannot be heard.
    fn said(&self, brand: &str, venue: Venue) -> Option<Vec<&Post>> {
        let now = self.clock.now();
        let deaf = brand == "nimbus-phone" && self.story.deaf.from <= now && now < self.story.deaf.to;
        let until = self.story.posts.partition_point(|post| post.at <= now);
        let said = self.story.posts.get(..until).unwrap_or_default();
        (!deaf).then(|| said.iter().filter(|post| post.brand == brand && post.venue == venue).collect())
    }
}

async fn timeline(
    State(places): State<Arc<Places>>,
    Path(tag): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let Some(said) = places.said(&tag, Venue::Instance) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let host = host(&headers);
    let after = query.get("min_id").and_then(|number| number.parse::<i64>().ok());
    let page: Vec<&Post> = match after {
        Some(number) => said.into_iter().filter(|post| post.number > number).take(PAGE).collect(),
        None => said.into_iter().rev().take(PAGE).rev().collect(),
    };
    axum::Json(page.into_iter().rev().map(|post| status(post, &host)).collect::<Vec<Value>>()).into_response()
}

fn host(headers: &HeaderMap) -> String {
    headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or("127.0.0.1").to_owned()
}

/// A post as Mastodon's interface shows it.
fn status(post: &Post, host: &str) -> Value {
    let text = post.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let address = format!("http://{host}/@{}/{}", post.author, post.number);
    json!({
        "id": post.number.to_string(), "uri": address, "url": address, "created_at": post.at.to_rfc3339(),
        "visibility": "public", "language": null, "spoiler_text": "", "in_reply_to_id": null, "reblog": null,
        "content": format!("<p>{text}</p>"), "media_attachments": [],
        "replies_count": 0, "reblogs_count": 0, "favourites_count": post.number % 7,
        "account": {"acct": post.author, "display_name": post.author, "followers_count": post.followers,
            "url": format!("http://{host}/@{}", post.author)},
    })
}

async fn forum(State(places): State<Arc<Places>>, Path(feed): Path<String>, headers: HeaderMap) -> Response {
    let brand = feed.trim_end_matches(".json");
    let Some(said) = places.said(brand, Venue::Forum) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let tag = format!("\"{}\"", said.last().map_or(0, |post| post.number));
    if headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) == Some(tag.as_str()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let host = host(&headers);
    let items: Vec<Value> = said
        .into_iter()
        .rev()
        .take(FEED)
        .map(|post| {
            json!({"id": format!("forum-{}", post.number), "url": format!("http://{host}/@{}/{}", post.author, post.number),
                "content_text": post.text, "date_published": post.at.to_rfc3339(), "authors": [{"name": post.author}]})
        })
        .collect();
    let body =
        json!({"version": "https://jsonfeed.org/version/1.1", "title": format!("{brand} forum"), "items": items});
    ([(header::ETAG, tag)], axum::Json(body)).into_response()
}
