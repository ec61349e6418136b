"""The recipes in NumPy: for each program of the cookbook a function from its inputs to its outputs.

Inputs and outputs are dicts of integer arrays by name, as `attnc sample` and `attnc run` write them.
What a shape does not tell is a keyword with the program's default.
"""

import math

import numpy as np


def half_up(n, d):
    """n / d, rounded half up, in integers alone."""
    return (2 * n + d) // (2 * d)


def table(reals):
    """The entries of a table: reals rounded half to even."""
    return np.rint(reals).astype(np.int64)


def saturate(x, lo=-128, hi=127):
    return np.clip(x, lo, hi)


# Projections


def linear(x, weight, bias=0, shift=9):
    """torch.nn.functional.linear, without the rounding to 8 bits at its end."""
    return half_up(x @ weight.T + bias, 2**shift)


def projection(inputs, shift=9):
    y = linear(inputs["x"], inputs["weight"], inputs["bias"], shift)
    return {"y": saturate(y)}


def bounded(inputs, shift=12):
    y = linear(inputs["x"], inputs["weight"], shift=shift)
    return {"y": saturate(y, -(2**15), 2**15 - 1)}


def wide(inputs, shift=16):
    y = linear(inputs["x"], inputs["weight"], shift=shift)
    return {"y": saturate(y, -(2**15), 2**15 - 1)}


def heads(x, weight, shift):
    """A projection into heads: weight [heads, width, hidden]."""
    return saturate(half_up(np.einsum("tc,hdc->thd", x, weight), 2**shift))


def qkv(inputs, down=9, shift=8):
    query, key, value = (heads(inputs["x"], inputs[name], down) for name in ("wq", "wk", "wv"))
    return {"context": attend(query, key, value, causal(len(query)), shift)}


def output_projection(inputs, shift=9):
    total = np.einsum("thd,chd->tc", inputs["context"], inputs["weight"])
    return {"y": saturate(inputs["x"] + half_up(total, 2**shift))}


def embedding(inputs):
    return {"x": inputs["embed"][inputs["token"]]}


def lookup(inputs):
    return {"x": inputs["embed"][inputs["token"]]}


# Attention

EXPONENTIAL = table(255 * np.exp(-np.arange(101) / 16))
FAR = 2**40


def weigh(score):
    """255 exp(score - peak) over the last axis, for scores in 16ths."""
    return EXPONENTIAL[np.minimum(score.max(-1, keepdims=True) - score, 100)]


def attend(query, key, value, mask, shift=8, penalty=0):
    """The context of query [t, h, d] over key and value [j, h, d]; mask [t, j] is 1 where hidden."""
    score = np.einsum("thd,jhd->thj", query, key) - penalty - FAR * mask[:, None, :]
    gap = half_up(score.max(-1, keepdims=True) - score, 2**shift)
    weight = EXPONENTIAL[np.minimum(gap, 100)]
    return half_up(np.einsum("thj,jhd->thd", weight, value), weight.sum(-1, keepdims=True))


def one_head(inputs, mask, shift):
    query, key, value = (inputs[name][:, None, :] for name in ("query", "key", "value"))
    return {"context": attend(query, key, value, mask, shift)[:, 0, :]}


def causal(steps):
    return np.triu(np.ones((steps, steps), dtype=np.int64), 1)


def back(steps):
    """How far position j lies behind step t."""
    return np.arange(steps)[:, None] - np.arange(steps)


def softmax(inputs):
    weight = weigh(inputs["score"])
    return {"probability": half_up(256 * weight, weight.sum(-1, keepdims=True))}


def attention(inputs, shift=8):
    query, key, value = inputs["query"], inputs["key"], inputs["value"]
    return {"context": attend(query, key, value, causal(len(query)), shift)}


def gqa(inputs, share=2, shift=8):
    query = inputs["query"]
    key, value = (np.repeat(inputs[name], share, axis=1) for name in ("key", "value"))
    return {"context": attend(query, key, value, causal(len(query)), shift)}


def sliding_window(inputs, reach=4, shift=8):
    steps = len(inputs["query"])
    return one_head(inputs, causal(steps) | (back(steps) >= reach), shift)


def sinks(inputs, sinks=2, reach=4, shift=8):
    steps = len(inputs["query"])
    old, late = back(steps) >= reach, np.arange(steps) >= sinks
    return one_head(inputs, causal(steps) | (old & late), shift)


def padding(inputs, shift=8):
    real = inputs["real"]
    return one_head(inputs, np.tile(1 - real, (len(real), 1)), shift)


def alibi(inputs, shift=8):
    query, key, value = inputs["query"], inputs["key"], inputs["value"]
    steps, heads, _ = query.shape
    slope = table(2.0 ** (shift + 4 - 8 * np.arange(1, heads + 1) / heads))
    penalty = slope[:, None] * back(steps)[:, None, :]
    return {"context": attend(query, key, value, causal(steps), shift, penalty)}


def softcap(inputs, cap=50, shift=8):
    query, key, value = inputs["query"], inputs["key"], inputs["value"]
    score = half_up(query @ key.T, 2**shift)
    logit = table(16 * cap * np.tanh(score / (16 * cap)))
    weight = weigh(logit - FAR * causal(len(query)))
    return {"context": half_up(weight @ value, weight.sum(-1, keepdims=True))}


