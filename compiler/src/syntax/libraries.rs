//! The libraries that ship with attnc, as texts.

use crate::diagnostic::{Diagnostic, Edit, Span, PLAN_TEXT};

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

/// An error about a definition that a library has, and the program does not use: with what to write for it.
/// `at` is where it is called.
pub fn missing(error: Diagnostic, definition: &str, at: Span) -> Result<Diagnostic, Diagnostic> {
    let Some((library, hint)) = hint(definition) else {
        return Err(error);
    };
    let error = error.hint(hint);
    // A program alone is known to begin at 0.
    Ok(match at.start < PLAN_TEXT {
        true => {
            let text = format!("use {library}\n");
            let span = Span::new(0, 0);
            error.fix(format!("add `use {library}`"), vec![Edit { span, text }])
        }
        false => error,
    })
}

/// The library that has a definition, and what to say of that.
fn hint(definition: &str) -> Option<(&'static str, String)> {
    let heads = |text: &'static str| text.lines().filter_map(|line| line.strip_prefix("def "));
    let is = |head: &str| head.split('(').next() == Some(definition);
    let (name, text) = LIBRARIES.iter().find(|(_, text)| heads(text).any(is))?;
    let head = heads(text).find(|head| is(head)).unwrap_or_default();
    let open = head.trim_end().ends_with('(');
    let shown = match head.split(" {").next().filter(|_| !open) {
        Some(head) => format!(": `{head}`"),
        None => String::new(),
    };
    let said = format!("write `use {name}` above the circuit, which has it{shown}");
    Some((*name, said))
}

#[cfg(test)]
mod tests {
    use super::{hint, text};

    #[test]
    fn a_library_says_what_it_has() {
        let (_, said) = hint("softmax").unwrap();
        assert!(
            said.contains("`use nn`") && said.contains("softmax(score[n]"),
            "{said}"
        );
        assert!(hint("grouped").unwrap().1.ends_with("which has it"));
        assert_eq!(hint("soft"), None);
        assert!(text("nn").is_some() && text("softmax").is_none());
    }
}
