//! A model in a file, run by ONNX Runtime: a tokenizer, one pass, the largest of its outputs.
//!
//! In: masked texts. Out: for each the probabilities of the labels that the settings name. The library of the runtime is loaded
//! from where the settings say. Never: downloads anything, calls out.

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use ort::environment::Environment;
use ort::session::{Session, SessionInputValue};
use ort::value::Tensor;
use sha2::{Digest, Sha256};
use tokenizers::{PaddingParams, PaddingStrategy, Tokenizer, TruncationParams};

use super::{Asked, Error, OnnxSettings, Score, Scored};
use crate::domain::{Probabilities, Sentiment};

/// What tokenizers call the token that fills a row up.
const PADS: [&str; 3] = ["[PAD]", "<pad>", "<PAD>"];

/// The model, ready to be asked.
pub struct Onnx {
    model: Arc<Mutex<Model>>,
    name: String,
    at_once: usize,
}

struct Model {
    session: Session,
    tokenizer: Tokenizer,
    labels: Vec<Sentiment>,
    inputs: Vec<Input>,
}

/// What the model wants to be told of each token.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Input {
    Ids,
    Mask,
    Types,
}

impl Input {
    const ALL: [(&'static str, Self); 3] =
        [("input_ids", Self::Ids), ("attention_mask", Self::Mask), ("token_type_ids", Self::Types)];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, input)| *input == self).map_or("", |(name, _)| name)
    }
}

impl Onnx {
    /// Loads the runtime, the model and its tokenizer, and asks it about one text; the error says what does not fit.
    pub fn load(settings: &OnnxSettings) -> Result<Self, String> {
        let place = |path: &Path, error: &dyn std::fmt::Display| format!("`{}`: {error}", path.display());
        let bytes = std::fs::read(&settings.model).map_err(|error| place(&settings.model, &error))?;
        let environment = runtime(&settings.runtime).map_err(|error| place(&settings.runtime, &error))?;
        let session = Session::builder(&environment).and_then(|mut builder| builder.commit_from_memory(&bytes));
        let session = session.map_err(|error| place(&settings.model, &error))?;
        let tokenizer = tokenizer(settings).map_err(|error| place(&settings.tokenizer, &error))?;
        let inputs = inputs(&session).map_err(|error| place(&settings.model, &error))?;
        let labels = settings.labels.clone();
        let mut model = Model { session, tokenizer, labels, inputs };
        model.run(&["test".to_owned()]).map_err(|error| place(&settings.model, &error))?;
        let stem = settings.model.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
        let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(&bytes));
        let name = format!("onnx-{stem}-{a:02x}{b:02x}{c:02x}{d:02x}");
        Ok(Self { model: Arc::new(Mutex::new(model)), name, at_once: settings.at_once })
    }
}

/// The runtime, loaded by whoever needs it first: a process has one, from one library.
fn runtime(library: &Path) -> Result<Environment, String> {
    static RUNTIME: Mutex<Option<Environment>> = Mutex::new(None);
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(runtime) = &*runtime {
        return Ok(runtime.clone());
    }
    let loaded = ort::init_from(library).map_err(|error| error.to_string())?;
    let loaded = loaded.with_telemetry(false).build().map_err(|error| error.to_string())?;
    Ok(runtime.insert(loaded).clone())
}

fn tokenizer(settings: &OnnxSettings) -> Result<Tokenizer, tokenizers::Error> {
    let mut tokenizer = Tokenizer::from_file(&settings.tokenizer)?;
    let padding = match tokenizer.get_padding() {
        Some(padding) => padding.clone(),
        None => {
            let known = PADS.iter().find_map(|pad| Some(((*pad).to_owned(), tokenizer.token_to_id(pad)?)));
            let (pad_token, pad_id) = known.unwrap_or_default();
            PaddingParams { pad_token, pad_id, ..PaddingParams::default() }
        }
    };
    // Rows are filled up to the longest of their batch, not to the length that the file may fix.
    tokenizer.with_padding(Some(PaddingParams { strategy: PaddingStrategy::BatchLongest, ..padding }));
    let cut = TruncationParams { max_length: settings.longest, ..TruncationParams::default() };
    tokenizer.with_truncation(Some(cut))?;
    Ok(tokenizer)
}

