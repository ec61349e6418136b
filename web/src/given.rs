//! The files that one has given, by what they are, and which of them cannot stand together.

use attnc::files::key;
use attnc::files::kind::Kind;
use attnc::files::proof::{self, Envelope};
use attnc::library::words::listed_names;
use attnc::session::statement::Statement;
use attnc::{Error, Proof};
use attnc_compiler::diagnostic::visible::line;
use serde_json::{json, Value};

pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
    kind: Kind,
}

/// Files that cannot stand together, by their numbers, and why.
pub struct Clash {
    pub files: Vec<usize>,
    pub error: Error,
}

/// What a proof file is about, by its own word.
struct Head {
    /// The number of the file that it is in.
    file: usize,
    statement: Statement,
}

/// A name by the word of a stranger, of which nothing is checked yet.
fn name(text: &str) -> String {
    const SHOWN: usize = 40;
    let cut = text.char_indices().nth(SHOWN);
    match cut {
        Some((end, _)) => format!("`{}...`", line(&text[..end])),
        None => format!("`{}`", line(text)),
    }
}

impl Head {
    fn part(&self) -> String {
        let Statement { circuit, part, .. } = &self.statement;
        let circuit = name(circuit);
        match part.as_str() {
            "" => circuit,
            part => format!("part {} of {circuit}", name(part)),
        }
    }

    fn is_of_the_same(&self, other: &Self) -> bool {
        let of = |head: &Self| {
            let Statement {
                program,
                plan,
                part,
                ..
            } = head.statement.clone();
            (program, plan, part)
        };
        of(self) == of(other)
    }
}

/// So many parts of a set are named.
const MOST_NAMED: usize = 4;

/// A key as it is written: its program is not compiled.
fn key_of(file: &File) -> Option<key::Key> {
    let fits = file.bytes.len() as u64 <= key::MAX_BYTES;
    fits.then(|| key::Key::parse(&file.bytes).ok())?
}

pub struct Given {
    files: Vec<File>,
    /// Of the proof files whose heads can be read.
    heads: Vec<Head>,
}

impl Given {
    /// A file is told by how it begins; one that begins like nothing is a proof, or a key by its name.
    pub fn of(named: impl Iterator<Item = (String, Vec<u8>)>) -> Self {
        let files = named.map(|(name, bytes)| {
            let kind = Kind::of(&bytes).unwrap_or(match name.ends_with(".key") {
                true => Kind::Key,
                false => Kind::Proof,
            });
            File { name, bytes, kind }
        });
        let files: Vec<File> = files.collect();
        let mut heads = Vec::new();
        for (number, file) in files.iter().enumerate() {
            let members = match file.kind {
                Kind::Proof => proof::files(&file.bytes).unwrap_or_default(),
                _ => Vec::new(),
            };
            let opened = members.into_iter().filter_map(|it| Envelope::open(it).ok());
            heads.extend(opened.map(|envelope| Head {
                file: number,
                statement: envelope.head,
            }));
        }
        Self { files, heads }
    }

    /// What each file is, in the order of the files.
    pub fn objects(&self) -> Vec<Value> {
        let files = self.files.iter().enumerate();
        let object = |(number, file): (usize, &File)| {
            let heads = self.heads.iter().filter(|head| head.file == number);
            let parts: Vec<String> = heads.map(Head::part).collect();
            let what = match (file.kind, parts.as_slice()) {
                (Kind::Key, _) => match key_of(file) {
                    Some(key) => format!("{} of `{}`", file.kind.name(), key.circuit),
                    None => "not a verifying key that can be read".to_string(),
                },
                (Kind::Proof, []) => "not a proof that can be read".to_string(),
                (Kind::Proof, [part]) => format!("a proof, of {part} as it says"),
                (Kind::Proof, parts) => {
                    let some = parts.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>();
                    let more = match parts.len() - some.len() {
                        0 => String::new(),
                        more => format!(" and {more} more"),
                    };
                    format!("a set of proofs, of {}{more} as they say", some.join(", "))
                }
                (kind, _) if kind.is_input() => "what a proof should show".to_string(),
                (kind, _) => kind.name().to_string(),
            };
            json!({ "name": file.name, "what": what })
        };
        files.map(object).collect()
    }

