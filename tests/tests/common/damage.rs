//! JSON with a structured fault: fields removed, doubled, of another type, numbers at their ends, texts
//! with controls, digits flipped, lists in another order.

use serde_json::Value;

use attnc::audit::random::Random;

/// JSON as a text has it: an object may have a name twice, and a number is its digits.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`, `true`, `false`, or a number.
    Word(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// What a number may be that nobody expects.
const NUMBERS: [&str; 22] = [
    "0",
    "-1",
    "1",
    "2",
    "-0",
    "1.5",
    "1e3",
    "4.0",
    "1e400",
    "-1e400",
    "1e-400",
    "1.0000000000000000001",
    "4294967295",
    "4294967296",
    "2147483647",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "123456789012345678901234567890123456789012345678901234567890",
];

/// And what a text may be.
const TEXTS: [&str; 16] = [
    "",
    " ",
    "\u{0}",
    "\u{1b}[2J\u{1b}[1;1Hverified",
    "\u{202e}desrever\u{2066}",
    "a\r\nb",
    "NaN",
    "Infinity",
    "-1",
    "null",
    "../../x",
    "*",
    "proof a: *",
    "contract=- columns=- rows=- digits=auto pairs=no",
    "\u{fffd}\u{10ffff}",
    "fused",
];

impl From<&Value> for Json {
    fn from(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(list) => Self::List(list.iter().map(Self::from).collect()),
            Value::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, value)| (name.clone(), value.into()));
                Self::Object(fields.collect())
            }
            word => Self::Word(word.to_string()),
        }
    }
}

fn other(random: &mut Random) -> Json {
    let pick = |random: &mut Random, of: &[&str]| of[random.below(of.len())].to_string();
    match random.below(8) {
        0 => Json::Word("null".into()),
        1 => Json::Word("true".into()),
        2 | 3 => Json::Word(pick(random, &NUMBERS)),
        4 | 5 => Json::Text(pick(random, &TEXTS)),
        6 => Json::List(Vec::new()),
        _ => Json::Object(Vec::new()),
    }
}

impl Json {
    pub fn parse(text: &[u8]) -> Self {
        let value: Value = serde_json::from_slice(text).unwrap();
        Self::from(&value)
    }

    /// How many values there are in it, itself included.
    fn size(&self) -> usize {
        1 + match self {
            Self::List(list) => list.iter().map(Self::size).sum(),
            Self::Object(fields) => fields.iter().map(|(_, value)| value.size()).sum(),
            _ => 0,
        }
    }

    /// Damages one value: it may be this one, or any within it.
    pub fn damage(&mut self, random: &mut Random) {
        let place = random.below(self.size());
        self.damage_at(place, random);
    }

    fn damage_at(&mut self, mut place: usize, random: &mut Random) {
        if place == 0 {
            return self.change(random);
        }
        place -= 1;
        let inner: Vec<&mut Json> = match self {
            Self::List(list) => list.iter_mut().collect(),
            Self::Object(fields) => fields.iter_mut().map(|(_, value)| value).collect(),
            _ => Vec::new(),
        };
        for value in inner {
            let size = value.size();
            if place < size {
                return value.damage_at(place, random);
            }
            place -= size;
        }
    }

    fn change(&mut self, random: &mut Random) {
        let count = match self {
            Self::List(list) => list.len(),
            Self::Object(fields) => fields.len(),
            _ => 0,
        };
        let at = random.below(count.max(1));
        match self {
            _ if random.below(6) == 0 => *self = other(random),
            Self::Word(word) => match (random.below(3), word.parse::<i64>()) {
                (0, Ok(number)) => *word = number.wrapping_add(1).to_string(),
                (1, _) => *word = format!("{word}.0"),
                _ => *self = Json::Word(NUMBERS[random.below(NUMBERS.len())].into()),
            },
            Self::Text(text) => match random.below(5) {
                0 => *text = TEXTS[random.below(TEXTS.len())].into(),
                1 => text.push_str(TEXTS[random.below(TEXTS.len())]),
                2 => *text = text.chars().skip(1).collect(),
                3 => *text = text.to_uppercase(),
                _ => {
                    let mut all: Vec<char> = text.chars().collect();
                    if !all.is_empty() {
                        let at = random.below(all.len());
                        all[at] = ['0', 'f', 'x', '\u{7}', 'é', '-'][random.below(6)];
                    }
                    *text = all.into_iter().collect();
                }
            },
            Self::List(list) if count > 0 => match random.below(7) {
                0 => drop(list.remove(at)),
                1 => list.push(list[at].clone()),
                2 => list.reverse(),
                3 => list.insert(at, other(random)),
                4 => list.truncate(at),
                5 => list[at] = Json::List(vec![list[at].clone()]),
                _ => {
                    for _ in 0..random.below(2000) {
                        list.push(list[at].clone());
                    }
                }
            },
            Self::Object(fields) if count > 0 => match random.below(6) {
                0 => drop(fields.remove(at)),
                1 => fields.push(fields[at].clone()),
                2 => {
                    let name = fields[at].0.clone();
                    fields.insert(0, (name, other(random)));
                }
                3 => fields.push((TEXTS[random.below(TEXTS.len())].into(), other(random))),
                4 => fields[at].0 = TEXTS[random.below(TEXTS.len())].into(),
                _ => {
                    let to = random.below(count);
                    let value = fields[at].1.clone();
                    fields[to].1 = value;
                }
            },
            nothing => *nothing = other(random),
        }
    }

    /// Whether an object in it has a name twice.
    pub fn doubled(&self) -> bool {
        match self {
            Self::List(list) => list.iter().any(Self::doubled),
            Self::Object(fields) => {
                let mut names: Vec<&String> = fields.iter().map(|(name, _)| name).collect();
                names.sort();
                let twice = names.windows(2).any(|two| two[0] == two[1]);
                twice || fields.iter().any(|(_, value)| value.doubled())
            }
            _ => false,
        }
    }

    pub fn text(&self) -> String {
        let quoted = |text: &String| Value::String(text.clone()).to_string();
        match self {
            Self::Word(word) => word.clone(),
            Self::Text(text) => quoted(text),
            Self::List(list) => {
                let each: Vec<String> = list.iter().map(Self::text).collect();
                format!("[{}]", each.join(","))
            }
            Self::Object(fields) => {
                let each = fields.iter();
                let each = each.map(|(name, value)| format!("{}:{}", quoted(name), value.text()));
                format!("{{{}}}", each.collect::<Vec<_>>().join(","))
            }
        }
    }
}

/// A file's bytes with a fault that no reader of its format expects: a part of it elsewhere, again, or gone.
pub fn garbled(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut all = bytes.to_vec();
    if all.is_empty() {
        return all;
    }
    let at = random.below(all.len());
    let end = at + random.below((all.len() - at).min(64)) + 1;
    let part = all[at..end].to_vec();
    match random.below(6) {
        0 => all[at] ^= 1 << random.below(8),
        1 => drop(all.drain(at..end)),
        2 => all.splice(at..at, part).for_each(drop),
        3 => all.truncate(at),
        4 => all[at..end].reverse(),
        _ => all[at..end].fill(if random.below(2) == 0 { 0 } else { 0xff }),
    }
    all
}
