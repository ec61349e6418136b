//! What can be asked, and by whom it is answered.

use attnc::printed::errors::message;
use attnc::printed::explanation::entry;
use attnc_compiler::diagnostic::explanation::explanation;
use serde::Deserialize;
use serde_json::{json, Value};

use crate::{program, proof};

#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "lowercase")]
enum Question {
    /// How much is taken.
    Limits,
    /// A program's errors, or what it computes.
    Check(program::Subject),
    /// The same program as `fmt` lays it out.
    Format(program::Subject),
    /// What an error means, as `explain` says it.
    Explain { code: String },
    /// What a program's proofs weigh under a plan.
    Inspect(program::Plan),
    /// What comes of a program's test of this number.
    Test {
        #[serde(flatten)]
        subject: program::Subject,
        number: usize,
    },
    /// Whether the files, a key and proofs, and perhaps what is expected, fit together.
    Verify(proof::Demanded),
}

/// The answer to a question, the first of what is given; the rest are its files.
pub fn answer(mut given: Vec<Vec<u8>>) -> Value {
    if given.is_empty() {
        return message("nothing is asked", None);
    }
    let question = given.remove(0);
    match serde_json::from_slice(&question) {
        Ok(Question::Limits) => json!({
            "program": attnc::library::program::MAX_SOURCE,
            "key": attnc::files::key::MAX_BYTES,
            "proof": attnc::files::proof::MAX_BYTES,
        }),
        Ok(Question::Check(subject)) => subject.check(),
        Ok(Question::Format(subject)) => subject.format(),
        Ok(Question::Explain { code }) => match explanation(&code) {
            Some(found) => json!({ "text": entry(found) }),
            None => message(&format!("no error has the code {code}"), None),
        },
        Ok(Question::Inspect(plan)) => plan.inspect(),
        Ok(Question::Test { subject, number }) => subject.test(number),
        Ok(Question::Verify(demanded)) => demanded.verify(given),
        Err(error) => message(&format!("this is no question: {error}"), None),
    }
}
