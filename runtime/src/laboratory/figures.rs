//! What `attnc inspect --json` and `attnc prove --json` print, as a study keeps it.

use crate::laboratory::study::{Measured, Predicted, Stages, Structure};
use crate::session::account::Bits;
use serde_json::Value;

/// The figures of a plan's circuits, from what `inspect` prints.
pub fn structure(inspected: &Value) -> Option<Structure> {
    let number = |name: &str| inspected[name].as_u64();
    // A plan of one part prints that part's figures.
    let own = std::slice::from_ref(inspected);
    let parts = inspected["parts"].as_array().map_or(own, Vec::as_slice);
    let mut proofs = 0;
    let mut components = 0;
    for part in parts {
        for proof in part["proofs"].as_array()? {
            proofs += 1;
            components += proof["components"].as_array()?.len() as u64;
        }
    }
    Some(Structure {
        lookup_claims: number("lookup_claims")?,
        trace_rows: number("trace_rows")?,
        columns: number("columns")?,
        cells: number("cells")?,
        components,
        proofs,
        parts: parts.len() as u64,
    })
}

/// The predictions that `inspect` prints.
pub fn predicted(inspected: &Value) -> Option<Predicted> {
    let number = |name: &str| inspected[name].as_f64();
    let milli = |value: f64| (value * 1e3).round() / 1e3;
    inspected.is_object().then(|| Predicted {
        bytes: number("predicted_bytes"),
        ms: number("predicted_ms").map(milli),
        memory_bytes: number("predicted_memory_bytes"),
    })
}

/// What `prove` prints, of proofs of the same: times are medians, memory is the most.
pub fn measured(printed: &[Value]) -> Option<Measured> {
    let first = printed.first()?;
    let median = |place: &str| -> Option<f64> {
        let times = printed.iter().map(|one| one.pointer(place)?.as_f64());
        let mut times = times.collect::<Option<Vec<f64>>>()?;
        times.sort_by(f64::total_cmp);
        let (lower, upper) = (times[(times.len() - 1) / 2], times[times.len() / 2]);
        Some(((lower + upper) / 2.0 * 1e3).round() / 1e3)
    };
    let number = |name: &str| first[name].as_u64();
    let security = &first["security"];
    let bits = |name: &str| Some(Bits(security[name].as_f64()?).floor(3));
    let memory = printed.iter().map(|one| one["peak_rss_bytes"].as_u64());
    Some(Measured {
        setting: security["setting"].as_str()?.to_string(),
        conjectured_bits: bits("conjectured_bits")?,
        proven_bits: bits("proven_bits")?,
        packed_bytes: number("packed_bytes")?,
        json_bytes: number("json_bytes")?,
        size_estimate: number("size_estimate")?,
        statement_bytes: number("statement_bytes")?,
        file_bytes: number("file_bytes")?,
        breakdown: serde_json::from_value(first["breakdown"].clone()).ok()?,
        stages_ms: Stages {
            setup: median("/stages_ms/setup")?,
            fill: median("/stages_ms/fill")?,
            commit: median("/stages_ms/commit")?,
            grind: median("/stages_ms/grind")?,
            bus: median("/stages_ms/bus")?,
            stark: median("/stages_ms/stark")?,
        },
        trace_ms: median("/trace_ms")?,
        prove_ms: median("/prove_ms")?,
        verify_ms: median("/verify_ms")?,
        memory_bytes: memory.max().flatten(),
        repeats: printed.len() as u32,
    })
}
