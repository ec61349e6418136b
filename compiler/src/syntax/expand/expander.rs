//! What is known on the way through a program: the names of each block, and what calls have made.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::house::{DefId, House};
use super::number;
use super::view::{Dim, Shape, Slot, View};
use super::visit::named;
use crate::diagnostic::{Diagnostic, Sources, Span};
use crate::syntax::ast::{
    Ast, Binder, Condition, ExprKind, Item, Name, Over, State, Statement, Table,
};
use crate::syntax::parse::Lost;

/// How many parts of expressions calls may make: a canonical text of 1 MiB has fewer.
const MAX_PARTS: usize = 1 << 18;

/// What a name of a definition stands for.
#[derive(Clone)]
pub enum Local {
    /// A number that a call gives.
    Value(crate::syntax::ast::Expr),
    /// A tensor that a call gives.
    Tensor(View),
    /// A size of such a tensor.
    Size(Over),
    /// A value of the definition, by the name that it has in the program.
    Own(String),
    Index(String),
    Table(String),
}

/// Where a statement is written: in the circuit, or in a definition that is called.
pub struct Place {
    pub file: usize,
    /// `norm#1`; none in the circuit.
    pub made: Option<String>,
    /// Where the text begins that is copied, and where its copy does.
    pub from: usize,
    pub to: usize,
    pub locals: BTreeMap<String, Local>,
    /// The indices that are bound by statements here; first, the call's.
    pub binders: Vec<Binder>,
    pub lead: usize,
    /// What holds of these indices, known when the program is compiled.
    pub conditions: Vec<Condition>,
    /// Whether a table's entries are read, which call no definition.
    pub in_table: bool,
}

impl Place {
    fn circuit() -> Self {
        Self {
            file: 0,
            made: None,
            from: 0,
            to: 0,
            locals: BTreeMap::new(),
            binders: Vec::new(),
            lead: 0,
            conditions: Vec::new(),
            in_table: false,
        }
    }

    pub fn span(&self, span: Span) -> Span {
        match self.made {
            None => span,
            Some(_) => Span::new(
                span.start - self.from + self.to,
                span.end - self.from + self.to,
            ),
        }
    }

    pub fn name(&self, name: &Name) -> Name {
        Name {
            text: name.text.clone(),
            span: self.span(name.span),
        }
    }
}

/// What a call has made.
pub struct Made {
    /// Its indices, as its results' views have them.
    pub lead: Vec<String>,
    pub results: Vec<(String, View)>,
}

/// One block that is open.
#[derive(Default)]
pub struct Block {
    pub names: BTreeMap<String, Shape>,
    /// Calls by what they are given; nothing for one that is wrong.
    pub calls: BTreeMap<String, Option<Rc<Made>>>,
    pub statements: Vec<Statement>,
}

pub struct Expander<'h> {
    pub house: &'h House,
    pub sources: &'h mut Sources,
    pub errors: Vec<Diagnostic>,
    /// The names that statements left out define.
    pub left_out: BTreeSet<String>,
    /// What items that could not be read may have said.
    pub lost: &'h Lost,
    /// The parameters of the circuit.
    pub known: BTreeMap<String, i128>,
    pub params: BTreeSet<String>,
    /// What the circuit defines, indices aside.
    pub globals: BTreeSet<String>,
    pub outputs: BTreeSet<String>,
    pub circuit_tables: BTreeSet<String>,
    pub blocks: Vec<Block>,
    /// The loops that are open, and every loop by number.
    pub open: Vec<usize>,
    pub loops: Vec<Binder>,
    /// Tables of definitions by their text, and those that are new.
    pub tables: BTreeMap<String, String>,
    pub new_tables: Vec<Table>,
    /// `norm#1`, of names that the program has itself.
    taken: BTreeSet<String>,
    counts: BTreeMap<String, usize>,
    /// The calls that are open.
    pub stack: Vec<DefId>,
    /// The definitions that were called.
    pub met: BTreeSet<DefId>,
    /// Whether what nothing calls is expanded.
    pub trying: bool,
    parts: usize,
}

impl<'h> Expander<'h> {
    pub fn new(
        house: &'h House,
        ast: &Ast,
        overrides: &[(String, i64)],
        sources: &'h mut Sources,
        lost: &'h Lost,
    ) -> Self {
        let params: BTreeSet<String> = ast.params.iter().map(|p| p.name.text.clone()).collect();
        let mut globals = params.clone();
        let (mut outputs, mut circuit_tables) = (BTreeSet::new(), BTreeSet::new());
        for item in &ast.items {
            match item {
                Item::Table(table) => {
                    circuit_tables.insert(table.name.text.clone());
                }
                Item::Tensor(tensor) => {
                    globals.insert(tensor.name.text.clone());
                    if !tensor.input {
                        outputs.insert(tensor.name.text.clone());
                    }
                }
                Item::State(state) => {
                    globals.insert(state.name.text.clone());
                }
                Item::Statement(statement) => defined(statement, &mut globals),
                Item::Region(_) | Item::Plan(_) => {}
            }
        }
        globals.extend(circuit_tables.iter().cloned());
        let made = globals.iter().filter_map(|name| name.split_once('.'));
        let taken = made.map(|(made, _)| made.to_string()).collect();
        Self {
            house,
            sources,
            errors: Vec::new(),
            left_out: BTreeSet::new(),
            lost,
            known: number::parameters(ast, overrides),
            params,
            globals,
            outputs,
            circuit_tables,
            blocks: vec![Block::default()],
            open: Vec::new(),
            loops: Vec::new(),
            tables: BTreeMap::new(),
            new_tables: Vec::new(),
            taken,
            counts: BTreeMap::new(),
            stack: Vec::new(),
            met: BTreeSet::new(),
            trying: false,
            parts: MAX_PARTS,
        }
    }

