//! The verifying key: a program with its parameters, plan and tables, and the roots of its fixed columns.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::diagnostic::json::{distinct, unmarked};
use attnc_compiler::diagnostic::Diagnostic;
use attnc_compiler::{analyse, assemble_parts, Compiled};
use serde::{Deserialize, Serialize};

use crate::files;
use crate::session::security::Setting;
use crate::session::statement::{layout_digest, program_digest, table_digest, Digest, Statement};
use crate::session::verify::Expected;
use crate::session::version::unread;

/// What a key file says that it is.
pub const FORMAT: &str = "attnc-key";
/// The version of the key file that this attnc writes and reads.
pub const VERSION: u32 = 3;
/// Cells of fixed columns, extended by the largest blowup of a named setting, up to which a key
/// holds the roots of all of them.
#[cfg(feature = "prove")]
const MAX_EXTENDED_CELLS: u64 = 1 << 24;
/// Bytes of a key file at most.
const MAX_BYTES: u64 = 64 << 20;

/// What identifies a compiled program in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub program: Digest,
    /// Every parameter with its value, in the program's order.
    pub params: Vec<(String, i64)>,
    /// Every table with the digest of its entries, in the program's order.
    pub tables: Vec<(String, Digest)>,
    pub layout: Digest,
    /// How `layout` came about.
    pub choices: Choices,
}

impl Identity {
    pub fn of(compiled: &Compiled) -> Self {
        let graph = &compiled.graph;
        let params: Vec<(String, i64)> = graph
            .params
            .iter()
            .map(|param| (param.name.clone(), param.value))
            .collect();
        let tables = graph.tables.iter();
        Self {
            program: program_digest(&compiled.ast.to_string(), &params),
            tables: tables
                .map(|table| (table.name.clone(), table_digest(table)))
                .collect(),
            params,
            layout: layout(compiled),
            choices: compiled.choices.clone(),
        }
    }

    /// What a statement says besides its public tensors.
    #[cfg(feature = "prove")]
    pub fn claimed(self, context: String) -> crate::session::prove::Claimed {
        crate::session::prove::Claimed {
            program: self.program,
            layout: self.layout,
            choices: self.choices,
            params: self.params,
            tables: self.tables,
            context,
        }
    }
}

fn layout(compiled: &Compiled) -> Digest {
    match layout_digest(&compiled.circuit) {
        Ok(layout) => layout,
        Err(error) => unreachable!("a circuit serialises: {error}"),
    }
}

/// All that a verifier needs besides a proof. It is made from the program alone and written as
/// JSON, the same bytes every time.
///
/// Whoever verifies trusts the key as it trusts a program: [`Key::compile`] compiles the program
/// again and holds the digests against it, but the preprocessed roots are taken as they are.
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
    /// In the plan's order; one, unless a boundary is open.
    pub parts: Vec<PartKey>,
    /// The entries of tables from input.
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
    /// By blowup, the root of every proof's preprocessed tree, in plan order.
    pub preprocessed: BTreeMap<u32, Vec<Digest>>,
}

/// Why a file is no key for this attnc.
#[derive(Debug)]
pub enum KeyError {
    Unreadable(std::io::Error),
    TooLarge,
    /// Not JSON, or not a key's fields; the parser says why.
    Json(serde_json::Error),
    NotAKey,
    /// Made by another version of attnc.
    Version(u64),
    /// The key's program does not compile.
    Program(Vec<Diagnostic>),
    /// What the key says of its program is not so.
    Differs(&'static str),
    /// Its roots are not those that its program makes; found where they are computed again.
    Roots,
    /// There is no root for the blowup of a setting.
    Blowup(Setting),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "the key cannot be read: {error}"),
            Self::TooLarge => write!(f, "the key has more than {MAX_BYTES} bytes"),
            Self::Json(error) => write!(f, "the key is not well formed: {error}"),
            Self::NotAKey => write!(f, "this is not a verifying key"),
            Self::Version(found) => {
                let again = "make it again with `attnc key`";
                write!(f, "{}", unread("the key", *found, VERSION, again))
            }
            Self::Program(diagnostics) => {
                write!(f, "the key's program does not compile")?;
                diagnostics
                    .iter()
                    .try_for_each(|error| write!(f, "; {}", error.message))
            }
            Self::Differs(what) => write!(
                f,
                "the key contradicts itself: its {what} not what its program makes; it was \
                 changed, or made by another attnc"
            ),
            Self::Roots => write!(
                f,
                "the key's preprocessed roots are not those of its program; it was changed, or made \
                 by another attnc"
            ),
            Self::Blowup(setting) => write!(
                f,
                "the key has no roots for blowup {}, which the proof's setting has: make one with \
                 `attnc key --security \"{setting}\"`",
                setting.blowup()
            ),
        }
    }
}

impl std::error::Error for KeyError {}

