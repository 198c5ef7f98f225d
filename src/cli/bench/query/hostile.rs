//! Queries made to break the parser and the matcher, on texts made for the same.
//!
//! In: a seed and a count. Out: how many queries were right, how many panics and broken promises, the slowest of them.
//! Never: stops at a panic; a pair is named by its number, and the same seed and number make it again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::super::hostile::make;
use crate::query::{Context, Document, Folding, Matcher, Query};
use crate::text::Text;

/// Pairs that a core takes at once.
const BATCH: u64 = 500;

const PIECES: [&str; 58] = [
    "嫩芽",
    "咖啡",
    "芽",
    "sprout",
    "coffee",
    "a",
    "é",
    "ㄘ",
    "😡",
    "👨\u{200D}👩",
    "#",
    "#嫩芽",
    "@",
    "@sprout",
    "$",
    "$TSLA",
    "$part",
    "*",
    "?",
    "spr*",
    "*ing",
    "嫩*",
    "g?y",
    "/",
    "/a+/",
    "/(a|b)*c/",
    "/[嫩芽]{1,9}/",
    "{",
    "}",
    "{Sprout}",
    "(",
    ")",
    "（",
    "）",
    "\"",
    "「",
    "」",
    " AND ",
    " OR ",
    " NOT ",
    " NEAR/3 ",
    " NEAR/0f ",
    " NEAR/100 ",
    " NEAR ",
    "lang:zh",
    "followers:>1萬",
    "author:\"a b\"",
    "has:question",
    "site:a.b/c",
    "sentiment:neg",
    "theme:refund",
    "word:花生",
    "langs:",
    "-- remark\n",
    "\n",
    "\u{3000}",
    "\\",
    ",",
];

/// What came of the pairs.
#[derive(Default)]
struct Outcome {
    right: u64,
    matched: u64,
    panics: Vec<u64>,
    broken: Vec<(u64, &'static str)>,
    slowest: (Duration, u64, usize),
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.matched += other.matched;
        self.panics.extend(other.panics);
        self.broken.extend(other.broken);
        self.slowest = self.slowest.max(other.slowest);
    }
}

/// Tries so many pairs on all cores. Fails when there is a panic or a broken promise.
pub(super) fn run(count: u64, seed: u64) -> Result<()> {
    let next = AtomicU64::new(0);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let began = Instant::now();
    let mut all = Outcome::default();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(|| {
                    let mut outcome = Outcome::default();
                    loop {
                        let from = next.fetch_add(BATCH, Ordering::SeqCst);
                        if from >= count {
                            return outcome;
                        }
                        (from..(from + BATCH).min(count)).for_each(|number| tried(seed, number, &mut outcome));
                    }
                })
            })
            .collect();
        for worker in workers {
            if let Ok(outcome) = worker.join() {
                all.add(outcome);
            }
        }
    });
    let seconds = began.elapsed().as_secs_f64();
    println!("{count} queries, seed {seed}, {seconds:.0} s: {} right, {} matched", all.right, all.matched);
    let (slowest, number, bytes) = all.slowest;
    println!("slowest: number {number}, {bytes} bytes together, {:.1} ms", slowest.as_secs_f64() * 1e3);
    all.panics.iter().take(5).for_each(|number| println!("panic: number {number}"));
    all.broken.iter().take(5).for_each(|(number, what)| println!("broken: number {number}: {what}"));
    println!("{} panics, {} broken promises", all.panics.len(), all.broken.len());
    if all.panics.len() + all.broken.len() > 0 {
        bail!("the queries broke something");
    }
    Ok(())
}

fn tried(seed: u64, number: u64, outcome: &mut Outcome) {
    let mut random = StdRng::seed_from_u64(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number);
    let query = query(&mut random);
    let words: Vec<&str> = Folding::WORDS.into_iter().filter(|_| random.random_range(0..4) == 0).collect();
    let text = if random.random_range(0..3) == 0 { make(&mut random) } else { said(&mut random) };
    let began = Instant::now();
    let told = catch_unwind(AssertUnwindSafe(|| asked(&query, &words, &text)));
    let bytes = query.len() + text.len();
    outcome.slowest = outcome.slowest.max((began.elapsed(), number, bytes));
    match told {
        Err(_) => outcome.panics.push(number),
        Ok(Err(what)) => outcome.broken.push((number, what)),
        Ok(Ok((right, matched))) => {
            outcome.right += u64::from(right);
            outcome.matched += u64::from(matched);
        }
    }
}

/// Whether the query was right and whether it matched; the error names the promise that was broken.
fn asked(query: &str, fold: &[&str], text: &str) -> Result<(bool, bool), &'static str> {
    let context = Context { folding: Folding::of(fold), ..Context::default() };
    let query = match Query::read(query, &context) {
        Ok(query) => query,
        Err(mistakes) if mistakes.is_empty() => return Err("a query is refused without a mistake"),
        Err(mistakes) if mistakes.iter().any(|mistake| query.get(mistake.at.clone()).is_none()) => {
            return Err("a mistake stands between characters");
        }
        Err(_) => return Ok((false, false)),
    };
    let said = Text::read(text);
    let document = Document::of(&said);
    let spans = query.matches(&document);
    let together = Matcher::new([&query]).map_err(|_| "no matcher for a right query")?.matches(&document);
    if together.first().map(|found| &found.spans) != spans.as_ref() {
        return Err("asked with others it answers otherwise");
    }
    let explained = query.explain(&document);
    if explained.matches != spans.is_some() || explained.lacks.is_empty() != spans.is_some() {
        return Err("it is explained otherwise than it answers");
    }
    let mut last = 0;
    for span in spans.iter().flatten() {
        if span.start < last || span.is_empty() || text.get(span.clone()).is_none() {
            return Err("marks overlap, are empty or stand between characters");
        }
        last = span.end;
    }
    Ok((true, spans.is_some()))
}

fn query(random: &mut StdRng) -> String {
    let length = random.random_range(1..=24);
    let mut query = String::new();
    for _ in 0..length {
        query.push_str(PIECES.choose(random).copied().unwrap_or_default());
        if random.random_range(0..2) == 0 {
            query.push(' ');
        }
    }
    match random.random_range(0..40) {
        0 => query.repeat(40),
        1 => format!("{}{query}{}", "(".repeat(70), ")".repeat(70)),
        2 => (0..40).map(|n| "芽".repeat(n + 1)).collect::<Vec<_>>().join(" OR "),
        3 => ["嫩芽 NEAR/9 咖啡"; 12].join(" NEAR/9 "),
        _ => query,
    }
}

/// A text of the words that the queries are made of.
fn said(random: &mut StdRng) -> String {
    let length = random.random_range(0..40);
    let text: String = (0..length).filter_map(|_| PIECES.choose(random).copied()).collect();
    if random.random_range(0..200) == 0 { text.repeat(200) } else { text }
}
