//! What a proof is about, and the bytes of it that the transcript absorbs (spec 7).

mod bytes;
mod digest;

use attnc_compiler::circuit::choices::{BadChoices, Choices};
use attnc_compiler::circuit::{Circuit, PublicTensor};
use attnc_compiler::meaning::graph::{Growing, Table};
use attnc_compiler::plan::text::MAX_PLAN;
use serde::Serialize;
use stwo::core::channel::{Blake2sChannel, Channel};

use crate::session::bits::{BitReader, BitWriter};
use crate::session::version::unread;

use bytes::{Reader, Writer};
pub use digest::Digest;

/// The version of the statement, the key and the proof file.
pub const VERSION: u32 = 4;
/// Bytes of a context at most.
pub const MAX_CONTEXT: usize = 64 * 1024;
/// Bytes of the text of a layout's choices at most.
const MAX_CHOICES: usize = 64 * 1024;

/// Digest of a circuit: its components, rows, fixed columns and ties. Two sources with the same
/// canonical text have the same.
///
/// # Errors
/// Never, for a circuit that `lay_out` made; the error is serde's.
pub fn layout_digest(circuit: &Circuit) -> Result<Digest, serde_json::Error> {
    // Where a rule stands in the source is not part of what it says.
    let mut circuit = circuit.clone();
    for component in &mut circuit.components {
        component.spans.clear();
    }
    Ok(Digest::of("attnc layout 1", &serde_json::to_vec(&circuit)?))
}

/// Digest of a program: its canonical text and the value of every parameter.
pub fn program_digest(canonical: &str, params: &[(String, i64)]) -> Digest {
    let mut out = Writer::default();
    out.text(canonical);
    out.count(params.len());
    for (name, value) in params {
        out.text(name);
        out.0.extend(value.to_le_bytes());
    }
    Digest::of("attnc program 1", &out.0)
}

/// Digest of a table: the first number of its domain and its entries.
pub fn table_digest(table: &Table) -> Digest {
    let mut out = Writer::default();
    out.0.extend(table.domain.lo.to_le_bytes());
    out.count(table.entries.len());
    for entry in &table.entries {
        out.0.extend(entry.to_le_bytes());
    }
    Digest::of("attnc table 1", &out.0)
}

/// Digest of a fixed input: its shape and its elements.
pub fn fixed_digest(shape: &[u64], elements: &[i64]) -> Digest {
    let mut head = Writer::default();
    head.count(shape.len());
    for size in shape {
        head.0.extend(size.to_le_bytes());
    }
    let bytes = |piece: &[i64]| piece.iter().flat_map(|x| x.to_le_bytes()).collect();
    let pieces = elements.chunks(1 << 12).map(bytes);
    Digest::of_pieces("attnc fixed 1", std::iter::once(head.0).chain(pieces))
}

/// What a proof claims: this program, at these parameters and under this plan, with some private
/// inputs in their ranges, relates these public tensors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    pub version: u32,
    /// The circuit's name.
    pub circuit: String,
    /// Digest of the program's canonical text with its parameters.
    pub program: Digest,
    pub params: Vec<(String, i64)>,
    /// The plan's name, or its text.
    pub plan: String,
    /// The part of the plan that is proved: the names of its proofs, joined by `+`.
    pub part: String,
    /// How the part was laid out.
    pub choices: Choices,
    /// Every table's name and the digest of its domain and entries.
    pub tables: Vec<(String, Digest)>,
    /// Every fixed input's name and the digest of its shape and elements.
    pub fixed: Vec<(String, Digest)>,
    /// Digest of the circuit that the program was laid out to.
    pub layout: Digest,
    /// The root of every proof's preprocessed tree, at the setting's blowup.
    pub preprocessed: Vec<Digest>,
    pub security: String,
    /// The caller's own text.
    pub context: String,
    pub publics: Vec<Public>,
}

/// A public tensor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Public {
    pub name: String,
    pub input: bool,
    /// The largest size of each dimension.
    pub shape: Vec<u64>,
    /// The dimensions of a ragged tensor that grow.
    pub growing: Vec<Growing>,
    /// Those that exist, in lexicographic order of their subscripts.
    pub elements: Vec<i64>,
}

