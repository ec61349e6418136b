//! The fields of a proof file, to be damaged in its structure: lengths may lie, or stay true of what is
//! removed, doubled and put elsewhere.

use attnc::audit::random::Random;

/// A field, with what it holds.
#[derive(Clone, Debug)]
pub enum Field {
    Raw(Vec<u8>),
    /// One after the other.
    Group(Vec<Field>),
    /// Behind its length in bytes, which takes so many bytes and may be more than it is.
    Long(usize, u64, Box<Field>),
    /// Behind their number.
    Counted(usize, u64, Vec<Field>),
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }

    fn raw(&mut self, count: usize) -> Field {
        Field::Raw(self.take(count).to_vec())
    }

    fn number(&mut self, width: usize) -> usize {
        let bytes = self.take(width).iter().rev();
        bytes.fold(0, |number, &byte| number << 8 | usize::from(byte))
    }

    fn text(&mut self) -> Field {
        let length = self.number(8);
        Field::Long(8, 0, Box::new(self.raw(length)))
    }

    fn list(&mut self, width: usize, each: &dyn Fn(&mut Self) -> Field) -> Field {
        let count = self.number(width);
        Field::Counted(width, 0, (0..count).map(|_| each(self)).collect())
    }
}

/// The fields of a proof file (spec 8.2), the statement's among them.
pub fn proof_file(bytes: &[u8]) -> Field {
    let mut file = Reader(bytes);
    let head = [file.raw(8), file.raw(4)];
    let length = file.number(4);
    let statement = statement(file.take(length));
    let nonce = file.raw(8);
    let proofs = file.list(4, &|file| {
        let claims = file.list(4, &|file| file.raw(16));
        let length = file.number(4);
        let packed = file.take(length);
        // Roots, then the rest.
        let roots = packed[..96]
            .chunks(32)
            .map(|root| Field::Raw(root.to_vec()));
        let rest = packed[96..]
            .chunks(64)
            .map(|part| Field::Raw(part.to_vec()));
        let packed = Field::Group(roots.chain(rest).collect());
        Field::Group(vec![claims, Field::Long(4, 0, Box::new(packed))])
    });
    assert!(file.0.is_empty());
    let [magic, version] = head;
    let statement = Field::Long(4, 0, Box::new(statement));
    Field::Group(vec![magic, version, statement, nonce, proofs])
}

fn statement(bytes: &[u8]) -> Field {
    let mut head = Reader(bytes);
    let fields = vec![
        head.raw(4),
        head.text(),
        head.raw(32),
        head.list(8, &|head| Field::Group(vec![head.text(), head.raw(8)])),
        head.text(),
        head.text(),
        head.text(),
        head.list(8, &|head| Field::Group(vec![head.text(), head.raw(32)])),
        head.list(8, &|head| Field::Group(vec![head.text(), head.raw(32)])),
        head.raw(32),
        head.list(8, &|head| head.raw(32)),
        head.text(),
        head.text(),
        Field::Raw(head.0.to_vec()),
    ];
    Field::Group(fields)
}

/// The proof files of a set.
pub fn set_file(files: &[Vec<u8>], magic: &[u8], version: u32) -> Field {
    let each = files
        .iter()
        .map(|file| Field::Long(4, 0, Box::new(Field::Raw(file.clone()))));
    Field::Group(vec![
        Field::Raw(magic.to_vec()),
        Field::Raw(version.to_le_bytes().to_vec()),
        Field::Counted(4, 0, each.collect()),
    ])
}

impl Field {
    pub fn bytes(&self) -> Vec<u8> {
        let number = |width: usize, count: usize, lie: u64| {
            let bytes = (count as u64).wrapping_add(lie).to_le_bytes();
            bytes[..width].to_vec()
        };
        let all = |fields: &[Field]| fields.iter().flat_map(Field::bytes).collect::<Vec<u8>>();
        match self {
            Self::Raw(bytes) => bytes.clone(),
            Self::Group(fields) => all(fields),
            Self::Long(width, lie, inner) => {
                let inner = inner.bytes();
                [number(*width, inner.len(), *lie), inner].concat()
            }
            Self::Counted(width, lie, fields) => {
                [number(*width, fields.len(), *lie), all(fields)].concat()
            }
        }
    }

    fn inner(&mut self) -> &mut [Field] {
        match self {
            Self::Raw(_) => &mut [],
            Self::Long(_, _, inner) => std::slice::from_mut(inner),
            Self::Group(fields) | Self::Counted(_, _, fields) => fields,
        }
    }

    fn size(&mut self) -> usize {
        1 + self.inner().iter_mut().map(Self::size).sum::<usize>()
    }

    /// Damages one field: this one, or one within it.
    pub fn damage(&mut self, random: &mut Random) {
        let mut place = random.below(self.size());
        let mut field = self;
        'down: while place > 0 {
            place -= 1;
            for inner in field.inner() {
                let size = inner.size();
                if place < size {
                    // The borrow checker does not see that this one is left at once.
                    field = inner;
                    continue 'down;
                }
                place -= size;
            }
            unreachable!("the place is in one of them");
        }
        field.change(random);
    }

    fn change(&mut self, random: &mut Random) {
        let extremes = [1, u64::MAX, 1 << 16, 1 << 31, u64::MAX >> 1, 1 << 32, 2, 7];
        let lied = extremes[random.below(extremes.len())];
        match self {
            Self::Raw(bytes) => raw(bytes, random),
            Self::Long(_, lie, inner) => match random.below(2) {
                0 => *lie = lied,
                _ => inner.change(random),
            },
            Self::Counted(_, lie, _) if random.below(3) == 0 => *lie = lied,
            Self::Group(fields) | Self::Counted(_, _, fields) => {
                if fields.is_empty() {
                    return fields.push(Field::Raw(vec![0; 16]));
                }
                let (at, to) = (random.below(fields.len()), random.below(fields.len()));
                match random.below(5) {
                    0 => drop(fields.remove(at)),
                    1 => fields.insert(to, fields[at].clone()),
                    2 => fields.swap(at, to),
                    3 => fields[to] = fields[at].clone(),
                    _ => fields.reverse(),
                }
            }
        }
    }
}

fn raw(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len());
    match random.below(9) {
        0 | 1 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
        2 if !bytes.is_empty() => bytes[at] = bytes[at].wrapping_add(1),
        3 => bytes.fill(0),
        4 => bytes.fill(0xff),
        5 => bytes.truncate(at),
        6 => bytes.extend([0; 3]),
        7 => *bytes = "\u{1b}[2Jverified\u{202e}".into(),
        _ => bytes.clear(),
    }
}
