#!/usr/bin/env bash
# The study of stories260k.attn: 56 cells, 12 proofs besides, the page, and the tables of README.md.
# The cells go on where they were interrupted; without target/model_study all is measured again.
#
#     examples/model_study/run.sh [MODEL]
#
# MODEL is the folder of model.npz, seen from the root of the repository. With ATTNC=path that
# command is measured, and nothing is built.
set -euo pipefail
cd "$(dirname "$0")/../.."
model=${1:-../shared/models/stories260K-int}
if [ ! -f "$model/model.npz" ]; then
    echo "no $model/model.npz: give the folder that has the model's integers: run.sh MODEL" >&2
    exit 2
fi
if [ -z "${ATTNC:-}" ]; then
    cargo build --release -p attnc
fi
attnc=${ATTNC:-target/release/attnc}
program=examples/stories260k.attn
out=target/model_study
mkdir -p "$out"

"$attnc" sweep "$program" --fixed "$model/model.npz" -p steps=16,32,64,128,256 \
    --plans fused,layers,open_layers,halves,lookups --security standard,fast -o "$out"
"$attnc" report "$out"

# A study is of one file of weights: each depth is a study of its own. Five layers are in the first.
python3 examples/model_study/first_layers.py "$model/model.npz" 1 2 3 -o "$out"
for depth in 1 2 3; do
    "$attnc" sweep "$program" --fixed "$out/layers_$depth.npz" -p "layers=$depth" -p steps=64 \
        --plans fused,layers -o "$out/depth_$depth"
done

# Each layer's proof: linked; and open, by a command that makes no other, for its time and memory.
for steps in 64 256; do
    of=("$program" --fixed "$model/model.npz" -p "steps=$steps")
    "$attnc" sample "${of[@]}" -o "$out/tokens_$steps.json"
    prove=("$attnc" prove "${of[@]}" --input "$out/tokens_$steps.json" -o "$out/one.proof" --json)
    "${prove[@]}" --plan layers --check > "$out/layers_$steps.json"
    for layer in 0 1 2 3 4; do
        "${prove[@]}" --plan open_layers --only "layer.$layer" --check \
            > "$out/alone_${steps}_$layer.json"
    done
done

python3 examples/model_study/table.py "$attnc" "$model/model.npz" --study "$out" \
    --write examples/model_study/README.md
cp "$out/study.csv" "$out/report.html" examples/model_study
