//! `attnc run --show`: values, inputs, fixed ones too, tables and caches of a run by name, whole or in
//! part: `score`, `score[0, 3]`, `score[.., 2..4]`.

use std::collections::HashSet;
use std::fmt;

use attnc::files::nested::nest_ragged;
use attnc::library::named::{find, names, Elements, Named};
use attnc::Error;
use attnc_compiler::meaning::dims::Dim;
use attnc_compiler::meaning::eval::Evaluation;
use serde_json::Value;

use crate::cli::failure::Failure;
use crate::cli::report::sized;

/// What is to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    All,
    Named { name: String, at: Vec<Subscript> },
}

/// One index, or those of a range: half open, as in a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscript {
    At(usize),
    Range(usize, Option<usize>),
}

/// A tensor of a run: name and subscripts, how large it is, its elements as nested arrays.
pub struct Shown {
    pub name: String,
    pub title: String,
    pub nested: Value,
}

impl fmt::Display for Subscript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => write!(f, "{at}"),
            Self::Range(0, None) => write!(f, ".."),
            Self::Range(start, None) => write!(f, "{start}.."),
            Self::Range(start, Some(end)) => write!(f, "{start}..{end}"),
        }
    }
}

/// `score,gap[0, 3]`.
pub fn parse(text: &str) -> Result<Vec<Wanted>, String> {
    let mut items = vec![String::new()];
    let mut inside = false;
    for c in text.chars() {
        match c {
            ',' if !inside => items.push(String::new()),
            _ => {
                inside = (inside || c == '[') && c != ']';
                if let Some(item) = items.last_mut() {
                    item.push(c);
                }
            }
        }
    }
    items.iter().map(|item| one(item.trim())).collect()
}

fn one(item: &str) -> Result<Wanted, String> {
    let (name, at) = match item.split_once('[') {
        None => (item, None),
        Some((name, rest)) => {
            let inside = rest.strip_suffix(']');
            let inside = inside.ok_or(format!("`{item}` lacks its `]`"))?;
            (name.trim(), Some(inside))
        }
    };
    if name.is_empty() {
        return Err("a name is missing: write names with commas, as in score,gap[0]".into());
    }
    match at {
        None if name == "all" => Ok(Wanted::All),
        None => Ok(Wanted::Named {
            name: name.to_string(),
            at: Vec::new(),
        }),
        Some(inside) => Ok(Wanted::Named {
            name: name.to_string(),
            at: inside
                .split(',')
                .map(|text| subscript(text.trim()))
                .collect::<Result<_, _>>()?,
        }),
    }
}

fn subscript(text: &str) -> Result<Subscript, String> {
    let number = |text: &str| {
        text.trim()
            .parse::<usize>()
            .map_err(|_| format!("`{text}` is no index: write 3, or a range, 0..4, or .. for all"))
    };
    let Some((start, end)) = text.split_once("..") else {
        return match text.contains(':') {
            true => Err(format!(
                "write a range with dots: {}",
                text.replace(':', "..")
            )),
            false => number(text).map(Subscript::At),
        };
    };
    let start = if start.trim().is_empty() {
        0
    } else {
        number(start)?
    };
    let end = match (end.trim(), end.trim().strip_prefix('=')) {
        ("", _) => None,
        (_, Some(last)) => Some(number(last)?.saturating_add(1)),
        (end, None) => Some(number(end)?),
    };
    Ok(Subscript::Range(start, end))
}

/// The tensors of a run that are wanted, in the order in which they are.
///
/// # Errors
/// A name that the program does not have, or an index that a tensor does not have.
pub fn shown(run: &Evaluation<'_>, wanted: &[Wanted]) -> Result<Vec<Shown>, Failure> {
    of(run, &names(run), wanted)
}

/// As [`shown`], of a run that came to an error: what it has all of, among what is wanted.
pub fn so_far(run: &Evaluation<'_>, wanted: &[Wanted]) -> Vec<Shown> {
    let mut names = names(run);
    names.retain(|known| known.is_whole(run));
    let each = wanted.iter().map(std::slice::from_ref);
    each.filter_map(|wanted| of(run, &names, wanted).ok())
        .flatten()
        .collect()
}

fn of(run: &Evaluation<'_>, names: &[Named], wanted: &[Wanted]) -> Result<Vec<Shown>, Failure> {
    let mut all = Vec::new();
    for wanted in wanted {
        match wanted {
            Wanted::All => {
                for known in names {
                    all.push(part(&known.name, &whole(run, known), &[])?);
                }
            }
            Wanted::Named { name, at } => {
                let found = find(names, &run.graph().name, name).map_err(of_all)?;
                for known in found {
                    all.push(part(&known.name, &whole(run, known), at)?);
                }
            }
        }
    }
    let mut seen = HashSet::new();
    all.retain(|shown: &Shown| seen.insert(shown.name.clone()));
    Ok(all)
}

/// With the option that shows what there is.
fn of_all(mut error: Error) -> Error {
    if let Error::Refused {
        hint: Some(hint), ..
    } = &mut error
    {
        if hint.starts_with("it has ") {
            *hint += "; --show all shows them all";
        }
    }
    error
}

/// A tensor, whole.
struct Whole {
    dims: Vec<Dim>,
    nested: Value,
}

