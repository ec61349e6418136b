//! A key and proofs: whether they hold, and what they then show.

use std::time::Duration;

use attnc::files::key::{KeyError, MAX_BYTES};
use attnc::files::kind::Kind;
use attnc::library::verdict::verify_timed;
use attnc::printed::errors;
use attnc::printed::verdict::{milliseconds, object, told};
use attnc::{Demands, Error, Expectations, Key, Proof};
use serde::Deserialize;
use serde_json::{json, Value};

#[link(wasm_import_module = "page")]
unsafe extern "C" {
    /// Milliseconds since some moment.
    safe fn now() -> f64;
}

fn clock() -> Duration {
    Duration::try_from_secs_f64(now() / 1e3).unwrap_or_default()
}

/// What a proof must be besides true, and what the files are called, in their order.
#[derive(Deserialize)]
pub struct Demanded {
    files: Vec<String>,
    min_security: f64,
    min_proven_security: f64,
    context: Option<String>,
    whole: bool,
}

/// Files by what they are.
#[derive(Default)]
struct Sorted {
    key: Option<(String, Vec<u8>)>,
    proofs: Vec<(String, Vec<u8>)>,
    expected: Option<(String, Vec<u8>)>,
}

impl Sorted {
    /// A file is told by how it begins; one that begins like nothing is a proof, or a key by its name.
    fn add(&mut self, name: String, bytes: Vec<u8>) -> Result<(), Error> {
        let kind = Kind::of(&bytes).unwrap_or(match name.ends_with(".key") {
            true => Kind::Key,
            false => Kind::Proof,
        });
        let place = match kind {
            Kind::Proof => {
                self.proofs.push((name, bytes));
                return Ok(());
            }
            Kind::Key => &mut self.key,
            kind if kind.is_input() => &mut self.expected,
            kind => {
                return Err(refused(
                    format!("{name} is {}, not a key or a proof", kind.name()),
                    kind.hint(),
                ))
            }
        };
        match place.replace((name, bytes)) {
            None => Ok(()),
            Some((first, _)) => {
                let (second, kind) = (place.as_ref().map_or("", |it| &it.0), kind.name());
                let what = format!("{first} and {second} are each {kind}, and one is taken");
                Err(refused(what, "leave out one of them"))
            }
        }
    }
}

fn refused(message: String, hint: &str) -> Error {
    Error::Refused {
        message,
        hint: Some(hint.to_string()),
    }
}

/// One proof, or several as the set that `attnc join` makes of them.
fn together(mut proofs: Vec<(String, Vec<u8>)>) -> (String, Proof) {
    match proofs.len() {
        1 => {
            let (name, bytes) = proofs.remove(0);
            (name, Proof::from(bytes))
        }
        _ => {
            let names: Vec<&str> = proofs.iter().map(|(name, _)| name.as_str()).collect();
            let name = names.join(", ");
            let files = proofs.into_iter().flat_map(|(_, bytes)| {
                match Proof::from(bytes.clone()).files() {
                    none if none.is_empty() => vec![bytes],
                    files => files,
                }
            });
            (name, Proof::of_files(files.collect()))
        }
    }
}

impl Demanded {
    /// What `verify --json` prints, and what `verify` says in words.
    pub fn verify(self, given: Vec<Vec<u8>>) -> Value {
        self.verified(given)
            .unwrap_or_else(|error| errors::object(&error))
    }

    fn verified(self, given: Vec<Vec<u8>>) -> Result<Value, Error> {
        let mut files = Sorted::default();
        for (name, bytes) in self.files.into_iter().zip(given) {
            files.add(name, bytes)?;
        }
        let Some((name, bytes)) = files.key else {
            let what = "there is no verifying key".to_string();
            return Err(refused(what, "`attnc key PROGRAM` makes it"));
        };
        if files.proofs.is_empty() {
            let what = "there is no proof".to_string();
            return Err(refused(what, "`attnc prove PROGRAM --input FILE` makes it"));
        }
        let start = clock();
        let fits = bytes.len() as u64 <= MAX_BYTES;
        let parsed = match fits {
            true => Key::parse(&bytes),
            false => Err(KeyError::TooLarge.into()),
        };
        let key = parsed.map_err(|error| match error {
            Error::Key(error) => refused(format!("{name}: {error}"), "make the key again"),
            other => other,
        })?;
        let load_ms = milliseconds(clock().saturating_sub(start));
        let expected = match &files.expected {
            Some((_, bytes)) => Expectations::parse(&key, bytes)?,
            None => Expectations::default(),
        };
        if let (Some((name, _)), []) = (&files.expected, expected.names().as_slice()) {
            let hint = "name a public tensor of the program in it";
            return Err(refused(format!("{name} expects nothing"), hint));
        }
        let demands = Demands {
            min_security: self.min_security,
            min_proven_security: self.min_proven_security,
            context: self.context,
            whole: self.whole,
            expected,
        };
        let (name, proof) = together(files.proofs);
        let result = verify_timed(&key, &proof, &demands, clock);
        Ok(json!({
            "verify": object(&result, &demands.expected, load_ms),
            "text": told(&result, &name, &demands.expected, load_ms),
        }))
    }
}
