//! The elements that are read, and reductions over what is not everywhere.

use super::domain::{By, Domain};
use super::subscript::RUNNING;
use super::{pick, Readable, Writer, POINTS_IN_SCOPE};
use crate::common::trees::{Pick, Subscript, Tree};

fn text(name: &str, at: &[String]) -> String {
    match at.is_empty() {
        true => name.to_string(),
        false => format!("{name}[{}]", at.join(", ")),
    }
}

impl Readable {
    pub(super) fn whole(name: String, dims: Vec<Domain>) -> Self {
        Self {
            name,
            dims,
            only: None,
        }
    }

    /// Whether it has not all the elements that its dimensions have room for.
    pub(super) fn is_ragged(&self) -> bool {
        self.only.is_some() || self.dims.iter().any(Domain::grows)
    }
}

impl Writer<'_> {
    /// An element of something that has an element for each value of an index, if there is one.
    pub(super) fn factor(
        &mut self,
        factor: &(Pick, [Subscript; 3]),
        index: &Option<String>,
    ) -> String {
        let texts = (0..8).map(|more| self.element(factor.0.wrapping_add(more), &factor.1));
        let texts: Vec<String> = texts.collect();
        let inside = |text: &&String| {
            let (_, at) = text.split_once('[').unwrap_or(("", ""));
            let mut at = at.trim_end_matches(']').split(", ");
            at.any(|at| index.as_deref() == Some(at))
        };
        texts.iter().find(inside).unwrap_or(&texts[0]).clone()
    }

    pub(super) fn element(&mut self, which: Pick, at: &[Subscript; 3]) -> String {
        let caches = self.open.iter().map(|&cache| {
            let dims = std::iter::once(Domain::Cache(cache));
            let cache = &self.caches[cache];
            let dims = dims.chain(cache.element.iter().cloned()).collect();
            Readable::whole(cache.name.clone(), dims)
        });
        let mut all: Vec<Readable> = caches.collect();
        all.extend(self.readable.iter().cloned());
        let of = match which {
            u8::MAX => all.last().unwrap(),
            _ => pick(&all, which),
        };
        text(&of.name, &self.at(of, at))
    }

    fn at(&self, of: &Readable, forms: &[Subscript; 3]) -> Vec<String> {
        // What has not all its elements has none that is picked when the program runs.
        let forms = forms.iter().cycle().map(|&form| match of.is_ragged() {
            true => Subscript {
                form: form.form % RUNNING,
                ..form
            },
            false => form,
        });
        let mut at = Vec::new();
        for (dim, form) in of.dims.iter().zip(forms) {
            let asked = of.only.as_ref().and_then(|only| self.asked(of, only, &at));
            at.push(asked.unwrap_or_else(|| self.subscript(dim, form, &at)));
        }
        at
    }

    /// A reduction of a value that has not all elements, under the same condition or within the same
    /// bounds; if there is none, of nothing.
    pub(super) fn over(&mut self, name: &str, which: Pick, bound: Pick, x: &Tree) -> String {
        let ragged = self.readable.iter().filter(|of| of.is_ragged());
        let ragged: Vec<Readable> = ragged.cloned().collect();
        if ragged.is_empty() {
            return self.tree(x);
        }
        let of = pick(&ragged, which);
        let (outer, held, before) = (self.indices.len(), self.holding.len(), self.unreduced);
        self.unreduced.get_or_insert(outer);
        let (mut at, mut binders): (Vec<String>, Vec<String>) = Default::default();
        for (place, dim) in of.dims.iter().enumerate() {
            let span = self.span(dim, &at);
            let fits = |(index, domain): &&(String, Domain)| {
                !at.contains(index) && self.span(domain, &[]).within(&span)
            };
            let there: Vec<&(String, Domain)> = self.indices.iter().filter(fits).collect();
            if !there.is_empty() && bound >> (place % 8) & 1 == 1 {
                let index = pick(&there, bound / 8).0.clone();
                at.push(index);
                continue;
            }
            let domain = dim.moved(|by| match by {
                By::Dimension(before) => By::Index(at[*before].clone()),
                By::Index(_) => by.clone(),
            });
            if self.points_in_scope() * self.points(&domain) > POINTS_IN_SCOPE {
                break;
            }
            binders.push(self.bind(domain));
            at.push(self.indices.last().map(|(index, _)| index.clone()).unwrap());
        }
        let whole = at.len() == of.dims.len() && !(binders.is_empty() && of.only.is_some());
        let written = whole.then(|| {
            let filter = match &of.only {
                Some(only) => self.same(only, &at),
                None => String::new(),
            };
            // Of what is chosen here there is one at least.
            let chosen = |index: &String| self.indices[outer..].iter().any(|it| it.0 == *index);
            let some = of.only.as_ref().is_none_or(|only| chosen(&at[only.last]));
            let name = if some { name } else { "sum" };
            let (element, body) = (text(&of.name, &at), self.tree(x));
            match binders.is_empty() {
                true => format!("({element} * ({body}))"),
                false => format!(
                    "({name}({}{filter}) {element} * ({body}))",
                    binders.join(", ")
                ),
            }
        });
        self.indices.truncate(outer);
        self.holding.truncate(held);
        self.unreduced = before;
        written.unwrap_or_else(|| self.tree(x))
    }
}
