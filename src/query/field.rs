//! What a query asks of a post beside its words: who, where, in which language, with what.
//!
//! In: `name:value` as written; a document. Out: a field, or why it is none; whether it holds.
//! Never: guesses what is not known: of a post that was not judged yet, its leaning and themes may be anything.

use std::ops::RangeInclusive;

use super::Document;
use super::eval::Truth;
use crate::domain::{Language, Platform, Sentiment};
use crate::settings::nearest;
use crate::text::fold;

/// One question about a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// The author's handle, folded, without `@`.
    Author(String),
    /// Host and beginning of the path, folded.
    Site(String),
    Platform(Platform),
    /// A language, or `zh` for all Chinese.
    Language(String),
    Followers(RangeInclusive<i64>),
    Has(Part),
    /// Whether it answers another post.
    Reply(bool),
    Sentiment(Sentiment),
    Theme(String),
}

/// What a post may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Media,
    Link,
    Question,
    Tag,
    Name,
}

impl Part {
    const ALL: [(&'static str, Self); 5] = [
        ("media", Self::Media),
        ("link", Self::Link),
        ("question", Self::Question),
        ("tag", Self::Tag),
        ("name", Self::Name),
    ];
}

/// The fields there are, with what each is asked with.
pub(super) const FIELDS: [(&str, &str); 10] = [
    ("author", "author:sproutcoffee"),
    ("site", "site:ptt.cc"),
    ("platform", "platform:mastodon"),
    ("lang", "lang:zh"),
    ("followers", "followers:>10000"),
    ("has", "has:media"),
    ("reply", "reply:yes"),
    ("sentiment", "sentiment:negative"),
    ("theme", "theme:refund"),
    ("word", "word:花生"),
];

/// Why a field cannot be asked: what is wrong, and a way out.
pub(super) type Refusal = (String, String);

impl Field {
    /// Reads `name:value`; `themes` are those that there are, when known.
    pub(super) fn read(name: &str, value: &str, themes: Option<&[String]>) -> Result<Self, Refusal> {
        let value = value.trim();
        let example = FIELDS.iter().find(|(known, _)| *known == name).map_or("", |(_, example)| example);
        if value.is_empty() {
            return Err((format!("nothing stands after `{name}:`"), format!("write what is asked, such as {example}")));
        }
        let folded = fold(value);
        match name {
            "author" => Ok(Self::Author(folded.trim_start_matches('@').to_owned())),
            "site" => {
                let site = folded.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
                Ok(Self::Site(site.trim_start_matches("www.").to_owned()))
            }
            "platform" => {
                let known: Vec<&str> = Platform::ALL.iter().map(|platform| platform.as_str()).collect();
                let found = Platform::ALL.iter().find(|platform| platform.as_str() == folded);
                found.map(|platform| Self::Platform(*platform)).ok_or_else(|| unknown("platform", value, &known))
            }
            "lang" => {
                let mut known: Vec<&str> = Language::ALL.iter().map(|language| language.as_str()).collect();
                known.push("zh");
                let found = known.iter().find(|known| known.eq_ignore_ascii_case(&folded));
                found.map(|found| Self::Language((*found).to_owned())).ok_or_else(|| unknown("language", value, &known))
            }
            "followers" => followers(&folded).map(Self::Followers).ok_or_else(|| {
                (
                    format!("`{value}` is no number of followers"),
                    "write followers:>10000, followers:<=500 or followers:1000..5000 (10k and 1萬 are numbers too)"
                        .to_owned(),
                )
            }),
            "has" => {
                let known: Vec<&str> = Part::ALL.iter().map(|(word, _)| *word).collect();
                let found = Part::ALL.iter().find(|(word, _)| *word == folded);
                found.map(|(_, part)| Self::Has(*part)).ok_or_else(|| unknown("thing that a post has", value, &known))
            }
            "reply" => match folded.as_str() {
                "yes" => Ok(Self::Reply(true)),
                "no" => Ok(Self::Reply(false)),
                _ => Err(unknown("answer", value, &["yes", "no"])),
            },
            "sentiment" => {
                let known = ["negative", "neutral", "positive", "unsure"];
                let long = match folded.as_str() {
                    "neg" => "negative",
                    "neu" => "neutral",
                    "pos" => "positive",
                    word => word,
                };
                Sentiment::find(long).map(Self::Sentiment).ok_or_else(|| unknown("leaning", value, &known))
            }
            "theme" => match themes {
                Some(known) if !known.contains(&folded) => {
                    Err(unknown("theme", value, &known.iter().map(String::as_str).collect::<Vec<_>>()))
                }
                _ => Ok(Self::Theme(folded)),
            },
            _ => {
                let known: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
                Err(unknown("field", name, &known))
            }
        }
    }

