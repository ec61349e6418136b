//! What stands beside a circuit as text: what it uses, and definitions.

use std::fmt::{self, Display, Formatter};

use super::expression::Alone;
use super::list::{Bracketed, Commas};
use super::write_items;
use crate::syntax::ast::{Apply, Def, Given, Outcome, Parameter, Use, Used};

pub fn write_beside(f: &mut Formatter<'_>, uses: &[Use], defs: &[Def]) -> fmt::Result {
    for used in uses {
        writeln!(f, "{used}")?;
    }
    for def in defs {
        write!(f, "{def}")?;
    }
    Ok(())
}

impl Display for Use {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.what {
            Used::Library(name) => write!(f, "use {name}"),
            Used::File(path) => write!(f, "use \"{path}\""),
        }
    }
}

impl Display for Def {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "def {}({}) -> ", self.name, Commas(&self.parameters))?;
        match self.results.as_slice() {
            [one] => write!(f, "{one}")?,
            several => write!(f, "({})", Commas(several))?,
        }
        f.write_str(" {\n")?;
        write_items(f, &self.body)?;
        f.write_str("}\n")
    }
}

impl Display for Parameter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, Bracketed(&self.shape))?;
        match &self.default {
            Some(default) => write!(f, " = {default}"),
            None => Ok(()),
        }
    }
}

impl Display for Outcome {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, Bracketed(&self.shape))
    }
}

impl Display for Apply {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.name, Commas(&self.given))?;
        if let Some(result) = &self.result {
            write!(f, ".{result}")?;
        }
        Bracketed(&self.at).fmt(f)
    }
}

impl Display for Given {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{name} = ")?;
        }
        Alone(&self.value).fmt(f)
    }
}
