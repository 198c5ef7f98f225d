//! `hearken classify --scorer`: the scorer of a configuration, asked from the judging threads.
//!
//! In: texts with their judgements. Out: the same, with the scorer's leaning where it answered. Never: stops for a failure of it.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use serde_json::Value;
use tokio::runtime::Handle;

use crate::domain::{Clock, Judgement};
use crate::pipeline::Scoring;
use crate::store::Store;
use crate::text::Text;

/// A scorer, and the runtime on which it waits.
pub(super) struct Asking {
    scoring: Arc<Scoring>,
    runtime: Handle,
    told: AtomicBool,
}

impl Asking {
    /// The scorer of a folder's configuration; an exit code when there is none, or it cannot be had.
    pub(super) async fn build(folder: &Path) -> anyhow::Result<Result<Self, ExitCode>> {
        let config = match crate::cli::load_whole(folder, None) {
            Ok(config) => config,
            Err(code) => return Ok(Err(code)),
        };
        if config.scorer.is_none() {
            eprint!("{}", crate::cli::check::told_mistakes(&[crate::cli::scorer::no_scorer(&config)]));
            return Ok(Err(ExitCode::from(crate::cli::MISTAKES)));
        }
        let store = Store::open(&config.database).await.context("the database did not open")?;
        let scoring = Scoring::build(&config, store, Clock::System).map_err(anyhow::Error::msg);
        let scoring = scoring.context("the scorer cannot be asked")?.context("no scorer is configured")?;
        Ok(Ok(Self { scoring: Arc::new(scoring), runtime: Handle::current(), told: AtomicBool::new(false) }))
    }

    /// Puts its answers in. The first failure is told aside; the texts keep what our own models said of them.
    pub(super) fn put_in<'a>(&self, judged: impl Iterator<Item = &'a mut (Value, Text, Judgement)>) {
        let judged: Vec<_> = judged.collect();
        let texts = judged.iter().map(|(_, text, judgement)| (text.original().to_owned(), judgement.language));
        let told = self.runtime.block_on(self.scoring.ask(texts.collect()));
        let problem = match told {
            Ok(told) => {
                for ((_, _, judgement), answer) in judged.into_iter().zip(told.answers) {
                    if let Some(p) = answer {
                        self.scoring.put_in(judgement, p);
                    }
                }
                told.problem
            }
            Err(error) => format!("{error:#}"),
        };
        if !problem.is_empty() && !self.told.swap(true, Ordering::SeqCst) {
            eprintln!("hearken classify: our own models judged some texts: {problem}");
        }
    }
}
