//! Messages on a stream of bytes. A broken one is told and passed over: the next head of a message is looked for.

use std::io::{self, BufRead, Read as _};

use lsp_server::{Message, RequestId};
use serde_json::Value;

/// A message has no more bytes than this.
const LARGEST: u64 = 256 << 20;
/// A line of a head has no more bytes than this.
const LONGEST_LINE: u64 = 8 << 10;
const LENGTH: &str = "content-length:";

/// What was read.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A message.
    Message(Message),
    /// Bytes that are none: which request they may be, and what is wrong with them.
    Broken(Option<RequestId>, String),
}

/// Reads the next message; none at the end of the stream.
///
/// # Errors
/// The stream cannot be read.
pub(super) fn read(input: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let Some(length) = head(input)? else { return Ok(None) };
    if length > LARGEST {
        let skipped = io::copy(&mut input.by_ref().take(length), &mut io::sink())?;
        let why = format!("a message of {length} bytes is too large");
        return Ok((skipped == length).then_some(Incoming::Broken(None, why)));
    }
    let mut body = Vec::new();
    if input.by_ref().take(length).read_to_end(&mut body)? as u64 != length {
        return Ok(None);
    }
    Ok(Some(message(&body)))
}

/// Reads lines up to the blank one that ends a head with a length. What is no head is passed over.
fn head(input: &mut impl BufRead) -> io::Result<Option<u64>> {
    let mut length = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line).to_ascii_lowercase();
        if let Some(at) = text.rfind(LENGTH) {
            length = text[at + LENGTH.len()..].trim().parse().ok();
        }
        if let (true, Some(length)) = (text.trim().is_empty(), length) {
            return Ok(Some(length));
        }
    }
}

/// Reads the JSON in two steps: numbers keep all their digits in this crate, and only a value that is read already
/// gives them as numbers to types that may be one or a string.
fn message(body: &[u8]) -> Incoming {
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(fault) => return Incoming::Broken(None, format!("a message is no JSON: {fault}")),
    };
    let id = value.get("id").cloned().and_then(|id| serde_json::from_value(id).ok());
    match serde_json::from_value(value) {
        Ok(message) => Incoming::Message(message),
        Err(_) => Incoming::Broken(id, "a message is no request, no answer and no notification".to_owned()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn all(mut bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        while let Some(incoming) = read(&mut bytes).unwrap() {
            found.push(match incoming {
                Incoming::Message(Message::Request(request)) => format!("{} {}", request.id, request.method),
                Incoming::Message(Message::Notification(note)) => note.method,
                Incoming::Message(Message::Response(answer)) => format!("answer {}", answer.id),
                Incoming::Broken(id, _) => format!("broken {}", id.map_or_else(String::new, |id| id.to_string())),
            });
        }
        found
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn messages_are_read_in_a_row() {
        let one = framed(r#"{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}"#);
        let two = framed(r#"{"jsonrpc": "2.0", "id": "a", "method": "m", "params": {"line": 3}}"#);
        let three = framed(r#"{"jsonrpc": "2.0", "method": "exit"}"#);
        let four = framed(r#"{"jsonrpc": "2.0", "id": 7, "result": null}"#);
        assert_eq!(all(format!("{one}{two}{three}{four}").as_bytes()), ["1 shutdown", "\"a\" m", "exit", "answer 7"]);
    }

    #[test]
    fn after_a_broken_message_the_next_one_is_read() {
        let good = framed(r#"{"jsonrpc": "2.0", "method": "exit"}"#);
        for (bad, told) in [
            ("Content-Length: 3\r\n\r\n{{{", "broken "),
            ("Content-Length: 8\r\n\r\n{\"id\":4}", "broken 4"),
            ("Content-Length: 1\r\n\r\n\u{1}", "broken "),
            // Longer and shorter than it says.
            ("Content-Length: 2\r\n\r\n{}}}}", "broken "),
        ] {
            assert_eq!(all(format!("{bad}{good}").as_bytes()), [told, "exit"], "{bad}");
        }
        let short = "Content-Length: 60\r\n\r\n{}";
        assert_eq!(all(format!("{short}{good}{good}").as_bytes()).last().unwrap(), "exit");
        assert_eq!(all(format!("nonsense\n\r\n\r\nContent-Length: x\r\n\r\n{good}").as_bytes()), ["exit"]);
        assert!(all(b"Content-Length: 100\r\n\r\n{}").is_empty());
    }
}
