//! What a program computes, and what its plans make public: as `check` prints it.

use attnc_compiler::diagnostic::Source;
use attnc_compiler::meaning::graph::{Value as Computed, Visibility};
use serde_json::{json, Map, Value};

use crate::library::error::Error;
use crate::library::options::Options;
use crate::library::program::Program;
use crate::library::suite::Suite;
use crate::printed::publishes::Publishes;
use crate::printed::statement::by_name;
use crate::printed::title::{shaped, titled};

/// A program all of whose plans, or one, have a layout.
pub struct Checked<'a> {
    program: &'a Program,
    /// Of several parts with what it makes public.
    plans: Vec<(String, Option<Publishes<'a>>)>,
    suite: &'a Suite<'a>,
}

impl<'a> Checked<'a> {
    /// Looks for a layout of every plan, or of the one of this name or text. The program's tables have
    /// entries, whatever they are. `suite` are its tests.
    ///
    /// # Errors
    /// What is wrong with a plan, or does not fit a circuit.
    pub fn of(
        program: &'a Program,
        plan: Option<&str>,
        suite: &'a Suite<'a>,
    ) -> Result<Self, Error> {
        let names: Vec<String> = match plan {
            Some(plan) => vec![program.plan(Some(plan))?.name.clone()],
            None => program.plans().map(str::to_string).collect(),
        };
        let mut plans = Vec::new();
        for name in names {
            let parts = program.layable(&Options {
                plan: Some(name.clone()),
                ..Options::default()
            })?;
            let is_open = parts.len() > 1;
            let found = is_open.then(|| Publishes::of(&program.graph, &program.sources, &parts));
            plans.push((name, found));
        }
        Ok(Self {
            program,
            plans,
            suite,
        })
    }

    fn loose_hints(&self) -> impl Iterator<Item = &'a Computed> {
        let graph = &self.program.graph;
        let hints = graph.loose_hints().into_iter();
        hints.map(|id| graph.value(id))
    }

    /// Warnings of hints that nothing depends on.
    pub fn loose(&self) -> Vec<String> {
        let warning = |hint: &Computed| {
            format!(
                "no assertion or range mentions the hint `{}` of line {}: a prover may put any number of {} there",
                hint.name,
                self.program.sources.place(hint.span.start).0,
                hint.interval
            )
        };
        self.loose_hints().map(warning).collect()
    }

    /// What `check --json` prints (spec 8.5).
    pub fn object(&self) -> Value {
        let graph = &self.program.graph;
        let tensor = |name: &str, shape: &[u64], visibility: Visibility, range: String| {
            let public = visibility == Visibility::Public;
            json!({ "name": name, "shape": shape, "public": public, "range": range })
        };
        let inputs: Vec<_> = graph
            .inputs
            .iter()
            .map(|i| tensor(&i.name, &i.shape, i.visibility, i.range.to_string()))
            .collect();
        let outputs: Vec<_> = graph
            .outputs
            .iter()
            .map(|o| tensor(&o.name, &o.shape, o.visibility, o.range.to_string()))
            .collect();
        let fixed = self.program.fixed().zip(graph.fixed_inputs());
        let fixed: Vec<_> = fixed
            .map(|(info, (_, fixed))| {
                json!({ "name": info.name, "shape": info.shape, "range": fixed.interval.to_string() })
            })
            .collect();
        let plans = self.plans.iter();
        let publishes: Map<String, Value> = plans
            .map(|(plan, found)| (plan.clone(), json!(found.as_ref().map(Publishes::objects))))
            .collect();
        json!({
            "circuit": graph.name,
            "params": by_name(&self.program.params()),
            "inputs": inputs,
            "outputs": outputs,
            "fixed": fixed,
            "plans": self.plans.iter().map(|(plan, _)| plan).collect::<Vec<_>>(),
            "publishes": publishes,
            "tests": self.suite.tests().map(|test| test.name).collect::<Vec<_>>(),
            "loose_hints": self.loose_hints().map(|hint| &hint.name).collect::<Vec<_>>(),
        })
    }

    /// The same in words.
    pub fn text(&self) -> String {
        let title = titled(&self.program.graph.name, &self.program.params());
        let mut text = format!("{title} is well formed\n");
        text += &tensors(self.program);
        let plans: Vec<&str> = self.plans.iter().map(|(plan, _)| plan.as_str()).collect();
        text += &format!("  plans: {}\n", plans.join(", "));
        for (plan, found) in &self.plans {
            text += &found
                .as_ref()
                .map_or(String::new(), |found| found.text(plan, 2));
        }
        text
    }
}

/// The program's tensors, a line each.
fn tensors(program: &Program) -> String {
    let graph = &program.graph;
    let visibility = |visibility| match visibility {
        Visibility::Public => "public",
        Visibility::Private => "private",
    };
    let fixed = program.fixed().zip(graph.fixed_inputs());
    let fixed = fixed.map(|(info, (_, fixed))| {
        let (name, range) = (shaped(info.name, info.shape), fixed.interval);
        format!("  fixed input {name} : {range}\n")
    });
    let inputs = graph.inputs.iter().map(|input| {
        let (name, range) = (shaped(&input.name, &input.shape), input.range);
        format!(
            "  {} input {name} : {range}\n",
            visibility(input.visibility)
        )
    });
    let outputs = graph.outputs.iter().map(|output| {
        let (name, range) = (shaped(&output.name, &output.shape), output.range);
        format!(
            "  {} output {name} : {range}\n",
            visibility(output.visibility)
        )
    });
    fixed.chain(inputs).chain(outputs).collect()
}
