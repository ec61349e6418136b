#!/usr/bin/env python3
"""The tables of the study of stories260k.attn, from what run.sh left in target/model_study.

    python3 examples/model_study/table.py target/release/attnc MODEL.npz [--json | --write FILE]

prints them as Markdown; with --json as one object; with --write each goes into the file, between
`<!-- NAME -->` and `<!-- end -->`. Measured figures are those of the study's files; what the work
costs by kind is asked of `attnc inspect --by-line`. What README.md says of them is checked
(findings.py): the exit status is 1 if it no longer holds, or if a cell was not proved.
"""

import argparse
import json
import subprocess
import sys
import textwrap
from pathlib import Path

from findings import findings
from kinds import by_kind
from study import TOKENS, Study
from tables import all_tables

PROGRAM = "examples/stories260k.attn"


def inspect(attnc, model, *words):
    command = [attnc, "inspect", PROGRAM, "--fixed", model, "--by-line", "--json", *words]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    if ended.returncode != 0:
        try:
            sys.exit("\n".join(wrong["message"] for wrong in json.loads(ended.stdout)["errors"]))
        except (ValueError, KeyError):
            sys.exit(ended.stdout + ended.stderr)
    return json.loads(ended.stdout)


def bullet(sentence):
    filled = textwrap.fill(f"- {sentence}", 110, subsequent_indent="  ", break_on_hyphens=False)
    return filled.replace("\u00a0", " ")


def written(text, blocks):
    """The text with each block between its marks."""
    for name, block in blocks.items():
        before, start, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        if not start or not end or start in after:
            sys.exit(f"the mark <!-- {name} --> has to stand once, with <!-- end --> after it")
        text = f"{before}{start}{block}\n{end}{after}"
    return text


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    arguments.add_argument("attnc", help="the command")
    arguments.add_argument("model", help="the model's model.npz")
    arguments.add_argument(
        "--study", type=Path, default=Path("target/model_study"), help="what run.sh made"
    )
    form = arguments.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one object")
    form.add_argument("--write", type=Path, help="a Markdown file with marks")
    given = arguments.parse_args()
    study = Study(given.study)
    try:
        work = {
            steps: by_kind(inspect(given.attnc, given.model, "-p", f"steps={steps}"))
            for steps in TOKENS
        }
    except ValueError as wrong:
        sys.exit(str(wrong))
    tables = all_tables(study, work)
    wrong = list(study.missing)
    for steps, found in work.items():
        if found["kinds"]["other"]["bytes"] > 0.02 * found["own"]["bytes"]:
            wrong.append(f"{steps} tokens: no kind has {', '.join(found['other'])}")
    said = {} if study.missing else findings(study, work)
    for sentences in said.values():
        wrong += [f"this no longer holds: {sentence}" for sentence, holds in sentences if not holds]
    said = {
        name: [sentence for sentence, holds in sentences if holds]
        for name, sentences in said.items()
    }
    if given.json:
        said = {
            name: [text.replace("\u00a0", " ") for text in texts] for name, texts in said.items()
        }
        shown = {name: table.json() for name, table in tables.items()}
        print(json.dumps({"tables": shown, "work": work, "findings": said}))
    else:
        blocks = {name: table.markdown() for name, table in tables.items()}
        blocks |= {name: "\n".join(map(bullet, sentences)) for name, sentences in said.items()}
        if given.write:
            given.write.write_text(written(given.write.read_text(), blocks))
        else:
            print("\n\n".join(f"{name}\n\n{block}" for name, block in blocks.items()))
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
