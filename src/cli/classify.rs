//! `hearken classify`: texts in, judgements out, in the same order.
//!
//! In: plain lines, or JSON lines `{"id","text"}`, on standard input. Out: one JSON line each, or words for people.
//! Never: stops at a bad line, keeps more than a few hundred texts per core in memory, or needs a configuration.

mod asking;
mod toward;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::classify::{Judge, built_in_themes};
use crate::domain::{Evidence, Judgement, Locale, Probabilities, Sentiment, Toward};
use crate::text::Text;

use self::asking::Asking;
use self::toward::Targets;

/// Judges texts from standard input: sentiment, themes, spam, and the words that decided it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Input is plain lines, or JSON lines {\"id\",\"text\"} when the first line begins with {.\n\
    Offsets in `evidence` count Unicode characters of the text. A bad line gives {\"id\",\"line\",\"error\"}.\n\n\
    Examples:\n  echo '客服等了三十分鐘都沒人接' | hearken classify\n  hearken classify --explain < posts.txt\n  \
    echo '嫩芽比綠葉好喝多了' | hearken classify --toward 嫩芽,綠葉")]
pub(crate) struct Args {
    /// Tells people in words instead of JSON.
    #[arg(long)]
    explain: bool,
    /// How lines are read: plain, json, or by the first line.
    #[arg(long, value_enum, default_value_t = Input::Auto)]
    input: Input,
    /// The models' folder; without it, the models inside the program.
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Asks the scorer of hearken.toml too, within its budget; where it answers, the leaning is its own.
    #[arg(long)]
    scorer: bool,
    /// The folder with hearken.toml, for --scorer.
    #[arg(long, default_value = ".", value_name = "DIR", requires = "scorer")]
    folder: PathBuf,
    /// Also tells the leaning toward these names; spellings of one name are set apart by |.
    #[arg(long, value_name = "NAME[|SPELLING],...", value_delimiter = ',')]
    toward: Vec<String>,
    /// How many threads judge; all cores by default.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum Input {
    Auto,
    Plain,
    Json,
}

/// Longest line that is judged, in bytes.
const LONGEST_LINE: usize = 1 << 20;
/// Lines that are judged together.
const CHUNK: usize = 256;

/// Runs the command.
pub(crate) async fn run(args: Args) -> Result<ExitCode> {
    let judge = super::model::judge_of(args.models.as_deref())?;
    let threads = args.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1);
    let scoring = match args.scorer {
        false => None,
        true => match Asking::build(&args.folder).await? {
            Ok(asking) => Some(asking),
            Err(code) => return Ok(code),
        },
    };
    let asked = Asked { judge, explain: args.explain, targets: Targets::read(&args.toward)?, scoring };
    let work = move || -> Result<u64> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        stream(io::stdin(), &mut out, &asked, args.input, threads)
    };
    let refused = tokio::task::spawn_blocking(work).await.context("the judging thread ended early")?;
    let refused = match refused {
        Err(error) if super::out::reader_gone(&error) => return Ok(ExitCode::SUCCESS),
        refused => refused?,
    };
    if refused > 0 {
        eprintln!("hearken classify: {refused} lines could not be read; each is told in its place");
    }
    Ok(ExitCode::SUCCESS)
}

/// What is asked of every text.
struct Asked {
    judge: Arc<Judge>,
    explain: bool,
    targets: Option<Targets>,
    scoring: Option<Asking>,
}

/// One line as it came.
struct Line {
    number: u64,
    bytes: Vec<u8>,
    too_long: bool,
}

struct Job {
    order: u64,
    json: bool,
    lines: Vec<Line>,
}

struct Done {
    order: u64,
    text: String,
    refused: u64,
}

/// Judges everything from `input`, keeping the order; returns how many lines were refused.
fn stream(input: impl Read + Send, out: &mut impl Write, asked: &Asked, mode: Input, threads: usize) -> Result<u64> {
    let (jobs, taken) = sync_channel::<Job>(threads * 2);
    let (done, finished) = sync_channel::<Done>(threads * 2);
    let taken = Mutex::new(taken);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || read(input, mode, &jobs));
        for _ in 0..threads {
            let done = done.clone();
            let taken = &taken;
            scope.spawn(move || work(asked, taken, &done));
        }
        drop(done);
        let written = write_in_order(out, &finished);
        drop(finished);
        let read = reader.join().unwrap_or_else(|_| Err(io::Error::other("the reading thread ended early")));
        let refused = written.or_else(closed_is_fine).context("writing judgements")?;
        read.context("reading texts")?;
        Ok(refused)
    })
}

/// A reader that went away (`| head`) is no failure.
fn closed_is_fine(error: io::Error) -> io::Result<u64> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(0) } else { Err(error) }
}

