//! One mention on a page: who, where, what, why it was judged so, and what can be done with it.
//!
//! In: a mention with the spans that decided and matched. Out: markup.
//! Never: trusts its text, its author's name or its link; cuts a character in two.

use std::ops::Range;

use chrono_tz::Tz;
use maud::{Markup, html};

use super::correction::{self, beside};
use super::show;
use super::visitor::Visitor;
use super::words as w;
use super::{Web, layout};
use crate::alert::words::number;
use crate::domain::{
    Aspect, Correction, Evidence, Label, LabelName, Locale, Mention, MentionId, Spread, TicketNumber, TopicName,
};
use crate::store::Leaning;
pub(super) use crate::text::plain;

/// A text longer than this is folded, in characters.
const FOLD_CHARS: usize = 220;

/// A mention with what stands around it.
pub(super) struct Shown<'a> {
    pub(super) mention: &'a Mention,
    /// Spans of the whole text that matched the topic's query.
    pub(super) matched: &'a [Range<usize>],
    /// How it leans under the topic.
    pub(super) leaning: Option<&'a Leaning>,
    /// How often its story was repeated.
    pub(super) spread: i64,
    /// The ticket that was opened from it.
    pub(super) ticket: Option<TicketNumber>,
    /// What people said of its labels, in order.
    pub(super) said: &'a [Correction],
    /// For which topic a ticket would be opened.
    pub(super) topic: Option<&'a TopicName>,
    pub(super) zone: Tz,
    /// Whether a ticket can be opened from here.
    pub(super) acts: bool,
}

/// The mention as an article.
pub(super) fn card(web: &Web, visitor: &Visitor, shown: &Shown<'_>) -> Markup {
    let mention = shown.mention;
    let judged = &mention.judgement;
    html! {
        article.mention id={ "m-" (mention.id) } {
            (by_line(visitor, shown))
            @if mention.removed_at.is_some() { p.muted { (visitor.say(w::REMOVED_TEXT)) } }
            @else { (said(visitor, shown)) }
            div.below {
                @if mention.removed_at.is_none() {
                    (show::sentiment(visitor, judged.sentiment))
                    (toward(web, visitor, shown))
                    @match beside(visitor, shown.said, Aspect::Sentiment) {
                        Some(said) => (said),
                        None => span.small.muted.number { (format!("{} {:.0}%", visitor.say(w::SURE), judged.confidence.value() * 100.0)) },
                    }
                    @for score in judged.themes.iter().take(3) {
                        a.sign.plain href=(show::address("/mentions", &[("theme", score.theme.as_str()), ("topic", topic_word(shown))])) {
                            (show::theme(visitor, &score.theme))
                        }
                    }
                    @if let Some(said) = beside(visitor, shown.said, Aspect::Themes) { (said) }
                    @for (name, title) in labels(web, shown) {
                        a.sign.accent href=(show::address("/mentions", &[("label", name.as_str()), ("topic", topic_word(shown))])) { (title) }
                    }
                    @if Label::of(Aspect::Spam, judged) == Label::Spam(true) { span.sign.warn { (spam(visitor, &judged.evidence)) } }
                    @if let Some(said) = beside(visitor, shown.said, Aspect::Spam) { (said) }
                }
                @if mention.spread != Spread::Original {
                    a.sign.unsure href=(show::address("/mentions", &[("story", mention.story.as_str())])) { (visitor.say(w::COPY)) }
                }
                @if shown.spread > 0 {
                    a.sign.accent href=(show::address("/mentions", &[("story", mention.story.as_str())])) {
                        (w::repeated(shown.spread, visitor.locale))
                    }
                }
                (reactions(mention))
                (link(visitor, &mention.raw.url))
                @if mention.removed_at.is_none() && shown.acts { (correction::quick(web, visitor, mention)) }
                (ticket(web, visitor, shown))
            }
        }
    }
}

/// The labels of the topic's rules, with their titles as the file has them now.
fn labels(web: &Web, shown: &Shown<'_>) -> Vec<(LabelName, String)> {
    let Some(leaning) = shown.leaning.filter(|leaning| !leaning.labels.is_empty()) else { return Vec::new() };
    let config = web.live.config();
    let rules = shown.topic.and_then(|name| config.topic(name)).map(|topic| topic.labels.clone()).unwrap_or_default();
    let title = |name: &LabelName| {
        rules.iter().find(|rule| rule.name == *name).map_or(name.to_string(), |rule| rule.title.clone())
    };
    leaning.labels.iter().map(|name| (name.clone(), title(name))).collect()
}

