//! The words of one alert: what, since when, how much against what is usual, why, the worst originals, what was not heard.

use chrono_tz::Tz;

use super::script::{Line, Script, Span, cut};
use super::words;
use crate::classify::built_in_themes;
use crate::domain::{Alert, IncidentState, Locale, News, Theme, WorstMention};

/// An alert in words, with at most three originals of at most 160 UTF-16 units each.
pub fn compose(alert: &Alert, locale: Locale) -> Script {
    script(alert, locale, 3, 160)
}

/// The same in at most `most` UTF-16 units as shown: quotes grow shorter first, then originals are left out, last of all
/// the end is cut.
pub fn compose_within(alert: &Alert, locale: Locale, most: usize) -> Script {
    const STEPS: [(usize, usize); 6] = [(3, 160), (3, 100), (3, 60), (2, 60), (1, 60), (0, 0)];
    let mut last = Script::default();
    for (worst, quote) in STEPS {
        last = script(alert, locale, worst, quote);
        if last.shown_len() <= most {
            return last;
        }
    }
    last.cut(most)
}

fn script(alert: &Alert, locale: Locale, worst: usize, quote: usize) -> Script {
    let zone: Tz = alert.zone.parse().unwrap_or(Tz::UTC);
    let incident = &alert.incident;
    let resolved = alert.news == News::Resolved;
    let seen = &incident.peak;
    let until = incident.resolved_at.filter(|_| resolved).map(|at| at.with_timezone(&zone));
    let mut lines = vec![
        Line::Words(vec![Span::Strong(words::headline(alert.news, incident, &alert.title, locale))]),
        words(words::since(incident.first.start().with_timezone(&zone), until, locale)),
        words(String::new()),
        Line::Words(vec![Span::Strong(words::numbers(seen, alert.news, locale))]),
        words(words::share(seen, locale)),
    ];
    if !resolved {
        lines.push(words(words::chance(seen.count_tail, locale)));
    }
    if !alert.themes.is_empty() {
        lines.push(words(words::themes(&themes(alert, locale), locale)));
    }
    if incident.state != IncidentState::Open && !incident.acknowledged_by.is_empty() {
        lines.push(words(words::seen_by(&incident.acknowledged_by, locale)));
    }
    if !alert.gaps.is_empty() {
        lines.push(words(words::not_heard(&stretches(alert, zone, locale), locale)));
    }
    if !alert.page.is_empty() {
        let text = words::see_incident(locale).to_owned();
        lines.push(Line::Words(vec![Span::Link { text, url: alert.page.clone() }]));
    }
    if worst > 0 && !resolved && !alert.worst.is_empty() {
        lines.push(words(String::new()));
        lines.push(Line::Words(vec![Span::Strong(words::worst(locale).to_owned())]));
        for (place, mention) in alert.worst.iter().take(worst).enumerate() {
            lines.push(original(place + 1, mention, locale));
            let text = mention.text.split_whitespace().collect::<Vec<_>>().join(" ");
            if !text.is_empty() {
                lines.push(Line::Quote(cut(&text, quote)));
            }
        }
    }
    Script(lines)
}

fn words(text: String) -> Line {
    Line::Words(if text.is_empty() { Vec::new() } else { vec![Span::Text(text)] })
}

/// `quality 31, refund 12`.
fn themes(alert: &Alert, locale: Locale) -> String {
    let joint = if locale == Locale::En { ", " } else { "、" };
    let called = |theme: &Theme| {
        let own = alert.own_themes.iter().find(|(own, _)| own == theme);
        own.map_or_else(|| title(theme, locale), |(_, title)| title.clone())
    };
    let first = alert.themes.iter().take(4);
    let named = first.map(|(theme, count)| format!("{} {}", called(theme), words::number(*count)));
    named.collect::<Vec<_>>().join(joint)
}

/// A theme as people call it; one that a brand added is called by its name where its title is not at hand.
pub fn title(theme: &Theme, locale: Locale) -> String {
    let known = built_in_themes().iter().find(|known| known.name == *theme);
    known.map_or_else(|| theme.as_str(), |known| known.title(locale)).to_owned()
}

fn stretches(alert: &Alert, zone: Tz, locale: Locale) -> String {
    let joint = if locale == Locale::En { ", " } else { "、" };
    let shown = alert.gaps.iter().take(3).map(|gap| {
        let (from, to) = (gap.from.with_timezone(&zone), gap.to.with_timezone(&zone));
        format!("{}–{}", words::moment(from, locale), to.format("%H:%M"))
    });
    let mut shown: Vec<String> = shown.collect();
    if alert.gaps.len() > 3 {
        shown.push(words::more(alert.gaps.len(), locale));
    }
    shown.join(joint)
}

/// `1. PTT · milkman · repeated 9×`, the first two a link to the original.
fn original(place: usize, mention: &WorstMention, locale: Locale) -> Line {
    let mut name = mention.platform.title().to_owned();
    if !mention.author.is_empty() {
        name = format!("{name} · {}", cut(&mention.author, 40));
    }
    let mut spans = vec![Span::Text(format!("{place}. ")), Span::Link { text: name, url: mention.url.clone() }];
    if mention.spread > 0 {
        spans.push(Span::Text(format!(" · {}", words::repeated(mention.spread, locale))));
    }
    Line::Words(spans)
}

#[cfg(test)]
mod tests {
    use super::super::sample::crisis;
    use super::super::utf16_len;
    use super::*;
    use crate::domain::{IncidentState, Severity};

    /// What people read, kept in files: set `WRITE_GOLDEN=1` to write them anew, then read the difference.
    fn golden(name: &str, text: &str) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/alert").join(name);
        if std::env::var_os("WRITE_GOLDEN").is_some() {
            std::fs::write(&path, text).expect("written");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(text, kept, "{}", path.display());
    }

    #[test]
    fn an_alert_reads_well_in_each_locale() {
        for locale in Locale::ALL {
            let script = compose(&crisis(), *locale);
            golden(&format!("opened.{}.txt", locale.as_str()), &(script.plain() + "\n"));
            golden(&format!("opened.{}.html", locale.as_str()), &(script.html() + "\n"));
        }
    }

    #[test]
    fn risen_and_resolved_say_so() {
        for locale in Locale::ALL {
            let mut alert = crisis();
            alert.news = News::Risen;
            golden(&format!("risen.{}.txt", locale.as_str()), &(compose(&alert, *locale).plain() + "\n"));
            alert.news = News::Resolved;
            alert.incident.state = IncidentState::Resolved;
            alert.incident.severity = Severity::Warning;
            alert.incident.acknowledged_by = "Amy".to_owned();
            alert.incident.resolved_at = Some(alert.incident.first.start() + chrono::Duration::minutes(145));
            golden(&format!("resolved.{}.txt", locale.as_str()), &(compose(&alert, *locale).plain() + "\n"));
        }
    }

    #[test]
    fn a_caption_fits_whatever_people_wrote() {
        let mut alert = crisis();
        for mention in &mut alert.worst {
            mention.text = "👨‍👩‍👧‍👦 <b>&amp; 咖啡".repeat(200);
            mention.author = "名".repeat(400);
        }
        for locale in Locale::ALL {
            for most in [1024, 300, 40, 1] {
                let script = compose_within(&alert, *locale, most);
                assert!(script.shown_len() <= most, "{} {most}", locale.as_str());
            }
        }
        assert!(utf16_len(&compose_within(&alert, Locale::En, 1024).plain()) > 400, "it is not cut more than need be");
    }
}
