//! npz archives and arrays of NumPy, good and bad.

use std::io::{Cursor, Write};

use ndarray::{Array, Array2, ShapeBuilder};
use ndarray_npy::{NpzWriter, WritableElement};

use super::*;

/// An npz by the reference writer, with `query` as given and the rest right.
fn npz<T: WritableElement>(query: Array2<T>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new_compressed(&mut bytes);
    writer.add_array("query", &query).unwrap();
    writer
        .add_array("scale", &Array::from_elem((), 1u8))
        .unwrap();
    writer
        .add_array("weight", &Array::from_vec(vec![3u16, 2, 1, 0]))
        .unwrap();
    writer.finish().unwrap();
    bytes.into_inner()
}

#[test]
fn npz_of_every_dtype() {
    let graph = graph();
    let matrix = |at: (usize, usize)| 3 * at.0 as i32 - at.1 as i32;
    let expected = vec![0, -1, -2, 3, 2, 1];
    let dims = (2, 3);
    let files = [
        npz(Array::from_shape_fn(dims, |at| matrix(at) as i8)),
        npz(Array::from_shape_fn(dims, |at| matrix(at) as i16)),
        npz(Array::from_shape_fn(dims, matrix)),
        npz(Array::from_shape_fn(dims, |at| i64::from(matrix(at)))),
        npz(Array::from_shape_fn(dims, |at| matrix(at) as f32)),
        npz(Array::from_shape_fn(dims, |at| f64::from(matrix(at)))),
        npz(Array::from_shape_fn(dims.f(), matrix)),
    ];
    for bytes in files {
        let assignment = parse(&bytes, &graph).unwrap();
        assert_eq!(assignment.inputs[0].data, expected);
        assert_eq!(assignment.inputs[2].data, [1]);
        assert_eq!(assignment.tables[1], [3, 2, 1, 0]);
    }
}

#[test]
fn what_is_wrong_with_npz_is_named() {
    let graph = graph();
    let message = |bytes: &[u8]| parse(bytes, &graph).unwrap_err().to_string();
    let single = |value: f64| {
        npz(Array::from_shape_fn((2, 3), |at| {
            if at == (1, 0) {
                value
            } else {
                0.0
            }
        }))
    };
    assert!(message(&single(f64::NAN)).starts_with("`query[1, 0]` is NaN, which is not an integer"));
    assert!(message(&single(f64::INFINITY)).starts_with("`query[1, 0]` is inf"));
    assert!(message(&single(0.25)).starts_with("`query[1, 0]` is 0.25"));
    assert!(message(&single(1e17)).contains("outside its range -8..=7"));
    assert!(message(&single(-9.0)).contains("`query[1, 0]` is -9, outside its range -8..=7"));
    assert!(message(&npz(Array::from_elem((2, 3), u64::MAX)))
        .contains("is 18446744073709551615, outside"));
    let wide = message(&npz(Array::from_elem((2, 4), 0i64)));
    assert!(
        wide.starts_with("`query` has the shape [2, 4], but the program wants [2, 3]"),
        "{wide}"
    );
    let good = npz(Array::from_elem((2, 3), 0i64));
    assert!(message(&good[..good.len() / 2]).contains("not an npz archive"));
    assert!(message(b"PK\x03\x04 nothing").contains("not an npz archive"));
}

/// An npz with one stored member `query.npy` of these bytes.
fn member(bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("query.npy", options).unwrap();
    archive.write_all(bytes).unwrap();
    archive.finish().unwrap().into_inner()
}

fn npy(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(vec![0; data]);
    member(&bytes)
}

#[test]
fn npz_that_lies_about_its_size_is_refused_unread() {
    let graph = graph();
    let message = |bytes: &[u8]| parse(bytes, &graph).unwrap_err().to_string();
    let mut huge = b"\x93NUMPY\x02\x00".to_vec();
    huge.extend(u32::MAX.to_le_bytes());
    assert!(message(&member(&huge)).contains("its header claims 4294967295 bytes"));
    let giant = "{'descr': '<i8', 'fortran_order': False, 'shape': (1000000000, 1000000000)}";
    assert!(message(&npy(giant, 48)).contains("has the shape [1000000000, 1000000000]"));
    let right = "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3)}";
    assert!(message(&npy(right, 47)).contains("bytes, not the"));
    assert!(message(&npy(right, 1 << 20)).contains("bytes, not the"));
    let complex = "{'descr': '<c8', 'fortran_order': False, 'shape': (2, 3)}";
    assert!(message(&npy(complex, 48)).contains("its dtype is <c8"));
    assert!(message(&npy("{'descr': 1}", 0)).contains("its header is not understood"));
    assert!(message(&member(b"text")).contains("`query` in the npz archive"));
    assert!(message(&member(b"\x93NUMPX\x01\x00")).contains("not an npy array"));
    assert_eq!(
        message(&npy(right, 48)),
        "the input file lacks `scale`; add it with the shape []"
    );
}