/// What it says of the topic's brand, where that is another thing than what it says as a whole.
fn told_apart<'a>(shown: &Shown<'a>) -> Option<&'a Leaning> {
    let leaning = shown.leaning?;
    (leaning.toward.is_some() && leaning.sentiment != shown.mention.judgement.sentiment).then_some(leaning)
}

fn toward(web: &Web, visitor: &Visitor, shown: &Shown<'_>) -> Markup {
    let Some((topic, leaning)) = shown.topic.zip(told_apart(shown)) else { return html! {} };
    let config = web.live.config();
    let topic = config.topic(topic);
    let name = topic.map_or("", |topic| topic.brand.first().map_or(topic.title.as_str(), String::as_str));
    html! {
        span.nowrap title=(visitor.say(w::TOWARD_BRAND_ABOUT)) {
            span.small.muted { (w::toward(&plain(name), visitor.locale)) " " }
            (show::sentiment(visitor, leaning.sentiment))
        }
    }
}

/// `spam: giveaway, contact`: with the reasons that the rules found in it.
fn spam(visitor: &Visitor, evidence: &[Evidence]) -> String {
    let mut reasons: Vec<&str> = Vec::new();
    for reason in evidence.iter().filter_map(|one| one.of.strip_prefix("spam:")) {
        let word = correction::spam_reason(visitor, reason);
        if !reasons.contains(&word) {
            reasons.push(word);
        }
    }
    let spam = visitor.say(correction::SPAM);
    if reasons.is_empty() {
        return spam.to_owned();
    }
    let comma = if visitor.locale == Locale::En { ", " } else { "、" };
    format!("{spam}{}{}", visitor.colon(), reasons.join(comma))
}

fn topic_word<'a>(shown: &Shown<'a>) -> &'a str {
    shown.topic.map_or("", TopicName::as_str)
}

fn by_line(visitor: &Visitor, shown: &Shown<'_>) -> Markup {
    let raw = &shown.mention.raw;
    let name = [&raw.author.name, &raw.author.handle].into_iter().find(|name| !name.is_empty());
    html! {
        div.by {
            @match name {
                Some(name) => bdi.name { (plain(name)) },
                None => span.muted { (visitor.say(w::UNKNOWN_AUTHOR)) },
            }
            @if let Some(followers) = raw.author.followers {
                span.small.muted.number { (number(followers)) " " (visitor.say(w::FOLLOWERS)) }
            }
            span.small.muted { bdi { (place(shown.mention, visitor)) } " · " (show::time(visitor, raw.posted_at, shown.zone)) }
        }
    }
}

/// The platform, and the place on it where the source's name tells more.
fn place(mention: &Mention, visitor: &Visitor) -> String {
    let platform = w::platform(mention.raw.platform, visitor.locale);
    match mention.source.as_str().split_once('/') {
        Some((_, rest)) if rest.chars().count() <= 40 => format!("{platform} {rest}"),
        _ => platform.to_owned(),
    }
}

fn reactions(mention: &Mention) -> Markup {
    let raw = &mention.raw;
    html! {
        @if let Some(reaction) = raw.reaction {
            span.small.muted.number { "推 " (reaction.push) " 噓 " (reaction.boo) }
        }
        @if raw.engagement.likes > 0 { span.small.muted.number { "♥ " (number(raw.engagement.likes)) } }
        @if raw.engagement.reposts > 0 { span.small.muted.number { "⟳ " (number(raw.engagement.reposts)) } }
        @if raw.engagement.replies > 0 { span.small.muted.number { "↩ " (number(raw.engagement.replies)) } }
    }
}

/// A link to the original, when it is one that leads to a web page.
fn link(visitor: &Visitor, url: &str) -> Markup {
    html! {
        @match web_address(url) {
            Some(url) => a.small href=(url) rel="noopener noreferrer nofollow external" target="_blank" { (visitor.say(w::ORIGINAL_LINK)) " ↗" },
            None => span.small.muted { (visitor.say(w::NO_LINK)) },
        }
    }
}

/// The address as a browser would read it, when it is `http` or `https`.
pub(super) fn web_address(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then(|| url.to_string())
}

