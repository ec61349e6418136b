//! A tree as canonical source text: deterministic, complete, and parsed back to the same tree.

use std::fmt::{self, Display, Formatter, Write};

use crate::syntax::ast::{
    Assert, Ast, BinaryOp, Binder, Boundary, Comparison, Cut, Define, Expr, ExprKind, Item, Loop,
    Name, Param, Pieces, Plan, Proof, Range, Region, State, Statement, Subscript, Table, Tensor,
    Term,
};

impl Display for Ast {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "circuit {}", self.name)?;
        if !self.params.is_empty() {
            write!(f, "({})", Commas(&self.params))?;
        }
        f.write_str(" {\n")?;
        for item in &self.items {
            match item {
                Item::Table(table) => writeln!(f, "    {table}")?,
                Item::Tensor(tensor) => writeln!(f, "    {tensor}")?,
                Item::State(state) => writeln!(f, "    {state}")?,
                Item::Statement(statement) => write_statement(f, statement, 1)?,
                Item::Region(region) => writeln!(f, "    {region}")?,
                Item::Plan(plan) => write_plan(f, plan)?,
            }
        }
        f.write_str("}\n")
    }
}

/// The elements with commas between them.
struct Commas<'a, T>(&'a [T]);

impl<T: Display> Display for Commas<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Joined(self.0, ", ").fmt(f)
    }
}

/// The elements with `between` between them.
struct Joined<'a, T>(&'a [T], &'static str);

impl<T: Display> Display for Joined<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (count, element) in self.0.iter().enumerate() {
            if count > 0 {
                f.write_str(self.1)?;
            }
            element.fmt(f)?;
        }
        Ok(())
    }
}

/// The elements in `[...]`; nothing if there are none.
struct Bracketed<'a, T>(&'a [T]);

impl<T: Display> Display for Bracketed<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        write!(f, "[{}]", Commas(self.0))
    }
}

/// ` : lo..hi`, if there is one.
struct Declared<'a>(&'a Option<Range>);

impl Display for Declared<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(range) => write!(f, " : {range}"),
            None => Ok(()),
        }
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Display for Param {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.name, self.default)
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Table {
            name,
            argument,
            domain,
            range,
            ..
        } = self;
        write!(f, "table {name}({argument} in {domain}){}", Declared(range))?;
        match &self.body {
            Some(body) => write!(f, " = {body}"),
            None => f.write_str(" from input"),
        }
    }
}

impl Display for Range {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let dots = if self.inclusive { "..=" } else { ".." };
        write!(f, "{}{dots}{}", self.lo, self.hi)
    }
}

impl Display for Tensor {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let visibility = if self.public { "public" } else { "private" };
        let direction = if self.input { "input" } else { "output" };
        let shape = Bracketed(&self.shape);
        write!(
            f,
            "{visibility} {direction} {}{shape}{}",
            self.name,
            Declared(&self.range)
        )
    }
}

impl Display for State {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let seed = self.seed.as_ref().map_or("empty", |seed| &seed.text);
        write!(f, "state {} = {seed}", self.name)
    }
}

fn write_statement(f: &mut Formatter<'_>, statement: &Statement, depth: usize) -> fmt::Result {
    indent(f, depth)?;
    match statement {
        Statement::Step(step) => write_loop(f, "step", step, depth),
        Statement::For(each) => write_loop(f, "for", each, depth),
        Statement::Append {
            state, source, at, ..
        } => {
            writeln!(f, "{state} <- {source}{}", Bracketed(at))
        }
        Statement::Define(define) => writeln!(f, "{define}"),
        Statement::Assert(assert) => writeln!(f, "{assert}"),
    }
}

fn write_loop(f: &mut Formatter<'_>, word: &str, block: &Loop, depth: usize) -> fmt::Result {
    writeln!(f, "{word} {} {{", block.binder)?;
    for statement in &block.body {
        write_statement(f, statement, depth + 1)?;
    }
    indent(f, depth)?;
    f.write_str("}\n")
}

fn indent(f: &mut Formatter<'_>, depth: usize) -> fmt::Result {
    (0..depth).try_for_each(|_| f.write_str("    "))
}

