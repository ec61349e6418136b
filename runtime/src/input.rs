//! Input files: a program's tensors and tables, from JSON or npz, with nothing taken on trust.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use attnc_compiler::diagnostic::suggest;
use attnc_compiler::eval::Assignment;
use attnc_compiler::graph::{Graph, Interval};
use attnc_compiler::tensor::Tensor;

use crate::{nested, npz};

/// An input file has at most 1 GiB.
const MAX_BYTES: u64 = 1 << 30;

/// What is wrong with an input file.
#[derive(Clone, Debug, PartialEq)]
pub struct InputError {
    pub fault: Fault,
    /// The line and column, from 1, in a JSON file.
    pub place: Option<(usize, usize)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The file cannot be read; the operating system says why.
    Unreadable {
        path: String,
        reason: String,
    },
    TooLarge,
    /// Not JSON; the parser says why.
    Json {
        reason: String,
    },
    /// Not an npz, or a member of it is not an npy; says why.
    Npz {
        name: String,
        reason: String,
    },
    NotAnObject,
    Twice {
        name: String,
    },
    Missing {
        name: String,
        shape: Vec<usize>,
    },
    Unknown {
        name: String,
        suggestion: Option<String>,
        known: Vec<String>,
    },
    /// The program defines it itself.
    Computed {
        name: String,
    },
    Shape {
        name: String,
        expected: Vec<usize>,
        found: Vec<usize>,
    },
    /// An array of the wrong length in a nested array; `found` is `None` for one too long.
    Length {
        name: String,
        at: Vec<usize>,
        expected: usize,
        found: Option<usize>,
        shape: Vec<usize>,
    },
    /// An array instead of a number, or the other way round, or neither.
    Kind {
        name: String,
        at: Vec<usize>,
        expected: &'static str,
        found: &'static str,
        shape: Vec<usize>,
    },
    NotInteger {
        name: String,
        at: Vec<usize>,
        value: String,
    },
    OutOfRange {
        name: String,
        at: Vec<usize>,
        value: String,
        range: Interval,
    },
}

/// `name[1][2]`, the way JSON nests it.
struct Element<'a>(&'a str, &'a [usize]);

