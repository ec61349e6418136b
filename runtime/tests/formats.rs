//! Tensors in every format: inputs from one file or several, what `run` shows and writes, and what is
//! expected.
#![cfg(feature = "prove")]
// Helpers outside of test functions unwrap as tests do.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::io::{Cursor, Write};

use ndarray::{arr0, arr1, Array1, ArrayD};
use ndarray_npy::{NpzReader, NpzWriter, ReadNpyExt, WriteNpyExt};
use safetensors::tensor::{Dtype, TensorView};
use serde_json::json;

mod house;

use house::{example, House, Said};

const ECHO: &str = "circuit echo(n = 4) {
    private input x[n] : -8..=7
    public output y[n]
    y[i in n] = x[i] + 1
}";

/// With the tiny program, `x` and `shift` in all formats, and a program of one input.
fn house() -> House {
    let house = House::new();
    house.write("tiny.attn", house::TINY);
    house.write("echo.attn", ECHO);
    house.write("in.json", r#"{"x": [1, 5, 8], "shift": -3}"#);
    house.write("x.npy", npy(&[1, 5, 8]));
    house.write("shift.npy", scalar(-3));
    house.write("x.json", "[1, 5, 8]");
    house.write("shift.json", "-3\n");
    house.write("x.npz", npz(&[("arr_0", &[1, 5, 8])]));
    house.write("shift.npz", {
        let mut bytes = Cursor::new(Vec::new());
        let mut writer = NpzWriter::new(&mut bytes);
        writer.add_array("shift", &arr0(-3i16)).unwrap();
        writer.finish().unwrap();
        bytes.into_inner()
    });
    let i32s = |data: &[i32]| {
        data.iter()
            .flat_map(|x| x.to_le_bytes())
            .collect::<Vec<u8>>()
    };
    let (x, shift) = (i32s(&[1, 5, 8]), (-3i64).to_le_bytes());
    let x = ("x", Dtype::I32, vec![3], x.as_slice());
    house.write("x.safetensors", tensors(&[x.clone()]));
    let shift = ("shift", Dtype::I64, vec![], shift.as_slice());
    house.write("in.safetensors", tensors(&[x, shift]));
    house
}

fn npy(data: &[i64]) -> Vec<u8> {
    let mut bytes = Vec::new();
    arr1(data).write_npy(&mut bytes).unwrap();
    bytes
}

fn scalar(value: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    arr0(value).write_npy(&mut bytes).unwrap();
    bytes
}

fn npz(arrays: &[(&str, &[i64])]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new_compressed(&mut bytes);
    for (name, data) in arrays {
        writer.add_array(*name, &arr1(data)).unwrap();
    }
    writer.finish().unwrap();
    bytes.into_inner()
}

/// A safetensors file by the reference writer.
fn tensors(all: &[(&str, Dtype, Vec<usize>, &[u8])]) -> Vec<u8> {
    let views = all.iter().map(|(name, dtype, shape, data)| {
        let view = TensorView::new(*dtype, shape.clone(), data).unwrap();
        (name.to_string(), view)
    });
    safetensors::serialize(views.collect::<HashMap<_, _>>(), None).unwrap()
}

/// A safetensors file with this header.
fn headed(header: &str, data: usize) -> Vec<u8> {
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], header.as_bytes(), &vec![0; data]].concat()
}

#[track_caller]
fn run(house: &House, line: &str) -> Said {
    let words: Vec<&str> = line.split(' ').collect();
    house.run(&[&["run"], words.as_slice()].concat())
}

