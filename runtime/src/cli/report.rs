//! What commands print: figures of a circuit, statements, and text that survives a closed pipe.

use std::io;
use std::path::Path;
use std::time::Duration;

use attnc::files::key::listed;
use attnc::files::nested::nest_ragged;
use attnc::session::account::Bits;
use attnc::session::security::{Security, Setting};
use attnc::session::statement::{Digest, Public, Statement};
use attnc_compiler::diagnostic::visible;
use attnc_compiler::meaning::dims::dimensions;
use attnc_compiler::meaning::dims::{dims, Dim};
use serde_json::{json, Map, Value};

use crate::cli::failure::Failure;
use crate::cli::output;
pub use crate::cli::output::complain;
pub use attnc::library::figures::{security, Figures};

/// Prints text on standard output: see [`output::text`].
pub fn say(text: &str) -> Result<(), Failure> {
    heard(output::text(text))
}

/// Prints JSON on standard output: see [`output::json`].
pub fn say_json(json: &str) -> Result<(), Failure> {
    heard(output::json(json))
}

fn heard(written: io::Result<()>) -> Result<(), Failure> {
    written.map_err(|error| Failure::misuse(format!("cannot write to standard output: {error}")))
}

/// Says something that does not end the command.
pub fn warn(text: &str) {
    complain(&format!("warning: {}\n", visible::line(text)));
}

/// A path within a line of text.
pub fn shown(path: &Path) -> String {
    visible::line(&path.display().to_string()).into_owned()
}

/// So many of something: `1 file`, `2 files`.
pub fn many(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// Words as one types them after `attnc`, quoted where a shell would read them otherwise.
pub fn typed<'a>(words: impl IntoIterator<Item = &'a String>) -> String {
    // `shell_words` quotes more than a shell asks for.
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,+@".contains(c);
    let mut text = "attnc".to_string();
    for word in words {
        text.push(' ');
        match word.is_empty() || !word.chars().all(plain) {
            true => text += &shell_words::quote(word),
            false => text += word,
        }
    }
    text
}

/// Milliseconds to the microsecond.
pub fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// The security of several sessions, of what [`security`] gives of each: the least of each column,
/// and the settings in their order.
pub fn least(accounts: &[Value]) -> Value {
    let bits = |column: &str| {
        let bits = accounts.iter().map(|account| account[column].as_f64());
        bits.collect::<Option<Vec<f64>>>()
            .and_then(|bits| bits.into_iter().reduce(f64::min))
    };
    let mut settings: Vec<&str> = Vec::new();
    for setting in accounts.iter().filter_map(|it| it["setting"].as_str()) {
        if !settings.contains(&setting) {
            settings.push(setting);
        }
    }
    let proofs = accounts.iter().filter_map(|it| it["proofs"].as_array());
    let hiding = accounts.iter().all(|account| account["hiding"] == true);
    json!({
        "setting": settings.join(" | "),
        "hiding": hiding,
        "conjectured_bits": bits("conjectured_bits"),
        "proven_bits": bits("proven_bits"),
        "proofs": proofs.flatten().collect::<Vec<_>>(),
    })
}

/// An account's bits in a line.
pub fn in_all(account: &Value) -> String {
    let bits = |column: &str| Bits(account[column].as_f64().unwrap_or(0.0));
    format!(
        "{} bits conjectured, {} proven",
        bits("conjectured_bits"),
        bits("proven_bits")
    )
}

/// Whether it is the setting of published figures, by proofs that hide or not.
pub fn is_seed(security: Security) -> bool {
    matches!(security, Security::Setting(setting) if setting.plain() == Setting::Seed)
}

/// Warns of the setting that is not one.
pub fn warn_of_seed(security: Security) {
    if is_seed(security) {
        warn("`--security seed` gives 13 bits: it is for reproducing published figures only");
    }
}

/// `name[2, 3]`.
pub fn shaped(name: &str, shape: &[u64]) -> String {
    sized(name, &dims(shape, &[]))
}

/// `name[2, 3 + i0]`.
pub fn sized(name: &str, dims: &[Dim]) -> String {
    match dims {
        [] => name.to_string(),
        _ => format!("{name}{}", dimensions(dims)),
    }
}

/// Inputs or outputs by name, as nested arrays.
pub fn nested_publics(publics: &[Public], input: bool) -> Map<String, Value> {
    let of_kind = publics.iter().filter(|public| public.input == input);
    of_kind
        .map(|public| {
            let dims = dims(&public.shape, &public.growing);
            (public.name.clone(), nest_ragged(&dims, &public.elements))
        })
        .collect()
}

/// Tensors' digests by name.
pub fn digests(of: &[(String, Digest)]) -> Value {
    let each = of.iter();
    each.map(|(name, digest)| (name.clone(), json!(digest)))
        .collect()
}

/// A statement as `verify --json` shows it.
pub fn statement(statement: &Statement) -> Value {
    let params: Map<String, Value> = statement
        .params
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    json!({
        "version": statement.version,
        "circuit": statement.circuit,
        "program": statement.program,
        "params": params,
        "plan": statement.plan,
        "part": statement.part,
        "choices": statement.choices,
        "tables": digests(&statement.tables),
        "fixed": digests(&statement.fixed),
        "layout": statement.layout,
        "preprocessed": statement.preprocessed,
        "security": statement.security,
        "context": statement.context,
        "inputs": nested_publics(&statement.publics, true),
        "outputs": nested_publics(&statement.publics, false),
    })
}

/// `decode(heads = 4, width = 64)`.
pub fn titled(circuit: &str, params: &[(String, i64)]) -> String {
    if params.is_empty() {
        circuit.to_string()
    } else {
        format!("{circuit}({})", listed(params))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_worth_the_least_of_each_column() {
        let account = |setting: &str, conjectured: f64, proven: f64| {
            json!({
                "setting": setting, "conjectured_bits": conjectured, "proven_bits": proven,
                "proofs": [{ "proven_bits": proven }],
            })
        };
        let all = least(&[
            account("standard", 96.0, 57.43),
            account("96 bits: blowup 4, 38 queries, grinding 20", 96.5, 56.11),
            account("standard", 96.0, 57.0),
        ]);
        assert_eq!(all["conjectured_bits"], 96.0);
        assert_eq!(all["proven_bits"], 56.11);
        let settings = "standard | 96 bits: blowup 4, 38 queries, grinding 20";
        assert_eq!(all["setting"], settings);
        assert_eq!(all["proofs"].as_array().map(Vec::len), Some(3));
        assert_eq!(in_all(&all), "96.0 bits conjectured, 56.1 proven");
    }
}
