//! The cases of each gadget, that the programs must reach.

use attnc_compiler::circuit::gadgets::clip::Bounds;
use attnc_compiler::circuit::gadgets::Gadget;

fn held(what: &str, bounds: &Bounds) -> Vec<String> {
    let ends = match (bounds.above, bounds.below) {
        (true, true) => "both ends",
        (true, false) => "above",
        (false, true) => "below",
        (false, false) => "no end",
    };
    let ranged = if bounds.ranged { "ranged" } else { "looked up" };
    vec![format!("{what}: {ends}"), format!("{what}: {ranged}")]
}

/// The cases of a gadget that the programs must reach. A new gadget does not compile here.
pub fn cases(gadget: &Gadget) -> Vec<String> {
    match gadget {
        Gadget::Clip(clip) => held("clip", &clip.bounds),
        Gadget::Divide(divide) => {
            let (least, most) = divide.divisor;
            let divisor = if least == most {
                "constant"
            } else {
                "variable"
            };
            let sign = if divide.signed.is_some() {
                "signed"
            } else {
                "plain"
            };
            let ranged = match (divide.public, divide.clips) {
                (true, true) => "public by another name",
                (true, false) => "public",
                (false, _) => "ranged",
            };
            let clipped = divide.clipped.iter();
            let clipped = clipped.flat_map(|bounds| held("clipped quotient", bounds));
            let mut cases = vec![
                format!("{:?}: {divisor}", divide.policy),
                format!("{:?}: {sign}", divide.policy),
                format!("{:?}: {ranged}", divide.policy),
            ];
            cases.extend(clipped);
            cases
        }
        Gadget::Magnitude(_) => vec!["magnitude".into()],
        Gadget::Root(root) => {
            let which = if root.nearest { "nearest" } else { "down" };
            vec![format!("root: {which}")]
        }
        Gadget::Sign(_) => vec!["sign".into()],
        Gadget::Zero(_) => vec!["zero".into()],
        Gadget::Maximum(maximum) => {
            let ranged = if maximum.bound.is_some() {
                "itself"
            } else {
                "by a clip"
            };
            let gated = maximum.gate.map(|_| "maximum: gated".to_string());
            let ranged = format!("maximum: ranged {ranged}");
            gated.into_iter().chain([ranged]).collect()
        }
        Gadget::Select(select) => {
            vec![format!(
                "select: {}",
                if select.larger { "larger" } else { "smaller" }
            )]
        }
        Gadget::Lookup(_) => vec!["lookup".into()],
        Gadget::Pick(pick) => {
            let what = if pick.lanes > 1 { "vector" } else { "element" };
            vec![format!("pick: {what}")]
        }
        Gadget::Offer(offer) => {
            let what = match offer.elements[..] {
                [_] => "element",
                _ => "vector",
            };
            vec![format!("offer: {what}")]
        }
    }
}
