//! An article's page.

use chrono::{NaiveDateTime, TimeZone};
use scraper::{ElementRef, Html, Selector};
use serde::{Deserialize, Serialize};

use crate::domain::id::digest;
use crate::domain::time::timestamp;
use crate::domain::{Author, AuthorId, Engagement, NativeId, Platform, RawMention, Reaction, Timestamp};
use crate::net::Error;
use crate::source::{LONGEST_TEXT, cut};

/// An article's name within its board, such as `M.1791273600.A.1AB`: the number is the second it was posted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct ArticleId {
    name: String,
    seconds: i64,
}

impl ArticleId {
    /// Returns `None` for anything that is not an article's name.
    pub(super) fn new(name: &str) -> Option<Self> {
        let mut parts = name.split('.');
        let (kind, seconds, letter, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_name = matches!(kind, "M" | "G")
            && letter == "A"
            && parts.next().is_none()
            && (1..=8).contains(&rest.len())
            && rest.chars().all(|c| c.is_ascii_alphanumeric());
        let seconds: i64 = seconds.parse().ok().filter(|seconds| (0..=99_999_999_999).contains(seconds))?;
        is_name.then(|| Self { name: name.to_owned(), seconds })
    }

    /// The name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// When it was posted.
    pub(super) fn at(&self) -> Timestamp {
        timestamp(self.seconds * 1000)
    }
}

impl TryFrom<String> for ArticleId {
    type Error = String;
    fn try_from(name: String) -> Result<Self, String> {
        Self::new(&name).ok_or_else(|| format!("`{name}` names no article"))
    }
}

impl From<ArticleId> for String {
    fn from(id: ArticleId) -> String {
        id.name
    }
}

/// The mention that an article's page shows.
pub(super) fn read_article(html: &str, board: &str, id: &ArticleId, url: &str) -> Result<RawMention, Error> {
    let page = Html::parse_document(html);
    let main = select(&page, "#main-content").next();
    let Some(main) = main else {
        let what =
            if html.contains("over18") { "the page asks for the reader's age" } else { "the page shows no article" };
        return Err(Error::Unreadable(what.to_owned()));
    };
    let native = NativeId::new(format!("{board}/{}", id.name()));
    let native = native.ok_or_else(|| Error::Unreadable("the article's name is too long".to_owned()))?;
    let posted_at = if id.seconds > 0 { Some(id.at()) } else { stated_time(&page) };
    let posted_at = posted_at.ok_or_else(|| Error::Unreadable("the article states no time".to_owned()))?;
    let mut mention = RawMention::new(Platform::Ptt, native, posted_at);
    mention.url = url.to_owned();
    mention.title = cut(&stated(&page, "標題").unwrap_or_default(), 300);
    mention.author = author(&stated(&page, "作者").unwrap_or_default());
    mention.text = cut(&body(main), LONGEST_TEXT);
    mention.language_hint = "zh-Hant".to_owned();
    mention.has_media = select(&page, "#main-content .richcontent").next().is_some();
    let (push, boo, arrow) = comments(&page);
    mention.reaction = Some(Reaction { push, boo });
    mention.engagement = Engagement { likes: push, reposts: 0, replies: push + boo + arrow };
    Ok(mention)
}

/// A digest of what an article says and how it is answered.
pub(super) fn mark(mention: &RawMention) -> String {
    let reaction = mention.reaction.unwrap_or_default();
    let counts = format!("{} {} {}", reaction.push, reaction.boo, mention.engagement.replies);
    cut(&digest(&[&mention.title, &mention.text, &counts]), 12)
}

fn select<'a>(page: &'a Html, what: &str) -> impl Iterator<Item = ElementRef<'a>> {
    let found: Vec<ElementRef<'a>> = Selector::parse(what).map(|it| page.select(&it).collect()).unwrap_or_default();
    found.into_iter()
}

