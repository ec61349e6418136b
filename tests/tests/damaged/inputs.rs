//! Damaged inputs, as JSON and npz: each is refused with an error, or read for what it says.

use std::collections::BTreeSet;

use attnc::files::input;
use attnc_compiler::meaning::eval::Assignment;
use attnc_compiler::meaning::graph::Graph;

use super::whole::{cases, printable, timed, whole, Whole};
use crate::common::damage::{garbled, Json};
use crate::common::npz::{Archive, Member};
use crate::common::random::Random;

/// A number in JSON, if it is an integer exactly.
fn exact(word: &str) -> Option<i128> {
    let (mantissa, power) = match word.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, power.parse::<i64>().ok()?),
        None => (word, 0),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{part}");
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, digits.as_str()),
    };
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0);
    }
    let kept = digits.trim_end_matches('0');
    let power = power - part.len() as i64 + (digits.len() - kept.len()) as i64;
    let scale = 10i128.checked_pow(u32::try_from(power).ok()?)?;
    kept.parse::<i128>().ok()?.checked_mul(sign * scale)
}

/// The integers of nested lists, in order; `None` if something in them is none.
fn flat(json: &Json, into: &mut Vec<i64>) -> Option<()> {
    match json {
        Json::List(list) => list.iter().try_for_each(|inner| flat(inner, into)),
        Json::Word(word) => {
            into.push(i64::try_from(exact(word)?).ok()?);
            Some(())
        }
        _ => None,
    }
}

fn nested(shape: &[usize], data: &[i64]) -> Json {
    match shape.split_first() {
        None => Json::Word(data[0].to_string()),
        Some((&size, inner)) => {
            let each = data.chunks((data.len() / size).max(1));
            Json::List(each.map(|part| nested(inner, part)).collect())
        }
    }
}

/// Every tensor and table from input of the whole program: name, shape, elements.
fn tensors(whole: &Whole) -> Vec<(&str, Vec<usize>, &[i64])> {
    let inputs = whole.graph.inputs.iter().zip(&whole.assignment.inputs);
    let inputs = inputs.map(|(input, tensor)| {
        (
            input.name.as_str(),
            tensor.shape.clone(),
            tensor.data.as_slice(),
        )
    });
    let table = &whole.graph.tables[0];
    let entries = table.entries.as_slice();
    inputs
        .chain([(table.name.as_str(), vec![entries.len()], entries)])
        .collect()
}

/// The graph before its table has entries.
fn without_entries(whole: &Whole) -> Graph {
    let mut graph = whole.graph.clone();
    graph.tables[0].entries.clear();
    graph
}

/// Every tensor as an assignment has it.
fn given(graph: &Graph, assignment: &Assignment) -> Vec<(String, Vec<i64>)> {
    let inputs = graph.inputs.iter().zip(&assignment.inputs);
    let inputs = inputs.map(|(input, tensor)| (input.name.clone(), tensor.data.clone()));
    let table = (graph.tables[0].name.clone(), assignment.tables[0].clone());
    inputs.chain([table]).collect()
}

#[test]
fn damaged_inputs_as_json() {
    let whole = whole();
    let graph = without_entries(whole);
    let fields = tensors(whole).into_iter();
    let fields = fields.map(|(name, shape, data)| (name.to_string(), nested(&shape, data)));
    let honest = Json::Object(fields.collect());
    let read = input::parse(honest.text().as_bytes(), &graph).unwrap();
    assert_eq!(read, whole.assignment);
    let mut accepted = 0;
    for seed in 0..cases() {
        let random = &mut Random::new(seed);
        let mut damaged = honest.clone();
        damaged.damage(random);
        let text = damaged.text();
        match timed(&|| text.clone(), || input::parse(text.as_bytes(), &graph)) {
            Err(error) => printable(&error.diagnostic(&graph).message),
            Ok(read) => {
                assert!(!damaged.doubled(), "a name twice: {text}");
                let Json::Object(fields) = &damaged else {
                    panic!("no object: {text}");
                };
                for (name, data) in given(&graph, &read) {
                    let mut own = Vec::new();
                    let field = fields.iter().find(|(field, _)| *field == name);
                    let field = field.and_then(|(_, field)| flat(field, &mut own));
                    assert!(field.is_some() && own == data, "{name}: {text}");
                }
                accepted += 1;
            }
        }
    }
    println!("{accepted} accepted");
}

