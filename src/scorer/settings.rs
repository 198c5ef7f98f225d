//! `[scorer]`: who else is asked how texts lean.
//!
//! In: its table. Out: settings that need no further check. Never: reveals the key, calls anything.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use url::{Host, Url};

use crate::domain::{Language, Sentiment};
use crate::settings::{Secret, Table};

/// What a program says that cannot run such a model.
pub(super) const WITHOUT_ONNX: &str = "this program was built without ONNX";

/// Below this probability an answer is unsure.
const UNSURE_BELOW: f64 = 0.6;
/// Texts in one request, when nothing is said.
const AT_ONCE: i64 = 16;
/// Requests side by side, when nothing is said.
const PARALLEL: i64 = 2;
/// Requests a day, when nothing is said: a mistake must not cost a month's money.
const REQUESTS: i64 = 1_000;
/// How long one answer, and all answers for one batch, may take.
const TIMEOUT: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(60);
/// Characters of a model's name.
const LONGEST_NAME: usize = 200;
/// Tokens of a text that a model reads.
const LONGEST: i64 = 256;

/// `[scorer]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What is asked.
    pub kind: Kind,
    /// Only texts in these languages (`zh` means all Chinese); all when empty.
    pub languages: Vec<String>,
    /// Below this probability an answer is unsure.
    pub unsure_below: f32,
    /// How long one batch waits for all its answers; what is not answered by then is judged by our own models.
    pub patience: Duration,
}

/// The kinds of scorers.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// An endpoint that speaks as OpenAI's does.
    Http(HttpSettings),
    /// A model in a file.
    Onnx(OnnxSettings),
}

/// `kind = "http"`.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpSettings {
    /// What `/chat/completions` is below.
    pub address: Url,
    /// Which model is asked.
    pub model: String,
    /// What the calls are signed with.
    pub key: Option<Secret>,
    /// How long one answer may take.
    pub timeout: Duration,
    /// Texts in one request.
    pub at_once: usize,
    /// Requests side by side.
    pub parallel: usize,
    /// What may be spent.
    pub budget: Budget,
    /// Whether temperature 0 is asked for; some models refuse to be asked.
    pub is_fixed: bool,
}

/// What may be spent in one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Requests.
    pub requests: i64,
    /// Texts; as many as the requests take when `None`.
    pub texts: Option<i64>,
}

/// `kind = "onnx"`.
#[derive(Clone, Debug, PartialEq)]
pub struct OnnxSettings {
    /// The model's file.
    pub model: PathBuf,
    /// Its `tokenizer.json`.
    pub tokenizer: PathBuf,
    /// The library of ONNX Runtime.
    pub runtime: PathBuf,
    /// What the model's outputs mean, in their order: two or three of negative, neutral, positive.
    pub labels: Vec<Sentiment>,
    /// Texts that run together.
    pub at_once: usize,
    /// Tokens of a text that are read.
    pub longest: usize,
}

impl Settings {
    /// Reads `[scorer]`; its mistakes are kept where the table keeps them.
    pub fn read(root: &Table<'_>) -> Option<Self> {
        let table = root.table("scorer")?;
        if !table.has("kind") {
            table.need_text("kind", "\"http\" for an endpoint, \"onnx\" for a model in a file");
        }
        let kind = table.word("kind", &["http", "onnx"]);
        let languages = read_languages(&table);
        let unsure_below = table.number("unsure_below", 0.0..=1.0).unwrap_or(UNSURE_BELOW) as f32;
        let patience = read_duration(&table, "patience", PATIENCE, 3_600);
        let kind = match kind {
            Some("http") => read_http(&table).map(Kind::Http),
            Some(_) => read_onnx(&table).map(Kind::Onnx),
            // Without its kind nobody can say which keys belong there.
            None => return None,
        };
        table.finish();
        Some(Self { kind: kind?, languages, unsure_below, patience: patience? })
    }

    /// What it is called where its days are counted: kind and model.
    pub fn name(&self) -> String {
        match &self.kind {
            Kind::Http(http) => format!("http-{}", http.model),
            Kind::Onnx(onnx) => {
                format!("onnx-{}", onnx.model.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default())
            }
        }
    }

    /// What may be spent; `None` for what costs nothing.
    pub fn budget(&self) -> Option<Budget> {
        match &self.kind {
            Kind::Http(http) => Some(http.budget),
            Kind::Onnx(_) => None,
        }
    }

    /// Calls that are made side by side.
    pub fn parallel(&self) -> usize {
        match &self.kind {
            Kind::Http(http) => http.parallel,
            Kind::Onnx(_) => 1,
        }
    }

    /// Whether it is asked about texts in this language.
    pub fn takes(&self, language: Language) -> bool {
        self.languages.is_empty() || self.languages.iter().any(|wanted| language.is_wanted_by(wanted))
    }
}

fn read_languages(table: &Table<'_>) -> Vec<String> {
    let mut known: Vec<&str> = Language::ALL.iter().map(|language| language.as_str()).collect();
    known.push("zh");
    let languages = table.texts("languages");
    for language in languages.iter().filter(|language| !known.contains(&language.as_str())) {
        table.not_found("languages", "language", language, &known);
    }
    languages
}

