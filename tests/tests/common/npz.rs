//! npz archives as they should be, and as they should not: every length, checksum and header can lie.

/// A member of an archive: an npy array.
#[derive(Clone, Debug)]
pub struct Member {
    pub name: String,
    /// The first bytes, with the version of the format.
    pub start: [u8; 8],
    pub descr: String,
    pub fortran: String,
    pub shape: String,
    pub data: Vec<u8>,
    /// What the header's length is said to be more than it is, and likewise.
    pub header_lie: u32,
    pub crc_lie: u32,
    pub size_lie: u32,
    pub packed_lie: u32,
    pub deflated: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Archive {
    pub members: Vec<Member>,
    pub count_lie: u16,
    pub offset_lie: u32,
}

impl Member {
    pub fn new(name: &str, shape: &[usize], data: &[i64]) -> Self {
        let sizes: Vec<String> = shape.iter().map(|size| format!("{size},")).collect();
        Self {
            name: format!("{name}.npy"),
            start: *b"\x93NUMPY\x01\x00",
            descr: "'<i8'".into(),
            fortran: "False".into(),
            shape: format!("({})", sizes.join(" ")),
            data: data.iter().flat_map(|x| x.to_le_bytes()).collect(),
            header_lie: 0,
            crc_lie: 0,
            size_lie: 0,
            packed_lie: 0,
            deflated: false,
        }
    }

    fn array(&self) -> Vec<u8> {
        let (descr, fortran, shape) = (&self.descr, &self.fortran, &self.shape);
        let mut header =
            format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}");
        while (header.len() + 11) % 64 != 0 {
            header.push(' ');
        }
        header.push('\n');
        let length = (header.len() as u32).wrapping_add(self.header_lie);
        let width = if self.start[6] == 1 { 2 } else { 4 };
        let mut out = self.start.to_vec();
        out.extend(&length.to_le_bytes()[..width]);
        out.extend(header.bytes());
        out.extend(&self.data);
        out
    }
}

impl Archive {
    pub fn bytes(&self) -> Vec<u8> {
        let (mut out, mut directory) = (Vec::new(), Vec::new());
        for member in &self.members {
            let array = member.array();
            let packed = match member.deflated {
                true => deflated(&array),
                false => array.clone(),
            };
            let crc = crc32(&array).wrapping_add(member.crc_lie);
            let size = |bytes: &[u8], lie: u32| (bytes.len() as u32).wrapping_add(lie);
            let mut head = Vec::new();
            head.extend([20, 0, 0, 0, 8 * u8::from(member.deflated), 0, 0, 0, 0x21, 0]);
            head.extend(crc.to_le_bytes());
            head.extend(size(&packed, member.packed_lie).to_le_bytes());
            head.extend(size(&array, member.size_lie).to_le_bytes());
            head.extend((member.name.len() as u16).to_le_bytes());
            head.extend([0, 0]);
            directory.extend(b"PK\x01\x02\x14\x00");
            directory.extend(&head);
            directory.extend([0; 10]);
            directory.extend((out.len() as u32).to_le_bytes());
            directory.extend(member.name.bytes());
            out.extend(b"PK\x03\x04");
            out.extend(&head);
            out.extend(member.name.bytes());
            out.extend(packed);
        }
        let start = (out.len() as u32).wrapping_add(self.offset_lie);
        let count = (self.members.len() as u16).wrapping_add(self.count_lie);
        out.extend(&directory);
        out.extend(b"PK\x05\x06\0\0\0\0");
        out.extend(count.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend((directory.len() as u32).to_le_bytes());
        out.extend(start.to_le_bytes());
        out.extend([0, 0]);
        out
    }
}

/// A deflate stream of blocks that are stored.
fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let count = bytes.chunks(65535).count();
    for (number, block) in bytes.chunks(65535).enumerate() {
        let length = block.len() as u16;
        out.push(u8::from(number + 1 == count));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}
