//! Builds the dictionaries that ship inside the binary, from the lists in `sentiment-models/segment/`.
//!
//! In: word lists with costs. Out: one trie with its entries per language, in lindera's form, in `OUT_DIR`.
//! Never: opens the network, or writes beside the sources.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use lindera_dictionary::builder::character_definition::CharacterDefinitionBuilderOptions;
use lindera_dictionary::builder::unknown_dictionary::UnknownDictionaryBuilderOptions;
use lindera_dictionary::dictionary::prefix_dictionary::PrefixDictionary;
use lindera_dictionary::viterbi::{LexType, WordEntry, WordId};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// One entry of a dictionary: a word, what may come before and after it, and what taking it costs.
struct Entry {
    word: String,
    former: u16,
    latter: u16,
    cost: i16,
}

/// What a word of our own lists costs: less than any two words it could be cut into.
const DOMAIN_COST: i16 = 3500;

/// The same in the scale of the Japanese and Korean lists, whose pairs cost something too.
const NOUN_COST: i16 = -1500;

fn main() -> Result<()> {
    let source = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("sentiment-models/segment");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=sentiment-models/segment");
    std::thread::scope(|scope| {
        let chinese = scope.spawn(|| build(&source, &out, "zh", chinese));
        let others = scope.spawn(|| {
            // The classes of a plain noun in either list, for the words of our own.
            build(&source, &out, "ja", |folder| listed(folder, (1078, 172)))?;
            build(&source, &out, "ko", |folder| listed(folder, (855, 6)))
        });
        chinese.join().unwrap_or_else(|_| Err("the Chinese dictionary was not built".into()))?;
        others.join().unwrap_or_else(|_| Err("the Japanese and Korean dictionaries were not built".into()))
    })
}

/// Builds one language's dictionary into `<out>/<language>`.
fn build(source: &Path, out: &Path, language: &str, entries: impl Fn(&Path) -> Result<Vec<Entry>>) -> Result<()> {
    let (source, out) = (source.join(language), out.join(language));
    fs::create_dir_all(&out)?;
    let mut words: BTreeMap<String, Vec<WordEntry>> = BTreeMap::new();
    for (id, entry) in (0..).zip(entries(&source)?) {
        let id = WordId::new(LexType::System, id);
        words.entry(entry.word).or_default().push(WordEntry::new(id, entry.cost, entry.former, entry.latter));
    }
    let (trie, index) = PrefixDictionary::serialize_trie(&words)?;
    fs::write(out.join("trie"), trie)?;
    fs::write(out.join("index"), index)?;
    let mut bytes = Vec::new();
    for entry in words.values().flatten() {
        bytes.extend_from_slice(&entry.word_id().id().to_le_bytes());
        bytes.extend_from_slice(&entry.word_cost().to_le_bytes());
        bytes.extend_from_slice(&u16::try_from(entry.left_id())?.to_le_bytes());
        bytes.extend_from_slice(&u16::try_from(entry.right_id())?.to_le_bytes());
    }
    fs::write(out.join("entries"), bytes)?;
    let categories = CharacterDefinitionBuilderOptions::default().builder().build(&source, &out)?;
    UnknownDictionaryBuilderOptions::default().builder().build(&source, &categories, &out)?;
    Ok(())
}

/// jieba's list (`word frequency class`) and our own, folded as texts are; a word costs what its rarity says.
fn chinese(folder: &Path) -> Result<Vec<Entry>> {
    let simple = simplified_forms(&folder.join("../TSCharacters.txt"))?;
    let fold =
        |word: &str| -> String { word.to_lowercase().chars().map(|c| simple.get(&c).copied().unwrap_or(c)).collect() };
    let mut counts: BTreeMap<String, f64> = BTreeMap::new();
    for line in inflate(&folder.join("dict.txt.gz"))?.lines() {
        let mut columns = line.split(' ');
        let (Some(word), Some(count)) = (columns.next(), columns.next()) else { continue };
        *counts.entry(fold(word)).or_default() += count.parse::<f64>()?;
    }
    let total: f64 = counts.values().sum();
    let mut costs: BTreeMap<String, i16> =
        counts.into_iter().map(|(word, count)| (word, cost(500.0 * (total / count.max(1.0)).ln()))).collect();
    for word in own(folder)? {
        let cost = costs.entry(fold(&word)).or_insert(DOMAIN_COST);
        *cost = DOMAIN_COST.min(*cost);
    }
    Ok(costs.into_iter().map(|(word, cost)| Entry { word, former: 0, latter: 0, cost }).collect())
}

/// A reduced MeCab list (`word, former, latter, cost`) and our own, whose words are nouns.
fn listed(folder: &Path, noun: (u16, u16)) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for line in inflate(&folder.join("words.tsv.gz"))?.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [word, former, latter, cost] = columns[..] else { return Err(format!("not an entry: {line}").into()) };
        entries.push(Entry {
            word: word.to_owned(),
            former: former.parse()?,
            latter: latter.parse()?,
            cost: cost.parse()?,
        });
    }
    let own = own(folder)?;
    entries.extend(own.into_iter().map(|word| Entry {
        word: word.to_lowercase(),
        former: noun.0,
        latter: noun.1,
        cost: NOUN_COST,
    }));
    Ok(entries)
}

/// The words of `domain.txt`.
fn own(folder: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(folder.join("domain.txt"))?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    Ok(lines.flat_map(str::split_whitespace).map(str::to_owned).collect())
}

/// A cost as 16 bits hold it.
#[expect(clippy::cast_possible_truncation, reason = "clamped to the range of i16 before")]
fn cost(value: f64) -> i16 {
    value.round().clamp(0.0, f64::from(i16::MAX)) as i16
}

/// The first simplified form of each traditional character that takes as many bytes, as `src/text/han.rs` folds.
fn simplified_forms(table: &Path) -> Result<HashMap<char, char>> {
    let text = fs::read_to_string(table)?;
    let rows = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (from, to) = line.split_once('\t')?;
        Some((from.chars().next()?, to.chars().next()?))
    });
    Ok(rows.filter(|(from, to)| from.len_utf8() == to.len_utf8()).collect())
}

fn inflate(path: &Path) -> Result<String> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(path)?).read_to_string(&mut text)?;
    Ok(text)
}
