#!/usr/bin/env bash
# Fuzzes the readers: fuzz/run.sh [SECONDS [TARGET...]], 20 seconds of each by default. Findings are
# left in fuzz/artifacts, and end the run. What the fuzzer learns stays in fuzz/learned.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-20}
shift || true
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then targets=(source input key proof); fi

if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "cargo-fuzz is missing: cargo install cargo-fuzz --version 0.13.2 --locked" >&2
    exit 1
fi
# Sanitizers are unstable; the pinned stable toolchain takes them with this variable.
export RUSTC_BOOTSTRAP=1
for target in "${targets[@]}"; do
    mkdir -p "fuzz/learned/$target"
    most=65536
    if [ "$target" = source ]; then most=8192; fi
    dictionary=()
    if [ "$target" = source ] || [ "$target" = key ]; then dictionary=(-dict=fuzz/attn.dict); fi
    echo "== $target: $seconds s"
    cargo fuzz run "$target" "fuzz/learned/$target" "fuzz/corpus/$target" -- \
        -max_total_time="$seconds" -max_len=$most -timeout=10 -rss_limit_mb=2048 \
        -print_final_stats=1 "${dictionary[@]}" 2>&1 |
        grep -vE '^#|NEW_FUNC|^INFO' || exit 1
done
