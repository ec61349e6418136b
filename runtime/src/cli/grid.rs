//! A sweep's grid as it is given on the command line.

use std::path::Path;

use attnc::laboratory::study::Axis;
use attnc::session::security::Security;
use attnc::Program;

use crate::cli::failure::Failure;

/// The most shapes that a sweep takes.
const MAX_SHAPES: usize = 100_000;

/// `name=value,value`.
pub fn axis(text: &str) -> Result<Axis, String> {
    let (name, values) = text
        .split_once('=')
        .ok_or("write it as name=value,value, for example -p steps=8,16,32")?;
    let name = name.trim();
    if values.trim().is_empty() {
        return Err(format!(
            "`{name}` has no values: write for example -p {name}=8,16,32"
        ));
    }
    let mut axis = Axis {
        name: name.to_string(),
        values: Vec::new(),
    };
    for value in values.split(',').map(str::trim) {
        let number = value
            .parse()
            .map_err(|_| format!("`{value}` is not an integer that `{name}` can be set to"))?;
        if axis.values.contains(&number) {
            return Err(format!("`{name}` has the value {number} twice"));
        }
        axis.values.push(number);
    }
    Ok(axis)
}

/// Values of parameters.
pub struct Shape {
    /// As the grid gives them.
    pub given: Vec<(String, i64)>,
    /// All; those that are given if the program does not compile with them.
    pub params: Vec<(String, i64)>,
}

pub struct Shapes {
    /// At the first shape that compiles.
    pub program: Program,
    /// The first axis varies slowest.
    pub shapes: Vec<Shape>,
}

/// All combinations of values.
pub fn shapes(file: &Path, axes: &[Axis]) -> Result<Shapes, Failure> {
    for (position, axis) in axes.iter().enumerate() {
        if axes[..position]
            .iter()
            .any(|earlier| earlier.name == axis.name)
        {
            let message = format!("the parameter `{}` is given twice", axis.name);
            let hint = format!(
                "give all of its values at once, for example -p {}=8,16",
                axis.name
            );
            return Err(Failure::misuse(message).hint(hint));
        }
    }
    let sizes = axes.iter().map(|axis| axis.values.len());
    let count = sizes.fold(1, usize::saturating_mul);
    if count > MAX_SHAPES {
        let message = format!("the grid has {count} shapes, {MAX_SHAPES} at most");
        return Err(Failure::misuse(message));
    }
    let mut all: Vec<Vec<(String, i64)>> = vec![Vec::new()];
    for axis in axes {
        let longer = |shape: &Vec<(String, i64)>| {
            let shape = shape.clone();
            let with = move |&value: &i64| {
                let mut shape = shape.clone();
                shape.push((axis.name.clone(), value));
                shape
            };
            axis.values.iter().map(with).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(longer).collect();
    }
    let (mut first, mut wrong) = (None, None);
    let mut shapes = Vec::new();
    for given in all {
        let params = match Program::read(file, &given) {
            Ok(program) => {
                let params = program.params();
                first.get_or_insert(program);
                params
            }
            Err(failure) => {
                wrong.get_or_insert(failure);
                given.clone()
            }
        };
        shapes.push(Shape { given, params });
    }
    match (first, wrong) {
        (Some(program), _) => Ok(Shapes { program, shapes }),
        (None, Some(error)) => Err(error.into()),
        (None, None) => Err(Failure::misuse("the grid is empty")),
    }
}

/// Plans by name or text, as the program calls them; all declared ones if none is given.
pub fn plans(given: &[String], program: &Program) -> Result<Vec<String>, Failure> {
    let mut plans: Vec<String> = Vec::new();
    for text in given.iter().flat_map(|text| split(text)) {
        if text.is_empty() {
            return Err(Failure::misuse("a plan in --plans has no name")
                .hint("write for example --plans fused,sidecar"));
        }
        let name = program.plan(Some(text))?.name.clone();
        if !plans.contains(&name) {
            plans.push(name);
        }
    }
    if given.is_empty() {
        plans.extend(program.graph.plans.iter().map(|plan| plan.name.clone()));
    }
    Ok(plans)
}

/// Settings, each once.
pub fn securities(given: &[String]) -> Result<Vec<Security>, Failure> {
    let mut all: Vec<Security> = Vec::new();
    for text in given {
        // A whole setting has commas of its own.
        let some: Vec<Security> = match text.trim().parse() {
            Ok(security) => vec![security],
            Err(_) => {
                let each = text.split(',').map(|part| part.trim().parse());
                let each = each.collect::<Result<_, _>>();
                each.map_err(|error| Failure::misuse(format!("--security: {error}")))?
            }
        };
        for security in some {
            if !all.contains(&security) {
                all.push(security);
            }
        }
    }
    Ok(all)
}

/// Splits at commas that stand in no brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0i32);
    for (at, character) in text.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth <= 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_split_outside_of_brackets() {
        assert_eq!(split("fused, sidecar"), ["fused", "sidecar"]);
        assert_eq!(
            split("a,proof p: * steps 0..max(1, 2) | 2..4,b"),
            ["a", "proof p: * steps 0..max(1, 2) | 2..4", "b"]
        );
        assert_eq!(split("a,"), ["a", ""]);
    }

    #[test]
    fn settings_with_commas_are_one() {
        let text = |given: &str| {
            let all = securities(&[given.to_string()]).unwrap();
            all.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let one = "96 bits: blowup 4, 38 queries, grinding 20";
        assert_eq!(text(one), [one]);
        assert_eq!(text("seed, standard,100,seed"), ["seed", "standard", "100"]);
        assert!(securities(&["seed,,fast".to_string()]).is_err());
    }

    #[test]
    fn axes_are_read() {
        let read = axis("steps=8, 16,-3").unwrap();
        assert_eq!(
            (read.name.as_str(), read.values),
            ("steps", vec![8, 16, -3])
        );
        for wrong in ["steps", "steps=", "steps=8,,9", "steps=8,8", "steps=8,x"] {
            assert!(axis(wrong).is_err(), "{wrong}");
        }
    }
}
