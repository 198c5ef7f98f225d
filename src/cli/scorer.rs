//! `hearken scorer`: asks the scorer of the configuration as the server does, and shows what it costs and how it fares.
//!
//! In: texts, as arguments or lines. Out: its answers beside those of our own models; the day's budget. Never: stores a mention.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

use super::check::{count, told_mistakes};
use crate::config::Config;
use crate::domain::{Clock, Language, Probabilities};
use crate::pipeline::{Scoring, Told};
use crate::scorer::{Asked, BuiltIn, Score, masked};
use crate::settings::Mistake;
use crate::store::{ScorerDay, ScorerState, ScorerStatus, Store};
use crate::text::Text;

/// Asks the scorer of hearken.toml about texts, or shows what it cost today and how it fares.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hearken scorer test 客服等了三十分鐘都沒人接\n  hearken scorer test < posts.txt\n  \
    hearken scorer state"
)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,

    /// The folder with hearken.toml and topics/.
    #[arg(long, default_value = ".", global = true)]
    folder: PathBuf,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Ask about texts, and tell the answers beside those of our own models. Answers are remembered and counted as the server's are.
    Test {
        /// The texts; lines of standard input when absent.
        texts: Vec<String>,
        /// Ask anew, also about what was answered before.
        #[arg(long)]
        anew: bool,
    },
    /// How the scorer fares, what it cost today, how many answers are remembered.
    State,
}

/// Runs the command.
pub(super) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = match super::load_whole(&args.folder, None) {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    if config.scorer.is_none() {
        eprint!("{}", told_mistakes(&[no_scorer(&config)]));
        return Ok(ExitCode::from(super::MISTAKES));
    }
    let store = Store::open(&config.database).await.context("the database did not open")?;
    let done = match args.command {
        Command::Test { texts, anew } => test(&config, &store, texts, anew).await,
        Command::State => state(&config, &store).await.map(|()| ExitCode::SUCCESS),
    };
    store.close().await;
    done
}

/// What is told where a scorer is needed and none is configured.
pub(super) fn no_scorer(config: &Config) -> Mistake {
    Mistake {
        file: config.main_file(),
        place: "scorer".to_owned(),
        message: "no other scorer is configured, our own models judge alone".to_owned(),
        hint: "add [scorer]; docs/judging.md says what it needs".to_owned(),
        ..Mistake::default()
    }
}

async fn test(config: &Config, store: &Store, texts: Vec<String>, anew: bool) -> anyhow::Result<ExitCode> {
    let scoring = match Scoring::build(config, store.clone(), Clock::System) {
        Ok(Some(scoring)) => scoring,
        Ok(None) => return Ok(ExitCode::from(super::MISTAKES)),
        Err(problem) => {
            eprintln!("the scorer cannot be asked: {problem}");
            return Ok(ExitCode::from(super::FAILED));
        }
    };
    let scoring = if anew { scoring.anew() } else { scoring };
    let texts = if texts.is_empty() { lines()? } else { texts };
    let read: Vec<Text> = texts.iter().map(|text| Text::read(text)).collect();
    let languages: Vec<Language> = read.iter().map(Text::language).collect();
    let asked = read.iter().zip(&languages).map(|(text, language)| Asked { text: masked(text), language: *language });
    let asked: Vec<Asked> = asked.collect();
    let built_in = BuiltIn::new(super::model::judge_of(config.models.as_deref())?);
    let ours = built_in.score(&asked).await?;
    let began = std::time::Instant::now();
    let told = scoring.ask(texts.iter().cloned().zip(languages.iter().copied()).collect()).await?;
    let took = began.elapsed();
    println!("{} beside {}\n", scoring.model(), built_in.name());
    for (((text, language), theirs), ours) in texts.iter().zip(&languages).zip(&told.answers).zip(&ours.answers) {
        println!("{text}\n  language   {}", language.as_str());
        println!("  scorer     {}", theirs.as_ref().map_or("no answer".to_owned(), leaning));
        println!("  built in   {}\n", ours.as_ref().map_or_else(Clone::clone, leaning));
    }
    println!("{}", cost(&told, took.as_millis()));
    state(config, store).await?;
    Ok(if told.problem.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(super::FAILED) })
}

fn lines() -> anyhow::Result<Vec<String>> {
    let lines: Result<Vec<String>, _> = std::io::stdin().lock().lines().collect();
    let lines = lines.context("standard input is not a text")?;
    Ok(lines.into_iter().filter(|line| !line.trim().is_empty()).collect())
}

fn leaning(p: &Probabilities) -> String {
    let (negative, neutral, positive) = (p.negative, p.neutral, p.positive);
    format!("{:8}  (negative {negative:.2}, neutral {neutral:.2}, positive {positive:.2})", p.best().0.as_str())
}

fn cost(told: &Told, milliseconds: u128) -> String {
    let mut text = format!(
        "{} in {milliseconds} ms, {} tokens; {} answered before, {} not answered",
        count(told.requests, "request"),
        told.tokens,
        count(told.remembered, "text"),
        told.fell_back
    );
    if !told.problem.is_empty() {
        text.push_str(&format!("\nproblem: {}", told.problem));
    }
    text
}

async fn state(config: &Config, store: &Store) -> anyhow::Result<()> {
    let Some(settings) = &config.scorer else { return Ok(()) };
    let (name, day) = (settings.name(), Clock::System.now().with_timezone(&config.zone).date_naive().to_string());
    let fares = store.scorer_state(&name).await.context("reading the scorer's state")?;
    let spent = store.scorer_day(&name, &day).await.context("reading the scorer's day")?;
    println!("{name}: {}", fares.as_ref().map_or("not asked yet".to_owned(), |fares| fare(config, fares)));
    let ScorerDay { requests, texts, tokens, remembered, fell_back } = spent;
    if let Some(budget) = settings.budget() {
        let most = budget.texts.map_or(String::new(), |most| format!(" of {most}"));
        println!(
            "{day}: {requests} of {} requests, {texts}{most} texts, {tokens} tokens; {remembered} answered before, \
             {fell_back} judged by our own models",
            budget.requests
        );
        let held = store.count_scorer_answers().await.context("counting answers")?;
        println!("{} remembered", count(usize::try_from(held).unwrap_or(0), "answer"));
    } else {
        println!("{day}: {fell_back} judged by our own models");
    }
    Ok(())
}

fn fare(config: &Config, fares: &ScorerStatus) -> String {
    let since = fares.since.with_timezone(&config.zone).format("%Y-%m-%d %H:%M");
    let word = match fares.state {
        ScorerState::Well => "answers",
        ScorerState::Failing => "does not answer",
        ScorerState::Spent => "its budget is spent",
    };
    let detail = if fares.detail.is_empty() { String::new() } else { format!(": {}", fares.detail) };
    format!("{word} since {since}{detail}")
}