fn inputs(session: &Session) -> Result<Vec<Input>, String> {
    let known = |name: &str| Input::ALL.iter().find(|(known, _)| *known == name).map(|(_, input)| *input);
    let wanted = session.inputs().iter().map(|input| {
        known(input.name()).ok_or_else(|| format!("the model wants `{}`, which no tokenizer gives", input.name()))
    });
    wanted.collect()
}

impl Model {
    fn run(&mut self, texts: &[String]) -> Result<Vec<Result<Probabilities, String>>, String> {
        let encoded = self.tokenizer.encode_batch(texts.to_vec(), true).map_err(|error| error.to_string())?;
        let width = encoded.iter().map(tokenizers::Encoding::len).max().unwrap_or(0);
        let shape = [encoded.len() as i64, width as i64];
        let mut values: Vec<(Cow<'_, str>, SessionInputValue<'_>)> = Vec::new();
        for input in &self.inputs {
            let row = |one: &tokenizers::Encoding| -> Vec<i64> {
                let tokens = match input {
                    Input::Ids => one.get_ids(),
                    Input::Mask => one.get_attention_mask(),
                    Input::Types => one.get_type_ids(),
                };
                tokens.iter().map(|token| i64::from(*token)).collect()
            };
            let tokens: Vec<i64> = encoded.iter().flat_map(row).collect();
            let tensor = Tensor::from_array((shape, tokens)).map_err(|error| error.to_string())?;
            values.push((Cow::Borrowed(input.name()), tensor.into()));
        }
        let outputs = self.session.run(values).map_err(|error| error.to_string())?;
        let output = outputs.values().next().ok_or("the model has no output")?;
        let (shape, numbers) = output.try_extract_tensor::<f32>().map_err(|error| error.to_string())?;
        let wanted = [texts.len() as i64, self.labels.len() as i64];
        if **shape != wanted {
            return Err(format!(
                "its output has the shape {:?}, with {} labels it should be {wanted:?}",
                &**shape, wanted[1]
            ));
        }
        Ok(numbers.chunks(self.labels.len()).map(|row| probabilities(&self.labels, row)).collect())
    }
}

/// The probabilities of a model's raw outputs; a leaning that the model does not know has none.
fn probabilities(labels: &[Sentiment], outputs: &[f32]) -> Result<Probabilities, String> {
    let most = outputs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let of = |label: Sentiment| {
        let place = labels.iter().position(|known| *known == label);
        place.and_then(|place| outputs.get(place)).map_or(0.0, |output| (output - most).exp())
    };
    let [negative, neutral, positive] = [Sentiment::Negative, Sentiment::Neutral, Sentiment::Positive].map(of);
    Probabilities::from_weights(negative, neutral, positive).ok_or_else(|| "its outputs are no numbers".to_owned())
}

impl Score for Onnx {
    fn name(&self) -> &str {
        &self.name
    }

    fn at_once(&self) -> usize {
        self.at_once
    }

    fn is_outside(&self) -> bool {
        false
    }

    fn score<'a>(&'a self, asked: &'a [Asked]) -> BoxFuture<'a, Result<Scored, Error>> {
        let model = Arc::clone(&self.model);
        let texts: Vec<String> = asked.iter().map(|asked| asked.text.clone()).collect();
        let work =
            tokio::task::spawn_blocking(move || model.lock().unwrap_or_else(PoisonError::into_inner).run(&texts));
        let scored = async move {
            let answers = work.await.map_err(|error| error.to_string()).and_then(|answers| answers);
            Ok(Scored { answers: answers.map_err(Error::Failed)?, tokens: None })
        };
        scored.boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_taken_in_the_models_order_and_two_are_enough() {
        use Sentiment::{Negative, Neutral, Positive};
        let p = probabilities(&[Positive, Negative, Neutral], &[0.0, 3.0, 1.0]).expect("numbers");
        assert!(p.negative > p.neutral && p.neutral > p.positive);
        let p = probabilities(&[Negative, Positive], &[1_000.0, 1_000.0]).expect("numbers");
        assert!((p.negative - 0.5).abs() < 1e-6 && p.neutral == 0.0);
        assert!(probabilities(&[Negative, Positive], &[f32::NAN, 1.0]).is_err());
    }
}