impl Statement {
    /// The canonical bytes: every field in order, with its length.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        self.write_head(&mut out);
        out.count(self.publics.len());
        for public in &self.publics {
            out.text(&public.name);
            out.0.push(u8::from(public.input));
            out.count(public.shape.len());
            public
                .shape
                .iter()
                .for_each(|&size| out.0.extend(size.to_le_bytes()));
            out.count(public.growing.len());
            for growing in &public.growing {
                out.count(growing.dimension);
                out.0.extend(growing.base.to_le_bytes());
                out.count(growing.position);
            }
            public
                .elements
                .iter()
                .for_each(|&x| out.0.extend(x.to_le_bytes()));
        }
        out.0
    }

    fn write_head(&self, out: &mut Writer) {
        out.0.extend(self.version.to_le_bytes());
        out.text(&self.circuit);
        out.0.extend(self.program.0);
        out.count(self.params.len());
        for (name, value) in &self.params {
            out.text(name);
            out.0.extend(value.to_le_bytes());
        }
        out.text(&self.plan);
        out.text(&self.part);
        out.text(&self.choices.to_string());
        for digests in [&self.tables, &self.fixed] {
            out.count(digests.len());
            for (name, digest) in digests {
                out.text(name);
                out.0.extend(digest.0);
            }
        }
        out.0.extend(self.layout.0);
        out.count(self.preprocessed.len());
        self.preprocessed
            .iter()
            .for_each(|root| out.0.extend(root.0));
        out.text(&self.security);
        out.text(&self.context);
    }

    /// Step 1 of the session: the channel that has absorbed the statement.
    pub fn channel(&self) -> Blake2sChannel {
        let digest = Digest::of("attnc session 1", &self.bytes());
        let words: Vec<u32> = digest
            .0
            .chunks_exact(4)
            .map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
            .collect();
        let mut channel = Blake2sChannel::default();
        channel.mix_u32s(&words);
        channel
    }

    /// The form in a proof file: the head as in [`Statement::bytes`], the public elements packed
    /// to the bits of their range, which `circuit` gives.
    pub fn pack(&self, circuit: &Circuit) -> Vec<u8> {
        let mut out = Writer::default();
        self.write_head(&mut out);
        for (public, tensor) in self.publics.iter().zip(&circuit.publics) {
            let (lo, width) = packing(tensor.range.lo, tensor.range.hi);
            let mut bits = BitWriter::default();
            for &element in &public.elements {
                bits.push((i128::from(element) - lo) as u64, width);
            }
            out.0.extend(bits.finish());
        }
        out.0
    }

    /// Reads what stands before the public tensors in [`Statement::pack`]'s form, for which no
    /// circuit is needed, and returns the bytes that follow.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn unpack_head(bytes: &[u8]) -> Result<(Self, &[u8]), String> {
        let mut reader = Reader(bytes);
        let version = reader.u32()?;
        if version != VERSION {
            let found = version.into();
            return Err(unread("the statement", found, VERSION, "prove it again"));
        }
        let circuit = reader.text("the circuit's name", 1024)?;
        let program = reader.digest()?;
        let params = (0..reader.count("parameters", 1024)?)
            .map(|_| Ok((reader.text("a parameter's name", 1024)?, reader.i64()?)))
            .collect::<Result<_, String>>()?;
        let plan = reader.text("the plan", MAX_PLAN)?;
        let part = reader.text("the part's name", MAX_PLAN)?;
        let choices = reader.text("the layout choices", MAX_CHOICES)?;
        let choices = choices
            .parse()
            .map_err(|error: BadChoices| format!("the layout choices: {error}"))?;
        let tables = (0..reader.count("tables", 1024)?)
            .map(|_| Ok((reader.text("a table's name", 1024)?, reader.digest()?)))
            .collect::<Result<_, String>>()?;
        let fixed = (0..reader.count("fixed inputs", 1024)?)
            .map(|_| Ok((reader.text("a fixed input's name", 1024)?, reader.digest()?)))
            .collect::<Result<_, String>>()?;
        let layout = reader.digest()?;
        let preprocessed = (0..reader.count("preprocessed roots", 1024)?)
            .map(|_| reader.digest())
            .collect::<Result<_, String>>()?;
        let security = reader.text("the security setting", 64)?;
        let context = reader.text("the context", MAX_CONTEXT)?;
        let head = Self {
            version,
            circuit,
            program,
            params,
            plan,
            part,
            choices,
            tables,
            fixed,
            layout,
            preprocessed,
            security,
            context,
            publics: Vec::new(),
        };
        Ok((head, reader.0))
    }

    /// Reads [`Statement::pack`]'s form. Lengths come from the circuit, not from the bytes.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn unpack(bytes: &[u8], circuit: &Circuit) -> Result<Self, String> {
        let (mut statement, rest) = Self::unpack_head(bytes)?;
        let mut reader = Reader(rest);
        for tensor in &circuit.publics {
            let (lo, width) = packing(tensor.range.lo, tensor.range.hi);
            let count = tensor.elements() as usize;
            let length = (count * width as usize).div_ceil(8);
            let packed = reader.take(length)?;
            let mut bits = BitReader::new(packed);
            let mut elements = Vec::with_capacity(count);
            for _ in 0..count {
                let element = bits.pull(width).map_err(|error| error.to_string())?;
                let element = i128::from(element) + lo;
                if element > tensor.range.hi {
                    return Err(format!(
                        "public tensor `{}` holds {element}, outside {}",
                        tensor.name, tensor.range
                    ));
                }
                elements.push(element as i64);
            }
            bits.finish().map_err(|error| error.to_string())?;
            statement.publics.push(Public {
                name: tensor.name.clone(),
                input: tensor.input,
                shape: tensor.shape.clone(),
                growing: tensor.growing.clone(),
                elements,
            });
        }
        if !reader.0.is_empty() {
            return Err(format!("{} bytes follow the statement", reader.0.len()));
        }
        Ok(statement)
    }
}

