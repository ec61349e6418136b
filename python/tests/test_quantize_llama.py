"""A Llama model in integers: near the real one, of any sizes, and what attnc computes exactly."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from quantize_models import (
    ATTNC,
    PUBLISHED,
    ROOT,
    STORIES,
    needs_attnc,
    needs_published,
    needs_stories,
    random_model,
)

import attnc as attnc_package
from attnc import quantize
from attnc.fidelity import fidelity
from attnc.quantize import IntegerLlama, OutOfRange, QuantizedLlama, QuantizeError, read_llama
from attnc.quantize.integer_llama import divided, half, root

SIZES = [
    {},
    {"heads": 6, "groups": 2, "hidden": 24},
    {"heads": 4, "groups": 4, "layers": 3},
    {"heads": 4, "groups": 1, "layers": 1, "inner": 7},
    {"hidden": 80, "heads": 2, "groups": 1, "width": 10},
]


def test_rounding() -> None:
    for n in range(-40, 40):
        for bits in range(4):
            assert half(np.array(n), bits) == np.floor(n / 2**bits + 0.5)
        for d in range(1, 9):
            assert divided(np.array(n), np.array(d)) == (2 * n + d) // (2 * d)
    squares = np.array([*range(1, 3000), *(10**6 + i for i in range(999)), 2**51, 2**51 - 1])
    r = root(squares)
    assert ((r * r - r < squares) & (squares <= r * r + r)).all()


@pytest.mark.parametrize("sizes", SIZES)
def test_the_integers_are_near(sizes: dict[str, int]) -> None:
    made = quantize.llama(random_model(**sizes), seed=3)
    report = made.report
    assert report.texts == 2
    assert report.top1 is not None and report.top1 >= 0.9
    assert report.kl is not None and report.kl < 0.005
    assert min(row.cosine for row in report.rows) > 0.998
    for bound in made.bounds:
        assert bound.seen <= bound.holds, bound
        # A norm's is left by a row that is all in one channel.
        assert bound.is_proven == (bound.tensor not in ("x", "n", "h")), bound
        assert f"holds {-bound.holds - 1} to {bound.holds}, " in str(bound)
        assert ("not proven" in str(bound)) != bound.is_proven


def test_the_bound_of_a_norm_is_reached() -> None:
    made = quantize.llama(random_model())
    bound = next(bound for bound in made.bounds if bound.tensor == "n")
    reach, found = made.parameters["reach"], 0
    for site, eps in enumerate(made.tensors["eps"]):
        rows = np.zeros((reach - 1, made.parameters["hidden"]), np.int64)
        rows[:, 0] = np.arange(1, reach)
        rows = rows[rows[:, 0] ** 2 + eps > 257**2]
        r = root(eps + (rows * rows).sum(-1))
        scaled = rows * divided(np.full_like(r, 1 << 23), r)[:, None]
        found = max(found, int(half(scaled, made.parameters["fraction"]).max()))
        if found > bound.holds:
            with pytest.raises(quantize.OutOfRange, match=f"{found}: its range is -2048 to 2047"):
                made.integers.norm("n", rows, site)
    assert bound.proven == found > bound.holds


def test_it_is_deterministic() -> None:
    one, two = (quantize.llama(random_model(), seed=5) for _ in range(2))
    assert all((one.tensors[name] == two.tensors[name]).all() for name in one.tensors)
    assert str(one.report) == str(two.report)


def test_units_come_back_from_the_weights() -> None:
    model = random_model()
    made = quantize.llama(model)
    again = QuantizedLlama(model, made.integers)
    for name in ("x", "n", "q", "k", "v", "a", "u", "logit"):
        np.testing.assert_allclose(getattr(again.units, name), getattr(made.units, name), rtol=0.01)
    with pytest.raises(QuantizeError, match="another checkpoint"):
        QuantizedLlama(random_model(seed=1), made.integers)


def test_a_saved_model_is_the_same(tmp_path: Path) -> None:
    made = quantize.llama(random_model(heads=6, groups=2, hidden=24))
    path = made.save(tmp_path / "m.npz")
    again = IntegerLlama.load(
        path, **{n: made.parameters[n] for n in ("fraction", "gap", "last", "down")}
    )
    assert again.parameters == made.parameters
    assert (again.run([1, 5, 9]) == made.run([1, 5, 9])).all()
    with pytest.raises(QuantizeError, match="must end with"):
        made.save(tmp_path / "m.bin")
    with pytest.raises(QuantizeError, match="unknown parameter 'gaps'"):
        IntegerLlama.load(path, gaps=3)


def test_tensors_out_of_shape_or_range() -> None:
    made = quantize.llama(random_model(), drawn=1)
    tensors, parameters = made.tensors, made.parameters
    cases = [
        ({"wq": tensors["wq"][:, 1:]}, r"wq has shape \[2, 15, 16\], not \[2, 16, 16\]"),
        ({"wq": tensors["wq"] * 0 + 4096}, "wq has 4096 to 4096: its range is -4096 to 4095"),
        ({"wq": tensors["wq"] * 0.5}, "wq has dtype float64: integers are needed"),
        ({"weight": tensors["weight"] * 0}, "weight is not half up"),
        ({"wz": tensors["wq"]}, "unknown tensor 'wz'"),
    ]
    for change, says in cases:
        with pytest.raises(QuantizeError, match=says):
            IntegerLlama({**tensors, **change}, parameters)
    with pytest.raises(QuantizeError, match="no tensor w2"):
        IntegerLlama({name: x for name, x in tensors.items() if name != "w2"}, parameters)
    with pytest.raises(QuantizeError, match="no parameter gap"):
        IntegerLlama(tensors, {name: x for name, x in parameters.items() if name != "gap"})


def test_a_run_that_leaves_a_range_is_refused() -> None:
    made = quantize.llama(random_model(), drawn=1)
    loud = {**made.tensors, "l2": np.full_like(made.tensors["l2"], 11)}
    loud["embed"] = made.tensors["embed"] * 0 + 3000
    with pytest.raises(OutOfRange, match=r"more of layer 0 has .*: its range is -4096 to 4095"):
        IntegerLlama(loud, made.parameters).forward([1, 2, 3])
    quiet = {**made.tensors, "embed": made.tensors["embed"] * 0}
    with pytest.raises(OutOfRange, match="the root of n1 of layer 0"):
        IntegerLlama(quiet, made.parameters).forward([1])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"texts": ["a"]}, r"texts\[0\] is a string"),
        ({"texts": "a"}, "texts is a text"),
        ({"texts": [1, 2]}, "texts is one text"),
        ({"texts": [[1, 2]]}, "there is one text: give held_out"),
        ({"texts": [[1, 40], [1]]}, r"texts\[0\] has the token 40 at 1: the vocabulary is 0 to 39"),
        ({"texts": [[], [1]]}, r"texts\[0\] has shape \[0\]"),
        ({"headroom": 0.9}, "headroom is 0.9"),
        ({"positions": 33}, "positions is 33: it must be from 1 to 32"),
        ({"config": {}, "source": "none.bin"}, "there is no none.bin"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, object], says: str) -> None:
    with pytest.raises(QuantizeError, match=says):
        quantize.llama(**{"source": random_model(), **given})


def test_activations_that_no_unit_holds() -> None:
    model = random_model()
    model.arrays["w2"][0, 3] *= 1e6
    with pytest.raises(QuantizeError, match=r"one unit for all tokens does not hold|grows by more"):
        quantize.llama(model)


def test_queries_and_keys_that_are_always_zero() -> None:
    model = random_model()
    model.arrays["wk"][1, :2] = 0
    model.arrays["wq"][0, 4:6] = 0
    model.arrays["wq"][1, :2] *= 1000
    model.arrays["wv"][0, 3] = 0
    model.arrays["w3"][1, 5] = 0
    made = quantize.llama(model)
    assert made.parameters["gap"] >= 32
    assert made.report.kl is not None and made.report.kl < 0.005


def attnc(*words: object) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in (ATTNC, *words)], capture_output=True, text=True)


@needs_attnc
@pytest.mark.parametrize("sizes", SIZES)
def test_attnc_computes_the_same(tmp_path: Path, sizes: dict[str, int]) -> None:
    made = quantize.llama(random_model(**sizes))
    text = [int(token) for token in made.held_out[0][:9]]
    program, tokens = tmp_path / "llama.attn", tmp_path / "tokens.json"
    program.write_text(made.program_source)
    tokens.write_text(json.dumps({"token": text}))
    fixed, out = made.save(tmp_path / "m.npz"), tmp_path / "out.npz"
    layers, last = made.integers.forward(text)
    names = ",".join([*layers[0], "nf", "logit"])
    given = [program, *made.flags(9), "--fixed", fixed, "--input", tokens]
    ran = attnc("run", *given, "--show", names, "-o", out)
    assert ran.returncode == 0, ran.stderr
    with np.load(out) as found:
        for name in layers[0]:
            expected = np.stack([layer[name] for layer in layers])
            assert (found[name].reshape(expected.shape) == expected).all(), name
        for name in ("nf", "logit"):
            assert (found[name] == last[name]).all(), name
        assert (found["next"] == made.run(text)).all()


class Program:
    """What `by` asks of a program, with one tensor that is off."""

    def __init__(self, made: QuantizedLlama, off: str = "") -> None:
        self.made, self.off = made, off

    def run(
        self, show: list[str], token: np.ndarray, **tensors: np.ndarray
    ) -> dict[str, np.ndarray]:
        layers, last = IntegerLlama(tensors, self.made.parameters).forward(token)
        found = {name: np.stack([layer[name] for layer in layers]) for name in layers[0]}
        found.update(last)
        return {name: found[name] + (100 if name == self.off else 0) for name in show}


def test_fidelity_by_a_program() -> None:
    made = quantize.llama(random_model())
    assert fidelity(made.by(Program(made)), made.held_out) == made.report
    off = fidelity(made.by(Program(made, off="h")), made.held_out)
    for row, expected in zip(off.rows, made.report.rows):
        assert (row == expected) == (row.tensor != "h")


def test_the_text_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model()
    made = quantize.llama(model)
    says = r"^texts\[1\]: the text has the token 99 at 1: the vocabulary is 0 to 39"
    for subject in (made, made.by(made.program(steps=2))):
        with pytest.raises(QuantizeError, match=says):
            fidelity(subject, [[1, 2], [1, 99]])
    for call in (made.run, model.logits, made.integers.forward):
        with pytest.raises(QuantizeError, match="^the text has the token 99 at 1"):
            call([1, 99])
    with pytest.raises(QuantizeError, match=r"^texts\[1\]: the text has 33 tokens"):
        fidelity(made, [[1], [1] * 33])
    # Texts of the report have the names that they had.
    apart = QuantizedLlama(model, made.integers, held_out={"texts[3]": np.array([1, 99])})
    with pytest.raises(QuantizeError, match=r"^texts\[3\]: the text has the token 99"):
        _ = apart.report
    with pytest.raises(QuantizeError, match=r"^held_out\[0\]: the text has the token 99"):
        _ = QuantizedLlama(model, made.integers, held_out=[np.array([99])]).report
    forward = IntegerLlama.forward

    def leaves(self: IntegerLlama, tokens: np.ndarray) -> object:
        if tokens[0] == 7:
            raise OutOfRange("q leaves")
        return forward(self, tokens)

    monkeypatch.setattr(IntegerLlama, "forward", leaves)
    # texts[3] is held out, so that the fifth is the fourth of those that calibrate.
    with pytest.raises(QuantizeError, match=r"^texts\[4\] leaves a range"):
        quantize.llama(model, [[1, 2], [2, 3], [3, 4], [4, 5], [7, 8]])


def test_steps_and_programs_are_asked_for_early() -> None:
    made = quantize.llama(random_model())
    for call in (made.flags, made.program):
        for steps in (0, 33, 10**9):
            with pytest.raises(QuantizeError, match=f"steps is {steps}: it must be from 1 to 32"):
                call(steps)
    for wrong in (None, made.program_source):
        with pytest.raises(QuantizeError, match="is no program, it has no run"):
            made.by(wrong)


def test_fidelity_by_attncs_own_program() -> None:
    made = quantize.llama(random_model(layers=1))
    parameters = {**made.parameters, "steps": 5}
    program = attnc_package.compile(made.program_source, **parameters)
    # Other lengths than that of the program too.
    texts = [text[:length] for text, length in zip(made.held_out, (5, 9))]
    assert fidelity(made.by(program), texts) == fidelity(made, texts)
    assert "range" in made._repr_html_()
    renamed = made.program_source.replace("logit", "points")
    with pytest.raises(attnc_package.Error, match="`logit`.*that the integers were made for"):
        fidelity(made.by(attnc_package.compile(renamed, **parameters)), texts)


@needs_attnc
def test_attnc_proves_it(tmp_path: Path) -> None:
    made = quantize.llama(random_model(heads=6, groups=2, hidden=24))
    program, tokens = tmp_path / "llama.attn", tmp_path / "tokens.json"
    program.write_text(made.program_source)
    tokens.write_text(json.dumps({"token": [1, 2, 3, 4]}))
    given = [program, *made.flags(4), "--fixed", made.save(tmp_path / "m.npz")]
    proof, key = tmp_path / "llama.proof", tmp_path / "llama.key"
    for words in [
        ["prove", *given, "--input", tokens, "-o", proof],
        ["key", *given, "-o", key],
        ["verify", proof, "--key", key],
    ]:
        ran = attnc(*words)
        assert ran.returncode == 0, ran.stderr


@pytest.fixture(scope="module")
def stories() -> QuantizedLlama:
    return quantize.llama(STORIES)


def written(made: QuantizedLlama, count: int) -> list[list[int]]:
    """Stories that calibration has not seen: seeds from 100."""
    return [made.float_model.generate([1], 256, 0.8, 100 + n) for n in range(count)]


@needs_stories
def test_stories_top1(stories: QuantizedLlama) -> None:
    report = fidelity(stories, written(stories, 8))
    assert report.positions == 2048
    assert report.top1 is not None and report.top1 >= 0.98
    assert report.kl is not None and report.kl < 0.0006
    # A story of which every next token is the model's first choice.
    greedy = fidelity(stories, [stories.float_model.generate([1], 256)])
    assert greedy.top1 is not None and greedy.top1 >= 0.98


@needs_stories
@needs_attnc
def test_stories_by_the_example(stories: QuantizedLlama, tmp_path: Path) -> None:
    text = written(stories, 1)[0][:16]
    tokens = tmp_path / "tokens.json"
    tokens.write_text(json.dumps({"token": text}))
    fixed = stories.save(tmp_path / "m.npz")
    flags = [f for n, v in stories.stories_parameters().items() for f in ("-p", f"{n}={v}")]
    program = ROOT / "examples" / "stories260k.attn"
    given = [program, "-p", "steps=16", *flags, "--fixed", fixed]
    out, proof, key = (tmp_path / name for name in ("out.npz", "p.proof", "p.key"))
    for words in [
        ["run", *given, "--input", tokens, "-o", out],
        ["prove", *given, "--input", tokens, "-o", proof],
        ["key", *given, "-o", key],
        ["verify", proof, "--key", key],
    ]:
        ran = attnc(*words)
        assert ran.returncode == 0, ran.stderr
    with np.load(out) as found:
        assert (found["next"] == stories.run(text)).all()


@needs_stories
@needs_published
def test_the_published_integers(stories: QuantizedLlama) -> None:
    """The twin is the published reference, tensor by tensor; this fit is as good as theirs."""
    sys.path.insert(0, str(PUBLISHED))
    try:
        import reference
    finally:
        sys.path.pop(0)
    theirs, ours = (
        reference.Model(PUBLISHED / "model.npz"),
        IntegerLlama.load(PUBLISHED / "model.npz"),
    )
    random, names = np.random.default_rng(0), {"m": "xm", "more": "x"}
    for _ in range(4):
        tokens = random.integers(0, 512, random.integers(1, 60))
        kept: list[dict[str, np.ndarray]] = []
        logits = theirs.forward(tokens, kept)
        layers, last = ours.forward(tokens)
        assert (last["logit"] == logits).all()
        for layer, expected in zip(layers, kept):
            for name, found in layer.items():
                same = expected[names.get(name, name)].reshape(found.shape)
                assert (found == same).all(), name
    texts = written(stories, 8)
    published = fidelity(QuantizedLlama(read_llama(STORIES), ours), texts)
    found = fidelity(stories, texts)
    assert published.top1 is not None and found.top1 is not None
    assert published.top1 > 0.985
    assert found.top1 > published.top1 - 0.005
