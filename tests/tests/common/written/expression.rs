//! The text of a random expression.

use super::{pick, Domain, Writer, POINTS_IN_SCOPE};
use crate::common::programs::POLICIES;
use crate::common::trees::{Body, Pick, Subscript, Tree, Wrap};

impl Writer<'_> {
    /// An expression and its declared range.
    pub(super) fn right_side(&mut self, body: &Body) -> (String, String) {
        let tree = self.tree(&body.tree);
        match body.wrap {
            Wrap::Plain => (tree, String::new()),
            Wrap::Clip(lo, by) => {
                let hi = i32::from(lo) + i32::from(by);
                let range = match body.ranged {
                    true => format!(" : {}..={hi}", i32::from(lo) - i32::from(by % 2)),
                    false => String::new(),
                };
                (format!("clip({tree}, {lo}, {hi})"), range)
            }
            Wrap::Divide(policy, by) => {
                let policy = pick(&POLICIES, policy);
                (format!("{policy}(({tree}) / {by})"), String::new())
            }
            Wrap::Nothing => {
                if !std::mem::replace(&mut self.nothing, true) {
                    self.declare("private input nothing : 0..=0");
                    self.place("nothing", &[]);
                }
                (format!("({tree}) * nothing"), String::new())
            }
        }
    }

    pub(super) fn tree(&mut self, tree: &Tree) -> String {
        match tree {
            Tree::Element(which, at) => self.element(*which, at),
            Tree::Constant(value) => format!("({value})"),
            Tree::Index(form) => self.number(*form),
            Tree::Infix(op, two) => {
                format!("(({}) {op} ({}))", self.tree(&two[0]), self.tree(&two[1]))
            }
            Tree::Call(name, two) => {
                format!("{name}({}, {})", self.tree(&two[0]), self.tree(&two[1]))
            }
            Tree::Abs(x) => format!("abs({})", self.tree(x)),
            Tree::Clip(x, lo, by) => {
                let hi = i32::from(*lo) + i32::from(*by);
                format!("clip({}, {lo}, {hi})", self.tree(x))
            }
            Tree::Divide(policy, x, by) => {
                let policy = pick(&POLICIES, *policy);
                let divisor = match by % 6 {
                    0 | 1 => format!("{}", 2 + by / 25),
                    2 => format!("(1 + abs({}))", self.element(*by, &Default::default())),
                    3 => format!("max({}, 1)", self.element(*by, &Default::default())),
                    4 => format!("clip({}, 1, 4)", self.element(*by, &Default::default())),
                    _ => format!("(0 - {})", 1 + by / 40),
                };
                format!("{policy}(({}) / {divisor})", self.tree(x))
            }
            Tree::Table(which, x) => {
                let x = self.tree(x);
                let index = self.indices.last().map_or("1", |(name, _)| name);
                match (self.tables, which % 4) {
                    (0, _) => format!("clip({x}, -3, 4)"),
                    (2.., 1) => format!("f1(clip({x}, 0, 9))"),
                    (3.., 2) => format!("f2(clip({x}, -1, 2), {index} % 3)"),
                    (4, 3) => match which % 8 {
                        3 => format!("f3({index} % 2, 1 + {index} % 2)"),
                        _ => format!("f3(clip({x}, 0, 1), clip({x}, 1, 2))"),
                    },
                    _ => format!("f0(clip({x}, -3, 4))"),
                }
            }
            Tree::Contract(over, [left, right]) => {
                let domain = self.domain(*over);
                if self.points_in_scope() * self.points(&domain) > POINTS_IN_SCOPE {
                    return self.element(left.0, &left.1);
                }
                let binder = self.bind(domain);
                let bound = self.indices.last().map(|(name, _)| name.clone());
                let (left, right) = (self.factor(left, &bound), self.factor(right, &bound));
                self.indices.pop();
                format!("(sum({binder}) {left} * {right})")
            }
            Tree::Reduce(name, first, second, x) => {
                let outer = self.indices.len();
                let mut binders = Vec::new();
                for &over in [Some(first), second.as_ref()].into_iter().flatten() {
                    let domain = self.domain(over);
                    if self.points_in_scope() * self.points(&domain) <= POINTS_IN_SCOPE {
                        let ranged = matches!(domain, Domain::Size(..)) && over % 5 == 1;
                        let binder = self.bind(domain);
                        binders.push(match ranged {
                            true => binder.replacen(" in ", " in 0..", 1),
                            false => binder,
                        });
                    }
                }
                let filter = self.filter(*first, binders.len());
                let body = self.tree(x);
                self.indices.truncate(outer);
                match binders.is_empty() {
                    true => body,
                    false => format!("({name}({}{filter}) ({body}))", binders.join(", ")),
                }
            }
        }
    }

    /// A condition on the last of so many indices, that holds where it is 0; often none.
    pub(super) fn filter(&mut self, which: Pick, binders: usize) -> String {
        let Some(((last, _), others)) = self.indices.split_last() else {
            return String::new();
        };
        let (last, other) = (last.clone(), others.first().map(|(name, _)| name.clone()));
        match (which / 3 % 8, other, binders) {
            (_, _, 0) => String::new(),
            (0, _, _) => format!(" where {last} != 1"),
            (1, Some(other), _) => format!(" where {last} <= {other}"),
            (2, _, 1) => {
                let element = self.element(which, &Default::default());
                format!(" where {last} == 0 or {element} >= 1")
            }
            (3, Some(other), 1) => {
                let element = self.element(which, &Default::default());
                format!(" where not {last} == {other} + 1 and ({last} == 0 or {element} != 0)")
            }
            _ => String::new(),
        }
    }

    /// An element of something that has an element for each value of an index, if there is one.
    fn factor(&mut self, factor: &(Pick, [Subscript; 3]), index: &Option<String>) -> String {
        let texts = (0..8).map(|more| self.element(factor.0.wrapping_add(more), &factor.1));
        let texts: Vec<String> = texts.collect();
        let inside = |text: &&String| {
            let (_, at) = text.split_once('[').unwrap_or(("", ""));
            let mut at = at.trim_end_matches(']').split(", ");
            at.any(|at| index.as_deref() == Some(at))
        };
        texts.iter().find(inside).unwrap_or(&texts[0]).clone()
    }

    fn element(&mut self, which: Pick, at: &[Subscript; 3]) -> String {
        let caches = self.open.iter().map(|&cache| {
            let dims = std::iter::once(Domain::Cache(cache));
            let cache = &self.caches[cache];
            (
                cache.name.clone(),
                dims.chain(cache.element.iter().cloned()).collect(),
            )
        });
        let mut all: Vec<(String, Vec<Domain>)> = caches.collect();
        all.extend(self.readable.iter().cloned());
        let (name, dims) = match which {
            u8::MAX => all.last().unwrap(),
            _ => pick(&all, which),
        };
        let at = dims.iter().zip(at.iter().cycle());
        let at: Vec<String> = at.map(|(dim, &form)| self.subscript(dim, form)).collect();
        match at.is_empty() {
            true => name.clone(),
            false => format!("{name}[{}]", at.join(", ")),
        }
    }
}
