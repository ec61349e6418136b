//! What can be wrong with a file of tensors, and what to do about it.

use std::fmt;

use attnc_compiler::diagnostic::Diagnostic;
use attnc_compiler::meaning::graph::{Graph, Interval};

use crate::files::sort::Sort;

/// A file of tensors has at most 1 GiB.
pub(crate) const MAX_BYTES: u64 = 1 << 30;

/// What is wrong with an input file.
#[derive(Clone, Debug, PartialEq)]
pub struct InputError {
    pub fault: Fault,
    /// The file, where several are read, or one by its name.
    pub file: Option<String>,
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
    /// Not a file of its format, `npz archive` or the like, or an array of it is none; says why.
    Container {
        format: &'static str,
        name: String,
        reason: String,
    },
    /// A format that is not read.
    Foreign {
        what: &'static str,
        example: Option<String>,
    },
    /// One array for a tensor is wanted, and the file has so many of them, or none.
    NotOne {
        name: String,
        count: usize,
    },
    /// One npy array, which has no name; with that of a tensor, to show how it gets one.
    LoneArray {
        example: Option<String>,
        option: &'static str,
    },
    NotAnObject,
    Twice {
        name: String,
        /// The two files that give it, if they are two.
        files: Option<(String, String)>,
    },
    Missing {
        name: String,
        shape: Vec<usize>,
        sort: Sort,
    },
    /// It is given in files of another option than these, which are of `sort`.
    Elsewhere {
        name: String,
        sort: Sort,
    },
    Unknown {
        name: String,
        /// What it would be: an input, or a public tensor.
        sort: &'static str,
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
    /// A float so large that it stands for several integers: it has so many bits of precision.
    Rounded {
        name: String,
        at: Vec<usize>,
        value: String,
        precision: u32,
    },
}

/// What files of the format are called in errors.
pub(crate) const SAFETENSORS: &str = "safetensors file";

/// `arr_0`: what `numpy.savez` calls an array that is given without a name.
fn is_unnamed(name: &str) -> bool {
    let number = name.strip_prefix("arr_");
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
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

impl Fault {
    /// What is wrong, and where.
    fn message(&self) -> String {
        match self {
            Fault::Unreadable { path, reason } => format!("cannot read {path}: {reason}"),
            Fault::TooLarge => format!("the input file has more than {MAX_BYTES} bytes"),
            Fault::Json { reason } => format!("the input file is not JSON: {reason}"),
            Fault::Container {
                format,
                name,
                reason,
            } if name.is_empty() => {
                let article = if *format == SAFETENSORS { "a" } else { "an" };
                format!("the input file is not {article} {format}: {reason}")
            }
            Fault::Container {
                format,
                name,
                reason,
            } => format!("`{name}` in the {format}: {reason}"),
            Fault::Foreign { what, .. } => {
                format!("the input file is {what}, which attnc does not read")
            }
            Fault::NotOne { name, count } => {
                format!("one array is wanted, for `{name}`, and the file has {count}")
            }
            Fault::LoneArray { .. } => {
                "the input file is one npy array, not an npz archive of arrays by name".into()
            }
            Fault::NotAnObject => "the input file does not hold an object".into(),
            Fault::Twice { name, files: None } => {
                format!("`{name}` stands twice in the input file")
            }
            Fault::Twice {
                name,
                files: Some((first, second)),
            } => match first == second {
                true => format!("`{name}` is given twice, by {first}"),
                false => format!("`{name}` is given by {first} and by {second}"),
            },
            Fault::Missing { name, sort, .. } => match sort {
                Sort::Fixed => format!("no file of fixed inputs has `{name}`"),
                Sort::Input | Sort::Public => format!("the input file lacks `{name}`"),
            },
            Fault::Elsewhere { name, sort } => match sort {
                Sort::Fixed => format!("`{name}` is what one proof is about, no fixed input"),
                Sort::Input | Sort::Public => {
                    format!("`{name}` is a fixed input, which the key has, not one proof alone")
                }
            },
            Fault::Unknown { name, sort, .. } => format!("the program has no {sort} `{name}`"),
            Fault::Computed { name } => {
                format!("`{name}` is computed by the program, not given")
            }
            Fault::Shape {
                name,
                expected,
                found,
            } => {
                format!("`{name}` has the shape {found:?}, but the program wants {expected:?}")
            }
            Fault::Length {
                name,
                at,
                expected,
                found,
                ..
            } => {
                let element = Element(name, at);
                match found {
                    Some(found) => format!("{element} has length {found}, not {expected}"),
                    None => format!("{element} has more than {expected} elements"),
                }
            }
            Fault::Kind {
                name,
                at,
                expected,
                found,
                ..
            } => {
                format!("{} is {found}, not {expected}", Element(name, at))
            }
            Fault::NotInteger { name, at, value } => {
                format!("{} is {value}, which is not an integer", Element(name, at))
            }
            Fault::OutOfRange {
                name,
                at,
                value,
                range,
            } => {
                format!(
                    "{} is {value}, outside its range {range}",
                    Element(name, at)
                )
            }
            Fault::Rounded {
                name,
                at,
                value,
                precision,
            } => format!(
                "{} is {value}, and floats of {precision} bits are not exact from 2^{precision} on",
                Element(name, at)
            ),
        }
    }

    /// What to do about it.
    fn remedy(&self) -> Option<String> {
        Some(match self {
            Fault::Unreadable { .. } | Fault::Json { .. } | Fault::Container { .. } => return None,
            Fault::Foreign { example, .. } => {
                let name = example.as_deref().unwrap_or("name");
                format!("write integers with NumPy: numpy.savez(\"in.npz\", {name}={name}.numpy())")
            }
            Fault::NotOne { name, .. } => format!(
                "give a file of one array, or this one without `{name}=`, if its arrays are called \
                 as the program's tensors"
            ),
            Fault::TooLarge => "give only the tensors of the program".into(),
            Fault::LoneArray { example, option } => {
                let name = example.as_deref().unwrap_or("name");
                format!(
                    "say whose it is, {option} {name}=in.npy, or put it into an npz: \
                     numpy.savez(\"in.npz\", {name}=numpy.load(\"in.npy\"))"
                )
            }
            Fault::NotAnObject => "give each tensor's name with its nested arrays".into(),
            Fault::Twice { .. } => "remove one".into(),
            Fault::Missing { shape, .. } => format!("add it with the shape {shape:?}"),
            Fault::Unknown { name, known, .. } if is_unnamed(name) && !known.is_empty() => {
                let names: Vec<String> = known.iter().map(|k| format!("{k}={k}")).collect();
                format!(
                    "numpy.savez calls an array so that is given without a name: \
                     numpy.savez(\"in.npz\", {})",
                    names.join(", ")
                )
            }
            Fault::Unknown {
                suggestion: Some(suggestion),
                ..
            } => {
                format!("did you mean `{suggestion}`?")
            }
            Fault::Unknown { known, .. } if known.is_empty() => "it has none".into(),
            Fault::Unknown { known, .. } => format!("it has {}", known.join(", ")),
            Fault::Elsewhere { sort, .. } => {
                let option = match sort {
                    Sort::Fixed => Sort::Input.option(),
                    Sort::Input | Sort::Public => Sort::Fixed.option(),
                };
                format!("give it with {option}, in a file without the others")
            }
            Fault::Computed { .. } => "remove it from the input file".into(),
            Fault::Shape { .. } => {
                "give it in that shape, or set the program's parameters with -p".into()
            }
            Fault::Kind {
                expected: "an integer",
                found: "a string",
                ..
            } => "write the number without quotes".into(),
            Fault::Kind {
                expected: "an integer",
                found,
                ..
            } if *found != "an array" => "write an integer there".into(),
            Fault::Length { name, shape, .. } | Fault::Kind { name, shape, .. } => format!(
                "give `{name}` in the shape {shape:?}, or set the program's parameters with -p"
            ),
            Fault::NotInteger { .. } => "quantize it first".into(),
            Fault::Rounded { .. } => "give it as integers, such as with astype(\"int64\")".into(),
            Fault::OutOfRange { .. } => "clip it first, or declare a wider range".into(),
        })
    }

    /// The tensor or table that it is about.
    fn name(&self) -> Option<&str> {
        match self {
            Fault::Unreadable { .. }
            | Fault::TooLarge
            | Fault::Foreign { .. }
            | Fault::Json { .. }
            | Fault::LoneArray { .. }
            | Fault::NotAnObject => None,
            Fault::Container { name, .. }
            | Fault::NotOne { name, .. }
            | Fault::Twice { name, .. }
            | Fault::Missing { name, .. }
            | Fault::Elsewhere { name, .. }
            | Fault::Unknown { name, .. }
            | Fault::Computed { name }
            | Fault::Shape { name, .. }
            | Fault::Length { name, .. }
            | Fault::Kind { name, .. }
            | Fault::NotInteger { name, .. }
            | Fault::OutOfRange { name, .. }
            | Fault::Rounded { name, .. } => Some(name),
        }
    }
}

impl InputError {
    /// The error with its code, pointing at the declaration in the program.
    pub fn diagnostic(&self, graph: &Graph) -> Diagnostic {
        let table = |name: &str| graph.tables.iter().find(|table| table.name == name);
        let named = self.fault.name();
        let of_table = named.is_some_and(|name| table(name).is_some());
        let code = match (&self.fault, of_table) {
            (Fault::Unreadable { .. } | Fault::TooLarge | Fault::NotAnObject, _) => "E078",
            (Fault::Json { .. } | Fault::Container { .. } | Fault::LoneArray { .. }, _) => "E078",
            (Fault::Foreign { .. } | Fault::NotOne { .. }, _) => "E078",
            (Fault::Twice { .. } | Fault::Missing { .. } | Fault::Elsewhere { .. }, _) => "E079",
            (Fault::Unknown { .. } | Fault::Computed { .. }, _) => "E079",
            (Fault::Shape { .. } | Fault::Length { .. } | Fault::Kind { .. }, false) => "E080",
            (Fault::NotInteger { .. } | Fault::OutOfRange { .. }, false) => "E081",
            (Fault::Rounded { .. }, false) => "E081",
            (Fault::Shape { .. } | Fault::Length { .. } | Fault::Kind { .. }, true) => "E082",
            (Fault::NotInteger { .. } | Fault::OutOfRange { .. }, true) => "E083",
            (Fault::Rounded { .. }, true) => "E083",
        };
        let mut diagnostic = Diagnostic::new(code, self.message());
        let span = named.and_then(|name| {
            let input = graph.inputs.iter().find(|input| input.name == name);
            let output = graph.outputs.iter().find(|output| output.name == name);
            let mut fixed = graph.fixed_inputs().filter(|(_, fixed)| fixed.name == name);
            let input = input.map(|input| input.span);
            input
                .or(fixed.next().map(|(_, fixed)| fixed.span))
                .or(output.map(|output| output.span))
                .or(table(name).map(|table| table.span))
        });
        if let Some(span) = span {
            diagnostic = diagnostic.at(span, "declared here");
        }
        match self.fault.remedy() {
            Some(remedy) => diagnostic.hint(remedy),
            None => diagnostic,
        }
    }

    /// What is wrong, and where.
    pub fn message(&self) -> String {
        self.located(self.fault.message())
    }

    /// What to do about it.
    pub fn remedy(&self) -> Option<String> {
        self.fault.remedy()
    }

    fn located(&self, message: String) -> String {
        match self.place {
            Some((line, column)) => format!("{message} (line {line}, column {column})"),
            None => message,
        }
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.message();
        match self.remedy() {
            Some(remedy) => write!(f, "{message}; {remedy}"),
            None => write!(f, "{message}"),
        }
    }
}

impl std::error::Error for InputError {}

impl From<Fault> for InputError {
    fn from(fault: Fault) -> Self {
        InputError {
            fault,
            file: None,
            place: None,
        }
    }
}
