//! The libraries that ship with attnc, as texts.

/// By the name that `use` gives.
const LIBRARIES: [(&str, &str); 1] = [("nn", include_str!("../../library/nn.attn"))];
/// What every program sees without using it, and what errors call it.
pub const CORE: (&str, &str) = (
    "core.attn, which every program has",
    include_str!("../../library/core.attn"),
);

/// The text of a library.
pub fn text(name: &str) -> Option<&'static str> {
    let found = LIBRARIES.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text)
}

/// What to write for a definition that a library has, and the program does not use.
pub fn hint(definition: &str) -> Option<String> {
    let heads = |text: &'static str| text.lines().filter_map(|line| line.strip_prefix("def "));
    let is = |head: &str| head.split('(').next() == Some(definition);
    let (name, text) = LIBRARIES.iter().find(|(_, text)| heads(text).any(is))?;
    let head = heads(text).find(|head| is(head)).unwrap_or_default();
    let open = head.trim_end().ends_with('(');
    let shown = match head.split(" {").next().filter(|_| !open) {
        Some(head) => format!(": `{head}`"),
        None => String::new(),
    };
    Some(format!(
        "write `use {name}` above the circuit, which has it{shown}"
    ))
}

#[cfg(test)]
mod tests {
    use super::{hint, text};

    #[test]
    fn a_library_says_what_it_has() {
        let said = hint("softmax").unwrap();
        assert!(
            said.contains("`use nn`") && said.contains("softmax(score[n]"),
            "{said}"
        );
        assert!(hint("grouped").unwrap().ends_with("which has it"));
        assert_eq!(hint("soft"), None);
        assert!(text("nn").is_some() && text("softmax").is_none());
    }
}
