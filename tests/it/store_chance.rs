//! Chance drives the store: posts, edits, removals, repeats in any order, and the counts are right after each batch.

use std::collections::{BTreeMap, BTreeSet};

use hearken::domain::{
    Aspect, AuthorId, Change, Label, Mention, MentionId, NativeId, Platform, RawMention, Sentiment, Theme, TopicName,
};
use hearken::store::{Corrected, Judged, Store, Words};

use crate::database::on_each;
use crate::store_story::{at, changed, counts_are_right, judged, judgement, post};

/// A small generator whose whole story is its seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % n
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

const TEXTS: &[&str] = &[
    "嫩芽爛，退款",
    "嫩芽讚",
    "茶很讚，外送快",
    "嫩芽的茶",
    "天氣很好",
    "嫩芽抽獎，外送爛",
    "喝茶抽獎加LINE",
    "嫩芽咖啡今天早上的外送又遲到了一個小時，客服完全不回，真的很爛，我要退款",
    "嫩芽咖啡今天早上的外送又遲到了一個小時，客服完全不回，真的很爛！我要退款",
    "嫩芽咖啡今天早上的外送又遲到了兩個小時，客服完全不回，真的很爛，我要退款",
];
const AUTHORS: &[&str] = &["ann", "bob", "cat"];

/// What a mention must be, by the promise alone.
#[derive(Clone, Debug, PartialEq)]
enum Must {
    /// Its newest text is this.
    Say(String),
    /// It is a tombstone.
    Rest,
    /// It was edited away or removed before it came.
    StayOut(Change),
}

#[derive(Default)]
struct Promise {
    posts: BTreeMap<String, (String, Must)>,
    ended: BTreeSet<String>,
    /// What people said of a post, with the text that they said it of.
    said: BTreeMap<String, (String, Vec<Label>)>,
}

fn is_wanted(text: &str) -> bool {
    text.contains("嫩芽") || text.contains('茶')
}

impl Promise {
    fn hear(&mut self, raw: &RawMention) {
        let author = raw.author.id.as_ref().map_or(String::new(), |id| id.as_str().to_owned());
        if raw.change == Change::AuthorRemoved {
            for (theirs, must) in self.posts.values_mut() {
                if *theirs == author && matches!(must, Must::Say(_)) {
                    *must = Must::Rest;
                }
            }
            self.ended.insert(author);
            return;
        }
        let id = raw.native_id.as_str().to_owned();
        let (text, wanted) = (raw.text.clone(), is_wanted(&raw.text));
        let ended = self.ended.contains(&author);
        let now = self.posts.get(&id).map(|(_, must)| must.clone());
        let next = match (raw.change, now) {
            (_, Some(Must::Rest)) => Some(Must::Rest),
            (Change::Removed, Some(Must::Say(_))) => Some(Must::Rest),
            (Change::Removed, _) => Some(Must::StayOut(Change::Removed)),
            (Change::Edited, Some(Must::Say(before))) => {
                if before != text {
                    // Also when a later edit brings the old text back.
                    self.said.remove(&id);
                }
                Some(Must::Say(text))
            }
            (Change::Posted, Some(say @ Must::Say(_))) => Some(say),
            (_, Some(Must::StayOut(Change::Removed))) => Some(Must::StayOut(Change::Removed)),
            (Change::Posted, Some(out)) => Some(out),
            _ if ended => None,
            (Change::Edited, _) if !wanted => Some(Must::StayOut(Change::Edited)),
            (Change::Edited | Change::Posted, _) if wanted => Some(Must::Say(text)),
            _ => None,
        };
        if let Some(must) = next {
            self.posts.insert(id, (author, must));
        }
    }

    /// A mention says what people said of the text it has, and for the rest what the model says of it.
    fn says_what_people_said(&self, post: &str, text: &str, mention: &Mention) {
        let mut must = judgement(text);
        let said = self.said.get(post).filter(|(of, _)| of == text);
        said.iter().flat_map(|(_, labels)| labels).for_each(|label| label.apply(&mut must));
        for aspect in Aspect::ALL {
            assert_eq!(Label::of(*aspect, &mention.judgement), Label::of(*aspect, &must), "{post}");
        }
        assert_eq!(mention.judgement.p, must.p, "{post}");
    }

    async fn is_kept(&self, store: &Store) {
        for (native, (_, must)) in &self.posts {
            let id = MentionId::of(Platform::Mastodon, &NativeId::new(native.as_str()).expect("an id"));
            let held = store.mention(&id).await.expect("read");
            if let (Must::Say(text), Some(mention)) = (must, &held) {
                self.says_what_people_said(native, text, mention);
            }
            let is = held.map(|mention| match mention.removed_at {
                Some(_) => Must::Rest,
                None => Must::Say(mention.raw.text),
            });
            match must {
                Must::StayOut(_) => assert_eq!(is, None),
                must => assert_eq!(is.as_ref(), Some(must)),
            }
        }
    }
}

fn event(chance: &mut Chance, time: i64) -> Judged {
    let n = chance.below(14);
    let author = AUTHORS[n % AUTHORS.len()];
    let mut raw = post(&format!("p{n}"), author, chance.of(TEXTS), i64::try_from(n).unwrap_or(0) * 120_000);
    if n == 13 {
        raw.repost_of = NativeId::new("p5");
    }
    raw.engagement.likes = time;
    let raw = match chance.below(40) {
        0..20 => raw,
        20..32 => changed(&raw, Change::Edited, &raw.text),
        32..39 => changed(&raw, Change::Removed, ""),
        _ => {
            let mut ended = RawMention::new(Platform::Mastodon, NativeId::new("ended").expect("an id"), at(0));
            ended.change = Change::AuthorRemoved;
            ended.author.id = AuthorId::new(author);
            ended
        }
    };
    judged(chance.of(&["mastodon/a", "mastodon/b"]), raw, time)
}

