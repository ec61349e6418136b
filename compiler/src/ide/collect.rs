//! The names in a tree: what each statement defines, and every name that it has.

use std::collections::BTreeMap;

use super::symbols::{Kind, Occurrence, Role, Symbol, Symbols};
use crate::diagnostic::Span;
use crate::syntax::ast::{
    Argument, Ast, Binder, Def, Define, Entries, Expr, ExprKind, Item, Library, List, Listed, Loop,
    Name, Pieces, Plan, State, Statement, Subscript, Table, Tensor,
};

/// Where what is collected stands.
#[derive(Clone)]
pub(super) struct Place {
    /// The block, to its end.
    pub block: Span,
    /// After it, where what loops define is read; nothing outside of loops.
    pub after: Option<usize>,
    pub def: Option<usize>,
}

pub(super) struct Collector<'s> {
    pub symbols: &'s mut Symbols,
    /// The end of the text.
    end: usize,
    text: usize,
    /// What each block that is open defines, from the outermost.
    blocks: Vec<BTreeMap<String, usize>>,
}

impl<'s> Collector<'s> {
    pub fn new(symbols: &'s mut Symbols, text: usize, end: usize) -> Self {
        Self {
            symbols,
            end,
            text,
            blocks: vec![BTreeMap::new()],
        }
    }

    /// The names of a program.
    pub fn program(&mut self, ast: &Ast) {
        self.symbols.defs = ast.defs.iter().map(|def| def.span).collect();
        let all = Span::new(0, self.end + 1);
        let place = Place {
            block: all,
            after: None,
            def: None,
        };
        let last = ast.items.iter().map(|item| span_of(item).end).max();
        let whole = ast
            .name
            .span
            .to(Span::new(0, last.unwrap_or(ast.name.span.end)));
        let whole = Span::new(ast.name.span.start, whole.end);
        self.define(&ast.name, Kind::Circuit, whole, all, &place);
        for param in &ast.params {
            self.expr(&param.default);
            let whole = param.name.span.to(param.default.span);
            self.declare(&param.name, Kind::Parameter, whole, &place);
        }
        for (number, def) in ast.defs.iter().enumerate() {
            self.def(def, number);
        }
        for item in &ast.items {
            self.item(item, &place);
        }
    }

    /// The names of a file of definitions; of another text its definitions alone.
    pub fn library(&mut self, library: &Library, own: bool) {
        if own {
            self.symbols.defs = library.defs.iter().map(|def| def.span).collect();
        }
        let place = Place {
            block: Span::new(0, usize::MAX),
            after: None,
            def: None,
        };
        for (number, def) in library.defs.iter().enumerate() {
            match own {
                true => self.def(def, number),
                false => self.def_head(def),
            }
        }
        if own {
            for table in &library.tables {
                self.table(table, &place);
                // Definitions see the tables of their file.
                for number in 0..library.defs.len() {
                    let place = Place {
                        def: Some(number),
                        ..place.clone()
                    };
                    self.alias(&table.name, table.span, &place);
                }
            }
        }
    }

    /// A table of a library, in one of its definitions.
    fn alias(&mut self, name: &Name, whole: Span, place: &Place) {
        self.symbols.add(Symbol {
            name: name.text.clone(),
            kind: Kind::Table,
            span: name.span,
            whole,
            text: self.text,
            visible: place.block,
            after: None,
            def: place.def,
            within: None,
        });
    }

    /// What calls from another text see of a definition.
    fn def_head(&mut self, def: &Def) {
        let far = Span::new(usize::MAX, usize::MAX);
        let mut add = |name: &Name, kind: Kind, whole: Span, visible: Span| {
            self.symbols.add(Symbol {
                name: name.text.clone(),
                kind,
                span: name.span,
                whole,
                text: self.text,
                visible,
                after: None,
                // Of no definition of this text.
                def: (kind != Kind::Def).then_some(usize::MAX),
                within: None,
            });
        };
        add(&def.name, Kind::Def, def.span, Span::new(0, usize::MAX));
        for parameter in &def.parameters {
            add(&parameter.name, Kind::Argument, parameter.name.span, far);
        }
        for outcome in &def.results {
            add(&outcome.name, Kind::Outcome, outcome.name.span, far);
        }
    }

    fn define(
        &mut self,
        name: &Name,
        kind: Kind,
        whole: Span,
        visible: Span,
        place: &Place,
    ) -> usize {
        let ended = matches!(kind, Kind::Value | Kind::Hint);
        let number = self.symbols.add(Symbol {
            name: name.text.clone(),
            kind,
            span: name.span,
            whole,
            text: self.text,
            visible,
            after: place
                .after
                .filter(|_| ended)
                .map(|end| Span::new(visible.end, end)),
            def: place.def,
            within: None,
        });
        self.symbols.occurrences.push(Occurrence {
            span: name.span,
            name: name.text.clone(),
            role: Role::Write,
            means: vec![number],
        });
        number
    }

