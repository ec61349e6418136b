//! Positions in the vectors of a graph, one type for each noun.

use serde::Serialize;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        pub struct $name(pub u32);
        impl $name {
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id!(
    /// A bound index variable: a `step`, a `for`, a left-hand index or a reduction's.
    IndexId
);
id!(InputId);
id!(OutputId);
id!(StateId);
id!(TableId);
id!(ValueId);
id!(
    /// A fixed input, or a value that is known when the key is made.
    StaticId
);
id!(ExprId);
id!(AssertId);
id!(RegionId);
