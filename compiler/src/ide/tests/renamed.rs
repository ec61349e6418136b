//! Names that become others, and those that may not.

use super::{document, place, DECODE, DEFS, OTHERS};
use crate::analyse_with;
use crate::ide::document::Document;
use crate::ide::rename::{applied, everywhere, rename as renamed_in, renameable, File};
use crate::ide::symbols::Kind;
use crate::ide::tests::rename;
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
            let Ok(edits) = rename(&found, at, "brand_new") else {
                assert!(renameable(&found, at).is_err(), "{name}: {text}");
                continue;
            };
            let new = applied(text, &edits);
            let after = compiled(&new);
            let back = document(&new);
            let there = new.find("brand_new").unwrap();
            let again = rename(&back, there, name).unwrap();
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
    let to = |name: &str| rename(&found, score, name).map(|edits| edits.len());
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
    let load = |_: &str| {
        Ok(Loaded {
            name: "a.attn".into(),
            bytes: b"def f(x) -> y { y = x }".to_vec(),
        })
    };
    let user = "use \"a.attn\" circuit c { public output y y = f(1) }";
    let found = Document::of(user, &load);
    // It can be, in the file that defines it.
    let call = user.find("f(1)").unwrap();
    assert!(renameable(&found, call).is_ok());
    assert!(rename(&found, call, "g")
        .unwrap_err()
        .contains("another file"));
}

/// The files of a folder by name, with what each uses, the first defining what is renamed.
fn around(texts: &[(&str, &str)]) -> Vec<(String, Document)> {
    let load = |used: &str| {
        let found = texts.iter().find(|(name, _)| *name == used);
        let (name, text) = found.ok_or("no such file")?;
        Ok(Loaded {
            name: name.to_string(),
            bytes: text.as_bytes().to_vec(),
        })
    };
    let read = |(name, text): &(&str, &str)| (name.to_string(), Document::of(text, &load));
    texts.iter().map(read).collect()
}

fn files(all: &[(String, Document)]) -> Vec<File<'_>> {
    let number =
        |path: &Option<String>| all.iter().position(|(name, _)| Some(name) == path.as_ref());
    let file = |(name, document): &'_ (String, Document)| {
        let beside = document.beside.iter().map(|it| number(&it.path)).collect();
        (name.clone(), beside)
    };
    let each = all.iter().map(|one| (file(one), &one.1));
    each.map(|((name, beside), document)| File {
        name,
        document,
        beside,
    })
    .collect()
}

const HOUSE: [(&str, &str); 4] = [
    ("low.attn", "def low(x[n]) -> (least, most) {\n    least = min(i in n) x[i]\n    most = max(i in n) x[i]\n}\n"),
    ("mid.attn", "use \"low.attn\"\ndef mid(x[n]) -> y { y = low(x).least + low(x = x).most }\n"),
    ("a.attn", "use \"mid.attn\"\nuse \"low.attn\"\ncircuit a { private input x[3] : 0..9  public output y\n    \
      y = mid(x) + low(x).least }\n"),
    ("b.attn", "circuit b { private input low[3] : 0..9  public output y  y = min(i in 3) low[i] }\n"),
];

/// A file of the house, once all have these texts.
fn in_house(number: usize, texts: &[String]) -> Document {
    let named = HOUSE.iter().zip(texts);
    let all: Vec<(&str, &str)> = named
        .map(|((name, _), text)| (*name, text.as_str()))
        .collect();
    around(&all).swap_remove(number).1
}

#[test]
fn a_name_is_renamed_in_all_files_that_use_it() {
    let texts = HOUSE;
    let all = around(&texts);
    let files = files(&all);
    for (word, counts) in [
        ("low", [1, 2, 1, 0]),
        ("least", [2, 1, 1, 0]),
        ("x", [3, 1, 0, 0]),
    ] {
        let home = texts[0].1;
        let at = home.find(word).unwrap();
        let edits = renamed_in(&files, at, "brand_new", &in_house).unwrap();
        let found: Vec<usize> = edits.iter().map(Vec::len).collect();
        assert_eq!(found, counts, "{word}");
        let number = all[0].1.symbols.at(at).unwrap().means[0];
        let places = everywhere(&files, number);
        for (file, spans) in places {
            let changed: Vec<_> = edits[file].iter().map(|edit| edit.span).collect();
            assert_eq!(spans, changed, "{word}");
        }
        let new: Vec<String> = texts
            .iter()
            .zip(&edits)
            .map(|(it, edits)| applied(it.1, edits))
            .collect();
        let load = |used: &str| {
            let at = texts.iter().position(|it| it.0 == used).unwrap();
            Ok(Loaded {
                name: used.into(),
                bytes: new[at].as_bytes().to_vec(),
            })
        };
        for at in [2, 3] {
            analyse_with(&new[at], &[], &load)
                .unwrap_or_else(|it| panic!("{word}: {:?}", it.errors));
        }
    }
}

#[test]
fn what_a_file_around_cannot_have_is_refused_with_its_name() {
    let with = |text: &'static str| {
        let mut texts = HOUSE;
        texts[2].1 = text;
        let all = around(&texts);
        let files = files(&all);
        renamed_in(&files, 4, "other", &in_house)
            .map(|_| ())
            .unwrap_err()
    };
    for (text, why) in [
        ("use \"low.attn\"\ncircuit a { public output y  y = }\n", "a.attn: mend the errors"),
        ("use \"low.attn\"\ndef other(x) -> y { y = x }\ncircuit a { public output y  y = 1 }\n", "taken"),
        ("use \"mid.attn\"\ncircuit a { private input x[3] : 0..9  public output y\n y = mid(x)\n\
          region r { low#1.least } }\n", "a.attn: a region, plan or test names `low#1.least`"),
    ] {
        let said = with(text);
        assert!(said.contains(why), "{text}: {said}");
    }
}
