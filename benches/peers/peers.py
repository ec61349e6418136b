#!/usr/bin/env python3
"""The same attention head proved by EZKL and by attnc, in one run, as one table.

    cargo build --release -p attnc && benches/peers/peers.py [--shape 8x8 --shape 16x16] [--json]

EZKL comes from its Python package, at the version of requirements.txt, into a virtual environment under
target/peers; without it, or without a network to get it from, only attnc's rows are printed. Each step
of EZKL runs in a process of its own (ezkl_step.py), under a time limit. Both sides get the same random
reals. Nothing but packages is downloaded: EZKL's reference string is made here, and so is insecure.

Setup is `attnc key`, and EZKL's gen_settings, calibrate_settings, compile_circuit and setup, without the
reference string. Proving is the whole of `attnc prove`, from the program's text to the proof file, and
EZKL's gen_witness and prove. Verifying is the whole of `attnc verify`, and EZKL's verify. `--json` prints
{"rows": [...]}, each with the fields of Row (seconds and bytes) and its `statement` in words.
"""

import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# attention.attn's units: inputs 2^-7, context 2^-7 / fraction.
INPUT_UNIT = 2.0**-7
FRACTION = 16

# What `run_args` (EZKL's PyRunArgs) and `calibrate` (arguments of calibrate_settings) say beside the
# defaults. At a scale of 9 the error is about attnc's, and the cost that of 7. `--search` tries a grid.
PRIVATE = {"input_visibility": "private"}


def ezkl_choice(columns, base, legs, rows):
    """`columns` inner columns, folded into 2^rows rows if more; range checks in `legs` digits of `base`."""
    fold = {"max_logrows": rows} if rows else {}
    return {
        "run_args": PRIVATE
        | {
            "num_inner_cols": columns,
            "decomp_base": base,
            "decomp_legs": legs,
            "disable_freivalds": True,
        },
        "calibrate": {"scales": [9]} | fold,
    }


def ezkl_choices(positions):
    """The defaults, and the best settings found by hand for the two shapes measured."""
    return {
        "defaults": {},
        "least time": ezkl_choice(2, 1024, 2, 11 if positions <= 8 else 12),
        "least proof": ezkl_choice(1, 1024, 2, None),
    }


EZKL_GRID = [
    ezkl_choice(columns, base, legs, rows)
    for base, legs, least in ((256, 3, 9), (1024, 2, 11), (4096, 2, 13))
    for columns in (1, 2, 4, 8)
    for rows in range(least, 15)
]

EZKL_STEPS = ("model", "settle", "srs", "keys", "prove", "verify")


class Failed(Exception):
    """A step that gave no result; says why."""


@dataclass
class Row:
    """One prover at one setting on one shape. Seconds and bytes; None where there is no such thing."""

    shape: str
    system: str
    setting: str
    setup_seconds: float | None = None
    prove_seconds: float | None = None
    prove_cpu_seconds: float | None = None
    peak_rss_bytes: int | None = None
    proving_key_bytes: int | None = None
    verifying_key_bytes: int | None = None
    srs_bytes: int | None = None
    proof_bytes: int | None = None
    verify_seconds: float | None = None
    largest_error: float | None = None
    failure: str | None = None
    detail: dict = field(default_factory=dict)


