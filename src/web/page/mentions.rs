//! `GET /mentions`: what was said, searched and narrowed; a ticket from any of it.

use std::collections::HashMap;

use axum::extract::{Query, State};
use chrono::Duration;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::correction::{CORRECTIONS, SPAM};
use super::super::error::Failure;
use super::super::layout::{self, Place};
use super::super::mention::{self, Shown};
use super::super::period::Period;
use super::super::show;
use super::super::words as w;
use super::super::{Shared, Visitor, Web};
use super::{Page, html};
use crate::domain::{
    LabelName, Language, Mention, MentionId, Platform, Sentiment, Theme, Ticket, Timestamp, TopicName,
};
use crate::store::{MentionFilter, MentionOrder, SpamFilter};

const PAGE: i64 = 25;
/// Beyond this the pages say "and more" instead of counting.
const COUNTED: i64 = 2_000;
/// The longest search, in characters.
const SEARCH_CHARS: usize = 200;

/// What was asked, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Asked {
    q: String,
    topic: String,
    sentiment: String,
    theme: String,
    label: String,
    platform: String,
    language: String,
    period: String,
    originals: String,
    spam: String,
    order: String,
    story: String,
    page: String,
}

impl Asked {
    /// What is asked of the store; words that nobody offers narrow nothing.
    fn filter(&self, now: Timestamp) -> MentionFilter {
        let search: String = self.q.trim().chars().take(SEARCH_CHARS).collect();
        let from = |period: &str| match period {
            "24h" => Some(now - Duration::hours(24)),
            "7d" => Some(now - Duration::days(7)),
            "30d" => Some(now - Duration::days(30)),
            _ => None,
        };
        MentionFilter {
            topic: TopicName::new(self.topic.as_str()),
            from: from(&self.period),
            sentiment: Sentiment::find(&self.sentiment),
            theme: Theme::new(self.theme.as_str()),
            label: LabelName::new(self.label.as_str()),
            platform: Platform::find(&self.platform),
            language: Language::find(&self.language),
            search: (!search.is_empty()).then_some(search),
            story: MentionId::new(self.story.as_str()),
            originals_only: !self.originals.is_empty(),
            spam: match self.spam.as_str() {
                "only" => SpamFilter::Only,
                // A story is asked for whole.
                "all" => SpamFilter::All,
                _ if !self.story.is_empty() => SpamFilter::All,
                _ => SpamFilter::Apart,
            },
            with_removed: !self.story.is_empty(),
            order: if self.order == "worst" { MentionOrder::Worst } else { MentionOrder::Newest },
            ..MentionFilter::default()
        }
    }

    fn page(&self) -> i64 {
        self.page.parse::<i64>().unwrap_or(1).clamp(1, 400)
    }

    /// The address of another page of the same list.
    fn at(&self, page: i64) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        let pairs: [(&str, &str); 13] = [
            ("q", &self.q),
            ("topic", &self.topic),
            ("sentiment", &self.sentiment),
            ("theme", &self.theme),
            ("label", &self.label),
            ("platform", &self.platform),
            ("language", &self.language),
            ("period", &self.period),
            ("originals", &self.originals),
            ("spam", &self.spam),
            ("order", &self.order),
            ("story", &self.story),
            ("page", &page),
        ];
        show::address("/mentions", &pairs)
    }
}

pub(in crate::web) async fn get(State(web): State<Shared>, visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    let filter = asked.filter(visitor.now);
    let found = web.store.mentions(&filter, PAGE, (asked.page() - 1) * PAGE).await?;
    let count = web.store.count_mentions(&filter, COUNTED).await?;
    let list = list(&web, &visitor, &found, filter.topic.as_ref()).await?;
    let title = if asked.story.is_empty() { w::MENTIONS } else { w::THIS_STORY };
    let inside = html! {
        div.head {
            h1 { (visitor.say(title)) }
            p.about {
                (w::so_many(count, visitor.locale)) @if count >= COUNTED { "+" }
                " · " a href="/corrections" { (visitor.say(CORRECTIONS)) }
            }
        }
        form.sheet method="get" action="/mentions" role="search" { (filters(&web, &visitor, &asked)) }
        section.sheet {
            p.small.muted {
                (visitor.say(w::EVIDENCE_LEGEND)) " "
                mark.negative { (visitor.say(w::TOWARD_NEGATIVE)) } " "
                mark.positive { (visitor.say(w::TOWARD_POSITIVE)) } " "
                mark.theme { (visitor.say(w::OF_THEME)) } " "
                mark.matched { (visitor.say(w::OF_QUERY)) }
            }
            @if found.is_empty() { (show::empty(visitor.say(w::NO_MENTIONS), visitor.say(w::NO_MENTIONS_ABOUT))) }
            (list)
            nav.pages aria-label=(visitor.say(w::NEXT_PAGE)) {
                @if asked.page() > 1 { a.button rel="prev" href=(asked.at(asked.page() - 1)) { "‹ " (visitor.say(w::FORMER_PAGE)) } } @else { span {} }
                @if asked.page() * PAGE < count { a.button rel="next" href=(asked.at(asked.page() + 1)) { (visitor.say(w::NEXT_PAGE)) " ›" } }
            }
        }
    };
    Ok(html(layout::page(&web, &visitor, Place::Mentions, visitor.say(w::MENTIONS), inside).await?))
}

/// Mentions as cards, with how far each went and the tickets that were opened from them.
pub(in crate::web) async fn list(
    web: &Web,
    visitor: &Visitor,
    found: &[Mention],
    topic: Option<&TopicName>,
) -> Result<Markup, Failure> {
    cards(web, visitor, found, topic, true).await
}