#[test]
fn inputs_come_in_every_format_alone_or_together() {
    let house = house();
    let whole = run(&house, "tiny.attn --input in.json --json").works().out;
    for inputs in [
        "in.safetensors",
        "x=x.npy --input shift=shift.npy",
        "x=x.json --input shift=shift.json",
        "x=x.npz --input shift=shift.npz",
        "x=x.safetensors --input shift=shift.npy",
        "x.safetensors --input shift=shift.npz",
        "shift.npz --input x=x.npy",
        "x=x.npy --input shift.npz",
    ] {
        let said = run(&house, &format!("tiny.attn --json --input {inputs}"));
        assert_eq!(said.works().out, whole, "{inputs}");
    }
    let script = "\"$ATTNC\" run tiny.attn --json --input shift.npz --input x=- < x.npy";
    assert_eq!(house.shell(script, &[]).works().out, whole);
    // A program with one input knows whose an array is.
    house.write("four.npy", npy(&[1, -8, 7, 0]));
    let said = run(&house, "echo.attn --input four.npy").works();
    assert_eq!(said.out, "y[4] = [2,-7,8,1]\n");
    house
        .run(&[
            "prove",
            "echo.attn",
            "--input",
            "four.npy",
            "--security",
            "seed",
        ])
        .works();
    // Its content says what a file is.
    std::fs::rename(house.path("four.npy"), house.path("four.json")).unwrap();
    assert_eq!(
        run(&house, "echo.attn --input four.json").works().out,
        said.out
    );
    std::fs::rename(house.path("in.safetensors"), house.path("in.bin")).unwrap();
    assert_eq!(
        run(&house, "tiny.attn --json --input in.bin").works().out,
        whole
    );
}

#[test]
fn what_is_wrong_with_several_files_names_them() {
    let house = house();
    house.write("both.npz", npz(&[("x", &[1, 5, 8]), ("z", &[0])]));
    house.write("short.npy", npy(&[1, 5]));
    house.write("large.npy", npy(&[1, 5, 9]));
    let shift = "--input shift=shift.npy";
    for (inputs, parts) in [
        (
            "in.json --input x=x.npy",
            &["E079", "`x` is given by in.json and by x.npy", "remove one"][..],
        ),
        (
            "x=x.npy --input x=x.npz",
            &["`x` is given by x.npy and by x.npz"],
        ),
        ("x=x.npy --input x=x.npy", &["`x` is given twice, by x.npy"]),
        ("x=x.npy", &["E079", "lacks `shift`"]),
        (
            "in.json --input shift.npz",
            &["in.json and shift.npz are two inputs", "NAME=FILE"],
        ),
        (
            "x=both.npz --input shift.npz",
            &["both.npz: one array is wanted, for `x`, and the file has 2"],
        ),
        (
            "x=in.safetensors",
            &["in.safetensors: one array is wanted, for `x`"],
        ),
        ("x=in.json", &["in.json: `x` is an object, not an array"]),
        ("q=x.npy", &["x.npy: the program has no input `q`"]),
        ("y=x.npy", &["x.npy: `y` is computed by the program"]),
        (
            "x=short.npy",
            &["E080", "short.npy: `x` has the shape [2]", "wants [3]"],
        ),
        (
            "x=large.npy",
            &["E081", "large.npy: `x[2]` is 9, outside its range 0..=8"],
        ),
        ("x=none.npy", &["cannot read none.npy"]),
        ("x.npy", &["E078", "one npy array", "--input x=in.npy"]),
        (
            "x.npz",
            &[
                "no input `arr_0`",
                "numpy.savez(\"in.npz\", x=x, shift=shift)",
            ],
        ),
    ] {
        let more = if inputs.starts_with("x=") && !inputs.contains("shift") && inputs != "x=x.npy" {
            shift
        } else {
            ""
        };
        let said = run(&house, format!("tiny.attn --input {inputs} {more}").trim());
        said.fails(2, parts);
        let json = run(
            &house,
            format!("tiny.attn --json --input {inputs} {more}").trim(),
        );
        assert!(json.json()["errors"][0]["message"].is_string());
    }
    run(&house, "tiny.attn").fails(2, &["--input"]);
    let script = "\"$ATTNC\" run - --input x=- --input shift.npz < tiny.attn";
    house
        .shell(script, &[])
        .fails(2, &["standard input", "two files"]);
}

