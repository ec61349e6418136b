//! A tensor in a line: a scalar whole, of anything else the first elements and how they spread.

use attnc_compiler::meaning::dims::Dim;

/// Elements that are shown.
const HEAD: usize = 8;

/// Whether a line leaves out some of them.
pub fn is_cut(elements: &[i64]) -> bool {
    elements.len() > HEAD
}

/// `= 5`, or `= [1, 2, 3], from 1 to 3`; what does not fit the line is left out at an ellipsis.
pub fn glimpse(dims: &[Dim], elements: &[i64]) -> String {
    if let ([], [scalar]) = (dims, elements) {
        return format!("= {scalar}");
    }
    let (Some(least), Some(most)) = (elements.iter().min(), elements.iter().max()) else {
        return "= []".into();
    };
    let head: Vec<String> = elements.iter().take(HEAD).map(i64::to_string).collect();
    let more = match is_cut(elements) {
        true => format!(", ... {} in all", elements.len()),
        false => String::new(),
    };
    format!("= [{}{more}], from {least} to {most}", head.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_much_it_leaves_out() {
        assert_eq!(glimpse(&[], &[-5]), "= -5");
        assert_eq!(glimpse(&[Dim::Static(0)], &[]), "= []");
        let dims = [Dim::Static(2), Dim::Static(2)];
        assert_eq!(
            glimpse(&dims, &[3, -1, 2, 0]),
            "= [3, -1, 2, 0], from -1 to 3"
        );
        let elements: Vec<i64> = (0..100).collect();
        let shown = "= [0, 1, 2, 3, 4, 5, 6, 7, ... 100 in all], from 0 to 99";
        assert_eq!(glimpse(&[Dim::Static(100)], &elements), shown);
    }
}
