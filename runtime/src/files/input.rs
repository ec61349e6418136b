//! Input files: a program's tensors and tables, from JSON or npz, with nothing taken on trust.

mod decimal;
mod error;

use std::path::Path;

use attnc_compiler::diagnostic::json::unmarked;
use attnc_compiler::diagnostic::suggest;
use attnc_compiler::meaning::eval::Assignment;
use attnc_compiler::meaning::graph::{Graph, Interval};
use attnc_compiler::meaning::tensor::Tensor;

use decimal::{decimal, Decimal};
pub use error::{Fault, InputError};

use crate::{files, files::nested, files::npz};

/// An input file has at most 1 GiB.
const MAX_BYTES: u64 = 1 << 30;

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
        let element = self.element(value);
        element.ok_or_else(|| self.out_of_range(at, value.to_string()))
    }

    fn element(&self, value: i128) -> Option<i64> {
        let fits = self.range.contains(value);
        i64::try_from(value).ok().filter(|_| fits)
    }

    fn out_of_range(&self, at: &[usize], value: String) -> Fault {
        Fault::OutOfRange {
            name: self.name.clone(),
            at: at.to_vec(),
            value,
            range: self.range,
        }
    }

    /// A number as JSON writes it as an element, if it is one exactly.
    pub fn decimal(&self, at: &[usize], text: &str) -> Result<i64, Fault> {
        // A number of a million digits is not for a message.
        let value = || match text.char_indices().nth(40) {
            Some((end, _)) => format!("{}...", &text[..end]),
            None => text.to_string(),
        };
        let element = match decimal(text) {
            Decimal::Integer(integer) => self.element(integer),
            Decimal::Huge => None,
            Decimal::Fraction => {
                return Err(Fault::NotInteger {
                    name: self.name.clone(),
                    at: at.to_vec(),
                    value: value(),
                })
            }
        };
        element.ok_or_else(|| self.out_of_range(at, value()))
    }

    /// A floating-point number with so many bits of precision as an element, if it is one exactly.
    pub fn float(&self, at: &[usize], value: f64, precision: u32) -> Result<i64, Fault> {
        let (name, at) = (self.name.clone(), at.to_vec());
        if !value.is_finite() || value.fract() != 0.0 {
            return Err(Fault::NotInteger {
                name,
                at,
                value: value.to_string(),
            });
        }
        let element = self.integer(&at, value as i128)?;
        // From 2^precision on it no longer says which integer was meant.
        if value.abs() >= 2f64.powi(precision as i32) {
            return Err(Fault::Rounded {
                name,
                at,
                value: value.to_string(),
                precision,
            });
        }
        Ok(element)
    }
}

/// The tensors that a file gives, as they come.
pub(crate) struct Gathered {
    wanted: Vec<Wanted>,
    found: Vec<Option<Vec<i64>>>,
    computed: Vec<String>,
    /// What one of them is called.
    sort: &'static str,
}

impl Gathered {
    /// Public tensors of these names and shapes, whatever their ranges.
    fn of_publics<'a>(publics: impl Iterator<Item = (&'a str, Vec<usize>)>) -> Self {
        let wanted = publics.map(|(name, shape)| Wanted {
            name: name.to_string(),
            shape,
            range: Interval::new(i64::MIN.into(), i64::MAX.into()),
        });
        let wanted: Vec<Wanted> = wanted.collect();
        Self {
            found: vec![None; wanted.len()],
            wanted,
            computed: Vec::new(),
            sort: "public tensor",
        }
    }

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
            sort: "input",
        }
    }

    /// Whether what `attnc run --json` prints, `{"outputs": {...}}`, may be given as it is.
    pub fn takes_run(&self) -> bool {
        self.sort != "input" && self.wanted.iter().all(|wanted| wanted.name != "outputs")
    }

    /// Some tensor that is wanted.
    fn example(&self) -> Option<String> {
        self.wanted.first().map(|wanted| wanted.name.clone())
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
                sort: self.sort,
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

    fn finish(mut self, graph: &Graph) -> Result<Assignment, Fault> {
        self.complete(graph);
        let mut all = Vec::new();
        for (wanted, found) in self.wanted.into_iter().zip(self.found) {
            let data = given(&wanted, found)?;
            all.push(Tensor {
                shape: wanted.shape,
                data,
            });
        }
        let from_input = all.split_off(graph.inputs.len());
        let from_input = from_input.into_iter().map(|tensor| tensor.data);
        Ok(Assignment {
            inputs: all,
            tables: tables(graph, from_input),
        })
    }

    /// A table that has its entries already, from a key, need not be in the file.
    fn complete(&mut self, graph: &Graph) {
        let from_input = graph.tables.iter().filter(|table| table.from_input);
        let found = self.found.iter_mut().skip(graph.inputs.len());
        for (found, table) in found.zip(from_input) {
            if found.is_none() && !table.entries.is_empty() {
                *found = Some(table.entries.clone());
            }
        }
    }

    fn finish_tables(self, graph: &Graph) -> Result<Vec<Vec<i64>>, Fault> {
        let both = self.wanted.iter().zip(self.found);
        let from_input = both
            .skip(graph.inputs.len())
            .map(|(wanted, found)| given(wanted, found))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(tables(graph, from_input.into_iter()))
    }
}

