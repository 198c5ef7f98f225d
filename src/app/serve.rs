//! `serve`: every stage in one process.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{Parts, Tasks};
use crate::bot::Bot;
use crate::config::Config;
use crate::domain::Clock;
use crate::web::{self, Web};

/// How often topic files are looked at.
const REFRESH: Duration = Duration::from_secs(2);

/// Runs everything until told to stop.
pub async fn serve(config: Config, stop: CancellationToken) -> anyhow::Result<()> {
    let address = config.web.address;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("{address} cannot be listened on; set `address` in [web] of hearken.toml"))?;
    let parts = Arc::new(Parts::build(config, Clock::System, rand::random()).await?);
    load_models(&parts).await?;
    let mut tasks = Tasks::new();
    start_stages(&parts, &mut tasks);
    if let Some(bot) = bot_of(&parts) {
        tasks.start("bot", |stop| async move {
            bot.run(stop).await;
            Ok(())
        });
    }
    let pages = Web::new(parts.store.clone(), parts.live.clone(), parts.desk(), parts.clock.clone());
    tasks.start("web", |stop| async move { Ok(web::serve(listener, web::router(pages), stop).await?) });
    info!(web.address = %address, "listening; pages at http://{address}");
    let well = tasks.run(stop).await;
    parts.store.close().await;
    if !well {
        bail!("a part of the program ended by itself; the log says which");
    }
    Ok(())
}

/// Loads the models before the first mention needs them: no stage waits for them, and who reads that we listen knows that we judge.
async fn load_models(parts: &Parts) -> anyhow::Result<()> {
    let live = parts.live.clone();
    let loaded = tokio::task::spawn_blocking(move || live.judge()).await.context("loading the models")?;
    loaded.map_err(|mistake| anyhow!("the models did not load: {mistake}"))?;
    Ok(())
}

/// The bot, when there is one and its secret can be read: without it everything else still runs.
fn bot_of(parts: &Parts) -> Option<Bot> {
    Bot::new(parts.store.clone(), parts.live.clone(), parts.desk(), &parts.client, parts.clock.clone())
        .inspect_err(|error| error!("the bot is off until the next start: {error}"))
        .ok()
        .flatten()
}

/// The stages in the order of a mention's way, which is the order in which they are stopped.
fn start_stages(parts: &Arc<Parts>, tasks: &mut Tasks) {
    let p = parts.clone();
    tasks.start("configuration", |stop| async move {
        while tokio::time::timeout(REFRESH, stop.cancelled()).await.is_err() {
            let live = p.live.clone();
            tokio::task::spawn_blocking(move || live.refresh()).await?;
        }
        Ok(())
    });
    let p = parts.clone();
    tasks.start("collect", |stop| async move { p.collect.run(stop).await });
    let p = parts.clone();
    tasks.start("ingest", |stop| async move {
        p.ingest.run(stop).await;
        Ok(())
    });
    let p = parts.clone();
    tasks.start("watch", |stop| async move { p.watch.run(stop).await });
    let p = parts.clone();
    tasks.start("reports", |stop| async move {
        p.reports.run(stop).await;
        Ok(())
    });
    let p = parts.clone();
    tasks.start("dispatch", |stop| async move {
        p.dispatch.run(stop).await;
        Ok(())
    });
    let p = parts.clone();
    tasks.start("deliver", |stop| async move {
        p.deliver.run(stop).await;
        Ok(())
    });
}

/// A token that is cancelled when the process is asked to end (SIGINT, SIGTERM).
pub fn stop_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        asked_to_end().await;
        warn!("asked to end; finishing what is under way");
        told.cancel();
    });
    stop
}

#[cfg(unix)]
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return drop(tokio::signal::ctrl_c().await);
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_end() {
    drop(tokio::signal::ctrl_c().await);
}