#[test]
fn safetensors_are_integers_within_limits() {
    let house = House::new();
    house.write("echo.attn", ECHO);
    let said = |bytes: Vec<u8>| {
        house.write("in.bin", bytes);
        run(&house, "echo.attn --input in.bin")
    };
    let of = |dtype: Dtype, data: Vec<u8>| tensors(&[("x", dtype, vec![4], &data)]);
    let expected = "y[4] = [2,8,1,4]\n";
    let numbers = [1i8, 7, 0, 3];
    let data =
        |bytes: fn(i8) -> Vec<u8>| numbers.iter().flat_map(|&x| bytes(x)).collect::<Vec<u8>>();
    for (dtype, data) in [
        (Dtype::I8, data(|x| x.to_le_bytes().to_vec())),
        (Dtype::U8, data(|x| (x as u8).to_le_bytes().to_vec())),
        (Dtype::I16, data(|x| i16::from(x).to_le_bytes().to_vec())),
        (Dtype::U32, data(|x| (x as u32).to_le_bytes().to_vec())),
        (Dtype::I64, data(|x| i64::from(x).to_le_bytes().to_vec())),
        (Dtype::F32, data(|x| f32::from(x).to_le_bytes().to_vec())),
        (Dtype::F64, data(|x| f64::from(x).to_le_bytes().to_vec())),
    ] {
        assert_eq!(said(of(dtype, data)).works().out, expected, "{dtype:?}");
    }
    let half = |x: f32| x.to_le_bytes();
    let singles = [1.0, 0.5, 0.0, 0.0].map(half).concat();
    said(of(Dtype::F32, singles)).fails(2, &["E081", "`x[1]` is 0.5, which is not an integer"]);
    let large = [2f32.powi(24); 4].map(half).concat();
    said(of(Dtype::F32, large)).fails(2, &["E081"]);
    for dtype in [Dtype::F16, Dtype::BF16] {
        said(of(dtype, vec![0; 8])).fails(
            2,
            &[
                "E078",
                &format!("its dtype is {dtype:?}"),
                "(64 * x).round().to(torch.int32)",
            ],
        );
    }
    said(tensors(&[("x", Dtype::I8, vec![2, 2], &[0; 4])])).fails(2, &["E080", "[2, 2]", "[4]"]);
    said(tensors(&[("w", Dtype::I8, vec![4], &[0; 4])])).fails(2, &["E079", "no input `w`"]);

    let entry = r#""x":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}"#;
    said(headed(&format!("{{{entry}}}"), 4)).works();
    said(headed(&format!("{{{entry}}}   "), 4)).works();
    let metadata = format!(r#"{{"__metadata__":{{"format":"pt"}},{entry}}}"#);
    said(headed(&metadata, 4)).works();
    for (header, data, part) in [
        (format!("{{{entry}}}"), 3, "not a safetensors file"),
        (format!("{{{entry}}}"), 5, "not a safetensors file"),
        (format!("{{{entry},{entry}}}"), 4, "`x` stands twice"),
        (format!("{{{entry}"), 4, "its header is not understood"),
        (format!("{{{entry}}} {{}}"), 4, "not a safetensors file"),
        (entry.replace("[0,4]", "[4,8]"), 8, "not a safetensors file"),
        (
            entry.replace("[4]", "[99999999999999999999]"),
            4,
            "not a safetensors file",
        ),
        (
            entry.replace("[4]", "[4294967296,4294967296,4]"),
            4,
            "not a safetensors file",
        ),
        (
            entry.replace("[0,4]", "[0,18446744073709551615]"),
            4,
            "not a safetensors file",
        ),
        (entry.replace("[0,4]", "[4,0]"), 4, "not a safetensors file"),
        (entry.replace("I8", "I7"), 4, "not a safetensors file"),
    ] {
        let header = match header.starts_with('{') {
            true => header,
            false => format!("{{{header}}}"),
        };
        said(headed(&header, data)).fails(2, &["E07", part]);
    }
    let many: Vec<String> = (0..5000)
        .map(|k| format!(r#""x{k}":{{"dtype":"I8","shape":[0],"data_offsets":[0,0]}}"#))
        .collect();
    said(headed(&format!("{{{}}}", many.join(",")), 0)).fails(2, &["more than 4096 tensors"]);
    let wide = format!("{{{}{entry}}}", " ".repeat(1 << 20));
    said(headed(&wide, 4)).fails(2, &["its header claims", "at most 1048576 are read"]);
    let whole = headed(&format!("{{{entry}}}"), 4);
    for length in 9..whole.len() {
        said(whole[..length].to_vec()).fails(2, &["E078", "not a safetensors file"]);
    }
}

#[test]
fn other_formats_are_told_from_broken_files() {
    let house = house();
    let mut torch = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["model/data.pkl", "model/data/0", "model/version"] {
        let options = zip::write::SimpleFileOptions::default();
        torch.start_file(name, options).unwrap();
        torch.write_all(b"\x80\x02}q\x00.").unwrap();
    }
    let torch = torch.finish().unwrap().into_inner();
    for (bytes, what) in [
        (torch, "a pickle, as PyTorch writes it"),
        (
            b"\x80\x02\x8a\nl\xfc\x9cF".to_vec(),
            "a pickle, as PyTorch writes it",
        ),
        (b"\x80\x05\x95".to_vec(), "a pickle, as PyTorch writes it"),
        (b"\x89HDF\r\n\x1a\n".to_vec(), "an HDF5 file"),
        (b"GGUF\x03\0\0\0".to_vec(), "a GGUF file"),
    ] {
        house.write("model.pt", bytes);
        let hint = "numpy.savez(\"in.npz\", x=x.numpy())";
        run(&house, "tiny.attn --input model.pt").fails(2, &["E078", what, "does not read", hint]);
        run(&house, "tiny.attn --input shift.npz --input x=model.pt").fails(2, &["model.pt", what]);
    }
    house
        .run(&["check", "in.safetensors"])
        .fails(1, &["is a safetensors file, not a program"]);
}

#[test]
fn a_run_shows_what_is_between() {
    let house = House::new();
    let head = example("head");
    let few = ["-p", "steps=3", "-p", "width=2", "-p", "entries=16"];
    house
        .run_with(&["sample", &head, "-o", "in.npz"], &few)
        .works();
    let show = |more: &[&str]| {
        let line = [&["run", &head, "--input", "in.npz"], more].concat();
        house.run_with(&line, &few)
    };
    let object = show(&["--json", "--show", "score,peak,query,keys,weight,context"])
        .works()
        .json();
    let shown = object["shown"].as_object().unwrap();
    assert_eq!(shown.len(), 6);
    let score = shown["score"].as_array().unwrap();
    let lengths: Vec<usize> = score
        .iter()
        .map(|row| row.as_array().unwrap().len())
        .collect();
    assert_eq!(lengths, [1, 2, 3]);
    let number = |value: &serde_json::Value| value.as_i64().unwrap();
    for (row, peak) in score.iter().zip(shown["peak"].as_array().unwrap()) {
        let most = row.as_array().unwrap().iter().map(number).max();
        assert_eq!(most, Some(number(peak)));
    }
    assert_eq!(shown["context"], object["outputs"]["context"]);
    assert_eq!(shown["weight"].as_array().unwrap().len(), 17);
    // What a cache held is what was appended.
    let keys = show(&["--json", "--show", "key,keys"]).works().json();
    assert_eq!(keys["shown"]["key"], keys["shown"]["keys"]);

    let part = show(&[
        "--json",
        "--show",
        "score[2],score[2,1],score[1.., 0],query[..2, 1]",
    ]);
    let part = part.works().json();
    assert_eq!(part["shown"]["score[2]"], score[2]);
    assert_eq!(part["shown"]["score[2, 1]"], score[2][1]);
    assert_eq!(
        part["shown"]["score[1.., 0]"],
        json!([score[1][0], score[2][0]])
    );
    let query = &object["shown"]["query"];
    assert_eq!(
        part["shown"]["query[0..2, 1]"],
        json!([query[0][1], query[1][1]])
    );
    let text = show(&["--show", "score", "--show", "gap[2]"]).works().out;
    assert!(text.starts_with("score[3, 1 + i0] = [["), "{text}");
    assert!(
        text.contains("\ngap[2] = [") && text.contains("\ncontext[3, 2] = [["),
        "{text}"
    );
    let all = show(&["--json", "--show", "all"]).works().json();
    let mut names: Vec<&String> = all["shown"].as_object().unwrap().keys().collect();
    names.sort();
    let expected = [
        "context", "gap", "key", "keys", "mass", "peak", "query", "score", "share", "value",
        "values", "weight",
    ];
    assert_eq!(names, expected);

    show(&["--show", "scroe"]).fails(2, &["`head` has no value `scroe`", "did you mean `score`?"]);
    show(&["--show", "zzz"]).fails(2, &["it has query, key, value, weight", "--show all"]);
    show(&["--show", "score[0, 1]"]).fails(
        2,
        &["there is no score[0, 1]: score[0] has 1 element, counted from 0"],
    );
    show(&["--show", "score[3]"]).fails(2, &["there is no score[3]: score has 3 elements"]);
    show(&["--show", "peak[0,0]"]).fails(2, &["peak[3] has 1 indices, and 2 are given"]);
    show(&["--show", "score[0:2]"]).fails(2, &["write a range with dots: 0..2"]);
    show(&["--show", ""]).fails(2, &["a name is missing"]);
}

#[test]
fn values_of_one_name_in_several_blocks_are_told_apart() {
    let house = House::new();
    house.write(
        "two.attn",
        "circuit two(n = 2) {
    private input x[n] : 0..=9
    public output a[n]
    public output b[n]
    for i in n { once = x[i] + 1  a[i] = once * 2 }
    for i in n { once = x[i] + 2  b[i] = once * 2 }
}",
    );
    house.write("in.json", r#"{"x": [3, 5]}"#);
    let object = run(&house, "two.attn --input in.json --show once --json")
        .works()
        .json();
    assert_eq!(object["shown"], json!({ "once": [4, 6], "once#2": [5, 7] }));
    let object = run(&house, "two.attn --input in.json --show once#2[1] --json")
        .works()
        .json();
    assert_eq!(object["shown"], json!({ "once#2[1]": 7 }));
}

#[test]
fn a_run_is_written_in_the_format_that_its_name_says() {
    let house = house();
    house.write("four.json", r#"{"x": [1, -8, 7, 0]}"#);
    let echo = "echo.attn --input four.json";
    let said = run(&house, &format!("{echo} -o y.npy")).works();
    assert!(said.out.is_empty(), "{}", said.out);
    let y = Array1::<i64>::read_npy(Cursor::new(house.read("y.npy"))).unwrap();
    assert_eq!(y.to_vec(), [2, -7, 8, 1]);
    // It is an input of the same kind.
    run(&house, "echo.attn --input y.npy").fails(2, &["`x[2]` is 8, outside its range"]);
    let tiny = "tiny.attn --input in.json";
    run(&house, &format!("{tiny} -o two.npy")).fails(2, &["one array, and there are 2", ".npz"]);
    run(&house, &format!("{tiny} -o two.pt")).fails(2, &["format that attnc does not write"]);
    let object = run(&house, &format!("{tiny} --show x,z -o out.npz --json"))
        .works()
        .json();
    let bytes = house.read("out.npz");
    let written = json!({
        "written": "out.npz", "format": "npz", "bytes": bytes.len(), "tensors": ["y", "z", "x"],
    });
    assert_eq!(object, written);
    let mut reader = NpzReader::new(Cursor::new(bytes)).unwrap();
    let mut names = reader.names().unwrap();
    names.sort();
    assert_eq!(names, ["x", "y", "z"]);
    let z: ArrayD<i64> = reader.by_name("z").unwrap();
    assert_eq!(z.into_raw_vec_and_offset().0, [0, 2, 4]);
    // Standard output is the file.
    let printed = run(&house, &format!("{tiny} -o - --json")).works().json();
    assert_eq!(
        printed,
        run(&house, &format!("{tiny} --json")).works().json()
    );

    let head = example("head");
    let few = ["-p", "steps=3", "-p", "width=2", "-p", "entries=16"];
    let sampled = house
        .run_with(&["sample", &head, "-o", "in.npz", "--json"], &few)
        .works()
        .json();
    assert_eq!(
        sampled["tensors"],
        json!(["query", "key", "value", "weight"])
    );
    assert_eq!(sampled["format"], "npz");
    let line = [
        "run", &head, "--input", "in.npz", "--show", "score", "-o", "s.npz",
    ];
    let hint = "show a row of it: --show score[0]";
    house
        .run_with(&line, &few)
        .fails(2, &["rows of several lengths, which s.npz cannot", hint]);
    assert!(!house.path("s.npz").exists());
    let line = [
        "run", &head, "--input", "in.npz", "--show", "score[2]", "-o", "s.npz",
    ];
    house.run_with(&line, &few).works();
    let mut reader = NpzReader::new(Cursor::new(house.read("s.npz"))).unwrap();
    let score: Array1<i64> = reader.by_name("score[2]").unwrap();
    assert_eq!(score.len(), 3);
}

#[test]
fn what_is_written_is_said_to_those_who_ask() {
    let house = house();
    let object = house
        .run(&["sample", "echo.attn", "-o", "x.npy", "--json"])
        .works()
        .json();
    assert_eq!(object["written"], "x.npy");
    assert_eq!(object["tensors"], json!(["x"]));
    run(&house, "echo.attn --input x.npy").works();
    house
        .run(&["sample", "tiny.attn", "-o", "both.npy"])
        .fails(2, &["one array, and there are 2"]);
    for (line, key, value) in [
        (
            &["emit", "graph", "tiny.attn", "-o", "out"][..],
            "stage",
            json!("graph"),
        ),
        (
            &["jobs", "tiny.attn", "--input", "in.json", "-o", "out"],
            "circuit",
            json!("tiny"),
        ),
        (
            &["sample", "tiny.attn", "-o", "out"],
            "format",
            json!("json"),
        ),
        (
            &["run", "tiny.attn", "--input", "in.json", "-o", "out"],
            "format",
            json!("json"),
        ),
    ] {
        let object = house.run_with(line, &["--json"]).works().json();
        assert_eq!(object["written"], "out", "{line:?}");
        assert_eq!(object["bytes"], house.read("out").len(), "{line:?}");
        assert_eq!(object[key], value, "{line:?}");
        assert!(house.run(line).works().out.is_empty(), "{line:?}");
    }
}

#[test]
fn a_file_with_an_equals_sign_is_a_file_where_others_read_it() {
    let house = house();
    house.write("a=b.json", house.read("in.json"));
    run(&house, "tiny.attn --input a=b.json").fails(2, &["cannot read b.json"]);
    run(&house, "tiny.attn --input ./a=b.json").works();
    let jobs = house
        .run(&["jobs", "tiny.attn", "--input", "a=b.json"])
        .works()
        .json();
    let commands = jobs["jobs"][1]["command"].as_array().unwrap();
    assert!(commands.contains(&json!("./a=b.json")), "{commands:?}");
}

#[test]
fn tensors_by_name_are_of_every_proof() {
    let house = house();
    let seed = ["--security", "seed"];
    house.run_with(&["key", "tiny.attn"], &seed).works();
    house.write("a.npz", npz(&[("x", &[1, 5, 8])]));
    house.write("b.json", r#"{"x": [2, 2, 2]}"#);
    std::fs::create_dir(house.path("proofs")).unwrap();
    let line = [
        "prove",
        "tiny.attn",
        "--input",
        "a.npz",
        "--input",
        "shift=shift.npy",
    ];
    let more = ["--input", "b.json", "-o", "proofs", "--security", "seed"];
    house.run_with(&line, &more).works();
    assert_eq!(house.names("proofs"), ["a.proof", "b.proof"]);
    for (proof, y) in [
        ("proofs/a.proof", [-3, -1, 1]),
        ("proofs/b.proof", [-2, -2, -2]),
    ] {
        let line = [
            "verify",
            proof,
            "--key",
            "tiny.key",
            "--min-security",
            "13",
            "--json",
        ];
        let statement = &house.run(&line).works().json()["statement"];
        assert_eq!(statement["outputs"]["y"], json!(y));
        assert_eq!(statement["inputs"]["shift"], json!(-3));
    }
    // Nothing but tensors by name is one proof.
    let line = [
        "prove",
        "tiny.attn",
        "--input",
        "x=x.npy",
        "--input",
        "shift=shift.npy",
    ];
    house.run_with(&line, &seed).works();
    assert!(house.path("tiny.proof").exists());
    let script =
        "\"$ATTNC\" prove tiny.attn --input a.npz --input b.json --input shift=- -o proofs";
    house
        .shell(script, &[])
        .fails(2, &["can be read only once, and is wanted again"]);
}

#[test]
fn expectations_come_in_every_format() {
    let house = house();
    let tiny = "tiny.attn --input in.json";
    run(&house, &format!("{tiny} -o out.json")).works();
    run(&house, &format!("{tiny} -o out.npz")).works();
    run(&house, &format!("{tiny} --show x -o shown.json")).works();
    house.write("y.npz", npz(&[("y", &[-3, -1, 1])]));
    house.write("other.npz", npz(&[("y", &[-3, 0, 2])]));
    house.write("other.json", r#"{"outputs": {"z": [0, 2, 5]}}"#);
    house.write("shift.json", r#"{"shift": 3}"#);
    for good in ["out.json", "out.npz", "shown.json", "y.npz", "in.json"] {
        let said = run(&house, &format!("{tiny} --expect {good}")).works();
        assert!(
            said.out.contains(&format!("as {good} has it: ")),
            "{}",
            said.out
        );
    }
    let object = run(&house, &format!("{tiny} --expect y.npz --json"))
        .works()
        .json();
    assert_eq!(object["expected"], json!(["y"]));
    for (file, parts) in [
        (
            "other.npz",
            &["y[1] is -1, 0 is expected, in other.npz"][..],
        ),
        ("other.json", &["z[2] is 4, 5 is expected, in other.json"]),
        ("shift.json", &["shift is -3, 3 is expected, in shift.json"]),
    ] {
        run(&house, &format!("{tiny} --expect {file}")).fails(1, parts);
        run(&house, &format!("{tiny} --expect {file} -o no.json")).fails(1, parts);
        assert!(!house.path("no.json").exists());
    }
    run(&house, &format!("{tiny} --expect x.npz")).fails(2, &["x.npz: ", "`arr_0`"]);

    // A proof's statement has the public ones.
    house
        .run(&["key", "tiny.attn", "--security", "seed"])
        .works();
    house
        .run(&[
            "prove",
            "tiny.attn",
            "--input",
            "in.json",
            "--security",
            "seed",
        ])
        .works();
    let verify = |file: &str| {
        let line = [
            "verify",
            "tiny.proof",
            "--key",
            "tiny.key",
            "--min-security",
            "13",
        ];
        house.run_with(&line, &["--expect", file])
    };
    verify("y.npz").works();
    house.write(
        "y.json",
        r#"{"outputs": {"y": [-3, -1, 1]}, "shown": {"z": [0, 2, 4]}}"#,
    );
    verify("y.json").works();
    let first = "y[1] is -1 in the statement, 0 is expected, in other.npz";
    verify("other.npz").fails(1, &[first]);
    verify("shift.json").fails(
        1,
        &["shift is -3 in the statement, 3 is expected, in shift.json"],
    );
}

#[test]
fn programs_come_from_standard_input() {
    let house = house();
    for (line, part) in [
        ("check -", "tiny(n = 3) is well formed"),
        ("emit graph -", "value z"),
        ("inspect -", "tiny"),
        ("run - --input in.json", "y[3] = [-3,-1,1]"),
        ("sample -", "\"shift\""),
        ("key - -o -", "attnc-key"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let said = house
            .shell("exec \"$ATTNC\" \"$@\" < tiny.attn", &words)
            .works();
        assert!(said.out.contains(part), "{line}: {}", said.out);
    }
    let bad = house.shell("echo 'circuit c {' | \"$ATTNC\" check -", &[]);
    bad.fails(1, &["E003", "-:1:"]);
}
