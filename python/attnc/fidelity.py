"""Fidelity: how near a program's integers come to the real numbers that they stand for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Callable

import numpy as np

from ._compared import Compared, Reference, both, program_compared
from ._errors import Error

__all__ = ["Compared", "Difference", "Fidelity", "Row", "fidelity"]


@dataclass(frozen=True)
class Row:
    """How far a tensor is off: the largest and the mean absolute error and the mean magnitude of
    the real numbers, in their units; the cosine between the two of a position, the mean and the
    least."""

    tensor: str
    layer: int | None
    max_error: float
    mean_error: float
    mean_size: float
    cosine: float
    least_cosine: float


@dataclass(frozen=True)
class Difference:
    """A position whose next token differs; ``margin``: by how much the real logit of ``real_token``
    is above that of ``integer_token``."""

    text: int
    position: int
    margin: float
    real_token: int
    integer_token: int


@dataclass(frozen=True)
class Fidelity:
    """Errors by tensor and layer; for a model how its next tokens compare.

    ``top1``: the part of positions whose likeliest next token is the same. ``kl``: the mean of
    the divergence KL(real || integer) of the next token's distributions, in nats.
    ``perplexity_real`` and ``perplexity_integer``: exp of the mean of -ln p of the texts' own
    next tokens. None where there are no logits (for perplexities also where no text has two
    tokens).
    """

    rows: list[Row]
    texts: int
    positions: int
    top1: float | None = None
    kl: float | None = None
    perplexity_real: float | None = None
    perplexity_integer: float | None = None
    differs: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def cosine(self) -> float:
        """The mean cosine of the last tensor that was compared: of a head, its context."""
        return self.rows[-1].cosine

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What is said of the whole, a name and a value each."""
        found = [("texts", f"{self.texts}"), ("positions", f"{self.positions:,}")]
        if self.top1 is not None and self.kl is not None:
            found += [("top-1", f"{100 * self.top1:.2f} %"), ("KL", f"{self.kl:.6f} nats")]
        if self.perplexity_real is not None:
            found.append(
                (
                    "perplexity",
                    f"{self.perplexity_real:.4f} real, {self.perplexity_integer:.4f} integer",
                )
            )
        if self.differs:
            found.append(
                ("largest margin where it differs", f"{max(d.margin for d in self.differs):.4f}")
            )
        return found + [("note", note) for note in self.notes]

    def __str__(self) -> str:
        head = ("tensor", "layer", "max error", "mean error", "mean size", "cosine", "least")
        cells = [head, *(row_cells(row) for row in self.rows)]
        wide = [max(len(line[i]) for line in cells) for i in range(len(head))]
        table = [
            "  ".join(
                [line[0].ljust(wide[0]), *(text.rjust(w) for text, w in zip(line[1:], wide[1:]))]
            )
            for line in cells
        ]
        said = [f"{name}: {value}" for name, value in self.lines]
        where = [
            f"differs: text {d.text}, position {d.position}: {d.real_token} real, "
            f"{d.integer_token} integer, margin {d.margin:.4f}"
            for d in self.differs[:8]
        ]
        more = [f"and {len(self.differs) - 8} more positions"] if len(self.differs) > 8 else []
        return "\n".join([*table, *said, *where, *more])

    def _repr_html_(self) -> str:
        from ._fidelity_page import page

        return page(self)

    def to_dict(self) -> dict[str, Any]:
        """The fields, all of JSON's types; ``cosine`` also, of the last row."""
        return {**asdict(self), "cosine": self.cosine}

    def to_json(self) -> str:
        """`to_dict` as a text. Raises `Error` where a number is not finite, which JSON has not."""
        try:
            return json.dumps(self.to_dict(), allow_nan=False)
        except ValueError as error:
            raise Error(f"a number of it is NaN or infinite, which JSON has not: {error}") from None


def row_cells(row: Row) -> tuple[str, ...]:
    """A row of the table as text."""
    layer = "" if row.layer is None else str(row.layer)
    errors = (f"{x:.3g}" for x in (row.max_error, row.mean_error, row.mean_size))
    return (row.tensor, layer, *errors, f"{row.cosine:.6f}", f"{row.least_cosine:.6f}")


def fidelity(
    subject: Any,
    texts: Iterable[Any],
    *,
    reference: Reference | None = None,
    units: Mapping[str, Any] | None = None,
) -> Fidelity:
    """How near ``subject`` comes to real numbers on ``texts``.

    ``subject`` is what `attnc.quantize.llama` or `attnc.quantize.head` gives: it knows its real
    model, and a text is a list of token numbers, or a triple of queries, keys and values. Or it
    is a program (with ``run(show=[...], **tensors)``): then a text is a mapping of its tensors,
    ``reference(text)`` gives the real arrays by the names of the program's values, and ``units``
    what an integer of each is, above 0, 1 where it has none; it stretches over the array as NumPy
    broadcasts. It says of a program what ``attnc fidelity`` does:

    - A position is what has one first index. An array has its value's shape.
    - A value of which a dimension grows with a step, as the scores of a causal head, comes flat
      from ``run``. Its array has the largest sizes, as ``[n, m]``: of it what the program has is
      compared, which is j <= i + m - n; what stands elsewhere does not count, and may be NaN. A
      flat array is refused: no shape follows from it. (The command takes one.)
    - An array called ``logit`` counts as logits, and a text's ``token``, if it has one for each
      position, as its own tokens: of these is the perplexity.

    Raises `Error` where there is no text, an array is not of real numbers that are finite, or
    shapes differ; what the subject raises where a text leaves a range. It names the text.
    """
    if isinstance(texts, (str, bytes, Mapping)) or not isinstance(texts, Iterable):
        raise Error(f"texts is {texts!r:.60}: give a list of texts")
    if hasattr(subject, "compared"):
        if reference is not None or units is not None:
            raise Error("reference and units are for a program: a quantised model has its own")
        compare = subject.compared
    else:
        compare = program_compared(subject, reference, units)
    named = ((f"texts[{number}]", text) for number, text in enumerate(texts))
    return compared_by(compare, named, list(getattr(subject, "notes", [])))


