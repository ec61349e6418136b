//! What a misspelt name was to be.

/// The candidate that a misspelt name most likely means, if any is near: at most one edit for
/// every three letters, a swap of neighbours counting as one; or the same in another case.
pub fn suggest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let all: Vec<&str> = candidates.collect();
    let of_another_case = |other: &&&str| **other != name && other.eq_ignore_ascii_case(name);
    if let Some(same) = all.iter().find(of_another_case) {
        return Some(same);
    }
    let allowed = (name.chars().count() / 3).max(1);
    all.into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(edits, candidate)| *edits <= allowed && *edits < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_near_names() {
        let names = ["query", "key", "keys", "value"];
        assert_eq!(suggest("qeury", names.into_iter()), Some("query"));
        assert_eq!(suggest("kyes", names.into_iter()), Some("keys"));
        assert_eq!(suggest("weight", names.into_iter()), None);
        assert_eq!(suggest("x", ["y"].into_iter()), None);
        assert_eq!(suggest("X", ["y", "x"].into_iter()), Some("x"));
    }
}