    /// As a person would write it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Author(name) => format!("author:{name}"),
            Self::Site(site) => format!("site:{site}"),
            Self::Platform(platform) => format!("platform:{}", platform.as_str()),
            Self::Language(language) => format!("lang:{language}"),
            Self::Followers(range) => match (*range.start(), *range.end()) {
                (least, i64::MAX) => format!("followers:>={least}"),
                (i64::MIN, most) => format!("followers:<={most}"),
                (least, most) => format!("followers:{least}..{most}"),
            },
            Self::Has(part) => {
                let word = Part::ALL.iter().find(|(_, known)| known == part).map_or("", |(word, _)| word);
                format!("has:{word}")
            }
            Self::Reply(is_reply) => format!("reply:{}", if *is_reply { "yes" } else { "no" }),
            Self::Sentiment(sentiment) => format!("sentiment:{}", sentiment.as_str()),
            Self::Theme(theme) => format!("theme:{theme}"),
        }
    }

    /// Whether it can be answered only once a text was judged.
    pub(super) fn is_judged(&self) -> bool {
        matches!(self, Self::Sentiment(_) | Self::Theme(_))
    }

    /// Whether it holds.
    pub(super) fn holds(&self, document: &Document<'_>) -> Truth {
        let judged = |says: &dyn Fn(&crate::domain::Judgement) -> bool| {
            document.judgement.map_or(Truth::Maybe, |judgement| Truth::of(says(judgement)))
        };
        match self {
            Self::Author(name) => Truth::of(fold(document.handle.trim_start_matches('@')) == *name),
            Self::Site(site) => Truth::of(is_at(document.url, site)),
            Self::Platform(platform) => Truth::of(document.platform == *platform),
            Self::Language(language) => Truth::of(document.text.language().is_wanted_by(language)),
            Self::Followers(range) => Truth::of(document.followers.is_some_and(|count| range.contains(&count))),
            Self::Has(part) => Truth::of(has(document, *part)),
            Self::Reply(is_reply) => Truth::of(document.is_reply == *is_reply),
            Self::Sentiment(sentiment) => judged(&|judgement| judgement.sentiment == *sentiment),
            Self::Theme(theme) => {
                judged(&|judgement| judgement.themes.iter().any(|found| found.theme.as_str() == theme))
            }
        }
    }
}

fn unknown(what: &str, value: &str, known: &[&str]) -> Refusal {
    let hint = match nearest(value, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", known.join(", ")),
    };
    (format!("there is no {what} `{value}`"), hint)
}

/// `>10000`, `<=500`, `1000..5000`, with `k`, `m`, `万` behind a number.
fn followers(text: &str) -> Option<RangeInclusive<i64>> {
    if let Some((least, most)) = text.split_once("..") {
        let (least, most) = (count(least)?, count(most)?);
        return (least <= most).then_some(least..=most);
    }
    match (text.strip_prefix(">="), text.strip_prefix('>'), text.strip_prefix("<="), text.strip_prefix('<')) {
        (Some(least), ..) => Some(count(least)?..=i64::MAX),
        (_, Some(more), ..) => Some(count(more)?.checked_add(1)?..=i64::MAX),
        (_, _, Some(most), _) => Some(i64::MIN..=count(most)?),
        (.., Some(less)) => Some(i64::MIN..=count(less)?.checked_sub(1)?),
        _ => None,
    }
}

