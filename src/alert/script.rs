//! A message as lines of spans, written as plain text or as the HTML that Telegram reads.

use unicode_segmentation::UnicodeSegmentation;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// As it is.
    Text(String),
    /// The words that matter.
    Strong(String),
    /// Words that lead somewhere; only web addresses become links.
    Link {
        /// What is shown.
        text: String,
        /// Where it leads.
        url: String,
    },
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Our own words; an empty one sets lines apart.
    Words(Vec<Span>),
    /// Words of somebody else.
    Quote(String),
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script(pub Vec<Line>);

/// The length of a text as Telegram counts it: in UTF-16 units.
pub fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// A text in which HTML has no meaning.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// As many whole characters (as people see them) as fit into `most` UTF-16 units, with an ellipsis when some do not.
pub(super) fn cut(text: &str, most: usize) -> String {
    if utf16_len(text) <= most {
        return text.to_owned();
    }
    let (mut kept, mut length) = (String::new(), 1);
    for grapheme in text.graphemes(true) {
        length += utf16_len(grapheme);
        if length > most {
            break;
        }
        kept.push_str(grapheme);
    }
    if most == 0 { String::new() } else { kept.trim_end().to_owned() + "\u{2026}" }
}

impl Span {
    fn shown(&self) -> &str {
        match self {
            Self::Text(text) | Self::Strong(text) | Self::Link { text, .. } => text,
        }
    }

    fn html(&self) -> String {
        match self {
            Self::Text(text) => escape(text),
            Self::Strong(text) => format!("<b>{}</b>", escape(text)),
            Self::Link { text, url } if is_web(url) => format!("<a href=\"{}\">{}</a>", escape(url), escape(text)),
            Self::Link { text, .. } => escape(text),
        }
    }

    fn plain(&self) -> String {
        match self {
            Self::Link { text, url } if is_web(url) => format!("{text} {url}"),
            _ => self.shown().to_owned(),
        }
    }
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

impl Line {
    fn shown_len(&self) -> usize {
        match self {
            Self::Words(spans) => spans.iter().map(|span| utf16_len(span.shown())).sum(),
            Self::Quote(text) => utf16_len(text),
        }
    }
}

impl Script {
    /// Its length as Telegram counts it: what is shown, in UTF-16 units, without markup.
    pub fn shown_len(&self) -> usize {
        self.0.iter().map(Line::shown_len).sum::<usize>() + self.0.len().saturating_sub(1)
    }

    /// As plain text; links stand behind their words.
    pub fn plain(&self) -> String {
        let line = |line: &Line| match line {
            Line::Words(spans) => spans.iter().map(Span::plain).collect(),
            Line::Quote(text) => format!("  {text}"),
        };
        self.0.iter().map(line).collect::<Vec<String>>().join("\n")
    }

    /// As the HTML that Telegram reads.
    pub fn html(&self) -> String {
        let line = |line: &Line| match line {
            Line::Words(spans) => spans.iter().map(Span::html).collect(),
            Line::Quote(text) => format!("<blockquote>{}</blockquote>", escape(text)),
        };
        self.0.iter().map(line).collect::<Vec<String>>().join("\n")
    }

    /// The first lines that fit into `most` UTF-16 units; the last of them cut at a whole character.
    pub fn cut(self, most: usize) -> Self {
        if self.shown_len() <= most {
            return self;
        }
        let (mut kept, mut left) = (Vec::new(), most);
        for line in self.0 {
            // One for the end of the line before.
            let Some(room) = left.checked_sub(usize::from(!kept.is_empty())) else { break };
            let length = line.shown_len();
            if length <= room {
                left = room - length;
                kept.push(line);
                continue;
            }
            let text = match &line {
                Line::Words(spans) => spans.iter().map(Span::shown).collect(),
                Line::Quote(text) => text.clone(),
            };
            if room > 0 {
                let text = cut(&text, room);
                let quote = matches!(line, Line::Quote(_));
                kept.push(if quote { Line::Quote(text) } else { Line::Words(vec![Span::Text(text)]) });
            }
            break;
        }
        Self(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_family_emoji_is_one_character_and_eleven_units() {
        let family = "👨‍👩‍👧‍👦";
        assert_eq!(utf16_len(family), 11);
        assert_eq!(cut(&format!("ab{family}"), 12), "ab…");
        assert_eq!(cut(&format!("ab{family}c"), 14), format!("ab{family}c"));
    }

    #[test]
    fn what_others_wrote_cannot_become_markup() {
        let script = Script(vec![
            Line::Words(vec![Span::Link { text: "<b>".into(), url: "https://a.example/?a=\"1\"&b=2".into() }]),
            Line::Words(vec![Span::Link { text: "x".into(), url: "javascript:alert(1)".into() }]),
            Line::Quote("</blockquote><a href=x>".into()),
        ]);
        assert_eq!(
            script.html(),
            "<a href=\"https://a.example/?a=&quot;1&quot;&amp;b=2\">&lt;b&gt;</a>\nx\n\
             <blockquote>&lt;/blockquote&gt;&lt;a href=x&gt;</blockquote>"
        );
    }

    proptest! {
        #[test]
        fn a_script_that_was_cut_fits(texts in proptest::collection::vec(".{0,80}", 0..8), most in 0usize..200) {
            let script = Script(texts.into_iter().map(Line::Quote).collect());
            prop_assert!(script.cut(most).shown_len() <= most);
        }
    }
}
