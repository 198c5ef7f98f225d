//! The demo's plot: three weeks of ordinary talk about three brands, a praise that goes round, hours in which a
//! collector is deaf, and one product crisis.
//!
//! In: where the story ends, and a seed. Out: every post of it, in order of time; the same seed gives the same story.
//! Never: reads a clock, touches the network.

use chrono::{Duration, Timelike};
use chrono_tz::Asia::Taipei;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::domain::{Interval, Language, Timestamp};
use crate::text::Text;

/// How many days the story has; the last is the day of the crisis.
pub(super) const DAYS: i64 = 21;
/// How long the crisis is played, in minutes before the story's end.
pub(super) const CRISIS_MINUTES: i64 = 240;

/// Which of the demo's places a post is said at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Venue {
    /// The Mastodon-shaped instance.
    Instance,
    /// The forum's JSON feed.
    Forum,
}

/// One post of the story.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Post {
    pub(super) number: i64,
    pub(super) at: Timestamp,
    pub(super) venue: Venue,
    pub(super) brand: &'static str,
    pub(super) author: String,
    pub(super) followers: i64,
    pub(super) text: String,
}

/// The whole plot.
pub(super) struct Story {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) crisis: Timestamp,
    /// When the praise begins to go round.
    pub(super) praise: Timestamp,
    /// When the places answer nothing about `nimbus-phone`.
    pub(super) deaf: Interval,
    pub(super) posts: Vec<Post>,
}

/// One brand's texts, and how much is said of it on an ordinary day.
struct Brand {
    name: &'static str,
    texts: &'static str,
    a_day: f64,
    /// Of a hundred ordinary posts, how many praise and how many complain.
    praise: u32,
    complaint: u32,
    words: &'static [(&'static str, &'static [&'static str])],
}

const BRANDS: &[Brand] = &[
    Brand {
        name: "sprout-coffee",
        texts: include_str!("story/sprout-coffee.txt"),
        a_day: 110.0,
        praise: 40,
        complaint: 14,
        words: &[
            (
                "place",
                &["公館", "西門", "板橋", "台中一中", "逢甲", "中壢", "士林", "新竹巨城", "台南成大", "高雄巨蛋"],
            ),
            (
                "drink",
                &["燕麥拿鐵", "冰美式", "桂花拿鐵", "黑糖奶茶", "西西里咖啡", "抹茶歐蕾", "手沖耶加", "焦糖瑪奇朵"],
            ),
        ],
    },
    Brand {
        name: "leaf-tea",
        texts: include_str!("story/leaf-tea.txt"),
        a_day: 55.0,
        praise: 42,
        complaint: 12,
        words: &[
            ("place", &["永康街", "台北車站", "廈門", "嘉義", "上海", "花蓮", "杭州", "台中"]),
            ("drink", &["東方美人", "金萱", "铁观音", "蜜香紅茶", "龙井", "四季春", "凍頂烏龍"]),
        ],
    },
    Brand {
        name: "nimbus-phone",
        texts: include_str!("story/nimbus-phone.txt"),
        a_day: 80.0,
        praise: 36,
        complaint: 16,
        words: &[
            ("place", &["渋谷", "Osaka", "Taipei", "梅田", "Berlin", "Seattle"]),
            ("product", &["N7", "N7 Pro", "Air 3", "Fold 2"]),
        ],
    },
];

const NAMES: &[&str] = &[
    "小安",
    "阿哲",
    "雨晴",
    "Kelly",
    "大熊",
    "咖啡控",
    "米米",
    "陳同學",
    "Joanna",
    "阿凱",
    "貓奴日記",
    "夜班護理師",
    "花花",
    "老王",
    "工程師阿明",
    "Vivi",
    "早八人",
    "森林系",
    "小魚",
    "豆豆媽",
    "Leo",
    "Haruka",
    "ゆうた",
    "さくら",
    "Sam",
    "Priya",
    "Tom W",
    "台南人",
    "高雄阿宏",
    "一個路人",
];

