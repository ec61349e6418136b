//! Under which plan, for what security, and to make what least a program is laid out.

use attnc_compiler::choice::cost::Masks;
use attnc_compiler::choice::cost::Objective;
use attnc_compiler::choice::search::{Contract, Cost};
use attnc_compiler::circuit::Circuit;
use attnc_compiler::plan::Part;
use attnc_compiler::Compiled;

use crate::library::error::Error;
use crate::price::{cost, settle, Aim};
use crate::session::security::{Custom, Security, Setting};

/// How a layout is chosen. A proof and a key have the same layout if both were made with the same
/// options.
///
/// ```
/// use attnc::{Objective, Options};
///
/// let options = Options { objective: Objective::Bytes, ..Options::default() };
/// assert_eq!(options.security.to_string(), "standard");
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// A plan's name, or its text; the program's first plan without it.
    pub plan: Option<String>,
    /// How sure a verifier can be: a named setting, or a floor in conjectured bits.
    pub security: Security,
    /// How sums of products are proved.
    pub contract: Contract,
    /// What the layout makes least.
    pub objective: Objective,
    /// Memory that a floor's setting may need, in GiB, as it is predicted.
    pub memory_gib: f64,
    /// Whether proofs hide what they do not state (spec 9.1). A proof and its key are made alike.
    pub hiding: bool,
}

impl Default for Options {
    /// The first plan, `standard`, balanced.
    fn default() -> Self {
        let aim = Aim::default();
        Self {
            plan: None,
            security: Setting::Standard.into(),
            contract: Contract::default(),
            objective: aim.objective,
            memory_gib: aim.memory_gib,
            hiding: aim.hiding,
        }
    }
}

impl Options {
    pub(crate) fn aim(&self) -> Aim {
        Aim {
            objective: self.objective,
            memory_gib: self.memory_gib,
            hiding: self.hides(),
        }
    }

    /// For a part of a plan, which may say that its proofs hide.
    pub(crate) fn of_part(&self, part: &Part) -> Self {
        Self {
            hiding: self.hiding || part.hiding,
            ..self.clone()
        }
    }

    /// The security that is asked for, in words: with `hiding` if this asks for it.
    #[doc(hidden)]
    pub fn asked(&self) -> String {
        match (self.hiding, self.security) {
            (true, Security::Setting(setting)) => setting.hiding().to_string(),
            (true, Security::Floor(_)) => format!("{}, hiding", self.security),
            (false, security) => security.to_string(),
        }
    }

    /// Whether proofs hide: by this, or by the setting's own text.
    #[doc(hidden)]
    pub fn hides(&self) -> bool {
        self.hiding || matches!(self.security, Security::Setting(setting) if setting.hides())
    }

    /// log2 of the rows that every component has at least, where proofs hide: as many as the masks of each
    /// setting that has a name need, so that one key serves all; of a floor, of any setting.
    #[doc(hidden)]
    pub fn least_bits(&self) -> Option<u32> {
        self.hides().then(|| match self.security {
            Security::Setting(setting) => Setting::ALL
                .iter()
                .chain([&setting])
                .map(|setting| Masks::of(setting.fri().queries).least_bits)
                .fold(0, u32::max),
            Security::Floor(_) => Masks::of(Custom::MOST_QUERIES).least_bits,
        })
    }

    /// What layouts are priced at: one setting for all that have a name, so that a key serves
    /// proofs at each of them; a floor is met with the setting that serves a layout best.
    #[doc(hidden)]
    pub fn priced_at(security: Security) -> Security {
        match security {
            Security::Setting(_) => Setting::Standard.into(),
            Security::Floor(_) => security,
        }
    }

    /// What a circuit costs; `None` if it cannot be proved at what it is priced at.
    #[doc(hidden)]
    pub fn price(&self, circuit: &Circuit) -> Option<Cost> {
        cost(circuit, Self::priced_at(self.security), self.aim())
    }

    /// The setting of a proof of a layout, which says whether it hides.
    #[doc(hidden)]
    pub fn settle(&self, compiled: &Compiled) -> Result<Setting, Error> {
        let aim = Aim {
            hiding: compiled.choices.hides(),
            ..self.aim()
        };
        settle(&compiled.circuit, self.security, aim)
            .map_err(|error| Error::refused(error.to_string()))
    }
}
