#!/usr/bin/env python3
"""Asks the model: makes the input of a question, its proof and the key, and shows what the proof says.

    python examples/adder/ask.py target/release/attnc 457+268=

Everything is in target/adder; the proof and the key are all that a verifier needs.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from tokens import read, written

HERE = Path(__file__).resolve().parent
PROGRAM = [HERE / "adder.attn", "--fixed", HERE / "weights.npz"]


def attnc(binary, *words):
    """What a command of attnc prints as JSON; what it finds wrong ends this."""
    ended = subprocess.run([binary, *map(str, words), "--json"], capture_output=True, text=True)
    if ended.returncode != 0:
        sys.exit(ended.stdout + ended.stderr)
    return json.loads(ended.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("attnc", help="the command")
    parser.add_argument("question", help="two numbers from 100 to 999, as 457+268=")
    parser.add_argument("--folder", type=Path, default=Path("target/adder"), help="where files are written")
    args = parser.parse_args()
    try:
        tokens = read(args.question)
    except ValueError as error:
        parser.error(error)
    args.folder.mkdir(parents=True, exist_ok=True)
    question, proof, key = (args.folder / name for name in ("question.json", "adder.proof", "adder.key"))
    question.write_text(json.dumps({"question": tokens}) + "\n")

    attnc(args.attnc, "key", *PROGRAM, "-o", key)
    began = time.monotonic()
    attnc(args.attnc, "prove", *PROGRAM, "--input", question, "-o", proof)
    took = time.monotonic() - began
    verified = attnc(args.attnc, "verify", proof, "--key", key)

    shown = verified["statement"]
    print(written(shown["inputs"]["question"]) + written(shown["outputs"]["answer"]))
    print(f"{proof}: {proof.stat().st_size:,} bytes, made in {took:.2f} s, verified in {verified['verify_ms']:.1f} ms")
    print(f"attnc verify {proof} --key {key}")


if __name__ == "__main__":
    main()