impl Story {
    /// The story that ends at `end`.
    pub(super) fn new(end: Timestamp, seed: u64) -> Self {
        let start = end - Duration::days(DAYS);
        let crisis = end - Duration::minutes(CRISIS_MINUTES);
        let morning = |day: i64, hour: u32| {
            let there = (start + Duration::days(day)).with_timezone(&Taipei);
            let midnight =
                start + Duration::days(day) - Duration::seconds(i64::from(there.num_seconds_from_midnight()));
            midnight + Duration::hours(i64::from(hour))
        };
        let praise = morning(11, 12);
        let deaf = Interval { from: morning(15, 3), to: morning(15, 19) };
        let mut writer = Writer { random: StdRng::seed_from_u64(seed), posts: Vec::new() };
        for brand in BRANDS {
            let texts = Texts::read(brand.texts);
            writer.ordinary(brand, &texts, start, end);
            if brand.name == "sprout-coffee" {
                writer.praise(brand, &texts, praise);
                writer.crisis(brand, &texts, crisis, end);
            }
        }
        let mut posts = writer.posts;
        posts.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.text.cmp(&b.text)));
        for (number, post) in posts.iter_mut().enumerate() {
            post.number = number as i64 + 1;
        }
        Self { start, end, crisis, praise, deaf, posts }
    }
}

