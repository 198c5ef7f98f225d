//! Who acts, and whether the program is well.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::super::Shared;
use super::super::act::Act;
use super::super::error::Failure;

/// How long the store may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(3);

/// `POST /me`: keeps the name that acts are recorded under.
pub(in crate::web) async fn post(State(_web): State<Shared>, act: Act) -> Result<Response, Failure> {
    Ok(act.done("", None))
}

/// `GET /healthz`: 200 when the store answers, 503 when it does not; for machines.
pub(in crate::web) async fn health(State(web): State<Shared>) -> (StatusCode, Json<Value>) {
    match tokio::time::timeout(PATIENCE, web.store.count_inbox()).await {
        Ok(Ok(waiting)) => (StatusCode::OK, Json(json!({ "status": "ok", "inbox_waiting": waiting }))),
        Ok(Err(_)) | Err(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "failed", "part": "database" })))
        }
    }
}
