//! Tables: what they are declared as, then the entries of all of them (spec 3.2, 4.7).

use super::scope::Symbol;
use super::{Checker, MAX_ENTRIES};
use crate::diagnostic::Diagnostic;
use crate::meaning::graph::{Interval, Table, TableId};
use crate::meaning::table::{entries, too_much, weight, Budget, Entries};
use crate::syntax::ast;

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
            let made = match (&table.body, &mut budget) {
                (Some(body), Some(budget)) => {
                    made.and_then(|made| self.evaluated(table, body, made, budget))
                }
                (Some(_), None) => None,
                (None, _) => made,
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
            let (Some(body), Some(made)) = (&table.body, made) else {
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
        let domain = self.range(&table.domain);
        let declared = match &table.range {
            Some(range) => Some(self.range(range)?),
            None => None,
        };
        let domain = domain?;
        if domain.size() > MAX_ENTRIES {
            self.report(
                Diagnostic::new("E033", format!("the table `{name}` is too large"))
                    .at(table.domain.span, format!("has {} entries", domain.size()))
                    .hint(format!("a table has at most {MAX_ENTRIES} entries")),
            );
            return None;
        }
        self.fits_alone(
            &format!("the domain of `{name}`"),
            domain,
            table.domain.span,
        )?;
        if let (Some(declared), Some(range)) = (declared, &table.range) {
            self.fits_alone(&format!("the range of `{name}`"), declared, range.span)?;
        }
        if table.body.is_none() && declared.is_none() {
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
            domain,
            range: declared.unwrap_or(Interval::point(0)),
            entries: Vec::new(),
            from_input: table.body.is_none(),
        })
    }

    /// The table with its entries, and their range if none is declared.
    fn evaluated(
        &mut self,
        table: &ast::Table,
        body: &ast::Expr,
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
        let (domain, name) = (made.domain, &table.name.text);
        let unevaluated = Entries {
            body,
            argument: &table.argument.text,
            params: &params,
            points: i64::try_from(domain.lo).ok()?..=i64::try_from(domain.hi).ok()?,
        };
        made.entries = match entries(&unevaluated, budget) {
            Ok(entries) => entries,
            Err(diagnostic) => {
                self.report(diagnostic);
                return None;
            }
        };
        let entries = &made.entries;
        let lo = entries.iter().copied().min().map(i128::from)?;
        let hi = entries.iter().copied().max().map(i128::from)?;
        match &table.range {
            Some(range) => {
                let declared = made.range;
                let outside = |entry: &&i64| !declared.contains(i128::from(**entry));
                if let Some(entry) = entries.iter().find(outside) {
                    let at = domain.lo + entries.iter().position(|e| e == entry)? as i128;
                    self.report(
                        Diagnostic::new(
                            "E032",
                            format!("an entry of `{name}` is outside its range"),
                        )
                        .at(body.span, format!("{name}({at}) is {entry}"))
                        .also(range.span, format!("the range is {declared}"))
                        .hint(format!("its entries lie in {}", Interval::new(lo, hi))),
                    );
                    return None;
                }
            }
            None => made.range = Interval::new(lo, hi),
        }
        Some(made)
    }
}
