//! Server-sent events, as Mastodon's streaming interface writes them.

use std::collections::VecDeque;

/// Server-sent events from chunks of bytes.
#[derive(Default)]
pub(super) struct Events {
    held: Vec<u8>,
    name: String,
    data: String,
}

impl Events {
    /// No event is larger, in bytes.
    pub(super) const LIMIT: usize = 1 << 20;

    /// The events that this chunk completes (a heartbeat completes none); `None` when one grows past the limit.
    pub(super) fn take(&mut self, chunk: &[u8]) -> Option<VecDeque<(String, String)>> {
        self.held.extend_from_slice(chunk);
        let mut events = VecDeque::new();
        while let Some(end) = self.held.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.held.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            self.line(line.trim_end_matches(['\r', '\n']), &mut events);
        }
        (self.held.len() + self.data.len() <= Self::LIMIT).then_some(events)
    }

    fn line(&mut self, line: &str, events: &mut VecDeque<(String, String)>) {
        if line.is_empty() {
            let (name, data) = (std::mem::take(&mut self.name), std::mem::take(&mut self.data));
            if !name.is_empty() {
                events.push_back((name, data));
            }
        } else if let Some(name) = line.strip_prefix("event:") {
            self.name = name.trim_start().to_owned();
        } else if let Some(data) = line.strip_prefix("data:") {
            if !self.data.is_empty() {
                self.data.push('\n');
            }
            self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_put_together_from_any_cut_of_the_bytes() {
        let text = ":thump\n\nevent: update\ndata: {\"a\":\"嫩芽\"}\n\nevent: delete\ndata: 108914430312582020\n\n";
        for size in 1..20 {
            let mut events = Events::default();
            let mut all = Vec::new();
            for chunk in text.as_bytes().chunks(size) {
                all.extend(events.take(chunk).expect("small"));
            }
            assert_eq!(
                all,
                [
                    ("update".to_owned(), "{\"a\":\"嫩芽\"}".to_owned()),
                    ("delete".to_owned(), "108914430312582020".to_owned())
                ]
            );
        }
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut events = Events::default();
        assert!(events.take(b"data: ").is_some());
        assert!(events.take(&vec![b'x'; Events::LIMIT + 1]).is_none());
    }
}
