//! Random programs with random plans, as trees that proptest shrinks; [`super::written`] has their text.
//!
//! Whatever numbers a tree holds, its text is well typed: they choose among what is in scope.

use proptest::collection::vec;
use proptest::prelude::*;

/// Chooses one of several things: a remainder is taken.
pub type Pick = u8;

/// Where an element is read in one dimension: the form, which index, and a number in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subscript {
    pub form: Pick,
    pub index: Pick,
    pub number: Pick,
}

/// An expression.
#[derive(Clone, Debug)]
pub enum Tree {
    /// An element of one of the tensors, values and caches that are in scope.
    Element(Pick, [Subscript; 3]),
    Constant(i8),
    /// Arithmetic of indices as a number.
    Index(Subscript),
    Infix(char, Box<[Tree; 2]>),
    Call(&'static str, Box<[Tree; 2]>),
    Abs(Box<Tree>),
    Clip(Box<Tree>, i8, u8),
    /// Policy, numerator, kind of divisor.
    Divide(Pick, Box<Tree>, Pick),
    Table(Pick, Box<Tree>),
    /// A sum of products of two elements, which may be evaluated.
    Contract(Pick, [(Pick, [Subscript; 3]); 2]),
    /// Over one index or two.
    Reduce(&'static str, Pick, Option<Pick>, Box<Tree>),
    /// Over what has not all its elements, and which of its indices are bound here.
    Over(&'static str, Pick, Pick, Box<Tree>),
}

/// What is done with an expression before it is a value, so that values stay small.
#[derive(Clone, Copy, Debug)]
pub enum Wrap {
    Plain,
    Clip(i8, u8),
    Divide(Pick, u8),
    /// It is multiplied with what is always 0.
    Nothing,
}

/// The right side of a definition.
#[derive(Clone, Debug)]
pub struct Body {
    pub wrap: Wrap,
    pub tree: Tree,
    /// It has a range that it can reach.
    pub ranged: bool,
}

#[derive(Clone, Debug)]
pub enum Item {
    Value {
        over: Vec<Pick>,
        /// A condition on its indices.
        only: Option<Pick>,
        body: Body,
    },
    Output {
        private: bool,
        over: Vec<Pick>,
        /// Positions the other way around.
        turned: bool,
        body: Body,
    },
    Assert {
        over: Option<Pick>,
        form: Pick,
        sides: Box<[Tree; 2]>,
    },
    For {
        over: Pick,
        items: Vec<Item>,
    },
    Step {
        appends: Vec<Append>,
        items: Vec<Item>,
    },
}

/// A cache that grows in a step.
#[derive(Clone, Debug)]
pub struct Append {
    /// Entries that it starts with: none, or these.
    pub seeded: Option<u8>,
    pub element: Vec<Pick>,
    /// What is appended: an input's entries in their order or the other way around, or a value.
    pub source: Pick,
    pub tree: Tree,
}

#[derive(Clone, Debug)]
pub struct Input {
    /// Who has it: everyone in a statement, the prover, or everyone with the key.
    pub visibility: Pick,
    pub shape: Vec<Pick>,
    pub range: Pick,
}

/// How a proof's set is cut.
#[derive(Clone, Debug)]
pub struct Cut {
    pub open: bool,
    pub over: Pick,
    /// One by one, by groups, or at ends of ranges.
    pub form: Pick,
    pub ends: [Pick; 3],
}

/// A set of a plan: everything that no other set has, if it is the first.
#[derive(Clone, Debug)]
pub struct Proof {
    pub members: Vec<Pick>,
    pub cuts: Vec<Cut>,
}

#[derive(Clone, Debug)]
pub struct Plan {
    pub first: Vec<Cut>,
    pub others: Vec<Proof>,
    /// All boundaries, or one by its ends.
    pub open: Vec<(bool, Option<(Pick, Pick)>)>,
    /// In the program, not a text beside it.
    pub declared: bool,
}

/// A random program.
#[derive(Clone, Debug)]
pub struct Random {
    /// The parameters: `n`, `w`, `m`, `heads`, `steps`.
    pub sizes: [u8; 5],
    /// Whether they are set from outside.
    pub overridden: bool,
    pub inputs: Vec<Input>,
    pub items: Vec<Item>,
    /// Numbers near the ends of 32 and 64 bits in index arithmetic.
    pub large: bool,
    pub tables: Pick,
    pub region: Vec<Pick>,
    pub plan: Plan,
    /// Which way to lay it out, and what the inputs are drawn from.
    pub way: u8,
    pub seed: u64,
}

fn subscript() -> impl Strategy<Value = Subscript> {
    any::<[u8; 3]>().prop_map(|[form, index, number]| Subscript {
        form,
        index,
        number,
    })
}

/// An element that is read mostly at indices themselves.
fn factor() -> impl Strategy<Value = (Pick, [Subscript; 3])> {
    let plain = (0u8..6, any::<u8>(), any::<u8>()).prop_map(|(form, index, number)| Subscript {
        form,
        index,
        number,
    });
    let plain = plain.boxed();
    (any::<u8>(), [plain.clone(), plain.clone(), plain])
}

fn tree() -> impl Strategy<Value = Tree> {
    let at = [subscript(), subscript(), subscript()];
    let leaf = prop_oneof![
        8 => (any::<u8>(), at).prop_map(|(which, at)| Tree::Element(which, at)),
        2 => (-9i8..=9).prop_map(Tree::Constant),
        1 => subscript().prop_map(Tree::Index),
        1 => (any::<u8>(), [factor(), factor()])
            .prop_map(|(over, factors)| Tree::Contract(over, factors)),
    ];
    leaf.prop_recursive(4, 10, 2, |inner| {
        let two = (inner.clone(), inner.clone()).prop_map(|(a, b)| Box::new([a, b]));
        let one = inner.prop_map(Box::new);
        let reduction = || prop_oneof![2 => Just("sum"), 1 => Just("max"), 1 => Just("min")];
        let over = (any::<u8>(), proptest::option::weighted(0.2, any::<u8>()));
        prop_oneof![
            4 => (prop_oneof![Just('+'), Just('-'), Just('*')], two.clone())
                .prop_map(|(op, two)| Tree::Infix(op, two)),
            2 => (prop_oneof![Just("max"), Just("min")], two)
                .prop_map(|(name, two)| Tree::Call(name, two)),
            1 => one.clone().prop_map(Tree::Abs),
            1 => (one.clone(), -20i8..=10, 0u8..=30).prop_map(|(x, lo, by)| Tree::Clip(x, lo, by)),
            2 => (any::<u8>(), one.clone(), any::<u8>())
                .prop_map(|(policy, x, by)| Tree::Divide(policy, x, by)),
            1 => (any::<u8>(), one.clone()).prop_map(|(which, x)| Tree::Table(which, x)),
            4 => (reduction(), over, one.clone())
                .prop_map(|(name, (over, more), x)| Tree::Reduce(name, over, more, x)),
            2 => (reduction(), any::<u8>(), any::<u8>(), one)
                .prop_map(|(name, which, bound, x)| Tree::Over(name, which, bound, x)),
        ]
    })
}

fn body() -> impl Strategy<Value = Body> {
    let wrap = prop_oneof![
        12 => Just(Wrap::Plain),
        12 => (-30i8..=5, 0u8..=60).prop_map(|(lo, by)| Wrap::Clip(lo, by)),
        4 => (any::<u8>(), 2u8..30).prop_map(|(policy, by)| Wrap::Divide(policy, by)),
        1 => Just(Wrap::Nothing),
    ];
    let ranged = proptest::bool::weighted(0.4);
    (wrap, tree(), ranged).prop_map(|(wrap, tree, ranged)| Body { wrap, tree, ranged })
}

fn simple() -> BoxedStrategy<Item> {
    let over = || vec(any::<u8>(), 0..3);
    let only = proptest::option::weighted(0.2, any::<u8>());
    let value = (over(), only, body());
    let value = value.prop_map(|(over, only, body)| Item::Value { over, only, body });
    let output = (proptest::bool::weighted(0.2), over(), any::<bool>(), body());
    let output = output.prop_map(|(private, over, turned, body)| Item::Output {
        private,
        over,
        turned,
        body,
    });
    let sides = (tree(), tree()).prop_map(|(a, b)| Box::new([a, b]));
    let assert = (proptest::option::of(any::<u8>()), any::<u8>(), sides);
    let assert = assert.prop_map(|(over, form, sides)| Item::Assert { over, form, sides });
    prop_oneof![4 => value, 2 => output, 1 => assert].boxed()
}

fn nested(items: impl Strategy<Value = Item>) -> impl Strategy<Value = Item> {
    (any::<u8>(), vec(items, 1..4)).prop_map(|(over, items)| Item::For { over, items })
}

fn inner() -> BoxedStrategy<Item> {
    let deeper = prop_oneof![4 => simple(), 1 => nested(simple())];
    prop_oneof![4 => simple(), 1 => nested(deeper)].boxed()
}

fn append() -> impl Strategy<Value = Append> {
    let seeded = proptest::option::of(0u8..4);
    (seeded, vec(any::<u8>(), 0..3), any::<u8>(), tree()).prop_map(
        |(seeded, element, source, tree)| Append {
            seeded,
            element,
            source,
            tree,
        },
    )
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    let step = (vec(append(), 0..3), vec(inner(), 1..5));
    let step = step.prop_map(|(appends, items)| Item::Step { appends, items });
    vec(prop_oneof![5 => inner(), 2 => step], 1..6)
}

fn cut() -> impl Strategy<Value = Cut> {
    (any::<bool>(), any::<u8>(), any::<u8>(), any::<[u8; 3]>()).prop_map(
        |(open, over, form, ends)| Cut {
            open,
            over,
            form,
            ends,
        },
    )
}

fn plan() -> impl Strategy<Value = Plan> {
    let cuts = || prop_oneof![5 => vec(cut(), 0..1), 3 => vec(cut(), 1..2), 1 => vec(cut(), 2..3)];
    let proof = (vec(any::<u8>(), 1..5), cuts());
    let proof = proof.prop_map(|(members, cuts)| Proof { members, cuts });
    let others = prop_oneof![
        4 => vec(proof.clone(), 0..1),
        3 => vec(proof.clone(), 1..2),
        2 => vec(proof, 2..3),
    ];
    let ends = proptest::option::of(any::<(u8, u8)>());
    let open = vec((proptest::bool::weighted(0.7), ends), 0..3);
    (cuts(), others, open, any::<bool>()).prop_map(|(first, others, open, declared)| Plan {
        first,
        others,
        open,
        declared,
    })
}

/// Programs of every gadget, with loops, steps, caches, tables and assertions, and any plan.
pub fn programs() -> impl Strategy<Value = Random> {
    let sizes = (1u8..10, 1u8..5, 1u8..5, 1u8..5, 1u8..6);
    let sizes = sizes.prop_map(|(n, w, m, heads, steps)| [n, w, m, heads, steps]);
    let input = (any::<u8>(), vec(any::<u8>(), 0..3), any::<u8>());
    let input = input.prop_map(|(visibility, shape, range)| Input {
        visibility,
        shape,
        range,
    });
    let rest = (
        proptest::bool::weighted(0.25),
        any::<u8>(),
        vec(any::<u8>(), 0..4),
        plan(),
        any::<u8>(),
        any::<u64>(),
    );
    let content = (vec(input, 1..6), items());
    (sizes, any::<bool>(), content, rest).prop_map(
        |(sizes, overridden, (inputs, items), (large, tables, region, plan, way, seed))| Random {
            sizes,
            overridden,
            inputs,
            items,
            large,
            tables,
            region,
            plan,
            way,
            seed,
        },
    )
}
