//! Cuts of proofs into pieces, and the boundaries between proofs (spec 3.6).

use std::collections::BTreeMap;

use super::Checker;
use crate::diagnostic::{suggest, Diagnostic};
use crate::meaning::graph::{BoundaryDecl, CutDecl, Domain, Index, Pieces, ProofDecl};
use crate::syntax::ast::{self, Name};

impl Checker<'_> {
    /// A cut, with its bounds computed (E013, E014, E017, E056, E057).
    pub(super) fn cut(&mut self, cut: &ast::Cut) -> Option<CutDecl> {
        let over = self.cut_over(&cut.over);
        let pieces = match &cut.pieces {
            ast::Pieces::By(None) => Some(Pieces::By(1)),
            ast::Pieces::By(Some(group)) => self.group(group).map(Pieces::By),
            ast::Pieces::Ranges(ranges) => {
                let each: Vec<_> = ranges.iter().map(|range| self.range(range)).collect();
                let each: Option<Vec<_>> = each.into_iter().collect();
                each.map(|each| Pieces::Ranges(each.iter().map(|r| (r.lo, r.hi + 1)).collect()))
            }
        };
        Some(CutDecl {
            span: cut.span,
            open: cut.open,
            over: over?,
            pieces: pieces?,
        })
    }

    fn group(&mut self, group: &ast::Expr) -> Option<u64> {
        let size = self.integer(group)?;
        match u64::try_from(size) {
            Ok(positive) if positive > 0 => Some(positive),
            _ => {
                self.report(
                    Diagnostic::new("E057", format!("a piece cannot have {size} values"))
                        .at(group.span, format!("is {size}"))
                        .hint("write how many values of the index each piece has, at least 1"),
                );
                None
            }
        }
    }

    /// The index, or the parameter that it runs over, that a name or its plural means.
    fn cut_over(&mut self, name: &Name) -> Option<String> {
        let in_spaces = |position: usize| {
            let mut values = self.graph.values.iter();
            values.any(|value| value.space.iter().any(|id| id.index() == position))
        };
        // An index that only sums run over divides nothing: any other of that name comes first.
        let (mut spaces, mut sums): (Vec<&Index>, Vec<&Index>) = (Vec::new(), Vec::new());
        for (position, index) in self.graph.indices.iter().enumerate() {
            match in_spaces(position) {
                true => spaces.push(index),
                false => sums.push(index),
            }
        }
        let is_static =
            |index: &&Index| matches!(index.domain, Domain::Static(_)) && index.first == 0;
        let names = |index: &Index| [Some(index.name.clone()), index.over.clone()];
        let known = |indices: &[&Index]| -> Vec<String> {
            let found = indices.iter().copied().filter(|index| is_static(index));
            found.flat_map(names).flatten().collect()
        };
        let (spaces, sums) = (known(&spaces), known(&sums));
        for known in [&spaces, &sums] {
            for spelling in spellings(&name.text) {
                if known.contains(&spelling) {
                    return Some(spelling);
                }
            }
        }
        let mut indices = self.graph.indices.iter();
        let cache = indices.find_map(|index| match index.domain {
            Domain::Cache { state, step } if spellings(&name.text).contains(&index.name) => {
                let (cache, step) = (self.graph.state(state), self.graph.index(step));
                let step = step.over.as_ref().unwrap_or(&step.name);
                Some(
                    Diagnostic::new("E056", format!("`{}` runs over a cache", name.text))
                        .at(name.span, "cannot be cut")
                        .also(
                            index.span,
                            format!("over the entries of `{}` here", cache.name),
                        )
                        .hint(format!("cut the steps in which the cache grows: `{step}`")),
                )
            }
            _ => None,
        });
        let diagnostic = cache.unwrap_or_else(|| {
            let diagnostic = Diagnostic::new("E056", format!("no index is called `{}`", name.text))
                .at(name.span, "nor runs over a parameter of this name");
            let mut listed: Vec<String> = Vec::new();
            for known in &spaces {
                if !listed.contains(known) {
                    listed.push(known.clone());
                }
            }
            let quoted: Vec<String> = listed.iter().map(|name| format!("`{name}`")).collect();
            match suggest(&name.text, listed.iter().map(String::as_str)) {
                Some(near) => diagnostic.meant(name.span, near),
                None if quoted.is_empty() => {
                    diagnostic.hint("the program's values have no index that can be cut")
                }
                None => diagnostic.hint(format!("what can be cut: {}", quoted.join(", "))),
            }
        });
        // In a program that is wrong, the index may be missing for another reason.
        if self.well_formed {
            self.report(diagnostic);
        }
        None
    }

    /// The boundaries of a plan whose proofs are known (E058, E059).
    pub(super) fn boundaries(
        &mut self,
        plan: &ast::Plan,
        proofs: &[ProofDecl],
    ) -> Vec<BoundaryDecl> {
        let mut first = BTreeMap::new();
        let mut found = Vec::new();
        for boundary in &plan.boundaries {
            let between = match &boundary.between {
                None => None,
                Some((a, b)) => {
                    let (a, b) = (self.side(a, proofs), self.side(b, proofs));
                    let (Some(a), Some(b)) = (a, b) else {
                        continue;
                    };
                    if a == b {
                        let what = format!("`{}` has no boundary with itself", proofs[a].name);
                        self.report(
                            Diagnostic::new("E059", what)
                                .at(boundary.span, "the same proof twice")
                                .hint("to open what lies between its pieces, write `open` before its cut"),
                        );
                        continue;
                    }
                    Some((a.min(b), a.max(b)))
                }
            };
            if let Some(&span) = first.get(&between) {
                let what = match between {
                    Some((a, b)) => format!(
                        "the boundary between `{}` and `{}` is given twice",
                        proofs[a].name, proofs[b].name
                    ),
                    None => "the boundaries without a line of their own are given twice".to_owned(),
                };
                self.report(
                    Diagnostic::new("E059", what)
                        .at(boundary.span, "given again")
                        .also(span, "given here already")
                        .hint("keep one of the two"),
                );
                continue;
            }
            first.insert(between, boundary.span);
            found.push(BoundaryDecl {
                open: boundary.open,
                between,
                span: boundary.span,
            });
        }
        found
    }

    /// The position of a proof.
    fn side(&mut self, name: &Name, proofs: &[ProofDecl]) -> Option<usize> {
        let found = proofs.iter().position(|proof| proof.name == name.text);
        if found.is_none() {
            let names = proofs.iter().map(|proof| proof.name.as_str());
            let all: Vec<String> = names.clone().map(|name| format!("`{name}`")).collect();
            let what = format!("the plan has no proof `{}`", name.text);
            let diagnostic = Diagnostic::new("E058", what).at(name.span, "unknown proof");
            self.report(match suggest(&name.text, names) {
                Some(near) => diagnostic.meant(name.span, near),
                None if all.is_empty() => diagnostic.hint("a boundary is between two proofs"),
                None => diagnostic.hint(format!("its proofs are {}", all.join(", "))),
            });
        }
        found
    }
}

/// A name as written, then with or without a plural's `s`.
fn spellings(name: &str) -> Vec<String> {
    let mut found = vec![name.to_owned(), format!("{name}s")];
    found.extend(name.strip_suffix('s').map(str::to_owned));
    found
}
