#!/usr/bin/env python3
"""What others published of proofs of blocks and models, beside the same from our source: a table.

    cargo build --release -p attnc && benches/published/published.py [--only NAME] [--json]

published.json has the published figures with their sources, and for each object the program here
that states it. Every object is proved and verified at each setting, in as many contexts as --proofs
says: bytes are means over them, times the least, of whole commands, from text and inputs to a proof
file and from key and proof to yes. A ratio stands where the function and the bits are the same.

The study's weights and the input of its MLP are drawn here by the study's own rules, and the output
is held against the published one by its SHA-256. All else is drawn by `attnc sample`; with --study
FOLDER, a checkout of the study, its attention's inputs are taken too, and every output is held
against its evidence. The layers of nanoGPT are held against floating point. `--json` prints
{"machine": ..., "rows": [...], "objects": [...]}: rows with the fields of Row, objects as
published.json has them, with what was `held`.
"""

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

import reals

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
EVIDENCE = Path("docs/engineering/evidence")


class Failed(Exception):
    """A step that gave no result; says why."""


@dataclass
class Row:
    """An object by one prover at one setting: bytes, seconds, and None for what is not known."""

    object: str
    by: str
    setting: str
    bits: str
    json_bytes: float | None = None
    least_json_bytes: int | None = None
    most_json_bytes: int | None = None
    packed_bytes: float | None = None
    of_published: float | None = None
    prove_seconds: float | None = None
    verify_seconds: float | None = None
    proofs: int | None = None
    prove_ms: float | None = None
    verify_ms: float | None = None
    proven_bits: float | None = None
    peak_rss_bytes: int | None = None
    key_bytes: int | None = None
    columns: int | None = None
    cells: int | None = None
    lookup_claims: int | None = None


def main():
    arguments = parse_arguments()
    objects = json.loads((HERE / "published.json").read_text())["objects"]
    if arguments.only:
        known = {one["name"] for one in objects}
        if unknown := [name for name in arguments.only if name not in known]:
            sys.exit(f"{unknown[0]!r} is no object: {', '.join(sorted(known))}")
        objects = [one for one in objects if one["name"] in arguments.only]
    rows = []
    try:
        for one in objects:
            rows += published_rows(one) + measured_rows(one, arguments)
    except Failed as failure:
        sys.exit(f"{one['name']}: {failure}")
    if arguments.json:
        told = {"machine": machine(), "rows": [vars(row) for row in rows], "objects": objects}
        print(json.dumps(told, indent=1))
    else:
        print_table(rows)
        print_notes(objects)
    return 0


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", metavar="NAME",
                        help="an object by its name; may be given again [default: all]")
    parser.add_argument("--security", action="append", metavar="SETTING",
                        help="attnc's setting; may be given again [default: seed and standard]")
    parser.add_argument("--proofs", type=int, default=8,
                        help="how many proofs a setting, each in a context of its own [default: 8]")
    parser.add_argument("--study", type=Path, metavar="FOLDER",
                        help="a checkout of the study, for its inputs and outputs")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn [default: 0]")
    parser.add_argument("--attnc", type=Path, default=ROOT / "target/release/attnc",
                        help="attnc's program [default: target/release/attnc]")
    parser.add_argument("--work", type=Path, default=ROOT / "target/published",
                        help="a folder for files [default: target/published]")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    if arguments.proofs < 1:
        parser.error("--proofs: at least one")
    if not arguments.attnc.is_file():
        parser.error(f"{arguments.attnc} is not there: run `cargo build --release -p attnc`,"
                     " or give --attnc")
    if arguments.study and not (arguments.study / EVIDENCE).is_dir():
        parser.error(f"--study: {arguments.study} has no {EVIDENCE}")
    arguments.attnc = arguments.attnc.resolve()
    arguments.security = arguments.security or ["seed", "standard"]
    arguments.work.mkdir(parents=True, exist_ok=True)
    return arguments


def published_rows(one):
    names = ("bits", "json_bytes", "prove_seconds", "verify_seconds")
    return [Row(one["name"], row["by"], row["what"], **{name: row.get(name) for name in names})
            for row in one["published"]]


