//! The themes' model as a file: magic, format, header as JSON, sparse weights, checksum.
//!
//! In: bytes. Out: a model, or why not. Never: trusts a length it has not checked.
//!
//! Layout, little endian: `HKTM`, u16 format, u32 length and JSON of the header, u32 count, then per feature (in order of
//! its key) the distance to the former key as LEB128, one byte with the number of labels, and per label its number (u8)
//! and weight (i16); then SHA-256 over everything before.

use sha2::{Digest, Sha256};

use super::linear::{Linear, MOST_LABELS, Weighted};
use super::model::{Header, ThemeModel};
use crate::classify::error::Error;
use crate::classify::feature::SEED;
use crate::classify::group::Group;
use crate::classify::model_file::{Reader, write_distance};

const MAGIC: &[u8; 4] = b"HKTM";
/// The format this program writes and reads.
const FORMAT: u16 = 1;
const CHECKSUM: usize = 32;
const MOST_FEATURES: u32 = 4_000_000;

/// Writes a model; `weighted` must be in order of the keys.
pub(super) fn write(header: &Header, weighted: &[Weighted]) -> Vec<u8> {
    let json = serde_json::to_vec(header).unwrap_or_default();
    let mut bytes = Vec::with_capacity(json.len() + weighted.len() * 10 + 64);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&(json.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&json);
    bytes.extend_from_slice(&(weighted.len() as u32).to_le_bytes());
    let mut last = 0;
    for (key, weights) in weighted {
        write_distance(key - last, &mut bytes);
        last = *key;
        bytes.push(weights.len() as u8);
        for (label, weight) in weights {
            bytes.push(*label);
            bytes.extend_from_slice(&weight.to_le_bytes());
        }
    }
    let checksum = Sha256::digest(&bytes);
    bytes.extend_from_slice(&checksum);
    bytes
}

/// Reads a model; `file` is named in errors.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<ThemeModel, Error> {
    let broken = |why: &str| Error::Broken { file: file.to_owned(), why: why.to_owned() };
    let mut reader = Reader(bytes);
    if reader.take(4) != Some(MAGIC.as_slice()) {
        return Err(broken("it does not begin as a model of themes does"));
    }
    let found = reader.u16().ok_or_else(|| broken("it is cut short"))?;
    if found != FORMAT {
        return Err(Error::Format { file: file.to_owned(), found, wanted: FORMAT });
    }
    let body = bytes.len().checked_sub(CHECKSUM).ok_or_else(|| broken("it is cut short"))?;
    let (content, checksum) = bytes.split_at(body);
    if Sha256::digest(content).as_slice() != checksum {
        return Err(broken("its checksum does not fit its bytes; it was cut or changed"));
    }
    reader.0 = content.get(6..).unwrap_or_default();
    let length = reader.u32().ok_or_else(|| broken("it has no header"))?;
    let json = reader.take(length as usize).ok_or_else(|| broken("its header is cut short"))?;
    let header: Header =
        serde_json::from_slice(json).map_err(|error| broken(&format!("its header cannot be read: {error}")))?;
    let specs: Vec<_> = Group::ALL.iter().map(|group| group.spec()).collect();
    if header.hash_seed != SEED || header.specs != specs {
        return Err(broken("it was trained for another way of cutting texts; train it again"));
    }
    let labels = header.themes.len();
    let fits = (1..=MOST_LABELS).contains(&labels)
        && [header.steps.len(), header.calibration.len(), header.least.len()] == [labels; 3];
    if !fits {
        return Err(broken("its header does not fit its themes"));
    }
    let weighted = read_weights(&mut reader, labels).ok_or_else(|| broken("its weights are cut short"))?;
    Ok(ThemeModel { linear: Linear::new(header.steps.clone(), &weighted), header })
}

fn read_weights(reader: &mut Reader<'_>, labels: usize) -> Option<Vec<Weighted>> {
    let count = reader.u32().filter(|count| *count <= MOST_FEATURES)?;
    let mut weighted = Vec::with_capacity((count as usize).min(reader.0.len()));
    let mut key = 0u32;
    for _ in 0..count {
        let distance = reader.distance().filter(|distance| *distance > 0)?;
        key = key.checked_add(distance)?;
        let of = *reader.take(1)?.first()?;
        let (each, _) = reader.take(usize::from(of) * 3)?.as_chunks();
        let weights: Vec<(u8, i16)> =
            each.iter().map(|[label, low, high]| (*label, i16::from_le_bytes([*low, *high]))).collect();
        if weights.iter().any(|(label, _)| usize::from(*label) >= labels) {
            return None;
        }
        weighted.push((key, weights));
    }
    reader.0.is_empty().then_some(weighted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::theme::cut::CutSpec;

    fn bytes() -> Vec<u8> {
        let header = Header {
            version: "12345678".to_owned(),
            hash_seed: SEED,
            training_seed: 7,
            specs: Group::ALL.iter().map(|group| group.spec()).collect(),
            cut: CutSpec { words: false },
            themes: vec!["delivery".to_owned(), "refund".to_owned()],
            steps: vec![0.001, 0.002],
            calibration: vec![[1.0, -1.0]; 2],
            least: vec![0.5; 2],
            texts: 3,
            data: "abc".to_owned(),
        };
        write(&header, &[(1, vec![(0, 5), (1, -5)]), (300, vec![(1, i16::MIN)]), (u32::MAX, vec![(0, i16::MAX)])])
    }

    #[test]
    fn a_model_comes_back_as_it_was_written() {
        let model = read("theme-all.model", &bytes()).expect("a good model");
        assert_eq!((model.linear.len(), model.header.steps), (3, vec![0.001, 0.002]));
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_refused() {
        let good = bytes();
        for length in 0..good.len() {
            assert!(read("theme-all.model", &good[..length]).is_err(), "cut at {length}");
        }
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            let error = read("theme-all.model", &bad).expect_err("a changed byte").to_string();
            assert!(error.contains("theme-all.model"), "{error}");
        }
    }
}
