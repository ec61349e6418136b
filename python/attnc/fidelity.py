"""Fidelity: how near a program's integers come to the real numbers that they stand for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import (
    Any,
    Callable,
    NamedTuple,
)

import numpy as np

from ._errors import Error
from ._growing import growing_axes, places


class Compared(NamedTuple):
    """One tensor of one text: real numbers, and integers x their unit, of one shape; a row a
    position. ``seen``: which elements there are, of this shape; all where it is None."""

    tensor: str
    layer: int | None
    real: np.ndarray
    integer: np.ndarray
    seen: np.ndarray | None = None


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


# Squares of larger numbers, and sums of these, may not fit float64.
LARGEST = 1e150


def numbers(what: str, given: Any) -> np.ndarray:
    """``given`` as an array of real numbers, float64."""
    if np.ma.is_masked(given):
        raise Error(f"{what} is a masked array, whose mask would be lost: give the elements alone")
    try:
        array = np.asarray(given)
    except Exception as error:
        raise Error(f"{what} is no array: {error}") from None
    if array.dtype.kind not in "iufb":
        is_object = array.dtype == object
        of = f"{type(given).__name__} {given!r:.40}" if is_object else f"of dtype {array.dtype}"
        raise Error(f"{what} is {of}: an array of real numbers is needed")
    return array.astype(np.float64)


def both(compared: Compared) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Real and integer as float64, and which elements there are, a row a position; the first two
    are 0 where there is none."""
    what = f"`{compared.tensor}`"
    if compared.layer is not None:
        what += f" of layer {compared.layer}"
    real, integer = (numbers(what, x) for x in (compared.real, compared.integer))
    if real.shape != integer.shape:
        raise Error(
            f"{what} has shape {list(real.shape)} in real numbers, "
            f"and {list(integer.shape)} in integers"
        )
    every = np.ones(real.shape, bool)
    seen = every if compared.seen is None else np.asarray(compared.seen, bool)
    if seen.shape != real.shape:
        raise Error(f"{what} has shape {list(real.shape)}, and its seen {list(seen.shape)}")
    if not seen.any():
        raise Error(f"{what} has no positions")
    for array, of in ((real, ""), (integer, " in its integers or their unit")):
        # Of NaN no comparison holds.
        wrong = np.argwhere(seen & ~(np.abs(array) <= LARGEST))
        if len(wrong):
            at = tuple(map(int, wrong[0]))
            found = array[at]
            if np.isnan(found):
                said = "NaN"
            elif np.isinf(found):
                said = "inf" if found > 0 else "-inf"
            else:
                said = f"{found:.3g}, whose square may not fit float64,"
            raise Error(f"{what} has {said} at {list(at)}{of}")
    # A scalar is one position.
    rows = len(real) if real.ndim else 1
    real, integer = (np.where(seen, x, 0.0).reshape(rows, -1) for x in (real, integer))
    seen = seen.reshape(rows, -1)
    there = seen.any(-1)
    return real[there], integer[there], seen[there]


def program_compared(
    program: Any, reference: Reference | None, units: Mapping[str, Any] | None
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
    if not callable(reference):
        raise Error(
            f"reference is {reference!r:.40}: give a function of a text that returns real arrays "
            "by the names of the program's values"
        )
    if units is not None and not isinstance(units, Mapping):
        raise Error(f"units is {units!r:.40}: give a mapping of names to numbers or arrays")
    unit_of = {name: positive(name, unit) for name, unit in (units or {}).items()}

    def compare(text: Any) -> Iterator[Compared]:
        if not isinstance(text, Mapping) or not all(isinstance(name, str) for name in text):
            raise Error(f"a program's text is a mapping of its tensors by name, not {text!r:.40}")
        real = reference(text)
        if not isinstance(real, Mapping) or not real:
            raise Error(
                f"reference gave {real!r:.40}: it must return real arrays by the names of the "
                "program's values, as {'context': array}"
            )
        for name in real:
            if not isinstance(name, str):
                raise Error(f"reference gave an array by {name!r:.40}, which is no name")
        for name in unit_of:
            if name not in real:
                raise Error(f"units has {name}, which reference does not give")
        shown = program.run(show=list(real), **text)
        for name, array in real.items():
            alike = [other for other in shown if re.fullmatch(rf"{re.escape(name)}#\d+", other)]
            if name not in shown:
                raise Error(f"the program's run gave no `{name}`")
            if any(other not in real for other in alike):
                raise Error(
                    f"`{name}` is one of {', '.join([name, *alike])}: give an array of each"
                )
            yield laid_out(program, name, array, shown[name], unit_of.get(name))

    return compare


def positive(name: str, given: Any) -> np.ndarray:
    """A unit: numbers above 0."""
    unit = numbers(f"units[{name!r}]", given)
    fine = np.isfinite(unit) & (unit > 0)
    if not fine.all():
        at = tuple(map(int, np.argwhere(~fine)[0])) if unit.ndim else ()
        where = f" at {list(at)}" if unit.ndim else ""
        raise Error(f"units[{name!r}] has {unit[at]:g}{where}: a unit is a number above 0")
    return unit


def laid_out(program: Any, name: str, array: Any, given: Any, unit: np.ndarray | None) -> Compared:
    """Real numbers beside a program's integers in their places, times their unit."""
    real, found = numbers(f"`{name}`", array), numbers(f"`{name}` of the program", given)
    unit = np.float64(1.0) if unit is None else unit
    seen = None
    axes = growing_axes(program, name) if found.ndim == 1 else ()
    if axes and real.ndim == 1:
        raise Error(
            f"`{name}` grows with a step, and its real array is flat: give it whole, with its "
            "largest sizes; what the program does not have is not looked at"
        )
    if axes != () and real.ndim > 1:
        masks = places(real.shape, found.size, axes)
        if len(masks) > 1:
            raise Error(
                f"where the {found.size} elements of `{name}` stand in {list(real.shape)} is not "
                "clear, since some of its sizes are alike: take another number of steps, or the "
                "command attnc fidelity"
            )
        if masks:
            (seen,) = masks
            flat, found = found, np.zeros(real.shape)
            found[seen] = flat
        elif axes is not None:
            raise Error(
                f"`{name}` grows with a step to {found.size} elements, and its real array has "
                f"shape {list(real.shape)}: give it with the largest sizes"
            )
    if found.shape != real.shape:
        raise Error(
            f"`{name}` has shape {list(real.shape)} in real numbers, "
            f"and {list(found.shape)} in integers"
        )
    try:
        fits = np.broadcast_shapes(unit.shape, real.shape) == real.shape
    except ValueError:
        fits = False
    if not fits:
        raise Error(
            f"units[{name!r}] has shape {list(unit.shape)}, which does not stretch over "
            f"{list(real.shape)}"
        )
    return Compared(name, None, real, found * unit, seen)


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
