//! The fixed inputs of a program: what every proof of a key is about, such as a model's weights.

use std::borrow::Cow;
use std::sync::Arc;

use attnc_compiler::meaning::tensor::Tensor;

use crate::files::input::{self, Source};
use crate::files::sample;
use crate::library::error::Error;
use crate::library::inputs::bad_input;
use crate::library::program::{Program, TensorInfo};

impl Program {
    /// The tensors that every proof of a key is about. They are taken before a program is run, laid out or
    /// held against a proof; a verifier with a key needs none.
    ///
    /// ```
    /// let source = "circuit scaled { fixed input w[2] : -8..8  private input x[2] : 0..9
    ///     public output y  y = sum(i in 2) w[i] * x[i] }";
    /// let mut program = attnc::Program::check("scaled.attn", source, &[])?;
    /// let names: Vec<&str> = program.fixed().map(|fixed| fixed.name).collect();
    /// assert_eq!(names, ["w"]);
    ///
    /// let w = attnc::Tensor { shape: vec![2], data: vec![-3, 7] };
    /// program.take_fixed([("w", w)])?;
    /// let inputs = attnc::Inputs::parse(&program, br#"{"x": [1, 2]}"#)?;
    /// assert_eq!(program.run(&inputs)?.output("y").unwrap().data, [11]);
    /// # Ok::<(), attnc::Error>(())
    /// ```
    pub fn fixed(&self) -> impl Iterator<Item = TensorInfo<'_>> {
        let both = self.graph.fixed_inputs().zip(&self.fixed_shapes);
        both.map(|((_, fixed), shape)| TensorInfo {
            name: &fixed.name,
            public: false,
            shape,
            range: (fixed.interval.lo as i64, fixed.interval.hi as i64),
        })
    }

    /// Reads the fixed inputs from several files together, in any format of inputs: nothing may be missing,
    /// unknown or given twice, and no input of a proof may be among them. Every assertion over them alone
    /// holds from then on.
    ///
    /// # Errors
    /// E078 to E081: a file cannot be read, or has not the program's tensors; E084 or E085: an assertion
    /// over them, or a declared range, does not hold; that there is no file where one is wanted.
    pub fn read_fixed(&mut self, sources: &[Source<'_>]) -> Result<(), Error> {
        if sources.is_empty() {
            return self.require_fixed();
        }
        let fixed = self.fixed_in(sources)?;
        self.give_fixed(fixed)
    }

    /// As [`Program::read_fixed`], from memory.
    ///
    /// # Errors
    /// As [`Program::read_fixed`].
    pub fn take_fixed<'a>(
        &mut self,
        tensors: impl IntoIterator<Item = (&'a str, Tensor)>,
    ) -> Result<(), Error> {
        let fixed = self.fixed_of(tensors)?;
        self.give_fixed(fixed)
    }

    pub(crate) fn fixed_in(&self, sources: &[Source<'_>]) -> Result<Vec<Tensor>, Error> {
        let read = input::read_fixed(sources, &self.graph);
        read.map_err(|error| bad_input(self, sources, &error))
    }

    pub(crate) fn fixed_of<'a>(
        &self,
        tensors: impl IntoIterator<Item = (&'a str, Tensor)>,
    ) -> Result<Vec<Tensor>, Error> {
        let given = input::fixed_from_memory(tensors, &self.graph);
        given.map_err(|error| self.error(vec![error.diagnostic(&self.graph)]))
    }

    /// Draws the fixed inputs, the same for the same seed: in their ranges, and closer to 0 until their
    /// assertions hold.
    ///
    /// # Errors
    /// What does not hold of those that are closest to 0; a table from input that has no entries.
    pub fn sample_fixed(&mut self, seed: u64) -> Result<(), Error> {
        if !self.wants_fixed() {
            return Ok(());
        }
        self.require_tables()?;
        self.waiting = None;
        let drawn = sample::learn_drawn(&mut self.graph, seed);
        drawn.map_err(|error| self.error(vec![error.into()]))
    }

    /// The fixed inputs that it has, by name.
    #[doc(hidden)]
    pub fn named_fixed(&self) -> Vec<(&str, Tensor)> {
        let names = self.fixed().map(|fixed| fixed.name);
        names.zip(self.taken().unwrap_or_default()).collect()
    }

    /// Whether it has fixed inputs at all.
    pub fn wants_fixed(&self) -> bool {
        !self.fixed_shapes.is_empty()
    }

    pub(crate) fn give_fixed(&mut self, fixed: Vec<Tensor>) -> Result<(), Error> {
        self.graph.known = None;
        self.waiting = Some(Arc::new(fixed));
        self.learn()
    }

    /// Gives tables from input their entries.
    pub(crate) fn learn_tables(&mut self, tables: &[Vec<i64>]) -> Result<(), Error> {
        let both = self.graph.tables.iter().zip(tables);
        let mut from_input = both.filter(|(table, _)| table.from_input);
        if from_input.all(|(table, entries)| table.entries == *entries) {
            return Ok(());
        }
        // What depends on other entries is not known any more.
        self.waiting = self.taken().filter(|_| self.wants_fixed()).map(Arc::new);
        self.set_tables(tables);
        self.learn()
    }

    /// The fixed inputs that were given.
    fn taken(&self) -> Option<Vec<Tensor>> {
        match &self.waiting {
            Some(waiting) => Some(waiting.as_ref().clone()),
            None => self.graph.known.is_some().then(|| self.graph.given_again()),
        }
    }

    /// Evaluates what depends on fixed inputs and tables alone, once all of them are there.
    pub(crate) fn learn(&mut self) -> Result<(), Error> {
        let mut from_input = self.graph.tables.iter().filter(|table| table.from_input);
        if self.is_learned() || from_input.any(|table| table.entries.is_empty()) {
            return Ok(());
        }
        let fixed = match self.waiting.take() {
            Some(fixed) => Arc::unwrap_or_clone(fixed),
            None if self.wants_fixed() => return Ok(()),
            None => Vec::new(),
        };
        let learned = self.graph.learn(fixed);
        learned.map_err(|error| self.error(vec![error.into()]))
    }

    /// Whether all values are known that depend on no input of a proof.
    pub(crate) fn is_learned(&self) -> bool {
        self.graph.known.is_some()
    }

    /// That every fixed input has its elements: a circuit's fixed columns are made of them.
    #[doc(hidden)]
    pub fn require_fixed(&self) -> Result<(), Error> {
        match self.fixed().next() {
            _ if self.is_learned() || self.waiting.is_some() => Ok(()),
            Some(fixed) => Err(Error::refused(format!(
                "the elements of fixed input `{}`, of the shape {:?}, are not given",
                fixed.name, fixed.shape
            ))
            .hint("give the file that has them with --fixed")),
            None => Ok(()),
        }
    }

    /// The program with all that depends on fixed inputs and tables alone, which are there.
    pub(crate) fn ready(&self) -> Result<Cow<'_, Self>, Error> {
        self.require_tables()?;
        self.require_fixed()?;
        if self.is_learned() {
            return Ok(Cow::Borrowed(self));
        }
        let mut program = self.clone();
        program.learn()?;
        Ok(Cow::Owned(program))
    }
}