impl PartKey {
    #[cfg(feature = "prove")]
    fn make(compiled: &Compiled, settings: &[Setting]) -> Self {
        use crate::session::prove::{preprocess, twiddles};
        use crate::session::Scheme;

        let circuit = &compiled.circuit;
        let mut preprocessed = BTreeMap::new();
        for &setting in settings {
            preprocessed.entry(setting.blowup()).or_insert_with(|| {
                let schemes = Scheme::of(circuit, setting);
                let twiddles = twiddles(&schemes);
                let root = |(proof, scheme)| preprocess(circuit, proof, scheme, &twiddles).root();
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

impl Key {
    /// The key of a compiled plan, with the roots for every named security setting; for
    /// `standard` alone if the largest extension of its fixed columns has more than
    /// [`MAX_EXTENDED_CELLS`] (spec 7.3).
    #[cfg(feature = "prove")]
    pub fn make(parts: &[Compiled]) -> Self {
        let components = parts.iter().flat_map(|part| &part.circuit.components);
        let cells: u64 = components
            .map(|c| (c.fixed.len() as u64) << c.log_rows)
            .sum();
        let blowups = Setting::ALL.map(|setting| u64::from(setting.blowup()));
        let largest = blowups.into_iter().max().unwrap_or(1);
        let settings: &[Setting] = if cells * largest > MAX_EXTENDED_CELLS {
            &[Setting::Standard]
        } else {
            &Setting::ALL
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
        let from_input = first.graph.tables.iter().filter(|t| t.from_input);
        Self {
            format: FORMAT.to_string(),
            version: VERSION,
            circuit: first.circuit.name.clone(),
            params: identity.params,
            plan: first.circuit.plan.clone(),
            program: identity.program,
            tables: identity.tables,
            parts: parts
                .iter()
                .zip(settings)
                .map(|(part, settings)| PartKey::make(part, settings))
                .collect(),
            entries: from_input
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
    /// plan, in order, at least one.
    ///
    /// # Errors
    /// [`KeyError::Program`] and [`KeyError::Differs`].
    pub fn compile(&self) -> Result<Vec<Compiled>, KeyError> {
        let (ast, mut graph) = analyse(&self.source, &self.params).map_err(KeyError::Program)?;
        for table in graph.tables.iter_mut().filter(|table| table.from_input) {
            let entries = self.entries.get(&table.name);
            let entries = entries.ok_or(KeyError::Differs("entries are"))?;
            let fits = |entry: &i64| table.range.contains((*entry).into());
            if entries.len() as i128 != table.domain.size() || !entries.iter().all(fits) {
                return Err(KeyError::Differs("entries are"));
            }
            table.entries.clone_from(entries);
        }
        let choices: Vec<Choices> = self.parts.iter().map(|part| part.choices.clone()).collect();
        let parts = assemble_parts(&ast, &graph, Some(&self.plan), &choices);
        let parts = parts.map_err(KeyError::Program)?;
        let differs = |what| Err(KeyError::Differs(what));
        let Some(first) = parts.first() else {
            return differs("parts are");
        };
        // The same for every part: a plan may have a thousand of them.
        let identity = Identity::of(first);
        if first.circuit.name != self.circuit {
            return differs("name is");
        }
        if identity.params != self.params {
            return differs("parameters are");
        }
        if identity.program != self.program {
            return differs("program digest is");
        }
        if identity.tables != self.tables {
            return differs("table digests are");
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
        let preprocessed = key.preprocessed.get(&setting.blowup());
        Ok(Expected {
            circuit: &compiled.circuit,
            program: self.program,
            layout: key.layout,
            choices: &key.choices,
            params: &self.params,
            tables: &self.tables,
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
            hints: [""; 3],
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

/// What a proof has to be about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub circuit: &'a str,
    pub params: &'a [(String, i64)],
    pub program: Digest,
    pub plan: &'a str,
    pub tables: &'a [(String, Digest)],
    /// What to do about other parameters, another plan, other tables.
    pub hints: [&'static str; 3],
}

impl Subject<'_> {
    /// In what a proof's statement, its public tensors aside, is about something else: a sentence.
    pub fn mismatch(&self, head: &Statement) -> Option<String> {
        let other = |what: &str, found: &str, expected: &str, hint: &str| {
            Some(format!(
                "the proof is about {what} {found}, the key is for {expected}{hint}"
            ))
        };
        let [parameters_hint, plan_hint, tables_hint] = self.hints;
        if head.circuit != self.circuit {
            let (found, expected) = (&head.circuit, &self.circuit);
            let quoted = |name: &str| format!("`{name}`");
            return other("the circuit", &quoted(found), &quoted(expected), "");
        }
        if head.params != self.params {
            // Only those that differ.
            let differing = |params: &[(String, i64)], others: &[(String, i64)]| {
                let kept = params.iter().filter(|param| !others.contains(param));
                listed(&kept.cloned().collect::<Vec<_>>())
            };
            let found = differing(&head.params, self.params);
            let expected = differing(self.params, &head.params);
            return other("the parameters", &found, &expected, parameters_hint);
        }
        if head.program != self.program {
            let (found, expected) = (head.program.to_string(), self.program.to_string());
            return other("a program with the digest", &found, &expected, "");
        }
        if head.plan != self.plan {
            let (found, expected) = (format!("`{}`", head.plan), format!("`{}`", self.plan));
            return other("the plan", &found, &expected, plan_hint);
        }
        let mut tables = head.tables.iter().zip(self.tables);
        if let Some(((name, found), (_, expected))) = tables.find(|(a, b)| a != b) {
            let table = format!("a table `{name}` with the digest");
            let (found, expected) = (found.to_string(), expected.to_string());
            return other(&table, &found, &expected, tables_hint);
        }
        None
    }
}

/// `a = 1, b = 2`, or `none`.
pub fn listed(params: &[(String, i64)]) -> String {
    let each: Vec<String> = params
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    if each.is_empty() {
        "none".to_string()
    } else {
        each.join(", ")
    }
}

#[cfg(test)]
#[cfg(feature = "prove")]
mod tests {
    use attnc_compiler::assemble;

    use super::*;

    const SOURCE: &str = "circuit c(n = 4) {\n // a comment\n table f(x in 0..8) : 0..16 from \
                          input\n private input x[n] : 0..8\n public output y[n]\n y[i in n] = \
                          f(x[i])\n }";

    fn key() -> Key {
        let (ast, mut graph) = analyse(SOURCE, &[("n".into(), 5)]).unwrap();
        graph.tables[0].entries = (0..8).rev().collect();
        Key::make(&[assemble(ast, graph, None, &Choices::default()).unwrap()])
    }

    #[test]
    fn a_key_is_read_back_and_compiles_to_itself() {
        let key = key();
        assert_eq!(key.params, [("n".to_string(), 5)]);
        assert_eq!(key.to_json(), self::key().to_json());
        let read = Key::parse(key.to_json().as_bytes()).unwrap();
        assert_eq!(read, key);
        let compiled = read.compile().unwrap();
        for setting in Setting::ALL {
            assert!(read.expected(&compiled, 0, setting).is_ok());
        }
    }

    #[test]
    fn a_changed_key_is_refused() {
        let changes: [fn(&mut Key); 12] = [
            |key| key.parts[0].name.push('x'),
            |key| key.parts.clear(),
            |key| key.parts.push(key.parts[0].clone()),
            |key| key.circuit.push('x'),
            |key| key.params[0].1 = 6,
            |key| key.plan.push('x'),
            |key| key.parts[0].choices.digit_bits = Some(13),
            |key| key.program.0[0] ^= 1,
            |key| key.parts[0].layout.0[0] ^= 1,
            |key| key.tables[0].1 .0[0] ^= 1,
            |key| key.entries.values_mut().for_each(|entries| entries[3] += 1),
            |key| key.source = key.source.replace("f(x[i])", "x[i]"),
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut key = key();
            change(&mut key);
            assert!(key.compile().is_err(), "change {number}");
        }
        let mut key = key();
        key.entries.clear();
        assert!(matches!(key.compile(), Err(KeyError::Differs(_))));
        key = self::key();
        key.parts[0].preprocessed.values_mut().for_each(Vec::clear);
        assert!(matches!(key.compile(), Err(KeyError::Differs(_))));
    }

    #[test]
    fn a_name_that_stands_twice_is_refused() {
        let text = key().to_json();
        for (name, twice) in [
            ("f", "\"f\": [0], \"f\":"),
            ("2", "\"2\": [], \"2\":"),
            ("circuit", "\"circuit\": \"d\", \"circuit\":"),
        ] {
            let other = text.replacen(&format!("\"{name}\":"), twice, 1);
            assert_ne!(other, text, "{name}");
            let said = Key::parse(other.as_bytes()).unwrap_err().to_string();
            assert!(said.contains(&format!("`{name}` stands twice")), "{said}");
        }
        let marked = format!("\u{feff}{text}");
        assert_eq!(Key::parse(marked.as_bytes()).unwrap(), key());
    }

    #[test]
    fn another_version_says_so() {
        for (version, what) in [
            (
                "4",
                "a newer attnc: it has version 4, this attnc reads version 3; update attnc",
            ),
            (
                "2",
                "an older attnc: it has version 2, this attnc reads version 3; make it again",
            ),
            ("0", "an older attnc: it has version 0"),
            ("99999999999", "a newer attnc: it has version 99999999999"),
        ] {
            // Whatever other fields that version has.
            let text = format!("{{\"format\": \"attnc-key\", \"version\": {version}, \"x\": 1}}");
            let error = Key::parse(text.as_bytes()).unwrap_err();
            assert!(error.to_string().contains(what), "{error}");
        }
        let error = Key::parse(b"{\"a\": 1}").unwrap_err();
        assert!(matches!(error, KeyError::NotAKey), "{error}");
        assert!(matches!(Key::parse(b"{1"), Err(KeyError::Json(_))));
        for foreign in [
            b"" as &[u8],
            b"[1",
            b"attncprf\x03",
            b"attncset",
            b"circuit c() {",
        ] {
            assert!(matches!(Key::parse(foreign), Err(KeyError::NotAKey)));
        }
    }
}