fn given(wanted: &Wanted, found: Option<Vec<i64>>) -> Result<Vec<i64>, Fault> {
    match found {
        Some(data) => Ok(data),
        // A seed of no entries need not be given.
        None if wanted.size() == 0 => Ok(Vec::new()),
        None => Err(Fault::Missing {
            name: wanted.name.clone(),
            shape: wanted.shape.clone(),
        }),
    }
}

/// The entries of all tables, those from input among them.
fn tables(graph: &Graph, mut from_input: impl Iterator<Item = Vec<i64>>) -> Vec<Vec<i64>> {
    let entries = |table: &attnc_compiler::meaning::graph::Table| match table.from_input {
        true => from_input.next().unwrap_or_default(),
        false => table.entries.clone(),
    };
    graph.tables.iter().map(entries).collect()
}

/// Reads a program's inputs, public and private, and its tables from input.
///
/// What the file is its content says, not its name: an npz archive if it begins like one (`PK`),
/// and JSON otherwise: an object with a nested array of integers for every input, and a flat one
/// for every table; a table that has its entries in `graph` may be missing. All of it is checked:
/// names, shapes, integers, ranges. `-` is standard input.
pub fn read(path: &Path, graph: &Graph) -> Result<Assignment, InputError> {
    parse(&bytes_of(path)?, graph)
}

/// Reads only a program's tables from input: what a verifying key needs. Inputs may be missing;
/// what is there is checked.
pub fn read_tables(path: &Path, graph: &Graph) -> Result<Vec<Vec<i64>>, InputError> {
    let mut gathered = Gathered::new(graph);
    gather(&bytes_of(path)?, &mut gathered)?;
    Ok(gathered.finish_tables(graph)?)
}

/// Reads tensors of these names and shapes, as [`read`] does, but any of them may be missing: their
/// elements in row-major order. What `attnc run` writes is read too.
pub fn read_publics<'a>(
    path: &Path,
    publics: impl Iterator<Item = (&'a str, Vec<usize>)>,
) -> Result<Vec<Option<Vec<i64>>>, InputError> {
    let mut gathered = Gathered::of_publics(publics);
    gather(&bytes_of(path)?, &mut gathered)?;
    Ok(gathered.found)
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, Fault> {
    match files::read(path, MAX_BYTES) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(Fault::TooLarge),
        Err(error) => Err(Fault::Unreadable {
            path: path.display().to_string(),
            reason: error.to_string(),
        }),
    }
}

/// As [`read`], from a file's bytes.
pub fn parse(bytes: &[u8], graph: &Graph) -> Result<Assignment, InputError> {
    let mut gathered = Gathered::new(graph);
    gather(bytes, &mut gathered)?;
    Ok(gathered.finish(graph)?)
}

fn gather(bytes: &[u8], gathered: &mut Gathered) -> Result<(), InputError> {
    if bytes.starts_with(npz::MAGIC) {
        return Ok(npz::gather(bytes, gathered)?);
    }
    if bytes.starts_with(npz::ARRAY_MAGIC) {
        let example = gathered.example();
        return Err(Fault::LoneArray { example }.into());
    }
    nested::gather(unmarked(bytes), gathered)
}

#[cfg(test)]
pub(crate) mod tests;
