"""What one of an integer tensor is in real numbers: real = integer x unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .checks import QuantizeError
from .float_llama import FloatLlama
from .integer_llama import IntegerLlama


@dataclass(frozen=True)
class Units:
    """Units of every tensor of a Llama model in integers.

    ``x``: of the residual at its 2 layers + 1 sites (before a layer, in its middle, ..., behind
    the last); ``n``: of every norm's output, without gains; ``q [layers, queries]``, ``k
    [layers, keys]``, ``v [layers, keys]``, ``u [layers, inner]``: by channel; ``a``, ``logit``:
    one.
    """

    x: np.ndarray
    n: float
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    a: float
    u: np.ndarray
    logit: float

    @property
    def o(self) -> np.ndarray:
        """Of a head's output: those of the values that it is a mean of."""
        layers, keys = self.v.shape
        return (
            self.v.reshape(layers, keys // self.width, 1, self.width)
            .repeat(self.heads, 2)
            .reshape(layers, -1)
        )

    @property
    def heads(self) -> int:
        return self.q.shape[1] // self.k.shape[1]

    width: int = 2

    @property
    def h(self) -> np.ndarray:
        """Of the MLP's inside: silu's table has the unit a / 16, and the product loses 11 bits."""
        return self.u * 128 * self.a

    def of(self, tensor: str, layer: int) -> np.ndarray:
        """The unit of a tensor by its name, one or by channel."""
        site = {"x": 0, "m": 2 * layer + 1, "more": 2 * layer + 2}
        if tensor in site:
            return np.float64(self.x[site[tensor]])
        if tensor in ("n1", "n2", "nf"):
            return np.float64(self.n)
        if tensor in ("a", "logit"):
            return np.float64(getattr(self, tensor))
        return getattr(self, tensor)[layer]


def norm_unit(hidden: int, fraction: int) -> float:
    """A norm's output is 2^(23 - fraction) x / |x|, and x / rms is sqrt(hidden) x / |x|."""
    return float(np.sqrt(hidden) / 2.0 ** (23 - fraction))


def units_of(model: FloatLlama, integers: IntegerLlama) -> Units:
    """The units of a model whose integers come from elsewhere, from both models' weights.

    A row's unit is the least-squares factor between its real and its integer weights; what was
    rounded averages out. ``fx`` has the units of the residual.
    """
    z, a, c = integers.tensors, model.arrays, model.config
    p = integers.parameters
    for name in ("layers", "hidden", "groups", "width", "inner", "vocabulary"):
        if p[name] != getattr(c, name):
            raise QuantizeError(f"the models differ in {name}: {getattr(c, name)} and {p[name]}")
    if p["groups"] * p["heads"] != c.heads:
        raise QuantizeError(f"the models differ in heads: {c.heads} and {p['groups'] * p['heads']}")
    n = norm_unit(p["hidden"], p["fraction"])

    def rows(name: str, gain: np.ndarray) -> np.ndarray:
        return n * 4096 * factors(name, a[name] * gain[:, None, :], z[name])

    embed = factors("embed", a["embed"].reshape(1, -1), z["embed"].reshape(1, -1))
    gates = rows("w1", a["norm2"])
    logits = factors("wf", (a["head"] * a["norm"]).reshape(1, -1), z["wf"].reshape(1, -1))
    return Units(
        x=float(embed[0]) * 2.0 ** (z["fx"][0] - z["fx"]),
        n=n,
        q=rows("wq", a["norm1"]),
        k=rows("wk", a["norm1"]),
        v=rows("wv", a["norm1"]),
        a=float(np.median(gates)),
        u=rows("w3", a["norm2"]),
        logit=n * float(logits[0]),
        width=c.width,
    )


def factors(name: str, weight: np.ndarray, integers: np.ndarray) -> np.ndarray:
    """The least-squares factor of every row: weight = factor x integers."""
    squares = (integers * integers).sum(-1)
    found = (weight * integers).sum(-1) / np.maximum(squares, 1)
    fit = (
        np.abs(weight - found[..., None] * integers) > 4 * np.abs(found)[..., None] + 1e-30
    ).any()
    if fit or (found < 0).any():
        raise QuantizeError(
            f"the integers of {name} are not multiples of this model's: another checkpoint?"
        )
    # A row of zeros says nothing of its unit.
    return np.where(squares > 0, found, 1.0)


def pair_bound(weight: np.ndarray, gain: np.ndarray, heads: int, width: int) -> np.ndarray:
    """The longest that a RoPE pair of ``weight @ (gain n)`` may be, ``[layers, heads, width / 2]``.

    |n| <= sqrt(hidden), so it is the greatest singular value of the pair's two rows times that;
    turning leaves it.
    """
    layers, _, hidden = weight.shape
    rows = (weight * gain[:, None, :]).reshape(layers, heads, width // 2, 2, hidden)
    return np.linalg.norm(rows, 2, axis=(-2, -1)) * np.sqrt(hidden)


def row_bound(weight: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """The largest that a row of ``weight @ (gain n)`` may be, by Cauchy-Schwarz: ``[layers,
    rows]``."""
    return np.linalg.norm(weight * gain[:, None, :], axis=-1) * np.sqrt(weight.shape[-1])


def shared_pairs(bound: np.ndarray, groups: int) -> tuple[np.ndarray, int]:
    """The largest bound of the queries that read a group's keys, ``[layers, groups, pairs]``, and
    how many."""
    layers, heads, pairs = bound.shape
    return bound.reshape(layers, groups, heads // groups, pairs).max(2), heads // groups