fn read(input: impl Read, mode: Input, jobs: &SyncSender<Job>) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(1 << 16, input);
    let (mut number, mut order) = (0, 0);
    let mut json = (mode != Input::Auto).then_some(mode == Input::Json);
    let mut lines = Vec::new();
    loop {
        let line = read_line(&mut reader, number + 1)?;
        let ended = line.is_none();
        if let Some(line) = line {
            number += 1;
            json = json.or_else(|| first_says(&line.bytes));
            lines.push(line);
        }
        // A pause in the input sends what is there, so that a person who types sees the answer.
        let full = lines.len() >= CHUNK || reader.buffer().is_empty();
        if !lines.is_empty() && (full || ended) {
            let job = Job { order, json: json.unwrap_or(false), lines: std::mem::take(&mut lines) };
            order += 1;
            if jobs.send(job).is_err() {
                return Ok(());
            }
        }
        if ended {
            return Ok(());
        }
    }
}

/// Whether the first line that is not empty begins an object.
fn first_says(line: &[u8]) -> Option<bool> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
    line.first().map(|byte| *byte == b'{')
}

fn read_line(reader: &mut impl BufRead, number: u64) -> io::Result<Option<Line>> {
    let mut bytes = Vec::new();
    let read = reader.by_ref().take(LONGEST_LINE as u64 + 1).read_until(b'\n', &mut bytes)?;
    if read == 0 {
        return Ok(None);
    }
    let too_long = bytes.len() > LONGEST_LINE && bytes.last() != Some(&b'\n');
    if too_long {
        bytes.clear();
        reader.skip_until(b'\n')?;
    }
    while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        bytes.pop();
    }
    if number == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    Ok(Some(Line { number, bytes, too_long }))
}

fn work(asked: &Asked, taken: &Mutex<Receiver<Job>>, done: &SyncSender<Done>) {
    loop {
        let job = match taken.lock() {
            Ok(queue) => queue.recv(),
            Err(_) => return,
        };
        let Ok(job) = job else { return };
        let (mut text, mut refused) = (String::new(), 0);
        let mut judged = Vec::with_capacity(job.lines.len());
        for line in &job.lines {
            if job.json && line.bytes.trim_ascii().is_empty() && !line.too_long {
                continue;
            }
            match read_text(line, job.json) {
                Ok((id, original)) => {
                    let read = Text::read(&original);
                    let judgement = asked.judge.judge(&read);
                    judged.push(Ok((id, read, judgement)));
                }
                Err((id, why)) => {
                    refused += 1;
                    judged.push(Err(json!({ "id": id, "line": line.number, "error": why })));
                }
            }
        }
        if let Some(scoring) = &asked.scoring {
            scoring.put_in(judged.iter_mut().filter_map(|one| one.as_mut().ok()));
        }
        for one in judged {
            match one {
                Ok((id, read, judgement)) => tell(asked, &id, &read, &judgement, &mut text),
                Err(refused) => text.push_str(&format!("{refused}\n")),
            }
        }
        if done.send(Done { order: job.order, text, refused }).is_err() {
            return;
        }
    }
}

/// The id and the text of a line, or the id as far as it is known and what is wrong.
fn read_text(line: &Line, json: bool) -> Result<(Value, String), (Value, String)> {
    let number = Value::from(line.number);
    if line.too_long {
        return Err((number, format!("the line is longer than {LONGEST_LINE} bytes")));
    }
    let text = std::str::from_utf8(&line.bytes)
        .map_err(|error| (number.clone(), format!("the line is not UTF-8 from byte {} on", error.valid_up_to())))?;
    if !json {
        return Ok((number, text.to_owned()));
    }
    let value: Value =
        serde_json::from_str(text).map_err(|error| (number.clone(), format!("the line is not JSON: {error}")))?;
    let Value::Object(mut object) = value else {
        return Err((number, "the line is not a JSON object".to_owned()));
    };
    let id = object.remove("id").unwrap_or(number);
    match object.remove("text") {
        Some(Value::String(text)) => Ok((id, text)),
        Some(_) => Err((id, "`text` is not a string".to_owned())),
        None => Err((id, "`text` is missing".to_owned())),
    }
}

fn write_in_order(out: &mut impl Write, finished: &Receiver<Done>) -> io::Result<u64> {
    let mut waiting = BTreeMap::new();
    let (mut next, mut refused) = (0, 0);
    for done in finished {
        refused += done.refused;
        waiting.insert(done.order, done.text);
        while let Some(text) = waiting.remove(&next) {
            out.write_all(text.as_bytes())?;
            next += 1;
        }
        out.flush()?;
    }
    Ok(refused)
}

