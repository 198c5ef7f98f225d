//! `hearken explain`: why a text is a mention of a topic, or why it is none.
//!
//! In: a topic, and a text or a stored mention. Out: its words under the text, every clause with whether it holds, what is lacking.
//! Never: changes anything.

use std::io::Read as _;
use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use unicode_width::UnicodeWidthStr;

use super::{FAILED, MISTAKES};
use crate::classify::Judge;
use crate::config::{Config, Topic};
use crate::domain::{MentionId, NativeId, Platform, Probabilities, RawMention, Sentiment, Timestamp};
use crate::query::{Clause, Document, Names};
use crate::store::Store;
use crate::text::{Text, visible_char};

/// Says why a text is a mention of a topic, or why it is none.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: hearken explain sprout-coffee \"嫩芽咖啡徵才中\"")]
pub struct Args {
    /// The topic's name: its file without .toml.
    pub topic: String,

    /// The text; read from standard input when absent.
    pub text: Option<String>,

    /// A stored mention instead of a text, by its id: the last part of its page's address.
    #[arg(long, value_name = "ID", conflicts_with = "text")]
    pub mention: Option<String>,

    /// The folder that holds hearken.toml and topics/.
    #[arg(long, default_value = ".")]
    pub folder: PathBuf,
}

/// Runs the command.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = match super::load_whole(&args.folder, Some(&args.topic)) {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    let Some(topic) = config.topics.iter().find(|topic| topic.name.as_str() == args.topic) else {
        let names: Vec<&str> = config.topics.iter().map(|topic| topic.name.as_str()).collect();
        eprintln!("there is no topic `{}`\n  hint: there are: {}", args.topic, names.join(", "));
        return Ok(ExitCode::from(MISTAKES));
    };
    let post = match (args.text, args.mention) {
        (Some(text), _) => post_of(text)?,
        (None, Some(id)) => match stored(&config, &id).await? {
            Some(post) => post,
            None => {
                eprintln!(
                    "there is no mention `{id}`, or its text was taken down\n  hint: the id is the last part of its page's address"
                );
                return Ok(ExitCode::from(FAILED));
            }
        },
        (None, None) => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("standard input is not a text")?;
            post_of(text)?
        }
    };
    let judge = super::model::judge_of(config.models.as_deref())?;
    let (told, mention) = explained(topic, &judge, &post);
    print!("{told}");
    if mention {
        print!("{}", leaning(&judge, topic, config.names(topic).as_ref(), &post.whole_text()));
    }
    Ok(ExitCode::SUCCESS)
}

/// A text of which nothing else is known.
fn post_of(text: String) -> anyhow::Result<RawMention> {
    let id = NativeId::new("text").context("an id")?;
    let mut post = RawMention::new(Platform::File, id, Timestamp::default());
    post.text = text;
    Ok(post)
}

/// A stored mention with its text.
async fn stored(config: &Config, id: &str) -> anyhow::Result<Option<RawMention>> {
    let Some(id) = MentionId::new(id) else { return Ok(None) };
    // Opening a file that is not there would make it.
    if config.database.strip_prefix("sqlite:").is_some_and(|path| !std::path::Path::new(path).exists()) {
        return Ok(None);
    }
    let store = Store::open(&config.database).await.context("the database does not open")?;
    let mention = store.mention(&id).await.context("reading the mention")?;
    store.close().await;
    Ok(mention.filter(|mention| mention.removed_at.is_none()).map(|mention| mention.raw))
}

/// Why a text is a mention of a topic, or why it is none, in lines; and whether it is one.
fn explained(topic: &Topic, judge: &Judge, post: &RawMention) -> (String, bool) {
    let text = &*post.whole_text();
    let said = Text::read(text);
    let judgement = topic.query.asks_for_judgement().then(|| judge.judge(&said));
    let document = Document { judgement: judgement.as_ref(), ..Document::of_post(&said, post) };
    let explanation = topic.query.explain(&document);
    let matches = topic.matches(&document).is_some();
    let mut lines = vec![format!("{} `{}`", if matches { "a mention of" } else { "no mention of" }, topic.name)];
    let places: Vec<Range<usize>> = explanation.terms.iter().flat_map(|term| term.places.iter().cloned()).collect();
    lines.extend(marked(text, &places).lines().map(|line| format!("    {line}")));
    if !topic.takes(said.language()) {
        lines.push(format!(
            "  its language is {}; the topic takes {}",
            said.language().as_str(),
            topic.languages.join(", ")
        ));
    }
    clauses(&explanation.whole, 1, &mut lines);
    if let (false, [one]) = (explanation.matches, explanation.lacks.as_slice()) {
        let word = if one.operator == "NOT" { "what removes it" } else { "all that it lacks" };
        lines.push(format!("  {word}: {}", one.text));
    }
    (lines.join("\n") + "\n", matches)
}

/// Every clause on a line of its own, with whether it holds.
fn clauses(clause: &Clause, depth: usize, lines: &mut Vec<String>) {
    let holds = match clause.holds {
        Some(true) => "yes",
        Some(false) => "no ",
        None => "?  ",
    };
    lines.push(format!("{}{holds} {}", "  ".repeat(depth), clause.text));
    clause.parts.iter().for_each(|part| clauses(part, depth + 1, lines));
}

