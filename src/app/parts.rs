//! Everything that runs, built once from a configuration.

use std::sync::Arc;

use anyhow::{Context, anyhow};

use crate::config::{Config, Live};
use crate::desk::Desk;
use crate::domain::Clock;
use crate::net::Client;
use crate::pipeline::report::Reports;
use crate::pipeline::{Collect, Deliver, Dispatch, Ingest, Scoring, Watch};
use crate::store::Store;

/// The stages and what they share.
pub struct Parts {
    /// What is remembered.
    pub store: Store,
    /// What is configured.
    pub live: Arc<Live>,
    /// The HTTP client of everything that calls out.
    pub client: Client,
    /// Where now comes from.
    pub clock: Clock,
    /// Sources to the inbox.
    pub collect: Collect,
    /// The inbox to mentions.
    pub ingest: Ingest,
    /// Counts to incidents.
    pub watch: Watch,
    /// Incidents to alerts.
    pub dispatch: Dispatch,
    /// Alerts to people.
    pub deliver: Deliver,
    /// Reports that come due.
    pub reports: Reports,
}

impl Parts {
    /// Opens the database, loads the models and builds every stage; nothing runs yet. `seed` is for jitter.
    pub async fn build(config: Config, clock: Clock, seed: u64) -> anyhow::Result<Self> {
        let store = Store::open(&config.database).await.context("the database did not open")?;
        let client = Client::new().context("the HTTP client did not start")?;
        let scoring = Scoring::of(&config, &store, &clock).await?;
        let live = Arc::new(Live::new(config));
        live.judge().map_err(|mistake| anyhow!("the models did not load: {mistake}"))?;
        Ok(Self {
            collect: Collect::new(store.clone(), live.clone(), client.clone(), clock.clone(), seed),
            ingest: Ingest::by_models(store.clone(), live.clone(), clock.clone()).with_scoring(scoring),
            watch: Watch::new(store.clone(), live.clone(), clock.clone()),
            dispatch: Dispatch::new(store.clone(), live.clone(), clock.clone()),
            deliver: Deliver::new(store.clone(), live.clone(), client.clone(), clock.clone()),
            reports: Reports::new(store.clone(), live.clone(), clock.clone()),
            store,
            live,
            client,
            clock,
        })
    }

    /// What people can do.
    pub fn desk(&self) -> Desk {
        Desk::new(self.store.clone(), self.live.clone(), self.clock.clone())
    }
}
