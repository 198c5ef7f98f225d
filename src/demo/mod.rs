//! A brand crisis on an empty database: three weeks of talk, told fast, through the very stages that `serve` runs.
//!
//! In: an address for the pages, a seed. Out: pages that fill, an incident, an alert on a phone whose buttons work.
//! Never: needs a key or a network; writes outside a temporary folder.

mod director;
mod page;
mod phone;
mod places;
mod settings;
mod story;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use anyhow::Context;
use chrono::Utc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::director::Director;
use self::phone::Phone;
use self::places::Places;
use self::story::Story;
use crate::app::{Parts, Tasks};
use crate::bot::Bot;
use crate::domain::{Bucket, Clock, Timestamp};
use crate::web::{self, Web};

/// How the demo is run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where the pages are.
    pub address: SocketAddr,
    /// What the story is made from.
    pub seed: u64,
    /// End when the story has been told, instead of staying for people to look around.
    pub leave: bool,
    /// Tell the last hours without pauses.
    pub hurry: bool,
    /// When the story ends; now, when nothing is said.
    pub end: Option<Timestamp>,
    /// Keep the database in this folder; otherwise nothing is left behind.
    pub keep: Option<PathBuf>,
}

/// Runs the demo until told to stop (or until its end, when the plan says so).
pub async fn run(plan: Plan, stop: CancellationToken) -> anyhow::Result<()> {
    let listener = TcpListener::bind(plan.address).await.with_context(|| {
        format!("{} is taken by another program; choose another with --address 127.0.0.1:8090", plan.address)
    })?;
    let address = listener.local_addr()?;
    let temporary = tempfile::tempdir().context("no temporary folder")?;
    let folder = plan.keep.as_deref().unwrap_or(temporary.path());
    let end = Bucket::of(plan.end.unwrap_or_else(Utc::now)).start();
    let story = Arc::new(Story::new(end, plan.seed));
    let now = Arc::new(AtomicI64::new(story.start.timestamp_millis()));
    let clock = Clock::Driven(now.clone());

    let phone = Phone::new(clock.clone());
    let mut tasks = Tasks::new();
    let places = TcpListener::bind("127.0.0.1:0").await?;
    let api = TcpListener::bind("127.0.0.1:0").await?;
    let config = settings::config(folder, address, places.local_addr()?, api.local_addr()?)?;
    let routes = Places::router(story.clone(), clock.clone());
    let parts = Arc::new(Parts::build(config, clock.clone(), plan.seed).await?);

    let director = Director::new(parts.clone(), story.clone(), now, plan.hurry);
    let told = director.told();
    tasks.start("director", |stop| async move { director.run(stop).await });
    if let Some(bot) = Bot::new(parts.store.clone(), parts.live.clone(), parts.desk(), &parts.client, clock.clone())
        .map_err(anyhow::Error::msg)?
    {
        tasks.start("bot", |stop| async move {
            bot.run(stop).await;
            Ok(())
        });
    }
    tasks.start("places", |stop| async move { Ok(web::serve(places, routes, stop).await?) });
    let routes = phone.router();
    tasks.start("phone", |stop| async move { Ok(web::serve(api, routes, stop).await?) });
    let pages = Web::new(parts.store.clone(), parts.live.clone(), parts.desk(), clock)
        .refresh_every(2)
        .with_usual_name("值班同仁");
    let router = page::router(pages, phone, told.clone());
    tasks.start("web", |stop| async move { Ok(web::serve(listener, router, stop).await?) });

    let greeting = format!(
        "hearken demo: open http://{address}  (seed {}, Ctrl-C ends it)\nwhat would be sent to Telegram: http://{address}/demo/phone",
        plan.seed
    );
    // Nobody need read it: a closed pipe is no reason to end.
    drop(writeln!(std::io::stdout(), "{greeting}"));
    if plan.leave {
        let (told, stop) = (told.clone(), stop.clone());
        tasks.start("curtain", |ended| async move {
            tokio::select! {
                () = told.finished() => stop.cancel(),
                () = ended.cancelled() => {}
            }
            ended.cancelled().await;
            Ok(())
        });
    }
    let well = tasks.run(stop).await;
    parts.store.close().await;
    anyhow::ensure!(well, "a part of the demo ended by itself; the log says which");
    Ok(())
}
