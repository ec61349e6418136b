"""Checkpoints of every format give one model; what is wrong in one is named."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from quantize_models import (
    MODELS,
    PUBLISHED,
    hugging_face_config,
    needs_published,
    random_model,
    state_dict,
)

from attnc import quantize
from attnc.quantize import FloatLlama, QuantizeError, read_llama, read_tokenizer

TOKENS = [1, 7, 3, 3, 39, 0, 12, 20, 8]


def hugging_face_logits(model: FloatLlama, tokens: list[int]) -> np.ndarray:
    """The model as Hugging Face's modeling_llama.py computes it: halves turned, keys repeated."""
    c, state = model.config, state_dict(model)
    frequency = 1.0 / c.theta ** (np.arange(0, c.width, 2) / c.width)
    angle = np.arange(len(tokens))[:, None] * frequency
    cos, sin = (np.concatenate([f(angle), f(angle)], -1)[:, None] for f in (np.cos, np.sin))
    rotate = lambda x: np.concatenate([-x[..., c.width // 2 :], x[..., : c.width // 2]], -1)
    norm = lambda x, w: x / np.sqrt((x * x).mean(-1, keepdims=True) + c.eps) * w
    x = state["model.embed_tokens.weight"][tokens].astype(np.float64)
    for layer in range(c.layers):
        w = lambda name: state[f"model.layers.{layer}.{name}.weight"].astype(np.float64)  # noqa: B023
        n = norm(x, w("input_layernorm"))
        q, k, v = (
            (n @ w(f"self_attn.{name}_proj").T).reshape(len(tokens), -1, c.width) for name in "qkv"
        )
        q, k = q * cos + rotate(q) * sin, k * cos + rotate(k) * sin
        k, v = (y.repeat(c.heads // c.groups, 1) for y in (k, v))
        out = []
        for t in range(len(tokens)):
            score = np.einsum("hd,jhd->hj", q[t], k[: t + 1]) / np.sqrt(c.width)
            share = np.exp(score - score.max(-1, keepdims=True))
            share /= share.sum(-1, keepdims=True)
            out.append(np.einsum("hj,jhd->hd", share, v[: t + 1]).reshape(-1))
        x = x + np.stack(out) @ w("self_attn.o_proj").T
        n = norm(x, w("post_attention_layernorm"))
        gate = n @ w("mlp.gate_proj").T
        x = x + (gate / (1 + np.exp(-gate)) * (n @ w("mlp.up_proj").T)) @ w("mlp.down_proj").T
    return norm(x, state["model.norm.weight"]) @ state["lm_head.weight"].astype(np.float64).T


def test_state_dict_has_the_logits_of_hugging_face() -> None:
    model = random_model()
    read = read_llama(state_dict(model), hugging_face_config(model))
    np.testing.assert_allclose(read.logits(TOKENS), hugging_face_logits(model, TOKENS), atol=1e-9)
    np.testing.assert_allclose(read.logits(TOKENS), model.logits(TOKENS), atol=1e-5)


def test_half_split_rows_as_if_side_by_side_differ() -> None:
    model = random_model()
    wrong = FloatLlama(
        model.config,
        {**model.arrays, "wq": np.roll(model.arrays["wq"], 1, axis=1)},
    )
    assert np.abs(wrong.logits(TOKENS) - model.logits(TOKENS)).max() > 0.1


class Tensor:
    """What a PyTorch tensor has of which use is made."""

    dtype = "torch.bfloat16"

    def __init__(self, array: np.ndarray) -> None:
        self.array = array
        self.calls: list[str] = []

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def float(self) -> Tensor:
        wide = Tensor(self.array)
        wide.dtype = "torch.float32"
        return wide

    def numpy(self) -> np.ndarray:
        if self.dtype == "torch.bfloat16":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.array


def test_state_dict_of_tensors() -> None:
    model = random_model()
    state = {name: Tensor(array) for name, array in state_dict(model).items()}
    read = read_llama(state, hugging_face_config(model))
    np.testing.assert_allclose(read.logits(TOKENS), model.logits(TOKENS), atol=1e-5)


def test_theta_of_later_configs() -> None:
    model = random_model()
    config = {**hugging_face_config(model)}
    del config["rope_theta"]
    for theta, near in ((10000.0, True), (500.0, False)):
        config["rope_parameters"] = {"rope_type": "default", "rope_theta": theta}
        read = read_llama(state_dict(model), config)
        assert read.config.theta == theta
        assert (np.abs(read.logits(TOKENS) - model.logits(TOKENS)).max() < 1e-5) == near


def test_tied_embedding_and_old_frequencies() -> None:
    model = random_model()
    state = state_dict(model)
    del state["lm_head.weight"]
    state["model.layers.0.self_attn.rotary_emb.inv_freq"] = np.ones(2, np.float32)
    tied = {**hugging_face_config(model), "tie_word_embeddings": True}
    read = read_llama(state, tied)
    assert (read.arrays["head"] == read.arrays["embed"]).all()
    with pytest.raises(QuantizeError, match=r"no lm_head\.weight"):
        read_llama(state, hugging_face_config(model))


def test_safetensors(tmp_path: Path) -> None:
    numpy = pytest.importorskip("safetensors.numpy")
    model = random_model()
    state = state_dict(model)
    (tmp_path / "config.json").write_text(json.dumps(hugging_face_config(model)))
    names = list(state)
    for number, part in enumerate((names[:9], names[9:])):
        numpy.save_file({name: state[name] for name in part}, tmp_path / f"{number}.safetensors")
    read = read_llama(tmp_path)
    np.testing.assert_allclose(read.logits(TOKENS), model.logits(TOKENS), atol=1e-5)
    assert read_llama(tmp_path, layers=1).config.layers == 1


def test_safetensors_in_bfloat16(tmp_path: Path) -> None:
    pytest.importorskip("safetensors")
    model = random_model()
    header, data = {}, b""
    for name, array in state_dict(model).items():
        upper = (array.view("<u4") >> 16).astype("<u2").tobytes()
        places = [len(data), len(data) + len(upper)]
        header[name] = {"dtype": "BF16", "shape": list(array.shape), "data_offsets": places}
        data += upper
    head = json.dumps(header).encode()
    path = tmp_path / "model.safetensors"
    path.write_bytes(struct.pack("<Q", len(head)) + head + data)
    read = read_llama(path, hugging_face_config(model))
    assert np.abs(read.arrays["wv"] - model.arrays["wv"]).max() < 0.02
    with pytest.raises(QuantizeError, match=r"no .*config\.json"):
        read_llama(path)


def gguf_file(
    path: Path,
    model: FloatLlama,
    kind: str,
    add: Callable[[object], None] = lambda writer: None,
    **fields: str,
) -> Path:
    gguf = pytest.importorskip("gguf")
    c = model.config
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_block_count(c.layers)
    writer.add_embedding_length(c.hidden)
    writer.add_head_count(c.heads)
    writer.add_head_count_kv(c.groups)
    writer.add_key_length(c.width)
    writer.add_feed_forward_length(c.inner)
    writer.add_context_length(c.positions)
    writer.add_layer_norm_rms_eps(c.eps)
    writer.add_rope_freq_base(c.theta)
    add(writer)
    for name, value in fields.items():
        writer.add_string(name.replace("__", "."), value)
    names = {
        "norm1": "attn_norm", "wq": "attn_q", "wk": "attn_k", "wv": "attn_v",
        "wo": "attn_output", "norm2": "ffn_norm", "w1": "ffn_gate", "w3": "ffn_up",
        "w2": "ffn_down",
    }  # fmt: skip
    tensors = {
        "token_embd.weight": model.arrays["embed"],
        "output_norm.weight": model.arrays["norm"],
        "output.weight": model.arrays["head"],
    }
    for layer in range(c.layers):
        for ours, theirs in names.items():
            tensors[f"blk.{layer}.{theirs}.weight"] = model.arrays[ours][layer]
    for name, array in tensors.items():
        of = gguf.GGMLQuantizationType["F32" if array.ndim == 1 else kind]
        data = gguf.quants.quantize(array.astype(np.float32), of)
        writer.add_tensor(name, data, raw_dtype=of)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.mark.parametrize(
    ("kind", "near"), [("F32", 1e-5), ("F16", 0.02), ("Q8_0", 0.3), ("Q4_1", 4.0)]
)
def test_gguf(tmp_path: Path, kind: str, near: float) -> None:
    model = random_model(hidden=32, inner=32, heads=8, groups=8)
    read = read_llama(gguf_file(tmp_path / "m.gguf", model, kind))
    difference = np.abs(read.logits(TOKENS) - model.logits(TOKENS)).max()
    assert difference < near
    # What is quantised is not the model itself: the file was read, not the arrays.
    assert (difference > 1e-3) == (kind in ("Q8_0", "Q4_1")) or kind == "F16"


def test_gguf_of_something_else(tmp_path: Path) -> None:
    scaled = gguf_file(
        tmp_path / "s.gguf", random_model(), "F32", llama__rope__scaling__type="yarn"
    )
    with pytest.raises(QuantizeError, match="scales RoPE"):
        read_llama(scaled)
    (tmp_path / "n.gguf").write_bytes(b"not a file of this kind")
    with pytest.raises(QuantizeError, match="no GGUF file"):
        read_llama(tmp_path / "n.gguf")


def test_gguf_that_is_cut_off(tmp_path: Path) -> None:
    path = gguf_file(tmp_path / "m.gguf", random_model(), "F32")
    whole = path.read_bytes()
    for size in (5, 30, 700, len(whole) // 2, len(whole) - 64):
        path.write_bytes(whole[:size])
        with pytest.raises(QuantizeError, match=r"m\.gguf: the file is damaged or cut off$"):
            read_llama(path)


@pytest.mark.parametrize(
    ("add", "says"),
    [
        (lambda writer: writer.add_expert_count(8), "llama.expert_count 8"),
        (lambda writer: writer.add_sliding_window(64), "llama.attention.sliding_window 64"),
        (lambda writer: writer.add_final_logit_softcapping(30.0), "final_logit_softcapping 30"),
        (lambda writer: writer.add_embedding_scale(12.0), "llama.embedding_scale 12"),
        (lambda writer: writer.add_attention_scale(0.25), "llama.attention.scale 0.25"),
        (lambda writer: writer.add_value_length(8), "llama.attention.value_length 8"),
    ],
)
def test_gguf_of_another_model(tmp_path: Path, add: Callable[[object], None], says: str) -> None:
    path = gguf_file(tmp_path / "m.gguf", random_model(), "F32", add)
    with pytest.raises(QuantizeError, match=says):
        read_llama(path)


def test_gguf_that_says_what_is_plain(tmp_path: Path) -> None:
    add = lambda writer: (writer.add_attention_scale(0.5), writer.add_logit_scale(1.0))
    read_llama(gguf_file(tmp_path / "m.gguf", random_model(), "F32", add))


def llama2c_bytes(model: FloatLlama) -> bytes:
    c, a = model.config, model.arrays
    sizes = (c.hidden, c.inner, c.layers, c.heads, c.groups, -c.vocabulary, c.positions)
    order = ("embed", "norm1", "wq", "wk", "wv", "wo", "norm2", "w1", "w2", "w3", "norm")
    arrays = [*(a[name] for name in order), model.cos, model.sin, a["head"]]
    return struct.pack("<7i", *sizes) + b"".join(x.astype("<f4").tobytes() for x in arrays)


def test_llama2c(tmp_path: Path) -> None:
    model = random_model()
    path = tmp_path / "m.bin"
    path.write_bytes(llama2c_bytes(model))
    np.testing.assert_allclose(read_llama(path).logits(TOKENS), model.logits(TOKENS), atol=1e-5)
    path.write_bytes(llama2c_bytes(model)[:-4])
    with pytest.raises(QuantizeError, match="the file is damaged"):
        read_llama(path)
    with pytest.raises(QuantizeError, match="config has no use"):
        read_llama(path, config={})


@pytest.mark.parametrize("package", ["gguf", "safetensors"])
def test_a_package_that_is_not_there(
    tmp_path: Path, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"m.{package}"
    path.write_bytes(b"")
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=f"pip install {package}"):
        read_llama(path)


WRONG = [
    ("model.norm.weight", None, r"no model\.norm\.weight, of shape \[16\]"),
    (
        "model.layers.1.mlp.up_proj.weight",
        None,
        r"no model\.layers\.1\.mlp\.up_proj\.weight, of shape \[24, 16\]$",
    ),
    (
        "model.layers.1.mlp.up_proj.weight",
        np.zeros((24, 15), np.float32),
        r"layers\.1\.mlp\.up_proj\.weight has shape \[24, 15\], not \[24, 16\]",
    ),
    (
        "model.norm.weight",
        np.ones(16, np.int8),
        r"norm\.weight has dtype int8: real numbers are needed .*dequantise it",
    ),
    (
        "model.norm.weight",
        np.array([1.0] * 5 + [np.nan] * 11, np.float32),
        r"norm\.weight has 11 elements that are NaN or infinite, the first at \[5\]",
    ),
    ("model.norm.weight", "a text", r"norm\.weight has dtype <U6"),
    ("model.norm.weight", [object()], r"norm\.weight is no array of numbers"),
    (
        "model.layers.0.self_attn.q_proj.bias",
        np.zeros(16, np.float32),
        "biases is not supported",
    ),
    ("model.layers.2.mlp.up_proj.weight", np.zeros((24, 16)), "unknown tensor layers.2"),
]


@pytest.mark.parametrize(("name", "given", "says"), WRONG)
def test_a_wrong_tensor_is_named(name: str, given: object, says: str) -> None:
    model = random_model()
    state = dict(state_dict(model))
    if given is None:
        del state[name]
    else:
        state[name] = given
    with pytest.raises(QuantizeError, match=says):
        read_llama(state, hugging_face_config(model))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"rope_scaling": {"rope_type": "llama3"}}, "rope_scaling of type 'llama3'"),
        ({"rope_parameters": {"rope_type": "yarn"}}, "rope_parameters of type 'yarn'"),
        ({"rope_theta": "10000"}, "rope_theta is '10000'"),
        ({"model_type": "mistral"}, "only the architecture llama"),
        ({"hidden_act": "gelu"}, "only silu"),
        ({"num_attention_heads": None}, "config has no num_attention_heads"),
        ({"num_key_value_heads": 3}, "do not share"),
        ({"attention_bias": True}, "biases"),
        ({"head_dim": 3}, "it must be even"),
        ({"num_hidden_layers": "2"}, "num_hidden_layers is '2'"),
        ({"hidden_size": "16"}, "hidden_size is '16': an integer"),
        ({"head_dim": "4"}, "head_dim is '4': an integer"),
        ({"head_dim": 8}, r"q_proj.weight has shape \[16, 16\], not \[32, 16\]"),
        ({"rms_norm_eps": "1e-5"}, "rms_norm_eps is '1e-5': a number"),
        ({"max_position_embeddings": 2.5}, "max_position_embeddings is 2.5: an integer"),
        ({"sliding_window": 4096}, "config has sliding_window 4096, .* some positions"),
        ({"partial_rotary_factor": 0.5}, "only a part of a head's width by RoPE; it must be 1"),
        (
            {"rope_parameters": {"rope_type": "default", "partial_rotary_factor": 0.5}},
            "config has rope_parameters.partial_rotary_factor 0.5",
        ),
        ({"rope_scaling": {"partial_rotary_factor": 0.5}}, "rope_scaling.partial_rotary_factor"),
        (
            {"layer_types": ["full_attention", "sliding_attention"]},
            "config has layer_types 'sliding_attention', .* only full_attention",
        ),
        ({"layer_types": "full_attention"}, "layer_types 'full_attention': a list"),
        ({"no_rope_layers": [1, 0]}, r"no_rope_layers \[1, 0\], .* do not turn positions"),
        ({"no_rope_layer_interval": 4}, "no_rope_layer_interval 4"),
        ({"final_logit_softcapping": 30.0}, "logits go through a tanh"),
        ({"attn_logit_softcapping": 50.0}, "scores go through a tanh"),
        ({"embedding_multiplier": 12}, "embedding_multiplier 12, .* it must be 1"),
        ({"logits_scaling": 8.0}, "divides the logits"),
        ({"residual_multiplier": 0.2}, "residual_multiplier 0.2"),
        ({"attention_multiplier": 0.25}, r"1 / sqrt\(head_dim\); it must be 0.5"),
        ({"attention_multiplier": "0.5"}, "attention_multiplier '0.5'"),
        ({"num_local_experts": 8}, "the MLP is one of several"),
        ({"hidden_activation": "gelu"}, "only silu"),
    ],
)
def test_a_wrong_config_is_named(fields: dict[str, object], says: str) -> None:
    model = random_model()
    with pytest.raises(QuantizeError, match=says):
        read_llama(state_dict(model), {**hugging_face_config(model), **fields})


def test_a_config_that_changes_nothing_is_taken() -> None:
    model = random_model()
    plain = {
        "partial_rotary_factor": 1.0, "layer_types": ["full_attention"] * 2,
        "no_rope_layers": [1, 1], "final_logit_softcapping": None, "sliding_window": None,
        "attention_bias": False, "embedding_multiplier": 1, "attention_multiplier": 0.5,
        "num_local_experts": 1, "torch_dtype": "float32", "bos_token_id": 1, "use_cache": True,
        "rope_scaling": {"rope_type": "default", "partial_rotary_factor": 1},
    }  # fmt: skip
    read = read_llama(state_dict(model), {**hugging_face_config(model), **plain})
    assert read.notes == []
    np.testing.assert_allclose(read.logits(TOKENS), model.logits(TOKENS), atol=1e-5)
    unknown = {"mixed_gain": 3, "some_switch": False, "_mark": 1}
    noted = read_llama(state_dict(model), {**hugging_face_config(model), **unknown}, layers=1)
    assert noted.notes == ["config has mixed_gain, which is not known here and was left out"]
    made = quantize.llama(noted)
    assert made.notes == made.report.notes == noted.notes
    assert "mixed_gain" in made._repr_html_() and "note: config has mixed_gain" in str(made.report)


def test_what_is_no_checkpoint(tmp_path: Path) -> None:
    for given, says in [
        (tmp_path / "none.bin", "there is no"),
        (tmp_path, r"no .*config\.json|no \.safetensors"),
        (7, "not a int"),
    ]:
        with pytest.raises(QuantizeError, match=says):
            read_llama(given)
    (tmp_path / "m.pt").write_bytes(b"")
    with pytest.raises(QuantizeError, match=r"torch\.load"):
        read_llama(tmp_path / "m.pt")
    with pytest.raises(QuantizeError, match="give config"):
        read_llama({})
    with pytest.raises(QuantizeError, match="config is a str: give a mapping"):
        read_llama({}, "config.json")
    # Who expects an OSError of a file that is not there is right too.
    for read in (read_llama, read_tokenizer, quantize.IntegerLlama.load):
        with pytest.raises(FileNotFoundError, match=r"^there is no .*none\.gguf"):
            read(tmp_path / "none.gguf")


@needs_published
def test_tokenizer_of_llama2c() -> None:
    tokenizer = read_tokenizer(MODELS / "tok512.bin")
    for text in json.loads((PUBLISHED / "golden.json").read_text())["texts"].values():
        assert tokenizer.decode(text["ids"]) == text["text"]
        assert tokenizer.encode(text["text"]) == text["ids"]


def test_tokenizer_of_byte_pairs() -> None:
    from attnc.quantize.tokenizer import BytePairs, byte_letters

    letters = list(byte_letters().values())
    assert len(set(letters)) == 256
    merges = ["a b", "ab c", "Ġ ab", "b c"]
    made = BytePairs([*letters, "ab", "abc", "Ġab", "bc"], merges, [], digits=True)
    # Of "abc" a and b are joined first, then c; " ab" is one token; digits stand alone.
    assert made.encode("abc") == [257]
    assert made.encode("bc ab12")[:2] == [259, 258]
    assert len(made.encode("bc ab12")) == 4
    for text in ["It's 12,345\t\té_x — ok\n\n  z ", "", " "]:
        assert made.decode(made.encode(text)) == text
