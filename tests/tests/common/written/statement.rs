//! The text of a random statement: inputs, values, outputs, assertions, loops and steps.

use super::{Cache, Domain, Writer, POINTS};
use crate::common::trees::{Append, Body, Input, Item, Pick, Tree};

impl Writer<'_> {
    pub(super) fn input(&mut self, number: usize, input: &Input) {
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
        let range = format!(" : {range}");
        match input.visibility % 5 {
            // No proof has it, so no plan places it.
            4 => {
                let shape = self.shape(&dims);
                self.declare(&format!("fixed input {name}{shape}{range}"));
            }
            visibility => {
                self.tensor(visibility < 2, "input", &name, dims.clone(), &range);
                self.place(&name, &[]);
            }
        }
        self.readable.push((name, dims));
    }

    fn tensor(&mut self, public: bool, kind: &str, name: &str, dims: Vec<Domain>, range: &str) {
        let visibility = if public { "public" } else { "private" };
        let shape = self.shape(&dims);
        self.declare(&format!("{visibility} {kind} {name}{shape}{range}"));
    }

    pub(super) fn item(&mut self, item: &Item) {
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

    pub(super) fn leave(&mut self) {
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

    pub(super) fn step(&mut self, appends: &[Append], items: &[Item]) {
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
}
