//! Words of each language against the golden files: a sentence, and below it its words as the original has them.
//!
//! After a wanted change, `GOLDEN=write cargo test --test it segment::` writes the files anew: read the difference before you commit it.

use std::fs;
use std::path::PathBuf;

use hearken::text::{Text, WordKind};

fn golden(language: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/segment").join(format!("{language}.txt"))
}

fn cut(sentence: &str) -> String {
    let text = Text::read(sentence);
    let words: Vec<&str> =
        text.words().iter().map(|word| sentence.get(word.original.clone()).expect("whole characters")).collect();
    words.join(" / ")
}

/// Compares each sentence's words with the line below it; lines that begin with `>` are words.
fn check(language: &str) {
    let path = golden(language);
    let kept = fs::read_to_string(&path).expect("a golden file");
    let sentences = kept.lines().filter(|line| !line.is_empty() && !line.starts_with('>'));
    let found: String = sentences.map(|sentence| format!("{sentence}\n> {}\n\n", cut(sentence))).collect();
    if std::env::var("GOLDEN").is_ok_and(|wish| wish == "write") {
        fs::write(&path, found).expect("written");
        return;
    }
    for (kept, found) in kept.lines().zip(found.lines()) {
        assert_eq!(found, kept, "{language}");
    }
    assert_eq!(found.trim_end(), kept.trim_end(), "{language}");
}

#[test]
fn chinese_is_cut_as_its_golden_file_says() {
    check("zh");
}

#[test]
fn japanese_is_cut_as_its_golden_file_says() {
    check("ja");
}

#[test]
fn korean_is_cut_as_its_golden_file_says() {
    check("ko");
}

#[test]
fn english_is_cut_as_its_golden_file_says() {
    check("en");
}

#[test]
fn every_word_of_our_own_lists_is_one_word() {
    let mut apart = Vec::new();
    for language in ["zh", "ja", "ko"] {
        let list = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("sentiment-models/segment")
            .join(language)
            .join("domain.txt");
        let list = fs::read_to_string(list).expect("a word list");
        for word in list.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace) {
            // A sentence around it settles the language of words in Chinese characters alone.
            let sentence = match language {
                "ja" => format!("これは、{word}です"),
                _ => word.to_owned(),
            };
            let text = Text::read(&sentence);
            if !text.words().iter().any(|found| sentence.get(found.original.clone()) == Some(word)) {
                apart.push(format!("{word}: {}", cut(&sentence)));
            }
        }
    }
    assert!(apart.is_empty(), "{}", apart.join("\n"));
}

#[test]
fn both_scripts_are_cut_alike() {
    for (traditional, simplified) in [
        ("客服態度很差，退款拖了兩個星期", "客服态度很差，退款拖了两个星期"),
        ("這次更新後一直閃退，評論全是差評", "这次更新后一直闪退，评论全是差评"),
    ] {
        let places = |sentence: &str| -> Vec<_> {
            Text::read(sentence).words().iter().map(|word| word.original.clone()).collect()
        };
        assert_eq!(places(traditional), places(simplified));
    }
}

#[test]
fn what_stands_apart_keeps_its_kind() {
    let text = Text::read("@amy #踩雷 https://a.tw/x 等了30分😡：(");
    let kinds: Vec<WordKind> = text.words().iter().map(|word| word.kind).collect();
    use WordKind::{Emoji, Handle, Link, Number, Tag, Word};
    assert_eq!(kinds, [Handle, Tag, Link, Word, Word, Number, Word, Emoji, Emoji]);
}
