//! What the tensors of a file are to the program, and the option that names such files.

/// What a file's tensors are to the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// What one proof is about, and tables.
    Input,
    /// What every proof of a key is about.
    Fixed,
    /// What a statement shows.
    Public,
}

impl Sort {
    /// What one of them is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Fixed => "fixed input",
            Self::Public => "public tensor",
        }
    }

    /// The option that names their files.
    pub fn option(self) -> &'static str {
        match self {
            Self::Input => "--input",
            Self::Fixed => "--fixed",
            Self::Public => "--expect",
        }
    }
}
