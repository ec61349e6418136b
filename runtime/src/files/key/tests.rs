//! Keys that are made, read, changed and refused.
#![allow(clippy::unwrap_used)]

use attnc_compiler::assemble;

use super::*;

const SOURCE: &str = "circuit c(n = 4) {\n // a comment\n table f(x in 0..8) : 0..16 from \
                      input\n private input x[n] : 0..8\n public output y[n]\n y[i in n] = \
                      f(x[i])\n }";

fn key() -> Key {
    let (ast, mut graph) = analyse(SOURCE, &[("n".into(), 5)]).unwrap();
    graph.tables[0].entries = (0..8).rev().collect();
    Key::make(&[assemble(ast, graph, None, &Choices::default()).unwrap()])
}

#[test]
fn a_key_is_read_back_and_compiles_to_itself() {
    let key = key();
    assert_eq!(key.params, [("n".to_string(), 5)]);
    assert_eq!(key.to_json(), self::key().to_json());
    let read = Key::parse(key.to_json().as_bytes()).unwrap();
    assert_eq!(read, key);
    let compiled = read.compile().unwrap();
    for setting in Setting::ALL {
        assert!(read.expected(&compiled, 0, setting).is_ok());
    }
}

#[test]
fn a_changed_key_is_refused() {
    let changes: [fn(&mut Key); 12] = [
        |key| key.parts[0].name.push('x'),
        |key| key.parts.clear(),
        |key| key.parts.push(key.parts[0].clone()),
        |key| key.circuit.push('x'),
        |key| key.params[0].1 = 6,
        |key| key.plan.push('x'),
        |key| key.parts[0].choices.digit_bits = Some(13),
        |key| key.program.0[0] ^= 1,
        |key| key.parts[0].layout.0[0] ^= 1,
        |key| key.tables[0].1 .0[0] ^= 1,
        |key| key.entries.values_mut().for_each(|entries| entries[3] += 1),
        |key| key.source = key.source.replace("f(x[i])", "x[i]"),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut key = key();
        change(&mut key);
        assert!(key.compile().is_err(), "change {number}");
    }
    let mut key = key();
    key.entries.clear();
    assert!(matches!(key.compile(), Err(KeyError::Differs(_))));
    key = self::key();
    key.parts[0].preprocessed.values_mut().for_each(Vec::clear);
    assert!(matches!(key.compile(), Err(KeyError::Differs(_))));
}

#[test]
fn a_name_that_stands_twice_is_refused() {
    let text = key().to_json();
    for (name, twice) in [
        ("f", "\"f\": [0], \"f\":"),
        ("2", "\"2\": [], \"2\":"),
        ("circuit", "\"circuit\": \"d\", \"circuit\":"),
    ] {
        let other = text.replacen(&format!("\"{name}\":"), twice, 1);
        assert_ne!(other, text, "{name}");
        let said = Key::parse(other.as_bytes()).unwrap_err().to_string();
        assert!(said.contains(&format!("`{name}` stands twice")), "{said}");
    }
    let marked = format!("\u{feff}{text}");
    assert_eq!(Key::parse(marked.as_bytes()).unwrap(), key());
}

#[test]
fn another_version_says_so() {
    for (version, what) in [
        (
            "5",
            "a newer attnc: it has version 5, this attnc reads version 4; update attnc",
        ),
        (
            "3",
            "an older attnc: it has version 3, this attnc reads version 4; make it again",
        ),
        ("0", "an older attnc: it has version 0"),
        ("99999999999", "a newer attnc: it has version 99999999999"),
    ] {
        // Whatever other fields that version has.
        let text = format!("{{\"format\": \"attnc-key\", \"version\": {version}, \"x\": 1}}");
        let error = Key::parse(text.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
    let error = Key::parse(b"{\"a\": 1}").unwrap_err();
    assert!(matches!(error, KeyError::NotAKey), "{error}");
    assert!(matches!(Key::parse(b"{1"), Err(KeyError::Json(_))));
    for foreign in [
        b"" as &[u8],
        b"[1",
        b"attncprf\x03",
        b"attncset",
        b"circuit c() {",
    ] {
        assert!(matches!(Key::parse(foreign), Err(KeyError::NotAKey)));
    }
}
