//! The bytes of a feed to its entries.
//!
//! In: an answer. Out: entries with plain text. Never: believes a charset against the bytes.

use feed_rs::model::{self, FeedType};
use feed_rs::parser;
use url::Url;

use crate::domain::{Author, AuthorId, Change, NativeId, Platform, RawMention, Timestamp};
use crate::net::{Error, Response};
use crate::source::{LONGEST_TEXT, cut, plain_text};

/// One entry of a feed.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    /// Its guid; its link or text where it has none.
    pub(super) guid: String,
    /// Its page, or empty.
    pub(super) link: String,
    pub(super) title: String,
    pub(super) text: String,
    /// Who wrote it; the feed's title where it does not say.
    pub(super) author: String,
    pub(super) at: Option<Timestamp>,
    pub(super) language: String,
    pub(super) has_media: bool,
}

/// The entries of a feed, in the feed's order.
pub(super) fn read(answer: &Response, address: &str) -> Result<Vec<Entry>, Error> {
    let text = answer.text();
    let text = without_declaration(&text);
    let parser = parser::Builder::new().base_uri(Some(address)).id_generator(|_, _, _| String::new()).build();
    let feed = parser.parse(text.as_bytes()).map_err(|error| Error::Unreadable(format!("not a feed: {error}")))?;
    let site = feed.title.as_ref().map(|title| one_line(&plain_text(&title.content))).unwrap_or_default();
    let language = feed.language.clone().unwrap_or_default();
    let marked_up = feed.feed_type != FeedType::Atom;
    Ok(feed.entries.into_iter().map(|entry| read_entry(entry, &site, &language, marked_up)).collect())
}

/// The XML declaration states a charset that is no longer true once the text is decoded.
fn without_declaration(text: &str) -> &str {
    let text = text.trim_start();
    match text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => rest,
        None => text,
    }
}

fn read_entry(entry: model::Entry, site: &str, language: &str, marked_up: bool) -> Entry {
    let has_media = !entry.media.is_empty() || entry.links.iter().any(|link| link.rel.as_deref() == Some("enclosure"));
    let title = entry.title.as_ref().map(|title| text_of(title, marked_up)).unwrap_or_default();
    let body = entry.content.as_ref().and_then(|content| {
        let body = content.body.as_deref().filter(|body| !body.trim().is_empty())?;
        Some(if content.content_type.subty() == "plain" { body.trim().to_owned() } else { plain_text(body) })
    });
    let text = body.or_else(|| entry.summary.as_ref().map(|summary| text_of(summary, true))).unwrap_or_default();
    let link = page_of(&entry.links);
    let guid = [entry.id.trim(), &link].into_iter().find(|id| !id.is_empty()).map(str::to_owned);
    let author =
        entry.authors.first().and_then(|person| person.name.as_deref().map(one_line)).filter(|name| !name.is_empty());
    Entry {
        guid: guid.unwrap_or_else(|| format!("{title}\n{text}")),
        link,
        title: one_line(&title),
        text: cut(&text, LONGEST_TEXT),
        author: author.unwrap_or_else(|| site.to_owned()),
        at: entry.published.or(entry.updated),
        language: entry.language.unwrap_or_else(|| language.to_owned()),
        has_media,
    }
}

/// The page a person reads: `alternate`, or the first link that is not the feed itself or a file.
fn page_of(links: &[model::Link]) -> String {
    let rel = |link: &model::Link| link.rel.clone().unwrap_or_else(|| "alternate".to_owned());
    let found = links.iter().find(|link| rel(link) == "alternate").or_else(|| {
        links.iter().find(|link| !matches!(rel(link).as_str(), "self" | "enclosure" | "edit" | "replies" | "hub"))
    });
    let page = found.map(|link| link.href.trim().to_owned()).unwrap_or_default();
    let is_web = Url::parse(&page).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if is_web { page } else { String::new() }
}

fn text_of(text: &model::Text, marked_up: bool) -> String {
    if marked_up || text.content_type.subty() != "plain" {
        plain_text(&text.content)
    } else {
        text.content.trim().to_owned()
    }
}

/// One line of at most 500 characters.
fn one_line(text: &str) -> String {
    cut(&text.split_whitespace().collect::<Vec<_>>().join(" "), 500)
}

