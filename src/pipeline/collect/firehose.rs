//! Of a place that brings everything, what is kept: what a topic wants, and changes to what is held.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use chrono::Duration;

use crate::config::Config;
use crate::domain::{AuthorId, Change, NativeId, RawMention, Timestamp};
use crate::query::Document;
use crate::source::Source;
use crate::store::{Error, Store};
use crate::text::Text;

/// Posts and authors that were kept lately and may not be in the store's mentions yet.
const LATELY: usize = 20_000;
/// So long after a start, what was kept before it may still wait in the inbox: all changes are kept.
const AFTER_START: Duration = Duration::minutes(5);

/// Lets through what is wanted.
pub(super) struct Sieve {
    started: Timestamp,
    lately: Mutex<Lately>,
}

/// What was let through, the oldest first.
#[derive(Default)]
struct Lately {
    order: VecDeque<String>,
    all: HashSet<String>,
}

impl Sieve {
    pub(super) fn new(started: Timestamp) -> Self {
        Self { started, lately: Mutex::default() }
    }

    /// Those of the mentions that a wanting topic's query matches, and those that change what is held.
    pub(super) async fn kept(
        &self,
        source: &Source,
        mentions: &[RawMention],
        config: &Config,
        store: &Store,
        now: Timestamp,
    ) -> Result<Vec<RawMention>, Error> {
        let (mut kept, mut changes) = (Vec::new(), Vec::new());
        for (place, mention) in mentions.iter().enumerate() {
            let says = matches!(mention.change, Change::Posted | Change::Edited);
            if says && is_wanted(mention, source, config) {
                self.remember(mention);
                kept.push((place, mention));
            } else if mention.change != Change::Posted {
                changes.push((place, mention));
            }
        }
        if now - self.started > AFTER_START {
            let (posts, authors): (Vec<NativeId>, Vec<AuthorId>) = self.unknown(&changes);
            let posts = store.known_posts(source.platform, &posts).await?;
            let authors = store.known_authors(source.platform, &authors).await?;
            changes.retain(|(_, mention)| {
                let author = mention.author.id.as_ref();
                let by_author =
                    mention.change == Change::AuthorRemoved && author.is_some_and(|id| authors.contains(id));
                by_author || posts.contains(&mention.native_id) || self.was_lately(mention)
            });
        }
        kept.extend(changes);
        kept.sort_by_key(|(place, _)| *place);
        Ok(kept.into_iter().map(|(_, mention)| mention.clone()).collect())
    }

    /// The posts and authors that the store has to be asked about.
    fn unknown(&self, changes: &[(usize, &RawMention)]) -> (Vec<NativeId>, Vec<AuthorId>) {
        let asked = changes.iter().map(|(_, mention)| *mention).filter(|mention| !self.was_lately(mention));
        let (authors, posts): (Vec<&RawMention>, Vec<&RawMention>) =
            asked.partition(|mention| mention.change == Change::AuthorRemoved);
        let authors = authors.into_iter().filter_map(|mention| mention.author.id.clone()).collect();
        (posts.into_iter().map(|mention| mention.native_id.clone()).collect(), authors)
    }

    fn remember(&self, mention: &RawMention) {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        let author = mention.author.id.as_ref().map(|id| format!("author {id}"));
        let alias = mention.alias.as_ref().map(|id| format!("post {id}"));
        for key in [Some(format!("post {}", mention.native_id)), alias, author].into_iter().flatten() {
            if lately.all.insert(key.clone()) {
                lately.order.push_back(key);
            }
        }
        while lately.order.len() > LATELY {
            if let Some(oldest) = lately.order.pop_front() {
                lately.all.remove(&oldest);
            }
        }
    }

    fn was_lately(&self, mention: &RawMention) -> bool {
        let lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        match (&mention.change, &mention.author.id) {
            (Change::AuthorRemoved, Some(author)) => lately.all.contains(&format!("author {author}")),
            _ => lately.all.contains(&format!("post {}", mention.native_id)),
        }
    }
}

/// Whether a topic that wants the source matches the text.
fn is_wanted(mention: &RawMention, source: &Source, config: &Config) -> bool {
    let whole = mention.whole_text();
    if whole.is_empty() {
        return false;
    }
    let text = Text::read(&whole);
    let found = config.matching(&Document::of_post(&text, mention));
    found.iter().filter_map(|found| config.topics.get(found.query)).any(|topic| source.topics.contains(&topic.name))
}
