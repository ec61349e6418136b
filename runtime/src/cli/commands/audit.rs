//! `attnc audit`: a malicious prover at every place of the user's own circuit.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use attnc::audit::sessions::{self, Verifier};
use attnc::audit::traces::{self, Subject};
use attnc::audit::{Cell, Findings, Kind, Options, Survivor};
use attnc::claim::whole::{check, Demands};
use attnc::files::key::{Identity, Key};
use attnc::library::error::is_of_plan;
use attnc::printed::security::joined;
use attnc::printed::statement::by_name;
use attnc::session::prove::{Prover, Session};
use attnc::session::security::{Security, Setting};
use attnc::session::verify::verify;
use attnc::{Inputs, Program};
use attnc_compiler::circuit::Circuit;
use attnc_compiler::diagnostic::visible;
use attnc_compiler::diagnostic::{Source, Span};
use attnc_compiler::meaning::eval::evaluate;
use attnc_compiler::Compiled;
use serde_json::{json, Value};

use crate::cli::failure::Failure;
use crate::cli::fixed::Fixed;
use crate::cli::paths::apart;
use crate::cli::program::ProgramArgs;
use crate::cli::progress::Progress;
use crate::cli::report::{say, say_json, titled};
use crate::cli::tuning::Tuning;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    program: ProgramArgs,
    /// The program's inputs; without it random ones, as `attnc sample` draws them, and the fixed ones
    /// too where no --fixed gives them
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// The plan, a name or a text: 'proof a: * - x proof b: x'; the program's first one without it
    #[arg(long, value_name = "PLAN")]
    plan: Option<String>,
    #[command(flatten)]
    tuning: Tuning,
    /// The setting of the real proof that is tampered with, as `attnc prove` takes it
    #[arg(long, value_name = "SETTING", default_value = "standard")]
    security: Security,
    /// Attack so many rows of a component: all, if it has no more
    #[arg(long, value_name = "N", default_value_t = 16,
          value_parser = clap::value_parser!(u32).range(2..=1 << 20))]
    rows: u32,
    /// What rows, values and inputs are drawn from
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
}

/// Cells of the main trace that an audit holds at most, with what every row says: some 4 GB.
const MAX_CELLS: u64 = 1 << 24;
/// Random inputs that are drawn until the program takes one.
const DRAWS: u64 = 64;

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let start = Instant::now();
    args.tuning.require_floor(args.security)?;
    let progress = Progress::start("compiling");
    apart(args.program.paths().chain(args.input.as_deref()), None)?;
    let mut program = args.program.load()?;
    let inputs = inputs(args, &mut program)?;
    let assembled = program.assemble(&args.tuning.options(args.plan.as_deref(), args.security))?;
    let parts: Vec<Compiled> = assembled.into_iter().map(|a| a.compiled).collect();
    parts.iter().try_for_each(|part| small(&part.circuit))?;
    let settle = |part: &Compiled| args.tuning.settle(part, args.security);
    let settings: Vec<Setting> = parts.iter().map(settle).collect::<Result<_, _>>()?;
    let run = program.run(&inputs)?;
    let evaluation = run.evaluation();
    let options = Options {
        rows: args.rows as usize,
        seed: args.seed,
    };
    let one: Vec<&[Setting]> = settings.iter().map(std::slice::from_ref).collect();
    let key = Key::make_for(&parts, &one);
    let mut found: Vec<Findings> = Vec::new();
    for (number, (compiled, &setting)) in parts.iter().zip(&settings).enumerate() {
        let circuit = &compiled.circuit;
        let watch = |kind: Kind| {
            let of_part = match parts.len() {
                1 => String::new(),
                _ => format!("part {}: ", circuit.part),
            };
            progress.stage(format!("{of_part}{}", kind.what()));
        };
        let derived = &compiled.part.derived;
        let own = derived.assignment(evaluation);
        let evaluation =
            evaluate(&derived.graph, &own).map_err(|error| program.error(vec![error.into()]))?;
        let subject = Subject {
            name: &circuit.name,
            circuit,
            graph: &derived.graph,
            assignment: &own,
            evaluation: &evaluation,
        };
        let wrong = |error: &dyn std::fmt::Display| {
            Failure::no(format!("the honest witness is refused: {error}"))
        };
        let mut findings =
            traces::attack(&subject, options, &watch).map_err(|error| wrong(&error))?;
        let claimed = Identity::of(compiled).claimed("audit".into());
        let proved = Prover::new(circuit, setting)
            .prove_watched(&evaluation, &claimed, &|_| ControlFlow::Continue(()))
            .map_err(|error| wrong(&error))?;
        let accepts = |session: &Session| {
            let expected = key.expected(&parts, number, setting);
            let (statement, nonce) = (&session.statement, session.nonce);
            expected.is_ok_and(|it| verify(&it, statement, nonce, &session.parts()).is_ok())
        };
        let reads =
            |bytes: &[u8]| check(&key, &parts, bytes, &Demands::default(), &mut Vec::new()).is_ok();
        let session = &proved.session;
        if !accepts(session) {
            return Err(Failure::no("the honest proof is refused"));
        }
        let verifier = Verifier {
            session: &accepts,
            file: &reads,
        };
        findings.merge(sessions::attack(
            circuit, session, &verifier, options, &watch,
        ));
        found.push(findings);
    }
    drop(progress);
    let seconds = start.elapsed().as_secs_f64();
    let report = Report {
        program: &program,
        parts: &parts,
        settings: &settings,
        found: &found,
        args,
    };
    match json {
        true => say_json(&report.json(seconds).to_string())?,
        false => say(&report.text(seconds))?,
    }
    match found.iter().all(|findings| findings.survivors.is_empty()) {
        true => Ok(()),
        false => Err(Failure::said()),
    }
}

