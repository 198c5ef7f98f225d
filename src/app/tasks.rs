//! Named tasks, each with a stop of its own, ended in the order in which they were started.

use std::future::Future;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

/// How long a task may take to end once it is told to.
const GRACE: Duration = Duration::from_secs(10);

struct Task {
    name: &'static str,
    stop: CancellationToken,
    handle: JoinHandle<()>,
}

/// The tasks of a running program.
pub struct Tasks {
    tasks: Vec<Task>,
    ended: CancellationToken,
}

impl Tasks {
    /// None yet.
    pub fn new() -> Self {
        Self { tasks: Vec::new(), ended: CancellationToken::new() }
    }

    /// Starts a task; it gets the token that tells it to stop.
    pub fn start<F>(&mut self, name: &'static str, work: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let stop = CancellationToken::new();
        let work = work(stop.clone());
        let (told, ended) = (stop.clone(), self.ended.clone());
        let handle = tokio::spawn(async move {
            // Ends the program too when the work panics: a guard is dropped either way.
            let _guard = ended.drop_guard();
            match work.await {
                Ok(()) if told.is_cancelled() => info!(task.name = name, "`{name}` ended"),
                Ok(()) => error!(task.name = name, "`{name}` ended before it was told to"),
                Err(error) => error!(task.name = name, "`{name}` failed: {error:#}"),
            }
        });
        self.tasks.push(Task { name, stop, handle });
    }

    /// Waits until told to stop, or until a task ends by itself; then ends them all, first started first.
    /// Says whether all went well.
    pub async fn run(self, stop: CancellationToken) -> bool {
        let well = tokio::select! {
            () = stop.cancelled() => true,
            () = self.ended.cancelled() => false,
        };
        let mut in_time = true;
        for task in self.tasks {
            task.stop.cancel();
            let abort = task.handle.abort_handle();
            if tokio::time::timeout(GRACE, task.handle).await.is_err() {
                warn!(task.name = task.name, "`{}` did not end in {} s and is cut off", task.name, GRACE.as_secs());
                abort.abort();
                in_time = false;
            }
        }
        well && in_time
    }
}

impl Default for Tasks {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[tokio::test]
    async fn tasks_end_in_the_order_of_their_start() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = Tasks::new();
        for name in ["collect", "ingest", "web"] {
            let order = order.clone();
            tasks.start(name, |stop| async move {
                stop.cancelled().await;
                order.lock().expect("unpoisoned").push(name);
                Ok(())
            });
        }
        let stop = CancellationToken::new();
        stop.cancel();
        assert!(tasks.run(stop).await);
        assert_eq!(*order.lock().expect("unpoisoned"), ["collect", "ingest", "web"]);
    }

    #[tokio::test]
    async fn a_task_that_ends_by_itself_ends_the_program() {
        let mut tasks = Tasks::new();
        tasks.start("web", |stop| async move {
            stop.cancelled().await;
            Ok(())
        });
        tasks.start("watch", |_| async { anyhow::bail!("no database") });
        assert!(!tasks.run(CancellationToken::new()).await);
    }
}