impl Display for Binder {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.index, self.domain)
    }
}

impl Display for Define {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let subscripts = Bracketed(&self.subscripts);
        write!(
            f,
            "{}{subscripts}{} = {}",
            self.name,
            Declared(&self.range),
            self.expr
        )
    }
}

impl Display for Subscript {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Subscript::Bound(name) => name.fmt(f),
            Subscript::Binds(binder) => binder.fmt(f),
        }
    }
}

impl Display for Assert {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let over = Bracketed(&self.binders);
        write!(
            f,
            "assert{over} {} {} {}",
            self.left, self.comparison, self.right
        )
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Comparison::AtLeast => ">=",
            Comparison::AtMost => "<=",
            Comparison::More => ">",
            Comparison::Less => "<",
            Comparison::Equal => "==",
        })
    }
}

impl Display for Region {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.members.is_empty() {
            return write!(f, "region {} {{ }}", self.name);
        }
        write!(f, "region {} {{ {} }}", self.name, Commas(&self.members))
    }
}

fn write_plan(f: &mut Formatter<'_>, plan: &Plan) -> fmt::Result {
    writeln!(f, "    plan {} {{", plan.name)?;
    for proof in &plan.proofs {
        writeln!(f, "        {proof}")?;
    }
    for boundary in &plan.boundaries {
        writeln!(f, "        {boundary}")?;
    }
    f.write_str("    }\n")
}

impl Plan {
    /// What stands between its braces, on one line: as it can be given without a name.
    pub fn body(&self) -> String {
        let proofs = self.proofs.iter().map(Proof::to_string);
        let boundaries = self.boundaries.iter().map(Boundary::to_string);
        proofs.chain(boundaries).collect::<Vec<_>>().join(" ")
    }
}

impl Display for Proof {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "proof {}:", self.name)?;
        for (count, term) in self.terms.iter().enumerate() {
            match (count, term.subtract) {
                (0, _) => write!(f, " {term}")?,
                (_, true) => write!(f, " - {term}")?,
                (_, false) => write!(f, " + {term}")?,
            }
        }
        for (position, cut) in self.cuts.iter().enumerate() {
            match (&cut.pieces, self.cuts.get(position + 1)) {
                // `by a b c 0..2` would be `by a`.
                (Pieces::By(Some(group)), Some(next))
                    if matches!(group.kind, ExprKind::Name(_)) && next.starts_with_name() =>
                {
                    let open = if cut.open { "open " } else { "" };
                    write!(f, " {open}by ({group}) {}", cut.over)?;
                }
                _ => write!(f, " {cut}")?,
            }
        }
        Ok(())
    }
}

impl Cut {
    fn starts_with_name(&self) -> bool {
        !self.open && matches!(self.pieces, Pieces::Ranges(_))
    }
}

impl Display for Cut {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.open {
            f.write_str("open ")?;
        }
        match &self.pieces {
            Pieces::By(None) => write!(f, "by {}", self.over),
            Pieces::By(Some(group)) => write!(f, "by {group} {}", self.over),
            Pieces::Ranges(ranges) => write!(f, "{} {}", self.over, Joined(ranges, " | ")),
        }
    }
}

impl Display for Boundary {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.open { "open" } else { "linked" })?;
        match &self.between {
            Some((a, b)) => write!(f, " {a} | {b}"),
            None => f.write_str(" *"),
        }
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.target {
            Some(target) => target.fmt(f),
            None => f.write_char('*'),
        }
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_expr(
            f,
            self,
            Place {
                binds: SUM,
                ..Place::default()
            },
        )
    }
}

/// How tightly an expression must bind to stand without brackets.
const SUM: u8 = 1;
const PRODUCT: u8 = 2;
const PREFIX: u8 = 3;
const PRIMARY: u8 = 5;

/// Where an expression stands.
#[derive(Clone, Copy, Default)]
struct Place {
    binds: u8,
    /// A `*` or `^` follows, which the body of a reduction at the end would swallow.
    followed: bool,
    /// It is the body of a reduction or the left of it, which a `/` or `%` would end.
    in_body: bool,
}