/// What a line of the head states: 作者, 標題, 時間.
fn stated(page: &Html, tag: &str) -> Option<String> {
    let tags = select(page, ".article-meta-tag");
    let found = tags.into_iter().find(|element| element.text().collect::<String>().trim() == tag)?;
    let value = found.next_siblings().find_map(ElementRef::wrap)?;
    let text = value.text().collect::<Vec<_>>().join("");
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The time in the head, which is Taipei's and has a year.
fn stated_time(page: &Html) -> Option<Timestamp> {
    let text = stated(page, "時間")?;
    let time = NaiveDateTime::parse_from_str(&text, "%a %b %e %H:%M:%S %Y").ok()?;
    Some(chrono_tz::Asia::Taipei.from_local_datetime(&time).single()?.with_timezone(&chrono::Utc))
}

/// `kettle (水滾了)`: the account and the name it shows.
fn author(text: &str) -> Author {
    let (handle, name) = text.split_once(' ').unwrap_or((text, ""));
    let name = name.trim().strip_prefix('(').and_then(|name| name.strip_suffix(')')).unwrap_or(name);
    Author { id: AuthorId::new(handle), name: cut(name, 100), handle: cut(handle, 100), followers: None }
}

/// 推, 噓 and →.
fn comments(page: &Html) -> (i64, i64, i64) {
    let mut counts = (0, 0, 0);
    for tag in select(page, ".push > .push-tag") {
        match tag.text().collect::<String>().trim() {
            "推" => counts.0 += 1,
            "噓" => counts.1 += 1,
            "→" => counts.2 += 1,
            _ => {}
        }
    }
    counts
}

/// What the author wrote: without head, comments, quoted lines and the lines that PTT adds below.
fn body(main: ElementRef<'_>) -> String {
    let mut text = String::new();
    for child in main.children() {
        match (child.value().as_text(), ElementRef::wrap(child)) {
            (Some(written), _) => text.push_str(written),
            (None, Some(element)) if !is_frame(element) => text.extend(element.text()),
            _ => {}
        }
    }
    let written = text.rfind("※ 發信站:").and_then(|end| text.get(..end)).unwrap_or(&text);
    let written = written.trim_end().strip_suffix("--").unwrap_or(written);
    let own: Vec<&str> = written.lines().map(str::trim_end).filter(|line| !is_quote(line)).collect();
    let own = own.join("\n");
    let own = own.trim();
    // An article that only quotes is kept as it is.
    let kept = if own.is_empty() { written.trim() } else { own };
    let mut lines: Vec<&str> = kept.lines().map(str::trim_end).collect();
    lines.dedup_by(|next, last| next.is_empty() && last.is_empty());
    lines.join("\n")
}

fn is_frame(element: ElementRef<'_>) -> bool {
    element.value().classes().any(|class| {
        matches!(class, "article-metaline" | "article-metaline-right" | "push" | "richcontent" | "article-meta-tag")
    })
}

fn is_quote(line: &str) -> bool {
    line.starts_with(": ") || line == ":" || line.starts_with("> ") || line.starts_with("※ 引述")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../../tests/fixtures/ptt/M.1791273600.A.1AB.html");

    fn id() -> ArticleId {
        ArticleId::new("M.1791273600.A.1AB").expect("a name")
    }

    #[test]
    fn an_article_gives_text_author_time_and_counts() {
        let mention = read_article(PAGE, "Coffee", &id(), "https://www.ptt.cc/x").expect("an article");
        assert_eq!(mention.title, "[心得] 嫩芽咖啡的新拿鐵");
        assert_eq!((mention.author.handle.as_str(), mention.author.name.as_str()), ("kettle", "水滾了"));
        assert_eq!(mention.posted_at.to_rfc3339(), "2026-10-06T08:00:00+00:00");
        assert_eq!(mention.reaction, Some(Reaction { push: 3, boo: 2 }));
        assert_eq!(mention.engagement.replies, 6);
        assert!(mention.has_media);
        let expected = "今天下午去買,等了四十分鐘。\n\n店員說系統壞了,錢扣了兩次,客服電話打不通。\n下次不會再去了";
        assert_eq!(mention.text, expected);
    }

    #[test]
    fn the_head_states_the_same_second_as_the_name() {
        assert_eq!(stated_time(&Html::parse_document(PAGE)), Some(id().at()));
    }

    #[test]
    fn a_name_without_a_second_or_with_a_path_is_no_article() {
        for wrong in ["", "M.abc.A.1", "M.1.A", "M.1.A.2.3", "M.1.B.2", "../M.1.A.2", "M.1.A./x"] {
            assert_eq!(ArticleId::new(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_page_that_asks_for_the_age_says_so() {
        let asked = "<html><form action='/ask/over18'><button>我同意</button></form></html>";
        let error = read_article(asked, "Gossiping", &id(), "").expect_err("no article");
        assert_eq!(error.to_string(), "the answer cannot be read: the page asks for the reader's age");
    }
}