def measured_rows(one, arguments):
    """Proves and verifies an object at every setting; notes in it what was held of its outputs."""
    folder = arguments.work / one["name"].replace(" ", "_")
    folder.mkdir(exist_ok=True)
    inputs, fixed, key, proof, out = (
        folder / name for name in ("input.json", "fixed.json", "key", "proof", "out.json")
    )
    program = [HERE / one["program"]]
    for name, value in one.get("parameters", {}).items():
        program += ["-p", f"{name}={value}"]
    given = ["--input", inputs, "--fixed", fixed]

    def attnc(*words):
        return run([arguments.attnc, *words, "--json"])

    say(f"{one['name']}: inputs and outputs")
    prepare(one, arguments, program, attnc, inputs, fixed)
    attnc("run", *program, *given, "-o", out)
    one["held"] = held(one, arguments, inputs, fixed, out)

    plan = ["--plan", one["plan"]]
    rows = []
    for setting in arguments.security:
        say(f"{one['name']}: {setting}")
        secure = ["--security", setting]
        made = attnc("key", *program, *plan, *given, *secure, "-o", key)
        proved, verified = [], []
        for number in range(arguments.proofs):
            context = f"published {number}"
            proved.append(attnc("prove", *program, *plan, *given, *secure, "--context", context,
                                "-o", proof))
            verified.append(attnc("verify", proof, "--key", key, "--whole", "--min-security", "0",
                                  "--expect", out))
        rows.append(measured(one, setting, made, proved, verified))
    return rows


def measured(one, setting, made, proved, verified):
    sizes = [each["json_bytes"] for each in proved]
    security = proved[0]["security"]
    bits = f"{security['conjectured_bits']:.0f}"
    row = Row(
        one["name"], "attnc", setting, bits,
        json_bytes=mean(sizes), least_json_bytes=min(sizes), most_json_bytes=max(sizes),
        packed_bytes=mean([each["packed_bytes"] for each in proved]),
        prove_seconds=min(each["seconds"] for each in proved),
        verify_seconds=min(each["seconds"] for each in verified),
        proofs=len(proved),
        prove_ms=min(each["prove_ms"] for each in proved),
        verify_ms=min(each["verify_ms"] for each in verified),
        proven_bits=security["proven_bits"],
        peak_rss_bytes=max(each["peak_rss_bytes"] for each in proved),
        key_bytes=made["bytes"],
        **{name: proved[0][name] for name in ("columns", "cells", "lookup_claims")},
    )
    for other in one["published"]:
        if other["matched"] and other["bits"] == bits:
            row.of_published = row.json_bytes / other["json_bytes"]
    return row


def prepare(one, arguments, program, attnc, inputs, fixed):
    """The input file and the file of fixed inputs."""
    seed = ["--seed", str(arguments.seed)]
    if one["weights"] == "drawn":
        attnc("sample", *program, *seed, "-o", inputs, "--draw-fixed", fixed)
        return
    fixed.write_text(json.dumps(study_weights()))
    if one["inputs"] == "rule":
        inputs.write_text(json.dumps({"x": [(13 * i + 7) % 193 - 96 for i in range(128)]}))
    elif arguments.study:
        source = evidence(arguments, one["evidence"]["attention"])
        inputs.write_text(json.dumps(study_attention(source)))
    else:
        attnc("sample", *program, *seed, "--fixed", fixed, "-o", inputs)


def study_weights():
    """The study's synthetic weights: 8 bytes of the SHA-256 of a label and a place, modulo 17."""

    def matrix(seed, name, rows, columns):
        seed = f"zkai-d128-{seed}-synthetic-parameters-2026-05-v1:{name}_weight_q8"

        def at(row, column):
            digest = hashlib.sha256(f"{seed}:{row}:{column}".encode()).digest()
            return int.from_bytes(digest[:8], "big") % 17 - 8

        return [[at(row, column) for column in range(columns)] for row in range(rows)]

    return {
        "scale": [232 + (19 * i + 5) % 49 for i in range(128)],
        "gate": matrix("gate-value-projection", "gate", 512, 128),
        "value": matrix("gate-value-projection", "value", 512, 128),
        "down": matrix("down-projection", "down", 128, 512),
    }


def study_attention(source):
    """The study's attention inputs as tensors: its entries stand in a row, each with its head."""
    heads = source.get("head_count", 1)

    def by_step(entries, name):
        lines = [[entry[name] for entry in entries if entry.get("head_index", 0) == head]
                 for head in range(heads)]
        return [list(step) for step in zip(*lines, strict=True)]

    steps, seeds = source["input_steps"], source["initial_kv_cache"]
    return {name: by_step(steps, name) for name in ("query", "new_key", "new_value")} | {
        "seed_key": by_step(seeds, "key"), "seed_value": by_step(seeds, "value"),
    }


