//! `attnc run --show`: values, inputs, fixed ones too, tables and caches of a run by name, whole or in
//! part: `score`, `score[0, 3]`, `score[.., 2..4]`.

use std::collections::HashSet;
use std::fmt;

use attnc::files::nested::{layers_first, nest_ragged};
use attnc_compiler::diagnostic::suggest;
use attnc_compiler::meaning::dims::Dim;
use attnc_compiler::meaning::eval::Evaluation;
use attnc_compiler::meaning::graph::{
    InputId, OutputId, Source, State, StateId, StaticId, TableId, ValueId,
};
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
    let names = names(run);
    let mut all = Vec::new();
    for wanted in wanted {
        match wanted {
            Wanted::All => {
                for known in &names {
                    all.push(part(&known.name, &whole(run, known.what), &[])?);
                }
            }
            Wanted::Named { name, at } => {
                let mut found = names.iter().filter(|known| known.is(name)).peekable();
                if found.peek().is_none() {
                    return Err(unknown(run, name, &names));
                }
                for known in found {
                    all.push(part(&known.name, &whole(run, known.what), at)?);
                }
            }
        }
    }
    let mut seen = HashSet::new();
    all.retain(|shown: &Shown| seen.insert(shown.name.clone()));
    Ok(all)
}

fn unknown(run: &Evaluation<'_>, name: &str, names: &[Known]) -> Failure {
    let failure = Failure::misuse(format!("`{}` has no value `{name}`", run.graph().name));
    let names: Vec<&str> = names.iter().map(|known| known.name.as_str()).collect();
    match suggest(name, names.iter().copied()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!(
            "it has {}; --show all shows them all",
            names.join(", ")
        )),
    }
}

/// A tensor of the program.
#[derive(Clone, Copy)]
enum What {
    Input(InputId),
    Table(TableId),
    /// Known when the key is made.
    Static(StaticId),
    State(StateId),
    Value(ValueId),
    Output(OutputId),
}

/// A tensor and its name. Blocks may have values of one name: from the second on they are `x#2`.
struct Known {
    name: String,
    what: What,
}

impl Known {
    fn is(&self, name: &str) -> bool {
        // A name that a call made has a `#` of its own: `norm#1.square#2`.
        let (own, of) = match self.name.rsplit_once('#') {
            Some((own, of)) => (own, of),
            None => (self.name.as_str(), ""),
        };
        let nth = of.bytes().all(|digit| digit.is_ascii_digit());
        let called = self.name.split('#').next();
        self.name == name || (nth && own == name) || called == Some(name)
    }
}

/// All tensors, in the order of the way: what is given, carried, computed.
fn names(run: &Evaluation<'_>) -> Vec<Known> {
    let graph = run.graph();
    let inputs = graph.inputs.iter().zip(0..);
    let inputs = inputs.map(|(input, id)| (input.name.as_str(), What::Input(InputId(id))));
    let tables = graph.tables.iter().zip(0..);
    let tables = tables.map(|(table, id)| (table.name.as_str(), What::Table(TableId(id))));
    // One that a cache has is a value too, and shown as that.
    let is_value = |span| graph.values.iter().any(|value| value.span == span);
    let statics = graph.statics.iter().zip(0..);
    let statics = statics.filter(|(fixed, _)| graph.known.is_some() && !is_value(fixed.span));
    let statics = statics.map(|(fixed, id)| (fixed.name.as_str(), What::Static(StaticId(id))));
    let states = graph.states.iter().zip(0..);
    // What is defined by parts is shown as one tensor: an output, if it is one.
    let is_output = |name: &str| graph.outputs.iter().any(|output| output.name == name);
    let states = states.filter(|(state, _)| state.tiles.is_empty() || !is_output(&state.name));
    let is_part = |id| {
        let mut tensors = graph.states.iter().filter(|state| !state.tiles.is_empty());
        let name = &graph.value(ValueId(id)).name;
        // Of a state, what is made for it alone.
        let made = |state: &State| state.append.is_none() || state.name == *name;
        tensors.any(|state| {
            let appended = state.append.iter().filter_map(|append| append.source);
            let mut sources = state.seeds.iter().copied().chain(appended);
            made(state) && sources.any(|source| source == Source::Value(ValueId(id)))
        })
    };
    let states = states.map(|(state, id)| (state.name.as_str(), What::State(StateId(id))));
    let values = graph.values.iter().zip(0..);
    let values = values.filter(|&(value, id)| !is_part(id) && value.limb_of().is_none());
    let values = values.map(|(value, id)| match value.output {
        Some(output) => (graph.output(output).name.as_str(), What::Output(output)),
        None => (value.name.as_str(), What::Value(ValueId(id))),
    });
    let mut all: Vec<Known> = Vec::new();
    for (name, what) in inputs
        .chain(tables)
        .chain(statics)
        .chain(states)
        .chain(values)
    {
        let before = all.iter().filter(|known| known.is(name)).count();
        let name = match before {
            0 => name.to_string(),
            _ => format!("{name}#{}", before + 1),
        };
        all.push(Known { name, what });
    }
    all
}

struct Whole {
    dims: Vec<Dim>,
    nested: Value,
}

fn whole(run: &Evaluation<'_>, what: What) -> Whole {
    let graph = run.graph();
    let fixed = |sizes: &[u64]| sizes.iter().map(|&size| Dim::Static(size)).collect();
    let (dims, elements): (Vec<Dim>, Vec<i64>) = match what {
        What::Input(id) => (graph.input(id).dims(), run.input(id).to_vec()),
        What::Table(id) => {
            let shape = graph.table(id).shape();
            (fixed(&shape), run.table(id).to_vec())
        }
        What::Static(id) => {
            let known = graph.known.as_deref();
            let elements = known.map_or(&[][..], |known| known.elements(id));
            (graph.fixed(id).dims.clone(), elements.to_vec())
        }
        What::State(id) => {
            let (element, entries) = (&graph.state(id).element, run.state(id));
            let entry = element.iter().product::<u64>().max(1);
            let held = entries.len() as u64 / entry;
            let entries_first =
                graph.state(id).tiles.is_empty() || graph.state(id).append.is_some();
            if !entries_first {
                (fixed(element), entries.to_vec())
            } else {
                // The layers come first, as in all that is read after a loop.
                let append = graph.state(id).append.as_ref();
                let layers = append.map_or(0, |append| append.outer.len());
                let (outer, rest) = element.split_at(layers);
                let shape = [outer, &[held], rest].concat();
                let outer = outer.iter().product::<u64>().max(1) as usize;
                (fixed(&shape), layers_first(entries, outer, entry as usize))
            }
        }
        What::Value(id) if !run.value(id).wide.is_empty() => {
            let dims = graph.dims(&graph.value(id).space);
            let elements = run.value(id).wide.iter().map(|&element| number(element));
            let nested = nest_ragged(&dims, &elements.collect::<Vec<_>>());
            return Whole { dims, nested };
        }
        What::Value(id) => (
            graph.dims(&graph.value(id).space),
            run.value(id).data.clone(),
        ),
        What::Output(id) => (fixed(&graph.output(id).shape), run.output(id).data),
    };
    let nested = nest_ragged(&dims, &elements);
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
