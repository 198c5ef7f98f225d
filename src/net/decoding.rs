//! A stream of bytes in some charset, read as UTF-8.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder};

const PIECE: usize = 64 * 1024;

/// Reads another reader's bytes as UTF-8; bytes that do not belong to the charset become U+FFFD. A BOM is left out.
pub struct Decoding<R> {
    inner: R,
    decoder: Decoder,
    input: Vec<u8>,
    /// Bytes of `input` that are not decoded yet.
    left: std::ops::Range<usize>,
    output: Vec<u8>,
    /// Bytes of `output` that are not read yet.
    ready: std::ops::Range<usize>,
    is_last: bool,
    is_done: bool,
}

impl<R: Read> Decoding<R> {
    pub(super) fn new(inner: R, decoder: Decoder) -> Self {
        let (input, output) = (vec![0; PIECE], vec![0; PIECE * 2]);
        Self { inner, decoder, input, left: 0..0, output, ready: 0..0, is_last: false, is_done: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        while self.ready.is_empty() && !self.is_done {
            if self.left.is_empty() && !self.is_last {
                let count = self.inner.read(&mut self.input)?;
                self.left = 0..count;
                self.is_last = count == 0;
            }
            let (Some(input), output) = (self.input.get(self.left.clone()), &mut self.output) else { return Ok(()) };
            let (result, read, written, _) = self.decoder.decode_to_utf8(input, output, self.is_last);
            self.left.start += read;
            self.ready = 0..written;
            self.is_done = self.is_last && result == CoderResult::InputEmpty;
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.refill()?;
        let mut ready = self.output.get(self.ready.clone()).unwrap_or_default();
        let count = ready.read(into)?;
        self.ready.start += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use crate::net::Charset;

    #[test]
    fn a_long_stream_is_the_same_text_in_another_charset() {
        let text = "嫩芽咖啡的服務,一杯一百八。\n".repeat(20_000);
        for label in ["big5", "utf-8", "utf-16le"] {
            let bytes = match label {
                "big5" => encoding_rs::BIG5.encode(&text).0.into_owned(),
                "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
                _ => [b"\xef\xbb\xbf".to_vec(), text.clone().into_bytes()].concat(),
            };
            let mut read = String::new();
            let charset = Charset::find(label).expect("known");
            charset.reading(bytes.as_slice()).read_to_string(&mut read).expect("read");
            assert!(read == text, "{label}");
        }
    }
}
