//! The tensors that a test gives: each one that the program takes, in its shape and range.

use super::shape::{flatten, shown, Extent};
use super::{Given, Giver};
use crate::diagnostic::{suggest, Diagnostic, Span};
use crate::meaning::check;
use crate::meaning::dims::max_sizes;
use crate::meaning::graph::{Graph, Interval};
use crate::meaning::table::{entries, Budget, Entries};
use crate::meaning::tensor::Tensor;
use crate::syntax::ast::{Ast, Expr, Give, Item, Listed, Loop, Statement, Test, TestLine};

/// A tensor that a program takes.
struct Taken<'g> {
    what: Giver,
    name: &'g str,
    shape: Vec<u64>,
    /// The least subscript of each dimension: 0, but of a table.
    firsts: Vec<i64>,
    range: Interval,
}

fn taken(graph: &Graph) -> Vec<Taken<'_>> {
    let inputs = graph.inputs.iter().enumerate().map(|(at, input)| Taken {
        what: Giver::Input(at),
        name: &input.name,
        shape: input.shape.clone(),
        firsts: vec![0; input.shape.len()],
        range: input.range,
    });
    let fixed = graph.fixed_inputs().enumerate();
    let fixed = fixed.map(|(at, (_, fixed))| Taken {
        what: Giver::Fixed(at),
        name: &fixed.name,
        shape: max_sizes(&fixed.dims),
        firsts: vec![0; fixed.dims.len()],
        range: fixed.interval,
    });
    let tables = graph.tables.iter().enumerate();
    let tables = tables.filter(|(_, table)| table.from_input);
    let tables = tables.map(|(at, table)| Taken {
        what: Giver::Table(at),
        name: &table.name,
        shape: table.shape(),
        firsts: table
            .axes
            .iter()
            .map(|axis| axis.domain.lo as i64)
            .collect(),
        range: table.range,
    });
    inputs.chain(fixed).chain(tables).collect()
}

