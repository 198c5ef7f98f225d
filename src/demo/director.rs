//! Moves the demo's clock and lets every stage do its round at each step: the same `tick()` that `serve` repeats.
//!
//! In: the story. Out: time that passes, fast through three weeks and slower through the crisis.
//! Never: stores, judges or sends anything itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration as Wait;

use chrono::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::story::Story;
use crate::app::Parts;
use crate::domain::Timestamp;

/// A step while weeks pass, and one while the crisis is shown.
const FAST_MINUTES: i64 = 60;
const SLOW_MINUTES: i64 = 5;
/// How long a shown step lasts at least.
const BEAT: Wait = Wait::from_millis(850);
/// The slow part begins so long before the crisis.
const BEFORE_MINUTES: i64 = 30;
/// Once the story is told, time passes as it does, in steps of this.
const AFTERWARDS: Wait = Wait::from_secs(5);

/// Where the story stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scene {
    /// Three weeks pass.
    Weeks,
    /// The last hours.
    Crisis,
    /// It has been told.
    After,
}

/// Tells where the story stands.
#[derive(Clone)]
pub(super) struct Told {
    scene: watch::Receiver<Scene>,
    story: Arc<Story>,
}

impl Told {
    /// The scene that is being told.
    pub(super) fn scene(&self) -> Scene {
        *self.scene.borrow()
    }

    /// The plot.
    pub(super) fn story(&self) -> &Story {
        &self.story
    }

    /// Waits until the story has been told.
    pub(super) async fn finished(&self) {
        let mut scene = self.scene.clone();
        // The director lives as long as the demo: when it is gone, there is nothing left to wait for.
        drop(scene.wait_for(|scene| *scene == Scene::After).await);
    }
}

/// Who moves the clock.
pub(super) struct Director {
    parts: Arc<Parts>,
    story: Arc<Story>,
    now: Arc<AtomicI64>,
    scene: watch::Sender<Scene>,
    beat: Wait,
}

impl Director {
    /// A director; in a hurry, the last hours are told without pauses.
    pub(super) fn new(parts: Arc<Parts>, story: Arc<Story>, now: Arc<AtomicI64>, hurry: bool) -> Self {
        let beat = if hurry { Wait::ZERO } else { BEAT };
        Self { parts, story, now, scene: watch::Sender::new(Scene::Weeks), beat }
    }

    pub(super) fn told(&self) -> Told {
        Told { scene: self.scene.subscribe(), story: self.story.clone() }
    }

    /// Tells the story once, then lets time pass until told to stop.
    pub(super) async fn run(&self, stop: CancellationToken) -> anyhow::Result<()> {
        let began = tokio::time::Instant::now();
        let slow_from = self.story.crisis - Duration::minutes(BEFORE_MINUTES);
        let mut at = self.story.start;
        while at < slow_from && !stop.is_cancelled() {
            at = (at + Duration::minutes(FAST_MINUTES)).min(slow_from);
            self.step(at).await?;
        }
        info!(duration_ms = began.elapsed().as_millis() as u64, "three weeks have passed; the last hours begin");
        self.scene.send_replace(Scene::Crisis);
        while at < self.story.end && !stop.is_cancelled() {
            let beat = tokio::time::Instant::now() + self.beat;
            at = (at + Duration::minutes(SLOW_MINUTES)).min(self.story.end);
            self.step(at).await?;
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep_until(beat) => {}
            }
        }
        info!(duration_ms = began.elapsed().as_millis() as u64, "the story has been told; the pages stay");
        self.scene.send_replace(Scene::After);
        let told = tokio::time::Instant::now();
        while tokio::time::timeout(AFTERWARDS, stop.cancelled()).await.is_err() {
            self.step(self.story.end + told.elapsed()).await?;
        }
        Ok(())
    }

    /// One round of every stage at this instant.
    async fn step(&self, at: Timestamp) -> anyhow::Result<()> {
        self.now.store(at.timestamp_millis(), Ordering::SeqCst);
        self.parts.collect.tick().await?;
        while self.parts.ingest.tick().await?.taken > 0 {}
        self.parts.watch.tick().await?;
        self.parts.reports.tick().await?;
        self.parts.dispatch.tick().await?;
        self.parts.deliver.tick().await?;
        Ok(())
    }
}
