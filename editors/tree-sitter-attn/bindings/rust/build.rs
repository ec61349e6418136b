//! Compiles the generated parser.

fn main() {
    let parser = "src/parser.c";
    println!("cargo:rerun-if-changed={parser}");
    let mut build = cc::Build::new();
    build.std("c11").include("src").warnings(false).file(parser);
    build.compile("tree-sitter-attn");
}
