//! Plans that a program could be given: its regions, values, loops and steps as boundaries (spec 8.8).

use std::collections::BTreeSet;

use crate::meaning::graph::{Domain, Graph};

/// A plan to try, and what it puts a boundary around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// As `--plan` takes it.
    pub text: String,
    /// In words, for a table.
    pub what: String,
}

/// Pieces that an index is cut into, at most.
const MOST_PIECES: u64 = 16;

/// A region or a value by itself against the rest: with a linked boundary, and with an open one.
pub fn apart(name: &str) -> [String; 2] {
    // A name for each proof that is not the other's.
    let rest = if name == "rest" { "others" } else { "rest" };
    let linked = format!("proof {rest}: * - {name} proof {name}: {name}");
    let open = format!("{linked} open *");
    [linked, open]
}

/// Everything in one proof; every region, value and looked-up table by itself against the rest;
/// every index of a loop one by one and in halves, quarters, and so on; steps in two, four, and so
/// on. Each with linked and with open boundaries. No order but that of the program; plans that
/// cannot be partitioned are among them.
pub fn candidates(graph: &Graph) -> Vec<Candidate> {
    let mut found = vec![Candidate {
        text: "proof all: *".into(),
        what: "everything in one proof".into(),
    }];
    let mut both = |text: String, what: String, open: String| {
        found.push(Candidate {
            text,
            what: format!("{what}, linked"),
        });
        found.push(Candidate {
            text: open,
            what: format!("{what}, open"),
        });
    };
    let regions = graph.regions.iter().map(|region| (&region.name, "region"));
    let values = graph.values.iter();
    let values = values.filter(|value| value.limb_of().is_none());
    let values = values.map(|value| (&value.name, "value"));
    let mut apart = BTreeSet::new();
    for (name, kind) in regions.chain(values) {
        // Several values may share a name; a set names them all.
        if !apart.insert(name.clone()) {
            continue;
        }
        let [linked, open] = self::apart(name);
        both(linked, format!("{kind} {name} apart"), open);
    }
    for (name, is_step, size) in loops(graph) {
        let mut pieces: Vec<u64> = std::iter::successors(Some(2), |n| Some(n * 2))
            .take_while(|&n| n <= MOST_PIECES && n <= size)
            .collect();
        if !is_step && size <= MOST_PIECES && !pieces.contains(&size) && size > 1 {
            pieces.push(size);
        }
        for count in pieces {
            let (cut, what) = if is_step {
                let end = |piece: u64| piece * size / count;
                let ranges: Vec<String> = (0..count)
                    .map(|piece| format!("{}..{}", end(piece), end(piece + 1)))
                    .collect();
                let what = format!("{name} in {count} ranges");
                (format!("{name} {}", ranges.join(" | ")), what)
            } else {
                let group = size.div_ceil(count);
                let each = match group {
                    1 => format!("by {name}"),
                    _ => format!("by {group} {name}"),
                };
                (each.clone(), format!("{each}, {count} proofs"))
            };
            let linked = format!("proof part: * {cut}");
            let open = format!("proof part: * open {cut}");
            both(linked, what, open);
        }
    }
    found
}

/// The loops of a program by the name that a cut gives them, whether they step, and their size:
/// indices of values' spaces that an enclosing loop binds in some value.
fn loops(graph: &Graph) -> Vec<(String, bool, u64)> {
    let steps: BTreeSet<_> = graph
        .states
        .iter()
        .filter_map(|state| state.append.as_ref().map(|append| append.step))
        .collect();
    let mut found: Vec<(String, bool, u64)> = Vec::new();
    let values = graph.values.iter();
    let shared = |index| {
        let in_spaces = graph
            .values
            .iter()
            .filter(|value| value.space.contains(index));
        in_spaces.count() > 1
    };
    for index in values
        .flat_map(|value| &value.space)
        .filter(|index| shared(index))
    {
        let Domain::Static(size) = graph.index(*index).domain else {
            continue;
        };
        let bound = graph.index(*index);
        let name = bound.over.as_ref().unwrap_or(&bound.name);
        if size > 1 && bound.first == 0 && !found.iter().any(|(known, ..)| known == name) {
            found.push((name.clone(), steps.contains(index), size));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse;

    #[test]
    fn every_kind_of_boundary_is_a_candidate() {
        let source = "circuit c(n = 8, heads = 4) {
            private input x[n, heads] : 0..4
            state past = empty
            public output y[n, heads]
            step t in n {
                past <- x[t]
                for h in heads {
                    total = sum(j in past) past[j, h]
                    y[t, h] = total + 1
                }
            }
            region sums { total }
        }";
        let (_, graph) = analyse(source, &[]).unwrap();
        let texts: Vec<String> = candidates(&graph).into_iter().map(|c| c.text).collect();
        for text in [
            "proof all: *",
            "proof rest: * - sums proof sums: sums",
            "proof rest: * - total proof total: total open *",
            "proof part: * n 0..4 | 4..8",
            "proof part: * open n 0..2 | 2..4 | 4..6 | 6..8",
            "proof part: * by 2 heads",
            "proof part: * open by heads",
        ] {
            assert!(
                texts.iter().any(|known| known == text),
                "{text} in {texts:#?}"
            );
        }
        let distinct: BTreeSet<&String> = texts.iter().collect();
        assert_eq!(distinct.len(), texts.len());
    }

    #[test]
    fn limbs_go_where_their_value_goes_and_are_no_candidates() {
        let source = "circuit c(n = 3) {
            private input x[n] : -30000..=30000
            private input w[n] : -(2 ^ 20)..=2 ^ 20
            public output y
            z = sum(i in n) x[i] * w[i]
            y = clip(z, -9, 9)
            plan p { proof a: x + w proof b: y + z }
        }";
        let (_, graph) = analyse(source, &[]).unwrap();
        let limbs = graph.values.iter().filter_map(|value| value.limb_of());
        assert!(limbs.clone().count() > 2);
        assert!(limbs.clone().all(|of| ["x", "w", "z"].contains(&of)));
        assert!(crate::plan::partition(&graph, &graph.plans[0]).is_ok());
        let texts: Vec<String> = candidates(&graph).into_iter().map(|c| c.text).collect();
        assert!(texts.contains(&"proof rest: * - z proof z: z".to_owned()));
        assert!(texts.iter().all(|text| !text.contains('.')), "{texts:?}");
    }
}
