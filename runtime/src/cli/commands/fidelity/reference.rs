//! What a reference has of a program's tensors, beside what was computed of them.

use std::path::Path;

use attnc::files::input::{read_reals, Fault, InputError};
use attnc::files::real::Real;
use attnc::laboratory::fidelity::Compared;
use attnc::library::named::{self, Named};
use attnc::library::run::Run;
use attnc::Program;
use attnc_compiler::diagnostic::suggest;
use attnc_compiler::meaning::dims::{count_points, for_each_point, max_sizes, Dim};

use crate::cli::failure::Failure;

/// Behind the name of a tensor: what one of its integers is.
const UNIT: &str = ".unit";

/// The tensors that a reference has, in the order of computation, layer by layer: those whose first
/// index is `by`.
pub fn compared(
    program: &Program,
    by: Option<&str>,
    run: &Run<'_>,
    reference: &Path,
) -> Result<Vec<Compared>, Failure> {
    let evaluation = run.evaluation();
    let graph = evaluation.graph();
    let all = named::names(evaluation);
    // A value of a program may itself be called so.
    let is_unit = |name: &str| name.ends_with(UNIT) && all.iter().all(|known| known.name != name);
    let tensor_of = |name: &'_ str| match is_unit(name) {
        true => name[..name.len() - UNIT.len()].to_string(),
        false => name.to_string(),
    };
    let fits = |name: &str, shape: &[usize]| {
        let dims = one(&all, &graph.name, name, &tensor_of(name))?.dims(evaluation);
        match is_unit(name) {
            true => broadcasts(&dims, shape),
            false => covers(&dims, shape),
        }
    };
    let reals = read_reals(reference, &fits).map_err(|error| wrong(program, reference, &error))?;
    let unread = |why: &str| unread(reference, why);
    for unit in reals.iter().filter(|real| is_unit(&real.name)) {
        let (name, tensor) = (&unit.name, tensor_of(&unit.name));
        if !reals.iter().any(|real| real.name == tensor) {
            return Err(unread(&format!("`{name}` is there, and no `{tensor}`")));
        }
        unit.require_finite()
            .map_err(|why| unread(&format!("`{name}`: {why}")))?;
        if let Some(offset) = unit.data.iter().position(|&unit| unit <= 0.0) {
            let (number, at) = (unit.data[offset], unit.at(offset));
            let what = format!("`{name}` is {number:?} at {at:?}, and a unit is above 0");
            return Err(Failure::misuse(format!("{}: {what}", reference.display()))
                .hint("a unit is what one of an integer stands for"));
        }
    }
    let is_layered = |known: &Named| by.is_some() && by == known.first_index(graph);
    let mut found: Vec<(Option<u64>, usize, Compared)> = Vec::new();
    for (place, known) in all.iter().enumerate() {
        let own = |real: &&Real| {
            let found = || one(&all, &graph.name, &real.name, &real.name);
            !is_unit(&real.name) && found().is_ok_and(|it| it.name == known.name)
        };
        let mut own = reals.iter().filter(own);
        let Some(real) = own.next() else { continue };
        if own.next().is_some() {
            let what = format!("`{}` is there twice, by two names", known.name);
            return Err(unread(&what));
        }
        let unit = format!("{}{UNIT}", real.name);
        let unit = reals.iter().find(|real| real.name == unit);
        let elements = known.elements(evaluation);
        let integers: Vec<f64> = match elements.wide.is_empty() {
            true => elements.narrow.iter().map(|&it| it as f64).collect(),
            false => elements.wide.iter().map(|&it| it as f64).collect(),
        };
        let rows = divided(&elements.dims, &integers, real, unit, is_layered(known));
        let rows = rows.map_err(|why| unread(&format!("`{}`: {why}", real.name)))?;
        for (layer, positions) in rows {
            let tensor = known.name.clone();
            let compared = Compared {
                tensor,
                layer,
                positions,
            };
            found.push((layer, place, compared));
        }
    }
    if found.is_empty() {
        return Err(unread("it has no tensor of the program"));
    }
    if let Some(by) = by.filter(|_| found.iter().all(|(layer, ..)| layer.is_none())) {
        let mut indices: Vec<&str> = all.iter().filter_map(|it| it.first_index(graph)).collect();
        indices.sort_unstable();
        indices.dedup();
        let reference = reference.display();
        let message = format!("`{by}` is the first index of no tensor in {reference}");
        let hint = format!("first indices are {}", indices.join(", "));
        return Err(Failure::misuse(message).hint(hint));
    }
    // What has no layer stands before the layers, or behind them.
    let layered = found.iter().filter(|(layer, ..)| layer.is_some());
    let first = layered.map(|(_, place, _)| *place).min();
    found.sort_by_key(|&(layer, place, _)| match (layer, first) {
        (None, Some(first)) if place > first => (2, 0, place),
        (Some(layer), _) => (1, layer, place),
        _ => (0, 0, place),
    });
    Ok(found.into_iter().map(|(.., compared)| compared).collect())
}

