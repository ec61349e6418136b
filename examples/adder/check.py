#!/usr/bin/env python3
"""Checks the model: its accuracy, the program against its twin in NumPy, and that only its answer is proved.

    pip install -r examples/cookbook/requirements.txt
    python examples/adder/check.py target/release/attnc [--all]

The 10,000 questions that were held out of training are asked of the twin (model.py), with --all every question
that there is. The program's answers must be the twin's: with the weights that ship, to sums and to texts that
are none, and with weights drawn at random. Then one answer is proved and verified, and everything refused that
would show another. What is not so ends it, with exit status 1.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import cases
import model
import tokens

PROGRAM = Path(__file__).resolve().parent / "adder.attn"

# The least of the sums, carries through all columns and through none, the largest; one that README.md shows.
ASKED = ["100+100=", "500+500=", "555+445=", "123+876=", "999+999=", "457+268="]


class Wrong(Exception):
    """What is not as it must be."""


def attnc(binary, *words, status=0):
    """The object that a command prints; it must end with this status."""
    command = [str(word) for word in (binary, *words, "--json")]
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode != status:
        said = (ended.stdout + ended.stderr).strip()
        raise Wrong(f"exit status {ended.returncode}, not {status}: {' '.join(command)}\n{said}")
    return json.loads(ended.stdout) if ended.stdout.strip() else None


def given(folder, name, tensors):
    path = folder / f"{name}.json"
    path.write_text(json.dumps(tensors))
    return path


def runs_as_its_twin(binary, folder):
    random = np.random.default_rng(0)
    texts = random.integers(0, model.VOCABULARY, (6, model.PROMPT))
    questions = np.concatenate([np.array([tokens.read(text) for text in ASKED]), texts])
    drawn = [folder / f"drawn{seed}.npz" for seed in range(3)]
    for seed, path in enumerate(drawn):
        attnc(binary, "sample", PROGRAM, "--seed", seed, "-o", folder / "any.json", "--draw-fixed", path)
    for path in [model.WEIGHTS, *drawn]:
        expected = model.greedy(model.load(path), questions)
        for question, answer in zip(questions.tolist(), expected.tolist()):
            asked = given(folder, "question", {"question": question})
            said = given(folder, "answer", {"answer": answer})
            attnc(binary, "run", PROGRAM, "--fixed", path, "--input", asked, "--expect", said)
    return len(questions) * (1 + len(drawn))


def proves_its_answer_alone(binary, folder):
    question, answer, other = tokens.read("457+268="), [0, 7, 2, 5], [0, 7, 2, 6]
    fixed, key, proof = ["--fixed", model.WEIGHTS], folder / "key", folder / "proof"
    asked = given(folder, "question", {"question": question})
    attnc(binary, "key", PROGRAM, *fixed, "-o", key)
    proved = attnc(binary, "prove", PROGRAM, *fixed, "--input", asked, "-o", proof)
    verified = attnc(binary, "verify", proof, "--key", key)
    shown = verified["statement"]
    if (shown["inputs"], shown["outputs"]) != ({"question": question}, {"answer": answer}):
        raise Wrong(f"the statement shows {shown['inputs']} and {shown['outputs']}")

    # The program computes the answer: an input file has no place for one.
    claimed = given(folder, "claimed", {"question": question, "answer": other})
    attnc(binary, "prove", PROGRAM, *fixed, "--input", claimed, "-o", folder / "none", status=2)
    # A verifier who expects another answer.
    expected = given(folder, "expected", {"answer": other})
    attnc(binary, "verify", proof, "--key", key, "--expect", expected, status=1)
    # A statement that was changed. It has four bits a token, the first of two in the lower ones.
    packed = [bytes(a + 16 * b for a, b in zip(t[::2], t[1::2])) for t in (answer + question, other + question)]
    if proof.read_bytes().count(packed[0]) != 1:
        raise Wrong("the statement's bytes are not where they are looked for")
    changed = folder / "changed"
    changed.write_bytes(proof.read_bytes().replace(*packed))
    attnc(binary, "verify", changed, "--key", key, status=1)
    # Another model, of which one weight is changed: another key, which the proof is not of.
    weights = dict(np.load(model.WEIGHTS))
    weights["wq"][0, 0, 0] ^= 1
    np.savez(folder / "other.npz", **weights)
    attnc(binary, "verify", proof, "--program", PROGRAM, "--fixed", folder / "other.npz", status=1)
    took = f"proved in {proved['prove_ms']:.0f} ms, verified in {verified['verify_ms']:.1f} ms"
    return f"{proved['file_bytes']:,} bytes, {took}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("attnc", type=Path, help="the command that is checked with")
    parser.add_argument("--all", action="store_true", help="ask the twin all 810,000 questions")
    args = parser.parse_args()
    _, held_out = cases.split()
    wrong = cases.wrong(model.load(), held_out)
    print(cases.measured(held_out, wrong, "questions held out"), flush=True)
    if args.all:
        every = cases.every()
        print(cases.measured(every, cases.wrong(model.load(), every), "questions in all"), flush=True)
    try:
        if len(wrong) * 1000 > len(held_out):
            raise Wrong("less than 99.9 % of the questions held out are answered right")
        with tempfile.TemporaryDirectory(prefix="adder-") as folder:
            count = runs_as_its_twin(args.attnc, Path(folder))
            print(f"{count} runs are the twin's")
            print(f"457+268=0725: {proves_its_answer_alone(args.attnc, Path(folder))}")
    except Wrong as wrong:
        sys.exit(str(wrong))
    print("another answer, a changed statement and another model are refused")


if __name__ == "__main__":
    main()
