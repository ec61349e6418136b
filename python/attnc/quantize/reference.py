"""What `attnc fidelity` holds a program's integers against: real arrays by the names of its values,
and what one of an integer of each is (`NAME.unit`)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from .checks import QuantizeError, TokenNumbers, real, token_list
from .float_llama import LAYER_TENSORS
from .quantized_llama import QuantizedLlama
from .softmax_head import QuantizedHead, attended, triple_of

Arrays = dict[str, np.ndarray]


def head_reference(made: QuantizedHead, q: Any, k: Any, v: Any) -> Arrays:
    """Of `examples/head.attn` with ``made.integers(q, k, v)``: `query`, `key`, `value`, `share`,
    `context`."""
    shape = (None, made.parameters["width"])
    q, k, v = (real(name, x, shape) for name, x in zip("qkv", (q, k, v)))
    share, context = attended(q, k, v, made.scale)
    # An integer share is a part of its row's mass, which has no unit of its own.
    mass = made.run(made.integers(q, k, v))["mass"]
    pairs = {
        "query": (q, made.query_unit),
        "key": (k, made.key_unit),
        "value": (v, made.value_unit),
        "share": (share, 1 / mass),
        "context": (context, made.context_unit),
    }
    return with_units(pairs)


def llama_reference(made: QuantizedLlama, tokens: TokenNumbers) -> Arrays:
    """Of `llama.attn` with this text as `token`: every tensor of a layer, layer by layer, `nf` and
    `logit`."""
    p = made.parameters
    ids = token_list("the text", tokens, p["vocabulary"])
    layers, last = made.float_model.forward(ids)
    queries = (p["groups"], p["heads"], p["width"])
    inside = {"q": queries, "o": queries, "k": queries[::2], "v": queries[::2]}
    pairs = {}
    for name in LAYER_TENSORS:
        every = np.stack([layer[name] for layer in layers])
        units = np.stack([made.units.of(name, layer) for layer in range(len(layers))])
        shape = inside.get(name, every.shape[2:])
        # One for a layer, or one for each channel of it.
        of_one = units.reshape(len(layers), 1, *(shape if units.ndim == 2 else [1] * len(shape)))
        pairs[name] = (every.reshape(*every.shape[:2], *shape), of_one)
    for name in ("nf", "logit"):
        pairs[name] = (last[name], np.float64(made.units.of(name, 0)))
    return with_units(pairs)


def with_units(pairs: dict[str, tuple[np.ndarray, np.ndarray]]) -> Arrays:
    found: Arrays = {}
    for name, (array, unit) in pairs.items():
        found[name], found[f"{name}.unit"] = np.asarray(array), np.asarray(unit, np.float64)
    return found


def save_reference(
    path: str | os.PathLike[str], made: QuantizedHead | QuantizedLlama, text: Any
) -> Path:
    """Writes the reference of a text (tokens; of a head q, k and v) as an npz file, for `attnc
    fidelity --reference`."""
    path = Path(path)
    if path.suffix != ".npz":
        raise QuantizeError(f"{path}: the name must end with .npz")
    if isinstance(made, QuantizedHead):
        arrays = head_reference(made, *triple_of(text))
    elif not isinstance(made, QuantizedLlama):
        raise QuantizeError(
            f"a {type(made).__name__} does not know its real numbers: give what quantize.llama or "
            "quantize.head gave; of a program alone write the arrays with numpy.savez"
        )
    else:
        arrays = llama_reference(made, text)
    # The stub takes keywords for options.
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
    return path
