//! What stands around every page: the bar, the list of pages, who acts, the foot.
//!
//! In: a page's title and its inside. Out: the whole page. Never: an inline script or style (the policy refuses both).

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::error::Failure;
use super::listening::Listening;
use super::visitor::Visitor;
use super::words::{self as w, Texts};
use super::{Link, Web, asset};
use crate::domain::{Locale, TicketState};
use crate::store::IncidentFilter;

/// Which of the main pages is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The overview, and topics.
    Overview,
    /// Incidents.
    Incidents,
    /// Mentions.
    Mentions,
    /// Tickets.
    Tickets,
    /// Sources.
    Sources,
    /// What is sent.
    Outbox,
    /// None of them.
    Other,
}

struct Item {
    place: Place,
    path: &'static str,
    title: Texts,
    icon: &'static str,
}

/// Icons are 24 by 24, drawn in lines.
const ITEMS: [Item; 6] = [
    Item { place: Place::Overview, path: "/", title: w::OVERVIEW, icon: "M4 13h6V4H4zM14 20h6V4h-6zM4 20h6v-4H4z" },
    Item { place: Place::Incidents, path: "/incidents", title: w::INCIDENTS, icon: "M12 4 3 20h18zM12 10v4M12 17v.5" },
    Item {
        place: Place::Mentions,
        path: "/mentions",
        title: w::MENTIONS,
        icon: "M4 5h16v11H10l-4 4v-4H4zM8 9h8M8 12h5",
    },
    Item {
        place: Place::Tickets,
        path: "/tickets",
        title: w::TICKETS,
        icon: "M4 7h16v3a2 2 0 0 0 0 4v3H4v-3a2 2 0 0 0 0-4zM14 7v10",
    },
    Item {
        place: Place::Sources,
        path: "/sources",
        title: w::SOURCES,
        icon: "M5 19a1 1 0 1 0 0-.1M4 12a8 8 0 0 1 8 8M4 5a15 15 0 0 1 15 15",
    },
    Item { place: Place::Outbox, path: "/outbox", title: w::OUTBOX, icon: "M4 12 20 4l-5 16-3-6zM12 14l8-10" },
];

/// Numbers beside the pages' names.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    incidents: usize,
    tickets: i64,
    deaf: usize,
}

impl Counts {
    async fn read(web: &Web, visitor: &Visitor) -> Result<Self, Failure> {
        let open = IncidentFilter { unresolved_only: true, ..IncidentFilter::default() };
        let tickets = web.store.count_tickets(None).await?;
        let waiting = |(state, count): &(TicketState, i64)| {
            if matches!(state, TicketState::New | TicketState::Open) { *count } else { 0 }
        };
        let (listening, sources) = (Listening::of(&web.live.config()), web.store.sources().await?);
        Ok(Self {
            incidents: web.store.incidents(&open, 100, 0).await?.len(),
            tickets: tickets.iter().map(waiting).sum(),
            deaf: sources.iter().filter(|source| listening.is_deaf(source, visitor.now)).count(),
        })
    }

    fn of(&self, place: Place) -> i64 {
        match place {
            Place::Incidents => self.incidents as i64,
            Place::Tickets => self.tickets,
            Place::Sources => self.deaf as i64,
            _ => 0,
        }
    }
}

/// A whole page. Parts with an id and `data-live` are kept fresh by the script.
pub(super) async fn page(
    web: &Web,
    visitor: &Visitor,
    place: Place,
    title: &str,
    inside: Markup,
) -> Result<Markup, Failure> {
    let counts = Counts::read(web, visitor).await?;
    Ok(whole(web, visitor, place, title, counts, inside))
}

/// A page for other routers, such as the demo's.
pub async fn more_page(web: &Web, visitor: &Visitor, title: Texts, inside: Markup) -> Markup {
    let counts = Counts::read(web, visitor).await.unwrap_or_default();
    whole(web, visitor, Place::Other, visitor.say(title), counts, inside)
}

/// A page that asks the store nothing: what went wrong.
pub(super) fn bare(web: &Web, visitor: &Visitor, title: &str, text: Markup) -> Markup {
    let inside = html! {
        div.head { h1 { (title) } }
        div.sheet { (text) div.actions { a.button.first href="/" { (visitor.say(w::BACK)) } } }
    };
    whole(web, visitor, Place::Other, title, Counts::default(), inside)
}