fn write_expr(f: &mut Formatter<'_>, expr: &Expr, place: Place) -> fmt::Result {
    if needs_brackets(&expr.kind, place) {
        return write!(f, "({expr})");
    }
    match &expr.kind {
        ExprKind::Number(digits) => f.write_str(digits),
        ExprKind::Name(name) => name.fmt(f),
        ExprKind::Element { name, at } => write!(f, "{name}{}", Bracketed(at)),
        ExprKind::Call { name, arguments } => write!(f, "{name}({})", Commas(arguments)),
        ExprKind::Reduce {
            name,
            binders,
            body,
        } => {
            write!(f, "{name}({}) ", Commas(binders))?;
            write_expr(
                f,
                body,
                Place {
                    binds: PRODUCT,
                    in_body: true,
                    ..place
                },
            )
        }
        ExprKind::Negate(operand) => {
            f.write_char('-')?;
            write_expr(
                f,
                operand,
                Place {
                    binds: PREFIX,
                    in_body: false,
                    ..place
                },
            )
        }
        ExprKind::Binary { op, left, right } => {
            let (sign, left_binds, right_binds) = match op {
                BinaryOp::Add => ('+', SUM, PRODUCT),
                BinaryOp::Sub => ('-', SUM, PRODUCT),
                BinaryOp::Mul => ('*', PRODUCT, PREFIX),
                BinaryOp::Div => ('/', PRODUCT, PREFIX),
                BinaryOp::Mod => ('%', PRODUCT, PREFIX),
                BinaryOp::Pow => ('^', PRIMARY, PREFIX),
            };
            let on_left = Place {
                binds: left_binds,
                followed: matches!(op, BinaryOp::Mul | BinaryOp::Pow),
                in_body: place.in_body,
            };
            write_expr(f, left, on_left)?;
            write!(f, " {sign} ")?;
            write_expr(
                f,
                right,
                Place {
                    binds: right_binds,
                    in_body: false,
                    ..place
                },
            )
        }
    }
}

