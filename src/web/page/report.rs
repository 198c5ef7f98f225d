//! `GET /topic/{name}/report`: a topic's report, to read, to print or to take along.

use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::super::error::Failure;
use super::super::{Shared, Visitor};
use crate::domain::{Period, ReportFormat, TopicName};
use crate::pipeline::report::Reports;
use crate::report::render;

/// A report stands alone with its own style inside; it has no script and asks nothing of anybody.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'";

/// What was asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Asked {
    period: String,
    format: String,
    /// The last whole period instead of the running one.
    whole: String,
}

pub(in crate::web) async fn get(
    State(web): State<Shared>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let topic = TopicName::new(name).and_then(|name| web.live.config().topic(&name).cloned());
    let topic = topic.ok_or(Failure::NotFound)?;
    let period = Period::find(&asked.period).unwrap_or(Period::Week);
    let (format, kind, ending) = match asked.format.as_str() {
        "csv" => (ReportFormat::Csv, "text/csv; charset=utf-8", Some("csv")),
        "md" => (ReportFormat::Markdown, "text/markdown; charset=utf-8", Some("md")),
        _ => (ReportFormat::Html, "text/html; charset=utf-8", None),
    };
    let window = Reports::window(period, visitor.now, topic.zone, asked.whole.is_empty());
    let reports = Reports::new(web.store.clone(), web.live.clone(), web.clock.clone());
    let report = reports.report(&topic, window, visitor.locale).await.map_err(Failure::Inside)?;
    let mut answer = ([(CONTENT_TYPE, kind)], render(&report, format)).into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    if let Some(ending) = ending {
        let file = format!("attachment; filename=\"{}-{}.{ending}\"", topic.name, period.as_str());
        if let Ok(value) = HeaderValue::from_str(&file) {
            headers.insert(CONTENT_DISPOSITION, value);
        }
    }
    Ok(answer)
}
