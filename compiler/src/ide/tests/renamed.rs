//! Names that become others, and those that may not.

use super::{document, place, DECODE, DEFS, OTHERS};
use crate::analyse_with;
use crate::ide::document::Document;
use crate::ide::rename::{applied, rename, renameable};
use crate::ide::symbols::Kind;
use crate::syntax::expand::{no_files, Loaded};

/// What is compiled is the same but for the name, and the digest is once the old name is back.
#[test]
fn a_name_is_renamed_wherever_it_is_meant_and_means_the_same() {
    let compiled = |text: &str| analyse_with(text, &[], &no_files).unwrap();
    let (mut renamed, mut same) = (0, 0);
    for text in [DECODE, DEFS, OTHERS[1], OTHERS[2], OTHERS[3], OTHERS[4]] {
        let found = document(text);
        let before = compiled(text);
        for symbol in found
            .symbols
            .symbols
            .iter()
            .filter(|symbol| symbol.text == 0)
        {
            let (at, name) = (symbol.span.start, &symbol.name);
            let Ok(edits) = rename(&found, at, "brand_new", &no_files) else {
                assert!(renameable(&found, at).is_err(), "{name}: {text}");
                continue;
            };
            let new = applied(text, &edits);
            let after = compiled(&new);
            let back = document(&new);
            let there = new.find("brand_new").unwrap();
            let again = rename(&back, there, name, &no_files).unwrap();
            assert_eq!(again.len(), edits.len(), "{name}");
            assert_eq!(applied(&new, &again), text, "{name}");
            // Of one name in several blocks the graph numbers what is left.
            let alone = found.symbols.by_name[name].len() == 1;
            if alone && symbol.kind != Kind::Def {
                let text = after.graph.to_string().replace("brand_new", name);
                assert_eq!(text, before.graph.to_string(), "{name}");
                same += 1;
            }
            renamed += 1;
        }
    }
    assert!(renamed > 80 && same > 40, "{renamed} {same}");
}

#[test]
fn a_rename_that_would_change_what_is_meant_is_refused() {
    let found = document(DECODE);
    let score = place(DECODE, "score", 0);
    let to = |name: &str| rename(&found, score, name, &no_files).map(|edits| edits.len());
    assert_eq!(to("points"), Ok(3));
    for (name, why) in [
        ("peak", "taken"),
        ("query", "taken"),
        ("heads", "taken"),
        ("j", "taken"),
        ("step", "word of the language"),
        ("clip", "function of the language"),
        ("2x", "no name"),
        ("", "no name"),
        ("a b", "no name"),
        ("a\u{202e}", "no name"),
    ] {
        assert!(
            to(name).unwrap_err().contains(why),
            "{name}: {:?}",
            to(name)
        );
    }
    let refused = |text: &str, at: usize| renameable(&document(text), at).unwrap_err();
    assert!(refused(DEFS, DEFS.find("softmax").unwrap()).contains("ships"));
    let whole = OTHERS[5];
    assert!(refused(whole, whole.find("half(").unwrap()).contains("half#"));
    assert!(refused(DECODE, DECODE.find("circuit").unwrap()).contains("no name"));
    assert!(refused("circuit c { x = 1 + }", 12).contains("errors of syntax"));
    assert!(refused("def f(x) -> y { y = x }", 4).contains("programs that use this file"));
    let load = |_: &str| {
        Ok(Loaded {
            name: "a.attn".into(),
            bytes: b"def f(x) -> y { y = x }".to_vec(),
        })
    };
    let user = "use \"a.attn\" circuit c { public output y y = f(1) }";
    let found = Document::of(user, &load);
    let said = renameable(&found, user.find("f(1)").unwrap()).unwrap_err();
    assert!(said.contains("a.attn"), "{said}");
}
