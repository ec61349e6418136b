//! Which member of a graph reads which, and which of them anything depends on.

use std::collections::BTreeSet;

use petgraph::graph::{DiGraph, NodeIndex};

use crate::meaning::fault::Ranged;
use crate::meaning::graph::{
    ExprId, ExprKind, Graph, InputId, Member, Source, StateId, TableId, ValueId,
};

impl Source {
    /// The member that is read.
    pub const fn member(self) -> Member {
        match self {
            Source::Input(id) => Member::Input(id),
            Source::State(id) => Member::State(id),
            Source::Value(id) => Member::Value(id),
            Source::Static(id) => Member::Static(id),
        }
    }
}

impl Graph {
    /// Every member that a proof has: inputs, tables, states, values, each in declared order.
    pub fn members(&self) -> Vec<Member> {
        let inputs = (0..self.inputs.len() as u32).map(|id| Member::Input(InputId(id)));
        let tables = (0..self.tables.len() as u32).map(|id| Member::Table(TableId(id)));
        let states = (0..self.states.len() as u32).map(|id| Member::State(StateId(id)));
        let values = (0..self.values.len() as u32).map(|id| Member::Value(ValueId(id)));
        inputs.chain(tables).chain(states).chain(values).collect()
    }

    /// The members that an expression reads directly, each once, in the order of the text. What is
    /// known when the key is made counts for nothing: no proof has it.
    pub fn reads(&self, root: ExprId) -> Vec<Member> {
        let mut found = Vec::new();
        let mut stack = vec![root];
        while let Some(id) = stack.pop() {
            let kind = &self.expr(id).kind;
            let member = match kind {
                ExprKind::Read { source, .. } | ExprKind::Pick { source, .. } => match source {
                    Source::Static(_) => None,
                    source => Some(source.member()),
                },
                ExprKind::Lookup { table, .. } => Some(Member::Table(*table)),
                _ => None,
            };
            if let Some(member) = member {
                if !found.contains(&member) {
                    found.push(member);
                }
            }
            stack.extend(kind.children().into_iter().rev());
        }
        found
    }

    /// The members that an output, an assertion or a declared range depends on, directly or
    /// through others: what is proved. Nothing that is proved says anything about the rest.
    pub fn live(&self) -> BTreeSet<Member> {
        let values = (0..).map(ValueId).zip(&self.values);
        let declared = values.filter(|(_, value)| value.declared.is_some());
        let outputs = self.outputs.iter().map(|output| output.value);
        let demanded = outputs.chain(declared.map(|(id, _)| id)).map(Member::Value);
        self.behind(demanded.chain(self.asserted()).collect())
    }

    /// The hints that no assertion and no declared range of another value depends on, directly or
    /// through others: nothing but their ranges holds them.
    pub fn loose_hints(&self) -> Vec<ValueId> {
        let values = (0..).map(ValueId).zip(&self.values);
        let ranged = values.clone().filter(|(_, value)| {
            let all = self.expr(value.expr).interval;
            let narrower = value
                .declared
                .is_some_and(|range| range.meet(all) != Some(all));
            narrower && !value.is_hint(self)
        });
        let ranged = ranged.map(|(id, _)| Member::Value(id));
        let held = self.behind(self.asserted().chain(ranged).collect());
        let hints = values.filter(|(_, value)| value.is_hint(self));
        let loose = hints.filter(|&(id, _)| !held.contains(&Member::Value(id)));
        loose.map(|(id, _)| id).collect()
    }

    /// The names of the hints that expressions depend on, directly or through others.
    pub fn hints_of(&self, roots: &[ExprId]) -> Vec<String> {
        let read = roots.iter().flat_map(|&root| self.reads(root));
        let behind = self.behind(read.collect());
        let hints = behind.into_iter().filter_map(|member| match member {
            Member::Value(id) if self.value(id).is_hint(self) => Some(&self.value(id).name),
            _ => None,
        });
        // The digits of `bits` are the only ones that there are.
        let own = hints.filter(|name| !name.starts_with("bits#"));
        own.cloned().collect()
    }

    /// What the declared range of a value is of.
    pub fn ranged(&self, id: ValueId) -> Ranged {
        let value = self.value(id);
        let is = |source: &Source| *source == Source::Value(id);
        let taken = self.states.iter().find(|state| {
            let replaced = state
                .append
                .iter()
                .filter_map(|append| append.source.as_ref());
            state.carried && state.name == value.name && state.seeds.iter().chain(replaced).any(is)
        });
        let by = match &self.expr(value.expr).kind {
            ExprKind::Read { source, .. } => match source {
                Source::Input(id) => &self.input(*id).name,
                Source::State(id) => &self.state(*id).name,
                Source::Value(id) => &self.value(*id).name,
                Source::Static(id) => &self.fixed(*id).name,
            },
            _ => &value.name,
        };
        match taken {
            _ if value.is_hint(self) => Ranged::Hint,
            Some(state) if by != &value.name => Ranged::State {
                by: by.clone(),
                span: state.span,
            },
            _ => Ranged::Value,
        }
    }

    /// The members that assertions read.
    fn asserted(&self) -> impl Iterator<Item = Member> + '_ {
        let asserts = self.asserts.iter();
        let sides = asserts.flat_map(|assert| [assert.left, assert.right]);
        sides.flat_map(|side| self.reads(side))
    }

    /// These members and what is behind them; behind a hint there is nothing.
    fn behind(&self, mut stack: Vec<Member>) -> BTreeSet<Member> {
        let mut behind = BTreeSet::new();
        while let Some(member) = stack.pop() {
            let hint = matches!(member, Member::Value(id) if self.value(id).is_hint(self));
            if behind.insert(member) && !hint {
                stack.extend(self.read_by(member));
            }
        }
        behind
    }

    /// What a member reads directly: a state its seeds and what is appended to it, a value
    /// whatever stands in its expression.
    fn read_by(&self, member: Member) -> Vec<Member> {
        match member {
            Member::Input(_) | Member::Table(_) | Member::Static(_) => Vec::new(),
            Member::State(id) => self.sources(id).into_iter().map(Source::member).collect(),
            Member::Value(id) => self.reads(self.value(id).expr),
        }
    }

    /// An edge from each member to each that reads it. Nodes are in the order of
    /// [`Graph::members`].
    pub fn dataflow(&self) -> DiGraph<Member, ()> {
        let mut flow = DiGraph::new();
        let members = self.members();
        for &member in &members {
            flow.add_node(member);
        }
        let node = |member: Member| {
            let place = members.iter().position(|&known| known == member);
            NodeIndex::new(place.unwrap_or(usize::MAX))
        };
        for &reader in &members {
            for member in self.read_by(reader) {
                flow.add_edge(node(member), node(reader), ());
            }
        }
        flow
    }
}
