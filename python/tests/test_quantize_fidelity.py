"""Fidelity: errors, cosines, next tokens, and the table, page and JSON of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

import numpy as np
import pytest

from attnc.fidelity import Compared, fidelity

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


@pytest.mark.parametrize(
    ("subject", "texts", "more", "says"),
    [
        (Subject(), [], {}, "no text"),
        (Subject(), "text", {}, "give a list of texts"),
        (Subject(), 3, {}, "give a list of texts"),
        (Subject(), [1], {"units": {}}, "are for a program"),
        (Subject(Compared("x", 0, REAL, FOUND[1:])), [1], {}, r"x has shape \[3, 2\]"),
        (Program(), [{}], {}, "give reference"),
        (Program(), [[1]], {"reference": dict}, "a mapping of its tensors"),
        (Program(), [{"x": 1}], {"reference": dict, "units": {"q": 1}}, "units has q"),
        (object(), [1], {}, "a object is no program"),
    ],
)
def test_what_is_wrong_is_named(
    subject: object, texts: object, more: dict[str, object], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        fidelity(subject, texts, **more)
