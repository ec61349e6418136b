//! Tables of definitions: one in the program for all calls that mean the same entries.

use super::expander::{Expander, Local, Place};
use crate::diagnostic::Span;
use crate::syntax::ast::{Argument, Entries, List, Listed, Name, Table};

impl Expander<'_> {
    /// The name in the program of a table that is called by this one.
    pub fn table_called(&mut self, place: &mut Place, name: &Name) -> Option<Option<String>> {
        if place.made.is_none() || place.in_table {
            return Some(None);
        }
        if let Some(Local::Table(table)) = place.locals.get(&name.text) {
            return Some(Some(table.clone()));
        }
        let house = self.house;
        let mut tables = house.files[place.file].tables.iter();
        let Some(table) = tables.find(|table| table.name.text == name.text) else {
            return Some(None);
        };
        // It sees nothing of the definition.
        let span = place.span(name.span);
        let mut own = self.beside(place, table.span, span, &name.text);
        let made = self.table(&mut own, table)?;
        place
            .locals
            .insert(name.text.clone(), Local::Table(made.clone()));
        Some(Some(made))
    }

    /// Where a table of a file is written, which a call at `span` looks up.
    fn beside(&mut self, place: &Place, of: Span, span: Span, name: &str) -> Place {
        let written = self.house.span(place.file, of);
        Place {
            file: place.file,
            made: place.made.clone(),
            from: of.start,
            to: self.sources.add_copy(written, span, name),
            locals: std::collections::BTreeMap::new(),
            binders: Vec::new(),
            lead: 0,
            conditions: Vec::new(),
            in_table: false,
        }
    }

    /// The name in the program of a table as it is here.
    pub fn table(&mut self, place: &mut Place, table: &Table) -> Option<String> {
        let was = std::mem::replace(&mut place.in_table, true);
        // In a table its arguments hide what else has their names.
        let outside = place.locals.clone();
        let made = self.copied(place, table);
        place.locals = outside;
        place.in_table = was;
        let mut made = made?;
        "table".clone_into(&mut made.name.text);
        let key = made.to_string();
        if let Some(known) = self.tables.get(&key) {
            return Some(known.clone());
        }
        let prefix = place.made.as_deref().unwrap_or_default();
        let name = format!("{prefix}.{}", table.name.text);
        made.name.text.clone_from(&name);
        self.tables.insert(key, name.clone());
        self.new_tables.push(made);
        Some(name)
    }

    fn copied(&mut self, place: &mut Place, table: &Table) -> Option<Table> {
        let mut arguments = Vec::new();
        let mut names = Vec::new();
        for argument in &table.arguments {
            let mut name = place.name(&argument.name);
            // A constant that a call gives may have this name.
            while self.globals.contains(&name.text) {
                name.text.push('_');
            }
            names.push((&argument.name, name.text.clone()));
            arguments.push(Argument {
                domain: self.range(place, &argument.domain)?,
                name,
            });
        }
        for (written, name) in names {
            place
                .locals
                .insert(written.text.clone(), Local::Index(name));
        }
        Some(Table {
            name: place.name(&table.name),
            arguments,
            range: match &table.range {
                Some(range) => Some(self.range(place, range)?),
                None => None,
            },
            entries: match &table.entries {
                Entries::FromInput => Entries::FromInput,
                Entries::Each(body) => Entries::Each(self.expr(place, body)?),
                Entries::Listed(list) => Entries::Listed(self.list(place, list)?),
            },
            span: place.span(table.span),
        })
    }

    fn list(&mut self, place: &mut Place, list: &List) -> Option<List> {
        let mut entries = Vec::new();
        for entry in &list.entries {
            entries.push(match entry {
                Listed::One(expr) => Listed::One(self.expr(place, expr)?),
                Listed::List(inner) => Listed::List(self.list(place, inner)?),
            });
        }
        Some(List {
            entries,
            span: place.span(list.span),
        })
    }
}
