//! Messages over a stream: a header with a length, and JSON.
//!
//! `lsp_server` reads what it is sent; what it cannot read ends its thread, and a length that is a lie asks for
//! all memory. Here both are answered.

use std::io::{self, BufRead, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crossbeam_channel::bounded;
use lsp_server::{Connection, ErrorCode, Message};
use serde_json::json;

/// The largest message, in bytes: a text of 1 MiB with room for escapes.
const LARGEST: usize = 64 << 20;
/// The longest line of a header.
const LONGEST_LINE: u64 = 4096;
/// The most lines of a header.
const MOST_LINES: usize = 64;

/// The threads that read and write.
pub struct Threads {
    reader: JoinHandle<io::Result<()>>,
    writer: JoinHandle<io::Result<()>>,
}

impl Threads {
    /// Waits until all is written.
    ///
    /// # Errors
    /// What went wrong with a stream.
    pub fn join(self, ended: bool) -> io::Result<()> {
        let lost = || io::Error::other("a thread of the connection ended early");
        self.writer.join().map_err(|_| lost())??;
        // After `exit` nobody waits for what may still come.
        match ended && !self.reader.is_finished() {
            true => Ok(()),
            false => self.reader.join().map_err(|_| lost())?,
        }
    }
}

/// A connection over two streams.
///
/// # Errors
/// If there can be no threads.
pub fn connect(
    mut input: impl BufRead + Send + 'static,
    output: impl Write + Send + 'static,
) -> io::Result<(Connection, Threads)> {
    let output = Arc::new(Mutex::new(output));
    let (to_write, writes) = bounded::<Message>(16);
    let (reads, read) = bounded::<Message>(16);
    let written = Arc::clone(&output);
    let writer = thread::Builder::new()
        .name("writer".into())
        .spawn(move || {
            writes.into_iter().try_for_each(|message| {
                let mut output = written.lock().unwrap_or_else(PoisonError::into_inner);
                message.write(&mut *output)
            })
        })?;
    let reader = thread::Builder::new().name("reader".into()).spawn(move || {
        let refuse = |why: &str| {
            let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
            refusal(&mut *output, why)
        };
        loop {
            let body = match body(&mut input) {
                Ok(Some(body)) => body,
                Ok(None) => return Ok(()),
                // Where the next message begins is not known.
                Err(error) => {
                    refuse(&error.to_string())?;
                    return Err(error);
                }
            };
            match serde_json::from_slice::<Message>(&body) {
                Ok(message) => {
                    let is_exit =
                        matches!(&message, Message::Notification(note) if note.method == "exit");
                    if reads.send(message).is_err() || is_exit {
                        return Ok(());
                    }
                }
                Err(error) => refuse(&format!("this is no message of the protocol: {error}"))?,
            }
        }
    })?;
    let connection = Connection {
        sender: to_write,
        receiver: read,
    };
    Ok((connection, Threads { reader, writer }))
}

/// Says that a message cannot be read; whose it was is not known.
fn refusal(output: &mut impl Write, why: &str) -> io::Result<()> {
    let error = json!({ "code": ErrorCode::ParseError as i32, "message": why });
    let text = json!({ "jsonrpc": "2.0", "id": null, "error": error }).to_string();
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    output.flush()
}

/// The bytes of the next message; nothing at the end.
fn body(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_string());
    let mut length: Option<usize> = None;
    for number in 0..MOST_LINES {
        let mut line = Vec::new();
        input
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return match number {
                0 => Ok(None),
                _ => Err(bad("the input ends within a header")),
            };
        }
        let Some(line) = line.strip_suffix(b"\n") else {
            return Err(bad("a line of the header does not end"));
        };
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
        if line.is_empty() {
            let length = length.ok_or_else(|| bad("the header has no Content-Length"))?;
            let mut body = Vec::new();
            let read = input.by_ref().take(length as u64).read_to_end(&mut body)?;
            return match read == length {
                true => Ok(Some(body)),
                false => Err(bad("the input ends within a message")),
            };
        }
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| bad("a line of the header has no `:`"))?;
        if name.eq_ignore_ascii_case("Content-Length") {
            let given: usize = value
                .trim()
                .parse()
                .map_err(|_| bad("Content-Length is no number"))?;
            if given > LARGEST {
                return Err(bad("the message is too large"));
            }
            length = Some(given);
        }
    }
    Err(bad("the header has too many lines"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_and_lies_are_refused() {
        let read = |text: &str| body(&mut text.as_bytes()).map_err(|error| error.to_string());
        let body = "Content-Length: 2\r\nContent-Type: x\r\n\r\n{}";
        assert_eq!(read(body), Ok(Some(b"{}".to_vec())));
        assert_eq!(read("content-length:2\n\n{}"), Ok(Some(b"{}".to_vec())));
        assert_eq!(read(""), Ok(None));
        let long = format!("{}\r\n", "x".repeat(5000));
        let many = "a: b\r\n".repeat(100);
        for (text, why) in [
            ("Content-Length: 999999999999999\r\n\r\n", "too large"),
            (
                "Content-Length: 99999999999999999999999\r\n\r\n",
                "no number",
            ),
            ("Content-Length: -1\r\n\r\n", "no number"),
            ("Content-Length: 9\r\n\r\n{}", "within a message"),
            ("Content-Length: 9\r\n", "within a header"),
            ("Content-Type: 9\r\n\r\n{}", "no Content-Length"),
            ("{\"jsonrpc\": 1}\r\n", "no Content-Length"),
            ("hello\r\n\r\n", "no `:`"),
            (long.as_str(), "does not end"),
            (many.as_str(), "too many lines"),
        ] {
            let error = read(text).unwrap_err();
            assert!(
                error.contains(why) || text.starts_with('{'),
                "{text}: {error}"
            );
        }
    }
}