#[test]
fn what_attnc_writes_is_read_back() {
    let graph = graph();
    let assignment = sample(&graph, 5);
    let bytes = crate::files::nested::to_npz(&graph, &assignment).unwrap();
    assert_eq!(parse(&bytes, &graph), Ok(assignment.clone()));
    assert_eq!(
        bytes,
        crate::files::nested::to_npz(&graph, &assignment).unwrap()
    );
    // By the reference reader too.
    let mut reader = ndarray_npy::NpzReader::new(Cursor::new(bytes)).unwrap();
    let query: Array2<i64> = reader.by_name("query").unwrap();
    assert_eq!(query.shape(), [2, 3]);
    assert!(query.iter().eq(&assignment.inputs[0].data));
    let scale: ndarray::Array0<i64> = reader.by_name("scale").unwrap();
    assert_eq!(scale.into_scalar(), assignment.inputs[2].data[0]);
    let weight: ndarray::Array1<i64> = reader.by_name("weight").unwrap();
    assert!(weight.iter().eq(&assignment.tables[1]));
}

/// `npy`, not yet in an archive.
pub(super) fn raw(dtype: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}}}");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

#[test]
fn floats_are_read_where_they_are_exact() {
    let graph = wide();
    let read = |dtype: &str, data: Vec<u8>| {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file("q.npy", options).unwrap();
        archive.write_all(&raw(dtype, "(2,)", &data)).unwrap();
        let bytes = archive.finish().unwrap().into_inner();
        let read = parse(&bytes, &graph);
        read.map(|assignment| assignment.inputs[0].data.clone())
            .map_err(|error| error.to_string())
    };
    let halves = |a: u16, b: u16| [a.to_le_bytes(), b.to_le_bytes()].concat();
    assert_eq!(read("<f2", halves(0x3c00, 0x4500)), Ok(vec![1, 5]));
    assert_eq!(read("<f2", halves(0x8000, 0xc900)), Ok(vec![0, -10]));
    assert_eq!(read("<f2", halves(0x67ff, 0xe7ff)), Ok(vec![2047, -2047]));
    assert_eq!(read(">f2", vec![0x45, 0, 0x3c, 0]), Ok(vec![5, 1]));
    for (bits, what) in [
        (
            // 2049 would be stored as this.
            0x6800,
            "is 2048, and floats of 11 bits are not exact from 2^11 on",
        ),
        (0x3800, "is 0.5, which is not an integer"),
        (0x0001, "is 0.000000059604644775390"),
        (0x7c00, "is inf, which is not an integer"),
        (0x7e00, "is NaN, which is not an integer"),
    ] {
        let said = read("<f2", halves(bits, 0)).unwrap_err();
        assert!(said.contains(what), "{said}");
    }
    let singles = |a: f32| [a.to_le_bytes(), 0f32.to_le_bytes()].concat();
    assert_eq!(read("<f4", singles(16_777_215.0)), Ok(vec![16_777_215, 0]));
    let said = read("<f4", singles(16_777_216.0)).unwrap_err();
    assert!(said.contains("floats of 24 bits are not exact"), "{said}");
    let doubles = |a: f64| [a.to_le_bytes(), 0f64.to_le_bytes()].concat();
    let most = (1i64 << 53) - 1;
    assert_eq!(read("<f8", doubles(most as f64)), Ok(vec![most, 0]));
    let said = read("<f8", doubles(2f64.powi(53))).unwrap_err();
    assert!(said.contains("floats of 53 bits are not exact"), "{said}");
    assert_eq!(read("|b1", vec![1, 0]), Ok(vec![1, 0]));
    assert!(read("|b1", vec![2, 0])
        .unwrap_err()
        .contains("neither 0 nor 1"));
    let large = (1u64 << 62).to_be_bytes();
    let both = [large, 7u64.to_be_bytes()].concat();
    assert_eq!(read(">u8", both), Ok(vec![1 << 62, 7]));
    let beyond = [u64::MAX.to_le_bytes(), [0; 8]].concat();
    assert!(read("<u8", beyond)
        .unwrap_err()
        .contains("outside its range"));
}

#[test]
fn an_array_alone_is_told_how_it_gets_a_name() {
    let graph = graph();
    let alone = raw("<i8", "(2, 3)", &[0; 48]);
    let error = parse(&alone, &graph).unwrap_err();
    assert_eq!(error.diagnostic(&graph).code, "E078");
    assert_eq!(
        error.to_string(),
        "the input file is one npy array, not an npz archive of arrays by name; say whose it is, \
         --input query=in.npy, or put it into an npz: numpy.savez(\"in.npz\", \
         query=numpy.load(\"in.npy\"))"
    );
}

