"""A Llama model by Hugging Face's names: a PyTorch state dict, or tensors of safetensors files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .checks import QuantizeError, as_array, check_shape, number, real, whole
from .config_json import notes_of, refuse_other_models
from .float_llama import FloatLlama, LlamaConfig

# Our array by Hugging Face's name of a layer's tensor.
LAYER = {
    "input_layernorm.weight": "norm1",
    "self_attn.q_proj.weight": "wq",
    "self_attn.k_proj.weight": "wk",
    "self_attn.v_proj.weight": "wv",
    "self_attn.o_proj.weight": "wo",
    "post_attention_layernorm.weight": "norm2",
    "mlp.gate_proj.weight": "w1",
    "mlp.up_proj.weight": "w3",
    "mlp.down_proj.weight": "w2",
}
OUTER = {"embed_tokens.weight": "embed", "norm.weight": "norm"}


def read_state_dict(
    state: Mapping[str, Any], config: Mapping[str, Any] | None, layers: int | None = None
) -> FloatLlama:
    """The model of ``state``, whose names may or may not begin with ``model.``; ``config``: its
    config.json."""
    if config is not None and not isinstance(config, Mapping):
        raise QuantizeError(
            f"config is a {type(config).__name__}: give a mapping, model.config.to_dict()"
        )
    if config is None:
        raise QuantizeError(
            "a state dict does not say its heads: give config, a mapping with the "
            "fields of config.json (num_attention_heads, num_key_value_heads, rope_theta, ...)"
        )
    left: dict[str, Any] = {}
    for name, tensor in state.items():
        short = name[len("model.") :] if name.startswith("model.") else name
        if short in left:
            raise QuantizeError(f"the state dict has {short} twice, with and without 'model.'")
        left[short] = tensor
    sizes = config_of(config, left)

    def take(name: str, array: str, layer: bool) -> np.ndarray:
        shape = sizes.shapes[array][1:] if layer else sizes.shapes[array]
        if name not in left:
            raise QuantizeError(f"the state dict has no model.{name}, of shape {list(shape)}")
        return real(name, left.pop(name), shape)

    arrays = {array: take(name, array, False) for name, array in OUTER.items()}
    stacks: dict[str, list[np.ndarray]] = {array: [] for array in LAYER.values()}
    for layer in range(sizes.layers):
        for name, array in LAYER.items():
            weight = take(f"layers.{layer}.{name}", array, True)
            if array in ("wq", "wk"):
                weight = side_by_side(weight, sizes.width)
            stacks[array].append(weight)
    arrays.update({array: np.stack(stack) for array, stack in stacks.items()})
    if "lm_head.weight" in left:
        arrays["head"] = real("lm_head.weight", left.pop("lm_head.weight"), sizes.shapes["head"])
    elif config.get("tie_word_embeddings", False):
        arrays["head"] = arrays["embed"]
    else:
        raise QuantizeError(
            "the state dict has no lm_head.weight, and config does not say tie_word_embeddings"
        )
    refuse_unknown(left)
    return first_layers(sizes, arrays, layers, notes_of(config))


def first_layers(
    sizes: LlamaConfig,
    arrays: Mapping[str, np.ndarray],
    layers: int | None,
    notes: Sequence[str] = (),
) -> FloatLlama:
    """The model of the first ``layers`` layers, or of all."""
    if layers is None:
        return FloatLlama(sizes, arrays, notes)
    whole("layers", layers, 1, sizes.layers)
    fewer = LlamaConfig(**{**sizes.__dict__, "layers": layers})
    cut = {name: a[:layers] if name in LAYER.values() else a for name, a in arrays.items()}
    return FloatLlama(fewer, cut, notes)


def side_by_side(weight: np.ndarray, width: int) -> np.ndarray:
    """Rows of every head from Hugging Face's order, where RoPE turns (i, i + width / 2), to (2 i, 2
    i + 1)."""
    heads = len(weight) // width
    halves = weight.reshape(heads, 2, width // 2, -1)
    return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(weight.shape)


def refuse_unknown(left: Mapping[str, Any]) -> None:
    """What is left over must be derived numbers that older files carry."""
    for name in left:
        if name.endswith("rotary_emb.inv_freq"):
            continue
        if name.endswith(".bias"):
            raise QuantizeError(f"{name}: a Llama model with biases is not supported")
        raise QuantizeError(
            f"unknown tensor {name}: this is no plain Llama model, or config has fewer layers"
        )


def config_of(config: Mapping[str, Any], state: Mapping[str, Any]) -> LlamaConfig:
    """Sizes from the fields of config.json."""

    def field(name: str, *default: Any) -> Any:
        if config.get(name) is not None:
            return config[name]
        if default:
            return default[0]
        raise QuantizeError(f"config has no {name}")

    kind = field("model_type", "llama")
    if kind != "llama":
        raise QuantizeError(
            f"config says model_type {kind!r}: only the architecture llama is supported"
        )
    if field("hidden_act", "silu") != "silu":
        raise QuantizeError(
            f"config says hidden_act {config['hidden_act']!r}: only silu is supported"
        )
    sizes = {
        name: whole(name, field(name), 1, 2**24)
        for name in ("num_attention_heads", "hidden_size", "num_hidden_layers")
        + ("intermediate_size", "vocab_size")
    }
    heads, hidden = sizes["num_attention_heads"], sizes["hidden_size"]
    width = whole("head_dim", field("head_dim", max(hidden // heads, 1)), 1, 2**16)
    refuse_other_models(config, width)
    if "embed_tokens.weight" in state:
        check_shape(
            "embed_tokens.weight",
            as_array("embed_tokens.weight", state["embed_tokens.weight"]).shape,
            (sizes["vocab_size"], hidden),
        )
    return LlamaConfig(
        layers=sizes["num_hidden_layers"],
        hidden=hidden,
        heads=heads,
        groups=whole("num_key_value_heads", field("num_key_value_heads", heads), 1, 2**16),
        width=width,
        inner=sizes["intermediate_size"],
        vocabulary=sizes["vocab_size"],
        positions=whole(
            "max_position_embeddings", field("max_position_embeddings", 2048), 1, 2**24
        ),
        eps=number("rms_norm_eps", field("rms_norm_eps", 1e-6), 1e-30, 1.0),
        theta=theta_of(config),
    )


def theta_of(config: Mapping[str, Any]) -> float:
    """RoPE's base: ``rope_theta``, or that of ``rope_parameters``, where later files have it."""
    theta = config.get("rope_theta")
    for name in ("rope_scaling", "rope_parameters"):
        given = config.get(name)
        if given is None:
            continue
        if not isinstance(given, Mapping):
            raise QuantizeError(f"config has {name} {given!r}: an object is needed")
        kind = given.get("rope_type", given.get("type", "default"))
        if kind != "default":
            raise QuantizeError(
                f"config has {name} of type {kind!r}: "
                "it is not supported, theta alone turns positions"
            )
        theta = given.get("rope_theta", theta)
    return number("rope_theta", 10000.0 if theta is None else theta, 1e-6, 1e12)