fn read_duration(table: &Table<'_>, key: &str, usual: Duration, most: u64) -> Option<Duration> {
    if !table.has(key) {
        // Asked for, so that it is a known key.
        return Some(table.duration(key).and_then(|duration| duration.to_std().ok()).unwrap_or(usual));
    }
    let duration = table.duration(key)?.to_std().ok();
    let fits = duration.filter(|duration| (1..=most).contains(&duration.as_secs()));
    if fits.is_none() {
        table.mistake(
            key,
            "is too short or too long",
            format!("write 1s to {most}s, such as \"{}s\"", usual.as_secs()),
        );
    }
    fits
}

fn read_http(table: &Table<'_>) -> Option<HttpSettings> {
    let address = read_address(table);
    let model = read_name(table);
    let key = table.secret("key");
    let timeout = read_duration(table, "timeout", TIMEOUT, 600);
    let count = |key: &str, most: i64, usual: i64| table.integer(key, 1..=most).unwrap_or(usual);
    let (at_once, parallel) = (count("at_once", 64, AT_ONCE), count("parallel", 16, PARALLEL));
    let budget = Budget {
        requests: table.integer("requests_per_day", 0..=i64::MAX).unwrap_or(REQUESTS),
        texts: table.integer("texts_per_day", 0..=i64::MAX),
    };
    let is_fixed = table.word("sampling", &["fixed", "model"]).is_none_or(|word| word == "fixed");
    if table.has("key") && key.is_none() {
        return None;
    }
    Some(HttpSettings {
        address: address?,
        model: model?,
        key,
        timeout: timeout?,
        at_once: usize::try_from(at_once).ok()?,
        parallel: usize::try_from(parallel).ok()?,
        budget,
        is_fixed,
    })
}

/// The model's name. It is stored with every judgement, so no database may choke on it.
fn read_name(table: &Table<'_>) -> Option<String> {
    let text = table.need_text("model", "the model's name, as the endpoint knows it")?;
    let name = text.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        let hint = format!("write the name as the endpoint knows it, at most {LONGEST_NAME} characters on one line");
        table.mistake("model", "cannot be a model's name", hint);
        return None;
    }
    Some(name.to_owned())
}

fn read_address(table: &Table<'_>) -> Option<Url> {
    let text =
        table.need_text("address", "what stands before /chat/completions, such as \"http://127.0.0.1:11434/v1\"")?;
    let url = Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url else {
        table.mistake("address", format!("`{text}` is not a web address"), "write https://host/v1");
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        let hint = "write the bare address, and the key as key = \"env:NAME\"";
        table.mistake("address", "a name, a password or a query stands in the address", hint);
        return None;
    }
    if url.scheme() == "http" && !is_this_machine(&url) {
        let hint = "use https, or an endpoint on this machine";
        table.warning("address", "texts and key travel unencrypted", hint);
    }
    Some(url)
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn read_onnx(table: &Table<'_>) -> Option<OnnxSettings> {
    let model = read_file(table, "model", "the model's file, such as \"models/leaning.onnx\"");
    let tokenizer = read_file(table, "tokenizer", "the tokenizer.json that stands beside the model");
    let runtime =
        read_file(table, "runtime", "the library of ONNX Runtime, such as \"/opt/onnxruntime/libonnxruntime.so\"");
    let labels = read_labels(table);
    let at_once = table.integer("at_once", 1..=256).unwrap_or(AT_ONCE);
    let longest = table.integer("longest", 8..=8_192).unwrap_or(LONGEST);
    if cfg!(not(feature = "onnx")) {
        table.mistake(
            "kind",
            WITHOUT_ONNX,
            "build it with `cargo build --release --features onnx`, or use kind = \"http\"",
        );
    }
    Some(OnnxSettings {
        model: model?,
        tokenizer: tokenizer?,
        runtime: runtime?,
        labels: labels?,
        at_once: usize::try_from(at_once).ok()?,
        longest: usize::try_from(longest).ok()?,
    })
}

fn read_file(table: &Table<'_>, key: &str, hint: &str) -> Option<PathBuf> {
    let text = table.need_text(key, hint)?;
    let path = table.folder().join(&text);
    if !path.is_file() {
        table.mistake(key, format!("`{text}` is not a file"), hint);
        return None;
    }
    Some(path)
}

fn read_labels(table: &Table<'_>) -> Option<Vec<Sentiment>> {
    let words = table.texts("labels");
    if words.is_empty() && !table.has("labels") {
        return Some(vec![Sentiment::Negative, Sentiment::Neutral, Sentiment::Positive]);
    }
    let of = |word: &String| Sentiment::find(word).filter(|label| *label != Sentiment::Unsure);
    let labels: Vec<Sentiment> = words.iter().filter_map(of).collect();
    let each: HashMap<&str, usize> = labels.iter().fold(HashMap::new(), |mut each, label| {
        *each.entry(label.as_str()).or_default() += 1;
        each
    });
    let once = each.values().all(|count| *count == 1);
    let both = each.contains_key("negative") && each.contains_key("positive");
    if labels.len() != words.len() || !once || !both {
        let hint = "what the outputs mean, in the model's order: [\"negative\", \"neutral\", \"positive\"], or two of a model without neutral";
        table.mistake("labels", format!("`{}` names no three leanings", words.join(", ")), hint);
        return None;
    }
    Some(labels)
}