/// The inputs that are given, or the first random ones that the program takes.
fn inputs(args: &Args, program: &mut Program) -> Result<Inputs, Failure> {
    if let Some(path) = &args.input {
        Fixed::require(program)?;
        let inputs = Inputs::read(program, path)?;
        program.take_tables(&inputs)?;
        return Ok(inputs);
    }
    let elements = program.graph.inputs.iter();
    let elements: u64 = elements.map(|it| it.shape.iter().product::<u64>()).sum();
    if elements > MAX_CELLS {
        return Err(large(elements));
    }
    if !args.program.fixed.is_given() {
        program.take_tables(&Inputs::sample(program, args.seed))?;
        program.sample_fixed(args.seed)?;
    }
    let mut drawn = (0..DRAWS).map(|more| Inputs::sample(program, args.seed.wrapping_add(more)));
    let Some(inputs) = drawn.find(|inputs| program.run(inputs).is_ok()) else {
        return Err(Failure::no(format!(
            "the program refuses {DRAWS} random inputs: they break its assertions or ranges"
        ))
        .hint("give inputs of your own with --input"));
    };
    program.take_tables(&inputs)?;
    Ok(inputs)
}

/// Whether a circuit is small enough.
fn small(circuit: &Circuit) -> Result<(), Failure> {
    let components = circuit.components.iter();
    let cells: u64 = components
        .map(|c| (c.count.columns as u64) << c.log_rows)
        .sum();
    if cells <= MAX_CELLS {
        return Ok(());
    }
    Err(large(cells))
}

fn large(cells: u64) -> Failure {
    Failure::misuse(format!(
        "the trace has {cells} cells, an audit takes at most {MAX_CELLS}"
    ))
    .hint("set smaller parameters, for example -p steps=8: the rules are the same at every size")
}

/// An audit as it is printed.
struct Report<'a> {
    program: &'a Program,
    parts: &'a [Compiled],
    /// Of the proofs that were tampered with, by part.
    settings: &'a [Setting],
    found: &'a [Findings],
    args: &'a Args,
}

