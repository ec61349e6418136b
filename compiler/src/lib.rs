//! The map of the house. attnc's compiler is pure: no IO, no cryptography.
//!
//! ```text
//! source -parse-> -expand-> Ast -check-> Graph -partition-> Plan -lay_out-> Circuit
//! ```
//!
//! Rooms, in the order of that way; each imports only from those before it:
//!
//! - [`diagnostic`]: what is said to people, and text of strangers.
//! - [`syntax`]: what was written.
//! - [`meaning`]: what it means: typed dataflow over named indices with integer intervals; tables,
//!   and the reference evaluation.
//! - [`plan`]: which values share a proof; parts and pieces as graphs of their own.
//! - [`circuit`]: component instances, rows, fixed columns; how values come to share a component.
//! - [`choice`]: what proofs weigh, and the layout that costs least.
//! - [`ide`]: what an editor asks of a text: the meaning of a name, where it is used, what may follow.

pub mod choice;
pub mod circuit;
pub mod diagnostic;
pub mod ide;
pub mod meaning;
pub mod plan;
pub mod syntax;

use circuit::choices::Choices;
use circuit::{layout, Circuit};
use diagnostic::{Diagnostic, Sources};
use meaning::graph::Graph;
use meaning::test::{self, Expected, Given};
use meaning::{check, validate};
use plan::Part;
use syntax::ast::{Ast, Test};
use syntax::expand::{expand, no_files, Expanded, Loader};
use syntax::parse;

/// What every stage made of one program: of one part of a plan.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub ast: Ast,
    /// The whole program's.
    pub graph: Graph,
    pub part: Part,
    /// How `circuit` was laid out.
    pub choices: Choices,
    pub circuit: Circuit,
}

/// A program that is checked.
#[derive(Clone, Debug)]
pub struct Analysed {
    /// As it was written, definitions included.
    pub written: Ast,
    /// Without definitions: what digests are of.
    pub ast: Ast,
    pub graph: Graph,
    /// What the spans of `ast` and `graph` point into.
    pub sources: Sources,
}

/// What is wrong with a program, and the texts that it is wrong in.
#[derive(Clone, Debug)]
pub struct Refused {
    pub errors: Vec<Diagnostic>,
    pub sources: Sources,
}

/// Parses, expands and checks a program that uses no files, with some of its parameters set.
///
/// # Errors
/// As [`analyse_with`].
pub fn analyse(source: &str, overrides: &[(String, i64)]) -> Result<(Ast, Graph), Vec<Diagnostic>> {
    match analyse_with(source, overrides, &no_files) {
        Ok(found) => Ok((found.ast, found.graph)),
        Err(refused) => Err(refused.errors),
    }
}

/// Parses, expands and checks a program with some of its parameters set; `load` gives what it uses.
///
/// # Errors
/// Everything that is wrong with the program; where it has errors of syntax, or in calls, what else is
/// wrong with what has none.
pub fn analyse_with(
    source: &str,
    overrides: &[(String, i64)],
    load: &Loader<'_>,
) -> Result<Analysed, Refused> {
    let (written, mut errors, lost) = match parse::parse_most(source) {
        Ok(ast) => (ast, Vec::new(), parse::Lost::default()),
        Err(parse::Broken { errors, rest }) => match rest {
            Some(rest) => (rest.0, errors, rest.1),
            None => {
                let sources = Sources::of(source);
                return Err(Refused { errors, sources });
            }
        },
    };
    let Expanded {
        ast,
        sources,
        errors: wrong,
        lost: left_out,
    } = expand(&written, source, overrides, load, &lost);
    errors.extend(wrong);
    let checked = if errors.is_empty() {
        check::check(&ast, overrides)
    } else {
        let mut lost = lost;
        lost.names.extend(left_out);
        // What is too large is not looked at any further.
        if !errors.iter().any(|error| error.code == "E096") {
            errors.extend(check::check_rest(&ast, overrides, lost));
        }
        errors.sort_by_key(|error| error.primary.as_ref().map(|label| label.span));
        Err(errors)
    };
    match checked {
        Ok(graph) => {
            debug_assert_eq!(validate::validate(&graph), Ok(()));
            Ok(Analysed {
                written,
                ast,
                graph,
                sources,
            })
        }
        Err(errors) => {
            let errors = sources.resolve(errors);
            Err(Refused { errors, sources })
        }
    }
}

/// A test that is checked, and the program for it: with the parameters that it sets, and what it
/// expects as values at its end.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub params: Vec<(String, i64)>,
    pub graph: Graph,
    pub given: Vec<Given>,
    pub expected: Vec<Expected>,
    pub sources: Sources,
}

