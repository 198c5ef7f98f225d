//! A model as a file: magic, format, header as JSON, weights, checksum.
//!
//! In: bytes. Out: a model, or why not. Never: trusts a length it has not checked.
//!
//! Layout, little endian: `HKSM`, u16 format, u32 length and JSON of the header, u32 count, then per feature (in order of
//! its key) the distance to the former key as LEB128 and one i16 per question that was learnt, then SHA-256 over everything before.

use sha2::{Digest, Sha256};

use super::error::Error;
use super::feature::SEED;
use super::model::{HEADS, Header, Model};

const MAGIC: &[u8; 4] = b"HKSM";
/// The format this program writes and reads.
pub(crate) const FORMAT: u16 = 2;
const CHECKSUM: usize = 32;
const MOST_FEATURES: u32 = 4_000_000;

/// Writes a model; `weights` must be in order of their keys.
pub(crate) fn write(header: &Header, weights: &[(u32, [i16; HEADS])]) -> Vec<u8> {
    let json = serde_json::to_vec(header).unwrap_or_default();
    let mut bytes = Vec::with_capacity(json.len() + weights.len() * 7 + 64);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&(json.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&json);
    bytes.extend_from_slice(&(weights.len() as u32).to_le_bytes());
    let mut last = 0;
    for (key, weight) in weights {
        write_distance(key - last, &mut bytes);
        last = *key;
        weight.iter().take(header.questions).for_each(|weight| bytes.extend_from_slice(&weight.to_le_bytes()));
    }
    let checksum = Sha256::digest(&bytes);
    bytes.extend_from_slice(&checksum);
    bytes
}

/// Reads a model; `file` is named in errors.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Model, Error> {
    let broken = |why: &str| Error::Broken { file: file.to_owned(), why: why.to_owned() };
    let mut reader = Reader(bytes);
    if reader.take(4) != Some(MAGIC.as_slice()) {
        return Err(broken("it does not begin as a model does"));
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
    if header.hash_seed != SEED || header.spec != header.group.spec() {
        return Err(broken("it was trained for another way of cutting texts; train it again"));
    }
    if !(2..=HEADS).contains(&header.questions) {
        return Err(broken("it asks another number of questions"));
    }
    let weights = read_weights(&mut reader, header.questions).ok_or_else(|| broken("its weights are cut short"))?;
    Ok(Model::new(header, &weights))
}

fn read_weights(reader: &mut Reader<'_>, questions: usize) -> Option<Vec<(u32, [i16; HEADS])>> {
    let count = reader.u32().filter(|count| *count <= MOST_FEATURES)?;
    let mut weights = Vec::with_capacity(count as usize);
    let mut key = 0u32;
    for _ in 0..count {
        key = key.checked_add(reader.distance()?)?;
        let mut weight = [0; HEADS];
        let (bytes, _) = reader.take(questions * 2)?.as_chunks();
        for (weight, bytes) in weight.iter_mut().zip(bytes) {
            *weight = i16::from_le_bytes(*bytes);
        }
        weights.push((key, weight));
    }
    (reader.0.is_empty() && weights.iter().all(|(key, _)| *key != 0)).then_some(weights)
}

pub(crate) fn write_distance(mut distance: u32, bytes: &mut Vec<u8>) {
    while distance >= 0x80 {
        bytes.push(distance as u8 | 0x80);
        distance >>= 7;
    }
    bytes.push(distance as u8);
}

pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    pub(crate) fn distance(&mut self) -> Option<u32> {
        // Most distances are short, and a model has hundreds of thousands.
        if let [byte, rest @ ..] = self.0
            && *byte < 0x80
        {
            self.0 = rest;
            return Some(u32::from(*byte));
        }
        let mut value = 0u64;
        for shift in (0..35).step_by(7) {
            let byte = *self.take(1)?.first()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(value).ok();
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::group::Group;

    fn bytes() -> Vec<u8> {
        let header = Header {
            group: Group::Zh,
            version: "12345678".to_owned(),
            questions: HEADS,
            hash_seed: SEED,
            training_seed: 7,
            spec: Group::Zh.spec(),
            classes: ["neg", "neu", "pos"].map(str::to_owned),
            steps: [0.001, 0.002, 0.003, 0.004],
            calibration: [[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]; 3],
            unsure_below: 0.5,
            sure_precision: 0.8,
            texts: 3,
            data: "abc".to_owned(),
        };
        write(&header, &[(1, [5, -5, 0, 0]), (300, [i16::MIN, i16::MAX, 7, -7]), (u32::MAX, [0, 1, 0, 0])])
    }

    #[test]
    fn a_model_comes_back_as_it_was_written() {
        let model = read("zh.model", &bytes()).expect("a good model");
        assert_eq!((model.len(), model.header.steps), (3, [0.001, 0.002, 0.003, 0.004]));
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_refused() {
        let good = bytes();
        for length in 0..good.len() {
            assert!(read("zh.model", &good[..length]).is_err(), "cut at {length}");
        }
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            assert!(read("zh.model", &bad).is_err(), "changed at {at}");
        }
    }

    #[test]
    fn a_model_of_another_format_says_so() {
        let mut other = bytes();
        other[4] = 9;
        let error = read("zh.model", &other).expect_err("another format").to_string();
        assert!(error.contains("format 9") && error.contains("train it again"), "{error}");
    }
}