/// The ticket that there is, or one press that opens one; a visitor without a name is asked for it on a page of its own.
fn ticket(web: &Web, visitor: &Visitor, shown: &Shown<'_>) -> Markup {
    let act = ticket_address(&shown.mention.id);
    html! {
        @if let Some(number) = shown.ticket {
            a.small href={ "/ticket/" (number.value()) } { (visitor.say(w::SHOW_TICKET)) " " (number) }
        } @else if !shown.acts || shown.mention.removed_at.is_some() {
        } @else if visitor.name.is_none() {
            a.button.quiet href=(show::address(&act, &[("topic", topic_word(shown))])) { (visitor.say(w::OPEN_TICKET)) }
        } @else {
            form method="post" action=(act) {
                (layout::form_fields(web, &visitor.here))
                @if let Some(topic) = shown.topic { input type="hidden" name="topic" value=(topic); }
                button.quiet type="submit" { (visitor.say(w::OPEN_TICKET)) }
            }
        }
    }
}

/// Where a ticket is opened from a mention.
pub(super) fn ticket_address(id: &MentionId) -> String {
    format!("/mention/{id}/ticket")
}

/// Title and text, the words that decided it marked; long ones folded.
fn said(visitor: &Visitor, shown: &Shown<'_>) -> Markup {
    let raw = &shown.mention.raw;
    let whole = raw.whole_text();
    let judged = &shown.mention.judgement.evidence;
    // The words that decided are those of the answer that the topic counts by.
    let toward = told_apart(shown).and_then(|leaning| leaning.toward.as_ref());
    let evidence: Vec<Evidence> = match toward {
        None => judged.clone(),
        Some(toward) => {
            let others = judged.iter().filter(|evidence| evidence.of != "sentiment");
            toward.evidence.iter().chain(others).cloned().collect()
        }
    };
    let edges = Edges::new(&whole, &evidence, shown.matched);
    let title_end = if raw.title.is_empty() || raw.text.is_empty() { None } else { Some(raw.title.len()) };
    let text = title_end.map_or(0, |end| end + 1)..whole.len();
    let fold = whole
        .get(text.clone())
        .and_then(|text| text.char_indices().nth(FOLD_CHARS))
        .map(|(place, _)| text.start + place);
    let marked = |range: Range<usize>| edges.marked(&whole, range, visitor);
    html! {
        @if let Some(end) = title_end { div.title dir="auto" { (marked(0..end)) } }
        @match fold {
            None => div.said dir="auto" { (marked(text)) },
            Some(at) => {
                div.said dir="auto" { (marked(text.start..at)) "…" }
                details.more id={ "more-" (shown.mention.id) } {
                    summary { (visitor.say(w::WHOLE_TEXT)) }
                    div.said dir="auto" { (marked(text)) }
                }
            },
        }
    }
}

