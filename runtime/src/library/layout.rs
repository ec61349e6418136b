//! A program laid out under a plan: what is proved, and what a key is of.

use std::ops::ControlFlow;

use attnc_compiler::choice::search::{any, search, Cost, Decision, Tried};
use attnc_compiler::circuit::Circuit;
use attnc_compiler::plan::text::is_text;
use attnc_compiler::plan::Part;
use attnc_compiler::Compiled;

use crate::library::error::Error;
use crate::library::options::Options;
use crate::library::program::Program;
use crate::session::security::Setting;

/// A program laid out under a plan, as costs least: one circuit for every part of the plan, of
/// which there is one unless a boundary is open.
///
/// ```
/// # let source = "circuit twice { private input x[3] : 0..9  public output y[3] \
/// #     y[i in 3] = 2 * x[i] }";
/// let program = attnc::Program::check("twice.attn", source, &[])?;
/// let layout = program.lay_out(&attnc::Options::default())?;
/// assert_eq!(layout.parts().len(), 1);
/// # Ok::<(), attnc::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Layout {
    #[doc(hidden)]
    pub program: Program,
    #[doc(hidden)]
    pub compiled: Vec<Compiled>,
    /// By part.
    #[doc(hidden)]
    pub settings: Vec<Setting>,
    /// What a key says of it, by part, if it is the layout of one: the roots that a prover must
    /// have at the part's setting.
    #[cfg_attr(
        not(feature = "prove"),
        expect(dead_code, reason = "a prover reads them")
    )]
    pub(crate) roots: Option<Vec<Vec<crate::session::statement::Digest>>>,
}

impl Layout {
    /// The names of the plan's parts.
    pub fn parts(&self) -> Vec<&str> {
        let parts = self.compiled.iter();
        parts.map(|part| part.circuit.part.as_str()).collect()
    }

    /// The plan's name, or its text.
    pub fn plan(&self) -> &str {
        self.compiled.first().map_or("", |part| &part.circuit.plan)
    }

    /// The names of a part's proofs, which share one session; none if there is no such part.
    pub fn proofs(&self, part: &str) -> &[String] {
        let found = self.compiled.iter().find(|it| it.circuit.part == part);
        found.map_or(&[], |part| &part.circuit.proofs)
    }
}

/// A part laid out, and how its layout was found.
#[doc(hidden)]
pub struct Assembled {
    pub compiled: Compiled,
    /// What its circuit costs; `None` if it does not fit the setting.
    pub cost: Option<Cost>,
    /// All layouts that were tried.
    pub explored: Vec<Tried>,
    pub decisions: Vec<Decision>,
}

impl Program {
    /// Lays the program out under a plan, as costs least.
    ///
    /// # Errors
    /// What is wrong with the plan, does not fit a circuit, or is not worth the security that is
    /// asked for; a table from input that has no entries, a fixed input that has no elements.
    pub fn lay_out(&self, options: &Options) -> Result<Layout, Error> {
        let program = self.ready()?;
        let assembled = program.assemble(options)?;
        let compiled: Vec<Compiled> = assembled.into_iter().map(|it| it.compiled).collect();
        let settings = compiled.iter().map(|it| options.settle(it));
        Ok(Layout {
            program: program.into_owned(),
            settings: settings.collect::<Result<_, _>>()?,
            compiled,
            roots: None,
        })
    }

    /// Partitions under the options' plan: every part has a layout, whatever it costs.
    #[doc(hidden)]
    pub fn layable(&self, options: &Options) -> Result<Vec<Part>, Error> {
        let plan = options.plan.as_deref();
        let parts = self.partition(plan)?.parts;
        for part in &parts {
            let least_bits = options.of_part(part).least_bits();
            let found = any(part, options.contract, least_bits);
            found.map_err(|errors| self.error(errors).where_it_points(text(plan)))?;
        }
        Ok(parts)
    }

    /// Partitions under the options' plan, and lays every part out as costs least.
    #[doc(hidden)]
    pub fn assemble(&self, options: &Options) -> Result<Vec<Assembled>, Error> {
        self.assemble_watched(options, &|| ControlFlow::Continue(()))
    }

    /// As [`Program::assemble`], until `watch` breaks: then no more layouts are priced, and soon none tried.
    pub(crate) fn assemble_watched(
        &self,
        options: &Options,
        watch: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<Vec<Assembled>, Error> {
        let plan = options.plan.as_deref();
        let parts = self.partition(plan)?.parts.into_iter();
        let parts = parts.map(|part| self.assemble_part_watched(part, options, watch));
        let parts: Result<_, Error> = parts.collect();
        parts.map_err(|error| error.where_it_points(text(plan)))
    }

    /// Lays a part out as costs least.
    #[doc(hidden)]
    pub fn assemble_part(&self, part: Part, options: &Options) -> Result<Assembled, Error> {
        self.assemble_part_watched(part, options, &|| ControlFlow::Continue(()))
    }

    fn assemble_part_watched(
        &self,
        part: Part,
        options: &Options,
        watch: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<Assembled, Error> {
        if watch().is_break() {
            return Err(Error::Cancelled);
        }
        let options = options.of_part(&part);
        let price = |circuit: &Circuit| match watch() {
            ControlFlow::Continue(()) => options.price(circuit),
            ControlFlow::Break(()) => None,
        };
        let searched = search(&part, options.contract, options.least_bits(), &price);
        if watch().is_break() {
            return Err(Error::Cancelled);
        }
        let searched = searched.map_err(|errors| self.error(errors))?;
        Ok(Assembled {
            compiled: Compiled {
                ast: self.ast.clone(),
                graph: self.graph.clone(),
                part,
                choices: searched.choices,
                circuit: searched.circuit,
            },
            cost: searched.cost,
            explored: searched.explored,
            decisions: searched.decisions,
        })
    }
}

fn text(plan: Option<&str>) -> Option<&str> {
    plan.filter(|plan| is_text(plan))
}