/// Somebody says something of some post, takes it back, or speaks of a post that is not there.
async fn speak(store: &Store, chance: &mut Chance, promise: &mut Promise, time: i64) {
    let post = format!("p{}", chance.below(14));
    let id = MentionId::of(Platform::Mastodon, &NativeId::new(post.as_str()).expect("an id"));
    let there = promise.posts.get(&post).map(|(_, must)| must.clone());
    if chance.below(4) == 0 {
        let done = store.take_back(&id, "bea", at(time)).await.expect("taken back");
        let said = promise.said.remove(&post);
        match there {
            Some(Must::Say(text)) if said.as_ref().is_some_and(|(of, _)| *of == text) => {
                assert!(matches!(done, Corrected::Done(_)), "{done:?}");
            }
            Some(Must::Say(_)) => assert!(matches!(done, Corrected::Already(_)), "{done:?}"),
            Some(Must::Rest) => assert_eq!(done, Corrected::Removed),
            _ => assert_eq!(done, Corrected::Unknown),
        }
        return;
    }
    let leaning = [Sentiment::Negative, Sentiment::Neutral, Sentiment::Positive][chance.below(3)];
    let themes = ["refund", "delivery", "price"].iter().take(chance.below(4)).filter_map(|name| Theme::new(*name));
    let label = match chance.below(3) {
        0 => Label::themes(themes.collect()),
        1 => Label::Spam(chance.below(2) == 0),
        _ => Label::Sentiment(leaning),
    };
    let words =
        Words { mention: &id, labels: std::slice::from_ref(&label), own: &[], seen: "", by: "ann", at: at(time) };
    let done = store.correct(words).await.expect("said");
    match there {
        Some(Must::Say(text)) => {
            assert!(matches!(done, Corrected::Done(_) | Corrected::Already(_)), "{done:?}");
            let said = promise.said.entry(post).or_insert_with(|| (text.clone(), Vec::new()));
            if said.0 != text {
                *said = (text, Vec::new());
            }
            said.1.retain(|other| other.aspect() != label.aspect());
            said.1.push(label);
        }
        Some(Must::Rest) => assert_eq!(done, Corrected::Removed),
        _ => assert_eq!(done, Corrected::Unknown),
    }
}

/// What a topic counts, told from the mentions alone: spam is no talk, unless the topic counts it.
async fn counts_are_what_the_mentions_say(store: &Store, counted: &BTreeSet<TopicName>) {
    for name in ["coffee", "tea"] {
        let topic = TopicName::new(name).expect("a name");
        let mut naive = (0, 0, BTreeSet::new(), 0);
        for n in 0..14 {
            let id = MentionId::of(Platform::Mastodon, &NativeId::new(format!("p{n}")).expect("an id"));
            let Some(mention) = store.mention(&id).await.expect("read") else { continue };
            if !store.topics_of(&id).await.expect("read").iter().any(|(kept, _)| *kept == topic) {
                continue;
            }
            if mention.judgement.is_spam() && !counted.contains(&topic) {
                naive.3 += 1;
                continue;
            }
            naive.0 += 1;
            naive.1 += i64::from(mention.judgement.sentiment == Sentiment::Negative);
            let handle = mention.raw.author.handle;
            naive.2.insert(if handle.is_empty() { id.as_str().to_owned() } else { handle });
        }
        let (from, to) = (at(-86_400_000), at(86_400_000));
        let tally = store.tally(&topic, from, to).await.expect("tallied");
        let authors = store.count_authors(&topic, from, to, None).await.expect("counted");
        let apart = store.count_apart(&topic, from, to).await.expect("counted");
        let wanted = (naive.0, naive.1, naive.2.len() as i64, naive.3);
        assert_eq!((tally.mentions, tally.negative, authors, apart), wanted, "{name}");
    }
}

async fn live(store: Store, seed: u64) {
    let mut chance = Chance(seed | 1);
    let mut promise = Promise::default();
    let mut last: Vec<Judged> = Vec::new();
    let mut counted: BTreeSet<TopicName> = BTreeSet::new();
    for time in 0..30 {
        let repeat = chance.below(5) == 0;
        let size = 1 + chance.below(8);
        let batch = if repeat { last.clone() } else { (0..size).map(|_| event(&mut chance, time * 1000)).collect() };
        batch.iter().for_each(|entry| promise.hear(&entry.raw));
        store.put_judged(&batch, at(time * 1000)).await.expect("put");
        counts_are_right(&store).await;
        promise.is_kept(&store).await;
        for _ in 0..chance.below(4) {
            speak(&store, &mut chance, &mut promise, time * 1000 + 500).await;
            counts_are_right(&store).await;
        }
        promise.is_kept(&store).await;
        if chance.below(4) == 0 {
            let topic = TopicName::new(chance.of(&["coffee", "tea"])).expect("a name");
            let counts = chance.below(2) == 0;
            store.count_spam(&[(topic.clone(), counts)]).await.expect("counted so");
            let _known = if counts { counted.insert(topic) } else { counted.remove(&topic) };
            counts_are_right(&store).await;
        }
        counts_are_what_the_mentions_say(&store, &counted).await;
        last = batch;
    }
}

#[tokio::test]
async fn whatever_comes_in_whatever_order_the_counts_are_right_and_the_promises_kept() {
    let given = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = given.unwrap_or_else(|| u64::from(std::process::id()) * 2_654_435_761);
    println!("SEED={seed}");
    for round in 0..4 {
        on_each(|store| live(store, seed.wrapping_add(round * 7919))).await;
    }
}