impl fmt::Display for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}", self.0)?;
        if !self.1.is_empty() {
            write!(f, "{:?}", self.1)?;
        }
        write!(f, "`")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Unreadable { path, reason } => write!(f, "cannot read {path}: {reason}"),
            Fault::TooLarge => write!(f, "the input file has more than {MAX_BYTES} bytes"),
            Fault::Json { reason } => write!(f, "the input file is not JSON: {reason}"),
            Fault::Npz { name, reason } if name.is_empty() => {
                write!(f, "the input file is not an npz archive: {reason}")
            }
            Fault::Npz { name, reason } => write!(f, "`{name}` in the npz archive: {reason}"),
            Fault::NotAnObject => write!(
                f,
                "the input file must hold an object: each tensor's name and its nested arrays"
            ),
            Fault::Twice { name } => write!(f, "`{name}` stands twice in the input file; remove one"),
            Fault::Missing { name, shape } => write!(
                f,
                "the input file lacks `{name}`; add it with the shape {shape:?}"
            ),
            Fault::Unknown { name, suggestion: Some(suggestion), .. } => {
                write!(f, "the program has no input `{name}`; did you mean `{suggestion}`?")
            }
            Fault::Unknown { name, known, .. } => write!(
                f,
                "the program has no input `{name}`; it has {}",
                if known.is_empty() { "none".into() } else { known.join(", ") }
            ),
            Fault::Computed { name } => write!(
                f,
                "`{name}` is computed by the program, not given; remove it from the input file"
            ),
            Fault::Shape { name, expected, found } => write!(
                f,
                "`{name}` has the shape {found:?}, but the program wants {expected:?}; \
                 give it in that shape, or set the program's parameters with -p"
            ),
            Fault::Length { name, at, expected, found, shape } => {
                let element = Element(name, at);
                match found {
                    Some(found) => write!(f, "{element} has length {found}, not {expected}")?,
                    None => write!(f, "{element} has more than {expected} elements")?,
                }
                write!(
                    f,
                    "; `{name}` has the shape {shape:?}: \
                     give it in that shape, or set the program's parameters with -p"
                )
            }
            Fault::Kind { name, at, expected, found, shape } => write!(
                f,
                "{} is {found}, not {expected}; `{name}` has the shape {shape:?}",
                Element(name, at)
            ),
            Fault::NotInteger { name, at, value } => write!(
                f,
                "{} is {value}, which is not an integer; quantize the tensor first",
                Element(name, at)
            ),
            Fault::OutOfRange { name, at, value, range } => write!(
                f,
                "{} is {value}, outside its range {range}; clip the tensor, or declare a wider range",
                Element(name, at)
            ),
        }
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)?;
        match self.place {
            Some((line, column)) => write!(f, " (line {line}, column {column})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for InputError {}

impl From<Fault> for InputError {
    fn from(fault: Fault) -> Self {
        InputError { fault, place: None }
    }
}

/// What one tensor or table of the input file has to be.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub name: String,
    pub shape: Vec<usize>,
    pub range: Interval,
}

impl Wanted {
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// The number as an element, if it is one.
    pub fn integer(&self, at: &[usize], value: i128) -> Result<i64, Fault> {
        match i64::try_from(value) {
            Ok(element) if self.range.contains(value) => Ok(element),
            _ => Err(Fault::OutOfRange {
                name: self.name.clone(),
                at: at.to_vec(),
                value: value.to_string(),
                range: self.range,
            }),
        }
    }

    /// A floating-point number as an element, if it is one exactly.
    pub fn float(&self, at: &[usize], value: f64) -> Result<i64, Fault> {
        let (name, at) = (self.name.clone(), at.to_vec());
        if !value.is_finite() || value.fract() != 0.0 {
            return Err(Fault::NotInteger {
                name,
                at,
                value: value.to_string(),
            });
        }
        // Above 2^53 a float no longer says which integer was meant.
        if value.abs() > 9_007_199_254_740_992.0 {
            return Err(Fault::OutOfRange {
                name,
                at,
                value: value.to_string(),
                range: self.range,
            });
        }
        self.integer(&at, value as i128)
    }
}

/// The tensors that a file gives, as they come.
pub(crate) struct Gathered {
    wanted: Vec<Wanted>,
    found: Vec<Option<Vec<i64>>>,
    computed: Vec<String>,
}

impl Gathered {
    fn new(graph: &Graph) -> Self {
        let inputs = graph.inputs.iter().map(|input| Wanted {
            name: input.name.clone(),
            shape: input.shape.iter().map(|&size| size as usize).collect(),
            range: input.range,
        });
        let tables = graph
            .tables
            .iter()
            .filter(|table| table.from_input)
            .map(|table| Wanted {
                name: table.name.clone(),
                shape: vec![table.domain.size().max(0) as usize],
                range: table.range,
            });
        let wanted: Vec<Wanted> = inputs.chain(tables).collect();
        let own_tables = graph.tables.iter().filter(|table| !table.from_input);
        let computed = graph.outputs.iter().map(|output| &output.name);
        let computed = computed
            .chain(own_tables.map(|table| &table.name))
            .cloned()
            .collect();
        let found = vec![None; wanted.len()];
        Self {
            wanted,
            found,
            computed,
        }
    }

    /// Which of the wanted tensors has this name; an error if none, or if it was found before.
    pub fn expect(&self, name: &str) -> Result<(usize, Wanted), Fault> {
        let Some(place) = self.wanted.iter().position(|wanted| wanted.name == name) else {
            let name = name.to_string();
            if self.computed.contains(&name) {
                return Err(Fault::Computed { name });
            }
            let known: Vec<String> = self
                .wanted
                .iter()
                .map(|wanted| wanted.name.clone())
                .collect();
            let suggestion = suggest(&name, known.iter().map(String::as_str)).map(str::to_string);
            return Err(Fault::Unknown {
                name,
                suggestion,
                known,
            });
        };
        match self.found[place] {
            Some(_) => Err(Fault::Twice {
                name: name.to_string(),
            }),
            None => Ok((place, self.wanted[place].clone())),
        }
    }

    pub fn set(&mut self, place: usize, data: Vec<i64>) {
        self.found[place] = Some(data);
    }

    fn finish(self, graph: &Graph) -> Result<Assignment, Fault> {
        let mut all = Vec::new();
        for (wanted, found) in self.wanted.into_iter().zip(self.found) {
            // A seed of no entries need not be given.
            let data = match found {
                Some(data) => data,
                None if wanted.size() == 0 => Vec::new(),
                None => {
                    return Err(Fault::Missing {
                        name: wanted.name,
                        shape: wanted.shape,
                    })
                }
            };
            all.push(Tensor {
                shape: wanted.shape,
                data,
            });
        }
        let mut given = all.split_off(graph.inputs.len()).into_iter();
        let mut tables = Vec::new();
        for table in &graph.tables {
            let entries = match table.from_input {
                true => given.next().map(|tensor| tensor.data).unwrap_or_default(),
                false => table.entries.clone(),
            };
            tables.push(entries);
        }
        Ok(Assignment {
            inputs: all,
            tables,
        })
    }
}

/// Reads a program's inputs, public and private, and its tables from input.
///
/// The file is an npz archive if it begins like one (`PK`), and JSON otherwise: an object with
/// a nested array of integers for every input, and a flat one for every table. All of it is
/// checked: names, shapes, integers, ranges.
pub fn read(path: &Path, graph: &Graph) -> Result<Assignment, InputError> {
    let unreadable = |error: std::io::Error| Fault::Unreadable {
        path: path.display().to_string(),
        reason: error.to_string(),
    };
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Fault::TooLarge.into());
    }
    parse(&bytes, graph)
}

/// As [`read`], from a file's bytes.
pub fn parse(bytes: &[u8], graph: &Graph) -> Result<Assignment, InputError> {
    let mut gathered = Gathered::new(graph);
    if bytes.starts_with(b"PK") {
        npz::gather(bytes, &mut gathered)?;
    } else {
        nested::gather(bytes, &mut gathered)?;
    }
    Ok(gathered.finish(graph)?)
}

#[cfg(test)]
pub(crate) mod tests;
