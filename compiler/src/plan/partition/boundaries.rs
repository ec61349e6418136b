//! Boundaries: which proofs share a session, and in what order parts can be computed (spec 3.8).

use std::collections::BTreeMap;

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;
use petgraph::unionfind::UnionFind;

use super::pieces::{joined, CutPlan, PieceProof};
use crate::diagnostic::Diagnostic;
use crate::meaning::graph::{Graph, Member, PlanDecl, Source, ValueId};

/// The proofs of every part, in order: those that linked boundaries join, directly or through
/// others.
///
/// # Errors
/// E109 if an open boundary lies between two proofs of a part.
pub(super) fn parts(
    declared: &PlanDecl,
    pieces: &CutPlan,
) -> Result<Vec<Vec<usize>>, Vec<Diagnostic>> {
    let proofs = &pieces.proofs;
    let count = proofs.len();
    let mut joined = UnionFind::<usize>::new(count);
    for a in 0..count {
        for b in a + 1..count {
            if !is_open(declared, &proofs[a], &proofs[b]) {
                joined.union(a, b);
            }
        }
    }
    for a in 0..count {
        for b in a + 1..count {
            if joined.equiv(a, b) && is_open(declared, &proofs[a], &proofs[b]) {
                return Err(vec![within_a_session(declared, proofs, a, b)]);
            }
        }
    }
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for proof in 0..count {
        match parts.iter_mut().find(|part| joined.equiv(part[0], proof)) {
            Some(part) => part.push(proof),
            None => parts.push(vec![proof]),
        }
    }
    Ok(parts)
}

/// Whether the boundary between two proofs is open: as a cut says between pieces of one declared
/// proof, as the plan says between others.
fn is_open(declared: &PlanDecl, a: &PieceProof, b: &PieceProof) -> bool {
    if a.declared == b.declared {
        let cuts = &declared.proofs[a.declared].cuts;
        let mut ats = cuts.iter().zip(a.at.iter().zip(&b.at));
        return ats.any(|(cut, (a, b))| cut.open && a != b);
    }
    let pair = |between: (usize, usize)| {
        between == (a.declared, b.declared) || between == (b.declared, a.declared)
    };
    let named = declared
        .boundaries
        .iter()
        .find(|b| b.between.is_some_and(pair));
    let all = declared.boundaries.iter().find(|b| b.between.is_none());
    named.or(all).is_some_and(|boundary| boundary.open)
}

fn within_a_session(declared: &PlanDecl, proofs: &[PieceProof], a: usize, b: usize) -> Diagnostic {
    // The way between them over linked boundaries.
    let mut before = vec![None; proofs.len()];
    let mut queue = std::collections::VecDeque::from([a]);
    while let Some(at) = queue.pop_front() {
        for next in 0..proofs.len() {
            let known = next == a || before[next].is_some();
            if !known && !is_open(declared, &proofs[at], &proofs[next]) {
                before[next] = Some(at);
                queue.push_back(next);
            }
        }
    }
    let mut way = vec![b];
    while let Some(previous) = before[way[way.len() - 1]] {
        way.push(previous);
    }
    let way: Vec<String> = way
        .iter()
        .rev()
        .map(|&at| format!("`{}`", proofs[at].name))
        .collect();
    let (first, last) = (&proofs[a], &proofs[b]);
    let open = declared.boundaries.iter().find(|boundary| boundary.open);
    let cut = declared
        .proofs
        .iter()
        .flat_map(|proof| &proof.cuts)
        .find(|cut| cut.open);
    let span = open
        .map(|b| b.span)
        .or(cut.map(|c| c.span))
        .unwrap_or(declared.span);
    Diagnostic::new(
        "E109",
        format!(
            "the boundary between `{}` and `{}` is open, but they share a session: linked \
             boundaries join {}",
            first.name,
            last.name,
            way.join(" to ")
        ),
    )
    .at(span, "open here")
    .hint("open one of those too, or write `open *` and name the linked ones: `linked a | b`")
}

/// What crosses from part to part is a tensor, with all its elements (E115).
pub(super) fn whole(
    graph: &Graph,
    part_of: &BTreeMap<Member, usize>,
) -> Result<(), Vec<Diagnostic>> {
    let live = graph.live();
    let filtered = |member: &Member| match member {
        Member::Value(id) => graph.value(*id).filter.is_some(),
        _ => false,
    };
    let values = (0..).map(ValueId).zip(&graph.values);
    let values = values.filter(|(id, _)| live.contains(&Member::Value(*id)));
    let mut readers: Vec<(usize, Vec<Member>)> = values
        .map(|(id, value)| (part_of[&Member::Value(id)], graph.reads(value.expr)))
        .collect();
    for assert in &graph.asserts {
        // It goes to the last part whose values it reads.
        let mut reads = graph.reads(assert.left);
        reads.extend(graph.reads(assert.right));
        let own = |member: &&Member| matches!(member, Member::Value(_));
        let last = reads.iter().filter(own).map(|member| part_of[member]).max();
        readers.extend(last.map(|last| (last, reads)));
    }
    let crosses = readers.iter().find_map(|(part, reads)| {
        let other = |member: &&Member| filtered(member) && part_of[member] != *part;
        reads.iter().find(other)
    });
    let Some(&Member::Value(id)) = crosses else {
        return Ok(());
    };
    let value = graph.value(id);
    let what = format!("`{}` crosses an open boundary and is not whole", value.name);
    Err(vec![Diagnostic::new("E115", what)
        .at(value.span, "defined for some points alone")
        .hint("link the two proofs, define it at every point, or keep it and what reads it in one proof")])
}

