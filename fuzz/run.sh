#!/usr/bin/env bash
# Fuzzes the readers: fuzz/run.sh [SECONDS [TARGET...]], 20 seconds of each by default. Findings are
# left in fuzz/artifacts, and end the run. What the fuzzer learns stays in fuzz/learned.
#
# It needs nothing that is installed besides the toolchain: the flags are those of cargo-fuzz 0.13.2,
# which runs the same targets.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-20}
shift || true
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then targets=(source input key proof); fi

# A short run is over before what is optimised is compiled.
profile=release
if [ "$seconds" -lt 120 ]; then profile=quick; fi
flags=(
    --cfg fuzzing
    -Zsanitizer=address
    -Cpasses=sancov-module
    -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
    -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares
    -Cllvm-args=-sanitizer-coverage-stack-depth
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0
)
# With a target of its own nothing that runs while it builds has a sanitizer. Sanitizers are unstable;
# the pinned stable toolchain takes them with RUSTC_BOOTSTRAP.
host=$(rustc -vV | sed -n 's/^host: //p')
RUSTC_BOOTSTRAP=1 RUSTFLAGS="${flags[*]}" cargo build --manifest-path fuzz/Cargo.toml \
    --profile $profile --target "$host" --target-dir target/fuzz --bins

export ASAN_OPTIONS=detect_odr_violation=0
for target in "${targets[@]}"; do
    mkdir -p "fuzz/learned/$target" "fuzz/artifacts/$target"
    most=65536
    if [ "$target" = source ]; then most=8192; fi
    dictionary=()
    if [ "$target" = source ] || [ "$target" = key ]; then dictionary=(-dict=fuzz/attn.dict); fi
    echo "== $target: $seconds s"
    "target/fuzz/$host/$profile/$target" "fuzz/learned/$target" "fuzz/corpus/$target" \
        -artifact_prefix="fuzz/artifacts/$target/" -max_total_time="$seconds" -max_len=$most \
        -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 "${dictionary[@]}" 2>&1 |
        grep -vE '^#|NEW_FUNC|^INFO' || exit 1
done
