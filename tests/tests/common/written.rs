//! The text of a random program and of its plan.

mod plan;
mod subscript;

use super::programs::POLICIES;
use super::trees::{Append, Body, Input, Item, Pick, Random, Subscript, Tree, Wrap};

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

/// What an index runs over.
#[derive(Clone, Debug, PartialEq)]
enum Domain {
    Size(String, usize),
    /// The entries of a cache, by its position.
    Cache(usize),
}

struct Cache {
    name: String,
    seeded: usize,
    grows: bool,
    element: Vec<Domain>,
}

struct Writer<'a> {
    random: &'a Random,
    declared: String,
    body: String,
    depth: usize,
    /// In scope, the innermost last.
    indices: Vec<(String, Domain)>,
    /// What has elements, with its dimensions.
    readable: Vec<(String, Vec<Domain>)>,
    /// Inputs and outputs that can be read everywhere once the loops are left.
    outside: Vec<(String, Vec<Domain>)>,
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
        let mut stepped = false;
        for item in &self.items {
            match item {
                Item::Step { items, .. } if stepped => writer.step(&[], items),
                Item::Step { appends, items } => {
                    stepped = true;
                    writer.step(appends, items);
                }
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
            caches: Vec::new(),
            open: Vec::new(),
            step: None,
            tables: usize::from(random.tables % 3),
            named: 0,
            members: Vec::new(),
            nothing: false,
        };
        let tables = [
            "table f0(g in -3..=4) = round(7 * exp(g / 3))",
            "table f1(g in 0..=9) : -20..=20 from input",
        ];
        for (number, table) in tables.iter().take(writer.tables).enumerate() {
            writer.declare(table);
            writer.place(&format!("f{number}"), &[]);
        }
        writer
    }

    fn size(&self, parameter: usize) -> Domain {
        let size = usize::from(self.random.sizes[parameter]);
        Domain::Size(PARAMS[parameter].into(), size)
    }

    /// A domain without caches.
    fn fixed(&self, which: Pick) -> Domain {
        let n = usize::from(self.random.sizes[0]);
        let mut all: Vec<Domain> = (0..5).map(|parameter| self.size(parameter)).collect();
        all.push(Domain::Size("2".into(), 2));
        if n > 1 {
            all.push(Domain::Size("n - 1".into(), n - 1));
        }
        pick(&all, which).clone()
    }

    /// A domain, over a cache if one can be read.
    fn domain(&self, which: Pick) -> Domain {
        if which.is_multiple_of(3) || self.open.is_empty() {
            return self.fixed(which / 3);
        }
        Domain::Cache(*pick(&self.open, which / 3))
    }

    /// How many points it has at most.
    fn points(&self, domain: &Domain) -> usize {
        match domain {
            Domain::Size(_, size) => *size,
            Domain::Cache(cache) => {
                let cache = &self.caches[*cache];
                let steps = usize::from(self.random.sizes[4]);
                cache.seeded + if cache.grows { steps } else { 0 }
            }
        }
    }

    fn text(&self, domain: &Domain) -> String {
        match domain {
            Domain::Size(text, _) => text.clone(),
            Domain::Cache(cache) => self.caches[*cache].name.clone(),
        }
    }

    fn points_in_scope(&self) -> usize {
        self.indices
            .iter()
            .map(|(_, domain)| self.points(domain))
            .product()
    }

    /// Binds an index over a domain and returns its binder.
    fn bind(&mut self, domain: Domain) -> String {
        let letter = match &domain {
            Domain::Size(text, _) => match PARAMS.iter().position(|name| name == text) {
                Some(parameter) => LETTERS[parameter],
                None if text == "2" => "e",
                None => "o",
            },
            Domain::Cache(_) => "c",
        };
        let mut name = letter.to_string();
        let mut number = 2;
        while self.indices.iter().any(|(known, _)| *known == name) {
            name = format!("{letter}{number}");
            number += 1;
        }
        let over = self.text(&domain);
        self.indices.push((name.clone(), domain));
        format!("{name} in {over}")
    }

    /// Something that a plan can place, over these indices.
    fn place(&mut self, name: &str, over: &[(String, Domain)]) {
        let mut cuttable = Vec::new();
        for (index, domain) in over {
            if let Domain::Size(text, size) = domain {
                cuttable.push((index.clone(), *size));
                if PARAMS.contains(&text.as_str()) {
                    cuttable.push((text.clone(), *size));
                }
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

    fn input(&mut self, number: usize, input: &Input) {
        let dims: Vec<Domain> = input.shape.iter().map(|&dim| self.fixed(dim)).collect();
        let range = match (input.range, input.range % 7) {
            (235.., _) => "0..=1048576",
            (_, 0) => "-9..=9",
            (_, 1) => "0..=7",
            (_, 2) => "1..=9",
            (_, 3) => "-30..30",
            (_, 4) => "0..2",
            (_, 5) => "0..=0",
            _ => "-300..=300",
        };
        let name = format!("x{number}");
        self.tensor(
            input.public,
            "input",
            &name,
            dims.clone(),
            &format!(" : {range}"),
        );
        self.place(&name, &[]);
        self.readable.push((name, dims));
    }

    fn tensor(&mut self, public: bool, kind: &str, name: &str, dims: Vec<Domain>, range: &str) {
        let visibility = if public { "public" } else { "private" };
        let shape = self.shape(&dims);
        self.declare(&format!("{visibility} {kind} {name}{shape}{range}"));
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Value { over, body } => self.value(over, body),
            Item::Output {
                private,
                over,
                turned,
                body,
            } => self.output(*private, over, *turned, body),
            Item::Assert { over, form, sides } => self.assert(*over, *form, sides),
            Item::For { over, items } => self.repeat(*over, items),
            // Only at the top.
            Item::Step { .. } => {}
        }
    }

    /// Binds indices as long as there are not too many points.
    fn binders(&mut self, domains: Vec<Domain>) -> Vec<String> {
        let mut binders = Vec::new();
        for domain in domains {
            if self.points_in_scope() * self.points(&domain) <= POINTS {
                binders.push(self.bind(domain));
            }
        }
        binders
    }

    fn value(&mut self, over: &[Pick], body: &Body) {
        let outer = self.indices.len();
        let domains = over.iter().map(|&dim| self.domain(dim)).collect();
        let binders = self.binders(domains);
        let (expr, range) = self.right_side(body);
        let name = self.fresh('v');
        self.place(&name, &self.indices.clone());
        let dims = self.indices.drain(outer..).map(|(_, domain)| domain);
        let dims = dims.collect();
        let subscripts = match binders.is_empty() {
            true => String::new(),
            false => format!("[{}]", binders.join(", ")),
        };
        self.line(&format!("{name}{subscripts}{range} = {expr}"));
        self.readable.push((name, dims));
    }

    fn output(&mut self, private: bool, over: &[Pick], turned: bool, body: &Body) {
        let outer = self.indices.len();
        let domains = over.iter().map(|&dim| self.fixed(dim)).collect();
        let binders = self.binders(domains);
        let (expr, range) = self.right_side(body);
        let mut positions: Vec<String> = self.indices[..outer]
            .iter()
            .map(|(name, _)| name.clone())
            .chain(binders)
            .collect();
        let mut dims: Vec<Domain> = self.indices.iter().map(|(_, dim)| dim.clone()).collect();
        let name = self.fresh('y');
        self.place(&name, &self.indices.clone());
        self.indices.truncate(outer);
        if turned {
            positions.reverse();
            dims.reverse();
        }
        self.tensor(!private, "output", &name, dims.clone(), &range);
        let subscripts = match positions.is_empty() {
            true => String::new(),
            false => format!("[{}]", positions.join(", ")),
        };
        self.line(&format!("{name}{subscripts} = {expr}"));
        self.outside.push((name, dims));
        self.leave();
    }

    fn leave(&mut self) {
        if self.indices.is_empty() {
            self.readable.append(&mut self.outside);
        }
    }

    fn assert(&mut self, over: Option<Pick>, form: Pick, sides: &[Tree; 2]) {
        let outer = self.indices.len();
        let domains = over.iter().map(|&dim| self.domain(dim)).collect();
        let binders = self.binders(domains);
        let [a, b] = [&sides[0], &sides[1]].map(|side| self.tree(side));
        self.indices.truncate(outer);
        let said = match form % 16 {
            0 | 1 => format!("max({a}, {b}) >= min({a}, {b})"),
            2 | 3 => format!("clip({a}, -5, 7) <= 7"),
            4 | 5 => format!("{a} == {a}"),
            6 | 7 => format!("abs({a}) > 0 - 1"),
            8 | 9 => format!("clip({a}, -5, 7) + 20 > clip({b}, -9, 9)"),
            10 | 11 => format!("{a} <= max({a}, {b}) + 1"),
            12..=14 => format!("clip({b}, 0, 8) - 9 < clip({a}, 0, 1)"),
            // May fail.
            _ => format!("{a} + 20 >= {b}"),
        };
        let binders = match binders.is_empty() {
            true => String::new(),
            false => format!("[{}]", binders.join(", ")),
        };
        self.line(&format!("assert{binders} {said}"));
    }

    fn repeat(&mut self, over: Pick, items: &[Item]) {
        let domain = self.fixed(over);
        if self.points_in_scope() * self.points(&domain) > POINTS / 4 {
            items.iter().for_each(|item| self.item(item));
            return;
        }
        let binder = self.bind(domain);
        self.line(&format!("for {binder} {{"));
        self.block(items);
        self.indices.pop();
        self.leave();
    }

    /// The items of a loop and its end.
    fn block(&mut self, items: &[Item]) {
        self.depth += 1;
        let readable = self.readable.len();
        items.iter().for_each(|item| self.item(item));
        self.readable.truncate(readable);
        self.depth -= 1;
        self.line("}");
    }

    fn step(&mut self, appends: &[Append], items: &[Item]) {
        let binder = self.bind(self.size(4));
        self.step = self.indices.last().map(|(name, _)| name.clone());
        self.line(&format!("step {binder} {{"));
        self.depth += 1;
        let readable = self.readable.len();
        for append in appends {
            self.append(append);
        }
        // Those that do not grow are for every step.
        let fixed = (0..self.caches.len()).filter(|&cache| !self.caches[cache].grows);
        let fixed: Vec<usize> = fixed.filter(|cache| !self.open.contains(cache)).collect();
        self.open.extend(fixed);
        self.depth -= 1;
        self.block(items);
        self.readable.truncate(readable);
        self.open.clear();
        self.step = None;
        self.indices.pop();
        self.leave();
    }

    fn append(&mut self, append: &Append) {
        let element: Vec<Domain> = append.element.iter().map(|&dim| self.fixed(dim)).collect();
        let points: usize = element.iter().map(|dim| self.points(dim)).product();
        let element = if points <= POINTS / 8 {
            element
        } else {
            Vec::new()
        };
        let number = self.caches.len();
        let (name, seed) = (format!("s{number}"), format!("seed{number}"));
        let seeded = usize::from(append.seeded.unwrap_or(0));
        let grows = append.source % 8 != 7 || seeded == 0;
        if append.seeded.is_some() {
            let mut dims = vec![Domain::Size(seeded.to_string(), seeded)];
            dims.extend(element.iter().cloned());
            let public = append.source % 16 >= 8;
            self.tensor(public, "input", &seed, dims.clone(), " : -4..=4");
            self.declare(&format!("state {name} = {seed}"));
            self.place(&seed, &[]);
            if seeded > 0 {
                self.outside.push((seed.clone(), dims.clone()));
                self.readable.push((seed, dims));
            }
        } else {
            self.declare(&format!("state {name} = empty"));
        }
        self.place(&name, &[]);
        let step = self.step.clone().unwrap();
        if grows && append.source % 8 < 5 {
            let source = format!("q{number}");
            let mut dims = vec![self.size(4)];
            dims.extend(element.iter().cloned());
            self.tensor(
                append.source >= 128,
                "input",
                &source,
                dims.clone(),
                " : -4..=5",
            );
            self.place(&source, &[]);
            let at = match append.source % 8 {
                4 => format!("steps - 1 - {step}"),
                _ => step,
            };
            self.line(&format!("{name} <- {source}[{at}]"));
            self.outside.push((source.clone(), dims.clone()));
            self.readable.push((source, dims));
        } else if grows {
            let outer = self.indices.len();
            let binders = element.iter().map(|dim| self.bind(dim.clone()));
            let binders: Vec<String> = binders.collect();
            let tree = self.tree(&append.tree);
            let source = format!("a{number}");
            self.place(&source, &self.indices.clone());
            self.indices.truncate(outer);
            let subscripts = match binders.is_empty() {
                true => String::new(),
                false => format!("[{}]", binders.join(", ")),
            };
            self.line(&format!("{source}{subscripts} = clip({tree}, -4, 5)"));
            self.line(&format!("{name} <- {source}"));
            self.readable.push((source, element.clone()));
        }
        self.caches.push(Cache {
            name,
            seeded,
            grows,
            element,
        });
        self.open.push(number);
    }

    /// An expression and its declared range.
    fn right_side(&mut self, body: &Body) -> (String, String) {
        let tree = self.tree(&body.tree);
        match body.wrap {
            Wrap::Plain => (tree, String::new()),
            Wrap::Clip(lo, by) => {
                let hi = i32::from(lo) + i32::from(by);
                let range = match body.ranged {
                    true => format!(" : {}..={hi}", i32::from(lo) - i32::from(by % 2)),
                    false => String::new(),
                };
                (format!("clip({tree}, {lo}, {hi})"), range)
            }
            Wrap::Divide(policy, by) => {
                let policy = pick(&POLICIES, policy);
                (format!("{policy}(({tree}) / {by})"), String::new())
            }
            Wrap::Nothing => {
                if !std::mem::replace(&mut self.nothing, true) {
                    self.declare("private input nothing : 0..=0");
                    self.place("nothing", &[]);
                }
                (format!("({tree}) * nothing"), String::new())
            }
        }
    }

    fn tree(&mut self, tree: &Tree) -> String {
        match tree {
            Tree::Element(which, at) => self.element(*which, at),
            Tree::Constant(value) => format!("({value})"),
            Tree::Index(form) => self.number(*form),
            Tree::Infix(op, two) => {
                format!("(({}) {op} ({}))", self.tree(&two[0]), self.tree(&two[1]))
            }
            Tree::Call(name, two) => {
                format!("{name}({}, {})", self.tree(&two[0]), self.tree(&two[1]))
            }
            Tree::Abs(x) => format!("abs({})", self.tree(x)),
            Tree::Clip(x, lo, by) => {
                let hi = i32::from(*lo) + i32::from(*by);
                format!("clip({}, {lo}, {hi})", self.tree(x))
            }
            Tree::Divide(policy, x, by) => {
                let policy = pick(&POLICIES, *policy);
                let divisor = match by % 6 {
                    0 | 1 => format!("{}", 2 + by / 25),
                    2 => format!("(1 + abs({}))", self.element(*by, &Default::default())),
                    3 => format!("max({}, 1)", self.element(*by, &Default::default())),
                    4 => format!("clip({}, 1, 4)", self.element(*by, &Default::default())),
                    _ => format!("(0 - {})", 1 + by / 40),
                };
                format!("{policy}(({}) / {divisor})", self.tree(x))
            }
            Tree::Table(which, x) => {
                let x = self.tree(x);
                match (self.tables, which % 2) {
                    (0, _) => format!("clip({x}, -3, 4)"),
                    (2, 1) => format!("f1(clip({x}, 0, 9))"),
                    _ => format!("f0(clip({x}, -3, 4))"),
                }
            }
            Tree::Contract(over, [left, right]) => {
                let domain = self.domain(*over);
                if self.points_in_scope() * self.points(&domain) > POINTS_IN_SCOPE {
                    return self.element(left.0, &left.1);
                }
                let binder = self.bind(domain);
                let bound = self.indices.last().map(|(name, _)| name.clone());
                let (left, right) = (self.factor(left, &bound), self.factor(right, &bound));
                self.indices.pop();
                format!("(sum({binder}) {left} * {right})")
            }
            Tree::Reduce(name, first, second, x) => {
                let outer = self.indices.len();
                let mut binders = Vec::new();
                for &over in [Some(first), second.as_ref()].into_iter().flatten() {
                    let domain = self.domain(over);
                    if self.points_in_scope() * self.points(&domain) <= POINTS_IN_SCOPE {
                        binders.push(self.bind(domain));
                    }
                }
                let body = self.tree(x);
                self.indices.truncate(outer);
                match binders.is_empty() {
                    true => body,
                    false => format!("({name}({}) ({body}))", binders.join(", ")),
                }
            }
        }
    }

    /// An element of something that has an element for each value of an index, if there is one.
    fn factor(&mut self, factor: &(Pick, [Subscript; 3]), index: &Option<String>) -> String {
        let texts = (0..8).map(|more| self.element(factor.0.wrapping_add(more), &factor.1));
        let texts: Vec<String> = texts.collect();
        let inside = |text: &&String| {
            let (_, at) = text.split_once('[').unwrap_or(("", ""));
            let mut at = at.trim_end_matches(']').split(", ");
            at.any(|at| index.as_deref() == Some(at))
        };
        texts.iter().find(inside).unwrap_or(&texts[0]).clone()
    }

    fn element(&mut self, which: Pick, at: &[Subscript; 3]) -> String {
        let caches = self.open.iter().map(|&cache| {
            let dims = std::iter::once(Domain::Cache(cache));
            let cache = &self.caches[cache];
            (
                cache.name.clone(),
                dims.chain(cache.element.iter().cloned()).collect(),
            )
        });
        let mut all: Vec<(String, Vec<Domain>)> = caches.collect();
        all.extend(self.readable.iter().cloned());
        let (name, dims) = match which {
            u8::MAX => all.last().unwrap(),
            _ => pick(&all, which),
        };
        let at = dims.iter().zip(at.iter().cycle());
        let at: Vec<String> = at.map(|(dim, &form)| self.subscript(dim, form)).collect();
        match at.is_empty() {
            true => name.clone(),
            false => format!("{name}[{}]", at.join(", ")),
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
