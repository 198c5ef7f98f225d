//! `hearken bench query`: how much many topics cost, and whether queries made to break the matcher do.
//!
//! In: a seed, how many topics and texts. Out: texts a second for all topics at once, for one regex set and for one topic after the other;
//! how long 10,000 topic files take to be read again while texts are matched.
//! Never: reads a configuration.

mod hostile;
mod made;

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use rand::SeedableRng;
use rand::rngs::StdRng;
use regex::RegexSetBuilder;

use self::made::Topic;
use crate::config::{self, Live};
use crate::query::{Document, Matcher, Query};
use crate::text::Text;

/// Measures what many topics cost, or tries queries that were made to break the matcher.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hearken bench query --topics 10,1000,10000\n  hearken bench query --hostile 1000000"
)]
pub(super) struct Args {
    /// How many topics, one after the other.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_values_t = [10, 1_000, 10_000])]
    topics: Vec<usize>,

    /// How many texts.
    #[arg(long, value_name = "N", default_value_t = 50_000)]
    texts: usize,

    /// Makes topics and texts; the same seed makes the same ones.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Instead: so many queries made to break the matcher, each on a text made for the same.
    #[arg(long, value_name = "N")]
    hostile: Option<u64>,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<()> {
    if let Some(count) = args.hostile {
        return hostile::run(count, args.seed);
    }
    println!(
        "{} texts in Chinese, English and Japanese, seed {}; one in five names a topic; one core",
        args.texts, args.seed
    );
    let most = args.topics.iter().copied().max().unwrap_or(0);
    let topics = made::topics(&mut StdRng::seed_from_u64(args.seed), most);
    let mut first = None;
    for count in &args.topics {
        let Some(topics) = topics.get(..*count) else { continue };
        let cost = measured(topics, args)?;
        let times = first.map(|first: f64| format!(", {:.2} times the first", cost / first)).unwrap_or_default();
        println!("  a text costs {:.2} µs, reading it included{times}", cost * 1e6);
        first = first.or(Some(cost));
    }
    reloaded(&topics, args.seed)
}

/// Seconds that a text costs.
fn measured(topics: &[Topic], args: &Args) -> Result<f64> {
    let texts = made::texts(&mut StdRng::seed_from_u64(args.seed ^ 0x7e47), topics, args.texts);
    let queries = topics.iter().map(|topic| Query::parse(&topic.query));
    let queries: Vec<Query> =
        queries.collect::<Result<_, _>>().map_err(|mistakes| anyhow!("a query was made wrong: {mistakes:?}"))?;
    let began = Instant::now();
    let matcher = Matcher::new(&queries).map_err(|why| anyhow!("the matcher: {why}"))?;
    let built = began.elapsed();
    let began = Instant::now();
    let mut found = 0;
    for text in &texts {
        let text = Text::read(text);
        found += matcher.matches(&Document::of(&text)).len();
    }
    let cost = began.elapsed().as_secs_f64() / texts.len() as f64;
    let read: Vec<Text> = texts.iter().map(|text| Text::read(text)).collect();
    let alone = rate(&read, Duration::from_secs(2), |text| matcher.matches(&Document::of(text)).len());
    let naive = rate(&read, Duration::from_secs(2), |text| {
        let document = Document::of(text);
        queries.iter().filter(|query| query.matches(&document).is_some()).count()
    });
    println!("{} topics: ready in {:.2} s; {found} mentions", topics.len(), built.as_secs_f64());
    println!("  all at once          {alone:>10.0} texts/s");
    match regex_set(topics) {
        Some(set) => {
            let rate = rate(&read, Duration::from_secs(2), |text| set.matches(text.folded()).len());
            println!(
                "  one regex set        {rate:>10.0} texts/s (the words alone, without the rules of scripts and without NOT)"
            );
        }
        None => println!("  one regex set        cannot be built: too large"),
    }
    println!("  one after the other  {naive:>10.0} texts/s");
    Ok(cost)
}

/// Texts a second, for at most so long.
fn rate(texts: &[Text], most: Duration, mut work: impl FnMut(&Text) -> usize) -> f64 {
    let began = Instant::now();
    let mut done = 0;
    for text in texts {
        black_box(work(text));
        done += 1;
        if began.elapsed() > most {
            break;
        }
    }
    f64::from(done) / began.elapsed().as_secs_f64()
}

fn regex_set(topics: &[Topic]) -> Option<regex::RegexSet> {
    let pattern = |topic: &Topic| {
        let names: Vec<String> = topic.names.iter().map(|name| regex::escape(&crate::text::fold(name))).collect();
        names.join("|")
    };
    RegexSetBuilder::new(topics.iter().map(pattern)).size_limit(1 << 30).dfa_size_limit(1 << 26).build().ok()
}

/// Reads all topics again from files that all changed, while texts are matched.
fn reloaded(topics: &[Topic], seed: u64) -> Result<()> {
    let folder = tempfile::tempdir().context("a folder")?;
    let write = |title: &str| -> Result<()> {
        std::fs::create_dir_all(folder.path().join("topics"))?;
        for (number, topic) in topics.iter().enumerate() {
            let text = format!("title = \"{title}\"\nquery = '''\n{}\n'''\n", topic.query);
            std::fs::write(folder.path().join(format!("topics/t{number:05}.toml")), text)?;
        }
        Ok(())
    };
    std::fs::write(folder.path().join(config::MAIN_FILE), "")?;
    write("before")?;
    let config = config::load(folder.path()).map_err(|mistakes| anyhow!("{:?}", mistakes.first()))?;
    let live = Live::new(config);
    write("after")?;
    let texts = made::texts(&mut StdRng::seed_from_u64(seed ^ 0x7e47), topics, 2_000);
    let done = AtomicBool::new(false);
    let (took, (matched, longest)) = std::thread::scope(|scope| {
        let matching = scope.spawn(|| {
            let (mut matched, mut longest) = (0u64, Duration::ZERO);
            for text in texts.iter().cycle() {
                if done.load(Ordering::SeqCst) {
                    break;
                }
                let began = Instant::now();
                let text = Text::read(text);
                black_box(live.config().matching(&Document::of(&text)).len());
                longest = longest.max(began.elapsed());
                matched += 1;
            }
            (matched, longest)
        });
        let began = Instant::now();
        let changed = live.refresh().changed.len();
        let took = began.elapsed();
        done.store(true, Ordering::SeqCst);
        let told = matching.join().unwrap_or_default();
        ((took, changed), told)
    });
    let (took, changed) = took;
    println!(
        "{} of {} topic files read again in {:.2} s; meanwhile {matched} texts were matched, none took longer than {:.0} ms",
        changed,
        topics.len(),
        took.as_secs_f64(),
        longest.as_secs_f64() * 1e3
    );
    Ok(())
}
