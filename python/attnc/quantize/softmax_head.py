"""Integers of one softmax head: scales, shift and table for `examples/head.attn`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .._html import table
from .._program import OfLength, Program, compile
from ..fidelity import Compared, Fidelity, fidelity
from .checks import QuantizeError, number, real, runs, whole

Triple = tuple[np.ndarray, np.ndarray, np.ndarray]
PROGRAM = Path(__file__).with_name("head.attn")
# The table's largest weight, which `head.attn` declares; a gap whose weight is below 1/2 has none.
TOP = 4095
END = float(np.log(2 * TOP))
# Elements whose products, and sums of these, are far from what float64 holds.
LARGEST = 1e100


@dataclass(frozen=True, eq=False, repr=False)
class QuantizedHead:
    """One causal softmax head in integers.

    ``tensors``: `query`, `key`, `value` ``[steps, width]`` and `weight` ``[entries + 1]``, the
    inputs of `examples/head.attn`; ``parameters``: its parameters. ``query_unit``, ``key_unit``,
    ``value_unit`` ``[width]``: what one of an integer is, by channel; ``scale``: what a score is
    multiplied by before exp. ``report``: the `Fidelity` on the tokens that it was made from.
    """

    query_unit: np.ndarray
    key_unit: np.ndarray
    value_unit: np.ndarray
    scale: float
    parameters: dict[str, int]
    tensors: dict[str, np.ndarray]
    report: Fidelity | None = None

    @property
    def program_source(self) -> str:
        """The program's text, that of `examples/head.attn`."""
        return PROGRAM.read_text(encoding="utf-8")

    def program(self, steps: int) -> Program:
        """The program of ``steps`` tokens: `attnc.compile` of ``program_source`` with
        ``parameters``."""
        whole("steps", steps, 1, self.most_steps)
        parameters = {**self.parameters, "steps": steps}
        return compile(self.program_source, file=PROGRAM.name, **parameters)

    @property
    def context_unit(self) -> np.ndarray:
        """What one of the output `context` is, by channel."""
        return self.value_unit / self.parameters["fraction"]

    @property
    def most_steps(self) -> int:
        """How many tokens a program may have: scores of all pairs, and a tensor's elements, are
        2^28 at most."""
        return min(2**14, 2**28 // self.parameters["width"])

    def integers(self, q: Any, k: Any, v: Any) -> dict[str, np.ndarray]:
        """The program's inputs of other tokens, at the same scales. What is beyond a bound is
        clipped to it."""
        steps, p = None, self.parameters
        found: dict[str, np.ndarray] = {}
        units = {"query": self.query_unit, "key": self.key_unit, "value": self.value_unit}
        for (name, unit), given in zip(units.items(), (q, k, v)):
            array = real(name, given, (steps, p["width"]))
            steps = len(array)
            bound = p["value_bound"] if name == "value" else p["bound"]
            found[name] = np.clip(np.floor(array / unit + 0.5), -bound, bound - 1).astype(np.int64)
        if not steps:
            raise QuantizeError("query has no tokens")
        return {**found, "weight": self.tensors["weight"]}

    def clipped(self, q: Any, k: Any, v: Any) -> int:
        """How many elements of other tokens are beyond their bounds at these scales."""
        found = self.integers(q, k, v)
        units = (self.query_unit, self.key_unit, self.value_unit)
        return sum(
            int((np.abs(found[name] - real(name, x) / unit) > 0.5 + 1e-9).sum())
            for name, unit, x in zip(("query", "key", "value"), units, (q, k, v))
        )

    def run(self, tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """What the program computes: `score`, `gap`, `share` ``[steps, steps]``, 0 where there is
        none, and `context`."""
        p = self.parameters
        query, key, value = (
            np.asarray(tensors[name], np.int64) for name in ("query", "key", "value")
        )
        seen = np.tril(np.ones((len(query), len(key)), bool))
        score = query @ key.T
        peak = np.where(seen, score, np.iinfo(np.int64).min).max(-1, keepdims=True)
        lead = np.where(seen, peak - score, 0)
        gap = np.minimum((2 * lead + 2 ** p["shift"]) >> (p["shift"] + 1), p["entries"])
        share = np.where(seen, np.asarray(tensors["weight"], np.int64)[gap], 0)
        mass = share.sum(-1, keepdims=True)
        total = p["fraction"] * (share @ value)
        context = (2 * total + mass) // (2 * mass)
        return {
            "score": np.where(seen, score, 0),
            "gap": gap,
            "share": share,
            "mass": mass,
            "context": context,
        }

    def context(self, q: Any, k: Any, v: Any) -> np.ndarray:
        """The head's output through the integers, as real numbers: ``[steps, width]``."""
        return self.run(self.integers(q, k, v))["context"] * self.context_unit

    def compared(self, triple: Triple) -> Iterator[Compared]:
        """Every tensor of a triple (q, k, v) in real numbers and through the integers, for
        `fidelity`."""
        q, k, v = triple_of(triple)
        tensors = self.integers(q, k, v)
        return self.against((q, k, v), tensors, self.run(tensors))

    def by(self, program: Any) -> HeadByProgram:
        """This head as ``program`` computes it, for `fidelity`.

        An `attnc.Program` of `examples/head.attn` with ``parameters``: a text of another length
        than its ``steps`` is run by the same program with that length. Or anything with
        ``run(show=[...], **tensors)`` that gives arrays by name.
        """
        runs(program)
        return HeadByProgram(self, program)

    def against(
        self, triple: Triple, tensors: dict[str, np.ndarray], found: dict[str, np.ndarray]
    ) -> Iterator[Compared]:
        """The real tensors of a triple beside these inputs, and what was computed of them."""
        q, k, v = (np.asarray(x, np.float64) for x in triple)
        units = (self.query_unit, self.key_unit, self.value_unit)
        for name, x, unit in zip(("query", "key", "value"), (q, k, v), units):
            yield Compared(name, None, x, tensors[name] * unit)
        share, context = attended(q, k, v, self.scale)
        # Of a position's shares those exist that it sees.
        seen = np.tril(np.ones(share.shape, bool))
        yield Compared("share", None, share, found["share"] / found["mass"], seen)
        yield Compared("context", None, context, found["context"] * self.context_unit)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"QuantizedHead({shown})"

    def _repr_html_(self) -> str:
        rows = [[name, str(value)] for name, value in self.parameters.items()]
        rows += [[f"{name}, shape", str(list(x.shape))] for name, x in self.tensors.items()]
        if self.report is not None:
            rows += [["cosine of the output", f"{self.report.cosine:.6f}"]]
        return table(["", "a softmax head in integers"], rows)

    def flags(self, steps: int) -> list[str]:
        """The `-p` flags of attnc for so many tokens."""
        whole("steps", steps, 1, self.most_steps)
        pairs = {**self.parameters, "steps": steps}
        return [word for name, value in pairs.items() for word in ("-p", f"{name}={value}")]

    def save(
        self, path: str | os.PathLike[str], tensors: dict[str, np.ndarray] | None = None
    ) -> Path:
        """Writes ``tensors``, or those of other tokens, as an npz file, for `attnc --input`."""
        path = Path(path)
        if path.suffix != ".npz":
            raise QuantizeError(f"{path}: the name must end with .npz")
        arrays = self.tensors if tensors is None else tensors
        small: dict[str, Any] = {name: x.astype(np.int32) for name, x in arrays.items()}
        np.savez_compressed(path, **small)
        return path


class HeadByProgram:
    """A quantised head whose integers a program computes."""

    def __init__(self, made: QuantizedHead, program: Any) -> None:
        self.made, self.program = made, OfLength(program)

    def compared(self, triple: Triple) -> Iterator[Compared]:
        triple = triple_of(triple)
        tensors = self.made.integers(*triple)
        steps = len(tensors["query"])
        shown = self.program.shown(steps, ["share", "mass"], tensors)
        share = np.zeros((steps, steps), np.int64)
        share[np.tril_indices(steps)] = lower(np.asarray(shown["share"]), steps)
        mass, context = (np.asarray(shown[name], np.int64) for name in ("mass", "context"))
        found = {"share": share, "mass": mass.reshape(steps, 1), "context": context}
        return self.made.against(triple, tensors, found)


def triple_of(given: Any) -> Triple:
    """A head's text: queries, keys and values."""
    if isinstance(given, (str, bytes)) or not hasattr(given, "__len__") or len(given) != 3:
        size = f" of {len(given)}" if hasattr(given, "__len__") else ""
        raise QuantizeError(
            f"the text is a {type(given).__name__}{size}: of a head it is a triple of queries, "
            "keys and values, (q, k, v)"
        )
    if isinstance(given, Mapping):
        raise QuantizeError("the text is a mapping: of a head it is a triple, (q, k, v)")
    q, k, v = given
    return q, k, v


def lower(share: np.ndarray, steps: int) -> np.ndarray:
    """Shares of a position and one that it sees, in order: of a square, or flat already."""
    return share[np.tril_indices(steps)] if share.ndim == 2 else share.reshape(-1)


def attended(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """Causal softmax attention in real numbers: the weights and the output."""
    score = np.where(np.tril(np.ones((len(q), len(k)), bool)), q @ k.T * scale, -np.inf)
    share = np.exp(score - score.max(-1, keepdims=True))
    share /= share.sum(-1, keepdims=True)
    return share, share @ v


def head(
    q: Any,
    k: Any,
    v: Any,
    bits: int = 10,
    entries: int = 256,
    *,
    scale: float | None = None,
    headroom: float = 1.2,
) -> QuantizedHead:
    """Scales, shift and table of a causal softmax head from reals, for `examples/head.attn`.

    ``q``, ``k``, ``v``: ``[tokens, width]``, reals, after RoPE and before the scale, which is 1
    / sqrt(width) unless it is given. ``bits``: of an integer of queries, keys and values, with
    its sign. ``entries``: the table's last argument. ``headroom``: how many times the largest
    that was seen a bound holds, for other tokens.

    A channel of queries and of keys has units whose product is the same in all channels, so that
    a score is one sum; each makes the largest of both equal (SmoothQuant's equalisation at 1/2,
    https://arxiv.org/abs/2211.10438). The table's entry i is round(4095 exp(-i step)), with the
    step such that the last is 0. Of the shifts that there are, and at each of the units as fine
    as its bound or such that the table is all used, that with the least mean error of the output
    on these tokens is taken.
    """
    whole("bits", bits, 2, 14)
    whole("entries", entries, 1, 2**16 - 1)
    number("headroom", headroom, 1.0, 16.0)
    q = real("q", q, (None, None))
    k, v = real("k", k, q.shape), real("v", v, q.shape)
    steps, width = q.shape
    if not steps or not width:
        raise QuantizeError(f"q has shape {list(q.shape)}: there are no tokens or no channels")
    scale = 1 / np.sqrt(width) if scale is None else number("scale", scale, 1e-12, 1e12)
    for name, x in (("q", q), ("k", k), ("v", v)):
        if np.abs(x).max() > LARGEST:
            raise QuantizeError(
                f"{name} reaches {np.abs(x).max():.3g}: products of more than {LARGEST:.0e} do not "
                "fit float64; divide it, and give scale= times as much"
            )
    product = float((np.abs(q).max(0) * np.abs(k).max(0)).max()) * scale
    if product * width < 0.5 / TOP:
        zeros = [name for name, x in (("q", q), ("k", k)) if not x.any()]
        verb = "has" if len(zeros) == 1 else "have"
        why = f"{' and '.join(zeros)} {verb} only zeros" if zeros else "q and k are so small"
        raise QuantizeError(
            f"{why}: no score is larger than {product * width:.3g}, every weight of a position is "
            "the same, and there is nothing to quantise; take the mean of v"
        )
    bound = 2 ** (bits - 1)
    most_q, most_k, most_v = (largest(x) * headroom for x in (q, k, v))
    # What a channel's largest product needs of a score's unit, at integers of this bound.
    finest = float((most_q * most_k).max()) / (bound - 1) ** 2 * scale
    fraction = largest_fraction(steps, bound)
    best: QuantizedHead | None = None
    for unit, shift in candidates(finest, entries):
        even = np.sqrt(most_k / most_q)
        q_unit, k_unit = np.sqrt(unit / scale) / even, np.sqrt(unit / scale) * even
        weight = np.floor(TOP * np.exp(-np.arange(entries + 1) * unit * 2.0**shift) + 0.5).astype(
            np.int64
        )
        parameters = {
            "steps": steps, "width": width, "shift": shift, "entries": entries,
            "bound": bound, "value_bound": bound, "fraction": fraction,
        }  # fmt: skip
        made = QuantizedHead(
            q_unit, k_unit, most_v / (bound - 1), scale, parameters, {"weight": weight}
        )
        tensors = made.integers(q, k, v)
        made = QuantizedHead(q_unit, k_unit, made.value_unit, scale, parameters, tensors)
        made = QuantizedHead(
            q_unit, k_unit, made.value_unit, scale, parameters, tensors, fidelity(made, [(q, k, v)])
        )
        if best is None or error(made) < error(best):
            best = made
    assert best is not None
    return best


def largest(x: np.ndarray) -> np.ndarray:
    """Of every channel; one that is all zeros, whose unit may be any, is given a small one."""
    found = np.abs(x).max(0)
    return np.where(found > 0, found, 1e-12 * (found.max() or 1.0))


def error(made: QuantizedHead) -> float:
    """The mean error of the output, which the report has last."""
    assert made.report is not None
    return made.report.rows[-1].mean_error


def candidates(finest: float, entries: int) -> Sequence[tuple[float, int]]:
    """Units of a score and shifts at which the table ends with 0; a step is unit x 2^shift."""
    step = END / entries * (1 + 1e-9)
    found = []
    for shift in range(0, 25):
        if finest * 2.0**shift >= step:
            found.append((finest, shift))
            # Where the table just ends at the shift below: coarser scores, finer steps.
            if shift:
                found.append((step / 2.0 ** (shift - 1), shift - 1))
            break
    if not found:
        raise QuantizeError(
            f"scores have a unit of {finest:.3g} at these bits, and a table of {entries} "
            f"entries ends at {END:.3g}: fewer bits or more entries"
        )
    return found


def largest_fraction(steps: int, bound: int) -> int:
    """Parts of 1 that the output carries: the most, up to 16, at which a sum of weighted values is
    below 2^30."""
    fraction = 16
    while fraction > 1 and fraction * TOP * bound * steps >= 2**30:
        fraction //= 2
    return fraction
