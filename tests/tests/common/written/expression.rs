//! The text of a random expression.

use super::{pick, Domain, Writer, POINTS_IN_SCOPE};
use crate::common::gadgets::POLICIES;
use crate::common::trees::{Body, Tree, Wrap};

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
                let before = self.unreduced;
                self.unreduced.get_or_insert(self.indices.len());
                let binder = self.bind(domain);
                let bound = self.indices.last().map(|(name, _)| name.clone());
                let (left, right) = (self.factor(left, &bound), self.factor(right, &bound));
                self.indices.pop();
                self.unreduced = before;
                format!("(sum({binder}) {left} * {right})")
            }
            Tree::Reduce(name, first, second, x) => {
                let (outer, held, before) =
                    (self.indices.len(), self.holding.len(), self.unreduced);
                self.unreduced.get_or_insert(outer);
                let mut binders = Vec::new();
                for &over in [Some(first), second.as_ref()].into_iter().flatten() {
                    let mut domain = self.domain(over);
                    // As far as the index before it.
                    let before = self.indices[outer..].last().map(|(name, _)| name.clone());
                    let before = before.filter(|_| over % 16 == 11);
                    if let Some(before) = &before {
                        let most = self.span(&self.indices[outer].1, &[]).most;
                        domain = Domain::Range(format!("0..={before}"), 0, most);
                    }
                    if self.points_in_scope() * self.points(&domain) <= POINTS_IN_SCOPE {
                        let ranged = matches!(domain, Domain::Size(..)) && over % 5 == 1;
                        let binder = self.bind(domain);
                        binders.push(match ranged {
                            true => binder.replacen(" in ", " in 0..", 1),
                            false => binder,
                        });
                        if let Some(before) = &before {
                            self.up_to(before);
                        }
                    }
                }
                let filter = self.filter(*first, binders.len());
                let body = self.tree(x);
                self.indices.truncate(outer);
                self.holding.truncate(held);
                self.unreduced = before;
                match binders.is_empty() {
                    true => body,
                    false => format!("({name}({}{filter}) ({body}))", binders.join(", ")),
                }
            }
            Tree::Over(name, which, bound, x) => self.over(name, *which, *bound, x),
        }
    }
}