def main():
    arguments = parse_arguments()
    attnc = find_attnc(arguments.attnc)
    python = None if arguments.no_ezkl else install(arguments.work)
    rows = []
    for positions, width in arguments.shape:
        shape = f"{positions}x{width}"
        reals = draw(positions, width, arguments.seed)
        expected = softmax_attention(reals)
        for setting in arguments.security:
            say(f"{shape}: attnc, {setting}")
            row = Row(shape, "attnc", setting)
            attempt(row, lambda: measure_attnc(row, attnc, reals, expected, arguments))
            rows.append(row)
        for name, settings in ezkl_settings(arguments, positions).items() if python else ():
            say(f"{shape}: EZKL, {name}")
            row = Row(shape, "EZKL", name)
            attempt(row, lambda: measure_ezkl(row, python, settings, reals, expected, arguments))
            rows.append(row)
    if arguments.json:
        told = [vars(row) | {"statement": None if row.failure else statement(row)} for row in rows]
        print(json.dumps({"rows": told}, indent=1))
    else:
        print_table(rows)
        print_statements(rows)
    # What a peer cannot do is a finding; what attnc cannot do is a failure.
    return 1 if any(row.failure and row.system == "attnc" for row in rows) else 0


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shape", action="append", type=read_shape, metavar="POSITIONSxWIDTH",
                        help="a head's shape; may be given again [default: 8x8 and 16x16]")
    parser.add_argument("--attnc", type=Path, default=ROOT / "target/release/attnc",
                        help="attnc's program [default: target/release/attnc]")
    parser.add_argument("--attnc-option", action="append", default=[], metavar="OPTION",
                        help="an option for both `attnc key` and `attnc prove`; may be given again")
    parser.add_argument("--security", action="append", metavar="SETTING",
                        help="attnc's setting; may be given again [default: standard and compact]")
    parser.add_argument("--ezkl", action="append", type=read_settings, metavar="NAME=JSON",
                        help="EZKL's settings instead of those built in: an object with `run_args` "
                        "(of PyRunArgs) and `calibrate` (of calibrate_settings); may be given again")
    parser.add_argument("--search", action="store_true",
                        help="try a grid of EZKL's settings instead: slow")
    parser.add_argument("--no-ezkl", action="store_true", help="only attnc's rows")
    parser.add_argument("--repeat", type=int, default=3,
                        help="prove and verify so often, print the fastest [default: 3]")
    parser.add_argument("--limit", type=float, default=900, metavar="SECONDS",
                        help="the longest that a step may take [default: 900]")
    parser.add_argument("--seed", type=int, default=1, help="of the random reals [default: 1]")
    parser.add_argument("--work", type=Path, default=ROOT / "target/peers",
                        help="where the environment and passing files go [default: target/peers]")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    arguments.shape = arguments.shape or [(8, 8), (16, 16)]
    arguments.security = arguments.security or ["standard", "compact"]
    if arguments.repeat < 1:
        parser.error("--repeat must be at least 1")
    arguments.work = arguments.work.resolve()
    arguments.work.mkdir(parents=True, exist_ok=True)
    return arguments


