//! What a layout is chosen for: the flags of the commands that lay a program out, and its price.

use attnc::security::Setting;
use attnc_compiler::circuit::Circuit;
use attnc_compiler::search::{Contract, Cost};
use clap::ValueEnum;

use crate::report::predicted_session;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ContractFlag {
    /// Every product in a row that holds both operands
    Unrolled,
    /// Every sum checked at a random point
    Evaluated,
    /// For each sum the cheaper of the two
    #[default]
    Auto,
}

/// What a layout is to make least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Objective {
    /// The proof
    Bytes,
    /// The time to prove
    Time,
    /// The product of both
    #[default]
    Balanced,
}

/// How a layout is chosen. Proof and key have the same layout if both were made with the same
/// flags.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Tuning {
    /// How sums of products are proved
    #[arg(long, value_name = "STRATEGY", value_enum, default_value_t)]
    contract: ContractFlag,
    /// What the layout makes least
    #[arg(long, value_name = "OBJECTIVE", value_enum, default_value_t)]
    optimize: Objective,
}

impl Tuning {
    /// The setting that layouts are priced at: one for all, so that a key serves proofs at every
    /// setting.
    pub const PRICED_AT: Setting = Setting::Standard;

    pub fn contract(&self) -> Contract {
        match self.contract {
            ContractFlag::Unrolled => Contract::Unrolled,
            ContractFlag::Evaluated => Contract::Evaluated,
            ContractFlag::Auto => Contract::Auto,
        }
    }

    /// What a circuit costs; `None` if it does not fit [`Tuning::PRICED_AT`].
    pub fn price(&self, circuit: &Circuit) -> Option<Cost> {
        let bytes = predicted_session(circuit, Self::PRICED_AT)? as f64;
        let (ms, score) = match self.optimize {
            Objective::Bytes | Objective::Time | Objective::Balanced => (None, bytes),
        };
        Some(Cost { score, bytes, ms })
    }

    /// The flags' values as written.
    pub fn names(&self) -> (String, String) {
        (written(self.contract), written(self.optimize))
    }
}

fn written(value: impl ValueEnum) -> String {
    let value = value.to_possible_value();
    value.map_or(String::new(), |value| value.get_name().to_string())
}
