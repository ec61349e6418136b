//! Proves and verifies one program on random inputs.
use attnc::prove::*;
use attnc::security::Setting;
use attnc::statement::*;
use attnc::verify::*;
use attnc_compiler::eval::{evaluate, Assignment};
use attnc_compiler::tensor::Tensor;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let source = std::fs::read_to_string(&args[1]).unwrap();
    let setting: Setting = args[2].parse().unwrap();
    let plan = args[3].clone();
    let overrides: Vec<(String, i64)> = args[4..]
        .iter()
        .map(|a| {
            let (n, v) = a.split_once('=').unwrap();
            (n.to_string(), v.parse().unwrap())
        })
        .collect();
    let t = std::time::Instant::now();
    let (ast, mut graph) = attnc_compiler::analyse(&source, &overrides).unwrap_or_else(|d| {
        eprintln!(
            "{}",
            attnc_compiler::diagnostic::render(&d, &args[1], &source, false)
        );
        std::process::exit(1)
    });
    for t in &mut graph.tables {
        if t.from_input {
            t.entries = (0..t.domain.size() as i64)
                .map(|i| (t.range.hi as i64 - i * 16).max(0))
                .collect();
        }
    }
    let c = attnc_compiler::assemble(ast, graph, if plan == "-" { None } else { Some(&plan) })
        .unwrap_or_else(|d| {
            eprintln!(
                "{}",
                attnc_compiler::diagnostic::render(&d, &args[1], &source, false)
            );
            std::process::exit(1)
        });
    println!("compile {:?}", t.elapsed());
    let mut cols = 0;
    let mut cells = 0u64;
    for k in &c.circuit.components {
        let w = k.fixed.len() + k.count.columns + k.count.interaction_columns();
        cols += w;
        cells += (w as u64) << k.log_rows;
        println!(
            "{:30} proof {} rows {} 2^{} fixed {} main {} lanes {} sends {} inter {} deg {}",
            k.name,
            k.proof,
            k.rows,
            k.log_rows,
            k.fixed.len(),
            k.count.columns,
            k.count.lane_weights,
            k.count.sends.len(),
            k.count.interaction_columns(),
            k.count.max_degree()
        );
    }
    println!(
        "columns {cols} cells {cells} ranges {:?} bus {}",
        c.circuit.ranges,
        c.circuit.log2_bus_degree()
    );
    let mut seed = 12345u64;
    let mut next = || {
        seed = seed
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (seed >> 33) as i128
    };
    let inputs = c
        .graph
        .inputs
        .iter()
        .map(|i| {
            let n: u64 = i.shape.iter().product();
            Tensor {
                shape: i.shape.iter().map(|&x| x as usize).collect(),
                data: (0..n)
                    .map(|_| (i.range.lo + next() % i.range.size()) as i64)
                    .collect(),
            }
        })
        .collect();
    let assignment = Assignment {
        inputs,
        tables: c.graph.tables.iter().map(|t| t.entries.clone()).collect(),
    };
    let t = std::time::Instant::now();
    let ev = evaluate(&c.graph, &assignment).unwrap_or_else(|e| panic!("{e}"));
    println!("evaluate {:?}", t.elapsed());
    let layout = layout_digest(&c.circuit).unwrap();
    let claimed = Claimed {
        program: Digest::of("x", b""),
        layout,
        params: vec![],
        tables: vec![],
        context: String::new(),
    };
    let t = std::time::Instant::now();
    let proved = prove(&c.circuit, &ev, setting, &claimed).unwrap_or_else(|e| panic!("{e}"));
    println!("prove {:?} {:?}", t.elapsed(), proved.times);
    let packed: usize = proved.session.proofs.iter().map(|p| p.packed.len()).sum();
    let json: usize = proved.measured.iter().map(|m| m.json_bytes).sum();
    let est: usize = proved.measured.iter().map(|m| m.size_estimate).sum();
    println!("packed {packed} json {json} estimate {est}");
    let pre = proved.session.statement.preprocessed.clone();
    let expected = Expected {
        circuit: &c.circuit,
        program: claimed.program,
        layout,
        params: &[],
        tables: &[],
        preprocessed: &pre,
        min_security: 0.0,
        min_proven_security: 0.0,
        context: None,
    };
    let parts: Vec<Part> = proved
        .session
        .proofs
        .iter()
        .map(|p| Part {
            claims: p.claims.clone(),
            packed: &p.packed,
        })
        .collect();
    let t = std::time::Instant::now();
    verify(
        &expected,
        &proved.session.statement,
        proved.session.nonce,
        &parts,
    )
    .unwrap_or_else(|e| panic!("{e}"));
    println!("verify {:?}", t.elapsed());
}