fn needs_brackets(kind: &ExprKind, place: Place) -> bool {
    match kind {
        ExprKind::Number(_) | ExprKind::Name(_) => false,
        ExprKind::Element { .. } | ExprKind::Call { .. } => false,
        ExprKind::Reduce { .. } => place.followed,
        ExprKind::Negate(_) => place.binds > PREFIX,
        ExprKind::Binary { op, .. } => match op {
            BinaryOp::Add | BinaryOp::Sub => place.binds > SUM,
            BinaryOp::Mul => place.binds > PRODUCT,
            BinaryOp::Div | BinaryOp::Mod => place.binds > PRODUCT || place.in_body,
            BinaryOp::Pow => place.binds == PRIMARY,
        },
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::syntax::ast::Ast;
    use crate::syntax::parse::{parse, parse_plan};
    use serde_json::Value;

    /// Takes the spans out of a tree.
    pub(crate) fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.remove("span");
                fields.values_mut().for_each(strip);
            }
            Value::Array(elements) => elements.iter_mut().for_each(strip),
            _ => {}
        }
    }

    fn without_spans(ast: &Ast) -> Value {
        let mut value = serde_json::to_value(ast).unwrap();
        strip(&mut value);
        value
    }

    fn assert_round_trip(source: &str) {
        let ast = parse(source).unwrap();
        let printed = ast.to_string();
        let again = parse(&printed).unwrap_or_else(|errors| panic!("{printed}\n{errors:#?}"));
        assert_eq!(
            without_spans(&again),
            without_spans(&ast),
            "{source}\n{printed}"
        );
        assert_eq!(again.to_string(), printed);
    }

    #[test]
    fn examples_print_as_themselves() {
        for source in [
            include_str!("../../../examples/decode.attn"),
            include_str!("../../../examples/head.attn"),
            include_str!("../../../examples/matmul.attn"),
            include_str!("../../../examples/window.attn"),
            include_str!("../../../examples/norm.attn"),
        ] {
            assert_round_trip(source);
        }
    }

    #[test]
    fn every_form_prints_as_itself() {
        assert_round_trip(
            "circuit c(a = 1, b = a * 2) {
                table f(x in -4..a) = exp(x / 2)
                table g(x in 0..=4) : 0..=9 = x
                table h(x in 0..=4) : 0..=9 from input
                public input scalar
                private output o[3] : 0..4
                state s = empty
                state u = scalar
                assert a > b assert a < b assert a == b assert a <= b
                assert[j in 3, k in a + 1] x[j] >= -k
                step t in 3 { s <- q  u <- q[t, t + 1] for h in 2 { p[t, i in 2] : 0..=3 = 1 } }
                region empty { }
                region table { a b, c }
                plan p { }
                plan q { proof table: * - x - y proof plan: x + y }
                plan r {
                    linked table | plan
                    proof table: open + by - linked by a
                    open *
                    proof plan: * open by 2 * a b s 0..a | a..=b + 1 open t 0..1 by t
                    linked open | by
                    proof open: by by n by a s -1..2
                    proof by: * by (n) a s (1 + 2) * 3..4
                    proof linked: * by -n a open s (1)..2 | 2..max(a, b) by n a
                }
            }",
        );
        assert_round_trip("circuit bare { }");
    }

    /// A deterministic stream of choices.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: u64) -> u64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % sides
        }

        /// Text in which brackets, operators and reductions stand anyhow.
        fn expr(&mut self, depth: u64) -> String {
            if depth == 0 {
                return ["a", "b[j]", "7", "0.5", "f(x)"][self.roll(5) as usize].to_string();
            }
            let op = ["+", "-", "*", "/", "%", "^"][self.roll(6) as usize];
            let reducer = ["sum", "max", "min"][self.roll(3) as usize];
            match self.roll(8) {
                0 => format!("({})", self.expr(depth - 1)),
                1 => format!("-{}", self.expr(depth - 1)),
                2 => format!("-({})", self.expr(depth - 1)),
                3 => format!("{reducer}(j in n) {}", self.expr(depth - 1)),
                4 => format!("{reducer}(j in n, k in m + 1) ({})", self.expr(depth - 1)),
                5 => format!("{} {op} {}", self.expr(depth - 1), self.expr(depth - 1)),
                6 => format!("({}) {op} {}", self.expr(depth - 1), self.expr(depth - 1)),
                _ => format!("({}) {op} ({})", self.expr(depth - 1), self.expr(depth - 1)),
            }
        }
    }

    #[test]
    fn any_plan_prints_as_itself() {
        let mut dice = Dice(2);
        let mut plan = || {
            let mut text = String::new();
            for _ in 0..=dice.roll(3) {
                text +=
                    ["proof a: *", "proof by: open + x", "proof b: x - *"][dice.roll(3) as usize];
                for _ in 0..dice.roll(4) {
                    let depth = dice.roll(3);
                    let (lo, hi) = (dice.expr(depth), dice.expr(depth));
                    let open = ["", "open"][dice.roll(2) as usize];
                    text += &match dice.roll(4) {
                        0 => format!(" {open} by a"),
                        // Brackets, or it may be read as `by a`.
                        1 => format!(" {open} by ({lo}) s"),
                        2 => format!(" {open} s {lo}..{hi} "),
                        _ => format!(" {open} steps ({lo})..={hi} | {lo}..({hi})"),
                    };
                }
                text +=
                    ["", " open *", " linked a | b", " open by | linked "][dice.roll(4) as usize];
                text += " ";
            }
            text
        };
        for _ in 0..2_000 {
            let text = plan();
            assert_round_trip(&format!("circuit c {{ plan p {{ {text} }} }}"));
            let body = parse_plan(&text).unwrap().body();
            assert_eq!(parse_plan(&body).unwrap().body(), body);
        }
    }

    #[test]
    fn any_expression_prints_as_itself() {
        let mut dice = Dice(1);
        for _ in 0..5_000 {
            let depth = dice.roll(6);
            assert_round_trip(&format!("circuit c {{ x = {} }}", dice.expr(depth)));
        }
    }
}
