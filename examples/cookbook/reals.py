"""The recipes in real numbers, as PyTorch computes them: what the integers of a program stand for.

Inputs and outputs are those of twins.py, in the same units, with nothing rounded on the way. What a
program saturates is saturated here.
"""

import numpy as np


def saturate(x, lo=-128, hi=127):
    return np.clip(x, lo, hi)


def linear(x, weight, bias=0, shift=9):
    return (x @ weight.T + bias) / 2**shift


def projection(inputs, shift=9):
    return {"y": saturate(linear(inputs["x"], inputs["weight"], inputs["bias"], shift))}


def bounded(inputs, shift=12):
    y = linear(inputs["x"], inputs["weight"], shift=shift)
    return {"y": saturate(y, -(2**15), 2**15 - 1)}


def wide(inputs, shift=16):
    y = linear(inputs["x"], inputs["weight"], shift=shift)
    return {"y": saturate(y, -(2**15), 2**15 - 1)}


def heads(x, weight, shift):
    return saturate(np.einsum("tc,hdc->thd", x, weight) / 2**shift)


def qkv(inputs, down=9, shift=8):
    query, key, value = (heads(inputs["x"], inputs[name], down) for name in ("wq", "wk", "wv"))
    return {"context": attend(query, key, value, causal(len(query)), shift)}


def output_projection(inputs, shift=9):
    total = np.einsum("thd,chd->tc", inputs["context"], inputs["weight"])
    return {"y": saturate(inputs["x"] + total / 2**shift)}


def softmax_of(score):
    weight = np.exp(score - score.max(-1, keepdims=True))
    return weight / weight.sum(-1, keepdims=True)


def softmax(inputs):
    return {"probability": 256 * softmax_of(inputs["score"] / 16)}


def attend(query, key, value, seen, shift=8, penalty=0):
    score = np.einsum("thd,jhd->thj", query, key) / 2**shift / 16 - penalty
    score = np.where(seen[:, None, :], score, -np.inf)
    return np.einsum("thj,jhd->thd", softmax_of(score), value)


def one_head(inputs, seen, shift):
    query, key, value = (inputs[name][:, None, :] for name in ("query", "key", "value"))
    return {"context": attend(query, key, value, seen, shift)[:, 0, :]}


def causal(steps):
    return np.tri(steps, dtype=bool)


def back(steps):
    return np.arange(steps)[:, None] - np.arange(steps)


def attention(inputs, shift=8):
    query, key, value = inputs["query"], inputs["key"], inputs["value"]
    return {"context": attend(query, key, value, causal(len(query)), shift)}


def gqa(inputs, share=2, shift=8):
    query = inputs["query"]
    key, value = (np.repeat(inputs[name], share, axis=1) for name in ("key", "value"))
    return {"context": attend(query, key, value, causal(len(query)), shift)}


def sliding_window(inputs, reach=4, shift=8):
    steps = len(inputs["query"])
    return one_head(inputs, causal(steps) & (back(steps) < reach), shift)


def sinks(inputs, sinks=2, reach=4, shift=8):
    steps = len(inputs["query"])
    near, first = back(steps) < reach, np.arange(steps) < sinks
    return one_head(inputs, causal(steps) & (near | first), shift)


def padding(inputs, shift=8):
    real = inputs["real"].astype(bool)
    return one_head(inputs, np.tile(real, (len(real), 1)), shift)


def alibi(inputs, shift=8):
    query, key, value = inputs["query"], inputs["key"], inputs["value"]
    steps, heads, _ = query.shape
    slope = 2.0 ** (-8 * np.arange(1, heads + 1) / heads)
    penalty = slope[:, None] * back(steps)[:, None, :]
    return {"context": attend(query, key, value, causal(steps), shift, penalty)}


def softcap(inputs, cap=50, shift=8):
    query, key, value = inputs["query"], inputs["key"], inputs["value"]
    score = cap * np.tanh(query @ key.T / 2**shift / 16 / cap)
    score = np.where(causal(len(query)), score, -np.inf)
    return {"context": softmax_of(score) @ value}


def rope(inputs):
    x = inputs["x"]
    steps, _, _, pairs = x.shape
    angle = np.outer(np.arange(steps), 10000.0 ** (-np.arange(pairs) / pairs))[:, None, :]
    first, second = x[:, :, 0], x[:, :, 1]
    turned = [
        first * np.cos(angle) - second * np.sin(angle),
        second * np.cos(angle) + first * np.sin(angle),
    ]
    return {"y": np.stack(turned, axis=2)}


def rms(x, gain):
    """In 32nds, for a gain in 64ths."""
    return 32 * x / np.sqrt((x * x).mean(-1, keepdims=True) + 1) * gain / 64


def rmsnorm(inputs):
    return {"y": saturate(rms(inputs["x"], inputs["gain"]))}


def layernorm(inputs):
    x = inputs["x"]
    centred = x - x.mean(-1, keepdims=True)
    return {"y": saturate(rms(centred, inputs["gain"]) + inputs["offset"])}


def mlp_relu(inputs, shift=9):
    a = saturate(linear(inputs["x"], inputs["up"], inputs["bias"], shift), 0)
    return {"y": saturate(linear(a, inputs["down"], shift=shift))}


def mlp_gelu(inputs, shift=9):
    z = saturate(linear(inputs["x"], inputs["up"], inputs["bias"], shift)) / 16
    a = 16 * z / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))
    return {"y": saturate(linear(a, inputs["down"], shift=shift))}


def mlp_swiglu(inputs, shift=9):
    g, u = (saturate(linear(inputs["x"], inputs[name], shift=shift)) for name in ("gate", "up"))
    a = saturate(g / (1 + np.exp(-g / 16)) * u / 16)
    return {"y": saturate(linear(a, inputs["down"], shift=shift))}


def linear_attention(inputs, shift=12):
    memory = np.cumsum(np.einsum("ti,tj->tij", inputs["key"], inputs["value"]), axis=0)
    read = np.einsum("ti,tij->tj", inputs["query"], memory)
    return {"y": saturate(read / 2**shift, -(2**15), 2**15 - 1)}


def depth(inputs, shift=9):
    h = inputs["x"]
    for up, down in zip(inputs["up"], inputs["down"]):
        mid = saturate(linear(h, up, shift=shift), 0, 127)
        h = saturate(h + linear(mid, down, shift=shift))
    return {"y": h}


def block(inputs):
    x, gain = inputs["x"], inputs["gain"]
    n = saturate(rms(x, gain[0]))
    query, key, value = (heads(n, inputs[name], 9) for name in ("wq", "wk", "wv"))
    context = attend(query, key, value, causal(len(x)), shift=5)
    m = saturate(x + np.einsum("thd,chd->tc", context, inputs["wo"]) / 2**8, -127)
    n = saturate(rms(m, gain[1]))
    a = saturate(linear(n, inputs["up"]), 0)
    return {"y": saturate(m + linear(a, inputs["down"], shift=8), -127)}