/// Checks a test of a program as far as that can be done without running it.
///
/// # Errors
/// E012 and E123 of the test, what is wrong with the program under its parameters, and with what it
/// gives and expects.
pub fn prepare(
    written: &Ast,
    source: &str,
    test: &Test,
    load: &Loader<'_>,
) -> Result<Prepared, Refused> {
    let own = |errors| Refused {
        errors,
        sources: Sources::of(source),
    };
    let alone = Ast {
        tests: Vec::new(),
        ..written.clone()
    };
    let params = test::settings(written, test).map_err(own)?;
    // Without parameters of its own it has the program as it stands, and nothing is wrong in the test.
    let in_test = |error: Diagnostic| match params.is_empty() {
        true => error,
        false => error.also(test.name.span, "in this test"),
    };
    let (graph, _) = meant(&alone, source, &params, load).map_err(|refused| Refused {
        errors: refused.errors.into_iter().map(in_test).collect(),
        ..refused
    })?;
    let said = test::said(written, &graph, test).map_err(own)?;
    let mut all = alone;
    all.items.extend(said.items);
    let (graph, sources) = meant(&all, source, &params, load)?;
    Ok(Prepared {
        params,
        graph,
        given: said.given,
        expected: said.expected,
        sources,
    })
}

/// Expands and checks a program as it was written.
fn meant(
    written: &Ast,
    source: &str,
    params: &[(String, i64)],
    load: &Loader<'_>,
) -> Result<(Graph, Sources), Refused> {
    let found = expand(written, source, params, load, &parse::Lost::default());
    let graph = match found.errors.is_empty() {
        true => check::check(&found.ast, params),
        false => Err(found.errors),
    };
    match graph {
        Ok(graph) => Ok((graph, found.sources)),
        Err(errors) => Err(Refused {
            errors: found.sources.resolve(errors),
            sources: found.sources,
        }),
    }
}

/// What is wrong with a program's tests, as far as that can be said without running them; not what
/// they ask to fail with.
///
/// # Errors
/// E123, and as [`prepare`], of all tests.
pub fn check_tests(written: &Ast, source: &str, load: &Loader<'_>) -> Result<(), Refused> {
    let mut refused = Refused {
        errors: test::malformed(&written.tests),
        sources: Sources::of(source),
    };
    for test in &written.tests {
        let Err(wrong) = prepare(written, source, test, load) else {
            continue;
        };
        if !wrong
            .errors
            .iter()
            .any(|error| test::is_asked_for(test, error))
        {
            for error in test::other_error(test, &wrong.errors)
                .into_iter()
                .chain(wrong.errors)
            {
                // One error of the program is met by many tests.
                if !refused.errors.iter().any(|known| known.repeats(&error)) {
                    refused.errors.push(error);
                }
            }
            refused.sources = wrong.sources;
        }
    }
    match refused.errors.is_empty() {
        true => Ok(()),
        false => Err(refused),
    }
}

/// Partitions and lays out a checked program under the plan of this name or text, or the first
/// one, which has no open boundary.
///
/// # Errors
/// What is wrong with the plan, or does not fit a circuit; E106 for a plan of several parts.
pub fn assemble(
    ast: Ast,
    graph: Graph,
    plan: Option<&str>,
    choices: &Choices,
) -> Result<Compiled, Vec<Diagnostic>> {
    let declared = plan::text::choose(&ast, &graph, plan)?;
    let part = plan::partition(&graph, &declared)?.only()?;
    lay_out_part(&ast, &graph, part, choices)
}

/// Partitions and lays out every part of a plan, given by its name or text.
///
/// # Errors
/// What is wrong with the plan, or does not fit a circuit; E114 if there are not as many choices
/// as parts.
pub fn assemble_parts(
    ast: &Ast,
    graph: &Graph,
    plan: Option<&str>,
    choices: &[Choices],
) -> Result<Vec<Compiled>, Vec<Diagnostic>> {
    let declared = plan::text::choose(ast, graph, plan)?;
    let parts = plan::partition(graph, &declared)?.parts;
    if parts.len() != choices.len() {
        let (parts, choices) = (parts.len(), choices.len());
        let what = format!("there are layout choices for {choices} parts, the plan has {parts}");
        return Err(vec![Diagnostic::new("E114", what)]);
    }
    let parts = parts.into_iter().zip(choices);
    parts
        .map(|(part, choices)| lay_out_part(ast, graph, part, choices))
        .collect()
}

/// Lays out one part of a plan.
///
/// # Errors
/// What does not fit a circuit; E114 if the plan says that its proofs hide, and the choices leave no rows for
/// masks.
pub fn lay_out_part(
    ast: &Ast,
    graph: &Graph,
    part: Part,
    choices: &Choices,
) -> Result<Compiled, Vec<Diagnostic>> {
    if part.hiding && !choices.hides() {
        let what = "the plan says `hiding`, the layout's choices are of proofs that do not hide";
        return Err(vec![Diagnostic::new("E114", what)]);
    }
    let circuit = layout::lay_out(&part, choices)?;
    Ok(Compiled {
        ast: ast.clone(),
        graph: graph.clone(),
        part,
        choices: choices.clone(),
        circuit,
    })
}
