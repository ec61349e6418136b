//! Files of arrays in every format, by writers that are not ours.

use std::collections::HashMap;
use std::io::Cursor;

use ndarray::{arr0, arr1};
use ndarray_npy::{NpzWriter, WriteNpyExt};
use safetensors::tensor::{Dtype, TensorView};

use crate::house::{House, Said, TINY};

pub const ECHO: &str = "circuit echo(n = 4) {
    private input x[n] : -8..=7
    public output y[n]
    y[i in n] = x[i] + 1
}";

/// With the tiny program, `x` and `shift` in all formats, and a program of one input.
pub fn house() -> House {
    let house = House::new();
    house.write("tiny.attn", TINY);
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
    house.write("x.safetensors", tensors(std::slice::from_ref(&x)));
    let shift = ("shift", Dtype::I64, vec![], shift.as_slice());
    house.write("in.safetensors", tensors(&[x, shift]));
    house
}

pub fn npy(data: &[i64]) -> Vec<u8> {
    let mut bytes = Vec::new();
    arr1(data).write_npy(&mut bytes).unwrap();
    bytes
}

pub fn scalar(value: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    arr0(value).write_npy(&mut bytes).unwrap();
    bytes
}

pub fn npz(arrays: &[(&str, &[i64])]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new_compressed(&mut bytes);
    for (name, data) in arrays {
        writer.add_array(*name, &arr1(data)).unwrap();
    }
    writer.finish().unwrap();
    bytes.into_inner()
}

/// A safetensors file by the reference writer.
pub fn tensors(all: &[(&str, Dtype, Vec<usize>, &[u8])]) -> Vec<u8> {
    let views = all.iter().map(|(name, dtype, shape, data)| {
        let view = TensorView::new(*dtype, shape.clone(), data).unwrap();
        (name.to_string(), view)
    });
    safetensors::serialize(views.collect::<HashMap<_, _>>(), None).unwrap()
}

/// A safetensors file with this header.
pub fn headed(header: &str, data: usize) -> Vec<u8> {
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], header.as_bytes(), &vec![0; data]].concat()
}

#[track_caller]
pub fn run(house: &House, line: &str) -> Said {
    let words: Vec<&str> = line.split(' ').collect();
    house.run(&[&["run"], words.as_slice()].concat())
}
