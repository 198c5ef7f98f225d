//! Scorers: what else may say how a text leans, one file each.
//!
//! In: texts with their languages, links and handles set apart. Out: for each three probabilities, or why not.
//! Never: stores or counts anything, asks twice, says more than the leaning.

mod built_in;
mod error;
mod http;
mod mask;
#[cfg(feature = "onnx")]
mod onnx;
mod settings;

use std::sync::Arc;

use futures_util::future::BoxFuture;

pub use built_in::BuiltIn;
pub use error::Error;
pub use http::Http;
pub use mask::masked;
#[cfg(feature = "onnx")]
pub use onnx::Onnx;
pub use settings::{Budget, HttpSettings, Kind, OnnxSettings, Settings};

use crate::domain::{Language, Probabilities};

/// One text to be asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The text, as [`masked`] leaves it.
    pub text: String,
    /// Its language.
    pub language: Language,
}

/// The answer to one call.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// For each text that was asked about, in order: its probabilities, or why there are none.
    pub answers: Vec<Result<Probabilities, String>>,
    /// Tokens that the call cost, when the answer tells.
    pub tokens: Option<u64>,
}

/// Something that says how texts lean.
pub trait Score: Send + Sync {
    /// Its name and version, as judgements carry it.
    fn name(&self) -> &str;

    /// Texts that are asked about in one call, at most.
    fn at_once(&self) -> usize;

    /// Whether the texts leave the program: then answers are remembered, calls are counted, and may not answer the same twice.
    fn is_outside(&self) -> bool;

    /// Makes one call about at most [`Score::at_once`] texts.
    fn score<'a>(&'a self, asked: &'a [Asked]) -> BoxFuture<'a, Result<Scored, Error>>;
}

/// The scorer that the settings describe; the error says what is missing.
pub fn build(settings: &Settings) -> Result<Arc<dyn Score>, String> {
    match &settings.kind {
        Kind::Http(http) => Ok(Arc::new(Http::new(http)?)),
        #[cfg(feature = "onnx")]
        Kind::Onnx(onnx) => Ok(Arc::new(Onnx::load(onnx)?)),
        #[cfg(not(feature = "onnx"))]
        Kind::Onnx(_) => Err(settings::WITHOUT_ONNX.to_owned()),
    }
}