/// An archive of stored members, with local headers and directory as given.
fn archive(members: &[(&str, Vec<u8>)]) -> (Vec<u8>, Vec<u8>) {
    let (mut local, mut directory) = (Vec::new(), Vec::new());
    for (name, data) in members {
        let mut checksum = flate2_crc(data);
        let mut fields = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        fields.append(&mut checksum);
        fields.extend((data.len() as u32).to_le_bytes());
        fields.extend((data.len() as u32).to_le_bytes());
        fields.extend((name.len() as u16).to_le_bytes());
        fields.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&fields);
        directory.extend([0; 10]);
        directory.extend((local.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        local.extend(b"PK\x03\x04");
        local.extend(&fields);
        local.extend(name.as_bytes());
        local.extend(data);
    }
    (local, directory)
}

/// The checksum that the `zip` crate gives these bytes.
fn flate2_crc(data: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    archive.start_file("x", options).unwrap();
    archive.write_all(data).unwrap();
    let bytes = archive.finish().unwrap().into_inner();
    bytes[14..18].to_vec()
}

fn closed(local: &[u8], directory: &[u8], count: u16) -> Vec<u8> {
    let mut bytes = [local, directory].concat();
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend((local.len() as u32).to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

#[test]
fn a_directory_is_what_the_file_ends_with_and_says_the_truth() {
    let graph = wide();
    let said = |bytes: &[u8]| match parse(bytes, &graph) {
        Ok(assignment) => format!("{:?}", assignment.inputs[0].data),
        Err(error) => error.to_string(),
    };
    let seven = || raw("<i1", "(2,)", &[7, 8]);
    let one = || vec![("q.npy", seven())];
    let (local, directory) = archive(&one());
    let good = closed(&local, &directory, 1);
    assert_eq!(said(&good), "[7, 8]");
    // A comment, and what is before the first member, are nobody's business.
    let mut comment = good.clone();
    let length = comment.len();
    comment[length - 2] = 3;
    comment.extend(b"abc");
    assert_eq!(said(&comment), "[7, 8]");
    // An array twice, also without its ending; one that is not the program's.
    let (local2, directory2) = archive(&[one(), one()].concat());
    let error = parse(&closed(&local2, &directory2, 2), &graph).unwrap_err();
    assert_eq!(error.diagnostic(&graph).code, "E079");
    assert_eq!(
        error.to_string(),
        "`q` stands twice in the input file; remove one"
    );
    let (local2, directory2) = archive(&[one(), vec![("q", seven())]].concat());
    assert!(said(&closed(&local2, &directory2, 2)).contains("`q` stands twice"));
    let (local2, directory2) = archive(&[one(), vec![("r.npy", seven())]].concat());
    assert!(said(&closed(&local2, &directory2, 2)).contains("the program has no input `r`"));
    // Two names for the bytes of one member, or for part of them.
    let mut both = graph.clone();
    both.inputs.push(both.inputs[0].clone());
    both.inputs[1].name = "p".into();
    let (local2, mut directory2) = archive(&[one(), vec![("p.npy", seven())]].concat());
    let at = directory2.len() - "p.npy".len() - 4;
    directory2[at..at + 4].copy_from_slice(&0u32.to_le_bytes());
    let error = parse(&closed(&local2, &directory2, 2), &both).unwrap_err();
    assert!(error.to_string().contains("overlap"), "{error}");
    // Lengths that follow a member, as where one writes to a pipe.
    let (mut piped, mut directory2) = (local.clone(), directory.clone());
    piped[14..26].fill(0);
    piped[6] |= 8;
    directory2[8] |= 8;
    piped.extend(b"PK\x07\x08");
    piped.extend(&local[14..26]);
    assert_eq!(said(&closed(&piped, &directory2, 1)), "[7, 8]");
    directory2[20] ^= 1;
    assert!(said(&closed(&piped, &directory2, 1)).contains("npz archive"));
    // Numbers that are not so.
    for (at, what) in [
        (16, "is not what its directory says"),
        (20, "is not what its directory says"),
        (24, "is not what its directory says"),
        (42, "not an npz archive"),
        (46, "no input `p`"),
    ] {
        let mut other = directory.clone();
        other[at] ^= 1;
        let text = said(&closed(&local, &other, 1));
        assert!(text.contains(what), "{at}: {text}");
    }
    for (count, what) in [
        (0, "more members than it says"),
        (2, "cut off"),
        (9999, "at most 4096"),
    ] {
        let text = said(&closed(&local, &directory, count));
        assert!(text.contains(what), "{count}: {text}");
    }
    let mut torn = good.clone();
    torn[local.len() - 1] ^= 1;
    assert!(said(&torn).contains("checksum"), "{}", said(&torn));
    assert!(said(&[&good[..], b"x"].concat()).contains("no directory"));
}

#[test]
fn many_directories_cost_no_more_than_one() {
    // 60,000 entries where 60,001 are claimed, and 20,000 ends that each claim one more.
    let entry = [b"PK\x01\x02".as_slice(), &[0; 24], &[1, 0], &[0; 16], b"a"].concat();
    let directory = entry.repeat(60_000);
    let mut bytes = b"PK\x03\x04".to_vec();
    bytes.extend(&directory);
    for _ in 0..20_000 {
        bytes.extend(b"PK\x05\x06\0\0\0\0");
        bytes.extend([60_001u16.to_le_bytes(), 60_001u16.to_le_bytes()].concat());
        bytes.extend((directory.len() as u32).to_le_bytes());
        bytes.extend(4u32.to_le_bytes());
        bytes.extend([0, 0]);
    }
    let start = std::time::Instant::now();
    let error = parse(&bytes, &graph()).unwrap_err();
    assert!(error.to_string().contains("at most 4096"), "{error}");
    // Days, if every end is believed.
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
