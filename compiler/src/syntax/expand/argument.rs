//! What a call is given: tensors, slices of them, and numbers.

use std::collections::BTreeSet;

use super::expander::{Expander, Local, Place};
use super::house::DefId;
use super::number;
use super::view::{Slot, View};
use super::visit;
use crate::diagnostic::{suggest, Diagnostic, Span};
use crate::syntax::ast::{Def, Expr, ExprKind, Given, Name, Over, Parameter};
use crate::syntax::words::FUNCTIONS;

/// What a parameter is given.
#[derive(Clone)]
pub enum Argument {
    Tensor(View),
    /// A constant, an index, an element: what stands wherever the parameter does.
    Known(Expr),
    /// Anything else: a value of its own.
    Computed(Expr),
    Default,
}

impl Argument {
    pub fn names(&self) -> BTreeSet<String> {
        match self {
            Self::Tensor(view) => view.names().collect(),
            Self::Known(expr) | Self::Computed(expr) => visit::names(expr),
            Self::Default => BTreeSet::new(),
        }
    }

    /// What tells two of them apart, with other names for a call's indices.
    pub fn text(&self, from: &[String], to: &[String]) -> String {
        match self {
            Self::Tensor(view) => view.clone().renamed(from, to).text(),
            Self::Known(expr) | Self::Computed(expr) => {
                let (name, slots) = (String::new(), vec![Slot::At(expr.clone())]);
                View { name, slots }.renamed(from, to).text()
            }
            Self::Default => "-".to_string(),
        }
    }
}

