//! Files of tensors: a program's inputs and tables, in any format that is read, with nothing taken on
//! trust.

use std::path::Path;

use attnc_compiler::diagnostic::json::unmarked;
use attnc_compiler::meaning::eval::Assignment;
use attnc_compiler::meaning::graph::Graph;
use attnc_compiler::meaning::tensor::Tensor;

use crate::files;
use crate::files::fault::MAX_BYTES;
pub use crate::files::fault::{Fault, InputError};
use crate::files::real::{Fits, Real};
use crate::files::wanted::Gathered;
use crate::files::{nested, npy, npz, real, safetensors};

/// A file of inputs, and whose array is in it, if it gives one tensor alone.
///
/// ```no_run
/// # let program = attnc::Program::check("", "", &[])?;
/// use attnc::{Inputs, Source};
/// let all = Source { name: None, path: "in.npz".as_ref() };
/// let x = Source { name: Some("x"), path: "x.npy".as_ref() };
/// let inputs = Inputs::read_all(&program, &[all, x])?;
/// # Ok::<(), attnc::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub name: Option<&'a str>,
    pub path: &'a Path,
}

/// Reads a program's inputs, public and private, and its tables from input.
///
/// What the file is its content says, not its name: an npz archive (`PK`), an array of NumPy
/// (`\x93NUMPY`) for a program that wants one tensor, safetensors (a length and `{`), and JSON
/// otherwise: an object with a nested array of integers for every input, and a flat one for every
/// table; a table that has its entries in `graph` may be missing. All of it is checked: names,
/// shapes, integers, ranges. `-` is standard input.
pub fn read(path: &Path, graph: &Graph) -> Result<Assignment, InputError> {
    parse(&bytes_of(path)?, graph)
}

