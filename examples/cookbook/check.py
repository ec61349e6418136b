#!/usr/bin/env python3
"""Checks the recipes of the cookbook: each program against its twin, and its proof.

    python examples/cookbook/check.py target/debug/attnc [RECIPE...] [-p NAME=VALUE] [--seeds N]

For each: `attnc check`; `attnc run` on samples of some seeds, and on inputs at the ends of their
ranges, where every output must be the twin's, element by element; then `key`, `prove` and `verify` of
the first sample, where the statement must show the public inputs and the twin's outputs. Fixed inputs
are drawn too, into a file of their own, which `verify` does not need. Beside that,
outputs must on average be within a unit of what real numbers give. Without names: all recipes, and the
block beside them. The first difference ends it, with exit status 1.
"""

import argparse
import inspect
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import reals
import twins

HERE = Path(__file__).resolve().parent
PROGRAMS = {path.stem: path for path in [*sorted(HERE.glob("*.attn")), HERE.parent / "block.attn"]}

# Nothing is rounded in these, so that there is nothing to hold against real numbers.
EXACT = {"embedding", "lookup", "argmax"}

# Their pieces are held against real numbers in recipes of their own.
PIECES = {"library"}

# What is run beside a program's own size: where its pieces have one element, several heads to a group and
# none, windows of one position and of all.
SIZES = {
    "library": [
        "steps=1 hidden=1 heads=1 share=1 width=1 reach=1",
        "steps=3 hidden=5 heads=6 share=3 width=2 reach=1",
        "steps=13 hidden=33 heads=4 share=1 width=3 reach=99",
    ],
}

# Their programs assert that weights are small, which the ends of ranges are not.
SMALL = {"bounded"}


class Different(Exception):
    """What differs, or which command failed."""


def attnc(binary, *words):
    """Runs a command and returns the object that `--json` prints, or None if it prints nothing."""
    command = [str(word) for word in (binary, *words, "--json")]
    try:
        ended = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise Different(f"cannot run {binary}: {error.strerror}") from None
    if ended.returncode != 0:
        raise Different(f"exit status {ended.returncode}: {' '.join(command)}\n{said(ended)}")
    return json.loads(ended.stdout) if ended.stdout.strip() else None


def said(ended):
    """The errors of a command in lines, or all that it printed."""
    try:
        errors = json.loads(ended.stdout)["errors"]
        return "\n".join(f"  {e['code']} at line {e['line'] or '-'}: {e['message']}" for e in errors)
    except (ValueError, KeyError, TypeError):
        return (ended.stdout + ended.stderr).strip()


def same(what, found, expected):
    """Refuses two dicts of arrays that differ, with the first place where they do."""
    if set(found) != set(expected):
        raise Different(f"{what}: it has {sorted(found)}, expected are {sorted(expected)}")
    for name, array in found.items():
        array, other = np.asarray(array), np.asarray(expected[name])
        if array.shape != other.shape:
            raise Different(f"{what}: {name} has shape {array.shape}, expected is {other.shape}")
        places = np.argwhere(array != other)
        if len(places):
            at = tuple(int(index) for index in places[0])
            raise Different(
                f"{what}: {name}{list(at)} is {array[at]}, expected is {other[at]}; "
                f"{len(places)} of {array.size} elements differ"
            )


def error(outputs, real):
    """How far outputs are from real ones, in units of the output: at most, and on average."""
    far = np.concatenate([np.abs(outputs[name] - real[name]).ravel() for name in real])
    if not far.mean() <= 1:
        raise Different(f"outputs are {far.mean():.2f} units from real numbers on average")
    return far.max(), far.mean()


class Sample:
    """Tensors by name, and the words with which the command line takes them from files."""

    def __init__(self, inputs, fixed, stem):
        self.inputs, self.fixed = inputs, fixed
        self.all = {**inputs, **fixed}
        self.words = []
        for option, tensors in [("--input", inputs), ("--fixed", fixed)]:
            if tensors:
                path = stem.with_suffix(f".{option[2:]}.npz")
                np.savez(path, **tensors)
                self.words += [option, path]


def read(path):
    with np.load(path) as file:
        return dict(file)


def draw(binary, program, params, seed, fixed, folder):
    """A sample that attnc draws."""
    inputs, weights = folder / "drawn.npz", folder / "drawn_fixed.npz"
    also = ["--draw-fixed", weights] if fixed else []
    attnc(binary, "sample", program, *params, "--seed", seed, "-o", inputs, *also)
    return Sample(read(inputs), read(weights) if fixed else {}, folder / str(seed))


