//! `attnc check`: a program's errors, or what it computes.

use attnc::{Options, Program, Suite};
use attnc_compiler::diagnostic::Source;
use attnc_compiler::meaning::graph::{Value, Visibility};
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::program::ProgramArgs;
use crate::cli::publishes::Publishes;
use crate::cli::report::{say, say_json, shaped, titled, warn};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    program: ProgramArgs,
    /// Check only this plan, a name or a text: 'proof a: * - x proof b: x'; all of them without it
    #[arg(long, value_name = "PLAN")]
    plan: Option<String>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let mut program = args.program.load()?;
    program.assume_tables();
    let plans: Vec<String> = match &args.plan {
        Some(plan) => vec![program.plan(Some(plan))?.name.clone()],
        None => program.graph.plans.iter().map(|p| p.name.clone()).collect(),
    };
    // Its tests are part of the text, and what is wrong with them is no misuse.
    let suite = Suite::of(&program, &args.program.file);
    let checked = suite.and_then(|suite| suite.check().map(|()| suite));
    let suite = checked.map_err(|error| Failure::from(error).answered())?;
    let mut publishes: Vec<Option<Publishes<'_>>> = Vec::new();
    for plan in &plans {
        let parts = program.layable(&Options {
            plan: Some(plan.clone()),
            ..Options::default()
        })?;
        let is_open = parts.len() > 1;
        let found = is_open.then(|| Publishes::of(&program.graph, &program.sources, &parts));
        publishes.push(found);
    }
    let graph = &program.graph;
    let loose: Vec<&Value> = graph
        .loose_hints()
        .into_iter()
        .map(|id| graph.value(id))
        .collect();
    for hint in &loose {
        warn(&format!(
            "no assertion or range mentions the hint `{}` of line {}: a prover may put any number of {} there",
            hint.name,
            program.sources.place(hint.span.start).0,
            hint.interval
        ));
    }
    let params: Vec<(String, i64)> = graph
        .params
        .iter()
        .map(|param| (param.name.clone(), param.value))
        .collect();
    if json {
        let params: serde_json::Map<String, serde_json::Value> = params
            .into_iter()
            .map(|(name, value)| (name, json!(value)))
            .collect();
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
        let fixed = program.fixed().zip(graph.fixed_inputs());
        let fixed: Vec<_> = fixed
            .map(|(info, (_, fixed))| {
                json!({ "name": info.name, "shape": info.shape, "range": fixed.interval.to_string() })
            })
            .collect();
        let publishes = plans.iter().zip(&publishes);
        let publishes: serde_json::Map<String, serde_json::Value> = publishes
            .map(|(plan, found)| (plan.clone(), json!(found.as_ref().map(Publishes::objects))))
            .collect();
        let object = json!({
            "circuit": graph.name,
            "params": params,
            "inputs": inputs,
            "outputs": outputs,
            "fixed": fixed,
            "plans": plans,
            "publishes": publishes,
            "tests": suite.tests().map(|test| test.name).collect::<Vec<_>>(),
            "loose_hints": loose.iter().map(|hint| &hint.name).collect::<Vec<_>>(),
        });
        return say_json(&object.to_string());
    }
    let mut text = format!("{} is well formed\n", titled(&graph.name, &params));
    text += &tensors(&program);
    text += &format!("  plans: {}\n", plans.join(", "));
    for (plan, found) in plans.iter().zip(&publishes) {
        text += &found
            .as_ref()
            .map_or(String::new(), |found| found.text(plan, 2));
    }
    say(&text)
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