def read_shape(text):
    try:
        positions, width = (int(part) for part in text.split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a shape: write 8x8") from None
    if positions < 1 or width < 1:
        raise argparse.ArgumentTypeError(f"{text} has no entries")
    return positions, width


def read_settings(text):
    name, _, settings = text.partition("=")
    try:
        settings = json.loads(settings)
    except json.JSONDecodeError as error:
        raise argparse.ArgumentTypeError(f"{text} is not NAME=JSON: {error}") from None
    if not isinstance(settings, dict) or set(settings) - {"run_args", "calibrate"}:
        raise argparse.ArgumentTypeError("give an object of `run_args` and `calibrate`")
    return name, settings


def ezkl_settings(arguments, positions):
    if arguments.search:
        return {describe(settings): settings for settings in EZKL_GRID}
    return dict(arguments.ezkl) if arguments.ezkl else ezkl_choices(positions)


def describe(settings):
    args = settings["run_args"]
    return (f"{args['num_inner_cols']} columns, {args['decomp_legs']} digits of "
            f"{args['decomp_base']}, 2^{settings['calibrate']['max_logrows']} rows")


def say(line):
    print(line, file=sys.stderr, flush=True)


def find_attnc(path):
    if not path.is_file():
        sys.exit(f"{path} is not there: run `cargo build --release -p attnc`, or give --attnc")
    return path.resolve()


def install(work):
    """The Python of an environment with EZKL; None, with one line said, if there cannot be one."""
    environment = work / "venv"
    python = environment / "bin" / "python"
    requirements = HERE / "requirements.txt"
    commands = [[python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                 "--only-binary", ":all:", "--retries", "1", "--timeout", "20",
                 "-r", requirements],
                [python, "-c", "import ezkl, onnx"]]
    if not python.exists():
        commands.insert(0, [sys.executable, "-m", "venv", environment])
    for command in commands:
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
        except (OSError, subprocess.SubprocessError) as error:
            lines = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
            say(f"EZKL skipped, as it cannot be installed: {lines[-1] if lines else error}")
            return None
    return python


def draw(positions, width, seed):
    """Random reals of [-1, 1) for query, key and value."""
    source = random.Random(seed)
    return {
        name: [[source.uniform(-1, 1) for _ in range(width)] for _ in range(positions)]
        for name in ("query", "key", "value")
    }


def quantise(rows):
    return [[max(-128, min(127, round(x / INPUT_UNIT))) for x in row] for row in rows]


def softmax_attention(reals):
    """softmax(query key^T / sqrt(width)) value, row-major, in floating point."""
    context = []
    for query in reals["query"]:
        scores = [math.sumprod(query, key) if hasattr(math, "sumprod")
                  else sum(a * b for a, b in zip(query, key)) for key in reals["key"]]
        peak = max(scores)
        shares = [math.exp((score - peak) / math.sqrt(len(query))) for score in scores]
        columns = zip(*reals["value"])
        context += [sum(s * v for s, v in zip(shares, column)) / sum(shares) for column in columns]
    return context


def largest_error(outputs, expected):
    return max(abs(a - b) for a, b in zip(outputs, expected, strict=True))


def attempt(row, measure):
    try:
        measure()
    except Failed as failure:
        row.failure = str(failure)
        say(f"  {failure}")


def run(command, limit, stdin=""):
    """Standard output, wall seconds and processor seconds of a child."""
    before = os.times()
    start = time.perf_counter()
    try:
        child = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        raise Failed(f"stopped after {limit:g} s") from None
    seconds = time.perf_counter() - start
    after = os.times()
    if child.returncode:
        lines = [line for line in (child.stderr + child.stdout).splitlines() if line.strip()]
        raise Failed(lines[-1] if lines else f"exit status {child.returncode}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return child.stdout, seconds, cpu


def fastest(measure, repeat):
    return min((measure() for _ in range(repeat)), key=lambda result: result["seconds"])


def measure_attnc(row, attnc, reals, expected, arguments):
    """Whole commands: from a program's text and an input file to a proof file, and from both to yes."""
    program = [HERE / "attention.attn", *arguments.attnc_option]
    positions, width = (int(part) for part in row.shape.split("x"))
    for name, value in (("positions", positions), ("width", width), ("fraction", FRACTION)):
        program += ["-p", f"{name}={value}"]

    with tempfile.TemporaryDirectory(dir=arguments.work) as folder:
        inputs, key, proof = (Path(folder) / name for name in ("input.json", "key", "proof"))
        inputs.write_text(json.dumps({name: quantise(rows) for name, rows in reals.items()}))

        def command(*words):
            out, seconds, cpu = run([attnc, *words, "--json"], arguments.limit)
            return json.loads(out) | {"seconds": seconds, "cpu_seconds": cpu}

        made = fastest(lambda: command("key", *program, "-o", key), arguments.repeat)
        proved = fastest(
            lambda: command("prove", *program, "--input", inputs, "--security", row.setting,
                            "-o", proof),
            arguments.repeat,
        )
        verified = fastest(lambda: command("verify", proof, "--key", key), arguments.repeat)

    outputs = [x * INPUT_UNIT / FRACTION
               for line in verified["statement"]["outputs"]["context"] for x in line]
    row.setup_seconds = made["seconds"]
    row.prove_seconds = proved["seconds"]
    row.prove_cpu_seconds = proved["cpu_seconds"]
    row.peak_rss_bytes = proved["peak_rss_bytes"]
    row.verifying_key_bytes = made["bytes"]
    row.proof_bytes = proved["packed_bytes"]
    row.verify_seconds = verified["seconds"]
    row.largest_error = largest_error(outputs, expected)
    row.detail = {
        name: proved[name] for name in ("prove_ms", "file_bytes", "json_bytes", "columns", "cells")
    } | {name: verified[name] for name in ("verify_ms", "load_ms")} | {
        name: proved["security"][name] for name in ("conjectured_bits", "proven_bits")
    }


def measure_ezkl(row, python, settings, reals, expected, arguments):
    """EZKL's own calls, without the start of Python; the reference string is not counted as setup."""
    positions, width = (int(part) for part in row.shape.split("x"))
    shaped = json.dumps(settings | {"positions": positions, "width": width})

    with tempfile.TemporaryDirectory(dir=arguments.work) as folder:
        data = [[x for line in reals[name] for x in line] for name in ("query", "key", "value")]
        (Path(folder) / "input.json").write_text(json.dumps({"input_data": data}))

        def step(name):
            try:
                command = [python, HERE / "ezkl_step.py", name, folder]
                out, _, _ = run(command, arguments.limit, shaped)
            except Failed as failure:
                raise Failed(f"{name}: {failure}") from None
            return json.loads(out.splitlines()[-1])

        step("model")
        settled, srs, keys = step("settle"), step("srs"), step("keys")
        proved = fastest(lambda: step("prove"), arguments.repeat)
        verified = fastest(lambda: step("verify"), arguments.repeat)

    row.setup_seconds = settled["seconds"] + keys["seconds"]
    row.prove_seconds = proved["seconds"]
    row.prove_cpu_seconds = proved["cpu_seconds"]
    row.peak_rss_bytes = proved["peak_rss_bytes"]
    row.proving_key_bytes = keys["proving_key_bytes"]
    row.verifying_key_bytes = keys["verifying_key_bytes"]
    row.srs_bytes = keys["srs_bytes"]
    row.proof_bytes = proved["proof_bytes"]
    row.verify_seconds = verified["seconds"]
    row.largest_error = largest_error(proved["outputs"], expected)
    row.detail = {
        "settings": settled["settings"],
        "rows_needed": settled["rows_needed"],
        "file_bytes": proved["file_bytes"],
        "srs_seconds": srs["seconds"],
        "setup_peak_rss_bytes": keys["peak_rss_bytes"],
    }


def statement(row):
    """What a row's proof says, and on what assumption."""
    if row.system == "attnc":
        return (
            "Query, key and value are private integers of 8 bits; context is public, in units of "
            f"2^-7 / {FRACTION}. Every rounding, table entry and range is enforced exactly, and every "
            "input in range can be proved. Not zero-knowledge. No trusted setup: Blake2s and FRI over "
            "the field of 2^31 - 1 and its extension of degree 4, "
            f"{math.floor(row.detail['conjectured_bits'])} bits conjectured, "
            f"{math.floor(row.detail['proven_bits'])} proven."
        )
    found = row.detail["settings"]
    low, high = found["lookup_range"]
    return (
        f"Query, key and value are {found['input_visibility'].lower()}, context is "
        f"{found['output_visibility'].lower()}, in fixed point with units of 2^-{found['input_scale']}."
        f" The table of exponentials holds {low}..={high}, twice what calibration saw: inputs beyond it"
        " cannot be proved. Zero-knowledge, as Halo2 blinds. Trusted setup, here a local one and so"
        " insecure (a real one is a ceremony's file): KZG over BN254, about 100 bits conjectured, none"
        f" against quantum computers. Settings: {row.detail['rows_needed']:,} rows of"
        f" {found['num_inner_cols']} inner columns, folded into 2^{found['logrows']} if more,"
        f" {found['decomp_legs']} digits of {found['decomp_base']}, Freivalds' check"
        f" {'off' if found['disable_freivalds'] else 'on'}."
    )


def print_statements(rows):
    """Each statement once, under the rows that make it."""
    said = {}
    for row in rows:
        if not row.failure:
            said.setdefault((row.system, statement(row)), []).append(f"{row.setting} {row.shape}")
    for (system, text), makers in said.items():
        print()
        print(textwrap.fill(f"{system} ({', '.join(makers)}). {text}", 100))


def print_table(rows):
    def number(value, unit=1, digits=0):
        return "-" if value is None else f"{value / unit:,.{digits}f}"

    header = ["shape", "prover", "setting", "setup s", "prove s", "CPU s", "memory MiB",
              "proving key B", "verifying key B", "SRS B", "proof B", "verify ms", "largest error"]
    lines = [header]
    for row in rows:
        lines.append([
            row.shape, row.system, row.setting,
            number(row.setup_seconds, digits=3), number(row.prove_seconds, digits=3),
            number(row.prove_cpu_seconds, digits=2), number(row.peak_rss_bytes, 2**20),
            number(row.proving_key_bytes), number(row.verifying_key_bytes), number(row.srs_bytes),
            number(row.proof_bytes), number(row.verify_seconds, 1e-3),
            number(row.largest_error, digits=4),
        ])
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    for number_of_line, line in enumerate(lines):
        cells = [cell.ljust(size) if i < 3 else cell.rjust(size)
                 for i, (cell, size) in enumerate(zip(line, widths))]
        print("  ".join(cells).rstrip())
        if number_of_line and rows[number_of_line - 1].failure:
            print(f"  no result: {rows[number_of_line - 1].failure}")


if __name__ == "__main__":
    sys.exit(main())
