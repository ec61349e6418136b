//! What a program has to be given, and what of it a file has given so far.

mod decimal;

use attnc_compiler::diagnostic::suggest;
use attnc_compiler::meaning::dims::max_sizes;
use attnc_compiler::meaning::eval::Assignment;
use attnc_compiler::meaning::graph::{Graph, Interval};
use attnc_compiler::meaning::tensor::Tensor;

use crate::files::fault::Fault;
use crate::files::sort::Sort;
use decimal::{decimal, Decimal};

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
    /// The file that is read, the how manieth and what it is called, and those that gave the tensors.
    file: Option<(usize, String)>,
    given_by: Vec<Option<(usize, String)>>,
    computed: Vec<String>,
    /// What the program is given in other files.
    elsewhere: Vec<String>,
    sort: Sort,
}

impl Gathered {
    /// Public tensors of these names and shapes, whatever their ranges.
    pub fn of_publics<'a>(publics: impl Iterator<Item = (&'a str, Vec<usize>)>) -> Self {
        let wanted = publics.map(|(name, shape)| Wanted {
            name: name.to_string(),
            shape,
            range: Interval::new(i64::MIN.into(), i64::MAX.into()),
        });
        let wanted: Vec<Wanted> = wanted.collect();
        Self {
            found: vec![None; wanted.len()],
            file: None,
            given_by: vec![None; wanted.len()],
            wanted,
            computed: Vec::new(),
            elsewhere: Vec::new(),
            sort: Sort::Public,
        }
    }

    /// The fixed inputs of a program.
    pub fn of_fixed(graph: &Graph) -> Self {
        let wanted = graph.fixed_inputs().map(|(_, fixed)| Wanted {
            name: fixed.name.clone(),
            shape: max_sizes(&fixed.dims)
                .iter()
                .map(|&size| size as usize)
                .collect(),
            range: fixed.interval,
        });
        let wanted: Vec<Wanted> = wanted.collect();
        let given = Self::new(graph);
        Self {
            found: vec![None; wanted.len()],
            given_by: vec![None; wanted.len()],
            wanted,
            elsewhere: given.wanted.into_iter().map(|it| it.name).collect(),
            sort: Sort::Fixed,
            ..given
        }
    }

    pub fn new(graph: &Graph) -> Self {
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
                shape: table.shape().iter().map(|&size| size as usize).collect(),
                range: table.range,
            });
        let wanted: Vec<Wanted> = inputs.chain(tables).collect();
        let own_tables = graph.tables.iter().filter(|table| !table.from_input);
        let computed = graph.outputs.iter().map(|output| &output.name);
        let computed = computed
            .chain(own_tables.map(|table| &table.name))
            .cloned()
            .collect();
        Self {
            found: vec![None; wanted.len()],
            file: None,
            given_by: vec![None; wanted.len()],
            wanted,
            computed,
            elsewhere: graph
                .fixed_inputs()
                .map(|(_, it)| it.name.clone())
                .collect(),
            sort: Sort::Input,
        }
    }

    /// Whether what `attnc run --json` prints, `{"outputs": {...}}`, may be given as it is.
    pub fn takes_run(&self) -> bool {
        self.sort == Sort::Public && self.wanted.iter().all(|wanted| wanted.name != "outputs")
    }

    /// The option that names such files.
    pub fn option(&self) -> &'static str {
        self.sort.option()
    }

    /// Some tensor that is wanted.
    pub fn example(&self) -> Option<String> {
        self.wanted.first().map(|wanted| wanted.name.clone())
    }

    /// Which of the wanted tensors has this name; an error if none, or if it was found before.
    pub fn expect(&self, name: &str) -> Result<(usize, Wanted), Fault> {
        let Some(place) = self.wanted.iter().position(|wanted| wanted.name == name) else {
            let name = name.to_string();
            if self.computed.contains(&name) {
                return Err(Fault::Computed { name });
            }
            if self.elsewhere.contains(&name) {
                return Err(Fault::Elsewhere {
                    name,
                    sort: self.sort,
                });
            }
            let known: Vec<String> = self
                .wanted
                .iter()
                .map(|wanted| wanted.name.clone())
                .collect();
            let suggestion = suggest(&name, known.iter().map(String::as_str)).map(str::to_string);
            return Err(Fault::Unknown {
                name,
                sort: self.sort.name(),
                suggestion,
                known,
            });
        };
        match self.found[place] {
            Some(_) => {
                let name = name.to_string();
                let both = self.given_by[place].clone().zip(self.file.clone());
                let both = both.filter(|(before, now)| before.0 != now.0);
                let files = both.map(|(before, now)| (before.1, now.1));
                Err(Fault::Twice { name, files })
            }
            None => Ok((place, self.wanted[place].clone())),
        }
    }

    /// What comes from now on is of this file.
    pub fn begin(&mut self, file: String) {
        let number = self.file.as_ref().map_or(0, |(number, _)| number + 1);
        self.file = Some((number, file));
    }

    pub fn set(&mut self, place: usize, data: Vec<i64>) {
        self.found[place] = Some(data);
        self.given_by[place].clone_from(&self.file);
    }

    /// The only tensor that a program has to be given, if it is one.
    pub fn only(&self) -> Option<String> {
        let mut wanted = self.wanted.iter().filter(|wanted| wanted.size() > 0);
        let only = wanted.next().filter(|_| wanted.next().is_none());
        only.map(|only| only.name.clone())
    }

    /// Every tensor in its place, or none where it was not given.
    pub fn into_found(self) -> Vec<Option<Vec<i64>>> {
        self.found
    }

    pub fn finish(mut self, graph: &Graph) -> Result<Assignment, Fault> {
        self.complete(graph);
        let mut all = Vec::new();
        for (wanted, found) in self.wanted.into_iter().zip(self.found) {
            let data = given(&wanted, found, self.sort)?;
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

    /// All tensors that are wanted, in their order.
    pub fn finish_fixed(self) -> Result<Vec<Tensor>, Fault> {
        let both = self.wanted.into_iter().zip(self.found);
        let tensors = both.map(|(wanted, found)| {
            let data = given(&wanted, found, self.sort)?;
            let shape = wanted.shape;
            Ok(Tensor { shape, data })
        });
        tensors.collect()
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

    pub fn finish_tables(self, graph: &Graph) -> Result<Vec<Vec<i64>>, Fault> {
        let both = self.wanted.iter().zip(self.found);
        let from_input = both
            .skip(graph.inputs.len())
            .map(|(wanted, found)| given(wanted, found, self.sort))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(tables(graph, from_input.into_iter()))
    }
}

fn given(wanted: &Wanted, found: Option<Vec<i64>>, sort: Sort) -> Result<Vec<i64>, Fault> {
    match found {
        Some(data) => Ok(data),
        // A seed of no entries need not be given.
        None if wanted.size() == 0 => Ok(Vec::new()),
        None => Err(Fault::Missing {
            name: wanted.name.clone(),
            shape: wanted.shape.clone(),
            sort,
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
