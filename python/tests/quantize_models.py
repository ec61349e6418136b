"""Small Llama models of random weights, and where the trained one is found."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from attnc.quantize import FloatLlama, LlamaConfig

ROOT = Path(__file__).resolve().parents[2]
MODELS = Path(os.environ.get("ATTNC_MODELS", ROOT.parent / "shared" / "models"))
ATTNC = Path(os.environ.get("ATTNC", ROOT / "target" / "release" / "attnc"))
STORIES = MODELS / "stories260K.bin"
PUBLISHED = MODELS / "stories260K-int"

needs_stories = pytest.mark.skipif(
    not STORIES.is_file(), reason=f"no {STORIES.name}: set ATTNC_MODELS to its folder"
)
needs_published = pytest.mark.skipif(
    not (PUBLISHED / "model.npz").is_file(), reason="no stories260K-int: set ATTNC_MODELS"
)
needs_attnc = pytest.mark.skipif(
    not ATTNC.is_file(), reason=f"no {ATTNC.name}: build it, or set ATTNC to the command"
)


def config(**sizes: int) -> LlamaConfig:
    small = {
        "layers": 2, "hidden": 16, "heads": 4, "groups": 2, "width": 4, "inner": 24,
        "vocabulary": 40, "positions": 32,
    }  # fmt: skip
    return LlamaConfig(**{**small, **sizes})


def random_model(seed: int = 0, **sizes: int) -> FloatLlama:
    """A model whose residual is of the size of a trained one's."""
    made, random = config(**sizes), np.random.default_rng(seed)
    arrays = {}
    for name, shape in made.shapes.items():
        if name.startswith("norm"):
            arrays[name] = 1 + random.normal(0, 0.2, shape)
        elif name in ("embed", "head"):
            arrays[name] = random.normal(0, 0.3, shape)
        else:
            arrays[name] = random.normal(0, 1, shape) / np.sqrt(shape[-1])
    return FloatLlama(made, arrays)


NAMES = {
    "norm1": "input_layernorm", "wq": "self_attn.q_proj", "wk": "self_attn.k_proj",
    "wv": "self_attn.v_proj", "wo": "self_attn.o_proj", "norm2": "post_attention_layernorm",
    "w1": "mlp.gate_proj", "w3": "mlp.up_proj", "w2": "mlp.down_proj",
}  # fmt: skip


def half_split(weight: np.ndarray, width: int) -> np.ndarray:
    """Rows in Hugging Face's order: a head's even ones, then its odd ones."""
    heads = weight.reshape(-1, width, weight.shape[-1])
    return np.concatenate([heads[:, 0::2], heads[:, 1::2]], 1).reshape(weight.shape)


def state_dict(model: FloatLlama) -> dict[str, np.ndarray]:
    """The model by Hugging Face's names, float32."""
    state = {
        "model.embed_tokens.weight": model.arrays["embed"],
        "model.norm.weight": model.arrays["norm"],
        "lm_head.weight": model.arrays["head"],
    }
    for layer in range(model.config.layers):
        for ours, theirs in NAMES.items():
            weight = model.arrays[ours][layer]
            if ours in ("wq", "wk"):
                weight = half_split(weight, model.config.width)
            state[f"model.layers.{layer}.{theirs}.weight"] = weight
    return {name: weight.astype(np.float32) for name, weight in state.items()}


def hugging_face_config(model: FloatLlama) -> dict[str, object]:
    c = model.config
    return {
        "model_type": "llama", "hidden_size": c.hidden, "num_hidden_layers": c.layers,
        "num_attention_heads": c.heads, "num_key_value_heads": c.groups, "head_dim": c.width,
        "intermediate_size": c.inner, "vocab_size": c.vocabulary, "rms_norm_eps": c.eps,
        "max_position_embeddings": c.positions, "rope_theta": c.theta,
    }  # fmt: skip