/// The tensor that an array is of, by the array's name.
fn one<'n>(
    all: &'n [Named],
    circuit: &str,
    array: &str,
    tensor: &str,
) -> Result<&'n Named, String> {
    match named::find(all, circuit, tensor) {
        Ok(found) => match found.as_slice() {
            [only] => Ok(*only),
            several => {
                let names: Vec<&str> = several.iter().map(|known| known.name.as_str()).collect();
                let names = names.join(", ");
                Err(format!(
                    "`{tensor}` is one of {names}; call the array as one of them"
                ))
            }
        },
        Err(error) => {
            let names: Vec<&str> = all.iter().map(|known| known.name.as_str()).collect();
            let units: Vec<String> = names.iter().map(|name| format!("{name}{UNIT}")).collect();
            let known = names
                .iter()
                .copied()
                .chain(units.iter().map(String::as_str));
            let hint = match suggest(array, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has {}", names.join(", ")),
            };
            Err(format!("{}; {hint}", error.summary()))
        }
    }
}

/// A file that cannot be read at all is told as one of inputs is.
fn wrong(program: &Program, path: &Path, error: &InputError) -> Failure {
    let message = error.message().replace("the input file", "the file");
    match &error.fault {
        Fault::Container { name, .. } | Fault::Twice { name, .. } if !name.is_empty() => {
            unread(path, &message)
        }
        fault => {
            let mut diagnostic = error.diagnostic(&program.graph);
            diagnostic.message = match fault {
                // It names the file.
                Fault::Unreadable { .. } => message,
                _ => format!("{}: {message}", path.display()),
            };
            diagnostic.hints = match fault {
                Fault::Foreign { .. } | Fault::TooLarge => {
                    vec!["give real numbers as .npz, .safetensors or .json".into()]
                }
                _ => diagnostic.hints,
            };
            program.error(vec![diagnostic]).into()
        }
    }
}

fn unread(path: &Path, why: &str) -> Failure {
    Failure::misuse(format!("{}: {why}", path.display()))
        .hint("arrays have the names and shapes of what `attnc run --show all` shows")
}

fn sizes(dims: &[Dim]) -> Vec<usize> {
    max_sizes(dims)
        .into_iter()
        .map(|size| size as usize)
        .collect()
}

fn grows(dims: &[Dim]) -> bool {
    dims.iter().any(|dim| matches!(dim, Dim::Growing { .. }))
}

/// Reals have the tensor's shape, with its largest sizes, or lie one behind the other as they exist.
fn covers(dims: &[Dim], shape: &[usize]) -> Result<(), String> {
    let flat = [count_points(dims) as usize];
    match shape == sizes(dims) || (grows(dims) && shape == flat) {
        true => Ok(()),
        false => Err(format!(
            "it has the shape {shape:?}, and the tensor {:?}",
            sizes(dims)
        )),
    }
}

/// Units stretch over the tensor as NumPy broadcasts: the last dimensions fit, or are 1.
fn broadcasts(dims: &[Dim], shape: &[usize]) -> Result<(), String> {
    let whole = sizes(dims);
    let last = whole
        .len()
        .checked_sub(shape.len())
        .map(|before| &whole[before..]);
    let fits = |last: &[usize]| {
        last.iter()
            .zip(shape)
            .all(|(&own, &size)| size == own || size == 1)
    };
    match last.is_some_and(fits) {
        true => Ok(()),
        false => Err(format!(
            "it has the shape {shape:?}, which does not stretch over {whole:?}"
        )),
    }
}

type Positions = Vec<Vec<(f64, f64)>>;

/// Pairs of a real and an integer in its unit, by layer if the first index is one, and by position.
///
/// # Errors
/// A real number that is not finite, or an integer in its unit. What the program has nothing of does
/// not count.
fn divided(
    dims: &[Dim],
    integers: &[f64],
    real: &Real,
    unit: Option<&Real>,
    by_layer: bool,
) -> Result<Vec<(Option<u64>, Positions)>, String> {
    let whole = sizes(dims);
    let is_flat = real.shape != whole;
    let offset = |shape: &[usize], at: &[i64]| {
        let last = &at[at.len() - shape.len()..];
        let within = last
            .iter()
            .zip(shape)
            .map(|(&at, &size)| (at as usize).min(size - 1));
        within
            .zip(shape)
            .fold(0, |offset, (at, size)| offset * size + at)
    };
    let mut found: Vec<(Option<u64>, Positions)> = Vec::new();
    let mut before: Option<(Option<u64>, Option<i64>)> = None;
    let mut beyond: Option<String> = None;
    for_each_point(dims, &mut |row, at| {
        let (layer, rest) = match by_layer {
            true => (Some(at[0] as u64), &at[1..]),
            false => (None, at),
        };
        let here = (layer, rest.first().copied());
        if found.last().is_none_or(|(known, _)| *known != layer) {
            found.push((layer, Vec::new()));
        }
        let number = real.data[if is_flat {
            row
        } else {
            offset(&real.shape, at)
        }];
        let unit = unit.map_or(1.0, |unit| unit.data[offset(&unit.shape, at)]);
        if !number.is_finite() && beyond.is_none() {
            beyond = Some(format!("{number} at {at:?}, which is no finite number"));
        }
        let integer = integers[row] * unit;
        if !integer.is_finite() && beyond.is_none() {
            let what = format!("{} at {at:?}, times its unit {unit:?}", integers[row]);
            beyond = Some(format!("{what}, is no finite number"));
        }
        if let Some((_, positions)) = found.last_mut() {
            if before != Some(here) {
                positions.push(Vec::new());
            }
            if let Some(position) = positions.last_mut() {
                position.push((number, integer));
            }
        }
        before = Some(here);
    });
    match beyond {
        Some(what) => Err(what),
        None => Ok(found),
    }
}