/// How a text leans, and how it leans toward the topic's brand where that is told apart.
fn leaning(judge: &Judge, topic: &Topic, names: Option<&Names>, text: &str) -> String {
    let said = Text::read(text);
    let whole = judge.judge(&said);
    let told = |of: &str, sentiment: Sentiment, p: &Probabilities| {
        let unsure = if sentiment == Sentiment::Unsure { ", not sure enough to act on" } else { "" };
        let (best, _) = p.best();
        let (negative, neutral, positive) = (p.negative, p.neutral, p.positive);
        format!(
            "  {of} {}{unsure}  (negative {negative:.2}, neutral {neutral:.2}, positive {positive:.2})\n",
            best.as_str()
        )
    };
    let mut out = told("leans      ", whole.sentiment, &whole.p);
    let brand = topic.brand.first().map(String::as_str).unwrap_or_default();
    let Some(toward) = names.and_then(|names| judge.toward(&said, names, 0, &whole)) else { return out };
    out.push_str(&told(&format!("toward {brand}:"), toward.sentiment, &toward.p));
    let words = toward.evidence.iter().filter_map(|evidence| {
        Some(format!("「{}」 {:+.2}", text.get(evidence.start..evidence.end)?, evidence.weight))
    });
    let words = words.collect::<Vec<_>>().join("  ");
    if !words.is_empty() {
        out.push_str(&format!("  because     {words}\n"));
    }
    out
}

/// A text with `^` under some of its bytes.
pub(super) fn marked(text: &str, places: &[Range<usize>]) -> String {
    let mut out = Vec::new();
    let mut start = 0;
    let covered = covered(places);
    for line in text.split('\n') {
        let end = start + line.len();
        let mut marks = String::new();
        for (place, c) in line.char_indices() {
            let at = start + place;
            let next = covered.partition_point(|span| span.end <= at);
            let sign = if covered.get(next).is_some_and(|span| span.contains(&at)) { "^" } else { " " };
            let mut bytes = [0; 4];
            // As it is printed: a sign that is replaced has a width.
            marks.push_str(&sign.repeat(visible_char(c).encode_utf8(&mut bytes).width()));
        }
        out.push(line.trim_end_matches('\r').to_owned());
        if marks.contains('^') {
            out.push(marks.trim_end().to_owned());
        }
        start = end + 1;
    }
    out.join("\n")
}

/// The same bytes as spans in order, none of which touches another.
fn covered(places: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut places: Vec<Range<usize>> = places.iter().filter(|place| !place.is_empty()).cloned().collect();
    places.sort_by_key(|place| (place.start, place.end));
    let mut covered: Vec<Range<usize>> = Vec::new();
    for place in places {
        match covered.last_mut() {
            Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
            _ => covered.push(place),
        }
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::from_texts;

    #[test]
    fn an_explanation_shows_the_words_under_the_text() {
        let topic = "title = \"Sprout\"\nquery = \"(嫩芽咖啡 OR sprout) AND NOT 徵才\"\nlanguages = [\"zh\"]\n";
        let config = from_texts(std::path::Path::new("."), "", &[("sprout", topic)]).expect("right");
        let topic = &config.topics[0];
        let judge = Judge::built_in().expect("the built-in judge");
        let told = |text: &str| explained(topic, &judge, &post_of(text.to_owned()).expect("a post")).0;
        assert_eq!(
            told("今天的嫩芽咖啡\n正在徵才，歡迎加入我們的團隊"),
            "no mention of `sprout`\n    今天的嫩芽咖啡\n          ^^^^^^^^\n    正在徵才，歡迎加入我們的團隊\n        ^^^^\n  \
             no  (嫩芽咖啡 OR sprout) AND NOT 徵才\n    yes (嫩芽咖啡 OR sprout)\n      yes 嫩芽咖啡\n      no  sprout\n    \
             no  NOT 徵才\n      yes 徵才\n  what removes it: NOT 徵才\n"
        );
        assert_eq!(
            told("I had a coffee at Sprout today and it was fine"),
            "no mention of `sprout`\n    I had a coffee at Sprout today and it was fine\n                      ^^^^^^\n  \
             its language is en; the topic takes zh\n  yes (嫩芽咖啡 OR sprout) AND NOT 徵才\n    yes (嫩芽咖啡 OR sprout)\n      \
             no  嫩芽咖啡\n      yes sprout\n    yes NOT 徵才\n      no  徵才\n"
        );
    }

    #[test]
    fn many_places_are_few_stretches_and_mark_the_same_characters() {
        let places = [9..12, 0..3, 3..6, 1..4, 10..11, 20..20];
        assert_eq!(covered(&places), [0..6, 9..12]);
        assert_eq!(marked("咖啡爛咖啡", &places), "咖啡爛咖啡\n^^^^  ^^");
        let every: Vec<Range<usize>> = (0..200_000).map(|n| n * 3..n * 3 + 3).rev().collect();
        assert_eq!(covered(&every), std::iter::once(0..600_000).collect::<Vec<_>>());
    }

    #[test]
    fn the_leaning_toward_the_brand_is_told_where_another_is_spoken_of() {
        let sprout = "title = \"Sprout\"\nquery = \"嫩芽\"\nbrand = [\"嫩芽\"]\ncompetitors = [\"leaf\"]\n";
        let leaf = "title = \"Leaf\"\nquery = \"綠葉\"\nbrand = [\"綠葉\"]\n";
        let config = from_texts(std::path::Path::new("."), "", &[("sprout", sprout), ("leaf", leaf)]).expect("right");
        let topic = config.topics.iter().find(|topic| topic.name.as_str() == "sprout").expect("there");
        let judge = Judge::built_in().expect("the built-in judge");
        let told = |text: &str| leaning(&judge, topic, config.names(topic).as_ref(), text);
        assert!(told("嫩芽很爛，還好有綠葉").contains("\n  toward 嫩芽: negative"), "{}", told("嫩芽很爛，還好有綠葉"));
        assert_eq!(told("嫩芽很爛").lines().count(), 1);
    }
}