impl Expander<'_> {
    /// What each parameter of a definition is given (E024, E092).
    pub fn arguments(
        &mut self,
        place: &mut Place,
        id: DefId,
        name: &Name,
        given: &[Given],
        span: Span,
    ) -> Option<Vec<(Argument, Span)>> {
        let def: &Def = self.house.def(id);
        let mut found: Vec<Option<&Given>> = vec![None; def.parameters.len()];
        for (position, argument) in given.iter().enumerate() {
            let at = match &argument.name {
                None => (position < found.len()).then_some(position),
                Some(named) => {
                    let mut parameters = def.parameters.iter();
                    parameters.position(|parameter| parameter.name.text == named.text)
                }
            };
            let wrong = match at {
                None => match &argument.name {
                    None => Some((
                        format!("`{}` takes {}", name.text, counted(def)),
                        argument.value.span,
                        "one more".to_string(),
                    )),
                    Some(named) => Some((
                        format!("`{}` has no parameter `{}`", name.text, named.text),
                        named.span,
                        "unknown parameter".to_string(),
                    )),
                },
                Some(at) => found[at].replace(argument).map(|_| {
                    let parameter = &def.parameters[at].name.text;
                    let what = format!("`{parameter}` of `{}` is given twice", name.text);
                    (what, argument.value.span, "again".to_string())
                }),
            };
            if let Some((what, at, label)) = wrong {
                let error = Diagnostic::new("E024", what).at(place.span(at), label);
                let names = def.parameters.iter().map(|it| it.name.text.as_str());
                let named = argument.name.as_ref();
                let near = named.and_then(|named| Some((named.span, suggest(&named.text, names)?)));
                self.report(match near {
                    Some((span, near)) => error.meant(place.span(span), near),
                    None => error.hint(format!("it is `{}`", head(def))),
                });
                return None;
            }
        }
        let mut arguments = Vec::new();
        for (parameter, given) in def.parameters.iter().zip(found) {
            let argument = match given {
                Some(given) => {
                    let at = place.span(given.value.span);
                    let argument = if parameter.shape.is_empty() {
                        self.number(place, &given.value, parameter)
                    } else {
                        self.tensor(place, &given.value, Some(parameter))
                            .map(Argument::Tensor)
                    };
                    argument.map(|argument| (argument, at))
                }
                None if parameter.default.is_some() => Some((Argument::Default, span)),
                None => {
                    let (of, text) = (&name.text, &parameter.name.text);
                    self.report(
                        Diagnostic::new("E024", format!("`{of}` takes {}", counted(def)))
                            .at(span, format!("`{text}` is missing"))
                            .hint(format!("it is `{}`", head(def))),
                    );
                    None
                }
            };
            arguments.push(argument);
        }
        arguments.into_iter().collect()
    }

    fn number(&mut self, place: &mut Place, expr: &Expr, to: &Parameter) -> Option<Argument> {
        if let ExprKind::Name(name) | ExprKind::Element { name, .. } = &expr.kind {
            let view = self.visible(place, name);
            let at = match &expr.kind {
                ExprKind::Element { at, .. } => at.len(),
                _ => 0,
            };
            let left = view.map_or(0, |view| view.open().count().saturating_sub(at));
            if left > 0 {
                let what = format!("`{}` is a number", to.name.text);
                self.report(
                    Diagnostic::new("E092", what)
                        .at(place.span(expr.span), "is a tensor")
                        .hint("give an element of it, with all subscripts"),
                );
                return None;
            }
        }
        let expr = self.expr(place, expr)?;
        // What a definition does not use is read nowhere else.
        if let (None, ExprKind::Name(name) | ExprKind::Element { name, .. }) =
            (&place.made, &expr.kind)
        {
            if self.view(&name.text).is_none() && !self.is_number(place, &name.text) {
                self.not_visible(name);
                return None;
            }
        }
        Some(
            match self.is_known(place, &expr) || self.is_read(place, &expr) {
                true => Argument::Known(expr),
                false => Argument::Computed(expr),
            },
        )
    }

    /// Whether an expression is made of numbers, parameters and indices alone.
    fn is_known(&self, place: &Place, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Number(_) => true,
            ExprKind::Name(name) => {
                let loops = self.open.iter().map(|number| &self.loops[*number]);
                let mut indices = loops.chain(&place.binders);
                self.params.contains(&name.text)
                    || indices.any(|binder| binder.index.text == name.text)
            }
            ExprKind::Negate(inner) => self.is_known(place, inner),
            ExprKind::Binary { left, right, .. } => {
                self.is_known(place, left) && self.is_known(place, right)
            }
            ExprKind::Call { name, arguments } => {
                FUNCTIONS.contains(&name.text.as_str())
                    && arguments.iter().all(|it| self.is_known(place, it))
            }
            _ => false,
        }
    }

    /// Whether an expression is an element at a place that is known.
    fn is_read(&self, place: &Place, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Name(_) => true,
            ExprKind::Element { at, .. } => at.iter().all(|at| self.is_known(place, at)),
            _ => false,
        }
    }

    /// The tensor that a name is here.
    fn visible(&self, place: &Place, name: &Name) -> Option<View> {
        if place.made.is_none() {
            return self.view(&name.text);
        }
        match place.locals.get(&name.text)? {
            Local::Tensor(view) => Some(view.clone()),
            Local::Own(own) => self.view(own),
            _ => None,
        }
    }

    /// A tensor, or what is left of one behind subscripts (E092, E093).
    pub fn tensor(
        &mut self,
        place: &mut Place,
        expr: &Expr,
        to: Option<&Parameter>,
    ) -> Option<View> {
        let span = place.span(expr.span);
        let view = match &expr.kind {
            ExprKind::Name(name) => self.tensor_named(place, name, &[], span)?,
            ExprKind::Element { name, at } => self.tensor_named(place, name, at, span)?,
            ExprKind::Call { name, .. }
                if self.house.sees(place.file, &name.text).is_some() && !place.in_table =>
            {
                self.called(place, expr)?
            }
            ExprKind::Apply(_) => self.called(place, expr)?,
            _ => {
                self.no_tensor(span, "is computed");
                return None;
            }
        };
        if let Some(to) = to {
            let (left, wanted) = (view.open().count(), to.shape.len());
            if left != wanted {
                let dimensions = |n: usize| match n {
                    1 => "1 dimension".to_string(),
                    n => format!("{n} dimensions"),
                };
                let what = format!("`{}` has {}", to.name.text, dimensions(wanted));
                self.report(
                    Diagnostic::new("E092", what)
                        .at(span, format!("has {}", dimensions(left)))
                        .hint(
                            "subscripts take dimensions away, `x[t]`; `..` leaves one, `x[.., h]`",
                        ),
                );
                return None;
            }
        }
        self.alone(view, span)
    }

    fn tensor_named(
        &mut self,
        place: &mut Place,
        name: &Name,
        at: &[Expr],
        span: Span,
    ) -> Option<View> {
        let text = &name.text;
        let Some(view) = self.visible(place, name) else {
            let known = match place.made {
                None => self.is_number(place, text),
                Some(_) => place.locals.contains_key(text),
            };
            if known {
                self.no_tensor(span, "is a number");
            } else if place.made.is_some() {
                self.unknown(place, name);
            } else {
                self.not_visible(name);
            }
            return None;
        };
        if self.shape(&view.name).is_some_and(|shape| shape.pending) {
            self.report(
                Diagnostic::new("E093", format!("what `{text}` holds is not known here"))
                    .at(span, "nothing has been appended to it yet")
                    .hint("call behind the append, which says what an entry is"),
            );
            return None;
        }
        let at = self.subscripts_of(place, at)?;
        self.behind(view, at, text, span)
    }

    /// Subscripts, of which some may be `..`.
    pub fn subscripts_of(&mut self, place: &mut Place, at: &[Expr]) -> Option<Vec<Option<Expr>>> {
        let each = at.iter().map(|at| match at.kind {
            ExprKind::Every => Some(None),
            _ => self.expr(place, at).map(Some),
        });
        let each: Vec<_> = each.collect();
        each.into_iter().collect()
    }

    /// Whether a name of the circuit is a parameter or an index.
    fn is_number(&self, place: &Place, name: &str) -> bool {
        let loops = self.open.iter().map(|number| &self.loops[*number]);
        let mut indices = loops.chain(&place.binders);
        self.params.contains(name) || indices.any(|binder| binder.index.text == name)
    }

    /// A name that the circuit has not, or not here (E010).
    fn not_visible(&mut self, name: &Name) {
        let text = &name.text;
        if self.globals.contains(text) {
            return self.not_yet(name);
        }
        if self.lost.names.contains(text) {
            return;
        }
        let names = self.blocks.iter().flat_map(|block| block.names.keys());
        let error =
            Diagnostic::new("E010", format!("there is no `{text}`")).at(name.span, "unknown name");
        let error = match suggest(text, names.map(String::as_str)) {
            Some(near) => error.meant(name.span, near),
            None => error.hint("define it, or check the spelling"),
        };
        self.report(error);
    }

    fn not_yet(&mut self, name: &Name) {
        let text = &name.text;
        self.report(
            Diagnostic::new("E010", format!("`{text}` is not visible here"))
                .at(name.span, "used here")
                .hint("a value is visible in its block, after its definition"),
        );
    }

    fn no_tensor(&mut self, span: Span, what: &str) {
        self.report(
            Diagnostic::new("E092", "this argument must be a tensor")
                .at(span, what)
                .hint("give it a name over its indices first: `z[i in n] = x[i] + y[i]`"),
        );
    }

    /// That no dimension that is left has bounds by another one (E093).
    fn alone(&mut self, view: View, span: Span) -> Option<View> {
        let own: BTreeSet<String> = view.open().filter_map(|dim| dim.index.clone()).collect();
        let mut domains = view.open().map(|dim| visit::names_of_domain(&dim.over));
        let depends = domains.any(|names| names.iter().any(|name| own.contains(name)));
        drop(domains);
        if depends {
            self.report(
                Diagnostic::new("E093", format!("`{}` has no size here", view.name))
                    .at(span, "the bounds of a dimension depend on another one")
                    .hint("give the subscript that they depend on: `s[t]`"),
            );
            return None;
        }
        Some(view)
    }

    /// Gives the sizes of a parameter their meaning; holds those that have one against it (E092).
    pub fn sizes(
        &mut self,
        place: &mut Place,
        parameter: &Parameter,
        view: &View,
        span: Span,
    ) -> Option<()> {
        for (size, dim) in parameter.shape.iter().zip(view.open()) {
            if let ExprKind::Name(name) = &size.kind {
                if !place.locals.contains_key(&name.text) {
                    self.local(place, name, Local::Size(dim.over.clone()))?;
                    continue;
                }
            }
            let wanted = self.domain(place, &Over::Size(size.clone()))?;
            if !number::agree(&wanted, &dim.over, &self.known) {
                let shown = |over: &Over| match number::points(over, &self.known) {
                    Some(points) => points.to_string(),
                    None => over.to_string(),
                };
                let (has, wanted, of) = (shown(&dim.over), shown(&wanted), &parameter.name.text);
                self.report(
                    Diagnostic::new("E092", format!("`{of}` has another shape"))
                        .at(span, format!("`{size}` would be {has}"))
                        .also(place.span(size.span), format!("`{size}` is {wanted}"))
                        .hint("one name of a size is one number in all arguments of a call"),
                );
                return None;
            }
        }
        Some(())
    }
}

fn counted(def: &Def) -> String {
    let all = def.parameters.len();
    let needed = def.parameters.iter().filter(|it| it.default.is_none());
    match (needed.count(), all) {
        (1, 1) => "1 argument".to_string(),
        (needed, all) if needed == all => format!("{all} arguments"),
        (needed, all) => format!("{needed} to {all} arguments"),
    }
}

fn head(def: &Def) -> String {
    let parameters = def.parameters.iter().map(Parameter::to_string);
    let parameters: Vec<String> = parameters.collect();
    format!("{}({})", def.name.text, parameters.join(", "))
}