fn tell(asked: &Asked, id: &Value, text: &Text, judgement: &Judgement, out: &mut String) {
    let original = text.original();
    let toward = asked.targets.as_ref().map(|targets| targets.each(&asked.judge, text, judgement));
    if asked.explain {
        explain_to(&asked.judge, id, text, judgement, toward.as_deref().unwrap_or_default(), out);
        return;
    }
    let mut told = as_json(id, original, judgement);
    if let (Some(toward), Value::Object(told)) = (toward, &mut told) {
        let characters = Characters::of(original);
        let each = toward.iter().map(|(name, named, toward)| toward::as_json(name, *named, toward, &characters));
        told.insert("toward".to_owned(), each.collect());
    }
    if let (Some(_), Value::Object(told)) = (&asked.scoring, &mut told) {
        told.insert("model".to_owned(), Value::from(judgement.model.as_str()));
    }
    out.push_str(&told.to_string());
    out.push('\n');
}

fn p_json(p: &Probabilities) -> Value {
    json!({ "neg": rounded(p.negative), "neu": rounded(p.neutral), "pos": rounded(p.positive) })
}

fn evidence_json(evidence: &[Evidence], characters: &Characters) -> Vec<Value> {
    let of_sentiment = evidence.iter().filter(|evidence| evidence.of == "sentiment");
    let one = |evidence: &Evidence| {
        json!({ "start": characters.before(evidence.start), "end": characters.before(evidence.end),
                "weight": rounded(evidence.weight) })
    };
    of_sentiment.map(one).collect()
}

fn as_json(id: &Value, original: &str, judgement: &Judgement) -> Value {
    let p = &judgement.p;
    let evidence = evidence_json(&judgement.evidence, &Characters::of(original));
    let themes: Vec<Value> = judgement
        .themes
        .iter()
        .map(|theme| json!({ "name": theme.theme.to_string(), "p": rounded(theme.p) }))
        .collect();
    json!({
        "id": id,
        "lang": judgement.language.as_str(),
        "sentiment": word_of(p.best().0),
        "unsure": judgement.sentiment == Sentiment::Unsure,
        "p": p_json(p),
        "themes": themes,
        "spam": rounded(judgement.spam),
        "evidence": evidence,
    })
}

fn word_of(sentiment: Sentiment) -> &'static str {
    match sentiment {
        Sentiment::Negative => "neg",
        Sentiment::Neutral | Sentiment::Unsure => "neu",
        Sentiment::Positive => "pos",
    }
}

/// Four decimals, so that the same answer prints the same everywhere.
fn rounded(value: f32) -> f64 {
    (f64::from(value) * 10_000.0).round() / 10_000.0
}

/// Byte places of a text as character places.
struct Characters(Vec<usize>);

impl Characters {
    fn of(text: &str) -> Self {
        Self(text.char_indices().map(|(byte, _)| byte).collect())
    }

    fn before(&self, byte: usize) -> usize {
        self.0.partition_point(|start| *start < byte)
    }
}

