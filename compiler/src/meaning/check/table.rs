//! Tables: what they are declared as, then the entries of all of them (spec 3.2, 4.7).

use super::scope::Symbol;
use super::{Checker, MAX_ENTRIES, MAX_LOOKED_UP};
use crate::diagnostic::Diagnostic;
use crate::meaning::graph::{Axis, Interval, Table, TableId};
use crate::meaning::table::{entries, too_much, weight, Budget, Entries, MAX_ENTRY};
use crate::syntax::ast::{self, Entries as Written, Expr, List, Listed};

impl Checker<'_> {
    /// All tables of the program.
    pub(super) fn tables(&mut self) {
        let ast = self.ast;
        let tables = ast.items.iter().filter_map(|item| match item {
            ast::Item::Table(table) => Some(table),
            _ => None,
        });
        let declared: Vec<_> = tables.map(|table| (table, self.declared(table))).collect();
        let mut budget = self.granted(&declared);
        for (table, made) in declared {
            let made = match (&table.entries, &mut budget) {
                (Written::Each(body), Some(budget)) => {
                    made.and_then(|made| self.evaluated(table, body, made, budget))
                }
                (Written::Each(_), None) => None,
                (Written::Listed(list), _) => made.and_then(|made| self.listed(table, list, made)),
                (Written::FromInput, _) => made,
            };
            match made {
                Some(made) => {
                    let id = TableId(self.graph.tables.len() as u32);
                    if self.define(&table.name, Symbol::Table(id)) {
                        self.graph.tables.push(made);
                    }
                }
                None => self.define_wrong(&table.name),
            }
        }
    }

    /// What may be spent on the tables' entries; nothing if they take more at the least.
    fn granted(&mut self, declared: &[(&ast::Table, Option<Table>)]) -> Option<Budget> {
        let budget = Budget::default();
        let mut least = 0;
        for (table, made) in declared {
            let (Written::Each(body), Some(made)) = (&table.entries, made) else {
                continue;
            };
            least += made.domain.size().unsigned_abs() * u128::from(weight(body));
            if !budget.has(least) {
                let name = &table.name.text;
                let what = format!("with `{name}` more than they may take");
                self.report(too_much().at(table.name.span, what));
                return None;
            }
        }
        Some(budget)
    }

    /// A table without its entries; its range is the declared one, if there is one.
    fn declared(&mut self, table: &ast::Table) -> Option<Table> {
        let name = &table.name.text;
        let axes = self.axes(table);
        let declared = match &table.range {
            Some(range) => Some(self.range(range)?),
            None => None,
        };
        let axes = axes?;
        let size = axes.iter().try_fold(1i128, |size, axis| {
            let size = size.checked_mul(axis.domain.size())?;
            (size <= MAX_ENTRIES).then_some(size)
        });
        let Some(size) = size else {
            let sizes: Vec<_> = axes.iter().map(|a| a.domain.size().to_string()).collect();
            let (first, last) = (table.arguments.first()?, table.arguments.last()?);
            self.report(
                Diagnostic::new("E033", format!("the table `{name}` is too large"))
                    .at(
                        first.domain.span.to(last.domain.span),
                        format!("has {} entries", sizes.join(" * ")),
                    )
                    .hint(format!(
                        "a table has at most {MAX_ENTRIES} entries, and {MAX_LOOKED_UP} if it is \
                         looked up at anything but indices and constants"
                    )),
            );
            return None;
        };
        for (axis, argument) in axes.iter().zip(&table.arguments) {
            let what = match axes.len() {
                1 => format!("the domain of `{name}`"),
                _ => format!("the domain of `{}` in `{name}`", axis.name),
            };
            self.fits_alone(&what, axis.domain, argument.domain.span)?;
        }
        if let (Some(declared), Some(range)) = (declared, &table.range) {
            self.fits_alone(&format!("the range of `{name}`"), declared, range.span)?;
        }
        let from_input = table.entries == Written::FromInput;
        if from_input && declared.is_none() {
            self.report(
                Diagnostic::new("E018", format!("the table `{name}` has no range"))
                    .at(table.name.span, "its entries come from the input file")
                    .hint(format!(
                        "declare it: `table {name}(...) : 0..=255 from input`"
                    )),
            );
            return None;
        }
        Some(Table {
            name: name.clone(),
            span: table.name.span,
            domain: match axes.as_slice() {
                [only] => only.domain,
                _ => Interval::new(0, size - 1),
            },
            axes,
            range: declared.unwrap_or(Interval::point(0)),
            entries: Vec::new(),
            from_input,
        })
    }

    /// A table's arguments with their domains, each name once (E011).
    fn axes(&mut self, table: &ast::Table) -> Option<Vec<Axis>> {
        let mut axes = Vec::new();
        for (position, ast::Argument { name, domain }) in table.arguments.iter().enumerate() {
            let mut before = table.arguments[..position].iter();
            if let Some(first) = before.find(|before| before.name.text == name.text) {
                let what = format!("the table already has an argument `{}`", name.text);
                self.report(
                    Diagnostic::new("E011", what)
                        .at(name.span, "again")
                        .also(first.name.span, "first here")
                        .hint("choose another name"),
                );
                axes.push(None);
                continue;
            }
            let domain = self.range(domain);
            axes.push(domain.map(|domain| Axis {
                name: name.text.clone(),
                domain,
            }));
        }
        axes.into_iter().collect()
    }

    /// The table with its entries, and their range if none is declared.
    fn evaluated(
        &mut self,
        table: &ast::Table,
        body: &Expr,
        mut made: Table,
        budget: &mut Budget,
    ) -> Option<Table> {
        let params: Vec<_> = self
            .graph
            .params
            .iter()
            .map(|p| (p.name.clone(), p.value))
            .collect();
        if params.len() < self.ast.params.len() {
            // A parameter is wrong; the table may need it.
            return None;
        }
        let mut arguments = Vec::new();
        for axis in &made.axes {
            let Interval { lo, hi } = axis.domain;
            let domain = i64::try_from(lo).ok()?..=i64::try_from(hi).ok()?;
            arguments.push((axis.name.as_str(), domain));
        }
        let unevaluated = Entries {
            body,
            arguments,
            params: &params,
        };
        made.entries = match entries(&unevaluated, budget) {
            Ok(entries) => entries,
            Err(diagnostic) => {
                self.report(diagnostic);
                return None;
            }
        };
        self.ranged(table, made, |_| body)
    }

    /// The table with the entries that are written out.
    fn listed(&mut self, table: &ast::Table, list: &List, mut made: Table) -> Option<Table> {
        let mut written = Vec::new();
        self.flatten(&table.name.text, list, &made.axes, &mut written)?;
        let values: Vec<_> = written.iter().map(|entry| self.integer(entry)).collect();
        made.entries = values.into_iter().collect::<Option<_>>()?;
        let large = |entry: &i64| entry.unsigned_abs() > MAX_ENTRY as u64;
        if let Some(position) = made.entries.iter().position(large) {
            let what = format!("a table's entry must lie in -{MAX_ENTRY}..={MAX_ENTRY}");
            self.report(
                Diagnostic::new("E071", what)
                    .at(written[position].span, "too large for an entry")
                    .hint("scale the table down"),
            );
            return None;
        }
        self.ranged(table, made, |position| written[position])
    }

    /// The entries of a list in order: as many as each argument has values, and a list in a list
    /// for each further argument (E060).
    fn flatten<'a>(
        &mut self,
        name: &str,
        list: &'a List,
        axes: &[Axis],
        into: &mut Vec<&'a Expr>,
    ) -> Option<()> {
        let (axis, rest) = axes.split_first()?;
        let found = list.entries.len();
        if found as u64 != axis.size() {
            let (axis_name, size) = (&axis.name, axis.size());
            let what =
                format!("`{name}` lists {found} entries where `{axis_name}` has {size} values");
            self.report(
                Diagnostic::new("E060", what)
                    .at(list.span, format!("{found} here"))
                    .hint(format!(
                        "`{}` lies in {}: write {}, for the least first",
                        axis.name,
                        axis.domain,
                        axis.size()
                    )),
            );
            return None;
        }
        for entry in &list.entries {
            match (entry, rest) {
                (Listed::One(entry), []) => into.push(entry),
                (Listed::List(list), [_, ..]) => self.flatten(name, list, rest, into)?,
                (Listed::One(entry), [next, ..]) => {
                    let what = format!("`{name}` lists a number where there must be a list");
                    let hint = format!("write `[...]`, with an entry for each `{}`", next.name);
                    self.report(
                        Diagnostic::new("E060", what)
                            .at(entry.span, "here")
                            .hint(hint),
                    );
                    return None;
                }
                (Listed::List(list), []) => {
                    let what = format!("`{name}` lists a list where there must be a number");
                    let hint = format!("`{}` is its last argument", axis.name);
                    self.report(
                        Diagnostic::new("E060", what)
                            .at(list.span, "here")
                            .hint(hint),
                    );
                    return None;
                }
            }
        }
        Some(())
    }

    /// The table with the range of its entries if none is declared; E032 if an entry is outside the
    /// one that is. `written`: what an entry was written as.
    fn ranged<'a>(
        &mut self,
        table: &ast::Table,
        mut made: Table,
        written: impl Fn(usize) -> &'a Expr,
    ) -> Option<Table> {
        let entries = &made.entries;
        let lo = entries.iter().copied().min().map(i128::from)?;
        let hi = entries.iter().copied().max().map(i128::from)?;
        let Some(range) = &table.range else {
            made.range = Interval::new(lo, hi);
            return Some(made);
        };
        let declared = made.range;
        let outside = |entry: &i64| !declared.contains(i128::from(*entry));
        let Some(position) = entries.iter().position(outside) else {
            return Some(made);
        };
        let (call, entry) = (made.call(position), entries[position]);
        let what = format!("an entry of `{}` is outside its range", made.name);
        self.report(
            Diagnostic::new("E032", what)
                .at(written(position).span, format!("{call} is {entry}"))
                .also(range.span, format!("the range is {declared}"))
                .hint(format!("its entries lie in {}", Interval::new(lo, hi))),
        );
        None
    }
}
