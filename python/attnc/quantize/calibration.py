"""How large every tensor of a Llama model is on texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .float_llama import FloatLlama


def largest(model: FloatLlama, texts: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """The largest magnitudes over all texts.

    ``x [sites]``: of the residual before a layer, in its middle, ..., behind the last; ``length
    [sites]``: of its rows' lengths; ``shortest [sites]``: the least of these; ``n []``: of the
    norms, without gains; and by channel ``q``, ``k``, ``v``, ``a``, ``u``, ``h``: each
    ``[layers, channels]``.
    """
    found: dict[str, list[np.ndarray]] = {}
    for text in texts:
        layers, last = model.forward(text)
        residual = [last["x"]]
        for layer in layers:
            residual += [layer["m"], layer["more"]]
        normed = [last["nf"], *(layer[name] for layer in layers for name in ("n1", "n2"))]
        lengths = np.stack([np.linalg.norm(x, axis=-1) for x in residual])
        sample = {
            "x": np.array([np.abs(x).max() for x in residual]),
            "length": lengths.max(-1),
            "shortest": -lengths.min(-1),
            "n": np.max([np.abs(n).max() for n in normed]),
        }
        for name in ("q", "k", "v", "a", "u", "h"):
            sample[name] = np.stack([np.abs(layer[name]).max(0) for layer in layers])
        for name, array in sample.items():
            found.setdefault(name, []).append(array)
    seen = {name: np.max(arrays, axis=0) for name, arrays in found.items()}
    seen["shortest"] = -seen["shortest"]
    return seen
