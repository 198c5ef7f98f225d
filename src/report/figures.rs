//! The numbers of a report.

use chrono::Duration;
use chrono_tz::Tz;
use serde::Serialize;

use super::passed_on::{Story, passed_on};
use super::rising::{RisingWord, rising};
use super::sentences::{Sentence, write};
use super::unnamed::UnnamedTheme;
use crate::alert;
use crate::chart::VolumePoint;
use crate::domain::{
    Interval, Language, Locale, MentionId, Platform, Sentiment, Severity, Spread, Theme, Timestamp, TopicName,
};

/// One mention as a report needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Which mention.
    pub id: MentionId,
    /// When it was posted.
    pub posted_at: Timestamp,
    /// Where.
    pub platform: Platform,
    /// In which language.
    pub language: Language,
    /// How it leans.
    pub sentiment: Sentiment,
    /// How sure we are that it is negative, 0.0 to 1.0.
    pub p_negative: f32,
    /// Its themes.
    pub themes: Vec<Theme>,
    /// First text, or the same again.
    pub spread: Spread,
    /// The original of its story.
    pub story: MentionId,
    /// Who wrote it, as shown.
    pub author: String,
    /// What tells authors apart; empty when the platform hides it.
    pub author_key: String,
    /// Link to the original.
    pub url: String,
    /// Its text; empty for a tombstone.
    pub text: String,
}

/// What a period came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// All mentions.
    pub mentions: i64,
    /// First texts.
    pub originals: i64,
    /// Reposts and near copies.
    pub spread: i64,
    /// Distinct authors, of those that the platforms tell.
    pub authors: i64,
    /// Mentions whose author the platform does not tell.
    pub nameless: i64,
    /// Negative mentions.
    pub negative: i64,
    /// Neutral mentions.
    pub neutral: i64,
    /// Positive mentions.
    pub positive: i64,
    /// Mentions without a sure answer.
    pub unsure: i64,
}

impl Totals {
    fn of(items: &[Item]) -> Self {
        let mut totals = Self::default();
        let mut authors = std::collections::BTreeSet::new();
        for item in items {
            totals.mentions += 1;
            match item.spread {
                Spread::Original => totals.originals += 1,
                Spread::Repost | Spread::Near => totals.spread += 1,
            }
            match item.sentiment {
                Sentiment::Negative => totals.negative += 1,
                Sentiment::Neutral => totals.neutral += 1,
                Sentiment::Positive => totals.positive += 1,
                Sentiment::Unsure => totals.unsure += 1,
            }
            if item.author_key.is_empty() {
                totals.nameless += 1;
            } else {
                authors.insert((item.platform, item.author_key.as_str()));
            }
        }
        totals.authors = authors.len() as i64;
        totals
    }

    /// The share of negative among mentions with a sure answer, 0.0 to 1.0; `None` when there are none.
    pub fn negative_share(&self) -> Option<f64> {
        let sure = self.negative + self.neutral + self.positive;
        (sure > 0).then(|| self.negative as f64 / sure as f64)
    }

    /// The mentions of one leaning.
    pub fn of_sentiment(&self, sentiment: Sentiment) -> i64 {
        match sentiment {
            Sentiment::Negative => self.negative,
            Sentiment::Neutral => self.neutral,
            Sentiment::Positive => self.positive,
            Sentiment::Unsure => self.unsure,
        }
    }
}

/// A line of a table: this period against the former.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row<T> {
    /// What is counted.
    pub what: T,
    /// Mentions in this period.
    pub now: i64,
    /// Of them, negative.
    pub negative: i64,
    /// Mentions in the former period.
    pub before: i64,
    /// The mentions of this period.
    pub evidence: Vec<MentionId>,
}

/// Why a report is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// The sources were heard, and nobody spoke.
    NothingSaid,
    /// No source was heard.
    NothingHeard,
    /// The sources were heard for a part of the time, and nobody spoke in it.
    PartlyHeard,
}

/// What happened in the period, from the incidents.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// When it began.
    pub since: Timestamp,
    /// When it ended; `None` while it is open.
    pub until: Option<Timestamp>,
    /// How great it was.
    pub severity: Severity,
    /// Negative mentions in its greatest window.
    pub negative: i64,
    /// What is usual in such a window.
    pub usual: f64,
    /// The negative mentions of its time.
    pub evidence: Vec<MentionId>,
}

