//! Our own models as a scorer.
//!
//! In: texts. Out: what the judge says of each. Never: fails.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{Asked, Error, Score, Scored};
use crate::classify::Judge;
use crate::text::Text;

/// The judge, asked for the leaning only.
pub struct BuiltIn(Arc<Judge>);

impl BuiltIn {
    /// A scorer that answers as this judge does.
    pub fn new(judge: Arc<Judge>) -> Self {
        Self(judge)
    }
}

impl Score for BuiltIn {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn at_once(&self) -> usize {
        256
    }

    fn is_outside(&self) -> bool {
        false
    }

    fn score<'a>(&'a self, asked: &'a [Asked]) -> BoxFuture<'a, Result<Scored, Error>> {
        let (judge, asked) = (Arc::clone(&self.0), asked.to_vec());
        let work = move || {
            let answer = |asked: &Asked| Ok(judge.judge(&Text::read_as(&asked.text, asked.language)).p);
            Scored { answers: asked.iter().map(answer).collect(), tokens: None }
        };
        let work = tokio::task::spawn_blocking(work);
        async move { work.await.map_err(|error| Error::Failed(error.to_string())) }.boxed()
    }
}
