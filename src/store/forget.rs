//! What other tables quote of a text that is removed: the worst originals of alerts, the titles of tickets,
//! the texts that corrections were said of.
//!
//! In: mentions that became tombstones, in the transaction that makes them so. Out: nothing is quoted any more.
//! Never: takes away a number, an id, or what a person wrote.

use sqlx::AssertSqlSafe;

use super::Error;
use super::backend::{Writing, on_writing};
use super::bulk::json_list;
use super::mention::{Held, among};
use crate::domain::Alert;

/// Takes the texts and authors of these tombstones out of alerts, tickets and corrections.
pub(super) async fn forget(writing: &mut Writing, gone: &[&Held]) -> Result<(), Error> {
    if gone.is_empty() {
        return Ok(());
    }
    forget_in_tickets(writing, gone).await?;
    let ids: Vec<&str> = gone.iter().map(|held| held.mention.id.as_str()).collect();
    let among = among(writing.is_postgres());
    let texts = format!("update correction set body = '' where mention {among}");
    let list = json_list(&ids)?;
    on_writing!(writing, db => sqlx::query(AssertSqlSafe(texts)).bind(list).execute(db).await.map(drop))?;
    let topics = format!("select distinct topic from mention_topic where mention {among}");
    let list = json_list(&ids)?;
    let topics: Vec<String> =
        on_writing!(writing, db => sqlx::query_scalar(AssertSqlSafe(topics)).bind(list).fetch_all(db).await)?;
    for topic in topics {
        for id in &ids {
            forget_in_alerts(writing, &topic, id).await?;
        }
    }
    Ok(())
}

async fn forget_in_alerts(writing: &mut Writing, topic: &str, id: &str) -> Result<(), Error> {
    const FIND: &str = "select id, body from alert where topic = $1 and body like $2";
    const PUT: &str = "update alert set body = $2 where id = $1";
    let found: Vec<(String, String)> = on_writing!(writing, db =>
        sqlx::query_as(FIND).bind(topic).bind(format!("%{id}%")).fetch_all(db).await)?;
    for (alert, body) in found {
        let mut read: Alert = serde_json::from_str(&body)?;
        read.worst.retain(|worst| worst.id.as_str() != id);
        let body = serde_json::to_string(&read)?;
        on_writing!(writing, db => sqlx::query(PUT).bind(alert).bind(body).execute(db).await.map(drop))?;
    }
    Ok(())
}

/// A ticket that was opened from the mention began with its words; its platform stays, and what people did.
async fn forget_in_tickets(writing: &mut Writing, gone: &[&Held]) -> Result<(), Error> {
    const TITLE: &str = "update ticket set title = $2 where mention = $1";
    const OPENED: &str = "update ticket_event set detail = $2 where what = 'opened' \
         and ticket in (select number from ticket where mention = $1)";
    for held in gone {
        let (id, title) = (held.mention.id.as_str(), held.mention.raw.platform.title());
        for sql in [TITLE, OPENED] {
            on_writing!(writing, db => sqlx::query(sql).bind(id).bind(title).execute(db).await.map(drop))?;
        }
    }
    Ok(())
}
