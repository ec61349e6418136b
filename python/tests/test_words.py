"""Errors say what one does in Python, never on the command line."""

import re
from pathlib import Path

import numpy as np
import pytest

import attnc
from attnc._attnc import in_python

ROOT = Path(__file__).resolve().parents[2]
SOURCE = """circuit model(n = 4) {
    fixed input weight[n, n] : -8..=8
    private input x[n] : -9..=9
    public output y[n]
    y[i in n] = sum(j in n) weight[i, j] * x[j]
    plan one { proof all: * }
}"""
TABLE = """circuit looked(n = 4) {
    table f(i in 0..=9) : 0..=99 from input
    private input x[n] : 0..=9
    public output y[n]
    y[i in n] = f(x[i])
}"""
FLAG = re.compile(r"(?<![\w>-])--[a-z]|(?<![\w(-])-[po](?![\w-])|`attnc [a-z]")


def library_texts() -> list[str]:
    """Every text of the library, not of the command, that names a flag or a verb."""
    folders = [ROOT / "runtime" / "src", ROOT / "compiler" / "src"]
    # `laboratory` and `audit` are for the command alone, `printed` for it and the page; a test's
    # texts are no errors.
    command = {"cli", "laboratory", "audit", "printed", "tests"}
    found = []
    for path in sorted(path for folder in folders for path in folder.rglob("*.rs")):
        if command & set(path.parts) or path.name in ("tests.rs", "sort.rs", "main.rs"):
            continue
        source = path.read_text(encoding="utf-8").split("#[cfg(test)]")[0]
        source = re.sub(r"^\s*//.*$", "", source, flags=re.M)
        source = re.sub(r"b?'(\\.|[^'\\])'", "", source)
        for text in re.findall(r'"((?:[^"\\]|\\.)*)"', source, re.S):
            text = re.sub(r"\\\n\s*", "", text).replace('\\"', '"')
            # What is a flag in Rust's own words: `{option}` is one of `sort.rs`.
            text = text.replace("{option}", "--fixed").replace("{flag}", "--input")
            if FLAG.search(text):
                found.append(text)
    return found


# What a plan's text is called, which Python's errors call `plan`.
NO_FLAGS = {"--plan"}


def test_every_text_of_the_library_is_said_in_pythons_words():
    texts = [text for text in library_texts() if text not in NO_FLAGS]
    assert len(texts) >= 18
    for text in texts:
        said, of_the_command = in_python(text)
        assert not FLAG.search(said) and not of_the_command, (text, said)


def test_a_text_that_names_no_flag_stays():
    table = "`table f(x in -128..=127) = round(127 / (1 + exp(-x / 16)))`"
    for text in ("declare a wider range", "a - b", "x[0] / -x[1]", "it has x, y", table):
        assert in_python(text) == (text, False)
    assert in_python("add --nothing-known") == ("add --nothing-known", True)


@pytest.fixture(scope="module")
def programs():
    model, looked = attnc.compile(SOURCE), attnc.compile(TABLE)
    weight, x = np.eye(4, dtype=int), np.arange(4)
    return model, looked, {"weight": weight, "x": x}


def test_hints_that_are_reached_say_what_to_do(programs, tmp_path):
    model, looked, given = programs
    key = model.key(weight=given["weight"])
    key.save(tmp_path / "m.key")
    key.prove(given).save(tmp_path / "m.proof")
    np.save(tmp_path / "one.npy", given["weight"])
    wide = SOURCE.replace("private input x", "fixed input v[n] : 0..9  private input x")
    fixed_too = attnc.compile(wide.replace("* x[j]", "* (x[j] + v[j])"))
    named = attnc.Key.from_bytes(key.to_json().encode())
    cases = [
        (lambda: looked.key(), "entries"),
        (lambda: looked.inspect(), "by name"),
        (lambda: looked.run(x=given["x"]), "`f`"),
        (lambda: model.key(), "with_fixed"),
        (lambda: model.run(x=given["x"]), "with_fixed"),
        (lambda: named.prove(x=given["x"]), "with_fixed"),
        (lambda: model.run(weight=given["weight"]), "nothing is given for `x`"),
        (lambda: model.run(weight=given["weight"], x=given["x"][:2]), "Program.load"),
        (lambda: model.with_fixed(x=given["x"]), "run, key or prove"),
        (lambda: model.run(weight=given["weight"], x=given["x"], y=given["x"]), "leave it out"),
        (lambda: model.key(weight=given["weight"], plan="proof a: z"), "plan"),
        (lambda: model.key(weight=given["weight"], plan="two"), "one"),
        (lambda: key.prove(given, security="fast blowup 64"), "security"),
        (lambda: attnc.Program.load(tmp_path / "m.key"), "Key.load"),
        (lambda: attnc.Program.load(tmp_path / "m.proof"), "Proof.load"),
        (lambda: attnc.Program.load(tmp_path / "one.npy"), "numpy.load"),
        (lambda: attnc.Key.load(tmp_path / "m.proof"), "key"),
        (lambda: attnc.Key.from_bytes(b'{"format": "attnc-key", "version": 1}'), "key"),
        (lambda: attnc.verify(key.to_json().encode(), key), ""),
        (lambda: fixed_too.with_fixed(str(tmp_path / "one.npy")), "numpy.savez"),
        (lambda: model.with_fixed(str(tmp_path / "m.key")), "Key.load"),
    ]
    for wrong, says in cases:
        with pytest.raises(attnc.Error) as raised:
            wrong()
        whole = "\n".join([str(raised.value), raised.value.message, *raised.value.hints])
        whole += repr(raised.value.errors)
        assert says in whole
        # An arrow of a place in a text is no flag.
        assert not FLAG.search(whole.replace("-->", "")), whole


def test_an_error_of_a_plans_text_has_its_place(programs):
    model, _, given = programs
    with pytest.raises(attnc.Error) as raised:
        model.key(weight=given["weight"], plan="proof a: z")
    assert raised.value.errors[0]["line"] == 1
    assert "proof a: z" in str(raised.value)