def compared_by(
    compare: Callable[[Any], Iterable[Compared]],
    texts: Iterable[tuple[str, Any]],
    notes: list[str],
) -> Fidelity:
    """Fidelity of what ``compare`` gives of each text; the texts have names for errors."""
    sums: dict[tuple[str, int | None], Sums] = {}
    tokens = Tokens()
    count = positions = 0
    for number, (name, text) in enumerate(texts):
        count += 1
        here = 0
        try:
            for compared in compare(text):
                real, integer, seen = both(compared)
                here = len(real)
                sums.setdefault((compared.tensor, compared.layer), Sums()).add(real, integer, seen)
                if compared.tensor == "logit" and compared.layer is None:
                    tokens.add(number, own_tokens(text, here), real, integer, seen)
        except Error as error:
            error.within(name)
            raise
        positions += here
    if not count:
        raise Error("texts has no text")
    if not sums:
        raise Error("there is nothing to compare")
    rows = [of.row(tensor, layer) for (tensor, layer), of in sums.items()]
    return Fidelity(rows, count, positions, **tokens.said(), notes=notes)


def own_tokens(text: Any, positions: int) -> np.ndarray | None:
    """A text's own tokens, one a position: the text, or a program's input `token`."""
    given = text.get("token") if isinstance(text, Mapping) else text
    try:
        tokens = np.asarray(given)
    except ValueError:
        return None
    if tokens.dtype.kind not in "iu" or tokens.size != positions:
        return None
    return tokens.reshape(-1)


class Sums:
    """What a row is made of, text by text."""

    def __init__(self) -> None:
        self.largest = self.errors = self.sizes = 0.0
        self.elements = 0
        self.cosines: list[np.ndarray] = []

    def add(self, real: np.ndarray, integer: np.ndarray, seen: np.ndarray) -> None:
        # Both are 0 where there is no element: only the count knows.
        error = np.abs(real - integer)
        self.largest = max(self.largest, float(error.max()))
        self.errors += float(error.sum())
        self.sizes += float(np.abs(real).sum())
        self.elements += int(seen.sum())
        lengths = np.linalg.norm(real, axis=-1) * np.linalg.norm(integer, axis=-1)
        # Two zeros point the same way; a zero and another do not.
        none = (real == 0).all(-1) & (integer == 0).all(-1)
        dots = (real * integer).sum(-1) / np.where(lengths > 0, lengths, 1.0)
        self.cosines.append(np.where(none, 1.0, dots))

    def row(self, tensor: str, layer: int | None) -> Row:
        cosines = np.concatenate(self.cosines)
        mean, size = self.errors / self.elements, self.sizes / self.elements
        return Row(
            tensor, layer, self.largest, mean, size, float(cosines.mean()), float(cosines.min())
        )


class Tokens:
    """How next tokens compare, text by text."""

    def __init__(self) -> None:
        self.differs: list[Difference] = []
        self.positions = self.known = 0
        self.kl = self.real = self.integer = 0.0

    def add(
        self,
        text: int,
        tokens: np.ndarray | None,
        real: np.ndarray,
        integer: np.ndarray,
        seen: np.ndarray,
    ) -> None:
        real, integer = (np.where(seen, x, -np.inf) for x in (real, integer))
        chosen, other = real.argmax(-1), integer.argmax(-1)
        for at in np.flatnonzero(chosen != other):
            ours, theirs = int(chosen[at]), int(other[at])
            margin = float(real[at, ours] - real[at, theirs])
            self.differs.append(Difference(text, int(at), margin, ours, theirs))
        # Where there is no element both are 0, and have no part in the sum.
        p, q = (np.where(seen, log_softmax(x), 0.0) for x in (real, integer))
        self.kl += float((np.where(seen, np.exp(p), 0.0) * (p - q)).sum())
        self.positions += len(real)
        if tokens is not None:
            following = tokens[1:]
            rows = np.flatnonzero((following >= 0) & (following < real.shape[1]))
            rows = rows[seen[rows, following[rows]]]
            following = following[rows]
            self.real -= float(p[rows, following].sum())
            self.integer -= float(q[rows, following].sum())
            self.known += len(following)

    def said(self) -> dict[str, Any]:
        if not self.positions:
            return {}
        found: dict[str, Any] = {
            "top1": 1 - len(self.differs) / self.positions,
            "kl": self.kl / self.positions,
            "differs": self.differs,
        }
        if self.known:
            found["perplexity_real"] = float(np.exp(self.real / self.known))
            found["perplexity_integer"] = float(np.exp(self.integer / self.known))
        return found


def log_softmax(x: np.ndarray) -> np.ndarray:
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))
