//! A report as a page that stands alone.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::words::{Words, sentiment, words};
use super::{first_characters, safe_link};
use crate::chart::{Style, Volume, svg};

use crate::domain::{Locale, MentionId};
use crate::report::figures::{Figures, Item, Report, Row};
use crate::report::sentences::{Sentence, moment, per_cent};

/// How many ids are shown under a sentence; the others are in the table form of the report.
const IDS: usize = 60;

pub(super) fn render(report: &Report) -> String {
    let (figures, w) = (&report.figures, words(report.locale));
    let title = format!("{} · {}", w.report, figures.title);
    let (from, to) = (moment(figures.period.from, figures.zone), moment(figures.period.to, figures.zone));
    html! {
        (DOCTYPE)
        html lang=(report.locale.as_str()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { (title) }
                    p.period { (w.period) " " (from) " – " (to) " (" (figures.zone.name()) ") · " (w.heard) " " (per_cent(figures.heard)) }
                    ul.sentences { @for sentence in &report.sentences { li { (said(sentence, w)) } } }
                    @if figures.empty().is_none() { (body(report, w)) }
                }
            }
        }
    }
    .into_string()
}

fn said(sentence: &Sentence, w: &Words) -> Markup {
    html! {
        (sentence.text)
        @if !sentence.evidence.is_empty() {
            " "
            details {
                summary { (w.evidence) " (" (sentence.evidence.len()) ")" }
                p.ids { (ids(&sentence.evidence)) }
            }
        }
    }
}

fn ids(evidence: &[MentionId]) -> String {
    let mut text = evidence.iter().take(IDS).map(MentionId::as_str).collect::<Vec<_>>().join(" ");
    if evidence.len() > IDS {
        text.push_str(&format!(" +{}", evidence.len() - IDS));
    }
    text
}

fn body(report: &Report, w: &Words) -> Markup {
    let (figures, locale) = (&report.figures, report.locale);
    let known = figures.has_before();
    html! {
        figure { (PreEscaped(svg::responsive(&volume(figures, locale)))) }
        div.tables {
            (table(w.sentiment, w, known, &figures.sentiments, |what| sentiment(*what, locale).to_owned()))
            (table(w.themes, w, known, &figures.themes, |theme| figures.theme_title(theme, locale)))
            (table(w.platforms, w, known, &figures.platforms, |platform| platform.title_in(locale).to_owned()))
            (table(w.languages, w, known, &figures.languages, |language| language.title(locale).to_owned()))
        }
        @if !figures.rising.is_empty() {
            h2 { (w.rising) }
            p { @for word in &figures.rising { span.word { (word.word) " " small { @if known { (word.before) "→" } (word.now) } } " " } }
        }
        (unnamed(report, w))
        (originals(w.top, locale, figures.top.iter().map(|story| (&story.item, format!("{} {}", w.passed_on, story.times)))))
        (originals(w.worst, locale, figures.worst.iter().map(|item| (item, format!("{} {}", w.negative, per_cent(f64::from(item.p_negative)))))))
    }
}

fn unnamed(report: &Report, w: &Words) -> Markup {
    let figures = &report.figures;
    html! {
        @if !figures.unnamed.is_empty() {
            h2 { (w.unnamed) }
            ol.originals { @for theme in &figures.unnamed { li {
                p {
                    @for word in &theme.words { span.word { (word) } " " }
                    small { (theme.evidence.len()) " " (w.more)
                        @if let Some(named) = &theme.covered_by { " · " (figures.theme_title(named, report.locale)) } }
                }
                p { (first_characters(&theme.text, 280)) }
                details { summary { (w.evidence) " (" (theme.evidence.len()) ")" } p.ids { (ids(&theme.evidence)) } }
            } } }
        }
    }
}

fn volume(figures: &Figures, locale: Locale) -> Volume {
    Volume {
        title: figures.title.clone(),
        headline: None,
        zone: figures.zone,
        locale,
        style: Style::Bars,
        window: figures.period,
        width_ms: figures.width.num_milliseconds(),
        points: figures.points.clone(),
        usual: Vec::new(),
        gaps: figures.gaps.clone(),
        marks: Vec::new(),
    }
}

fn table<T>(title: &str, w: &Words, known: bool, rows: &[Row<T>], name: impl Fn(&T) -> String) -> Markup {
    html! {
        @if !rows.is_empty() {
            section {
                h2 { (title) }
                table {
                    thead { tr { th {} th { (w.now) } th { (w.negative) } @if known { th { (w.before) } } } }
                    tbody { @for row in rows { tr {
                        th scope="row" { (name(&row.what)) }
                        td { (row.now) } td { (row.negative) } @if known { td { (row.before) } }
                    } } }
                }
            }
        }
    }
}

fn originals<'a>(title: &str, locale: Locale, items: impl Iterator<Item = (&'a Item, String)>) -> Markup {
    let items: Vec<_> = items.collect();
    html! {
        @if !items.is_empty() {
            h2 { (title) }
            ol.originals { @for (item, note) in items { li {
                p { (first_characters(&item.text, 280)) }
                p.by {
                    (item.platform.title_in(locale)) " · " @if !item.author.is_empty() { (item.author) " · " } (note) " · " code { (item.id) }
                    @if let Some(url) = safe_link(&item.url) { " · " a href=(url) rel="noopener noreferrer nofollow" { "↗" } }
                }
            } } }
        }
    }
}

const STYLE: &str = "
:root{color-scheme:light dark;--ink:#1d2530;--soft:#5b6675;--paper:#fff;--line:#dfe3e8}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebef;--soft:#a4aeba;--paper:#14181d;--line:#333b45}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,'Noto Sans TC','PingFang TC','Microsoft JhengHei','Noto Sans CJK TC',sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.5rem;line-height:1.3;margin:0 0 .25rem}h2{font-size:1.05rem;margin:1.75rem 0 .5rem}
.period,.by,.ids,small{color:var(--soft);font-size:.875rem}.ids{overflow-wrap:anywhere;font-family:ui-monospace,monospace;font-size:.75rem}
.sentences{padding-left:1.2rem}.sentences li{margin:.35rem 0}details{display:inline-block;vertical-align:top;max-width:100%}summary{cursor:pointer;color:var(--soft);font-size:.8rem}
figure{margin:1.5rem 0}svg{max-width:100%;height:auto}.chart-narrow{display:none}@media(max-width:40rem){.chart-wide{display:none}.chart-narrow{display:block}}
.tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(16rem,1fr));gap:0 2rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}th{text-align:left;font-weight:500}td,thead th:not(:first-child){text-align:right;font-variant-numeric:tabular-nums}
td,th{padding:.3rem .25rem;border-bottom:1px solid var(--line)}thead th{color:var(--soft);font-size:.8rem}
.word{display:inline-block;border:1px solid var(--line);border-radius:1rem;padding:.1rem .7rem;margin:.15rem 0}
.originals{padding-left:1.2rem}.originals p{margin:.1rem 0;overflow-wrap:anywhere}.by{margin-bottom:.7rem!important}
";