/// Where marks begin and end in a text.
struct Edges<'a> {
    spans: Vec<(Range<usize>, Kind<'a>)>,
    cuts: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind<'a> {
    Negative,
    Positive,
    Theme(&'a str),
    Spam(&'a str),
    Matched,
}

impl<'a> Edges<'a> {
    /// Keeps the spans that lie in the text and at characters' edges; the others are no use to a reader.
    fn new(whole: &str, evidence: &'a [Evidence], matched: &[Range<usize>]) -> Self {
        let fits = |span: &Range<usize>| span.start < span.end && whole.get(span.clone()).is_some();
        let kind = |evidence: &'a Evidence| match evidence.of.as_str() {
            "sentiment" if evidence.weight < 0.0 => Some(Kind::Negative),
            "sentiment" => Some(Kind::Positive),
            "spam" => Some(Kind::Spam("")),
            other => {
                other.strip_prefix("theme:").map(Kind::Theme).or_else(|| other.strip_prefix("spam:").map(Kind::Spam))
            }
        };
        let decided = evidence.iter().filter_map(|one| Some((one.start..one.end, kind(one)?)));
        let found = matched.iter().map(|span| (span.clone(), Kind::Matched));
        let spans: Vec<(Range<usize>, Kind<'a>)> = decided.chain(found).filter(|(span, _)| fits(span)).collect();
        let mut cuts: Vec<usize> = spans.iter().flat_map(|(span, _)| [span.start, span.end]).collect();
        cuts.sort_unstable();
        cuts.dedup();
        Self { spans, cuts }
    }

    /// The text of `range`, each stretch under its marks.
    fn marked(&self, whole: &str, range: Range<usize>, visitor: &Visitor) -> Markup {
        let mut at = range.start;
        let mut stretches = Vec::new();
        for cut in self.cuts.iter().copied().filter(|cut| range.contains(cut)).chain([range.end]) {
            if cut > at {
                stretches.push(at..cut);
                at = cut;
            }
        }
        html! {
            @for stretch in stretches {
                @let kinds = self.over(&stretch);
                @let text = plain(whole.get(stretch.clone()).unwrap_or_default());
                @if kinds.is_empty() { (text) }
                @else { mark class=(classes(&kinds)) title=(reasons(&kinds, visitor)) { (text) } }
            }
        }
    }

    fn over(&self, stretch: &Range<usize>) -> Vec<Kind<'a>> {
        let mut kinds: Vec<Kind<'a>> = Vec::new();
        for (span, kind) in &self.spans {
            if span.start <= stretch.start && stretch.end <= span.end && !kinds.contains(kind) {
                kinds.push(*kind);
            }
        }
        kinds
    }
}

fn classes(kinds: &[Kind<'_>]) -> String {
    let mut classes: Vec<&str> = Vec::new();
    for kind in kinds {
        let class = match kind {
            Kind::Negative => "negative",
            Kind::Positive => "positive",
            Kind::Theme(_) | Kind::Spam(_) => "theme",
            Kind::Matched => "matched",
        };
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
    classes.join(" ")
}

fn reasons(kinds: &[Kind<'_>], visitor: &Visitor) -> String {
    let reason = |kind: &Kind<'_>| match kind {
        Kind::Negative => visitor.say(w::TOWARD_NEGATIVE).to_owned(),
        Kind::Positive => visitor.say(w::TOWARD_POSITIVE).to_owned(),
        Kind::Matched => visitor.say(w::OF_QUERY).to_owned(),
        Kind::Spam("") => visitor.say(correction::SPAM).to_owned(),
        Kind::Spam(reason) => {
            format!("{}{}{}", visitor.say(correction::SPAM), visitor.colon(), correction::spam_reason(visitor, reason))
        }
        Kind::Theme(name) => {
            let title = crate::domain::Theme::new(*name).map(|theme| show::theme(visitor, &theme));
            format!("{} {}", visitor.say(w::OF_THEME), title.unwrap_or_default())
        }
    };
    kinds.iter().map(reason).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::timestamp;

    fn visitor() -> Visitor {
        Visitor {
            locale: Locale::En,
            name: None,
            here: "/".to_owned(),
            done: None,
            now: timestamp(0),
            own_themes: Vec::new(),
        }
    }

    fn evidence(text: &str, word: &str, of: &str, weight: f32) -> Evidence {
        let start = text.find(word).expect("in the text");
        Evidence { start, end: start + word.len(), of: of.to_owned(), weight }
    }

    #[test]
    fn the_words_that_decided_are_marked_exactly_and_escaped() {
        let text = "拿鐵<b>超難喝</b>";
        let found = [evidence(text, "超難喝", "sentiment", -1.5), evidence(text, "難喝</", "theme:quality", 0.4)];
        let matched = Range { start: 0, end: 6 };
        let edges = Edges::new(text, &found, std::slice::from_ref(&matched));
        let marked = edges.marked(text, 0..text.len(), &visitor()).into_string();
        assert!(
            marked.starts_with("<mark class=\"matched\" title=\"matched the query\">拿鐵</mark>&lt;b&gt;"),
            "{marked}"
        );
        assert!(marked.contains("<mark class=\"negative\" title=\"toward negative\">超</mark>"), "{marked}");
        assert!(marked.contains("<mark class=\"negative theme\""), "{marked}");
        assert!(!marked.contains("<b>"));
    }

    #[test]
    fn spans_that_do_not_fit_the_text_mark_nothing() {
        let text = "咖啡";
        let wrong = [
            Evidence { start: 1, end: 3, of: "sentiment".to_owned(), weight: -1.0 },
            Evidence { start: 0, end: 99, of: "sentiment".to_owned(), weight: -1.0 },
        ];
        let turned = Range { start: 3, end: 1 };
        let edges = Edges::new(text, &wrong, &[turned, 2..2]);
        assert_eq!(edges.marked(text, 0..text.len(), &visitor()).into_string(), text);
    }

    #[test]
    fn only_web_pages_are_linked() {
        assert!(web_address("https://www.ptt.cc/bbs/Coffee/M.1.html").is_some());
        for wrong in ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "/etc/passwd", "", "https://"] {
            assert_eq!(web_address(wrong), None, "{wrong}");
        }
    }
}
