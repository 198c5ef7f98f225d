//! A model in a file, run by the real ONNX Runtime (`tests/onnx` gets it): a model of two embeddings that this test writes itself.

use std::path::{Path, PathBuf};

use hearken::domain::{Language, Sentiment};
use hearken::scorer::{Asked, Onnx, OnnxSettings, Score};
use serde_json::json;

use crate::left_out::left_out;

/// A field of a protocol buffer that holds bytes.
fn bytes(field: u8, value: impl AsRef<[u8]>) -> Vec<u8> {
    let value = value.as_ref();
    let mut written = varint(u64::from(field) << 3 | 2);
    written.extend(varint(value.len() as u64));
    written.extend_from_slice(value);
    written
}

/// A field that holds a whole number.
fn number(field: u8, value: u64) -> Vec<u8> {
    let mut written = varint(u64::from(field) << 3);
    written.extend(varint(value));
    written
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut written = Vec::new();
    while value >= 0x80 {
        written.push(value as u8 | 0x80);
        value >>= 7;
    }
    written.push(value as u8);
    written
}

fn node(kind: &str, inputs: &[&str], output: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut node: Vec<u8> = inputs.iter().flat_map(|input| bytes(1, input)).collect();
    node.extend(bytes(2, output));
    node.extend(bytes(4, kind));
    attributes.iter().for_each(|attribute| node.extend(bytes(5, attribute)));
    bytes(1, node)
}

/// An attribute that is a whole number.
fn attribute(name: &str, value: u64) -> Vec<u8> {
    [bytes(1, name), number(3, value), number(20, 2)].concat()
}

/// A tensor in the graph: 1 is float, 7 is int64.
fn tensor(name: &str, shape: &[u64], kind: u64, raw: Vec<u8>) -> Vec<u8> {
    let shape: Vec<u8> = shape.iter().flat_map(|size| number(1, *size)).collect();
    bytes(5, [shape, number(2, kind), bytes(8, name), bytes(9, raw)].concat())
}

/// An input (11) or output (12) of two dimensions.
fn value(field: u8, name: &str, kind: u64) -> Vec<u8> {
    let shape: Vec<u8> = ["batch", "width"].iter().flat_map(|name| bytes(1, bytes(2, name))).collect();
    let of = bytes(1, [number(1, kind), bytes(2, shape)].concat());
    bytes(field, [bytes(1, name), bytes(2, of)].concat())
}

/// The sum of one row of numbers for each token that is no padding.
fn model(rows: &[[f32; 3]]) -> Vec<u8> {
    let table = rows.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
    let graph = [
        node("Gather", &["table", "input_ids"], "rows", &[]),
        node("Cast", &["attention_mask"], "mask", &[attribute("to", 1)]),
        node("Unsqueeze", &["mask", "last"], "masks", &[]),
        node("Mul", &["rows", "masks"], "kept", &[]),
        node("ReduceSum", &["kept", "middle"], "logits", &[attribute("keepdims", 0)]),
        bytes(2, "tiny"),
        tensor("table", &[rows.len() as u64, 3], 1, table),
        tensor("last", &[1], 7, 2_i64.to_le_bytes().to_vec()),
        tensor("middle", &[1], 7, 1_i64.to_le_bytes().to_vec()),
        value(11, "input_ids", 7),
        value(11, "attention_mask", 7),
        value(12, "logits", 1),
    ]
    .concat();
    [number(1, 8), bytes(7, graph), bytes(8, number(2, 13))].concat()
}

fn write(folder: &Path) -> OnnxSettings {
    // Padding alone would be very positive, were it not masked.
    let rows = [[9.0, 0.0, 0.0], [0.0, 0.5, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 3.0]];
    std::fs::write(folder.join("tiny.onnx"), model(&rows)).expect("written");
    let tokenizer = json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
        "model": {"type": "WordLevel", "vocab": {"[PAD]": 0, "[UNK]": 1, "good": 2, "bad": 3}, "unk_token": "[UNK]"},
    });
    std::fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).expect("written");
    OnnxSettings {
        model: folder.join("tiny.onnx"),
        tokenizer: folder.join("tokenizer.json"),
        runtime: runtime().unwrap_or_default(),
        labels: vec![Sentiment::Positive, Sentiment::Neutral, Sentiment::Negative],
        at_once: 8,
        longest: 32,
    }
}

fn runtime() -> Option<PathBuf> {
    let runtime = std::env::var_os("HEARKEN_ONNX_RUNTIME").map(PathBuf::from);
    if runtime.is_none() {
        left_out("HEARKEN_ONNX_RUNTIME names no library of ONNX Runtime (tests/onnx gets one)");
    }
    runtime
}

#[tokio::test]
async fn a_model_in_a_file_answers_in_its_own_order_and_padding_says_nothing() {
    if runtime().is_none() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let scorer = Onnx::load(&write(folder.path())).expect("it loads");
    assert!(scorer.name().starts_with("onnx-tiny-") && !scorer.is_outside());
    let ask = |texts: &[&str]| -> Vec<Asked> {
        texts.iter().map(|text| Asked { text: (*text).to_owned(), language: Language::En }).collect()
    };
    let texts = ["good", "bad bad indeed it is bad", "the tea", ""];
    let together = scorer.score(&ask(&texts)).await.expect("answers").answers;
    let said: Vec<Sentiment> = together.iter().take(3).map(|p| p.as_ref().expect("numbers").best().0).collect();
    assert_eq!(said, [Sentiment::Positive, Sentiment::Negative, Sentiment::Neutral]);
    for (text, among) in texts.iter().zip(&together).take(3) {
        let alone = scorer.score(&ask(&[text])).await.expect("answers").answers;
        assert_eq!(alone[0], *among, "`{text}` is judged alike alone and beside longer texts");
    }
    let long = "bad ".repeat(10_000);
    assert!(scorer.score(&ask(&[&long])).await.expect("answers").answers[0].is_ok(), "a long text is cut");
}

#[tokio::test]
async fn a_model_that_does_not_fit_is_refused_by_its_name() {
    if runtime().is_none() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let good = write(folder.path());
    let refused = |settings: &OnnxSettings| Onnx::load(settings).err().unwrap_or_default();
    let two = OnnxSettings { labels: vec![Sentiment::Negative, Sentiment::Positive], ..good.clone() };
    let why = refused(&two);
    assert!(why.contains("tiny.onnx") && why.contains("with 2 labels"), "{why}");
    std::fs::write(folder.path().join("cut.onnx"), &model(&[[0.0; 3]; 4])[..60]).expect("written");
    let why = refused(&OnnxSettings { model: folder.path().join("cut.onnx"), ..good.clone() });
    assert!(why.contains("cut.onnx"), "{why}");
    std::fs::write(folder.path().join("no.json"), "{").expect("written");
    let why = refused(&OnnxSettings { tokenizer: folder.path().join("no.json"), ..good });
    assert!(why.contains("no.json"), "{why}");
}