/// Bytes that a circuit's public tensors take in [`Statement::pack`].
pub fn public_bytes(circuit: &Circuit) -> usize {
    let bits = |tensor: &PublicTensor| {
        tensor.elements() as usize * packing(tensor.range.lo, tensor.range.hi).1 as usize
    };
    circuit
        .publics
        .iter()
        .map(|tensor| bits(tensor).div_ceil(8))
        .sum()
}

/// The least element of a range, and the bits that its elements take.
fn packing(lo: i128, hi: i128) -> (i128, u32) {
    (lo, 128 - (hi - lo).max(0).leading_zeros())
}

#[cfg(test)]
mod tests {
    use attnc_compiler::{analyse, assemble};

    use super::*;

    fn statement(choices: Choices) -> (Statement, Circuit) {
        let source = "circuit c() { public input x[3] : -4..5\n public output y[3]\n \
                      y[i in 3] = x[i] }";
        let (ast, graph) = analyse(source, &[]).unwrap();
        let circuit = assemble(ast, graph, None, &choices).unwrap().circuit;
        let publics = circuit.publics.iter().map(|tensor| Public {
            name: tensor.name.clone(),
            input: tensor.input,
            shape: tensor.shape.clone(),
            growing: tensor.growing.clone(),
            elements: vec![-4, 0, 4],
        });
        let digest = Digest::of("test", b"");
        let statement = Statement {
            version: VERSION,
            circuit: "c".into(),
            program: digest,
            params: vec![("n".into(), -1)],
            plan: "fused".into(),
            part: "all".into(),
            choices,
            tables: vec![("f".into(), digest)],
            fixed: vec![("w".into(), digest), ("v".into(), digest)],
            layout: digest,
            preprocessed: vec![digest],
            security: "standard".into(),
            context: "mine".into(),
            publics: publics.collect(),
        };
        (statement, circuit)
    }

    #[test]
    fn a_packed_statement_is_read_back() {
        let choices = Choices {
            digit_bits: Some(9),
            pairs: true,
            ..Choices::default()
        };
        for choices in [Choices::default(), choices] {
            let (statement, circuit) = statement(choices);
            let packed = statement.pack(&circuit);
            assert_eq!(Statement::unpack(&packed, &circuit), Ok(statement));
        }
    }

    #[test]
    fn a_fixed_input_s_digest_is_of_its_shape_and_every_element() {
        let elements: Vec<i64> = (0..10_000).collect();
        let mut bytes = Vec::new();
        for number in [2u64, 100, 100].into_iter().chain(0..10_000) {
            bytes.extend(number.to_le_bytes());
        }
        let digest = fixed_digest(&[100, 100], &elements);
        assert_eq!(digest, Digest::of("attnc fixed 1", &bytes));
        assert_ne!(digest, fixed_digest(&[10_000], &elements));
        for at in [0, 4095, 4096, 9_999] {
            let mut other = elements.clone();
            other[at] = -1;
            assert_ne!(digest, fixed_digest(&[100, 100], &other), "{at}");
        }
    }

    #[test]
    fn choices_are_in_the_bytes_and_bad_ones_are_refused() {
        let (one, circuit) = statement(Choices::default());
        let mut other = one.clone();
        other.choices.pairs = true;
        assert_ne!(one.bytes(), other.bytes());
        let packed = one.pack(&circuit);
        let text = one.choices.to_string();
        let at = packed
            .windows(text.len())
            .position(|b| b == text.as_bytes());
        let mut bad = packed.clone();
        bad[at.unwrap()] = b'x';
        let error = Statement::unpack(&bad, &circuit).unwrap_err();
        assert!(
            error.contains("does not say how a circuit is laid out"),
            "{error}"
        );
    }
}
