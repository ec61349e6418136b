//! A run of a test, proved and verified: by the program itself, without what the test expects.

use attnc_compiler::meaning::eval::Assignment;
use attnc_compiler::meaning::graph::Graph;
use attnc_compiler::Prepared;

use super::Suite;
use crate::library::error::Error;

#[cfg(feature = "prove")]
pub fn proved(
    suite: &Suite<'_>,
    prepared: &Prepared,
    graph: &Graph,
    assignment: &Assignment,
) -> Result<(), Error> {
    use std::ops::ControlFlow;

    use crate::library::inputs::Inputs;
    use crate::library::key::Key;
    use crate::library::options::Options;
    use crate::library::program::Program;
    use crate::library::prove::Prover;
    use crate::library::verdict::{verify, Demands};

    let Suite {
        file, source, load, ..
    } = suite;
    let mut program = Program::with(file, source, &prepared.params, &**load)?;
    if program.wants_fixed() {
        program.give_fixed(graph.given_again())?;
    }
    program.learn_tables(&assignment.tables)?;
    let inputs = Inputs::checked(&program, assignment.clone());
    let layout = program.lay_out(&Options::default())?;
    let proof = Prover::new(&layout).prove(&inputs, "", &|_| ControlFlow::Continue(()))?;
    let key = Key::make(&layout);
    match verify(&key, &proof, &Demands::default()) {
        Ok(_) => Ok(()),
        Err(rejected) => Err(Error::Bug(rejected.to_string())),
    }
}

#[cfg(not(feature = "prove"))]
pub fn proved(_: &Suite<'_>, _: &Prepared, _: &Graph, _: &Assignment) -> Result<(), Error> {
    Err(
        Error::refused("this attnc has no prover: it is built without the feature `prove`")
            .hint("build it with the prover, or leave out `prove`"),
    )
}
