//! Loops that carry, cut: which cuts may divide one, and what a piece hands to the next.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;
use petgraph::visit::Dfs;

use super::axis::Axis;
use super::builder::Builder;
use super::divide::Split;
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{
    Domain, Expr, ExprId, ExprKind, Graph, Index, IndexExpr, IndexId, Member, Source, State,
    StateId, Tile, TileDimension, Value, ValueId,
};
use crate::meaning::turns::Turn;

/// What says that a cut would divide a loop that carries otherwise than between its iterations.
pub fn refused(graph: &Graph, axis: &Axis, span: Span) -> Option<Diagnostic> {
    let turns = graph.turns().unwrap_or_default();
    let on = |index: &IndexId| axis.indices.contains(index);
    for state in &graph.states {
        let append = state.append.as_ref();
        let loops = append.filter(|it| state.is_carried() || !it.outer.is_empty());
        let Some(append) = loops else {
            continue;
        };
        // Between the iterations of the outermost loop nothing passes but what it carries.
        let own = append.outer.first().copied().unwrap_or(append.step);
        let divided = |source: &Source| match *source {
            Source::Value(id) => {
                let mut space = graph.value(id).space.iter();
                space.any(|index| on(index) && *index != own)
            }
            _ => false,
        };
        let of_it = |turn: &&Turn| match turn {
            Turn::Loop { index, .. } => *index == own,
            Turn::Value(_) => false,
        };
        let around = turns.iter().filter(of_it).flat_map(Turn::values);
        let mut around = around.map(Source::Value);
        let (name, over) = (&state.name, &axis.name);
        let error = |label: String, hint: &str| {
            let what = format!("`{name}` is carried through this cut");
            let said = "one iteration reads what the one before has left";
            Some(
                Diagnostic::new("E116", what)
                    .at(span, label)
                    .also(state.span, said)
                    .hint(hint),
            )
        };
        let mut inner = append.outer.iter().skip(1).chain([&append.step]);
        if inner.any(|index| on(index) && *index != own)
            || state.seeds.iter().chain(&append.source).any(divided)
            || around.any(|source| divided(&source))
        {
            return error(
                format!("divides each iteration along `{over}`"),
                "cut the loop between its iterations, by its own index, or an index that nothing in it has",
            );
        }
        if is_through(axis, state) && !leaves_values(state) {
            return error(
                "what an iteration leaves is no value of its own".to_owned(),
                "define in the loop what is to be left, as a value, and replace the state by all of it",
            );
        }
    }
    None
}

/// Whether a cut divides the loop that carries a state, between its iterations.
pub fn is_through(axis: &Axis, state: &State) -> bool {
    let append = state.append.as_ref().filter(|_| state.is_carried());
    append.is_some_and(|it| it.outer.is_empty() && axis.indices.contains(&it.step))
}

/// Whether what each iteration leaves is all that a value has at it: what crosses is a box of that.
fn leaves_values(state: &State) -> bool {
    let append = state.append.as_ref();
    append.is_some_and(|append| {
        matches!(append.source, Some(Source::Value(_)))
            && append.at == [IndexExpr::Index(append.step)]
    })
}