    /// A name that is meant from its declaration to the end of its block.
    fn declare(&mut self, name: &Name, kind: Kind, whole: Span, place: &Place) -> usize {
        let visible = Span::new(whole.end.max(name.span.end), place.block.end);
        let number = self.define(name, kind, whole, visible, place);
        if let Some(block) = self.blocks.last_mut() {
            block.insert(name.text.clone(), number);
        }
        number
    }

    pub fn occurs(&mut self, name: &Name, role: Role) {
        self.symbols.occurrences.push(Occurrence {
            span: name.span,
            name: name.text.clone(),
            role,
            means: Vec::new(),
        });
    }

    fn def(&mut self, def: &Def, number: usize) {
        let place = Place {
            block: def.span,
            after: None,
            def: Some(number),
        };
        let beside = Place {
            block: Span::new(0, usize::MAX),
            after: None,
            def: None,
        };
        self.define(&def.name, Kind::Def, def.span, beside.block, &beside);
        self.blocks.push(BTreeMap::new());
        let names: Vec<&str> = def
            .parameters
            .iter()
            .map(|it| it.name.text.as_str())
            .collect();
        for parameter in &def.parameters {
            if let Some(default) = &parameter.default {
                self.expr(default);
            }
            let ends = parameter.shape.iter().chain(&parameter.default);
            let whole = ends.fold(parameter.name.span, |whole, expr| whole.to(expr.span));
            self.define(&parameter.name, Kind::Argument, whole, def.span, &place);
            for size in &parameter.shape {
                self.sizes(size, &names, def.span, &place);
            }
        }
        for outcome in &def.results {
            self.define(
                &outcome.name,
                Kind::Outcome,
                outcome.name.span,
                def.span,
                &place,
            );
            outcome.shape.iter().for_each(|size| self.expr(size));
        }
        for item in &def.body {
            self.item(item, &place);
        }
        self.blocks.pop();
    }

    /// The sizes that stand alone in a shape are names of their own, the first time.
    fn sizes(&mut self, size: &Expr, parameters: &[&str], visible: Span, place: &Place) {
        match &size.kind {
            ExprKind::Name(name) if !parameters.contains(&name.text.as_str()) => {
                let known = self
                    .blocks
                    .last()
                    .is_some_and(|it| it.contains_key(&name.text));
                if known {
                    return self.occurs(name, Role::Read);
                }
                let number = self.define(name, Kind::Size, name.span, visible, place);
                if let Some(block) = self.blocks.last_mut() {
                    block.insert(name.text.clone(), number);
                }
            }
            ExprKind::Binary { left, right, .. } => {
                self.sizes(left, parameters, visible, place);
                self.sizes(right, parameters, visible, place);
            }
            _ => self.expr(size),
        }
    }

    fn item(&mut self, item: &Item, place: &Place) {
        match item {
            Item::Table(table) => self.table(table, place),
            Item::Tensor(tensor) => self.tensor(tensor, place),
            Item::State(state) => self.state(state, place),
            Item::Statement(statement) => self.statement(statement, place),
            Item::Region(region) => {
                self.define(&region.name, Kind::Region, region.span, place.block, place);
                for member in &region.members {
                    self.occurs(member, Role::Member);
                }
            }
            Item::Plan(plan) => self.plan(plan, place),
        }
    }

    fn table(&mut self, table: &Table, place: &Place) {
        // Tables are read first, wherever they stand.
        self.define(&table.name, Kind::Table, table.span, place.block, place);
        for Argument { name, domain } in &table.arguments {
            self.range(domain);
            let visible = Span::new(domain.span.end, table.span.end);
            let whole = name.span.to(domain.span);
            self.define(name, Kind::Index, whole, visible, place);
        }
        table.range.iter().for_each(|range| self.range(range));
        match &table.entries {
            Entries::FromInput => {}
            Entries::Each(expr) => self.expr(expr),
            Entries::Listed(list) => self.list(list),
        }
    }

    fn list(&mut self, list: &List) {
        for entry in &list.entries {
            match entry {
                Listed::One(expr) => self.expr(expr),
                Listed::List(list) => self.list(list),
            }
        }
    }

    fn tensor(&mut self, tensor: &Tensor, place: &Place) {
        tensor.shape.iter().for_each(|size| self.expr(size));
        tensor.range.iter().for_each(|range| self.range(range));
        let kind = match tensor.input {
            true => Kind::Input(tensor.visibility),
            false => Kind::Output(tensor.visibility),
        };
        self.declare(&tensor.name, kind, tensor.span, place);
    }

    fn state(&mut self, state: &State, place: &Place) {
        state.shape.iter().for_each(|size| self.expr(size));
        state.range.iter().for_each(|range| self.range(range));
        state.seed.iter().for_each(|seed| self.expr(seed));
        let kind = match state.range {
            Some(_) => Kind::Carried,
            None => Kind::Cache,
        };
        self.declare(&state.name, kind, state.span, place);
    }

