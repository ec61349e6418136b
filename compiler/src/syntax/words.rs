//! The functions of the language.

/// Those that are not tables.
pub const FUNCTIONS: [&str; 11] = [
    "floor",
    "ceil",
    "trunc",
    "round",
    "round_half_up",
    "round_half_even",
    "clip",
    "if",
    "abs",
    "min",
    "max",
];

/// Those that only a table's body may call.
pub const REAL_FUNCTIONS: [&str; 8] =
    ["exp", "ln", "log2", "sqrt", "sin", "cos", "tanh", "sigmoid"];