fn whole(web: &Web, visitor: &Visitor, place: Place, title: &str, counts: Counts, inside: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(lang(visitor.locale)) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { @if counts.incidents > 0 { "(" (counts.incidents) ") " } (title) " · hearken" }
                link rel="icon" type="image/svg+xml" href=(asset::address("icon.svg"));
                link rel="stylesheet" href=(asset::address("style.css"));
                script src=(asset::address("app.js")) defer {}
            }
            body data-refresh=(web.refresh_seconds) {
                a.skip href="#main" { (visitor.say(w::SKIP)) }
                header.bar { div.bar-inside {
                    a.brand href="/" { (sign()) "hearken" }
                    nav.nav.many[!web.more.is_empty()] #nav aria-label=(visitor.say(w::MAIN_NAV)) data-live {
                        @for item in &ITEMS { (entry(visitor, item, place, counts)) }
                        @for link in &web.more { (more_entry(visitor, link)) }
                    }
                    (who(web, visitor))
                } }
                main #main tabindex="-1" {
                    (done(visitor))
                    (inside)
                }
                footer.foot {
                    nav aria-label=(visitor.say(w::LANGUAGES)) {
                        @for locale in Locale::ALL {
                            @if *locale == visitor.locale { span aria-current="true" { (own_name(*locale)) } }
                            @else { a href=(visitor.here_in(*locale)) lang=(lang(*locale)) rel="nofollow" { (own_name(*locale)) } }
                        }
                        @for link in &web.more { a href=(link.path) { (visitor.say(link.title)) } }
                    }
                    span { "hearken " (env!("CARGO_PKG_VERSION")) " · " (w::zone(web.live.config().zone.name(), visitor.locale)) }
                }
            }
        }
    }
}

fn entry(visitor: &Visitor, item: &Item, place: Place, counts: Counts) -> Markup {
    let count = counts.of(item.place);
    let grave = matches!(item.place, Place::Incidents | Place::Sources);
    html! {
        a href=(item.path) aria-current=[(item.place == place).then_some("page")] {
            svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8"
                stroke-linejoin="round" stroke-linecap="round" { path d=(item.icon) {} }
            span { (visitor.say(item.title)) }
            @if count > 0 { span.count.bad[grave] { (count.min(99)) @if count > 99 { "+" } } }
        }
    }
}

/// A page of somebody else's, with the sign of a sheet of paper.
fn more_entry(visitor: &Visitor, link: &Link) -> Markup {
    let path = visitor.here.split('?').next().unwrap_or_default();
    html! {
        a href=(link.path) aria-current=[(path == link.path).then_some("page")] {
            svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8"
                stroke-linejoin="round" stroke-linecap="round" { path d="M7 3h10v18H7zM10 7h4M10 11h4M11.5 18h1" {} }
            span { (visitor.say(link.title)) }
        }
    }
}

/// The form that tells who acts.
fn who(web: &Web, visitor: &Visitor) -> Markup {
    let name = visitor.name.as_deref().unwrap_or_default();
    html! {
        details.who {
            summary { @if name.is_empty() { (visitor.say(w::WHO)) } @else { bdi { (name) } } }
            div.drop {
                form.stack method="post" action="/me" {
                    (form_fields(web, &visitor.here))
                    div.field {
                        label for="me" { (visitor.say(w::YOUR_NAME)) }
                        input #me name="by" value=(name) maxlength="80" required autocomplete="name";
                    }
                    p.small.muted { (visitor.say(w::WHO_ABOUT)) }
                    button.first type="submit" { (visitor.say(w::REMEMBER)) }
                }
            }
        }
    }
}

/// What every form carries: this process's token, and where to go back to.
pub(super) fn form_fields(web: &Web, back: &str) -> Markup {
    html! {
        input type="hidden" name="token" value=(web.token);
        input type="hidden" name="back" value=(back);
    }
}

/// The field for a name, in forms of visitors who have not told theirs.
pub(super) fn name_field(visitor: &Visitor, id: &str) -> Markup {
    html! {
        @if visitor.name.is_none() {
            div.field {
                label for=(id) { (visitor.say(w::YOUR_NAME)) }
                input id=(id) name="by" maxlength="80" required autocomplete="name";
            }
        }
    }
}

/// What was just done, above the page.
fn done(visitor: &Visitor) -> Markup {
    let text = match visitor.done.as_deref() {
        Some("acknowledged") => w::DONE_ACKNOWLEDGED,
        Some("resolved") => w::DONE_RESOLVED,
        Some("silenced") => w::DONE_SILENCED,
        Some("unsilenced") => w::DONE_UNSILENCED,
        Some("opened") => w::DONE_OPENED,
        Some("there") => w::DONE_THERE,
        Some("changed") => w::DONE_CHANGED,
        other => match other.and_then(super::correction::done) {
            Some(text) => text,
            None => return Markup::default(),
        },
    };
    html! { div.told.good role="status" { (visitor.say(text)) } }
}

fn lang(locale: Locale) -> &'static str {
    match locale {
        Locale::ZhTw => "zh-Hant-TW",
        Locale::ZhCn => "zh-Hans-CN",
        Locale::En => "en",
        Locale::Ja => "ja",
    }
}

fn own_name(locale: Locale) -> &'static str {
    match locale {
        Locale::ZhTw => "繁體中文",
        Locale::ZhCn => "简体中文",
        Locale::En => "English",
        Locale::Ja => "日本語",
    }
}

fn sign() -> Markup {
    PreEscaped(
        "<svg viewBox=\"0 0 32 32\" aria-hidden=\"true\"><path d=\"M4 21c4 0 4-11 8-11s4 14 8 14 4-17 8-17\" fill=\"none\" \
         stroke=\"#ffd166\" stroke-width=\"3.2\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>"
            .to_owned(),
    )
}
