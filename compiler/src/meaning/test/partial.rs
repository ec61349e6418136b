//! Tensors and tables that stand as a whole where only their elements can.

use super::shape::{extents, shown};
use crate::diagnostic::Diagnostic;
use crate::meaning::graph::Graph;
use crate::syntax::ast::{Claim, Condition, ConditionKind, Expect, Expr, ExprKind, Name};
use crate::syntax::words::FUNCTIONS;

/// What indices are called in what is suggested.
const INDICES: [&str; 6] = ["i", "j", "k", "l", "m", "n"];

/// What is wrong with tensors within what is expected: only the sides of one comparison may be tensors.
pub fn partial(graph: &Graph, expect: &Expect, bound: &[String]) -> Vec<Diagnostic> {
    let mut walk = Walk {
        graph,
        bound,
        errors: Vec::new(),
    };
    let filter = expect.filter.iter().flat_map(Condition::exprs);
    walk.each(filter, false);
    if let Claim::Holds(condition) = &expect.claim {
        let compares = matches!(condition.kind, ConditionKind::Compare { .. });
        walk.each(condition.exprs(), compares);
    }
    walk.errors
}

/// That a name is not a table's, which is called, or a cache's, which a step reads.
///
/// # Errors
/// E120.
pub fn as_tensor(graph: &Graph, name: &Name) -> Result<(), Diagnostic> {
    let text = &name.text;
    let mut states = graph.states.iter();
    if states.any(|it| it.name == *text && !it.carried && it.append.is_some()) {
        let error = Diagnostic::new(
            "E120",
            format!("`{text}` is a cache, which grows from step to step"),
        );
        return Err(error.at(name.span, "stands here as a tensor").hint(format!(
            "define in the step what you expect something of, `held[j in {text}] = {text}[j, 0]`"
        )));
    }
    let Some(table) = graph.tables.iter().find(|table| table.name == *text) else {
        return Ok(());
    };
    let domains = table.axes.iter().map(|axis| axis.domain);
    let (mut first, mut over, mut indices) = (Vec::new(), Vec::new(), Vec::new());
    for (domain, index) in domains.zip(INDICES) {
        first.push(domain.lo.to_string());
        over.push(format!("{index} in {}..={}", domain.lo, domain.hi));
        indices.push(index);
    }
    let (first, over, indices) = (first.join(", "), over.join(", "), indices.join(", "));
    let error = Diagnostic::new("E120", format!("`{text}` is a table, which is called"));
    Err(error.at(name.span, "stands here as a tensor").hint(format!(
        "write `expect {text}({first}) == ...` of one entry, `expect[{over}] {text}({indices}) <= ...` of all"
    )))
}

struct Walk<'a> {
    graph: &'a Graph,
    bound: &'a [String],
    errors: Vec<Diagnostic>,
}

impl Walk<'_> {
    fn each<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>, whole: bool) {
        exprs.into_iter().for_each(|expr| self.expr(expr, whole));
    }

    fn expr(&mut self, expr: &Expr, whole: bool) {
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::Every => {}
            ExprKind::Name(name) => self.read(name, &[], expr, whole),
            ExprKind::Element { name, at } => {
                self.read(name, at, expr, whole);
                self.each(at, false);
            }
            ExprKind::Call { name, arguments } => {
                let is_table = self.graph.tables.iter().any(|it| it.name == name.text);
                let takes_numbers = is_table || FUNCTIONS.contains(&name.text.as_str());
                self.each(arguments, !takes_numbers);
            }
            ExprKind::Apply(apply) => {
                self.each(apply.given.iter().map(|given| &given.value), true);
                self.each(&apply.at, false);
            }
            ExprKind::Reduce { filter, body, .. } => {
                let filter = filter.iter().flat_map(|filter| filter.exprs());
                self.each(filter, false);
                self.expr(body, false);
            }
            ExprKind::Negate(inner) => self.expr(inner, false),
            ExprKind::Binary { left, right, .. } => self.each([&**left, &**right], false),
            ExprKind::Condition(condition) => self.each(condition.exprs(), false),
        }
    }

    fn read(&mut self, name: &Name, at: &[Expr], expr: &Expr, whole: bool) {
        // The rules for caches say what is wrong with one.
        let is_state = self.graph.states.iter().any(|it| it.name == name.text);
        if whole || is_state || self.bound.contains(&name.text) {
            return;
        }
        let extents = extents(self.graph, &name.text).unwrap_or_default();
        let Some(left @ [_, ..]) = extents.get(at.len()..) else {
            return;
        };
        let sizes: Option<Vec<u64>> = left.iter().map(|extent| extent.size).collect();
        let shape = match sizes {
            Some(sizes) => shown(&sizes),
            None => format!("{} dimensions", left.len()),
        };
        let free = INDICES
            .into_iter()
            .filter(|index| !self.bound.iter().any(|bound| bound == index));
        let at = at.iter().map(ToString::to_string);
        let at: Vec<String> = at
            .chain(free.map(str::to_string))
            .take(extents.len())
            .collect();
        let element = format!("{}[{}]", name.text, at.join(", "));
        self.errors.push(
            Diagnostic::new(
                "E120",
                format!("a whole tensor, `{expr}`, stands in an expression"),
            )
            .at(expr.span, format!("has {shape}"))
            .hint(format!(
                "let its elements stand there, `{element}`: what is expected is then held for each"
            )),
        );
    }
}