/// All figures of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Whose.
    pub topic: TopicName,
    /// The topic's title.
    pub title: String,
    /// The zone of day edges.
    pub zone: Tz,
    /// The period.
    pub period: Interval,
    /// The one before it, of the same length.
    pub former: Interval,
    /// This period's totals.
    pub now: Totals,
    /// The former period's totals.
    pub before: Totals,
    /// Mentions of this period by leaning.
    pub sentiments: Vec<Row<Sentiment>>,
    /// By theme, most first.
    pub themes: Vec<Row<Theme>>,
    /// By platform, most first.
    pub platforms: Vec<Row<Platform>>,
    /// By language, most first.
    pub languages: Vec<Row<Language>>,
    /// Words that are said much more than before, most telling first.
    pub rising: Vec<RisingWord>,
    /// What negative talk is newly about, against more than the former period (see [`super::unnamed()`]); empty at first.
    pub unnamed: Vec<UnnamedTheme>,
    /// The titles of the topic's own themes; empty at first.
    pub own_themes: Vec<(Theme, String)>,
    /// The stories that were passed on most; those from before the period are shown by their originals once
    /// [`passed_on()`] is given them.
    pub top: Vec<Story>,
    /// The most surely negative originals.
    pub worst: Vec<Item>,
    /// What share of the period was heard, 0.0 to 1.0.
    pub heard: f64,
    /// What share of the former period was heard.
    pub heard_before: f64,
    /// The stretches that were not heard.
    pub gaps: Vec<Interval>,
    /// Incidents of the period.
    pub happenings: Vec<Happening>,
    /// All mentions of the period.
    pub evidence: Vec<MentionId>,
    /// Adverts, giveaways and machines of the period: none of the mentions, and in no other figure; empty at first.
    pub apart: Vec<MentionId>,
    /// The period by leaning, a point for each `width`.
    pub points: Vec<VolumePoint>,
    /// The width of a point: a day, or an hour in a period below three days.
    pub width: Duration,
}

/// How many lines a list of originals has.
const TOP: usize = 5;

impl Figures {
    /// Counts `items` of the period and of the former one. `heard` are the shares of each that were heard.
    #[expect(clippy::too_many_arguments, reason = "each is one thing the report is about")]
    pub fn new(
        topic: TopicName,
        title: String,
        zone: Tz,
        period: Interval,
        items: &[Item],
        former: &[Item],
        heard: (f64, f64),
        gaps: Vec<Interval>,
        happenings: Vec<Happening>,
    ) -> Self {
        let length = period.to - period.from;
        let width = if length < Duration::days(3) { Duration::hours(1) } else { Duration::days(1) };
        let originals = |item: &&Item| item.spread == Spread::Original && !item.text.is_empty();
        let mut worst: Vec<Item> =
            items.iter().filter(originals).filter(|item| item.sentiment == Sentiment::Negative).cloned().collect();
        worst.sort_by(|a, b| b.p_negative.total_cmp(&a.p_negative).then_with(|| a.id.cmp(&b.id)));
        worst.truncate(TOP);
        Self {
            topic,
            title,
            zone,
            period,
            former: Interval { from: period.from - length, to: period.from },
            now: Totals::of(items),
            before: Totals::of(former),
            sentiments: rows(items, former, |item| vec![item.sentiment]),
            themes: rows(items, former, |item| item.themes.clone()),
            platforms: rows(items, former, |item| vec![item.platform]),
            languages: rows(items, former, |item| vec![item.language]),
            rising: rising(items, former),
            unnamed: Vec::new(),
            own_themes: Vec::new(),
            top: passed_on(items, &[]),
            worst,
            heard: heard.0,
            heard_before: heard.1,
            gaps,
            happenings,
            evidence: items.iter().map(|item| item.id.clone()).collect(),
            apart: Vec::new(),
            points: points(items, period, width),
            width,
        }
    }

    /// A theme as people call it.
    pub fn theme_title(&self, theme: &Theme, locale: Locale) -> String {
        let own = self.own_themes.iter().find(|(own, _)| own == theme);
        own.map_or_else(|| alert::title(theme, locale), |(_, title)| title.clone())
    }

    /// Whether anything was heard before, so that its counts mean something.
    pub fn has_before(&self) -> bool {
        self.heard_before > 0.0
    }

    /// Why there is nothing to report; `None` when there is something.
    pub fn empty(&self) -> Option<Cause> {
        match (self.now.mentions, self.heard) {
            (1.., _) => None,
            (_, heard) if heard <= 0.0 => Some(Cause::NothingHeard),
            (_, heard) if heard < 0.99 => Some(Cause::PartlyHeard),
            _ => Some(Cause::NothingSaid),
        }
    }
}

