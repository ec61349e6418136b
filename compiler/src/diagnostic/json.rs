//! The one way JSON is read: with or without a byte order mark, and no name twice in an object.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::Deserialize;

/// A text without the byte order mark that some editors put before it.
pub fn unmarked(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}

/// The text of one value, in which no object gives a name twice: which of the two counts, readers
/// do not agree on.
///
/// # Errors
/// If it is not JSON, or a name stands twice; with the place.
pub fn distinct(bytes: &[u8]) -> Result<&[u8], serde_json::Error> {
    let bytes = unmarked(bytes);
    serde_json::from_slice::<Distinct>(bytes)?;
    Ok(bytes)
}

/// Reads a value.
///
/// # Errors
/// As [`distinct`], and if it is not of the type.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(distinct(bytes)?)
}

/// Anything, looked at and not kept.
struct Distinct;

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Distinct {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if names.contains(&name) {
                return Err(A::Error::custom(format!("`{name}` stands twice")));
            }
            names.insert(name);
            map.next_value::<Self>()?;
        }
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self, A::Error> {
        while seq.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_i64<E: Error>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_u64<E: Error>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_str<E: Error>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_unit<E: Error>(self) -> Result<Self, E> {
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn a_name_that_stands_twice_is_refused_wherever_it_is() {
        for twice in [
            r#"{"a": 1, "a": 1}"#,
            r#"{"a": 1, "\u0061": 2}"#,
            r#"[0, {"b": {"a": [], "c": null, "a": {}}}]"#,
        ] {
            let said = read::<Value>(twice.as_bytes()).unwrap_err().to_string();
            assert!(said.starts_with("`a` stands twice at line 1"), "{said}");
        }
        let once = r#"{"a": {"a": [1.5, true, "a", null, -1]}, "b": {"a": {}}}"#;
        assert_eq!(
            read::<Value>(once.as_bytes()).unwrap(),
            serde_json::from_str::<Value>(once).unwrap()
        );
        for wrong in ["", "{", "{} {}", "{\"a\": 1,}", &"[".repeat(100_000)] {
            assert!(distinct(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(read::<i64>(b"\xef\xbb\xbf 7").unwrap(), 7);
        assert!(read::<i64>(b"\xef\xbb\xbf\xef\xbb\xbf 7").is_err());
    }
}
