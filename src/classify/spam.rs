//! Spam by rules anyone can read: how much a text looks like an advert, a give-away or a machine, and why.
//!
//! In: the original and the folded text. Out: 0 to 1 with reasons. Never: looks at who wrote it.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use super::error::Error;
use crate::text::{Text, WordKind, fold};

/// The built-in rules.
pub(super) const FILE: (&str, &str) = ("spam.toml", include_str!("../../sentiment-models/spam.toml"));

/// One rule: phrases with one reason and one weight.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    reason: String,
    weight: f64,
    /// Weight beside a link, where that says more.
    #[serde(default)]
    with_link: Option<f64>,
    phrases: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Rule>,
}

/// Why a text looks like spam.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reason {
    /// Its word, such as `contact` or `many-tags`.
    pub(super) reason: String,
    /// How much it says by itself, 0 to 1.
    pub(super) weight: f64,
    /// Where in the folded text; empty when it is nowhere in particular.
    pub(super) place: Range<usize>,
}

/// The rules, ready to be asked.
pub(super) struct Spam {
    automaton: AhoCorasick,
    rule_of: Vec<usize>,
    rules: Vec<Rule>,
}

impl Spam {
    pub(super) fn read(file: &str, text: &str) -> Result<Self, Error> {
        let refuse = |why: String| Error::Line { file: file.to_owned(), line: 1, why };
        let content: File = toml::from_str(text).map_err(|error| refuse(error.to_string()))?;
        let (mut words, mut rule_of) = (Vec::new(), Vec::new());
        for (number, rule) in content.rule.iter().enumerate() {
            for phrase in &rule.phrases {
                words.push(fold(phrase));
                rule_of.push(number);
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&words)
            .map_err(|error| refuse(error.to_string()))?;
        Ok(Self { automaton, rule_of, rules: content.rule })
    }

    /// How much the text looks like spam, with every reason once.
    pub(super) fn find(&self, text: &Text) -> (f64, Vec<Reason>) {
        let folded = text.folded();
        let shape = Shape::read(text);
        let mut reasons: Vec<Reason> = Vec::new();
        for hit in self.automaton.find_iter(folded) {
            let rule = self.rule_of.get(hit.pattern().as_usize()).and_then(|number| self.rules.get(*number));
            let Some(rule) = rule else { continue };
            let weight = if shape.links > 0 { rule.with_link.unwrap_or(rule.weight) } else { rule.weight };
            if !reasons.iter().any(|known| known.reason == rule.reason) {
                reasons.push(Reason { reason: rule.reason.clone(), weight, place: hit.range() });
            }
        }
        reasons.extend(shape.reasons());
        let score = 1.0 - reasons.iter().fold(1.0, |rest, reason| rest * (1.0 - reason.weight));
        (score.clamp(0.0, 0.99), reasons)
    }
}

/// What a text is made of.
#[derive(Default)]
struct Shape {
    links: usize,
    tags: usize,
    repeated_tags: usize,
    handles: usize,
    words: usize,
    repeated_lines: usize,
    /// The last link, tag and handle, by which a reader sees what is meant.
    link: Range<usize>,
    tag: Range<usize>,
    handle: Range<usize>,
}

impl Shape {
    fn read(text: &Text) -> Self {
        let mut shape = Self::default();
        let folded = text.folded();
        if folded.contains(['#', '@']) || folded.contains("http") || folded.contains("www.") {
            let mut tags = std::collections::HashSet::new();
            for word in text.words() {
                match word.kind {
                    WordKind::Link => {
                        shape.links += 1;
                        shape.link = word.folded.clone();
                    }
                    WordKind::Handle => {
                        shape.handles += 1;
                        shape.handle = word.folded.clone();
                    }
                    WordKind::Tag => {
                        shape.tags += 1;
                        shape.tag = word.folded.clone();
                        shape.repeated_tags += usize::from(!tags.insert(text.surface(word)));
                    }
                    WordKind::Word | WordKind::Number => shape.words += 1,
                    WordKind::Emoji | WordKind::Punctuation => {}
                }
            }
        }
        let mut lines = std::collections::HashSet::new();
        let long = text.original().lines().map(str::trim).filter(|line| line.chars().count() >= 8);
        shape.repeated_lines = long.filter(|line| !lines.insert(*line)).count();
        shape
    }

    fn reasons(&self) -> Vec<Reason> {
        let rules = [
            (self.links >= 3, "many-links", 0.45, &self.link),
            (self.links >= 1 && self.words <= 3 && self.tags == 0, "only-a-link", 0.25, &self.link),
            (self.tags >= 10, "many-tags", 0.55, &self.tag),
            (self.tags >= 6 && self.tags < 10, "some-tags", 0.3, &self.tag),
            (self.repeated_tags >= 2, "repeated-tags", 0.5, &self.tag),
            (self.handles >= 6, "many-handles", 0.4, &self.handle),
            (self.repeated_lines >= 2, "repeated-lines", 0.5, &(0..0)),
        ];
        let told = rules.into_iter().filter(|(holds, ..)| *holds);
        told.map(|(_, reason, weight, place)| Reason { reason: reason.to_owned(), weight, place: place.clone() })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(text: &str) -> (f64, Vec<String>) {
        let spam = Spam::read(FILE.0, FILE.1).expect("the built-in rules");
        let (score, reasons) = spam.find(&Text::read(text));
        (score, reasons.into_iter().map(|reason| reason.reason).collect())
    }

    #[test]
    fn adverts_giveaways_and_job_offers_are_known_with_their_reasons() {
        for (text, reason) in [
            ("在家兼職日領三千，加賴：abc123 了解", "contact"),
            ("追蹤＋標記兩位好友＋分享限動，抽獎送新機！", "giveaway"),
            ("输入优惠码 SAVE20 立减二十 https://x.co/1", "promo-code"),
            ("DM me to earn $500 a day from home, telegram @richman https://t.me/x", "earn-money"),
        ] {
            let (score, reasons) = score(text);
            assert!(score >= 0.5 && reasons.contains(&reason.to_owned()), "{text}: {score} {reasons:?}");
        }
    }

    #[test]
    fn a_complaint_with_a_link_and_a_question_are_not_spam() {
        for text in [
            "等了兩週還沒退款，截圖在這 https://imgur.com/abc",
            "請問這款手機有現貨嗎？",
            "加了 LINE 官方帳號客服也不回",
            "This update broke my phone https://example.org/log",
        ] {
            assert!(score(text).0 < 0.5, "{text}: {:?}", score(text));
        }
    }

    #[test]
    fn a_wall_of_tags_is_marked() {
        assert!(score("好物 #a1 #a2 #a3 #a4 #a5 #a6 #a7 #a8 #a9 #b1 #b2").0 >= 0.5);
    }
}
