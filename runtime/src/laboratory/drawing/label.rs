//! What is written at a node and at an arrow.

use attnc_compiler::choice::cost::{opening_bytes, Expected};
use attnc_compiler::circuit::crossing::{By, Crossing};
use attnc_compiler::circuit::{Circuit, Kind};
use attnc_compiler::meaning::graph::{Graph, Member, Visibility};

use super::figure::{Boundary, Node, NodeKind};
use crate::session::Scheme;

/// A number with its thousands apart.
pub(super) fn spaced(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    groups.join(",")
}

/// A node without its place.
pub(super) fn described(
    graph: &Graph,
    circuit: &Circuit,
    component: usize,
    member: Option<Member>,
    held: bool,
) -> Node {
    let visible = |visibility: Visibility| match visibility {
        Visibility::Public => "public",
        Visibility::Private => "private",
    };
    let name = member.map(|member| graph.member_name(member).to_string());
    let (kind, note) = match member {
        Some(_) if !held => (NodeKind::Terms, "terms or copies".to_string()),
        Some(Member::Input(id)) => {
            let visibility = visible(graph.input(id).visibility);
            (NodeKind::Input, format!("{visibility} input"))
        }
        Some(Member::State(_)) => (NodeKind::State, "state".into()),
        Some(Member::Table(_)) => (NodeKind::Table, "table".into()),
        Some(Member::Static(_)) => (NodeKind::Table, "known when the key is made".into()),
        Some(Member::Value(id)) => match graph.value(id).output {
            Some(output) => {
                let visibility = visible(graph.output(output).visibility);
                (NodeKind::Output, format!("{visibility} output"))
            }
            None => (NodeKind::Value, "value".into()),
        },
        None if circuit.components[component].kind == Kind::Ranges => {
            (NodeKind::Table, "for every range".into())
        }
        None => (NodeKind::Terms, "for ranges".into()),
    };
    let name = name.unwrap_or_else(|| match circuit.components[component].kind {
        Kind::Ranges => {
            let sizes = circuit.ranges.sizes().into_iter();
            let sizes: Vec<String> = sizes.map(|size| format!("0..{size}")).collect();
            let pairs = circuit
                .ranges
                .pairs
                .map(|size| format!("pairs of 0..{size}"));
            sizes
                .into_iter()
                .chain(pairs)
                .collect::<Vec<_>>()
                .join(", ")
        }
        _ => "lookups".into(),
    });
    Node {
        within: 0,
        section: 0,
        proof: 0,
        name,
        note,
        kind,
    }
}

pub(super) fn labelled(
    crossing: &Crossing,
    circuit: &Circuit,
    schemes: &[Scheme],
    boundary: Boundary,
) -> Vec<String> {
    let by: Vec<&str> = crossing
        .by
        .iter()
        .map(|by| match by {
            By::Wire => "wire",
            By::Sum => "sum",
            By::Extremum => "extremum",
            By::Copy => "copies",
            By::Gather => "picks",
            By::Table => "lookups",
            By::Range => "range lookups",
        })
        .collect();
    // All proofs of a session have the same queries and blowup.
    let fri = &schemes[circuit.components[crossing.to.component].proof].fri;
    let expected = Expected::new(fri.queries);
    let queried: f64 = crossing
        .heights
        .iter()
        .map(|(log_rows, columns)| columns * expected.column_bytes(fri.log_domain(*log_rows)))
        .sum();
    let bytes = crossing.openings * opening_bytes() + queried;
    let tuples = spaced(crossing.tuples.round() as u64);
    let linked = match boundary {
        Boundary::Linked => "linked: ",
        _ => "",
    };
    vec![
        format!("{linked}{}", by.join(" and ")),
        format!("{tuples} tuples"),
        format!(
            "{}, {} columns",
            sends(crossing.sends),
            short(crossing.columns),
        ),
        format!("{} bytes", spaced(bytes.round() as u64)),
    ]
}

fn sends(number: f64) -> String {
    match short(number).as_str() {
        "1" => "1 send".into(),
        many => format!("{many} sends"),
    }
}

/// One decimal if it takes one.
fn short(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(short(2.0), "2");
        assert_eq!(short(2.25), "2.2");
        assert_eq!(spaced(1234567), "1,234,567");
        assert_eq!(spaced(12), "12");
    }
}
