//! The functions and words of the language, each with how it is written and what it means.

/// A function of the language.
pub struct Function {
    pub name: &'static str,
    pub parameters: &'static [&'static str],
    /// Whether the last parameter may be given more than once.
    pub more: bool,
    /// Whether it is written with an index: `sum(j in n) x[j]`.
    pub reduces: bool,
    /// Whether only a table's body may call it.
    pub real: bool,
    pub text: &'static str,
}

impl Function {
    const fn new(
        name: &'static str,
        parameters: &'static [&'static str],
        text: &'static str,
    ) -> Self {
        Self {
            name,
            parameters,
            more: false,
            reduces: false,
            real: false,
            text,
        }
    }

    const fn reducer(name: &'static str, text: &'static str) -> Self {
        let mut function = Self::new(name, &["j in domain where condition"], text);
        function.reduces = true;
        function
    }

    const fn of_tables(name: &'static str, text: &'static str) -> Self {
        let mut function = Self::new(name, &["x"], text);
        function.real = true;
        function
    }

    const fn of_more(name: &'static str, text: &'static str) -> Self {
        let mut function = Self::new(name, &["a", "b"], text);
        function.more = true;
        function
    }

    /// How it is called.
    pub fn head(&self) -> String {
        let more = if self.more { ", ..." } else { "" };
        let body = if self.reduces { " body" } else { "" };
        format!("{}({}{more}){body}", self.name, self.parameters.join(", "))
    }
}

/// All of them; `min` and `max` are there twice.
pub const FUNCTIONS: &[Function] = &[
    Function::new("floor", &["x"], "Rounds toward minus infinity. A division stands inside a rounding, and is rounded once."),
    Function::new("ceil", &["x"], "Rounds toward plus infinity."),
    Function::new("trunc", &["x"], "Rounds toward zero."),
    Function::new("round", &["x"], "Rounds to the nearest integer, halves away from zero."),
    Function::new("round_half_up", &["x"], "Rounds to the nearest integer, halves up."),
    Function::new("round_half_even", &["x"], "Rounds to the nearest integer, halves to the even one."),
    Function::new("clip", &["x", "lo", "hi"], "x, but at least lo and at most hi; both are constants."),
    Function::new("if", &["condition", "then", "else"], "One of two numbers. Both are computed, and what either asks for must hold."),
    Function::new("abs", &["x"], "The magnitude."),
    Function::of_more("min", "The least of several numbers."),
    Function::of_more("max", "The largest of several numbers."),
    Function::reducer("sum", "An exact sum. The body is a product: it ends before `+`, `-`, `/` and `%`."),
    Function::reducer("max", "The largest value of the body."),
    Function::reducer("min", "The least value of the body."),
    Function::reducer("argmax", "Where the body is largest: the first of equals. One index."),
    Function::reducer("argmin", "Where the body is least: the first of equals. One index."),
    Function::of_tables("exp", "e to the power of x, in a table's body."),
    Function::of_tables("ln", "The natural logarithm, in a table's body."),
    Function::of_tables("log2", "The logarithm to the base 2, in a table's body."),
    Function::new("sqrt", &["x"], "The square root: in a table's body, or of an integer alone inside a rounding, `round(sqrt(x))`."),
    Function::of_tables("sin", "The sine, in a table's body."),
    Function::of_tables("cos", "The cosine, in a table's body."),
    Function::of_tables("tanh", "The hyperbolic tangent, in a table's body."),
    Function::of_tables("sigmoid", "1 / (1 + exp(-x)), in a table's body."),
];

/// Functions of a name.
pub fn functions(name: &str) -> impl Iterator<Item = &'static Function> + '_ {
    FUNCTIONS
        .iter()
        .filter(move |function| function.name == name)
}

/// Words that stand in a program for themselves, and what they say.
pub const WORDS: &[(&str, &str)] = &[
    ("circuit", "A program: `circuit name(parameter = default) { items }`."),
    ("table", "A function of integers, given by its entries: `table f(x in 0..=15) = round(256 * exp(-x / 4))`. A call is one lookup."),
    ("private", "What stays with the prover: each element is shown to be in its range."),
    ("public", "What is in the statement that a proof is about."),
    ("fixed", "What is known to everyone when the key is made, such as weights: bound by its digest, and no column of the prover's."),
    ("input", "A tensor that is given: `private input x[n] : 0..=9`."),
    ("output", "A tensor that the program defines, each element once."),
    ("state", "`state s = empty` is a cache that grows by one entry a step; `state s[n] : lo..hi = 0` is replaced once an iteration."),
    ("step", "A loop in time: caches grow in it, by one entry a step."),
    ("layer", "A loop over depth: it carries states from one layer to the next."),
    ("for", "Repeats over an index; it is not a loop in time."),
    ("in", "What an index runs over: a size, a range, or a cache."),
    ("assert", "What is proved to hold: `assert a >= b`. It narrows the intervals of what follows."),
    ("region", "A named set of values, inputs, states and tables, for plans."),
    ("plan", "Which values share a proof, and what lies between proofs. It never changes what is computed."),
    ("proof", "One proof of a plan, and what belongs to it: `proof a: * - x`."),
    ("from", "`from input`: the table's entries come from the input file."),
    ("empty", "A cache that begins without entries."),
    ("hint", "A value that the prover chooses: its range is proved, and nothing of the expression."),
    ("use", "Takes in the definitions of a file, `use \"norms.attn\"`, or of the library that ships, `use nn`."),
    ("def", "A definition beside the circuit: `def f(x[n]) -> y[n] { ... }`."),
    ("by", "Cuts a proof: a proof for each value of the index, or for so many."),
    ("open", "What crosses is in the statements, and either side verifies alone."),
    ("linked", "Claims cross, and values stay hidden."),
    ("hiding", "The proofs of the plan tell nothing beside their statement, if nothing else says so."),
    ("where", "Leaves out the points at which the condition does not hold."),
    ("and", "Both hold."),
    ("or", "Either holds, or both."),
    ("not", "It does not hold."),
    ("pi", "The circle's constant, in a table's body."),
];

/// What a word says.
pub fn word(name: &str) -> Option<&'static str> {
    let found = WORDS.iter().find(|(word, _)| *word == name);
    found.map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse::RESERVED;
    use crate::syntax::words;

    #[test]
    fn every_function_and_reserved_word_is_said() {
        for name in words::FUNCTIONS.iter().chain(&words::REAL_FUNCTIONS) {
            assert!(functions(name).next().is_some(), "{name}");
        }
        for found in FUNCTIONS.iter().filter(|found| found.real) {
            assert!(
                words::REAL_FUNCTIONS.contains(&found.name),
                "{}",
                found.name
            );
        }
        for reserved in RESERVED {
            assert!(word(reserved).is_some(), "{reserved}");
        }
    }
}
