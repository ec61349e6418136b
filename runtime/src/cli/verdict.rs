//! What verified proofs show, in plain words.

use std::path::Path;

use attnc::claim::whole::{statements, Publics, Reading, Role};
use attnc::files::key::{listed, Key};
use attnc::session::security::Setting;
use attnc::session::statement::{Public, Statement};
use attnc_compiler::diagnostic::visible;
use attnc_compiler::meaning::graph::Visibility;
use attnc_compiler::Compiled;
use serde_json::{json, Value};

use crate::cli::expectation::Expectations;
use crate::cli::report::{in_all, least, nested_publics, security, shown, sized, titled};

/// Proofs that hold, with the key that they were held against.
pub struct Verdict<'a> {
    key: &'a Key,
    parts: &'a [Compiled],
    readings: &'a [Reading],
}

/// `a`, `b` and `c`.
pub fn listed_names(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [_, ..])) => format!("{} and {last}", quoted[..quoted.len() - 1].join(", ")),
        _ => quoted.concat(),
    }
}

impl<'a> Verdict<'a> {
    pub fn of(key: &'a Key, parts: &'a [Compiled], readings: &'a [Reading]) -> Self {
        Self {
            key,
            parts,
            readings,
        }
    }

    fn name(&self, part: usize) -> &'a str {
        &self.parts[part].circuit.part
    }

    fn covered(&self) -> Vec<usize> {
        let mut covered: Vec<usize> = self.readings.iter().filter_map(|r| r.part).collect();
        covered.sort_unstable();
        covered
    }

    /// The names of the parts that are not there.
    pub fn missing(&self) -> Vec<&'a str> {
        let covered = self.covered();
        let missing = (0..self.parts.len()).filter(|part| !covered.contains(part));
        missing.map(|part| self.name(part)).collect()
    }

    /// The parts that are not there, if a part that is there is given what they show: its outputs
    /// are the program's if theirs are.
    fn relied_on(&self) -> Vec<&'a str> {
        let is_given = |part: &usize| {
            let part = &self.parts[*part];
            let mut publics = part.circuit.publics.iter();
            publics.any(|tensor| matches!(Role::of(part, tensor), Role::Given(_)))
        };
        match self.covered().iter().any(is_given) {
            true => self.missing(),
            false => Vec::new(),
        }
    }

    /// The program's public tensors that are shown whole.
    fn shown(&self) -> Vec<Public> {
        match Publics::of(self.parts, &statements(self.readings)) {
            Ok(publics) => publics.complete(),
            // They were put together when they were verified.
            Err(_) => Vec::new(),
        }
    }

    /// Adds to `verify --json` what holds of all proofs together.
    pub fn describe(&self, object: &mut Value) {
        let covered = self.covered().into_iter().map(|part| self.name(part));
        object["covers"] = json!(covered.collect::<Vec<_>>());
        object["missing"] = json!(self.missing());
        let publics = self.shown();
        let names = publics.iter().map(|public| &public.name);
        object["shown"] = json!(names.collect::<Vec<_>>());
        object["relies_on"] = json!(self.relied_on());
        if self.readings.len() < 2 {
            return;
        }
        let key = self.key;
        let context = statements(self.readings)
            .first()
            .map(|(_, s)| s.context.clone());
        object["statement"] = json!({
            "circuit": key.circuit,
            "program": key.program,
            "params": key.params.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
            "plan": key.plan,
            "tables": key.tables.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
            "context": context,
            "inputs": nested_publics(&publics, true),
            "outputs": nested_publics(&publics, false),
        });
        object["security"] = least(&self.accounts());
    }

    fn accounts(&self) -> Vec<Value> {
        let accounts = self.readings.iter().filter_map(|r| r.security.as_ref());
        accounts
            .map(|(setting, account)| security(*setting, account))
            .collect()
    }

    /// What was proved and what was not. `load_ms` is what reading and compiling the key took.
    pub fn explain(&self, path: &Path, expectations: &Expectations, load_ms: f64) -> String {
        let took: f64 = self
            .readings
            .iter()
            .filter_map(|r| r.took)
            .map(|t| t.as_secs_f64())
            .sum();
        let mut text = format!(
            "{}: loaded in {load_ms:.1} ms, verified in {:.1} ms\n\nWhat was proved\n",
            shown(path),
            took * 1e3
        );
        let read = statements(self.readings);
        let Some(&(first, head)) = read.first() else {
            unreachable!("a verified proof has a statement");
        };
        text += &line(
            "program",
            &format!("{}, digest {}", titled(&head.circuit, &[]), head.program),
        );
        text += &line("parameters", &listed(&head.params));
        if self.parts.len() == 1 {
            let proofs = self.parts[first].circuit.proofs.join(", ");
            text += &line("plan", &format!("{}, of the proofs {proofs}", head.plan));
        } else {
            text += &line(
                "plan",
                &format!("{}, of {} parts", head.plan, self.parts.len()),
            );
        }
        for (name, digest) in &head.tables {
            text += &line("table", &format!("{name}, digest {digest}"));
        }
        if self.parts.len() == 1 {
            text += &self.tensors(first, head, expectations);
        } else {
            for &(part, statement) in &read {
                text += &self.part(part, statement, expectations);
            }
        }
        text += &line("context", &format!("{:?}", head.context));
        text += &self.knowledge(&read);
        for reading in self.readings {
            let (Some(part), Some((setting, account))) = (reading.part, &reading.security) else {
                continue;
            };
            let of = match self.parts.len() {
                1 => String::new(),
                _ => format!(", part {}", self.name(part)),
            };
            text += &format!(
                "\nHow surely ({setting}{of})\n{}\n",
                indented(&account.to_string())
            );
        }
        let accounts = self.accounts();
        if accounts.len() > 1 {
            text += &format!(
                "\n  the {} parts that are here: {}\n",
                accounts.len(),
                in_all(&least(&accounts))
            );
        }
        text += "\nWhat was not proved\n  \
                 The private tensors are not shown: they are bound only to their ranges and to \
                 the\n  public tensors, and nothing says where they come from.\n  \
                 Stwo's proofs are not zero-knowledge: the proof may tell something of them.\n";
        let missing = self.missing();
        if !missing.is_empty() {
            text += &format!(
                "  The rest of the program: {} of the plan {} not covered. Hold its proof \
                 against the\n  same key, and join both with `attnc join`.\n",
                listed_names(&missing),
                if missing.len() == 1 { "is" } else { "are" }
            );
        }
        let seed = |reading: &Reading| matches!(reading.security, Some((Setting::Seed, _)));
        if self.readings.iter().any(seed) {
            text +=
                "\nwarning: `seed` is for reproducing published figures; 13 bits protect nothing\n";
        }
        text
    }

    /// The public tensors of a part's statement.
    fn tensors(&self, part: usize, statement: &Statement, expected: &Expectations) -> String {
        let compiled = &self.parts[part];
        let relied_on = self.relied_on();
        let mut text = String::new();
        for (public, tensor) in statement.publics.iter().zip(&compiled.circuit.publics) {
            let kind = if public.input { "input" } else { "output" };
            let role = Role::of(compiled, tensor);
            let crosses = match role {
                Role::Given(_) => ", given: another part shows it, this one does not",
                Role::Crossing(_) => ", for another part",
                Role::OpenedInput(_) | Role::OpenedOutput(_) => {
                    ", private but for an open boundary"
                }
                Role::Input(_) | Role::Output(_) => "",
            };
            // Expectations are compared with what is shown whole, pieces of it included.
            let name = role.public_name(&compiled.graph);
            let mut how = match name.is_some_and(|name| expected.names().contains(&name)) {
                true => "as you expect it".to_string(),
                false => "as the statement gives it (--json prints it)".to_string(),
            };
            if !relied_on.is_empty() && role.shows() && !public.input {
                how += &format!(", if the rest holds, of {}", listed_names(&relied_on));
            }
            let name = sized(&public.name, &tensor.dims());
            let range = tensor.range;
            text += &line(
                "public",
                &format!("{kind} {name}, each in {range}, {how}{crosses}"),
            );
        }
        text
    }

    fn part(&self, part: usize, statement: &Statement, expected: &Expectations) -> String {
        let compiled = &self.parts[part];
        let graph = compiled.part.graph();
        let values: Vec<&str> = graph
            .values
            .iter()
            .map(|value| value.name.as_str())
            .collect();
        let proofs = compiled.circuit.proofs.join(", ");
        let (number, count) = (part + 1, self.parts.len());
        let mut text = line(
            "part",
            &format!("{number} of {count}, of the proofs {proofs}"),
        );
        text += &line("", &format!("covers {}", values.join(", ")));
        text + &self.tensors(part, statement, expected)
    }

    /// What a prover must have known.
    fn knowledge(&self, read: &[(usize, &Statement)]) -> String {
        let mut private = Vec::new();
        for &(part, _) in read {
            let inputs = self.parts[part].part.graph().inputs.iter();
            let inputs = inputs.filter(|input| input.visibility == Visibility::Private);
            private.extend(
                inputs.map(|input| {
                    format!("{} in {}", sized(&input.name, &input.dims()), input.range)
                }),
            );
        }
        let mut text = "\n  Whoever made the proof knew private inputs".to_string();
        if private.is_empty() {
            text += " (there are none)";
        } else {
            text += &format!("\n    {}\n ", private.join("\n    "));
        }
        let what = match (self.parts.len(), self.missing().is_empty()) {
            (1, _) | (_, true) => "the program gives",
            _ => "the parts that are covered give",
        };
        text += &format!(
            " with which {what} these public tensors, exactly, with every rounding,\n  \
             clip and table as the program says it, and every assertion holding.\n"
        );
        if !self.missing().is_empty() {
            text += "  That is so if the tensors that cross from the other parts, and the \
                     assertions there,\n  are as those parts' proofs show them: this proof \
                     relies on it and does not show it.\n";
        }
        text
    }
}

fn line(name: &str, what: &str) -> String {
    format!("  {name:<11} {}\n", visible::line(what))
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}