fn whole(run: &Evaluation<'_>, known: &Named) -> Whole {
    let Elements { dims, narrow, wide } = known.elements(run);
    let nested = match wide.is_empty() {
        true => nest_ragged(&dims, &narrow),
        false => {
            let elements = wide.iter().map(|&element| number(element));
            nest_ragged(&dims, &elements.collect::<Vec<_>>())
        }
    };
    Whole { dims, nested }
}

/// An element as JSON has it: beyond 64 bits, where most readers lose digits, a text.
fn number(element: i128) -> Value {
    match i64::try_from(element) {
        Ok(element) => element.into(),
        Err(_) => element.to_string().into(),
    }
}

/// What the subscripts choose of a tensor.
fn part(name: &str, whole: &Whole, at: &[Subscript]) -> Result<Shown, Failure> {
    if at.is_empty() {
        return Ok(Shown {
            name: name.to_string(),
            title: sized(name, &whole.dims),
            nested: whole.nested.clone(),
        });
    }
    if at.len() > whole.dims.len() {
        let title = sized(name, &whole.dims);
        let (given, has) = (at.len(), whole.dims.len());
        return Err(
            Failure::misuse(format!("{title} has {has} indices, and {given} are given")).hint(
                match has {
                    0 => format!("leave them out: --show {name}"),
                    _ => "leave the last ones out for all of them".to_string(),
                },
            ),
        );
    }
    let texts: Vec<String> = at.iter().map(Subscript::to_string).collect();
    let title = format!("{name}[{}]", texts.join(", "));
    let nested = chosen(&whole.nested, at, &mut Vec::new()).map_err(|(at, found, size)| {
        let element = [at.as_slice(), &[found]].concat();
        let before = match at.as_slice() {
            [] => String::new(),
            at => format!("{at:?}"),
        };
        let elements = if size == 1 { "element" } else { "elements" };
        Failure::misuse(format!(
            "there is no {name}{element:?}: {name}{before} has {size} {elements}, counted from 0"
        ))
        .hint(format!("the whole is {}", sized(name, &whole.dims)))
    })?;
    Ok(Shown {
        name: title.clone(),
        title,
        nested,
    })
}

/// The error is of an index that is not there: where, which, and how many there are.
fn chosen(
    nested: &Value,
    at: &[Subscript],
    place: &mut Vec<usize>,
) -> Result<Value, (Vec<usize>, usize, usize)> {
    let (Some((first, rest)), Value::Array(elements)) = (at.split_first(), nested) else {
        return Ok(nested.clone());
    };
    let mut below = |index: usize| {
        let missing = (place.clone(), index, elements.len());
        let element = elements.get(index).ok_or(missing)?;
        place.push(index);
        let chosen = chosen(element, rest, place);
        place.pop();
        chosen
    };
    match *first {
        Subscript::At(index) => below(index),
        Subscript::Range(start, end) => {
            let end = end.unwrap_or(elements.len()).max(start);
            (start..end).map(below).collect::<Result<_, _>>()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_and_their_subscripts_are_read() {
        let all = parse("score, gap[0,3] ,all,share[.., 2..=4,1..,..7]").unwrap();
        let named = |name: &str, at: &[Subscript]| Wanted::Named {
            name: name.into(),
            at: at.to_vec(),
        };
        use Subscript::{At, Range};
        let share = [
            Range(0, None),
            Range(2, Some(5)),
            Range(1, None),
            Range(0, Some(7)),
        ];
        let expected = [
            named("score", &[]),
            named("gap", &[At(0), At(3)]),
            Wanted::All,
            named("share", &share),
        ];
        assert_eq!(all, expected);
        for (wrong, said) in [
            ("", "a name is missing"),
            ("a,,b", "a name is missing"),
            ("a[0", "`a[0` lacks its `]`"),
            ("a[]", "`` is no index"),
            ("a[-1]", "`-1` is no index"),
            ("a[1:3]", "write a range with dots: 1..3"),
            ("a[0][1]", "is no index"),
            ("a[99999999999999999999]", "is no index"),
        ] {
            let error = parse(wrong).unwrap_err();
            assert!(error.contains(said), "{wrong}: {error}");
        }
    }

    #[test]
    fn subscripts_choose_elements() {
        let ragged = json!([[1], [2, 3], [4, 5, 6]]);
        let at = |text: &str| match &parse(&format!("x[{text}]")).unwrap()[0] {
            Wanted::Named { at, .. } => chosen(&ragged, at, &mut Vec::new()),
            Wanted::All => unreachable!(),
        };
        assert_eq!(at("2"), Ok(json!([4, 5, 6])));
        assert_eq!(at("2, 1"), Ok(json!(5)));
        assert_eq!(at("1.., 1"), Ok(json!([3, 5])));
        assert_eq!(at("0..2"), Ok(json!([[1], [2, 3]])));
        assert_eq!(at(".., 0"), Ok(json!([1, 2, 4])));
        assert_eq!(at("2..1"), Ok(json!([])));
        assert_eq!(at(".., 1"), Err((vec![0], 1, 1)));
        assert_eq!(at("3"), Err((vec![], 3, 3)));
        assert_eq!(at("0..9"), Err((vec![], 3, 3)));
    }
}