fn count(text: &str) -> Option<i64> {
    let plain: String = text.trim().chars().filter(|c| !matches!(c, ',' | '_')).collect();
    let (digits, times) = match plain.chars().next_back()? {
        'k' => (plain.strip_suffix('k')?, 1_000),
        'm' => (plain.strip_suffix('m')?, 1_000_000),
        '万' => (plain.strip_suffix('万')?, 10_000),
        _ => (plain.as_str(), 1),
    };
    digits.parse::<i64>().ok().filter(|count| *count >= 0)?.checked_mul(times)
}

/// Whether an address is of a site: its host or one below it, and the beginning of its path where the site has one.
fn is_at(url: &str, site: &str) -> bool {
    let folded = fold(url);
    let Some((_, rest)) = folded.split_once("://") else { return false };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let (wanted_host, wanted_path) = site.split_once('/').unwrap_or((site, ""));
    let below = host.strip_suffix(wanted_host).is_some_and(|before| before.is_empty() || before.ends_with('.'));
    let inside = path
        .strip_prefix(wanted_path)
        .is_some_and(|after| wanted_path.is_empty() || after.is_empty() || after.starts_with(['/', '?', '#']));
    below && inside
}

fn has(document: &Document<'_>, part: Part) -> bool {
    use crate::text::WordKind;
    let words = |kind: WordKind| document.text.words().iter().any(|word| word.kind == kind);
    match part {
        Part::Media => document.has_media,
        Part::Link => words(WordKind::Link),
        Part::Tag => words(WordKind::Tag),
        Part::Name => words(WordKind::Handle),
        Part::Question => asks(document.text.folded()),
    }
}

/// A question mark that is not part of an address, or a word that asks at the end of a sentence.
fn asks(folded: &str) -> bool {
    let sentences = folded.split(['.', '!', '。', '\n', '~', ';']);
    let ends = |sentence: &str| sentence.trim_end().ends_with(['吗', '呢', '嘛', 'か', '까']);
    let marked = folded.split_whitespace().any(|word| word.contains('?') && !word.contains("://"));
    marked || sentences.into_iter().any(ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_followers_are_read_as_people_write_them() {
        assert_eq!(followers(">10000"), Some(10_001..=i64::MAX));
        assert_eq!(followers(">=1万"), Some(10_000..=i64::MAX));
        assert_eq!(followers("<2k"), Some(i64::MIN..=1_999));
        assert_eq!(followers("1,000..5k"), Some(1_000..=5_000));
        for wrong in ["10000", ">", ">-5", "5..1", ">x", ">9223372036854775807"] {
            assert_eq!(followers(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_site_is_its_hosts_and_its_path() {
        assert!(is_at("https://www.ptt.cc/bbs/Coffee/M.1.html", "ptt.cc"));
        assert!(is_at("https://www.ptt.cc/bbs/Coffee/M.1.html", "ptt.cc/bbs/coffee"));
        assert!(!is_at("https://www.ptt.cc/bbs/CoffeeTea/M.1.html", "ptt.cc/bbs/coffee"));
        assert!(!is_at("https://notptt.cc/", "ptt.cc"));
        assert!(!is_at("", "ptt.cc"));
    }

    #[test]
    fn what_does_not_exist_is_told_with_what_does() {
        let told = |name: &str, value: &str| Field::read(name, value, None).expect_err("a mistake");
        assert_eq!(told("platform", "mastodn").1, "did you mean `mastodon`?");
        assert_eq!(told("lang", "klingon").0, "there is no language `klingon`");
        assert_eq!(told("has", "").0, "nothing stands after `has:`");
        let themes = ["refund".to_owned()];
        assert_eq!(Field::read("theme", "refnd", Some(&themes)).expect_err("a mistake").1, "did you mean `refund`?");
    }
}
