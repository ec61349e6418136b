"""Fidelity: how near a program's integers come to the real numbers that they stand for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import (
    Any,
    Callable,
    NamedTuple,
)

import numpy as np

from ._errors import Error


class Compared(NamedTuple):
    """One tensor of one text: real numbers, and integers x their unit, of one shape; a row a
    position."""

    tensor: str
    layer: int | None
    real: np.ndarray
    integer: np.ndarray


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
        """`to_dict` as a text."""
        return json.dumps(self.to_dict())


def row_cells(row: Row) -> tuple[str, ...]:
    """A row of the table as text."""
    layer = "" if row.layer is None else str(row.layer)
    errors = (f"{x:.3g}" for x in (row.max_error, row.mean_error, row.mean_size))
    return (row.tensor, layer, *errors, f"{row.cosine:.6f}", f"{row.least_cosine:.6f}")


Reference = Callable[[Any], Mapping[str, Any]]


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
    what an integer of each is, 1 where it has none; an array called ``logit`` counts as logits.

    Raises `Error` where there is no text, or shapes differ; what the subject raises where a
    text leaves a range.
    """
    if isinstance(texts, (str, bytes)) or not isinstance(texts, Iterable):
        raise Error(f"texts is {texts!r}: give a list of texts")
    if hasattr(subject, "compared"):
        if reference is not None or units is not None:
            raise Error("reference and units are for a program: a quantised model has its own")
        compare = subject.compared
    else:
        compare = program_compared(subject, reference, units or {})
    sums: dict[tuple[str, int | None], Sums] = {}
    tokens = Tokens()
    count = positions = 0
    for number, text in enumerate(texts):
        count += 1
        for compared in compare(text):
            real, integer = both(compared)
            sums.setdefault((compared.tensor, compared.layer), Sums()).add(real, integer)
            if compared.tensor == "logit":
                tokens.add(number, None if isinstance(text, Mapping) else text, real, integer)
        positions += len(real)
    if not count:
        raise Error("texts has no text")
    rows = [of.row(tensor, layer) for (tensor, layer), of in sums.items()]
    notes = list(getattr(subject, "notes", []))
    return Fidelity(rows, count, positions, **tokens.said(), notes=notes)


def both(compared: Compared) -> tuple[np.ndarray, np.ndarray]:
    """Real and integer as float64, a row a position."""
    real, integer = (np.asarray(x, np.float64) for x in (compared.real, compared.integer))
    if real.shape != integer.shape:
        raise Error(
            f"{compared.tensor} has shape {list(real.shape)} in real numbers, "
            f"and {list(integer.shape)} in integers"
        )
    if real.ndim == 0 or real.size == 0:
        raise Error(f"{compared.tensor} has no positions")
    return real.reshape(len(real), -1), integer.reshape(len(real), -1)


def program_compared(
    program: Any, reference: Reference | None, units: Mapping[str, Any]
) -> Callable[[Any], Iterator[Compared]]:
    """What compares a program: all that is asked of one is ``run(show=[...], **tensors)``, arrays
    by name."""
    if not callable(getattr(program, "run", None)):
        raise Error(
            f"a {type(program).__name__} is no program and no quantised model: it has no run"
        )
    if reference is None:
        raise Error(
            "a program does not know its real numbers: give reference, a function of a text"
        )

    def compare(text: Any) -> Iterator[Compared]:
        if not isinstance(text, Mapping):
            raise Error("a program's text is a mapping of its tensors by name")
        real = reference(text)
        for name in units:
            if name not in real:
                raise Error(f"units has {name}, which reference does not give")
        shown = program.run(show=list(real), **text)
        for name, array in real.items():
            yield Compared(
                name, None, np.asarray(array), np.asarray(shown[name]) * units.get(name, 1.0)
            )

    return compare


class Sums:
    """What a row is made of, text by text."""

    def __init__(self) -> None:
        self.largest = self.errors = self.sizes = 0.0
        self.elements = 0
        self.cosines: list[np.ndarray] = []

    def add(self, real: np.ndarray, integer: np.ndarray) -> None:
        error = np.abs(real - integer)
        self.largest = max(self.largest, float(error.max()))
        self.errors += float(error.sum())
        self.sizes += float(np.abs(real).sum())
        self.elements += error.size
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
        self, text: int, tokens: Sequence[int] | None, real: np.ndarray, integer: np.ndarray
    ) -> None:
        chosen, other = real.argmax(-1), integer.argmax(-1)
        for at in np.flatnonzero(chosen != other):
            ours, theirs = int(chosen[at]), int(other[at])
            margin = float(real[at, ours] - real[at, theirs])
            self.differs.append(Difference(text, int(at), margin, ours, theirs))
        p, q = log_softmax(real), log_softmax(integer)
        self.kl += float((np.exp(p) * (p - q)).sum())
        self.positions += len(real)
        if tokens is not None:
            following = np.asarray(tokens)[1:]
            rows = np.arange(len(following))
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