    fn statement(&mut self, statement: &Statement, place: &Place) {
        match statement {
            Statement::Step(block) | Statement::Layer(block) | Statement::For(block) => {
                self.repeat(block, place);
            }
            Statement::Append {
                state, source, at, ..
            } => {
                self.occurs(state, Role::Read);
                self.occurs(source, Role::Read);
                at.iter().for_each(|at| self.expr(at));
            }
            Statement::Define(define) => self.definition(define, place),
            Statement::Assert(assert) => {
                let end = assert.span.end;
                self.binders(&assert.binders, end, place);
                assert.filter.iter().for_each(|it| self.condition(it));
                self.expr(&assert.left);
                self.expr(&assert.right);
            }
            Statement::State(state) => self.state(state, place),
        }
    }

    fn repeat(&mut self, block: &Loop, place: &Place) {
        self.binders(std::slice::from_ref(&block.binder), block.span.end, place);
        let inner = Place {
            block: block.span,
            after: Some(self.end + 1),
            def: place.def,
        };
        self.blocks.push(BTreeMap::new());
        for statement in &block.body {
            self.statement(statement, &inner);
        }
        self.blocks.pop();
    }

    pub fn binders(&mut self, binders: &[Binder], end: usize, place: &Place) {
        for binder in binders {
            self.over(&binder.domain);
            let whole = binder.index.span.to(binder.domain.span());
            let visible = Span::new(whole.end, end.max(whole.end));
            self.define(&binder.index, Kind::Index, whole, visible, place);
        }
    }

    fn definition(&mut self, define: &Define, place: &Place) {
        let end = define.span.end;
        for subscript in &define.subscripts {
            match subscript {
                Subscript::Bound(name) => self.occurs(name, Role::Read),
                Subscript::At(expr) => self.expr(expr),
                Subscript::Binds(binder) => self.binders(std::slice::from_ref(binder), end, place),
            }
        }
        define.filter.iter().for_each(|it| self.condition(it));
        define.range.iter().for_each(|range| self.range(range));
        self.expr(&define.expr);
        // An output, a result, or another part of what this block defines.
        let name = &define.name;
        let declared = self.symbols.by_name.get(&name.text).into_iter().flatten();
        let declared = declared.copied().find(|it| {
            let symbol = &self.symbols.symbols[*it];
            symbol.def == place.def && matches!(symbol.kind, Kind::Output(_) | Kind::Outcome)
        });
        let part = self.blocks.last().and_then(|block| block.get(&name.text));
        let value =
            |it: &&usize| matches!(self.symbols.symbols[**it].kind, Kind::Value | Kind::Hint);
        let known = declared.or(part.filter(value).copied());
        if let Some(number) = known {
            self.symbols.occurrences.push(Occurrence {
                span: name.span,
                name: name.text.clone(),
                role: Role::Write,
                means: vec![number],
            });
            return;
        }
        let kind = if define.hint { Kind::Hint } else { Kind::Value };
        self.declare(name, kind, define.span, place);
    }

    fn plan(&mut self, plan: &Plan, place: &Place) {
        let number = self.define(&plan.name, Kind::Plan, plan.span, place.block, place);
        for proof in &plan.proofs {
            let own = self.define(&proof.name, Kind::Proof, proof.span, plan.span, place);
            self.symbols.symbols[own].within = Some(number);
            for target in proof.terms.iter().filter_map(|term| term.target.as_ref()) {
                self.occurs(target, Role::Member);
            }
            for cut in &proof.cuts {
                self.occurs(&cut.over, Role::Cut);
                match &cut.pieces {
                    Pieces::By(size) => size.iter().for_each(|size| self.expr(size)),
                    Pieces::Ranges(ranges) => ranges.iter().for_each(|range| self.range(range)),
                }
            }
        }
        for (left, right) in plan.boundaries.iter().filter_map(|it| it.between.as_ref()) {
            self.occurs(left, Role::Proof(number));
            self.occurs(right, Role::Proof(number));
        }
    }
}

fn span_of(item: &Item) -> Span {
    match item {
        Item::Table(table) => table.span,
        Item::Tensor(tensor) => tensor.span,
        Item::State(state) => state.span,
        Item::Region(region) => region.span,
        Item::Plan(plan) => plan.span,
        Item::Statement(statement) => span_of_statement(statement),
    }
}

fn span_of_statement(statement: &Statement) -> Span {
    match statement {
        Statement::Step(block) | Statement::Layer(block) | Statement::For(block) => block.span,
        Statement::Append { span, .. } => *span,
        Statement::Define(define) => define.span,
        Statement::Assert(assert) => assert.span,
        Statement::State(state) => state.span,
    }
}
