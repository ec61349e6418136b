//! What attnc reads: nothing otherwise than it is written, and standard input and output once each.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::halves::halves;
use super::writes::{PROVE, SEED};
use crate::house::{House, Said, INPUT, TINY};

/// Everything that it computes is public.
const OPEN: &str = "circuit open(n = 2, m = 3) {
    private input x[n, m] : -200..=300
    private input s : -5..=5
    public output y[n, m]
    y[i in n, j in m] = x[i, j] * 2 + s
}";

#[cfg(unix)]
#[test]
fn standard_input_and_output_take_one_file_each() {
    let house = halves();
    house.write("free.attn", TINY.replace("assert[i in n] x[i] >= 1", ""));
    // The same on the way through pipes as through files.
    let script = "\"$ATTNC\" sample free.attn -o - | \"$ATTNC\" run free.attn --input - -o -";
    let piped = house.shell(script, &[]).works();
    house.run(&["sample", "free.attn", "-o", "s.npz"]).works();
    let line = ["run", "free.attn", "--input", "s.npz", "--json"];
    assert_eq!(piped.json(), house.run(&line).works().json());
    let script = "\"$ATTNC\" run free.attn --input - --json < s.npz";
    assert_eq!(piped.json(), house.shell(script, &[]).works().json());

    house
        .run(&["key", "tiny.attn", "--security", "seed", "-o", "t.key"])
        .works();
    let script =
        "\"$ATTNC\" \"$@\" -o - < in.json | tee x.proof | \"$ATTNC\" verify - --key t.key \
                  --min-security 13";
    let prove = ["prove", "tiny.attn", "--security", "seed", "--input", "-"];
    let said = house.shell(script, &prove).works();
    assert!(said.out.contains("verified in"), "{}", said.out);
    assert!(said.err.contains("-: tiny"), "{}", said.err);
    house
        .run(&[&PROVE[..], &["-o", "y.proof"]].concat())
        .works();
    assert_eq!(house.read("x.proof"), house.read("y.proof"));
    let script =
        "\"$ATTNC\" join --key k.key a.proof - -o - < b.proof | \"$ATTNC\" verify - --whole \
                  --key k.key --min-security 13";
    house.shell(script, &[]).works();
    let script = "echo '{\"y\": [-3, -1, 1]}' | exec \"$ATTNC\" verify x.proof --key t.key \"$@\"";
    house
        .shell(script, &[&SEED[..], &["--expect", "-"]].concat())
        .works();

    let misuse = |line: &[&str], what: &str| {
        let before = house.names("");
        let said = house.shell("exec \"$ATTNC\" \"$@\" < in.json", line);
        said.fails(2, &[what]);
        assert_eq!(house.names(""), before, "{line:?}");
        said
    };
    let twice = "is given for two files";
    misuse(&["verify", "-", "--key", "t.key", "--expect", "-"], twice);
    misuse(&["join", "-", "-", "--key", "k.key"], twice);
    misuse(
        &[
            "prove",
            "tiny.attn",
            "--input",
            "-",
            "--input",
            "-",
            "-o",
            "a",
            "-o",
            "b",
        ],
        twice,
    );
    for line in [
        &["jobs", "tiny.attn", "--input", "-"] as &[&str],
        &["explore", "tiny.attn", "--input", "-"],
        &["sweep", "tiny.attn", "--input", "-"],
    ] {
        misuse(line, "can be read only once");
    }
    let folder = [&prove[..], &["-o", "."]].concat();
    misuse(&folder, "has no name for its proof");
    for line in [
        &["key", "tiny.attn"] as &[&str],
        &PROVE,
        &["join", "--key", "k.key", "a.proof", "b.proof"],
    ] {
        for name in ["-", "/dev/stdout"] {
            let line = [line, &["--json", "-o", name]].concat();
            let said = misuse(&line, "is for the object alone");
            assert!(!said.out.contains("attnc-key") && said.out.lines().count() <= 1);
        }
    }
    // A file that has that name has another one as well.
    house.write("-", INPUT);
    let line = ["run", "tiny.attn", "--input", "./-", "--json"];
    house.run(&line).works();
}

