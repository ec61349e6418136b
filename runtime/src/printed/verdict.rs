//! What verified proofs show, or why one is refused: as `verify --json` prints it, and in plain words.

use std::time::Duration;

use attnc_compiler::diagnostic::visible;
use serde_json::{json, Value};

use crate::claim::whole::{Reading, Role};
use crate::files::key::listed;
use crate::library::expectations::Expectations;
use crate::library::verdict::{CoveredPart, KnownTensor, Rejected, StatedTensor, Verdict};
use crate::library::words::listed_names;
use crate::printed::glimpse::{glimpse, is_cut};
use crate::printed::security::{in_all, least, security};
use crate::printed::statement::{by_name, digests, nested_publics, statement};
use crate::printed::title::{sized, titled};
use crate::session::security::Setting;

/// Milliseconds to the microsecond.
pub fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// What `verify --json` prints (spec 8.5). `load_ms` is what reading and compiling the key took.
pub fn object(
    result: &Result<Verdict<'_>, Rejected>,
    expectations: &Expectations,
    load_ms: f64,
) -> Value {
    let readings = match result {
        Ok(verdict) => verdict.readings(),
        Err(rejected) => &rejected.readings,
    };
    let mut object = read(readings);
    object["verified"] = json!(result.is_ok());
    object["reason"] = json!(result.as_ref().err().map(|rejected| &rejected.reason));
    object["meaning"] = json!(result.as_ref().err().and_then(|rejected| rejected.meaning));
    object["load_ms"] = json!(load_ms);
    object["expected"] = json!(expectations.names());
    if let Ok(verdict) = result {
        describe(verdict, &mut object);
    }
    object
}

/// The same in words; `name` is the proof file's.
pub fn told(
    result: &Result<Verdict<'_>, Rejected>,
    name: &str,
    expectations: &Expectations,
    load_ms: f64,
) -> String {
    match result {
        Ok(verdict) => explain(verdict, name, expectations, load_ms),
        Err(rejected) => {
            let meaning = rejected.meaning.map(|it| format!("\n  {it}"));
            format!(
                "rejected: {}{}\n  (loaded in {load_ms:.1} ms)",
                visible::line(&rejected.reason),
                meaning.unwrap_or_default()
            )
        }
    }
}

/// What was read of a proof file or a set, verified or not.
fn read(readings: &[Reading]) -> Value {
    let proofs: Vec<Value> = readings
        .iter()
        .map(|reading| {
            let account = reading.security.as_ref();
            json!({
                "statement": reading.statement.as_ref().map(statement),
                "security": account.map(|(setting, account)| security(*setting, account)),
                "verify_ms": reading.took.map(milliseconds),
            })
        })
        .collect();
    let took: Option<Duration> = readings.iter().map(|reading| reading.took).sum();
    let mut object = match proofs.as_slice() {
        // What a set shows in common is added where it verifies.
        [only] => only.clone(),
        _ => json!({ "statement": null, "security": null }),
    };
    object["verify_ms"] = json!(took.filter(|_| !readings.is_empty()).map(milliseconds));
    object["proofs"] = json!(proofs);
    object
}

/// Adds what holds of all proofs together.
fn describe(verdict: &Verdict<'_>, object: &mut Value) {
    object["covers"] = json!(verdict.covers());
    object["missing"] = json!(verdict.missing());
    let publics = verdict.shown();
    let names = publics.iter().map(|public| &public.name);
    object["shown"] = json!(names.collect::<Vec<_>>());
    object["relies_on"] = json!(verdict.relied_on());
    let parts = verdict.parts();
    if parts.len() < 2 {
        return;
    }
    object["statement"] = json!({
        "circuit": verdict.circuit(),
        "program": verdict.program(),
        "params": by_name(verdict.params()),
        "plan": verdict.plan(),
        "tables": digests(verdict.tables()),
        "fixed": digests(verdict.fixed()),
        "context": verdict.context(),
        "inputs": nested_publics(&publics, true),
        "outputs": nested_publics(&publics, false),
    });
    object["security"] = least(&accounts(&parts));
}

