//! A key and proofs: whether they hold, and what they then show.

use std::time::Duration;

use attnc::files::key::{KeyError, MAX_BYTES};
use attnc::files::proof::Envelope;
use attnc::library::verdict::{verify_timed, Rejected};
use attnc::printed::errors;
use attnc::printed::verdict::{milliseconds, object, told};
use attnc::{Demands, Error, Expectations, Key};
use serde::Deserialize;
use serde_json::{json, Value};

use crate::given::{File, Given};

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

/// Why there is nothing to verify.
enum Unready {
    /// A file is still wanted: `key` or `proof`.
    Wants(&'static str),
    /// Of the files with these numbers one is to be kept.
    Clash(Vec<usize>, Error),
    Error(Error),
}

impl From<Error> for Unready {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

fn refused(message: String, hint: Option<&str>) -> Error {
    Error::Refused {
        message,
        hint: hint.map(str::to_string),
    }
}

impl Demanded {
    /// What `verify --json` prints, and what `verify` says in words; or why there is nothing to verify. With
    /// both, what each file is.
    pub fn verify(self, bytes: Vec<Vec<u8>>) -> Value {
        let given = Given::of(self.files.iter().cloned().zip(bytes));
        let mut answer = match self.verified(&given) {
            Ok(answer) => answer,
            Err(Unready::Wants(what)) => json!({ "wants": what }),
            Err(Unready::Clash(files, error)) => {
                let mut object = errors::object(&error);
                object["clash"] = json!(files);
                object
            }
            Err(Unready::Error(error)) => errors::object(&error),
        };
        answer["files"] = json!(given.objects());
        answer
    }

    fn verified(self, given: &Given) -> Result<Value, Unready> {
        if let Some((file, kind)) = given.stray() {
            let what = format!("{} is {}, not a key or a proof", file.name, kind.name());
            return Err(refused(what, Some(kind.hint())).into());
        }
        if let Some(clash) = given.clash() {
            return Err(Unready::Clash(clash.files, clash.error));
        }
        let (key, expected, proofs) = given.sorted();
        let start = clock();
        let key = key.map(parsed).transpose()?;
        let Some(key) = key else {
            return Err(Unready::Wants("key"));
        };
        if proofs.is_empty() {
            return Err(Unready::Wants("proof"));
        }
        let load_ms = milliseconds(clock().saturating_sub(start));
        let demands = Demands {
            min_security: self.min_security,
            min_proven_security: self.min_proven_security,
            context: self.context,
            whole: self.whole,
            expected: match expected {
                Some(file) => expectations(&key, file)?,
                None => Expectations::default(),
            },
        };
        let (proof, members) = given.together(&proofs);
        let names = |numbers: &[usize]| {
            let names = numbers
                .iter()
                .map(|&number| given.file(number).name.as_str());
            names.map(str::to_string).collect::<Vec<_>>()
        };
        let result = verify_timed(&key, &proof, &demands, clock);
        let about = match &result {
            Ok(_) => names(&proofs),
            Err(rejected) => match refused_one(&key, &proof.files(), rejected) {
                Some(member) => names(&members[member..=member]),
                None => names(&proofs),
            },
        };
        Ok(json!({
            "verify": object(&result, &demands.expected, load_ms),
            "text": told(&result, &names(&proofs).join(", "), &demands.expected, load_ms),
            "about": about,
        }))
    }
}

fn parsed(file: &File) -> Result<Key, Error> {
    let File { name, bytes, .. } = file;
    let parsed = match bytes.len() as u64 <= MAX_BYTES {
        true => Key::parse(bytes),
        false => Err(KeyError::TooLarge.into()),
    };
    parsed.map_err(|error| match error {
        Error::Key(error) => refused(format!("{name}: {error}"), Some("make the key again")),
        other => other,
    })
}

fn expectations(key: &Key, file: &File) -> Result<Expectations, Error> {
    let File { name, bytes, .. } = file;
    let expected = Expectations::parse(key, bytes).map_err(|error| {
        let message = error.summary().replace("the input file", "the file");
        refused(format!("{name}: {message}"), None)
    })?;
    match expected.names().is_empty() {
        true => Err(refused(
            format!("{name} expects nothing"),
            Some("name a public tensor of the program in it"),
        )),
        false => Ok(expected),
    }
}

/// The member of a set that it is refused for, if it is one alone.
fn refused_one(key: &Key, members: &[Vec<u8>], rejected: &Rejected) -> Option<usize> {
    let fails = |reading: &attnc::claim::whole::Reading| !reading.holds;
    if !rejected.readings.is_empty() {
        return rejected.readings.iter().position(fails);
    }
    // Another may be at fault too, and not be what is said.
    members.iter().position(|bytes| {
        let why = match Envelope::open(bytes) {
            Ok(envelope) => key.file.part_of(&envelope.head).err(),
            Err(error) => Some(error.to_string()),
        };
        why.is_some_and(|why| rejected.reason.contains(&why))
    })
}
