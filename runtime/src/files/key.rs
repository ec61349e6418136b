//! The verifying key: a program with its parameters and plan, digests of its tables and fixed inputs, and
//! the roots of its fixed columns.
//!
//! - `identity`: what identifies the program; `subject`: what a proof has to be about; `error`: why a
//!   file is no key.

mod error;
pub(crate) mod identity;
mod subject;
#[cfg(all(test, feature = "prove"))]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::circuit::Kind;
use attnc_compiler::diagnostic::json::{distinct, unmarked};
use attnc_compiler::meaning::graph::{Graph, Table};
use attnc_compiler::syntax::ast::Ast;
use attnc_compiler::{analyse, assemble_parts, Compiled};
use serde::{Deserialize, Serialize};

pub use error::{KeyError, MAX_BYTES, VERSION};
use identity::layout;
pub use identity::Identity;
pub use subject::{listed, Subject};

use crate::files;
use crate::session::security::Setting;
use crate::session::statement::{program_digest, Digest, Statement};
use crate::session::verify::Expected;

/// What a key file says that it is.
pub const FORMAT: &str = "attnc-key";
/// Cells of fixed columns, extended by the largest blowup of a named setting, up to which a key
/// holds the roots of all of them.
#[cfg(feature = "prove")]
const MAX_EXTENDED_CELLS: u64 = 1 << 24;

/// All that a verifier needs besides a proof. It is made from the program alone and written as
/// JSON, the same bytes every time.
///
/// Whoever verifies trusts the key as it trusts a program: [`Key::compile`] compiles the program
/// again and holds the digests against it, but the preprocessed roots are taken as they are, and with
/// them the digests of what the key has no elements of: fixed inputs, and tables from input that no
/// circuit looks up at run time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// [`FORMAT`].
    pub format: String,
    pub version: u32,
    pub circuit: String,
    pub params: Vec<(String, i64)>,
    /// The plan's name, or its text.
    pub plan: String,
    pub program: Digest,
    pub tables: Vec<(String, Digest)>,
    pub fixed: Vec<(String, Digest)>,
    /// In the plan's order; one, unless a boundary is open.
    pub parts: Vec<PartKey>,
    /// The entries of tables from input that a circuit looks up at run time.
    pub entries: BTreeMap<String, Vec<i64>>,
    /// The program's canonical text.
    pub source: String,
}

/// What a verifier needs of one part of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartKey {
    pub name: String,
    /// How the part is laid out.
    pub choices: Choices,
    pub layout: Digest,
    /// By the points that a fixed column's commitment has for each row, the root of every proof's preprocessed tree, in plan order.
    pub preprocessed: BTreeMap<u32, Vec<Digest>>,
}

impl PartKey {
    #[cfg(feature = "prove")]
    fn make(compiled: &Compiled, settings: &[Setting]) -> Self {
        use crate::session::prove::{preprocess, twiddles};
        use crate::session::Scheme;

        let circuit = &compiled.circuit;
        let mut preprocessed = BTreeMap::new();
        for &setting in settings {
            preprocessed
                .entry(setting.root_blowup())
                .or_insert_with(|| {
                    let schemes = Scheme::of(circuit, setting);
                    let twiddles = twiddles(&schemes);
                    let root =
                        |(proof, scheme)| preprocess(circuit, proof, scheme, &twiddles).root();
                    schemes.iter().enumerate().map(root).collect()
                });
        }
        Self {
            name: circuit.part.clone(),
            choices: compiled.choices.clone(),
            layout: layout(compiled),
            preprocessed,
        }
    }
}

/// The names of the tables from input that a circuit looks up at run time: their entries stand in it.
fn looked_up(parts: &[Compiled]) -> BTreeSet<&str> {
    let tables = parts.iter().flat_map(|part| {
        let components = part.circuit.components.iter();
        components.filter_map(|component| match component.kind {
            Kind::Table(id) => Some(part.part.graph().table(id)),
            _ => None,
        })
    });
    let from_input = tables.filter(|table| table.from_input);
    from_input.map(|table| table.name.as_str()).collect()
}

impl Key {
    /// Whether the proofs of every part hide what they do not state.
    pub fn hides(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.all(|part| part.choices.hides())
    }

