//! `hearken model`: train, eval, compare, card.

mod card;
mod compare;
pub(super) mod corpus;
mod corrections;
pub(super) mod data;
mod own_split;
mod sets;
mod themes;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Subcommand;

use crate::classify::{Group, Judge, Plan, ThemePlan};

/// Trains, scores and describes the sentiment models.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  hearken model train --data labelled/ --out sentiment-models\n  \
    hearken model eval --data labelled/\n  hearken model compare new-models/ --corrections corrections.jsonl\n  \
    hearken model card zh\n  hearken model train --themes --data labelled/\n  hearken model themes")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Learns models from labelled texts and writes them, each with its card.
    Train(TrainArgs),
    /// Scores the models on labelled texts, as a user gets them.
    Eval(EvalArgs),
    /// Holds two models against what people corrected and confirmed: what regresses, what mends.
    Compare(compare::CompareArgs),
    /// Scores the themes on our corpus: by phrases alone, and as a user gets them.
    Themes(themes::Args),
    /// Prints the card of a model: data, licences, scores, calibration, known failures.
    Card(CardArgs),
}

#[derive(Debug, clap::Args)]
struct TrainArgs {
    /// Folder of labelled sets: gzip TSV files in `sentiment/`, `theme/`, `lexicon/`.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The models' folder: lexicons and our corpus are read there, models and cards are written there.
    #[arg(long, value_name = "DIR", default_value = "sentiment-models")]
    out: PathBuf,
    /// Only these language groups: zh, en, ja, ko.
    #[arg(long, value_name = "GROUP", value_delimiter = ',')]
    group: Vec<String>,
    /// Learns half of the corrections of this file too (see `hearken corrections export`), at a weight that cannot ruin the
    /// rest; the other half stays for `hearken model compare`.
    #[arg(long, value_name = "FILE")]
    with_corrections: Option<PathBuf>,
    /// Orders the lessons; the same seed and data give the same file.
    #[arg(long, default_value_t = Plan::default().seed)]
    seed: u64,
    /// How often all lessons are seen.
    #[arg(long, default_value_t = Plan::default().epochs)]
    epochs: u32,
    /// FTRL's learning rate.
    #[arg(long, default_value_t = Plan::default().rate)]
    rate: f32,
    /// FTRL's L1 strength; higher keeps fewer weights.
    #[arg(long, default_value_t = Plan::default().l1)]
    l1: f32,
    /// FTRL's L2 strength.
    #[arg(long, default_value_t = Plan::default().l2)]
    l2: f32,
    /// An n-gram seen in fewer texts is dropped.
    #[arg(long, default_value_t = Plan::default().least_texts)]
    least_texts: u32,
    /// The share of right answers that *sure* promises on the texts kept apart.
    #[arg(long, default_value_t = Plan::default().precision)]
    precision: f64,
    /// At most this share of answers is *unsure*, whatever was promised.
    #[arg(long, default_value_t = Plan::default().most_unsure)]
    most_unsure: f64,
    /// How far calibration brings the three answers to equal masses: 0 as the sets have them, 1 equal.
    #[arg(long, default_value_t = Plan::default().balance)]
    balance: f64,
    /// Learns the model of the themes instead, with a plan of its own.
    #[arg(long)]
    themes: bool,
}

#[derive(Debug, clap::Args)]
struct EvalArgs {
    /// Folder of labelled sets.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The models' folder; without it, the models inside the program.
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Scores the test parts instead of the dev parts. Look at them once, at the end.
    #[arg(long)]
    test: bool,
    /// Scores the method instead: each set's own training split learnt alone, measured on its dev part (or --test).
    #[arg(long)]
    own_split: bool,
    /// With --own-split: how far calibration brings the three answers to equal masses.
    #[arg(long, requires = "own_split")]
    balance: Option<f64>,
    /// Everything: dev parts, test parts, both Chinese scripts, and the method on each set's own training split.
    #[arg(long, conflicts_with_all = ["test", "own_split"])]
    all: bool,
}

#[derive(Debug, clap::Args)]
struct CardArgs {
    /// The language group: zh, en, ja, ko.
    group: String,
    /// The models' folder; without it, the card inside the program.
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
}

/// Runs the command.
pub(crate) async fn run(args: Args) -> Result<ExitCode> {
    match args.action {
        Action::Train(args) if args.themes => {
            let plan = ThemePlan { seed: args.seed, ..ThemePlan::default() };
            themes::train(Some(&args.data), &args.out, plan)
        }
        Action::Train(args) => train(&args),
        Action::Eval(args) => {
            let judge = judge_of(args.models.as_deref())?;
            let own = args.models.as_deref().unwrap_or(Path::new("sentiment-models"));
            if args.all {
                return eval_all(&judge, &args.data, own);
            }
            let scores = match args.own_split {
                true => own_split::score(&data::files(own)?, &args.data, args.balance, args.test)?,
                false => card::score(&judge, &args.data, own, None, args.test)?,
            };
            println!("{}", card::table(&scores));
            Ok(ExitCode::SUCCESS)
        }
        Action::Compare(args) => compare::run(args).await,
        Action::Themes(args) => themes::score(&args),
        Action::Card(args) => print_card(&args),
    }
}

