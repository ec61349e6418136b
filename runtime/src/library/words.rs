//! Lists as people write them.

/// `` `a`, `b` and `c` ``.
pub fn listed_names(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [_, ..])) => format!("{} and {last}", quoted[..quoted.len() - 1].join(", ")),
        _ => quoted.concat(),
    }
}