#[test]
fn names_do_not_lie() {
    let house = House::new();
    house.write("open.attn", OPEN);
    let sample = |name: &str| house.run(&["sample", "open.attn", "-o", name]);
    let run = |input: &str, more: &[&str]| {
        house.run(&[&["run", "open.attn", "--input", input], more].concat())
    };
    for name in ["v.npz", "v.NPZ", "v.json", "v", "v.txt"] {
        sample(name).works();
        let is_npz = house.read(name).starts_with(b"PK");
        assert_eq!(is_npz, name.to_lowercase().ends_with(".npz"), "{name}");
    }
    let before = house.names("");
    sample("v.npy").fails(2, &["v.npy would be one array without a name", ".npz"]);
    assert_eq!(house.names(""), before);
    // One output is one array.
    run("v.json", &["-o", "o.npy"]).works();
    assert!(house.read("o.npy").starts_with(b"\x93NUMPY"));
    // What is read is what it is, whatever it is called.
    let outputs = run("v.json", &["--json"]).works().json();
    for (from, to) in [("v.npz", "npz.json"), ("v.json", "json.npz")] {
        std::fs::copy(house.path(from), house.path(to)).unwrap();
        assert_eq!(run(to, &["--json"]).works().json(), outputs, "{to}");
    }
    run("v.npz", &["-o", "o.npz"]).works();
    run("v.npz", &["-o", "o.json"]).works();
    let file = std::fs::File::open(house.path("o.npz")).unwrap();
    let mut reader = ndarray_npy::NpzReader::new(file).unwrap();
    let y: ndarray::Array2<i64> = reader.by_name("y").unwrap();
    let rows: Vec<Vec<i64>> = y.rows().into_iter().map(|row| row.to_vec()).collect();
    assert_eq!(json!({ "outputs": { "y": rows } }), outputs);
    // Either can be expected.
    house
        .run(&["key", "open.attn", "--security", "seed"])
        .works();
    let prove = ["prove", "--key", "open.key", "--security", "seed"];
    house.run_with(&prove, &["--input", "v.npz"]).works();
    let verify = |expect: &str| {
        let line = [
            "verify",
            "open.proof",
            "--key",
            "open.key",
            "--expect",
            expect,
        ];
        house.run_with(&line, &SEED)
    };
    verify("o.npz").works();
    verify("o.json").works();
    house.write(
        "other.json",
        json!({ "y": [[0, 0, 0], [0, 0, 0]] }).to_string(),
    );
    verify("other.json").fails(1, &["is expected"]);
    // A name that counts twice, and numbers that only look like integers.
    house.write(
        "twice.json",
        format!("{{\"y\": {0}, \"y\": {0}}}", json!(rows)),
    );
    verify("twice.json").fails(2, &["twice.json", "`y` stands twice"]);
    let off = json!(rows)
        .to_string()
        .replacen(']', ".0000000000000000001]", 1);
    house.write("off.json", format!("{{\"y\": {off}}}"));
    verify("off.json").fails(2, &["off.json", "which is not an integer"]);
    let twice = house.read("open.key");
    let twice = String::from_utf8(twice).unwrap();
    house.write(
        "open.key",
        twice.replacen(
            "\"entries\"",
            "\"entries\": {\"f\": [], \"f\": []},\"entries\"",
            1,
        ),
    );
    verify("o.json").fails(2, &["open.key", "`f` stands twice"]);
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/fixtures/inputs")
        .join(name)
}

#[test]
fn inputs_are_read_exactly_or_refused() {
    let house = House::new();
    house.write("open.attn", OPEN);
    house.write(
        "flat.attn",
        OPEN.replace("m = 3", "m = 1").replace("n = 2", "n = 1"),
    );
    let run = |program: &str, input: &Path| -> Said {
        let input = input.display().to_string();
        house.run(&["run", program, "--input", &input, "--json"])
    };
    let said = run("open.attn", &fixture("float16.npz")).works();
    assert_eq!(said.json()["outputs"]["y"], json!([[1, 3, 5], [7, 9, 11]]));
    run("open.attn", &fixture("twice.npz")).fails(2, &["E079", "`x` stands twice"]);
    let how = "numpy.savez(\\\"in.npz\\\", x=numpy.load(\\\"in.npy\\\"))";
    run("open.attn", &fixture("single.npy")).fails(2, &["E078", "one npy array", how]);
    let file = |text: &str| {
        house.write("in.json", text);
        run("flat.attn", &house.path("in.json"))
    };
    let y = |text: &str| file(text).works().json()["outputs"]["y"][0][0].clone();
    assert_eq!(y("\u{feff}{\"x\": [[1.0]], \"s\": 0}"), 2);
    assert_eq!(y("{\"x\": [[1e2]], \"s\": -0.0}"), 200);
    for number in ["1.0000000000000000001", "1e-999999999", "1e999999999"] {
        let said = file(&format!("{{\"x\": [[{number}]], \"s\": 0}}"));
        said.fails(2, &["E081", &format!("`x[0, 0]` is {number}")]);
    }
    file("{\"x\": [[1]], \"s\": 0, \"x\": [[1]]}").fails(2, &["E079", "`x` stands twice"]);
}