def at_the_ends(tensors):
    """Tensors of which every element is the least or the largest of its range."""
    random = np.random.default_rng(0)
    ends = {name: [int(end) for end in t["range"].split("..=")] for name, t in tensors.items()}
    return {name: random.choice(ends[name], size=t["shape"]) for name, t in tensors.items()}


def words(size):
    """Parameters and their values, as the command line takes them."""
    return [word for name, value in size for word in ("-p", f"{name}={value}")]


def check(binary, name, given, seeds, folder):
    """The whole way of one recipe. Returns the line that is printed of it."""
    program, twin, real = PROGRAMS[name], getattr(twins, name, None), getattr(reals, name, None)
    if twin is None:
        raise Different(f"twins.py has no {name}")
    if (real is None) != (name in EXACT | PIECES):
        raise Different(f"{name} must be either in reals.py or in EXACT or PIECES")
    known = inspect.signature(twin).parameters
    params = words(given)

    checked = attnc(binary, "check", program, *params)
    tensors, fixed = ({t["name"]: t for t in checked[kind]} for kind in ("inputs", "fixed"))

    def run(what, sample, size=given):
        keywords = {key: int(value) for key, value in size if key in known}
        outputs, out = twin(sample.all, **keywords), folder / "out.npz"
        attnc(binary, "run", program, *words(size), *sample.words, "-o", out)
        same(f"run, {what}", read(out), outputs)
        return outputs

    for size in [] if given else SIZES.get(name, []):
        other = [tuple(each.split("=")) for each in size.split()]
        run(size, draw(binary, program, words(other), 0, fixed, folder), other)

    samples = [draw(binary, program, params, seed, fixed, folder) for seed in range(seeds)]
    outputs = [run(f"seed {seed}", sample) for seed, sample in enumerate(samples)]
    weights = samples[0].fixed if name in SMALL else at_the_ends(fixed)
    run("ends of ranges", Sample(at_the_ends(tensors), weights, folder / "ends"))
    keywords = {key: int(value) for key, value in given if key in known}
    errors = [error(o, real(s.all, **keywords)) for s, o in zip(samples, outputs)] if real else []

    first, key, proof = samples[0], folder / "key", folder / "proof"
    attnc(binary, "key", program, *params, *first.words, "-o", key)
    proved = attnc(binary, "prove", "--key", key, *first.words, "-o", proof)
    verified = attnc(binary, "verify", proof, "--key", key)
    public = {n: first.inputs[n] for n, tensor in tensors.items() if tensor["public"]}
    same("statement, inputs", verified["statement"]["inputs"], public)
    same("statement, outputs", verified["statement"]["outputs"], outputs[0])

    most = max((most for most, _ in errors), default=0)
    mean = np.mean([mean for _, mean in errors] or [0])
    return (
        f"{proved['columns']:7} {proved['packed_bytes']:7,} {proved['prove_ms']:9.0f}"
        f" {verified['verify_ms']:10.1f} {most:6.2f} {mean:5.2f}"
    )


def pair(text):
    name, equals, value = text.partition("=")
    if not (name and equals and value.lstrip("-").isdigit()):
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=VALUE with an integer")
    return name, value


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("attnc", type=Path, help="the command that is checked with")
    parser.add_argument("recipe", nargs="*", help=f"any of {', '.join(PROGRAMS)}")
    parser.add_argument("-p", type=pair, action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--seeds", type=int, default=3, help="samples that are run (default: 3)")
    args = parser.parse_args()
    unknown = sorted(set(args.recipe) - set(PROGRAMS))
    if unknown:
        parser.error(f"there is no recipe {', '.join(unknown)}")
    if args.seeds < 1:
        parser.error("--seeds must be 1 at least")
    names = args.recipe or list(PROGRAMS)
    began = time.monotonic()
    print(f"{'recipe':18} columns   bytes  prove ms  verify ms  error  mean", flush=True)
    for name in names:
        try:
            with tempfile.TemporaryDirectory(prefix="cookbook-") as folder:
                line = check(args.attnc, name, args.p, args.seeds, Path(folder))
        except Different as different:
            sys.exit(f"{name}: {different}")
        print(f"{name:18} {line}", flush=True)
    print(f"{len(names)} recipes are their twins', and prove, in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
