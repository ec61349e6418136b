"""One softmax head: integers that come near it, on other tokens too, and that attnc proves."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from quantize_models import ATTNC, ROOT, needs_attnc

import attnc
from attnc import quantize
from attnc.fidelity import fidelity
from attnc.quantize import QuantizeError


def tokens(seed: int, count: int = 48, width: int = 16) -> tuple[np.ndarray, ...]:
    """Queries and keys that share a direction, with channels of very different sizes."""
    random = np.random.default_rng(seed)
    size = np.random.default_rng(99).lognormal(0, 1, width)
    q = random.normal(0, 1, (count, width)) / size
    k = random.normal(0, 1, (count, width)) * size
    return q, k, random.normal(0, 1, (count, width)) * size


def softmax(q: np.ndarray, k: np.ndarray, v: np.ndarray, scale: float) -> np.ndarray:
    """Written out, a position at a time."""
    out = []
    for t in range(len(q)):
        weight = np.exp(scale * (k[: t + 1] @ q[t]))
        out.append(weight @ v[: t + 1] / weight.sum())
    return np.array(out)


@pytest.mark.parametrize(("bits", "least"), [(6, 0.98), (8, 0.998), (10, 0.9995), (12, 0.9995)])
def test_the_output_is_near_on_other_tokens(bits: int, least: float) -> None:
    made = quantize.head(*tokens(0), bits=bits)
    q, k, v = tokens(1)
    real, found = softmax(q, k, v, 0.25), made.context(q, k, v)
    cosine = (real * found).sum(-1) / np.linalg.norm(real, axis=-1) / np.linalg.norm(found, axis=-1)
    assert cosine.mean() > least
    assert fidelity(made, [(q, k, v)]).cosine == pytest.approx(cosine.mean(), abs=1e-12)


def test_integers_are_in_the_declared_ranges() -> None:
    made = quantize.head(*tokens(0), bits=7, entries=100)
    expected = {"bound": 64, "value_bound": 64, "entries": 100, "width": 16, "steps": 48}
    assert {name: made.parameters[name] for name in expected} == expected
    for name in ("query", "key", "value"):
        assert made.tensors[name].min() >= -64
        assert made.tensors[name].max() <= 63
    # But for the headroom all of the bound is used.
    assert np.abs(made.tensors["value"]).max() in (52, 53)
    weight = made.tensors["weight"]
    assert (weight[0], weight[-1], len(weight)) == (4095, 0, 101)
    assert (np.diff(weight) <= 0).all()


def test_values_beyond_a_bound_are_clipped_and_counted() -> None:
    q, k, v = tokens(0)
    made = quantize.head(q, k, v)
    assert made.clipped(q, k, v) == 0
    far = v.copy()
    far[3, 5] *= 100
    far[4, 5] = -far[3, 5]
    found = made.integers(q, k, far)["value"]
    assert {int(found[3, 5]), int(found[4, 5])} == {-512, 511}
    assert made.clipped(q, k, far) == 2


def test_a_scale_of_its_own() -> None:
    q, k, v = tokens(0)
    made = quantize.head(q, k, v, scale=0.01)
    assert np.abs(made.context(q, k, v) - softmax(q, k, v, 0.01)).max() < 0.05
    other = quantize.head(q, k, v)
    assert np.abs(other.context(q, k, v) - softmax(q, k, v, 0.01)).max() > 0.5


Q, K, V = tokens(0)
NAN = V.copy()
NAN[2, 3] = np.nan


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"q": Q.astype(int)}, "q has dtype int64: real numbers are needed"),
        ({"q": Q[0]}, r"q has shape \[16\], not 2 dimensions, of any size"),
        ({"k": K[1:]}, r"k has shape \[47, 16\], not \[48, 16\]"),
        ({"v": NAN}, r"v has 1 elements that are NaN or infinite, the first at \[2, 3\]: nan"),
        ({"bits": 1}, "bits is 1: it must be from 2 to 14"),
        ({"bits": 8.0}, "bits is 8.0: an integer"),
        ({"entries": 0}, "entries is 0"),
        ({"headroom": 0.5}, "headroom is 0.5"),
        ({"scale": -1.0}, "scale is -1.0"),
        ({"q": Q[:0], "k": K[:0], "v": V[:0]}, "no tokens"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, object], says: str) -> None:
    with pytest.raises(QuantizeError, match=says):
        quantize.head(**{"q": Q, "k": K, "v": V, **given})


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(TypeError, match="entires"):
        quantize.head(Q, K, V, entires=256)


@needs_attnc
def test_attnc_runs_and_proves_it(tmp_path: Path) -> None:
    made = quantize.head(*tokens(0))
    others = made.integers(*tokens(1, count=20))
    given = made.save(tmp_path / "head.npz", others)
    program, flags = ROOT / "examples" / "head.attn", made.flags(20)

    def attnc(*words: object) -> None:
        subprocess.run([str(word) for word in (ATTNC, *words)], check=True, capture_output=True)

    attnc("run", program, *flags, "--input", given, "-o", tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as out:
        assert (out["context"] == made.run(others)["context"]).all()
    proof, key = tmp_path / "head.proof", tmp_path / "head.key"
    attnc("prove", program, *flags, "--input", given, "--security", "standard", "-o", proof)
    attnc("key", program, *flags, "--input", given, "-o", key)
    attnc("verify", proof, "--key", key)


def test_sizes_that_are_too_large_or_all_the_same_are_said() -> None:
    for given, says in [
        ({"q": Q * 1e300}, "q reaches .* do not fit float64"),
        ({"v": V * 1e300}, "v reaches .* do not fit float64"),
        ({"q": Q * 0}, "^q has only zeros: .* nothing to quantise"),
        ({"q": Q * 0, "k": K * 0}, "^q and k have only zeros"),
        ({"q": Q * 1e-9}, "so small: .* nothing to quantise"),
    ]:
        with pytest.raises(QuantizeError, match=says):
            quantize.head(**{"q": Q, "k": K, "v": V, **given})
    large = quantize.head(Q * 1e90, K * 1e-90, V * 1e90)
    assert large.report is not None and large.report.cosine > 0.999
    zero = quantize.head(Q, K, V * 0.0)
    assert zero.report is not None and zero.report.cosine == 1.0


def test_fidelity_by_attncs_own_program() -> None:
    made = quantize.head(*tokens(0))
    parameters = {**made.parameters, "steps": 20}
    program = attnc.Program.load(ROOT / "examples" / "head.attn", **parameters)
    # Other lengths than that of the program too.
    texts = [tokens(1, count=20), tokens(2, count=9)]
    assert fidelity(made.by(program), texts) == fidelity(made, texts)


def test_a_text_is_a_triple() -> None:
    made = quantize.head(*tokens(0))
    for text, says in [
        ((Q, K), r"texts\[1\]: the text is a tuple of 2: of a head it is a triple"),
        ("text", r"texts\[1\]: the text is a str of 4"),
        (3, r"texts\[1\]: the text is a int"),
        ({"q": Q, "k": K, "v": V}, r"texts\[1\]: the text is a mapping"),
        ((Q, K[:3], V), r"texts\[1\]: key has shape \[3, 16\], not \[48, 16\]"),
        ((Q[:, :3], K, V), r"query has shape \[48, 3\], not \[any size, 16\]"),
    ]:
        for subject in (made, made.by(made.program(steps=48))):
            with pytest.raises(QuantizeError, match=says):
                fidelity(subject, [(Q, K, V), text])


def test_steps_and_programs_are_asked_for_early() -> None:
    made = quantize.head(*tokens(0))
    for call in (made.flags, made.program):
        for steps in (0, 10**9, 2.0, True):
            with pytest.raises(QuantizeError, match="steps is .* from 1 to 16384"):
                call(steps)
    with pytest.raises(QuantizeError, match="a NoneType is no program"):
        made.by(None)
    with pytest.raises(QuantizeError, match="q is a masked array"):
        quantize.head(np.ma.masked_array(Q, Q > 0), K, V)


def test_a_page_of_it() -> None:
    made = quantize.head(*tokens(0))
    assert "cosine of the output" in made._repr_html_() and "width=16" in repr(made)


def test_the_program_is_the_example() -> None:
    made = quantize.head(*tokens(1))
    # What stands below are the example's tests.
    program, _ = (ROOT / "examples" / "head.attn").read_text().split("\ntest ", 1)
    assert made.program_source == program
    inputs = made.integers(*tokens(2, count=20))
    out = made.program(steps=20).run(inputs)
    np.testing.assert_array_equal(out.context, made.run(inputs)["context"])
