//! What the grammar skips, by the tokens that it stands between: comments and empty lines.

use std::collections::HashMap;

use pest::iterators::Pair;

use crate::syntax::parse::Rule;

/// A comment on a line of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    pub text: String,
    /// An empty line stands above.
    pub apart: bool,
}

/// What stands around a token.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// On lines above the token.
    pub above: Vec<Own>,
    /// An empty line stands between that, or what is before, and the token.
    pub apart: bool,
    /// At the end of the token's line, and below in the same column.
    pub after: Vec<String>,
}

/// By where a token begins.
pub struct Trivia(HashMap<usize, Around>);

impl Trivia {
    /// Of a whole text. A comment at the end of a line of which `alone` holds is put on the next.
    pub fn of(source: &str, program: &Pair<Rule>, alone: impl Fn(&str) -> bool) -> Self {
        let mut found: HashMap<usize, Around> = HashMap::new();
        let mut before: Option<(usize, usize)> = None;
        for (start, text) in tokens(program) {
            let from = before.map_or(0, |(start, length)| start + length);
            let mut gap = Gap::of(source, from, start);
            let line = gap
                .above
                .first()
                .filter(|own| gap.first_is_after && !alone(&own.text));
            if let Some((token, _)) = before.filter(|_| line.is_some()) {
                found.entry(token).or_default().after = gap.take_after();
            }
            let around = found.entry(start).or_default();
            around.above = gap.above;
            around.apart = gap.apart;
            before = Some((start, text.len()));
        }
        Self(found)
    }

    /// What stands around a token, which is then nowhere else.
    pub fn take(&mut self, token: usize) -> Around {
        self.0.remove(&token).unwrap_or_default()
    }

    pub fn take_above(&mut self, token: usize) -> (Vec<Own>, bool) {
        let Some(around) = self.0.get_mut(&token) else {
            return (Vec::new(), false);
        };
        (
            std::mem::take(&mut around.above),
            std::mem::take(&mut around.apart),
        )
    }

    pub fn take_after(&mut self, token: usize) -> Vec<String> {
        self.0
            .get_mut(&token)
            .map_or(Vec::new(), |around| std::mem::take(&mut around.after))
    }

    /// Whether nothing is left that was not taken.
    pub fn is_empty(&self) -> bool {
        let none = |around: &Around| around.above.is_empty() && around.after.is_empty();
        self.0.values().all(none)
    }
}

/// The tokens under a pair, each with where it begins; the last of a text is empty.
pub fn tokens<'i>(pair: &Pair<'i, Rule>) -> Vec<(usize, &'i str)> {
    let mut found = Vec::new();
    let mut open = vec![pair.clone()];
    while let Some(pair) = open.pop() {
        let inner: Vec<_> = pair.clone().into_inner().collect();
        if inner.is_empty() {
            found.extend(words(&pair));
        }
        open.extend(inner.into_iter().rev());
    }
    found
}

/// The tokens of a pair that has no others in it: pest counts what is skipped before a look ahead in.
pub fn words<'i>(pair: &Pair<'i, Rule>) -> Vec<(usize, &'i str)> {
    let (start, text) = (pair.as_span().start(), pair.as_str());
    match pair.as_rule() {
        Rule::path | Rule::quoted | Rule::EOI => vec![(start, text)],
        // `reach =`, of a call.
        Rule::named => {
            let sign = text.len() - 1;
            vec![(start, word(text)), (start + sign, &text[sign..])]
        }
        _ => vec![(start, word(text))],
    }
}

fn word(text: &str) -> &str {
    let end = text.find([' ', '\t', '\r', '\n']).unwrap_or(text.len());
    let end = text.find("//").map_or(end, |comment| comment.min(end));
    &text[..end]
}

/// What stands between two tokens.
struct Gap {
    above: Vec<Own>,
    apart: bool,
    /// The first comment stands on the line of the token before.
    first_is_after: bool,
    columns: Vec<usize>,
}

impl Gap {
    fn of(source: &str, from: usize, to: usize) -> Self {
        let mut gap = Self {
            above: Vec::new(),
            apart: false,
            first_is_after: false,
            columns: Vec::new(),
        };
        let mut ends = 0;
        let mut at = from;
        while at < to {
            let rest = &source[at..to];
            if !rest.starts_with("//") {
                ends += usize::from(rest.starts_with('\n'));
                at += rest.chars().next().map_or(1, char::len_utf8);
                continue;
            }
            let length = rest.find('\n').unwrap_or(rest.len());
            if gap.above.is_empty() {
                gap.first_is_after = ends == 0;
            }
            gap.above.push(Own {
                text: rest[..length].trim_end().to_string(),
                apart: ends > 1,
            });
            let line = source[..at].rfind('\n').map_or(0, |end| end + 1);
            gap.columns.push(source[line..at].chars().count());
            at += length;
            ends = 0;
        }
        gap.apart = ends > 1;
        gap
    }

    /// The comment at the end of the line, and those that go on below it.
    fn take_after(&mut self) -> Vec<String> {
        let column = self.columns[0];
        let goes_on =
            |(at, own): (usize, &Own)| at == 0 || (!own.apart && self.columns[at] == column);
        let count = self.above.iter().enumerate();
        let count = count.take_while(|(at, own)| goes_on((*at, *own))).count();
        let lines = self.above.drain(..count);
        lines.map(|own| own.text).collect()
    }
}