/// One thing that is wrong with an archive.
fn damage(archive: &mut Archive, random: &mut Random) {
    const SHAPES: [&str; 14] = [
        "()",
        "(0,)",
        "(3)",
        "(1, 3)",
        "(3, 1)",
        "(-1,)",
        "(4,)",
        "(18446744073709551615,)",
        "(18446744073709551616,)",
        "(4294967296, 4294967296)",
        "(9223372036854775807, 2)",
        "(3, 0)",
        "3",
        "(((((",
    ];
    const DESCRS: [&str; 16] = [
        "'<i4'",
        "'>i8'",
        "'<u8'",
        "'<f8'",
        "'<f2'",
        "'|b1'",
        "'|i1'",
        "'<U8'",
        "'|O'",
        "'<c16'",
        "'<i16'",
        "'<i'",
        "''",
        "'é'",
        "[('a', '<i8')]",
        "i8",
    ];
    let lies = [
        1,
        u32::MAX,
        7,
        1 << 16,
        1 << 31,
        u32::MAX >> 1,
        u32::MAX - 20,
    ];
    let lie = lies[random.below(lies.len())];
    let at = random.below(archive.members.len());
    let copy = archive.members[at].clone();
    let member = &mut archive.members[at];
    match random.below(18) {
        0 => member.shape = SHAPES[random.below(SHAPES.len())].into(),
        1 => member.descr = DESCRS[random.below(DESCRS.len())].into(),
        2 => member.fortran = ["True", "0", "true", ""][random.below(4)].into(),
        3 => member.data.truncate(random.below(member.data.len())),
        4 => member.data.extend([0; 8]),
        5 => member.data = vec![0; 1 << 20],
        6 => member.header_lie = lie,
        7 => member.crc_lie = lie,
        8 => member.size_lie = lie,
        9 => member.packed_lie = lie,
        10 => member.start[random.below(8)] ^= 1 << random.below(8),
        11 => {
            let names = [
                "",
                ".npy",
                "x",
                "x.npy.npy",
                "../x.npy",
                "\u{1b}[2J.npy",
                "u.npy",
                "/",
            ];
            member.name = names[random.below(names.len())].into();
        }
        12 => archive.members.push(copy),
        13 => drop(archive.members.remove(at)),
        14 => archive.members.reverse(),
        15 => archive.count_lie = lie as u16,
        16 => archive.offset_lie = lie,
        _ => archive.members = vec![copy; 5000],
    }
}

#[test]
fn damaged_inputs_as_npz() {
    let whole = whole();
    let graph = without_entries(whole);
    let expected = given(&graph, &whole.assignment);
    let archive = |deflated| Archive {
        members: tensors(whole)
            .iter()
            .map(|(name, shape, data)| Member {
                deflated,
                ..Member::new(name, shape, data)
            })
            .collect(),
        ..Archive::default()
    };
    for deflated in [false, true] {
        let read = input::parse(&archive(deflated).bytes(), &graph).unwrap();
        assert_eq!(read, whole.assignment);
    }
    let mut accepted = 0;
    for seed in 0..cases() {
        let random = &mut Random::new(seed);
        let mut damaged = archive(random.below(2) == 0);
        for _ in 0..1 + random.below(2) {
            if !damaged.members.is_empty() {
                damage(&mut damaged, random);
            }
        }
        let mut bytes = damaged.bytes();
        if random.below(8) == 0 {
            bytes = garbled(&bytes, random);
        }
        match timed(&|| format!("npz {seed}"), || input::parse(&bytes, &graph)) {
            Err(error) => printable(&error.diagnostic(&graph).message),
            Ok(read) => {
                for (found, honest) in given(&graph, &read).iter().zip(&expected) {
                    // The other order of a matrix is another matrix.
                    let turned = damaged
                        .members
                        .iter()
                        .any(|member| member.fortran == "True");
                    assert!(
                        found == honest || turned && found.0 == "q",
                        "{seed}: {damaged:?}"
                    );
                }
                let names: BTreeSet<&str> =
                    damaged.members.iter().map(|m| m.name.as_str()).collect();
                assert_eq!(names.len(), damaged.members.len(), "{seed}: {damaged:?}");
                accepted += 1;
            }
        }
    }
    println!("{accepted} accepted");
}
