//! The text of a random program and of its plan.

mod domain;
mod expression;
mod filter;
mod plan;
mod read;
mod statement;
mod subscript;

use super::trees::{Body, Item, Pick, Random, Subscript, Tree, Wrap};
use domain::Domain;
use filter::{Holding, Only};

/// A program as one would hand it to attnc.
#[derive(Clone, Debug)]
pub struct Written {
    pub source: String,
    pub params: Vec<(String, i64)>,
    /// A plan's name or text; `None` for the first one.
    pub plan: Option<String>,
}

const PARAMS: [&str; 5] = ["n", "w", "m", "heads", "steps"];
/// What their indices are called.
const LETTERS: [&str; 5] = ["i", "j", "k", "h", "t"];
/// Numbers of which products and sums leave 32 or 64 bits.
const LARGE: [u64; 8] = [
    2_147_483_647,
    2_147_483_648,
    4_294_967_296,
    1 << 62,
    9_223_372_036_854_775_806,
    9_223_372_036_854_775_807,
    3_037_000_500,
    1_000_000_007,
];
/// Points of a value, and of all indices that are in scope.
const POINTS: usize = 200;
const POINTS_IN_SCOPE: usize = 1500;
/// Proofs of a plan.
const PROOFS: usize = 12;

struct Cache {
    name: String,
    seeded: usize,
    grows: bool,
    element: Vec<Domain>,
}

/// What has elements, with its dimensions.
#[derive(Clone)]
struct Readable {
    name: String,
    dims: Vec<Domain>,
    /// It has no others than those for which this holds.
    only: Option<Only>,
}

struct Writer<'a> {
    random: &'a Random,
    declared: String,
    body: String,
    depth: usize,
    /// In scope, the innermost last.
    indices: Vec<(String, Domain)>,
    readable: Vec<Readable>,
    /// Inputs and outputs that can be read everywhere once the loops are left.
    outside: Vec<Readable>,
    /// What conditions say of indices that are in scope, the innermost last.
    holding: Vec<Holding>,
    /// How many indices are bound outside of the outermost reduction that is open.
    unreduced: Option<usize>,
    caches: Vec<Cache>,
    /// Those that can be read.
    open: Vec<usize>,
    /// The index of the step that is open.
    step: Option<String>,
    tables: usize,
    named: usize,
    /// Everything that a plan can place.
    members: Vec<Member>,
    /// An input that is always 0.
    nothing: bool,
}

/// What a plan can place, with the names of the indices that it can be cut by, and their sizes.
#[derive(Clone)]
struct Member {
    name: String,
    cuttable: Vec<(String, usize)>,
}

fn pick<T>(of: &[T], pick: Pick) -> &T {
    &of[usize::from(pick) % of.len()]
}

impl Random {
    pub fn written(&self) -> Written {
        let mut writer = Writer::new(self);
        for (number, input) in self.inputs.iter().enumerate() {
            writer.input(number, input);
        }
        for item in &self.items {
            match item {
                Item::Step { appends, items } => writer.step(appends, items),
                _ => writer.item(item),
            }
        }
        // Most programs have an output.
        if self.way < 230 {
            writer.item(&Item::Output {
                private: false,
                over: vec![0],
                turned: false,
                body: Body {
                    wrap: Wrap::Plain,
                    tree: Tree::Element(u8::MAX, [Subscript::default(); 3]),
                    ranged: false,
                },
            });
        }
        writer.finish()
    }
}

impl<'a> Writer<'a> {
    fn new(random: &'a Random) -> Self {
        let mut writer = Self {
            random,
            declared: String::new(),
            body: String::new(),
            depth: 0,
            indices: Vec::new(),
            readable: Vec::new(),
            outside: Vec::new(),
            holding: Vec::new(),
            unreduced: None,
            caches: Vec::new(),
            open: Vec::new(),
            step: None,
            tables: usize::from(random.tables % 5),
            named: 0,
            members: Vec::new(),
            nothing: false,
        };
        let tables = [
            "table f0(g in -3..=4) = round(7 * exp(g / 3))",
            "table f1(g in 0..=9) : -20..=20 from input",
            "table f2(g in -1..=2, i in 0..3) = round(5 * sin(g + i / 2))",
            "table f3(g in 0..2, i in 1..=2) : -9..9 = [[m - 8, 7], [-2 * 2, heads]]",
        ];
        for (number, table) in tables.iter().take(writer.tables).enumerate() {
            writer.declare(table);
            writer.place(&format!("f{number}"), &[]);
        }
        writer
    }

    /// Something that a plan can place, over these indices.
    fn place(&mut self, name: &str, over: &[(String, Domain)]) {
        let mut cuttable = Vec::new();
        for (index, domain) in over {
            match domain {
                Domain::Size(text, size) => {
                    cuttable.push((index.clone(), *size));
                    if PARAMS.contains(&text.as_str()) {
                        cuttable.push((text.clone(), *size));
                    }
                }
                // One that counts from 0, whatever the other bound is.
                Domain::Range(_, 0, last) => cuttable.push((index.clone(), 1 + *last as usize)),
                _ => {}
            }
        }
        let name = name.to_string();
        self.members.push(Member { name, cuttable });
    }

    fn declare(&mut self, text: &str) {
        self.declared += &format!("    {text}\n");
    }

    fn line(&mut self, text: &str) {
        self.body += &format!("{}{text}\n", "    ".repeat(self.depth + 1));
    }

    fn fresh(&mut self, letter: char) -> String {
        self.named += 1;
        format!("{letter}{}", self.named)
    }

    fn shape(&self, dims: &[Domain]) -> String {
        let each: Vec<String> = dims.iter().map(|dim| self.text(dim)).collect();
        match each.is_empty() {
            true => String::new(),
            false => format!("[{}]", each.join(", ")),
        }
    }

    fn finish(mut self) -> Written {
        let params: Vec<(String, i64)> = PARAMS
            .iter()
            .zip(self.random.sizes)
            .map(|(name, size)| (name.to_string(), size.into()))
            .collect();
        let more = i64::from(self.random.overridden);
        let defaults: Vec<String> = params
            .iter()
            .map(|(name, size)| format!("{name} = {}", size + more))
            .collect();
        let region = self.region();
        let plan = self.plan(&region);
        let mut rest = String::new();
        if !region.is_empty() {
            rest += &format!("    region side {{ {} }}\n", region.join(", "));
        }
        let declared = self.random.plan.declared;
        if declared {
            rest += "    plan fused { proof all: * }\n";
            rest += &format!("    plan chosen {{\n{plan}    }}\n");
        }
        // A plan's text is on one line, as on a command line.
        let text = plan.split_whitespace().collect::<Vec<_>>().join(" ");
        Written {
            source: format!(
                "circuit random({}) {{\n{}{}{rest}}}\n",
                defaults.join(", "),
                self.declared,
                self.body
            ),
            params: if self.random.overridden {
                params
            } else {
                Vec::new()
            },
            plan: Some(if declared { "chosen".into() } else { text }),
        }
    }
}