    /// The key of a compiled plan, with the roots for every named security setting, of proofs that hide if
    /// the plan is laid out for these; for `standard` alone if the largest extension of its fixed columns has more than
    /// [`MAX_EXTENDED_CELLS`] (spec 7.3).
    #[cfg(feature = "prove")]
    pub fn make(parts: &[Compiled]) -> Self {
        let components = parts.iter().flat_map(|part| &part.circuit.components);
        let cells: u64 = components
            .map(|c| (c.fixed.len() as u64) << c.log_rows)
            .sum();
        // A plan's parts all hide, or none does.
        let hides = parts.iter().any(|part| part.choices.hides());
        let settings = Setting::ALL.map(|setting| match hides {
            true => setting.hiding(),
            false => setting,
        });
        let blowups = settings.map(|setting| u64::from(setting.root_blowup()));
        let largest = blowups.into_iter().max().unwrap_or(1);
        let standard = settings
            .iter()
            .position(|it| it.plain() == Setting::Standard);
        let settings: &[Setting] = match standard {
            Some(place) if cells * largest > MAX_EXTENDED_CELLS => &settings[place..=place],
            _ => &settings,
        };
        Self::make_for(parts, &vec![settings; parts.len()])
    }

    /// The key of a compiled plan, which has a part at least, with the roots of each part for
    /// some settings.
    ///
    /// # Panics
    /// If there is no part.
    #[cfg(feature = "prove")]
    pub fn make_for(parts: &[Compiled], settings: &[&[Setting]]) -> Self {
        let Some(first) = parts.first() else {
            unreachable!("a plan has a part");
        };
        let identity = Identity::of(first);
        let wanted = looked_up(parts);
        let entries = first.graph.tables.iter();
        let entries = entries.filter(|table| wanted.contains(table.name.as_str()));
        Self {
            format: FORMAT.to_string(),
            version: VERSION,
            circuit: first.circuit.name.clone(),
            params: identity.params,
            plan: first.circuit.plan.clone(),
            program: identity.program,
            tables: identity.tables,
            fixed: identity.fixed,
            parts: parts
                .iter()
                .zip(settings)
                .map(|(part, settings)| PartKey::make(part, settings))
                .collect(),
            entries: entries
                .map(|table| (table.name.clone(), table.entries.clone()))
                .collect(),
            source: first.ast.to_string(),
        }
    }