fn accounts(parts: &[CoveredPart<'_>]) -> Vec<Value> {
    let accounts = parts
        .iter()
        .map(|part| security(part.setting, part.account));
    accounts.collect()
}

/// What was proved and what was not.
fn explain(verdict: &Verdict<'_>, name: &str, expectations: &Expectations, load_ms: f64) -> String {
    let parts = verdict.parts();
    let took: f64 = parts.iter().map(|part| part.took.as_secs_f64()).sum();
    // A part says nothing of the others.
    let of = match verdict.missing().as_slice() {
        [] => String::new(),
        missing => format!(
            ", of {} alone, without {}",
            listed_names(&verdict.covers()),
            listed_names(missing)
        ),
    };
    let mut text = format!(
        "{}: the proof holds{of} (loaded in {load_ms:.1} ms, verified in {:.1} ms)\n\nWhat was proved\n",
        visible::line(name),
        took * 1e3
    );
    let program = titled(verdict.circuit(), &[]);
    text += &line(
        "program",
        &format!("{program}, digest {}", verdict.program()),
    );
    text += &line("parameters", &listed(verdict.params()));
    let alone = verdict.plan_parts() == 1;
    let what = match parts.as_slice() {
        [only] if alone => format!("of the proofs {}", only.proofs.join(", ")),
        _ => format!("of {} parts", verdict.plan_parts()),
    };
    text += &line("plan", &format!("{}, {what}", verdict.plan()));
    for (name, digest) in verdict.tables() {
        text += &line("table", &format!("{name}, digest {digest}"));
    }
    for (name, digest) in verdict.fixed() {
        text += &line(
            "fixed",
            &format!("{name}, which the key gives the digest {digest}"),
        );
    }
    for part in &parts {
        if !alone {
            let (number, proofs) = (part.position + 1, part.proofs.join(", "));
            let count = verdict.plan_parts();
            text += &line(
                "part",
                &format!("{number} of {count}, of the proofs {proofs}"),
            );
            text += &line("", &format!("covers {}", part.values.join(", ")));
        }
        for tensor in &part.tensors {
            text += &stated(verdict, tensor, expectations);
        }
    }
    text += &line("context", &format!("{:?}", verdict.context()));
    text += &knowledge(verdict, &parts);
    for part in &parts {
        let of = match alone {
            true => String::new(),
            false => format!(", part {}", part.name),
        };
        text += &format!(
            "\nHow surely ({}{of})\n{}\n",
            part.setting,
            indented(&part.account.to_string())
        );
    }
    if parts.len() > 1 {
        text += &format!(
            "\n  the {} parts that are here: {}\n",
            parts.len(),
            in_all(&least(&accounts(&parts)))
        );
    }
    let is_kept = |part: &CoveredPart<'_>| !part.private.is_empty() || !part.hints.is_empty();
    text += "\nWhat was not proved\n  ";
    text += match parts.iter().any(is_kept) {
        true => {
            "The private tensors are not shown: they are bound only to their ranges and to \
             the\n  public tensors, and nothing says where they come from.\n"
        }
        false => "Nothing private was read. Where the public inputs come from is not shown.\n",
    };
    if parts.iter().any(is_kept) {
        text += hides(&parts);
    }
    let missing = verdict.missing();
    if !missing.is_empty() {
        text += &format!(
            "  The rest of the program: {} of the plan {} not covered. Hold its proof \
             against the\n  same key, and join both with `attnc join`.\n",
            listed_names(&missing),
            if missing.len() == 1 { "is" } else { "are" }
        );
    }
    if parts
        .iter()
        .any(|part| part.setting.plain() == Setting::Seed)
    {
        text += "\nwarning: `seed` is for reproducing published figures; 13 bits protect nothing\n";
    }
    text
}

/// What the proofs tell of what is private (spec 9.1).
fn hides(parts: &[CoveredPart<'_>]) -> &'static str {
    let mut hiding = parts.iter().map(|part| part.setting.hides());
    match (hiding.clone().all(|hides| hides), hiding.any(|hides| hides)) {
        (true, _) => {
            "\nWhat the proof tells\n  \
             It hides: beside this statement it tells nothing of private inputs and of values that \
             are\n  not public, if whoever made it kept to the protocol. The statement shows sizes and \
             ranges,\n  public tensors, and what crosses an open boundary. Fixed inputs and tables are not \
             hidden.\n"
        }
        (false, true) => {
            "\nWhat the proof tells\n  \
             Not all parts hide: the others open values of private columns, and can tell all of \
             them.\n"
        }
        (false, false) => {
            "\nWhat the proof tells\n  \
             It does not hide: it opens values of private columns, and can tell all of them. Ask for \
             one\n  that was made with --hiding.\n"
        }
    }
}

/// A tensor of a statement: what it is, and what it holds.
fn stated(verdict: &Verdict<'_>, tensor: &StatedTensor<'_>, expected: &Expectations) -> String {
    let kind = if tensor.input { "input" } else { "output" };
    let crosses = match tensor.role {
        Role::Given(_) => ", given: another part shows it, this one does not",
        Role::Crossing(_) => ", for another part",
        Role::OpenedInput(_) | Role::OpenedOutput(_) => ", private but for an open boundary",
        Role::Input(_) | Role::Output(_) => "",
    };
    // Expectations are compared with what is shown whole, pieces of it included.
    let known = |name| expected.names().contains(&name);
    let mut how = match tensor.shows.is_some_and(known) {
        true => "as you expect it",
        false if is_cut(tensor.elements) => "as the statement gives it (--json prints all of it)",
        false => "as the statement gives it",
    }
    .to_string();
    let relied_on = verdict.relied_on();
    if !relied_on.is_empty() && tensor.role.shows() && !tensor.input {
        how += &format!(", if the rest holds, of {}", listed_names(&relied_on));
    }
    let name = sized(tensor.name, &tensor.dims);
    let (lo, hi) = tensor.range;
    line(
        "public",
        &format!("{kind} {name}, each in {lo}..={hi}, {how}{crosses}"),
    ) + &line("", &glimpse(&tensor.dims, tensor.elements))
}

/// What a prover must have known.
fn knowledge(verdict: &Verdict<'_>, parts: &[CoveredPart<'_>]) -> String {
    let listed = |tensor: &KnownTensor<'_>| {
        let (lo, hi) = tensor.range;
        format!("{} in {lo}..={hi}", sized(tensor.name, &tensor.dims))
    };
    let private = parts.iter().flat_map(|part| &part.private).map(listed);
    let private: Vec<String> = private.collect();
    let hints = parts.iter().flat_map(|part| &part.hints).map(listed);
    let hints: Vec<String> = hints.collect();
    let whole = verdict.missing().is_empty();
    let what = match whole {
        true => "the program gives",
        false => "the parts that are covered give",
    };
    let mut text = match (private.is_empty(), hints.is_empty()) {
        (true, true) => format!("\n  There are no private inputs: {what}"),
        (true, false) => "\n  There are no private inputs. Whoever made the proof".to_string(),
        (false, _) => format!(
            "\n  Whoever made the proof knew private inputs\n    {}\n ",
            private.join("\n    ")
        ),
    };
    if !hints.is_empty() {
        let and = if private.is_empty() { "" } else { " and" };
        text += &format!(
            "{and} chose, for the hints of the program, numbers\n    {}\n ",
            hints.join("\n    ")
        );
    }
    if !(private.is_empty() && hints.is_empty()) {
        text += &format!(" with which {what}");
    }
    text +=
        " these public tensors, exactly, with every rounding,\n  clip and table as the program \
             says it, and every assertion holding.\n";
    if !whole {
        text += "  That is so if the tensors that cross from the other parts, and the \
                 assertions there,\n  are as those parts' proofs show them: this proof \
                 relies on it and does not show it.\n";
    }
    text
}

fn line(name: &str, what: &str) -> String {
    format!("  {name:<11} {}\n", visible::line(what))
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}
