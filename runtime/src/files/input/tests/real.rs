//! Real numbers by name.

use super::*;

fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    file
}

fn of(text: &str) -> Result<Vec<Real>, String> {
    let fits = |name: &str, shape: &[usize]| match (name, shape) {
        ("x", [2, 2] | []) => Ok(()),
        _ => Err(format!("{shape:?} does not fit")),
    };
    read_reals(written(text.as_bytes()).path(), &fits).map_err(|error| error.to_string())
}

#[test]
fn json_is_read_as_nested_arrays() {
    let found = of(r#"{"x": [[1.5, -2], [0, 1e-3]]}"#).unwrap();
    assert_eq!(found[0].shape, [2, 2]);
    assert_eq!(found[0].data, [1.5, -2.0, 0.0, 1e-3]);
    assert_eq!(of(r#"{"x": 0.25}"#).unwrap()[0].data, [0.25]);
    for (wrong, said) in [
        ("[1]", "does not hold an object"),
        ("{", "not JSON"),
        (r#"{"x": 1, "x": 2}"#, "x"),
        (
            r#"{"x": [[1, 2], [3]]}"#,
            "it is not an array [2, 2] of numbers",
        ),
        (
            r#"{"x": [[1, 2], [3, "4"]]}"#,
            "it is not an array [2, 2] of numbers",
        ),
        (r#"{"x": [1, 2]}"#, "[2] does not fit"),
        (r#"{"y": 1}"#, "[] does not fit"),
        ("GGUF", "a GGUF file"),
    ] {
        let error = of(wrong).unwrap_err();
        assert!(error.contains(said), "{wrong}: {error}");
    }
}

#[test]
fn floats_of_every_size_are_read() {
    let all = [1.5f64, -0.25, 0.0, 3.0];
    let f32s: Vec<u8> = all.iter().flat_map(|&x| (x as f32).to_le_bytes()).collect();
    let f64s: Vec<u8> = all.iter().flat_map(|&x| x.to_le_bytes()).collect();
    let bf16s = all
        .iter()
        .flat_map(|&x| ((x as f32).to_bits() >> 16).to_le_bytes()[..2].to_vec());
    let bf16s: Vec<u8> = bf16s.collect();
    // Sign, exponent, fraction: 1.5, -1/4, 0, 3.
    let f16s: Vec<u8> = [0x3e00u16, 0xb400, 0, 0x4200]
        .iter()
        .flat_map(|x| x.to_le_bytes())
        .collect();
    for (dtype, data) in [("F32", f32s), ("F64", f64s), ("BF16", bf16s), ("F16", f16s)] {
        let header = format!(
            r#"{{"x":{{"dtype":"{dtype}","shape":[2,2],"data_offsets":[0,{}]}}}}"#,
            data.len()
        );
        let length = (header.len() as u64).to_le_bytes();
        let file = written(&[&length, header.as_bytes(), &data].concat());
        let found = read_reals(file.path(), &|_, _| Ok(())).unwrap();
        assert_eq!(found[0].data, all, "{dtype}");
    }
    let infinite = f64::INFINITY.to_le_bytes();
    let header = r#"{"x":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}"#;
    let length = (header.len() as u64).to_le_bytes();
    let file = written(&[&length, header.as_bytes(), &infinite].concat());
    let found = read_reals(file.path(), &|_, _| Ok(())).unwrap();
    assert_eq!(
        found[0].require_finite().unwrap_err(),
        "inf at [], which is no finite number"
    );
}

#[test]
fn dtypes_that_are_no_reals_are_refused() {
    for (dtype, size) in [
        ("<f16", 16),
        ("<c16", 16),
        ("|O", 8),
        ("<U3", 12),
        ("|S3", 3),
        ("|b1", 1),
        ("<V2", 2),
    ] {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file("x.npy", options).unwrap();
        let array = super::npz::raw(dtype, "(1,)", &vec![0; size]);
        std::io::Write::write_all(&mut archive, &array).unwrap();
        let file = written(&archive.finish().unwrap().into_inner());
        let error = read_reals(file.path(), &|_, _| Ok(()))
            .unwrap_err()
            .to_string();
        let said = format!("its dtype is {dtype}; give float16, float32, float64 or integers");
        assert!(error.contains(&said), "{error}");
    }
    let header = r#"{"x":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}"#;
    let length = (header.len() as u64).to_le_bytes();
    let file = written(&[&length, header.as_bytes(), &[1]].concat());
    let error = read_reals(file.path(), &|_, _| Ok(())).unwrap_err();
    let said = "its dtype is BOOL; give float16, bfloat16, float32, float64 or integers";
    assert!(error.to_string().contains(said), "{error}");
    for wrong in [r#"{"x": "1"}"#, r#"{"x": true}"#] {
        assert!(of(wrong)
            .unwrap_err()
            .contains("not an array [] of numbers"));
    }
}
