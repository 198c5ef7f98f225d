//! Sources that speak by themselves: connected, heard, connected again.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::Collect;
use crate::domain::SourceName;
use crate::net;
use crate::source::{Listen, Page, Source, Way};
use crate::store;

/// Pages that may wait to be stored; a full channel makes the source wait.
const WAITING: usize = 16;
/// A source that sends nothing for so long, not even a heartbeat, is connected anew.
const SILENT: Duration = Duration::from_secs(180);
/// How long to wait after the store did not take a page.
const STORE_PAUSE: Duration = Duration::from_secs(5);

impl Collect {
    /// Hears one source until told to end: connects, stores its pages, connects again after a back-off.
    /// Each connection reads on from the cursor of the last page that was stored.
    pub(super) async fn hear(&self, source: Arc<Source>, end: CancellationToken) -> SourceName {
        let Way::Listen(listen) = &source.way else { return source.name.clone() };
        if let Some(wait) = self.left_alone(&source.name) {
            pause(wait, &end).await;
        }
        while !end.is_cancelled() {
            let wait = tokio::select! {
                () = end.cancelled() => break,
                ended = self.connection(&source, listen.as_ref()) => match ended {
                    Ok(error) => self.put_failure(&source, &error).await,
                    Err(error) => Err(error),
                },
            };
            let wait = wait.unwrap_or_else(|error| {
                error!(source.name = %source.name, "the store did not take what `{}` said: {:#}", source.name, anyhow::Error::new(error));
                STORE_PAUSE
            });
            pause(wait, &end).await;
        }
        source.name.clone()
    }

    /// How long the store says that a source is to be left alone still, after a restart.
    fn left_alone(&self, name: &SourceName) -> Option<Duration> {
        let wait = self.fare(name)?.due_at - self.clock.now();
        wait.to_std().ok().filter(|wait| !wait.is_zero())
    }

    /// One connection: stores its pages until it ends, and gives why it ended. The error is the store's.
    async fn connection(&self, source: &Arc<Source>, listen: &dyn Listen) -> Result<net::Error, store::Error> {
        let cursor = self.store.source(&source.name).await?.and_then(|status| status.cursor);
        let (sender, mut pages) = mpsc::channel::<Page>(WAITING);
        let mut listening = std::pin::pin!(AssertUnwindSafe(listen.listen(cursor, &self.clock, sender)).catch_unwind());
        let mut ended = None;
        loop {
            tokio::select! {
                biased;
                how = &mut listening, if ended.is_none() => {
                    ended = Some(match how {
                        Ok(Ok(())) => net::Error::Unreachable("the connection was closed".into()),
                        Ok(Err(error)) => error,
                        Err(_) => net::Error::Unreadable("hearing it broke this program; please report it".to_owned()),
                    });
                }
                page = tokio::time::timeout(SILENT, pages.recv()) => match page {
                    Ok(Some(page)) => {
                        self.put(&self.current(source), &page, self.clock.now()).await?;
                    }
                    Ok(None) => match ended {
                        Some(error) => return Ok(error),
                        // The source dropped its end of the channel and still runs: it has nothing more to say.
                        None => return Ok(net::Error::Unreachable("the connection was closed".into())),
                    },
                    Err(_) => return Ok(net::Error::TimedOut),
                },
            }
        }
    }
}

async fn pause(wait: Duration, end: &CancellationToken) {
    tokio::select! {
        () = end.cancelled() => {}
        () = tokio::time::sleep(wait) => {}
    }
}
