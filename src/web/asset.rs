//! The sheet, the script and the sign, from inside the binary.
//!
//! In: a name. Out: the file with a tag of its content. Never: reads a disk.

use std::sync::LazyLock;

use axum::extract::{Path, Query};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;

use super::error::Failure;
use crate::domain::id::digest;

struct Asset {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
    tag: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let asset = |name, kind, text| Asset { name, kind, text, tag: digest(&[text]) };
    vec![
        asset("style.css", "text/css; charset=utf-8", include_str!("asset/style.css")),
        asset("app.js", "text/javascript; charset=utf-8", include_str!("asset/app.js")),
        asset("icon.svg", "image/svg+xml", include_str!("asset/icon.svg")),
    ]
});

/// The address of an asset, with its tag, so that a cache never serves an old one.
pub(super) fn address(name: &str) -> String {
    let tag = ASSETS.iter().find(|asset| asset.name == name).map_or("", |asset| asset.tag.as_str());
    format!("/asset/{name}?v={tag}")
}

/// `GET /asset/{name}`.
pub(super) async fn get(
    Path(name): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let asset = ASSETS.iter().find(|asset| asset.name == name).ok_or(Failure::NotFound)?;
    let tag = format!("\"{}\"", asset.tag);
    let fixed = query.get("v") == Some(&asset.tag);
    let cache = if fixed { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|list| {
        list.split(',').any(|item| item.trim().trim_start_matches("W/") == tag || item.trim() == "*")
    });
    if known {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag), (CACHE_CONTROL, cache.to_owned())]).into_response());
    }
    let headers = [(CONTENT_TYPE, asset.kind.to_owned()), (ETAG, tag), (CACHE_CONTROL, cache.to_owned())];
    Ok((headers, asset.text).into_response())
}
