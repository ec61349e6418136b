//! What is asked of a test before its program is looked at: its name, its lines, its settings.

use crate::diagnostic::explanation::explanation;
use crate::diagnostic::{suggest, Diagnostic};
use crate::meaning::check;
use crate::syntax::ast::{Ast, Name, Param, Sample, Test, TestLine};

/// The most draws of a test.
const MOST_DRAWS: u64 = 10_000;

/// How often inputs are drawn, the first time from `seed`, then from each number after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws {
    pub count: u64,
    pub seed: u64,
}

/// What is wrong with tests by themselves (E123).
pub fn malformed(tests: &[Test]) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    for (position, test) in tests.iter().enumerate() {
        let name = &test.name;
        let mut before = tests[..position].iter().map(|test| &test.name);
        if name.text.trim().is_empty() {
            errors.push(bad("a test has no name").at(test.span, "say what it shows"));
        }
        if let Some(first) = before.find(|before| before.text == name.text) {
            let what = format!("there are two tests `{}`", name.text);
            errors.push(
                bad(&what)
                    .at(name.span, "again")
                    .also(first.span, "first here")
                    .hint("choose another name"),
            );
        }
        lines(test, &mut errors);
    }
    errors
}

fn bad(what: &str) -> Diagnostic {
    Diagnostic::new("E123", what)
}

fn lines(test: &Test, errors: &mut Vec<Diagnostic>) {
    if let Some(fails) = &test.fails {
        if explanation(&fails.code.text).is_none() {
            let what = format!("there is no error {}", fails.code.text);
            errors.push(
                bad(&what)
                    .at(fails.code.span, "that it is to fail with")
                    .hint("`attnc explain` lists all of them"),
            );
        }
    }
    let (mut sampled, mut proved) = (None, None);
    for line in &test.lines {
        let (span, what) = match line {
            TestLine::Give(_) => continue,
            TestLine::Expect(expect) => (expect.span, "expect"),
            TestLine::Sample(sample) => (sample.span, "sample"),
            TestLine::Prove(span) => (*span, "prove"),
        };
        if test.fails.is_some() && what != "sample" {
            let why = format!("a test that is to fail has no `{what}`");
            errors.push(
                bad(&why)
                    .at(span, "nothing comes of what fails")
                    .hint("leave it out, or write `test` without an error"),
            );
            continue;
        }
        let first = match what {
            "sample" => &mut sampled,
            "prove" => &mut proved,
            _ => continue,
        };
        match *first {
            Some(before) => errors.push(
                bad(&format!("`{what}` stands twice in a test"))
                    .at(span, "again")
                    .also(before, "first here"),
            ),
            None => *first = Some(span),
        }
    }
    if let Err(error) = draws(test) {
        errors.push(error);
    }
}

/// How often a test draws what it is not given; none if it draws nothing.
///
/// # Errors
/// E123: no draws, or too many.
pub fn draws(test: &Test) -> Result<Option<Draws>, Diagnostic> {
    let sample = test.lines.iter().find_map(|line| match line {
        TestLine::Sample(sample) => Some(sample),
        _ => None,
    });
    let Some(Sample { draws, seed, .. }) = sample else {
        return Ok(None);
    };
    let count = draws.text.parse().unwrap_or(u64::MAX);
    if !(1..=MOST_DRAWS).contains(&count) {
        let what = format!("a test draws 1 to {MOST_DRAWS} times");
        return Err(bad(&what).at(draws.span, format!("is {}", draws.text)));
    }
    let seed = match seed {
        None => 0,
        Some(seed) => seed
            .text
            .parse()
            .ok()
            .filter(|from| u64::MAX - from >= count)
            .ok_or_else(|| {
                bad("a seed is a number of at most 64 bits").at(seed.span, "too large")
            })?,
    };
    Ok(Some(Draws { count, seed }))
}

/// The parameters that a test sets.
///
/// # Errors
/// E012: the circuit has no such parameter, or it is set twice; what is no constant.
pub fn settings(ast: &Ast, test: &Test) -> Result<Vec<(String, i64)>, Vec<Diagnostic>> {
    let mut params = ast.params.clone();
    let mut errors = Vec::new();
    for (position, Param { name, default }) in test.settings.iter().enumerate() {
        let mut before = test.settings[..position].iter();
        if let Some(first) = before.find(|before| before.name.text == name.text) {
            let what = format!("the parameter `{}` is set twice", name.text);
            errors.push(
                Diagnostic::new("E012", what)
                    .at(name.span, "again")
                    .also(first.name.span, "first here")
                    .hint("set it once"),
            );
        } else if let Some(param) = params.iter_mut().find(|it| it.name.text == name.text) {
            param.default = default.clone();
        } else {
            errors.push(no_parameter(ast, name));
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let ast = Ast {
        params,
        ..ast.clone()
    };
    let is_set = |name: &String| test.settings.iter().any(|set| set.name.text == *name);
    let values = check::parameters(&ast)?.into_iter();
    Ok(values.filter(|(name, _)| is_set(name)).collect())
}

fn no_parameter(ast: &Ast, name: &Name) -> Diagnostic {
    let names = ast.params.iter().map(|param| param.name.text.as_str());
    let all: Vec<String> = names.clone().map(|name| format!("`{name}`")).collect();
    let what = format!("`{}` has no parameter `{}`", ast.name.text, name.text);
    let error = Diagnostic::new("E012", what).at(name.span, "set here");
    error.hint(match suggest(&name.text, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None if all.is_empty() => "it has no parameters".to_string(),
        None => format!("its parameters are {}", all.join(", ")),
    })
}