/// What a test gives.
///
/// # Errors
/// E079: what is unknown, given twice, or neither given nor drawn; E080: another shape; E081, E083: an
/// element out of range; E123: nothing is left to draw; what is no constant.
pub fn given(ast: &Ast, graph: &Graph, test: &Test) -> Result<Vec<Given>, Vec<Diagnostic>> {
    let taken = taken(graph);
    let (mut given, mut errors, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for line in &test.lines {
        let TestLine::Give(give) = line else { continue };
        let name = &give.name.text;
        let Some(wanted) = taken.iter().find(|taken| taken.name == *name) else {
            errors.push(unknown(ast, graph, &taken, give));
            continue;
        };
        let before = seen.iter().find(|(known, _)| *known == name);
        if let Some((_, first)) = before {
            let what = format!("`{name}` is given twice");
            errors.push(
                Diagnostic::new("E079", what)
                    .at(give.name.span, "again")
                    .also(*first, "first here"),
            );
            continue;
        }
        seen.push((name, give.name.span));
        match elements(ast, graph, wanted, give) {
            Ok(data) => given.push(Given {
                what: wanted.what,
                tensor: Tensor {
                    shape: wanted.shape.iter().map(|&size| size as usize).collect(),
                    data,
                },
            }),
            Err(wrong) => errors.extend(wrong),
        }
    }
    let draws = test.lines.iter().find_map(|line| match line {
        TestLine::Sample(sample) => Some(sample.span),
        _ => None,
    });
    // A seed of no entries need not be given.
    let is_given = |name: &str| seen.iter().any(|(known, _)| *known == name);
    let missing = taken
        .iter()
        .filter(|wanted| !is_given(wanted.name) && !wanted.shape.contains(&0));
    let missing: Vec<&Taken<'_>> = missing.collect();
    if let Some(span) = draws.filter(|_| missing.is_empty() && errors.is_empty()) {
        let what = "this test draws, and all that the program takes is given";
        let error = Diagnostic::new("E123", what).at(span, "would run the same again and again");
        errors.push(error.hint("leave it out, or leave something to be drawn"));
    }
    let missing = missing.into_iter().filter(|_| draws.is_none());
    errors.extend(missing.map(|wanted| {
        let Taken {
            name, shape, range, ..
        } = wanted;
        let what = format!(
            "`{name}` is not given: it has {}, each in {range}",
            shown(shape)
        );
        let example = if shape.is_empty() { "..." } else { "[...]" };
        Diagnostic::new(
            "E079",
            what.replace("no dimensions, each", "no dimensions, and is"),
        )
        .at(test.name.span, "by this test")
        .hint(format!(
            "write `{name} = {example}`, or draw it: `sample 1`"
        ))
    }));
    match errors.is_empty() {
        true => Ok(given),
        false => Err(errors),
    }
}

fn is_state(item: &Item, name: &str) -> bool {
    let inside = |block: &Loop| {
        block
            .body
            .iter()
            .any(|it| matches!(it, Statement::State(state) if state.name.text == name))
    };
    match item {
        Item::State(state) => state.name.text == name,
        Item::Statement(Statement::Layer(block)) => inside(block),
        _ => false,
    }
}

fn unknown(ast: &Ast, graph: &Graph, taken: &[Taken<'_>], give: &Give) -> Diagnostic {
    let name = &give.name.text;
    let (what, hint) = not_given(ast, graph, name).unwrap_or_else(|| {
        let names = taken.iter().map(|taken| taken.name);
        let all: Vec<String> = names.clone().map(|name| format!("`{name}`")).collect();
        let hint = match suggest(name, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None if all.is_empty() => "it takes nothing".to_string(),
            None => format!("it takes {}", all.join(", ")),
        };
        (format!("the program takes no `{name}`"), hint)
    });
    let error = Diagnostic::new("E079", what);
    error.at(give.name.span, "given here").hint(hint)
}

/// Why something that the program has is not given, and what to write instead.
fn not_given(ast: &Ast, graph: &Graph, name: &str) -> Option<(String, String)> {
    let state = graph.states.iter().find(|state| state.name == name);
    // A tensor of parts is one too, and is computed.
    if let Some(state) = state.filter(|_| ast.items.iter().any(|item| is_state(item, name))) {
        let (what, begins) = match state.carried {
            true => ("a carried state", "what it begins with"),
            false => ("a cache", "the entries that it begins with"),
        };
        let range = match (state.carried, state.element.is_empty()) {
            (true, true) => " : lo..=hi",
            (true, false) => "[...] : lo..=hi",
            (false, _) => "",
        };
        return Some((
            format!("`{name}` is {what}, and is not given: its seed says {begins}"),
            format!("take the seed from an input, `state {name}{range} = start`, and give that"),
        ));
    }
    if graph.tables.iter().any(|table| table.name == name) {
        return Some((
            format!("the program says what is in the table `{name}`, and it is not given"),
            format!(
                "`table {name}(...) : lo..=hi from input` takes its entries from what is given"
            ),
        ));
    }
    if graph.params.iter().any(|param| param.name == name) {
        return Some((
            format!("`{name}` is a parameter, and no tensor"),
            format!("set it in brackets behind the test's name: `test \"...\" ({name} = ...)`"),
        ));
    }
    let is_computed = graph.outputs.iter().any(|output| output.name == name)
        || graph.values.iter().any(|value| value.name == name)
        || graph.statics.iter().any(|value| value.name == name);
    is_computed.then(|| {
        (
            format!("`{name}` is computed, and is not given"),
            format!("write `expect {name} == ...`"),
        )
    })
}

fn elements(
    ast: &Ast,
    graph: &Graph,
    wanted: &Taken<'_>,
    give: &Give,
) -> Result<Vec<i64>, Vec<Diagnostic>> {
    let params = check::valued(graph);
    let size = wanted.shape.iter().product::<u64>() as usize;
    let (data, places): (Vec<i64>, Vec<Span>) = match &give.elements {
        Listed::List(list) if give.indices.is_empty() => {
            let sizes = wanted.shape.iter().map(|size| Some(*size));
            let extents = sizes.zip(&wanted.firsts);
            let extents = extents.map(|(size, &first)| Extent { first, size });
            let extents: Vec<Extent> = extents.collect();
            let written = flatten(list, wanted.name, &extents, "E080").map_err(|e| vec![e])?;
            let places = written.iter().map(|entry| entry.span).collect();
            (check::constants(ast, &params, &written)?, places)
        }
        Listed::List(list) => {
            let what = "a list has no indices";
            let error = Diagnostic::new("E080", what).at(list.span, "stands behind indices");
            return Err(vec![error.hint(format!("write `{} = [...]`", wanted.name))]);
        }
        Listed::One(expr) if give.indices.is_empty() => {
            let value = check::constants(ast, &params, &[expr])?;
            (vec![value[0]; size], vec![expr.span])
        }
        Listed::One(expr) => (formula(wanted, give, expr, &params)?, vec![expr.span]),
    };
    let outside = |element: &i64| !wanted.range.contains((*element).into());
    let Some(offset) = data.iter().position(outside) else {
        return Ok(data);
    };
    let (code, range, value) = match wanted.what {
        Giver::Table(_) => ("E083", wanted.range, data[offset]),
        _ => ("E081", wanted.range, data[offset]),
    };
    let what = format!(
        "`{}` is {value}, outside its range {range}",
        place(wanted, offset)
    );
    let span = places.get(offset).or(places.first()).copied();
    Err(vec![
        Diagnostic::new(code, what).at(span.unwrap_or(give.span), "given here")
    ])
}

/// `x[1, 2]` of an offset.
fn place(wanted: &Taken<'_>, offset: usize) -> String {
    let sizes = wanted.shape.iter().map(|&size| size as usize);
    let all = Tensor {
        shape: sizes.collect(),
        data: Vec::new(),
    };
    let at = all.position(offset).into_iter().zip(&wanted.firsts);
    let at: Vec<i64> = at.map(|(at, first)| at as i64 + first).collect();
    match at.is_empty() {
        true => wanted.name.to_string(),
        false => format!("{}{at:?}", wanted.name),
    }
}

/// `x[i, j] = expr`, as a table's entries are evaluated.
fn formula(
    wanted: &Taken<'_>,
    give: &Give,
    body: &Expr,
    params: &[(String, i64)],
) -> Result<Vec<i64>, Vec<Diagnostic>> {
    let indices = &give.indices;
    for (position, index) in indices.iter().enumerate() {
        if indices[..position].iter().any(|it| it.text == index.text) {
            let what = format!("the index `{}` stands twice", index.text);
            return Err(vec![Diagnostic::new("E011", what).at(index.span, "again")]);
        }
    }
    if indices.len() != wanted.shape.len() {
        let (found, shape) = (indices.len(), shown(&wanted.shape));
        let what = format!("`{}` has {shape}; here it has {found} indices", wanted.name);
        let error = Diagnostic::new("E080", what).at(give.name.span, "given here");
        return Err(vec![error.hint("write an index for each, or none")]);
    }
    if wanted.shape.contains(&0) {
        return Ok(Vec::new());
    }
    let names = indices.iter().map(|index| index.text.as_str());
    let domains = wanted.firsts.iter().zip(&wanted.shape);
    let domains = domains.map(|(&first, &size)| first..=first + size as i64 - 1);
    let table = Entries {
        body,
        arguments: names.zip(domains).collect(),
        params,
    };
    entries(&table, &mut Budget::default()).map_err(|error| vec![error])
}
