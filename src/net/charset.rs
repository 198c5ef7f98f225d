//! Bytes to text: which charset a page is in.

use encoding_rs::{Encoding, UTF_8};

use super::Decoding;

/// A charset, by its WHATWG name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset(&'static Encoding);

impl Charset {
    /// UTF-8.
    pub const UTF_8: Self = Self(UTF_8);

    /// The charset of a label such as `big5`, `gbk`, `utf-8`; `None` for an unknown one.
    pub fn find(label: &str) -> Option<Self> {
        Encoding::for_label(label.trim().as_bytes()).map(Self)
    }

    /// Its WHATWG name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The text of these bytes, and whether all of them belong to the charset. A BOM is left out.
    pub fn read(self, bytes: &[u8]) -> (String, bool) {
        let (text, broken) = self.0.decode_with_bom_removal(bytes);
        (text.into_owned(), !broken)
    }

    /// A stream of bytes in this charset, as a stream of UTF-8.
    pub fn reading<R: std::io::Read>(self, bytes: R) -> Decoding<R> {
        Decoding::new(bytes, self.0.new_decoder_with_bom_removal())
    }

    /// The charset that these bytes look most like, when nothing states it.
    pub fn guess(bytes: &[u8]) -> Self {
        if let Some((encoding, _)) = Encoding::for_bom(bytes) {
            return Self(encoding);
        }
        if std::str::from_utf8(bytes).is_ok() || looks_like_cut_utf8(bytes) {
            return Self::UTF_8;
        }
        let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
        detector.feed(bytes, true);
        Self(detector.guess(None, chardetng::Utf8Detection::Allow))
    }
}

/// Valid UTF-8 but for a character cut at the end, as a sample of a file has it.
fn looks_like_cut_utf8(bytes: &[u8]) -> bool {
    matches!(std::str::from_utf8(bytes), Err(error) if error.error_len().is_none())
}

/// The text of a page, and the charset it was read in.
///
/// A BOM decides; then what `Content-Type` or the document itself states, in that order, as long as all bytes belong to it;
/// then what the bytes look like. Bytes that fit nothing become U+FFFD.
pub fn decode(bytes: &[u8], content_type: &str) -> (String, Charset) {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return (Charset(encoding).read(bytes).0, Charset(encoding));
    }
    let stated = [label_after(content_type.as_bytes()), label_in_document(bytes)];
    let stated: Vec<Charset> = stated.into_iter().flatten().filter_map(|label| Charset::find(&label)).collect();
    for charset in stated.iter().copied().chain([Charset::guess(bytes)]) {
        let (text, whole) = charset.read(bytes);
        if whole {
            return (text, charset);
        }
    }
    let charset = stated.first().copied().unwrap_or_else(|| Charset::guess(bytes));
    (charset.read(bytes).0, charset)
}

/// The label an XML declaration or an HTML meta element states in the first 1,024 bytes.
fn label_in_document(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..1024).unwrap_or(bytes);
    let lower = head.to_ascii_lowercase();
    let start = lower.iter().position(|byte| !byte.is_ascii_whitespace())?;
    if lower.get(start..)?.starts_with(b"<?xml") {
        let end = find(&lower, b"?>")?;
        let declaration = lower.get(start..end)?;
        return label_at(declaration.get(find(declaration, b"encoding")? + b"encoding".len()..)?);
    }
    lower.get(find(&lower, b"<meta")?..).and_then(label_after)
}

/// The label after `charset=`.
fn label_after(text: &[u8]) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    label_at(lower.get(find(&lower, b"charset")? + b"charset".len()..)?)
}

/// The label after an equals sign, in quotes or without.
fn label_at(rest: &[u8]) -> Option<String> {
    let rest: Vec<u8> = rest.iter().copied().skip_while(u8::is_ascii_whitespace).collect();
    let rest = rest.strip_prefix(b"=")?;
    let label: String = rest
        .iter()
        .skip_while(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\''))
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':'))
        .map(|byte| char::from(*byte))
        .collect();
    (!label.is_empty()).then_some(label)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn big5(text: &str) -> Vec<u8> {
        encoding_rs::BIG5.encode(text).0.into_owned()
    }

    #[test]
    fn what_is_stated_is_believed_while_the_bytes_fit() {
        let page = big5("嫩芽咖啡漲價了");
        assert_eq!(decode(&page, "text/html; charset=Big5").0, "嫩芽咖啡漲價了");
        let xml = [b"<?xml version='1.0' encoding='big5'?>".to_vec(), page.clone()].concat();
        assert!(decode(&xml, "application/xml").0.ends_with("漲價了"));
        let html = [b"<html><meta charset=\"big5\">".to_vec(), page].concat();
        assert!(decode(&html, "text/html").0.ends_with("漲價了"));
    }

    #[test]
    fn a_false_statement_is_seen_through() {
        let page = "咖啡很好喝,服務也很親切".as_bytes();
        assert_eq!(decode(page, "text/html; charset=big5").1, Charset::UTF_8);
        let long = "這家咖啡店的服務態度真的很差,等了三十分鐘才拿到飲料,而且還是冷的。".repeat(4);
        assert_eq!(decode(&big5(&long), "text/html; charset=utf-8"), (long, Charset::find("big5").expect("known")));
    }

    #[test]
    fn simplified_text_without_a_label_is_read_as_gbk() {
        let text = "这家咖啡店的服务态度真的很差,等了三十分钟才拿到饮料,而且还是冷的。".repeat(4);
        let bytes = encoding_rs::GBK.encode(&text).0.into_owned();
        assert_eq!(decode(&bytes, "").0, text);
    }

    #[test]
    fn bytes_of_no_charset_are_still_text() {
        let (text, _) = decode(&[b'a', 0xff, 0xfe, 0x80, b'b'], "text/plain; charset=utf-8");
        assert!(text.contains('a') && text.contains('b'));
    }
}
