//! Inputs in every format, alone or together, and what is wrong with them.

use std::io::{Cursor, Write};

use safetensors::tensor::Dtype;

use crate::arrays::{headed, house, npy, npz, run, tensors, ECHO};
use crate::house::House;

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
    house.write("twice.json", r#"{"x": [1, 5, 8], "x": [1, 5, 8]}"#);
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
        (
            "twice.json",
            &["twice.json: `x` stands twice in the input file"],
        ),
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
