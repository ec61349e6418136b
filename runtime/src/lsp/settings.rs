//! What a user has set: `attnc.inlayHints.interval` and `attnc.inlayHints.cost`.

use serde_json::Value;

/// What is shown beside the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The interval of each value that declares none.
    pub interval: bool,
    /// The columns, sends and bytes of each line.
    pub cost: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            interval: true,
            cost: false,
        }
    }
}

impl Settings {
    /// Takes what is given, as `{"attnc": {"inlayHints": ...}}` or without the first name; what is not given, or
    /// is not true or false, stays as it is.
    pub fn take(&mut self, given: &Value) {
        let section = given.get("attnc").unwrap_or(given);
        let hints = &section["inlayHints"];
        let set = |to: &mut bool, name: &str| {
            if let Some(value) = hints[name].as_bool() {
                *to = value;
            }
        };
        set(&mut self.interval, "interval");
        set(&mut self.cost, "cost");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_given_is_taken_and_nothing_else() {
        let mut settings = Settings::default();
        settings.take(&json!({ "attnc": { "inlayHints": { "cost": true } } }));
        settings.take(&json!({ "inlayHints": { "interval": false } }));
        for nothing in [
            json!(null),
            json!([]),
            json!({ "inlayHints": { "cost": "no" } }),
            json!(3),
        ] {
            settings.take(&nothing);
        }
        let expected = Settings {
            interval: false,
            cost: true,
        };
        assert_eq!(settings, expected);
    }
}
