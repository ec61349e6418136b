//! Files that are given with `--fixed`: the tensors that every proof of a key is about.

use std::path::Path;

use attnc::{Program, Source};

use crate::cli::failure::Failure;
use crate::cli::given::{self, Given};

/// The files of a program's fixed inputs.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Fixed {
    /// The program's fixed inputs: .npz, .safetensors or .json with tensors by name, or .npy for a program
    /// with one; NAME=FILE for one tensor alone. Give it again for more files: each tensor is in one
    #[arg(long, value_name = "FILE", value_parser = given::parser())]
    fixed: Vec<Given>,
}

impl Fixed {
    pub fn is_given(&self) -> bool {
        !self.fixed.is_empty()
    }

    pub fn sources(&self) -> Vec<Source<'_>> {
        given::sources(&self.fixed)
    }

    pub fn paths(&self) -> impl Iterator<Item = &Path> + Clone {
        self.fixed.iter().map(|given| given.path.as_path())
    }

    /// Gives a program its fixed inputs, if there are files of them: whoever does without them may.
    pub fn read(&self, program: &mut Program) -> Result<(), Failure> {
        match self.is_given() {
            true => Ok(program.read_fixed(&self.sources())?),
            false => Ok(()),
        }
    }

    /// That a program has all of its fixed inputs.
    pub fn require(program: &Program) -> Result<(), Failure> {
        program.require_fixed().map_err(|error| {
            Failure::from(error).hint("`attnc sample` draws some, with --draw-fixed FILE")
        })
    }

    /// The flags as one would write them.
    #[cfg(feature = "prove")]
    pub fn flags(&self) -> Vec<String> {
        let written = self.written().into_iter();
        let flags = written.flat_map(|file| ["--fixed".to_string(), file]);
        flags.collect()
    }

    /// The files as one would write them.
    #[cfg(feature = "prove")]
    pub fn written(&self) -> Vec<String> {
        self.fixed.iter().map(Given::written).collect()
    }
}