fn explain_to(
    judge: &Judge,
    id: &Value,
    text: &Text,
    judgement: &Judgement,
    toward: &[(&str, bool, Toward)],
    out: &mut String,
) {
    let p = &judgement.p;
    let unsure = if judgement.sentiment == Sentiment::Unsure { ", not sure enough to act on" } else { "" };
    let _infallible = writeln!(
        out,
        "{id}  {}\n  language   {}\n  sentiment  {}{unsure}  (negative {:.2}, neutral {:.2}, positive {:.2})",
        text.original(),
        judgement.language.as_str(),
        p.best().0.as_str(),
        p.negative,
        p.neutral,
        p.positive
    );
    let spans = |of: &str| {
        let of_it = judgement.evidence.iter().filter(|evidence| evidence.of == of);
        let told = of_it.filter_map(|evidence| {
            let word = text.original().get(evidence.start..evidence.end)?;
            Some(format!("「{word}」 {:+.2}", evidence.weight))
        });
        told.collect::<Vec<_>>().join("  ")
    };
    let _infallible = writeln!(out, "  because    {}", spans("sentiment"));
    out.push_str(&toward::explained(toward));
    for theme in &judgement.themes {
        let known = built_in_themes().iter().find(|known| known.name == theme.theme);
        let title = known.map_or_else(|| theme.theme.to_string(), |known| known.title(Locale::En).to_owned());
        let because = spans(&format!("theme:{}", theme.theme));
        let _infallible = writeln!(out, "  theme      {title} {:.2}  {because}", theme.p);
    }
    let reasons: Vec<String> =
        judge.spam_reasons(text).iter().map(|reason| format!("{} {:.2}", reason.reason, reason.weight)).collect();
    let _infallible = writeln!(out, "  spam       {:.2}  {}\n", judgement.spam, reasons.join(", "));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classify(input: &[u8], mode: Input) -> Vec<Value> {
        classify_toward(input, mode, &[])
    }

    fn classify_toward(input: &[u8], mode: Input, toward: &[String]) -> Vec<Value> {
        let judge = Judge::built_in().expect("the built-in judge");
        let mut out = Vec::new();
        let asked = Asked { judge, explain: false, targets: Targets::read(toward).expect("names"), scoring: None };
        stream(io::Cursor::new(input.to_vec()), &mut out, &asked, mode, 3).expect("it streams");
        let text = String::from_utf8(out).expect("UTF-8");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    #[test]
    fn answers_come_in_the_order_of_the_lines() {
        let input: String = (0..3_000).map(|n| format!("{{\"id\":{n},\"text\":\"第{n}次客服都不回\"}}\n")).collect();
        let answers = classify(input.as_bytes(), Input::Auto);
        assert!(answers.iter().enumerate().all(|(n, answer)| answer["id"] == n));
        assert_eq!(answers.len(), 3_000);
    }

    #[test]
    fn a_bad_line_is_told_in_its_place_and_the_rest_goes_on() {
        let input = b"{\"id\":\"a\",\"text\":\"\xe5\xa5\xbd\"}\n{\"id\":\"b\"}\nnot json\n\xff\xfe\n{\"id\":\"c\",\"text\":\"ok\"}";
        let answers = classify(input, Input::Auto);
        assert_eq!(answers.len(), 5);
        assert_eq!((&answers[1]["id"], &answers[1]["error"]), (&json!("b"), &json!("`text` is missing")));
        assert_eq!(answers[2]["line"], 3);
        assert!(answers[3]["error"].as_str().is_some_and(|error| error.contains("UTF-8")));
        assert_eq!(answers[4]["id"], "c");
    }

    #[test]
    fn plain_lines_are_numbered_and_evidence_counts_characters() {
        let original = "😀😀 這家店真的超級難吃，再也不來";
        let answers = classify(original.as_bytes(), Input::Auto);
        assert_eq!(answers[0]["id"], 1);
        let length = original.chars().count() as u64;
        for evidence in answers[0]["evidence"].as_array().expect("a list") {
            let (start, end) = (evidence["start"].as_u64(), evidence["end"].as_u64());
            assert!(start < end && end <= Some(length), "{evidence}");
        }
    }

    #[test]
    fn names_that_are_asked_for_get_their_own_answers_and_nothing_else_changes() {
        let input = "嫩芽比綠葉好喝多了".as_bytes();
        let mut answers =
            classify_toward(input, Input::Plain, &["嫩芽|sprout".to_owned(), "綠葉".to_owned(), "Z".to_owned()]);
        let toward = answers[0].as_object_mut().and_then(|answer| answer.remove("toward")).expect("a list");
        assert_eq!(answers, classify(input, Input::Plain));
        let told =
            |n: usize| (toward[n]["name"].as_str(), toward[n]["named"].as_bool(), toward[n]["sentiment"].as_str());
        assert_eq!(told(0), (Some("嫩芽"), Some(true), Some("pos")));
        assert_eq!(told(1), (Some("綠葉"), Some(true), Some("neg")));
        assert_eq!(told(2), (Some("Z"), Some(false), answers[0]["sentiment"].as_str()));
    }

    #[test]
    fn a_line_beyond_the_limit_is_refused_and_skipped() {
        let mut input = vec![b'x'; LONGEST_LINE + 10];
        input.extend_from_slice(b"\nfine\n");
        let answers = classify(&input, Input::Plain);
        assert_eq!(answers.len(), 2);
        assert!(answers[0]["error"].as_str().is_some_and(|error| error.contains("longer")));
    }

    #[test]
    fn half_a_surrogate_pair_is_refused_in_its_place_and_a_whole_one_is_read() {
        let input = br#"{"id":"a","text":"\ud83d\ude00 bad"}
{"id":"b","text":"cut \ud83d"}
{"id":"c","text":"\ude00 cut"}
{"id":"d","text":"\ud83d\ud83d"}
{"id":"e","text":"fine"}"#;
        let answers = classify(input, Input::Auto);
        let refused: Vec<bool> = answers.iter().map(|answer| answer["error"].is_string()).collect();
        assert_eq!(refused, [false, true, true, true, false]);
        assert_eq!((&answers[1]["line"], &answers[4]["id"]), (&json!(2), &json!("e")));
    }

    #[test]
    fn a_line_of_the_longest_length_is_judged() {
        let text = "爛透了！".repeat(LONGEST_LINE / 12);
        let answers = classify(format!("{text}\nfine\n").as_bytes(), Input::Plain);
        assert!(answers.len() == 2 && answers[0]["error"].is_null() && answers[0]["sentiment"].is_string());
    }
}
