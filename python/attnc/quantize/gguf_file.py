"""A Llama model from a GGUF file, whatever its tensors are quantised to, by the package `gguf`."""

from __future__ import annotations

from collections.abc import Callable
from math import isclose, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from .checks import QuantizeError, whole
from .float_llama import FloatLlama, LlamaConfig

LAYER = {
    "attn_norm.weight": "norm1",
    "attn_q.weight": "wq",
    "attn_k.weight": "wk",
    "attn_v.weight": "wv",
    "attn_output.weight": "wo",
    "ffn_norm.weight": "norm2",
    "ffn_gate.weight": "w1",
    "ffn_up.weight": "w3",
    "ffn_down.weight": "w2",
}
OUTER = {"token_embd.weight": "embed", "output_norm.weight": "norm"}


def read_gguf(path: Path, layers: int | None = None) -> FloatLlama:
    """The model of a GGUF file of the architecture ``llama``; ``layers`` dequantises only the first
    so many.

    Its rows of queries and keys are in RoPE pairs side by side already: llama.cpp's converter
    orders them so.
    """
    reader = open_gguf(path)
    tensors = {tensor.name: tensor for tensor in reader.tensors}
    config = config_of(reader, tensors)
    count = config.layers if layers is None else whole("layers", layers, 1, config.layers)

    def take(name: str, array: str) -> np.ndarray:
        if name not in tensors:
            shape = config.shapes[array][1 if array in LAYER.values() else 0 :]
            raise QuantizeError(f"{path} has no {name}, of shape {list(shape)}")
        return dequantized(tensors[name])

    arrays = {array: take(name, array) for name, array in OUTER.items()}
    for name, array in LAYER.items():
        arrays[array] = np.stack([take(f"blk.{number}.{name}", array) for number in range(count)])
    arrays["head"] = (
        dequantized(tensors["output.weight"]) if "output.weight" in tensors else arrays["embed"]
    )
    expected = {*OUTER, "output.weight"}
    expected |= {f"blk.{number}.{name}" for number in range(config.layers) for name in LAYER}
    for name in tensors:
        if name not in expected:
            raise QuantizeError(
                f"{path} has the unknown tensor {name}: this is no plain Llama model"
            )
    return FloatLlama(LlamaConfig(**{**config.__dict__, "layers": count}), arrays)


def open_gguf(path: Path) -> Any:
    """A reader of the file, of the package `gguf`."""
    try:
        from gguf import GGUFReader
    except ImportError as error:
        raise ImportError("GGUF files need a package: pip install gguf") from error
    try:
        return GGUFReader(str(path))
    except OSError:
        raise
    except Exception as error:
        with open(path, "rb") as file:
            if file.read(4) == b"GGUF":
                raise QuantizeError(f"{path}: the file is damaged or cut off") from error
        raise QuantizeError(f"{path} is no GGUF file: {error}") from error


def dequantized(tensor: Any) -> np.ndarray:
    """The tensor's values as float32."""
    from gguf.quants import dequantize

    try:
        return np.array(dequantize(tensor.data, tensor.tensor_type), np.float32)
    except NotImplementedError as error:
        raise QuantizeError(
            f"{tensor.name} has type {tensor.tensor_type.name}, which the package gguf "
            "does not dequantise: give a file in F32, F16, Q8_0 or Q4_1"
        ) from error


def config_of(reader: Any, tensors: dict[str, Any]) -> LlamaConfig:
    """Sizes from the file's fields."""

    def field(name: str, *default: Any) -> Any:
        found = reader.get_field(name)
        if found is not None:
            return found.contents()
        if default:
            return default[0]
        raise QuantizeError(f"the file has no field {name}")

    kind = field("general.architecture")
    if kind != "llama":
        raise QuantizeError(f"the file's architecture is {kind!r}: only llama is supported")
    if field("llama.rope.scaling.type", "none") != "none" or "rope_freqs.weight" in tensors:
        raise QuantizeError(
            "the file scales RoPE: it is not supported, theta alone turns positions"
        )
    if "token_embd.weight" not in tensors:
        raise QuantizeError("the file has no token_embd.weight")
    hidden = whole("llama.embedding_length", field("llama.embedding_length"), 1, 2**24)
    name = "llama.attention.head_count"
    heads = whole(name, field(name), 1, 2**16)
    name = "llama.attention.key_length"
    width = whole(name, field(name, max(hidden // heads, 1)), 1, 2**16)
    refuse_other_models(field, width)
    if field("llama.rope.dimension_count", width) != width:
        raise QuantizeError(
            "the file turns only a part of a head's width by RoPE: it is not supported"
        )
    return LlamaConfig(
        layers=field("llama.block_count"),
        hidden=hidden,
        heads=heads,
        groups=field("llama.attention.head_count_kv", heads),
        width=width,
        inner=field("llama.feed_forward_length"),
        vocabulary=int(tensors["token_embd.weight"].shape[1]),
        positions=field("llama.context_length"),
        eps=field("llama.attention.layer_norm_rms_epsilon", 1e-5),
        theta=field("llama.rope.freq_base", 10000.0),
    )


def refuse_other_models(field: Callable[..., Any], width: int) -> None:
    """Refuses fields by which the model is no plain Llama of heads this wide."""
    plain = {
        "llama.expert_count": (0, 1),
        "llama.attention.sliding_window": (0,),
        "llama.attention.value_length": (width,),
        "llama.attn_logit_softcapping": (),
        "llama.final_logit_softcapping": (),
        "llama.attention.scale": (1 / sqrt(width),),
        "llama.embedding_scale": (1,),
        "llama.residual_scale": (1,),
        "llama.logit_scale": (1,),
    }
    for name, same in plain.items():
        given = field(name, None)
        fine = given is None or (
            isinstance(given, (int, float))
            and any(isclose(given, other, rel_tol=1e-6) for other in same)
        )
        if not fine:
            raise QuantizeError(
                f"the file has {name} {given!r:.40}: it is not supported, this is no plain Llama "
                "model"
            )