def evidence(arguments, name):
    try:
        return json.loads((arguments.study / EVIDENCE / name).read_text())
    except (OSError, ValueError) as error:
        raise Failed(f"the study's {name}: {error}") from None


def held(one, arguments, inputs, fixed, out):
    """Holds the outputs against what is known of them, and says what that was."""
    outputs = json.loads(out.read_text())["outputs"]
    said = []
    for name, digest in one.get("outputs_sha256", {}).items():
        text = ",".join(str(x) for x in outputs[name])
        if hashlib.sha256(text.encode()).hexdigest() != digest:
            raise Failed(f"{name} is not what the study published")
        said.append(f"{name} is the published one, by its SHA-256")
    if arguments.study and "evidence" in one:
        files = one["evidence"]
        if outputs["y"] != evidence(arguments, files["y"])["output_q8"]:
            raise Failed(f"y is not that of {files['y']}")
        said.append(f"y is that of {files['y']}")
        if "attention" in files:
            flat = [head for step in outputs["context"] for head in step]
            if flat != evidence(arguments, files["attention"])["attention_outputs"]:
                raise Failed(f"context is not that of {files['attention']}")
            said.append(f"context is that of {files['attention']}")
    if "reals" in one:
        real = getattr(reals, one["reals"])(
            json.loads(inputs.read_text()), json.loads(fixed.read_text())
        )
        for name, rows in real.items():
            pairs = [(a / 256, b) for line in zip(outputs[name], rows, strict=True)
                     for a, b in zip(*line, strict=True)]
            errors = [abs(a - b) for a, b in pairs]
            said.append(
                f"{name} is off floating point by {mean(errors):.4f} on average and"
                f" {max(errors):.4f} at most, where it is {mean([abs(b) for _, b in pairs]):.2f}"
                f" on average and {max(abs(b) for _, b in pairs):.2f} at most"
            )
    return said


def run(command):
    """What a command of attnc says, with its wall time as `seconds`."""
    start = time.perf_counter()
    try:
        child = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise Failed(str(error)) from None
    seconds = time.perf_counter() - start
    if child.returncode:
        raise Failed(reason(child))
    told = json.loads(child.stdout)
    return told | {"seconds": seconds}


def reason(child):
    try:
        told = json.loads(child.stdout)
        return told.get("reason") or "; ".join(error["message"] for error in told["errors"])
    except (ValueError, KeyError, TypeError):
        lines = (child.stderr + child.stdout).strip().splitlines()
        return lines[-1] if lines else f"exit status {child.returncode}"


def mean(numbers):
    return sum(numbers) / len(numbers)


def say(line):
    print(line, file=sys.stderr, flush=True)


def print_table(rows):
    def number(value, unit=1, digits=0):
        return "-" if value is None else f"{value / unit:,.{digits}f}"

    header = ["object", "by", "setting", "bits", "JSON", "least", "most", "packed",
              "ratio", "prove s", "verify ms"]
    lines, before = [header], None
    for row in rows:
        lines.append([
            row.object if row.object != before else "", row.by, row.setting, row.bits,
            number(row.json_bytes), number(row.least_json_bytes), number(row.most_json_bytes),
            number(row.packed_bytes), number(row.of_published, digits=2),
            number(row.prove_seconds, digits=2), number(row.verify_seconds, 1e-3),
        ])
        before = row.object
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    for line in lines:
        cells = [cell.ljust(size) if i < 3 else cell.rjust(size)
                 for i, (cell, size) in enumerate(zip(line, widths, strict=True))]
        print("  ".join(cells).rstrip())


def print_notes(objects):
    def paragraph(text):
        print(textwrap.fill(text, 100, break_on_hyphens=False))

    print()
    paragraph(
        "JSON and packed: bytes of the proof, means, and the least and the most JSON. ratio:"
        " attnc's JSON bytes over those published, where function and bits are the same. `seed` is"
        " the study's setting: blowup 2, 3 queries, 10 bits of grinding. attnc's times are of"
        f" {machine()}."
    )
    for one in objects:
        print()
        plan = "" if one["plan"] == "fused" else f", plan {one['plan']}"
        paragraph(f"{one['name']} ({one['program']}{plan}). {one['compares']} {one['differs']}")
        for what in one["held"]:
            paragraph(f"Held: {what}.")
        for row in one["published"]:
            paragraph(f"{row['by']}, {row['what']}: {row['source']}. Machine: {row['machine']}.")


def machine():
    """Processor and cores, as the system names them."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    return f"{os.cpu_count()} cores of {model}"


if __name__ == "__main__":
    sys.exit(main())
