//! A dictionary that ships in the binary, and cutting with it (lindera).
//!
//! In: the bytes that `build.rs` made. Out: places of words in a run of letters.
//! Never: reads a file, or keeps what it inflates twice.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Read;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use lindera::mode::Mode;
use lindera::segmenter::Segmenter;
use lindera::worker::SegmentWorker;
use lindera_dictionary::dictionary::Dictionary;
use lindera_dictionary::dictionary::character_definition::CharacterDefinition;
use lindera_dictionary::dictionary::connection_cost_matrix::ConnectionCostMatrix;
use lindera_dictionary::dictionary::metadata::Metadata;
use lindera_dictionary::dictionary::prefix_dictionary::PrefixDictionary;
use lindera_dictionary::dictionary::unknown_dictionary::UnknownDictionary;
use tracing::warn;

use super::Segment;

/// A longer run without any mark is cut into stretches of so many characters, so that memory stays bounded.
const LONGEST_RUN: usize = 512;

/// The parts of a dictionary as they lie in the binary.
pub(super) struct Parts {
    pub(super) trie: &'static [u8],
    pub(super) index: &'static [u8],
    pub(super) entries: &'static [u8],
    pub(super) categories: &'static [u8],
    pub(super) unknown: &'static [u8],
    /// What one word costs after another, compressed; none when every pair costs the same.
    pub(super) matrix: Option<&'static [u8]>,
}

/// The parts that `build.rs` made for a language.
macro_rules! parts {
    ($language:literal, $matrix:expr) => {
        $crate::text::segment::dictionary::Parts {
            trie: include_bytes!(concat!(env!("OUT_DIR"), "/", $language, "/trie")),
            index: include_bytes!(concat!(env!("OUT_DIR"), "/", $language, "/index")),
            entries: include_bytes!(concat!(env!("OUT_DIR"), "/", $language, "/entries")),
            categories: include_bytes!(concat!(env!("OUT_DIR"), "/", $language, "/char_def.bin")),
            unknown: include_bytes!(concat!(env!("OUT_DIR"), "/", $language, "/unk.bin")),
            matrix: $matrix,
        }
    };
}
pub(super) use parts;

/// Cuts one language; its dictionary is read when the first run comes.
pub(super) struct Cutter {
    language: &'static str,
    parts: Parts,
    read: OnceLock<Option<Dictionary>>,
}

thread_local! {
    /// One lattice per thread and language, used again for each run.
    static WORKERS: RefCell<HashMap<&'static str, SegmentWorker>> = RefCell::default();
}

impl Cutter {
    pub(super) const fn new(language: &'static str, parts: Parts) -> Self {
        Self { language, parts, read: OnceLock::new() }
    }

    fn dictionary(&self) -> Option<&Dictionary> {
        let read = || match self.parts.read() {
            Ok(dictionary) => Some(dictionary),
            Err(error) => {
                warn!(
                    segment.language = self.language,
                    "the dictionary cannot be read, words are cut by Unicode's rules: {error}"
                );
                None
            }
        };
        self.read.get_or_init(read).as_ref()
    }

    fn cut_stretch(&self, dictionary: &Dictionary, stretch: &str, from: usize, found: &mut Vec<Range<usize>>) -> bool {
        WORKERS.with_borrow_mut(|workers| {
            let worker = workers
                .entry(self.language)
                .or_insert_with(|| Segmenter::new(Mode::Normal, dictionary.clone(), None).into_worker());
            match worker.segment(stretch) {
                Ok(tokens) => {
                    found.extend(tokens.iter().map(|token| from + token.byte_start..from + token.byte_end));
                    true
                }
                Err(_) => false,
            }
        })
    }
}

impl Segment for Cutter {
    fn cut(&self, run: &str, found: &mut Vec<Range<usize>>) -> bool {
        let Some(dictionary) = self.dictionary() else { return false };
        let mut from = 0;
        while let Some(rest) = run.get(from..).filter(|rest| !rest.is_empty()) {
            let length = rest.char_indices().nth(LONGEST_RUN).map_or(rest.len(), |(at, _)| at);
            let Some(stretch) = rest.get(..length) else { return false };
            if !self.cut_stretch(dictionary, stretch, from, found) {
                return false;
            }
            from += length;
        }
        true
    }
}

impl Parts {
    fn read(&self) -> Result<Dictionary, Box<dyn std::error::Error>> {
        // Word details are never asked for, so there are none.
        let words = PrefixDictionary::load(self.trie, self.index, self.entries, Vec::new(), Vec::new())?;
        let matrix = match self.matrix {
            Some(compressed) => {
                let mut bytes = Vec::with_capacity(compressed.len() * 4);
                flate2::read::GzDecoder::new(compressed).read_to_end(&mut bytes)?;
                ConnectionCostMatrix::load(bytes)?
            }
            None => ConnectionCostMatrix::load(vec![0xFF, 0xFF, 1, 0, 1, 0, 0, 0])?,
        };
        Ok(Dictionary {
            prefix_dictionary: Arc::new(words),
            connection_cost_matrix: Arc::new(matrix),
            character_definition: Arc::new(CharacterDefinition::load(self.categories)?),
            unknown_dictionary: Arc::new(UnknownDictionary::load(self.unknown)?),
            metadata: Arc::new(Metadata::default()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_dictionary_is_told_and_cuts_nothing() {
        let parts = Parts { trie: b"", index: b"", entries: b"", categories: b"", unknown: b"", matrix: None };
        let mut found = Vec::new();
        assert!(!Cutter::new("broken", parts).cut("退款", &mut found));
        assert!(found.is_empty());
    }
}
