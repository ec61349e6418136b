//! What a layout is chosen for: the flags of the commands that lay a program out, and its price.

#[cfg(feature = "prove")]
use attnc::Setting;
use attnc::{Options, Security};
use attnc_compiler::choice::cost::Objective;
use attnc_compiler::choice::search::Contract;
#[cfg(feature = "prove")]
use attnc_compiler::Compiled;
use clap::ValueEnum;

use crate::cli::failure::Failure;

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
enum ObjectiveFlag {
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
    optimize: ObjectiveFlag,
    /// Memory that a floor's setting may need, in GiB, as it is predicted [default: 19.2]
    #[arg(long, value_name = "GIB", value_parser = gibibytes)]
    memory: Option<f64>,
    /// Make proofs that hide: beside its statement a proof tells nothing of what is private
    #[arg(long)]
    hiding: bool,
}

fn gibibytes(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => Err("give a number of GiB, for example 16".into()),
    }
}

impl Tuning {
    /// As options, of a plan and a security.
    pub fn options(&self, plan: Option<&str>, security: Security) -> Options {
        Options {
            plan: plan.map(str::to_string),
            security,
            contract: self.contract(),
            objective: self.objective(),
            memory_gib: self.memory.unwrap_or(Options::default().memory_gib),
            hiding: self.hiding,
        }
    }

    pub fn objective(&self) -> Objective {
        match self.optimize {
            ObjectiveFlag::Bytes => Objective::Bytes,
            ObjectiveFlag::Time => Objective::Time,
            ObjectiveFlag::Balanced => Objective::Balanced,
        }
    }

    /// The setting of a proof of a layout.
    #[cfg(feature = "prove")]
    pub fn settle(&self, compiled: &Compiled, security: Security) -> Result<Setting, Failure> {
        Ok(self.options(None, security).settle(compiled)?)
    }

    pub fn contract(&self) -> Contract {
        match self.contract {
            ContractFlag::Unrolled => Contract::Unrolled,
            ContractFlag::Evaluated => Contract::Evaluated,
            ContractFlag::Auto => Contract::Auto,
        }
    }

    /// Refuses --memory where it would have no effect.
    pub fn require_floor(&self, security: Security) -> Result<(), Failure> {
        match (self.memory, security) {
            (Some(_), Security::Setting(setting)) => Err(Failure::misuse(format!(
                "--memory is for a floor: the setting `{setting}` needs what it needs"
            ))
            .hint("ask for a floor, for example --security 96, or leave out --memory")),
            _ => Ok(()),
        }
    }

    /// The flags that differ from their defaults, as one would write them.
    pub fn flags(&self) -> Vec<String> {
        let usual = Self::default();
        let mut flags = Vec::new();
        if self.contract != usual.contract {
            flags.extend(["--contract".to_string(), written(self.contract)]);
        }
        if self.optimize != usual.optimize {
            flags.extend(["--optimize".to_string(), written(self.optimize)]);
        }
        if let Some(memory) = self
            .memory
            .filter(|given| *given != Options::default().memory_gib)
        {
            flags.extend(["--memory".to_string(), memory.to_string()]);
        }
        if self.hiding {
            flags.push("--hiding".to_string());
        }
        flags
    }

    /// What is said of memory.
    #[cfg(feature = "prove")]
    pub fn memory_given(&self) -> Option<f64> {
        self.memory
    }

    /// What layouts and settings depend on: memory only where a floor is asked for.
    #[cfg(feature = "prove")]
    pub fn for_layouts(&self, floor: bool) -> Self {
        let memory = self.memory.filter(|_| floor);
        Self {
            memory,
            ..self.clone()
        }
    }
}

fn written(value: impl ValueEnum) -> String {
    let value = value.to_possible_value();
    value.map_or(String::new(), |value| value.get_name().to_string())
}