impl Report<'_> {
    fn together(&self) -> Findings {
        let mut all = Findings::default();
        self.found.iter().for_each(|found| all.merge(found.clone()));
        all
    }

    fn security(&self) -> String {
        let names: Vec<String> = self.settings.iter().map(|it| it.name()).collect();
        joined(names.iter().map(String::as_str))
    }

    /// Line and column of a place in the program.
    fn place(&self, span: Option<Span>) -> Option<(usize, usize)> {
        let span = span.filter(|span| !is_of_plan(*span))?;
        Some(self.program.sources.place(span.start))
    }

    /// Every survivor, with its part.
    fn survivors(&self) -> impl Iterator<Item = (&Compiled, &Survivor)> {
        let each = self.parts.iter().zip(self.found);
        each.flat_map(|(part, found)| found.survivors.iter().map(move |it| (part, it)))
    }

    fn json(&self, seconds: f64) -> Value {
        let all = self.together();
        let attacks: Vec<Value> = all
            .tallies
            .iter()
            .map(|(kind, tally)| {
                let mut object = json!(tally);
                object["attack"] = json!(kind);
                object["what"] = json!(kind.what());
                object
            })
            .collect();
        let survivors: Vec<Value> = self
            .survivors()
            .map(|(part, survivor)| {
                let mut object = json!(survivor);
                object["part"] = json!(part.circuit.part);
                for (shown, cell) in survivor.cells.iter().enumerate() {
                    let place = self.place(cell.span);
                    object["cells"][shown]["line"] = json!(place.map(|(line, _)| line));
                }
                let place = survivor.cells.iter().find_map(|cell| self.place(cell.span));
                object["line"] = json!(place.map(|(line, _)| line));
                object
            })
            .collect();
        json!({
            "circuit": self.program.graph.name,
            "params": by_name(&self.program.params()),
            "plan": self.parts[0].circuit.plan,
            "security": self.security(),
            "rows": self.args.rows,
            "seed": self.args.seed,
            "tried": all.tried(),
            "undecided": all.undecided(),
            "attacks": attacks,
            "survivors": survivors,
            "audit_ms": (seconds * 1e3).round(),
        })
    }

    fn text(&self, seconds: f64) -> String {
        let all = self.together();
        let mut text = format!(
            "{}, plan {}, {}: audited in {seconds:.1} s\n\n",
            titled(&self.program.graph.name, &self.program.params()),
            self.parts[0].circuit.plan,
            self.security()
        );
        text += "  tried  rejected  harmless  attack\n";
        for (kind, tally) in &all.tallies {
            text += &format!(
                "{:>7}  {:>8}  {:>8}  {}",
                tally.tried,
                tally.rejected,
                tally.harmless,
                kind.what()
            );
            text += &match tally.undecided {
                0 => "\n".to_string(),
                n => format!("; {n} were given up, and nothing is known of them\n"),
            };
        }
        text += "\n  harmless: accepted, and what is stated stays true: padding, the sign of a \
                 zero, another\n  private input, an entry that a table has twice\n";
        for (number, (part, survivor)) in self.survivors().enumerate() {
            text += &self.survivor(number + 1, part, survivor);
        }
        let survivors = all.survivors.len();
        text += &format!(
            "\n{} distinct attacks on at most {} rows of each component: {}\n",
            all.tried(),
            self.args.rows,
            match survivors {
                0 => "no survivor".to_string(),
                1 => "1 SURVIVOR: this circuit does not prove what it says".to_string(),
                n => format!("{n} SURVIVORS: this circuit does not prove what it says"),
            }
        );
        text
    }

    fn survivor(&self, number: usize, part: &Compiled, survivor: &Survivor) -> String {
        let mut text = format!(
            "\nsurvivor {number}: {} (attack `{}`",
            survivor.what, survivor.kind
        );
        if self.parts.len() > 1 {
            text += &format!(", part {}", part.circuit.part);
        }
        text += ")\n";
        if let Some((line, column)) = survivor.cells.iter().find_map(|cell| self.place(cell.span)) {
            let source = self
                .program
                .sources
                .text()
                .lines()
                .nth(line - 1)
                .unwrap_or("");
            text += &format!(
                "  --> {}:{line}:{column}\n",
                visible::line(&self.program.file)
            );
            text += &format!("   |  {}\n", source.trim_end());
        }
        for cell in &survivor.cells {
            let line = match self.place(cell.span) {
                Some((line, _)) => format!(", line {line}"),
                None => String::new(),
            };
            let Cell {
                component,
                row,
                column,
                operation,
                honest,
                other,
                ..
            } = cell;
            text += &format!(
                "  `{component}` row {row} column {column}: honest {honest}, accepted {other}   \
                 ({operation}{line})\n"
            );
        }
        if survivor.differing > survivor.cells.len() {
            let more = survivor.differing - survivor.cells.len();
            text += &format!("  and {more} more cells that differ\n");
        }
        for output in &survivor.outputs {
            text += &format!(
                "  public `{}`, element {}: honest {}, accepted {}\n",
                output.tensor, output.position, output.honest, output.claimed
            );
        }
        text
    }
}
