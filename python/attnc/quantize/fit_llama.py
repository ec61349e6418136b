"""Integers of a Llama model: units by measured headroom and by proven bounds, folded into the
weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .calibration import largest
from .checkpoint import Source, read_llama
from .checks import QuantizeError, TokenNumbers, number, token_lists, whole
from .float_llama import FloatLlama, silu
from .integer_llama import STORIES, IntegerLlama, OutOfRange, decay, divided, half, root
from .quantized_llama import Bound, QuantizedLlama
from .units import Units, norm_unit, pair_bound, row_bound, shared_pairs

# Where an int12 bound is aimed at: what rounding adds to 2,040 stays below 2,047.
AIM = 2040.0
MOST_EPS = 2**20


def llama(
    source: Source,
    texts: Sequence[TokenNumbers] | None = None,
    *,
    held_out: Sequence[TokenNumbers] | None = None,
    config: Mapping[str, Any] | None = None,
    positions: int | None = None,
    headroom: float = 1.15,
    drawn: int = 16,
    seed: int = 0,
    bos: int = 1,
) -> QuantizedLlama:
    """The integer model of a Llama checkpoint, for `llama.attn`, and `examples/stories260k.attn`
    where it fits.

    ``source`` and ``config`` are those of `read_llama`. ``texts`` calibrate: lists of token
    numbers; without them the model's own do, sampled at temperature 0.8 from the token ``bos``.
    ``held_out`` are the texts of the report; without them one in four of ``texts`` is held out
    of calibration. ``positions`` is how long a text may be, 512 at most unless it is given.
    ``headroom`` is how many times the largest value that was seen a measured range holds;
    ``drawn`` texts of random tokens (by ``seed``) are seen too.

    Queries, keys, values, a and u are in 12 bits by proven bounds (Cauchy-Schwarz on the
    weights), the residual and h in 13 bits by measured headroom, weights in 13 bits. Raises
    `QuantizeError` where no units fit: it names the site.
    """
    model = read_llama(source, config)
    c = model.config
    whole("drawn", drawn, 0, 2**16)
    number("headroom", headroom, 1.0, 16.0)
    whole("seed", seed, 0, 2**63)
    positions = whole(
        "positions", min(c.positions, 512) if positions is None else positions, 1, c.positions
    )
    if texts is None:
        whole("bos", bos, 0, c.vocabulary - 1)
        texts = [model.generate([bos], min(positions, 256), 0.8, seed + text) for text in range(8)]
    seen = token_lists("texts", texts, c.vocabulary)
    if held_out is not None:
        texts_out = token_lists("held_out", held_out, c.vocabulary)
        shown = {f"held_out[{at}]": text for at, text in enumerate(texts_out)}
        calibrating = {f"texts[{at}]": text for at, text in enumerate(seen)}
    elif len(seen) > 1:
        # The fourth of every four, or of fewer the last.
        out = set(range(3, len(seen), 4)) or {len(seen) - 1}
        shown = {f"texts[{at}]": text for at, text in enumerate(seen) if at in out}
        calibrating = {f"texts[{at}]": text for at, text in enumerate(seen) if at not in out}
    else:
        raise QuantizeError(
            "there is one text: give held_out too, since a report needs texts of its own"
        )
    calibrating, shown = (
        {name: text[:positions] for name, text in group.items()} for group in (calibrating, shown)
    )
    seen = list(calibrating.values())
    random = np.random.default_rng(seed)
    length = max(len(text) for text in seen)
    noise = [random.integers(0, c.vocabulary, length) for _ in range(drawn)]
    fit = Fit(model, positions, headroom, [*seen, *noise])
    for name, text in calibrating.items():
        try:
            fit.integers.forward(text)
        except OutOfRange as error:
            raise QuantizeError(
                f"{name} leaves a range: {error}; headroom {headroom} is too little"
            ) from None
    return QuantizedLlama(model, fit.integers, fit.units, fit.bounds(), shown)


class Fit:
    """Units of a model, from what was measured on texts and what its weights prove, and the
    integers of both."""

    def __init__(
        self, model: FloatLlama, positions: int, headroom: float, texts: Sequence[np.ndarray]
    ) -> None:
        c, arrays = model.config, model.arrays
        self.model, self.positions, self.headroom = model, positions, headroom
        self.seen = largest(model, texts)
        self.fraction = self.norm_fraction()
        self.n = norm_unit(c.hidden, self.fraction)
        self.proven_v = row_bound(arrays["wv"], arrays["norm1"])
        self.proven_a = row_bound(arrays["w1"], arrays["norm2"])
        self.proven_u = row_bound(arrays["w3"], arrays["norm2"])
        self.gap, self.q, self.k = self.score_units()
        self.a = self.gate_unit()
        self.reach = STORIES["reach"]
        self.under = self.halvings()
        self.fx, self.v, self.u = self.folded()
        self.integers, self.units = self.rounded()

    def norm_fraction(self) -> int:
        """How many bits the norm's quotient loses: 12, at which only a row that is all in one
        channel may leave the range; beyond 64 channels, where that is coarse, fewer with
        headroom."""
        hidden, fraction = self.model.config.hidden, 12
        if hidden <= 64:
            return fraction
        largest_n = self.seen["n"] * self.headroom
        while fraction > 4 and largest_n / norm_unit(hidden, fraction - 1) <= 2047:
            fraction -= 1
        return fraction

    def halvings(self) -> int:
        """How often a norm's root is halved, so that attnc can prove the root of its square."""
        square, under = self.model.config.hidden * self.reach**2, 1
        if square <= 2**30:
            return 0
        # Beyond 2^30 a square is a quotient, of which four times must fit the field (spec 3.5).
        while square >> 2 * under >= 2**29:
            under += 1
        return under

    def score_units(self) -> tuple[int, np.ndarray, np.ndarray]:
        """How many units of a score are a step of the table, and the units of q and k by channel.

        A RoPE pair's units a, b have 1 / (a b) = 26 gap / sqrt(width), and make both bounds
        equal. The gap is the largest at which no bound is beyond 12 bits.
        """
        c, arrays = self.model.config, self.model.arrays
        queries = pair_bound(arrays["wq"], arrays["norm1"], c.heads, c.width)
        queries, shared = shared_pairs(queries, c.groups)
        keys = pair_bound(arrays["wk"], arrays["norm1"], c.groups, c.width)
        both, gap = np.sqrt(queries * keys), 128
        while both.max() * np.sqrt(26 * gap / np.sqrt(c.width)) > AIM:
            if gap == 1:
                layer = int(np.argmax(both.reshape(c.layers, -1).max(-1)))
                raise QuantizeError(
                    f"layer {layer}: its queries and keys may be beyond 12 bits at any scale"
                )
            gap //= 2
        step = np.sqrt(26 * gap / np.sqrt(c.width))
        self.proven_score = both * step
        # Where one of a pair's is always zero the other may have any unit.
        dead = both == 0
        ratio = np.sqrt(np.where(dead, 1.0, queries) / np.where(dead, 1.0, keys))
        q = np.where(dead, np.maximum(queries / AIM, 1 / step), ratio / step).repeat(2, -1)
        k = np.where(dead, np.maximum(keys / AIM, 1 / step), 1 / ratio / step).repeat(2, -1)
        q = q[:, :, None].repeat(shared, 2).reshape(c.layers, -1)
        return gap, q, k.reshape(c.layers, -1)

    def gate_unit(self) -> float:
        """The unit of a, one for all layers, since they share silu's table: 1/128, or coarser if it
        must be.

        Where the proven bound is beyond 16, at 1/128 the domain of the table, what was seen and
        headroom say it.
        """
        proven, seen = self.proven_a.max(), self.seen["a"].max() * self.headroom
        unit = max(1 / 128, min(proven / AIM, seen / 2047))
        return float(max(unit, self.fitting("w1", "norm2").max()))

    def fitting(self, name: str, gain: str) -> np.ndarray:
        """The least unit of every row at which its weights are in 13 bits: ``[layers, rows]``."""
        weight = self.model.arrays[name] * self.model.arrays[gain][:, None, :]
        return np.abs(weight).max(-1) * self.n * 4096 / 4095

    def residual(self, coarser: np.ndarray) -> np.ndarray:
        """Fraction bits of every site: the most with headroom, less ``coarser``, and never more
        than before it."""
        c, seen = self.model.config, self.seen
        widest = np.maximum(seen["x"], 1e-30) / (self.reach - 1)
        limit = (
            1
            / np.maximum(widest, np.maximum(seen["length"], 1e-30) / (16383 << self.under))
            / self.headroom
        )
        # All of the embedding is in range, whatever tokens were seen.
        embed = self.model.arrays["embed"]
        limit[0] = min(limit[0], (self.reach - 0.51) / np.abs(embed).max())
        fx = np.floor(np.log2(limit)).astype(int) - coarser
        # fx is below 16, and eps of a site an integer from 1.
        fx = np.minimum(fx, min(15, int(np.floor(0.5 * np.log2(MOST_EPS / (c.hidden * c.eps))))))
        fx = np.minimum.accumulate(fx)
        if fx.min() < 0:
            site = int(np.flatnonzero(fx < 0)[0])
            raise QuantizeError(
                f"the residual reaches {seen['x'][site]:.4g} {place(site)}: one unit for all "
                "tokens does not hold it in 13 bits; a model with massive activations needs an "
                "exponent a token or a channel"
            )
        small = seen["shortest"] * 2.0**fx < 257 << self.under
        if small.any():
            site = int(np.flatnonzero(small)[0])
            raise QuantizeError(
                f"a row of the residual is only {seen['shortest'][site]:.4g} long "
                f"{place(site)}, where others have elements of {seen['x'][site]:.4g}: "
                "one unit for all tokens does not hold both"
            )
        fall = fx[:-1] - fx[1:]
        if fall.max() > 10:
            raise QuantizeError(
                f"the residual grows by more than 2^10 {place(int(fall.argmax()) + 1)}"
            )
        return fx

    def folded(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """``fx``, and the units of v and u by channel, such that wo and w2 are in their ranges.

        A channel's unit is its proven bound, or what h needs. Where a weight that undoes it is
        too large the unit is made finer, as far as what was seen allows; where that is not
        enough, the residual coarser.
        """
        c, arrays = self.model.config, self.model.arrays
        shared = c.heads // c.groups
        columns = np.abs(arrays["wo"]).max(1).reshape(c.layers, c.groups, shared, c.width).max(2)
        v = Column(
            np.maximum(self.proven_v / AIM, 1e-12),
            np.maximum(self.seen["v"] * self.headroom / 2047, self.fitting("wv", "norm1")),
            columns.reshape(c.layers, -1) * 2.0**11 / 4095,
        )
        inside = 128 * self.a
        needed = self.seen["h"] * self.headroom / (4095 * inside)
        u = Column(
            np.maximum(np.maximum(self.proven_u / AIM, needed), 1e-12),
            np.maximum(
                np.maximum(self.seen["u"] * self.headroom / 2047, needed),
                self.fitting("w3", "norm2"),
            ),
            np.abs(arrays["w2"]).max(1) * inside * 2.0**10 / 4095,
        )
        coarser = np.zeros(2 * c.layers + 1, int)
        while True:
            fx = self.residual(coarser)
            units, short = v.fitted(2.0 ** -fx[1::2])
            inner, thick = u.fitted(2.0 ** -fx[2::2])
            if not short.any() and not thick.any():
                return fx, units, inner
            coarser[1::2] += short
            coarser[2::2] += thick

    def rounded(self) -> tuple[IntegerLlama, Units]:
        """The integer model of the units."""
        c, arrays, n = self.model.config, self.model.arrays, self.n
        x = 2.0**-self.fx
        last = arrays["head"] * arrays["norm"] * n
        # The finest power of two at which wf is in 12 bits and a logit below 2^29.
        widest, longest = np.abs(last).max() / 2047, np.abs(last).sum(-1).max() / (2**18 - c.hidden)
        bits = int(np.floor(-np.log2(max(widest, longest, 1e-30))))
        wf = nearest(last * 2.0**bits)
        norms = max(STORIES["last"], int(np.abs(wf).sum(-1).max()))
        units = Units(x, n, self.q, self.k, self.v, self.a, self.u, 2.0**-bits, c.width)

        def rows(name: str, gain: str, unit: np.ndarray) -> np.ndarray:
            return nearest(arrays[name] * arrays[gain][:, None, :] * n * 4096 / unit[..., None])

        def columns(name: str, unit: np.ndarray, out: np.ndarray, bits: int) -> np.ndarray:
            return nearest(arrays[name] * unit[:, None, :] * 2.0**bits / out[:, None, None])

        gate = (np.arange(4096) - 2048) * self.a
        tensors: dict[str, np.ndarray] = {
            "embed": nearest(arrays["embed"] / x[0]),
            "wq": rows("wq", "norm1", units.q),
            "wk": rows("wk", "norm1", units.k),
            "wv": rows("wv", "norm1", units.v),
            "wo": columns("wo", units.o, x[1::2], 11),
            "w1": rows("w1", "norm2", np.full((c.layers, c.inner), self.a)),
            "w3": rows("w3", "norm2", units.u),
            "w2": columns("w2", units.h, x[2::2], 10),
            "wf": wf,
            "eps": np.maximum(1, nearest(c.hidden * c.eps * 4.0**self.fx)),
            "fx": self.fx.astype(np.int64),
            "lo": 11 - (self.fx[0:-1:2] - self.fx[1::2]),
            "l2": 10 - (self.fx[1::2] - self.fx[2::2]),
            "cos": nearest(4096 * self.model.cos[: self.positions]),
            "sin": nearest(4096 * self.model.sin[: self.positions]),
            "weight": decay(self.gap, np.arange(200) * self.gap),
            # 2^11 at the unit 1/128: the table's range is that of its domain.
            "silu": np.minimum(nearest(silu(gate) * 16 / self.a), 32767),
        }
        down = STORIES["down"] if np.abs(tensors["w2"]).max() <= STORIES["down"] else 4095
        parameters = {
            name: getattr(c, name) for name in ("layers", "hidden", "groups", "width", "inner")
        }
        parameters.update(
            vocabulary=c.vocabulary, heads=c.heads // c.groups, positions=self.positions,
            reach=self.reach, fraction=self.fraction, under=self.under, gap=self.gap,
            down=down, last=norms,
        )  # fmt: skip
        return IntegerLlama(tensors, parameters), units

    def longest_norm(self) -> int:
        """The largest that an element of a norm may be: of a row that is all in one channel, since
        more in others only lengthens it. Of a negative one it is what ``-holds - 1`` holds."""
        p, most = self.integers.parameters, 0
        x = np.arange(1, self.reach + 1)
        for eps in np.unique(self.integers.tensors["eps"]):
            r = root(half(int(eps) + x * x, 2 * p["under"]))
            # The program refuses another root.
            possible = (r >= 256) & (r <= 16383)
            scaled = x * divided(np.full_like(r, 1 << 23), np.maximum(r, 1))
            bits = p["fraction"] + p["under"]
            both = half(scaled[:-1], bits)[possible[:-1]], -1 - half(-scaled, bits)[possible]
            most = max(most, *(int(found.max(initial=0)) for found in both))
        return most

    def bounds(self) -> list[Bound]:
        """What every range holds, what is proven and what was seen, in the integers' units."""
        units, seen, reach = self.units, self.seen, self.reach

        def at(bound: np.ndarray, unit: np.ndarray | float) -> float:
            return float((bound / unit).max())

        proven_o, seen_o = at(self.proven_v, units.v), at(seen["v"], units.v)
        return [
            Bound("x", reach - 1, None, at(seen["x"], units.x)),
            Bound("n", 2047, self.longest_norm(), at(seen["n"], units.n)),
            Bound("q", 2047, float(self.proven_score.max()), at(seen["q"], units.q)),
            Bound("k", 2047, float(self.proven_score.max()), at(seen["k"], units.k)),
            Bound("v, o", 2047, proven_o, seen_o),
            Bound("a", 2047, at(self.proven_a, units.a), at(seen["a"], units.a)),
            Bound("u", 2047, at(self.proven_u, units.u), at(seen["u"], units.u)),
            Bound("h", 4095, None, at(seen["h"], units.h)),
        ]


class Column:
    """A channel's unit: the one that is ``wanted``, the ``least`` that holds it, and the weight of
    unit 1 that undoes it, over the largest that it may be: all ``[layers, channels]``."""

    def __init__(self, wanted: np.ndarray, least: np.ndarray, weight: np.ndarray) -> None:
        self.wanted, self.least, self.weight = np.maximum(wanted, least), least, weight

    def fitted(self, out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The units where what comes out has the units ``out [layers]``, and in which layers none
        fit."""
        most = out[:, None] / np.maximum(self.weight, 1e-30)
        return np.minimum(self.wanted, most), (most < self.least).any(-1)


def nearest(x: np.ndarray) -> np.ndarray:
    """The nearest integers, halves up."""
    return np.floor(x + 0.5).astype(np.int64)


def place(site: int) -> str:
    """A site of the residual in words."""
    if site == 0:
        return "in the embedding"
    return f"{'in the middle' if site % 2 else 'at the end'} of layer {(site - 1) // 2}"
