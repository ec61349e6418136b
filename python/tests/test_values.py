"""Programs, keys and proofs as values: equal, copied, pickled, shown in a notebook and in help."""

import copy
import pickle
import pydoc
from pathlib import Path

import numpy as np
import pytest

import attnc
from attnc import quantize

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SOURCE = """circuit model(n = 4) {
    fixed input weight[n, n] : -8..=8
    private input x[n] : -9..=9
    public output y[n]
    y[i in n] = sum(j in n) weight[i, j] * x[j]
}"""
W = (np.arange(16).reshape(4, 4) * 5) % 17 - 8
X = np.array([3, -2, 9, 1])


@pytest.fixture(scope="module")
def made():
    program = attnc.compile(SOURCE).with_fixed(weight=W)
    key = program.key(security=96, optimize="bytes")
    return program, key, key.prove(x=X)


def test_pickled_values_are_equal_and_do_the_same(made):
    program, key, proof = made
    for value in made:
        for again in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value), copy.copy(value)):
            assert again == value and hash(again) == hash(value)
            assert len({again, value}) == 1
    # With its fixed inputs, and at the security that it was made for.
    again = pickle.loads(pickle.dumps(key))
    found = attnc.verify(again.prove(x=X), key, min_security=96)
    np.testing.assert_array_equal(found.outputs["y"], W @ X)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(program)).run(x=X).y, W @ X)
    assert pickle.loads(pickle.dumps(attnc.Key.from_bytes(key.to_json().encode()))) == key
    verdict = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(verdict.outputs["y"], W @ X)
    out = copy.deepcopy(program.run(x=X))
    np.testing.assert_array_equal(out.y, W @ X)


def test_a_program_that_uses_others_is_pickled():
    program = attnc.Program.load(EXAMPLES / "head.attn", steps=4, width=4)
    again = pickle.loads(pickle.dumps(program))
    assert again == program and again.digest == program.digest


def test_what_differs_is_not_equal(made):
    program, key, proof = made
    bare = attnc.compile(SOURCE)
    assert bare != program and bare == attnc.compile(SOURCE)
    assert bare != attnc.compile(SOURCE, n=3)
    assert program != attnc.compile(SOURCE).with_fixed(weight=-W)
    assert key != bare.key(weight=-W) and proof != key.prove(x=X, context="other")
    assert key != 3 and program != "model" and proof != bytes(proof)


def test_a_key_binds_what_the_array_held(made):
    weight = W.copy()
    key = attnc.compile(SOURCE).key(weight=weight)
    weight[:] = 0
    verdict = attnc.verify(key.prove(x=X), key)
    np.testing.assert_array_equal(verdict.outputs["y"], W @ X)


def test_an_error_is_pickled():
    for error in (
        attnc.Error("a", code="E001", hints=["b"]),
        quantize.QuantizeError("a"),
        quantize.OutOfRange("a"),
    ):
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error) and str(again) == str(error)
        assert again.hints == error.hints


def test_all_errors_are_attncs():
    for kind in (quantize.QuantizeError, quantize.OutOfRange):
        assert issubclass(kind, attnc.Error)
    with pytest.raises(attnc.Error) as raised:
        quantize.head(X, X, X)
    assert raised.value.message == str(raised.value) == raised.value.rendered
    assert raised.value.hints == [] and raised.value.code is None
    with pytest.raises(attnc.Error):
        attnc.fidelity("no subject", [[1]])


def test_pages_are_escaped(made):
    program, key, proof = made
    verdict = attnc.verify(proof, key)
    sweep = attnc.Sweep([{"plan": "<b>", "n": 3}])
    found = attnc.Exploration([], [{"plan": "<b>", "why": "no"}])
    pages = [
        value._repr_html_()
        for value in (program, key, proof, verdict, program.run(x=X), sweep, found)
    ]
    assert all("<table>" in page for page in pages)
    assert "<b>" not in "".join(pages) and "&lt;b&gt;" in pages[-2]
    assert key.fixed["weight"] in pages[1]
    assert "<b>" not in attnc.Outputs({"<b>": X})._repr_html_()


def test_help_says_what_there_is():
    for value, names in (
        (attnc.Verdict, ("details", "inputs", "outputs", "relies_on")),
        (attnc.Sweep, ("rows", "names")),
        (attnc.Exploration, ("plans", "impossible")),
        (attnc.TensorInfo, ("public", "shape", "range")),
    ):
        said = pydoc.plain(pydoc.render_doc(value))
        for name in names:
            assert name in said
    for name in attnc.__all__:
        value = getattr(attnc, name)
        if name.startswith("__"):
            continue
        assert value.__doc__, name
        for member, found in vars(value).items() if isinstance(value, type) else ():
            if not member.startswith("_") and (callable(found) or isinstance(found, property)):
                assert found.__doc__, f"{name}.{member}"
