//! One row to a mention.

use std::collections::HashMap;

use super::column::{Column, Columns};
use super::lines::Taken;
use super::{Options, when};
use crate::domain::id::digest;
use crate::domain::{Author, AuthorId, Engagement, NativeId, Platform, RawMention};
use crate::source::cut;

/// A text longer than this is no post but a quote that was never closed.
const LONGEST: usize = 100_000;

/// The mention that a row is, or why it is none. `said` counts rows without id that say the same.
pub(super) fn mention(
    taken: &Taken,
    columns: &Columns,
    options: &Options,
    set: &str,
    said: &mut HashMap<String, u32>,
) -> Result<RawMention, String> {
    if let Some(reason) = taken.broken() {
        return Err(reason.to_owned());
    }
    let cell = |column: Column| taken.cell(columns.names(column));
    let (title, text) = (cell(Column::Title).unwrap_or_default(), cell(Column::Text).unwrap_or_default());
    if title.is_empty() && text.is_empty() {
        return Err("it has no text".to_owned());
    }
    if text.chars().count() > LONGEST {
        return Err(format!("its text is longer than {LONGEST} characters; is a quote left open?"));
    }
    let posted_at = match (cell(Column::Time), options.at) {
        (Some(time), _) => when::read(&time, options.zone).ok_or_else(|| format!("`{}` is no time", cut(&time, 40)))?,
        (None, Some(at)) => at,
        (None, None) => return Err("it has no time".to_owned()),
    };
    let stated = cell(Column::Platform);
    let known = stated.as_deref().map(|name| (find_platform(name), name.to_lowercase()));
    let (platform, set) = match &known {
        Some((Some(platform), _)) => (*platform, set),
        // A place we have no word for: its ids are its own.
        Some((None, name)) => (Platform::File, name.as_str()),
        None => (options.platform, set),
    };
    let author = cell(Column::Author).unwrap_or_default();
    let url =
        cell(Column::Url).filter(|url| url.starts_with("http://") || url.starts_with("https://")).unwrap_or_default();
    let scoped = |id: &str| if platform == Platform::File { format!("{set}/{id}") } else { id.to_owned() };
    let id = cell(Column::Id).map(|id| scoped(&id)).unwrap_or_else(|| {
        let same = digest(&["row", set, platform.as_str(), &posted_at.to_rfc3339(), &author, &url, &title, &text]);
        let times = said.entry(cut(&same, 16)).or_default();
        *times += 1;
        if *times == 1 { same } else { format!("{same}-{times}") }
    });
    let native = NativeId::new(id).ok_or("its id is longer than 500 characters or has line breaks")?;
    let mut mention = RawMention::new(platform, native, posted_at);
    mention.author = Author {
        id: if author.is_empty() { None } else { AuthorId::new(cut(&scoped(&author), 500)) },
        handle: cut(&author, 200),
        followers: cell(Column::Followers).and_then(|number| count(&number)),
        name: author,
    };
    let number = |column: Column| cell(column).and_then(|number| count(&number)).unwrap_or(0);
    mention.engagement =
        Engagement { likes: number(Column::Likes), reposts: number(Column::Reposts), replies: number(Column::Replies) };
    mention.reply_to = cell(Column::ReplyTo).and_then(|id| NativeId::new(scoped(&id)));
    mention.language_hint = cut(&cell(Column::Language).unwrap_or_default(), 20);
    mention.url = url;
    mention.title = title;
    mention.text = text;
    Ok(mention)
}

fn find_platform(name: &str) -> Option<Platform> {
    let name = name.trim().to_lowercase();
    let same = |platform: &&Platform| platform.as_str() == name || platform.title().to_lowercase() == name;
    Platform::ALL.iter().find(same).copied()
}

/// `1,234`, `1234.0` and `12` as numbers; what is none counts as not told.
fn count(text: &str) -> Option<i64> {
    let plain = text.replace([',', '_', ' '], "");
    let whole = plain.split_once('.').map_or(plain.as_str(), |(whole, _)| whole);
    whole.parse().ok().filter(|number| *number >= 0)
}
