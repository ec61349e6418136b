//! The text of a random plan.

use std::collections::BTreeSet;

use super::{pick, Member, Writer, LETTERS, PARAMS, PROOFS};
use crate::common::trees::Cut;

impl Writer<'_> {
    pub(super) fn region(&self) -> Vec<String> {
        let named = self.random.region.iter();
        let named = named.map(|&which| &pick(&self.members, which).name);
        let named: BTreeSet<&String> = named.collect();
        named.into_iter().cloned().collect()
    }

    /// The terms of each set but the first, and everything that they hold.
    fn sets(&self, region: &[String]) -> (Vec<Vec<String>>, BTreeSet<String>) {
        let values: Vec<&Member> = self
            .members
            .iter()
            .filter(|m| !m.cuttable.is_empty())
            .collect();
        let mut placed: BTreeSet<String> = BTreeSet::new();
        let mut sets = Vec::new();
        for proof in &self.random.plan.others {
            let mut terms = Vec::new();
            for &which in &proof.members {
                let whole = which >= 240 && !region.is_empty();
                let named: Vec<String> = match which % 8 {
                    _ if whole => region.to_vec(),
                    // Whatever it is; mostly it is a value.
                    0 => vec![pick(&self.members, which / 8).name.clone()],
                    _ if values.is_empty() => Vec::new(),
                    _ => vec![pick(&values, which / 8).name.clone()],
                };
                let fits = placed.len() + named.len() < self.members.len();
                if !fits || named.is_empty() || named.iter().any(|name| placed.contains(name)) {
                    continue;
                }
                placed.extend(named.iter().cloned());
                terms.push(if whole {
                    "side".into()
                } else {
                    named[0].clone()
                });
            }
            if !terms.is_empty() {
                sets.push(terms);
            }
        }
        (sets, placed)
    }

    pub(super) fn plan(&mut self, region: &[String]) -> String {
        let plan = &self.random.plan;
        let (sets, placed) = self.sets(region);
        let all: Vec<String> = sets.concat();
        let rest: Vec<&Member> = self.members.iter().collect();
        let rest: Vec<&Member> = rest
            .into_iter()
            .filter(|m| !placed.contains(&m.name))
            .collect();
        let minus = all.iter().map(|term| format!(" - {term}"));
        let cuts = self.cuts(&plan.first, &rest, PROOFS);
        let mut lines = vec![format!("proof p0: *{}{cuts}", minus.collect::<String>())];
        let each = PROOFS / sets.len().max(1);
        for (number, (terms, proof)) in sets.iter().zip(&plan.others).enumerate() {
            let own = |member: &&Member| {
                terms.contains(&member.name)
                    || terms.contains(&"side".to_string()) && region.contains(&member.name)
            };
            let own: Vec<&Member> = self.members.iter().filter(own).collect();
            let cuts = self.cuts(&proof.cuts, &own, each);
            lines.push(format!(
                "proof p{}: {}{cuts}",
                number + 1,
                terms.join(" + ")
            ));
        }
        let mut said = BTreeSet::new();
        for (open, between) in &plan.open {
            let word = if *open { "open" } else { "linked" };
            let ends = between.map(|(a, b)| {
                let proofs = sets.len() + 1;
                let (a, b) = (usize::from(a) % proofs, usize::from(b) % proofs);
                (a.min(b), a.max(b))
            });
            if sets.is_empty() || !said.insert(ends) {
                continue;
            }
            match ends {
                None => lines.push(format!("{word} *")),
                Some((a, b)) if a < b => lines.push(format!("{word} p{a} | p{b}")),
                Some(_) => {}
            }
        }
        lines
            .iter()
            .map(|line| format!("        {line}\n"))
            .collect()
    }

    /// Cuts of one proof into so many pieces at most.
    fn cuts(&self, cuts: &[Cut], of: &[&Member], most: usize) -> String {
        let (mut text, mut pieces, mut known) = (String::new(), 1, BTreeSet::new());
        let cuttable: Vec<&(String, usize)> = of.iter().flat_map(|m| &m.cuttable).collect();
        for cut in cuts {
            if cuttable.is_empty() {
                continue;
            }
            let (over, size) = pick(&cuttable, cut.over);
            let [first, second, third] = cut.ends.map(usize::from);
            // All boundaries linked, or all open, or as it comes.
            let is_open = match self.random.plan.open.first() {
                None => false,
                Some((open, None)) => *open,
                Some(_) => cut.open,
            };
            let open = if is_open { " open" } else { "" };
            let group = 1 + first % size;
            let ends: BTreeSet<usize> = [1 + first % size, 1 + second % size, *size].into();
            let (count, how) = match cut.form % 3 {
                0 => (*size, format!(" by {over}")),
                1 => (size.div_ceil(group), format!(" by {group} {over}")),
                _ => {
                    let mut from = 0;
                    let mut ranges = Vec::new();
                    for &end in &ends {
                        ranges.push(match third % 4 {
                            0 => format!("{from}..={}", end - 1),
                            _ => format!("{from}..{end}"),
                        });
                        from = end;
                    }
                    (ends.len(), format!(" {over} {}", ranges.join(" | ")))
                }
            };
            // An index over a parameter is cut by the name of either.
            let letter = LETTERS.iter().position(|letter| over.starts_with(letter));
            let same = letter.map_or(over.as_str(), |place| PARAMS[place]);
            if pieces * count > most || !known.insert(same) {
                continue;
            }
            pieces *= count;
            text += &format!("{open}{how}");
        }
        text
    }
}