    fn numbers(&self, is: impl Fn(Kind) -> bool) -> Vec<usize> {
        let files = self.files.iter().enumerate();
        let files = files.filter(|(_, file)| is(file.kind));
        files.map(|(number, _)| number).collect()
    }

    /// The key and what is expected, if they are there, and the proofs with their numbers.
    pub fn sorted(&self) -> (Option<&File>, Option<&File>, Vec<usize>) {
        let first = |numbers: Vec<usize>| numbers.first().map(|&number| &self.files[number]);
        let key = first(self.numbers(|kind| kind == Kind::Key));
        let expected = first(self.numbers(Kind::is_input));
        (key, expected, self.numbers(|kind| kind == Kind::Proof))
    }

    pub fn file(&self, number: usize) -> &File {
        &self.files[number]
    }

    /// A file that is none of those that are verified.
    pub fn stray(&self) -> Option<(&File, Kind)> {
        let known = |kind: Kind| matches!(kind, Kind::Key | Kind::Proof) || kind.is_input();
        let stray = self.files.iter().find(|file| !known(file.kind));
        stray.map(|file| (file, file.kind))
    }

    /// The first files of which one is taken, at most.
    pub fn clash(&self) -> Option<Clash> {
        let keys = self.numbers(|kind| kind == Kind::Key);
        let expected = self.numbers(Kind::is_input);
        if keys.len() > 1 {
            let why = "are each a verifying key, and proofs are held against one";
            return Some(self.clashing(keys, why));
        }
        if expected.len() > 1 {
            let why = "each say what a proof should show, and one such file is taken";
            return Some(self.clashing(expected, why));
        }
        for (number, head) in self.heads.iter().enumerate() {
            let later = self.heads[number + 1..].iter();
            let later = later.filter(|other| other.file != head.file && head.is_of_the_same(other));
            let mut numbers = vec![head.file];
            numbers.extend(later.map(|other| other.file));
            numbers.dedup();
            if numbers.len() > 1 {
                let proofs = numbers.iter().map(|&number| &self.files[number].bytes);
                let why = match proofs
                    .clone()
                    .all(|bytes| *bytes == self.files[head.file].bytes)
                {
                    true => "are the same proof, byte for byte".to_string(),
                    false => format!(
                        "are each a proof of {}: one of them can be verified at a time",
                        head.part()
                    ),
                };
                return Some(self.clashing(numbers, &why));
            }
        }
        None
    }

    fn clashing(&self, files: Vec<usize>, why: &str) -> Clash {
        let names = files.iter().map(|&number| self.files[number].name.as_str());
        let names: Vec<&str> = names.collect();
        let proofs = files
            .iter()
            .all(|&number| self.files[number].kind == Kind::Proof);
        let beside = match proofs {
            true => ", beside proofs of other parts of the plan",
            false => "",
        };
        Clash {
            error: Error::Refused {
                message: format!("{} {why}", listed_names(&names)),
                hint: Some(format!("keep one of them{beside}, or start again")),
            },
            files,
        }
    }

    /// The proofs as one: several are the set that `attnc join` makes of them. With it, for each proof in
    /// it, the number of its file.
    pub fn together(&self, proofs: &[usize]) -> (Proof, Vec<usize>) {
        if let &[only] = proofs {
            let proof = Proof::from(self.files[only].bytes.clone());
            let members = proof.files().len().max(1);
            return (proof, vec![only; members]);
        }
        let (mut members, mut of) = (Vec::new(), Vec::new());
        for &number in proofs {
            let bytes = &self.files[number].bytes;
            let files = match Proof::from(bytes.clone()).files() {
                none if none.is_empty() => vec![bytes.clone()],
                files => files,
            };
            of.extend(vec![number; files.len()]);
            members.extend(files);
        }
        (Proof::of_files(members), of)
    }
}