/// The parts in an order in which each comes after those whose values it reads; as declared
/// where that leaves a choice.
///
/// # Errors
/// E104 if there is none.
pub(super) fn ordered(
    declared: &PlanDecl,
    pieces: &CutPlan,
    parts: &[Vec<usize>],
) -> Result<Vec<usize>, Vec<Diagnostic>> {
    let part_of = |member: Member| {
        let proof = pieces.proof_of[&member];
        parts
            .iter()
            .position(|part| part.contains(&proof))
            .unwrap_or(0)
    };
    let graph = &pieces.derived.graph;
    // Reader and what it reads, both values: a cache is read through what is appended to it. What
    // nothing depends on is in no part, and what is a box of an input crosses as the input.
    let mut reads: Vec<(Member, Member)> = Vec::new();
    let live = graph.live();
    let is_everywhere = |member: &Member| match member {
        Member::Value(id) => pieces.derived.is_everywhere(*id),
        _ => false,
    };
    for (number, value) in graph.values.iter().enumerate() {
        let reader = Member::Value(ValueId(number as u32));
        if !live.contains(&reader) {
            continue;
        }
        let mut around = graph.reads(value.expr);
        while let Some(member) = around.pop() {
            match member {
                // What hints alone read is made where it is read, of what it reads.
                Member::Value(id) if !live.contains(&member) => {
                    around.extend(graph.reads(graph.value(id).expr));
                }
                Member::Value(_) => reads.push((reader, member)),
                Member::State(state) => {
                    let sources = graph.sources(state).into_iter();
                    let values = sources.filter(|source| matches!(source, Source::Value(_)));
                    let members = values.map(|source| source.member());
                    let members = members.filter(|member| !is_everywhere(member));
                    reads.extend(members.map(|member| (reader, member)));
                }
                Member::Input(_) | Member::Table(_) | Member::Static(_) => {}
            }
        }
    }
    let mut flow: DiGraph<usize, (Member, Member)> = DiGraph::new();
    let nodes: Vec<_> = (0..parts.len()).map(|part| flow.add_node(part)).collect();
    for (reader, read) in reads {
        let (from, to) = (part_of(read), part_of(reader));
        if from != to && flow.find_edge(nodes[from], nodes[to]).is_none() {
            flow.add_edge(nodes[from], nodes[to], (read, reader));
        }
    }
    if let Some(cycle) = tarjan_scc(&flow).into_iter().find(|scc| scc.len() > 1) {
        let name = |part: usize| joined(&pieces.proofs, &parts[part]);
        let within: Vec<_> = flow
            .edge_indices()
            .filter(|&edge| {
                flow.edge_endpoints(edge)
                    .is_some_and(|(a, b)| cycle.contains(&a) && cycle.contains(&b))
            })
            .collect();
        let mut edges = Vec::new();
        let mut diagnostic = Diagnostic::new("E104", String::new());
        for edge in within {
            let Some((from, to)) = flow.edge_endpoints(edge) else {
                continue;
            };
            let (read, reader) = flow[edge];
            let (read, reader) = (graph.member_name(read), graph.member_name(reader));
            edges.push(format!(
                "`{}` gives `{read}` to `{}`",
                name(flow[from]),
                name(flow[to])
            ));
            if let Member::Value(id) = flow[edge].1 {
                let span = graph.value(id).span;
                diagnostic = diagnostic.also(span, format!("`{reader}` reads `{read}` here"));
            }
        }
        diagnostic.message = format!(
            "open boundaries of plan `{}` depend on each other in a cycle: {}",
            declared.name,
            edges.join(", ")
        );
        return Err(vec![diagnostic.hint(
            "neither side could be computed before the other: link one of the boundaries, or \
             move values so that all that crosses goes one way",
        )]);
    }
    let mut order: Vec<usize> = Vec::new();
    while order.len() < parts.len() {
        let ready = (0..parts.len()).find(|part| {
            let mut given = flow.neighbors_directed(nodes[*part], petgraph::Incoming);
            !order.contains(part) && given.all(|from| order.contains(&flow[from]))
        });
        match ready {
            Some(part) => order.push(part),
            None => unreachable!("a graph without cycles has an order"),
        }
    }
    Ok(order)
}
