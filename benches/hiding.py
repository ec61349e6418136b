#!/usr/bin/env python3
"""What hiding costs: every example with private inputs, proved at `standard` with and without `--hiding`.

Bytes are means of `--repeat` proofs, less the statement; the time is the least CPU time of the command,
compiling included, so that other work on the machine counts little. Needs a release build.

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
    """Bytes and CPU seconds, without hiding and with it."""
    inputs, fixed = folder / "in.json", folder / "fixed.npz"
    sample = [attnc, "sample", program, "-o", inputs]
    with_fixed = []
    if "fixed input" in program.read_text():
        sample += ["--draw-fixed", fixed]
        with_fixed = ["--fixed", fixed]
    subprocess.run(sample, check=True, capture_output=True)
    costs = []
    for mode in ([], ["--hiding"]):
        taken, sizes = [], []
        for _ in range(repeat):
            out = folder / "out.proof"
            command = [attnc, "prove", program, "--input", inputs, *with_fixed, "--json", "-o", out]
            seconds, told = cpu_seconds(command + plan + mode)
            taken.append(seconds)
            sizes.append(told["packed_bytes"])
        costs.append((statistics.mean(sizes), min(taken)))
    return costs


def main():
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("programs", nargs="*", type=Path)
    asked.add_argument("--plan", help="of all programs; their first one without it")
    asked.add_argument("--repeat", type=int, default=3)
    asked.add_argument("--attnc", default=os.fspath(ROOT / "target" / "release" / "attnc"))
    asked = asked.parse_args()
    plan = ["--plan", asked.plan] if asked.plan else []
    print(f"{'program':<22}{'bytes':>9}{'hiding':>9}{'ratio':>7}{'CPU s':>8}{'hiding':>8}{'ratio':>7}")
    for program in asked.programs or examples():
        with tempfile.TemporaryDirectory() as folder:
            costs = measure(asked.attnc, program, plan, asked.repeat, Path(folder))
        (size, seconds), (hidden_size, hidden_seconds) = costs
        print(
            f"{program.stem:<22}{size:>9.0f}{hidden_size:>9.0f}{hidden_size / size:>7.3f}"
            f"{seconds:>8.2f}{hidden_seconds:>8.2f}{hidden_seconds / seconds:>7.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
