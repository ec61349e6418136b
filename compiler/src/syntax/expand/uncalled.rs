//! Definitions that nothing calls: expanded for what is wrong in them, and for nothing else.

use super::expander::{Block, Expander, Local, Place};
use super::house::DefId;
use super::view::{Dim, Slot, View};
use super::visit::named;
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::words::{FUNCTIONS, REAL_FUNCTIONS};

impl Expander<'_> {
    /// Reports what is wrong with the definitions that no call has met, of files that do not ship.
    pub fn uncalled(&mut self) {
        let house = self.house;
        let told = self.errors.len();
        self.trying = true;
        for (number, file) in house.files.iter().enumerate() {
            for def in (0..file.defs.len()).filter(|_| !file.ships) {
                if !self.met.contains(&(number, def)) {
                    self.blocks.push(Block::default());
                    // What is said of it has been reported.
                    let _ = self.tried((number, def));
                    self.blocks.pop();
                }
            }
        }
        self.trying = false;
        // What nothing calls makes no program too large.
        let mut number = 0;
        self.errors.retain(|error| {
            number += 1;
            number <= told || error.code != "E096"
        });
    }

    /// Expands a definition with arguments of which nothing is known but how many dimensions they have.
    fn tried(&mut self, id: DefId) -> Option<()> {
        let house = self.house;
        let def = house.def(id);
        let mut place = Place {
            file: id.0,
            made: Some(format!("{}#0", def.name.text)),
            from: def.span.start,
            to: house.span(id.0, def.span).start,
            locals: std::collections::BTreeMap::new(),
            lead: 0,
            binders: Vec::new(),
            conditions: Vec::new(),
            in_table: false,
        };
        self.met.insert(id);
        self.stack.push(id);
        let tried = self.tried_in(&mut place, id);
        self.stack.pop();
        tried
    }

    fn tried_in(&mut self, place: &mut Place, id: DefId) -> Option<()> {
        let def = self.house.def(id);
        for parameter in &def.parameters {
            let name = &parameter.name;
            // No name of a program is like it, so that it is no number that is known.
            let unknown = |part: usize| named(&format!("{}#{part}", name.text));
            let local = match (&parameter.default, parameter.shape.as_slice()) {
                (Some(default), []) => Local::Value(self.expr(place, default)?),
                (None, []) => Local::Value(unknown(0)),
                (_, shape) => {
                    let parts = shape.iter().enumerate();
                    let slots = parts.map(|(part, _)| Slot::Open(Dim::size(&unknown(part))));
                    let view = View {
                        name: format!("{}#0", name.text),
                        slots: slots.collect(),
                    };
                    let span = place.span(name.span);
                    self.sizes(place, parameter, &view, span)?;
                    Local::Tensor(view)
                }
            };
            self.local(place, name, local)?;
        }
        self.body(place, &def.body)?;
        for outcome in &def.results {
            self.outcome(place, outcome)?;
        }
        Some(())
    }

    /// Whether a call that is tried is of a function that there is (E025); else that is seen when the program
    /// is checked.
    pub fn unless_unknown(&mut self, place: &Place, expr: &Expr) -> Option<()> {
        let ExprKind::Call { name, .. } = &expr.kind else {
            return Some(());
        };
        if !self.trying || place.in_table || is_function(&name.text) {
            return Some(());
        }
        self.no_definition(place, name, &[]);
        None
    }
}

fn is_function(name: &str) -> bool {
    // Of `sum(x)` and the like it is said how they are written.
    let reduces = ["sum", "argmax", "argmin"];
    FUNCTIONS.contains(&name) || REAL_FUNCTIONS.contains(&name) || reduces.contains(&name)
}

#[cfg(test)]
mod tests {
    use crate::{analyse, syntax::libraries};

    const CIRCUIT: &str = "circuit c(n = 3) { private input x[n] : 0..9 public output y y = x[0] }";

    fn wrong(definitions: &str) -> Vec<(&'static str, String)> {
        let source = format!("{definitions}\n{CIRCUIT}");
        let Err(errors) = analyse(&source, &[]) else {
            return Vec::new();
        };
        let errors = errors.into_iter();
        errors.map(|error| (error.code, error.message)).collect()
    }

    #[test]
    fn what_nothing_calls_is_looked_at() {
        for (definition, code) in [
            ("def f(x[n]) -> y[n] { y[i in n] = x[i] + gain }", "E010"),
            ("def f(x[n]) -> y[n] { y[i in n] = x }", "E020"),
            ("def f(x[n]) -> y { y = sum(i in m) x[i] }", "E010"),
            ("def f(x) -> y { z = x }", "E094"),
            ("def f(x) -> y { y = g(x) }", "E025"),
            ("def f(x) -> y { y = g(x)[0] }", "E025"),
            ("def f(x) -> y { y = f(x) }", "E091"),
            ("def f(x) -> y { y = x + n }", "E010"),
            (
                "def f(x) -> y { y = x } def g(x) -> y { y = f(x, x) }",
                "E024",
            ),
            ("def f(x, x) -> y { y = x }", "E011"),
        ] {
            let found = wrong(definition);
            assert_eq!(found.len(), 1, "{definition}: {found:?}");
            assert_eq!(found[0].0, code, "{definition}: {found:?}");
        }
    }

    #[test]
    fn nothing_is_wrong_that_may_be_right() {
        for definition in [
            "def f(x[n, 2 * n], k, m = 3) -> (y[n], z) {
                table t(i in 0..=m) = round(exp(i / m))
                for i in n { s = sum(j in m where j < i) x[i, j] % k }
                y[i in n] = if(s[i] > 0, t(clip(s[i], 0, m)), floor(sqrt(abs(x[i, k]))))
                z = bits(k, 8)[0]
                assert k >= 1
            }
            def g(x[a, b]) -> y[b] { y[i in b] = f(x, i, m = 4).z + f(x, 1).y[0] }",
            "use nn
            def block(x[n], w[m, n], t) -> y[m] {
                h[i in m] = projection(x, w, 8)[i]
                y[i in m] = softmax(h)[i] + t
            }",
        ] {
            assert_eq!(wrong(definition), [], "{definition}");
        }
        assert_eq!(wrong(libraries::text("nn").unwrap()), []);
    }

    #[test]
    fn what_a_call_gives_is_known_though_nothing_reads_it() {
        let source = "def f(x, z) -> y { y = x }
            circuit c { private input x : 0..9 public output y y = f(x, w[0]) }";
        let errors = analyse(source, &[]).unwrap_err();
        assert_eq!(errors[0].code, "E010", "{errors:?}");
    }
}