    /// The key file's text.
    pub fn to_json(&self) -> String {
        match serde_json::to_string_pretty(self) {
            Ok(text) => text + "\n",
            Err(error) => unreachable!("a key serialises: {error}"),
        }
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`KeyError`], except for what only [`Key::compile`] finds.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let bytes = files::read(path, MAX_BYTES).map_err(KeyError::Unreadable)?;
        Self::parse(&bytes.ok_or(KeyError::TooLarge)?)
    }

    /// As [`Key::read`], from a file's bytes.
    ///
    /// # Errors
    /// As [`Key::read`].
    pub fn parse(bytes: &[u8]) -> Result<Self, KeyError> {
        #[derive(Deserialize)]
        struct Head {
            format: Option<String>,
            version: Option<u64>,
        }
        let bytes = unmarked(bytes);
        // A proof file, a program: nobody needs to know where JSON would end.
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return Err(KeyError::NotAKey);
        }
        let bytes = distinct(bytes).map_err(KeyError::Json)?;
        // The fields of another version are unknown: look at its number first.
        let head: Head = serde_json::from_slice(bytes).map_err(KeyError::Json)?;
        match (head.format.as_deref(), head.version) {
            (Some(FORMAT), Some(version)) if version == u64::from(VERSION) => {}
            (Some(FORMAT), Some(version)) => return Err(KeyError::Version(version)),
            _ => return Err(KeyError::NotAKey),
        }
        serde_json::from_slice(bytes).map_err(KeyError::Json)
    }

    /// Compiles the key's program, and checks that it is what the key says: every part of the
    /// plan, in order, at least one. What the key has no elements of has none there: enough to
    /// verify, for a layout depends on none.
    ///
    /// # Errors
    /// [`KeyError::Program`] and [`KeyError::Differs`].
    pub fn compile(&self) -> Result<Vec<Compiled>, KeyError> {
        let (ast, mut graph) = analyse(&self.source, &self.params).map_err(KeyError::Program)?;
        for table in graph.tables.iter_mut().filter(|table| table.from_input) {
            let Some(entries) = self.entries.get(&table.name) else {
                continue;
            };
            let fits = |entry: &i64| table.range.contains((*entry).into());
            if entries.len() as i128 != table.domain.size() || !entries.iter().all(fits) {
                return Err(KeyError::Differs("entries are"));
            }
            table.entries.clone_from(entries);
        }
        let given = graph.tables.iter().all(|table| !table.entries.is_empty());
        if given && graph.known.is_none() && self.fixed.is_empty() {
            let learned = graph.learn(Vec::new());
            learned.map_err(|error| KeyError::Program(vec![error.into()]))?;
        }
        self.lay_out(&ast, &graph)
    }

    /// As [`Key::compile`], of the key's program checked, whose tables and fixed inputs may have their
    /// elements.
    ///
    /// # Errors
    /// As [`Key::compile`].
    pub fn lay_out(&self, ast: &Ast, graph: &Graph) -> Result<Vec<Compiled>, KeyError> {
        let choices: Vec<Choices> = self.parts.iter().map(|part| part.choices.clone()).collect();
        let parts = assemble_parts(ast, graph, Some(&self.plan), &choices);
        let parts = parts.map_err(KeyError::Program)?;
        let differs = |what| Err(KeyError::Differs(what));
        let Some(first) = parts.first() else {
            return differs("parts are");
        };
        // The same for every part: a plan may have a thousand of them.
        if first.circuit.name != self.circuit {
            return differs("name is");
        }
        if identity::params(graph) != self.params {
            return differs("parameters are");
        }
        if program_digest(&ast.to_string(), &self.params) != self.program {
            return differs("program digest is");
        }
        let names = |of: &[(String, Digest)]| -> Vec<String> {
            of.iter().map(|(name, _)| name.clone()).collect()
        };
        let tables = identity::tables(graph);
        let mut both = graph.tables.iter().zip(tables.iter().zip(&self.tables));
        let has = |table: &Table| !table.entries.is_empty() || !table.from_input;
        if names(&tables) != names(&self.tables)
            || both.any(|(table, (own, key))| has(table) && own != key)
        {
            return differs("table digests are");
        }
        let held: BTreeSet<&str> = self.entries.keys().map(String::as_str).collect();
        if held != looked_up(&parts) {
            return differs("entries are");
        }
        let fixed = graph.fixed_inputs().map(|(_, it)| it.name.clone());
        if fixed.collect::<Vec<_>>() != names(&self.fixed)
            || (graph.known.is_some() && identity::fixed(graph) != self.fixed)
        {
            return differs("digests of fixed inputs are");
        }
        for (compiled, key) in parts.iter().zip(&self.parts) {
            if compiled.circuit.part != key.name {
                return differs("parts are");
            }
            if layout(compiled) != key.layout {
                return differs("layout digest is");
            }
            let proofs = compiled.circuit.proofs.len();
            if key.preprocessed.values().any(|roots| roots.len() != proofs) {
                return differs("roots are");
            }
        }
        Ok(parts)
    }

    /// What the verifier expects of a proof of a part at a setting; `parts` is
    /// [`Key::compile`]'s. Nothing is demanded yet of its security and its context.
    ///
    /// # Errors
    /// [`KeyError::Blowup`] if the key has no roots for the setting.
    ///
    /// # Panics
    /// If there is no such part.
    pub fn expected<'a>(
        &'a self,
        parts: &'a [Compiled],
        part: usize,
        setting: Setting,
    ) -> Result<Expected<'a>, KeyError> {
        let (compiled, key) = (&parts[part], &self.parts[part]);
        let preprocessed = key.preprocessed.get(&setting.root_blowup());
        Ok(Expected {
            circuit: &compiled.circuit,
            program: self.program,
            layout: key.layout,
            choices: &key.choices,
            params: &self.params,
            tables: &self.tables,
            fixed: &self.fixed,
            preprocessed: preprocessed.ok_or(KeyError::Blowup(setting))?,
            min_security: 0.0,
            min_proven_security: 0.0,
            context: None,
        })
    }

    /// The position of the part that a proof's statement, its public tensors aside, is about.
    ///
    /// # Errors
    /// In what it is about something else than the key: a sentence.
    pub fn part_of(&self, head: &Statement) -> Result<usize, String> {
        let subject = Subject {
            circuit: &self.circuit,
            params: &self.params,
            program: self.program,
            plan: &self.plan,
            tables: &self.tables,
            fixed: &self.fixed,
            says: "the key is for",
            hints: [""; 4],
        };
        if let Some(mismatch) = subject.mismatch(head) {
            return Err(mismatch);
        }
        let part = self.parts.iter().position(|part| part.name == head.part);
        let Some(part) = part else {
            let names: Vec<String> = self.parts.iter().map(|p| format!("`{}`", p.name)).collect();
            return Err(format!(
                "the proof is about the part `{}`, the key's plan has {}",
                head.part.escape_debug(),
                names.join(", ")
            ));
        };
        let key = &self.parts[part];
        let hide = |choices: &Choices| match choices.least_bits {
            Some(_) => "hide",
            None => "do not hide",
        };
        let (found, expected) = (hide(&head.choices), hide(&key.choices));
        if found != expected {
            return Err(format!(
                "the proof is one of those that {found}, the key is for proofs that {expected}"
            ));
        }
        let (what, found, expected) = if head.choices != key.choices {
            let (found, expected) = (head.choices.to_string(), key.choices.to_string());
            ("a layout with", found, expected)
        } else if head.layout != key.layout {
            let (found, expected) = (head.layout.to_string(), key.layout.to_string());
            ("a circuit with the digest", found, expected)
        } else {
            return Ok(part);
        };
        Err(format!(
            "the proof is about {what} {found}, the key is for {expected}"
        ))
    }
}
