#!/usr/bin/env python3
"""Holds stories260k.attn against the model that it is, tensor by tensor, layer by layer.

    python examples/stories260k.py target/release/attnc ../shared/models/stories260K-int [--texts N]

The folder has the model in integers (model.npz), two texts with the digest of every tensor of every layer
(golden.json), and the reference that they were made with (reference.py). What `attnc run --show` prints must
have these digests, and of N texts drawn at random, of 1 to 100 tokens, must be what the reference computes,
or be refused where it refuses. The first difference ends it, with exit status 1.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

PROGRAM = Path(__file__).resolve().parent / "stories260k.attn"

# The model's names of what a layer computes; where heads are two values of the program, both.
NAMES = {
    "n1": ["n1"], "qpre": ["even", "odd"], "kpre": ["flat"], "q": ["rope#2.y", "rope#3.y"], "k": ["k"],
    "v": ["v"], "peak": ["attend#1.peak", "attend#2.peak"], "mass": ["attend#1.mass", "attend#2.mass"],
    "o": ["o0", "o1"], "xm": ["m"], "n2": ["n2"], "a": ["a"], "u": ["u"], "h": ["h"], "x": ["more"],
}
LAST = {"nF": "nf", "logits": "logit", "argmax": "next"}


class Refused(Exception):
    """What attnc says of a run that leaves a range."""


def run(binary, model, tokens, folder):
    """Every tensor of every layer, each by the model's name, a row a token; and those behind the layers."""
    (folder / "in.json").write_text(json.dumps({"token": [int(token) for token in tokens]}))
    show = ",".join([*(name for names in NAMES.values() for name in names), *LAST.values()])
    words = ["run", PROGRAM, "-p", f"steps={len(tokens)}", "--fixed", model, "--input", folder / "in.json"]
    command = [binary, *words, "--show", show, "-o", folder / "out.npz"]
    ended = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if ended.returncode == 1:
        raise Refused(ended.stderr)
    if ended.returncode != 0:
        sys.exit(ended.stdout + ended.stderr)
    with np.load(folder / "out.npz") as file:
        found = dict(file)
    rows = lambda array: array.reshape(len(tokens), -1)
    both = lambda names, layer: rows(np.stack([found[name][layer] for name in names], axis=2))
    layers = range(len(found["n1"]))
    return (
        [{ours: both(names, layer) for ours, names in NAMES.items()} for layer in layers],
        {ours: found[name] for ours, name in LAST.items()},
    )


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array, dtype="<i4").tobytes()).hexdigest()


def same(what, found, expected):
    if not np.array_equal(found, expected):
        sys.exit(f"{what} differs")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    arguments.add_argument("attnc", help="the command")
    arguments.add_argument("model", type=Path, help="the model's folder")
    arguments.add_argument("--texts", type=int, default=8, help="how many texts are drawn")
    given = arguments.parse_args()
    if not (given.model / "model.npz").is_file():
        print(f"skipped: no {given.model / 'model.npz'}")
        return
    model = given.model / "model.npz"
    sys.path.insert(0, str(given.model))
    import reference

    golden = json.loads((given.model / "golden.json").read_text())
    exact = reference.Model(model)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, text in golden["texts"].items():
            try:
                layers, last = run(given.attnc, model, text["ids"], folder)
            except Refused as refused:
                sys.exit(f"{name} is refused: {refused}")
            for number, (layer, digests) in enumerate(zip(layers, text["layers"], strict=True)):
                for tensor, array in layer.items():
                    same(f"{name}: {tensor} of layer {number}", digest(array), digests[tensor])
            for tensor in ["nF", "logits"]:
                same(f"{name}: {tensor}", digest(last[tensor]), text[tensor])
            same(f"{name}: the next tokens", last["argmax"], text["argmax"])
            print(f"{name}: {len(text['ids'])} tokens, every tensor of {len(layers)} layers")
        random = np.random.default_rng(0)
        for number in range(given.texts):
            tokens = random.integers(0, 512, random.integers(1, 101))
            kept = []
            try:
                logits = exact.forward(tokens, kept)
            except (OverflowError, AssertionError):
                logits = None
            try:
                layers, last = run(given.attnc, model, tokens, folder)
            except Refused as refused:
                if logits is not None:
                    sys.exit(f"text {number} is refused: {refused}")
                print(f"text {number}: {len(tokens)} tokens, refused by both")
                continue
            if logits is None:
                sys.exit(f"text {number} is not refused")
            for depth, (layer, expected) in enumerate(zip(layers, kept)):
                for tensor, array in layer.items():
                    expect = np.asarray(expected[tensor]).reshape(array.shape)
                    same(f"text {number}: {tensor} of layer {depth}", array, expect)
            same(f"text {number}: logits", last["logits"], logits)
            same(f"text {number}: the next tokens", last["argmax"], logits.argmax(axis=-1))
            print(f"text {number}: {len(tokens)} tokens, every tensor")


if __name__ == "__main__":
    main()
