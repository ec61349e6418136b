//! `attnc fmt`: what it writes, what it shows, and what it leaves.

use crate::house::House;

const UGLY: &str =
    "circuit c(n=3){private input x[n]:0..9 // what is given\r\n public output y[n]\n y[i in n]=x[i]}";
const LAID: &str = "circuit c(n = 3) {
    private input x[n] : 0..9  // what is given
    public output y[n]
    y[i in n] = x[i]
}
";

#[test]
fn a_file_is_laid_out_once_and_checked() {
    let house = House::new();
    house.write("a.attn", UGLY);
    house.write("b.attn", LAID);
    house.write("c.attn", "circuit c { y = }");
    let checked = house.run(&["fmt", "--check", "a.attn", "b.attn", "--json"]);
    assert_eq!(checked.json()["files"][0]["changed"], true);
    assert_eq!(checked.json()["files"][1]["changed"], false);
    house.run(&["fmt", "--check", "a.attn"]).fails(1, &[]);
    assert_eq!(house.read("a.attn"), UGLY.as_bytes());
    house.run(&["fmt", "a.attn", "b.attn"]).works();
    assert_eq!(house.read("a.attn"), LAID.as_bytes());
    house.run(&["fmt", "--check", "a.attn", "b.attn"]).works();
    house.run(&["fmt"]).fails(1, &["E003"]);
    assert_eq!(house.read("c.attn"), b"circuit c { y = }");
    house.run(&["fmt", "a.attn", "-"]).fails(2, &["alone"]);
}