impl Entry {
    /// The mention it is; `None` when it says nothing at all.
    pub(super) fn mention(self, address: &str, id: &str, at: Timestamp, change: Change) -> Option<RawMention> {
        let native = NativeId::new(id).filter(|_| !self.title.is_empty() || !self.text.is_empty())?;
        let host = Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        let mut mention = RawMention::new(Platform::Feed, native, at);
        mention.change = change;
        mention.author = Author {
            id: AuthorId::new(format!("{host}/{}", self.author)).or_else(|| AuthorId::new(host)),
            name: self.author,
            ..Author::default()
        };
        mention.url = self.link;
        mention.title = self.title;
        mention.text = self.text;
        mention.language_hint = self.language;
        mention.has_media = self.has_media;
        Some(mention)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

    fn answer(body: &[u8], kind: &'static str) -> Response {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
        Response { status: 200, headers, body: body.to_vec() }
    }

    fn entries(body: &str) -> Vec<Entry> {
        read(&answer(body.as_bytes(), "text/xml"), "https://example.org/f").expect("a feed")
    }

    #[test]
    fn the_three_forms_of_feeds_give_the_same_entry() {
        let rss = entries(
            "<?xml version='1.0'?><rss version='2.0'><channel><title>站名</title><item><guid>7</guid><title>咖啡 &amp;amp; 茶</title>\
             <link>https://example.org/7</link><description>&lt;p&gt;第一段&lt;/p&gt;&lt;p&gt;第二段&lt;/p&gt;</description>\
             <pubDate>Tue, 06 Oct 2026 08:00:00 +0800</pubDate></item></channel></rss>",
        );
        let atom = entries(
            "<feed xmlns='http://www.w3.org/2005/Atom'><title>站名</title><entry><id>7</id><title>咖啡 &amp; 茶</title>\
             <link href='https://example.org/7'/><content type='html'>&lt;p&gt;第一段&lt;/p&gt;&lt;p&gt;第二段&lt;/p&gt;</content>\
             <published>2026-10-06T00:00:00Z</published></entry></feed>",
        );
        let json = entries(
            r#"{"version":"https://jsonfeed.org/version/1.1","title":"站名","items":[{"id":"7","url":"https://example.org/7",
             "title":"咖啡 & 茶","content_html":"<p>第一段</p><p>第二段</p>","date_published":"2026-10-06T00:00:00Z"}]}"#,
        );
        for entry in [&rss[0], &atom[0], &json[0]] {
            assert_eq!((entry.guid.as_str(), entry.link.as_str()), ("7", "https://example.org/7"));
            assert_eq!((entry.title.as_str(), entry.text.as_str()), ("咖啡 & 茶", "第一段\n\n第二段"));
            assert_eq!(entry.at.map(|at| at.to_rfc3339()).as_deref(), Some("2026-10-06T00:00:00+00:00"));
            assert_eq!(entry.author, "站名");
        }
    }

    #[test]
    fn a_feed_in_big5_is_read_whatever_its_header_says() {
        let xml = "<?xml version=\"1.0\" encoding=\"big5\"?><rss version=\"2.0\"><channel><title>t</title>\
                   <item><title>嫩芽咖啡漲價</title><guid>1</guid></item></channel></rss>";
        let bytes = encoding_rs::BIG5.encode(xml).0.into_owned();
        for kind in ["text/xml", "text/xml; charset=big5", "text/xml; charset=utf-8"] {
            let read = read(&answer(&bytes, kind), "https://example.org/f").expect("a feed");
            assert_eq!(read[0].title, "嫩芽咖啡漲價", "{kind}");
        }
    }

    #[test]
    fn an_entry_without_guid_is_known_by_its_link_and_without_link_by_its_text() {
        let rss = entries(
            "<rss version='2.0'><channel><title>t</title><item><title>a</title><link>https://e.org/a</link></item>\
             <item><title>b</title><description>c</description></item></channel></rss>",
        );
        assert_eq!((rss[0].guid.as_str(), rss[1].guid.as_str()), ("https://e.org/a", "b\nc"));
    }

    #[test]
    fn a_page_that_is_no_feed_is_unreadable() {
        for body in ["<html><body>Sign in</body></html>", "", "{\"error\":1}", "<rss version='2.0'><channel><item>"] {
            assert!(matches!(read(&answer(body.as_bytes(), "text/html"), "x"), Err(Error::Unreadable(_))), "{body}");
        }
    }
}