    /// Whether a call made anything.
    pub fn made(&self) -> bool {
        !self.counts.is_empty()
    }

    pub fn report(&mut self, error: Diagnostic) {
        self.errors.push(error);
    }

    /// The items of the circuit, with what calls make before the statements that call.
    pub fn program(&mut self, ast: &Ast) -> Vec<Item> {
        let mut items = Vec::new();
        let mut place = Place::circuit();
        for item in &ast.items {
            match item {
                Item::Statement(statement) => {
                    if self.statement(&mut place, statement).is_none() {
                        self.leave_out(statement);
                    }
                    items.extend(self.new_tables.drain(..).map(Item::Table));
                    let made = self.block().statements.drain(..);
                    items.extend(made.map(Item::Statement));
                    continue;
                }
                Item::Tensor(tensor) => {
                    let dims = tensor.shape.iter().map(Dim::size).collect();
                    self.note(&tensor.name.text, dims, false);
                }
                Item::State(state) => self.state(state),
                Item::Table(_) | Item::Region(_) | Item::Plan(_) => {}
            }
            items.push(item.clone());
        }
        items
    }

    /// Notes the dimensions of a state: of a cache they end with those of its entries.
    pub fn state(&mut self, state: &State) {
        if state.range.is_some() {
            let dims = state.shape.iter().map(Dim::size).collect();
            return self.note(&state.name.text, dims, false);
        }
        let seed = match state.seed.as_ref().map(|seed| &seed.kind) {
            Some(ExprKind::Name(seed)) => self.view(&seed.text),
            _ => None,
        };
        let mut dims = vec![Dim::size(&named(&state.name.text))];
        if let Some(seed) = &seed {
            dims.extend(seed.open().skip(1).cloned());
        }
        self.note(&state.name.text, dims, seed.is_none());
    }

    /// Passes over a statement that is wrong.
    pub fn leave_out(&mut self, statement: &Statement) {
        defined(statement, &mut self.left_out);
    }

    pub fn block(&mut self) -> &mut Block {
        match self.blocks.last_mut() {
            Some(block) => block,
            None => unreachable!("the circuit's block is never closed"),
        }
    }

    pub fn emit(&mut self, statement: Statement) {
        self.block().statements.push(statement);
    }

    /// Notes the dimensions of a name, loops aside; of a part, those of all parts so far.
    pub fn note(&mut self, name: &str, dims: Vec<Dim>, pending: bool) {
        self.note_made(name, Vec::new(), dims, pending);
    }

    pub fn note_made(&mut self, name: &str, lead: Vec<String>, mut dims: Vec<Dim>, pending: bool) {
        let loops = self.open.clone();
        if let Some(known) = self.blocks.last().and_then(|block| block.names.get(name)) {
            if known.loops == loops && known.dims.len() == dims.len() {
                let both = known.dims.iter().zip(&dims);
                dims = both
                    .map(|(a, b)| number::further(a, b, &self.known))
                    .collect();
            }
        }
        let shape = Shape {
            loops,
            lead,
            dims,
            pending,
        };
        self.block().names.insert(name.to_string(), shape);
    }

    /// What is known of a name here.
    pub fn shape(&self, name: &str) -> Option<&Shape> {
        let mut blocks = self.blocks.iter().rev();
        blocks.find_map(|block| block.names.get(name))
    }

    /// A name with all dimensions that it has here: after a loop, the loop's index first.
    pub fn view(&self, name: &str) -> Option<View> {
        let shape = self.shape(name)?;
        let both = shape.loops.iter().zip(&self.open);
        let open = both.take_while(|(own, open)| own == open).count();
        let ended = shape.loops[open..].iter();
        let ended = ended.map(|number| Slot::Open(Dim::of(&self.loops[*number])));
        let lead = shape.lead.iter().map(|index| Slot::At(named(index)));
        let dims = shape.dims.iter().map(|dim| Slot::Open(dim.clone()));
        Some(View {
            name: name.to_string(),
            slots: ended.chain(lead).chain(dims).collect(),
        })
    }

    /// `norm#1`: of the least number that no name of the program has.
    pub fn fresh(&mut self, def: &str) -> String {
        loop {
            let count = self.counts.entry(def.to_string()).or_default();
            *count += 1;
            let made = format!("{def}#{count}");
            if !self.taken.contains(&made) {
                return made;
            }
        }
    }

    /// Takes a part of an expression from what calls may make; nothing (E096) if that was the last.
    pub fn pay(&mut self, span: Span) -> Option<()> {
        match self.parts {
            0 => None,
            1 => {
                self.parts = 0;
                self.report(
                    Diagnostic::new("E096", "with its calls expanded the program is too large")
                        .at(span, format!("more than {MAX_PARTS} parts of expressions"))
                        .hint("call less, or with the same arguments: equal calls are one"),
                );
                None
            }
            _ => {
                self.parts -= 1;
                Some(())
            }
        }
    }
}

/// The names that a statement defines.
fn defined(statement: &Statement, into: &mut BTreeSet<String>) {
    match statement {
        Statement::Define(define) => {
            into.insert(define.name.text.clone());
        }
        Statement::Step(block) | Statement::Layer(block) | Statement::For(block) => {
            block.body.iter().for_each(|inner| defined(inner, into));
        }
        Statement::State(state) => {
            into.insert(state.name.text.clone());
        }
        Statement::Append { .. } | Statement::Assert(_) => {}
    }
}
