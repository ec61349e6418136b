"""python -m attnc.quantize: what it writes and prints, and how it fails."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from quantize_models import random_model
from test_quantize_formats import llama2c_bytes

from attnc.quantize.__main__ import main


@pytest.fixture()
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "m.bin"
    path.write_bytes(llama2c_bytes(random_model()))
    return path


def test_llama_and_fidelity(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fixed, said, page = (tmp_path / name for name in ("m.npz", "f.json", "f.html"))
    assert main(["llama", str(checkpoint), "-o", str(fixed)]) == 0
    out = capsys.readouterr().out
    assert "-p layers=2 -p hidden=16 -p groups=2" in out
    assert "top-1: " in out
    parameters = dict(word.split("=") for word in out.split("\n")[0].split() if "=" in word)
    flags = [
        w for n in ("fraction", "under", "gap", "last") for w in ("-p", f"{n}={parameters[n]}")
    ]
    words = ["fidelity", str(checkpoint), str(fixed), *flags, "--sampled", "2", "--tokens", "20"]
    files = ["--json", str(said), "--html", str(page), "--against", str(fixed)]
    assert main([*words, *files]) == 0
    assert "the same next token as m.npz: 100.00 % of 40" in capsys.readouterr().out
    assert json.loads(said.read_text())["positions"] == 40
    assert "<svg" in page.read_text()


def test_head(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts, given = tmp_path / "texts.json", tmp_path / "head.npz"
    texts.write_text(json.dumps([list(range(20)), list(range(30, 5, -1))]))
    words = ["head", str(checkpoint), "--texts", str(texts), "-o", str(given), "--layer", "1"]
    assert main(words) == 0
    assert "steps=25" in capsys.readouterr().out
    with np.load(given) as file:
        assert file["query"].shape == (25, 4)


def test_heads(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts, said = tmp_path / "texts.json", tmp_path / "heads.json"
    texts.write_text(json.dumps([list(range(20)), list(range(30, 5, -1))]))
    assert main(["heads", str(checkpoint), "--texts", str(texts), "--json", str(said)]) == 0
    assert "8 heads, 25 positions held out" in capsys.readouterr().out
    rows = json.loads(said.read_text())
    assert [(row["layer"], row["head"]) for row in rows] == [
        (i, j) for i in (0, 1) for j in range(4)
    ]
    assert min(row["cosine"] for row in rows) > 0.95


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["llama", "none.gguf", "-o", "m.npz"], "there is no none.gguf"),
        (["llama", "M", "-o", "m.txt"], "must end with .npz"),
        (["llama", "M", "-o", "m.npz", "--texts", "none.json"], "none.json"),
        (["fidelity", "M", "none.npz"], "give either --texts or --sampled"),
        (["fidelity", "M", "none.npz", "--sampled", "1"], "there is no none.npz"),
        (["fidelity", "M", "M", "--sampled", "1"], "no npz file"),
        (["head", "M", "-o", "h.npz", "--layer", "-1", "--texts", "T"], "layer is -1"),
        (["head", "M", "-o", "h.npz", "--head", "4", "--texts", "T"], "head is 4: it must be"),
        (["head", "M", "-o", "h.npz", "--layer", "2", "--texts", "T"], "layers is 3"),
        (["fidelity", "M", "none.npz", "--sampled", "1", "-p", "gap"], "-p gap"),
        (["head", "M", "-o", "h.npz"], "give --texts"),
    ],
)
def test_what_is_wrong_ends_with_1(
    checkpoint: Path,
    tmp_path: Path,
    words: list[str],
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    texts = tmp_path / "texts.json"
    texts.write_text("[[1, 2, 3], [4, 5, 6]]")
    places = {"M": str(checkpoint), "T": str(texts)}
    assert main([places.get(word, word) for word in words]) == 1
    assert says in capsys.readouterr().err


def test_a_damaged_model_or_count(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fixed = tmp_path / "m.npz"
    assert main(["llama", str(checkpoint), "-o", str(fixed)]) == 0
    given = ["fidelity", str(checkpoint), str(fixed), "--sampled"]
    for words, says in [
        ([*given, "0"], "--sampled is 0"),
        ([*given, "1", "--tokens", "33"], "--tokens is 33: it must be from 1 to 32"),
        ([*given, "1", "--temperature", "-1"], "temperature is -1.0"),
        ([*given, "1", "-p", "layers=3"], "shape"),
        ([*given, "1", "-p", "deep=3"], "unknown parameter 'deep'"),
    ]:
        capsys.readouterr()
        assert main(words) == 1
        assert says in capsys.readouterr().err
    whole = fixed.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"PK" + whole[:40], b""):
        fixed.write_bytes(damaged)
        assert main([*given, "1"]) == 1
        assert "no npz file" in capsys.readouterr().err
    np.savez(fixed, embed=np.zeros(3, int))
    assert main([*given, "1"]) == 1
    assert "embed has shape [3], not 2 dimensions, of any size" in capsys.readouterr().err


def test_strings_need_a_tokenizer(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = tmp_path / "texts.json"
    texts.write_text('["Once upon a time"]')
    assert main(["llama", str(checkpoint), "-o", "m.npz", "--texts", str(texts)]) == 1
    assert "give --tokenizer" in capsys.readouterr().err