/// The same; `acts` says whether tickets can be opened from the cards.
pub(in crate::web) async fn cards(
    web: &Web,
    visitor: &Visitor,
    found: &[Mention],
    topic: Option<&TopicName>,
    acts: bool,
) -> Result<Markup, Failure> {
    let ids: Vec<MentionId> = found.iter().map(|mention| mention.id.clone()).collect();
    let originals: Vec<MentionId> =
        found.iter().filter(|mention| mention.story == mention.id).map(|mention| mention.id.clone()).collect();
    let spread: HashMap<MentionId, i64> = web.store.spread_of(&originals).await?;
    let tickets: Vec<Ticket> = web.store.tickets_of_mentions(&ids).await?;
    let said = web.store.corrections_of(&ids).await?;
    let mut cards = Vec::new();
    for found in found {
        let topics = web.store.topics_of(&found.id).await?;
        let kept = topics.iter().find(|(name, _)| topic.is_none_or(|asked| asked == name));
        let zone = kept.map_or(web.live.config().zone, |(name, _)| show::known_or_named(web, name).zone);
        let ticket = tickets.iter().find(|ticket| ticket.mention.as_ref() == Some(&found.id));
        let leaning = match kept {
            Some((name, _)) => web.store.leanings(name, std::slice::from_ref(&found.id)).await?.remove(&found.id),
            None => None,
        };
        let shown = Shown {
            mention: found,
            matched: kept.map_or(&[], |(_, matched)| matched),
            leaning: leaning.as_ref(),
            spread: spread.get(&found.id).copied().unwrap_or(0),
            ticket: ticket.map(|ticket| ticket.number),
            said: said.get(&found.id).map_or(&[], Vec::as_slice),
            topic: kept.map(|(name, _)| name),
            zone,
            acts,
        };
        cards.push(mention::card(web, visitor, &shown));
    }
    Ok(html! { @for card in cards { (card) } })
}

fn filters(web: &Web, visitor: &Visitor, asked: &Asked) -> Markup {
    let locale = visitor.locale;
    let topics: Vec<(String, String)> =
        show::topics(web).into_iter().map(|topic| (topic.name.as_str().to_owned(), topic.title)).collect();
    let leanings = Sentiment::ALL.iter().map(|one| (one.as_str().to_owned(), w::sentiment(*one, locale).to_owned()));
    let platforms = Platform::ALL.iter().map(|one| (one.as_str().to_owned(), w::platform(*one, locale).to_owned()));
    let languages = Language::ALL.iter().map(|one| (one.as_str().to_owned(), w::language(*one, locale).to_owned()));
    let periods = Period::ALL.iter().map(|one| (one.as_str().to_owned(), visitor.say(one.words()).to_owned()));
    let config = web.live.config();
    let counts =
        TopicName::new(asked.topic.as_str()).and_then(|name| config.topic(&name).map(|topic| topic.counts_spam));
    let topic = TopicName::new(asked.topic.as_str()).and_then(|name| config.topic(&name));
    let labels: Vec<(String, String)> = topic
        .map(|topic| topic.labels.iter().map(|rule| (rule.name.to_string(), rule.title.clone())).collect())
        .unwrap_or_default();
    let spam_first = if counts == Some(true) { w::SPAM_TOO } else { w::SPAM_APART };
    let spam = [("only", w::SPAM_ONLY), ("all", w::SPAM_TOO)]
        .map(|(word, shown)| (word.to_owned(), visitor.say(shown).to_owned()));
    let orders = [("worst".to_owned(), visitor.say(w::WORST_FIRST).to_owned())];
    html! {
        div.filters {
            div.field.wide {
                label for="q" { (visitor.say(w::SEARCH)) }
                input #q type="search" name="q" value=(asked.q) maxlength=(SEARCH_CHARS) placeholder=(visitor.say(w::SEARCH_HINT)) enterkeyhint="search";
            }
            (select(visitor, "topic", w::TOPIC, w::ANY, &asked.topic, topics))
            (select(visitor, "sentiment", w::SENTIMENT, w::ANY, &asked.sentiment, leanings))
            (select(visitor, "theme", w::THEME, w::ANY, &asked.theme, show::themes(visitor)))
            @if !labels.is_empty() { (select(visitor, "label", w::LABEL, w::ANY, &asked.label, labels)) }
            (select(visitor, "platform", w::PLATFORM, w::ANY, &asked.platform, platforms))
            (select(visitor, "language", w::LANGUAGE, w::ANY, &asked.language, languages))
            (select(visitor, "period", w::PERIOD, w::ALL_TIME, &asked.period, periods))
            @if asked.story.is_empty() { (select(visitor, "spam", SPAM, spam_first, &asked.spam, spam)) }
            (select(visitor, "order", w::ORDER, w::NEWEST, &asked.order, orders))
            label.check {
                input type="checkbox" name="originals" value="1" checked[!asked.originals.is_empty()];
                (visitor.say(w::ORIGINALS_ONLY))
            }
            @if !asked.story.is_empty() { input type="hidden" name="story" value=(asked.story); }
            div.actions {
                button.first type="submit" { (visitor.say(w::APPLY)) }
                a.button href="/mentions" { (visitor.say(w::CLEAR)) }
            }
        }
    }
}

/// A picker of one field; the first choice narrows nothing.
pub(in crate::web) fn select(
    visitor: &Visitor,
    name: &str,
    label: w::Texts,
    first: w::Texts,
    chosen: &str,
    choices: impl IntoIterator<Item = (String, String)>,
) -> Markup {
    html! {
        div.field {
            label for={ "f-" (name) } { (visitor.say(label)) }
            select id={ "f-" (name) } name=(name) {
                option value="" { (visitor.say(first)) }
                @for (value, shown) in choices {
                    option value=(value) selected[value == chosen] { (shown) }
                }
            }
        }
    }
}
