//! How a tensor is shown where it is read by people: its range, and the ends of what is long.

use serde_json::Value;

/// A list that is longer is shown by its ends.
const WHOLE: usize = 12;
/// How many elements an end has.
const END: usize = 3;
/// As both, for the dimensions before the last two, of which every element takes lines.
const WHOLE_OUTER: usize = 4;
const END_OUTER: usize = 1;
const ELLIPSIS: &str = "...";

/// A tensor as nested arrays below its name: `y[2, 3], from -1 to 7` and its elements, indented.
pub fn head(name: &str, nested: &Value) -> String {
    let Value::Array(_) = nested else {
        return format!("{name} = {nested}\n");
    };
    let Some((least, most)) = range(nested) else {
        return format!("{name} = {nested}\n");
    };
    let width = width(nested, depth(nested));
    let range = match least == most {
        true => format!("all {least}"),
        false => format!("from {least} to {most}"),
    };
    let rows = lines(nested, depth(nested), width);
    format!("{name}, {range}\n  {}\n", rows.join("\n  "))
}

/// The least element and the most.
fn range(nested: &Value) -> Option<(i64, i64)> {
    match nested {
        Value::Array(elements) => elements
            .iter()
            .filter_map(range)
            .reduce(|(a, b), (c, d)| (a.min(c), b.max(d))),
        element => element.as_i64().map(|element| (element, element)),
    }
}

fn depth(nested: &Value) -> usize {
    match nested {
        Value::Array(elements) => 1 + elements.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// What is shown of a list: its elements, with a gap at `None`.
fn shown(elements: &[Value], depth: usize) -> impl Iterator<Item = Option<&Value>> {
    let (whole, end) = match depth {
        0..=2 => (WHOLE, END),
        _ => (WHOLE_OUTER, END_OUTER),
    };
    let (first, gap, last) = match elements.len() <= whole {
        true => (elements, None, &elements[..0]),
        false => (
            &elements[..end],
            Some(None),
            &elements[elements.len() - end..],
        ),
    };
    first
        .iter()
        .map(Some)
        .chain(gap)
        .chain(last.iter().map(Some))
}

/// The characters of the widest element that is shown.
fn width(nested: &Value, depth: usize) -> usize {
    match nested {
        Value::Array(elements) => shown(elements, depth)
            .flatten()
            .map(|element| width(element, depth.saturating_sub(1)))
            .max()
            .unwrap_or(0),
        element => element.to_string().len(),
    }
}

/// A line for each row, as NumPy prints an array.
fn lines(nested: &Value, depth: usize, width: usize) -> Vec<String> {
    let Value::Array(elements) = nested else {
        return vec![format!("{nested:>width$}", nested = nested.to_string())];
    };
    if depth <= 1 {
        let row = shown(elements, depth).map(|element| match element {
            Some(element) => format!("{:>width$}", element.to_string()),
            None => ELLIPSIS.to_string(),
        });
        return vec![format!("[{}]", row.collect::<Vec<_>>().join(" "))];
    }
    let mut all = Vec::new();
    for element in shown(elements, depth) {
        match element {
            Some(element) => all.extend(lines(element, depth - 1, width)),
            None => all.push(ELLIPSIS.to_string()),
        }
    }
    let last = all.len().saturating_sub(1);
    let bracketed = all.into_iter().enumerate().map(|(place, line)| {
        let before = if place == 0 { "[" } else { " " };
        let after = if place == last { "]" } else { "" };
        format!("{before}{line}{after}")
    });
    let bracketed: Vec<String> = bracketed.collect();
    match bracketed.is_empty() {
        true => vec!["[]".to_string()],
        false => bracketed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_small_is_shown_whole() {
        assert_eq!(head("mean", &json!(7)), "mean = 7\n");
        assert_eq!(
            head("y[3]", &json!([-3, 10, 1])),
            "y[3], from -3 to 10\n  [-3 10  1]\n"
        );
        assert_eq!(
            head("y[2, 2]", &json!([[1, -20], [3, 4]])),
            "y[2, 2], from -20 to 4\n  [[  1 -20]\n   [  3   4]]\n"
        );
        assert_eq!(head("y[2]", &json!([5, 5])), "y[2], all 5\n  [5 5]\n");
        assert_eq!(head("y[0]", &json!([])), "y[0] = []\n");
        // Rows of a cache grow.
        assert_eq!(
            head("y[2, 1 + i0]", &json!([[1], [2, 3]])),
            "y[2, 1 + i0], from 1 to 3\n  [[1]\n   [2 3]]\n"
        );
    }

    #[test]
    fn what_is_large_is_shown_by_its_ends() {
        let row: Vec<i64> = (0..1000).collect();
        assert_eq!(
            head("y[1000]", &json!(row)),
            "y[1000], from 0 to 999\n  [  0   1   2 ... 997 998 999]\n"
        );
        let cube = json!(vec![vec![row; 20]; 20]);
        let text = head("y[20, 20, 1000]", &cube);
        assert_eq!(text.lines().count(), 1 + 2 * 7 + 1, "{text}");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "  [[[  0   1   2 ... 997 998 999]");
        assert_eq!(lines[4], "    ...");
        assert_eq!(lines[7], "    [  0   1   2 ... 997 998 999]]");
        assert_eq!(lines[8], "   ...");
        assert_eq!(lines[15], "    [  0   1   2 ... 997 998 999]]]");
        // What is not shown counts for the range.
        let mut row = vec![0; 100];
        row[50] = -7;
        assert!(head("y[100]", &json!(row)).starts_with("y[100], from -7 to 0\n"));
    }
}