impl Builder<'_> {
    /// Whether a state is carried through the cut.
    pub fn is_through(&self, state: &State) -> bool {
        is_through(self.axis, state)
    }

    /// For every piece of a carried state but the first, a value of the piece before that is what
    /// its last iteration leaves, for this one to begin with: as a box of one entry of what the
    /// state is replaced by.
    pub fn handed(&mut self) -> BTreeMap<StateId, Source> {
        let mut handed = BTreeMap::new();
        let given = &self.given.graph;
        for (number, state) in given.states.iter().enumerate() {
            let append = state.append.as_ref().filter(|_| self.is_through(state));
            let Some(Source::Value(left)) = append.and_then(|append| append.source) else {
                continue;
            };
            for piece in 1..self.breaks.len() - 1 {
                let (from, to) = (self.states[number][piece - 1], self.states[number][piece]);
                let value = self.leave(state, (from, left), piece);
                let (value, whole) = (self.add_first(value), StateId(number as u32));
                let place = (Member::State(whole), Some(piece - 1));
                self.pieces.insert(Member::Value(value), place);
                handed.insert(to, Source::Value(value));
            }
        }
        handed
    }

    /// What the piece before `piece` leaves of a state.
    fn leave(&mut self, state: &State, (from, left): (StateId, ValueId), piece: usize) -> Value {
        let (name, span) = (&state.name, state.span);
        let at = self.breaks[piece];
        let first = self.graph.indices.len() as u32;
        let sizes = [1].into_iter().chain(state.element.iter().copied());
        self.graph.indices.extend(sizes.map(|size| Index {
            name: "element".into(),
            span,
            domain: Domain::Static(size),
            first: 0,
            over: None,
        }));
        let last = self.graph.indices.len() as u32;
        let space: Vec<IndexId> = (first..last).map(IndexId).collect();
        let entry = IndexExpr::Constant((at - self.breaks[piece - 1]) as i64);
        let rest = space[1..].iter().copied().map(IndexExpr::Index);
        self.graph.exprs.push(Expr {
            kind: ExprKind::Read {
                source: Source::State(from),
                at: [entry].into_iter().chain(rest).collect(),
            },
            span,
            interval: state.range,
        });
        let mut origin = self.given.values[left.index()].clone();
        origin.from[0] += at - 1;
        self.values_from.push(origin);
        Value {
            name: match name.strip_suffix(']') {
                Some(cut) => format!("{cut}, {} {at}]", self.axis.name),
                None => format!("{name}[{} {at}]", self.axis.name),
            },
            span,
            space,
            filter: None,
            expr: ExprId(self.graph.exprs.len() as u32 - 1),
            declared: None,
            interval: state.range,
            output: None,
        }
    }

    /// Adds a value before those of the given graph.
    fn add_first(&mut self, value: Value) -> ValueId {
        self.graph.values.push(value);
        ValueId(self.graph.values.len() as u32 - 1)
    }

    /// Where what is handed to a piece lies in its state: it is the first entry.
    pub fn first_entry(state: &State) -> Tile {
        let dimensions = 0..=state.element.len();
        let all = dimensions.map(|place| TileDimension {
            from: 0,
            place: Some(place),
        });
        Tile(all.collect())
    }

    /// What depends on what a loop leaves that is cut: it belongs to the last piece, if to none itself.
    pub fn find_after(&mut self) {
        let given = &self.given.graph;
        let through = given.states.iter().zip(0..);
        let through = through.filter(|(state, _)| self.is_through(state));
        let through: BTreeSet<StateId> = through.map(|(_, id)| StateId(id)).collect();
        if through.is_empty() {
            return;
        }
        let flow = given.dataflow();
        let members = given.members();
        for (number, member) in members.iter().enumerate() {
            if matches!(member, Member::State(id) if through.contains(id)) {
                let mut walk = Dfs::new(&flow, NodeIndex::new(number));
                while let Some(node) = walk.next(&flow) {
                    self.after.insert(flow[node]);
                }
            }
        }
    }

    /// The piece that a member belongs to.
    pub fn place(&self, member: Member, piece: Option<usize>) -> (Member, Option<usize>) {
        let last = self.breaks.len() - 2;
        let after = || self.after.contains(&member).then_some(last);
        (member, piece.or_else(after))
    }
}

impl Split {
    /// How a state is cut between the entries of its steps, or iterations.
    pub fn of_entries(state: &State, breaks: &[u64]) -> Self {
        let mut breaks = breaks.to_vec();
        if let (true, Some(last)) = (state.is_carried(), breaks.last_mut()) {
            // What the last iteration leaves is an entry too.
            *last += 1;
        }
        Self {
            dimension: 0,
            breaks,
        }
    }
}
