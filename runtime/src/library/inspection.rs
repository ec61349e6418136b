//! What a layout weighs and is worth, before anything is proved.

use crate::library::layout::Layout;
use crate::price::predicted_session;
use crate::session::account;
use crate::session::account::SessionAccount;
use crate::session::security::Setting;

/// What a part of a plan comes to, before it is proved.
///
/// ```
/// # let source = "circuit twice { private input x[3] : 0..9  public output y[3] \
/// #     y[i in 3] = 2 * x[i] }";
/// # let program = attnc::Program::check("twice.attn", source, &[])?;
/// let layout = program.lay_out(&attnc::Options::default())?;
/// for part in layout.inspect() {
///     println!("{}: {} components, {:?} bytes", part.name, part.components, part.proof_bytes);
///     assert!(part.account.conjectured_bits >= 96.0);
/// }
/// # Ok::<(), attnc::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The part's name.
    pub name: String,
    /// The names of its proofs, which share a session.
    pub proofs: Vec<String>,
    pub components: usize,
    /// Base field columns: fixed, main and interaction.
    pub columns: u64,
    /// Columns times padded rows.
    pub cells: u64,
    /// Bytes of its proof file after the statement, as predicted; `None` where the setting does not
    /// fit the circuit.
    pub proof_bytes: Option<usize>,
    pub setting: Setting,
    pub account: SessionAccount,
}

impl Layout {
    /// What every part of the plan comes to.
    pub fn inspect(&self) -> Vec<Inspection> {
        let parts = self.compiled.iter().zip(&self.settings);
        parts
            .map(|(part, &setting)| {
                let circuit = &part.circuit;
                let components = &circuit.components;
                Inspection {
                    name: circuit.part.clone(),
                    proofs: circuit.proofs.clone(),
                    components: components.len(),
                    columns: components.iter().map(|c| c.columns() as u64).sum(),
                    cells: components.iter().map(|c| c.cells()).sum(),
                    proof_bytes: predicted_session(circuit, setting),
                    setting,
                    account: account(circuit, setting),
                }
            })
            .collect()
    }
}
