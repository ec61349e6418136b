//! Programs that `attnc new` begins with: the examples, at sizes that are proved in a second.

use attnc_compiler::analyse;
use attnc_compiler::syntax::format::format;
use clap::ValueEnum;

/// An example to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// One causal attention head: a cache, a table of weights from the input, a division
    Head,
    /// Attention in several heads over a growing cache, with a plan of two proofs
    Decode,
    /// A quantised matrix product with bias and relu: no steps, no cache
    Matmul,
    /// A decoder block: norm, projections, attention, residual, MLP
    Block,
}

/// In the order of the templates.
const TEXTS: [&str; 4] = [
    include_str!("../../programs/head.attn"),
    include_str!("../../programs/decode.attn"),
    include_str!("../../programs/matmul.attn"),
    include_str!("../../programs/block.attn"),
];

impl Template {
    pub fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Decode => "decode",
            Self::Matmul => "matmul",
            Self::Block => "block",
        }
    }

    /// Parameters of the example, and what they are at first: small enough to be read as a whole.
    fn sizes(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Head => &[("steps = 64", "steps = 8")],
            Self::Decode => &[
                ("heads = 4", "heads = 2"),
                ("width = 64", "width = 8"),
                ("steps = 64", "steps = 8"),
            ],
            Self::Matmul | Self::Block => &[],
        }
    }

    /// The example's text, its circuit called by the name, with hyphens as underscores, and what it
    /// is called then; nothing if that is a word of the language or of the program.
    pub fn program(self, name: &str) -> Option<(String, String)> {
        let mut text = TEXTS[self as usize].to_string();
        for (large, small) in self.sizes() {
            text = text.replacen(large, small, 1);
        }
        let circuit = name.replace('-', "_");
        let own = format!("circuit {}(", self.name());
        let renamed = text.replacen(&own, &format!("circuit {circuit}("), 1);
        analyse(&renamed, &[]).ok()?;
        // Another name moves what stands behind it.
        Some((format(&renamed).ok()?, circuit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_takes_its_sizes_and_its_name() {
        for template in Template::value_variants() {
            for (large, small) in template.sizes() {
                let text = TEXTS[*template as usize];
                assert_eq!(text.matches(large).count(), 1, "{large} in {text}");
                let (text, _) = template.program("mine").unwrap();
                assert_eq!(text.matches(small).count(), 1, "{small} in {text}");
            }
            for name in [
                "a",
                "mine",
                "a_name_that_is_rather_long_for_a_program_and_moves_lines",
            ] {
                let (text, _) = template.program(name).unwrap();
                assert_eq!(format(&text).unwrap(), text);
            }
            let (text, circuit) = template.program("my-own").unwrap();
            assert_eq!(circuit, "my_own");
            assert!(text.contains("circuit my_own("), "{text}");
            assert!(analyse(&text, &[]).is_ok());
            // A word of the language is no name.
            assert_eq!(template.program("step"), None);
        }
    }
}
