//! What a proof has to be about.

use crate::session::statement::{Digest, Statement};

/// What a proof has to be about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub circuit: &'a str,
    pub params: &'a [(String, i64)],
    pub program: Digest,
    pub plan: &'a str,
    pub tables: &'a [(String, Digest)],
    pub fixed: &'a [(String, Digest)],
    /// Who says so: `the key is for`, or a program in its place.
    pub says: &'static str,
    /// What to do about other parameters, another plan, other tables, other fixed inputs.
    pub hints: [&'static str; 4],
}

impl Subject<'_> {
    /// In what a proof's statement, its public tensors aside, is about something else: a sentence.
    pub fn mismatch(&self, head: &Statement) -> Option<String> {
        let other = |what: &str, found: &str, expected: &str, hint: &str| {
            Some(format!(
                "the proof is about {what} {found}, {} {expected}{hint}",
                self.says
            ))
        };
        let [parameters_hint, plan_hint, tables_hint, fixed_hint] = self.hints;
        if head.circuit != self.circuit {
            let (found, expected) = (&head.circuit, &self.circuit);
            let quoted = |name: &str| format!("`{name}`");
            return other("the circuit", &quoted(found), &quoted(expected), "");
        }
        if head.params != self.params {
            // Only those that differ.
            let differing = |params: &[(String, i64)], others: &[(String, i64)]| {
                let kept = params.iter().filter(|param| !others.contains(param));
                listed(&kept.cloned().collect::<Vec<_>>())
            };
            let found = differing(&head.params, self.params);
            let expected = differing(self.params, &head.params);
            return other("the parameters", &found, &expected, parameters_hint);
        }
        if head.program != self.program {
            let (found, expected) = (head.program.to_string(), self.program.to_string());
            return other("a program with the digest", &found, &expected, "");
        }
        if head.plan != self.plan {
            let (found, expected) = (format!("`{}`", head.plan), format!("`{}`", self.plan));
            return other("the plan", &found, &expected, plan_hint);
        }
        for (what, found, expected, hint) in [
            ("table", &head.tables, self.tables, tables_hint),
            ("fixed input", &head.fixed, self.fixed, fixed_hint),
        ] {
            let mut both = found.iter().zip(expected);
            if let Some(((name, found), (_, expected))) = both.find(|(a, b)| a != b) {
                let what = format!("a {what} `{name}` with the digest");
                let (found, expected) = (found.to_string(), expected.to_string());
                return other(&what, &found, &expected, hint);
            }
        }
        None
    }
}

/// `a = 1, b = 2`, or `none`.
pub fn listed(params: &[(String, i64)]) -> String {
    let each: Vec<String> = params
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    if each.is_empty() {
        "none".to_string()
    } else {
        each.join(", ")
    }
}
