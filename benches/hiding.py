#!/usr/bin/env python3
"""What hiding costs: every example with private inputs, proved at `standard` with and without `--hiding`.

Bytes are means of `--repeat` proofs, less the statement; times are the least: of proving, as the command says
it, and of CPU of the whole command, compiling included, so that other work on the machine counts little. Needs
a release build.

    benches/hiding.py [FILE...] [--repeat 3] [--attnc target/release/attnc]
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def cpu_seconds(command):
    """Runs a command; its CPU time, and what it prints as JSON."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, json.loads(done.stdout)


def examples():
    """The examples with private inputs and a size of their own."""
    found = sorted((ROOT / "examples").glob("*.attn"))
    found += sorted((ROOT / "examples" / "cookbook").glob("*.attn"))
    return [path for path in found if "private input" in path.read_text()]


def measure(attnc, program, plan, repeat, folder):
    """Bytes, milliseconds to prove and CPU seconds, without hiding and with it."""
    inputs, fixed = folder / "in.json", folder / "fixed.npz"
    sample = [attnc, "sample", program, "-o", inputs]
    with_fixed = []
    if "fixed input" in program.read_text():
        sample += ["--draw-fixed", fixed]
        with_fixed = ["--fixed", fixed]
    subprocess.run(sample, check=True, capture_output=True)
    costs = []
    for mode in ([], ["--hiding"]):
        taken, proving, sizes = [], [], []
        for _ in range(repeat):
            out = folder / "out.proof"
            command = [attnc, "prove", program, "--input", inputs, *with_fixed, "--json", "-o", out]
            seconds, told = cpu_seconds(command + plan + mode)
            taken.append(seconds)
            proving.append(told["prove_ms"])
            sizes.append(told["packed_bytes"])
        costs.append((statistics.mean(sizes), min(proving), min(taken)))
    return costs


def main():
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("programs", nargs="*", type=Path)
    asked.add_argument("--plan", help="of all programs; their first one without it")
    asked.add_argument("--repeat", type=int, default=3)
    asked.add_argument("--attnc", default=os.fspath(ROOT / "target" / "release" / "attnc"))
    asked = asked.parse_args()
    plan = ["--plan", asked.plan] if asked.plan else []
    heads = ("bytes", "prove ms", "CPU s")
    print(f"{'program':<22}" + "".join(f"{head:>9}{'hiding':>9}{'ratio':>7}" for head in heads))
    for program in asked.programs or examples():
        with tempfile.TemporaryDirectory() as folder:
            costs = measure(asked.attnc, program, plan, asked.repeat, Path(folder))
        columns = zip(*costs, (".0f", ".0f", ".2f"), strict=True)
        cells = (f"{plain:>9{form}}{hidden:>9{form}}{hidden / plain:>7.3f}" for plain, hidden, form in columns)
        print(f"{program.stem:<22}" + "".join(cells), flush=True)


if __name__ == "__main__":
    main()
