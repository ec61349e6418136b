"""Fidelity: errors, cosines, next tokens, and the table, page and JSON of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

import numpy as np
import pytest

import attnc
from attnc import Error
from attnc._growing import growing_axes, places
from attnc.fidelity import Compared, Fidelity, Row, fidelity

REAL = np.array([[3.0, 4.0], [0.0, 0.0], [1.0, 0.0]])
FOUND = np.array([[3.0, 4.5], [0.0, 0.0], [0.0, 1.0]])


class Subject:
    """Compares two tensors that it was given."""

    def __init__(self, *compared: Compared) -> None:
        self.given = compared

    def compared(self, text: object) -> Iterator[Compared]:
        yield from self.given


def test_errors_and_cosines() -> None:
    (row,) = fidelity(Subject(Compared("x", 2, REAL, FOUND)), ["text"]).rows
    assert (row.tensor, row.layer, row.max_error) == ("x", 2, 1.0)
    assert row.mean_error == pytest.approx(2.5 / 6)
    assert row.mean_size == pytest.approx(8 / 6)
    first = (9 + 18) / (5 * np.hypot(3, 4.5))
    # Two zeros are alike; two that stand at right angles are not.
    assert row.cosine == pytest.approx((first + 1 + 0) / 3)
    assert row.least_cosine == 0.0


def test_texts_of_other_lengths_weigh_by_position() -> None:
    class Growing:
        def compared(self, text: list[int]) -> Iterator[Compared]:
            error = np.full((len(text), 1), float(len(text)))
            yield Compared("x", None, np.ones_like(error), 1 + error)

    found = fidelity(Growing(), [[1], [1, 2, 3]])
    assert found.rows[0].mean_error == pytest.approx((1 + 3 * 3) / 4)
    assert (found.texts, found.positions) == (2, 4)


def test_next_tokens() -> None:
    real = np.log(np.array([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]]))
    found = np.log(np.array([[0.25, 0.5, 0.25], [0.1, 0.2, 0.7]]))
    got = fidelity(Subject(Compared("logit", None, real, found)), [[7, 1]])
    assert got.top1 == 0.5
    assert got.kl == pytest.approx(0.25 * np.log(2) / 2)
    # The text's own next token is 1, at 1/4 and 1/2.
    assert got.perplexity_real == pytest.approx(4)
    assert got.perplexity_integer == pytest.approx(2)
    (differs,) = got.differs
    assert (differs.text, differs.position, differs.real_token, differs.integer_token) == (
        0,
        0,
        0,
        1,
    )
    assert differs.margin == pytest.approx(np.log(2))
    assert "differs: text 0, position 0: 0 real, 1 integer, margin 0.6931" in str(got)
    assert json.loads(got.to_json())["differs"][0]["margin"] == pytest.approx(np.log(2))


def test_page_is_well_formed_and_escaped() -> None:
    real = np.log(np.array([[0.5, 0.5]]))
    found = fidelity(
        Subject(Compared("<x>", 0, REAL, FOUND), Compared("logit", None, real, real)), [[1]]
    )
    page = found._repr_html_()
    tree = ElementTree.fromstring(page)
    assert len(tree.findall(".//circle")) == 2
    assert "<x>" not in page
    assert "&lt;x&gt;" in page
    assert str(found).count("\n") >= 5


class Program:
    """What the adapter asks of a program: run(show, **tensors)."""

    def run(self, show: list[str], x: np.ndarray) -> Mapping[str, np.ndarray]:
        return {name: {"y": x * 2, "z": x * x}[name] for name in show}


def test_a_program() -> None:
    text = {"x": np.array([1, 2, 3])}
    reference = lambda given: {"y": given["x"] * 0.2, "z": given["x"] ** 2 + 0.5}
    found = fidelity(Program(), [text], reference=reference, units={"y": 0.1})
    assert [row.tensor for row in found.rows] == ["y", "z"]
    assert found.rows[0].max_error == pytest.approx(0)
    assert found.rows[1].mean_error == pytest.approx(0.5)
    assert found.top1 is None


X = {"x": np.array([1, 2, 3])}
GIVEN = {"reference": lambda given: {"y": given["x"] * 0.2}}


@pytest.mark.parametrize(
    ("subject", "texts", "more", "says"),
    [
        (Subject(), [], {}, "no text"),
        (Subject(), "text", {}, "give a list of texts"),
        (Subject(), 3, {}, "give a list of texts"),
        (Subject(), [1], {"units": {}}, "are for a program"),
        (Subject(Compared("x", 0, REAL, FOUND[1:])), [1], {}, r"`x` of layer 0 has shape \[3, 2\]"),
        (Program(), [{}], {}, "give reference"),
        (Program(), [[1]], {"reference": dict}, "a mapping of its tensors"),
        (Program(), [{"x": 1}], {"reference": dict, "units": {"q": 1}}, "units has q"),
        (object(), [1], {}, "a object is no program"),
        (Program(), X, {"reference": dict}, "texts is .*: give a list of texts"),
        (Program(), [X], {"reference": 3}, "reference is 3: give a function"),
        (Program(), [X], {"reference": lambda x: None}, "reference gave None: it must return"),
        (Program(), [X], {"reference": lambda x: {}}, "reference gave {}"),
        (Program(), [X], {"reference": lambda x: {3: [1]}}, "an array by 3, which is no name"),
        (Program(), [X], {**GIVEN, "units": [1]}, r"units is \[1\]: give a mapping"),
        (Program(), [X], {**GIVEN, "units": {"y": "m"}}, r"units\['y'\] is of dtype <U1"),
        (Program(), [X], {**GIVEN, "units": {"y": 0}}, r"units\['y'\] has 0: a unit is"),
        (Program(), [X], {**GIVEN, "units": {"y": [1, -1, 1]}}, r"has -1 at \[1\]: a unit is"),
        (Program(), [X], {**GIVEN, "units": {"y": np.nan}}, "has nan: a unit is"),
        (
            Program(), [X], {**GIVEN, "units": {"y": [1, 2]}},
            r"units\['y'\] has shape \[2\], which does not stretch over \[3\]",
        ),
        (
            Program(), [X], {**GIVEN, "units": {"y": np.ones((3, 1))}},
            r"units\['y'\] has shape \[3, 1\], which does not stretch over \[3\]",
        ),
        (Program(), [X], {"reference": lambda x: {"y": "text"}}, "`y` is of dtype <U4"),
        (Program(), [X], {"reference": lambda x: {"y": None}}, "`y` is NoneType None"),
        (Program(), [X], {"reference": lambda x: {"y": [[1], [1, 2]]}}, "`y` is no array"),
        (Program(), [X], {"reference": lambda x: {"y": np.ones(2)}}, r"`y` has shape \[2\]"),
        (Subject(), [1], {}, "nothing to compare"),
    ],  # fmt: skip
)
def test_what_is_wrong_is_named(
    subject: object, texts: object, more: dict[str, object], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        fidelity(subject, texts, **more)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (np.nan, r"has NaN at \[1, 0\]"),
        (np.inf, r"has inf at \[1, 0\]"),
        (-np.inf, r"has -inf at \[1, 0\]"),
        (1j, "is of dtype complex128: an array of real numbers"),
        (1e200, "square may not fit"),
    ],
)
def test_what_is_no_real_number_is_refused(wrong: complex, says: str) -> None:
    context = REAL.astype(np.array(wrong).dtype)
    context[1, 0] = wrong
    reference = lambda given: {"context": given["real"]}
    fine = {"found": FOUND, "real": REAL}

    class Gives:
        def run(self, show: list[str], **given: np.ndarray) -> Mapping[str, np.ndarray]:
            return {"context": given["found"]}

    for text in ({"found": FOUND, "real": context}, {"found": context, "real": REAL}):
        with pytest.raises(Error, match=rf"^texts\[1\]: `context`.* {says}"):
            fidelity(Gives(), [fine, text], reference=reference)
    with pytest.raises(Error, match=rf"^texts\[0\]: `x` of layer 3 .*{says}"):
        fidelity(Subject(Compared("x", 3, context, FOUND)), ["text"])
    masked = np.ma.masked_array(REAL, REAL > 3)
    with pytest.raises(Error, match="`x` is a masked array"):
        fidelity(Subject(Compared("x", None, masked, FOUND)), ["text"])


def test_json_has_no_nan() -> None:
    row = Row("x", None, float("nan"), 0.0, 0.0, 1.0, 1.0)
    with pytest.raises(Error, match="NaN or infinite, which JSON has not"):
        Fidelity([row], 1, 1).to_json()


def test_what_is_not_seen_does_not_count() -> None:
    seen = np.array([[True, False], [False, False], [True, True]])
    real = np.where(seen, REAL, np.nan)
    found = fidelity(Subject(Compared("logit", None, real, FOUND, seen)), [[1, 0, 1]])
    (row,) = found.rows
    # A row of which nothing is seen is no position.
    assert found.positions == 2
    assert (row.max_error, row.mean_error) == (1.0, pytest.approx(2 / 3))
    assert row.mean_size == pytest.approx(4 / 3)
    assert row.cosine == 0.5
    assert found.top1 == 0.5
    p = np.exp(1) / (1 + np.exp(1))
    assert found.kl == pytest.approx((p - (1 - p)) / 2)


CAUSAL = """circuit causal(steps = 4, heads = 3) {
    private input first[2, 1] : -9..=9
    private input pair[steps, 1] : 0..=9
    private input token[steps] : 0..=9
    state cache = first
    public output logit[steps, heads]
    step t in steps {
        cache <- pair[t]
        for h in heads { near[j in cache] = (h + 1) * cache[j, 0] * token[t] }
        far[j in cache] = cache[j, 0] + t
        logit[t, h in heads] = token[t] * h
    }
}"""


def test_values_that_grow_have_a_position_for_each_first_index() -> None:
    program = attnc.compile(CAUSAL)
    token = np.array([3, 1, 4, 1])
    text = {"first": [[2], [5]], "pair": token[:, None], "token": token}
    cache = np.array([2, 5, 3, 1, 4, 1])
    near = token[:, None, None] * np.arange(1, 4)[:, None] * cache * 0.5
    far = cache + np.arange(4.0)[:, None]
    seen = np.arange(6) <= np.arange(4)[:, None] + 2
    far[~seen] = np.nan
    whole = {"near": near, "far": far, "logit": token[:, None] * np.arange(3.0)}
    units = {"near": np.full((4, 1, 1), 0.5)}
    found = fidelity(program, [text], reference=lambda given: whole, units=units)
    assert [row.max_error for row in found.rows] == [0, 0, 0]
    assert [row.cosine for row in found.rows] == [pytest.approx(1)] * 3
    assert found.positions == 4
    assert found.perplexity_real == found.perplexity_integer is not None
    # One position is off by its sign: of 4, not of 18.
    off = {"far": np.where(np.arange(4)[:, None] == 1, -far, far)}
    (row,) = fidelity(program, [text], reference=lambda given: off).rows
    assert row.cosine == pytest.approx((3 - 1) / 4)
    for given, says in [
        ({"far": far[seen]}, "`far` grows with a step, and its real array is flat: give it whole"),
        ({"far": far[:, :5]}, r"`far` grows with a step to 18 elements, .* shape \[4, 5\]"),
        ({"near": near[:, 0]}, r"`near` grows with a step to 54 elements"),
        ({"logit": whole["logit"].reshape(-1)}, r"`logit` has shape \[12\] .* \[4, 3\]"),
    ]:
        with pytest.raises(Error, match=says):
            fidelity(program, [text], reference=lambda _: given)  # noqa: B023


def test_sizes_that_are_alike_are_told_apart_by_the_program() -> None:
    program = attnc.compile(CAUSAL.replace("[2, 1]", "[1, 1]"), steps=3, heads=3)
    token = np.array([3, 1, 4])
    text = {"first": [[2]], "pair": token[:, None], "token": token}
    cache = np.array([2, 3, 1, 4])
    near = token[:, None, None] * np.arange(1, 4)[:, None] * cache
    (row,) = fidelity(program, [text], reference=lambda given: {"near": near}).rows
    assert row.max_error == 0
    # Of what has no text, sizes alone say it, if they differ.

    class Runs:
        def run(self, show: list[str], **tensors: object) -> Mapping[str, np.ndarray]:
            return program.run(tensors, show=show)

    with pytest.raises(Error, match=r"where the 27 elements of `near` stand in \[3, 3, 4\]"):
        fidelity(Runs(), [text], reference=lambda given: {"near": near})


def test_which_values_grow() -> None:
    layered = """circuit deep(layers = 2, steps = 3, n = 3) {
        private input x[steps, n] : -9..=9
        public output y[layers, n]
        layer l in layers {
            state cache = empty
            part[i in 0..=l, d in n] = i * x[0, d]
            whole[t in steps, d in n] = x[t, d] * l
            step t in steps {
                cache <- x[t]
                for d in n { s[j in cache] = cache[j, d] }
                last[d in n] = cache[t, d] + sum(j in cache) s[d, j]
            }
        }
        y[l in layers, d in n] = last[l, steps - 1, d]
    }"""
    program = attnc.compile(layered)
    axes = {name: growing_axes(program, name) for name in ("part", "whole", "s", "last", "cache")}
    assert axes == {"part": (0, 1), "whole": (), "s": (1, 3), "last": (), "cache": ()}
    shown = program.run(x=np.ones((3, 3), int), show=list(axes))
    flat = {name for name in axes if shown[name].ndim == 1}
    assert flat == {"part", "s"}
    assert growing_axes(object(), "s") is None
    again = layered.replace("whole[t in steps, d in n] = x[t, d] * l", "").replace(
        "layer l in layers {", "for h in layers { s[d in n] = d * h }\n        layer l in layers {"
    )
    program = attnc.compile(again)
    shown = program.run(x=np.ones((3, 3), int), show="s")
    assert {name: shown[name].shape for name in ("s", "s#2")} == {"s": (2, 3), "s#2": (36,)}
    assert (growing_axes(program, "s"), growing_axes(program, "s#2")) == ((), (1, 3))
    with pytest.raises(Error, match="`s` is one of s, s#2: give an array of each"):
        text = {"x": np.ones((3, 3), int)}
        fidelity(program, [text], reference=lambda given: {"s": np.ones((2, 3))})


def test_where_elements_of_a_growing_value_stand() -> None:
    (mask,) = places((2, 3), 5, None)
    assert mask.tolist() == [[True, True, False], [True, True, True]]
    # Any of two with one before it: not clear, where sizes are alike.
    assert len(places((3, 3, 3), 18, None)) == 3
    assert len(places((3, 3, 3), 18, (0, 2))) == 1
    (mask,) = places((3, 2, 4), 18, None)
    assert mask[:, 1].sum(-1).tolist() == [2, 3, 4]
    # None at the first index.
    assert places((3, 2), 3, None)[0].sum(-1).tolist() == [0, 1, 2]
    assert places((4, 4), 11, None) == []
