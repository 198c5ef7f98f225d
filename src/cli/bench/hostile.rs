//! `hearken bench hostile`: judges texts that were made to break it.
//!
//! In: a seed and a count. Out: how many a second, how many panics and broken promises, and the slowest text.
//! Never: stops at a panic; a text is named by its number, and the same seed and number make it again.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::classify::Judge;
use crate::text::Text;

/// Judges texts that were made to break it, on all cores.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Judges texts that were made to break it, on all cores: any bytes, towers of marks, chains of emoji, mixed \
    scripts, long runs, half links and tags.\n\nTells texts a second, panics, broken promises (evidence that is not cut at \
    characters, probabilities that are no probabilities) and the slowest text. Fails when there is a panic or a broken promise.",
    after_help = "Example: hearken bench hostile --count 1000000 --seed 7"
)]
pub(super) struct Args {
    /// How many texts.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    count: u64,
    /// Makes the texts; the same seed makes the same ones.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Number of the first text, to make one again.
    #[arg(long, value_name = "N", default_value_t = 0)]
    from: u64,
}

/// Texts that a core takes at once.
const BATCH: u64 = 1_000;

/// The slowest text so far.
#[derive(Clone, Copy, Default)]
struct Slowest {
    time: Duration,
    number: u64,
    bytes: usize,
}

/// What came of the texts.
#[derive(Default)]
struct Outcome {
    texts: u64,
    bytes: u64,
    panics: Vec<u64>,
    broken: Vec<(u64, &'static str)>,
    slowest: Slowest,
    /// The slowest for its length, among texts of at least 10,000 bytes.
    slowest_long: Slowest,
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.texts += other.texts;
        self.bytes += other.bytes;
        self.panics.extend(other.panics);
        self.broken.extend(other.broken);
        self.slowest = if other.slowest.time > self.slowest.time { other.slowest } else { self.slowest };
        self.slowest_long =
            if other.slowest_long.rate() > self.slowest_long.rate() { other.slowest_long } else { self.slowest_long };
    }

    fn timed(&mut self, one: Slowest) {
        self.bytes += one.bytes as u64;
        if one.time > self.slowest.time {
            self.slowest = one;
        }
        if one.bytes >= 10_000 && one.rate() > self.slowest_long.rate() {
            self.slowest_long = one;
        }
    }
}

impl Slowest {
    /// Nanoseconds a byte.
    fn rate(&self) -> f64 {
        self.time.as_nanos() as f64 / self.bytes.max(1) as f64
    }
}