/// As [`read`], from several files together, each with tensors by name, or one whose name is given.
pub fn read_all(sources: &[Source<'_>], graph: &Graph) -> Result<Assignment, InputError> {
    let gathered = gather_all(sources, Gathered::new(graph))?;
    Ok(gathered.finish(graph)?)
}

/// Reads only a program's tables from input: what a verifying key needs. Inputs may be missing;
/// what is there is checked.
pub fn read_tables(sources: &[Source<'_>], graph: &Graph) -> Result<Vec<Vec<i64>>, InputError> {
    let gathered = gather_all(sources, Gathered::new(graph))?;
    Ok(gathered.finish_tables(graph)?)
}

/// Reads a program's fixed inputs, in its order, from several files together: nothing else may be in
/// these.
pub fn read_fixed(sources: &[Source<'_>], graph: &Graph) -> Result<Vec<Tensor>, InputError> {
    let gathered = gather_all(sources, Gathered::of_fixed(graph))?;
    Ok(gathered.finish_fixed()?)
}

/// Reads tensors of these names and shapes, as [`read`] does, but any of them may be missing: their
/// elements in row-major order. What `attnc run` writes is read too.
pub fn read_publics<'a>(
    path: &Path,
    publics: impl Iterator<Item = (&'a str, Vec<usize>)>,
) -> Result<Vec<Option<Vec<i64>>>, InputError> {
    let mut gathered = Gathered::of_publics(publics);
    gather(&bytes_of(path)?, None, &mut gathered)?;
    Ok(gathered.into_found())
}

/// As [`read`], from a file's bytes.
pub fn parse(bytes: &[u8], graph: &Graph) -> Result<Assignment, InputError> {
    let mut gathered = Gathered::new(graph);
    gather(bytes, None, &mut gathered)?;
    Ok(gathered.finish(graph)?)
}

/// Reads arrays of real numbers by name: an npz archive or a safetensors file of any float or integer
/// dtype, or JSON with nested arrays. `fits` is asked of each before its elements are read. These may be
/// NaN or infinite: see [`Real::require_finite`].
///
/// # Errors
/// A file of another kind; a name that stands twice; what does not fit.
pub fn read_reals(path: &Path, fits: &Fits<'_>) -> Result<Vec<Real>, InputError> {
    let bytes = bytes_of(path)?;
    if bytes.starts_with(npz::MAGIC) {
        return Ok(npz::real(&bytes, fits)?);
    }
    if bytes.starts_with(npy::MAGIC) {
        let savez = "it is one npy array without a name; numpy.savez gives it one";
        return Err(real::fault("npz archive", "", savez).into());
    }
    if safetensors::begins(&bytes) {
        return Ok(safetensors::real(&bytes, fits)?);
    }
    if let Some(what) = foreign(&bytes) {
        let example = None;
        return Err(Fault::Foreign { what, example }.into());
    }
    real::from_json(&bytes, fits)
}

fn gather_all(sources: &[Source<'_>], mut gathered: Gathered) -> Result<Gathered, InputError> {
    for source in sources {
        let file = source.path.display().to_string();
        gathered.begin(file.clone());
        let bytes = bytes_of(source.path)?;
        gather(&bytes, source.name, &mut gathered).map_err(|error| InputError {
            file: Some(file),
            ..error
        })?;
    }
    Ok(gathered)
}

/// As [`read_publics`], from a file's bytes.
pub fn parse_publics<'a>(
    bytes: &[u8],
    publics: impl Iterator<Item = (&'a str, Vec<usize>)>,
) -> Result<Vec<Option<Vec<i64>>>, InputError> {
    let mut gathered = Gathered::of_publics(publics);
    gather(bytes, None, &mut gathered)?;
    Ok(gathered.into_found())
}

/// A program's inputs and tables from memory, checked as those of a file are.
pub fn from_memory<'a>(
    tensors: impl IntoIterator<Item = (&'a str, Tensor)>,
    graph: &Graph,
) -> Result<Assignment, InputError> {
    let gathered = remembered(tensors, Gathered::new(graph))?;
    Ok(gathered.finish(graph)?)
}

/// As [`read_tables`], from memory.
pub fn tables_from_memory<'a>(
    tensors: impl IntoIterator<Item = (&'a str, Tensor)>,
    graph: &Graph,
) -> Result<Vec<Vec<i64>>, InputError> {
    let gathered = remembered(tensors, Gathered::new(graph))?;
    Ok(gathered.finish_tables(graph)?)
}

/// As [`read_fixed`], from memory.
pub fn fixed_from_memory<'a>(
    tensors: impl IntoIterator<Item = (&'a str, Tensor)>,
    graph: &Graph,
) -> Result<Vec<Tensor>, InputError> {
    let gathered = remembered(tensors, Gathered::of_fixed(graph))?;
    Ok(gathered.finish_fixed()?)
}

fn remembered<'a>(
    tensors: impl IntoIterator<Item = (&'a str, Tensor)>,
    mut gathered: Gathered,
) -> Result<Gathered, InputError> {
    for (name, tensor) in tensors {
        let (place, wanted) = gathered.expect(name)?;
        if tensor.shape != wanted.shape || tensor.data.len() != wanted.size() {
            return Err(Fault::Shape {
                name: wanted.name,
                expected: wanted.shape,
                found: tensor.shape,
            }
            .into());
        }
        for (offset, &element) in tensor.data.iter().enumerate() {
            if !wanted.range.contains(element.into()) {
                wanted.integer(&tensor.position(offset), element.into())?;
            }
        }
        gathered.set(place, tensor.data);
    }
    Ok(gathered)
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

/// The tensors of a file; all of it is the one called `name`, if that is given.
fn gather(bytes: &[u8], name: Option<&str>, gathered: &mut Gathered) -> Result<(), InputError> {
    if bytes.starts_with(npz::MAGIC) {
        return Ok(npz::gather(bytes, name, gathered)?);
    }
    if bytes.starts_with(npy::MAGIC) {
        let Some(name) = name.map(str::to_string).or_else(|| gathered.only()) else {
            let (example, option) = (gathered.example(), gathered.option());
            return Err(Fault::LoneArray { example, option }.into());
        };
        return Ok(npy::gather(bytes, &name, gathered)?);
    }
    if safetensors::begins(bytes) {
        return Ok(safetensors::gather(bytes, name, gathered)?);
    }
    if let Some(what) = foreign(bytes) {
        let example = gathered.example();
        return Err(Fault::Foreign { what, example }.into());
    }
    let text = unmarked(bytes);
    match name {
        Some(name) => nested::gather_one(text, name, gathered),
        None => nested::gather(text, gathered),
    }
}

/// What else tensors are kept in, by how it begins.
fn foreign(bytes: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &str); 6] = [
        // A pickle of protocol 2 to 5.
        (b"\x80\x02", npz::PICKLE),
        (b"\x80\x03", npz::PICKLE),
        (b"\x80\x04", npz::PICKLE),
        (b"\x80\x05", npz::PICKLE),
        (b"\x89HDF\r\n", "an HDF5 file"),
        (b"GGUF", "a GGUF file"),
    ];
    let found = known
        .into_iter()
        .find(|(magic, _)| bytes.starts_with(magic));
    found.map(|(_, what)| what)
}

#[cfg(test)]
pub(crate) mod tests;
