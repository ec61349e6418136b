//! Expressions, once more: with what a call gives in the place of a definition's names.

use super::expander::{Expander, Local, Place};
use super::misplaced;
use super::view::View;
use crate::diagnostic::{suggest, Diagnostic, Span};
use crate::syntax::ast::{Condition, ConditionKind, Expr, ExprKind, Name, Over};
use crate::syntax::words::FUNCTIONS;

impl Expander<'_> {
    pub fn exprs(&mut self, place: &mut Place, exprs: &[Expr]) -> Option<Vec<Expr>> {
        let each: Vec<_> = exprs.iter().map(|expr| self.expr(place, expr)).collect();
        each.into_iter().collect()
    }

    pub fn expr(&mut self, place: &mut Place, expr: &Expr) -> Option<Expr> {
        let span = place.span(expr.span);
        if place.made.is_some() {
            self.pay(span)?;
        }
        let kind = match &expr.kind {
            ExprKind::Number(digits) => ExprKind::Number(digits.clone()),
            ExprKind::Name(name) => return self.named(place, name, span),
            ExprKind::Element { name, at } => return self.element(place, name, at, span),
            ExprKind::Every => {
                let mut wrong = misplaced(expr);
                wrong.primary.iter_mut().for_each(|label| label.span = span);
                self.report(wrong);
                return None;
            }
            ExprKind::Call { name, arguments } => {
                if let Some(table) = self.table_called(place, name)? {
                    let name = Name {
                        text: table,
                        span: place.span(name.span),
                    };
                    let arguments = self.exprs(place, arguments)?;
                    ExprKind::Call { name, arguments }
                } else if !place.in_table && self.house.sees(place.file, &name.text).is_some() {
                    let view = self.called(place, expr)?;
                    return self.whole(view, &name.text, span);
                } else {
                    self.unless_hidden(place, name)?;
                    self.unless_unknown(place, expr)?;
                    ExprKind::Call {
                        name: place.name(name),
                        arguments: self.exprs(place, arguments)?,
                    }
                }
            }
            ExprKind::Apply(apply) => {
                let view = self.called(place, expr)?;
                return self.whole(view, &apply.name.text, span);
            }
            ExprKind::Reduce {
                name,
                binders,
                filter,
                body,
            } => {
                let (left, held) = (place.binders.len(), place.conditions.len());
                let made = self.reduced(place, binders, filter.as_deref(), body);
                let written: Vec<_> = binders.iter().collect();
                self.unbind_all(place, left, &written);
                place.conditions.truncate(held);
                let (binders, filter, body) = made?;
                ExprKind::Reduce {
                    name: place.name(name),
                    binders,
                    filter: filter.map(Box::new),
                    body: Box::new(body),
                }
            }
            ExprKind::Condition(condition) => {
                ExprKind::Condition(Box::new(self.condition(place, condition)?))
            }
            ExprKind::Negate(inner) => ExprKind::Negate(Box::new(self.expr(place, inner)?)),
            ExprKind::Binary { op, left, right } => {
                let (left, right) = (self.expr(place, left), self.expr(place, right));
                ExprKind::Binary {
                    op: *op,
                    left: Box::new(left?),
                    right: Box::new(right?),
                }
            }
        };
        Some(Expr { kind, span })
    }

    fn reduced(
        &mut self,
        place: &mut Place,
        binders: &[crate::syntax::ast::Binder],
        filter: Option<&Condition>,
        body: &Expr,
    ) -> Option<(Vec<crate::syntax::ast::Binder>, Option<Condition>, Expr)> {
        let mut bound = Vec::new();
        for binder in binders {
            bound.push(self.bind(place, binder)?);
        }
        let filter = self.filter(place, filter)?;
        Some((bound, filter, self.expr(place, body)?))
    }

    pub fn condition(&mut self, place: &mut Place, of: &Condition) -> Option<Condition> {
        let kind = match &of.kind {
            ConditionKind::Holds(expr) => ConditionKind::Holds(self.expr(place, expr)?),
            ConditionKind::Compare {
                left,
                relation,
                right,
            } => ConditionKind::Compare {
                left: self.expr(place, left)?,
                relation: *relation,
                right: self.expr(place, right)?,
            },
            ConditionKind::Not(inner) => {
                ConditionKind::Not(Box::new(self.condition(place, inner)?))
            }
            ConditionKind::And(left, right) => ConditionKind::And(
                Box::new(self.condition(place, left)?),
                Box::new(self.condition(place, right)?),
            ),
            ConditionKind::Or(left, right) => ConditionKind::Or(
                Box::new(self.condition(place, left)?),
                Box::new(self.condition(place, right)?),
            ),
        };
        Some(Condition {
            kind,
            span: place.span(of.span),
        })
    }

    fn named(&mut self, place: &mut Place, name: &Name, span: Span) -> Option<Expr> {
        let plain = |text: &str| Expr {
            kind: ExprKind::Name(Name {
                text: text.to_string(),
                span,
            }),
            span,
        };
        if place.made.is_none() {
            return Some(plain(&name.text));
        }
        match place.locals.get(&name.text).cloned() {
            Some(Local::Value(value)) => Some(Expr {
                kind: value.kind,
                span,
            }),
            Some(Local::Size(over)) => self.size(&name.text, over, span),
            Some(Local::Index(index) | Local::Table(index)) => Some(plain(&index)),
            Some(Local::Tensor(view)) => self.whole(view, &name.text, span),
            Some(Local::Own(own)) => {
                let view = self.own(&own);
                self.whole(view, &name.text, span)
            }
            None if place.in_table && ["pi", "e"].contains(&name.text.as_str()) => {
                Some(plain(&name.text))
            }
            None => {
                self.unknown(place, name);
                None
            }
        }
    }

    /// The view of what a definition has defined.
    pub fn own(&self, own: &str) -> View {
        match self.view(own) {
            Some(view) => view,
            None => unreachable!("`{own}` is noted where it is defined"),
        }
    }

    /// The number of points of a domain (E093 if it does not begin at 0).
    fn size(&mut self, name: &str, over: Over, span: Span) -> Option<Expr> {
        let range = match over {
            Over::Size(size) => {
                return Some(Expr {
                    kind: size.kind,
                    span,
                })
            }
            Over::Range(range) => range,
        };
        if !matches!(&range.lo.kind, ExprKind::Number(zero) if zero == "0") {
            self.report(
                Diagnostic::new("E093", format!("`{name}` is no size here"))
                    .at(span, format!("stands for the positions {range}"))
                    .hint("an index may run over it; as a number it needs a dimension that begins at 0"),
            );
            return None;
        }
        let kind = match range.inclusive {
            false => range.hi.kind,
            true => ExprKind::Binary {
                op: crate::syntax::ast::BinaryOp::Add,
                left: Box::new(range.hi),
                right: Box::new(Expr {
                    kind: ExprKind::Number("1".to_string()),
                    span,
                }),
            },
        };
        Some(Expr { kind, span })
    }

    fn element(&mut self, place: &mut Place, name: &Name, at: &[Expr], span: Span) -> Option<Expr> {
        if place.made.is_none() {
            let (name, at) = (name.clone(), self.exprs(place, at)?);
            return Some(Expr {
                kind: ExprKind::Element { name, at },
                span,
            });
        }
        let view = match place.locals.get(&name.text).cloned() {
            Some(Local::Tensor(view)) => view,
            Some(Local::Own(own)) => self.own(&own),
            Some(_) => {
                self.report(
                    Diagnostic::new("E019", format!("`{}` has no elements", name.text))
                        .at(place.span(name.span), "is a number, an index or a table")
                        .hint("it takes no subscripts"),
                );
                return None;
            }
            None => {
                self.unknown(place, name);
                return None;
            }
        };
        let at = self.exprs(place, at)?;
        let view = self.behind(view, at.into_iter().map(Some).collect(), &name.text, span)?;
        self.whole(view, &name.text, span)
    }

    /// What is left of a view behind subscripts (E020).
    pub fn behind(
        &mut self,
        view: View,
        at: Vec<Option<Expr>>,
        name: &str,
        span: Span,
    ) -> Option<View> {
        let (takes, has) = (view.open().count(), at.len());
        let found = view.at(at);
        if found.is_none() {
            self.subscripts(name, takes, has, span);
        }
        found
    }

    /// The element, if every dimension has its subscript (E020).
    fn whole(&mut self, view: View, name: &str, span: Span) -> Option<Expr> {
        let left = view.open().count();
        if left > 0 {
            let what = match left {
                1 => "a dimension is left".to_string(),
                left => format!("{left} dimensions are left"),
            };
            self.report(
                Diagnostic::new(
                    "E020",
                    format!("`{name}` is read without all its subscripts"),
                )
                .at(span, what)
                .hint("a number is one element; a tensor is an argument of a definition alone"),
            );
            return None;
        }
        Some(view.read(span))
    }

    fn subscripts(&mut self, name: &str, takes: usize, has: usize, span: Span) {
        let plural = |n: usize| match n {
            1 => "1 subscript".to_string(),
            n => format!("{n} subscripts"),
        };
        self.report(
            Diagnostic::new("E020", format!("`{name}` takes {}", plural(takes)))
                .at(span, format!("has {}", plural(has)))
                .hint("a call takes one for each dimension of its result"),
        );
    }

    /// A name that means nothing in a definition (E010).
    pub fn unknown(&mut self, place: &Place, name: &Name) {
        let text = &name.text;
        let error = Diagnostic::new("E010", format!("there is no `{text}` here"))
            .at(place.span(name.span), "unknown name");
        let near = suggest(text, place.locals.keys().map(String::as_str));
        let error = match near {
            Some(near) => error.meant(place.span(name.span), near),
            None if self.globals.contains(text) => error.hint(
                "a definition sees its own parameters, sizes, values and tables, and nothing of the \
                 circuit: give it as an argument",
            ),
            None => error.hint("define it above, or give it as an argument"),
        };
        self.report(error);
    }

    /// A table of the circuit is none of a definition's (E025).
    fn unless_hidden(&mut self, place: &Place, name: &Name) -> Option<()> {
        let text = &name.text;
        let language = FUNCTIONS.contains(&text.as_str());
        if place.made.is_none() || language || !self.circuit_tables.contains(text) {
            return Some(());
        }
        self.report(
            Diagnostic::new("E025", format!("there is no function `{text}` here"))
                .at(place.span(name.span), "is a table of the circuit")
                .hint("a definition looks up tables of its own, and those of its file"),
        );
        None
    }
}
