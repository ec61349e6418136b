//! What errors say of the command line, said of Python: flags, verbs, files of inputs.
//!
//! The library's errors are written for the command. Every text of an error passes here once, before
//! it is rendered; a test holds this list against all texts of the library that name a flag or a verb.

/// What stands in a text, with `{}` for whatever stands between, and what is said instead.
const RULES: [(&str, &str); 29] = [
    // In this order: one that another has in it comes before that.
    ("with --hiding", "with hiding=True"),
    (
        "`attnc explain` lists all of them",
        "docs/errors.md of attnc lists all of them",
    ),
    (
        "or set the program's parameters with -p",
        "or set the program's parameters, as in Program.load(path, steps=8)",
    ),
    (
        ": set them with -p",
        ": set them, as in Program.load(path, steps=8)",
    ),
    (
        "give the file with --input",
        "give its entries by name, with the tensors: a mapping, or a keyword",
    ),
    (
        "give the file that has them with --fixed",
        "give them by name: with_fixed(tensors), or with the call",
    ),
    (
        ": give the input file that has it with --input",
        ": give it by name, with the tensors",
    ),
    (
        ": give the file that has it with --fixed",
        ": give it by name: with_fixed(tensors), or with the call",
    ),
    (
        "give it with --input, in a file without the others",
        "give it to run, key or prove, not with the fixed inputs",
    ),
    (
        "give it with --fixed, in a file without the others",
        "give it to with_fixed, run or key, by name",
    ),
    (": give it with --plan", ": give it as plan="),
    ("with another --context", "with another context="),
    ("say whose it is, {}, or put it", "put it"),
    (
        "give the file that the key was made with",
        "give that which the key was made with",
    ),
    (
        "make the key once with `attnc key --security {}`, and verify with --key",
        "make the key once with `Program.key(security={})`",
    ),
    ("`attnc key --security {}`", "`Program.key(security={})`"),
    ("`attnc key`", "`Program.key`"),
    (
        "programs are for `attnc check`, `run`, `key`, `prove` and `sweep`",
        "programs are for attnc.Program.load",
    ),
    (
        "keys are for `attnc prove --key` and `attnc verify PROOF --key`",
        "keys are for attnc.Key.load",
    ),
    (
        "proofs are for `attnc verify PROOF --key KEY`",
        "proofs are for attnc.Proof.load, and attnc.verify",
    ),
    (
        "studies are for `attnc report`, and `attnc sweep -o` goes on with one",
        "studies are for the command attnc alone",
    ),
    (
        "jobs are for a runner; `attnc jobs --format make` writes them for make",
        "jobs are for the command attnc alone",
    ),
    (
        "inputs are for `--input`",
        "read tensors with numpy.load, and give them by name",
    ),
    (
        "`attnc new NAME --from head` begins with one",
        "examples/head.attn is one",
    ),
    (
        "no file of fixed inputs has",
        "nothing is given for the fixed input",
    ),
    ("the input file lacks", "nothing is given for"),
    (
        "comes from the input file",
        "is an input, and its entries are not given",
    ),
    ("remove it from the input file", "leave it out"),
    ("the input file", "the file"),
];

/// A text of an error as it is said in Python.
pub fn in_python(text: &str) -> String {
    let mut said = text.to_string();
    for (pattern, instead) in RULES {
        said = replaced(&said, pattern, instead);
    }
    said
}

/// A hint, unless it still names a flag or a verb of the command: then it is of no use in Python.
pub fn hint_in_python(text: &str) -> Option<String> {
    Some(in_python(text)).filter(|said| !is_of_the_command(said))
}

/// Whether a text names a flag, or a verb as `attnc verb`.
pub fn is_of_the_command(text: &str) -> bool {
    let mut words = text.split(|c: char| c.is_whitespace() || "`\"',:;".contains(c));
    let flag = |word: &str| match word.strip_prefix("--") {
        Some(name) => name.starts_with(|c: char| c.is_ascii_alphabetic()),
        // A letter behind a dash may be a number of a program.
        None => ["-p", "-o"].contains(&word),
    };
    text.contains("`attnc ") || words.any(flag)
}

/// Every place of `pattern`, whose `{}` is what stands between its two sides on one line, said
/// `instead`.
fn replaced(text: &str, pattern: &str, instead: &str) -> String {
    let Some((first, second)) = pattern.split_once("{}") else {
        return text.replace(pattern, instead);
    };
    let found = text.split_once(first).and_then(|(before, after)| {
        let (hole, rest) = after.split_once(second)?;
        (!hole.contains('\n')).then_some((before, hole, rest))
    });
    match found {
        Some((before, hole, rest)) => {
            let rest = replaced(rest, pattern, instead);
            format!("{before}{}{rest}", instead.replace("{}", hole))
        }
        None => text.to_string(),
    }
}