/// Prints every figure that the documents quote.
fn eval_all(judge: &Judge, data: &Path, own: &Path) -> Result<ExitCode> {
    println!("## The shipped models on dev parts\n\n{}\n", card::table(&card::score(judge, data, own, None, false)?));
    println!("## The shipped models on test parts\n\n{}\n", card::table(&card::score(judge, data, own, None, true)?));
    if let Some((same, pairs)) = card::script_pairs(judge, data)? {
        let share = same as f64 * 100.0 / pairs.max(1) as f64;
        println!("Both Chinese scripts get the same answer in {same} of {pairs} pairs ({share:.1} %).\n");
    }
    let scores = own_split::score(&data::files(own)?, data, None, true)?;
    println!("## The method on each set's own training split, test parts\n\n{}", card::table(&scores));
    Ok(ExitCode::SUCCESS)
}

/// The judge of a folder, or the built-in one.
pub(super) fn judge_of(models: Option<&Path>) -> Result<std::sync::Arc<Judge>> {
    match models {
        None => Ok(Judge::built_in()?),
        Some(folder) => {
            let judge = Judge::from_files(&data::files(folder)?);
            Ok(std::sync::Arc::new(judge.with_context(|| format!("the models in {}", folder.display()))?))
        }
    }
}

fn train(args: &TrainArgs) -> Result<ExitCode> {
    let groups = groups(&args.group)?;
    if let Some(open) = data::open_lexicons(&args.data)? {
        for (name, bytes) in open {
            std::fs::write(args.out.join(&name), bytes).with_context(|| name.clone())?;
        }
    }
    let plan = Plan {
        seed: args.seed,
        epochs: args.epochs,
        rate: args.rate,
        l1: args.l1,
        l2: args.l2,
        least_texts: args.least_texts,
        precision: args.precision,
        most_unsure: args.most_unsure,
        balance: args.balance,
        ..Plan::default()
    };
    println!("seed {}, {} epochs, rate {}, l1 {}, l2 {}", plan.seed, plan.epochs, plan.rate, plan.l1, plan.l2);
    let said = args.with_corrections.as_deref().map(super::labelled::read).transpose()?;
    let mut learnt = Vec::new();
    for group in groups {
        let (lessons, mut sources) = data::lessons(&args.data, &args.out, group)?;
        let files = data::files(&args.out)?;
        let model = match &said {
            None => Judge::learn_from(&files, group, &lessons, plan)?,
            Some(said) => {
                let taught = corrections::teach(&files, group, &lessons, said, plan)?;
                println!("{}: {}", group.as_str(), taught.told);
                sources.push(format!("| corrections | {} | your own | {} |", taught.learnt, taught.told));
                taught.model
            }
        };
        std::fs::write(args.out.join(format!("{}.model", group.as_str())), &model.bytes)?;
        println!(
            "{}: {} texts, calibrated on {}, {} features, {} bytes, version {}; unsure below {:.3} ({:.1} % right above it, {:.1} % of answers)",
            group.as_str(),
            model.texts,
            model.calibrated_on,
            model.features,
            model.bytes.len(),
            model.version,
            model.unsure_below,
            model.sure_precision * 100.0,
            model.sure_share * 100.0
        );
        learnt.push((group, model, sources));
    }
    let judge = Judge::from_files(&data::files(&args.out)?)?;
    for (group, model, sources) in learnt {
        let scores = card::score(&judge, &args.data, &args.out, Some(group), false)?;
        println!("{}", card::table(&scores));
        let text = card::write(group, &model, plan, &sources, &scores);
        std::fs::write(args.out.join(format!("{}.card.md", group.as_str())), text)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn groups(words: &[String]) -> Result<Vec<Group>> {
    if words.is_empty() {
        return Ok(Group::ALL.to_vec());
    }
    let find = |word: &String| Group::find(word).with_context(|| format!("`{word}` is none of zh, en, ja, ko"));
    words.iter().map(find).collect()
}

fn print_card(args: &CardArgs) -> Result<ExitCode> {
    let group = Group::find(&args.group).with_context(|| format!("`{}` is none of zh, en, ja, ko", args.group))?;
    let text = match &args.models {
        None => card::built_in(group).to_owned(),
        Some(folder) => {
            let path = folder.join(format!("{}.card.md", group.as_str()));
            std::fs::read_to_string(&path).with_context(|| path.display().to_string())?
        }
    };
    print!("{text}");
    Ok(ExitCode::SUCCESS)
}
