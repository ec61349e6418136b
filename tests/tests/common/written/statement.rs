//! The text of a random statement: inputs, values, outputs, assertions, loops and steps.

use super::domain::{By, Domain};
use super::filter::Kind;
use super::{Cache, Readable, Writer, POINTS};
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
        self.readable.push(Readable::whole(name, dims));
    }

    fn tensor(&mut self, public: bool, kind: &str, name: &str, dims: Vec<Domain>, range: &str) {
        let visibility = if public { "public" } else { "private" };
        let shape = self.shape(&dims);
        self.declare(&format!("{visibility} {kind} {name}{shape}{range}"));
    }

    pub(super) fn item(&mut self, item: &Item) {
        match item {
            Item::Value { over, only, body } => self.value(over, *only, body),
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
    fn binders(&mut self, over: &[Pick], domain: impl Fn(&Self, Pick) -> Domain) -> Vec<String> {
        let mut binders = Vec::new();
        for &which in over {
            let domain = domain(self, which);
            if self.points_in_scope() * self.points(&domain) <= POINTS {
                binders.push(self.bind(domain));
            }
        }
        binders
    }

    fn value(&mut self, over: &[Pick], only: Option<Pick>, body: &Body) {
        let (outer, held) = (self.indices.len(), self.holding.len());
        let mut binders = self.binders(over, Self::domain);
        let only = only.filter(|_| !binders.is_empty());
        let condition = only.and_then(|which| Some((which, self.only(which)?)));
        let only = condition.as_ref().and_then(|_| self.of_dimensions(outer));
        let condition = condition.map(|(which, (kind, text))| {
            let last = binders.len() - 1;
            match self.bounds(kind, which) {
                Some(bounds) => {
                    binders[last] = bounds;
                    String::new()
                }
                None => format!(" where {text}"),
            }
        });
        let condition = condition.unwrap_or_default();
        let (expr, range) = self.right_side(body);
        let name = self.fresh('v');
        self.place(&name, &self.indices.clone());
        let dims = self.unbound(outer);
        self.holding.truncate(held);
        if let (Some(&form), Some(Domain::Size(size, points @ 2..))) = (over.first(), dims.first())
        {
            let sizes = dims.iter().all(|dim| matches!(dim, Domain::Size(..)));
            let grows = |(_, domain): &(String, Domain)| domain.grows();
            if form >= 192 && sizes && only.is_none() && !self.indices.iter().any(grows) {
                let over = (size.as_str(), *points, form);
                return self.parts(&name, &binders, over, &expr, &range, dims.clone());
            }
        }
        let subscripts = match binders.is_empty() {
            true => String::new(),
            false => format!("[{}{condition}]", binders.join(", ")),
        };
        self.line(&format!("{name}{subscripts}{range} = {expr}"));
        self.readable.push(Readable { name, dims, only });
    }

    /// A condition on the innermost index in its binder, some of the time.
    fn bounds(&mut self, kind: Kind, which: Pick) -> Option<String> {
        if kind != Kind::From || which < 64 {
            return None;
        }
        let (other, lo) = self.compared()?;
        let (last, domain) = self.indices.last()?.clone();
        let Domain::Size(size, _) = &domain else {
            return None;
        };
        let most = self.span(&domain, &[]).most;
        let text = format!("{other}..{size}");
        let binder = format!("{last} in {text}");
        self.indices.last_mut()?.1 = Domain::Range(text, lo, most);
        Some(binder)
    }

    /// A value in two parts, which meet somewhere in its first dimension.
    fn parts(
        &mut self,
        name: &str,
        binders: &[String],
        (size, points, form): (&str, usize, Pick),
        expr: &str,
        range: &str,
        dims: Vec<Domain>,
    ) {
        let end = 1 + usize::from(form) % (points - 1);
        let index = binders[0].split(' ').next().unwrap();
        let rest: String = binders[1..]
            .iter()
            .map(|binder| format!(", {binder}"))
            .collect();
        let more = if range.is_empty() { " + 1" } else { "" };
        self.line(&format!(
            "{name}[{index} in 0..{end}{rest}]{range} = {expr}"
        ));
        self.line(&format!(
            "{name}[{index} in {end}..{size}{rest}]{range} = {expr}{more}"
        ));
        self.readable.push(Readable::whole(name.to_string(), dims));
    }

    fn output(&mut self, private: bool, over: &[Pick], turned: bool, body: &Body) {
        // It is covered, so that no index leaves a position out.
        let whole = |(_, domain): &(String, Domain)| matches!(domain, Domain::Size(..));
        if !self.indices.iter().all(whole) {
            return self.value(over, None, body);
        }
        let outer = self.indices.len();
        let binders = self.binders(over, Self::fixed);
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
        self.outside.push(Readable::whole(name, dims));
        self.leave();
    }

    pub(super) fn leave(&mut self) {
        if self.indices.is_empty() {
            self.readable.append(&mut self.outside);
        }
    }

    fn assert(&mut self, over: Option<Pick>, form: Pick, sides: &[Tree; 2]) {
        let (outer, held) = (self.indices.len(), self.holding.len());
        let over: Vec<Pick> = over.into_iter().collect();
        let binders = self.binders(&over, Self::domain);
        let filter = self.filter(form, binders.len());
        let [a, b] = [&sides[0], &sides[1]].map(|side| self.tree(side));
        self.indices.truncate(outer);
        self.holding.truncate(held);
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
            false => format!("[{}{filter}]", binders.join(", ")),
        };
        self.line(&format!("assert{binders} {said}"));
    }

    fn repeat(&mut self, over: Pick, items: &[Item]) {
        let domain = self.bounded(over);
        if self.points_in_scope() * self.points(&domain) > POINTS / 4 {
            items.iter().for_each(|item| self.item(item));
            return;
        }
        let readable = self.readable.len();
        let binder = self.bind(domain);
        self.line(&format!("for {binder} {{"));
        self.block(items);
        self.end(readable);
        self.leave();
    }

    /// The items of a loop and its end.
    fn block(&mut self, items: &[Item]) {
        self.depth += 1;
        items.iter().for_each(|item| self.item(item));
        self.depth -= 1;
        self.line("}");
    }

    /// Leaves a loop: what it defines is read with its index from here on.
    fn end(&mut self, readable: usize) {
        let Some((index, over)) = self.indices.pop() else {
            return;
        };
        let inner = self.readable.split_off(readable);
        let values = inner
            .into_iter()
            .filter(|of| of.name.starts_with(['v', 'a']));
        let values: Vec<Readable> = values.collect();
        let after = |by: &By| match by {
            By::Index(name) if *name == index => By::Dimension(0),
            By::Index(_) => by.clone(),
            By::Dimension(place) => By::Dimension(place + 1),
        };
        for of in values {
            let mut dims = vec![over.clone()];
            dims.extend(of.dims.iter().map(|dim| dim.moved(after)));
            if self.indices.is_empty() && self.step.is_none() {
                for dim in &mut dims {
                    if let Domain::Cache(cache) = dim {
                        *dim = self.once_held(*cache);
                    }
                }
            }
            self.readable.push(Readable {
                name: of.name,
                dims,
                only: of.only.as_ref().map(|only| only.after(after)),
            });
        }
    }

    /// The entries that a cache held at the step that the first dimension is.
    fn once_held(&self, cache: usize) -> Domain {
        let Cache { seeded, grows, .. } = self.caches[cache];
        match grows {
            false => Domain::Size(seeded.to_string(), seeded),
            true => Domain::Growing {
                first: 0,
                by: By::Dimension(0),
                plus: seeded as i64,
                ends: (0, i64::from(self.random.sizes[4]) - 1),
            },
        }
    }

    pub(super) fn step(&mut self, appends: &[Append], items: &[Item]) {
        let sources: Vec<Option<String>> = (self.caches.len()..)
            .zip(appends)
            .map(|(number, append)| self.before(number, append))
            .collect();
        let binder = self.bind(self.size(4));
        self.step = self.indices.last().map(|(name, _)| name.clone());
        self.line(&format!("step {binder} {{"));
        self.depth += 1;
        let readable = self.readable.len();
        for (append, source) in appends.iter().zip(&sources) {
            self.append(append, source.as_deref());
        }
        // Those that do not grow are for every step.
        let fixed = (0..self.caches.len()).filter(|&cache| !self.caches[cache].grows);
        let fixed: Vec<usize> = fixed.filter(|cache| !self.open.contains(cache)).collect();
        self.open.extend(fixed);
        self.depth -= 1;
        self.block(items);
        self.open.clear();
        self.step = None;
        self.end(readable);
        self.leave();
    }

    /// The dimensions of a cache's entries.
    fn entry_dims(&self, append: &Append) -> Vec<Domain> {
        let element: Vec<Domain> = append.element.iter().map(|&dim| self.fixed(dim)).collect();
        let points: usize = element.iter().map(|dim| self.points(dim)).product();
        match points <= POINTS / 8 {
            true => element,
            false => Vec::new(),
        }
    }

    /// A value or an output over `dims`, at the top.
    fn whole(&mut self, name: &str, output: bool, dims: &[Domain], tree: &Tree) {
        let binders: Vec<String> = dims.iter().map(|dim| self.bind(dim.clone())).collect();
        let tree = self.tree(tree);
        self.place(name, &self.indices.clone());
        self.indices.clear();
        if output {
            self.tensor(true, "output", name, dims.to_vec(), "");
        }
        self.line(&format!(
            "{name}[{}] = clip({tree}, -4, 5)",
            binders.join(", ")
        ));
        self.readable
            .push(Readable::whole(name.to_string(), dims.to_vec()));
    }

    /// Before a step: a value or an output that a cache starts with, and one that it grows by,
    /// which it takes as this is, turned around, or by one of its leading indices.
    fn before(&mut self, number: usize, append: &Append) -> Option<String> {
        let element = self.entry_dims(append);
        let seeded = usize::from(append.seeded.unwrap_or(0));
        let output = append.source >= 128;
        if seeded > 0 && append.source % 8 >= 5 {
            let seed = format!("p{number}");
            let mut dims = vec![Domain::Size(seeded.to_string(), seeded)];
            dims.extend(element.iter().cloned());
            self.whole(&seed, output, &dims, &append.tree);
            self.line(&format!("state s{number} = {seed}"));
        }
        if append.source % 8 != 5 {
            return None;
        }
        let (name, steps) = (format!("b{number}"), self.size(4));
        let (lead, at) = match append.source / 8 % 4 {
            0 => (None, "t"),
            1 => (None, "steps - 1 - t"),
            2 => (None, "t / 2"),
            _ => (Some(Domain::Size("2".into(), 2)), "1, t"),
        };
        let dims = lead.into_iter().chain([steps]).chain(element);
        self.whole(&name, output, &dims.collect::<Vec<_>>(), &append.tree);
        Some(format!("{name}[{at}]"))
    }

    fn append(&mut self, append: &Append, source: Option<&str>) {
        let element = self.entry_dims(append);
        let number = self.caches.len();
        let (name, seed) = (format!("s{number}"), format!("seed{number}"));
        let seeded = usize::from(append.seeded.unwrap_or(0));
        let grows = append.source % 8 != 7 || seeded == 0;
        if seeded > 0 && append.source % 8 >= 5 {
            self.place(&name, &[]);
        } else if append.seeded.is_some() {
            let mut dims = vec![Domain::Size(seeded.to_string(), seeded)];
            dims.extend(element.iter().cloned());
            let public = append.source % 16 >= 8;
            self.tensor(public, "input", &seed, dims.clone(), " : -4..=4");
            self.declare(&format!("state {name} = {seed}"));
            self.place(&seed, &[]);
            if seeded > 0 {
                self.outside
                    .push(Readable::whole(seed.clone(), dims.clone()));
                self.readable.push(Readable::whole(seed, dims));
            }
            self.place(&name, &[]);
        } else {
            self.declare(&format!("state {name} = empty"));
            self.place(&name, &[]);
        }
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
            self.outside
                .push(Readable::whole(source.clone(), dims.clone()));
            self.readable.push(Readable::whole(source, dims));
        } else if let (true, Some(source)) = (grows, source) {
            self.line(&format!("{name} <- {source}"));
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
            self.readable.push(Readable::whole(source, element.clone()));
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