fn points(items: &[Item], period: Interval, width: Duration) -> Vec<VolumePoint> {
    let mut points = Vec::new();
    let mut at = period.from;
    while at < period.to {
        let mut point = VolumePoint::at(at);
        for item in items.iter().filter(|item| item.posted_at >= at && item.posted_at < at + width) {
            match item.sentiment {
                Sentiment::Negative => point.negative += 1,
                Sentiment::Neutral => point.neutral += 1,
                Sentiment::Positive => point.positive += 1,
                Sentiment::Unsure => point.unsure += 1,
            }
        }
        points.push(point);
        at += width;
    }
    points
}

fn rows<T: Ord + Clone>(items: &[Item], former: &[Item], keys: impl Fn(&Item) -> Vec<T>) -> Vec<Row<T>> {
    let mut found: std::collections::BTreeMap<T, Row<T>> = std::collections::BTreeMap::new();
    let blank = |what: &T| Row { what: what.clone(), now: 0, negative: 0, before: 0, evidence: Vec::new() };
    for item in items {
        for key in keys(item) {
            let row = found.entry(key.clone()).or_insert_with(|| blank(&key));
            row.now += 1;
            row.negative += i64::from(item.sentiment == Sentiment::Negative);
            row.evidence.push(item.id.clone());
        }
    }
    for item in former {
        for key in keys(item) {
            found.entry(key.clone()).or_insert_with(|| blank(&key)).before += 1;
        }
    }
    let mut rows: Vec<Row<T>> = found.into_values().collect();
    rows.sort_by(|a, b| (b.now, b.before).cmp(&(a.now, a.before)).then_with(|| a.what.cmp(&b.what)));
    rows
}

/// Figures with the sentences that they bear.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The figures.
    pub figures: Figures,
    /// What can be said of them.
    pub sentences: Vec<Sentence>,
    /// The language of the sentences.
    pub locale: Locale,
}

impl Report {
    /// Writes the sentences of these figures.
    pub fn new(figures: Figures, locale: Locale) -> Self {
        let sentences = write(&figures, locale);
        Self { figures, sentences, locale }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::NativeId;
    use crate::domain::time::timestamp;

    pub(in crate::report) fn item(number: usize, sentiment: Sentiment, text: &str) -> Item {
        let native = NativeId::new(number.to_string()).expect("valid");
        let id = MentionId::of(Platform::Ptt, &native);
        Item {
            id: id.clone(),
            posted_at: timestamp(1_790_000_000_000 + number as i64 * 1000),
            platform: Platform::Ptt,
            language: Language::ZhHant,
            sentiment,
            p_negative: 0.5,
            themes: Vec::new(),
            spread: Spread::Original,
            story: id,
            author: format!("a{number}"),
            author_key: format!("a{}", number % 3),
            url: String::new(),
            text: text.to_owned(),
        }
    }

    pub(in crate::report) fn figures(items: &[Item], former: &[Item], heard: f64) -> Figures {
        let period = Interval { from: timestamp(1_790_000_000_000), to: timestamp(1_790_604_800_000) };
        let topic = TopicName::new("sprout-coffee").expect("valid");
        let title = "嫩芽咖啡".to_owned();
        Figures::new(topic, title, chrono_tz::Asia::Taipei, period, items, former, (heard, 1.0), Vec::new(), Vec::new())
    }

    #[test]
    fn copies_are_spread_and_authors_are_told_apart() {
        let mut items: Vec<Item> = (0..5).map(|n| item(n, Sentiment::Negative, "發霉")).collect();
        items[4].spread = Spread::Near;
        items[4].story = items[0].id.clone();
        let figures = figures(&items, &[], 1.0);
        assert_eq!((figures.now.originals, figures.now.spread, figures.now.authors), (4, 1, 3));
        assert_eq!(figures.top[0].times, 1);
        assert_eq!(figures.top[0].item.id, items[0].id);
        assert_eq!(figures.sentiments[0].evidence.len(), 5);
    }

    #[test]
    fn an_empty_week_says_why() {
        assert_eq!(figures(&[], &[], 1.0).empty(), Some(Cause::NothingSaid));
        assert_eq!(figures(&[], &[], 0.4).empty(), Some(Cause::PartlyHeard));
        assert_eq!(figures(&[], &[], 0.0).empty(), Some(Cause::NothingHeard));
        assert_eq!(figures(&[item(1, Sentiment::Neutral, "x")], &[], 0.0).empty(), None);
    }
}
