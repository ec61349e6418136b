//! What proofs are worth, alone and together.

use serde_json::{json, Value};

pub use crate::library::figures::security;
use crate::session::account::Bits;

/// The security of several sessions, of what [`security`] gives of each: the least of each column,
/// and the settings in their order.
pub fn least(accounts: &[Value]) -> Value {
    let bits = |column: &str| {
        let bits = accounts.iter().map(|account| account[column].as_f64());
        bits.collect::<Option<Vec<f64>>>()
            .and_then(|bits| bits.into_iter().reduce(f64::min))
    };
    let settings = accounts.iter().filter_map(|it| it["setting"].as_str());
    let proofs = accounts.iter().filter_map(|it| it["proofs"].as_array());
    let hiding = accounts.iter().all(|account| account["hiding"] == true);
    json!({
        "setting": joined(settings),
        "hiding": hiding,
        "conjectured_bits": bits("conjectured_bits"),
        "proven_bits": bits("proven_bits"),
        "proofs": proofs.flatten().collect::<Vec<_>>(),
    })
}

/// Settings, each once, in their order.
pub fn joined<'a>(settings: impl IntoIterator<Item = &'a str>) -> String {
    let mut each: Vec<&str> = Vec::new();
    for setting in settings {
        if !each.contains(&setting) {
            each.push(setting);
        }
    }
    each.join(" | ")
}

/// An account's bits in a line.
pub fn in_all(account: &Value) -> String {
    let bits = |column: &str| Bits(account[column].as_f64().unwrap_or(0.0));
    format!(
        "{} bits conjectured, {} proven",
        bits("conjectured_bits"),
        bits("proven_bits")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_worth_the_least_of_each_column() {
        let account = |setting: &str, conjectured: f64, proven: f64| {
            json!({
                "setting": setting, "conjectured_bits": conjectured, "proven_bits": proven,
                "proofs": [{ "proven_bits": proven }],
            })
        };
        let all = least(&[
            account("standard", 96.0, 57.43),
            account("96 bits: blowup 4, 38 queries, grinding 20", 96.5, 56.11),
            account("standard", 96.0, 57.0),
        ]);
        assert_eq!(all["conjectured_bits"], 96.0);
        assert_eq!(all["proven_bits"], 56.11);
        let settings = "standard | 96 bits: blowup 4, 38 queries, grinding 20";
        assert_eq!(all["setting"], settings);
        assert_eq!(all["proofs"].as_array().map(Vec::len), Some(3));
        assert_eq!(in_all(&all), "96.0 bits conjectured, 56.1 proven");
    }
}
