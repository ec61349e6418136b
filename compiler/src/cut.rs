use crate::derived::Derived;
use crate::diagnostic::{Diagnostic, Span};
use crate::graph::{Graph, Member};
use std::collections::BTreeMap;
pub struct Cut {
    pub derived: Derived,
    pub pieces: BTreeMap<Member, (Member, Option<usize>)>,
}
pub fn cut(
    _given: &Derived,
    _over: &str,
    _breaks: &[u64],
    _span: Span,
) -> Result<Cut, Vec<Diagnostic>> {
    todo!()
}
pub fn size_of(_graph: &Graph, _over: &str) -> Option<(String, u64)> {
    todo!()
}
