//! Keys are the same bits on every machine: digests and preprocessed roots that were made once and
//! committed. `.ci/keys` compares whole keys of builds with and without the processor's own
//! instructions, optimised for release and not.

use std::fmt::Write;

use attnc::files::key::Key;
use attnc::session::security::Setting;

use crate::common::programs;

#[test]
fn keys_are_those_of_every_other_machine() {
    let mut text = String::new();
    for program in programs::examples() {
        let case = program.case(1);
        let key = Key::make_for(&[case.compiled], &[&[Setting::Seed, Setting::Standard]]);
        writeln!(text, "{}: program {}", program.name, key.program).unwrap();
        for (name, digest) in &key.tables {
            writeln!(text, "  table {name} {digest}").unwrap();
        }
        for part in &key.parts {
            writeln!(text, "  layout {}", part.layout).unwrap();
            for (blowup, roots) in &part.preprocessed {
                for root in roots {
                    writeln!(text, "  blowup {blowup} root {root}").unwrap();
                }
            }
        }
    }
    insta::assert_snapshot!(text);
}
