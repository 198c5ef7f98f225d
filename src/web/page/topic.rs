//! `GET /topic/{name}`: one topic over a day, a week or a month.

use axum::extract::{Path, Query, State};
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;

use super::super::error::Failure;
use super::super::layout::{self, Place};
use super::super::mention::{self, Shown};
use super::super::period::{Period, picker};
use super::super::show::{self, Known, Rank};
use super::super::words as w;
use super::super::{Shared, Visitor, Web};
use super::incidents::card;
use super::overview::heard_of;
use super::{Page, html, outbox};
use crate::alert::words::number;
use crate::chart::{Mark, Style, Volume, VolumePoint, svg};
use crate::domain::{Incident, IncidentState, Interval, Mention, Silence, TopicName};
use crate::pipeline::report::unnamed_themes;
use crate::report::UnnamedTheme;
use crate::store::{IncidentFilter, SeriesPoint, Tally};

/// Rows of a list by length.
const RANKS: usize = 8;

/// Characters of a typical text.
const QUOTE: usize = 160;
/// Mentions of a group that are linked.
const MOST_LINKS: usize = 30;

/// What was asked.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    period: String,
}

pub(in crate::web) async fn get(
    State(web): State<Shared>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Page {
    let known = TopicName::new(name).and_then(|name| show::known(&web, &name)).ok_or(Failure::NotFound)?;
    let period = Period::of(&asked.period);
    let figures = Figures::read(&web, &visitor, known, period).await?;
    let inside = figures.page(&web, &visitor).await?;
    let title = figures.known.title.clone();
    Ok(html(layout::page(&web, &visitor, Place::Overview, &title, inside).await?))
}

/// Everything that the page shows.
struct Figures {
    known: Known,
    period: Period,
    window: Interval,
    tally: Tally,
    before: Tally,
    authors: i64,
    apart: i64,
    points: Vec<SeriesPoint>,
    gaps: Vec<Interval>,
    incidents: Vec<Incident>,
    silences: Vec<Silence>,
    themes: Vec<Rank>,
    platforms: Vec<Rank>,
    languages: Vec<Rank>,
    unnamed: Vec<UnnamedTheme>,
    /// Whether it names topics to be compared with.
    has_rivals: bool,
    widest: Vec<(Mention, i64)>,
    worst: Vec<(Mention, i64)>,
}

impl Figures {
    async fn read(web: &Web, visitor: &Visitor, known: Known, period: Period) -> Result<Self, Failure> {
        let store = &web.store;
        let window = period.window(visitor.now, known.zone);
        let (name, from, to) = (&known.name, window.from, window.to);
        let heard = Interval { from, to: visitor.now.min(to) };
        let coverage = store.coverage(&heard_of(web, &known).await?, heard).await?;
        let before = period.before(window);
        let filter = IncidentFilter {
            topic: Some(name.clone()),
            opened_from: Some(from),
            opened_before: Some(to),
            ..IncidentFilter::default()
        };
        let mut incidents = store.incidents(&filter, 20, 0).await?;
        let open = IncidentFilter { topic: Some(name.clone()), unresolved_only: true, ..IncidentFilter::default() };
        for incident in store.incidents(&open, 5, 0).await? {
            if !incidents.iter().any(|known| known.id == incident.id) {
                incidents.push(incident);
            }
        }
        let link = |key: &str, value: &str| {
            show::address("/mentions", &[("topic", name.as_str()), (key, value), ("period", period.as_str())])
        };
        let rank =
            |key: &str, value: &str, shown: String, tally: Tally| Rank { name: shown, link: link(key, value), tally };
        let themes = store.count_by_theme(name, from, to).await?.into_iter().take(RANKS);
        let platforms = store.count_by_platform(name, from, to).await?.into_iter().take(RANKS);
        let languages = store.count_by_language(name, from, to).await?.into_iter().take(RANKS);
        let locale = visitor.locale;
        Ok(Self {
            tally: store.tally(name, from, to).await?,
            before: store.tally(name, before.from, before.to - (to - heard.to)).await?,
            authors: store.count_authors(name, from, to, None).await?,
            apart: store.count_apart(name, from, to).await?,
            points: store.series(name, from, to, period.width_ms()).await?,
            gaps: show::gaps(&coverage, heard, visitor.now),
            silences: store.silences(visitor.now).await?.into_iter().filter(|s| s.hushes(name, visitor.now)).collect(),
            themes: themes
                .map(|(theme, tally)| rank("theme", theme.as_str(), show::theme(visitor, &theme), tally))
                .collect(),
            platforms: platforms
                .map(|(one, tally)| rank("platform", one.as_str(), w::platform(one, locale).to_owned(), tally))
                .collect(),
            languages: languages
                .map(|(one, tally)| rank("language", one.as_str(), w::language(one, locale).to_owned(), tally))
                .collect(),
            unnamed: unnamed_themes(store, name, window).await.map_err(Failure::Inside)?,
            widest: store.top_originals(name, from, to, 5).await?,
            worst: store.worst_mentions(name, from, to, 5).await?,
            incidents,
            has_rivals: web.live.config().topic(name).is_some_and(|topic| !topic.competitors.is_empty()),
            known,
            period,
            window,
        })
    }

    async fn page(&self, web: &Web, visitor: &Visitor) -> Result<Markup, Failure> {
        let path = format!("/topic/{}", self.known.name);
        let mentions = [("topic", self.known.name.as_str()), ("period", self.period.as_str())];
        let report = format!("{path}/report");
        Ok(html! {
            div.head {
                div {
                    div.crumb { a href="/" { (visitor.say(w::OVERVIEW)) } " › " (visitor.say(w::TOPIC)) }
                    h1 { (self.known.title) }
                    p.about.small { (w::zone(self.known.zone.name(), visitor.locale)) }
                }
                (picker(visitor, &path, self.period))
            }
            (self.silenced(web, visitor))
            div #now data-live {
                @for incident in self.incidents.iter().filter(|incident| incident.state != IncidentState::Resolved) {
                    (card(web, visitor, incident))
                }
                (self.tiles(visitor))
                (self.set_apart(visitor))
                section.sheet {
                    h2 { (visitor.say(w::VOLUME)) span.aside { (visitor.say(self.period.words())) } }
                    (PreEscaped(svg::responsive(&self.volume(visitor))))
                }
            }
            div.actions {
                a.button.first href=(show::address("/mentions", &mentions)) { (visitor.say(w::SEE_MENTIONS)) }
                a.button href=(show::address("/mentions", &[("topic", self.known.name.as_str()), ("period", self.period.as_str()), ("sentiment", "negative"), ("order", "worst")])) { (visitor.say(w::WORST_ORIGINALS)) }
                a.button href=(show::address("/incidents", &[("topic", self.known.name.as_str()), ("all", "1")])) { (visitor.say(w::INCIDENTS)) }
                a.button href=(show::address(&report, &[("period", "week")])) { (visitor.say(w::WEEK_REPORT)) }
                @if self.has_rivals {
                    a.button href=(show::address(&format!("/share/topic/{}", self.known.name), &[("period", self.period.as_str())])) { (visitor.say(w::SHARE_OF_VOICE)) }
                }
                a.button href={ (path) "/query" } { (visitor.say(w::TRY_QUERY)) }
            }
            br;
            div.thirds {
                (self.list(visitor, w::THEMES, &self.themes))
                (self.list(visitor, w::PLATFORMS, &self.platforms))
                (self.list(visitor, w::LANGUAGE, &self.languages))
            }
            (self.unnamed(visitor))
            div.halves {
                section.sheet {
                    h2 { (visitor.say(w::WORST_ORIGINALS)) }
                    (self.originals(web, visitor, &self.worst, w::NO_WORST).await?)
                }
                section.sheet {
                    h2 { (visitor.say(w::TOP_ORIGINALS)) }
                    (self.originals(web, visitor, &self.widest, w::NO_TOP_ORIGINALS).await?)
                }
            }
            section.sheet {
                h2 { (visitor.say(w::SILENCE)) }
                p.small.muted { (visitor.say(w::SILENCES_ABOUT)) }
                (outbox::silence_form(web, visitor, Some(&self.known)))
            }
        })
    }

    fn silenced(&self, web: &Web, visitor: &Visitor) -> Markup {
        html! {
            @for silence in &self.silences {
                div.told.warn { (outbox::silence_line(web, visitor, silence)) }
            }
        }
    }

    fn tiles(&self, visitor: &Visitor) -> Markup {
        let (tally, before) = (self.tally, self.before);
        let was = |value: String| format!("{} {value}", visitor.say(w::FORMER));
        html! {
            dl.tiles {
                div.tile {
                    dt { (visitor.say(w::MENTIONS)) }
                    dd.value { (number(tally.mentions)) }
                    dd.aside { (was(number(before.mentions))) }
                }
                div.tile {
                    dt { (visitor.say(w::NEGATIVE_SHARE)) }
                    dd.value { (show::percent(tally.negative, tally.mentions)) }
                    dd.aside { (was(show::percent(before.negative, before.mentions))) }
                }
                div.tile {
                    dt { (visitor.say(w::ORIGINALS)) }
                    dd.value { (number(tally.originals)) }
                    dd.aside { (visitor.say(w::SPREAD)) " " (number(tally.mentions - tally.originals)) }
                }
                div.tile {
                    dt { (visitor.say(w::AUTHORS)) }
                    dd.value { (number(self.authors)) }
                }
            }
        }
    }

    fn set_apart(&self, visitor: &Visitor) -> Markup {
        let pairs = [("topic", self.known.name.as_str()), ("period", self.period.as_str()), ("spam", "only")];
        html! {
            @if self.apart > 0 {
                p.small.muted { a href=(show::address("/mentions", &pairs)) { (w::set_apart(self.apart, visitor.locale)) } }
            }
        }
    }

    fn volume(&self, visitor: &Visitor) -> Volume {
        let pattern = if self.period == Period::Day { "%H:%M" } else { "%-m/%-d %H:%M" };
        let local = |at: crate::domain::Timestamp| at.with_timezone(&self.known.zone);
        Volume {
            title: format!("{} · {}", self.known.title, visitor.say(w::VOLUME)),
            headline: None,
            zone: self.known.zone,
            locale: visitor.locale,
            style: Style::Bars,
            window: self.window,
            width_ms: self.period.width_ms(),
            points: self.points.iter().map(point).collect(),
            usual: Vec::new(),
            gaps: self.gaps.clone(),
            marks: self
                .incidents
                .iter()
                .filter(|incident| incident.first.start() >= self.window.from)
                .map(|incident| Mark {
                    at: incident.first.start(),
                    label: local(incident.first.start()).format(pattern).to_string(),
                })
                .collect(),
        }
    }

    fn list(&self, visitor: &Visitor, title: w::Texts, ranks: &[Rank]) -> Markup {
        html! {
            section.sheet {
                h2 { (visitor.say(title)) }
                @if ranks.is_empty() { p.muted { (visitor.say(w::NOTHING_YET)) } }
                (show::ranks(visitor, ranks))
            }
        }
    }

    fn unnamed(&self, visitor: &Visitor) -> Markup {
        html! {
            section.sheet {
                h2 { (visitor.say(w::UNNAMED)) }
                @if self.unnamed.is_empty() { p.muted { (visitor.say(w::NO_UNNAMED)) } }
                @for theme in &self.unnamed {
                    h3 {
                        (theme.words.join(" · ")) " "
                        span.aside {
                            (number(theme.evidence.len() as i64)) " · "
                            @match &theme.covered_by {
                                Some(named) => (show::theme(visitor, named)),
                                None => (visitor.say(w::NO_NAME_YET)),
                            }
                        }
                    }
                    p { a href=(show::address("/mentions", &[("story", theme.typical.as_str())])) { (theme.text.chars().take(QUOTE).collect::<String>()) } }
                    p.small.muted {
                        @for (place, id) in theme.evidence.iter().take(MOST_LINKS).enumerate() {
                            a href=(show::address("/mentions", &[("story", id.as_str())])) title=(id) { (place + 1) } " "
                        }
                        @if theme.evidence.len() > MOST_LINKS { "+" (theme.evidence.len() - MOST_LINKS) }
                    }
                }
            }
        }
    }

    async fn originals(
        &self,
        web: &Web,
        visitor: &Visitor,
        originals: &[(Mention, i64)],
        none: w::Texts,
    ) -> Result<Markup, Failure> {
        let ids: Vec<_> = originals.iter().map(|(mention, _)| mention.id.clone()).collect();
        let tickets = web.store.tickets_of_mentions(&ids).await?;
        let leans = web.store.leanings(&self.known.name, &ids).await?;
        let said = web.store.corrections_of(&ids).await?;
        let ticket = |mention: &Mention| {
            tickets.iter().find(|ticket| ticket.mention.as_ref() == Some(&mention.id)).map(|ticket| ticket.number)
        };
        Ok(html! {
            @if originals.is_empty() { p.muted { (visitor.say(none)) } }
            @for (original, spread) in originals {
                (mention::card(web, visitor, &Shown {
                    mention: original,
                    matched: &[],
                    leaning: leans.get(&original.id),
                    spread: *spread,
                    ticket: ticket(original),
                    said: said.get(&original.id).map_or(&[], Vec::as_slice),
                    topic: Some(&self.known.name),
                    zone: self.known.zone,
                    acts: true,
                }))
            }
        })
    }
}

/// A counted point as a chart takes it.
pub(in crate::web) fn point(point: &SeriesPoint) -> VolumePoint {
    VolumePoint {
        negative: point.negative,
        neutral: point.neutral,
        positive: point.positive,
        unsure: point.unsure,
        ..VolumePoint::at(point.at)
    }
}
