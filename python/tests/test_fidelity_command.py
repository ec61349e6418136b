"""`attnc fidelity` says of a program what `attnc.fidelity` says of the model it was made from."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from quantize_models import ATTNC, ROOT, needs_attnc, random_model

import attnc
from attnc import quantize
from attnc.fidelity import Row, fidelity
from attnc.quantize.quantized_llama import PROGRAM

pytestmark = needs_attnc
EXACT = ("max_error", "mean_error", "mean_size", "cosine", "least_cosine")


def said(*words: object) -> dict:
    done = subprocess.run([ATTNC, "fidelity", "--json", *map(str, words)], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def made() -> quantize.QuantizedLlama:
    return quantize.llama(random_model())


def test_of_a_model(made: quantize.QuantizedLlama, tmp_path: Path) -> None:
    texts = [[3, 1, 4, 1, 5, 9, 2, 6], [2, 7, 1, 8, 2, 8, 1, 8]]
    made.save(tmp_path / "fixed.npz")
    words: list[object] = [PROGRAM, *made.flags(8), "--fixed", tmp_path / "fixed.npz", "--by", "l"]
    for number, text in enumerate(texts):
        given, real = (tmp_path / f"{number}.{ending}" for ending in ("json", "npz"))
        given.write_text(json.dumps({"token": text}))
        quantize.save_reference(real, made, text)
        words += ["--input", given, "--reference", real]
    theirs = said(*words, "-o", tmp_path / "page.html")
    ours = fidelity(made, texts)
    assert (made.program(steps=8).run(token=texts[0]).next == made.run(texts[0])).all()
    rows = {(row["tensor"], row["layer"]): row for row in theirs["rows"]}
    # The command is not given the embedding, which is no value of the program.
    assert len(rows) == len(ours.rows) - 1
    for row in ours.rows[1:]:
        for name in EXACT:
            assert rows[row.tensor, row.layer][name] == pytest.approx(getattr(row, name)), row
    for name in ("texts", "positions", "top1", "kl", "perplexity_real", "perplexity_integer"):
        assert theirs[name] == pytest.approx(getattr(ours, name)), name
    assert [d["position"] for d in theirs["differs"]] == [d.position for d in ours.differs]
    page = (tmp_path / "page.html").read_text()
    assert "<svg" in page and "layer 1" in page and "<script" not in page


def test_of_a_head(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    q, k, v = random.normal(0, 1, (3, 12, 4))
    made = quantize.head(q, k, v)
    made.save(tmp_path / "in.npz")
    quantize.save_reference(tmp_path / "real.npz", made, (q, k, v))
    program = ROOT / "examples" / "head.attn"
    files = ["--input", tmp_path / "in.npz", "--reference", tmp_path / "real.npz"]
    theirs = {row["tensor"]: row for row in said(program, *made.flags(12), *files)["rows"]}
    alone = {row.tensor: row for row in alone_rows(made.program(12), tmp_path / "real.npz", made)}
    for row in fidelity(made, [(q, k, v)]).rows:
        for name in EXACT:
            assert theirs[row.tensor][name] == pytest.approx(getattr(row, name)), row
            assert theirs[row.tensor][name] == pytest.approx(getattr(alone[row.tensor], name)), row


def alone_rows(program: attnc.Program, path: Path, made: quantize.QuantizedHead) -> list[Row]:
    """A head's program alone, against the arrays and units of a reference's file."""
    with np.load(path) as file:
        arrays = dict(file)
    real = {name: array for name, array in arrays.items() if not name.endswith(".unit")}
    units = {name: arrays[f"{name}.unit"] for name in real}
    return fidelity(program, [made.tensors], reference=lambda text: real, units=units).rows


def test_of_a_program_alone(made: quantize.QuantizedLlama, tmp_path: Path) -> None:
    text, files = [3, 1, 4, 1, 5, 9, 2, 6], tmp_path / "real.npz"
    made.save(tmp_path / "fixed.npz")
    (tmp_path / "in.json").write_text(json.dumps({"token": text}))
    quantize.save_reference(files, made, text)
    with np.load(files) as file:
        arrays = dict(file)
    real = {name: array for name, array in arrays.items() if not name.endswith(".unit")}
    units = {name: arrays[f"{name}.unit"] for name in real}
    given = ["--fixed", tmp_path / "fixed.npz", "--input", tmp_path / "in.json"]
    theirs = said(PROGRAM, *made.flags(8), *given, "--reference", files)
    program = made.program(steps=8)
    ours = fidelity(program, [{"token": text}], reference=lambda text: real, units=units)
    assert ours.perplexity_real is not None
    rows = {row["tensor"]: row for row in theirs["rows"]}
    assert len(rows) == len(ours.rows)
    for row in ours.rows:
        for name in EXACT:
            assert rows[row.tensor][name] == pytest.approx(getattr(row, name)), row
    for name in ("texts", "positions", "top1", "kl", "perplexity_real", "perplexity_integer"):
        assert theirs[name] == pytest.approx(getattr(ours, name)), name


@pytest.mark.parametrize("given", [((1, 2),), ("qkv",), (None,)])
def test_a_wrong_text_is_refused(tmp_path: Path, given: tuple[object]) -> None:
    head = quantize.head(*np.random.default_rng(1).normal(0, 1, (3, 6, 4)))
    says = "of a head it is a triple" if given != ("qkv",) else "a str of 3"
    with pytest.raises(quantize.QuantizeError, match=says):
        quantize.save_reference(tmp_path / "real.npz", head, *given)
    with pytest.raises(quantize.QuantizeError, match="a Program does not know its real numbers"):
        quantize.save_reference(tmp_path / "real.npz", head.program(6), *given)
    assert not (tmp_path / "real.npz").exists()


def test_a_wrong_reference_is_refused(tmp_path: Path) -> None:
    with pytest.raises(quantize.QuantizeError, match="must end with .npz"):
        made = quantize.head(*np.random.default_rng(1).normal(0, 1, (3, 6, 4)))
        quantize.save_reference(tmp_path / "real.bin", made, ())
