//! Packed proofs of toy AIRs: the way there and back, broken bytes, and the predicted size.
#![cfg(feature = "prove")]
#![allow(clippy::unwrap_used)]

mod toy;

use attnc::session::pack::{pack, pack_measured, PackError, Packed};
use attnc::session::security::Setting;
use attnc_compiler::choice::cost::{predict, FriSetting};
use toy::{prove_parts, Part, Proved};

fn part(log_rows: u32, columns: usize) -> Part {
    Part {
        log_rows,
        columns,
        fixed: true,
        sees: true,
    }
}

fn setting(log_blowup: u32, queries: u32, fold_step: u32, log_last_layer: u32) -> FriSetting {
    FriSetting {
        log_blowup,
        queries,
        fold_step,
        log_last_layer,
        pow_bits: 5,
    }
}

/// Shapes of even trees, of low ones, and without preprocessed columns.
fn shapes() -> Vec<Vec<Part>> {
    let bare = |log_rows, columns, fixed, sees| Part {
        log_rows,
        columns,
        fixed,
        sees,
    };
    vec![
        vec![part(6, 4)],
        vec![part(7, 9), part(4, 3), part(5, 2)],
        vec![bare(8, 3, false, true), part(4, 5)],
        vec![bare(6, 5, false, true), bare(5, 3, false, false)],
        vec![bare(7, 3, false, false), part(5, 5)],
    ]
}

fn round_trip(proved: &Proved) -> Vec<u8> {
    let bytes = pack(
        &proved.proof,
        &proved.shape,
        &proved.setting,
        &proved.channel,
    )
    .unwrap();
    let opened = Packed::parse(&bytes, &proved.shape, &proved.setting)
        .unwrap()
        .open(&proved.channel, proved.preprocessed_root)
        .unwrap();
    assert_eq!(
        serde_json::to_string(&opened).unwrap(),
        serde_json::to_string(&proved.proof).unwrap()
    );
    assert!(bytes.len() <= proved.proof.size_estimate());
    assert!(proved.accepts(&bytes));
    bytes
}

#[test]
fn packed_proofs_come_back_whole() {
    for (seed, parts) in shapes().iter().enumerate() {
        for setting in [
            setting(1, 3, 1, 0),
            setting(2, 30, 2, 1),
            setting(4, 20, 3, 0),
            setting(3, 17, 4, 2),
        ] {
            round_trip(&prove_parts(parts, setting, seed as u64));
        }
    }
}

