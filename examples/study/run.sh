#!/usr/bin/env bash
# The published study and its completion: 480 proofs and the page. Goes on where it was interrupted.
# Where the published figures come from is in README.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --release -p attnc
target/release/attnc sweep examples/decode.attn \
    -p steps=8,16,32,64 -p heads=1,2,4,8,16 -p width=8,16,32,64,128,256 \
    --plans fused,sidecar --security seed,standard -o target/study
target/release/attnc report target/study -o target/study/report.html
