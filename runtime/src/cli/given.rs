//! Files that are given with `--input` or `--fixed`, each with tensors by name or with one whose name stands before
//! it: `--input a.npz --input x=x.npy`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use attnc::Source;
use clap::builder::{OsStringValueParser, TypedValueParser};

use crate::cli::failure::Failure;

/// A file, and whose array is in it, if it gives one tensor alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub name: Option<String>,
    pub path: PathBuf,
}

impl From<OsString> for Given {
    /// `x=x.npy` is of `x`; `./x=x.npy` is a file of that name.
    fn from(text: OsString) -> Self {
        let named = text.to_str().and_then(|text| text.split_once('='));
        let named = named.filter(|(name, path)| is_name(name) && !path.is_empty());
        match named {
            Some((name, path)) => Self {
                name: Some(name.to_string()),
                path: path.into(),
            },
            None => Self {
                name: None,
                path: text.into(),
            },
        }
    }
}

impl Given {
    /// As one types it after an option.
    #[cfg(feature = "prove")]
    pub fn written(&self) -> String {
        let path = self.path.display().to_string();
        match &self.name {
            Some(name) => format!("{name}={path}"),
            None => unnamed(&path),
        }
    }
}

fn is_name(text: &str) -> bool {
    let first = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    first && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A file as one types it after `--input`, so that what stands before a `=` is no tensor's name.
#[cfg(feature = "prove")]
pub fn unnamed(path: &str) -> String {
    match Given::from(OsString::from(path)).name {
        Some(_) => format!("./{path}"),
        None => path.to_string(),
    }
}

/// Of files that together are one input, at most one has its tensors by name.
pub fn one_input(given: &[Given]) -> Result<(), Failure> {
    let mut whole = given.iter().filter(|given| given.name.is_none());
    match (whole.next(), whole.next()) {
        (Some(first), Some(second)) => Err(Failure::misuse(format!(
            "{} and {} are two inputs, and one is taken",
            first.path.display(),
            second.path.display()
        ))
        .hint("add single tensors to a file with --input NAME=FILE")),
        _ => Ok(()),
    }
}

/// The option's value.
pub fn parser() -> impl TypedValueParser<Value = Given> {
    OsStringValueParser::new().map(Given::from)
}

pub fn sources(given: &[Given]) -> Vec<Source<'_>> {
    let each = given.iter().map(|given| Source {
        name: given.name.as_deref(),
        path: &given.path,
    });
    each.collect()
}

/// Inputs of which each is proved alone: every file of tensors by name, each with all that are given
/// one by one.
#[cfg(feature = "prove")]
pub fn sessions(given: &[Given]) -> Vec<Vec<Source<'_>>> {
    let (whole, single): (Vec<_>, Vec<_>) = sources(given)
        .into_iter()
        .partition(|source| source.name.is_none());
    match whole.is_empty() {
        true => vec![single],
        false => whole
            .into_iter()
            .map(|whole| [&[whole], single.as_slice()].concat())
            .collect(),
    }
}

pub fn paths(given: &[Given]) -> impl Iterator<Item = &Path> {
    given.iter().map(|given| given.path.as_path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "prove")]
    #[test]
    fn single_tensors_are_of_every_session() {
        let given = |texts: &[&str]| -> Vec<Given> {
            texts
                .iter()
                .map(|text| OsString::from(text).into())
                .collect()
        };
        let files = |texts: &[&str]| -> Vec<Vec<String>> {
            let given = given(texts);
            let path = |source: &Source<'_>| source.path.display().to_string();
            let sessions = sessions(&given);
            sessions
                .iter()
                .map(|all| all.iter().map(path).collect())
                .collect()
        };
        assert_eq!(
            files(&["a", "x=x", "b", "y=y"]),
            [["a", "x", "y"], ["b", "x", "y"]]
        );
        assert_eq!(files(&["x=x", "y=y"]), [["x", "y"]]);
        assert_eq!(files(&["a", "b"]), [["a"], ["b"]]);
    }

    #[test]
    fn a_name_stands_before_a_file() {
        for (text, name, path) in [
            ("x=x.npy", Some("x"), "x.npy"),
            ("x_1=-", Some("x_1"), "-"),
            ("x=a=b.npy", Some("x"), "a=b.npy"),
            ("x.npy", None, "x.npy"),
            ("./x=x.npy", None, "./x=x.npy"),
            ("1x=x.npy", None, "1x=x.npy"),
            ("=x.npy", None, "=x.npy"),
            ("x=", None, "x="),
        ] {
            let given = Given::from(OsString::from(text));
            assert_eq!(given.name.as_deref(), name, "{text}");
            assert_eq!(given.path, Path::new(path), "{text}");
            #[cfg(feature = "prove")]
            assert_eq!(
                Given::from(OsString::from(unnamed(text))).name,
                None,
                "{text}"
            );
        }
    }
}
