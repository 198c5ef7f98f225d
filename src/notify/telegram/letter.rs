//! A letter's Markdown as the HTML that Telegram reads: headings and `**strong**` become bold, code and links become code and
//! links, lists get dots, a backslash before a mark goes, tables stay as they are. Anything else is text.

use crate::alert::escape;

/// The letter as HTML, its subject in bold on top.
pub(super) fn html(subject: &str, body: &str) -> String {
    let mut out = format!("<b>{}</b>\n", escape(subject));
    for line in hide_marks(body).lines() {
        let trimmed = line.trim_start();
        out.push('\n');
        if let Some(heading) = trimmed.strip_prefix('#') {
            out.push_str(&format!("<b>{}</b>", escape(heading.trim_start_matches('#').trim())));
        } else if let Some(item) = trimmed.strip_prefix("- ").or_else(|| trimmed.strip_prefix("* ")) {
            out.push_str("• ");
            out.push_str(&inline(item));
        } else {
            out.push_str(&inline(line));
        }
    }
    show_marks(&out)
}

/// Marks behind a backslash become characters of the private use area, so that they are not taken for markup.
fn hide_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let hidden = characters.peek().filter(|next| c == '\\' && next.is_ascii_punctuation());
        match hidden.and_then(|mark| char::from_u32(HIDDEN + u32::from(*mark))) {
            Some(hidden) => {
                out.push(hidden);
                characters.next();
            }
            None => out.push(c),
        }
    }
    out
}

/// The hidden marks as themselves, escaped as text.
fn show_marks(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for c in html.chars() {
        let mark = u32::from(c).checked_sub(HIDDEN).filter(|mark| *mark < 128).and_then(char::from_u32);
        match mark {
            Some(mark) => out.push_str(&escape(&mark.to_string())),
            None => out.push(c),
        }
    }
    out
}

/// Where the hidden marks begin: private use, so no text of a letter means anything by it.
const HIDDEN: u32 = 0xE000;

/// The letter as it is shown, to count its length.
pub(super) fn shown(subject: &str, body: &str) -> String {
    format!("{subject}\n\n{body}")
}

fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (place, piece) in text.split("**").enumerate() {
        let strong = place % 2 == 1 && text.matches("**").count() > place;
        if strong {
            out.push_str("<b>");
        } else if place % 2 == 1 {
            out.push_str("**");
        }
        out.push_str(&code(piece));
        if strong {
            out.push_str("</b>");
        }
    }
    out
}

fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let pairs = text.matches('`').count() / 2 * 2;
    for (place, piece) in text.split('`').enumerate() {
        match (place % 2 == 1 && place < pairs, place > pairs) {
            (true, _) => out.push_str(&format!("<code>{}</code>", escape(piece))),
            (false, true) => out.push_str(&format!("`{}", escape(piece))),
            (false, false) => out.push_str(&links(piece)),
        }
    }
    out
}

fn links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let link =
            after.split_once("](").and_then(|(name, tail)| tail.split_once(')').map(|(url, tail)| (name, url, tail)));
        out.push_str(&escape(before));
        match link {
            Some((name, url, tail)) if url.starts_with("http") && !name.contains('[') => {
                out.push_str(&format!("<a href=\"{}\">{}</a>", escape(url), escape(name)));
                rest = tail;
            }
            _ => {
                out.push('[');
                rest = after;
            }
        }
    }
    out + &escape(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_markup_and_the_rest_stays_text() {
        let body = "## Volume\n- **412** mentions [1](https://a.example/?x=1&y=2)\n2 ** 3 < 9 [x] [y](z)";
        assert_eq!(
            html("Week <48>", body),
            "<b>Week &lt;48&gt;</b>\n\n<b>Volume</b>\n• <b>412</b> mentions <a href=\"https://a.example/?x=1&amp;y=2\">1</a>\n\
             2 ** 3 &lt; 9 [x] [y](z)"
        );
    }

    #[test]
    fn code_is_code_and_a_mark_behind_a_backslash_is_a_character() {
        assert_eq!(html("s", "a `[1 2]` \\*b\\_ \\<i> `"), "<b>s</b>\n\na <code>[1 2]</code> *b_ &lt;i&gt; `");
    }
}
