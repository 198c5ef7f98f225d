//! HTML to plain text, as a reader sees it.
//!
//! In: a piece of HTML. Out: text with a line break where the page has one.
//! Never: keeps markup, scripts, or runs deep on deep nesting.

use ego_tree::iter::Edge;
use scraper::{Html, Node};

/// The text of a piece of HTML: blocks on lines of their own, white space folded except in `pre`, scripts and styles left out.
pub fn plain_text(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return tidy(html);
    }
    let flat;
    let html = if is_deep(html) {
        flat = flattened(html);
        &flat
    } else {
        html
    };
    let mut text = Writer::default();
    for edge in Html::parse_fragment(html).tree.root().traverse() {
        text.take(edge);
    }
    text.finish()
}

/// Elements that may be open at once. A parser's time grows with the square of that, which a page could use against us.
const DEEPEST: usize = 400;

/// Whether more elements stand open at once than any honest page has.
fn is_deep(html: &str) -> bool {
    let mut depth: usize = 0;
    for tag in html.split('<').skip(1) {
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if tag.starts_with(|c: char| c.is_ascii_alphabetic()) && !is_void(name_of(tag)) {
            depth += 1;
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

/// The same with a line break for each tag: what is left of a page too deep to be read as it is.
fn flattened(html: &str) -> String {
    let mut pieces = html.split('<');
    let mut flat = pieces.next().unwrap_or_default().to_owned();
    for tag in pieces {
        flat.push_str("<br>");
        flat.push_str(tag.split_once('>').map_or("", |(_, text)| text));
    }
    flat
}

fn name_of(tag: &str) -> &str {
    tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default()
}

fn is_void(name: &str) -> bool {
    let void = ["br", "img", "hr", "input", "meta", "link", "source", "wbr", "col", "area", "base", "embed", "track"];
    void.iter().any(|void| void.eq_ignore_ascii_case(name))
}

#[derive(Default)]
struct Writer {
    text: String,
    /// How many elements are open whose text is not shown.
    hidden: usize,
    /// How many elements are open whose white space is kept.
    kept: usize,
}

impl Writer {
    fn take(&mut self, edge: Edge<'_, Node>) {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Text(text) if self.hidden == 0 => self.write(text),
                Node::Element(element) => self.open(element.name()),
                _ => {}
            },
            Edge::Close(node) => {
                if let Node::Element(element) = node.value() {
                    self.close(element.name());
                }
            }
        }
    }

    fn open(&mut self, name: &str) {
        self.hidden += usize::from(is_hidden(name));
        self.kept += usize::from(name == "pre");
        match name {
            "br" => self.text.push('\n'),
            "td" | "th" => self.text.push(' '),
            _ => self.break_at(name),
        }
    }

    fn close(&mut self, name: &str) {
        self.hidden -= usize::from(is_hidden(name) && self.hidden > 0);
        self.kept -= usize::from(name == "pre" && self.kept > 0);
        self.break_at(name);
    }

    fn break_at(&mut self, name: &str) {
        if is_block(name) && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        if name == "p" && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn write(&mut self, text: &str) {
        if self.kept > 0 {
            self.text.push_str(text);
            return;
        }
        for c in text.chars() {
            if !c.is_ascii_whitespace() {
                self.text.push(c);
            } else if !self.text.ends_with([' ', '\n']) {
                self.text.push(' ');
            }
        }
    }

    fn finish(self) -> String {
        tidy(&self.text)
    }
}

/// Lines without white space at their ends, at most one empty line in a row, none at the start and the end.
fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines() {
        let line = line.trim_end();
        if line.trim().is_empty() {
            empty += 1;
            continue;
        }
        if !tidied.is_empty() {
            tidied.push_str(if empty > 0 { "\n\n" } else { "\n" });
        }
        tidied.push_str(if tidied.is_empty() { line.trim_start() } else { line });
        empty = 0;
    }
    tidied
}

fn is_hidden(name: &str) -> bool {
    matches!(name, "script" | "style" | "template" | "noscript" | "head" | "iframe")
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "ul"
            | "ol"
            | "li"
            | "table"
            | "tr"
            | "blockquote"
            | "pre"
            | "figure"
            | "figcaption"
            | "hr"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "dl"
            | "dt"
            | "dd"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_break_lines_and_the_rest_flows() {
        let html = "<p>第一段<b>粗體</b>\n 文字</p><p>第二段<br>換行</p><ul><li>甲<li>乙</ul><script>alert(1)</script>";
        assert_eq!(plain_text(html), "第一段粗體 文字\n\n第二段\n換行\n\n甲\n乙");
    }

    #[test]
    fn text_without_markup_stays_and_entities_are_read() {
        assert_eq!(plain_text("  一行\n\n\n\n二行 "), "一行\n\n二行");
        assert_eq!(plain_text("AT&amp;T &lt;3"), "AT&T <3");
        assert_eq!(plain_text("<pre>  a\n  b</pre>"), "a\n  b");
        assert_eq!(plain_text(""), "");
    }

    #[test]
    fn deep_nesting_is_read_to_its_end() {
        let html = format!("{}deep{}", "<div>".repeat(100), "</div>".repeat(100));
        assert_eq!(plain_text(&html), "deep");
        let hostile = format!("a{}deep &amp; down", "<div>".repeat(100_000));
        assert_eq!(plain_text(&hostile), "a\n\ndeep & down");
    }
}
