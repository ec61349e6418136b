//! Which plan is meant: a declared one by its name, or one that is given as a text (spec 2.6).

use std::borrow::Cow;

use crate::diagnostic::Diagnostic;
use crate::meaning::check::resolve;
use crate::meaning::graph::{Graph, PlanDecl};
use crate::syntax::ast::Ast;
use crate::syntax::parse::parse_plan;

/// The longest text of a plan, in bytes, as given and in canonical form.
pub const MAX_PLAN: usize = 64 * 1024;

/// Whether this is the text of a plan and not a name: it has a `:`, or begins as a text does.
pub fn is_text(plan: &str) -> bool {
    let plan = plan.trim();
    let mut words = plan.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let first = words.next().unwrap_or_default();
    plan.contains(':')
        || (first.len() < plan.len() && ["proof", "open", "linked", "hiding"].contains(&first))
}

/// The plan of `graph`, which is `ast`'s: the first declared one for `None`, else the one of this
/// name, or the one that this text says. A text's plan is called by its canonical text, which
/// chooses the same plan again.
///
/// Labels at or after [`crate::diagnostic::PLAN_TEXT`] are of the text.
///
/// # Errors
/// E100 for a name that no plan has; E001, E002 and E003 for what is no text of a plan, and those
/// of [`crate::meaning::check::check`] for what it says.
pub fn choose<'g>(
    ast: &Ast,
    graph: &'g Graph,
    plan: Option<&str>,
) -> Result<Cow<'g, PlanDecl>, Vec<Diagnostic>> {
    let Some(text) = plan.filter(|plan| is_text(plan)) else {
        let declared = graph.plan(plan);
        return declared.map(Cow::Borrowed).map_err(|error| vec![error]);
    };
    let too_long = |bytes: usize| {
        let what = format!("the plan's text has {bytes} bytes; {MAX_PLAN} is the most");
        vec![Diagnostic::new("E001", what).hint("name sets with regions, or pieces with groups")]
    };
    if text.len() > MAX_PLAN {
        return Err(too_long(text.len()));
    }
    let mut written = parse_plan(text).map_err(|error| vec![error])?;
    let canonical = written.body();
    if canonical.len() > MAX_PLAN {
        return Err(too_long(canonical.len()));
    }
    written.name.text = canonical;
    resolve(ast, graph, &written).map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse;

    const SOURCE: &str = "circuit c(n = 8, heads = 4) {
        private input x[n, heads] : 0..4
        state past = empty
        public output y[n, heads]
        step t in n {
            past <- x[t]
            for h in heads {
                total = sum(j in past) past[j, h]
                y[t, h] = total + 1
            }
        }
        region sums { total }
        plan fused { proof all: * }
        plan parts {
            linked a | b
            proof a: * - sums n 0..n / 2 | 4..=n - 1
            proof b: sums open by head by heads / 2 ns
            open *
        }
    }";

    /// Without spans.
    fn shown(plan: &PlanDecl) -> String {
        let mut value = serde_json::to_value(plan).unwrap();
        crate::syntax::print::tests::strip(&mut value);
        value["name"] = serde_json::Value::Null;
        value.to_string()
    }

    #[test]
    fn a_text_means_what_the_same_declaration_means() {
        let (ast, graph) = analyse(SOURCE, &[("heads".into(), 2)]).unwrap();
        let text = "linked a | b // a comment\nproof a:*-sums n 0..n/2 | 4..=n-1 \
                    proof b: sums open by head by heads/2 ns open *";
        let given = choose(&ast, &graph, Some(text)).unwrap();
        let declared = choose(&ast, &graph, Some("parts")).unwrap();
        assert_eq!(shown(&given), shown(&declared));
        assert_eq!(
            given.name,
            "proof a: * - sums n 0..n / 2 | 4..=n - 1 proof b: sums open by head by heads / 2 ns \
             linked a | b open *"
        );
        let again = choose(&ast, &graph, Some(&given.name)).unwrap();
        assert_eq!(again.name, given.name);
        assert_eq!(shown(&again), shown(&given));
    }

    #[test]
    fn names_and_texts_are_told_apart() {
        for text in [
            "proof a: *",
            " proof a *",
            "a: *",
            "open *",
            "plan p { proof a: * }",
        ] {
            assert!(is_text(text), "{text}");
        }
        for name in ["proof", "open", "fused", "", "side-car", "two words"] {
            assert!(!is_text(name), "{name}");
        }
        let (ast, graph) = analyse(SOURCE, &[]).unwrap();
        assert_eq!(choose(&ast, &graph, None).unwrap().name, "fused");
        assert_eq!(choose(&ast, &graph, Some("parts")).unwrap().name, "parts");
        let code = |plan: &str| choose(&ast, &graph, Some(plan)).unwrap_err()[0].code;
        assert_eq!(code("part"), "E100");
        assert_eq!(code("proof a *"), "E003");
        assert_eq!(code("proof a: *)"), "E003");
        assert_eq!(code("proof a: * by 0 heads"), "E057");
        assert_eq!(code("// only: a comment"), "E054");
        assert_eq!(
            code(&format!("proof a: *{}", " + x".repeat(MAX_PLAN / 4))),
            "E001"
        );
    }
}