def rope(inputs):
    x = inputs["x"]
    steps, _, _, pairs = x.shape
    angle = np.outer(np.arange(steps), 10000.0 ** (-np.arange(pairs) / pairs))
    cosine, sine = (table(128 * f(angle))[:, None, None, :] for f in (np.cos, np.sin))
    turned = np.stack([-x[:, :, 1], x[:, :, 0]], axis=2)
    return {"y": half_up(x * cosine + turned * sine, 128)}


# Norms


def root(square):
    """The nearest integer to each root."""
    low = np.array([math.isqrt(int(element)) for element in square.ravel()]).reshape(square.shape)
    return low + (square - low * low > low)


def mean(x, fine=1):
    """The mean over the last axis, in fine-ths."""
    return half_up(fine * x.sum(-1, keepdims=True), x.shape[-1])


def rmsnorm(inputs):
    x = inputs["x"]
    square = mean(x * x, 16)
    return {"y": saturate(half_up(32 * x * inputs["gain"], root(256 * (square + 16))))}


def layernorm(inputs):
    x = inputs["x"]
    centred = 4 * x - mean(x, 4)
    scaled = half_up(8 * centred * inputs["gain"], root(256 * (mean(centred * centred) + 16)))
    return {"y": saturate(scaled + inputs["offset"])}


def rms(x, gain):
    """By a table of 2^12 / sqrt(4 square + 1), where `square` is a quarter of a mean square."""
    square = np.minimum((x * x).sum(-1, keepdims=True) // (4 * x.shape[-1]), 4095)
    return half_up(x * table(2**12 / np.sqrt(4 * square + 1)) * gain, 2**13)


# Feed-forward layers


def mlp_relu(inputs, shift=9):
    a = saturate(linear(inputs["x"], inputs["up"], inputs["bias"], shift), 0)
    return {"y": saturate(linear(a, inputs["down"], shift=shift))}


def mlp_gelu(inputs, shift=9):
    z = saturate(linear(inputs["x"], inputs["up"], inputs["bias"], shift)) / 16
    a = table(16 * z / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))))
    return {"y": saturate(linear(a, inputs["down"], shift=shift))}


def mlp_swiglu(inputs, shift=9):
    g, u = (saturate(linear(inputs["x"], inputs[name], shift=shift)) for name in ("gate", "up"))
    silu = table(g / (1 + np.exp(-g / 16)))
    a = saturate(half_up(silu * u, 16))
    return {"y": saturate(linear(a, inputs["down"], shift=shift))}


# Loops that carry


def linear_attention(inputs, shift=12):
    memory = np.cumsum(np.einsum("ti,tj->tij", inputs["key"], inputs["value"]), axis=0)
    read = np.einsum("ti,tij->tj", inputs["query"], memory)
    return {"y": saturate(half_up(read, 2**shift), -(2**15), 2**15 - 1)}


def depth(inputs, shift=9):
    h = inputs["x"]
    for up, down in zip(inputs["up"], inputs["down"]):
        mid = saturate(linear(h, up, shift=shift), 0, 127)
        h = saturate(h + linear(mid, down, shift=shift))
    return {"y": h}


# The last step, and a whole block


def argmax(inputs):
    return {"token": inputs["logit"].argmax(-1)}


def block(inputs):
    x, gain = inputs["x"], inputs["gain"]
    n = saturate(rms(x, gain[0]))
    query, key, value = (heads(n, inputs[name], 9) for name in ("wq", "wk", "wv"))
    context = attend(query, key, value, causal(len(x)), shift=5)
    attended = np.einsum("thd,chd->tc", context, inputs["wo"])
    m = saturate(x + half_up(attended, 2**8), -127)
    n = saturate(rms(m, gain[1]))
    a = saturate(linear(n, inputs["up"]), 0)
    return {"y": saturate(m + linear(a, inputs["down"], shift=8), -127)}


# What ships with attnc


def library(inputs, share=2, reach=4):
    x, weight, logit, query = (inputs[name] for name in ("x", "weight", "logit", "query"))
    steps, heads, _ = query.shape
    z, projected = x / 16, saturate(linear(x, weight))
    key, value = (np.repeat(inputs[name], share, axis=1) for name in ("key", "value"))
    context = attend(query, key, value, causal(steps))
    # Pairs of neighbours are halves, turned around.
    swapped = inputs["neighbours"].transpose(0, 2, 1)[:, None]
    return {
        "probability": softmax({"score": logit})["probability"],
        "rms": rmsnorm(inputs)["y"],
        "centred": layernorm(inputs)["y"],
        "rms_by_table": saturate(rms(x, inputs["gain"])),
        "centred_by_table": saturate(rms(x - mean(x), inputs["gain"]) + inputs["offset"]),
        "turned": rope({"x": inputs["halves"][:, None]})["y"][:, 0],
        "swapped": rope({"x": swapped})["y"][:, 0].transpose(0, 2, 1),
        "projected": projected,
        "biased": saturate(half_up(3 * (x @ weight.T + inputs["bias"]), 2**10)),
        "bent": table(x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))),
        "gated": saturate(half_up(table(x / (1 + np.exp(-z))) * projected, 16)),
        "token": logit.argmax(-1),
        "context": context,
        "first": context[:, 0],
        "near": attend(query, key, value, causal(steps) | (back(steps) >= reach)),
    }
