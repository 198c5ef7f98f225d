//! What a board shows: its feed and its lists.

use feed_rs::parser;
use scraper::{ElementRef, Html, Selector};

use super::article::ArticleId;
use crate::net::Error;

/// One article that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) id: ArticleId,
}

/// The articles of a board's Atom feed.
pub(super) fn read_feed(text: &str, board: &str) -> Result<Vec<Listed>, Error> {
    let text = match text.trim_start().strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => rest,
        None => text,
    };
    let feed = parser::parse(text.as_bytes()).map_err(|error| Error::Unreadable(format!("not a feed: {error}")))?;
    let links = feed.entries.iter().flat_map(|entry| entry.links.iter().map(|link| link.href.as_str()).take(1));
    Ok(links.filter_map(|link| listed(link, board)).collect())
}

/// The articles of a list page above the line under which pinned ones stand, and the path of the older page (上頁).
pub(super) fn read_list(html: &str, board: &str) -> (Vec<Listed>, Option<String>) {
    let page = Html::parse_document(html);
    let (Ok(rows), Ok(buttons)) = (Selector::parse(".r-ent, .r-list-sep"), Selector::parse(".btn-group-paging a"))
    else {
        return (Vec::new(), None);
    };
    let is_article = |row: &ElementRef<'_>| row.value().classes().all(|class| class != "r-list-sep");
    let mut articles = Vec::new();
    if let Ok(link) = Selector::parse(".title a[href]") {
        for row in page.select(&rows).take_while(is_article) {
            let href = row.select(&link).next().and_then(|link| link.attr("href"));
            articles.extend(href.and_then(|href| listed(href, board)));
        }
    }
    let older = page.select(&buttons).find(|button| button.text().any(|text| text.contains("上頁")));
    let path = older.and_then(|button| button.attr("href")).map(|href| href.trim_start_matches('/').to_owned());
    (articles, path.filter(|path| path.starts_with("bbs/")))
}

/// The article behind a link of this board.
fn listed(link: &str, board: &str) -> Option<Listed> {
    let (_, name) = link.split_once(&format!("/bbs/{board}/"))?;
    Some(Listed { id: ArticleId::new(name.strip_suffix(".html")?)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_feed_names_its_articles() {
        let feed = include_str!("../../../tests/fixtures/ptt/Coffee.xml");
        let listed = read_feed(feed, "Coffee").expect("a feed");
        let names: Vec<&str> = listed.iter().map(|article| article.id.name()).collect();
        assert_eq!(names, ["M.1791273900.A.3F2", "M.1791273600.A.1AB"]);
    }

    #[test]
    fn a_list_leaves_out_removed_and_pinned_articles_and_leads_back() {
        let (listed, older) = read_list(include_str!("../../../tests/fixtures/ptt/index.html"), "Coffee");
        let names: Vec<&str> = listed.iter().map(|article| article.id.name()).collect();
        assert_eq!(names, ["M.1791270000.A.9C1", "M.1791273600.A.1AB"]);
        assert_eq!(older.as_deref(), Some("bbs/Coffee/index2874.html"));
    }
}