#[test]
fn broken_bytes_are_refused_without_panic() {
    for parts in [&shapes()[1], &shapes()[2]] {
        let proved = prove_parts(parts, setting(2, 6, 2, 1), 7);
        let bytes = round_trip(&proved);
        for at in 0..bytes.len() {
            for flip in [1, 0x80, 0xff] {
                let mut broken = bytes.clone();
                broken[at] ^= flip;
                assert!(
                    !proved.accepts(&broken),
                    "byte {at} of {} ^ {flip}",
                    bytes.len()
                );
            }
            assert!(!proved.accepts(&bytes[..at]), "cut at {at}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        let packed = Packed::parse(&longer, &proved.shape, &proved.setting).unwrap();
        let error = packed
            .open(&proved.channel, proved.preprocessed_root)
            .unwrap_err();
        assert_eq!(error, PackError::Trailing(1));
    }
}

#[test]
fn broken_heads_with_good_grinding_are_refused_without_panic() {
    // Without grinding every changed head leads to other queries, and on to the tail.
    let no_grinding = FriSetting {
        pow_bits: 0,
        ..setting(1, 9, 1, 0)
    };
    let proved = prove_parts(&shapes()[1], no_grinding, 3);
    let bytes = round_trip(&proved);
    for at in 0..bytes.len() {
        let mut broken = bytes.clone();
        broken[at] ^= 1;
        assert!(!proved.accepts(&broken), "byte {at}");
        // Enough bytes for any tail: the structure holds, and Stwo says no.
        broken.extend([0; 4096]);
        let packed = Packed::parse(&broken, &proved.shape, &proved.setting).unwrap();
        match packed.open(&proved.channel, proved.preprocessed_root) {
            Err(PackError::Trailing(spare)) => {
                broken.truncate(broken.len() - spare);
                assert!(!proved.accepts(&broken), "byte {at} with a full tail");
            }
            Err(PackError::Padding | PackError::Element) => {}
            other => panic!("byte {at}: {other:?}"),
        }
    }
}

#[test]
fn random_bytes_are_refused_without_panic() {
    let proved = prove_parts(&shapes()[1], setting(2, 6, 3, 0), 11);
    let bytes = round_trip(&proved);
    let mut state = 1u32;
    for start in (0..bytes.len()).step_by(40) {
        let mut broken = bytes.clone();
        for byte in &mut broken[start..] {
            state = state.wrapping_mul(1664525).wrapping_add(1013904223);
            *byte = (state >> 24) as u8;
        }
        assert!(!proved.accepts(&broken), "from byte {start}");
    }
}

#[test]
fn another_channel_or_setting_is_refused() {
    let ground = FriSetting {
        pow_bits: 16,
        ..setting(2, 6, 2, 1)
    };
    let proved = prove_parts(&shapes()[0], ground, 5);
    let bytes = round_trip(&proved);
    let other = prove_parts(&shapes()[0], ground, 6);
    assert!(!other.accepts(&bytes));
    let packed = Packed::parse(&bytes, &proved.shape, &proved.setting).unwrap();
    let error = packed.open(&other.channel, proved.preprocessed_root);
    assert_eq!(error.err(), Some(PackError::Grinding));
    let wrong = pack(
        &proved.proof,
        &other.shape,
        &setting(2, 6, 1, 1),
        &proved.channel,
    );
    assert_eq!(wrong, Err(PackError::Structure("configuration")));
}

#[test]
fn predicted_bytes_match_packed_bytes() {
    let shapes = [
        vec![part(8, 40)],
        vec![part(10, 60), part(7, 30), part(5, 12)],
        vec![part(9, 5), part(4, 50)],
    ];
    let settings = [
        setting(1, 3, 1, 0),
        setting(4, 20, 3, 0),
        setting(1, 80, 2, 4),
        setting(5, 16, 4, 1),
    ];
    for parts in &shapes {
        for setting in settings {
            let mut total = 0.0;
            let seeds = 12;
            let mut predicted = 0;
            for seed in 0..seeds {
                let proved = prove_parts(parts, setting, seed);
                let (bytes, breakdown) =
                    pack_measured(&proved.proof, &proved.shape, &setting, &proved.channel).unwrap();
                assert_eq!(breakdown.total(), bytes.len() as u64);
                assert!(breakdown.other <= 12, "{breakdown:?}");
                total += bytes.len() as f64;
                predicted = predict(&proved.shape, &setting).unwrap().packed_bytes;
            }
            let error = predicted as f64 / (total / seeds as f64) - 1.0;
            println!(
                "{} parts, {setting:?}: {predicted} predicted, {:+.2} %",
                parts.len(),
                error * 100.0
            );
            assert!(error.abs() < 0.015, "{parts:?} {setting:?}: {error}");
        }
    }
}

#[test]
fn every_setting_proves_small_traces() {
    for setting in Setting::ALL {
        for log_rows in 4..=12 {
            let parts = [part(log_rows, 5), part(4, 3)];
            let proved = prove_parts(&parts, setting.fri_setting(log_rows), 1);
            let bytes = round_trip(&proved);
            let predicted = predict(&proved.shape, &proved.setting)
                .unwrap()
                .packed_bytes;
            println!(
                "{setting} 2^{log_rows}: fold {} last {}: {} bytes, {predicted} predicted, {} by Stwo",
                proved.setting.fold_step,
                proved.setting.log_last_layer,
                bytes.len(),
                proved.proof.size_estimate(),
            );
        }
    }
}