/// Runs the texts and prints what came of them.
pub(super) fn run(args: &Args) -> Result<()> {
    let judge = Judge::built_in()?;
    // Dictionaries are made ready before anything is timed.
    for text in ["客服", "お店の人", "고객센터"] {
        judge.judge(&Text::read(text));
    }
    let (next, end) = (AtomicU64::new(args.from), args.from.saturating_add(args.count));
    let began = Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut outcome = Outcome::default();
    let ended_early = std::thread::scope(|scope| {
        let work = || {
            let mut outcome = Outcome::default();
            loop {
                let from = next.fetch_add(BATCH, Ordering::Relaxed);
                if from >= end {
                    return outcome;
                }
                (from..end.min(from.saturating_add(BATCH)))
                    .for_each(|number| one(&judge, args.seed, number, &mut outcome));
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().filter_map(|worker| worker.join().map(|part| outcome.add(part)).err()).count()
    });
    print!("{}", told(&outcome, began.elapsed(), args.seed, threads));
    if ended_early > 0 || !outcome.panics.is_empty() || !outcome.broken.is_empty() {
        bail!("not every text was judged as promised");
    }
    Ok(())
}

fn told(outcome: &Outcome, took: Duration, seed: u64, threads: usize) -> String {
    let seconds = took.as_secs_f64().max(1e-9);
    let mut out = format!(
        "{} texts, {:.1} MB, seed {seed}, {threads} threads, {seconds:.0} s: {:.0} texts/s\n{} panics, {} broken promises\n",
        outcome.texts,
        outcome.bytes as f64 / 1e6,
        outcome.texts as f64 / seconds,
        outcome.panics.len(),
        outcome.broken.len(),
    );
    for (name, slow) in
        [("slowest", outcome.slowest), ("slowest for its length, from 10,000 bytes", outcome.slowest_long)]
    {
        let milliseconds = slow.time.as_secs_f64() * 1e3;
        let _infallible = writeln!(
            out,
            "{name}: text {}, {} bytes, {milliseconds:.1} ms, {:.0} ns a byte",
            slow.number,
            slow.bytes,
            slow.rate()
        );
    }
    for number in outcome.panics.iter().take(20) {
        let _infallible = writeln!(out, "panic at text {number}");
    }
    for (number, why) in outcome.broken.iter().take(20) {
        let _infallible = writeln!(out, "text {number}: {why}");
    }
    out
}

fn one(judge: &Judge, seed: u64, number: u64, outcome: &mut Outcome) {
    let original = make(&mut StdRng::seed_from_u64(seed.rotate_left(32) ^ number));
    outcome.texts += 1;
    let began = Instant::now();
    match catch_unwind(AssertUnwindSafe(|| judged(judge, &original))) {
        Err(_) => outcome.panics.push(number),
        Ok(Some(why)) => outcome.broken.push((number, why)),
        Ok(None) => {}
    }
    outcome.timed(Slowest { time: began.elapsed(), number, bytes: original.len() });
}

/// Takes a text the whole way; says which promise was broken.
fn judged(judge: &Judge, original: &str) -> Option<&'static str> {
    let text = Text::read(original);
    let judgement = judge.judge(&text);
    let spans = text.words().iter().map(|word| (word.original.start, word.original.end));
    let cut = |(start, end): (usize, usize)| original.get(start..end).is_some();
    if !spans.into_iter().all(cut) {
        return Some("a word is not cut at characters");
    }
    if !judgement.evidence.iter().all(|evidence| cut((evidence.start, evidence.end))) {
        return Some("evidence is not cut at characters");
    }
    let p = [judgement.p.negative, judgement.p.neutral, judgement.p.positive];
    let sum: f32 = p.iter().sum();
    if !p.iter().all(|p| (0.0..=1.0).contains(p)) || (sum - 1.0).abs() > 1e-3 {
        return Some("the probabilities are none");
    }
    if !(0.0..=1.0).contains(&judgement.spam) {
        return Some("spam is not between 0 and 1");
    }
    None
}

/// Blocks that characters are drawn from: first and last of each.
const BLOCKS: &[(u32, u32)] = &[
    (0x00, 0x7F),
    (0x80, 0x24F),
    (0x300, 0x36F),
    (0x370, 0x52F),
    (0x590, 0x6FF),
    (0x900, 0x97F),
    (0xE00, 0xE7F),
    (0x1100, 0x11FF),
    (0x2000, 0x206F),
    (0x2460, 0x24FF),
    (0x3000, 0x30FF),
    (0x3100, 0x33FF),
    (0x3400, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xE000, 0xE0FF),
    (0xFB00, 0xFDFF),
    (0xFE00, 0xFFFF),
    (0x1D400, 0x1D7FF),
    (0x1F1E6, 0x1F1FF),
    (0x1F300, 0x1FAFF),
    (0x20000, 0x2FA1F),
    (0xE0000, 0xE01EF),
    (0x0, 0x10_FFFF),
];

/// Pieces that rules look for, whole and broken.
const PIECES: &[&str] = &[
    "http",
    "://",
    "https://",
    "www.",
    "@",
    "#",
    "//@",
    "RT @",
    ".com",
    "/",
    "。",
    "!",
    "?",
    "不",
    "没有",
    "不是",
    "但",
    "很",
    "著",
    "看著",
    "伺服器",
    "公車",
    "爛",
    "推",
    "客服",
    "ない",
    "最悪",
    "じゃ",
    "안",
    "최악",
    "ㅋㅋ",
    "ㅠ",
    "not ",
    "n't",
    "good",
    "加line",
    ":)",
    "QQ",
    "(╯°□°)╯",
    "👍",
    "\u{200D}",
    "\u{FE0F}",
    "🏽",
    "\u{20E3}",
    "1,",
    "5",
    "%",
    " ",
    "\n",
    "\t",
    "㍿",
    "ﷺ",
    "ｶﾞ",
    "İ",
    "ß",
    "0",
    "💩",
];

/// A text of one of seven kinds; one in a thousand is up to a thousand times as long.
pub(super) fn make(random: &mut StdRng) -> String {
    let longest = if random.random_ratio(1, 1_000) { 30_000 } else { 60 };
    let length = random.random_range(0..=longest);
    match random.random_range(0..7) {
        0 => {
            let bytes: Vec<u8> = (0..length).map(|_| random.random()).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        }
        1 => (0..length).map(|_| character(random)).collect(),
        2 => {
            let block = block(random);
            (0..length).map(|_| within(random, block)).collect()
        }
        3 => (0..length).map(|_| piece(random)).collect(),
        4 => {
            let (run, end) = (character(random).to_string(), piece(random));
            run.repeat(length) + end
        }
        5 => {
            let base = character(random);
            std::iter::once(base).chain((0..length).map(|_| within(random, (0x300, 0x36F)))).collect()
        }
        _ => (0..length).map(|_| if random.random() { piece(random).to_owned() } else { emoji(random) }).collect(),
    }
}

fn piece(random: &mut StdRng) -> &'static str {
    PIECES.get(random.random_range(0..PIECES.len())).copied().unwrap_or_default()
}

fn block(random: &mut StdRng) -> (u32, u32) {
    BLOCKS.get(random.random_range(0..BLOCKS.len())).copied().unwrap_or_default()
}

fn character(random: &mut StdRng) -> char {
    let block = block(random);
    within(random, block)
}

fn within(random: &mut StdRng, (first, last): (u32, u32)) -> char {
    char::from_u32(random.random_range(first..=last)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// A picture, often joined to the next or dressed with a skin tone or a variation.
fn emoji(random: &mut StdRng) -> String {
    let mut out = within(random, (0x1F300, 0x1FAFF)).to_string();
    if random.random() {
        out.push(['\u{200D}', '\u{FE0F}', '🏽', '\u{20E3}'][random.random_range(0..4)]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_number_make_the_same_text_and_all_are_judged_as_promised() -> Result<()> {
        let judge = Judge::built_in()?;
        let mut outcome = Outcome::default();
        (0..1_500).for_each(|number| one(&judge, 7, number, &mut outcome));
        assert_eq!((outcome.texts, outcome.panics, outcome.broken), (1_500, vec![], vec![]));
        let again = |seed: u64| make(&mut StdRng::seed_from_u64(seed));
        assert_eq!(again(9), again(9));
        Ok(())
    }
}