/// The sections of a text file, each with the language of its lines.
struct Texts(Vec<(String, Vec<(Language, &'static str)>)>);

impl Texts {
    fn read(file: &'static str) -> Self {
        let mut sections: Vec<(String, Vec<(Language, &'static str)>)> = Vec::new();
        for line in file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                sections.push((name.to_owned(), Vec::new()));
            } else if let Some((_, lines)) = sections.last_mut() {
                lines.push((Text::read(line).language(), line));
            }
        }
        Self(sections)
    }

    fn section(&self, name: &str) -> &[(Language, &'static str)] {
        self.0.iter().find(|(section, _)| section == name).map_or(&[], |(_, lines)| lines.as_slice())
    }
}

/// How much is said in each hour of a day in Taipei, against the day's mean.
const HOURS: [f64; 24] = [
    0.5, 0.25, 0.15, 0.1, 0.1, 0.2, 0.5, 0.9, 1.2, 1.2, 1.2, 1.3, 1.7, 1.4, 1.2, 1.2, 1.2, 1.3, 1.5, 1.6, 1.8, 1.9,
    1.5, 0.9,
];

struct Writer {
    random: StdRng,
    posts: Vec<Post>,
}

impl Writer {
    /// Ordinary talk: each minute may bring a post, by the hour of the day.
    fn ordinary(&mut self, brand: &Brand, texts: &Texts, start: Timestamp, end: Timestamp) {
        let mut at = start;
        while at < end {
            let hour = at.with_timezone(&Taipei).hour() as usize;
            let a_minute = brand.a_day / 1440.0 * HOURS.get(hour).copied().unwrap_or(1.0);
            if self.random.random_bool(a_minute.min(1.0)) {
                let mood = match self.random.random_range(0..100) {
                    n if n < brand.praise => "positive",
                    n if n < brand.praise + brand.complaint => "negative",
                    _ => "neutral",
                };
                let text = self.text(brand, texts, mood);
                self.say(brand, at, text);
            }
            at += Duration::minutes(1);
        }
    }

    /// A film of a kind barista goes round for a day: much talk, and none of it a complaint.
    fn praise(&mut self, brand: &Brand, texts: &Texts, from: Timestamp) {
        for _ in 0..340 {
            let minutes = (self.random.random::<f64>().powi(2) * 840.0) as i64;
            let text = self.text(brand, texts, "praise");
            self.say(brand, from + Duration::minutes(minutes), text);
        }
    }

    /// Mould in the bottled coffee: a few posts, then many, nearly half of them one story passed on.
    fn crisis(&mut self, brand: &Brand, texts: &Texts, from: Timestamp, end: Timestamp) {
        let story = texts.section("crisis story").first().map_or("", |(_, line)| line);
        let length = (end - from).num_minutes();
        for minute in 0..length {
            let rise = (minute as f64 / 75.0).min(1.0);
            if self.random.random_bool(0.12 + 0.88 * rise * 0.95) {
                let passed_on = minute > 35 && self.random.random_bool(0.42);
                let text = if passed_on { self.passed_on(story, texts) } else { self.text(brand, texts, "crisis") };
                self.say(brand, from + Duration::minutes(minute), text);
            }
        }
    }

    fn passed_on(&mut self, story: &str, texts: &Texts) -> String {
        match texts.section("crisis comment").choose(&mut self.random) {
            Some((_, comment)) if self.random.random_bool(0.6) => format!("{comment} // {story}"),
            _ => story.to_owned(),
        }
    }

    /// A first part, mostly with a second part of the same mood and language.
    fn text(&mut self, brand: &Brand, texts: &Texts, mood: &str) -> String {
        let Some((language, first)) = texts.section(&format!("{mood} first")).choose(&mut self.random).copied() else {
            return String::new();
        };
        let seconds: Vec<&str> = texts
            .section(&format!("{mood} second"))
            .iter()
            .filter(|(other, _)| alike(*other, language))
            .map(|(_, line)| *line)
            .collect();
        let mut text = first.to_owned();
        if let Some(second) = seconds.choose(&mut self.random).filter(|_| self.random.random_bool(0.8)) {
            let latin = language == Language::En;
            text.push_str(if latin { ". " } else { "，" });
            text.push_str(second);
        }
        let ends = ["", "", "", "！", "～", "…", " 😂", " XD", "。", " 🙏"];
        let fitting = if mood.starts_with("cris") || mood == "negative" { &ends[..6] } else { &ends[..] };
        text.push_str(fitting.choose(&mut self.random).copied().unwrap_or_default());
        self.fill(brand, &text)
    }

    /// Puts words in the place of `{…}`.
    fn fill(&mut self, brand: &Brand, text: &str) -> String {
        let mut text = text.to_owned();
        for (slot, words) in brand.words {
            let mark = format!("{{{slot}}}");
            while text.contains(&mark) {
                let word = words.choose(&mut self.random).copied().unwrap_or_default();
                text = text.replacen(&mark, word, 1);
            }
        }
        while text.contains("{number}") {
            text = text.replacen("{number}", &self.random.random_range(3..60).to_string(), 1);
        }
        while text.contains("{hour}") {
            text = text.replacen("{hour}", &self.random.random_range(7..12).to_string(), 1);
        }
        text
    }

    fn say(&mut self, brand: &Brand, at: Timestamp, text: String) {
        let name = NAMES.choose(&mut self.random).copied().unwrap_or("路人");
        let author = format!("{name}{}", self.random.random_range(1..400));
        let followers = (10.0_f64).powf(self.random.random_range(1.0..4.2)) as i64;
        // Of the phone only the forum speaks, so that hours in which nobody listened are truly lost.
        let at_instance = brand.name != "nimbus-phone" && self.random.random_bool(0.7);
        let venue = if at_instance { Venue::Instance } else { Venue::Forum };
        let at = at + Duration::seconds(self.random.random_range(0..60));
        self.posts.push(Post { number: 0, at, venue, brand: brand.name, author, followers, text });
    }
}

/// Whether two lines can stand in one post.
fn alike(one: Language, other: Language) -> bool {
    one == other
        || one == Language::Other
        || (one.is_chinese() && other.is_chinese() && one != Language::ZhHans && other != Language::ZhHans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::timestamp;

    #[test]
    fn the_same_seed_tells_the_same_story_and_another_seed_another() {
        let end = timestamp(1_794_000_000_000);
        let one = Story::new(end, 7);
        assert_eq!(one.posts, Story::new(end, 7).posts);
        assert_ne!(one.posts, Story::new(end, 8).posts);
    }

    #[test]
    fn every_post_is_whole_and_within_the_story() {
        let story = Story::new(timestamp(1_794_000_000_000), 7);
        assert!(story.posts.len() > 4000, "{}", story.posts.len());
        for post in &story.posts {
            assert!(post.at >= story.start && post.at < story.end + Duration::minutes(1));
            assert!(!post.text.contains('{') && !post.text.trim().is_empty(), "{}", post.text);
        }
        let crisis = story.posts.iter().filter(|post| post.at >= story.crisis && post.text.contains("冷萃")).count();
        assert!(crisis > 80, "{crisis}");
    }
}
