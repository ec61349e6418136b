"""A Llama model in exact integers: the meaning of `llama.attn` in NumPy, every range of it held."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from .checks import (
    NoFile,
    QuantizeError,
    TokenNumbers,
    as_array,
    check_shape,
    known,
    token_list,
    whole,
)

Tensors = dict[str, np.ndarray]

# Sizes that a program has whatever its weights, and what they are in examples/stories260k.attn.
SIZES = ("layers", "hidden", "groups", "heads", "width", "inner", "vocabulary", "positions")
STORIES = {
    "heads": 2,
    "positions": 512,
    "reach": 4096,
    "fraction": 12,
    "under": 0,
    "gap": 128,
    "down": 1297,
    "last": 20000,
}
PARAMETERS = (*SIZES, "reach", "fraction", "under", "gap", "down", "last")


class OutOfRange(QuantizeError):
    """A value leaves the range that the program declares: this text has no run and no proof."""


def half(total: np.ndarray, bits: int) -> np.ndarray:
    """floor(total / 2^bits + 1/2), of integers; >> rounds toward minus infinity."""
    return (total + (1 << (bits - 1))) >> bits if bits > 0 else total << -bits


def divided(total: np.ndarray, by: np.ndarray) -> np.ndarray:
    """floor(total / by + 1/2), by > 0."""
    return (2 * total + by) // (2 * by)


def held(what: str, x: np.ndarray, least: int, most: int) -> np.ndarray:
    """``x``, or `OutOfRange` if an element is not in ``least..=most``."""
    if x.size and (x.min() < least or x.max() > most):
        raise OutOfRange(f"{what} has {x.min()} to {x.max()}: its range is {least} to {most}")
    return x


def product(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """``x @ weight.T`` of integers, exact: every partial sum is below 2^53, so float64 holds it."""
    limit = np.abs(x).max(initial=0) * float(np.abs(weight).sum(-1).max(initial=0))
    if limit >= 2.0**53:
        raise OutOfRange(f"a sum may reach {limit:.3g}: more than 2^53")
    return (x.astype(np.float64) @ weight.T.astype(np.float64)).astype(np.int64)


def root(square: np.ndarray) -> np.ndarray:
    """The integer nearest to sqrt(square): r^2 - r < square <= r^2 + r, for square < 2^52."""
    r = np.sqrt(square.astype(np.float64)).astype(np.int64)
    r = r - (r * r - r >= square)
    return r + (r * r + r < square)


class IntegerLlama:
    """The fixed inputs and parameters of `llama.attn`, and what it computes of tokens.

    ``tensors`` are the program's fixed inputs by name. ``parameters`` are `PARAMETERS`: the
    eight sizes; ``reach`` of the residual; ``fraction``, the bits that a norm's quotient loses;
    ``under``, how often its root is halved; ``gap``, how many units of a score are a step of the
    table of weights, of which 26 are a factor of e; ``down`` and ``last``, the bounds of w2's
    elements and of wf's row norms.
    """

    def __init__(self, tensors: Mapping[str, np.ndarray], parameters: Mapping[str, int]) -> None:
        known("parameter", parameters, PARAMETERS)
        self.parameters = {}
        for name in PARAMETERS:
            if name not in parameters:
                raise QuantizeError(f"there is no parameter {name}")
            self.parameters[name] = whole(
                name, parameters[name], 0 if name == "under" else 1, 2**24
            )
        self.tensors: Tensors = {}
        ranges = self.ranges
        known("tensor", tensors, ranges)
        for name, (shape, least, most) in ranges.items():
            if name not in tensors:
                raise QuantizeError(f"there is no tensor {name}, of shape {list(shape)}")
            array = as_array(name, tensors[name])
            if array.dtype.kind not in "iu":
                raise QuantizeError(f"{name} has dtype {array.dtype}: integers are needed")
            check_shape(name, array.shape, shape)
            self.tensors[name] = held(name, array.astype(np.int64), least, most)
        held("the row norm of wf", np.abs(self.tensors["wf"]).sum(-1), 0, self.parameters["last"])
        weight = decay(self.parameters["gap"], np.arange(200) * self.parameters["gap"])
        if (self.tensors["weight"] != weight).any():
            raise QuantizeError("weight is not half up of 1023 exp(-i / 26), its last entry at 199")

    @property
    def ranges(self) -> dict[str, tuple[tuple[int, ...], int, int]]:
        """Shape, least and largest element of every fixed input."""
        p = self.parameters
        layers, hidden, inner = p["layers"], p["hidden"], p["inner"]
        keys = p["groups"] * p["width"]
        queries, wide, sites = keys * p["heads"], (-4096, 4095), 2 * layers + 1
        table = (p["positions"], p["width"] // 2)
        return {
            "embed": ((p["vocabulary"], hidden), -p["reach"], p["reach"] - 1),
            "wq": ((layers, queries, hidden), *wide),
            "wk": ((layers, keys, hidden), *wide),
            "wv": ((layers, keys, hidden), *wide),
            "wo": ((layers, hidden, queries), *wide),
            "w1": ((layers, inner, hidden), *wide),
            "w3": ((layers, inner, hidden), *wide),
            "w2": ((layers, hidden, inner), -p["down"], p["down"]),
            "wf": ((p["vocabulary"], hidden), -2048, 2047),
            "eps": ((sites,), 1, 2**20),
            "fx": ((sites,), 0, 15),
            "lo": ((layers,), 0, 11),
            "l2": ((layers,), 0, 11),
            "cos": (table, -4096, 4096),
            "sin": (table, -4096, 4096),
            "weight": ((200,), 0, 1023),
            "silu": ((4096,), -32768, 32767),
        }

    @classmethod
    def load(cls, path: str | os.PathLike[str], **parameters: int) -> IntegerLlama:
        """The model of an npz file with the program's fixed inputs. Sizes come from the shapes;
        ``parameters`` are those that differ from examples/stories260k.attn, and the heads that
        read a group's keys."""
        known("parameter", parameters, PARAMETERS)
        try:
            with np.load(Path(path), allow_pickle=False) as file:
                tensors = {name: file[name] for name in file.files}
        except FileNotFoundError as error:
            raise NoFile(f"there is no {path}") from error
        except (OSError, ValueError, TypeError, AttributeError, EOFError, BadZipFile) as error:
            raise QuantizeError(f"{path} is no npz file of arrays: {error}") from error
        for name, dimensions in {"embed": 2, "wq": 3, "wk": 3, "w1": 3, "lo": 1, "cos": 2}.items():
            if name not in tensors:
                raise QuantizeError(f"{path} has no tensor {name}")
            check_shape(name, tensors[name].shape, [None] * dimensions)
        width = 2 * tensors["cos"].shape[1]
        queries, keys = tensors["wq"].shape[1], tensors["wk"].shape[1]
        found = {
            "layers": len(tensors["lo"]),
            "hidden": tensors["embed"].shape[1],
            "groups": keys // max(width, 1),
            "width": width,
            "inner": tensors["w1"].shape[1],
            "vocabulary": len(tensors["embed"]),
        }
        sizes = {"heads": queries // max(keys, 1), "positions": len(tensors["cos"])}
        found.update({**STORIES, **sizes, **parameters})
        return cls(tensors, found)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes the fixed inputs as an npz file, int16 or int32, which `attnc --fixed` reads."""
        path = Path(path)
        if path.suffix != ".npz":
            raise QuantizeError(f"{path}: the name must end with .npz")
        small: dict[str, Any] = {
            name: array.astype(np.int16 if np.abs(array).max() < 2**15 else np.int32)
            for name, array in self.tensors.items()
        }
        np.savez_compressed(path, **small)
        return path

    def norm(self, what: str, x: np.ndarray, site: int) -> np.ndarray:
        p = self.parameters
        square = self.tensors["eps"][site] + (x * x).sum(-1)
        r = held(f"the root of {what}", root(half(square, 2 * p["under"])), 256, 16383)
        inverse = divided(np.full_like(r, 1 << 23), r)
        return held(what, half(x * inverse[:, None], p["fraction"] + p["under"]), -2048, 2047)

    def row(self, what: str, x: np.ndarray, name: str, layer: int) -> np.ndarray:
        return held(what, half(product(x, self.tensors[name][layer]), 12), -2048, 2047)

    def turned(self, what: str, x: np.ndarray) -> np.ndarray:
        cos, sin = (self.tensors[name][: len(x), None] for name in ("cos", "sin"))
        y = x.reshape(len(x), -1, self.parameters["width"])
        even, odd = y[..., 0::2], y[..., 1::2]
        turned = np.empty_like(y)
        turned[..., 0::2] = half(even * cos - odd * sin, 12)
        turned[..., 1::2] = half(even * sin + odd * cos, 12)
        return held(what, turned, -2048, 2047)

    def attended(self, q: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
        p = self.parameters
        out = np.empty_like(q)
        seen = np.tril(np.ones((len(q), len(q)), bool))
        for head in range(q.shape[1]):
            group = head // p["heads"]
            score = product(q[:, head], k[:, group])
            peak = np.where(seen, score, np.iinfo(np.int64).min).max(-1, keepdims=True)
            lead = np.clip(np.where(seen, peak - score, 0), 0, 199 * p["gap"])
            share = np.where(seen, decay(p["gap"], lead), 0)
            # The peak's own share is 1023: the mass is never 0.
            out[:, head] = divided(product(share, v[:, group].T), share.sum(-1, keepdims=True))
        return out

    def layer(self, number: int, x: np.ndarray) -> Tensors:
        """What layer ``number`` computes from ``x[tokens, hidden]``."""
        z, reach, tokens = self.tensors, self.parameters["reach"], len(x)
        where = f" of layer {number}"
        out: Tensors = {"n1": self.norm("n1" + where, x, 2 * number)}
        q = self.turned("q" + where, self.row("q before RoPE" + where, out["n1"], "wq", number))
        k = self.turned("k" + where, self.row("k before RoPE" + where, out["n1"], "wk", number))
        out["v"] = self.row("v" + where, out["n1"], "wv", number)
        o = self.attended(q, k, out["v"].reshape(k.shape))
        out["q"], out["k"], out["o"] = (y.reshape(tokens, -1) for y in (q, k, o))
        total = (x << z["lo"][number]) + product(out["o"], z["wo"][number])
        out["m"] = held("m" + where, half(total, 11), -reach, reach - 1)
        out["n2"] = self.norm("n2" + where, out["m"], 2 * number + 1)
        out["a"] = self.row("a" + where, out["n2"], "w1", number)
        out["u"] = self.row("u" + where, out["n2"], "w3", number)
        out["h"] = held("h" + where, half(z["silu"][out["a"] + 2048] * out["u"], 11), -4096, 4095)
        total = (out["m"] << z["l2"][number]) + product(out["h"], z["w2"][number])
        out["more"] = held("more" + where, half(total, 10), -reach, reach - 1)
        return out

    def forward(self, tokens: TokenNumbers) -> tuple[list[Tensors], Tensors]:
        """Every tensor of every layer, and those behind the layers: ``x`` (the embedding), ``nf``,
        ``logit``.

        Raises `OutOfRange` where the program has no run.
        """
        ids = token_list("the text", tokens, self.parameters["vocabulary"])
        if len(ids) > self.parameters["positions"]:
            raise QuantizeError(
                f"the text has {len(ids)} tokens: "
                f"the program has {self.parameters['positions']} positions"
            )
        x = self.tensors["embed"][ids]
        last, found = {"x": x}, []
        for number in range(self.parameters["layers"]):
            found.append(self.layer(number, x))
            x = found[-1]["more"]
        last["nf"] = self.norm("nf", x, 2 * self.parameters["layers"])
        last["logit"] = product(last["nf"], self.tensors["wf"])
        return found, last

    def run(self, tokens: TokenNumbers) -> np.ndarray:
        """The next token at every position: the program's public output."""
        return self.forward(tokens)[1]["logit"].argmax(-1)


def decay(gap: int, lead: np.ndarray) -> np.ndarray:
    """The program's table of weights: half up of 1023 exp(-floor((lead + gap / 2) / gap) / 26)."""
    return np.floor(1023 * np.exp(-((lead + gap // 2) // gap) / 26.0) + 0.5).astype(np.int64)
