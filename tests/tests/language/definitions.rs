//! Programs that use files beside them: read, run, and identified by what they stand for.

use std::fs;
use std::path::{Path, PathBuf};

use attnc::Program;

const NORMS: &str = "use \"parts/squares.attn\"
table scale(x in 0..=4) = 2 ^ x
def norm(x[n], gain[n], eps = 1) -> y[n] {
    square = squares(x) + eps
    y[i in n] = round_half_up(x[i] * gain[i] * scale(3) / square)
}
";

const SQUARES: &str = "def squares(x[n]) -> y { y = sum(i in n) x[i] * x[i] }\n";

const MODEL: &str = "use \"norms.attn\"
circuit model(steps = 4, layers = 2, hidden = 8) {
    private input x[steps, hidden] : -9..=9
    private input gain[layers, hidden] : -9..=9
    public output z[steps, hidden]
    for l in layers { n[t in steps, c in hidden] = norm(x[t], gain[l])[c] }
    z[t in steps, c in hidden] = n[0, t, c] + n[1, t, c]
    plan two { proof a: * - norm#1.y proof b: norm#1.y }
}
";

/// A folder of a test with the program and its files: the program.
fn written(test: &str, norms: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs::create_dir_all(folder.join("parts")).unwrap();
    fs::write(folder.join("model.attn"), MODEL).unwrap();
    fs::write(folder.join("norms.attn"), norms).unwrap();
    fs::write(folder.join("parts/squares.attn"), SQUARES).unwrap();
    folder.join("model.attn")
}

#[test]
fn a_program_is_what_it_stands_for() {
    let path = written("definitions", NORMS);
    let program = Program::read(&path, &[]).unwrap();
    let alone = program.alone();
    assert!(
        !alone.contains("use") && alone.contains("norm#1.square[t in steps] = squares#1.y[t] + 1")
    );
    let again = Program::check("model.attn", &alone, &[]).unwrap();
    assert_eq!(again.digest(), program.digest());
    assert_eq!(again.graph.to_string(), program.graph.to_string());
    assert!(program.plan(Some("two")).is_ok());
}

#[test]
fn an_error_in_a_library_that_ships_is_one_of_the_call() {
    let source = "use nn
def twice(x) -> y { y = gelu(2 * x) }
circuit wide {
    private input x : 0..100
    public output y
    y = twice(x)
}
";
    let error = Program::check("wide.attn", source, &[]).unwrap_err();
    let text = error.to_string();
    let first = text.find("wide.attn:2:25");
    let inside = text.find("nn.attn");
    assert!(first.is_some() && first < inside, "{text}");
    for part in ["`gelu` is called here", "clip what `gelu` is given"] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
}

#[test]
fn errors_name_the_files_that_they_are_in() {
    let path = written("errors", &NORMS.replace("squares(x) + eps", "squares(x)"));
    let error = Program::read(&path, &[]).unwrap_err();
    let text = error.to_string();
    for part in [
        "error[E028]",
        "norms.attn:5:",
        "model.attn:",
        "6 │     for l in layers",
        "`norm` is called here",
    ] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
}
